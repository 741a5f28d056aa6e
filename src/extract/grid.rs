//! A sheet as it was read: sparse cells, merged ranges, visibility.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// Position of a cell, from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
}

/// `A1` notation.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut letters = Vec::new();
        let mut n = self.column + 1;
        while n > 0 {
            n -= 1;
            letters.push(char::from(b'A' + (n % 26) as u8));
            n /= 26;
        }
        for letter in letters.iter().rev() {
            write!(f, "{letter}")?;
        }
        write!(f, "{}", self.row + 1)
    }
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
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

impl Content {
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
pub struct Range {
    /// Upper left.
    pub start: Address,
    /// Lower right.
    pub end: Address,
}

impl Range {
    fn holds(&self, at: Address) -> bool {
        (self.start.row..=self.end.row).contains(&at.row)
            && (self.start.column..=self.end.column).contains(&at.column)
    }
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
    rows: BTreeMap<u32, BTreeMap<u32, Content>>,
    merged: Vec<Range>,
    cells: usize,
    /// Names of fonts that stand for an encoding, by cell.
    fonts: BTreeMap<Address, Arc<str>>,
    /// Texts as read, where decoding changed them.
    undecoded: BTreeMap<Address, String>,
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
    pub fn put(&mut self, at: Address, content: Content) {
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

    /// Says that a cell is set in a font that stands for an encoding.
    pub fn set_font(&mut self, at: Address, font: Arc<str>) {
        self.fonts.insert(at, font);
    }

    /// The font of a cell, if it is one that stands for an encoding.
    #[must_use]
    pub fn font(&self, at: Address) -> Option<&str> {
        self.fonts.get(&at).map(|font| &**font)
    }

    /// Puts a decoded text in the place of the text as read, which is kept beside it.
    pub fn decode(&mut self, at: Address, decoded: String) {
        let Some(content) = self
            .rows
            .get_mut(&at.row)
            .and_then(|row| row.get_mut(&at.column))
        else {
            return;
        };
        if let Content::Text(read) = std::mem::replace(content, Content::Text(decoded)) {
            self.undecoded.entry(at).or_insert(read);
        }
    }

    /// The text as read of a cell whose text was decoded.
    #[must_use]
    pub fn undecoded(&self, at: Address) -> Option<&str> {
        self.undecoded.get(&at).map(String::as_str)
    }

    /// The cells whose text was decoded, with the text as read.
    pub fn all_undecoded(&self) -> impl Iterator<Item = (Address, &str)> {
        self.undecoded.iter().map(|(at, text)| (*at, text.as_str()))
    }

    /// Whether the sheet is known to hide a cell's row or column.
    #[must_use]
    pub fn hides(&self, at: Address) -> bool {
        self.hidden_rows
            .as_ref()
            .is_some_and(|rows| rows.contains(&at.row))
            || self.hidden_columns.as_ref().is_some_and(|ranges| {
                ranges
                    .iter()
                    .any(|(from, to)| (*from..=*to).contains(&at.column))
            })
    }

    /// Says which cells are merged.
    pub fn merge(&mut self, ranges: Vec<Range>) {
        self.merged = ranges;
    }

    /// The merged ranges.
    #[must_use]
    pub fn merged(&self) -> &[Range] {
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
    pub fn get(&self, at: Address) -> Option<&Content> {
        self.rows.get(&at.row)?.get(&at.column)
    }

    /// What a cell shows: its own content, or that of the merged range it lies in.
    #[must_use]
    pub fn shown(&self, at: Address) -> Option<&Content> {
        self.get(at)
            .or_else(|| self.merged_at(at).and_then(|range| self.get(range.start)))
    }

    /// The merged range that a cell lies in.
    #[must_use]
    pub fn merged_at(&self, at: Address) -> Option<&Range> {
        self.merged.iter().find(|range| range.holds(at))
    }

    /// The rows that hold something, from the top, each with its cells from the left.
    #[must_use]
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = (u32, &BTreeMap<u32, Content>)> {
        self.rows.iter().map(|(row, cells)| (*row, cells))
    }

    /// The cells of one row, from the left.
    pub fn row(&self, row: u32) -> impl Iterator<Item = (Address, &Content)> {
        self.rows
            .get(&row)
            .into_iter()
            .flatten()
            .map(move |(column, content)| (Address::new(row, *column), content))
    }

    /// All cells, row by row.
    pub fn cells(&self) -> impl Iterator<Item = (Address, &Content)> {
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
