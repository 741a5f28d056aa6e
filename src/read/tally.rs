//! What a file puts into its sheets, counted against the limits.

use calamine::{Data, DataRef, ExcelDateTime};

use super::document::ReadError;
use super::grid::{Address, CellContent, Sheet};
use super::sink::{BorrowedContent, RecordSink};
use crate::intake::Limits;

/// Rows and columns of the largest sheet that any program knows.
pub(super) const MAX_ROWS: u32 = 1_048_576;
/// See [`MAX_ROWS`].
pub(super) const MAX_COLUMNS: u32 = 16_384;

/// Counts cells and their text over all sheets of a file.
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
    /// When the cell lies outside of every sheet, or the file holds more than the limits allow.
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

/// A sheet as it fills, until a record list is taken out of it.
pub(super) struct Filling<'a> {
    tally: &'a mut Tally,
    sheet: &'a mut Sheet,
    /// Who takes lists; none where all cells stay in the sheet.
    records: Option<&'a mut (dyn RecordSink + Send)>,
    /// The row at hand.
    row: Option<u32>,
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

    /// Gives a cell to the list that it belongs to, or else puts it into the sheet.
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

    /// The sheet, by its place in the document, has ended.
    pub(super) fn close(self, index: usize) {
        if let Some(records) = self.records {
            records.close(index, self.sheet);
        }
    }
}

/// What a cell read by calamine holds, if anything.
pub(super) fn content_of(value: Data, has_formula: bool) -> Option<CellContent> {
    Some(match value {
        Data::Empty => return has_formula.then_some(CellContent::NoCachedValue),
        #[allow(clippy::cast_precision_loss)]
        Data::Int(n) => CellContent::Number(n as f64),
        Data::Float(n) => CellContent::Number(n),
        Data::String(text) => CellContent::Text(text),
        Data::Bool(b) => CellContent::Bool(b),
        Data::DateTime(date) => CellContent::Date(iso(date)),
        Data::DateTimeIso(text) | Data::DurationIso(text) => CellContent::Date(text),
        Data::Error(error) => CellContent::Error(error.to_string()),
    })
}

/// A date as ISO 8601 text: a day, a time of day, both, or a duration.
fn iso(date: ExcelDateTime) -> String {
    if date.is_duration() {
        let seconds = (date.as_f64() * 86_400.0).round();
        let sign = if seconds < 0.0 { "-" } else { "" };
        let seconds = seconds.abs() as u64;
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        return format!("{sign}PT{hours}H{minutes}M{seconds}S");
    }
    let (year, month, day, hour, minute, second, milli) = date.to_ymd_hms_milli();
    let is_time = (0.0..1.0).contains(&date.as_f64());
    let mut text = String::with_capacity(23);
    let mut part = |before: &str, number: u16, width: u32| {
        text.push_str(before);
        for place in (0..width).rev() {
            text.push(char::from(b'0' + (number / 10_u16.pow(place) % 10) as u8));
        }
    };
    if !is_time {
        part("", year, 4);
        part("-", month.into(), 2);
        part("-", day.into(), 2);
        if (hour, minute, second, milli) == (0, 0, 0, 0) {
            return text;
        }
    }
    part(if is_time { "" } else { "T" }, hour.into(), 2);
    part(":", minute.into(), 2);
    part(":", second.into(), 2);
    if milli != 0 {
        part(".", milli, 3);
    }
    text
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    #[test]
    fn dates_are_iso_text() {
        let date = |value| {
            iso(ExcelDateTime::new(
                value,
                ExcelDateTimeType::DateTime,
                false,
            ))
        };
        assert_eq!(date(45_657.0), "2024-12-31");
        assert_eq!(date(45_657.5), "2024-12-31T12:00:00");
        assert_eq!(date(0.25), "06:00:00");
        assert_eq!(date(45_657.000_000_405), "2024-12-31T00:00:00.035");
        // Calamine knows no later year.
        assert!(date(4_000_000.0).starts_with("9999-12-31"));
        let span = ExcelDateTime::new(1.5, ExcelDateTimeType::TimeDelta, false);
        assert_eq!(iso(span), "PT36H0M0S");
    }
}
