//! The tables that begin in a row of a sheet: lists, and tables of values.

use crate::extract::head_meaning::ColumnRole;
use crate::extract::head_signs::HeadSigns;
use crate::extract::header::{Budget, MAX_HEADER_ROWS, header_at, label_heads};
use crate::extract::record_head::{HeadContext, RecordHead, block_top, has_sub_heads, record_head};
use crate::extract::title::read_title;
use crate::extract::vocabulary::Vocabulary;
use crate::read::{CellContent, Sheet};

/// Columns that a table may have left of its anchor.
pub(super) const MAX_STUB_COLUMNS: u32 = 6;

/// A table that begins in a row.
pub(super) enum Found {
    List(Box<RecordHead>),
    /// Its last head row, the reach of its columns, and how many it has.
    Values(u32, (u32, u32), usize),
}

impl Found {
    pub(super) fn columns(&self) -> usize {
        match self {
            Self::List(head) => head.fields(),
            Self::Values(_, _, columns) => *columns,
        }
    }

    pub(super) fn reach(&self) -> (u32, u32) {
        match self {
            Self::List(head) => head.reach(),
            Self::Values(_, reach, _) => *reach,
        }
    }
}

/// Looks for heads in a sheet.
pub(super) struct Search<'a> {
    pub(super) whole: &'a Sheet,
    pub(super) signs: &'a HeadSigns,
    pub(super) vocabulary: &'a Vocabulary,
    /// The head of a list on an earlier sheet.
    pub(super) continued: Option<&'a RecordHead>,
    pub(super) budget: Budget,
}

impl Search<'_> {
    /// How many texts of the last rows up to `row` may head columns; 0 if `row` has none of them. A row that begins with
    /// a number is a record.
    pub(super) fn words_in(&self, part: &Sheet, row: u32, from: u32) -> usize {
        let count = |row: u32| {
            let mut misses = 0;
            let mut words = 0;
            for (_, content) in part.row(row) {
                let Some(text) = content.text() else {
                    misses += 1;
                    if words == 0 {
                        continue;
                    }
                    break;
                };
                let is_number = text.starts_with(|c: char| c.is_ascii_digit());
                if !is_number && self.signs.of(text, self.vocabulary).is_some() {
                    words += 1;
                } else {
                    misses += 1;
                }
                if words == 0 && misses > MAX_STUB_COLUMNS {
                    break;
                }
            }
            words
        };
        let own = count(row);
        if own == 0 {
            return 0;
        }
        (from.max(row.saturating_sub(2))..row)
            .map(count)
            .sum::<usize>()
            + own
    }

    /// The table that begins in a row of some columns.
    pub(super) fn found(&mut self, part: &Sheet, row: u32, from: u32) -> Option<Found> {
        let list = self.list_at(part, row, from);
        let values = self.values_at(part, row, from);
        match (list, values) {
            (Some(list), Some(values)) if values.columns() > list.fields() => Some(values),
            (Some(list), _) => Some(Found::List(Box::new(list))),
            (None, values) => values,
        }
    }

    /// The head of a list that begins in a row; it may go on in the row below.
    fn list_at(&self, part: &Sheet, row: u32, from: u32) -> Option<RecordHead> {
        // What the whole sheet names counts for a part of it.
        let expected = || {
            let title = read_title(self.whole, 0, row, self.vocabulary);
            title.named_form(self.vocabulary)
        };
        let is_part = part.len() != self.whole.len();
        let context = HeadContext {
            from,
            continued: self.continued,
            expected: is_part.then(expected).flatten(),
        };
        let head = record_head(part, row, context, self.vocabulary)?;
        let below = part.rows_from(row + 1).next();
        let lower = below.and_then(|below| record_head(part, below, context, self.vocabulary));
        match lower {
            Some(lower) if lower.fields() > head.fields() || has_sub_heads(part, &head) => {
                Some(lower)
            }
            _ => Some(head),
        }
    }

    /// The head of a table of values whose label head stands in a row.
    fn values_at(&mut self, part: &Sheet, row: u32, from: u32) -> Option<Found> {
        let is_label = |content: &CellContent| {
            let sign = content
                .text()
                .and_then(|text| self.signs.of(text, self.vocabulary));
            sign.is_some_and(|sign| sign.label)
        };
        if !part.row(row).any(|(_, content)| is_label(content)) {
            return None;
        }
        let lowest = row.saturating_add(MAX_HEADER_ROWS + 1);
        let band = part.part(from..=lowest, 0..=u32::MAX);
        let anchors = label_heads(&band, self.vocabulary);
        let mut best: Option<Found> = None;
        for anchor in anchors.into_iter().filter(|at| at.row == row) {
            let above = block_top(part, row, from, self.vocabulary);
            let named = read_title(part, above, row, self.vocabulary).named_form(self.vocabulary);
            let header = header_at(
                &band,
                self.vocabulary,
                anchor,
                from,
                named,
                &mut self.budget,
            );
            let Some(header) = header else { continue };
            let known = header
                .columns
                .iter()
                .filter(|c| c.role != ColumnRole::Unknown);
            let found = Found::Values(header.bottom, header.reach(), known.count());
            if best.as_ref().is_none_or(|b| found.columns() > b.columns()) {
                best = Some(found);
            }
        }
        best
    }
}
