//! The rows of a blank form, with the values that are already known.

use super::columns::is_printed;
use super::known::{KnownValues, is_over};
use super::words::roman;
use crate::extract::{Dimension, Form, FormRow, RowUnit, Scenario, ValueColumn};
use crate::geography::owing_vintage;
use crate::normalize::{TOTAL, lake_decimal};
use crate::period::Period;
use crate::plan::{Indicator, Plan};
use crate::publish::template::{TemplateRow, TemplateValue};
use crate::tables::format_decimal;
use crate::text::rounded;

fn indicator<'a>(plan: &'a Plan, id: &str) -> Option<&'a Indicator> {
    plan.indicators.iter().find(|i| i.id == id)
}

/// The rows of the form. If its rows are units: the units of the vintage that owes it for the period, by code.
fn rows_in_force(plan: &Plan, form: &Form, period: Period) -> Vec<FormRow> {
    if form.dimension != Dimension::Unit {
        return form.rows.clone();
    }
    let vintage = owing_vintage(&form.code, period, &plan.duties, &plan.geography);
    let units = plan.geography.units_of(vintage).into_iter();
    units
        .filter_map(|unit| {
            let is_it = |u: &RowUnit| u.vintage == unit.vintage && u.code == unit.code;
            let row = form.rows.iter().find(|row| row.units.iter().any(is_it))?;
            Some(FormRow {
                code: Some(unit.code.clone()),
                label: plan.geography.name(unit, period.end()).to_owned(),
                ..row.clone()
            })
        })
        .collect()
}

/// The rows under the headings of their sections, numbered by their level.
pub(in crate::answers) fn rows(
    plan: &Plan,
    form: &Form,
    period: Period,
    known: &KnownValues,
) -> Vec<TemplateRow> {
    let mut rows = Vec::new();
    let mut section: Option<&str> = None;
    let mut sections = 0;
    let mut counters: Vec<usize> = Vec::new();
    let lines = rows_in_force(plan, form, period);
    for (at, line) in lines.iter().enumerate() {
        if line.section.as_deref() != section {
            section = line.section.as_deref();
            let raw = form
                .written
                .sections
                .iter()
                .find(|s| Some(s.id.as_str()) == section);
            if let Some(words) = raw.and_then(|s| s.words.first()) {
                sections += 1;
                counters.clear();
                rows.push(TemplateRow {
                    number: roman(sections),
                    label: words.to_uppercase(),
                    level: None,
                    unit: String::new(),
                    code: String::new(),
                    values: Vec::new(),
                    note: String::new(),
                });
            }
        }
        let level = match form.dimension {
            Dimension::Indicator => indicator(plan, &line.member).and_then(|i| i.level),
            Dimension::Breakdown => form
                .row_breakdown
                .and_then(|at| plan.breakdowns[at].member(&line.member))
                .map(|member| member.level),
            Dimension::Unit | Dimension::Record => None,
        };
        let level = usize::try_from(level.unwrap_or(0)).unwrap_or(0);
        let number = if form.dimension == Dimension::Breakdown && line.member == TOTAL {
            String::new()
        } else {
            counters.resize(level + 1, 0);
            counters[level] += 1;
            let parts: Vec<String> = counters.iter().map(usize::to_string).collect();
            parts.join(".")
        };
        let values: Vec<TemplateValue> = form
            .columns
            .iter()
            .filter(|column| is_printed(column, period))
            .map(|column| value(plan, (form, at), line, column, (period, known)))
            .collect();
        rows.push(TemplateRow {
            number,
            label: line.label.clone(),
            level: Some(u8::try_from(level).unwrap_or(u8::MAX)),
            unit: match form.dimension {
                Dimension::Indicator => values.first().map(|v| v.unit.clone()).unwrap_or_default(),
                Dimension::Breakdown | Dimension::Unit | Dimension::Record => String::new(),
            },
            code: line.code.clone().unwrap_or_default(),
            values,
            note: String::new(),
        });
    }
    rows
}

/// A cell to fill in, with its unit and the value that the lake has for it.
fn value(
    plan: &Plan,
    (form, at): (&Form, usize),
    row: &FormRow,
    column: &ValueColumn,
    (period, known): (Period, &KnownValues),
) -> TemplateValue {
    let (id, members) = form.figure(row, column);
    let facts = indicator(plan, id);
    let decimals = facts.map_or(0, |f| f.decimals);
    let of = column.period.of(period);
    let exists = form.dimension == Dimension::Unit || !column.without_rows.contains(&at);
    if known.is_whole() {
        let value = known.get(id, &members, of, column.scenario);
        return TemplateValue {
            exists,
            unit: facts.map(|f| f.unit.clone()).unwrap_or_default(),
            decimals,
            // A cell shows what it holds, so that it reads back as it was written.
            known: value.map(|value| rounded(value, decimals)),
            is_partial: known.is_partial(id, &members, of, column.scenario),
            estimated: None,
        };
    }
    let offered = column.scenario == Scenario::Actual && is_over(column.period, period);
    let known = |scenario| {
        let value = || known.get(id, &members, of, scenario);
        offered.then(value).flatten()
    };
    let actual = known(Scenario::Actual);
    // An estimate is not an actual value. It is shown beside the cell, not in it.
    let estimated = known(Scenario::Estimate).filter(|_| actual.is_none());
    TemplateValue {
        exists,
        unit: facts.map(|f| f.unit.clone()).unwrap_or_default(),
        decimals,
        known: actual,
        is_partial: false,
        estimated: estimated.map(|value| format_decimal(lake_decimal(value), decimals, '.', ',')),
    }
}
