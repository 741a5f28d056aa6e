//! Office Open XML workbooks, streamed by calamine.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::{Limits, ReadError};
use crate::extract::grid::{Address, Content, Range, Sheet};

pub(super) fn read_xlsx(path: &Path, limits: Limits) -> Result<Vec<Sheet>, ReadError> {
    let damaged = |e: XlsxError| match e {
        XlsxError::Password => ReadError::Encrypted,
        other => ReadError::Damaged(other.to_string()),
    };
    let mut book: Xlsx<_> = Xlsx::new(BufReader::new(File::open(path)?)).map_err(damaged)?;
    let metadata = book.sheets_metadata().to_vec();
    if metadata.len() > limits.max_sheets {
        return Err(ReadError::TooLarge(format!("{} sheets", limits.max_sheets)));
    }
    let mut sheets = Vec::with_capacity(metadata.len());
    let mut cells = 0;
    for meta in metadata
        .iter()
        .filter(|meta| meta.typ == SheetType::WorkSheet)
    {
        let mut sheet = Sheet::new(
            Some(meta.name.clone()),
            meta.visible == SheetVisible::Visible,
        );
        let merged = book
            .merge_cells_by_sheet_name(&meta.name)
            .unwrap_or_default();
        sheet.merge(
            merged
                .iter()
                .map(|d| Range {
                    start: Address::new(d.start.0, d.start.1),
                    end: Address::new(d.end.0, d.end.1),
                })
                .collect(),
        );
        let mut reader = book.worksheet_cells_reader(&meta.name).map_err(damaged)?;
        while let Some(cell) = reader.next_cell_with_formula().map_err(damaged)? {
            let Some(content) = content_of(cell.value, cell.formula.is_some()) else {
                continue;
            };
            sheet.put(Address::new(cell.pos.0, cell.pos.1), content);
            if cells + sheet.len() > limits.max_cells {
                return Err(ReadError::TooLarge(format!("{} cells", limits.max_cells)));
            }
        }
        cells += sheet.len();
        sheets.push(sheet);
    }
    Ok(sheets)
}

fn content_of(value: DataRef<'_>, has_formula: bool) -> Option<Content> {
    Some(match value {
        DataRef::Empty => return has_formula.then_some(Content::NoCachedValue),
        #[allow(clippy::cast_precision_loss)]
        DataRef::Int(n) => Content::Number(n as f64),
        DataRef::Float(n) => Content::Number(n),
        DataRef::String(text) => Content::Text(text),
        DataRef::SharedString(text) => Content::Text(text.to_owned()),
        DataRef::Bool(b) => Content::Bool(b),
        DataRef::DateTime(date) => Content::Date(date.to_string()),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Content::Date(text),
        DataRef::Error(error) => Content::Error(error.to_string()),
    })
}
