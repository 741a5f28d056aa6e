//! Reading files into sheets: workbooks by calamine, text files by csv, OpenDocument by quick-xml.
//!
//! Cells are streamed into a sparse grid: a sheet that claims a million rows and holds two cells costs
//! two cells. What a file unpacks to is measured before a reader sees it, and a parser that panics on a
//! damaged file ends that file, not the run.

mod delimited;
mod markup;
mod ods;
mod package;
mod records;
mod tally;
mod xls;
mod xlsb;
mod xlsx;

use std::path::Path;

use super::decode::decode_sheet;
use super::grid::Sheet;
use crate::extract::records::{NoRecords, RecordTaker};
use crate::intake::{Limits, MediaType, guarded};
use crate::text::{Encodings, FileEncoding};

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The workbook asks for a password.
    #[error("it is protected by a password")]
    Encrypted,
    /// The parser gave up.
    #[error("{0}")]
    Damaged(String),
    /// More than a limit allows: the limit as it stands in pipeline.toml, such as `max_cells = 2000000`.
    #[error("it holds more than {0}")]
    TooLarge(String),
    /// Text whose encoding nothing tells.
    #[error("nothing tells the encoding of the text")]
    UnknownEncoding,
    /// The file system refused.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl ReadError {
    /// More than a limit of pipeline.toml allows.
    pub(super) fn over(key: &str, value: impl std::fmt::Display) -> Self {
        Self::TooLarge(Limits::stated(key, value))
    }
}

/// Tells whether a font of this name stands for an encoding.
pub type LegacyFont<'a> = &'a (dyn Fn(&str) -> bool + Sync);

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

/// Reads a file into sheets.
///
/// # Errors
/// When the file is damaged, protected, too large, not text, or cannot be opened.
pub fn read(
    path: &Path,
    media: MediaType,
    limits: Limits,
    encodings: &Encodings,
) -> Result<Document, ReadError> {
    read_with_records(path, media, limits, encodings, &mut NoRecords)
}

/// Reads a file. Where `records` takes a list out of a sheet while it is read, the sheet holds what stands above; a
/// list in another format, or in an old font, stays in its sheet.
///
/// # Errors
/// When the file is damaged, protected, too large, not text, or cannot be opened.
pub fn read_with_records(
    path: &Path,
    media: MediaType,
    limits: Limits,
    encodings: &Encodings,
    records: &mut (dyn RecordTaker + Send),
) -> Result<Document, ReadError> {
    let legacy_font = |font: &str| encodings.is_legacy_font(font);
    guarded(|| {
        let mut document = match media {
            MediaType::Xlsx | MediaType::Xlsm => {
                xlsx::read_xlsx(path, limits, &legacy_font, records)?
            }
            MediaType::Xlsb => xlsb::read_xlsb(path, limits)?,
            MediaType::Xls => xls::read_xls(path, limits)?,
            MediaType::Ods => ods::read_ods(path, limits)?,
            MediaType::Csv | MediaType::Tsv => {
                let (sheet, encoding) = delimited::read_csv(path, limits, encodings)?;
                Document {
                    sheets: vec![sheet],
                    encoding: Some(encoding),
                    ..Document::default()
                }
            }
        };
        for sheet in &mut document.sheets {
            decode_sheet(sheet, encodings);
        }
        Ok(document)
    })
    .unwrap_or_else(|| {
        Err(ReadError::Damaged(
            "the reader of this format gave up on it".to_owned(),
        ))
    })
}
