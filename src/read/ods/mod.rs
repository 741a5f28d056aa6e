//! OpenDocument spreadsheets (.ods), read in one pass over their content.
//!
//! The format writes equal neighbours once, with a count. Calamine builds the rectangle that these counts claim; here a
//! count of empty cells costs nothing, and a count of values is counted against the limits.

mod cell;
mod content;
mod number_style;
mod settings;
mod styles;
mod text;
mod value;
mod workbook;

#[cfg(test)]
mod tests;

pub(super) use workbook::read_ods;
