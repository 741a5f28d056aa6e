//! The row of a list that is being read: whether it is a record is known only when it is complete.

use std::ops::Range;

use crate::read::{BorrowedContent, ShownCell, WithheldCell};
use crate::text::visible;

/// The cells of a row and their texts. A buffer is used for row after row, so that cells cost no allocation.
#[derive(Debug, Default)]
pub(super) struct RowBuffer {
    pub(super) cells: Vec<BufferedCell>,
    texts: String,
}

/// A cell of the row.
#[derive(Debug)]
pub(super) struct BufferedCell {
    /// The column of the sheet, from 0.
    pub(super) column: u32,
    content: BufferedContent,
}

/// What the cell holds; texts are ranges of the buffer's texts.
#[derive(Debug)]
enum BufferedContent {
    Number(f64),
    Text(Range<usize>),
    Bool(bool),
    Date(Range<usize>),
    Error(Range<usize>),
    NoCachedValue,
    Shown(Box<ShownCell>),
    Withheld(Box<WithheldCell>),
}

impl RowBuffer {
    /// Adds a cell.
    pub(super) fn push(&mut self, column: u32, content: BorrowedContent<'_>) {
        let mut kept = |text: &str| {
            let from = self.texts.len();
            self.texts.push_str(&visible(text));
            from..self.texts.len()
        };
        let content = match content {
            BorrowedContent::Number(n) => BufferedContent::Number(n),
            BorrowedContent::Text(text) => BufferedContent::Text(kept(text)),
            BorrowedContent::Bool(b) => BufferedContent::Bool(b),
            BorrowedContent::Date(text) => BufferedContent::Date(kept(text)),
            BorrowedContent::Error(text) => BufferedContent::Error(kept(text)),
            BorrowedContent::NoCachedValue => BufferedContent::NoCachedValue,
            BorrowedContent::Shown(shown) => BufferedContent::Shown(Box::new(shown.clone())),
            BorrowedContent::Withheld(cell) => BufferedContent::Withheld(Box::new(cell.clone())),
        };
        self.cells.push(BufferedCell { column, content });
    }

    /// What a cell holds.
    pub(super) fn content<'r>(&'r self, cell: &'r BufferedCell) -> BorrowedContent<'r> {
        match &cell.content {
            BufferedContent::Number(n) => BorrowedContent::Number(*n),
            BufferedContent::Text(range) => BorrowedContent::Text(&self.texts[range.clone()]),
            BufferedContent::Bool(b) => BorrowedContent::Bool(*b),
            BufferedContent::Date(range) => BorrowedContent::Date(&self.texts[range.clone()]),
            BufferedContent::Error(range) => BorrowedContent::Error(&self.texts[range.clone()]),
            BufferedContent::NoCachedValue => BorrowedContent::NoCachedValue,
            BufferedContent::Shown(shown) => BorrowedContent::Shown(shown),
            BufferedContent::Withheld(cell) => BorrowedContent::Withheld(cell),
        }
    }

    /// The text of a cell, if it holds one.
    pub(super) fn text<'r>(&'r self, cell: &'r BufferedCell) -> Option<&'r str> {
        match self.content(cell) {
            BorrowedContent::Text(text) => Some(text),
            BorrowedContent::Shown(shown) => Some(&shown.text),
            _ => None,
        }
    }

    /// Empties the buffer for the next row.
    pub(super) fn clear(&mut self) {
        self.cells.clear();
        self.texts.clear();
    }
}
