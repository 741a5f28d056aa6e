//! Reports: one form of one unit for one period, and which of several counts.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::UnitKey;
use super::decision::{Docket, Outcome};
use super::identify::Reporters;
use crate::diagnostic::{Finding, Lexicon, Place, Severity};
use crate::extract::UnitCodes;
use crate::normalize::{ComparedValue, Observation};
use crate::period::Period;
use crate::text::{Bilingual, Word, word, word_or_none};

/// One form found in one submission.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and none excludes another"
)]
pub struct Report {
    /// `<submission_id>-<n>`.
    pub report_id: String,
    /// The submission.
    pub submission_id: String,
    /// Its name in the inbox.
    pub file_name: String,
    /// When it came.
    pub received_at: Timestamp,
    /// Name of the sheet; none for CSV.
    pub sheet: Option<String>,
    /// Code of the form.
    pub form: String,
    /// Period, if it is known.
    pub period: Option<Period>,
    /// Units that the words of the sheet may mean.
    pub candidates: BTreeSet<UnitKey>,
    /// The vintage that the sheet states.
    pub stated_vintage: Option<String>,
    /// Its rows are units: it is the country's, and each value is of the unit of its row.
    pub by_unit: bool,
    /// Cell of the statement of the unit.
    pub unit_cell: Option<String>,
    /// The unit, once decided.
    pub unit: Option<UnitKey>,
    /// How the vintage was decided.
    #[serde(deserialize_with = "word_or_none")]
    pub vintage_evidence: Option<Word>,
    /// The body that sent it, if named.
    pub reporter: Option<String>,
    /// Number of the sending, 1 unless the sheet says more.
    pub sending: i64,
    /// Number of this version among those with the same key, from 1.
    pub revision: i64,
    /// Whether it is the version that counts.
    pub is_current: bool,
    /// Not current because another reporter's report goes first.
    pub outranked: bool,
    /// Held back: its values count nowhere.
    pub held: bool,
    /// Its values.
    pub observations: Vec<Observation>,
    /// Number of its records, where the form is a record list.
    pub records: i64,
    /// What its values would be, were it not held back.
    pub held_values: Vec<Observation>,
    /// Its derived values.
    pub comparisons: Vec<ComparedValue>,
    /// Body cells.
    pub cells_total: i64,
    /// Cells that became observations.
    pub cells_loaded: i64,
    /// Cells checked, or held back with a finding.
    pub cells_explained: i64,
    /// Findings of this report.
    pub findings: Vec<Finding>,
    /// Why it got its period, unit, geography, sender and number of sending.
    pub evidence: Vec<Evidence>,
    /// What became of each decision about it, by the place of the decision in the docket.
    pub decided: BTreeMap<usize, Outcome>,
    /// The vintage that a decision gives its unit, and that decision.
    pub decided_vintage: Option<(usize, String)>,
    /// The decision by which it counts whatever stands against it.
    pub accepted: Option<usize>,
    /// Rules it is excused from, each with the decision.
    pub waived: BTreeMap<String, usize>,
}

/// Why a report got what it got: one question, the answer, and the words that gave it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Evidence {
    /// What was to be found out: `period`, `unit`, `vintage`, `reporter`, `sending`.
    #[serde(deserialize_with = "word")]
    pub aspect: Word,
    /// The answer; none where it stayed open.
    pub answer: Option<String>,
    /// How it was found, such as `title` or `decision`.
    #[serde(deserialize_with = "word")]
    pub basis: Word,
    /// The words, as read.
    pub text: Option<String>,
    /// Their cell.
    pub cell: Option<String>,
}

impl Report {
    /// The place of the report as a whole.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            file_name: Some(self.file_name.clone()),
            submission_id: Some(self.submission_id.clone()),
            report_id: Some(self.report_id.clone()),
            form: Some(self.form.clone()),
            sheet: self.sheet.clone(),
            unit_vintage: self.unit.as_ref().map(|u| u.vintage.clone()),
            unit_code: self.unit.as_ref().map(|u| u.code.clone()),
            period: self.period.map(|p| p.to_string()),
            ..Place::default()
        }
    }

    /// The place where the sheet names the unit.
    #[must_use]
    pub fn unit_place(&self) -> Place {
        Place {
            cell: self.unit_cell.clone(),
            ..self.place()
        }
    }

    /// The unit that a value is of, in the vintage of the report: the report's own, or that of its row.
    #[must_use]
    pub fn unit_of(&self, area: Option<&UnitCodes>) -> Option<UnitKey> {
        let code = self.code_of(area)?.to_owned();
        let vintage = self.unit.as_ref()?.vintage.clone();
        Some(UnitKey { vintage, code })
    }

    /// The code of [`Self::unit_of`].
    #[must_use]
    pub fn code_of<'a>(&'a self, area: Option<&'a UnitCodes>) -> Option<&'a str> {
        let own = self.unit.as_ref()?;
        let code = match area {
            None => &own.code,
            Some(area) => area.get(&own.vintage)?,
        };
        Some(code)
    }

    /// The units that it reports of: those of its values where its rows are units, else its own.
    #[must_use]
    pub fn units(&self) -> BTreeSet<UnitKey> {
        if !self.by_unit {
            return self.unit.iter().cloned().collect();
        }
        self.observations
            .iter()
            .filter_map(|o| self.unit_of(o.area.as_deref()))
            .collect()
    }

    /// Decides the unit.
    pub fn settle_unit(&mut self, unit: UnitKey, evidence: &'static str) {
        self.unit = Some(unit);
        self.vintage_evidence = Some(evidence);
    }

    /// Holds the report back: its cells are explained by the finding, its values count nowhere.
    pub fn hold(&mut self, finding: Finding) {
        self.findings.push(finding);
        self.held = true;
        self.is_current = false;
        if !self.observations.is_empty() {
            self.held_values = std::mem::take(&mut self.observations);
        }
        self.comparisons.clear();
        self.cells_loaded = 0;
        self.cells_explained = self.cells_total;
    }

    /// Puts down what became of a decision about this report; one that was applied is said.
    pub fn put_down(&mut self, docket: &Docket, decision: usize, outcome: Outcome) {
        let before = self.decided.insert(decision, outcome);
        if outcome == Outcome::Applied && before != Some(Outcome::Applied) {
            self.findings
                .extend(docket.finding("TH419", decision, self.place()));
        }
    }

    /// Puts down that the decision by which it counts was needed.
    pub fn accept(&mut self, docket: &Docket) {
        if let Some(decision) = self.accepted {
            self.put_down(docket, decision, Outcome::Applied);
        }
    }

    /// Turns what rules found that decisions excuse it from into a note of the decision.
    pub fn excuse(&mut self, docket: &Docket) {
        for (rule, decision) in self.waived.clone() {
            for i in 0..self.findings.len() {
                if self.findings[i].rule.as_deref() != Some(&rule) {
                    continue;
                }
                let failed = self.findings[i].clone();
                if let Some(note) = docket.excuse(decision, failed) {
                    self.decided.insert(decision, Outcome::Applied);
                    self.findings[i] = note;
                }
            }
        }
    }

    /// Holds the report back because a decision withdrew it.
    pub fn hold_withdrawn(&mut self, docket: &Docket, decision: usize) {
        self.decided.insert(decision, Outcome::Applied);
        if let Some(finding) = docket.finding("TH418", decision, self.place()) {
            self.hold(finding);
        }
    }

    /// Number of findings of a severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> i64 {
        self.findings
            .iter()
            .filter(|f| f.severity == severity)
            .count() as i64
    }

    fn order(&self) -> (i64, Timestamp, &str, &str) {
        (
            self.sending,
            self.received_at,
            &self.file_name,
            &self.report_id,
        )
    }
}

/// Two reports of one submission with one key: equal ones count once, different ones not at all, unless one of them
/// was accepted by a decision.
pub fn settle_twins(reports: &mut [Report], docket: &Docket) {
    type Key = (
        String,
        String,
        Option<Period>,
        Option<UnitKey>,
        Option<String>,
        i64,
    );
    let mut groups: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for (i, report) in reports.iter().enumerate().filter(|(_, r)| !r.held) {
        let key = (
            report.submission_id.clone(),
            report.form.clone(),
            report.period,
            report.unit.clone(),
            report.reporter.clone(),
            report.sending,
        );
        groups.entry(key).or_default().push(i);
    }
    for twins in groups.into_values().filter(|g| g.len() > 1) {
        let values = |r: &Report| {
            let mut all: Vec<_> = r
                .observations
                .iter()
                .map(|o| {
                    (
                        r.unit_of(o.area.as_deref()),
                        o.period.to_string(),
                        o.indicator.clone(),
                        o.sector.clone(),
                        o.scenario,
                        o.value,
                        o.status.as_str(),
                    )
                })
                .collect();
            all.sort();
            all
        };
        let first = values(&reports[twins[0]]);
        let first_sheet = reports[twins[0]].sheet.clone().unwrap_or_default();
        let differ = twins.iter().any(|i| values(&reports[*i]) != first);
        let accepted: Vec<usize> = twins
            .iter()
            .copied()
            .filter(|i| differ && reports[*i].accepted.is_some())
            .collect();
        if let [one] = accepted[..] {
            reports[one].accept(docket);
            let sheet = reports[one].sheet.clone().unwrap_or_default();
            for i in twins.into_iter().filter(|i| *i != one) {
                let finding = Finding::new("TH427", reports[i].place(), &[("other", &sheet)]);
                reports[i].hold(finding);
            }
            continue;
        }
        for i in twins.into_iter().skip(usize::from(!differ)) {
            let code = if differ { "TH210" } else { "TH211" };
            let finding = Finding::new(code, reports[i].place(), &[("other", &first_sheet)]);
            reports[i].hold(finding);
        }
    }
}

/// Numbers the versions of each report and says which is current. A report supersedes whole; between
/// several reporters the first rank counts. One that a decision accepted goes before all others: those are then
/// outranked. It may be done again when more reports are held back: nothing is left of what was settled before.
pub fn settle_revisions(
    reports: &mut [Report],
    reporters: &Reporters,
    docket: &Docket,
    zone: &TimeZone,
    lexicon: &Lexicon,
) {
    for report in reports.iter_mut() {
        report
            .findings
            .retain(|finding| finding.code != VALUES_LOST);
    }
    let mut versions: BTreeMap<(String, Period, UnitKey, i64), Vec<usize>> = BTreeMap::new();
    for (i, report) in reports.iter().enumerate().filter(|(_, r)| !r.held) {
        let (Some(period), Some(unit)) = (report.period, report.unit.clone()) else {
            continue;
        };
        let rank = reporters.rank(report.reporter.as_deref());
        versions
            .entry((report.form.clone(), period, unit, rank))
            .or_default()
            .push(i);
    }
    let mut best_rank: BTreeMap<(String, Period, UnitKey), i64> = BTreeMap::new();
    for (form, period, unit, rank) in versions.keys() {
        let best = best_rank
            .entry((form.clone(), *period, unit.clone()))
            .or_insert(*rank);
        *best = (*best).min(*rank);
    }
    let mut rivals: BTreeMap<(String, Period, UnitKey), Vec<usize>> = BTreeMap::new();
    for ((form, period, unit, rank), mut group) in versions {
        group.sort_by(|a, b| reports[*a].order().cmp(&reports[*b].order()));
        let key = (form, period, unit);
        let outranked = best_rank.get(&key).is_some_and(|best| *best < rank);
        let newest = group.last().copied();
        for (n, i) in group.iter().enumerate() {
            reports[*i].revision = n as i64 + 1;
            reports[*i].outranked = outranked;
            reports[*i].is_current = Some(*i) == newest && !outranked;
        }
        for pair in group.windows(2) {
            name_lost_values(reports, pair[0], pair[1], lexicon);
        }
        rivals.entry(key).or_default().extend(group);
    }
    for group in rivals.into_values() {
        let accepted = group
            .iter()
            .copied()
            .filter(|i| reports[*i].accepted.is_some());
        let Some(chosen) = accepted.max_by(|a, b| reports[*a].order().cmp(&reports[*b].order()))
        else {
            continue;
        };
        if reports[chosen].is_current {
            continue;
        }
        // A decision speaks of what had come when it was taken; what counts now may have come later.
        let taken = reports[chosen].accepted.and_then(|d| docket.taken_on(d));
        let day = |i: usize| reports[i].received_at.to_zoned(zone.clone()).date();
        let known = taken.unwrap_or(Date::MIN).max(day(chosen));
        if group
            .iter()
            .any(|i| reports[*i].is_current && day(*i) > known)
        {
            if let Some(decision) = reports[chosen].accepted {
                reports[chosen].put_down(docket, decision, Outcome::Stale);
            }
            continue;
        }
        reports[chosen].accept(docket);
        for i in group {
            reports[i].is_current = i == chosen;
            // What came before it by the same sender is its past; all else stands aside.
            let past = reporters.rank(reports[i].reporter.as_deref())
                == reporters.rank(reports[chosen].reporter.as_deref())
                && reports[i].revision <= reports[chosen].revision;
            reports[i].outranked = !past;
        }
    }
}

/// The code of the warning that a later version lacks values.
const VALUES_LOST: &str = "TH403";

/// Warns of values that a later version no longer has.
fn name_lost_values(reports: &mut [Report], earlier: usize, later: usize, lexicon: &Lexicon) {
    let key = |r: &Report, o: &Observation| {
        (
            r.unit_of(o.area.as_deref()),
            o.period,
            o.indicator.clone(),
            o.sector.clone(),
            o.scenario.as_str(),
        )
    };
    let kept: std::collections::HashSet<_> = reports[later]
        .observations
        .iter()
        .filter(|o| o.value.is_some())
        .map(|o| key(&reports[later], o))
        .collect();
    let mut lost: Vec<&Observation> = reports[earlier]
        .observations
        .iter()
        .filter(|o| o.value.is_some() && !kept.contains(&key(&reports[earlier], o)))
        .collect();
    if lost.is_empty() {
        return;
    }
    lost.sort_by_key(|o| key(&reports[earlier], o));
    let values: Vec<Bilingual> = lost
        .iter()
        .map(|o| {
            let figure = lexicon.figure(&o.indicator, Some(&o.sector));
            let column = lexicon.column(o.scenario.as_str(), &o.period.to_string());
            // In a table whose rows are units, the unit of the row goes before.
            let unit = reports[earlier].unit_of(o.area.as_deref());
            let of = unit
                .filter(|_| o.area.is_some())
                .map_or_else(String::new, |unit| format!("{}: ", unit.code));
            Bilingual::new(
                format!("{of}{} ({})", figure.vi, column.vi),
                format!("{of}{} ({})", figure.en, column.en),
            )
        })
        .collect();
    let args = [
        ("count", lexicon.number(lost.len().into())),
        ("file", Bilingual::same(&reports[earlier].file_name)),
        ("values", lexicon.list(&values)),
    ];
    let finding = Finding::in_words(VALUES_LOST, reports[later].place(), &args);
    reports[later].findings.push(finding);
}
