//! The first walk over a sheet: what stands behind its cells or among them, and decides what they show.

use std::collections::BTreeSet;

use super::formulas::FormulaResults;
use super::record::{SheetRecords, kind};
use crate::read::address::{Address, CellRange};
use crate::read::biff::Fields;
use crate::read::document::ReadError;

/// What a sheet hides and merges.
#[derive(Debug, Default)]
pub(super) struct SheetLayout {
    pub(super) hidden_rows: BTreeSet<u32>,
    /// Ranges with both ends.
    pub(super) hidden_columns: Vec<(u32, u32)>,
    pub(super) merged: Vec<CellRange>,
    /// Whether it shows nothing in place of a zero.
    pub(super) hides_zeros: bool,
}

/// Walks a sheet. `budget` is the number of bytes that may still be walked: sheets that share records would make a small
/// file large.
///
/// # Errors
/// When the sheets overlap, or merge more cells than a file may hold.
pub(super) fn layout_of(
    stream: &[u8],
    records: &mut SheetRecords<'_>,
    results: &mut FormulaResults,
    budget: &mut usize,
    most_merged: usize,
) -> Result<SheetLayout, ReadError> {
    let mut layout = SheetLayout::default();
    let mut from = records.offset();
    loop {
        let record = records.next();
        // The records of a chart are among those that were passed.
        *budget = budget.saturating_sub(records.offset() - from);
        from = records.offset();
        if *budget == 0 {
            return Err(ReadError::Damaged("its sheets overlap".to_owned()));
        }
        let Some(record) = record else {
            return Ok(layout);
        };
        let body = record.body(stream);
        match record.kind {
            kind::FORMULA | kind::FORMULA_3 | kind::FORMULA_4 => results.see(body),
            kind::ROW => {
                if let (Some(row), Some(flags)) = (body.u16_at(0), body.u16_at(12))
                    && flags & 0x20 != 0
                {
                    layout.hidden_rows.insert(u32::from(row));
                }
            }
            kind::COLUMN_INFO => {
                if let (Some(from), Some(to), Some(flags)) =
                    (body.u16_at(0), body.u16_at(2), body.u16_at(8))
                    && flags & 1 != 0
                {
                    let range = (u32::from(from), u32::from(to));
                    layout.hidden_columns.push(range);
                }
            }
            kind::WINDOW => {
                layout.hides_zeros = body.u16_at(0).is_some_and(|flags| flags & 0x10 == 0);
            }
            kind::MERGED_CELLS => {
                let count = usize::from(body.u16_at(0).unwrap_or(0));
                let stated = body.get(2..).unwrap_or_default().as_chunks::<8>().0;
                layout
                    .merged
                    .extend(stated.iter().copied().take(count).map(range_of));
                if layout.merged.len() > most_merged {
                    return Err(ReadError::over("max_cells", most_merged));
                }
            }
            _ => {}
        }
    }
}

/// A merged range: its first and last row, its first and last column.
fn range_of(body: [u8; 8]) -> CellRange {
    let field = |offset| u32::from(body.u16_at(offset).unwrap_or(0));
    let (top, bottom, left, right) = (field(0), field(2), field(4), field(6));
    CellRange {
        start: Address::new(top.min(bottom), left.min(right)),
        end: Address::new(top.max(bottom), left.max(right)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::xls::record::bytes_of;
    use crate::read::xls::texts::TextCoding;

    fn walk(records: &[Vec<u8>], budget: usize) -> Result<SheetLayout, ReadError> {
        let mut stream = bytes_of(kind::BOF, &[0, 6, 16, 0]);
        stream.extend(records.concat());
        stream.extend(bytes_of(kind::EOF, b""));
        let starts = BTreeSet::from([0]);
        let mut records = SheetRecords::of_sheet(&stream, 0, &starts).expect("a sheet");
        let mut results = FormulaResults::new(TextCoding::Unicode);
        layout_of(
            &stream,
            &mut records,
            &mut results,
            &mut budget.clone(),
            100,
        )
    }

    #[test]
    fn what_a_sheet_hides_and_merges_is_known_before_its_cells() {
        let mut row = vec![7, 0];
        row.extend([0; 10]);
        row.extend([0x20, 0, 0, 0]);
        let records = [
            bytes_of(kind::COLUMN_INFO, &[2, 0, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0]),
            bytes_of(kind::ROW, &row),
            bytes_of(kind::MERGED_CELLS, &[9, 0, 1, 0, 2, 0, 3, 0, 3, 0, 1, 0]),
            bytes_of(kind::WINDOW, &[0xa6, 0x06]),
        ];
        let layout = walk(&records, 1000).expect("sound");
        assert_eq!(layout.hidden_rows, BTreeSet::from([7]));
        assert_eq!(layout.hidden_columns, [(2, 4)]);
        assert_eq!(layout.merged.len(), 1);
        assert!(layout.hides_zeros);
        assert!(
            !walk(&[bytes_of(kind::WINDOW, &[0xb6, 0x06])], 1000)
                .expect("sound")
                .hides_zeros
        );
        assert!(matches!(walk(&records, 20), Err(ReadError::Damaged(_))));
        let mut many = vec![200, 0];
        many.extend([0; 1600]);
        let many = walk(&[bytes_of(kind::MERGED_CELLS, &many)], 5000);
        assert!(matches!(many, Err(ReadError::TooLarge(_))));
    }
}
