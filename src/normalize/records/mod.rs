//! Record lists: rows to records, straight into the columns of an Arrow table. A cell becomes a value, or is named in a
//! finding; personal data are counted and forgotten.

mod column;
mod faults;
mod list;
mod value;

use std::collections::BTreeSet;

use arrow::array::RecordBatch;

use super::Conventions;
use crate::extract::{RecordHead, SheetTable, Vocabulary, record_head};
use crate::read::{Address, BorrowedContent, RecordSink, Sheet};
use list::List;

/// Rows of a sheet in which the head of a list is looked for.
const ROWS_LOOKED_AT: usize = 100;

/// A record list, read.
#[derive(Debug)]
pub struct RecordList {
    /// Place of its sheet in the document.
    pub sheet: usize,
    /// What stands above it, and what was noticed.
    pub table: SheetTable,
    /// The last row of its head, from 0.
    pub head_ends: u32,
    /// Its records: the fields of the form that are kept, then `row`, from 1.
    pub records: RecordBatch,
    /// Which cells of the sheet its records fill.
    pub filled: FilledCells,
    /// Body cells: those under the heads of fields, and under heads that the form has not.
    pub cells_total: i64,
    /// Cells that became values.
    pub cells_loaded: i64,
    /// Cells held back, passed over or left out, each with a finding.
    pub cells_explained: i64,
}

/// Which cells the records of a list fill.
#[derive(Debug, Default)]
pub struct FilledCells {
    /// Columns under its head, from 0, from the left.
    columns: Vec<u32>,
    /// Rows of its records, from 1.
    rows: Vec<u32>,
    /// For each record a bit for each column.
    bits: Vec<u64>,
}

impl FilledCells {
    /// The filled cells that a sheet hides: their rows, from 1, their columns, from 0, and their number.
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

/// Takes the record lists of a document out of its sheets.
pub struct ListReader<'a> {
    vocabulary: &'a Vocabulary,
    conventions: &'a Conventions,
    /// Heads may go on in the row below: it is looked at too before a list is opened.
    pending: Option<RecordHead>,
    looked_at: usize,
    open: Option<List<'a>>,
    /// Sheets that were looked through.
    seen: BTreeSet<usize>,
    /// The lists of the sheets that have ended.
    pub lists: Vec<RecordList>,
}

impl<'a> ListReader<'a> {
    /// A reader of one document.
    #[must_use]
    pub fn new(vocabulary: &'a Vocabulary, conventions: &'a Conventions) -> Self {
        Self {
            vocabulary,
            conventions,
            pending: None,
            looked_at: 0,
            open: None,
            seen: BTreeSet::new(),
            lists: Vec::new(),
        }
    }

    /// Whether a sheet was looked through as it was read.
    #[must_use]
    pub fn has_seen(&self, index: usize) -> bool {
        self.seen.contains(&index)
    }

    /// Takes a list out of a sheet that was read whole.
    pub fn read_sheet(&mut self, index: usize, sheet: &Sheet) {
        let mut from = None;
        for row in sheet.rows_from(0) {
            if self.opens(sheet, row) {
                from = Some(row.saturating_add(1));
                break;
            }
            if self.looked_at > ROWS_LOOKED_AT {
                break;
            }
        }
        for row in from.into_iter().flat_map(|from| sheet.rows_from(from)) {
            for (at, content) in sheet.row(row) {
                self.take(at, content.into());
            }
        }
        self.close(index, sheet);
    }

    /// Opens a list, and takes what the sheet holds of it down to the row `until`.
    fn begin(&mut self, head: RecordHead, sheet: &Sheet, until: u32) {
        let below = head.bottom.saturating_add(1);
        self.open = Some(List::new(head, sheet, self.vocabulary, self.conventions));
        for row in sheet.rows_from(below).take_while(|row| *row <= until) {
            for (at, content) in sheet.row(row) {
                self.take(at, content.into());
            }
        }
    }
}

impl RecordSink for ListReader<'_> {
    fn opens(&mut self, sheet: &Sheet, row: u32) -> bool {
        self.looked_at += 1;
        if self.looked_at > ROWS_LOOKED_AT && self.pending.is_none() {
            return false;
        }
        let head = record_head(sheet, row, self.vocabulary);
        let head = match (self.pending.take(), head) {
            (None, None) => return false,
            (None, head) => {
                self.pending = head;
                return false;
            }
            (Some(before), Some(head)) if head.fields() > before.fields() => head,
            (Some(before), _) => before,
        };
        self.begin(head, sheet, row);
        true
    }

    fn take(&mut self, at: Address, cell: BorrowedContent<'_>) {
        if let Some(list) = &mut self.open {
            list.take(at, cell);
        }
    }

    fn close(&mut self, index: usize, sheet: &Sheet) {
        if let Some(head) = self.pending.take() {
            self.begin(head, sheet, u32::MAX);
        }
        self.looked_at = 0;
        self.seen.insert(index);
        self.lists
            .extend(self.open.take().map(|list| list.finish(index)));
    }
}
