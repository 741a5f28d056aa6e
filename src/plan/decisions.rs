//! `decisions.toml`: what people decided where submissions leave something open.

use std::path::Path;

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use super::code_lists::has_form;
use super::file_errors::FileErrors;
use super::paths::is_absent;
use super::rules::AllRules;
use super::source::Source;
use crate::diagnostic::DefinitionErrors;
use crate::extract::Form;
use crate::geography::{Decision, DecisionSubject, Geography, Ruling, UnitKey};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDecisions {
    #[serde(default)]
    decision: Vec<Spanned<RawDecision>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDecision {
    // What it is about: exactly one of these.
    file: Option<String>,
    submission: Option<Spanned<String>>,
    report: Option<Spanned<String>>,
    // Limits it to some reports of the file.
    form: Option<Spanned<String>>,
    sheet: Option<String>,
    // What is decided: one or more of these.
    unit: Option<Spanned<String>>,
    vintage: Option<Spanned<String>>,
    period: Option<Spanned<String>>,
    #[serde(default)]
    accept: bool,
    #[serde(default)]
    withdraw: bool,
    #[serde(default)]
    waive: Vec<Spanned<String>>,
    // Who decided, when and why.
    by: String,
    on: Spanned<String>,
    why: Spanned<String>,
}

/// What decisions may refer to.
#[derive(Clone, Copy)]
pub(super) struct Referable<'a> {
    pub(super) geography: &'a Geography,
    pub(super) forms: &'a [Form],
    pub(super) rules: &'a AllRules,
}

/// Reads the decisions of a pipeline in the order of the file; a pipeline without decisions has no such file.
pub(super) fn read_decisions(
    path: &Path,
    referable: Referable<'_>,
    errors: &mut DefinitionErrors,
) -> Vec<Decision> {
    if is_absent(path) {
        return Vec::new();
    }
    let Some(source) = errors.ok(Source::read(path)) else {
        return Vec::new();
    };
    let Some(raw) = errors.ok(source.parse::<RawDecisions>()) else {
        return Vec::new();
    };
    let mut wrong = FileErrors::in_source(&source, errors);
    (1..)
        .zip(&raw.decision)
        .flat_map(|(number, decision)| compile(number, decision, referable, &mut wrong))
        .collect()
}

/// The rulings of one paragraph, each as a decision of its own.
fn compile(
    number: usize,
    paragraph: &Spanned<RawDecision>,
    referable: Referable<'_>,
    wrong: &mut FileErrors<'_>,
) -> Vec<Decision> {
    let raw = paragraph.get_ref();
    let subject = subject(paragraph, wrong);
    if let Some(form) = &raw.form
        && !has_form(referable.forms, form.get_ref())
    {
        wrong.at(
            form,
            format!("the form `{}` is not declared", form.get_ref()),
            "name a form of forms/",
        );
    }
    let rulings = rulings(paragraph, referable, wrong);
    let on = day(&raw.on, wrong);
    if raw.why.get_ref().trim().is_empty() || raw.by.trim().is_empty() {
        wrong.at(
            &raw.why,
            "a decision must say who made it and why",
            "fill in `by` and `why`: both are printed where the decision is applied",
        );
    }
    let (Some(subject), Some(on)) = (subject, on) else {
        return Vec::new();
    };
    let decision = |ruling| Decision {
        number,
        subject: subject.clone(),
        form: raw.form.as_ref().map(|f| f.get_ref().clone()),
        sheet: raw.sheet.clone(),
        ruling,
        by: raw.by.clone(),
        on,
        why: raw.why.get_ref().clone(),
    };
    rulings.into_iter().map(decision).collect()
}

/// What a decision is about.
fn subject(
    paragraph: &Spanned<RawDecision>,
    wrong: &mut FileErrors<'_>,
) -> Option<DecisionSubject> {
    let raw = paragraph.get_ref();
    match (&raw.file, &raw.submission, &raw.report) {
        (Some(name), None, None) => Some(DecisionSubject::File(name.clone())),
        (None, Some(id), None) => {
            if !is_submission_id(id.get_ref()) {
                wrong.at(
                    id,
                    format!("`{}` is not a submission_id", id.get_ref()),
                    "write the submission_id of the table `submissions`: 16 hexadecimal digits",
                );
            }
            Some(DecisionSubject::Submission(id.get_ref().clone()))
        }
        (None, None, Some(id)) => {
            if !is_report_id(id.get_ref()) {
                wrong.at(
                    id,
                    format!("`{}` is not a report_id", id.get_ref()),
                    "write the report_id of the table `reports`: a submission_id, `-` and a number",
                );
            }
            Some(DecisionSubject::Report(id.get_ref().clone()))
        }
        _ => {
            wrong.at(
                paragraph,
                "a decision is about exactly one thing",
                "name one of `file`, `submission`, `report`",
            );
            None
        }
    }
}

fn is_submission_id(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_report_id(text: &str) -> bool {
    let parts = text.rsplit_once('-');
    parts.is_some_and(|(submission, n)| is_submission_id(submission) && n.parse::<usize>().is_ok())
}

/// What a paragraph decides.
fn rulings(
    paragraph: &Spanned<RawDecision>,
    referable: Referable<'_>,
    wrong: &mut FileErrors<'_>,
) -> Vec<Ruling> {
    let raw = paragraph.get_ref();
    let Referable {
        geography, rules, ..
    } = referable;
    let mut rulings = Vec::new();
    rulings.extend(raw.unit.as_ref().and_then(|u| unit(u, geography, wrong)));
    rulings.extend(
        raw.vintage
            .as_ref()
            .and_then(|v| vintage(v, geography, wrong)),
    );
    rulings.extend(raw.period.as_ref().and_then(|p| period(p, wrong)));
    match (raw.accept, raw.withdraw) {
        (true, true) => wrong.at(
            paragraph,
            "one paragraph both accepts and withdraws",
            "keep one of `accept` and `withdraw`",
        ),
        (true, false) => rulings.push(Ruling::Accept),
        (false, true) => rulings.push(Ruling::Withdraw),
        (false, false) => {}
    }
    rulings.extend(raw.waive.iter().filter_map(|id| waiver(id, rules, wrong)));
    let says_something = raw.unit.is_some()
        || raw.vintage.is_some()
        || raw.period.is_some()
        || raw.accept
        || raw.withdraw
        || !raw.waive.is_empty();
    if !says_something {
        wrong.at(
            paragraph,
            "this paragraph decides nothing",
            "say what is decided: `unit`, `vintage`, `period`, `accept`, `withdraw` or `waive`",
        );
    }
    rulings
}

fn unit(
    unit: &Spanned<String>,
    geography: &Geography,
    wrong: &mut FileErrors<'_>,
) -> Option<Ruling> {
    let key = unit
        .get_ref()
        .split_once(':')
        .map(|(vintage, code)| UnitKey {
            vintage: vintage.to_owned(),
            code: code.to_owned(),
        })
        .filter(|key| geography.is_sender(key));
    if key.is_none() {
        wrong.at(
            unit,
            format!("`{}` is not a unit of admin_units.csv", unit.get_ref()),
            "write vintage and code, as in 2025:44; for a sender of agencies.csv agency and its agency_id",
        );
    }
    key.map(Ruling::Unit)
}

fn vintage(
    vintage: &Spanned<String>,
    geography: &Geography,
    wrong: &mut FileErrors<'_>,
) -> Option<Ruling> {
    let name = vintage.get_ref();
    if geography.vintages.iter().any(|(v, _)| v == name) {
        return Some(Ruling::Vintage(name.clone()));
    }
    wrong.at(
        vintage,
        format!("`{name}` is not a vintage of admin_units.csv"),
        "name a vintage of admin_units.csv",
    );
    None
}

fn period(period: &Spanned<String>, wrong: &mut FileErrors<'_>) -> Option<Ruling> {
    match period.get_ref().parse() {
        Ok(period) => Some(Ruling::Period(period)),
        Err(e) => {
            wrong.at(period, e, "write a period as 2025, 2025-S1 or 2025-Q3");
            None
        }
    }
}

fn waiver(id: &Spanned<String>, rules: &AllRules, wrong: &mut FileErrors<'_>) -> Option<Ruling> {
    if rules.has(id.get_ref()) {
        return Some(Ruling::Waive(id.get_ref().clone()));
    }
    wrong.at(
        id,
        format!("`{}` is not a rule of rules.toml", id.get_ref()),
        "name the id of a rule",
    );
    None
}

fn day(on: &Spanned<String>, wrong: &mut FileErrors<'_>) -> Option<Date> {
    let day = on.get_ref().parse().ok();
    if day.is_none() {
        wrong.at(
            on,
            format!("`{}` is not a date", on.get_ref()),
            "write the date of the decision as 2025-12-31",
        );
    }
    day
}
