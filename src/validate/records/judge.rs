//! Judging lists: one finding for each record at fault up to a limit, one judgement for each report.

use std::collections::{BTreeMap, HashMap};

use arrow::array::{Array, AsArray};
use arrow::datatypes::Int64Type;
use datafusion::error::Result;
use futures::{StreamExt as _, stream};
use rust_decimal::Decimal;

use super::rule::{RecordRule, RecordRuleKind};
use super::sql::{places_of, record_sql};
use crate::diagnostic::{Lexicon, Message, Place, findings};
use crate::engine::columns::{batch, texts};
use crate::engine::{Engine, TextColumn};
use crate::extract::Scenario;
use crate::geography::{Geography, JudgedReport};
use crate::normalize::in_runs;
use crate::read::Address;
use crate::text::Bilingual;
use crate::validate::RuleResult;

/// Records at fault that get a finding each, of one rule and report. Further ones share a finding.
const NAMED_ONE_BY_ONE: usize = 100;

/// The verdicts of a rule on the records of a report.
#[derive(Default)]
struct OfReport {
    undecided: bool,
    passed: bool,
    /// Rows at fault, from 1, with what they share with others.
    failed: Vec<(u32, Option<String>)>,
}

/// Judges the current lists by rules over records and totals, and adds the findings to their reports. The tables of
/// records must be registered. Returns the counts for `rule_results`.
///
/// # Errors
/// If a query fails.
pub async fn judge_lists(
    engine: &Engine,
    rules: &[RecordRule],
    reports: &mut [JudgedReport],
    geography: &Geography,
    lexicon: &Lexicon,
) -> Result<Vec<RuleResult>> {
    let mut counts: BTreeMap<(usize, String), [i64; 3]> = BTreeMap::new();
    let mut count = |rule: usize, report: &JudgedReport, verdict: Option<bool>| {
        let period = report.report.period.to_string();
        let of = counts.entry((rule, period)).or_default();
        of[match verdict {
            Some(true) => 0,
            Some(false) => 1,
            None => 2,
        }] += 1;
    };
    for (n, rule) in rules.iter().enumerate() {
        for (at, verdict, message) in totals(rule, reports, geography, lexicon) {
            count(n, &reports[at], verdict);
            if let Some((cell, message)) = message {
                add(&mut reports[at], rule, cell.to_string(), message);
            }
        }
    }
    let with_query: Vec<(usize, &RecordRule, String)> = rules
        .iter()
        .enumerate()
        .filter_map(|(n, rule)| Some((n, rule, record_sql(rule)?)))
        .collect();
    for (_, rule, _) in &with_query {
        register_places(engine, rule)?;
    }
    let answers = engine.query_each(with_query.iter().map(|(.., sql)| sql.clone()));
    let mut answered = stream::iter(&with_query).zip(answers);
    while let Some(((n, rule, _), answer)) = answered.next().await {
        let (_, batches) = answer?;
        let mut verdicts: BTreeMap<String, OfReport> = BTreeMap::new();
        for batch in &batches {
            read_verdicts(batch, &mut verdicts)?;
        }
        tell(rule, reports, &mut verdicts, |report, verdict| {
            count(*n, report, verdict);
        });
    }
    let results = counts
        .into_iter()
        .map(|((rule, period), [passed, failed, undecided])| RuleResult {
            rule: rules[rule].id.clone(),
            form: rules[rule].form.clone(),
            period,
            passed,
            failed,
            undecided,
        });
    Ok(results.collect())
}

/// Registers the places of a rule.
///
/// # Errors
/// If the engine refuses the table.
pub fn register_places(engine: &Engine, rule: &RecordRule) -> Result<()> {
    let RecordRuleKind::PlaceOfUnit {
        places: Some(places),
    } = &rule.kind
    else {
        return Ok(());
    };
    let column = |at: usize| texts(places.iter().map(move |place| place[at].as_str()));
    let columns = [
        ("place_code", column(0)),
        ("vintage", column(1)),
        ("unit_code", column(2)),
    ];
    engine.register_batch(&places_of(rule), batch(columns)?)
}

fn read_verdicts(
    batch: &arrow::array::RecordBatch,
    verdicts: &mut BTreeMap<String, OfReport>,
) -> Result<()> {
    let reports = TextColumn::required(batch, "report_id")?;
    let mates = TextColumn::required(batch, "mate")?;
    let rows = batch.column(1).as_primitive::<Int64Type>();
    let ok = batch.column(2).as_boolean();
    for row in 0..batch.num_rows() {
        let report = reports.text(row);
        if !verdicts.contains_key(report) {
            verdicts.insert(report.to_owned(), OfReport::default());
        }
        let Some(of) = verdicts.get_mut(report) else {
            continue;
        };
        if ok.is_null(row) {
            of.undecided = true;
        } else if ok.value(row) {
            of.passed = true;
        } else {
            let number = u32::try_from(rows.value(row)).unwrap_or(0);
            of.failed.push((number, mates.owned(row)));
        }
    }
    Ok(())
}

/// Adds the findings of a rule to the reports, and counts a judgement for each.
fn tell(
    rule: &RecordRule,
    reports: &mut [JudgedReport],
    verdicts: &mut BTreeMap<String, OfReport>,
    mut count: impl FnMut(&JudgedReport, Option<bool>),
) {
    let index: HashMap<String, usize> = reports
        .iter()
        .enumerate()
        .map(|(at, report)| (report.id().to_owned(), at))
        .collect();
    // Where records with the same key stand: of each key the first two reports.
    let mut places: HashMap<String, Vec<(String, Bilingual)>> = HashMap::new();
    for (id, of) in verdicts.iter_mut() {
        of.failed.sort();
        let Some(report) = index.get(id).map(|at| &reports[*at]) else {
            continue;
        };
        for (row, mate) in &of.failed {
            if let Some(mate) = mate {
                let known = places.entry(mate.clone()).or_default();
                if known.iter().all(|(other, _)| other != id) {
                    known.push((id.clone(), place_in_words(rule, report, *row)));
                }
            }
        }
    }
    for (id, of) in verdicts {
        let Some(at) = index.get(id) else { continue };
        let verdict = if !of.failed.is_empty() {
            Some(false)
        } else if of.passed && !of.undecided {
            Some(true)
        } else if of.passed {
            // Records that could be decided are sound.
            Some(true)
        } else {
            None
        };
        count(&reports[*at], verdict);
        let message = || Bilingual::new(&rule.message_vi, &rule.message_en);
        for (row, mate) in of.failed.iter().take(NAMED_ONE_BY_ONE) {
            let others = mate.as_ref().and_then(|mate| places.get(mate));
            let other = others.and_then(|all| all.iter().find(|(other, _)| other != id));
            let told: Message = match other {
                Some((_, other)) => findings::TH512 {
                    message: message(),
                    other: other.clone(),
                }
                .into(),
                None => findings::TH511 { message: message() }.into(),
            };
            let cell = cell_of(rule, &reports[*at], *row);
            add(&mut reports[*at], rule, cell, told);
        }
        let more: Vec<u32> = of
            .failed
            .iter()
            .skip(NAMED_ONE_BY_ONE)
            .map(|(row, _)| *row)
            .collect();
        if let Some(first) = more.first() {
            let told = findings::TH513 {
                message: message(),
                count: more.len(),
                rows: in_runs(&more),
            };
            let cell = cell_of(rule, &reports[*at], *first);
            add(&mut reports[*at], rule, cell, told);
        }
    }
}

/// The cell of a record in the column of a rule.
fn cell_of(rule: &RecordRule, report: &JudgedReport, row: u32) -> String {
    let heads = &report.dossier().content.heads;
    let head = heads.iter().find(|(column, _)| *column == rule.column);
    let column = head.map_or(0, |(_, at)| at.column);
    Address::new(row.saturating_sub(1), column).to_string()
}

/// File, sheet and cell of a record.
fn place_in_words(rule: &RecordRule, report: &JudgedReport, row: u32) -> Bilingual {
    let source = &report.dossier().source;
    let sheet = source.sheet.as_deref().map(|sheet| format!(" › {sheet}"));
    let cell = cell_of(rule, report, row);
    let place = format!("{}{} › {cell}", source.file_name, sheet.unwrap_or_default());
    Bilingual::new(&place, &place)
}

fn add(report: &mut JudgedReport, rule: &RecordRule, cell: String, message: impl Into<Message>) {
    let place = Place {
        cell: Some(cell),
        ..report.report.place()
    };
    let severity = rule.severity_in(report.report.period.year);
    let finding = message.into().at(place).by_rule(&rule.id, severity);
    report.add_finding(finding);
}

/// The verdict on a report, and the cell and words of a failure.
type Verdict = (usize, Option<bool>, Option<(Address, Message)>);

/// The verdicts of a rule over a total.
fn totals(
    rule: &RecordRule,
    reports: &[JudgedReport],
    geography: &Geography,
    lexicon: &Lexicon,
) -> Vec<Verdict> {
    let (RecordRuleKind::Against { indicator, .. } | RecordRuleKind::AtLeast { indicator, .. }) =
        &rule.kind
    else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for (at, report) in reports.iter().enumerate() {
        if !report.is_current() || report.form() != rule.form {
            continue;
        }
        let mut observations = report.dossier().content.observations.iter();
        let total = observations.find(|o| o.indicator == *indicator && is_whole(o));
        let Some(total) = total else { continue };
        let other = match &rule.kind {
            RecordRuleKind::Against { other, .. } => figure_of(reports, geography, report, other),
            RecordRuleKind::AtLeast { least, .. } => Some((*least, None)),
            _ => None,
        };
        let Some((value, (other, place))) = total.value.zip(other) else {
            all.push((at, None, None));
            continue;
        };
        let ok = match &rule.kind {
            RecordRuleKind::Against { tolerance, .. } => {
                (value - other).abs() <= *tolerance * other.abs()
            }
            _ => value >= other,
        };
        let told = (!ok).then(|| {
            let message = Bilingual::new(&rule.message_vi, &rule.message_en);
            let [value, number] = [value, other].map(|v| lexicon.number(v));
            let message: Message = match place {
                Some(place) => findings::TH514 {
                    message,
                    value,
                    other: number,
                    place,
                }
                .into(),
                None => findings::TH514 {
                    message,
                    value,
                    other: number,
                    place: rule.statement.clone(),
                }
                .into(),
            };
            (total.at, message)
        });
        all.push((at, Some(ok), told));
    }
    all
}

fn is_whole(observation: &crate::normalize::Observation) -> bool {
    observation.members.is_total()
}

/// The value of an indicator in the current report of another form, of the same reporting unit and period, and where it
/// stands.
fn figure_of(
    reports: &[JudgedReport],
    geography: &Geography,
    of: &JudgedReport,
    (form, indicator, scenario): &(String, String, Scenario),
) -> Option<(Decimal, Option<String>)> {
    let entity = geography.entity(&of.report.unit);
    let period = of.report.period;
    let mut others = reports.iter().filter(|r| {
        r.is_current()
            && r.form() == *form
            && r.report.period == period
            && geography.entity(&r.report.unit) == entity
    });
    others.find_map(|report| {
        let mut observations = report.dossier().content.observations.iter();
        let found = observations.find(|o| {
            o.indicator == *indicator
                && o.scenario == *scenario
                && o.period == period
                && is_whole(o)
        })?;
        let source = &report.dossier().source;
        Some((
            found.value?,
            Some(format!("{} › {}", source.file_name, found.at)),
        ))
    })
}
