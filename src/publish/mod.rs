//! Publication: tables as files that people open, and the findings beside them.
//!
//! A directory is written aside and put in place whole, so that no reader ever sees half of it. It is owned by a
//! marker inside: a directory that is not ours, with anything in it, is never replaced.

pub mod book;
mod chart;
pub mod correspondence;
mod delimited;
mod directory;
pub mod feedback;
pub mod template;
mod workbook;

use std::path::{Path, PathBuf};

use rust_xlsxwriter::XlsxError;

use crate::diagnostic::Finding;
use crate::tables::{Book, Edition};

pub use correspondence::Correspondence;
pub use directory::check_out;

/// Name of the workbook of all tables.
pub const WORKBOOK: &str = "white-book.xlsx";

/// Name of the list of findings.
pub const FINDINGS: &str = "findings.csv";

/// Why tables could not be published. What was there before is then still there.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The directory has files of somebody else.
    #[error(
        "`{0}` is not empty and was not written by tonghop; it would be replaced whole. Name another directory with --out, or empty it"
    )]
    NotOurs(PathBuf),
    /// There is something that is not a directory.
    #[error("`{0}` is not a directory; name another with --out")]
    NotADirectory(PathBuf),
    /// A file could not be read or written.
    #[error("`{path}`: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A CSV file could not be written.
    #[error("`{path}`: {source}")]
    Csv {
        /// The file.
        path: PathBuf,
        /// Why.
        source: csv::Error,
    },
    /// A workbook of feedback could not be made.
    #[error("a workbook of feedback could not be written: {0}")]
    Feedback(String),
    /// The printed book could not be set.
    #[error("the book could not be set: {0}")]
    Typesetting(String),
    /// A chart could not be drawn.
    #[error(transparent)]
    Chart(#[from] chart::ChartError),
    /// The workbook could not be made.
    #[error("the workbook could not be written: {0}")]
    Workbook(#[from] XlsxError),
}

fn io_at(path: &Path) -> impl FnOnce(std::io::Error) -> PublishError {
    let path = path.to_owned();
    move |source| PublishError::Io { path, source }
}

/// Writes the workbook, a CSV file for each table and the findings, in place of what a run before put there.
///
/// # Errors
/// When the directory is not ours or a file cannot be written.
pub fn publish(
    out: &Path,
    book: &Book,
    edition: &Edition,
    findings: &[Finding],
) -> Result<(), PublishError> {
    directory::replace(out, |aside| {
        let path = aside.join(WORKBOOK);
        let bytes = workbook::workbook(book, edition)?;
        std::fs::write(&path, bytes).map_err(io_at(&path))?;
        let folder = aside.join("csv");
        std::fs::create_dir(&folder).map_err(io_at(&folder))?;
        for table in book.tables() {
            delimited::write_table(&folder.join(format!("{}.csv", table.id)), table)?;
        }
        delimited::write_findings(&aside.join(FINDINGS), findings)
    })
}
