//! A sheet before it is a file: cells by place, merged ranges, and what each cell is for.

use std::collections::{BTreeMap, BTreeSet};

use super::arithmetic::decimal_text;

/// What a cell holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    /// Text as typed.
    Text(String),
    /// A number: mantissa and decimals.
    Number(i64, u32),
    /// A formula and the number it last gave.
    Formula(String, i64, u32),
    /// A formula that divides by nought.
    Failed(String),
    /// Nothing, but with a frame.
    Blank,
}

/// What a cell looks like in a workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Look {
    /// Free text.
    Plain,
    /// The motto, the title.
    Title,
    /// Place and date, brackets.
    Italic,
    /// A column head.
    Head,
    /// The row of column numbers.
    Numbers,
    /// A framed text in the middle.
    Middle,
    /// A row's label, and its depth.
    Stub(u8),
    /// A section or total row's label.
    Strong,
    /// A whole number.
    Integer,
    /// A number with one decimal.
    Tenths,
    /// A number with as many decimals as it needs.
    General,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    /// What it holds.
    pub(crate) content: Content,
    /// What it looks like.
    pub(crate) look: Look,
    /// The font, where its letters need one of their own.
    pub(crate) font: Option<&'static str>,
}

/// A merged range: first row and column, last row and column.
pub(crate) type Range = (u32, u16, u32, u16);

/// A sheet.
#[derive(Debug, Clone, Default)]
pub(crate) struct Grid {
    /// Its name.
    pub(crate) name: String,
    /// The cells that are there.
    pub(crate) cells: BTreeMap<(u32, u16), Cell>,
    /// The merged ranges.
    pub(crate) merged: Vec<Range>,
    /// Widths of columns, in characters.
    pub(crate) widths: BTreeMap<u16, f64>,
    /// The sheet is hidden.
    pub(crate) hidden: bool,
    /// Rows that are hidden.
    pub(crate) hidden_rows: BTreeSet<u32>,
    /// Columns that are hidden.
    pub(crate) hidden_columns: BTreeSet<u16>,
    /// What is printed, if not all.
    pub(crate) print_area: Option<Range>,
    /// Where the table stands.
    pub(crate) table: Table,
}

/// The rows of a table in its sheet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Table {
    /// The first row of heads.
    pub(crate) top: u32,
    /// The row after the heads.
    pub(crate) body: u32,
    /// The row after the table.
    pub(crate) end: u32,
}

impl Grid {
    /// Puts a cell.
    pub(crate) fn put(&mut self, row: u32, column: u16, content: Content, look: Look) {
        let cell = Cell {
            content,
            look,
            font: None,
        };
        self.cells.insert((row, column), cell);
    }

    /// Puts a text.
    pub(crate) fn text(&mut self, row: u32, column: u16, text: impl Into<String>, look: Look) {
        self.put(row, column, Content::Text(text.into()), look);
    }

    /// Merges a range, if it is more than one cell.
    pub(crate) fn merge(&mut self, range: Range) {
        if range.0 != range.2 || range.1 != range.3 {
            self.merged.push(range);
        }
    }

    /// The rows up to the last that holds anything.
    pub(crate) fn rows(&self) -> u32 {
        self.cells.keys().map(|(row, _)| row + 1).max().unwrap_or(0)
    }

    /// The columns up to the last that holds anything.
    pub(crate) fn columns(&self) -> u16 {
        self.cells
            .keys()
            .map(|(_, column)| column + 1)
            .max()
            .unwrap_or(0)
    }
}

impl Content {
    /// The cell as text, with the decimal mark of the file.
    pub(crate) fn as_text(&self, comma: bool) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(mantissa, decimals) | Self::Formula(_, mantissa, decimals) => {
                let text = decimal_text(*mantissa, *decimals);
                if comma { text.replace('.', ",") } else { text }
            }
            Self::Failed(_) => "#DIV/0!".to_owned(),
            Self::Blank => String::new(),
        }
    }
}

/// `A1` for the first cell.
pub(crate) fn address(row: u32, column: u16) -> String {
    let mut letters = String::new();
    let mut rest = u32::from(column) + 1;
    while rest > 0 {
        let letter = u8::try_from((rest - 1) % 26).unwrap_or(0);
        letters.insert(0, char::from(b'A' + letter));
        rest = (rest - 1) / 26;
    }
    format!("{letters}{}", row + 1)
}
