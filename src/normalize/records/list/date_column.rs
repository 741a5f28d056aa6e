//! What the dates of a column have shown so far.

use jiff::civil::Date;

use crate::normalize::records::date::turned;
use crate::read::Address;

/// What the dates of a column have shown so far.
#[derive(Debug, Default)]
pub(super) struct DateColumn {
    /// The column of the sheet.
    pub(super) sheet_column: u32,
    /// The first text that can only be day first, and its cell.
    pub(super) day_first: Option<(String, Address)>,
    /// The first text that can only be month first, and its cell.
    pub(super) month_first: Option<(String, Address)>,
    /// Number of texts that can only be month first.
    pub(super) month_first_count: usize,
    /// Records with a text in which both parts may be the month.
    pub(super) open: Vec<u32>,
    /// Records with a date cell whose day and month may have been turned.
    pub(super) turnable: Vec<u32>,
    /// Whether date cells cannot have been turned: one has a day after the twelfth, or the column has texts that a
    /// spreadsheet program would have turned.
    is_unturned: bool,
    /// Records with a serial number.
    pub(super) serials: Vec<u32>,
    /// Whether any cell certainly holds a date.
    pub(super) has_dates: bool,
}

impl DateColumn {
    /// Notes a date cell.
    pub(super) fn note_stored(&mut self, day: Date, record: u32) {
        if day.day() > 12 {
            self.leave_unturned();
        } else if !self.is_unturned && turned(day).is_some() {
            self.turnable.push(record);
        }
    }

    /// From now on, date cells cannot have been turned.
    pub(super) fn leave_unturned(&mut self) {
        self.is_unturned = true;
        self.turnable = Vec::new();
    }
}
