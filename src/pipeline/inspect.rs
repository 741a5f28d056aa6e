//! One file read on its own: what it holds, before it is compared with anything else.

use std::path::Path;

use jiff::Timestamp;

use super::Plan;
use super::assemble::{Submission, read_submission};
use crate::diagnostic::{Finding, Place};
use crate::geography::Report;
use crate::intake::hash_file;

/// What a file holds.
#[derive(Debug)]
pub struct Inspection {
    /// Name of the file.
    pub file_name: String,
    /// Its media type, told by its content.
    pub media_type: Option<&'static str>,
    /// The forms in it.
    pub reports: Vec<Report>,
    /// Findings of the file as a whole.
    pub findings: Vec<Finding>,
    /// Nothing in it could be used.
    pub rejected: bool,
}

/// Reads one file as a run would, as if it had come under `file_name`. What cannot be read is a finding.
#[must_use]
pub fn inspect(plan: &Plan, path: &Path, file_name: &str) -> Inspection {
    let metadata = std::fs::metadata(path);
    let hash = hash_file(path);
    let (Ok(metadata), Ok(sha256)) = (&metadata, &hash) else {
        let reason = metadata.err().or(hash.err());
        let reason = reason.map(|e| e.to_string()).unwrap_or_default();
        let place = Place {
            file_name: Some(file_name.to_owned()),
            ..Place::default()
        };
        return Inspection {
            file_name: file_name.to_owned(),
            media_type: None,
            reports: Vec::new(),
            findings: vec![Finding::new("TH101", place, &[("reason", &reason)])],
            rejected: true,
        };
    };
    let received = metadata.modified().ok();
    let submission = Submission {
        submission_id: sha256[..16].to_owned(),
        file_name: file_name.to_owned(),
        sha256: sha256.clone(),
        size_bytes: metadata.len(),
        received_at: received
            .and_then(|time| Timestamp::try_from(time).ok())
            .unwrap_or(Timestamp::UNIX_EPOCH),
        duplicate: false,
    };
    let contents = read_submission(plan, &submission, path);
    Inspection {
        file_name: file_name.to_owned(),
        media_type: contents.media_type,
        reports: contents.reports,
        findings: contents.findings,
        rejected: contents.rejected,
    }
}
