//! Judging: the cases of each rule become one verdict for each report and column.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use arrow::array::BooleanArray;
use arrow::compute::filter_record_batch;
use datafusion::error::Result;
use futures::{StreamExt as _, stream};

use super::case::{Case, ColumnCases, JudgedColumn, cases, in_words, verdicts};
use super::rule::{OnFail, Rule};
use super::rule_sql::rule_sql;
use crate::diagnostic::{Finding, Lexicon, Message, Place, Severity, findings};
use crate::engine::Engine;
use crate::geography::{Docket, JudgedReport};
use crate::text::Bilingual;

/// How often a rule passed, failed or could not be decided, for all reports of one form and period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleResult {
    /// Id of the rule.
    pub rule: String,
    /// Code of the form it judges.
    pub form: String,
    /// The reports' period.
    pub period: String,
    /// Number of judgements that passed.
    pub passed: i64,
    /// Number of judgements that failed.
    pub failed: i64,
    /// Number of judgements that lack a value.
    pub undecided: i64,
}

/// The verdict of a rule on one column of one report. If the rows of the form are units, on one unit's part of it.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// Index of the report.
    pub report: usize,
    /// Index of the rule.
    pub rule: usize,
    /// Passed or failed. None if a value is missing.
    pub verdict: Option<bool>,
    /// The finding of a failure.
    pub finding: Option<Finding>,
}

/// The finding of a column that failed: at the place of the first failed case, with all failed cases in words.
fn finding(
    rule: &Rule,
    report: &JudgedReport,
    (unit, scenario, period): (&str, &str, &str),
    failed: &[Case],
    lexicon: &Lexicon,
) -> Finding {
    let first = failed.iter().min_by_key(|case| case.seq);
    let place = Place {
        sheet: first
            .and_then(|case| case.sheet.clone())
            .or_else(|| report.dossier().source.sheet.clone()),
        cell: first.and_then(|case| case.cell.clone()),
        indicator: first.map(|case| case.indicator.clone()),
        sector: first.map(|case| case.members.clone()),
        scenario: Some(scenario.to_owned()),
        unit_code: Some(unit.to_owned()),
        ..report.report.place()
    };
    let figures: Vec<Bilingual> = failed
        .iter()
        .flat_map(|case| in_words(rule, case, lexicon))
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

/// Whether a failure of the rule holds the report back. It does not if a decision accepts the report or waives the rule.
fn holds(rule: &Rule, report: &JudgedReport) -> bool {
    let rulings = &report.dossier().rulings;
    rule.on_fail == OnFail::Hold
        && rulings.accepted.is_none()
        && !rulings.waived.contains_key(&rule.id)
}

/// Judges all current reports by all rules.
///
/// # Errors
/// If a query fails.
pub async fn judge(
    engine: &Engine,
    rules: &[Rule],
    reports: &[JudgedReport],
    lexicon: &Lexicon,
) -> Result<Vec<Judgement>> {
    let index: HashMap<&str, usize> = reports
        .iter()
        .enumerate()
        .map(|(i, r)| (r.id(), i))
        .collect();
    let mut judgements = Vec::new();
    let answers = engine.query_each(rules.iter().map(rule_sql));
    let mut judged = stream::iter(rules.iter().enumerate()).zip(answers);
    while let Some(((n, rule), answer)) = judged.next().await {
        let (_, batches) = answer?;
        let mut columns: BTreeMap<JudgedColumn, ColumnCases> = BTreeMap::new();
        for batch in &batches {
            let (keys, ok) = verdicts(batch, &index)?;
            let is_false: BooleanArray = ok.iter().map(|ok| Some(ok == Some(false))).collect();
            let mut failed = cases(&filter_record_batch(batch, &is_false)?)?.into_iter();
            for (key, ok) in keys.into_iter().zip(ok) {
                // `failed` has the failed rows only, in the same order.
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

/// The reports that these judgements hold back. Failures of rules that depend on other reports count only if there are no
/// others.
#[must_use]
pub fn held_by(
    rules: &[Rule],
    reports: &[JudgedReport],
    judgements: &[Judgement],
) -> BTreeSet<usize> {
    let held = |depends: bool| -> BTreeSet<usize> {
        judgements
            .iter()
            .filter(|j| j.verdict == Some(false) && holds(&rules[j.rule], &reports[j.report]))
            .filter(|j| rules[j.rule].kind.depends_on_others() == depends)
            .map(|j| j.report)
            .collect()
    };
    // A report that is wrong by itself may be the reason why another report disagrees with it, so it is held back first.
    let by_themselves = held(false);
    if by_themselves.is_empty() {
        held(true)
    } else {
        by_themselves
    }
}

/// Adds the findings of judgements to their reports, and holds reports back if the rule demands it. A report that a decision
/// accepts counts in spite of such a rule.
pub fn tell(
    rules: &[Rule],
    reports: &mut [JudgedReport],
    judgements: &[Judgement],
    docket: &Docket,
) {
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
        report.add_finding(finding);
        let waived = &report.dossier().rulings.waived;
        if rule.on_fail == OnFail::Hold && !waived.contains_key(&rule.id) {
            report.accept(docket);
        }
    }
}

/// Counts judgements by rule and period of the reports.
#[must_use]
pub fn tally(
    rules: &[Rule],
    reports: &[JudgedReport],
    judgements: &[Judgement],
) -> Vec<RuleResult> {
    let mut counts: BTreeMap<(&str, &str, String), [i64; 3]> = BTreeMap::new();
    for judgement in judgements {
        let (rule, report) = (&rules[judgement.rule], &reports[judgement.report]);
        let period = report.report.period.to_string();
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
