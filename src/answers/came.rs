//! The files that came, and for which unit: also those whose period, form or geography stays open.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::AsArray;
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::diagnostic::{Finding, Severity};
use crate::engine::TextColumn;
use crate::geography::{Aspect, UnitKey, due_date, file_stem};
use crate::lake::Snapshot;
use crate::period::Period;
use crate::plan::Plan;

/// What became of a file, or of a form in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// It counts.
    Counts,
    /// It was loaded, and another version counts.
    Superseded,
    /// It is held back.
    Held,
    /// It could not be used.
    Rejected,
}

/// Why a file does not count, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileReason {
    /// Code of the finding.
    pub code: String,
    /// Its message in Vietnamese.
    pub message_vi: String,
    /// Its message in English.
    pub message_en: String,
}

/// A file that came, or one form in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CameFile {
    /// Its name.
    pub file_name: String,
    /// When it came.
    pub received_at: String,
    /// The form, if it is known.
    pub form: Option<String>,
    /// The period, if it is known.
    pub period: Option<String>,
    /// What became of it.
    pub state: FileState,
    /// Why it does not count.
    pub why: Vec<FileReason>,
    /// The period that it is for, or most likely is for where that is not known.
    #[serde(skip)]
    pub(super) collection: Option<String>,
    /// The units that it may be of: one or none, or one in each of several vintages.
    #[serde(skip)]
    pub(super) units: BTreeSet<UnitKey>,
    /// The same as `received_at`.
    #[serde(skip)]
    pub(super) received: Timestamp,
    /// The report; none if no form was found.
    #[serde(skip)]
    pub(super) report_id: Option<String>,
}

impl CameFile {
    /// Whether it is, or most likely is, a report of a form for a period.
    pub(super) fn is_for(&self, form: &str, period: &str) -> bool {
        self.form.as_deref() == Some(form) && self.collection.as_deref() == Some(period)
    }

    /// Whether it may be a report of a unit, in whatever vintage in which the unit is the same.
    pub(super) fn may_be_of(&self, plan: &Plan, unit: &UnitKey) -> bool {
        let entity = plan.geography.entity(unit);
        let mut units = self.units.iter();
        units.any(|u| plan.geography.entity(u) == entity)
    }
}

/// How many reasons a file shows.
const REASONS: usize = 3;

/// All files that came, those of one content once, by time of receipt and name.
pub(super) fn files_that_came(
    plan: &Plan,
    snapshot: &Snapshot,
    findings: &[Finding],
) -> Result<Vec<CameFile>, crate::lake::LakeError> {
    let names = named_units(plan, snapshot)?;
    let mut reasons: BTreeMap<(&str, Option<&str>), Vec<FileReason>> = BTreeMap::new();
    for finding in findings.iter().filter(|f| f.severity == Severity::Error) {
        let Some(file) = finding.place.file_name.as_deref() else {
            continue;
        };
        let report = finding.place.report_id.as_deref();
        let all = reasons.entry((file, report)).or_default();
        all.push(FileReason {
            code: finding.code.clone(),
            message_vi: finding.message_vi.clone(),
            message_en: finding.message_en.clone(),
        });
    }
    let why = |file: &str, report: Option<&str>| {
        let of_report = reasons.get(&(file, report));
        let all = of_report.or_else(|| reasons.get(&(file, None)));
        let mut all = all.cloned().unwrap_or_default();
        all.truncate(REASONS);
        all
    };
    let mut reports = reports(snapshot)?;
    let mut came = Vec::new();
    for batch in snapshot.read("submissions")? {
        let [id, file_name, outcome] =
            ["submission_id", "file_name", "outcome"].map(|c| TextColumn::read(&batch, c));
        let Some(times) = batch.column_by_name("received_at") else {
            return Err(snapshot.without("submissions", "received_at"));
        };
        let times = times.as_primitive::<TimestampMicrosecondType>();
        for row in (0..batch.num_rows()).filter(|row| outcome.text(*row) != "duplicate") {
            let name = file_name.text(row);
            let received = Timestamp::from_microsecond(times.value(row));
            let received = received.unwrap_or(Timestamp::UNIX_EPOCH);
            let base = CameFile {
                file_name: name.to_owned(),
                received_at: received.to_string(),
                form: None,
                period: None,
                state: FileState::Rejected,
                why: Vec::new(),
                collection: None,
                units: BTreeSet::new(),
                received,
                report_id: None,
            };
            let by_name = || units_of_name(plan, name);
            let of_file = reports.remove(id.text(row)).unwrap_or_default();
            if of_file.is_empty() {
                came.push(CameFile {
                    state: match outcome.text(row) {
                        "held" => FileState::Held,
                        _ => FileState::Rejected,
                    },
                    why: why(name, None),
                    units: by_name(),
                    ..base
                });
                continue;
            }
            for report in of_file {
                let words = names.get(&report.id).cloned().unwrap_or_default();
                let units = match report.unit {
                    Some(unit) => BTreeSet::from([unit]),
                    None if words.is_empty() => by_name(),
                    None => words,
                };
                came.push(CameFile {
                    form: Some(report.form),
                    collection: report.period.clone(),
                    period: report.period,
                    state: report.state,
                    why: match report.state {
                        FileState::Held => why(name, Some(&report.id)),
                        _ => Vec::new(),
                    },
                    units,
                    report_id: Some(report.id),
                    ..base.clone()
                });
            }
        }
    }
    came.sort_by(|a, b| {
        let key = |c: &CameFile| (c.received, c.file_name.clone(), c.report_id.clone());
        key(a).cmp(&key(b))
    });
    Ok(came)
}

/// A row of `reports`.
struct ReportRow {
    id: String,
    form: String,
    period: Option<String>,
    unit: Option<UnitKey>,
    state: FileState,
}

/// The reports of each submission.
fn reports(
    snapshot: &Snapshot,
) -> Result<BTreeMap<String, Vec<ReportRow>>, crate::lake::LakeError> {
    let mut all: BTreeMap<String, Vec<ReportRow>> = BTreeMap::new();
    for batch in snapshot.read("reports")? {
        let [id, submission, form, period, vintage, code] = [
            "report_id",
            "submission_id",
            "form",
            "period",
            "unit_vintage",
            "unit_code",
        ]
        .map(|c| TextColumn::read(&batch, c));
        let (Some(current), Some(loaded)) = (
            batch.column_by_name("is_current"),
            batch.column_by_name("cells_loaded"),
        ) else {
            return Err(snapshot.without("reports", "is_current"));
        };
        let (current, loaded) = (current.as_boolean(), loaded.as_primitive::<Int64Type>());
        for row in 0..batch.num_rows() {
            let unit = vintage.owned(row).zip(code.owned(row));
            let report = ReportRow {
                id: id.text(row).to_owned(),
                form: form.text(row).to_owned(),
                period: period.owned(row),
                unit: unit.map(|(vintage, code)| UnitKey { vintage, code }),
                state: match (current.value(row), loaded.value(row)) {
                    (true, _) => FileState::Counts,
                    (false, 0) => FileState::Held,
                    (false, _) => FileState::Superseded,
                },
            };
            all.entry(submission.text(row).to_owned())
                .or_default()
                .push(report);
        }
    }
    Ok(all)
}

/// The units that the words of each report name, also where the vintage stays open.
fn named_units(
    plan: &Plan,
    snapshot: &Snapshot,
) -> Result<BTreeMap<String, BTreeSet<UnitKey>>, crate::lake::LakeError> {
    let mut all: BTreeMap<String, BTreeSet<UnitKey>> = BTreeMap::new();
    for batch in snapshot.read("report_evidence")? {
        let [id, aspect, text] =
            ["report_id", "aspect", "text"].map(|c| TextColumn::read(&batch, c));
        for row in 0..batch.num_rows() {
            if aspect.text(row) == Aspect::Unit.as_str() {
                let units = mentioned(plan, text.text(row));
                all.entry(id.text(row).to_owned())
                    .or_default()
                    .extend(units);
            }
        }
    }
    Ok(all)
}

/// The units that a text mentions.
fn mentioned(plan: &Plan, text: &str) -> BTreeSet<UnitKey> {
    plan.geography.mentioned(text, &plan.vocabulary.folder)
}

/// The units that the name of a file mentions.
pub(super) fn units_of_name(plan: &Plan, file_name: &str) -> BTreeSet<UnitKey> {
    mentioned(plan, file_stem(file_name))
}

/// Of the units that a file may be of, the one in the vintage in force when it came, else the first.
pub(super) fn unit_in_force(
    plan: &Plan,
    units: &BTreeSet<UnitKey>,
    received: Timestamp,
) -> Option<UnitKey> {
    let day = received.to_zoned(plan.zone.clone()).date();
    let vintage = plan.geography.vintage_on(day);
    let in_force = units.iter().find(|unit| unit.vintage == vintage);
    in_force.or(units.first()).cloned()
}

/// The one of several periods of a form for which a report without a known period most likely came: that whose due date is
/// nearest to the day on which it came. A period that had not begun then is none.
pub(super) fn likely_period(
    plan: &Plan,
    form: &str,
    came: &CameFile,
    periods: impl Iterator<Item = Period>,
) -> Option<Period> {
    let day = came.received.to_zoned(plan.zone.clone()).date();
    let due = |period: Period| due_date(form, period, &plan.duties).unwrap_or(period.end());
    let apart = |to: Date| {
        day.until(to)
            .map_or(i64::MAX, |span| i64::from(span.get_days().abs()))
    };
    periods
        .filter(|period| period.start() <= day && fits_name(&came.file_name, *period))
        .min_by_key(|period| (apart(due(*period)), *period))
}

/// Whether the name of a file names the year of a period, or no year.
pub(super) fn fits_name(name: &str, period: Period) -> bool {
    let is_year = |word: &&str| word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit());
    let words = name.split(|c: char| !c.is_ascii_digit());
    let mut years = words.filter(is_year).peekable();
    let year = period.year.to_string();
    years.peek().is_none() || years.any(|y| y == year)
}
