//! A trace for programs: one object, its nodes nested in `children`. The fields are described in docs/trace.md.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::leaf::{AlternativeCell, RecordCell, SentReport, TracedCell};
use super::node::{
    Fact, FactOrigin, FigureLevel, FigureSubject, Node, Printed, PrintedOrigin, TracedFigure,
    TracedItem, TracedLine,
};
use super::outcome::Trace;
use super::recompute::recompute;
use crate::diagnostic::Finding;
use crate::tables::{Computation, Text};
use crate::text::code_in;

/// A trace as JSON. Decimals are texts with all their digits, unknown is null.
#[must_use]
pub fn machine(trace: &Trace) -> Value {
    json!({
        "snapshot": trace.snapshot,
        "outcome": trace.outcome.as_str(),
        "value": decimal(trace.root.value()),
        "recomputed": decimal(trace.recomputed),
        "cells": trace.cells,
        "root": node(&trace.root),
    })
}

fn decimal(value: Option<Decimal>) -> Value {
    json!(value.map(|value| value.normalize().to_string()))
}

fn both(text: &Text) -> Value {
    json!({"vi": text.vi, "en": text.en})
}

fn counts(counts: Option<(i64, i64)>, names: [&str; 2]) -> Value {
    match counts {
        Some((done, whole)) => json!({names[0]: done, names[1]: whole}),
        None => Value::Null,
    }
}

fn node(of: &Node) -> Value {
    let mut object = match of {
        Node::Printed(printed) => cell(printed),
        Node::Figure(of) => figure(of),
        Node::Fact(of) => fact(of),
        Node::Observation(of) => return observation(of),
        Node::Item(of) => return item(of),
    };
    object["recomputed"] = decimal(recompute(of));
    object["children"] = of.children().iter().map(node).collect();
    object
}

fn cell(printed: &Printed) -> Value {
    json!({
        "kind": "cell",
        "table": printed.table,
        "title": both(&printed.title),
        "row": printed.row,
        "label": both(&printed.label),
        "column": printed.column,
        "head": both(&printed.head),
        "text": printed.text,
        "value": decimal(printed.value),
        "decimals": printed.decimals,
        "rounding": "half away from zero",
        "status": Some(printed.status.code()).filter(|code| !code.is_empty()),
        "units": counts(printed.units, ["reported", "expected"]),
        "missing": printed.missing.iter().map(both).collect::<Vec<_>>(),
        "computation": match &printed.made {
            PrintedOrigin::Unsaid => None,
            PrintedOrigin::Figure => Some("figure"),
            PrintedOrigin::Computed(computation) => Some(computation.as_str()),
            PrintedOrigin::Stated(_) => Some("stated"),
            PrintedOrigin::Passing(_) => Some("passing"),
            PrintedOrigin::Counted => Some("count"),
        },
        "years": match printed.made {
            PrintedOrigin::Computed(Computation::RiseAYear(years) | Computation::FallAYear(years)) => Some(years),
            _ => None,
        },
        "stated_by": match &printed.made {
            PrintedOrigin::Stated(source) => Some(source),
            _ => None,
        },
        "test": match &printed.made {
            PrintedOrigin::Passing(test) => Some(format!("{} {}", test.comparator, test.value)),
            _ => None,
        },
    })
}

fn item(of: &TracedItem) -> Value {
    let line = |line: &TracedLine| {
        json!({
            "report_id": line.report_id,
            "form": line.form,
            "period": line.period,
            "unit": line.unit,
            "sender": line.sender,
            "file_name": line.file_name,
            "sheet": line.sheet,
            "row": line.row,
            "received_at": line.received_at.map(|at| at.to_string()),
        })
    };
    json!({
        "kind": "entry",
        "id": of.id,
        "records": of.lines.iter().map(line).collect::<Vec<_>>(),
    })
}

fn subject(object: &mut Value, of: &FigureSubject) {
    object["indicator"] = json!(&*of.indicator.id);
    object["indicator_name"] = both(&of.indicator.name);
    object["unit_of_measure"] = json!(of.indicator.unit);
    object["measure"] = json!(of.indicator.measure.as_str());
    object["rule"] = json!(of.indicator.rule());
    object["sector"] = json!(code_in(&of.members, 0));
    object["members"] = json!(&*of.members);
    object["period"] = json!(&*of.period);
    object["scenario"] = json!(&*of.scenario);
}

fn figure(of: &TracedFigure) -> Value {
    let (level, scheme) = match &of.level {
        FigureLevel::National => ("national", None),
        FigureLevel::Regional { scheme } => ("regional", Some(scheme)),
        FigureLevel::Together => ("together", None),
    };
    let mut object = json!({
        "kind": "figure",
        "level": level,
        "scheme": scheme,
        "geography": &*of.geography,
        "code": Some(&*of.code).filter(|code| !code.is_empty()),
        "name": both(&of.name),
        "value": decimal(of.value),
        "weight": decimal(of.weight),
        "status": of.status.as_deref(),
        "units": counts(of.units, ["reported", "expected"]),
    });
    subject(&mut object, &of.subject);
    object
}

fn fact(of: &Fact) -> Value {
    let mut object = json!({
        "kind": "fact",
        "geography": &*of.geography,
        "code": &*of.code,
        "name": both(&of.name),
        "value": decimal(of.value),
        "weight": decimal(of.weight),
        "status": of.status.as_deref(),
        "basis": of.basis.as_deref(),
        "parts": counts(of.parts, ["sources", "expected"]),
        "made_of": match of.way {
            FactOrigin::Own => Some("observations"),
            FactOrigin::Predecessors => Some("predecessors"),
            FactOrigin::Nowhere => None,
        },
        "standing": of.standing.as_str(),
        "lacking": of.lacking.iter().map(|side| &**side).collect::<Vec<_>>(),
        "findings": of.findings.iter().map(|f| finding(f)).collect::<Vec<_>>(),
        "sources_agree": of.sources_agree,
    });
    subject(&mut object, &of.subject);
    object
}

fn observation(of: &TracedCell) -> Value {
    json!({
        "kind": "observation",
        "part": of.part.as_str(),
        "report": sent(&of.report),
        "sheet": of.sheet.as_deref(),
        "cell": &*of.cell,
        "unit_vintage": &*of.unit.0,
        "unit_code": &*of.unit.1,
        "indicator": &*of.indicator,
        "period": &*of.period,
        "scenario": &*of.scenario,
        "choice": of.choice.as_str(),
        "raw": of.raw.as_deref(),
        "unit_read": of.unit_read.as_deref(),
        "unit_of_measure": of.measure_unit.as_deref(),
        "number": decimal(of.conversion.map(|c| c.number)),
        "factor": decimal(of.conversion.map(|c| c.factor)),
        "value": decimal(of.value),
        "status": &*of.status,
        "findings": of.findings.iter().map(|f| finding(f)).collect::<Vec<_>>(),
        "records": of.records.as_ref().map(|all| all.iter().map(record).collect::<Vec<_>>()),
        "others": of.others.iter().map(other).collect::<Vec<_>>(),
    })
}

fn record(of: &RecordCell) -> Value {
    json!({
        "report_id": &*of.report.report_id,
        "file_name": &*of.report.file_name,
        "sheet": of.sheet.as_deref(),
        "cell": &*of.cell,
        "value": decimal(of.value),
    })
}

fn other(of: &AlternativeCell) -> Value {
    json!({
        "report": sent(&of.report),
        "sheet": of.sheet.as_deref(),
        "cell": &*of.cell,
        "scenario": &*of.scenario,
        "raw": of.raw.as_deref(),
        "value": decimal(of.value),
        "why": of.why.as_str(),
    })
}

fn sent(of: &SentReport) -> Value {
    json!({
        "report_id": &*of.report_id,
        "form": &*of.form,
        "period": of.period.as_deref(),
        "unit_vintage": of.unit_vintage.as_deref(),
        "unit_code": of.unit_code.as_deref(),
        "vintage_evidence": of.vintage_evidence.as_deref(),
        "reporter": of.reporter.as_deref(),
        "revision": of.revision,
        "is_current": of.is_current,
        "file_name": &*of.file_name,
        "sha256": &*of.sha256,
        "received_at": of.received_at.map(|at| at.to_string()),
    })
}

fn finding(of: &Finding) -> Value {
    json!({
        "code": of.code,
        "severity": of.severity.as_str(),
        "rule": of.rule,
        "message_vi": of.message_vi,
        "message_en": of.message_en,
    })
}
