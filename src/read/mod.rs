//! Every file format to sparse sheets: workbooks by readers of our own (.xlsx and .ods through quick-xml, .xlsb and .xls
//! record by record), text files through csv. Reading needs no form.
//!
//! Cells are streamed into a sparse grid: a sheet that claims a million rows and holds two cells costs
//! two cells. The unpacked size of a file is measured before a parser sees it, and a parser that panics on a
//! damaged file ends that file, not the run.

mod address;
mod biff;
mod content;
mod decode;
mod delimited;
mod document;
mod from_calamine;
mod listed_sheet;
mod markup;
mod merged;
mod number_format;
mod ods;
mod package;
mod protected;
mod quotes;
mod relations;
mod rich_text;
mod sheet;
mod sink;
mod tally;
mod xls;
mod xlsb;
mod xlsx;
mod xml;

pub use address::{Address, CellRange};
pub use content::{
    BorrowedContent, CellContent, ShownCell, ShownNumber, StoredValue, Withheld, WithheldCell,
};
pub use document::{Carried, Document, LegacyFont, ReadError};
pub use sheet::{FontRun, ReadNote, Sheet, Undecoded};
pub use sink::{NoRecords, RecordSink};

use std::path::Path;

use crate::intake::{FileFormat, Limits, guarded, sniff_package};
use crate::text::Encodings;
use decode::decode_sheet;
use package::{PackageReader, Packed};

/// Reads a file into sheets.
///
/// # Errors
/// When the file is damaged, protected, too large, not text, or cannot be opened.
pub fn read_file(
    path: &Path,
    format: FileFormat,
    limits: Limits,
    encodings: &Encodings,
) -> Result<Document, ReadError> {
    read_with_records(path, format, limits, encodings, &mut NoRecords)
}

/// Reads a file into sheets, and the record lists of .xlsx workbooks into `records`. A sheet then holds only what is
/// above its list. A list in another format, or in an old font, stays in its sheet.
///
/// # Errors
/// When the file is damaged, protected, too large, not text, or cannot be opened.
pub fn read_with_records(
    path: &Path,
    format: FileFormat,
    limits: Limits,
    encodings: &Encodings,
    records: &mut (dyn RecordSink + Send),
) -> Result<Document, ReadError> {
    guarded(|| {
        let mut document = match format {
            FileFormat::Xlsx | FileFormat::Xlsm | FileFormat::Xlsb | FileFormat::Ods => {
                let packed = Packed::File(path.to_owned());
                read_package(&packed, format, limits, encodings, records)?
            }
            FileFormat::Protected => read_protected(path, limits, encodings, records)?,
            FileFormat::Xls => {
                let legacy_font = |font: &str| encodings.is_legacy_font(font);
                xls::read_xls(path, limits, &legacy_font)?
            }
            FileFormat::Csv | FileFormat::Tsv => delimited::read_csv(path, limits, encodings)?,
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

/// Reads a workbook that is a zip package.
fn read_package(
    packed: &Packed,
    format: FileFormat,
    limits: Limits,
    encodings: &Encodings,
    records: &mut (dyn RecordSink + Send),
) -> Result<Document, ReadError> {
    let legacy_font = |font: &str| encodings.is_legacy_font(font);
    let package = PackageReader::open(packed, &limits)?;
    match format {
        FileFormat::Xlsb => xlsb::read_xlsb(package, limits, &legacy_font),
        FileFormat::Ods => ods::read_ods(package, limits, &legacy_font),
        _ => xlsx::read_xlsx(package, limits, &legacy_font, records),
    }
}

/// Reads a workbook in an encrypted container.
fn read_protected(
    path: &Path,
    limits: Limits,
    encodings: &Encodings,
    records: &mut (dyn RecordSink + Send),
) -> Result<Document, ReadError> {
    let package = protected::decrypted_package(path, &limits)?;
    let format = sniff_package(&package)
        .map_err(|_| ReadError::Damaged("what it protects is no workbook".to_owned()))?;
    let packed = Packed::Memory(package);
    let mut document = read_package(&packed, format, limits, encodings, records)?;
    document.protects = Some(format);
    Ok(document)
}
