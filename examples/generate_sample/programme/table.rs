//! Heads and rows of plain tables.

use super::super::grid::{Content, Grid, Look};

/// A cell to be.
pub(crate) type Field = (Content, Look);

/// A text in a frame.
pub(crate) fn words(text: impl Into<String>) -> Field {
    let text = text.into();
    if text.is_empty() {
        return (Content::Blank, Look::Middle);
    }
    (Content::Text(text), Look::Middle)
}

/// A label.
pub(crate) fn label(text: impl Into<String>) -> Field {
    (Content::Text(text.into()), Look::Stub(0))
}

/// A whole number.
pub(crate) fn whole(value: i64) -> Field {
    (Content::Number(value, 0), Look::Integer)
}

/// A number in tenths.
pub(crate) fn tenths(value: i64) -> Field {
    (Content::Number(value, 1), Look::Tenths)
}

/// A number that is a name: a year, an ordinal.
pub(crate) fn ordinal(value: i64) -> Field {
    (Content::Number(value, 0), Look::Middle)
}

/// Writes a row.
pub(crate) fn put_row(grid: &mut Grid, row: u32, fields: Vec<Field>) {
    for (column, (content, look)) in (0..).zip(fields) {
        grid.put(row, column, content, look);
    }
}

/// Writes rows of heads, from the top down: equal neighbours under one head become one cell, and a head with nothing
/// under it reaches down. An empty text is nothing. Gives the first row below.
pub(crate) fn put_heads(grid: &mut Grid, top: u32, rows: &[Vec<String>]) -> u32 {
    let width = rows.first().map_or(0, Vec::len);
    let last = rows.len() - 1;
    for (r, heads) in rows.iter().enumerate() {
        let mut c = 0;
        while c < width {
            let from = c;
            c += 1;
            if heads[from].is_empty() {
                continue;
            }
            let same = |c: usize| {
                r < last && heads[c] == heads[from] && (0..r).all(|u| rows[u][c] == rows[u][from])
            };
            while c < width && same(c) {
                c += 1;
            }
            let free = |below: usize| (from..c).all(|c| rows[below][c].is_empty());
            let mut bottom = r;
            while bottom < last && free(bottom + 1) {
                bottom += 1;
            }
            let (line, end) = (at(top, r), at(top, bottom));
            let (first, right) = (column(from), column(c - 1));
            grid.text(line, first, heads[from].clone(), Look::Head);
            grid.merge((line, first, end, right));
        }
    }
    at(top, rows.len())
}

fn at(top: u32, row: usize) -> u32 {
    top + u32::try_from(row).unwrap_or(0)
}

fn column(column: usize) -> u16 {
    u16::try_from(column).unwrap_or(0)
}
