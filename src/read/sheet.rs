//! A sheet as it was read: sparse cells, merged ranges, what is hidden, texts before they were decoded.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::address::{Address, CellRange};
use super::content::CellContent;

/// A part of a text in one font.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FontRun {
    /// The text, as read.
    pub text: String,
    /// Its font, if that belongs to an old encoding.
    pub font: Option<Arc<str>>,
}

/// A text as it was read, before it was decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecoded {
    /// The text as read.
    pub text: String,
    /// The encoding it was in.
    pub encoding: String,
}

/// Ranges (first and last, both included), joined where they touch.
pub(super) fn joined(mut ranges: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    ranges.sort_unstable();
    let mut joined: Vec<(u32, u32)> = Vec::new();
    for (from, to) in ranges {
        match joined.last_mut() {
            Some((_, last)) if from <= last.saturating_add(1) => *last = to.max(*last),
            _ => joined.push((from, to)),
        }
    }
    joined
}

/// One sheet of a workbook, or a text file.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// Name; none for a text file.
    pub name: Option<String>,
    /// Whether the workbook shows it.
    pub visible: bool,
    /// Hidden rows, from 0; none where the format does not tell.
    pub hidden_rows: Option<BTreeSet<u32>>,
    /// Hidden columns, from 0, as ranges (first and last, both included); none where the format does not tell.
    pub hidden_columns: Option<Vec<(u32, u32)>>,
    /// Whether rows and columns are exchanged.
    turned: bool,
    rows: BTreeMap<u32, BTreeMap<u32, CellContent>>,
    /// In the order of their first rows.
    merged: Vec<CellRange>,
    /// Rows below its first that the highest merged range covers.
    merged_height: u32,
    cells: usize,
    /// The runs of texts that are set in fonts of old encodings.
    runs: BTreeMap<Address, Vec<FontRun>>,
    /// The texts as read, where decoding changed them.
    undecoded: BTreeMap<Address, Undecoded>,
}

impl Sheet {
    /// An empty sheet.
    #[must_use]
    pub fn new(name: Option<String>, visible: bool) -> Self {
        Self {
            name,
            visible,
            ..Self::default()
        }
    }

    /// Puts a cell into the sheet; blank text is ignored.
    pub fn put(&mut self, at: Address, content: CellContent) {
        if content.text().is_some_and(|text| text.trim().is_empty()) {
            return;
        }
        if self
            .rows
            .entry(at.row)
            .or_default()
            .insert(at.column, content)
            .is_none()
        {
            self.cells += 1;
        }
    }

    /// Notes the runs of a cell that is set, all or in part, in a font of an old encoding.
    pub fn set_runs(&mut self, at: Address, runs: Vec<FontRun>) {
        self.runs.insert(at, runs);
    }

    /// The runs of a cell, if any part of it is set in a font of an old encoding.
    #[must_use]
    pub fn runs(&self, at: Address) -> Option<&[FontRun]> {
        self.runs.get(&at).map(Vec::as_slice)
    }

    /// Replaces a text by its decoded form; the text as read is kept in [`Self::undecoded`].
    pub fn decode(&mut self, at: Address, encoding: &str, decoded: String) {
        let Some(content) = self
            .rows
            .get_mut(&at.row)
            .and_then(|row| row.get_mut(&at.column))
        else {
            return;
        };
        if let CellContent::Text(read) = std::mem::replace(content, CellContent::Text(decoded)) {
            self.undecoded.entry(at).or_insert_with(|| Undecoded {
                text: read,
                encoding: encoding.to_owned(),
            });
        }
    }

    /// The text as read, for a cell whose text was decoded.
    #[must_use]
    pub fn undecoded(&self, at: Address) -> Option<&Undecoded> {
        self.undecoded.get(&at)
    }

    /// The cells whose texts were decoded, with the texts as read.
    pub fn all_undecoded(&self) -> impl Iterator<Item = (Address, &Undecoded)> {
        self.undecoded.iter().map(|(at, text)| (*at, text))
    }

    /// Whether a row is known to be hidden.
    #[must_use]
    pub fn hides_row(&self, row: u32) -> bool {
        self.hidden_rows
            .as_ref()
            .is_some_and(|rows| rows.contains(&row))
    }

    /// Whether a column is known to be hidden.
    #[must_use]
    pub fn hides_column(&self, column: u32) -> bool {
        self.hidden_columns.as_ref().is_some_and(|ranges| {
            ranges
                .iter()
                .any(|(from, to)| (*from..=*to).contains(&column))
        })
    }

    /// Whether the row or the column of a cell is known to be hidden.
    #[must_use]
    pub fn hides(&self, at: Address) -> bool {
        self.hides_row(at.row) || self.hides_column(at.column)
    }

    /// Sets the merged ranges.
    pub fn merge(&mut self, mut ranges: Vec<CellRange>) {
        ranges.sort_by_key(|range| range.start);
        let height = |range: &CellRange| range.end.row.saturating_sub(range.start.row);
        self.merged_height = ranges.iter().map(height).max().unwrap_or(0);
        self.merged = ranges;
    }

    /// The merged ranges.
    #[must_use]
    pub fn merged(&self) -> &[CellRange] {
        &self.merged
    }

    /// Number of filled cells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells
    }

    /// Whether no cell is filled.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells == 0
    }

    /// What a cell holds, if anything.
    #[must_use]
    pub fn get(&self, at: Address) -> Option<&CellContent> {
        self.rows.get(&at.row)?.get(&at.column)
    }

    /// What a cell shows: its own content, or that of the merged range it lies in.
    #[must_use]
    pub fn shown(&self, at: Address) -> Option<&CellContent> {
        self.get(at)
            .or_else(|| self.merged_at(at).and_then(|range| self.get(range.start)))
    }

    /// The merged range that a cell lies in.
    #[must_use]
    pub fn merged_at(&self, at: Address) -> Option<&CellRange> {
        let first = at.row.saturating_sub(self.merged_height);
        let from = self.merged.partition_point(|r| r.start.row < first);
        self.merged[from..]
            .iter()
            .take_while(|range| range.start.row <= at.row)
            .find(|range| range.holds(at))
    }

    /// The rows with filled cells, from the top; each with its cells, from the left.
    #[must_use]
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = (u32, &BTreeMap<u32, CellContent>)> {
        self.rows.iter().map(|(row, cells)| (*row, cells))
    }

    /// The nearest cell to the left of `at` in its row.
    #[must_use]
    pub fn left_of(&self, at: Address) -> Option<(Address, &CellContent)> {
        let (column, content) = self.rows.get(&at.row)?.range(..at.column).next_back()?;
        Some((Address::new(at.row, *column), content))
    }

    /// The nearest cell to the right of `at` in its row.
    #[must_use]
    pub fn right_of(&self, at: Address) -> Option<(Address, &CellContent)> {
        let (column, content) = self.rows.get(&at.row)?.range(at.column + 1..).next()?;
        Some((Address::new(at.row, *column), content))
    }

    /// The merged ranges that reach into the rows `top..=bottom`.
    pub fn merged_in(&self, top: u32, bottom: u32) -> impl Iterator<Item = &CellRange> {
        self.merged
            .iter()
            .filter(move |range| range.start.row <= bottom && range.end.row >= top)
    }

    /// Whether rows and columns are exchanged.
    #[must_use]
    pub fn is_turned(&self) -> bool {
        self.turned
    }

    /// The address of a cell in the workbook: it differs where rows and columns are exchanged.
    #[must_use]
    pub fn home(&self, at: Address) -> Address {
        if self.turned { at.transposed() } else { at }
    }

    /// The address of a cell in the workbook, in `A1` notation.
    #[must_use]
    pub fn cell_name(&self, at: Address) -> String {
        self.home(at).to_string()
    }

    /// The cells within these rows and columns, at the same addresses.
    #[must_use]
    pub fn part(&self, rows: RangeInclusive<u32>, columns: RangeInclusive<u32>) -> Self {
        let within = |at: Address| rows.contains(&at.row) && columns.contains(&at.column);
        let mut part = Self::new(self.name.clone(), self.visible);
        part.turned = self.turned;
        for row in self.rows.range(rows.clone()).map(|(row, _)| *row) {
            for (at, content) in self.row(row).filter(|(at, _)| within(*at)) {
                part.put(at, content.clone());
            }
        }
        part.undecoded = self
            .undecoded
            .iter()
            .filter(|(at, _)| within(**at))
            .map(|(at, text)| (*at, text.clone()))
            .collect();
        part.merged = self
            .merged
            .iter()
            .filter(|range| within(range.start))
            .map(|range| CellRange {
                start: range.start,
                end: Address::new(
                    range.end.row.min(*rows.end()),
                    range.end.column.min(*columns.end()),
                ),
            })
            .collect();
        part
    }

    /// The sheet with rows and columns exchanged: `B1` moves to `A2`.
    #[must_use]
    pub fn transposed(&self) -> Self {
        let mut turned = Self::new(self.name.clone(), self.visible);
        turned.turned = !self.turned;
        for (at, content) in self.cells() {
            turned.put(at.transposed(), content.clone());
        }
        turned.undecoded = self
            .undecoded
            .iter()
            .map(|(at, text)| (at.transposed(), text.clone()))
            .collect();
        turned.merged = self
            .merged
            .iter()
            .map(|range| CellRange {
                start: range.start.transposed(),
                end: range.end.transposed(),
            })
            .collect();
        turned
    }

    /// The numbers of the rows with filled cells, from `first` down.
    pub fn rows_from(&self, first: u32) -> impl Iterator<Item = u32> {
        self.rows.range(first..).map(|(row, _)| *row)
    }

    /// The cells of one row, from the left.
    pub fn row(&self, row: u32) -> impl Iterator<Item = (Address, &CellContent)> {
        self.rows
            .get(&row)
            .into_iter()
            .flatten()
            .map(move |(column, content)| (Address::new(row, *column), content))
    }

    /// All cells, row by row.
    pub fn cells(&self) -> impl Iterator<Item = (Address, &CellContent)> {
        self.rows.iter().flat_map(|(row, cells)| {
            cells
                .iter()
                .map(move |(column, content)| (Address::new(*row, *column), content))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merged_ranges_are_found_by_any_of_their_cells() {
        let range = |r1, c1, r2, c2| CellRange {
            start: Address::new(r1, c1),
            end: Address::new(r2, c2),
        };
        let mut sheet = Sheet::new(None, true);
        sheet.merge(vec![
            range(9, 0, 9, 3),
            range(2, 5, 7, 6),
            range(2, 0, 2, 4),
        ]);
        let at = |row, column| sheet.merged_at(Address::new(row, column)).copied();
        assert_eq!(at(2, 3), Some(range(2, 0, 2, 4)));
        assert_eq!(at(7, 6), Some(range(2, 5, 7, 6)));
        assert_eq!(at(9, 1), Some(range(9, 0, 9, 3)));
        assert_eq!(at(8, 5), None);
        assert_eq!(at(3, 0), None);
    }
}
