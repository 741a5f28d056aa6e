//! Whether the words of a form can be found in a sheet and told apart: code, titles, heads, labels.

use super::super::file_errors::FileErrors;
use crate::extract::{Dimension, Form, RawForm};
use crate::text::Folder;

/// Checks the words of a form and what its rows state without effect.
pub(super) fn check_words(raw: &RawForm, folder: &Folder, wrong: &mut FileErrors<'_>) {
    for (key, text) in [
        ("form", &raw.form),
        ("title_vi", &raw.title_vi),
        ("title_en", &raw.title_en),
    ] {
        if folder.fold(text).is_empty() {
            wrong.at_key(
                key,
                format!("`{key}` is empty"),
                "write the text as the form has it",
            );
        }
    }
    if raw.frequencies.is_empty() || has_twice(&raw.frequencies) {
        wrong.at_key(
            "frequencies",
            "the form has no frequency, or one of them twice",
            "write annual, half-year, quarterly or monthly, each once",
        );
    }
    let stub = &raw.stub;
    let also = raw.rows.also.values().flatten();
    let lines = raw.rows.lines.iter();
    let lines = lines.flat_map(|line| std::iter::once(&line.label).chain(&line.also));
    let sections = raw.sections.iter().flat_map(|section| &section.words);
    let fields = raw.fields.iter().flat_map(|field| &field.head);
    let words = [
        &raw.rows.head,
        &raw.rows.total,
        &stub.number,
        &stub.unit,
        &stub.code,
        &stub.note,
    ];
    let words = words
        .into_iter()
        .flatten()
        .chain(also)
        .chain(lines)
        .chain(sections)
        .chain(fields);
    for word in words.filter(|word| folder.fold(word).is_empty()) {
        wrong.at_text(
            &format!("{word:?}"),
            format!("`{word}` has no letters: nothing could be found by it"),
            "write the words of the form, or delete the empty text",
        );
    }
    check_stub(raw, folder, wrong);
    check_rows_without_effect(raw, wrong);
}

fn has_twice<T: PartialEq>(items: &[T]) -> bool {
    items
        .iter()
        .enumerate()
        .any(|(i, item)| items[..i].contains(item))
}

/// Checks that one head is not that of two columns that describe rows.
fn check_stub(raw: &RawForm, folder: &Folder, wrong: &mut FileErrors<'_>) {
    let stub = &raw.stub;
    let columns = [
        &raw.rows.head,
        &stub.number,
        &stub.unit,
        &stub.code,
        &stub.note,
    ];
    for (i, words) in columns.iter().enumerate() {
        for word in *words {
            let folded = folder.fold(word);
            let mut earlier = columns[..i].iter().copied().flatten();
            if !folded.is_empty() && earlier.any(|other| folder.fold(other) == folded) {
                wrong.at_text(
                    "[stub]",
                    format!("`{word}` is the head of two columns that describe rows"),
                    "write each head under one of number, unit, code, note, or under `head` of [rows]",
                );
            }
        }
    }
}

/// Checks that what `[rows]` states has an effect for its dimension.
fn check_rows_without_effect(raw: &RawForm, wrong: &mut FileErrors<'_>) {
    let rows = &raw.rows;
    let is = |dimension| rows.kind() == dimension;
    let without_effect = [
        (
            "codes",
            !rows.codes.is_empty() && !is(Dimension::Indicator),
            "indicator",
        ),
        (
            "[[rows.lines]]",
            !rows.lines.is_empty() && !is(Dimension::Indicator),
            "indicator",
        ),
        (
            "table",
            rows.table.is_some() && !is(Dimension::Record),
            "record",
        ),
        (
            "name",
            rows.name.is_some() && !is(Dimension::Record),
            "record",
        ),
        (
            "key",
            !rows.key.is_empty() && !is(Dimension::Record),
            "record",
        ),
    ];
    for (key, is_wrong, dimension) in without_effect {
        if is_wrong {
            let message =
                format!("`{key}` has no effect: the rows are not of the dimension {dimension}");
            wrong.at_key(key, message, "delete the line, or correct `dimension`");
        }
    }
    if is(Dimension::Indicator) && rows.lines.is_empty() && !rows.total.is_empty() {
        let message = "`total` has no effect: rows of indicators have no total";
        wrong.at_key("total", message, "delete the line, or correct `dimension`");
    }
    if is(Dimension::Breakdown) && rows.total.is_empty() {
        let message = "the row of totals has no label, so it would never be found";
        wrong.at_text("[rows]", message, "write `total` under [rows]");
    }
    for (i, code) in rows.codes.iter().enumerate() {
        if rows.codes[..i]
            .iter()
            .any(|c| c.get_ref() == code.get_ref())
        {
            wrong.at(
                code,
                format!("the row `{}` is listed twice", code.get_ref()),
                "delete one of the two",
            );
        }
    }
}

/// Checks that the sections of a form are told apart, and that each section of its rows has a heading.
pub(super) fn check_sections(raw: &RawForm, form: &Form, wrong: &mut FileErrors<'_>) {
    for (i, section) in form.sections.iter().enumerate() {
        let earlier = &form.sections[..i];
        let twice = earlier.iter().any(|other| {
            other.id == section.id || other.labels.iter().any(|l| section.labels.contains(l))
        });
        if twice || section.labels.is_empty() {
            wrong.at_text(
                &format!("id = \"{}\"", section.id),
                format!(
                    "the section `{}` is listed twice, or has no words of its own",
                    section.id
                ),
                "write each section once, with the words of its heading row",
            );
        }
    }
    let headed = |id: &String| form.sections.iter().any(|s| s.id == *id);
    let mut missing: Vec<&String> = Vec::new();
    for section in form.rows.iter().filter_map(|row| row.section.as_ref()) {
        if !form.sections.is_empty() && !headed(section) && !missing.contains(&section) {
            missing.push(section);
        }
    }
    for section in missing {
        wrong.at_text(
            "[[sections]]",
            format!("rows of the form belong to the section `{section}`, which it does not list"),
            "add the section with the words of its heading row, or list the form's own rows as `codes` under [rows]",
        );
    }
    if raw.rows.kind() != Dimension::Indicator && !raw.sections.is_empty() {
        let message = "sections have no effect: the rows are not indicators";
        wrong.at_text(
            "[[sections]]",
            message,
            "delete [[sections]], or correct `dimension`",
        );
    }
}

/// Checks that no two rows of one section have the same label or code.
pub(super) fn check_labels(form: &Form, wrong: &mut FileErrors<'_>) {
    if form.dimension == Dimension::Unit {
        return;
    }
    for (i, row) in form.rows.iter().enumerate() {
        let twin = form.rows[..i].iter().find(|other| {
            other.section == row.section && other.labels.iter().any(|l| row.labels.contains(l))
                || (row.code.is_some() && other.code == row.code)
        });
        if let Some(twin) = twin {
            wrong.at_text(
                "[rows]",
                format!("the rows `{}` and `{}` cannot be told apart: they share a label in one section, or a code", twin.member, row.member),
                "give each row its own name and code in indicators.csv or in the list of its breakdown, and labels of its own under [rows.also] or [[rows.lines]]",
            );
        }
    }
}

/// Checks that the words of a form are not those of an earlier one. The title of one must not begin that of another: a sheet
/// without a code is found by its title.
pub(super) fn check_among(forms: &[Form], form: &Form, wrong: &mut FileErrors<'_>) {
    for other in forms {
        let begins = |a: &str, b: &str| a == b || b.starts_with(&format!("{a} "));
        let either =
            |a: &str, b: &str| !a.is_empty() && !b.is_empty() && (begins(a, b) || begins(b, a));
        if either(&other.folded_title, &form.folded_title) {
            wrong.at_key(
                "title_vi",
                format!("the title begins as that of the form `{}` does: a sheet without a code could be of either", other.code),
                "write the title as the form has it, so that no title begins another",
            );
        }
        if other.code != form.code && either(&other.folded_code, &form.folded_code) {
            wrong.at_key(
                "form",
                format!("the code is read as that of the form `{}`", other.code),
                "give the form another code",
            );
        }
    }
}
