//! The workbook of all tables: cover, contents, symbols, notes, and a sheet for each table. It is made for printing and
//! for calculating: every figure is a number, and its marks are part of its number format.

mod front;
mod page;
mod sheet;
mod style;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use crate::tables::{Book, Edition, Layout};
use page::sheet_name;

/// The workbook as bytes. The same tables give the same bytes.
pub(super) fn workbook(contents: &Book, edition: &Edition) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let date = edition.date;
    let year = u16::try_from(date.year()).unwrap_or(1900);
    let created =
        ExcelDateTime::from_ymd(year, date.month().unsigned_abs(), date.day().unsigned_abs())?;
    let title = &edition.title;
    book.set_properties(
        &DocProperties::new()
            .set_title(format!("{} – {}", title.vi, title.en))
            .set_subject(format!("{} – {}", edition.subtitle.vi, edition.subtitle.en))
            .set_author(concat!("tonghop ", env!("CARGO_PKG_VERSION")))
            .set_creation_datetime(&created),
    );
    if edition.layout == Layout::Book {
        front::cover(book.add_worksheet(), edition)?;
        front::contents(book.add_worksheet(), contents, edition)?;
        front::symbols(book.add_worksheet(), edition)?;
        front::notes(book.add_worksheet(), contents, edition)?;
    }
    for table in contents.tables() {
        let sheet = book.add_worksheet();
        sheet.set_name(sheet_name(table, edition))?;
        sheet::write(sheet, table, edition)?;
    }
    book.save_to_buffer()
}
