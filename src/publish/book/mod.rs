//! The book of an edition: workbook, PDF with its charts, a CSV file a table, and the description of these as a data
//! package. Everything is made in memory first, so that its hashes are known before a file is written; no clock and no
//! chance is in it.

mod charts;
mod layout;
mod package;
mod pdf;

use std::path::{Path, PathBuf};

use super::{PublishError, delimited, directory, io_at, workbook};
use crate::tables::{Book, Edition};

/// Name of the workbook.
pub const WORKBOOK: &str = "book.xlsx";

/// Name of the printed book.
pub const PDF: &str = "book.pdf";

/// Name of the description of the CSV files.
pub const PACKAGE: &str = "datapackage.json";

/// Name of the file that says what an edition was made from.
pub const LOCK: &str = "edition.lock";

/// Name of the lock that an edition of the same name had before.
pub const PREVIOUS_LOCK: &str = "previous.lock";

/// A file of an edition: its name, with `/`, and its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookFile {
    /// Name within the folder of the edition.
    pub name: String,
    /// Content.
    pub content: Vec<u8>,
}

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
        let content = delimited::table(table).map_err(|source| PublishError::Csv {
            path: PathBuf::from(&path),
            source,
        })?;
        files.push(file(path, content));
    }
    files.push(file(
        PACKAGE.to_owned(),
        package::describe(book, edition, name)?,
    ));
    Ok(files)
}

/// Writes the files of an edition to its folder in `out`, in place of what was made before. Returns the folder.
///
/// # Errors
/// When `out`, or the folder, has files of somebody else, or a file cannot be written.
pub fn write_book(out: &Path, name: &str, files: &[BookFile]) -> Result<PathBuf, PublishError> {
    directory::make_ours(out)?;
    let folder = out.join(name);
    directory::replace(&folder, |aside| {
        for file in files {
            let path = aside.join(&file.name);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).map_err(io_at(parent))?;
            }
            std::fs::write(&path, &file.content).map_err(io_at(&path))?;
        }
        Ok(())
    })?;
    Ok(folder)
}
