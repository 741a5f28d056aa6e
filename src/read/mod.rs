//! Every file format to sparse sheets: workbooks through calamine, text files through csv, OpenDocument through
//! quick-xml. Reading needs no form.
//!
//! Cells are streamed into a sparse grid: a sheet that claims a million rows and holds two cells costs
//! two cells. The unpacked size of a file is measured before a parser sees it, and a parser that panics on a
//! damaged file ends that file, not the run.

mod biff;
mod decode;
mod delimited;
mod document;
mod grid;
mod markup;
mod ods;
mod package;
mod sink;
mod tally;
mod xls;
mod xlsb;
mod xlsx;

pub use document::{Carried, Document, LegacyFont, ReadError};
pub use grid::{Address, CellContent, CellRange, FontRun, Sheet, Undecoded};
pub use sink::{BorrowedContent, NoRecords, RecordSink};

use std::path::Path;

use crate::intake::{Limits, MediaType, guarded};
use crate::text::Encodings;
use decode::decode_sheet;

/// Reads a file into sheets.
///
/// # Errors
/// When the file is damaged, protected, too large, not text, or cannot be opened.
pub fn read_file(
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
    records: &mut (dyn RecordSink + Send),
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
