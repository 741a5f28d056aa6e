//! The letter that a reporting unit gets about one file, or about reports that it did not send.

use std::path::PathBuf;

use jiff::civil::Date;

use crate::diagnostic::Severity;

/// Something to say about a file that was sent, or about a missing one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Severity.
    pub severity: Severity,
    /// Code of the finding, or of the rule behind it.
    pub code: String,
    /// Sheet, as the file calls it; none for a file without sheets or a remark on the whole file.
    pub sheet: Option<String>,
    /// One cell, as `A1`.
    pub cell: Option<String>,
    /// The content of that cell, as read; filled in when the file is read.
    pub written: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

/// A file that was sent.
#[derive(Debug, Clone)]
pub struct SentFile {
    /// Its name in the inbox.
    pub file_name: String,
    /// First 16 hexadecimal digits of its SHA-256.
    pub submission_id: String,
    /// The day it was received.
    pub received_on: Date,
    /// The same day, as people write it.
    pub received: String,
    /// The path of the original.
    pub original: PathBuf,
}

/// The feedback for one unit about one file, or about reports that it did not send.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Vintage and code of the unit, if it is known.
    pub unit: Option<(String, String)>,
    /// Name of the unit, for names of files.
    pub short_name: Option<String>,
    /// Name of the body and the unit, for people.
    pub unit_name: Option<String>,
    /// The file; none where nothing was sent.
    pub sent: Option<SentFile>,
    /// The remarks, the most severe first.
    pub remarks: Vec<Remark>,
}

impl Letter {
    /// How many remarks of a severity it has.
    pub(super) fn count(&self, severity: Severity) -> usize {
        let of_severity = self.remarks.iter().filter(|r| r.severity == severity);
        of_severity.count()
    }
}
