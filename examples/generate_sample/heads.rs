//! Column heads: one, two or three rows of them, merged as an office would.

use super::grid::{Content, Grid, Look};
use super::habits::{Habits, Header};

/// The sheet's column of a table's column.
pub(crate) fn at(habits: &Habits, column: usize) -> u16 {
    habits.left_columns + u16::try_from(column).unwrap_or(0)
}

/// The rows of heads, each cell a text or nothing; nothing is merged with what is above it.
pub(crate) fn head_rows(
    heads: &[(Option<&str>, String)],
    stacked: &[Option<(String, String)>],
    header: Header,
) -> Vec<Vec<Option<String>>> {
    let over = |i: usize| -> Option<String> {
        let (group, own) = &heads[i];
        group.map_or_else(|| Some(own.clone()), |g| Some(g.to_owned()))
    };
    let under = |i: usize| -> Option<String> {
        let (group, own) = &heads[i];
        group.map(|_| own.clone())
    };
    let all = 0..heads.len();
    match header {
        Header::One => vec![
            all.map(|i| {
                let (group, own) = &heads[i];
                let joint = if group.is_some_and(|g| g.contains('%')) {
                    ": "
                } else {
                    " - "
                };
                Some(group.map_or_else(|| own.clone(), |g| format!("{g}{joint}{own}")))
            })
            .collect(),
        ],
        Header::TwoStacked if stacked.iter().any(Option::is_some) => vec![
            all.clone()
                .map(|i| {
                    stacked[i]
                        .as_ref()
                        .map_or_else(|| over(i), |s| Some(s.0.clone()))
                })
                .collect(),
            all.map(|i| {
                stacked[i]
                    .as_ref()
                    .map_or_else(|| under(i), |s| Some(s.1.clone()))
            })
            .collect(),
        ],
        Header::Two | Header::TwoStacked | Header::ThreeSpan => {
            vec![all.clone().map(over).collect(), all.map(under).collect()]
        }
        Header::ThreeRepeat => {
            vec![
                all.clone().map(over).collect(),
                all.clone().map(over).collect(),
                all.map(under).collect(),
            ]
        }
    }
}

/// Writes rows of heads: equal neighbours become one merged cell, and a cell with nothing under it
/// reaches down. Gives the first row below.
pub(crate) fn write_heads(
    grid: &mut Grid,
    top: u32,
    habits: &Habits,
    rows: &[Vec<Option<String>>],
    span: Option<usize>,
) -> u32 {
    let mut row = top;
    let width = rows.first().map_or(0, Vec::len);
    if let Some(stub) = span {
        for (from, to, text) in [
            (0, stub, "Thông tin chung"),
            (stub, width, "Số liệu báo cáo"),
        ] {
            if from < to {
                grid.text(row, at(habits, from), text, Look::Head);
                grid.merge((row, at(habits, from), row, at(habits, to - 1)));
            }
        }
        row += 1;
    }
    let last = rows.len().saturating_sub(1);
    for (r, heads) in rows.iter().enumerate() {
        let line = row + u32::try_from(r).unwrap_or(0);
        let mut c = 0;
        while c < width {
            let from = c;
            let text = heads[c].clone();
            c += 1;
            let grouped = r < last && text.is_some() && rows[last][from].is_some();
            while grouped && c < width && heads[c] == text && rows[last][c].is_some() {
                c += 1;
            }
            let Some(text) = text else { continue };
            let repeated = r > 0 && rows[r - 1][from].as_ref() == Some(&text);
            let reaches =
                !grouped && !repeated && rows[r + 1..].iter().all(|below| below[from].is_none());
            let bottom = if reaches {
                row + u32::try_from(last).unwrap_or(0)
            } else {
                line
            };
            let content = if text.is_empty() {
                Content::Blank
            } else {
                Content::Text(text)
            };
            grid.put(line, at(habits, from), content, Look::Head);
            grid.merge((line, at(habits, from), bottom, at(habits, c - 1)));
        }
    }
    row + u32::try_from(rows.len()).unwrap_or(0)
}
