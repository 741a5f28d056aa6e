//! What files hold, without a lake: the stages up to the rules, with the evidence of every decision.

use std::path::PathBuf;

use super::Plan;
use super::assemble::{Submission, TableReading, read_submission};
use super::outcome::{judge_reports, within};
use super::run::RunError;
use crate::diagnostic::Finding;
use crate::geography::{
    Docket, Known, Report, Subject, decide_vintages, settle_revisions, settle_twins,
};
use crate::intake::{MediaType, look_at};
use crate::read::Carried;
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
    pub media_type: Option<MediaType>,
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

/// Reads files as a run would, up to the rules: each is a path and the name it goes by; an archive gives one for
/// each member. What depends on other reports (the geography where nothing else tells it, twins, revisions) is
/// decided among these files alone.
///
/// # Errors
/// When a file cannot be opened; what is wrong in a file is a finding.
pub fn read_files(plan: &Plan, files: &[(PathBuf, String)]) -> Result<Vec<Inspection>, RunError> {
    Ok(read_decided(plan, files)?.0)
}

/// What [`read_files`] does, with the decisions that are about these files.
fn read_decided(
    plan: &Plan,
    files: &[(PathBuf, String)],
) -> Result<(Vec<Inspection>, Docket), RunError> {
    let mut inspections = Vec::new();
    let mut reports = Vec::new();
    let mut readings = Vec::new();
    let intake = look_at(files, &plan.limits).map_err(RunError::Inbox)?;
    let known: Vec<Known<'_>> = intake
        .arrivals
        .iter()
        .map(|arrival| Known {
            submission_id: &arrival.sha256[..16],
            file_name: decided_name(plan, &arrival.file_name),
            received_at: arrival.received_at,
        })
        .collect();
    let docket = Docket::new(plan.decisions.clone(), &known, &plan.zone);
    for arrival in &intake.arrivals {
        let mut submission = Submission {
            submission_id: arrival.sha256[..16].to_owned(),
            file_name: arrival.file_name.clone(),
            sha256: arrival.sha256.clone(),
            size_bytes: arrival.size_bytes,
            received_at: arrival.received_at,
            duplicate: false,
            refused: arrival.refused.clone(),
        };
        let withdrawn = docket.withdrawn(&Known {
            file_name: decided_name(plan, &arrival.file_name),
            ..submission.known()
        });
        submission.refused.extend(withdrawn);
        let contents = read_submission(plan, &docket, &submission, &arrival.path);
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
    decide_vintages(&mut reports, &docket, &plan.geography, &plan.zone);
    settle_twins(&mut reports, &docket);
    settle_revisions(
        &mut reports,
        &plan.reporters,
        &docket,
        &plan.zone,
        &plan.lexicon,
    );
    let mut reports = reports.into_iter();
    for (inspection, readings) in inspections.iter_mut().zip(readings) {
        inspection.reports = readings
            .into_iter()
            .zip(reports.by_ref())
            .map(|(reading, report)| Inspected { report, reading })
            .collect();
        place_findings(inspection);
    }
    Ok((inspections, docket))
}

/// The name by which decisions know a file: that of the inbox, which its path ends with.
fn decided_name<'a>(plan: &'a Plan, path: &'a str) -> &'a str {
    let names = plan.decisions.iter().filter_map(|d| match &d.subject {
        Subject::File(name) => Some(name.as_str()),
        _ => None,
    });
    names
        .filter(|name| path.ends_with(&format!("/{name}")))
        .max_by_key(|name| name.len())
        .unwrap_or(path)
}

/// Reads files as [`read_files`] does and lets the rules judge them.
///
/// # Errors
/// When a file cannot be opened or a rule's query fails.
pub async fn inspect(
    plan: &Plan,
    files: &[(PathBuf, String)],
) -> Result<Vec<Inspection>, RunError> {
    let (mut inspections, docket) = read_decided(plan, files)?;
    let mut reports: Vec<Report> = inspections
        .iter()
        .flat_map(|i| i.reports.iter().map(|r| r.report.clone()))
        .collect();
    judge_reports(plan, &docket, &mut reports).await?;
    let mut judged = reports.into_iter();
    for inspection in &mut inspections {
        for (inspected, report) in inspection.reports.iter_mut().zip(judged.by_ref()) {
            inspected.report = report;
        }
        place_findings(inspection);
    }
    Ok(inspections)
}

/// Completes the places of the findings of reports and puts them in order.
fn place_findings(inspection: &mut Inspection) {
    for Inspected { report, .. } in &mut inspection.reports {
        let whole = report.place();
        for finding in &mut report.findings {
            finding.place = within(&finding.place, &whole);
        }
        report
            .findings
            .sort_by(|a, b| a.storage_key().cmp(&b.storage_key()));
    }
}
