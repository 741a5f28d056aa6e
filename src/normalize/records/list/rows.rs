//! What a row of a list is: a record, or something between and below records.

use super::{Buffered, Kept, List, Role};
use crate::diagnostic::{Message, findings};
use crate::read::Address;

impl List<'_> {
    /// Whether a row is a record. If it is not, it was said what became of it.
    pub(super) fn is_record(&mut self, buffer: &[Buffered], texts: &str) -> bool {
        let is_naming = |b: &&Buffered| matches!(self.role(b.column), Some((Role::Field(field, ..), _)) if field == self.shape.naming);
        let name = buffer.iter().find(is_naming).and_then(|b| match &b.cell {
            Kept::Text(span) => Some(&texts[span.clone()]),
            _ => None,
        });
        let numbered = buffer.iter().any(|b| {
            matches!(self.role(b.column), Some((Role::Number, _)))
                && match &b.cell {
                    Kept::Number(_) => true,
                    Kept::Text(span) => texts[span.clone()].trim().parse::<u32>().is_ok(),
                    _ => false,
                }
        });
        if name.is_some() && numbered && buffer.len() > 2 {
            return true;
        }
        let body: Vec<&Buffered> = buffer
            .iter()
            .filter(|b| {
                matches!(
                    self.role(b.column),
                    Some((Role::Field(..) | Role::Personal | Role::Unknown, _))
                )
            })
            .collect();
        let label = name.or_else(|| {
            buffer.iter().find_map(|b| match &b.cell {
                Kept::Text(span) => Some(&texts[span.clone()]),
                _ => None,
            })
        });
        let folder = &self.vocabulary.folder;
        let folded = label.map(|text| folder.fold(text)).unwrap_or_default();
        let words = &self.vocabulary.words;
        if words
            .foot
            .iter()
            .any(|foot| folded.starts_with(foot.as_str()))
            && body.len() <= 2
        {
            self.ended = true;
            return false;
        }
        let naming = &self.shape.fields[self.shape.naming];
        // Heads that a page break repeats, and the numbers of columns under heads.
        if naming.heads.contains(&folded) || are_column_numbers(buffer, texts) {
            return false;
        }
        if words.is_subtotal(&folded) || self.form.sums.contains(&folded) {
            let at = Address::new(self.row, buffer[0].column);
            let (label, count) = (label.unwrap_or_default(), body.len());
            let message = findings::TH217 { label, count };
            self.leave_out(at, count, message);
            return false;
        }
        if name.is_some() {
            return true;
        }
        if !body.is_empty() {
            let at = Address::new(self.row, body[0].column);
            let count = body.len();
            // A heading stands alone; more than that is a record without a name.
            let is_heading = body.len() == 1 && matches!(body[0].cell, Kept::Text(_));
            let message: Message = if is_heading {
                let label = label.unwrap_or_default();
                findings::TH228 { label, count }.into()
            } else {
                findings::TH229 { count }.into()
            };
            self.leave_out(at, count, message);
        }
        false
    }

    fn leave_out(&mut self, at: Address, cells: usize, message: impl Into<Message>) {
        self.total += cells as i64;
        self.explained += cells as i64;
        self.faults.cell(at, message);
    }
}

/// A row of `1 2 3` or `A B 1 2` under the heads.
fn are_column_numbers(buffer: &[Buffered], texts: &str) -> bool {
    let mut numbers = Vec::new();
    for buffered in buffer {
        match &buffered.cell {
            Kept::Number(n) if n.fract() == 0.0 => numbers.push(*n as i64),
            Kept::Text(span) => {
                let text = texts[span.clone()].trim().trim_matches(['(', ')']);
                match text.parse::<i64>() {
                    Ok(n) => numbers.push(n),
                    Err(_) if text.chars().count() == 1 => {}
                    Err(_) => return false,
                }
            }
            _ => return false,
        }
    }
    buffer.len() > 2 && numbers.windows(2).all(|pair| pair[0] + 1 == pair[1])
}
