//! The tables of a snapshot that come from Rust values, and the printed tables of a run.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Decimal128Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow::error::ArrowError;
use datafusion::error::DataFusionError;

use super::Plan;
use super::assemble::Submission;
use super::reference::{table, text};
use crate::diagnostic::{Finding, Severity};
use crate::engine::Engine;
use crate::geography::{Decided, Evidence, Report, UnitKey};
use crate::normalize::{TOTAL, lake_decimal};
use crate::tables::{OfficialOrder, Table, TableBuilder};
use crate::validate::RuleResult;

fn owned(values: Vec<Option<String>>) -> ArrayRef {
    Arc::new(StringArray::from(values))
}

fn integers(values: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(values.collect::<Int64Array>())
}

/// `rule_results`.
pub(super) fn rule_results(all: &[RuleResult]) -> Result<RecordBatch, ArrowError> {
    table(
        "rule_results",
        vec![
            text(all.iter().map(|r| Some(r.rule.as_str()))),
            text(all.iter().map(|r| Some(r.form.as_str()))),
            text(all.iter().map(|r| Some(r.period.as_str()))),
            integers(all.iter().map(|r| r.passed)),
            integers(all.iter().map(|r| r.failed)),
            integers(all.iter().map(|r| r.undecided)),
        ],
    )
}

/// `submissions`.
pub(super) fn submissions(
    all: &[Submission],
    media: &[Option<&'static str>],
    outcomes: &[&'static str],
) -> Result<RecordBatch, ArrowError> {
    let times: TimestampMicrosecondArray = all
        .iter()
        .map(|s| Some(s.received_at.as_microsecond()))
        .collect();
    table(
        "submissions",
        vec![
            text(all.iter().map(|s| Some(s.submission_id.as_str()))),
            text(all.iter().map(|s| Some(s.file_name.as_str()))),
            text(all.iter().map(|s| Some(s.sha256.as_str()))),
            integers(
                all.iter()
                    .map(|s| i64::try_from(s.size_bytes).unwrap_or(i64::MAX)),
            ),
            text(media.iter().copied()),
            Arc::new(times.with_timezone("UTC")),
            text(outcomes.iter().map(|o| Some(*o))),
        ],
    )
}

/// `reports`.
pub(super) fn reports(all: &[Report]) -> Result<RecordBatch, ArrowError> {
    table(
        "reports",
        vec![
            text(all.iter().map(|r| Some(r.report_id.as_str()))),
            text(all.iter().map(|r| Some(r.submission_id.as_str()))),
            text(all.iter().map(|r| r.sheet.as_deref())),
            text(all.iter().map(|r| Some(r.form.as_str()))),
            owned(
                all.iter()
                    .map(|r| r.period.map(|p| p.to_string()))
                    .collect(),
            ),
            text(
                all.iter()
                    .map(|r| r.unit.as_ref().map(|u| u.vintage.as_str())),
            ),
            text(all.iter().map(|r| r.unit.as_ref().map(|u| u.code.as_str()))),
            text(all.iter().map(|r| r.vintage_evidence)),
            text(all.iter().map(|r| r.reporter.as_deref())),
            integers(all.iter().map(|r| r.revision)),
            Arc::new(
                all.iter()
                    .map(|r| Some(r.is_current))
                    .collect::<BooleanArray>(),
            ),
            integers(all.iter().map(|r| r.observations.len() as i64)),
            integers(all.iter().map(|r| r.count(Severity::Error))),
            integers(all.iter().map(|r| r.count(Severity::Warning))),
            integers(all.iter().map(|r| r.cells_total)),
            integers(all.iter().map(|r| r.cells_loaded)),
            integers(all.iter().map(|r| r.cells_explained)),
        ],
    )
}

/// `report_evidence`: why each report got its period, unit, geography, sender and number of sending.
pub(super) fn report_evidence(all: &[Report]) -> Result<RecordBatch, ArrowError> {
    let rows: Vec<(&Report, Evidence)> = all
        .iter()
        .flat_map(|report| report.evidence.iter().map(move |e| (report, e)))
        .map(|(report, e)| {
            let unit = report.unit.as_ref();
            let settled = match (e.aspect, unit) {
                ("unit", Some(unit)) => Evidence {
                    answer: Some(format!("{}:{}", unit.vintage, unit.code)),
                    ..e.clone()
                },
                ("vintage", Some(unit)) => {
                    let basis = report.vintage_evidence.unwrap_or(e.basis);
                    let words = (basis == "stated").then(|| e.clone());
                    Evidence {
                        aspect: e.aspect,
                        answer: Some(unit.vintage.clone()),
                        basis,
                        text: words.as_ref().and_then(|e| e.text.clone()),
                        cell: words.and_then(|e| e.cell),
                    }
                }
                _ => e.clone(),
            };
            (report, settled)
        })
        .collect();
    table(
        "report_evidence",
        vec![
            text(rows.iter().map(|(r, _)| Some(r.report_id.as_str()))),
            text(rows.iter().map(|(_, e)| Some(e.aspect))),
            text(rows.iter().map(|(_, e)| e.answer.as_deref())),
            text(rows.iter().map(|(_, e)| Some(e.basis))),
            text(rows.iter().map(|(_, e)| e.text.as_deref())),
            text(rows.iter().map(|(r, e)| {
                let has_cell = e.cell.is_some();
                r.sheet.as_deref().filter(|_| has_cell)
            })),
            text(rows.iter().map(|(_, e)| e.cell.as_deref())),
        ],
    )
}

/// `decisions`: each decision with what it is about and what became of it.
pub(super) fn decisions(all: &[Decided<'_>]) -> Result<RecordBatch, ArrowError> {
    table(
        "decisions",
        vec![
            integers(
                all.iter()
                    .map(|d| i64::try_from(d.decision.number).unwrap_or(i64::MAX)),
            ),
            text(all.iter().map(|d| Some(d.decision.ruling.kind()))),
            owned(all.iter().map(|d| d.decision.ruling.value()).collect()),
            text(all.iter().map(|d| d.file_name.as_deref())),
            text(all.iter().map(|d| d.submission_id.as_deref())),
            text(all.iter().map(|d| d.report_id.as_deref())),
            text(all.iter().map(|d| d.decision.form.as_deref())),
            text(all.iter().map(|d| d.decision.sheet.as_deref())),
            text(all.iter().map(|d| Some(d.outcome.as_str()))),
            text(all.iter().map(|d| Some(d.decision.by.as_str()))),
            owned(
                all.iter()
                    .map(|d| Some(d.decision.on.to_string()))
                    .collect(),
            ),
            text(all.iter().map(|d| Some(d.decision.why.as_str()))),
        ],
    )
}

/// `observations`.
pub(super) fn observations(plan: &Plan, reports: &[Report]) -> Result<RecordBatch, ArrowError> {
    let rows: Vec<_> = reports
        .iter()
        .flat_map(|r| r.observations.iter().map(move |o| (r, o)))
        .collect();
    let areas: Vec<Option<UnitKey>> = rows
        .iter()
        .map(|(r, o)| r.unit_of(o.area.as_deref()))
        .collect();
    let units: std::collections::HashMap<&str, &str> = plan
        .indicators
        .iter()
        .map(|i| (i.id.as_str(), i.unit.as_str()))
        .collect();
    let values = rows
        .iter()
        .map(|(_, o)| o.value.map(lake_decimal))
        .collect::<Vec<_>>();
    table(
        "observations",
        vec![
            text(rows.iter().map(|(r, _)| Some(r.report_id.as_str()))),
            text(rows.iter().map(|(r, _)| Some(r.form.as_str()))),
            owned(
                rows.iter()
                    .map(|(_, o)| Some(o.period.to_string()))
                    .collect(),
            ),
            text(areas.iter().map(|u| u.as_ref().map(|u| u.vintage.as_str()))),
            text(areas.iter().map(|u| u.as_ref().map(|u| u.code.as_str()))),
            text(rows.iter().map(|(_, o)| Some(o.indicator.as_str()))),
            text(rows.iter().map(|(_, o)| Some(o.sector.as_str()))),
            text(rows.iter().map(|_| Some(TOTAL))),
            text(rows.iter().map(|(_, o)| Some(o.scenario.as_str()))),
            Arc::new(Decimal128Array::from(values).with_precision_and_scale(38, 6)?),
            text(
                rows.iter()
                    .map(|(_, o)| units.get(o.indicator.as_str()).copied()),
            ),
            text(rows.iter().map(|(_, o)| Some(o.status.as_str()))),
            text(rows.iter().map(|(_, o)| o.raw.as_deref())),
            text(rows.iter().map(|(_, o)| o.unit_read.as_deref())),
            text(rows.iter().map(|(r, _)| r.sheet.as_deref())),
            owned(rows.iter().map(|(_, o)| Some(o.at.to_string())).collect()),
        ],
    )
}

/// `findings`.
pub(super) fn findings(all: &[Finding]) -> Result<RecordBatch, ArrowError> {
    let records: Vec<_> = all.iter().map(Finding::to_record).collect();
    let columns = (0..Finding::COLUMNS.len()).map(|i| text(records.iter().map(|r| r[i])));
    table("findings", columns.collect())
}

/// The official order of what is printed, for the queries of tables.
pub(super) fn official_order(plan: &Plan) -> OfficialOrder {
    let indicators = plan.indicators.iter().map(|i| i.id.as_str());
    let sectors = plan.sectors.iter().map(|s| s.code.as_str());
    OfficialOrder::new(&plan.geography, indicators, sectors)
}

/// The printed tables of the pipeline's edition.
pub(super) async fn build_all(engine: &Engine, plan: &Plan) -> Result<Vec<Table>, DataFusionError> {
    let mut builder = TableBuilder::new(engine, &official_order(plan))?;
    builder.build_each(&plan.tables, &plan.edition).await
}
