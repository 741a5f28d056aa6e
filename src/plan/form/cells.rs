//! Which cells a value column has: of which members of breakdowns, in which rows, in place of which other columns.

use std::collections::BTreeSet;

use super::super::code_lists::CodeLists;
use super::super::file_errors::FileErrors;
use crate::extract::{Dimension, FormRow, RawForm, RawValueColumn};
use crate::text::TOTAL;

/// The measures that a row may have.
const MEASURES: [&str; 4] = ["stock", "flow", "mean", "ratio"];

/// The members that the values of a column are of: index of the breakdown and code.
pub(super) fn members(
    raw: &RawForm,
    column: &RawValueColumn,
    lists: CodeLists<'_>,
    wrong: &mut FileErrors<'_>,
) -> Vec<(usize, String)> {
    let mut members = Vec::new();
    for (id, code) in &column.members {
        let Some(at) = lists.breakdown(id.get_ref()) else {
            wrong.at(
                id,
                format!("the pipeline has no breakdown `{}`", id.get_ref()),
                "name a breakdown of pipeline.toml, or declare it there under [[breakdowns]]",
            );
            continue;
        };
        let breakdown = &lists.breakdowns[at];
        if raw.rows.dimension.get_ref() == id.get_ref() {
            let message = format!(
                "the rows are members of `{}`, and so is the column",
                id.get_ref()
            );
            wrong.at(id, message, "leave the member out of the column");
        }
        if breakdown.member(code.get_ref()).is_none() {
            let message = format!(
                "`{}` is not a code of {}.csv",
                code.get_ref(),
                breakdown.list
            );
            let remedy = if code.get_ref() == TOTAL {
                "leave the member out: a column without one has the total"
            } else {
                "name a code of the list"
            };
            wrong.at(code, message, remedy);
        }
        members.push((at, code.get_ref().clone()));
    }
    if let Some(indicator) = &column.indicator {
        let known = lists
            .indicators
            .iter()
            .find(|i| i.id == *indicator.get_ref());
        for id in column.members.keys() {
            if known.is_some_and(|known| !known.breakdowns.contains(id.get_ref())) {
                let (name, id) = (indicator.get_ref(), id.get_ref());
                wrong.at(
                    indicator,
                    format!("`{name}` is not broken down by `{id}`"),
                    "name the breakdown in the column `breakdowns` of indicators.csv, or delete the member",
                );
            }
        }
    }
    members
}

/// The rows that have no cell in a column: their indicator is not broken down as the column is, or has another measure.
pub(super) fn without_rows(
    column: &RawValueColumn,
    rows: &[FormRow],
    lists: CodeLists<'_>,
    wrong: &mut FileErrors<'_>,
) -> BTreeSet<usize> {
    for (at, measure) in column.measures.iter().enumerate() {
        let twice = column.measures[..at]
            .iter()
            .any(|m| m.get_ref() == measure.get_ref());
        if twice || !MEASURES.contains(&measure.get_ref().as_str()) {
            wrong.at(
                measure,
                format!(
                    "`{}` is not a measure, or is listed twice",
                    measure.get_ref()
                ),
                "write stock, flow, mean or ratio, each once",
            );
        }
    }
    let wants = |measure: &str| {
        let mut wanted = column.measures.iter();
        column.measures.is_empty() || wanted.any(|m| m.get_ref() == measure)
    };
    let indicator_of = |row: &FormRow| {
        let id = column
            .indicator
            .as_ref()
            .map_or(&row.member, |i| i.get_ref());
        lists.indicators.iter().find(|i| i.id == *id)
    };
    let has_cell = |row: &FormRow| {
        indicator_of(row).is_none_or(|indicator| {
            let mut members = column.members.keys();
            wants(indicator.measure.as_str())
                && members.all(|id| indicator.breakdowns.contains(id.get_ref()))
        })
    };
    let without = rows.iter().enumerate().filter(|(_, row)| !has_cell(row));
    let without: BTreeSet<usize> = without.map(|(at, _)| at).collect();
    if !rows.is_empty() && without.len() == rows.len() && column.indicator.is_none() {
        wrong.at(
            &column.id,
            format!("no row of the form has a cell in the column `{}`", column.id.get_ref()),
            "correct `members` and `measures`, or say in the column `breakdowns` of indicators.csv by what the rows are broken down",
        );
    }
    without
}

/// The columns that a column stands in place of.
pub(super) fn in_place_of(
    raw: &RawForm,
    column: &RawValueColumn,
    wrong: &mut FileErrors<'_>,
) -> Vec<usize> {
    let mut replaced = Vec::new();
    for name in &column.in_place_of {
        let mut columns = raw.columns.iter();
        let other = columns.position(|c| c.id.get_ref() == name.get_ref());
        let is_sound = other.is_some_and(|at| {
            let other = &raw.columns[at];
            other.id.get_ref() != column.id.get_ref()
                && other.in_place_of.is_empty()
                && !replaced.contains(&at)
                && other.scenario == column.scenario
                && other.period.get_ref() == column.period.get_ref()
        });
        match other.filter(|_| is_sound) {
            Some(at) => replaced.push(at),
            None => wrong.at(
                name,
                format!("`{}` cannot stand in place of `{}`", column.id.get_ref(), name.get_ref()),
                "name other columns of this form, of the same scenario and period, that stand for themselves",
            ),
        }
    }
    if !replaced.is_empty() && raw.rows.kind() == Dimension::Record {
        let message = "a record list has no columns of values";
        wrong.at(&column.id, message, "delete the column");
    }
    replaced
}
