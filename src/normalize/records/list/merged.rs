//! Merged cells of a list: a kind or a commune that is written once for several records.

use super::open_list::{ListRole, OpenList};
use crate::diagnostic::findings;
use crate::extract::FieldKind;
use crate::read::{Address, Sheet};

impl OpenList<'_> {
    /// Gives the records beside a merged cell the text or the code that it shows. Numbers, dates and keys of a merged cell
    /// stay with its first record.
    pub(super) fn fill_merged(&mut self, sheet: &Sheet) {
        let first = self.head.bottom + 1;
        let mut count = 0_i64;
        let mut place = None;
        for range in sheet.merged_in(first, self.last_row) {
            let column = range.start.column;
            let Some((ListRole::Field(field, kept, _), bit)) = self.role(column) else {
                continue;
            };
            let is_text = matches!(
                self.shape.fields[field].kind,
                FieldKind::Text | FieldKind::Code
            );
            let is_own = field == self.shape.naming || self.shape.key.contains(&field);
            if !is_text || is_own || range.start.row < first || range.end.column != column {
                continue;
            }
            let below = i64::from(range.start.row) + 1..=i64::from(range.end.row) + 1;
            let from = self.rows.partition_point(|row| row < below.start());
            let to = self.rows.partition_point(|row| row <= below.end());
            if self.rows.get(from) != Some(below.start()) {
                continue;
            }
            let Some((_, text)) = self.columns[kept].texts(&[from as u32]).into_iter().next()
            else {
                continue;
            };
            for record in from + 1..to {
                if self.filled[record] & bit == 0 && bit != 0 {
                    self.columns[kept].replace(record, Some(text.clone()));
                    count += 1;
                    place.get_or_insert(Address::new(range.start.row, column));
                }
            }
        }
        if let Some(at) = place {
            self.faults.once(at, findings::TH345 { count });
        }
    }
}
