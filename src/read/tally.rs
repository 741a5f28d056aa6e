//! Cells on their way into a sheet or a record list, counted against the limits.

use super::address::Address;
use super::content::{BorrowedContent, CellContent, Withheld};
use super::document::ReadError;
use super::merged::CoverSweep;
use super::sheet::Sheet;
use super::sink::RecordSink;
use crate::intake::Limits;

/// Rows of the largest sheet that any office program supports.
pub(super) const MAX_ROWS: u32 = 1_048_576;
/// Columns of the largest sheet that any office program supports.
pub(super) const MAX_COLUMNS: u32 = 16_384;

/// Counts the cells of all sheets of a file and the bytes of their texts.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    limits: Limits,
    cells: usize,
    text_bytes: usize,
}

impl Tally {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            cells: 0,
            text_bytes: 0,
        }
    }

    /// Puts a cell into a sheet.
    ///
    /// # Errors
    /// When no sheet is large enough for the address, or the file exceeds a limit.
    pub(super) fn put(
        &mut self,
        sheet: &mut Sheet,
        at: Address,
        content: CellContent,
    ) -> Result<(), ReadError> {
        let text_bytes = text_bytes(BorrowedContent::from(&content));
        let withheld = usize::from(matches!(content, CellContent::Withheld(_)));
        let before = sheet.len();
        self.count(at, withheld, text_bytes)?;
        sheet.put(at, content);
        self.count(at, sheet.len() - before, 0)
    }

    fn count(&mut self, at: Address, cells: usize, text_bytes: usize) -> Result<(), ReadError> {
        if at.row >= MAX_ROWS || at.column >= MAX_COLUMNS {
            return Err(ReadError::Damaged(
                "a cell lies outside of every sheet".to_owned(),
            ));
        }
        self.text_bytes += text_bytes;
        if self.text_bytes > self.limits.max_text_bytes {
            return Err(ReadError::over(
                "max_text_bytes",
                self.limits.max_text_bytes,
            ));
        }
        self.cells += cells;
        if self.cells > self.limits.max_cells {
            return Err(ReadError::over("max_cells", self.limits.max_cells));
        }
        Ok(())
    }
}

/// Bytes of the text that a cell takes.
fn text_bytes(content: BorrowedContent<'_>) -> usize {
    match content {
        BorrowedContent::Text(text)
        | BorrowedContent::Date(text)
        | BorrowedContent::Error(text) => text.len(),
        BorrowedContent::Shown(shown) => shown.text.len(),
        BorrowedContent::Withheld(cell) => cell.text.len(),
        BorrowedContent::Number(_) | BorrowedContent::Bool(_) | BorrowedContent::NoCachedValue => 0,
    }
}

/// A sheet while its cells arrive, row by row. Once the sink opens a record list, the cells go there instead.
///
/// The merged ranges must be set before: what lies under them is withheld.
pub(super) struct Filling<'a> {
    tally: &'a mut Tally,
    pub(super) sheet: &'a mut Sheet,
    /// Receives record lists; none where all cells stay in the sheet.
    records: Option<&'a mut (dyn RecordSink + Send)>,
    covered: CoverSweep,
    /// The current row.
    row: Option<u32>,
    /// Whether the sink has opened a list.
    taken: bool,
}

impl<'a> Filling<'a> {
    pub(super) fn new(
        tally: &'a mut Tally,
        sheet: &'a mut Sheet,
        records: Option<&'a mut (dyn RecordSink + Send)>,
    ) -> Self {
        Self {
            tally,
            covered: sheet.cover_sweep(),
            sheet,
            records,
            row: None,
            taken: false,
        }
    }

    /// Gives a cell to the open list, or else puts it into the sheet.
    ///
    /// # Errors
    /// When no sheet is large enough for the address, or the file exceeds a limit.
    pub(super) fn fill(
        &mut self,
        at: Address,
        content: BorrowedContent<'_>,
    ) -> Result<(), ReadError> {
        if let Some(records) = &mut self.records
            && !self.taken
            && self.row != Some(at.row)
        {
            let whole = self.row.replace(at.row);
            self.taken = whole.is_some_and(|whole| records.opens(self.sheet, whole));
        }
        if let BorrowedContent::Text(text) = content
            && text.chars().all(char::is_whitespace)
        {
            return Ok(());
        }
        if self.covered.covers(at) {
            let text = CellContent::from(content).as_read();
            return self.take(at, CellContent::withheld(Withheld::Covered, text));
        }
        if self.taken {
            return self.give(at, content);
        }
        let content = CellContent::from(content);
        if self.sheet.get(at).is_some_and(|before| *before != content) {
            // The file states the cell twice: no program knows which one counts.
            self.sheet.remove(at);
            let text = content.as_read();
            return self.take(at, CellContent::withheld(Withheld::Unreadable, text));
        }
        self.tally.put(self.sheet, at, content)
    }

    /// As [`Self::fill`], with a content of its own.
    pub(super) fn take(&mut self, at: Address, content: CellContent) -> Result<(), ReadError> {
        if self.taken {
            return self.give(at, BorrowedContent::from(&content));
        }
        self.tally.put(self.sheet, at, content)
    }

    fn give(&mut self, at: Address, cell: BorrowedContent<'_>) -> Result<(), ReadError> {
        self.tally.count(at, 1, text_bytes(cell))?;
        if let Some(records) = &mut self.records {
            records.take(at, cell);
        }
        Ok(())
    }

    /// Tells the sink that the sheet has ended. `index` is the place of the sheet in the document. Returns whether the sheet
    /// must be read again as a whole.
    pub(super) fn close(self, index: usize) -> bool {
        self.records
            .is_some_and(|records| records.close(index, self.sheet))
    }
}
