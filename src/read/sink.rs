//! Where a reader sends record lists: a list can be too long for a sheet in memory.

use super::address::Address;
use super::content::BorrowedContent;
use super::sheet::Sheet;

/// Receives the record lists of a document, cell by cell, while it is read.
pub trait RecordSink {
    /// Asked after each complete row, as long as no list is open. If the answer is yes, the sink has taken the cells of
    /// `sheet` below the head, and all further cells go to [`Self::take`].
    fn opens(&mut self, sheet: &Sheet, row: u32) -> bool;

    /// Takes a cell of the open list; cells come row by row.
    fn take(&mut self, at: Address, cell: BorrowedContent<'_>);

    /// The sheet has ended. `index` is its place in the document. Returns whether the sheet holds more than the list: it is
    /// then read again, as a whole, without the sink.
    fn close(&mut self, index: usize, sheet: &Sheet) -> bool;
}

/// Takes no list: all cells stay in their sheets.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoRecords;

impl RecordSink for NoRecords {
    fn opens(&mut self, _: &Sheet, _: u32) -> bool {
        false
    }

    fn take(&mut self, _: Address, _: BorrowedContent<'_>) {}

    fn close(&mut self, _: usize, _: &Sheet) -> bool {
        false
    }
}
