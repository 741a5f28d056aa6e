//! The rows of a form, taken from the code list of its dimension.

use std::collections::BTreeSet;

use toml::Spanned;

use super::super::code_lists::CodeLists;
use super::super::file_errors::FileErrors;
use super::super::indicators::Indicator;
use super::super::sectors::Sector;
use crate::extract::{Dimension, Form, FormRow, RawForm};
use crate::geography::{sums_of_units, unit_rows};
use crate::normalize::TOTAL;
use crate::text::Folder;

/// Checks the codes and sections that a form names.
pub(super) fn check_rows(raw: &RawForm, lists: CodeLists<'_>, wrong: &mut FileErrors<'_>) {
    let is_row_code = |code: &str| {
        let mut indicators = lists.indicators.iter();
        indicators.any(|i| i.row_code.as_deref() == Some(code))
    };
    for code in &raw.rows.codes {
        if !is_row_code(code.get_ref()) {
            wrong.at(
                code,
                format!("`{}` is not a row_code of indicators.csv", code.get_ref()),
                "name codes of the rows of this form",
            );
        }
    }
    let is_code = |code: &str| match raw.rows.dimension {
        Dimension::Indicator => is_row_code(code),
        Dimension::Sector => lists.sectors.iter().any(|s| s.code == code),
        Dimension::Unit | Dimension::Record => false,
    };
    let remedy = match raw.rows.dimension {
        Dimension::Unit => "write other names of a unit as lines of name_aliases.csv",
        _ => "name rows by the codes of indicators.csv or sectors.csv",
    };
    for code in raw.rows.also.keys().filter(|c| !is_code(c.get_ref())) {
        let message = format!("`{}` is not the code of a row", code.get_ref());
        wrong.at(code, message, remedy);
    }
    if raw.rows.dimension == Dimension::Sector && lists.sectors.is_empty() {
        wrong.at_text(
            "dimension",
            "the pipeline has no sectors",
            "add sectors.csv, or give the rows another dimension",
        );
    }
    for section in &raw.sections {
        let mut indicators = lists.indicators.iter();
        if !indicators.any(|i| i.section.as_ref() == Some(&section.id)) {
            wrong.at_text(
                &format!("id = \"{}\"", section.id),
                format!("no indicator belongs to the section `{}`", section.id),
                "name a section of indicators.csv",
            );
        }
    }
}

/// Checks that a form without `codes`, which takes every row that has a code, takes none of another form whose rows are
/// indicators.
pub(super) fn check_whose_rows(
    form: &Form,
    forms: &[Form],
    lists: CodeLists<'_>,
    wrong: &mut FileErrors<'_>,
) {
    if form.dimension != Dimension::Indicator || !form.written.rows.codes.is_empty() {
        return;
    }
    let has_rows = |home: &str| {
        let mut others = forms.iter().filter(|other| other.code != form.code);
        others.any(|other| other.code == home && other.dimension == Dimension::Indicator)
    };
    let rows = lists.indicators.iter();
    let of_others: Vec<(&str, &str)> = rows
        .filter_map(|i| Some((i.row_code.as_deref()?, i.home_form.as_deref()?)))
        .filter(|(_, home)| has_rows(home))
        .collect();
    if let Some((code, home)) = of_others.first() {
        let message = format!(
            "`{}` lists no `codes`, so it asks for every row of indicators.csv; {} of them belong to another form, the first is `{code}` of `{home}`",
            form.code,
            of_others.len()
        );
        wrong.at_text(
            "[rows]",
            message,
            "list the rows of this form as `codes` under [rows]",
        );
    }
}

/// The rows of a form in the order of the code list.
pub(super) fn rows(raw: &RawForm, lists: CodeLists<'_>, folder: &Folder) -> Vec<FormRow> {
    match raw.rows.dimension {
        Dimension::Indicator => indicator_rows(raw, lists.indicators, folder),
        Dimension::Sector => sector_rows(raw, lists.sectors, folder),
        Dimension::Unit => unit_rows(lists.geography),
        Dimension::Record => Vec::new(),
    }
}

/// Folded labels of rows that add up others and are not rows of the form.
pub(super) fn sums(raw: &RawForm, lists: CodeLists<'_>, folder: &Folder) -> Vec<String> {
    let totals = raw.rows.total.iter().map(|label| folder.fold(label));
    match raw.rows.dimension {
        Dimension::Unit => {
            let country = [
                lists.country.name_vi.as_str(),
                lists.country.name_en.as_str(),
            ];
            totals
                .chain(sums_of_units(lists.geography, country, folder))
                .collect()
        }
        Dimension::Record => totals.collect(),
        Dimension::Indicator | Dimension::Sector => Vec::new(),
    }
}

fn indicator_rows(raw: &RawForm, indicators: &[Indicator], folder: &Folder) -> Vec<FormRow> {
    let wanted: BTreeSet<&String> = raw.rows.codes.iter().map(Spanned::get_ref).collect();
    let is_wanted = |code: &String| wanted.is_empty() || wanted.contains(code);
    indicators
        .iter()
        .filter(|indicator| indicator.row_code.as_ref().is_some_and(is_wanted))
        .map(|indicator| FormRow {
            member: indicator.id.clone(),
            code: indicator.row_code.clone(),
            section: indicator.section.clone(),
            label: indicator.name_vi.clone(),
            labels: labels(
                raw,
                indicator.row_code.as_deref(),
                &indicator.name_vi,
                folder,
            ),
            parts: Vec::new(),
            adds_up: indicator.measure.adds_up(),
            units: Vec::new(),
        })
        .collect()
}

/// The row of totals, then a row for each sector.
fn sector_rows(raw: &RawForm, sectors: &[Sector], folder: &Folder) -> Vec<FormRow> {
    let total = FormRow {
        member: TOTAL.to_owned(),
        code: None,
        section: None,
        label: raw.rows.total.first().cloned().unwrap_or_default(),
        labels: raw.rows.total.iter().map(|t| folder.fold(t)).collect(),
        parts: parts_of(sectors, None),
        adds_up: true,
        units: Vec::new(),
    };
    let sector_row = |sector: &Sector| FormRow {
        member: sector.code.clone(),
        code: Some(sector.code.clone()),
        section: None,
        label: sector.name_vi.clone(),
        labels: labels(raw, Some(&sector.code), &sector.name_vi, folder),
        parts: parts_of(sectors, Some(&sector.code)),
        adds_up: true,
        units: Vec::new(),
    };
    std::iter::once(total)
        .chain(sectors.iter().map(sector_row))
        .collect()
}

/// Indexes of the rows of the sectors under `parent`. The row of totals comes first, so sectors start at 1.
fn parts_of(sectors: &[Sector], parent: Option<&str>) -> Vec<usize> {
    (1..)
        .zip(sectors)
        .filter(|(_, sector)| sector.parent.as_deref() == parent)
        .map(|(row, _)| row)
        .collect()
}

/// The folded labels of a row: its name, then the other ways to write it.
fn labels(raw: &RawForm, code: Option<&str>, name: &str, folder: &Folder) -> Vec<String> {
    let also = raw.rows.also.iter();
    let also = also.filter(|(row, _)| Some(row.get_ref().as_str()) == code);
    let also = also.flat_map(|(_, labels)| labels);
    std::iter::once(folder.fold(name))
        .chain(also.map(|label| folder.fold(label)))
        .collect()
}
