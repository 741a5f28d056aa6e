//! Reads the files of forms. Heads are compiled, rows are taken from the code lists, and every reference is checked.

use std::collections::BTreeSet;
use std::path::Path;

use super::super::code_lists::{CodeLists, has_form};
use super::super::file_errors::FileErrors;
use super::super::paths::files_of;
use super::super::source::Source;
use super::columns::{comparison_columns, value_columns};
use super::record_tables::{columns_of_tables, settle_columns};
use super::records::record_shape;
use super::rows::{check_rows, check_whose_rows, row_breakdown, rows, sums};
use super::sound_words::{check_among, check_labels, check_sections, check_words};
use super::totals::list_totals;
use crate::diagnostic::{DefinitionError, DefinitionErrors};
use crate::extract::{Dimension, Form, RawForm, Section, SenderKind, Stub};
use crate::text::Folder;

/// Reads every form in `directory`.
pub(in crate::plan) fn read_forms(
    directory: &Path,
    folder: &Folder,
    lists: CodeLists<'_>,
    errors: &mut DefinitionErrors,
) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    let mut paths = Vec::new();
    for path in files_of(directory, "toml") {
        let read = read_form(&path, folder, lists, &forms, errors);
        let (form, list) = errors.ok(read).unzip();
        match form {
            Some(form) if has_form(&forms, &form.code) => {
                FileErrors::in_file(&path, errors).on_line(
                    Some(1),
                    format!("there is another form `{}`", form.code),
                    "give one of the two another code",
                );
            }
            Some(form) => {
                // The table of values comes first: a form is looked up by its code.
                for part in [Some(form), list.flatten()].into_iter().flatten() {
                    forms.push(part);
                    paths.push(path.clone());
                }
            }
            None => {}
        }
    }
    let tables = columns_of_tables(&forms);
    for (at, path) in paths.iter().enumerate() {
        if let Some(source) = errors.ok(Source::read(path)) {
            let mut wrong = FileErrors::in_source(&source, errors);
            check_whose_rows(&forms[at], &forms, lists, &mut wrong);
            settle_columns(&mut forms[at], &tables, &mut wrong);
        }
    }
    forms
}

fn read_form(
    path: &Path,
    folder: &Folder,
    lists: CodeLists<'_>,
    forms: &[Form],
    errors: &mut DefinitionErrors,
) -> Result<(Form, Option<Form>), DefinitionError> {
    let source = Source::read(path)?;
    let mut raw: RawForm = source.parse()?;
    let mut wrong = FileErrors::in_source(&source, errors);
    let list = raw.list_apart();
    if list.is_some() {
        if raw.rows.kind() == Dimension::Record {
            wrong.at_text(
                "[list]",
                "a record list has another list",
                "write its table, name and key under [rows], or another form",
            );
        }
        raw.fields.clear();
        raw.totals.clear();
    }
    let form = compiled(raw, folder, lists, &mut wrong);
    check_among(forms, &form, &mut wrong);
    let list = list.map(|raw| compiled(raw, folder, lists, &mut wrong));
    Ok((form, list))
}

/// A form, folded and checked by itself.
fn compiled(
    raw: RawForm,
    folder: &Folder,
    lists: CodeLists<'_>,
    wrong: &mut FileErrors<'_>,
) -> Form {
    let rows = rows(&raw, lists, folder);
    let columns = value_columns(&raw, lists, folder, &rows, wrong);
    let comparisons = comparison_columns(&raw, &columns, lists, (folder, &rows), wrong);
    check_rows(&raw, lists, wrong);
    check_words(&raw, folder, wrong);
    check_shape(&raw, wrong);
    check_senders(&raw, wrong);
    let records = match raw.rows.kind() {
        Dimension::Record => record_shape(&raw, lists, folder, wrong),
        _ => None,
    };
    let totals = list_totals(&raw, records.as_ref(), lists, wrong);
    let fold = |texts: &[String]| folded(texts, folder);
    let sections = raw.sections.iter().map(|section| Section {
        id: section.id.clone(),
        labels: fold(&section.words),
    });
    let form = Form {
        folded_code: folder.fold(&raw.form),
        folded_title: folder.fold(&raw.title_vi),
        code: raw.form.clone(),
        title_vi: raw.title_vi.clone(),
        title_en: raw.title_en.clone(),
        frequencies: raw.frequencies.clone(),
        senders: raw.senders.clone(),
        dimension: raw.rows.kind(),
        row_breakdown: row_breakdown(&raw, lists),
        label_heads: fold(&raw.rows.head),
        stub: Stub {
            number: fold(&raw.stub.number),
            unit: fold(&raw.stub.unit),
            code: fold(&raw.stub.code),
            note: fold(&raw.stub.note),
        },
        sections: sections.collect(),
        columns,
        comparisons,
        rows,
        sums: sums(&raw, lists, folder),
        records,
        totals,
        written: raw,
    };
    check_sections(&form.written, &form, wrong);
    check_labels(&form, wrong);
    form
}

fn folded(texts: &[String], folder: &Folder) -> Vec<String> {
    texts.iter().map(|text| folder.fold(text)).collect()
}

/// Checks who may send a form. Figures of senders that are no territory would enter totals of the territory.
fn check_senders(raw: &RawForm, wrong: &mut FileErrors<'_>) {
    let kinds: BTreeSet<SenderKind> = raw.senders.iter().copied().collect();
    if kinds.is_empty() || kinds.len() < raw.senders.len() {
        wrong.at_key(
            "senders",
            "`senders` names nobody, or somebody twice",
            "write \"territory\", \"agencies\" or both, or delete the line: units of the territory send the form",
        );
    }
    if kinds.contains(&SenderKind::Agencies) && raw.rows.kind() != Dimension::Record {
        wrong.at_key(
            "senders",
            "agencies may send record lists only: figures are summed over the territory",
            "leave out \"agencies\", or make the form a record list",
        );
    }
}

/// Checks that a record list has only fields, and any other form only value columns.
fn check_shape(raw: &RawForm, wrong: &mut FileErrors<'_>) {
    let is_list = raw.rows.kind() == Dimension::Record;
    let has_values =
        !(raw.columns.is_empty() && raw.comparisons.is_empty() && raw.rows.head.is_empty());
    if is_list && has_values {
        wrong.at_text(
            "[[columns]]",
            "a record list has columns of values",
            "write its columns as [[fields]]",
        );
    }
    if !is_list && !raw.fields.is_empty() {
        wrong.at_text(
            "[[fields]]",
            "a form that is not a record list has fields",
            "write dimension = \"record\" under [rows], or its columns as [[columns]]",
        );
    }
    if !is_list && (raw.rows.head.is_empty() || raw.columns.is_empty()) {
        wrong.at_text(
            "[rows]",
            "the form has no head for its row labels, or no columns of values",
            "write `head` under [rows], and [[columns]]",
        );
    }
}
