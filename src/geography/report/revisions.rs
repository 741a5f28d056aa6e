//! Decides which of several reports of one form, unit and period counts.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::contradicted::settle_contradicted;
use super::ended::settle_ended_units;
use super::life::{JudgedReport, PlacedReport, ReportStanding};
use super::order::ReportOrder;
use super::parts::{is_list, settle_parts, tell_outranked};
use super::twins::settle_twins;
use super::versions::{OF_VERSIONS, tell_versions};
use crate::diagnostic::findings;
use crate::geography::decision::DecisionOutcome;
use crate::geography::unit::UnitKey;
use crate::period::Period;

/// Form, period and unit: the reports that share these are compared.
type ReportKey = (String, Period, UnitKey);

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
/// A report supersedes whole; of a record list, only the part that it is a later version of. Where a form has a table of values
/// and a list, a list that comes alone replaces lists and no table, and a table that comes alone replaces no list that came
/// alone. Between reporters, the first rank counts. A report that a decision accepted goes before all others, which are then outranked. Call it again when more
/// reports are held back: it starts from scratch.
pub fn settle_revisions(reports: &mut [JudgedReport], order: ReportOrder<'_>) {
    for judged in reports.iter_mut() {
        judged.report.dossier.content.list_replaced = false;
        let findings = &mut judged.report.dossier.findings;
        findings.retain(|finding| !OF_VERSIONS.contains(&finding.code.as_str()));
    }
    for group in settle_versions(reports, order) {
        settle_accepted(reports, &group, order);
        tell_versions(reports, &group.versions, order);
    }
    settle_ended_units(reports, order.geography, order.docket, order.zone);
}

/// Orders the versions of each reporter by sending, then time of receipt, then file name, and ranks the reporters.
/// Returns the reports of each form, period and unit.
fn settle_versions(reports: &mut [JudgedReport], order: ReportOrder<'_>) -> Vec<Rivals> {
    let mut versions: BTreeMap<(ReportKey, i64), Vec<usize>> = BTreeMap::new();
    let mut best_rank: BTreeMap<(ReportKey, Part), i64> = BTreeMap::new();
    for (i, judged) in reports.iter().enumerate().filter(|(_, r)| !r.is_held()) {
        let report = &judged.report;
        let key = (judged.form().to_owned(), report.period, report.unit.clone());
        let rank = order.reporters.rank(&report.dossier.sender);
        for part in [Part::Values, Part::List] {
            if part.is_of(judged) {
                let best = best_rank.entry((key.clone(), part)).or_insert(rank);
                *best = (*best).min(rank);
            }
        }
        versions.entry((key, rank)).or_default().push(i);
    }
    let mut rivals: BTreeMap<ReportKey, Rivals> = BTreeMap::new();
    for ((key, rank), mut group) in versions {
        group.sort_by(|a, b| sent_order(&reports[*a]).cmp(&sent_order(&reports[*b])));
        let of_form = rivals.entry(key.clone()).or_default();
        let (lists, tables): (Vec<usize>, Vec<usize>) =
            group.iter().partition(|i| is_list(&reports[**i]));
        if !lists.is_empty() {
            of_form.parts.extend(settle_parts(reports, &lists, order));
        }
        for (n, i) in tables.iter().enumerate() {
            reports[*i].revision = n as i64 + 1;
            reports[*i].standing = if n + 1 == tables.len() {
                ReportStanding::Current
            } else {
                ReportStanding::Superseded
            };
        }
        if let Some(last) = tables.last() {
            settle_list_of_table(reports, *last, &lists);
            of_form.versions.push(tables.clone());
        }
        for (part, of_part) in [(Part::List, &lists), (Part::Values, &tables)] {
            let best = best_rank.get(&(key.clone(), part));
            if best.is_some_and(|best| *best < rank) {
                for i in of_part {
                    reports[*i].standing = ReportStanding::Outranked;
                }
            }
        }
        of_form.reports.extend(group);
    }
    for rivals in rivals.values() {
        tell_outranked(reports, &rivals.reports);
    }
    rivals.into_values().collect()
}

/// What a report may hold: a form may have a table of values and a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Values,
    List,
}

impl Part {
    fn is_of(self, report: &JudgedReport) -> bool {
        match self {
            Self::Values => !is_list(report),
            Self::List => !report.dossier().content.heads.is_empty(),
        }
    }
}

/// Settles the list that stands beside the table of values that counts, and lists that came alone: the later one counts.
fn settle_list_of_table(reports: &mut [JudgedReport], table: usize, lists: &[usize]) {
    if !Part::List.is_of(&reports[table]) {
        return;
    }
    let came = |i: usize| sent_order(&reports[i]);
    let submission = |i: usize| &reports[i].dossier().source.submission_id;
    // Further lists of the same file are parts of its list.
    let others = lists
        .iter()
        .filter(|i| submission(**i) != submission(table));
    let (earlier, later): (Vec<usize>, Vec<usize>) = others.partition(|i| came(**i) < came(table));
    let file_of =
        |reports: &[JudgedReport], i: usize| reports[i].dossier().source.file_name.clone();
    if let Some(list) = later.first() {
        let (file, place) = (file_of(reports, table), reports[*list].report.place());
        reports[*list].add_finding(findings::TH350 { file }.at(place));
        reports[table].report.dossier.content.list_replaced = true;
    }
    for list in earlier {
        // The list in the table's file replaces an earlier list. A later list replaces both, and is told above.
        reports[list].standing = ReportStanding::Superseded;
        if later.is_empty() {
            let (file, place) = (file_of(reports, list), reports[table].report.place());
            reports[table].add_finding(findings::TH350 { file }.at(place));
        }
    }
}

/// The reports of one form, period and unit.
#[derive(Debug, Default)]
struct Rivals {
    reports: Vec<usize>,
    /// The versions of each reporter's report, in the order in which they were sent.
    versions: Vec<Vec<usize>>,
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
        let is_list = |i: usize| self.parts.contains_key(&i);
        let counts_beside = |i: usize| {
            if is_list(i) != is_list(chosen) {
                return true;
            }
            i != chosen
                && is_list(chosen)
                && rank(i) == rank(chosen)
                && (self.parts.get(&i) != self.parts.get(&chosen)
                    || submission(i) == submission(chosen))
        };
        let all = self.reports.iter().copied();
        all.filter(|i| !counts_beside(*i)).collect()
    }
}

/// The order of the versions of one reporter: sending, the last time their content came, file name, identifier. The last one
/// counts.
fn sent_order(judged: &JudgedReport) -> (i64, Timestamp, &str, &str) {
    let dossier = judged.dossier();
    let source = &dossier.source;
    (
        dossier.sending(),
        source.last_received_at(),
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
    let day = |i: usize| reports[i].dossier().source.last_received_on(order.zone);
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
