//! `tonghop inspect`: runs the stages up to the rules on some files, without a lake, and keeps the evidence of each decision.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;

use crate::diagnostic::Finding;
use crate::extract::UnitCodes;
use crate::geography::{
    AnyReport, ClaimedReport, DecisionSubject, Docket, Dossier, JudgedReport, Reports,
    SubmissionIdentity, compare, place_reports,
};
use crate::intake::{MediaType, look_at};
use crate::plan::Plan;
use crate::read::Carried;
use crate::reading::{Records, RunError, Submission, TableReading, read_submission};
use crate::run::{Lists, judge_reports, within};
use crate::text::FileEncoding;

/// The content of one file.
#[derive(Debug)]
pub struct Inspection {
    /// File name as given. For a member of an archive: `outer.zip/inner.xlsx`.
    pub file_name: String,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Its type, detected from the content.
    pub media_type: Option<MediaType>,
    /// The encoding of a text file.
    pub encoding: Option<FileEncoding>,
    /// Active content, such as macros, that is never run or followed.
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
    pub report: InspectedReport,
    /// Its place in the file, and what it states about itself.
    pub reading: TableReading,
}

/// A report of an inspected file: judged, or held back because its unit or period is not known.
#[derive(Debug)]
pub enum InspectedReport {
    /// It was compared with the others of these files.
    Judged(Box<JudgedReport>),
    /// It was held back before that.
    Unplaced(Box<ClaimedReport>),
}

impl InspectedReport {
    /// The report, whichever it is.
    #[must_use]
    pub fn any(&self) -> AnyReport<'_> {
        match self {
            Self::Judged(report) => AnyReport::Judged(report),
            Self::Unplaced(report) => AnyReport::Unplaced(report),
        }
    }

    /// Its dossier, which it keeps through all stages.
    #[must_use]
    pub fn dossier(&self) -> &Dossier {
        self.any().dossier()
    }

    /// Gives its findings the place of the report, and sorts them.
    fn complete_findings(&mut self) {
        let whole = self.any().place();
        let dossier = match self {
            Self::Judged(report) => &mut report.report.dossier,
            Self::Unplaced(report) => &mut report.dossier,
        };
        for finding in &mut dossier.findings {
            finding.place = within(&finding.place, &whole);
        }
        let findings = &mut dossier.findings;
        findings.sort_by(|a, b| a.storage_key().cmp(&b.storage_key()));
    }

    /// The code of a value's unit; none if the report has no unit.
    #[must_use]
    pub fn code_of<'a>(&'a self, area: Option<&'a UnitCodes>) -> Option<&'a str> {
        self.any().code_of(area)
    }
}

/// What was read from all files, before it is grouped by file.
struct Read {
    /// The files, without their reports.
    files: Vec<Inspection>,
    /// How each report was read, in the order of the files: index of the file, identifier of the report, and the reading.
    readings: Vec<(usize, String, TableReading)>,
    reports: Reports,
    records: Vec<Records>,
    docket: Docket,
}

impl Read {
    /// The files with their reports. Findings of reports get the place of their report, and are sorted.
    fn by_file(self) -> Vec<Inspection> {
        let judged = self.reports.judged.into_iter();
        let judged = judged.map(|r| InspectedReport::Judged(Box::new(r)));
        let unplaced = self.reports.unplaced.into_iter();
        let unplaced = unplaced.map(|r| InspectedReport::Unplaced(Box::new(r)));
        // The same file may be named twice: then its reports have the same key, and each is taken once.
        let mut reports: BTreeMap<(String, String), VecDeque<InspectedReport>> = BTreeMap::new();
        for report in judged.chain(unplaced) {
            let source = &report.dossier().source;
            let key = (source.file_name.clone(), source.report_id.clone());
            reports.entry(key).or_default().push_back(report);
        }
        let mut files = self.files;
        for (file, report_id, reading) in self.readings {
            let file = &mut files[file];
            let key = (file.file_name.clone(), report_id);
            let report = reports.get_mut(&key).and_then(VecDeque::pop_front);
            if let Some(mut report) = report {
                report.complete_findings();
                file.reports.push(Inspected { report, reading });
            }
        }
        files
    }
}

/// Reads files as a run would, up to the rules. Each file is a path and a name; an archive gives one inspection for each
/// member. Decisions that depend on other reports (a vintage that nothing else determines, duplicates, revisions) use only
/// these files.
///
/// # Errors
/// If a file cannot be opened. Problems inside a file are findings.
pub fn read_files(plan: &Plan, files: &[(PathBuf, String)]) -> Result<Vec<Inspection>, RunError> {
    Ok(read(plan, files)?.by_file())
}

/// Reads files like [`read_files`], and then applies the rules.
///
/// # Errors
/// If a file cannot be opened, or the query of a rule fails.
pub async fn inspect(
    plan: &Plan,
    files: &[(PathBuf, String)],
) -> Result<Vec<Inspection>, RunError> {
    let mut read = read(plan, files)?;
    let lists = Lists {
        records: &read.records,
        lake: None,
    };
    judge_reports(plan, &read.docket, &mut read.reports, lists).await?;
    Ok(read.by_file())
}

fn read(plan: &Plan, files: &[(PathBuf, String)]) -> Result<Read, RunError> {
    let intake = look_at(files, &plan.limits).map_err(RunError::Inbox)?;
    let known: Vec<SubmissionIdentity<'_>> = intake
        .arrivals
        .iter()
        .map(|arrival| SubmissionIdentity {
            submission_id: &arrival.sha256[..16],
            file_name: decided_name(plan, &arrival.file_name),
            received_at: arrival.received_at,
        })
        .collect();
    let docket = Docket::new(plan.decisions.clone(), &known, &plan.zone);
    let (mut inspections, mut claimed, mut readings) = (Vec::new(), Vec::new(), Vec::new());
    let mut records = Vec::new();
    for (file, arrival) in intake.arrivals.iter().enumerate() {
        let mut submission = Submission {
            submission_id: arrival.sha256[..16].to_owned(),
            file_name: arrival.file_name.clone(),
            sha256: arrival.sha256.clone(),
            size_bytes: arrival.size_bytes,
            received_at: arrival.received_at,
            sent_again_at: None,
            duplicate: false,
            present: true,
            refused: arrival.refused.clone(),
        };
        let withdrawn = docket.withdrawn(&SubmissionIdentity {
            file_name: decided_name(plan, &arrival.file_name),
            ..submission.identity()
        });
        submission.refused.extend(withdrawn);
        let contents = read_submission(plan, &docket, &submission, &arrival.path);
        records.extend(contents.records);
        for (report, reading) in contents.reports.into_iter().zip(contents.tables) {
            let report_id = report.dossier.source.report_id.clone();
            readings.push((file, report_id, reading));
            claimed.push(report);
        }
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
    let (placed, unplaced) = place_reports(claimed, &docket, &plan.geography, &plan.zone);
    let reports = Reports {
        judged: compare(placed, plan.order(&docket)),
        unplaced,
    };
    Ok(Read {
        files: inspections,
        readings,
        reports,
        records,
        docket,
    })
}

/// The name of a file in decisions: its name in the inbox, which is the end of its path.
fn decided_name<'a>(plan: &'a Plan, path: &'a str) -> &'a str {
    let names = plan.decisions.iter().filter_map(|d| match &d.subject {
        DecisionSubject::File(name) => Some(name.as_str()),
        _ => None,
    });
    names
        .filter(|name| path.ends_with(&format!("/{name}")))
        .max_by_key(|name| name.len())
        .unwrap_or(path)
}
