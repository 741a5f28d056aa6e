//! Pages of the workbook: paper and footer, names of sheets, links between them.

use rust_xlsxwriter::{Url, Worksheet};

use super::style::FONT;
use crate::tables::{Edition, Table};

/// A4, as many pages high as needed and one page wide.
pub(super) fn page(sheet: &mut Worksheet) {
    sheet
        .set_paper_size(9)
        .set_portrait()
        .set_print_fit_to_pages(1, 0)
        .set_print_center_horizontally(true)
        .set_margins(0.6, 0.6, 0.7, 0.7, 0.3, 0.3)
        .set_screen_gridlines(false);
}

/// A [`page`] with the title of the edition and the page number in its footer.
pub(super) fn numbered_page(sheet: &mut Worksheet, edition: &Edition) {
    page(sheet);
    let title = format!("{} / {}", edition.title.vi, edition.title.en).replace('&', "&&");
    sheet.set_footer(format!(
        "&L&\"{FONT},Italic\"&8{title}&R&\"{FONT},Regular\"&9&P"
    ));
}

/// Name of the sheet of a table.
pub(super) fn sheet_name(table: &Table, edition: &Edition) -> String {
    format!("{} {}", edition.words.phrases.table.vi, table.id)
}

/// A link to the first cell of a sheet.
pub(super) fn link_to(sheet: &str) -> Url {
    Url::new(format!("internal:'{}'!A1", sheet.replace('\'', "''")))
}
