//! Office Open XML workbooks (.xlsx, .xlsm). Calamine streams the cells; what it does not tell (hidden rows and columns,
//! the fonts of texts) is read from the same parts, and only where a part mentions it.

mod fonts;
mod layout;
mod workbook;

pub(super) use workbook::read_xlsx;
