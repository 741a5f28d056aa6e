//! The value columns of a form, and the columns that compare two of them.

use toml::Spanned;

use super::super::code_lists::CodeLists;
use super::super::file_errors::FileErrors;
use super::cells::{in_place_of, members, without_rows};
use super::sound_columns::{
    check_comparisons, check_id, check_same_figures, check_stands_on, check_years, sample,
};
use crate::extract::{
    ComparisonColumn, Dimension, FormRow, HeadPattern, RawForm, RawValueColumn, RelativePeriod,
    ValueColumn, belongs,
};
use crate::text::Folder;

/// The value columns of a form.
pub(super) fn value_columns(
    raw: &RawForm,
    lists: CodeLists<'_>,
    folder: &Folder,
    rows: &[FormRow],
    wrong: &mut FileErrors<'_>,
) -> Vec<ValueColumn> {
    let columns = raw.columns.iter().map(|column| {
        check_id(column, wrong);
        check_indicator(raw, column, lists, wrong);
        let period = period(&column.period, wrong);
        let stands_on = column.stands_on.as_ref();
        let stands_on = stands_on.and_then(|name| column_index(raw, name, wrong));
        let indicator = column.indicator.as_ref().map(|i| i.get_ref().clone());
        let mut indicators = lists.indicators.iter();
        let known = indicators.find(|i| indicator.as_ref() == Some(&i.id));
        ValueColumn {
            adds_up: known.is_none_or(|i| i.measure.adds_up()),
            id: column.id.get_ref().clone(),
            title: column.head.join(" › "),
            heads: heads(&column.head, &column.also, (lists, folder), wrong),
            frequencies: column.frequencies.clone(),
            scenario: column.scenario,
            period,
            indicator,
            stands_on,
            without_rows: without_rows(column, rows, lists, wrong),
            members: members(raw, column, lists, wrong),
            in_place_of: in_place_of(raw, column, wrong),
        }
    });
    columns.collect()
}

/// The comparison columns of a form. With them all columns are known, so their heads are checked too.
pub(super) fn comparison_columns(
    raw: &RawForm,
    columns: &[ValueColumn],
    lists: CodeLists<'_>,
    (folder, rows): (&Folder, &[FormRow]),
    wrong: &mut FileErrors<'_>,
) -> Vec<ComparisonColumn> {
    let mut comparisons = Vec::new();
    for comparison in &raw.comparisons {
        let of = column_index(raw, &comparison.of, wrong);
        let to = column_index(raw, &comparison.to, wrong);
        if let (Some(of), Some(to)) = (of, to) {
            comparisons.push(ComparisonColumn {
                heads: heads(&comparison.head, &comparison.also, (lists, folder), wrong),
                frequencies: comparison.frequencies.clone(),
                of,
                to,
            });
        }
    }
    if comparisons.len() == raw.comparisons.len() {
        check_ids(raw, wrong);
        check_heads(raw, columns, &comparisons, wrong);
        check_frequencies(raw, columns, wrong);
        check_same_figures(raw, columns, rows, wrong);
        check_years(raw, columns, wrong);
        check_stands_on(raw, columns, wrong);
        check_comparisons(raw, columns, &comparisons, wrong);
    }
    comparisons
}

/// Checks that either the rows or the column state the indicator.
fn check_indicator(
    raw: &RawForm,
    column: &RawValueColumn,
    lists: CodeLists<'_>,
    wrong: &mut FileErrors<'_>,
) {
    if let Some(indicator) = &column.indicator {
        lists.check_indicator(indicator, wrong);
    }
    if (raw.rows.kind() == Dimension::Indicator) == column.indicator.is_some() {
        let what = if column.indicator.is_some() {
            "names an indicator, and so do the rows"
        } else {
            "names no indicator, and neither do the rows"
        };
        wrong.at(
            &column.id,
            format!("the column `{}` {what}", column.id.get_ref()),
            "either the rows are indicators or each column names one",
        );
    }
}

fn period(written: &Spanned<String>, wrong: &mut FileErrors<'_>) -> RelativePeriod {
    RelativePeriod::parse(written.get_ref()).unwrap_or_else(|| {
        wrong.at(
            written,
            format!("`{}` is not a period of a report", written.get_ref()),
            "write N, or N and a sign and a digit such as N-1 and N+1, a half of the year N as N-S1 or N-S2, P for the report's own period, or a year such as 2026",
        );
        RelativePeriod::Year(0)
    })
}

/// The position of the column that has this id.
fn column_index(
    raw: &RawForm,
    name: &Spanned<String>,
    wrong: &mut FileErrors<'_>,
) -> Option<usize> {
    let mut ids = raw.columns.iter().map(|column| column.id.get_ref());
    let index = ids.position(|id| id == name.get_ref());
    if index.is_none() {
        wrong.at(
            name,
            format!("the form has no column `{}`", name.get_ref()),
            "name the id of a column of this form",
        );
    }
    index
}

/// All paths of heads that a column may have.
fn heads(
    head: &[String],
    also: &[Vec<String>],
    (lists, folder): (CodeLists<'_>, &Folder),
    wrong: &mut FileErrors<'_>,
) -> Vec<HeadPattern> {
    let mut heads = Vec::new();
    for path in std::iter::once(head).chain(also.iter().map(Vec::as_slice)) {
        match HeadPattern::compile(path, lists.words.period_words(), folder) {
            Ok(pattern) if pattern.can_be_found() => heads.push(pattern),
            Ok(_) => wrong.at_text(
                &format!("{path:?}"),
                "a head is empty: the column could not be found by it",
                "write the texts above the column, from the top down, or delete the empty ones",
            ),
            Err(e) => wrong.at_text(
                path.first().map_or("", String::as_str),
                e,
                "write a year in a head as {N}, {N-1} or {N+1}, and {P} for words of the report's period",
            ),
        }
    }
    heads
}

fn check_ids(raw: &RawForm, wrong: &mut FileErrors<'_>) {
    for (i, column) in raw.columns.iter().enumerate() {
        let id = column.id.get_ref();
        if raw.columns[..i].iter().any(|c| c.id.get_ref() == id) {
            wrong.at(
                &column.id,
                format!("the column `{id}` is declared twice"),
                "give one of the two another id",
            );
        }
    }
}

/// Checks that no two columns have the same head: a sheet could not tell them apart.
fn check_heads(
    raw: &RawForm,
    columns: &[ValueColumn],
    comparisons: &[ComparisonColumn],
    wrong: &mut FileErrors<'_>,
) {
    let written = raw.columns.iter().map(|column| &column.id);
    let values = written.zip(columns.iter().map(|column| &column.heads));
    let written = raw.comparisons.iter().map(|comparison| &comparison.of);
    let compared = written.zip(comparisons.iter().map(|comparison| &comparison.heads));
    let heads: Vec<_> = values.chain(compared).collect();
    for (i, (name, own)) in heads.iter().enumerate() {
        let taken = heads[..i]
            .iter()
            .flat_map(|(_, others)| others.iter())
            .any(|other| own.iter().any(|head| head.is_same_as(other)));
        if taken {
            wrong.at(
                name,
                "an earlier column has the same head",
                "a column is recognized by its head: write more of the path, or delete one of the two",
            );
        }
    }
}

/// Checks that each frequency of the form has a column for its period. Otherwise the figures of a report would be
/// assigned to a period of another length.
fn check_frequencies(raw: &RawForm, columns: &[ValueColumn], wrong: &mut FileErrors<'_>) {
    if raw.rows.kind() == Dimension::Record {
        return;
    }
    for frequency in &raw.frequencies {
        let is_held = columns.iter().any(|c| {
            belongs(&c.frequencies, *frequency)
                && c.period.of(sample(*frequency)).frequency == *frequency
        });
        if !is_held {
            wrong.at_text(
                "frequencies",
                format!("a report with the frequency `{frequency}` has no column for its period"),
                "the period of a column is a year, half a year, or P for that of the report; remove the frequency, or give a column its period",
            );
        }
    }
}
