//! Blank forms as workbooks: cells to fill in are open and checked while typing, everything else is locked.

mod body;
mod foot;
mod form;
mod format;
mod head;
mod list;
mod validation;
mod words;

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, IgnoreError, ProtectionOptions, Workbook, Worksheet, XlsxError,
};

pub use form::{
    ColumnKind, FieldCells, Template, TemplateColumn, TemplateField, TemplateList, TemplateRow,
    TemplateStatement, TemplateValue,
};
pub use words::{ConsolidatedWords, InputWords, ListWords, Signature, TemplateWords};

use crate::text::fill;
use form::column_number;
use format::{FONT, width};

/// The workbook of a form. The same form gives the same bytes.
///
/// # Errors
/// When the form does not fit a sheet.
pub fn workbook(template: &Template, words: &TemplateWords) -> Result<Vec<u8>, XlsxError> {
    workbook_of(std::slice::from_ref(template), words)
}

/// The workbook of several forms, a sheet each.
///
/// # Errors
/// When a form does not fit a sheet, or two have one name.
pub fn workbook_of(templates: &[Template], words: &TemplateWords) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    if let Some(first) = templates.first() {
        set_properties(&mut book, first)?;
    }
    for template in templates {
        write_sheet(book.add_worksheet(), template, words)?;
    }
    book.save_to_buffer()
}

/// Sets title, author and date of the document.
fn set_properties(book: &mut Workbook, template: &Template) -> Result<(), XlsxError> {
    let dated = template.dated;
    let created = ExcelDateTime::from_ymd(
        u16::try_from(dated.year()).unwrap_or(1900),
        dated.month().unsigned_abs(),
        dated.day().unsigned_abs(),
    )?;
    book.set_properties(
        &DocProperties::new()
            .set_title(template.titles.join(" – "))
            .set_author(concat!("tonghop ", env!("CARGO_PKG_VERSION")))
            .set_creation_datetime(&created),
    );
    Ok(())
}

/// Writes a form on a sheet.
fn write_sheet(
    sheet: &mut Worksheet,
    template: &Template,
    words: &TemplateWords,
) -> Result<(), XlsxError> {
    sheet.set_name(&template.sheet)?;
    // The comparison of blank cells is blank.
    sheet.set_formula_result_default("");
    for (i, column) in template.columns.iter().enumerate() {
        sheet.set_column_width(column_number(i), width(column, template))?;
    }
    let heads = head::write_titles(sheet, template)?;
    let first_row = head::write_heads(sheet, template, heads)?;
    let mut row = first_row;
    for line in &template.rows {
        body::write_row(sheet, template, row, line)?;
        row += 1;
    }
    if let Some(list) = &template.list {
        row = list::write(sheet, list, (&words.input, &words.list), first_row)?;
    } else if template.is_blank {
        validation::add(sheet, template, &words.input, first_row)?;
    }
    let end = foot::write(sheet, template, words, row + 1)?;
    set_page(sheet, template, words, (heads, first_row, end))
}

/// Sets paper, footer, print area, frozen panes and protection. The rows are the first of the heads, the first of the
/// body and the last of all.
fn set_page(
    sheet: &mut Worksheet,
    template: &Template,
    words: &TemplateWords,
    (heads, body, end): (u32, u32, u32),
) -> Result<(), XlsxError> {
    let footer = fill(
        &words.footer,
        &[
            ("form", template.code.as_str()),
            ("page", "&P"),
            ("pages", "&N"),
        ],
    );
    let last = template.last_column();
    sheet
        .set_paper_size(9)
        .set_landscape()
        .set_print_fit_to_pages(1, 0)
        .set_print_center_horizontally(true)
        .set_margins(0.5, 0.5, 0.6, 0.6, 0.3, 0.3)
        .set_screen_gridlines(false)
        .set_footer(format!("&R&\"{FONT},Italic\"&9{footer}"));
    sheet.set_repeat_rows(heads, body - 1)?;
    sheet.set_print_area(0, 0, end, last)?;
    sheet.set_freeze_panes(body, template.first_value_column())?;
    sheet.ignore_error_range(0, 0, end, last, IgnoreError::NumberStoredAsText)?;
    let is_list = template.list.is_some();
    sheet.protect_with_options(&ProtectionOptions {
        format_columns: true,
        format_rows: true,
        insert_rows: is_list,
        delete_rows: is_list,
        sort: is_list,
        ..ProtectionOptions::default()
    });
    Ok(())
}
