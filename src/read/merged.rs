//! Merged ranges of a sheet: which range a cell lies in, and which cells a range covers.

use std::collections::BTreeMap;

use super::address::{Address, CellRange};

/// The merged ranges of a sheet.
#[derive(Debug, Clone, Default)]
pub(super) struct MergedRanges {
    /// In the order of their first cells.
    ranges: Vec<CellRange>,
    /// Rows below its first that the highest range reaches.
    height: u32,
}

impl MergedRanges {
    pub(super) fn new(mut ranges: Vec<CellRange>) -> Self {
        ranges.sort_by_key(|range| range.start);
        let height = |range: &CellRange| range.end.row.saturating_sub(range.start.row);
        Self {
            height: ranges.iter().map(height).max().unwrap_or(0),
            ranges,
        }
    }

    pub(super) fn all(&self) -> &[CellRange] {
        &self.ranges
    }

    /// The range that a cell lies in.
    pub(super) fn at(&self, at: Address) -> Option<&CellRange> {
        let first = at.row.saturating_sub(self.height);
        let from = self.ranges.partition_point(|r| r.start.row < first);
        self.ranges[from..]
            .iter()
            .take_while(|range| range.start.row <= at.row)
            .find(|range| range.holds(at))
    }

    /// The ranges with rows and columns exchanged.
    pub(super) fn transposed(&self) -> Self {
        let turn = |range: &CellRange| CellRange {
            start: range.start.transposed(),
            end: range.end.transposed(),
        };
        Self::new(self.ranges.iter().map(turn).collect())
    }

    /// The ranges that begin within an area, cut off at its end.
    pub(super) fn within(&self, area: CellRange) -> Self {
        let cut = |range: &CellRange| CellRange {
            start: range.start,
            end: Address::new(
                range.end.row.min(area.end.row),
                range.end.column.min(area.end.column),
            ),
        };
        let begins_within = self.ranges.iter().filter(|range| area.holds(range.start));
        Self::new(begins_within.map(cut).collect())
    }
}

/// Tells which cells lie under a merged range, cell by cell from the top. A range shows its first cell only.
#[derive(Debug, Default)]
pub(super) struct CoverSweep {
    /// The ranges that begin below the current row; the next one is last.
    coming: Vec<CellRange>,
    /// The ranges that reach into the current row, by first column. Office programs let no two ranges overlap.
    reaching: BTreeMap<u32, CellRange>,
    row: u32,
}

impl CoverSweep {
    pub(super) fn over(merged: &MergedRanges) -> Self {
        Self {
            coming: merged.ranges.iter().rev().copied().collect(),
            ..Self::default()
        }
    }

    /// Whether a cell is covered. Rows must not go back.
    pub(super) fn covers(&mut self, at: Address) -> bool {
        if self.coming.is_empty() && self.reaching.is_empty() {
            return false;
        }
        if at.row != self.row {
            self.row = at.row;
            self.reaching.retain(|_, range| range.end.row >= at.row);
        }
        while let Some(next) = self.coming.pop_if(|next| next.start.row <= at.row) {
            if next.end.row >= at.row {
                self.reaching.insert(next.start.column, next);
            }
        }
        let left = self.reaching.range(..=at.column).next_back();
        left.is_some_and(|(_, range)| range.holds(at) && range.start != at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(r1: u32, c1: u32, r2: u32, c2: u32) -> CellRange {
        CellRange {
            start: Address::new(r1, c1),
            end: Address::new(r2, c2),
        }
    }

    fn some() -> MergedRanges {
        MergedRanges::new(vec![
            range(9, 0, 9, 3),
            range(2, 5, 7, 6),
            range(2, 0, 2, 4),
        ])
    }

    #[test]
    fn ranges_are_found_by_any_of_their_cells() {
        let merged = some();
        let at = |row, column| merged.at(Address::new(row, column)).copied();
        assert_eq!(at(2, 3), Some(range(2, 0, 2, 4)));
        assert_eq!(at(7, 6), Some(range(2, 5, 7, 6)));
        assert_eq!(at(9, 1), Some(range(9, 0, 9, 3)));
        assert_eq!(at(8, 5), None);
        assert_eq!(at(3, 0), None);
    }

    #[test]
    fn a_part_and_a_turned_sheet_keep_their_ranges() {
        let part = some().within(range(0, 5, 5, 9));
        assert_eq!(part.at(Address::new(5, 6)), Some(&range(2, 5, 5, 6)));
        let turned = some().transposed();
        assert_eq!(turned.at(Address::new(6, 7)), Some(&range(5, 2, 6, 7)));
        assert_eq!(turned.at(Address::new(3, 9)), Some(&range(0, 9, 3, 9)));
    }

    #[test]
    fn all_but_the_first_cell_of_a_range_are_covered() {
        let mut sweep = CoverSweep::over(&some());
        let mut covers = |row, column| sweep.covers(Address::new(row, column));
        assert!(!covers(0, 0));
        assert!(!covers(2, 0) && covers(2, 4) && !covers(2, 5) && covers(2, 6));
        assert!(covers(5, 5) && !covers(5, 4));
        assert!(!covers(8, 5) && covers(9, 3) && !covers(9, 4));
    }
}
