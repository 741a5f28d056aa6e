//! Rearranged sheets: a transposed table, two forms side by side, heads repeated after a page.

use super::grid::{Grid, Look, Range};

/// Puts a table on its side: its rows become columns. What stands below moves along.
pub(crate) fn on_its_side(grid: &Grid, left: u16) -> Grid {
    let (top, end) = (grid.table.top, grid.table.end);
    let within = |row: u32| (top..end).contains(&row);
    let height = u32::from(grid.columns().saturating_sub(left));
    let mut out = Grid {
        name: grid.name.clone(),
        ..Grid::default()
    };
    for (&(row, column), cell) in &grid.cells {
        let mut cell = cell.clone();
        let place = if row < top {
            (row, column)
        } else if within(row) {
            // The heads stand in one row, which becomes the first column.
            if matches!(cell.look, Look::Stub(_) | Look::Strong) {
                cell.look = Look::Head;
            }
            let across = u16::try_from(row - top).unwrap_or(u16::MAX);
            (top + u32::from(column.saturating_sub(left)), left + across)
        } else {
            (row - end + top + height, column)
        };
        out.cells.insert(place, cell);
    }
    let free = grid.merged.iter().filter(|range| !within(range.0));
    out.merged.extend(free.map(|&(first, a, last, b)| {
        let down = if first < top { 0 } else { end - top };
        let up = if first < top { 0 } else { height };
        (first - down + up, a, last - down + up, b)
    }));
    let columns = out.columns();
    out.widths = (left..columns).map(|column| (column, 12.0)).collect();
    out.widths.insert(left, 28.0);
    out.table.top = top;
    out.table.body = top;
    out.table.end = top + height;
    out
}

/// Puts a second sheet to the right of a first, with one empty column between.
pub(crate) fn side_by_side(first: &Grid, second: &Grid) -> Grid {
    let mut out = first.clone();
    let shift = first.columns() + 1;
    for (&(row, column), cell) in &second.cells {
        out.cells.insert((row, column + shift), cell.clone());
    }
    let merged = second.merged.iter();
    out.merged
        .extend(merged.map(|&(row, a, last, b)| (row, a + shift, last, b + shift)));
    let widths = second.widths.iter();
    out.widths.extend(widths.map(|(&c, &w)| (c + shift, w)));
    out
}

/// Repeats the heads after so many rows of the body, as where a page ends.
pub(crate) fn heads_again(grid: &mut Grid, after: u32) {
    let table = grid.table;
    let before = table.body + after;
    let count = table.body - table.top;
    let moved = |row: u32| if row < before { row } else { row + count };
    let mut cells = std::mem::take(&mut grid.cells);
    let heads: Vec<_> = cells
        .range((table.top, 0)..(table.body, 0))
        .map(|(&(row, column), cell)| ((row - table.top + before, column), cell.clone()))
        .collect();
    let below = cells.split_off(&(before, 0));
    cells.extend(heads);
    cells.extend(
        below
            .into_iter()
            .map(|((row, column), cell)| ((moved(row), column), cell)),
    );
    grid.cells = cells;
    let merged: Vec<Range> = std::mem::take(&mut grid.merged);
    for (first, a, last, b) in merged {
        grid.merged.push((moved(first), a, moved(last), b));
        if (table.top..table.body).contains(&first) {
            let down = before - table.top;
            grid.merged.push((first + down, a, last + down, b));
        }
    }
    grid.table.end += count;
}
