//! Decides which of several reports of one form, unit and period counts.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::contradicted::settle_contradicted;
use super::life::{JudgedReport, PlacedReport, ReportStanding};
use super::parts::{is_list, settle_parts, tell_outranked};
use super::twins::settle_twins;
use crate::diagnostic::{Lexicon, findings};
use crate::geography::decision::{DecisionOutcome, Docket};
use crate::geography::sender::Reporters;
use crate::geography::territory::Geography;
use crate::geography::unit::UnitKey;
use crate::normalize::Observation;
use crate::period::Period;
use crate::text::Bilingual;

/// Form, period and unit: the reports that share these are compared.
type ReportKey = (String, Period, UnitKey);

/// The inputs, besides the reports themselves, that order reports among each other.
#[derive(Debug, Clone, Copy)]
pub struct ReportOrder<'a> {
    /// The bodies that may report, with their ranks.
    pub reporters: &'a Reporters,
    /// The territory.
    pub geography: &'a Geography,
    /// The decisions.
    pub docket: &'a Docket,
    /// The time zone of days.
    pub zone: &'a TimeZone,
    /// Codes as people read them.
    pub lexicon: &'a Lexicon,
}

/// Compares placed reports with each other: contradicted ones and twins first, then versions and reporters.
#[must_use]
pub fn compare(placed: Vec<PlacedReport>, order: ReportOrder<'_>) -> Vec<JudgedReport> {
    let first = |report| JudgedReport {
        report,
        revision: 1,
        standing: ReportStanding::Current,
    };
    let mut reports: Vec<JudgedReport> = placed.into_iter().map(first).collect();
    settle_contradicted(&mut reports, order.reporters, order.geography);
    settle_twins(&mut reports, order.docket);
    settle_revisions(&mut reports, order);
    reports
}

/// Numbers the versions of each report and decides which one is current.
///
/// A report supersedes whole; of a record list, only the part that it is a later version of. Between reporters, the first rank counts. A report that a decision accepted goes before all
/// others, which are then outranked. Call it again when more reports are held back: it starts from scratch.
pub fn settle_revisions(reports: &mut [JudgedReport], order: ReportOrder<'_>) {
    for judged in reports.iter_mut() {
        let findings = &mut judged.report.dossier.findings;
        findings.retain(|finding| !OF_VERSIONS.contains(&finding.code.as_str()));
    }
    for group in settle_versions(reports, order) {
        settle_accepted(reports, &group, order);
    }
}

/// Orders the versions of each reporter by sending, then time of receipt, then file name, and ranks the reporters.
/// Returns the reports of each form, period and unit.
fn settle_versions(reports: &mut [JudgedReport], order: ReportOrder<'_>) -> Vec<Rivals> {
    let mut versions: BTreeMap<(ReportKey, i64), Vec<usize>> = BTreeMap::new();
    let mut best_rank: BTreeMap<ReportKey, i64> = BTreeMap::new();
    for (i, judged) in reports.iter().enumerate().filter(|(_, r)| !r.is_held()) {
        let report = &judged.report;
        let key = (judged.form().to_owned(), report.period, report.unit.clone());
        let rank = order.reporters.rank(&report.dossier.sender);
        let best = best_rank.entry(key.clone()).or_insert(rank);
        *best = (*best).min(rank);
        versions.entry((key, rank)).or_default().push(i);
    }
    let mut rivals: BTreeMap<ReportKey, Rivals> = BTreeMap::new();
    for ((key, rank), mut group) in versions {
        group.sort_by(|a, b| sent_order(&reports[*a]).cmp(&sent_order(&reports[*b])));
        let is_outranked = best_rank.get(&key).is_some_and(|best| *best < rank);
        let rivals = rivals.entry(key).or_default();
        if group.iter().all(|i| is_list(&reports[*i])) {
            rivals.parts.extend(settle_parts(reports, &group));
        } else {
            for (n, i) in group.iter().enumerate() {
                reports[*i].revision = n as i64 + 1;
                reports[*i].standing = if n + 1 == group.len() {
                    ReportStanding::Current
                } else {
                    ReportStanding::Superseded
                };
            }
            for pair in group.windows(2) {
                name_lost_values(reports, pair[0], pair[1], order.lexicon);
            }
        }
        if is_outranked {
            for i in &group {
                reports[*i].standing = ReportStanding::Outranked;
            }
        }
        rivals.reports.extend(group);
    }
    for rivals in rivals.values() {
        tell_outranked(reports, &rivals.reports);
    }
    rivals.into_values().collect()
}

/// The reports of one form, period and unit.
#[derive(Debug, Default)]
struct Rivals {
    reports: Vec<usize>,
    /// Of a record list: which part of it each report is a version of.
    parts: BTreeMap<usize, usize>,
}

impl Rivals {
    /// The reports that do not count if `chosen` does: all but the other parts of its list, and the other sheets of its file.
    fn of(
        &self,
        chosen: usize,
        reports: &[JudgedReport],
        rank: impl Fn(usize) -> i64,
    ) -> Vec<usize> {
        let submission = |i: usize| &reports[i].dossier().source.submission_id;
        let counts_beside = |i: usize| {
            i != chosen
                && self.parts.contains_key(&chosen)
                && rank(i) == rank(chosen)
                && (self.parts.get(&i) != self.parts.get(&chosen)
                    || submission(i) == submission(chosen))
        };
        let all = self.reports.iter().copied();
        all.filter(|i| !counts_beside(*i)).collect()
    }
}

/// The order of the versions of one reporter: sending, time of receipt, file name, identifier. The last one counts.
fn sent_order(judged: &JudgedReport) -> (i64, Timestamp, &str, &str) {
    let dossier = judged.dossier();
    let source = &dossier.source;
    (
        dossier.sending,
        source.received_at,
        &source.file_name,
        &source.report_id,
    )
}

/// Makes the report that a decision accepted current, unless the current one was received after the decision was taken.
fn settle_accepted(reports: &mut [JudgedReport], rivals: &Rivals, order: ReportOrder<'_>) {
    let accepted = rivals
        .reports
        .iter()
        .copied()
        .filter(|i| reports[*i].dossier().rulings.accepted.is_some());
    let latest = accepted.max_by(|a, b| sent_order(&reports[*a]).cmp(&sent_order(&reports[*b])));
    let Some(chosen) = latest.filter(|i| !reports[*i].is_current()) else {
        return;
    };
    let ranks: Vec<i64> = reports
        .iter()
        .map(|judged| order.reporters.rank(&judged.dossier().sender))
        .collect();
    let group = rivals.of(chosen, reports, |i| ranks[i]);
    // A decision is about the reports received by the day it was taken. The current report may be later.
    let decision = reports[chosen].dossier().rulings.accepted;
    let taken = decision.and_then(|d| order.docket.taken_on(d));
    let day = |i: usize| reports[i].dossier().source.received_on(order.zone);
    let known = taken.unwrap_or(Date::MIN).max(day(chosen));
    if group
        .iter()
        .any(|i| reports[*i].is_current() && day(*i) > known)
    {
        if let Some(decision) = decision {
            reports[chosen].record_outcome(order.docket, decision, DecisionOutcome::Stale);
        }
        return;
    }
    reports[chosen].accept(order.docket);
    let chosen_revision = reports[chosen].revision;
    for i in &group {
        // Earlier versions of the same reporter are superseded; all others are outranked.
        let is_earlier = ranks[*i] == ranks[chosen] && reports[*i].revision <= chosen_revision;
        reports[*i].standing = if *i == chosen {
            ReportStanding::Current
        } else if is_earlier {
            ReportStanding::Superseded
        } else {
            ReportStanding::Outranked
        };
    }
}

/// The codes of findings that compare a version with others.
const OF_VERSIONS: [&str; 6] = ["TH403", "TH440", "TH441", "TH442", "TH443", "TH446"];

/// The observations that have a value.
fn stated(report: &PlacedReport) -> impl Iterator<Item = &Observation> {
    let observations = report.dossier.content.observations.iter();
    observations.filter(|o| o.value.is_some())
}

/// Warns about values that a later version no longer has.
fn name_lost_values(reports: &mut [JudgedReport], earlier: usize, later: usize, lexicon: &Lexicon) {
    let key = |r: &PlacedReport, o: &Observation| {
        (
            r.unit_of(o.area.as_deref()),
            o.period,
            o.indicator.clone(),
            o.sector.clone(),
            o.scenario.as_str(),
        )
    };
    let [before, after] = [earlier, later].map(|i| &reports[i].report);
    let kept: HashSet<_> = stated(after).map(|o| key(after, o)).collect();
    let mut lost: Vec<&Observation> = stated(before)
        .filter(|o| !kept.contains(&key(before, o)))
        .collect();
    if lost.is_empty() {
        return;
    }
    lost.sort_by_key(|o| key(before, o));
    let values: Vec<Bilingual> = lost
        .iter()
        .map(|o| {
            let figure = lexicon.figure(&o.indicator, Some(&o.sector));
            let column = lexicon.column(o.scenario.as_str(), &o.period.to_string());
            // In a table whose rows are units, the unit of the row comes first.
            let unit = before.unit_of(o.area.as_deref());
            let of = unit
                .filter(|_| o.area.is_some())
                .map_or_else(String::new, |unit| format!("{}: ", unit.code));
            Bilingual::new(
                format!("{of}{} ({})", figure.vi, column.vi),
                format!("{of}{} ({})", figure.en, column.en),
            )
        })
        .collect();
    let lost = findings::TH403 {
        count: lexicon.number(lost.len().into()),
        file: &before.dossier.source.file_name,
        values: lexicon.list(&values),
    };
    let warning = lost.at(after.place());
    reports[later].add_finding(warning);
}
