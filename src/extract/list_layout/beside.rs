//! Tables side by side: where a sheet is cut between them.

use std::ops::RangeInclusive;

use super::tables::{Found, MAX_STUB_COLUMNS, Search};
use crate::extract::header::MAX_HEADER_ROWS;
use crate::extract::record_head::block_top;
use crate::read::{Address, CellContent, Sheet};

/// Where two tables are parted.
#[derive(Clone, Copy)]
pub(super) struct Cut {
    /// The first column of the right table.
    pub(super) at: u32,
    /// Whether the table that begins here is the right one.
    pub(super) is_right: bool,
}

impl Search<'_> {
    /// The columns of a row and the next ones whose text each table has once.
    fn anchors(&self, part: &Sheet, row: u32) -> Vec<u32> {
        let rows = row..row.saturating_add(MAX_HEADER_ROWS);
        let mut columns: Vec<u32> = rows
            .flat_map(|row| part.row(row))
            .filter(|(_, content)| {
                let sign = content
                    .text()
                    .and_then(|text| self.signs.of(text, self.vocabulary));
                sign.is_some_and(|sign| sign.anchor)
            })
            .map(|(at, _)| at.column)
            .collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// The first column of the right one of two tables that begin side by side. Of all cuts, the one counts that leaves
    /// both with most columns; together they have more than one table over all columns would have. Two tables of values
    /// are not looked for here.
    pub(super) fn cut(&mut self, part: &Sheet, row: u32, from: u32) -> Option<u32> {
        let anchors = self.anchors(part, row);
        if anchors.len() < 2 {
            return None;
        }
        let above = block_top(part, row, from, self.vocabulary);
        let band = part.part(above..=row + MAX_HEADER_ROWS + 1, 0..=u32::MAX);
        let whole = self
            .best(&band, row, from)
            .map_or(0, |found| found.columns());
        let mut best: Option<(usize, u32)> = None;
        for pair in anchors.windows(2) {
            let first = (pair[0] + 1).max(pair[1].saturating_sub(MAX_STUB_COLUMNS));
            for cut in first..=pair[1] {
                let left = band.part(0..=u32::MAX, 0..=cut - 1);
                let Some(left) = self.best(&left, row, from) else {
                    continue;
                };
                let right = band.part(0..=u32::MAX, cut..=u32::MAX);
                let Some(right) = self.best(&right, row, from) else {
                    continue;
                };
                let are_values = [&left, &right]
                    .into_iter()
                    .all(|found| matches!(found, Found::Values(..)));
                let sum = left.columns() + right.columns();
                if !are_values && sum > whole && best.is_none_or(|(most, _)| sum > most) {
                    best = Some((sum, cut));
                }
            }
        }
        best.map(|(_, cut)| cut)
    }

    /// The table with most columns that begins in a row or a few rows below it.
    fn best(&mut self, part: &Sheet, row: u32, from: u32) -> Option<Found> {
        let mut best: Option<Found> = None;
        for row in row..row.saturating_add(MAX_HEADER_ROWS - 1) {
            if let Some(found) = self.found(part, row, from)
                && best.as_ref().is_none_or(|b| found.columns() > b.columns())
            {
                best = Some(found);
            }
        }
        best
    }

    /// Where a table begins beside one that began higher up: its columns reach from `first` to `last`, and it may be a list.
    pub(super) fn beside(
        &mut self,
        part: &Sheet,
        row: u32,
        from: u32,
        ((first, last), is_list): ((u32, u32), bool),
    ) -> Option<Cut> {
        let anchors = self.anchors(part, row);
        let has_anchor =
            |columns: &RangeInclusive<u32>| anchors.iter().any(|column| columns.contains(column));
        let right = last + 1..=u32::MAX;
        let left = 0..=first.saturating_sub(1);
        let sides = [(right, true), (left, false)];
        for (side, is_right) in sides {
            if (!is_right && first == 0) || !has_anchor(&side) {
                continue;
            }
            let outside = part.part(0..=u32::MAX, side);
            let Some(found) = self.best(&outside, row, from) else {
                continue;
            };
            let whole = self.best(part, row, from);
            let is_part = whole.is_some_and(|whole| whole.columns() > found.columns());
            if is_part || (!is_list && matches!(found, Found::Values(..))) {
                continue;
            }
            let (from, to) = found.reach();
            let at = if is_right {
                left_edge(&outside, row, from)
            } else {
                to + 1
            };
            return Some(Cut { at, is_right });
        }
        None
    }
}

/// The first column of a table that has heads left of the first one that is known.
fn left_edge(part: &Sheet, row: u32, first: u32) -> u32 {
    let mut edge = first;
    while edge > 0
        && part
            .get(Address::new(row, edge - 1))
            .and_then(CellContent::text)
            .is_some()
    {
        edge -= 1;
    }
    edge
}
