//! The tables of a snapshot that come from Rust values, and the printed tables of a run.

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use datafusion::error::DataFusionError;

use crate::diagnostic::{Finding, Severity};
use crate::engine::Engine;
use crate::engine::columns::{decimals, displayed, flags, integers, texts, times};
use crate::geography::{
    AnyReport, Aspect, DecisionRow, Evidence, JudgedReport, Reports, UnitKey, VintageBasis,
};
use crate::lake;
use crate::plan::{Plan, official_order};
use crate::reading::Submission;
use crate::tables::{Table, TableBuilder};
use crate::validate::RuleResult;

/// `rule_results`.
pub(super) fn rule_results(all: &[RuleResult]) -> Result<RecordBatch, ArrowError> {
    lake::batch(
        "rule_results",
        vec![
            texts(all.iter().map(|r| Some(r.rule.as_str()))),
            texts(all.iter().map(|r| Some(r.form.as_str()))),
            texts(all.iter().map(|r| Some(r.period.as_str()))),
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
    lake::batch(
        "submissions",
        vec![
            texts(all.iter().map(|s| Some(s.submission_id.as_str()))),
            texts(all.iter().map(|s| Some(s.file_name.as_str()))),
            texts(all.iter().map(|s| Some(s.sha256.as_str()))),
            integers(
                all.iter()
                    .map(|s| i64::try_from(s.size_bytes).unwrap_or(i64::MAX)),
            ),
            texts(media.iter().copied()),
            times(all.iter().map(|s| s.received_at)),
            texts(outcomes.iter().map(|o| Some(*o))),
        ],
    )
}

/// `reports`.
pub(super) fn reports(all: &Reports) -> Result<RecordBatch, ArrowError> {
    let all: Vec<AnyReport<'_>> = all.iter().collect();
    let sources = || all.iter().map(|r| &r.dossier().source);
    let contents = || all.iter().map(|r| &r.dossier().content);
    let periods = all.iter().map(|r| r.period());
    let is_current = all.iter().map(|r| Some(r.is_current()));
    let reporters = all.iter().map(|r| r.dossier().sender.id());
    let count = |severity| integers(all.iter().map(|r| r.dossier().count(severity)));
    lake::batch(
        "reports",
        vec![
            texts(sources().map(|s| Some(s.report_id.as_str()))),
            texts(sources().map(|s| Some(s.submission_id.as_str()))),
            texts(sources().map(|s| s.sheet.as_deref())),
            texts(sources().map(|s| Some(s.form.as_str()))),
            displayed(periods),
            texts(all.iter().map(|r| Some(r.unit()?.vintage.as_str()))),
            texts(all.iter().map(|r| Some(r.unit()?.code.as_str()))),
            texts(all.iter().map(|r| Some(r.vintage_basis()?.as_str()))),
            texts(reporters),
            integers(all.iter().map(|r| r.revision())),
            flags(is_current),
            integers(contents().map(|c| c.observations.len() as i64)),
            count(Severity::Error),
            count(Severity::Warning),
            integers(contents().map(|c| c.cells_total)),
            integers(contents().map(|c| c.cells_loaded)),
            integers(contents().map(|c| c.cells_explained)),
        ],
    )
}

/// A row of `report_evidence`.
struct EvidenceRow<'a> {
    report_id: &'a str,
    aspect: Aspect,
    answer: Option<String>,
    basis: &'static str,
    text: Option<&'a str>,
    sheet: Option<&'a str>,
    cell: Option<&'a str>,
}

impl<'a> EvidenceRow<'a> {
    /// The evidence as it stands now that the unit is known.
    fn of(report: AnyReport<'a>, evidence: &'a Evidence) -> Self {
        let source = &report.dossier().source;
        let (text, cell) = (evidence.text.as_deref(), evidence.cell.as_deref());
        let mut row = Self {
            report_id: &source.report_id,
            aspect: evidence.aspect,
            answer: evidence.answer.clone(),
            basis: evidence.basis.as_str(),
            text,
            sheet: None,
            cell,
        };
        match (evidence.aspect, report.unit()) {
            (Aspect::Unit, Some(unit)) => {
                row.answer = Some(format!("{}:{}", unit.vintage, unit.code));
            }
            (Aspect::Vintage, Some(unit)) => {
                row.answer = Some(unit.vintage.clone());
                let basis = report.vintage_basis();
                row.basis = basis.map_or(row.basis, VintageBasis::as_str);
                // The words of the sheet told it only where they decided it.
                if basis != Some(VintageBasis::Stated) {
                    (row.text, row.cell) = (None, None);
                }
            }
            _ => {}
        }
        row.sheet = source.sheet.as_deref().filter(|_| row.cell.is_some());
        row
    }
}

/// `report_evidence`: why each report got its period, unit, vintage, reporter and number of sending.
pub(super) fn report_evidence(all: &Reports) -> Result<RecordBatch, ArrowError> {
    let rows: Vec<EvidenceRow<'_>> = all
        .iter()
        .flat_map(|report| {
            let evidence = report.dossier().evidence.iter();
            evidence.map(move |evidence| EvidenceRow::of(report, evidence))
        })
        .collect();
    lake::batch(
        "report_evidence",
        vec![
            texts(rows.iter().map(|r| Some(r.report_id))),
            texts(rows.iter().map(|r| Some(r.aspect.as_str()))),
            texts(rows.iter().map(|r| r.answer.as_deref())),
            texts(rows.iter().map(|r| Some(r.basis))),
            texts(rows.iter().map(|r| r.text)),
            texts(rows.iter().map(|r| r.sheet)),
            texts(rows.iter().map(|r| r.cell)),
        ],
    )
}

/// `decisions`: each decision with what it is about and what became of it.
pub(super) fn decisions(all: &[DecisionRow<'_>]) -> Result<RecordBatch, ArrowError> {
    lake::batch(
        "decisions",
        vec![
            integers(
                all.iter()
                    .map(|d| i64::try_from(d.decision.number).unwrap_or(i64::MAX)),
            ),
            texts(all.iter().map(|d| Some(d.decision.ruling.kind()))),
            texts(all.iter().map(|d| d.decision.ruling.value())),
            texts(all.iter().map(|d| d.file_name.as_deref())),
            texts(all.iter().map(|d| d.submission_id.as_deref())),
            texts(all.iter().map(|d| d.report_id.as_deref())),
            texts(all.iter().map(|d| d.decision.form.as_deref())),
            texts(all.iter().map(|d| d.decision.sheet.as_deref())),
            texts(all.iter().map(|d| Some(d.outcome.as_str()))),
            texts(all.iter().map(|d| Some(d.decision.by.as_str()))),
            texts(all.iter().map(|d| Some(d.decision.on.to_string()))),
            texts(all.iter().map(|d| Some(d.decision.why.as_str()))),
        ],
    )
}

/// `observations`.
pub(super) fn observations(
    plan: &Plan,
    reports: &[JudgedReport],
) -> Result<RecordBatch, ArrowError> {
    let rows: Vec<_> = reports
        .iter()
        .flat_map(|r| {
            let observations = r.dossier().content.observations.iter();
            observations.map(move |o| (&r.report, o))
        })
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
    let mut columns = vec![
        texts(
            rows.iter()
                .map(|(r, _)| Some(r.dossier.source.report_id.as_str())),
        ),
        texts(
            rows.iter()
                .map(|(r, _)| Some(r.dossier.source.form.as_str())),
        ),
        displayed(rows.iter().map(|(_, o)| Some(o.period))),
        texts(areas.iter().map(|u| u.as_ref().map(|u| u.vintage.as_str()))),
        texts(areas.iter().map(|u| u.as_ref().map(|u| u.code.as_str()))),
        texts(rows.iter().map(|(_, o)| Some(o.indicator.as_str()))),
    ];
    let breakdowns = 0..plan.lake.breakdowns().all().len();
    columns.extend(breakdowns.map(|at| texts(rows.iter().map(|(_, o)| Some(o.members.code(at))))));
    columns.extend([
        texts(rows.iter().map(|(_, o)| Some(o.scenario.as_str()))),
        decimals(rows.iter().map(|(_, o)| o.value)),
        texts(
            rows.iter()
                .map(|(_, o)| units.get(o.indicator.as_str()).copied()),
        ),
        texts(rows.iter().map(|(_, o)| Some(o.status.as_str()))),
        texts(rows.iter().map(|(_, o)| o.raw.as_deref())),
        texts(rows.iter().map(|(_, o)| o.unit_read.as_deref())),
        texts(rows.iter().map(|(r, _)| r.dossier.source.sheet.as_deref())),
        displayed(rows.iter().map(|(_, o)| Some(o.at))),
    ]);
    plan.lake.batch("observations", columns)
}

/// `findings`.
pub(super) fn findings(all: &[Finding]) -> Result<RecordBatch, ArrowError> {
    let records: Vec<_> = all.iter().map(Finding::to_record).collect();
    let columns = (0..Finding::COLUMNS.len()).map(|i| texts(records.iter().map(|r| r[i])));
    lake::batch("findings", columns.collect())
}

/// The printed tables of the pipeline's edition.
pub(crate) async fn build_all(engine: &Engine, plan: &Plan) -> Result<Vec<Table>, DataFusionError> {
    let mut builder = TableBuilder::new(engine, &official_order(plan))?;
    builder.build_each(&plan.tables, &plan.edition).await
}
