//! Workbooks of the older binary formats (.xls: BIFF8, BIFF5), read by walks over their records: one over what all sheets
//! share, two over each sheet. The first of these collects what stands behind the cells but decides what they show.
//!
//! Calamine reads these workbooks all or not at all, and without formats and fonts. Here a record that cannot be read
//! costs itself alone, nothing is allocated that a record only claims, and what a cell shows is known. The tests compare
//! both readers. Sources: [MS-XLS]; OpenOffice.org's documentation of the Microsoft Excel file format.

mod cells;
mod code_page;
mod fonts;
mod formulas;
mod globals;
mod layout;
mod record;
mod texts;
mod workbook;

pub(super) use workbook::read_xls;
