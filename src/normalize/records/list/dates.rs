//! Dates: the column decides which part of a text is the month, whether date cells can be trusted, and whether numbers are
//! serial numbers of days.
//!
//! A date is put into its column at once, read day first. Records whose date may have to change are noted by their number
//! alone, so that the notes of a long list stay small; [`OpenList::settle_dates`] changes them when the list is complete.

use jiff::civil::Date;

use super::cells::{OwnedValue, as_read};
use super::date_column::DateColumn;
use super::open_list::OpenList;
use crate::diagnostic::findings;
use crate::normalize::records::date::{DayOrder, ReadDate, read_date, serial_of, turned};
use crate::read::{Address, BorrowedContent};

impl OpenList<'_> {
    /// The value of a cell of a date column; none if the cell is held back with a finding.
    pub(super) fn date<'t>(
        &mut self,
        column: usize,
        cell: BorrowedContent<'t>,
        at: Address,
    ) -> Option<OwnedValue<'t>> {
        let record = self.rows.len() as u32;
        let read = read_date(cell);
        if let (BorrowedContent::Shown(shown), ReadDate::Is(date, _)) = (cell, &read) {
            let stored = shown.stored.as_text();
            if stored != *date {
                let shown = &shown.text;
                self.faults.cell(at, findings::TH322 { stored, shown });
            }
        }
        let seen = &mut self.dates[column];
        seen.sheet_column = at.column;
        seen.has_dates |= !matches!(read, ReadDate::Serial(_) | ReadDate::Not);
        let (date, earliest) = match read {
            ReadDate::Is(date, order) => {
                let proof = match order {
                    Some(DayOrder::DayFirst) => Some(&mut seen.day_first),
                    Some(DayOrder::MonthFirst) => Some(&mut seen.month_first),
                    None => None,
                };
                seen.month_first_count += usize::from(order == Some(DayOrder::MonthFirst));
                if let Some(proof) = proof {
                    proof.get_or_insert_with(|| (as_read(cell), at));
                }
                (date.clone(), date)
            }
            ReadDate::Open(day) => {
                seen.open.push(record);
                seen.leave_unturned();
                let earliest = turned(day).map_or(day, |other| other.min(day));
                (day.to_string(), earliest.to_string())
            }
            ReadDate::Stored(day) => {
                seen.note_stored(day, record);
                let date = day.to_string();
                (date.clone(), date)
            }
            ReadDate::Serial(day) => {
                seen.serials.push(record);
                let date = day.to_string();
                (date.clone(), date)
            }
            ReadDate::YearAsDay(year, day) => {
                let (date, year) = (day.to_string(), year.to_string());
                let taken = findings::TH338 { date, year: &year };
                self.faults.cell(at, taken);
                (year.clone(), year)
            }
            ReadDate::TooEarly(day) => {
                let date = day.to_string();
                return self.refuse(at, findings::TH386 { date });
            }
            ReadDate::Not => return self.refuse(at, findings::TH316 { raw: as_read(cell) }),
        };
        if self.ends.as_ref().is_some_and(|ends| earliest > *ends) {
            let ends = self.ends.clone().unwrap_or_default();
            self.faults.cell(at, findings::TH380 { date: &date, ends });
        }
        Some(OwnedValue::String(date))
    }

    /// Settles the dates that were left open, by what the rest of their columns shows.
    pub(super) fn settle_dates(&mut self) {
        for column in 0..self.dates.len() {
            let seen = std::mem::take(&mut self.dates[column]);
            self.settle_order(column, &seen);
            self.settle_date_cells(column, &seen);
            self.settle_serials(column, &seen);
        }
    }

    /// Decides which part of texts such as `3/5/2018` is the month: the first, if other texts prove it; the second, if none
    /// does. If the column proves both, the texts are held back.
    fn settle_order(&mut self, column: usize, seen: &DateColumn) {
        let Some((month_first, month_at)) = &seen.month_first else {
            return;
        };
        let (raw, count) = (month_first, seen.month_first_count);
        self.faults.once(*month_at, findings::TH388 { count, raw });
        let contradicted = seen.day_first.as_ref();
        for (record, day) in self.days_of(column, &seen.open) {
            let Some(other) = turned(day) else { continue };
            let at = self.cell_of(record, seen.sheet_column);
            match contradicted {
                None => {
                    self.columns[column].replace(record, Some(other.to_string()));
                    let settled = findings::TH335 {
                        date: other.to_string(),
                        proof: month_first,
                        proof_cell: month_at.to_string(),
                        other: day.to_string(),
                    };
                    self.faults.cell(at, settled);
                }
                Some((day_first, day_at)) => {
                    self.hold_date(column, record);
                    let open = findings::TH336 {
                        date: day.to_string(),
                        other: other.to_string(),
                        day_first,
                        day_cell: day_at.to_string(),
                        month_first,
                        month_cell: month_at.to_string(),
                    };
                    self.faults.cell(at, open);
                }
            }
        }
    }

    /// Holds date cells back that a spreadsheet program seems to have turned: it took every text that could be a day in its
    /// own order for a date, and left those as texts that it could not take.
    fn settle_date_cells(&mut self, column: usize, seen: &DateColumn) {
        let Some((text, text_at)) = seen.day_first.as_ref().or(seen.month_first.as_ref()) else {
            return;
        };
        for (record, day) in self.days_of(column, &seen.turnable) {
            let Some(other) = turned(day) else { continue };
            let at = self.cell_of(record, seen.sheet_column);
            self.hold_date(column, record);
            let turned = findings::TH337 {
                date: day.to_string(),
                other: other.to_string(),
                text,
                text_cell: text_at.to_string(),
            };
            self.faults.cell(at, turned);
        }
    }

    /// Takes serial numbers as days if the column holds dates besides; else holds them back.
    fn settle_serials(&mut self, column: usize, seen: &DateColumn) {
        for (record, day) in self.days_of(column, &seen.serials) {
            let at = self.cell_of(record, seen.sheet_column);
            let raw = serial_of(day).to_string();
            if seen.has_dates {
                let date = day.to_string();
                self.faults.cell(at, findings::TH339 { raw, date });
            } else {
                self.hold_date(column, record);
                self.faults.cell(at, findings::TH316 { raw });
            }
        }
    }

    /// Records with the days that their column holds so far.
    fn days_of(&mut self, column: usize, records: &[u32]) -> Vec<(usize, Date)> {
        if records.is_empty() {
            return Vec::new();
        }
        let texts = self.columns[column].texts(records);
        texts
            .into_iter()
            .filter_map(|(record, text)| Some((record, text.parse().ok()?)))
            .collect()
    }

    /// The cell of a record in a column of the sheet.
    fn cell_of(&self, record: usize, column: u32) -> Address {
        let row = self.rows.get(record).copied().unwrap_or(1);
        Address::new((row - 1) as u32, column)
    }

    fn hold_date(&mut self, column: usize, record: usize) {
        self.columns[column].replace(record, None);
        self.loaded -= 1;
        self.explained += 1;
    }
}
