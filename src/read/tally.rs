//! Cells on their way into a sheet or a record list, counted against the limits.

use calamine::DataRef;

use super::address::Address;
use super::content::{BorrowedContent, CellContent};
use super::document::ReadError;
use super::from_calamine::{content_of, iso};
use super::sheet::Sheet;
use super::sink::RecordSink;
use crate::intake::Limits;

/// Rows of the largest sheet that any office program supports.
pub(super) const MAX_ROWS: u32 = 1_048_576;
/// Columns of the largest sheet that any office program supports.
pub(super) const MAX_COLUMNS: u32 = 16_384;

/// Counts the cells of all sheets of a file and the bytes of their texts.
#[derive(Debug)]
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
        let text_bytes = match &content {
            CellContent::Text(text) | CellContent::Date(text) | CellContent::Error(text) => {
                text.len()
            }
            CellContent::Number(_) | CellContent::Bool(_) | CellContent::NoCachedValue => 0,
        };
        let before = sheet.len();
        self.count(at, 0, text_bytes)?;
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

/// A sheet while its cells arrive. Once the sink opens a record list, the cells go there instead.
pub(super) struct Filling<'a> {
    tally: &'a mut Tally,
    sheet: &'a mut Sheet,
    /// Receives record lists; none where all cells stay in the sheet.
    records: Option<&'a mut (dyn RecordSink + Send)>,
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
            sheet,
            records,
            row: None,
            taken: false,
        }
    }

    /// Gives a cell to the open list, or else puts it into the sheet.
    pub(super) fn fill(
        &mut self,
        (row, column): (u32, u32),
        value: &DataRef<'_>,
        has_formula: bool,
    ) -> Result<(), ReadError> {
        let at = Address::new(row, column);
        if let Some(records) = &mut self.records
            && !self.taken
            && self.row != Some(row)
        {
            let whole = self.row.replace(row);
            self.taken = whole.is_some_and(|whole| records.opens(self.sheet, whole));
        }
        if self.taken {
            return self.give(at, value, has_formula);
        }
        match content_of(value.clone().into(), has_formula) {
            Some(content) => self.tally.put(self.sheet, at, content),
            None => Ok(()),
        }
    }

    fn give(
        &mut self,
        at: Address,
        value: &DataRef<'_>,
        has_formula: bool,
    ) -> Result<(), ReadError> {
        let text;
        #[allow(clippy::cast_precision_loss)]
        let cell = match value {
            DataRef::Empty if has_formula => BorrowedContent::NoCachedValue,
            DataRef::Empty => return Ok(()),
            DataRef::Int(n) => BorrowedContent::Number(*n as f64),
            DataRef::Float(n) => BorrowedContent::Number(*n),
            DataRef::SharedString(text) => BorrowedContent::Text(text),
            DataRef::String(text) => BorrowedContent::Text(text),
            DataRef::Bool(b) => BorrowedContent::Bool(*b),
            DataRef::DateTime(date) => {
                text = iso(*date);
                BorrowedContent::Date(&text)
            }
            DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => BorrowedContent::Date(text),
            DataRef::Error(error) => {
                text = error.to_string();
                BorrowedContent::Error(&text)
            }
        };
        let text_bytes = match cell {
            BorrowedContent::Text(text) if text.chars().all(char::is_whitespace) => return Ok(()),
            BorrowedContent::Text(text) => text.len(),
            _ => 0,
        };
        self.tally.count(at, 1, text_bytes)?;
        if let Some(records) = &mut self.records {
            records.take(at, cell);
        }
        Ok(())
    }

    /// Tells the sink that the sheet has ended. `index` is the place of the sheet in the document.
    pub(super) fn close(self, index: usize) {
        if let Some(records) = self.records {
            records.close(index, self.sheet);
        }
    }
}
