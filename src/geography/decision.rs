//! Decisions of people where files leave something open: the unit, period or vintage of a report, and whether it counts.
//!
//! A decision names its subject. [`Docket::new`] finds the submissions that it is about. Stages ask the docket and record with
//! the report what they applied. At the end, [`Docket::close`] reports the decisions that applied to nothing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::report::ReportSource;
use super::unit::UnitKey;
use crate::diagnostic::findings::{self, th419 as phrases};
use crate::diagnostic::{Finding, Place};
use crate::period::Period;
use crate::text::Bilingual;

/// Which file or report a decision is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecisionSubject {
    /// The file of this name in the inbox.
    File(String),
    /// The submission, by the first 16 digits of its hash.
    Submission(String),
    /// The report, by its id.
    Report(String),
}

impl DecisionSubject {
    /// The subject as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::File(text) | Self::Submission(text) | Self::Report(text) => text,
        }
    }

    fn is(&self, submission_id: &str, file_name: &str) -> bool {
        match self {
            Self::File(name) => name == file_name,
            Self::Submission(id) => id == submission_id,
            Self::Report(id) => id
                .rsplit_once('-')
                .is_some_and(|(submission, _)| submission == submission_id),
        }
    }
}

/// What is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// The report is of this unit.
    Unit(UnitKey),
    /// The unit it names is that of this vintage.
    Vintage(String),
    /// It is for this period.
    Period(Period),
    /// It counts, even if other reports would count instead.
    Accept,
    /// It does not count.
    Withdraw,
    /// It is excused from this rule.
    Waive(String),
}

impl Ruling {
    /// The word in the column `kind` of the table `decisions`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unit(_) => "unit",
            Self::Vintage(_) => "vintage",
            Self::Period(_) => "period",
            Self::Accept => "accept",
            Self::Withdraw => "withdraw",
            Self::Waive(_) => "waive",
        }
    }

    /// What is decided, if the kind alone does not say it: the column `ruling`.
    #[must_use]
    pub fn value(&self) -> Option<String> {
        match self {
            Self::Unit(unit) => Some(format!("{}:{}", unit.vintage, unit.code)),
            Self::Vintage(text) | Self::Waive(text) => Some(text.clone()),
            Self::Period(period) => Some(period.to_string()),
            Self::Accept | Self::Withdraw => None,
        }
    }
}

/// One decision. A paragraph of `decisions.toml` that decides several things is several of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The number of its paragraph, from 1.
    pub number: usize,
    /// What it is about.
    pub subject: DecisionSubject,
    /// Only the reports of this form.
    pub form: Option<String>,
    /// Only the reports of this sheet.
    pub sheet: Option<String>,
    /// What is decided.
    pub ruling: Ruling,
    /// Who decided.
    pub by: String,
    /// The day it was decided on.
    pub on: Date,
    /// Why.
    pub why: String,
}

impl Decision {
    /// Whether it is about a file as a whole, not about some of its reports.
    fn is_of_file(&self) -> bool {
        self.form.is_none()
            && self.sheet.is_none()
            && !matches!(self.subject, DecisionSubject::Report(_))
    }

    /// What is decided, in words.
    fn in_words(&self) -> Bilingual {
        let value = self.ruling.value().unwrap_or_default();
        match self.ruling {
            Ruling::Unit(_) => phrases::Unit { value }.words(),
            Ruling::Vintage(_) => phrases::Vintage { value }.words(),
            Ruling::Period(_) => phrases::Period { value }.words(),
            Ruling::Accept => phrases::Accept.words(),
            Ruling::Withdraw => phrases::Withdraw.words(),
            Ruling::Waive(_) => phrases::Waive { value }.words(),
        }
    }

    /// The finding that it withdrew a file or a report.
    fn withdrew(&self, place: Place) -> Finding {
        let withdrew = findings::TH418 {
            number: self.number,
            by: &self.by,
            on: self.on.to_string(),
            why: &self.why,
        };
        withdrew.at(place)
    }

    /// The finding that it was applied.
    fn applied(&self, place: Place) -> Finding {
        let applied = findings::TH419 {
            number: self.number,
            what: self.in_words(),
            by: &self.by,
            on: self.on.to_string(),
            why: &self.why,
        };
        applied.at(place)
    }

    /// The finding that it applies to nothing.
    fn stale(&self, place: Place) -> Finding {
        let stale = findings::TH420 {
            number: self.number,
            what: self.in_words(),
            subject: self.subject.as_str(),
        };
        stale.at(place)
    }

    /// The finding that it changes nothing.
    fn unneeded(&self, place: Place) -> Finding {
        let unneeded = findings::TH421 {
            number: self.number,
            what: self.in_words(),
            subject: self.subject.as_str(),
        };
        unneeded.at(place)
    }

    /// The finding that it is not about a file that was received later.
    fn taken_before(&self, place: Place) -> Finding {
        let taken_before = findings::TH426 {
            number: self.number,
            what: self.in_words(),
            on: self.on.to_string(),
        };
        taken_before.at(place)
    }

    /// The submissions that the subject names: first those that the decision is about, then those received too late for it.
    fn split_by_time<'s>(
        &self,
        submissions: &'s [SubmissionIdentity<'s>],
        zone: &TimeZone,
    ) -> (
        Vec<&'s SubmissionIdentity<'s>>,
        Vec<&'s SubmissionIdentity<'s>>,
    ) {
        let named: Vec<&SubmissionIdentity<'_>> = submissions
            .iter()
            .filter(|s| self.subject.is(s.submission_id, s.file_name))
            .collect();
        let contents: BTreeSet<&str> = named.iter().map(|s| s.submission_id).collect();
        let in_time =
            |s: &SubmissionIdentity<'_>| s.received_at.to_zoned(zone.clone()).date() <= self.on;
        // If none was received by that day, the times are not reliable: the decision is about the first one.
        let none_in_time = !named.iter().any(|s| in_time(s));
        let first = named
            .iter()
            .min_by_key(|s| (s.received_at, s.submission_id));
        let first = first.map(|s| s.submission_id);
        named.into_iter().partition(|s| {
            contents.len() == 1 || in_time(s) || (none_in_time && first == Some(s.submission_id))
        })
    }

    /// The row of this decision at a report.
    fn at_report(&self, report: &Addressed<'_>, outcome: DecisionOutcome) -> DecisionRow<'_> {
        DecisionRow {
            decision: self,
            file_name: Some(report.source.file_name.clone()),
            submission_id: Some(report.source.submission_id.clone()),
            report_id: Some(report.source.report_id.clone()),
            outcome: match self.ruling {
                // Accepting a report does not settle what still holds it back.
                Ruling::Accept if report.is_held => DecisionOutcome::Stale,
                _ => outcome,
            },
        }
    }

    /// The row and the finding of this decision if it is about no report.
    fn without_report(&self, submissions: &[SubmissionIdentity<'_>]) -> (DecisionRow<'_>, Finding) {
        let named = submissions
            .iter()
            .find(|s| self.subject.is(s.submission_id, s.file_name));
        let place = Place {
            form: self.form.clone(),
            sheet: self.sheet.clone(),
            ..named.map(SubmissionIdentity::place).unwrap_or_default()
        };
        let row = DecisionRow {
            decision: self,
            file_name: named.map(|s| s.file_name.to_owned()),
            submission_id: named.map(|s| s.submission_id.to_owned()),
            report_id: None,
            outcome: DecisionOutcome::Stale,
        };
        (row, self.stale(place))
    }

    /// Turns the finding of a rule into one that says the report is excused from it.
    fn excuse(&self, failed: Finding) -> Finding {
        let excused = findings::TH520 {
            message_vi: failed.message_vi,
            message_en: failed.message_en,
            by: &self.by,
            on: self.on.to_string(),
            why: &self.why,
        };
        Finding {
            rule: failed.rule,
            ..excused.at(failed.place)
        }
    }
}

/// The effect of a decision on a file or a report.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum DecisionOutcome {
    /// It changed something.
    Applied,
    /// Everything would be the same without it.
    Unneeded,
    /// Its subject does not exist, or it does not fit the subject.
    Stale,
}

impl DecisionOutcome {
    /// The word in the table `decisions`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Unneeded => "unneeded",
            Self::Stale => "stale",
        }
    }
}

/// What decisions refer to a submission by.
#[derive(Debug, Clone, Copy)]
pub struct SubmissionIdentity<'a> {
    /// First 16 digits of its hash.
    pub submission_id: &'a str,
    /// Its name in the inbox.
    pub file_name: &'a str,
    /// When it was received.
    pub received_at: Timestamp,
}

impl SubmissionIdentity<'_> {
    fn place(&self) -> Place {
        Place {
            file_name: Some(self.file_name.to_owned()),
            submission_id: Some(self.submission_id.to_owned()),
            ..Place::default()
        }
    }
}

/// The decisions that a run considers, and the submissions each is about.
#[derive(Debug, Clone, Default)]
pub struct Docket {
    decisions: Vec<Decision>,
    /// For each decision the files it is about: identifier of the submission, and file name.
    about: Vec<BTreeSet<(String, String)>>,
    /// Findings about files with a name that a decision gives, but received after the decision was taken.
    pub later: Vec<Finding>,
}

/// A report as the docket sees it when a run ends.
#[derive(Debug, Clone)]
pub struct Addressed<'a> {
    /// Where the report comes from.
    pub source: &'a ReportSource,
    /// The place of the report as a whole.
    pub place: Place,
    /// Whether it is held back.
    pub is_held: bool,
    /// The outcome of each decision about it, by the decision's index in the docket.
    pub outcomes: &'a BTreeMap<usize, DecisionOutcome>,
}

/// A row of the table `decisions`: a decision, and a file or report that it is about, if any exists.
#[derive(Debug, Clone)]
pub struct DecisionRow<'a> {
    /// The decision.
    pub decision: &'a Decision,
    /// The file.
    pub file_name: Option<String>,
    /// Its submission.
    pub submission_id: Option<String>,
    /// The report, where the decision is about one.
    pub report_id: Option<String>,
    /// Its outcome.
    pub outcome: DecisionOutcome,
}

impl Docket {
    /// Finds the submissions that each decision is about. If several files have one name, a decision is about those received
    /// by the day it was taken; each later one is a finding.
    #[must_use]
    pub fn new(
        decisions: Vec<Decision>,
        submissions: &[SubmissionIdentity<'_>],
        zone: &TimeZone,
    ) -> Self {
        let mut docket = Self {
            about: Vec::with_capacity(decisions.len()),
            ..Self::default()
        };
        for decision in &decisions {
            let (about, later) = decision.split_by_time(submissions, zone);
            let files = about.iter();
            let files = files.map(|s| (s.submission_id.to_owned(), s.file_name.to_owned()));
            docket.about.push(files.collect());
            let later = later.iter().map(|s| decision.taken_before(s.place()));
            docket.later.extend(later);
        }
        docket.decisions = decisions;
        docket
    }

    /// The day a decision was taken on.
    #[must_use]
    pub fn taken_on(&self, decision: usize) -> Option<Date> {
        self.decisions.get(decision).map(|d| d.on)
    }

    /// The numbers of the paragraphs considered.
    pub fn numbers(&self) -> impl Iterator<Item = usize> {
        self.decisions.iter().map(|d| d.number)
    }

    /// The decisions about a submission, under all its file names, each with its index in the docket.
    pub fn of<'a>(&'a self, submission_id: &'a str) -> impl Iterator<Item = (usize, &'a Decision)> {
        self.decisions
            .iter()
            .zip(&self.about)
            .enumerate()
            .filter(move |(_, (_, about))| about.iter().any(|(id, _)| id == submission_id))
            .map(|(i, (decision, _))| (i, decision))
    }

    /// The finding that a file was withdrawn as a whole, if it was.
    #[must_use]
    pub fn withdrawn(&self, submission: &SubmissionIdentity<'_>) -> Option<Finding> {
        let is_this = |i: usize| {
            let mut files = self.about[i].iter();
            files.any(|(id, name)| id == submission.submission_id && name == submission.file_name)
        };
        self.of(submission.submission_id)
            .find(|(i, d)| d.is_of_file() && d.ruling == Ruling::Withdraw && is_this(*i))
            .map(|(_, d)| d.withdrew(submission.place()))
    }

    /// The decisions about a report, each with its index in the docket.
    pub fn of_report<'a>(
        &'a self,
        report: &'a ReportSource,
    ) -> impl Iterator<Item = (usize, &'a Decision)> {
        self.of(&report.submission_id)
            .filter(|(_, d)| match &d.subject {
                DecisionSubject::Report(id) => *id == report.report_id,
                _ => true,
            })
            // A file withdrawn as a whole was not read. The decision does not mean another file with the same content.
            .filter(|(_, d)| !(d.is_of_file() && d.ruling == Ruling::Withdraw))
            .filter(|(_, d)| d.form.as_ref().is_none_or(|form| *form == report.form))
            .filter(|(_, d)| d.sheet.is_none() || d.sheet == report.sheet)
    }

    /// The finding that a decision was applied.
    #[must_use]
    pub fn applied(&self, decision: usize, place: Place) -> Option<Finding> {
        let decision = self.decisions.get(decision)?;
        Some(decision.applied(place))
    }

    /// The finding that a decision withdrew a report.
    #[must_use]
    pub fn withdrew(&self, decision: usize, place: Place) -> Option<Finding> {
        let decision = self.decisions.get(decision)?;
        Some(decision.withdrew(place))
    }

    /// The finding of a rule, turned into one that says a decision excuses the report.
    #[must_use]
    pub fn excuse(&self, decision: usize, failed: Finding) -> Option<Finding> {
        Some(self.decisions.get(decision)?.excuse(failed))
    }

    /// The rows of the table `decisions`, and findings about decisions that changed nothing or applied to nothing.
    #[must_use]
    pub fn close(
        &self,
        submissions: &[SubmissionIdentity<'_>],
        reports: &[Addressed<'_>],
    ) -> (Vec<DecisionRow<'_>>, Vec<Finding>) {
        let mut rows = Vec::new();
        let mut findings = self.later.clone();
        let by_id: BTreeMap<&str, &Addressed<'_>> = reports
            .iter()
            .map(|r| (r.source.report_id.as_str(), r))
            .collect();
        for (i, decision) in self.decisions.iter().enumerate() {
            let own = if decision.is_of_file() && decision.ruling == Ruling::Withdraw {
                self.withdrawn_files(i)
            } else {
                let addressed = by_id.values();
                addressed
                    .filter_map(|r| Some(decision.at_report(r, *r.outcomes.get(&i)?)))
                    .collect()
            };
            match own.iter().map(|row| row.outcome).min() {
                Some(DecisionOutcome::Applied) => {}
                Some(outcome) => {
                    let first = own
                        .iter()
                        .find_map(|row| by_id.get(row.report_id.as_deref()?));
                    let place = first.map(|r| r.place.clone()).unwrap_or_default();
                    findings.push(if outcome == DecisionOutcome::Unneeded {
                        decision.unneeded(place)
                    } else {
                        decision.stale(place)
                    });
                }
                None => {
                    let (row, finding) = decision.without_report(submissions);
                    rows.push(row);
                    findings.push(finding);
                }
            }
            rows.extend(own);
        }
        (rows, findings)
    }

    /// The files that a decision withdrew as a whole.
    fn withdrawn_files(&self, decision: usize) -> Vec<DecisionRow<'_>> {
        let files = self.about[decision].iter();
        files
            .map(|(submission_id, file_name)| DecisionRow {
                decision: &self.decisions[decision],
                file_name: Some(file_name.clone()),
                submission_id: Some(submission_id.clone()),
                report_id: None,
                outcome: DecisionOutcome::Applied,
            })
            .collect()
    }
}
