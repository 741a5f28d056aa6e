//! Binary workbooks (.xlsb: BIFF12), read in one pass over the records of each sheet: cells with their formats and
//! formulas, hidden rows and columns, merged ranges, struck-out and raised text. Source: [MS-XLSB].

mod sheet;
mod styles;
mod texts;
mod workbook;

pub(super) use workbook::read_xlsb;

#[cfg(test)]
mod tests;
