//! One record list, row by row.

mod buffer;
mod cells;
mod codes;
mod date_column;
mod dates;
mod entries;
mod finish;
mod group_lines;
mod merged;
mod open_list;
mod records;
mod row_kind;
mod shift;

pub(super) use open_list::OpenList;
