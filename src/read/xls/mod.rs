//! Workbooks of the older binary format (.xls: BIFF8, BIFF5).
//!
//! Calamine builds the rectangle around the cells of a sheet, makes room for what is declared, repeats a shared text
//! for each cell that shows it and writes every formula out. So the records are walked first: what would grow is
//! counted or taken out, and calamine is given a container of our own making with nothing but the checked stream.
//! The same walk finds what calamine does not tell: hidden rows and columns.

mod record;
mod shared_texts;
mod survey;
mod workbook;

pub(super) use workbook::read_xls;
