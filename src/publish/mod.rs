//! Publication: tables as files that people open, with the findings beside them.
//!
//! A directory is written aside and then moved into place whole, so that no reader ever sees half of it. A marker file
//! shows that this program owns it; a directory without the marker that is not empty is never replaced.

pub mod book;
mod chart;
mod correspondence;
mod delimited;
mod directory;
mod error;
pub mod feedback;
pub mod template;
mod workbook;

use std::path::Path;

use crate::diagnostic::Finding;
use crate::tables::{Book, Edition};

pub use correspondence::Correspondence;
pub use directory::{Replaced, Staged, check_out};
pub use error::PublishError;

use error::io_at;

/// Name of the workbook of all tables.
pub const WORKBOOK: &str = "white-book.xlsx";

/// Name of the list of findings.
pub const FINDINGS: &str = "findings.csv";

/// Folder of the consolidated forms.
pub const CONSOLIDATED: &str = "consolidated";

/// A file of the output beside the tables.
#[derive(Debug, Clone)]
pub struct FurtherFile {
    /// Its folder.
    pub folder: &'static str,
    /// Its name.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Writes the workbook, a CSV file for each table and the findings beside the output of the run before, which they replace
/// when they are put in place. With `bom` the CSV files begin with a byte order mark.
///
/// # Errors
/// When the directory belongs to somebody else or a file cannot be written. Nothing has changed then.
pub fn stage(
    out: &Path,
    book: &Book,
    edition: &Edition,
    findings: &[Finding],
    further: &[FurtherFile],
    bom: bool,
) -> Result<Staged, PublishError> {
    directory::stage(out, |aside| {
        let path = aside.join(WORKBOOK);
        let bytes = workbook::workbook(book, edition)?;
        std::fs::write(&path, bytes).map_err(io_at(&path))?;
        let folder = aside.join("csv");
        std::fs::create_dir(&folder).map_err(io_at(&folder))?;
        for table in book.tables() {
            delimited::write_table(&folder.join(format!("{}.csv", table.id)), table, bom)?;
        }
        for file in further {
            let folder = aside.join(file.folder);
            std::fs::create_dir_all(&folder).map_err(io_at(&folder))?;
            let path = folder.join(&file.name);
            std::fs::write(&path, &file.bytes).map_err(io_at(&path))?;
        }
        delimited::write_findings(&aside.join(FINDINGS), findings, bom)
    })
}
