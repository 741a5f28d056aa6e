//! `tonghop feedback`: writes a letter for each submitted file with findings, and for each unit with missing reports.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use arrow::array::AsArray;
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use jiff::Timestamp;
use jiff::civil::Date;

use super::asked::{AskedUnits, NameError, QuestionError, unknown};
use super::came::{
    CameFile, FileState, files_that_came, likely_period, unit_in_force, units_of_name,
};
use super::office::office;
use crate::diagnostic::{Finding, Severity, entry};
use crate::engine::TextColumn;
use crate::extract::Dimension;
use crate::geography::{Aspect, Basis, Sender, UnitKey};
use crate::lake::{self, Snapshot, check_owner};
use crate::period::Period;
use crate::plan::Plan;
use crate::publish::feedback::{
    FeedbackPlace, Letter, ReadSettings, Remark, SentFile, Written, write,
};
use crate::reading::RunError;
use crate::run::{MISSING, read_findings};

/// Which feedback to write.
#[derive(Debug, Clone)]
pub struct FeedbackOptions {
    /// The lake.
    pub lake: PathBuf,
    /// Output directory of the workbooks.
    pub out: PathBuf,
    /// Only this unit, by code, name, or vintage and code (`15`, `2025-15`). The feedback of others stays.
    pub unit: Option<String>,
    /// Only reports of this period.
    pub period: Option<Period>,
    /// The lowest severity to include.
    pub severity: Severity,
}

/// The feedback that was written.
#[derive(Debug)]
pub struct Feedback {
    /// The letters.
    pub letters: Vec<Letter>,
    /// The workbook of each.
    pub written: Vec<Written>,
    /// Number of included findings without a file and without a unit.
    pub of_nobody: usize,
    /// Earlier workbooks that somebody changed. They stay, and new feedback is written beside them.
    pub changed: Vec<String>,
}

/// A row of `submissions`.
struct SubmissionRow {
    id: String,
    file_name: String,
    sha256: String,
    outcome: String,
    received: Timestamp,
}

/// A row of `reports`.
struct ReportRow {
    id: String,
    submission: String,
    form: String,
    period: Option<String>,
    unit: Option<UnitKey>,
    sender: Sender,
    revision: i64,
    is_current: bool,
    /// Held back: none of its values were loaded.
    held: bool,
}

/// A period that nothing in the lake speaks of is an error: its feedback would be empty, and replace what is there.
fn check_collected(
    asked: &str,
    findings: &[Finding],
    reports: &[ReportRow],
) -> Result<(), NameError> {
    let of_reports = reports.iter().filter_map(|r| r.period.clone());
    let of_findings = findings.iter().filter_map(|f| f.place.period.clone());
    let known: BTreeSet<String> = of_reports.chain(of_findings).collect();
    if known.contains(asked) {
        return Ok(());
    }
    Err(unknown("period", asked, " in the lake", known))
}

/// Writes the workbooks. They replace those that this program wrote before, of one unit or of all; other files stay.
///
/// # Errors
/// When no unit or several units fit the one asked for, the lake does not exist or belongs to another pipeline, or a file
/// cannot be read or written. Earlier feedback is then unchanged.
pub fn feedback(plan: &Plan, options: &FeedbackOptions) -> Result<Feedback, QuestionError> {
    let asked = match &options.unit {
        Some(unit) => Some(AskedUnits::find(plan, unit)?),
        None => None,
    };
    let snapshot = Snapshot::current(&options.lake)?;
    check_owner(&options.lake, &plan.id)?;
    let mut findings = read_findings(&snapshot)?;
    let came = files_that_came(plan, &snapshot, &findings)?;
    let submissions = read_submissions(&snapshot)?;
    let reports = read_reports(&snapshot)?;
    if let Some(asked) = &options.period {
        check_collected(&asked.to_string(), &findings, &reports)?;
    }
    findings.retain(|f| f.severity >= options.severity);
    let mut letters = of_submissions(plan, options, &findings, &submissions, &reports, &came);
    letters.extend(of_missing(plan, options, &findings, &came));
    let key = |(vintage, code): &(String, String)| UnitKey {
        vintage: vintage.clone(),
        code: code.clone(),
    };
    let only = match asked {
        Some(asked) => {
            let with: BTreeSet<UnitKey> = letters
                .iter()
                .filter_map(|l| l.unit.as_ref().map(key))
                .collect();
            Some(asked.only(plan, |unit| with.contains(unit))?)
        }
        None => None,
    };
    if let Some(only) = &only {
        letters.retain(|l| {
            l.unit
                .as_ref()
                .is_some_and(|unit| only.contains(&key(unit)))
        });
    }
    letters.sort_by(|a, b| order(a).cmp(&order(b)));
    let of_nobody = findings
        .iter()
        .filter(|f| f.place.submission_id.is_none() && unit_of(f).is_none())
        .count();
    let place = FeedbackPlace {
        out: &options.out,
        only: only.map(|units| units.into_iter().map(|u| (u.vintage, u.code)).collect()),
        bom: plan.csv_bom,
    };
    let reading = ReadSettings {
        limits: plan.limits,
        vocabulary: &plan.vocabulary,
    };
    let (written, changed) = write(&place, &letters, &plan.correspondence.feedback, reading)?;
    Ok(Feedback {
        letters,
        written,
        of_nobody,
        changed,
    })
}

/// Sort key: letters with a unit first, by unit and then by file.
fn order(letter: &Letter) -> (bool, &Option<(String, String)>, Option<&str>) {
    let file = letter.sent.as_ref().map(|s| s.file_name.as_str());
    (letter.unit.is_none(), &letter.unit, file)
}

fn unit_of(finding: &Finding) -> Option<UnitKey> {
    Some(UnitKey {
        vintage: finding.place.unit_vintage.clone()?,
        code: finding.place.unit_code.clone()?,
    })
}

/// Who receives a finding without a file: its unit. If the rows of the form are units, no single unit sends it, so the
/// country receives the finding.
fn addressee(plan: &Plan, finding: &Finding) -> Option<UnitKey> {
    let unit = unit_of(finding)?;
    let form = finding.place.form.as_ref();
    let by_unit = plan
        .vocabulary
        .forms
        .iter()
        .any(|f| Some(&f.code) == form && f.dimension == Dimension::Unit);
    Some(if by_unit {
        plan.geography.country(&unit.vintage)
    } else {
        unit
    })
}

/// A letter for each file with findings that is not superseded, including files that could not be used.
fn of_submissions(
    plan: &Plan,
    options: &FeedbackOptions,
    findings: &[Finding],
    submissions: &[SubmissionRow],
    reports: &[ReportRow],
    came: &[CameFile],
) -> Vec<Letter> {
    let past = superseded(plan, submissions, reports);
    let asked_period = options.period.map(|p| p.to_string());
    let mut letters = Vec::new();
    for submission in submissions.iter().filter(|s| s.outcome != "duplicate") {
        let all: Vec<&ReportRow> = reports
            .iter()
            .filter(|r| r.submission == submission.id)
            .collect();
        let live: Vec<&&ReportRow> = all.iter().filter(|r| !past.contains(&r.id)).collect();
        if !all.is_empty() && live.is_empty() {
            continue;
        }
        if asked_period.is_some() && !live.iter().any(|r| r.period == asked_period) {
            continue;
        }
        let own: Vec<&Finding> = findings
            .iter()
            .filter(|f| {
                f.place.submission_id.as_ref() == Some(&submission.id)
                    && f.place.file_name.as_ref() == Some(&submission.file_name)
            })
            .filter(|f| f.place.report_id.as_ref().is_none_or(|r| !past.contains(r)))
            .filter(|f| {
                asked_period.is_none() || f.place.period.is_none() || f.place.period == asked_period
            })
            .collect();
        if own.is_empty() {
            continue;
        }
        let received_on = submission.received.to_zoned(plan.zone.clone()).date();
        let units: BTreeSet<&UnitKey> = live.iter().filter_map(|r| r.unit.as_ref()).collect();
        let unit = match units.len() {
            0 => named_by_words(plan, came, &submission.file_name, received_on).or_else(|| {
                let units = units_of_name(plan, &submission.file_name);
                unit_in_force(plan, &units, submission.received)
            }),
            1 => units.first().map(|u| (*u).clone()),
            _ => None,
        };
        let reporter = live.iter().find_map(|r| r.sender.id());
        letters.push(Letter {
            unit_name: unit
                .as_ref()
                .map(|u| office(plan, u, reporter, received_on)),
            short_name: unit.as_ref().map(|u| short_name(plan, u)),
            unit: unit.map(|u| (u.vintage, u.code)),
            sent: Some(SentFile {
                file_name: submission.file_name.clone(),
                submission_id: submission.id.clone(),
                received_on,
                received: received_on.strftime("%d/%m/%Y").to_string(),
                original: lake::original(&options.lake, &submission.sha256),
            }),
            remarks: remarks(&own),
        });
    }
    letters
}

/// A letter for each unit with findings without a file: its missing reports. A report that came and is held back has its
/// own letter and is not said to be missing.
fn of_missing(
    plan: &Plan,
    options: &FeedbackOptions,
    findings: &[Finding],
    came: &[CameFile],
) -> Vec<Letter> {
    let asked_period = options.period.map(|p| p.to_string());
    let mut by_unit: BTreeMap<UnitKey, Vec<&Finding>> = BTreeMap::new();
    for finding in findings.iter().filter(|f| f.place.submission_id.is_none()) {
        let Some(unit) = addressee(plan, finding) else {
            continue;
        };
        if finding.code == MISSING && lies_there(plan, finding, &unit, came) {
            continue;
        }
        if asked_period.is_none() || finding.place.period == asked_period {
            by_unit.entry(unit).or_default().push(finding);
        }
    }
    by_unit
        .into_iter()
        .map(|(unit, own)| Letter {
            unit_name: Some(office(plan, &unit, None, Date::MAX)),
            short_name: Some(short_name(plan, &unit)),
            unit: Some((unit.vintage, unit.code)),
            sent: None,
            remarks: remarks(&own),
        })
        .collect()
}

/// Whether a report that is missing came and is held back, as far as one can tell.
fn lies_there(plan: &Plan, missing: &Finding, unit: &UnitKey, came: &[CameFile]) -> bool {
    let (Some(form), Some(period)) = (&missing.place.form, &missing.place.period) else {
        return false;
    };
    let Ok(parsed) = period.parse::<Period>() else {
        return false;
    };
    came.iter().any(|file| {
        let is_of_period = match &file.period {
            Some(of) => of == period,
            None => likely_period(plan, form, file, std::iter::once(parsed)).is_some(),
        };
        file.state == FileState::Held
            && file.form.as_ref() == Some(form)
            && is_of_period
            && file.may_be_of(plan, unit)
    })
}

fn short_name(plan: &Plan, unit: &UnitKey) -> String {
    plan.geography.name(unit, Date::MAX).to_owned()
}

/// The unit that the words of a file's reports name, in the vintage in force when the file was received.
fn named_by_words(
    plan: &Plan,
    came: &[CameFile],
    file_name: &str,
    received_on: Date,
) -> Option<UnitKey> {
    let reports = came
        .iter()
        .filter(|c| c.file_name == file_name && c.report_id.is_some());
    let vintage = plan.geography.vintage_on(received_on);
    let units: BTreeSet<&UnitKey> = reports
        .flat_map(|c| &c.units)
        .filter(|unit| unit.vintage == vintage)
        .collect();
    let mut units = units.into_iter();
    match (units.next(), units.next()) {
        (Some(only), None) => Some(only.clone()),
        _ => None,
    }
}

/// The superseded reports: those with a later revision, and held-back reports with a report received after them.
fn superseded(
    plan: &Plan,
    submissions: &[SubmissionRow],
    reports: &[ReportRow],
) -> BTreeSet<String> {
    let received: BTreeMap<&str, Timestamp> = submissions
        .iter()
        .filter(|s| s.outcome != "duplicate")
        .map(|s| (s.id.as_str(), s.received))
        .collect();
    let came = |r: &ReportRow| received.get(r.submission.as_str()).copied();
    let mut groups: BTreeMap<_, Vec<&ReportRow>> = BTreeMap::new();
    for report in reports {
        if let (Some(period), Some(unit)) = (&report.period, &report.unit) {
            let rank = plan.reporters.rank(&report.sender);
            groups
                .entry((&report.form, period, unit, rank))
                .or_default()
                .push(report);
        }
    }
    let mut past = BTreeSet::new();
    for group in groups.into_values() {
        let Some(newest) = group
            .iter()
            .filter(|r| !r.held)
            .max_by_key(|r| (r.is_current, r.revision))
        else {
            continue;
        };
        for report in &group {
            let later = if report.held {
                came(newest) > came(report)
            } else {
                // Several parts of a list may count.
                !report.is_current && newest.revision > report.revision
            };
            if later {
                past.insert(report.id.clone());
            }
        }
    }
    past
}

/// Findings as remarks, most serious first.
fn remarks(findings: &[&Finding]) -> Vec<Remark> {
    let mut sorted = findings.to_vec();
    sorted.sort_by_key(|f| {
        let cell = f.place.cell.clone().unwrap_or_default();
        (
            Reverse(f.severity),
            f.place.sheet.clone(),
            cell.len(),
            cell,
            f.code.clone(),
            f.message_vi.clone(),
        )
    });
    sorted
        .into_iter()
        .map(|f| Remark {
            severity: f.severity,
            code: f.rule.clone().unwrap_or_else(|| f.code.clone()),
            sheet: f.place.sheet.clone(),
            cell: f.place.cell.clone(),
            written: String::new(),
            message: f.message_vi.clone(),
            remedy: entry(&f.code)
                .map(|e| e.remedy_vi.clone())
                .unwrap_or_default(),
        })
        .collect()
}

fn read_submissions(snapshot: &Snapshot) -> Result<Vec<SubmissionRow>, RunError> {
    let mut all = Vec::new();
    for batch in snapshot.read("submissions")? {
        let [id, file_name, sha256, outcome] = ["submission_id", "file_name", "sha256", "outcome"]
            .map(|c| TextColumn::read(&batch, c));
        let Some(received) = batch.column_by_name("received_at") else {
            continue;
        };
        let received = received.as_primitive::<TimestampMicrosecondType>();
        for row in 0..batch.num_rows() {
            all.push(SubmissionRow {
                id: id.text(row).to_owned(),
                file_name: file_name.text(row).to_owned(),
                sha256: sha256.text(row).to_owned(),
                outcome: outcome.text(row).to_owned(),
                received: Timestamp::from_microsecond(received.value(row))
                    .unwrap_or(Timestamp::UNIX_EPOCH),
            });
        }
    }
    Ok(all)
}

fn read_reports(snapshot: &Snapshot) -> Result<Vec<ReportRow>, RunError> {
    let unknown = unknown_senders(snapshot)?;
    let mut all = Vec::new();
    for batch in snapshot.read("reports")? {
        let [id, submission, form, period, vintage, code, reporter] = [
            "report_id",
            "submission_id",
            "form",
            "period",
            "unit_vintage",
            "unit_code",
            "reporter",
        ]
        .map(|c| TextColumn::read(&batch, c));
        let (Some(revision), Some(loaded), Some(current)) = (
            batch.column_by_name("revision"),
            batch.column_by_name("cells_loaded"),
            batch.column_by_name("is_current"),
        ) else {
            continue;
        };
        let revision = revision.as_primitive::<Int64Type>();
        let loaded = loaded.as_primitive::<Int64Type>();
        let current = current.as_boolean();
        for row in 0..batch.num_rows() {
            let unit = vintage
                .owned(row)
                .zip(code.owned(row))
                .map(|(vintage, code)| UnitKey { vintage, code });
            let sender = match reporter.owned(row) {
                Some(known) => Sender::Known(known),
                None => match unknown.get(id.text(row)) {
                    Some(words) => Sender::Unknown(words.clone()),
                    None => Sender::Unnamed,
                },
            };
            all.push(ReportRow {
                id: id.text(row).to_owned(),
                submission: submission.text(row).to_owned(),
                form: form.text(row).to_owned(),
                period: period.owned(row),
                unit,
                sender,
                revision: revision.value(row),
                is_current: current.value(row),
                held: !current.value(row) && loaded.value(row) == 0,
            });
        }
    }
    Ok(all)
}

/// The words of each report whose body the pipeline does not know.
fn unknown_senders(snapshot: &Snapshot) -> Result<BTreeMap<String, String>, RunError> {
    let mut all = BTreeMap::new();
    for batch in snapshot.read("report_evidence")? {
        let columns = ["report_id", "aspect", "basis", "text"];
        let [id, aspect, basis, text] = columns.map(|c| TextColumn::read(&batch, c));
        let (of_reporter, is_unknown) = (Aspect::Reporter.as_str(), Basis::Unknown.as_str());
        for row in 0..batch.num_rows() {
            if aspect.text(row) == of_reporter && basis.text(row) == is_unknown {
                all.insert(id.text(row).to_owned(), text.text(row).to_owned());
            }
        }
    }
    Ok(all)
}
