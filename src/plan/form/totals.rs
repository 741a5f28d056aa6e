//! The totals that the form of a list declares.

use std::collections::BTreeSet;

use super::super::breakdowns::Member;
use super::super::code_lists::CodeLists;
use super::super::file_errors::FileErrors;
use super::super::indicators::Measure;
use crate::extract::{FieldKind, ListTotal, RawForm, RawTotal, RecordField, RecordShape, TotalBy};

/// The totals of a form. Those that are unsound are told and left out.
pub(super) fn list_totals(
    raw: &RawForm,
    shape: Option<&RecordShape>,
    lists: CodeLists<'_>,
    wrong: &mut FileErrors<'_>,
) -> Vec<ListTotal> {
    let mut totals: Vec<ListTotal> = Vec::new();
    for total in &raw.totals {
        let id = total.indicator.get_ref();
        let Some(shape) = shape else {
            wrong.at(
                &total.indicator,
                "a form without a list has totals of a list",
                "write [[totals]] in the form of a record list",
            );
            continue;
        };
        if totals
            .iter()
            .any(|t| t.indicator == *id && t.scenario == total.scenario)
        {
            let message = format!("`{id}` is a total of this list twice");
            wrong.at(
                &total.indicator,
                message,
                "give each indicator one total of a scenario",
            );
            continue;
        }
        let Ok(sum_of) = summed_column(total, shape, wrong) else {
            continue;
        };
        if check_indicator(raw, total, sum_of.map(|at| &shape.fields[at]), lists, wrong) {
            totals.push(ListTotal {
                indicator: id.clone(),
                scenario: total.scenario,
                sum_of: sum_of.map(|at| shape.fields[at].column.clone()),
                condition: total.condition.as_ref().map(|c| c.get_ref().clone()),
                by: by(total, raw, lists, wrong),
            });
        }
    }
    totals
}

/// The index of the field that a total adds up; none if it counts records. An error, which is told, if it is neither.
fn summed_column(
    total: &RawTotal,
    shape: &RecordShape,
    wrong: &mut FileErrors<'_>,
) -> Result<Option<usize>, ()> {
    let value = total.value.get_ref();
    if value == "count" {
        return Ok(None);
    }
    let column = value
        .strip_prefix("sum(")
        .and_then(|rest| rest.strip_suffix(')'));
    let is_summed = |field: &RecordField| {
        Some(field.column.as_str()) == column
            && matches!(field.kind, FieldKind::Whole | FieldKind::Decimal)
    };
    let at = shape.fields.iter().position(is_summed);
    if at.is_none() {
        let message = format!("`{value}` is neither `count` nor the sum of a column of numbers");
        let remedy =
            "write \"count\", or \"sum(COLUMN)\" with a field of the type whole or decimal";
        wrong.at(&total.value, message, remedy);
    }
    at.map(Some).ok_or(())
}

/// Checks that an indicator can be such a total: it adds up, it belongs to this form, and has the unit of the column.
fn check_indicator(
    raw: &RawForm,
    total: &RawTotal,
    summed: Option<&RecordField>,
    lists: CodeLists<'_>,
    wrong: &mut FileErrors<'_>,
) -> bool {
    let id = total.indicator.get_ref();
    let Some(indicator) = lists.indicators.iter().find(|i| i.id == *id) else {
        lists.check_indicator(&total.indicator, wrong);
        return false;
    };
    let mut unfit = |message: String, remedy: &str| {
        wrong.at(&total.indicator, message, remedy);
        false
    };
    if indicator.home_form.as_deref() != Some(raw.form.as_str()) {
        let message = format!("`{}` is not the home form of `{id}`", raw.form);
        return unfit(
            message,
            "write this form as its home_form in indicators.csv",
        );
    }
    if !matches!(indicator.measure, Measure::Stock | Measure::Flow) {
        let message = format!("`{id}` is a mean or a ratio, which no total of records is");
        return unfit(message, "name a stock or a flow");
    }
    let unit = summed.and_then(|field| field.unit.as_deref());
    if let Some(unit) = unit.filter(|unit| *unit != indicator.unit) {
        let message = format!(
            "the column is kept in `{unit}` and `{id}` in `{}`",
            indicator.unit
        );
        return unfit(message, "give both the same unit");
    }
    if summed.is_some_and(|f| f.kind == FieldKind::Decimal) && indicator.decimals == 0 {
        let message = format!("`{id}` has whole numbers, the column has decimals");
        return unfit(message, "give the indicator decimals");
    }
    true
}

/// By which codes a total is broken down.
fn by(
    total: &RawTotal,
    raw: &RawForm,
    lists: CodeLists<'_>,
    wrong: &mut FileErrors<'_>,
) -> Option<TotalBy> {
    let (id, column) = total.by.iter().next()?;
    let at = lists.breakdowns.iter().position(|b| b.id == *id.get_ref());
    let field = raw
        .fields
        .iter()
        .find(|f| f.column.get_ref() == column.get_ref());
    let list = field.and_then(|f| f.list.as_ref());
    let fits = |at: &usize| {
        let breakdown = &lists.breakdowns[*at];
        list.is_some_and(|list| *list.get_ref() == breakdown.list) && !breakdown.members.is_empty()
    };
    let Some(at) = at.filter(|at| fits(at) && total.by.len() == 1) else {
        wrong.at(
            column,
            format!("the total cannot be broken down by `{}`", column.get_ref()),
            "write `by.<id of a breakdown>` and a field whose `list` is that of the breakdown",
        );
        return None;
    };
    let members = &lists.breakdowns[at].members;
    Some(TotalBy {
        breakdown: at,
        column: column.get_ref().clone(),
        members: members
            .iter()
            .map(|member| (member.code.clone(), within(member, members)))
            .collect(),
    })
}

/// The codes of a member and of all within it.
fn within(member: &Member, all: &[Member]) -> BTreeSet<String> {
    let mut codes = BTreeSet::from([member.code.clone()]);
    // Each step takes in those whose parent is there, until none is new.
    loop {
        let inner = all
            .iter()
            .filter(|m| m.parent.as_ref().is_some_and(|p| codes.contains(p)));
        let inner: Vec<String> = inner.map(|m| m.code.clone()).collect();
        let before = codes.len();
        codes.extend(inner);
        if codes.len() == before {
            return codes;
        }
    }
}
