//! A workbook of the older binary format to a document: calamine reads the stream that was checked.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Write};
use std::path::Path;

use calamine::{Data, Reader as _, SheetType, SheetVisible, Xls, XlsError};

use super::survey::Survey;
use crate::intake::Limits;
use crate::read::address::Address;
use crate::read::document::{Carried, Document, ReadError};
use crate::read::from_calamine::{content_of, range_of};
use crate::read::protected::decrypted_stream;
use crate::read::sheet::{Sheet, joined};
use crate::read::tally::Tally;

impl From<XlsError> for ReadError {
    fn from(error: XlsError) -> Self {
        match error {
            XlsError::Password => Self::Encrypted,
            other => Self::Damaged(other.to_string()),
        }
    }
}

/// Reads a workbook.
///
/// # Errors
/// When the workbook is damaged, protected or exceeds a limit.
pub(crate) fn read_xls(path: &Path, limits: Limits) -> Result<Document, ReadError> {
    let (mut stream, has_project) = workbook_stream(path, &limits)?;
    let survey = Survey::of(&mut stream, &limits)?;
    let container = contain(&stream).map_err(|e| ReadError::Damaged(e.to_string()))?;
    drop(stream);
    let mut book: Xls<_> = Xls::new(container)?;
    let metadata = book.sheets_metadata().to_vec();
    let mut carried = survey.carried;
    if has_project || metadata.iter().any(|m| m.typ == SheetType::MacroSheet) {
        carried.insert(Carried::Macros);
    }
    let mut document = Document {
        carried: carried.into_iter().collect(),
        ..Document::default()
    };
    let mut tally = Tally::new(limits);
    for (meta, hidden) in metadata.iter().zip(survey.sheets) {
        if meta.typ != SheetType::WorkSheet {
            continue;
        }
        let mut sheet = Sheet::new(
            Some(meta.name.clone()),
            meta.visible == SheetVisible::Visible,
        );
        let formulas = book.worksheet_formula(&meta.name)?;
        let values = book.worksheet_range(&meta.name)?;
        let first = values.start().unwrap_or_default();
        for (row, column, value) in values.used_cells() {
            let at = Address::new(first.0 + row as u32, first.1 + column as u32);
            if let Some(content) = content_of(value.clone(), false) {
                tally.put(&mut sheet, at, content)?;
            }
        }
        let first = formulas.start().unwrap_or_default();
        for (row, column, _) in formulas.used_cells() {
            let at = Address::new(first.0 + row as u32, first.1 + column as u32);
            let value = values.get_value((at.row, at.column));
            if value.is_none_or(|value| *value == Data::Empty)
                && let Some(content) = content_of(Data::Empty, true)
            {
                tally.put(&mut sheet, at, content)?;
            }
        }
        let merged = book.merge_cells_by_sheet_name(&meta.name)?;
        sheet.merge(merged.iter().map(range_of).collect());
        sheet.hidden_rows = Some(hidden.rows);
        sheet.hidden_columns = Some(joined(hidden.columns));
        document.sheets.push(sheet);
    }
    Ok(document)
}

/// The stream that holds the cells, and whether the file has macros.
fn workbook_stream(path: &Path, limits: &Limits) -> Result<(Vec<u8>, bool), ReadError> {
    let damaged = |e: io::Error| ReadError::Damaged(e.to_string());
    let bounded = |source: &mut dyn Read| {
        let mut stream = Vec::new();
        let most = limits.max_stream_bytes;
        source
            .take(most + 1)
            .read_to_end(&mut stream)
            .map_err(damaged)?;
        if stream.len() as u64 > most {
            return Err(ReadError::over("max_stream_bytes", most));
        }
        decrypted_stream(stream)
    };
    let mut source = BufReader::new(File::open(path)?);
    if source.fill_buf()?.starts_with(&[0x09, 0x08]) {
        // The stream came without a container.
        return Ok((bounded(&mut source)?, false));
    }
    let mut file = cfb::CompoundFile::open(source).map_err(damaged)?;
    let has_project = file.exists("_VBA_PROJECT_CUR");
    let name = if file.exists("Workbook") {
        "Workbook"
    } else {
        "Book"
    };
    let stream = bounded(&mut file.open_stream(name).map_err(damaged)?)?;
    Ok((stream, has_project))
}

/// A new compound file that holds nothing but this stream.
fn contain(stream: &[u8]) -> io::Result<Cursor<Vec<u8>>> {
    let empty = Cursor::new(Vec::new());
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, empty)?;
    file.create_stream("/Workbook")?.write_all(stream)?;
    file.flush()?;
    let mut cursor = file.into_inner();
    cursor.set_position(0);
    Ok(cursor)
}
