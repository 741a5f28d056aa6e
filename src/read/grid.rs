//! A sheet as it was read: sparse cells, merged ranges, visibility.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Position of a cell, from zero.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct Address {
    /// Row, from 0.
    pub row: u32,
    /// Column, from 0.
    pub column: u32,
}

impl Address {
    /// The cell at `row`, `column`, both from zero.
    #[must_use]
    pub fn new(row: u32, column: u32) -> Self {
        Self { row, column }
    }

    /// The cell with row and column exchanged.
    #[must_use]
    pub fn transposed(self) -> Self {
        Self::new(self.column, self.row)
    }
}

impl Address {
    /// The letters of a column, from 0: `A`, `Z`, `AA`.
    #[must_use]
    pub fn column_name(column: u32) -> String {
        let mut letters = Vec::new();
        let mut n = column + 1;
        while n > 0 {
            n -= 1;
            letters.push(char::from(b'A' + (n % 26) as u8));
            n /= 26;
        }
        letters.iter().rev().collect()
    }
}

/// `A1` notation.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", Self::column_name(self.column), self.row + 1)
    }
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub enum CellContent {
    /// A number as the workbook stores it.
    Number(f64),
    /// Text, as read.
    Text(String),
    /// True or false.
    Bool(bool),
    /// A date or time, as text.
    Date(String),
    /// An error value such as `#REF!`.
    Error(String),
    /// A formula that was saved without its result.
    NoCachedValue,
}

impl CellContent {
    /// The content as text: what `raw` keeps.
    #[must_use]
    pub fn as_read(&self) -> String {
        match self {
            Self::Number(n) => shortest(*n),
            Self::Text(text) | Self::Date(text) | Self::Error(text) => text.clone(),
            Self::Bool(b) => b.to_string().to_uppercase(),
            Self::NoCachedValue => "=".to_owned(),
        }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// A float in the shortest form that reads back to it, without an exponent where that is short.
fn shortest(n: f64) -> String {
    if n != 0.0 && (n.abs() < 1e-7 || n.abs() >= 1e16) {
        format!("{n:e}")
    } else {
        format!("{n}")
    }
}

/// A rectangle of cells, both corners included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellRange {
    /// Upper left.
    pub start: Address,
    /// Lower right.
    pub end: Address,
}

impl CellRange {
    /// Whether a cell lies in it.
    #[must_use]
    pub fn holds(&self, at: Address) -> bool {
        (self.start.row..=self.end.row).contains(&at.row)
            && (self.start.column..=self.end.column).contains(&at.column)
    }
}

/// A part of a text in one font.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FontRun {
    /// The text, as read.
    pub text: String,
    /// Its font, if it is one that stands for an encoding.
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

/// Ranges with both ends, joined where they touch.
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

/// One sheet of a workbook, or a CSV file.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// Name; none for CSV.
    pub name: Option<String>,
    /// Whether a reader of the workbook sees it.
    pub visible: bool,
    /// Rows that the sheet hides, from 0; none where the format does not tell.
    pub hidden_rows: Option<BTreeSet<u32>>,
    /// Columns that the sheet hides, from 0, as ranges with both ends; none where the format does not tell.
    pub hidden_columns: Option<Vec<(u32, u32)>>,
    /// Rows stand for columns: the sheet was turned to be read.
    turned: bool,
    rows: BTreeMap<u32, BTreeMap<u32, CellContent>>,
    /// By their first row.
    merged: Vec<CellRange>,
    /// Rows that the highest of them goes on for below its first.
    merged_height: u32,
    cells: usize,
    /// The runs of texts that are set in fonts which stand for an encoding.
    runs: BTreeMap<Address, Vec<FontRun>>,
    /// Texts as read and the encoding they were in, where decoding changed them.
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

    /// Puts a cell; blank text is no cell.
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

    /// Says that a cell, or a part of it, is set in a font that stands for an encoding.
    pub fn set_runs(&mut self, at: Address, runs: Vec<FontRun>) {
        self.runs.insert(at, runs);
    }

    /// The runs of a cell, if any of it is set in a font that stands for an encoding.
    #[must_use]
    pub fn runs(&self, at: Address) -> Option<&[FontRun]> {
        self.runs.get(&at).map(Vec::as_slice)
    }

    /// Puts a decoded text in the place of the text as read, which is kept beside it.
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

    /// The text as read of a cell whose text was decoded.
    #[must_use]
    pub fn undecoded(&self, at: Address) -> Option<&Undecoded> {
        self.undecoded.get(&at)
    }

    /// The cells whose text was decoded, with the text as read.
    pub fn all_undecoded(&self) -> impl Iterator<Item = (Address, &Undecoded)> {
        self.undecoded.iter().map(|(at, text)| (*at, text))
    }

    /// Whether the sheet is known to hide a row.
    #[must_use]
    pub fn hides_row(&self, row: u32) -> bool {
        self.hidden_rows
            .as_ref()
            .is_some_and(|rows| rows.contains(&row))
    }

    /// Whether the sheet is known to hide a column.
    #[must_use]
    pub fn hides_column(&self, column: u32) -> bool {
        self.hidden_columns.as_ref().is_some_and(|ranges| {
            ranges
                .iter()
                .any(|(from, to)| (*from..=*to).contains(&column))
        })
    }

    /// Whether the sheet is known to hide a cell's row or column.
    #[must_use]
    pub fn hides(&self, at: Address) -> bool {
        self.hides_row(at.row) || self.hides_column(at.column)
    }

    /// Says which cells are merged.
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

    /// Number of cells that hold something.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells
    }

    /// Whether nothing is in it.
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

    /// The rows that hold something, from the top, each with its cells from the left.
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

    /// Whether rows stand for columns.
    #[must_use]
    pub fn is_turned(&self) -> bool {
        self.turned
    }

    /// Where a cell stands in the workbook: the sheet may have been turned to be read.
    #[must_use]
    pub fn home(&self, at: Address) -> Address {
        if self.turned { at.transposed() } else { at }
    }

    /// Where a cell stands in the workbook, in `A1` notation.
    #[must_use]
    pub fn cell_name(&self, at: Address) -> String {
        self.home(at).to_string()
    }

    /// The part of the sheet in the rows and columns given, at the same addresses.
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

    /// The sheet with rows for columns: `B1` stands at `A2`.
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

    /// The numbers of the rows that hold something, from `first` down.
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

    #[test]
    fn addresses_read_as_in_a_spreadsheet() {
        for (row, column, text) in [
            (0, 0, "A1"),
            (9, 25, "Z10"),
            (0, 26, "AA1"),
            (41, 701, "ZZ42"),
            (0, 702, "AAA1"),
        ] {
            assert_eq!(Address::new(row, column).to_string(), text);
        }
    }
}
