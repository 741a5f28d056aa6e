//! The rows of a form, taken from the code list of its dimension.

use std::collections::BTreeSet;

use toml::Spanned;

use super::super::breakdowns::{Breakdown, Member};
use super::super::code_lists::CodeLists;
use super::super::file_errors::FileErrors;
use super::super::indicators::Indicator;
use crate::extract::{Dimension, Form, FormRow, RawForm, RawLine};
use crate::geography::{sums_of_units, unit_rows};
use crate::text::{Folder, TOTAL};

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
    let breakdown = row_breakdown(raw, lists).map(|at| &lists.breakdowns[at]);
    let is_code = |code: &str| match raw.rows.kind() {
        Dimension::Indicator => raw.rows.lines.is_empty() && is_row_code(code),
        Dimension::Breakdown => breakdown.is_some_and(|b| b.member(code).is_some()),
        Dimension::Unit | Dimension::Record => false,
    };
    let remedy = match raw.rows.kind() {
        Dimension::Unit => "write other names of a unit as lines of name_aliases.csv",
        _ if !raw.rows.lines.is_empty() => "write other labels of a line under its own `also`",
        _ => "name rows by the codes of indicators.csv or of the list of their breakdown",
    };
    for code in raw.rows.also.keys().filter(|c| !is_code(c.get_ref())) {
        let message = format!("`{}` is not the code of a row", code.get_ref());
        wrong.at(code, message, remedy);
    }
    if raw.rows.kind() == Dimension::Breakdown && breakdown.is_none() {
        let id = raw.rows.dimension.get_ref();
        wrong.at(
            &raw.rows.dimension,
            format!(
                "`{id}` is no dimension of rows: the pipeline declares no breakdown of that name"
            ),
            "write indicator, unit, record, or the id of a breakdown that pipeline.toml declares",
        );
    }
    check_lines(raw, lists, wrong);
    for section in &raw.sections {
        let mut indicators = lists.indicators.iter();
        let mut lines = raw.rows.lines.iter();
        let is_used = if raw.rows.lines.is_empty() {
            indicators.any(|i| i.section.as_ref() == Some(&section.id))
        } else {
            lines.any(|line| line.section.as_ref() == Some(&section.id))
        };
        if !is_used {
            wrong.at_text(
                &format!("id = \"{}\"", section.id),
                format!("no row belongs to the section `{}`", section.id),
                "name a section of indicators.csv, or of the form's own lines",
            );
        }
    }
}

/// The index of the breakdown whose members the rows are.
pub(super) fn row_breakdown(raw: &RawForm, lists: CodeLists<'_>) -> Option<usize> {
    let is_breakdown = raw.rows.kind() == Dimension::Breakdown;
    let at = || lists.breakdown(raw.rows.dimension.get_ref());
    is_breakdown.then(at).flatten()
}

/// Checks that the lines of a form name indicators, each once.
fn check_lines(raw: &RawForm, lists: CodeLists<'_>, wrong: &mut FileErrors<'_>) {
    let lines = &raw.rows.lines;
    for (at, line) in lines.iter().enumerate() {
        lists.check_indicator(&line.indicator, wrong);
        let same = |other: &RawLine| other.indicator.get_ref() == line.indicator.get_ref();
        if lines[..at].iter().any(same) {
            let message = format!("the indicator `{}` has two lines", line.indicator.get_ref());
            wrong.at(&line.indicator, message, "delete one of the two");
        }
    }
    if let (Some(line), false) = (lines.first(), raw.rows.codes.is_empty()) {
        let message = "the form has `codes` and lines of its own";
        wrong.at(
            &line.indicator,
            message,
            "list all rows in one of the two ways",
        );
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
    let written = &form.written.rows;
    let lists_its_rows = !(written.codes.is_empty() && written.lines.is_empty());
    if form.dimension != Dimension::Indicator || lists_its_rows {
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
    match raw.rows.kind() {
        Dimension::Indicator if !raw.rows.lines.is_empty() => {
            line_rows(raw, lists.indicators, folder)
        }
        Dimension::Indicator => indicator_rows(raw, lists.indicators, folder),
        Dimension::Breakdown => row_breakdown(raw, lists).map_or_else(Vec::new, |at| {
            member_rows(raw, &lists.breakdowns[at], folder)
        }),
        Dimension::Unit => unit_rows(lists.geography),
        Dimension::Record => Vec::new(),
    }
}

/// Folded labels of rows that add up others and are not rows of the form.
pub(super) fn sums(raw: &RawForm, lists: CodeLists<'_>, folder: &Folder) -> Vec<String> {
    let totals = raw.rows.total.iter().map(|label| folder.fold(label));
    match raw.rows.kind() {
        Dimension::Unit => {
            let country = [
                lists.country.name_vi.as_str(),
                lists.country.name_en.as_str(),
            ];
            totals
                .chain(sums_of_units(lists.geography, country, folder))
                .collect()
        }
        Dimension::Record | Dimension::Indicator => totals.collect(),
        Dimension::Breakdown => Vec::new(),
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

/// A row for each line of the form itself. The name of its indicator is a label too.
fn line_rows(raw: &RawForm, indicators: &[Indicator], folder: &Folder) -> Vec<FormRow> {
    let lines = raw.rows.lines.iter();
    let rows = lines.filter_map(|line| {
        let mut known = indicators.iter();
        let indicator = known.find(|i| i.id == *line.indicator.get_ref())?;
        let mut labels: Vec<String> = Vec::new();
        for label in [&line.label]
            .into_iter()
            .chain(&line.also)
            .chain([&indicator.name_vi])
        {
            let folded = folder.fold(label);
            if !labels.contains(&folded) {
                labels.push(folded);
            }
        }
        Some(FormRow {
            member: indicator.id.clone(),
            code: indicator.row_code.clone(),
            section: line.section.clone(),
            label: line.label.clone(),
            labels,
            parts: Vec::new(),
            adds_up: indicator.measure.adds_up(),
            units: Vec::new(),
        })
    });
    rows.collect()
}

/// The row of totals, then a row for each member.
fn member_rows(raw: &RawForm, breakdown: &Breakdown, folder: &Folder) -> Vec<FormRow> {
    let members = &breakdown.members;
    let total = FormRow {
        member: TOTAL.to_owned(),
        code: None,
        section: None,
        label: raw.rows.total.first().cloned().unwrap_or_default(),
        labels: raw.rows.total.iter().map(|t| folder.fold(t)).collect(),
        parts: parts_of(members, None),
        adds_up: true,
        units: Vec::new(),
    };
    let member_row = |member: &Member| FormRow {
        member: member.code.clone(),
        code: Some(member.code.clone()),
        section: None,
        label: member.name_vi.clone(),
        labels: labels(raw, Some(&member.code), &member.name_vi, folder),
        parts: parts_of(members, Some(&member.code)),
        adds_up: true,
        units: Vec::new(),
    };
    std::iter::once(total)
        .chain(members.iter().map(member_row))
        .collect()
}

/// Indexes of the rows of the members under `parent`. The row of totals comes first, so members start at 1.
fn parts_of(members: &[Member], parent: Option<&str>) -> Vec<usize> {
    (1..)
        .zip(members)
        .filter(|(_, member)| member.parent.as_deref() == parent)
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
