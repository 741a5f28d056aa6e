//! Record lists on their way out of a file: a list can be too long for a grid, so a reader hands its cells to a sink.

use super::grid::{Address, CellContent, Sheet};

/// A cell as a reader meets it, its text not yet owned by anyone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BorrowedContent<'a> {
    /// A number as the workbook stores it.
    Number(f64),
    /// Text, as read.
    Text(&'a str),
    /// True or false.
    Bool(bool),
    /// A date or time, as ISO text.
    Date(&'a str),
    /// An error value such as `#REF!`.
    Error(&'a str),
    /// A formula that was saved without its result.
    NoCachedValue,
}

impl<'a> From<&'a CellContent> for BorrowedContent<'a> {
    fn from(content: &'a CellContent) -> Self {
        match content {
            CellContent::Number(n) => Self::Number(*n),
            CellContent::Text(text) => Self::Text(text),
            CellContent::Bool(b) => Self::Bool(*b),
            CellContent::Date(text) => Self::Date(text),
            CellContent::Error(text) => Self::Error(text),
            CellContent::NoCachedValue => Self::NoCachedValue,
        }
    }
}

/// Receives the record lists of a document, cell by cell, while a reader reads it.
pub trait RecordSink {
    /// Told of each row once it is whole, as long as no list is open. From the row on at which it answers yes, the
    /// cells of the sheet come to [`Self::take`]; those of the sheet that stand below the head it has taken already.
    fn opens(&mut self, sheet: &Sheet, row: u32) -> bool;

    /// A cell of the list that is open, row by row.
    fn take(&mut self, at: Address, cell: BorrowedContent<'_>);

    /// The sheet, by its place in the document, has ended.
    fn close(&mut self, index: usize, sheet: &Sheet);
}

/// Takes nothing: all cells stay in their sheets.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoRecords;

impl RecordSink for NoRecords {
    fn opens(&mut self, _: &Sheet, _: u32) -> bool {
        false
    }

    fn take(&mut self, _: Address, _: BorrowedContent<'_>) {}

    fn close(&mut self, _: usize, _: &Sheet) {}
}
