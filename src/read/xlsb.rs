//! Binary workbooks (.xlsb: BIFF12), streamed by calamine. What calamine skips is read from the same records: hidden
//! rows and columns, merged ranges, and formulas whose result is an error.

use std::collections::{BTreeMap, BTreeSet};

use calamine::{Reader as _, SheetType, SheetVisible, Xlsb, XlsbError};

use super::address::{Address, CellRange};
use super::biff::{Biff12, Fields, error_text, wide_text};
use super::content::CellContent;
use super::document::{Document, ReadError};
use super::from_calamine::content_of;
use super::package::{PackageReader, Packed};
use super::relations::{carried, relationships};
use super::sheet::{Sheet, joined};
use super::tally::{MAX_COLUMNS, MAX_ROWS, Tally};
use crate::intake::Limits;

/// The most bytes of the part that lists sheets and names: calamine writes formulas out with the names they refer to.
const MAX_WORKBOOK_PART: usize = 4_000_000;
/// The most letters of a name.
const MAX_NAME: usize = 255;

impl From<XlsbError> for ReadError {
    fn from(error: XlsbError) -> Self {
        match error {
            XlsbError::Password => Self::Encrypted,
            other => Self::Damaged(other.to_string()),
        }
    }
}

/// Reads a workbook.
///
/// # Errors
/// When the workbook is damaged, protected or exceeds a limit.
pub(super) fn read_xlsb(packed: &Packed, limits: Limits) -> Result<Document, ReadError> {
    let mut package = PackageReader::open(packed, &limits)?;
    let parts = sheet_parts(&mut package)?;
    let mut book: Xlsb<_> = Xlsb::new(package.source()?)?;
    let metadata = book.sheets_metadata().to_vec();
    if metadata.len() > limits.max_sheets {
        return Err(ReadError::over("max_sheets", limits.max_sheets));
    }
    let mut document = Document {
        carried: carried(&mut package)?,
        ..Document::default()
    };
    let mut tally = Tally::new(limits);
    for meta in metadata
        .iter()
        .filter(|meta| meta.typ == SheetType::WorkSheet)
    {
        let mut sheet = Sheet::new(
            Some(meta.name.clone()),
            meta.visible == SheetVisible::Visible,
        );
        let mut reader = book.worksheet_cells_reader(&meta.name)?;
        while let Some(cell) = reader.next_cell()? {
            let (row, column) = cell.get_position();
            if let Some(content) = content_of(cell.get_value().clone().into(), false) {
                tally.put(&mut sheet, Address::new(row, column), content)?;
            }
        }
        if let Some(part) = parts.get(&meta.name) {
            add_layout(&mut package, part, &limits, &mut tally, &mut sheet)?;
        }
        document.sheets.push(sheet);
    }
    Ok(document)
}

/// The part of each sheet, by the name of the sheet.
fn sheet_parts(package: &mut PackageReader) -> Result<BTreeMap<String, String>, ReadError> {
    let targets = relationships(package, "xl/_rels/workbook.bin.rels")?;
    let workbook = package.bytes("xl/workbook.bin")?;
    let too_long = || ReadError::Damaged("its names are longer than any program writes".to_owned());
    if workbook.len() > MAX_WORKBOOK_PART {
        return Err(too_long());
    }
    let mut records = Biff12::new(&workbook[..]);
    let mut parts = BTreeMap::new();
    while let Some((kind, body)) = records.next()? {
        match kind {
            // BrtBundleSh: state, id, relation, name.
            0x9c => {
                let relation = body.get(8..).and_then(wide_text);
                let name = relation
                    .as_ref()
                    .and_then(|(_, end)| wide_text(body.get(8 + end..)?));
                if let (Some((relation, _)), Some((name, _))) = (relation, name) {
                    if name.chars().count() > MAX_NAME {
                        return Err(too_long());
                    }
                    if let Some(relation) = targets.get(&relation) {
                        parts.insert(name, relation.target.clone());
                    }
                }
            }
            // BrtName: flags, key, sheet, name.
            0x27 if body.u32_at(9).is_some_and(|n| n as usize > MAX_NAME) => {
                return Err(too_long());
            }
            _ => {}
        }
    }
    Ok(parts)
}

/// Adds to a sheet what calamine skips.
fn add_layout(
    package: &mut PackageReader,
    part: &str,
    limits: &Limits,
    tally: &mut Tally,
    sheet: &mut Sheet,
) -> Result<(), ReadError> {
    let Some(part) = package.reader(part)? else {
        return Ok(());
    };
    let mut records = Biff12::new(part);
    let mut rows = BTreeSet::new();
    let mut columns = Vec::new();
    let mut merged = Vec::new();
    let mut row = 0;
    while let Some((kind, body)) = records.next()? {
        match kind {
            // BrtRowHdr: row, style, height, flags; fDyZero.
            0x00 => {
                row = body.u32_at(0).unwrap_or(0);
                if row < MAX_ROWS && body.get(11).is_some_and(|flags| flags & 0x10 != 0) {
                    rows.insert(row);
                }
            }
            // BrtFmlaError: column, style, error.
            0x0b => {
                if let (Some(column), Some(error)) = (body.u32_at(0), body.get(8)) {
                    let error = CellContent::Error(error_text(*error).to_owned());
                    tally.put(sheet, Address::new(row, column), error)?;
                }
            }
            // BrtColInfo: first, last, width, style, flags; fHidden.
            0x3c => {
                let hidden = body.u16_at(16).is_some_and(|flags| flags & 1 != 0);
                if let (true, Some(from), Some(to)) = (hidden, body.u32_at(0), body.u32_at(4)) {
                    columns.push((from, to.min(MAX_COLUMNS - 1)));
                }
            }
            // BrtMergeCell: first and last row, first and last column.
            0xb0 => {
                if let (Some(top), Some(bottom), Some(left), Some(right)) = (
                    body.u32_at(0),
                    body.u32_at(4),
                    body.u32_at(8),
                    body.u32_at(12),
                ) {
                    merged.push(CellRange {
                        start: Address::new(top, left),
                        end: Address::new(bottom, right),
                    });
                    if merged.len() > limits.max_cells {
                        return Err(ReadError::over("max_cells", limits.max_cells));
                    }
                }
            }
            _ => {}
        }
    }
    sheet.merge(merged);
    sheet.hidden_rows = Some(rows);
    sheet.hidden_columns = Some(joined(columns));
    Ok(())
}
