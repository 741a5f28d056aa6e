//! What files hold, without a lake: the stages up to the rules, with the evidence of every decision.

use std::path::PathBuf;

use jiff::Timestamp;

use super::Plan;
use super::assemble::{Submission, TableReading, read_submission};
use super::run::{RunError, judge_reports, within};
use crate::diagnostic::Finding;
use crate::extract::Carried;
use crate::geography::{Report, decide_vintages, settle_revisions, settle_twins};
use crate::intake::hash_file;
use crate::text::FileEncoding;

/// What one file holds.
#[derive(Debug)]
pub struct Inspection {
    /// Its name as given; a member of an archive `outer.zip/inner.xlsx`.
    pub file_name: String,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// What it is, told by its content.
    pub media_type: Option<&'static str>,
    /// The encoding of a text file.
    pub encoding: Option<FileEncoding>,
    /// What it carries and is never run or followed.
    pub carried: Vec<Carried>,
    /// The forms found in it.
    pub reports: Vec<Inspected>,
    /// Findings of the file as a whole.
    pub findings: Vec<Finding>,
    /// Nothing in it can be used.
    pub rejected: bool,
}

/// One form found in a file.
#[derive(Debug)]
pub struct Inspected {
    /// The report, with its values and findings.
    pub report: Report,
    /// Where it stands, what it says of itself.
    pub reading: TableReading,
}

/// Reads files as a run would, in the order given, and writes nothing. What depends on other reports
/// (the geography where nothing else tells it, revisions) is decided among these files alone.
///
/// # Errors
/// When a file cannot be opened or a rule's query fails; what is wrong in a file is a finding.
pub async fn inspect(plan: &Plan, paths: &[PathBuf]) -> Result<Vec<Inspection>, RunError> {
    let mut taken = take_in(plan, paths)?;
    judge_reports(plan, &mut taken.reports).await?;
    Ok(taken.by_file())
}

/// The same without the rules: what the files say, whatever the figures are worth.
///
/// # Errors
/// When a file cannot be opened.
pub fn inspect_without_rules(plan: &Plan, paths: &[PathBuf]) -> Result<Vec<Inspection>, RunError> {
    Ok(take_in(plan, paths)?.by_file())
}

/// Files that were read, their reports in one list.
struct Taken {
    inspections: Vec<Inspection>,
    readings: Vec<Vec<TableReading>>,
    reports: Vec<Report>,
}

fn take_in(plan: &Plan, paths: &[PathBuf]) -> Result<Taken, RunError> {
    let mut inspections = Vec::new();
    let mut reports = Vec::new();
    let mut readings = Vec::new();
    for path in paths {
        let metadata = std::fs::metadata(path).map_err(RunError::Inbox)?;
        let modified = metadata.modified().map_err(RunError::Inbox)?;
        let sha256 = hash_file(path).map_err(RunError::Inbox)?;
        let submission = Submission {
            submission_id: sha256[..16].to_owned(),
            file_name: path.display().to_string(),
            sha256,
            size_bytes: metadata.len(),
            received_at: Timestamp::try_from(modified).unwrap_or(Timestamp::UNIX_EPOCH),
            duplicate: false,
        };
        let contents = read_submission(plan, &submission, path);
        reports.extend(contents.reports);
        readings.push(contents.tables);
        inspections.push(Inspection {
            file_name: submission.file_name,
            sha256: submission.sha256,
            size_bytes: submission.size_bytes,
            media_type: contents.media_type,
            encoding: contents.encoding,
            carried: contents.carried,
            reports: Vec::new(),
            findings: contents.findings,
            rejected: contents.rejected,
        });
    }
    decide_vintages(&mut reports, &plan.geography, &plan.zone);
    settle_twins(&mut reports);
    settle_revisions(&mut reports, &plan.reporters);
    Ok(Taken {
        inspections,
        readings,
        reports,
    })
}

impl Taken {
    /// Gives each file its reports.
    fn by_file(self) -> Vec<Inspection> {
        let mut inspections = self.inspections;
        let mut reports = self.reports.into_iter();
        for (inspection, readings) in inspections.iter_mut().zip(self.readings) {
            let n = readings.len();
            inspection.reports = reports
                .by_ref()
                .take(n)
                .zip(readings)
                .map(|(mut report, reading)| {
                    let whole = report.place();
                    for finding in &mut report.findings {
                        finding.place = within(&finding.place, &whole);
                    }
                    report
                        .findings
                        .sort_by(|a, b| a.storage_key().cmp(&b.storage_key()));
                    Inspected { report, reading }
                })
                .collect();
        }
        inspections
    }
}
