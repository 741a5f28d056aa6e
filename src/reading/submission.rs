//! A submission and its contents.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::used_definitions::UsedDefinitions;
use crate::diagnostic::{Finding, Place};
use crate::extract::{ColumnRef, PeriodClaim, Title};
use crate::geography::{ClaimedReport, SubmissionIdentity};
use crate::intake::MediaType;
use crate::lake::CachedRecords;
use crate::normalize::LocaleVerdict;
use crate::read::{Carried, CellRange};
use crate::text::FileEncoding;

/// The outcome of a submission of which nothing can be used.
pub(crate) const REJECTED: &str = "rejected";

/// A file that was registered.
#[derive(Debug, Clone)]
pub(crate) struct Submission {
    pub submission_id: String,
    pub file_name: String,
    pub sha256: String,
    pub size_bytes: u64,
    pub received_at: Timestamp,
    /// When the same content was received last, if a later file has it too.
    pub sent_again_at: Option<Timestamp>,
    /// Whether an earlier file has the same content.
    pub duplicate: bool,
    /// Whether it lies in the inbox now; others are known from earlier runs alone.
    pub present: bool,
    /// Why it is refused before it is read; empty if it is not refused.
    pub refused: Vec<Finding>,
}

/// What was read from a submission.
#[derive(Debug, Default)]
pub(crate) struct SubmissionContents {
    pub media_type: Option<MediaType>,
    pub reports: Vec<ClaimedReport>,
    /// Findings about the file as a whole.
    pub findings: Vec<Finding>,
    /// Whether nothing in it could be used.
    pub rejected: bool,
    /// How each report was read, in the order of `reports`.
    pub tables: Vec<TableReading>,
    /// The encoding of a text file.
    pub encoding: Option<FileEncoding>,
    /// Active parts of the file, such as macros, which are never run or followed.
    pub carried: Vec<Carried>,
    /// The records of its lists.
    pub records: Vec<Records>,
    /// The forms and unit names that reading it used.
    pub(super) used_definitions: UsedDefinitions,
}

/// The records of a report.
#[derive(Debug, Clone)]
pub(crate) struct Records {
    pub report_id: String,
    /// The lake's table.
    pub table: String,
    /// The sheet of the list; none for CSV.
    pub sheet: Option<String>,
    pub rows: RecordsAt,
}

/// Where records are.
#[derive(Debug, Clone)]
pub(crate) enum RecordsAt {
    Memory(RecordBatch),
    Cache(CachedRecords),
}

/// How a report was read: the evidence that `inspect` shows.
#[derive(Debug, Clone)]
pub struct TableReading {
    /// The ranges of the table in its sheet.
    pub ranges: Vec<CellRange>,
    /// The title block above it.
    pub title: Title,
    /// What it says about its period.
    pub period: PeriodClaim,
    /// How its columns write numbers, if they have numbers as text.
    pub locales: BTreeMap<ColumnRef, LocaleVerdict>,
}

impl Submission {
    /// The place of the submission as a whole.
    pub(crate) fn place(&self) -> Place {
        Place {
            file_name: Some(self.file_name.clone()),
            submission_id: Some(self.submission_id.clone()),
            ..Place::default()
        }
    }

    /// The day it was received, in a time zone.
    pub(crate) fn received_on(&self, zone: &TimeZone) -> Date {
        self.received_at.to_zoned(zone.clone()).date()
    }

    /// Its identity, as decisions refer to it.
    pub(crate) fn identity(&self) -> SubmissionIdentity<'_> {
        SubmissionIdentity {
            submission_id: &self.submission_id,
            file_name: &self.file_name,
            received_at: self.received_at,
        }
    }
}
