//! Cells to rows, and rows to records.

use std::collections::hash_map::Entry;

use rust_decimal::Decimal;

use super::buffer::RowBuffer;
use super::cells::OwnedValue;
use super::open_list::{ListRole, OpenList};
use super::shift::Moved;
use crate::diagnostic::findings;
use crate::normalize::records::value::FieldValue;
use crate::read::{Address, BorrowedContent};

impl OpenList<'_> {
    /// Takes a cell below the head; cells come row by row.
    pub(crate) fn take(&mut self, at: Address, content: BorrowedContent<'_>) {
        if at.row != self.row {
            self.end_row();
            self.row = at.row;
        }
        if !self.ended && at.row > self.head.bottom {
            self.buffer.push(at.column, content);
        }
    }

    /// The current row is complete: a record, or something between records.
    pub(super) fn end_row(&mut self) {
        let mut row = std::mem::take(&mut self.buffer);
        if !row.cells.is_empty() && self.is_record(&row) {
            match self.moved(&row) {
                Some(moved) => self.hold_moved(&row, moved),
                None => self.record(&row),
            }
        }
        row.clear();
        self.buffer = row;
    }

    fn record(&mut self, row: &RowBuffer) {
        self.last_row = self.row;
        let loaded_before = self.loaded;
        if !self.is_numbered(row) {
            self.unnumbered.push(self.rows.len() as u32);
        }
        self.fills.clear();
        self.fills.resize(self.columns.len(), false);
        self.key.clear();
        self.key.resize(self.shape.key.len(), None);
        let mut bits = 0_u64;
        let (mut key_at, mut beyond) = (None, None);
        for cell in &row.cells {
            let Some((role, bit)) = self.role(cell.column) else {
                let at = Address::new(self.row, cell.column);
                self.headless.get_or_insert((at, 0)).1 += 1;
                if self.is_beyond(cell.column) {
                    beyond = Some(at);
                }
                continue;
            };
            bits |= bit;
            match role {
                ListRole::Number => {}
                ListRole::Personal | ListRole::Unknown => {
                    self.total += 1;
                    self.explained += 1;
                    *self.skipped.entry(cell.column).or_default() += 1;
                }
                ListRole::Field(field, column, factor) => {
                    if std::mem::replace(&mut self.fills[column], true) {
                        continue;
                    }
                    let at = Address::new(self.row, cell.column);
                    let content = row.content(cell);
                    if self.field_cell(field, column, factor, content, at) {
                        key_at = key_at.or(Some(at));
                    }
                }
            }
        }
        for (column, filled) in self.columns.iter_mut().zip(&self.fills) {
            if !filled {
                column.push(FieldValue::None);
            }
        }
        if let Some(at) = beyond {
            self.beyond.push((self.rows.len(), at));
        }
        self.rows.push(i64::from(self.row) + 1);
        self.filled.push(bits);
        let loaded = u16::try_from(self.loaded - loaded_before);
        self.loaded_of.push(loaded.unwrap_or(u16::MAX));
        if let Some(at) = key_at {
            self.note_key(at);
        }
    }

    /// Holds a row back whose cells have moved.
    fn hold_moved(&mut self, row: &RowBuffer, moved: Moved) {
        self.last_row = self.row;
        let with_role = row.cells.iter().filter_map(|cell| self.role(cell.column));
        let count = with_role
            .filter(|(role, _)| !matches!(role, ListRole::Number))
            .count();
        let Moved { at, why } = moved;
        self.leave_out(at, count, findings::TH235 { why, count });
    }

    /// Takes a cell of a kept field into its column. Returns whether its value is part of the key.
    fn field_cell(
        &mut self,
        field: usize,
        column: usize,
        factor: Option<Decimal>,
        content: BorrowedContent<'_>,
        at: Address,
    ) -> bool {
        self.total += 1;
        let open_before = self.open.len();
        match self.value(field, column, factor, content, at) {
            // The number is left open.
            Some(OwnedValue::None) if self.open.len() > open_before => {
                self.columns[column].push(FieldValue::None);
                false
            }
            Some(value) => {
                self.loaded += 1;
                let part = self.shape.key.iter().position(|k| *k == field);
                if let Some(part) = part {
                    self.key[part] = value.text().map(str::to_owned);
                }
                self.columns[column].push(value.as_value());
                part.is_some()
            }
            None => {
                self.explained += 1;
                self.columns[column].push(FieldValue::None);
                false
            }
        }
    }

    /// Notes the key of the current record, if it is complete. A key that an earlier record has gets a finding.
    fn note_key(&mut self, at: Address) {
        let parts: Option<Vec<String>> = self.key.iter_mut().map(Option::take).collect();
        let key = match parts {
            None => return,
            Some(mut parts) if parts.len() == 1 => parts.remove(0),
            Some(parts) => parts.join(" · "),
        };
        match self.keys.entry(key) {
            Entry::Vacant(place) => {
                place.insert(self.row + 1);
            }
            Entry::Occupied(found) => {
                let (value, first) = (found.key(), *found.get());
                self.faults.cell(at, findings::TH320 { value, first });
            }
        }
    }
}
