//! Why a publication failed.

use std::path::{Path, PathBuf};

use rust_xlsxwriter::XlsxError;

use super::chart::ChartError;

/// Why tables could not be published. Earlier output is then unchanged.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The directory has files that this program did not write.
    #[error(
        "`{0}` is not empty and was not written by tonghop; it would be replaced whole. Name another directory with --out, or empty it"
    )]
    NotOurs(PathBuf),
    /// The path is not a directory.
    #[error("`{0}` is not a directory; name another with --out")]
    NotADirectory(PathBuf),
    /// The directory is the root of a file system, which cannot be replaced.
    #[error(
        "`{0}` is a mount point, and the output directory is replaced whole; name a directory inside it with --out"
    )]
    MountPoint(PathBuf),
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
    /// A feedback workbook could not be made.
    #[error("a feedback workbook could not be written: {0}")]
    Feedback(String),
    /// The PDF of the book could not be typeset.
    #[error("the book could not be typeset: {0}")]
    Typesetting(String),
    /// A chart could not be drawn.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// The workbook could not be made.
    #[error("the workbook could not be written: {0}")]
    Workbook(#[from] XlsxError),
}

/// Turns an error of the file system into one that names the path.
pub(super) fn io_at(path: &Path) -> impl FnOnce(std::io::Error) -> PublishError {
    let path = path.to_owned();
    move |source| PublishError::Io { path, source }
}

/// Turns an error of the CSV writer into one that names the path.
pub(super) fn csv_at(path: &Path) -> impl Fn(csv::Error) -> PublishError {
    let path = path.to_owned();
    move |source| PublishError::Csv {
        path: path.clone(),
        source,
    }
}
