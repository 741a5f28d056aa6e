//! The evidence of an inspected file that both output formats show.

use crate::answers::{Inspected, InspectedReport, Inspection};
use crate::diagnostic::Finding;
use crate::extract::ColumnRef;
use crate::normalize::{Locale, LocaleVerdict, Observation, ProofReason};
use crate::plan::Plan;
use crate::read::Carried;

pub(super) fn findings_of(inspection: &Inspection) -> Vec<&Finding> {
    let reports = inspection
        .reports
        .iter()
        .flat_map(|r| &r.report.dossier().findings);
    inspection.findings.iter().chain(reports).collect()
}

/// The values of a report. A report that is held back has values too.
pub(super) fn values_of(inspected: &Inspected) -> &[Observation] {
    let report = inspected.report.any();
    let content = &report.dossier().content;
    if report.is_held() || report.is_consolidated() {
        &content.held_values
    } else {
        &content.observations
    }
}

pub(super) fn carried(what: Carried) -> &'static str {
    match what {
        Carried::Macros => "macros",
        Carried::ExternalLinks => "links to other workbooks",
        Carried::Dde => "links to other programs",
    }
}

fn locale(locale: Locale) -> &'static str {
    match locale {
        Locale::CommaDecimal => "1.234,5",
        Locale::PointDecimal => "1,234.5",
    }
}

fn reason(reason: ProofReason) -> &'static str {
    match reason {
        ProofReason::Form => "can be read in one way only",
        ProofReason::Whole => "counts, so it is whole",
        ProofReason::Total => "adds up in this way only",
        ProofReason::Comparison => "compares in this way only",
    }
}

/// The head of a column of a form.
pub(super) fn column_title(plan: &Plan, form: &str, column: ColumnRef) -> String {
    let forms = &plan.vocabulary.forms;
    let Some(form) = forms.iter().find(|f| f.code == form) else {
        return String::new();
    };
    let title = |i: usize| form.columns[i].title.clone();
    match column {
        ColumnRef::Value(i) => title(i),
        ColumnRef::Comparison(i) => {
            let comparison = &form.comparisons[i];
            format!("{} / {}", title(comparison.of), title(comparison.to))
        }
    }
}

pub(super) fn numbers(verdict: &LocaleVerdict) -> Option<String> {
    match verdict {
        LocaleVerdict::Open => None,
        LocaleVerdict::Proven(proof) => Some(format!(
            "written as {}: `{}` in {} {}",
            locale(proof.locale),
            proof.raw,
            proof.at,
            reason(proof.reason)
        )),
        LocaleVerdict::ProvenBySheet(proof) => Some(format!(
            "written as {}, as elsewhere in the sheet: `{}` in {} {}",
            locale(proof.locale),
            proof.raw,
            proof.at,
            reason(proof.reason)
        )),
        LocaleVerdict::Contradiction(a, b) => Some(format!(
            "contradiction: `{}` in {} is written as {}, `{}` in {} as {}",
            a.raw,
            a.at,
            locale(a.locale),
            b.raw,
            b.at,
            locale(b.locale)
        )),
    }
}

/// The unit of a value in a table whose rows are units: its code, or all codes that it may have.
pub(super) fn unit_code(report: &InspectedReport, value: &Observation) -> Option<String> {
    let area = value.area.as_deref()?;
    Some(match report.code_of(Some(area)) {
        Some(code) => code.to_owned(),
        None => {
            let all: Vec<String> = area.iter().map(|(v, code)| format!("{v}:{code}")).collect();
            all.join(" ")
        }
    })
}
