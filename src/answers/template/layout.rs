//! Lays a form out as a blank one: heading, statements, columns, rows and notes.

use super::columns::columns;
use super::error::TemplateError;
use super::known::KnownValues;
use super::rows::rows;
use super::words::said_period;
use crate::answers::office::office;
use crate::extract::{Dimension, Form};
use crate::geography::{AGENCY, UnitKey, owing_vintage};
use crate::period::Period;
use crate::plan::Plan;
use crate::publish::template::{Template, TemplateStatement};
use crate::text::fill;

/// The form with its words for one period and unit.
pub(super) fn lay_out(
    plan: &Plan,
    form: &Form,
    period: Period,
    unit: Option<&UnitKey>,
    known: &KnownValues,
) -> Result<Template, TemplateError> {
    let words = &plan.correspondence.template;
    let mut notes = instructions(plan, &words.instructions);
    let rows = rows(plan, form, period, known);
    if rows
        .iter()
        .flat_map(|r| &r.values)
        .any(|v| v.known.is_some())
    {
        notes.push(words.prefilled.clone());
    }
    Ok(Template {
        columns: columns(plan, form, period),
        rows,
        notes,
        ..frame(plan, form, period, unit)?
    })
}

/// Lines below a form, with the symbols and the words of documents filled in.
pub(super) fn instructions(plan: &Plan, lines: &[String]) -> Vec<String> {
    let symbols = &plan.document_words.symbols;
    let places = [
        ("nil", first(&symbols.nil)),
        ("not_collected", first(&symbols.not_collected)),
        ("not_applicable", first(&symbols.not_applicable)),
        ("sending", first(&plan.document_words.statements.sending)),
    ];
    let places: Vec<(&str, &str)> = places.iter().map(|(k, v)| (*k, v.as_str())).collect();
    lines.iter().map(|line| fill(line, &places)).collect()
}

/// What a blank form has around its body.
pub(super) fn frame(
    plan: &Plan,
    form: &Form,
    period: Period,
    unit: Option<&UnitKey>,
) -> Result<Template, TemplateError> {
    let symbols = &plan.document_words.symbols;
    let all_symbols = [
        &symbols.nil,
        &symbols.not_collected,
        &symbols.not_applicable,
    ];
    let stated = &plan.document_words.statements;
    Ok(Template {
        code: form.code.clone(),
        sheet: form.code.clone(),
        is_blank: true,
        dated: period.start(),
        heading: format!("{}: {}", first(&stated.form_code), form.code),
        titles: vec![
            form.title_vi.to_uppercase(),
            said_period(plan, period)
                .ok_or(TemplateError::NoWords(period))?
                .to_uppercase(),
        ],
        statements: statements(plan, form, period, unit),
        columns: Vec::new(),
        rows: Vec::new(),
        list: None,
        notes: Vec::new(),
        symbols: all_symbols.into_iter().flatten().cloned().collect(),
        shown_symbols: all_symbols.map(|words| first(words)).join("  "),
    })
}

/// What the form states above its table: reporter, unit, geography and number of the version.
fn statements(
    plan: &Plan,
    form: &Form,
    period: Period,
    unit: Option<&UnitKey>,
) -> Vec<TemplateStatement> {
    let statements = &plan.document_words.statements;
    let colon = |words: &[String]| format!("{}:", first(words));
    let hints = &plan.correspondence.template.input;
    let by_unit = form.dimension == Dimension::Unit;
    let mut stated = vec![TemplateStatement {
        words: colon(&statements.reporter),
        value: unit
            .map(|u| office(plan, u, reporter_of(plan, form, period), period.end()))
            .unwrap_or_default(),
        open: true,
        hint: Some(hints.reporter.clone()).filter(|_| !by_unit),
    }];
    let is_agency = unit.is_some_and(|unit| unit.vintage == AGENCY);
    if !by_unit && !is_agency {
        stated.push(TemplateStatement {
            words: colon(&statements.unit_code),
            value: unit.map(|u| u.code.clone()).unwrap_or_default(),
            open: unit.is_none(),
            hint: None,
        });
    }
    // Without a unit, the vintage whose units owe the form is meant.
    let vintage = unit.map_or_else(
        || owing_vintage(&form.code, period, &plan.duties, &plan.geography),
        |u| u.vintage.as_str(),
    );
    if let Some(said) = plan
        .document_words
        .geographies
        .get(vintage)
        .and_then(|words| words.first())
    {
        stated.push(TemplateStatement {
            words: colon(&statements.geography),
            value: said.clone(),
            open: false,
            hint: None,
        });
    }
    stated.push(TemplateStatement {
        words: colon(&statements.sending),
        value: "1".to_owned(),
        open: true,
        hint: None,
    });
    stated
}

/// The first of several words; empty if there is none.
pub(in crate::answers) fn first(words: &[String]) -> String {
    words.first().cloned().unwrap_or_default()
}

/// Who owes the form for a period. Of several, the one whose report counts.
fn reporter_of<'a>(plan: &'a Plan, form: &Form, period: Period) -> Option<&'a str> {
    let rank = plan
        .duties
        .iter()
        .filter(|d| d.frequency == period.frequency && d.forms.contains(&form.code))
        .filter_map(|d| d.owed_by.rank())
        .min()?;
    let reporter = plan.reporters.0.iter().find(|r| r.rank == rank)?;
    Some(&reporter.id)
}
