//! The cache of what was read from submissions. The name of a cache file hashes everything that reading depends on: content,
//! name and time of the submission, the decisions about it, and the definitions.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::submission::{Records, RecordsAt, Submission, SubmissionContents};
use super::used_definitions::UsedDefinitions;
use crate::diagnostic::Finding;
use crate::geography::{ClaimedReport, Docket};
use crate::intake::{MediaType, hex};
use crate::lake::{CachedRecords, Lake, LakeError};
use crate::plan::Plan;

/// Version of the cache format. Files of other versions are not read.
const VERSION: u32 = 9;

/// The cached contents of a submission.
#[derive(Serialize, Deserialize)]
struct CachedContents {
    version: u32,
    media_type: Option<MediaType>,
    reports: Vec<ClaimedReport>,
    findings: Vec<Finding>,
    rejected: bool,
    records: Vec<CachedRecordList>,
    used_definitions: UsedDefinitions,
}

/// Where the cached records of a report are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct CachedRecordList {
    report_id: String,
    table: String,
    sheet: Option<String>,
    at: CachedRecords,
}

/// The name of the cache file for the contents of a submission.
pub(super) fn name_of(plan: &Plan, docket: &Docket, submission: &Submission) -> String {
    let mut hasher = Sha256::new();
    let mut add = |text: &str| {
        hasher.update(text.as_bytes());
        hasher.update([0]);
    };
    add(env!("CARGO_PKG_VERSION"));
    add(&VERSION.to_string());
    add(&plan.reading_hash);
    add(&submission.file_name);
    for time in [Some(submission.received_at), submission.sent_again_at] {
        add(&time.map_or_else(String::new, |t| t.as_microsecond().to_string()));
    }
    for finding in &submission.refused {
        add(&finding.message_en);
    }
    for (place, decision) in docket.of(&submission.submission_id) {
        add(&format!("{place} {decision:?}"));
    }
    format!("{}-{}", submission.sha256, &hex(&hasher.finalize())[..16])
}

/// The cache files that hold the contents kept under a name.
pub(super) fn files_of(name: &str, contents: &SubmissionContents) -> Vec<String> {
    let records = contents
        .records
        .iter()
        .filter_map(|records| match &records.rows {
            RecordsAt::Cache(at) => Some(at.name.clone()),
            RecordsAt::Memory(_) => None,
        });
    std::iter::once(name.to_owned()).chain(records).collect()
}

/// The contents kept under a name, if they are complete and the plan's forms and unit names would not change them.
pub(super) fn look_up(
    plan: &Plan,
    lake: &Lake,
    name: &str,
    submission: &Submission,
) -> Option<SubmissionContents> {
    let kept: CachedContents = serde_json::from_slice(&lake.cached(name)?).ok()?;
    let is_complete = kept.version == VERSION
        && kept.used_definitions.have_same_answers(
            plan,
            &submission.file_name,
            submission.received_on(&plan.zone),
        )
        && kept
            .records
            .iter()
            .all(|records| lake.cached_records(&records.at).is_some());
    let records = kept.records.into_iter().map(|kept| Records {
        report_id: kept.report_id,
        table: kept.table,
        sheet: kept.sheet,
        rows: RecordsAt::Cache(kept.at),
    });
    is_complete.then(|| SubmissionContents {
        media_type: kept.media_type,
        records: records.collect(),
        reports: kept.reports,
        findings: kept.findings,
        rejected: kept.rejected,
        ..SubmissionContents::default()
    })
}

/// Keeps contents under a name. Moves their records from memory to the cache.
///
/// # Errors
/// When the lake cannot be written to.
pub(super) fn keep(
    lake: &Lake,
    name: &str,
    contents: &mut SubmissionContents,
) -> Result<(), LakeError> {
    let mut records = Vec::new();
    for (n, own) in contents.records.iter_mut().enumerate() {
        let RecordsAt::Memory(rows) = &own.rows else {
            continue;
        };
        let at = lake.keep_cached_records(&format!("{name}-{}", n + 1), rows)?;
        records.push(CachedRecordList {
            report_id: own.report_id.clone(),
            table: own.table.clone(),
            sheet: own.sheet.clone(),
            at: at.clone(),
        });
        own.rows = RecordsAt::Cache(at);
    }
    let kept = CachedContents {
        version: VERSION,
        media_type: contents.media_type,
        reports: std::mem::take(&mut contents.reports),
        findings: std::mem::take(&mut contents.findings),
        rejected: contents.rejected,
        records,
        used_definitions: std::mem::take(&mut contents.used_definitions),
    };
    let content = serde_json::to_vec(&kept).unwrap_or_default();
    contents.reports = kept.reports;
    contents.findings = kept.findings;
    lake.keep_cached(name, &content)
}
