//! `decisions.toml`: what people decided where files leave something open.

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use super::source::Source;
use crate::diagnostic::DefinitionErrors;
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
    // What it is about: one of these.
    file: Option<String>,
    submission: Option<Spanned<String>>,
    report: Option<Spanned<String>>,
    // Only some reports of the file.
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
    // By whom, when, why.
    by: String,
    on: Spanned<String>,
    why: Spanned<String>,
}

/// What decisions may name.
pub(super) struct Names<'a> {
    pub(super) geography: &'a Geography,
    pub(super) is_form: &'a dyn Fn(&str) -> bool,
    pub(super) is_rule: &'a dyn Fn(&str) -> bool,
}

/// Reads the decisions of a pipeline, in the order of the file.
pub(super) fn read_decisions(
    source: &Source,
    names: &Names<'_>,
    errors: &mut DefinitionErrors,
) -> Vec<Decision> {
    let raw: RawDecisions = match source.parse() {
        Ok(raw) => raw,
        Err(e) => {
            errors.push(e);
            return Vec::new();
        }
    };
    let mut decisions = Vec::new();
    for (number, decision) in (1..).zip(&raw.decision) {
        decisions.extend(compile(number, decision, names, source, errors));
    }
    decisions
}

fn compile(
    number: usize,
    spanned: &Spanned<RawDecision>,
    names: &Names<'_>,
    source: &Source,
    errors: &mut DefinitionErrors,
) -> Vec<Decision> {
    let raw = spanned.get_ref();
    let start = spanned.span().start;
    let mut wrong = |offset: usize, message: String, remedy: &str| {
        errors.push(source.error(offset, message, remedy));
    };
    let is_id = |text: &str| text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let subject = match (&raw.file, &raw.submission, &raw.report) {
        (Some(name), None, None) => Some(DecisionSubject::File(name.clone())),
        (None, Some(id), None) => {
            if !is_id(id.get_ref()) {
                wrong(
                    id.span().start,
                    format!("`{}` is no submission_id", id.get_ref()),
                    "write the submission_id of the table `submissions`: 16 hexadecimal digits",
                );
            }
            Some(DecisionSubject::Submission(id.get_ref().clone()))
        }
        (None, None, Some(id)) => {
            let sound = id
                .get_ref()
                .rsplit_once('-')
                .is_some_and(|(submission, n)| is_id(submission) && n.parse::<usize>().is_ok());
            if !sound {
                wrong(
                    id.span().start,
                    format!("`{}` is no report_id", id.get_ref()),
                    "write the report_id of the table `reports`: a submission_id, `-` and a number",
                );
            }
            Some(DecisionSubject::Report(id.get_ref().clone()))
        }
        _ => {
            wrong(
                start,
                "a decision is about one thing".to_owned(),
                "name one of `file`, `submission`, `report`",
            );
            None
        }
    };
    if let Some(form) = raw.form.as_ref().filter(|f| !(names.is_form)(f.get_ref())) {
        wrong(
            form.span().start,
            format!("the form `{}` is not declared", form.get_ref()),
            "name a form of forms/",
        );
    }
    let mut rulings = Vec::new();
    if let Some(unit) = &raw.unit {
        let key = unit
            .get_ref()
            .split_once(':')
            .map(|(vintage, code)| UnitKey {
                vintage: vintage.to_owned(),
                code: code.to_owned(),
            })
            .filter(|key| names.geography.units_of(&key.vintage).contains(key));
        match key {
            Some(key) => rulings.push(Ruling::Unit(key)),
            None => wrong(
                unit.span().start,
                format!("`{}` is no unit of admin_units.csv", unit.get_ref()),
                "write vintage and code, as 2025:44",
            ),
        }
    }
    if let Some(vintage) = &raw.vintage {
        if names
            .geography
            .vintages
            .iter()
            .any(|(v, _)| v == vintage.get_ref())
        {
            rulings.push(Ruling::Vintage(vintage.get_ref().clone()));
        } else {
            wrong(
                vintage.span().start,
                format!("`{}` is no vintage of admin_units.csv", vintage.get_ref()),
                "name a vintage of admin_units.csv",
            );
        }
    }
    if let Some(period) = &raw.period {
        match period.get_ref().parse() {
            Ok(period) => rulings.push(Ruling::Period(period)),
            Err(e) => wrong(
                period.span().start,
                e,
                "write a period as 2025, 2025-S1 or 2025-Q3",
            ),
        }
    }
    match (raw.accept, raw.withdraw) {
        (true, true) => wrong(
            start,
            "what is accepted is not withdrawn".to_owned(),
            "keep one of `accept` and `withdraw`",
        ),
        (true, false) => rulings.push(Ruling::Accept),
        (false, true) => rulings.push(Ruling::Withdraw),
        (false, false) => {}
    }
    for rule in &raw.waive {
        if (names.is_rule)(rule.get_ref()) {
            rulings.push(Ruling::Waive(rule.get_ref().clone()));
        } else {
            wrong(
                rule.span().start,
                format!("`{}` is no rule of rules.toml", rule.get_ref()),
                "name the id of a rule",
            );
        }
    }
    let says_something = raw.unit.is_some()
        || raw.vintage.is_some()
        || raw.period.is_some()
        || raw.accept
        || raw.withdraw
        || !raw.waive.is_empty();
    if !says_something {
        wrong(
            start,
            "this paragraph decides nothing".to_owned(),
            "say what is decided: `unit`, `vintage`, `period`, `accept`, `withdraw` or `waive`",
        );
    }
    let on: Option<Date> = raw.on.get_ref().parse().ok();
    if on.is_none() {
        wrong(
            raw.on.span().start,
            format!("`{}` is no day", raw.on.get_ref()),
            "write the day it was decided on as 2025-12-31",
        );
    }
    if raw.why.get_ref().trim().is_empty() || raw.by.trim().is_empty() {
        wrong(
            raw.why.span().start,
            "a decision needs who took it and why".to_owned(),
            "fill in `by` and `why`: both are printed where the decision is applied",
        );
    }
    let (Some(subject), Some(on)) = (subject, on) else {
        return Vec::new();
    };
    rulings
        .into_iter()
        .map(|ruling| Decision {
            number,
            subject: subject.clone(),
            form: raw.form.as_ref().map(|f| f.get_ref().clone()),
            sheet: raw.sheet.clone(),
            ruling,
            by: raw.by.clone(),
            on,
            why: raw.why.get_ref().clone(),
        })
        .collect()
}
