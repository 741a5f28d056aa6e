//! The texts of feedback, as `reference/correspondence.toml` states them.

use serde::Deserialize;

use crate::diagnostic::Severity;

/// The texts of feedback workbooks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedbackWords {
    /// Name of the sheet that lists all remarks.
    pub sheet: String,
    /// Title of that sheet.
    pub title: String,
    /// The addressee: `{unit}`.
    pub dear: String,
    /// The addressee where the unit is not known.
    pub dear_unknown: String,
    /// What was sent: `{file}`, `{received}`.
    pub sent: String,
    /// The same where nothing was sent.
    pub not_sent: String,
    /// How many remarks: `{errors}`, `{warnings}`, `{infos}`.
    pub counts: String,
    /// The request to the unit: `{answer}`, the head of the column of answers.
    pub request: String,
    /// The request for a file that could not be read: `{remedy}`, the head of the column of remedies.
    pub request_unread: String,
    /// The request for missing reports: `{answer}`.
    pub request_missing: String,
    /// Footer of a printed page: `{page}`, `{pages}`.
    pub footer: String,
    /// Name of the folder for files whose unit is not known.
    pub no_unit: String,
    /// Name of the workbook about missing reports, without its extension.
    pub missing_file: String,
    /// Name of the sheet that is made for a file without sheets.
    pub figures: String,
    /// What the list shows for a blank cell.
    pub blank: String,
    /// Heads of the list.
    pub heads: ListHeads,
    /// Names of severities.
    pub severities: SeverityWords,
    /// Parts of a note on a cell.
    pub note: NoteWords,
}

/// Heads of the list of remarks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListHeads {
    /// Running number.
    pub number: String,
    /// Sheet.
    pub sheet: String,
    /// Cell.
    pub cell: String,
    /// What the sender wrote in the cell.
    pub written: String,
    /// Severity.
    pub severity: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub remedy: String,
    /// Space for an answer.
    pub answer: String,
}

/// Names of severities.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeverityWords {
    /// Of [`Severity::Error`].
    pub error: String,
    /// Of [`Severity::Warning`].
    pub warning: String,
    /// Of [`Severity::Info`].
    pub info: String,
}

impl SeverityWords {
    /// The name of a severity.
    pub(super) fn of(&self, severity: Severity) -> &str {
        match severity {
            Severity::Error => &self.error,
            Severity::Warning => &self.warning,
            Severity::Info => &self.info,
        }
    }
}

/// Parts of a note on a cell.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteWords {
    /// What is wrong: `{severity}`, `{code}`, `{message}`.
    pub remark: String,
    /// What to do: `{remedy}`.
    pub remedy: String,
}
