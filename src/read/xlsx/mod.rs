//! Office Open XML workbooks (.xlsx, .xlsm), read in one pass over each sheet: cells with their formats and formulas,
//! hidden rows and columns, fonts, struck-out and raised text.
//!
//! Calamine reads these workbooks all or not at all, and without formats. Here a cell that cannot be read costs itself
//! alone, and what a cell shows is known. The tests compare both readers.

mod address;
mod formulas;
mod merged;
mod sheet;
mod styles;
mod texts;
mod workbook;

pub(super) use workbook::read_xlsx;
