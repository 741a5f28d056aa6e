//! The sheets of a consolidated form, in the layout of the blank one.

use std::collections::BTreeSet;

use super::error::ConsolidateError;
use super::figures::Figures;
use super::places::PlaceOfSheet;
use crate::answers::template::{KnownValues, columns, first, rows, said_period};
use crate::extract::{Form, Scenario, belongs};
use crate::geography::UnitKey;
use crate::period::Period;
use crate::plan::Plan;
use crate::publish::template::{Template, TemplateRow, TemplateStatement};
use crate::tables::SymbolKind;
use crate::text::fill;

/// The longest name of a sheet.
const LONGEST_NAME: usize = 31;

/// Forms, and how many units of the first have figures of the period.
pub(super) struct Sheets {
    pub(super) templates: Vec<Template>,
    pub(super) coverage: (usize, usize),
}

/// Lays the form out for each place.
pub(super) fn sheets(
    plan: &Plan,
    form: &Form,
    period: Period,
    places: &[PlaceOfSheet],
    figures: &Figures,
) -> Result<Sheets, ConsolidateError> {
    let titles = vec![
        form.title_vi.to_uppercase(),
        said_period(plan, period)
            .ok_or(ConsolidateError::NoWords(period))?
            .to_uppercase(),
    ];
    if plan.document_words.statements.consolidated.is_empty() {
        return Err(ConsolidateError::NoMark);
    }
    let columns = columns(plan, form, period);
    let blank = KnownValues::whole();
    let own = own_columns(form, period);
    let rows_of = |table: &'static str, code: &str| {
        let known = figures.of(table, code).unwrap_or(&blank);
        rows(plan, form, period, known)
    };
    let units: BTreeSet<&UnitKey> = places.iter().flat_map(|place| &place.units).collect();
    let reported: BTreeSet<&UnitKey> = units
        .into_iter()
        .filter(|unit| has_figures(&rows_of("provincial", &unit.code), &own))
        .collect();
    let partial = plan.edition.words.symbol(SymbolKind::Partial).mark.clone();
    let mut names = BTreeSet::new();
    let mut templates = Vec::new();
    for (i, place) in places.iter().enumerate() {
        let mut rows = rows_of(place.table, &place.code);
        for row in &mut rows {
            if row.values.iter().any(|v| v.known.is_some() && v.is_partial) {
                row.note.clone_from(&partial);
            }
        }
        templates.push(Template {
            code: form.code.clone(),
            sheet: sheet_name(if i == 0 { &form.code } else { &place.name }, &mut names),
            is_blank: false,
            dated: period.start(),
            heading: format!(
                "{}: {}",
                first(&plan.document_words.statements.form_code),
                form.code
            ),
            titles: titles.clone(),
            statements: statements(plan, place, coverage(plan, place, period, &reported)),
            columns: columns.clone(),
            rows,
            list: None,
            notes: notes(plan),
            symbols: Vec::new(),
            shown_symbols: String::new(),
        });
    }
    let of_first = places.first().map_or(&[][..], |place| &place.units);
    let count = of_first.iter().filter(|u| reported.contains(u)).count();
    Ok(Sheets {
        templates,
        coverage: (count, of_first.len()),
    })
}

/// The places of the value columns that only a report of this period fills: those that end with it and are no plan. All
/// columns, if there is none.
fn own_columns(form: &Form, period: Period) -> Vec<usize> {
    let columns = form
        .columns
        .iter()
        .filter(|c| belongs(&c.frequencies, period.frequency));
    let all: Vec<_> = columns.collect();
    let own: Vec<usize> = (0..all.len())
        .filter(|at| {
            let column = all[*at];
            column.scenario != Scenario::Plan && column.period.of(period) == period
        })
        .collect();
    if own.is_empty() {
        (0..all.len()).collect()
    } else {
        own
    }
}

/// Whether one of the columns has a figure.
fn has_figures(rows: &[TemplateRow], columns: &[usize]) -> bool {
    let known = |row: &TemplateRow| {
        let mut values = columns.iter().filter_map(|at| row.values.get(*at));
        values.any(|value| value.known.is_some())
    };
    rows.iter().any(known)
}

/// What the mark of a consolidated form says: of how many units there are figures, and who is missing.
fn coverage(
    plan: &Plan,
    place: &PlaceOfSheet,
    period: Period,
    reported: &BTreeSet<&UnitKey>,
) -> String {
    let words = &plan.correspondence.consolidated;
    if place.table == "provincial" {
        let is_there = place.units.iter().any(|unit| reported.contains(unit));
        let text = if is_there {
            &words.of_unit
        } else {
            &words.of_absent_unit
        };
        return fill(text, &[("geography", &said_geography(plan))]);
    }
    let missing: Vec<&str> = place
        .units
        .iter()
        .filter(|unit| !reported.contains(unit))
        .map(|unit| plan.geography.name(unit, period.end()))
        .collect();
    let expected = place.units.len();
    let text = if missing.is_empty() {
        &words.coverage
    } else {
        &words.coverage_without
    };
    fill(
        text,
        &[
            ("reported", &(expected - missing.len()).to_string()),
            ("expected", &expected.to_string()),
            ("missing", &missing.join(", ")),
        ],
    )
}

/// The newest geography in the words of a document.
fn said_geography(plan: &Plan) -> String {
    let newest = plan.geography.newest();
    let words = plan.document_words.geographies.get(newest);
    words.map_or_else(|| newest.to_owned(), |words| first(words))
}

/// What stands above the table.
fn statements(plan: &Plan, place: &PlaceOfSheet, coverage: String) -> Vec<TemplateStatement> {
    let statements = &plan.document_words.statements;
    let stated = |words: &[String], value: String| TemplateStatement {
        words: format!("{}:", first(words)),
        value,
        open: false,
        hint: None,
    };
    let mut all = vec![
        stated(&statements.consolidated, coverage),
        stated(&statements.reporter, place.name.clone()),
    ];
    if place.table == "provincial" {
        all.push(stated(&statements.unit_code, place.code.clone()));
    }
    all.push(stated(&statements.geography, said_geography(plan)));
    all
}

/// The lines below the table.
fn notes(plan: &Plan) -> Vec<String> {
    let words = &plan.edition.words;
    let mark = |kind| words.symbol(kind).mark.as_str();
    let marks = [
        ("partial", mark(SymbolKind::Partial)),
        ("estimate", mark(SymbolKind::Estimate)),
    ];
    let lines = plan.correspondence.consolidated.notes.iter();
    lines.map(|line| fill(line, &marks)).collect()
}

/// A name that a sheet can have and no other sheet has.
fn sheet_name(wanted: &str, names: &mut BTreeSet<String>) -> String {
    let allowed = |c: &char| !r"[]:*?/\".contains(*c);
    let short = |room: usize| -> String { wanted.chars().filter(allowed).take(room).collect() };
    let mut name = short(LONGEST_NAME);
    let mut number = 2;
    while !names.insert(name.to_lowercase()) {
        name = format!("{} {number}", short(LONGEST_NAME - 4));
        number += 1;
    }
    name
}
