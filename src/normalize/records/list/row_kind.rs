//! What a row of a list is: a record, or something between or below records.

use super::buffer::{BufferedCell, RowBuffer};
use super::open_list::{ListRole, OpenList};
use crate::read::{Address, BorrowedContent};

impl OpenList<'_> {
    /// Whether a row is a record. If it is not, what became of it is noted here.
    pub(super) fn is_record(&mut self, row: &RowBuffer) -> bool {
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
        // Heads that a page break repeats, and the numbers of columns below the heads.
        if naming.heads.contains(&folded) || are_column_numbers(row) {
            return false;
        }
        if words.is_subtotal(&folded) || self.form.sums.contains(&folded) {
            let at = Address::new(self.row, row.cells[0].column);
            self.leave_out("TH217", at, label.unwrap_or_default(), body.len());
            return false;
        }
        if name.is_some() {
            return true;
        }
        if let Some(first) = body.first() {
            let at = Address::new(self.row, first.column);
            // A heading is the only cell of its row; a row with more cells is a record without a name.
            let is_heading = body.len() == 1 && row.text(first).is_some();
            let code = if is_heading { "TH228" } else { "TH229" };
            self.leave_out(code, at, label.unwrap_or_default(), body.len());
        }
        false
    }

    /// The text of a row in the column of the field that names a record.
    fn name_in<'r>(&self, row: &'r RowBuffer) -> Option<&'r str> {
        let is_naming = |cell: &&BufferedCell| match self.role(cell.column) {
            Some((ListRole::Field(field, ..), _)) => field == self.shape.naming,
            _ => false,
        };
        row.text(row.cells.iter().find(is_naming)?)
    }

    /// Whether a row has a running number.
    fn is_numbered(&self, row: &RowBuffer) -> bool {
        row.cells.iter().any(|cell| {
            matches!(self.role(cell.column), Some((ListRole::Number, _)))
                && match row.content(cell) {
                    BorrowedContent::Number(_) => true,
                    BorrowedContent::Text(text) => text.trim().parse::<u32>().is_ok(),
                    _ => false,
                }
        })
    }

    /// Leaves the body cells of a row out, with a finding.
    fn leave_out(&mut self, code: &'static str, at: Address, label: &str, cells: usize) {
        self.total += cells as i64;
        self.explained += cells as i64;
        let args = [("label", label), ("count", &cells.to_string())];
        self.faults.cell(code, at, &args);
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
