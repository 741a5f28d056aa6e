//! The book of an edition: a workbook, a PDF with its charts, a CSV file for each table, and a data package that
//! describes the CSV files. Everything is made in memory first, so that its hashes are known before a file is written.
//! Nothing depends on a clock or on chance.

mod charts;
mod data;
mod file;
mod package;
mod pdf;

use std::path::{Path, PathBuf};

use super::error::{PublishError, csv_at, io_at};
use super::{Staged, delimited, directory, workbook};
use crate::tables::{Book, Edition};

pub use file::BookFile;

/// Name of the workbook.
pub const WORKBOOK: &str = "book.xlsx";

/// Name of the printed book.
pub const PDF: &str = "book.pdf";

/// Name of the description of the CSV files.
pub const PACKAGE: &str = "datapackage.json";

/// Name of the file that says what an edition was made from.
pub const LOCK: &str = "edition.lock";

/// Name of the lock of the edition that this one replaced.
pub const PREVIOUS_LOCK: &str = "previous.lock";

/// Makes the files of an edition, named `name`.
///
/// # Errors
/// When one of them cannot be made.
pub fn make_book(
    book: &Book,
    edition: &Edition,
    name: &str,
) -> Result<Vec<BookFile>, PublishError> {
    let file = |name: String, content: Vec<u8>| BookFile { name, content };
    let drawn = charts::draw(book, edition)?;
    let mut files = vec![
        file(WORKBOOK.to_owned(), workbook::workbook(book, edition)?),
        file(PDF.to_owned(), pdf::pdf(book, edition, &drawn)?),
    ];
    files.extend(drawn);
    for table in book.tables() {
        let path = format!("csv/{}.csv", table.id);
        let content = delimited::table(table, false).map_err(csv_at(Path::new(&path)))?;
        files.push(file(path, content));
    }
    files.push(file(
        PACKAGE.to_owned(),
        package::describe(book, edition, name)?,
    ));
    Ok(files)
}

/// Writes the files of an edition beside its folder in `out`; they replace an earlier edition of that name when they are put
/// in place. Returns the folder.
///
/// # Errors
/// When `out` or the folder belongs to somebody else, or a file cannot be written.
pub fn stage_book(
    out: &Path,
    name: &str,
    files: &[BookFile],
) -> Result<(PathBuf, Staged), PublishError> {
    directory::make_ours(out)?;
    let folder = out.join(name);
    let staged = directory::stage(&folder, |aside| {
        for file in files {
            let path = aside.join(&file.name);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).map_err(io_at(parent))?;
            }
            std::fs::write(&path, &file.content).map_err(io_at(&path))?;
        }
        Ok(())
    })?;
    Ok((folder, staged))
}
