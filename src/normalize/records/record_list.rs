//! A record list, read and normalized.

use std::collections::BTreeSet;

use arrow::array::RecordBatch;

use super::marks::RecordMarks;
use crate::extract::{ListPlace, SheetTable};
use crate::read::{Address, Sheet};

/// A record list, read and normalized.
#[derive(Debug)]
pub struct RecordList {
    /// Place of its sheet in the document.
    pub sheet: usize,
    /// The part of the sheet that belongs to it.
    pub place: ListPlace,
    /// The block above it and what was noticed; it has no located cells.
    pub table: SheetTable,
    /// The cells of its heads, by the columns of the lake's table.
    pub heads: Vec<(String, Address)>,
    /// The last row of its head, from 0.
    pub head_ends: u32,
    /// Its records: the kept fields of the form, then `row`, from 1.
    pub records: RecordBatch,
    /// Marks of its records, by which it is compared with other lists.
    pub marks: RecordMarks,
    /// The column of the sheet with the first field of the key, from 0.
    pub(super) key_column: Option<u32>,
    /// The cells of the sheet that its records fill.
    pub filled: FilledCells,
    /// Number of body cells: those under the heads of fields and under heads that the form does not have.
    pub cells_total: i64,
    /// Number of cells that became values.
    pub cells_loaded: i64,
    /// Number of cells held back, skipped or left out, each with a finding.
    pub cells_explained: i64,
}

/// The cells that the records of a list fill.
#[derive(Debug, Default)]
pub struct FilledCells {
    /// Columns under its head, from 0, from the left.
    pub(super) columns: Vec<u32>,
    /// Rows of its records, from 1.
    pub(super) rows: Vec<u32>,
    /// For each record, a bit for each column: 1 if filled; columns beyond the sixty-fourth have no bit.
    pub(super) bits: Vec<u64>,
}

impl FilledCells {
    /// The filled cells that a sheet hides: their rows (from 1), their columns (from 0) and their number.
    #[must_use]
    pub fn hidden_by(&self, sheet: &Sheet) -> (BTreeSet<u32>, BTreeSet<u32>, usize) {
        let of_columns = self
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| sheet.hides_column(**column))
            .fold(0_u64, |bits, (place, _)| {
                bits | 1_u64.checked_shl(place as u32).unwrap_or(0)
            });
        let (mut rows, mut columns, mut cells) = (BTreeSet::new(), BTreeSet::new(), 0);
        for (row, bits) in self.rows.iter().zip(&self.bits) {
            let hides_row = sheet.hides_row(row - 1);
            let hidden = if hides_row { *bits } else { bits & of_columns };
            if hides_row {
                rows.insert(*row);
            }
            cells += hidden.count_ones() as usize;
            let hidden_columns = self.columns.iter().enumerate().filter(|(place, _)| {
                bits & of_columns & 1_u64.checked_shl(*place as u32).unwrap_or(0) != 0
            });
            columns.extend(hidden_columns.map(|(_, column)| *column));
        }
        (rows, columns, cells)
    }
}
