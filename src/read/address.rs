//! Positions in a sheet: cells and rectangles of cells.

use std::fmt;

/// The position of a cell in its sheet.
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

    /// The letters of a column, counted from 0: `A`, `Z`, `AA`.
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

/// Shown in `A1` notation.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", Self::column_name(self.column), self.row + 1)
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
    /// Whether the range contains a cell.
    #[must_use]
    pub fn holds(&self, at: Address) -> bool {
        (self.start.row..=self.end.row).contains(&at.row)
            && (self.start.column..=self.end.column).contains(&at.column)
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
