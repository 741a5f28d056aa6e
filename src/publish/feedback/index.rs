//! The index of feedback: a row for each workbook.

use super::letter::Letter;
use super::workbook::How;
use crate::diagnostic::Severity;

/// Name of the list of all that was written.
pub const INDEX: &str = "index.csv";

/// How many columns the index has.
pub(super) const COLUMNS: usize = 11;

/// A row of the index.
pub(super) type IndexRow = [String; COLUMNS];

/// Columns of the index.
pub(super) const INDEX_COLUMNS: [&str; COLUMNS] = [
    "unit_vintage",
    "unit_code",
    "unit_name",
    "file",
    "submission_id",
    "file_name",
    "received",
    "errors",
    "warnings",
    "infos",
    "how",
];

/// The order of the rows: by unit, then by the file that was sent; files without a unit are last.
pub(super) fn order(row: &IndexRow) -> (bool, &str, &str, &str, &str) {
    let [vintage, code, _, file, _, file_name, ..] = row;
    (vintage.is_empty(), vintage, code, file_name, file)
}

/// The row of a letter that was written as `file`.
pub(super) fn index_row(letter: &Letter, file: &str, how: How) -> IndexRow {
    let (vintage, code) = letter.unit.clone().unwrap_or_default();
    let sent = letter.sent.as_ref();
    let count = |severity| letter.count(severity).to_string();
    [
        vintage,
        code,
        letter.unit_name.clone().unwrap_or_default(),
        file.to_owned(),
        sent.map(|s| s.submission_id.clone()).unwrap_or_default(),
        sent.map(|s| s.file_name.clone()).unwrap_or_default(),
        sent.map(|s| s.received_on.to_string()).unwrap_or_default(),
        count(Severity::Error),
        count(Severity::Warning),
        count(Severity::Info),
        how.as_str().to_owned(),
    ]
}
