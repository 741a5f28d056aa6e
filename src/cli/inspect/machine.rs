//! An inspected file as JSON.

use serde_json::{Map, Value, json};

use super::evidence::{carried, column_title, numbers, unit_code, values_of};
use crate::answers::{Inspected, InspectedReport, Inspection};
use crate::diagnostic::Finding;
use crate::extract::{Stated, Title};
use crate::geography::VintageBasis;
use crate::normalize::Observation;
use crate::plan::Plan;

/// An inspected file as one object; with `values`, each report has its values.
pub(super) fn machine(plan: &Plan, inspection: &Inspection, values: bool) -> Value {
    let reports = inspection.reports.iter();
    let reports: Vec<Value> = reports.map(|of| report(plan, of, values)).collect();
    json!({
        "file_name": inspection.file_name,
        "sha256": inspection.sha256,
        "size_bytes": inspection.size_bytes,
        "media_type": inspection.media_type,
        "encoding": inspection.encoding.as_ref().map(|e| json!({"name": e.name, "evidence": e.evidence})),
        "carried": inspection.carried.iter().map(|c| carried(*c)).collect::<Vec<_>>(),
        "rejected": inspection.rejected,
        "findings": inspection.findings.iter().map(finding).collect::<Vec<_>>(),
        "reports": reports,
    })
}

fn report(plan: &Plan, inspected: &Inspected, values: bool) -> Value {
    let report = inspected.report.any();
    let dossier = report.dossier();
    let (source, content) = (&dossier.source, &dossier.content);
    let reading = &inspected.reading;
    let candidates = dossier.unit_claim.candidates.iter();
    let numbers = reading.locales.iter().filter_map(|(column, verdict)| {
        let said = numbers(verdict)?;
        let column = column_title(plan, &source.form, *column);
        Some(json!({"column": column, "evidence": said}))
    });
    let mut object = json!({
        "report_id": source.report_id,
        "form": source.form,
        "sheet": source.sheet,
        "ranges": reading.ranges.iter().map(|r| format!("{}:{}", r.start, r.end)).collect::<Vec<_>>(),
        "period": report.period().map(|p| p.to_string()),
        "unit_vintage": report.unit().map(|u| &u.vintage),
        "unit_code": report.unit().map(|u| &u.code),
        "candidates": candidates.map(|u| format!("{}:{}", u.vintage, u.code)).collect::<Vec<_>>(),
        "vintage_evidence": report.vintage_basis().map(VintageBasis::as_str),
        "reporter": dossier.sender.id(),
        "held": report.is_held(),
        "consolidated": report.is_consolidated(),
        "sending": dossier.sending(),
        "stated": title(&reading.title),
        "numbers": numbers.collect::<Vec<_>>(),
        "cells_total": content.cells_total,
        "cells_loaded": content.cells_loaded,
        "cells_explained": content.cells_explained,
        "findings": dossier.findings.iter().map(finding).collect::<Vec<_>>(),
    });
    if values {
        let all = values_of(inspected).iter();
        object["values"] = all.map(|of| value(&inspected.report, of)).collect();
    }
    object
}

/// What the lines above a table state.
fn title(title: &Title) -> Value {
    let periods = title.periods.iter().map(|(stated, period)| {
        let text = Some(&stated.text).filter(|text| !text.is_empty());
        json!({"text": text, "cell": stated.at.to_string(), "period": period.to_string()})
    });
    json!({
        "form": title.form.as_ref().map(stated),
        "reporter": title.reporter.as_ref().map(stated),
        "unit_code": title.unit_code.as_ref().map(stated),
        "measure": title.measure.as_ref().map(stated),
        "geography": title.geography.as_ref().map(|(geography, _)| stated(geography)),
        "periods": periods.collect::<Vec<_>>(),
    })
}

/// A text and its cell; null for a text of a sheet that may hold personal data.
fn stated(of: &Stated) -> Value {
    let text = Some(&of.text).filter(|text| !text.is_empty());
    json!({"text": text, "cell": of.at.to_string()})
}

fn value(report: &InspectedReport, of: &Observation) -> Value {
    json!({
        "cell": of.at.to_string(),
        "unit": unit_code(report, of),
        "indicator": of.indicator,
        "sector": of.members.code(0),
        "members": of.members.as_str(),
        "scenario": of.scenario.as_str(),
        "period": of.period.to_string(),
        "value": of.value.map(|value| value.to_string()),
        "status": of.status.as_str(),
        "raw": of.raw,
        "unit_read": of.unit_read,
    })
}

fn finding(of: &Finding) -> Value {
    let columns = Finding::COLUMNS.iter().zip(of.to_record());
    let columns = columns.map(|(name, value)| ((*name).to_owned(), json!(value)));
    Value::Object(columns.collect::<Map<_, _>>())
}
