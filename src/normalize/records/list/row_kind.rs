//! What a row of a list is: a record, or something between or below records.

use super::buffer::{BufferedCell, RowBuffer};
use super::open_list::{ListRole, OpenList};
use crate::diagnostic::{Message, findings};
use crate::normalize::shown::withheld_message;
use crate::read::{Address, BorrowedContent, Withheld};

impl OpenList<'_> {
    /// Whether a row is a record. If it is not, what became of it is noted here.
    pub(super) fn is_record(&mut self, row: &RowBuffer) -> bool {
        // Numbers of columns, which may be typed as text.
        if are_column_numbers(row) {
            return false;
        }
        let name = self.name_in(row);
        if name.is_some() && row.cells.len() > 2 && self.is_numbered(row) {
            return true;
        }
        let body: Vec<&BufferedCell> = row
            .cells
            .iter()
            .filter(|cell| {
                matches!(
                    self.role(cell.column),
                    Some((
                        ListRole::Field(..) | ListRole::Personal | ListRole::Unknown,
                        _
                    ))
                )
            })
            .collect();
        if let Some(why) = self.withheld_name(row) {
            let (at, count) = (Address::new(self.row, row.cells[0].column), body.len());
            let message = match why {
                Withheld::Struck => findings::TH385 { count }.into(),
                other => withheld_message(other),
            };
            self.leave_out(at, count, message);
            return false;
        }
        let label = name.or_else(|| row.cells.iter().find_map(|cell| row.text(cell)));
        let folded = label
            .map(|text| self.vocabulary.folder.fold(text))
            .unwrap_or_default();
        let words = &self.vocabulary.words;
        let is_foot = words
            .foot
            .iter()
            .any(|foot| folded.starts_with(foot.as_str()));
        if is_foot && body.len() <= 2 {
            self.ended = true;
            return false;
        }
        let naming = &self.shape.fields[self.shape.naming];
        // Heads that a page break repeats.
        if naming.heads.contains(&folded) {
            return false;
        }
        if words.is_subtotal(&folded) || self.form.sums.contains(&folded) {
            let at = Address::new(self.row, row.cells[0].column);
            let (label, count) = (label.unwrap_or_default(), body.len());
            self.leave_out(at, count, findings::TH217 { label, count });
            return false;
        }
        if name.is_some() {
            return true;
        }
        // A group named in another column, with its sums.
        let is_group = label.is_some_and(|text| {
            let folded = self.vocabulary.fold_label(text);
            words.is_group(&folded)
                && body
                    .iter()
                    .all(|cell| row.text(cell).is_none_or(|t| t == text))
        });
        if is_group && let Some(first) = body.first() {
            let (at, count) = (Address::new(self.row, first.column), body.len());
            self.leave_out(at, count, findings::TH342 { count });
            return false;
        }
        if let Some(first) = body.first() {
            let at = Address::new(self.row, first.column);
            // A heading is the only cell of its row; a row with more cells is a record without a name.
            let is_heading = body.len() == 1 && row.text(first).is_some();
            let count = body.len();
            if is_heading {
                let label = label.unwrap_or_default();
                if self.note_heading(label) {
                    self.total += count as i64;
                    self.explained += count as i64;
                    return false;
                }
                self.leave_out(at, count, findings::TH228 { label, count });
            } else {
                self.leave_out(at, count, findings::TH229 { count });
            }
        }
        false
    }

    /// The cell of a row in the column of the field that names a record.
    fn naming_cell<'r>(&self, row: &'r RowBuffer) -> Option<&'r BufferedCell> {
        let is_naming = |cell: &&BufferedCell| match self.role(cell.column) {
            Some((ListRole::Field(field, ..), _)) => field == self.shape.naming,
            _ => false,
        };
        row.cells.iter().find(is_naming)
    }

    /// The text of a row that names a record.
    fn name_in<'r>(&self, row: &'r RowBuffer) -> Option<&'r str> {
        row.text(self.naming_cell(row)?)
    }

    /// Why the name in a row must not be loaded, if so: the row is then no record.
    fn withheld_name(&self, row: &RowBuffer) -> Option<Withheld> {
        match row.content(self.naming_cell(row)?) {
            BorrowedContent::Withheld(cell) => Some(cell.why),
            _ => None,
        }
    }

    /// Whether a row has a running number.
    pub(super) fn is_numbered(&self, row: &RowBuffer) -> bool {
        row.cells.iter().any(|cell| {
            matches!(self.role(cell.column), Some((ListRole::Number, _)))
                && match row.content(cell) {
                    BorrowedContent::Number(_) | BorrowedContent::Shown(_) => true,
                    BorrowedContent::Text(text) => text.trim().parse::<u32>().is_ok(),
                    _ => false,
                }
        })
    }

    /// Leaves the body cells of a row out, with a finding.
    pub(super) fn leave_out(&mut self, at: Address, cells: usize, message: impl Into<Message>) {
        self.total += cells as i64;
        self.explained += cells as i64;
        self.faults.cell(at, message);
    }
}

/// Whether a row numbers the columns: `1 2 3` or `A B 1 2`.
fn are_column_numbers(row: &RowBuffer) -> bool {
    let mut numbers = Vec::new();
    for cell in &row.cells {
        match row.content(cell) {
            BorrowedContent::Number(n) if n.fract() == 0.0 => numbers.push(n as i64),
            BorrowedContent::Text(text) => {
                let text = text.trim().trim_matches(['(', ')']);
                match text.parse::<i64>() {
                    Ok(n) => numbers.push(n),
                    Err(_) if text.chars().count() == 1 => {}
                    Err(_) => return false,
                }
            }
            _ => return false,
        }
    }
    row.cells.len() > 2 && numbers.windows(2).all(|pair| pair[0] + 1 == pair[1])
}
