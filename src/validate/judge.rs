//! Judging: the cases of each rule to one verdict for each report and column, and what a failure says.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use arrow::array::{ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{DataType, Decimal128Type, Int64Type};
use datafusion::error::{DataFusionError, Result};
use futures::{StreamExt as _, stream};
use rust_decimal::Decimal;

use super::rule::{OnFail, Rule, RuleKind};
use super::verdict::rule_sql;
use crate::diagnostic::findings::{self, th501 as phrases};
use crate::diagnostic::{Finding, Lexicon, Message, Place, Severity};
use crate::engine::Engine;
use crate::geography::{Docket, Report};
use crate::normalize::{TOTAL, VALUE_SCALE};
use crate::text::Bilingual;

/// How often a rule passed, failed and could not be decided, over the reports of one form and period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleResult {
    /// The rule.
    pub rule: String,
    /// The form it judges.
    pub form: String,
    /// The reports' period.
    pub period: String,
    /// Judgements passed.
    pub passed: i64,
    /// Judgements failed.
    pub failed: i64,
    /// Judgements that lack a value.
    pub undecided: i64,
}

/// What a rule says of one column of one report; where rows are units, of one unit's part of it.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// Index of the report.
    pub report: usize,
    /// Index of the rule.
    pub rule: usize,
    /// Passed or failed; none where a value is lacking.
    pub verdict: Option<bool>,
    /// What a failure says.
    pub finding: Option<Finding>,
}

/// A figure and the cell it stands in, or the cells that it is the sum of.
#[derive(Debug, Clone)]
struct Figure {
    value: Option<Decimal>,
    cell: Option<String>,
}

/// A case that failed.
#[derive(Debug, Clone)]
struct Case {
    seq: i64,
    sheet: Option<String>,
    cell: Option<String>,
    indicator: String,
    sector: String,
    figures: Vec<Figure>,
}

/// The cases of one column of one report.
#[derive(Debug, Default)]
struct Column {
    undecided: bool,
    failed: Vec<Case>,
}

impl Column {
    /// A failing case fails the column, an undecided one leaves it undecided.
    fn verdict(&self) -> Option<bool> {
        match (self.failed.is_empty(), self.undecided) {
            (false, _) => Some(false),
            (true, true) => None,
            (true, false) => Some(true),
        }
    }
}

/// A report, the code of the unit, scenario and period.
type ColumnKey = (usize, String, String, String);

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef> {
    batch
        .column_by_name(name)
        .ok_or_else(|| DataFusionError::Plan(format!("the column `{name}` is missing")))
}

fn texts(batch: &RecordBatch, name: &str) -> Result<Vec<Option<String>>> {
    let texts = cast(column(batch, name)?, &DataType::Utf8)?;
    let texts = texts.as_string::<i32>();
    Ok(texts.iter().map(|t| t.map(str::to_owned)).collect())
}

/// Values of six decimals; none for NULL and for what has more than 28 digits.
fn values(batch: &RecordBatch, name: &str) -> Result<Vec<Option<Decimal>>> {
    let wanted = DataType::Decimal128(38, VALUE_SCALE as i8);
    let values = cast(column(batch, name)?, &wanted)?;
    let values = values.as_primitive::<Decimal128Type>();
    Ok(values
        .iter()
        .map(|v| Decimal::try_from_i128_with_scale(v?, VALUE_SCALE).ok())
        .collect())
}

/// The verdicts of a batch: the column judged and whether a case of it holds.
fn verdicts<'a>(
    batch: &'a RecordBatch,
    index: &HashMap<&str, usize>,
) -> Result<(Vec<Option<ColumnKey>>, &'a BooleanArray)> {
    let ok = column(batch, "ok")?.as_boolean_opt().ok_or_else(|| {
        DataFusionError::Plan("the expression of a rule is no condition".to_owned())
    })?;
    let reports = texts(batch, "of_report")?;
    let units = texts(batch, "of_unit")?;
    let scenarios = texts(batch, "of_scenario")?;
    let periods = texts(batch, "of_period")?;
    let keys = reports.into_iter().zip(units).zip(scenarios).zip(periods);
    let keys = keys.map(|(((report, unit), scenario), period)| {
        Some((*index.get(report?.as_str())?, unit?, scenario?, period?))
    });
    Ok((keys.collect(), ok))
}

/// The cases of a batch.
fn cases(batch: &RecordBatch) -> Result<Vec<Case>> {
    let seq = cast(column(batch, "seq")?, &DataType::Int64)?;
    let seq = seq.as_primitive::<Int64Type>();
    let [sheets, cells, indicators, sectors] =
        ["sheet", "cell", "indicator", "sector"].map(|name| texts(batch, name));
    let (sheets, cells, indicators, sectors) = (sheets?, cells?, indicators?, sectors?);
    // By figure, then by row.
    let mut figures: Vec<Vec<Figure>> = Vec::new();
    while batch
        .column_by_name(&format!("v{}", figures.len()))
        .is_some()
    {
        let i = figures.len();
        let (values, cells) = (
            values(batch, &format!("v{i}"))?,
            texts(batch, &format!("c{i}"))?,
        );
        let rows = values.into_iter().zip(cells);
        figures.push(rows.map(|(value, cell)| Figure { value, cell }).collect());
    }
    Ok((0..batch.num_rows())
        .map(|row| Case {
            seq: seq.value(row),
            sheet: sheets[row].clone(),
            cell: cells[row].clone(),
            indicator: indicators[row].clone().unwrap_or_default(),
            sector: sectors[row].clone().unwrap_or_else(|| TOTAL.to_owned()),
            figures: figures.iter().map(|of| of[row].clone()).collect(),
        })
        .collect())
}

/// What the figures of a failed case say.
fn told(rule: &Rule, case: &Case, lexicon: &Lexicon) -> Vec<Bilingual> {
    let figure = || lexicon.figure(&case.indicator, Some(&case.sector));
    let value = |i: usize| {
        let value = case.figures.get(i).and_then(|f| f.value);
        value.map_or_else(|| Bilingual::same("?"), |value| lexicon.number(value))
    };
    let cell = |i: usize| {
        let cell = case.figures.get(i).and_then(|f| f.cell.as_deref());
        Bilingual::same(cell.unwrap_or("?"))
    };
    let stands = |figure: Bilingual, i: usize| {
        let (value, cell) = (value(i), cell(i));
        phrases::Stands {
            figure,
            value,
            cell,
        }
        .words()
    };
    let single = match &rule.kind {
        RuleKind::Expression(expression) => {
            return expression
                .operands
                .iter()
                .enumerate()
                .map(|(i, operand)| {
                    let mut figure = lexicon.figure(&operand.indicator, Some(&operand.sector));
                    if let Some(form) = &operand.form {
                        figure = phrases::InForm { figure, form }.words();
                    }
                    if operand.before {
                        figure = phrases::Before { figure }.words();
                    }
                    stands(figure, i)
                })
                .collect();
        }
        RuleKind::CountsNotNegative => stands(figure(), 0),
        RuleKind::Comparison { .. } => phrases::Comparison {
            figure: figure(),
            stated: value(0),
            cell: cell(0),
            computed: value(1),
            of: value(2),
            of_cell: cell(2),
            to: value(3),
            to_cell: cell(3),
        }
        .words(),
        RuleKind::Revision { .. } => phrases::Revision {
            figure: figure(),
            actual: value(0),
            cell: cell(0),
            estimate: value(1),
            estimate_cell: cell(1),
        }
        .words(),
        RuleKind::SumOfSectors => phrases::Sum {
            figure: figure(),
            total: value(0),
            cell: cell(0),
            sum: value(1),
            cells: cell(1),
        }
        .words(),
        RuleKind::PartsOfSectors => phrases::Parts {
            figure: figure(),
            total: value(0),
            cell: cell(0),
            sum: value(1),
            cells: cell(1),
        }
        .words(),
    };
    vec![single]
}

/// The finding of a column that failed: the place of its first failing cell, and all of them in words.
fn finding(
    rule: &Rule,
    report: &Report,
    (unit, scenario, period): (&str, &str, &str),
    failed: &[Case],
    lexicon: &Lexicon,
) -> Finding {
    let first = failed.iter().min_by_key(|case| case.seq);
    let place = Place {
        sheet: first
            .and_then(|case| case.sheet.clone())
            .or_else(|| report.sheet.clone()),
        cell: first.and_then(|case| case.cell.clone()),
        indicator: first.map(|case| case.indicator.clone()),
        sector: first.map(|case| case.sector.clone()),
        scenario: Some(scenario.to_owned()),
        unit_code: Some(unit.to_owned()),
        ..report.place()
    };
    let figures: Vec<Bilingual> = failed
        .iter()
        .flat_map(|case| told(rule, case, lexicon))
        .collect();
    let message = Bilingual::new(&rule.message_vi, &rule.message_en);
    let column = lexicon.column(scenario, period);
    let values = lexicon.list(&figures);
    let (message, severity): (Message, _) = if holds(rule, report) {
        let held = findings::TH502 {
            message,
            column,
            values,
        };
        (held.into(), Severity::Error)
    } else {
        let failed = findings::TH501 {
            message,
            column,
            values,
        };
        (failed.into(), rule.severity)
    };
    message.at(place).by_rule(&rule.id, severity)
}

/// Whether a failure of the rule holds the report back: not where a decision accepts the report or excuses it.
fn holds(rule: &Rule, report: &Report) -> bool {
    rule.on_fail == OnFail::Hold
        && report.accepted.is_none()
        && !report.waived.contains_key(&rule.id)
}

/// Judges all current reports by all rules.
///
/// # Errors
/// When a query fails.
pub async fn judge(
    engine: &Engine,
    rules: &[Rule],
    reports: &[Report],
    lexicon: &Lexicon,
) -> Result<Vec<Judgement>> {
    let index: HashMap<&str, usize> = reports
        .iter()
        .enumerate()
        .map(|(i, r)| (r.report_id.as_str(), i))
        .collect();
    let mut judgements = Vec::new();
    let answers = engine.query_each(rules.iter().map(rule_sql));
    let mut judged = stream::iter(rules.iter().enumerate()).zip(answers);
    while let Some(((n, rule), answer)) = judged.next().await {
        let (_, batches) = answer?;
        let mut columns: BTreeMap<ColumnKey, Column> = BTreeMap::new();
        for batch in &batches {
            let (keys, ok) = verdicts(batch, &index)?;
            let is_false: BooleanArray = ok.iter().map(|ok| Some(ok == Some(false))).collect();
            let mut failed = cases(&filter_record_batch(batch, &is_false)?)?.into_iter();
            for (key, ok) in keys.into_iter().zip(ok) {
                // The failed cases are taken in step with their rows.
                let case = if ok == Some(false) {
                    failed.next()
                } else {
                    None
                };
                let Some(key) = key else { continue };
                let column = columns.entry(key).or_default();
                column.undecided |= ok.is_none();
                column.failed.extend(case);
            }
        }
        for ((report, unit, scenario, period), mut column) in columns {
            column.failed.sort_by_key(|case| case.seq);
            let verdict = column.verdict();
            let place = (unit.as_str(), scenario.as_str(), period.as_str());
            let finding = (verdict == Some(false))
                .then(|| finding(rule, &reports[report], place, &column.failed, lexicon));
            judgements.push(Judgement {
                report,
                rule: n,
                verdict,
                finding,
            });
        }
    }
    Ok(judgements)
}

/// The reports that a rule holds back by these judgements.
#[must_use]
pub fn held_by(rules: &[Rule], reports: &[Report], judgements: &[Judgement]) -> BTreeSet<usize> {
    let held = |depends: bool| -> BTreeSet<usize> {
        judgements
            .iter()
            .filter(|j| j.verdict == Some(false) && holds(&rules[j.rule], &reports[j.report]))
            .filter(|j| rules[j.rule].kind.depends_on_others() == depends)
            .map(|j| j.report)
            .collect()
    };
    // What is wrong by itself goes first: it may be what another report was found to disagree with.
    let by_themselves = held(false);
    if by_themselves.is_empty() {
        held(true)
    } else {
        by_themselves
    }
}

/// Puts the findings of judgements with their reports, and holds back those of which a rule demands it; a report that a
/// decision accepts counts in spite of such a rule.
pub fn tell(rules: &[Rule], reports: &mut [Report], judgements: &[Judgement], docket: &Docket) {
    for judgement in judgements {
        let Some(finding) = judgement.finding.clone() else {
            continue;
        };
        let report = &mut reports[judgement.report];
        let rule = &rules[judgement.rule];
        if holds(rule, report) {
            report.hold(finding);
            continue;
        }
        report.findings.push(finding);
        if rule.on_fail == OnFail::Hold && !report.waived.contains_key(&rule.id) {
            report.accept(docket);
        }
    }
}

/// Counts judgements by rule and by the period of the reports.
#[must_use]
pub fn tally(rules: &[Rule], reports: &[Report], judgements: &[Judgement]) -> Vec<RuleResult> {
    let mut counts: BTreeMap<(&str, &str, String), [i64; 3]> = BTreeMap::new();
    for judgement in judgements {
        let (rule, report) = (&rules[judgement.rule], &reports[judgement.report]);
        let period = report.period.map(|p| p.to_string()).unwrap_or_default();
        let count = counts.entry((&rule.id, &rule.form, period)).or_default();
        count[match judgement.verdict {
            Some(true) => 0,
            Some(false) => 1,
            None => 2,
        }] += 1;
    }
    counts
        .into_iter()
        .map(
            |((rule, form, period), [passed, failed, undecided])| RuleResult {
                rule: rule.to_owned(),
                form: form.to_owned(),
                period,
                passed,
                failed,
                undecided,
            },
        )
        .collect()
}
