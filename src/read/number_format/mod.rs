//! Number formats of workbooks: what a cell shows of the number that it stores.
//!
//! Most formats round and group, and the stored number counts. The others scale (`#,##0.0,` shows thousands), show a per
//! cent, add words (`0" triệu"`), show only the year of a date, or show nothing. There what is shown counts.
//! Source: ECMA-376, part 1, 18.8.31; the format codes are parsed and written out by `ssfmt`.

mod format;
mod section;

pub(super) use format::CellFormat;
