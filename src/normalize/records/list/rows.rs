//! What a row of a list is: a record, or something between and below records.

use super::{Buffered, Kept, List, Role};
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
            let label = label.unwrap_or_default().to_owned();
            self.leave_out("TH217", at, &label, body.len());
            return false;
        }
        if name.is_some() {
            return true;
        }
        if !body.is_empty() {
            let at = Address::new(self.row, body[0].column);
            let label = label.unwrap_or_default().to_owned();
            // A heading stands alone; more than that is a record without a name.
            let is_heading = body.len() == 1 && matches!(body[0].cell, Kept::Text(_));
            let code = if is_heading { "TH228" } else { "TH229" };
            self.leave_out(code, at, &label, body.len());
        }
        false
    }

    fn leave_out(&mut self, code: &'static str, at: Address, label: &str, cells: usize) {
        self.total += cells as i64;
        self.explained += cells as i64;
        let args = [("label", label), ("count", &cells.to_string())];
        self.faults.cell(code, at, &args);
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
