//! Reading files into sheets: workbooks by calamine, text files by csv.
//!
//! Cells are streamed into a sparse grid: a sheet that claims a million rows and holds two cells costs
//! two cells. A parser that panics on a damaged file ends that file, not the run.

mod delimited;
mod xlsx;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use serde::Deserialize;

use super::decode::decode_sheet;
use super::grid::Sheet;
use crate::intake::MediaType;
use crate::text::{Encodings, FileEncoding};

/// What a single file may hold before it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Size in bytes.
    pub max_file_bytes: u64,
    /// Cells that hold something, over all sheets.
    pub max_cells: usize,
    /// Sheets.
    pub max_sheets: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_file_bytes: 200_000_000,
            max_cells: 5_000_000,
            max_sheets: 200,
        }
    }
}

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The workbook asks for a password.
    #[error("it is protected by a password")]
    Encrypted,
    /// The parser gave up.
    #[error("{0}")]
    Damaged(String),
    /// More than the limits allow.
    #[error("it holds more than {0}")]
    TooLarge(String),
    /// Text whose encoding nothing tells.
    #[error("nothing tells the encoding of the text")]
    UnknownEncoding,
    /// The file system refused.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// A file, read.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// Its sheets; one without a name for delimited text.
    pub sheets: Vec<Sheet>,
    /// The encoding of a text file; none for workbooks.
    pub encoding: Option<FileEncoding>,
    /// What else the file carries and this program never runs or follows: macros, external links, DDE.
    pub carried: Vec<Carried>,
}

/// A part of a workbook that is never run or followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Carried {
    /// Programs.
    Macros,
    /// Links to other workbooks.
    ExternalLinks,
    /// Links to other programs.
    Dde,
}

/// Reads a file.
///
/// # Errors
/// When the file is damaged, protected, too large, not text, or cannot be opened.
pub fn read(
    path: &Path,
    media: MediaType,
    limits: Limits,
    encodings: &Encodings,
) -> Result<Document, ReadError> {
    match catch_unwind(AssertUnwindSafe(|| match media {
        MediaType::Xlsx => xlsx::read_xlsx(path, limits).map(|sheets| Document {
            sheets,
            ..Document::default()
        }),
        MediaType::Csv => {
            delimited::read_csv(path, limits, encodings).map(|(sheet, encoding)| Document {
                sheets: vec![sheet],
                encoding: Some(encoding),
                ..Document::default()
            })
        }
    })) {
        Ok(result) => result.map(|mut document| {
            for sheet in &mut document.sheets {
                decode_sheet(sheet, encodings);
            }
            document
        }),
        Err(_) => Err(ReadError::Damaged(
            "the reader of this format gave up on it".to_owned(),
        )),
    }
}
