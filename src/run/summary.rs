//! What a person reads at the end of a run, in ten seconds.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Decimal128Type, Int64Type};
use jiff::Timestamp;
use serde::Serialize;

use super::changes::NationalChanges;
use super::figures::figure;
use crate::diagnostic::{Finding, count_by_severity};
use crate::engine::{Engine, TextColumn};
use crate::geography::{UnitKey, due_date_of, owing};
use crate::lake::Snapshot;
use crate::period::Period;
use crate::plan::Plan;
use crate::reading::ReadSummary;
use crate::reading::{RunError, RunOptions};
use crate::tables::Book;

/// The summary of a run.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// The pipeline.
    pub pipeline: String,
    /// The snapshot.
    pub snapshot: String,
    /// Whether it is the one that readers see; one of the past is not.
    pub is_current: bool,
    /// Submissions by outcome.
    pub submissions: BTreeMap<String, i64>,
    /// Reports by form and period.
    pub reports: Vec<ReportCount>,
    /// Values loaded.
    pub values: i64,
    /// What people decided, and what became of it.
    pub decisions: Vec<DecisionLine>,
    /// Corrections of units that are no more, and the printed tables that they touch.
    pub corrections: Vec<Correction>,
    /// Number of errors, warnings and infos.
    pub findings: (usize, usize, usize),
    /// Reports that are owed and late at the moment the run was judged against.
    pub overdue: Vec<Overdue>,
    /// Records of lists.
    pub records: i64,
    /// Submissions read, and taken from the cache; neither where nothing had changed.
    pub reading: ReadSummary,
    /// What changed in the national figures; none where nothing new was published.
    pub changes: Option<NationalChanges>,
    /// National figures.
    pub headlines: Headlines,
    /// The lake.
    pub lake: String,
    /// Where the tables are.
    pub out: String,
    /// The printed tables.
    pub tables: Vec<String>,
}

/// Units that reported a form for a period.
#[derive(Debug, Serialize)]
pub struct ReportCount {
    /// Form.
    pub form: String,
    /// Period.
    pub period: String,
    /// Reports taken in, all versions.
    pub reports: i64,
    /// Units whose report was accepted.
    pub units_reported: usize,
    /// Units that owe one.
    pub units_expected: usize,
}

/// A decision at one file or report.
#[derive(Debug, Serialize)]
pub struct DecisionLine {
    /// Number of its paragraph in `decisions.toml`.
    pub number: i64,
    /// What is decided: `unit = 2025:44`, `withdraw`.
    pub what: String,
    /// The file, if there is one.
    pub file_name: Option<String>,
    /// The report, if it is about one.
    pub report_id: Option<String>,
    /// Its sheet.
    pub sheet: Option<String>,
    /// `applied`, `unneeded` or `stale`.
    pub outcome: String,
    /// Who decided.
    pub by: String,
    /// When.
    pub on: String,
    /// Why.
    pub why: String,
}

/// A correction that came when the unit had become part of another.
#[derive(Debug, Serialize)]
pub struct Correction {
    /// The file.
    pub file_name: Option<String>,
    /// Form.
    pub form: Option<String>,
    /// Period of the report.
    pub period: Option<String>,
    /// Vintage and code of the unit.
    pub unit: String,
    /// What it does, in words.
    pub message: String,
}

/// A report that is late.
#[derive(Debug, Serialize)]
pub struct Overdue {
    /// Form.
    pub form: String,
    /// Period.
    pub period: String,
    /// Vintage and code of the unit.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// The last day.
    pub due: String,
}

/// National figures of several years.
#[derive(Debug, Default, Serialize)]
pub struct Headlines {
    /// Geography they stand on.
    pub geography: String,
    /// Periods, in order.
    pub periods: Vec<String>,
    /// Name, unit, and a text for each period.
    pub rows: Vec<(String, String, Vec<String>)>,
}

/// Makes the summary from a snapshot.
pub(super) async fn summarize(
    engine: &Engine,
    plan: &Plan,
    findings: &[Finding],
    (options, snapshot, is_current): (&RunOptions, &Snapshot, bool),
    book: &Book,
    reading: ReadSummary,
    changes: Option<NationalChanges>,
) -> Result<Summary, RunError> {
    let (_, batches) = engine
        .query("SELECT outcome, count(*) AS n FROM submissions GROUP BY outcome")
        .await?;
    let mut submissions = BTreeMap::new();
    for batch in &batches {
        let (outcome, n) = (
            TextColumn::read(batch, "outcome"),
            batch.column(1).as_primitive::<Int64Type>(),
        );
        for row in 0..batch.num_rows() {
            submissions.insert(outcome.text(row).to_owned(), n.value(row));
        }
    }
    let (_, batches) = engine
        .query("SELECT count(*) AS n FROM observations")
        .await?;
    let values = batches
        .first()
        .map_or(0, |b| b.column(0).as_primitive::<Int64Type>().value(0));
    let headlines = headlines(engine, plan).await?;
    Ok(Summary {
        pipeline: plan.id.clone(),
        is_current,
        snapshot: snapshot.id.clone(),
        submissions,
        reports: report_counts(engine, plan, findings).await?,
        values,
        records: count_rows(plan, snapshot)?,
        reading,
        changes,
        decisions: decision_lines(engine).await?,
        corrections: corrections(findings),
        findings: count_by_severity(findings),
        overdue: overdue(plan, findings, options.at),
        headlines,
        lake: options.lake.display().to_string(),
        out: options.out.display().to_string(),
        tables: book.tables().map(|t| t.title.en.clone()).collect(),
    })
}

/// Records of all lists of a snapshot, as its files count them.
fn count_rows(plan: &Plan, snapshot: &Snapshot) -> Result<i64, RunError> {
    let mut rows = 0;
    for table in plan.lake.of_records() {
        rows += snapshot.rows(&table.name)?;
    }
    Ok(rows)
}

async fn decision_lines(engine: &Engine) -> Result<Vec<DecisionLine>, RunError> {
    let (_, batches) = engine
        .query(
            "SELECT d.number, d.kind, d.ruling, d.file_name, d.report_id, coalesce(r.sheet, d.sheet) AS sheet, d.outcome, d.decided_by, \
                    d.decided_on, d.reason \
             FROM decisions d LEFT JOIN reports r ON r.report_id = d.report_id \
             ORDER BY d.number, d.kind, d.file_name, d.report_id",
        )
        .await?;
    let mut lines = Vec::new();
    for batch in &batches {
        let column = |name: &str| TextColumn::read(batch, name);
        let [kind, value, file, report] = ["kind", "ruling", "file_name", "report_id"].map(column);
        let sheet = column("sheet");
        let [outcome, by, on, why] = ["outcome", "decided_by", "decided_on", "reason"].map(column);
        let numbers = batch.column(0).as_primitive::<Int64Type>();
        lines.extend((0..batch.num_rows()).map(|row| DecisionLine {
            number: numbers.value(row),
            what: match value.owned(row) {
                Some(value) => format!("{} = {value}", kind.text(row)),
                None => kind.text(row).to_owned(),
            },
            file_name: file.owned(row),
            report_id: report.owned(row),
            sheet: sheet.owned(row),
            outcome: outcome.text(row).to_owned(),
            by: by.text(row).to_owned(),
            on: on.text(row).to_owned(),
            why: why.text(row).to_owned(),
        }));
    }
    Ok(lines)
}

/// The code of the finding of a correction that came when the unit had become part of another.
const LATE_CORRECTION: &str = "TH425";

fn corrections(findings: &[Finding]) -> Vec<Correction> {
    let of_code = findings.iter().filter(|f| f.code == LATE_CORRECTION);
    of_code
        .map(|f| Correction {
            file_name: f.place.file_name.clone(),
            form: f.place.form.clone(),
            period: f.place.period.clone(),
            unit: format!(
                "{}:{}",
                f.place.unit_vintage.as_deref().unwrap_or("-"),
                f.place.unit_code.as_deref().unwrap_or("-")
            ),
            message: f.message_en.clone(),
        })
        .collect()
}

/// The code of the finding of a report that is owed and did not come.
pub(crate) const MISSING: &str = "TH404";

async fn report_counts(
    engine: &Engine,
    plan: &Plan,
    findings: &[Finding],
) -> Result<Vec<ReportCount>, RunError> {
    let (_, batches) = engine
        .query("SELECT form, period, count(*) AS n, sum(CASE WHEN is_current THEN 1 ELSE 0 END) AS counted FROM reports \
                WHERE period IS NOT NULL GROUP BY form, period ORDER BY form, period")
        .await?;
    // Reports, and those of them that count.
    let mut counts: BTreeMap<(String, String), (i64, i64)> = BTreeMap::new();
    for batch in &batches {
        let (form, period) = (
            TextColumn::read(batch, "form"),
            TextColumn::read(batch, "period"),
        );
        let [all, counted] = [2, 3].map(|i| batch.column(i).as_primitive::<Int64Type>());
        for row in 0..batch.num_rows() {
            counts.insert(
                (form.text(row).to_owned(), period.text(row).to_owned()),
                (all.value(row), counted.value(row)),
            );
        }
    }
    for finding in findings.iter().filter(|f| f.code == MISSING) {
        if let (Some(form), Some(period)) = (&finding.place.form, &finding.place.period) {
            counts.entry((form.clone(), period.clone())).or_default();
        }
    }
    Ok(counts
        .into_iter()
        .filter_map(|((form, period), (reports, counted))| {
            let parsed: Period = period.parse().ok()?;
            let owing = owing(&form, parsed, &plan.duties, &plan.geography);
            let expected = owing.iter().map(|o| o.senders.len()).sum::<usize>();
            let missing = findings
                .iter()
                .filter(|f| {
                    f.code == MISSING
                        && f.place.form.as_ref() == Some(&form)
                        && f.place.period.as_ref() == Some(&period)
                })
                .count();
            // Where no report counts nobody has reported, whether or not the collection is open.
            let units_reported = match counted {
                0 => 0,
                _ => expected.saturating_sub(missing),
            };
            Some(ReportCount {
                form,
                period,
                reports,
                units_reported,
                units_expected: expected,
            })
        })
        .collect())
}

/// The missing reports whose last day is over at `at`.
fn overdue(plan: &Plan, findings: &[Finding], at: Timestamp) -> Vec<Overdue> {
    let today = at.to_zoned(plan.zone.clone()).date();
    findings
        .iter()
        .filter(|f| f.code == MISSING)
        .filter_map(|f| {
            let (form, period) = (f.place.form.clone()?, f.place.period.clone()?);
            let (vintage, code) = (f.place.unit_vintage.clone()?, f.place.unit_code.clone()?);
            let parsed: Period = period.parse().ok()?;
            let unit = UnitKey { vintage, code };
            let due = due_date_of(&unit, &form, parsed, &plan.duties, &plan.geography);
            let due = due.filter(|due| *due < today)?;
            let name = plan.geography.name(&unit, parsed.end()).to_owned();
            Some(Overdue {
                form,
                period,
                unit: format!("{}:{}", unit.vintage, unit.code),
                name,
                due: due.to_string(),
            })
        })
        .collect()
}

async fn headlines(engine: &Engine, plan: &Plan) -> Result<Headlines, RunError> {
    let geography = plan.geography.newest();
    let sql = plan.lake.breakdowns().fill(&format!(
        "SELECT n.indicator, n.period, n.value, n.status, n.units_reported, n.units_expected, n.share_estimated FROM national n \
         WHERE n.geography = '{geography}' AND n.scenario = 'best' AND {{n.breakdowns = '_T'}} \
           AND length(n.period) = 4 ORDER BY n.period"
    ));
    let (_, batches) = engine.query(&sql).await?;
    let mut figures: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut periods: Vec<String> = Vec::new();
    for batch in &batches {
        let (indicator, period, status) = (
            TextColumn::read(batch, "indicator"),
            TextColumn::read(batch, "period"),
            TextColumn::read(batch, "status"),
        );
        let value = batch.column(2).as_primitive::<Decimal128Type>();
        let (reported, expected) = (
            batch.column(4).as_primitive::<Int64Type>(),
            batch.column(5).as_primitive::<Int64Type>(),
        );
        let shares = batch.column(6);
        for row in 0..batch.num_rows() {
            let Some(facts) = plan.indicators.iter().find(|i| i.id == indicator.text(row)) else {
                continue;
            };
            let of_row = value.is_valid(row).then(|| value.value(row));
            let units = [reported.value(row), expected.value(row)];
            let text = figure(
                of_row,
                facts.decimals,
                status.text(row),
                units,
                shares.is_valid(row),
            );
            if !periods.contains(&period.text(row).to_owned()) {
                periods.push(period.text(row).to_owned());
            }
            figures.insert(
                (indicator.text(row).to_owned(), period.text(row).to_owned()),
                text,
            );
        }
    }
    let skipped = periods.len().saturating_sub(4);
    let periods = periods.split_off(skipped);
    let rows = plan
        .headline
        .indicators
        .iter()
        .filter_map(|id| {
            let facts = plan.indicators.iter().find(|i| i.id == *id)?;
            let cells = periods
                .iter()
                .map(|p| {
                    figures
                        .get(&(id.clone(), p.clone()))
                        .cloned()
                        .unwrap_or_else(|| "…".to_owned())
                })
                .collect();
            Some((facts.name_en.clone(), facts.unit.clone(), cells))
        })
        .collect();
    Ok(Headlines {
        geography: geography.to_owned(),
        periods,
        rows,
    })
}
