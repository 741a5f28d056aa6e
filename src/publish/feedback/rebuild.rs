//! A workbook made from sheets as they were read, for files that are not Office Open XML workbooks.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};

use super::names::first_free;
use crate::read::{CellContent, Document, Sheet};

/// The most characters that a cell of a workbook can hold.
const LONGEST_TEXT: usize = 32_767;

/// The workbook and the names of its sheets. `nameless` names the sheet of a file without sheets.
///
/// # Errors
/// When a sheet does not fit a workbook.
pub(super) fn workbook(
    document: &Document,
    nameless: &str,
    created: Date,
) -> Result<(Vec<u8>, Vec<String>), XlsxError> {
    let mut book = Workbook::new();
    let created = ExcelDateTime::from_ymd(
        u16::try_from(created.year()).unwrap_or(1900),
        created.month().unsigned_abs(),
        created.day().unsigned_abs(),
    )?;
    book.set_properties(
        &DocProperties::new()
            .set_author(concat!("tonghop ", env!("CARGO_PKG_VERSION")))
            .set_creation_datetime(&created),
    );
    let mut names: Vec<String> = Vec::new();
    let mut taken = BTreeSet::new();
    for sheet in &document.sheets {
        let name = sheet_name(sheet.name.as_deref().unwrap_or(nameless), &mut taken);
        let page = book.add_worksheet();
        page.set_name(&name)?;
        if !sheet.visible {
            page.set_hidden(true);
        }
        write(page, sheet)?;
        names.push(name);
    }
    Ok((book.save_to_buffer()?, names))
}

/// A sheet name that a workbook allows and that is not taken yet.
fn sheet_name(wanted: &str, taken: &mut BTreeSet<String>) -> String {
    let allowed: String = wanted
        .chars()
        .filter(|c| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\') && !c.is_control())
        .collect();
    let allowed = allowed.trim_matches('\'');
    let allowed = if allowed.is_empty() { "-" } else { allowed };
    let name = first_free(
        |n| {
            let tail = if n == 1 {
                String::new()
            } else {
                format!(" ({n})")
            };
            // A sheet name has at most 31 characters.
            let head: String = allowed.chars().take(31 - tail.len()).collect();
            format!("{head}{tail}")
        },
        |name| taken.contains(&name.to_lowercase()),
    );
    taken.insert(name.to_lowercase());
    name
}

/// Writes the cells of a sheet, as wide as their texts.
fn write(page: &mut Worksheet, sheet: &Sheet) -> Result<(), XlsxError> {
    let plain = Format::new()
        .set_font_name("Times New Roman")
        .set_align(FormatAlign::Top);
    let wrapped = plain.clone().set_text_wrap();
    let centred = wrapped.clone().set_align(FormatAlign::Center);
    for range in sheet.merged().iter().filter(|r| r.start != r.end) {
        let (Ok(first), Ok(last)) = (
            u16::try_from(range.start.column),
            u16::try_from(range.end.column),
        ) else {
            continue;
        };
        // Overlapping ranges are refused; their first cell is then written like any other.
        let _ = page.merge_range(range.start.row, first, range.end.row, last, "", &centred);
    }
    let mut widths: std::collections::BTreeMap<u16, usize> = std::collections::BTreeMap::new();
    for (at, content) in sheet.cells() {
        let Ok(column) = u16::try_from(at.column) else {
            continue;
        };
        let merged = sheet.merged_at(at).is_some();
        let format = if merged { &centred } else { &wrapped };
        match content {
            CellContent::Number(n) => {
                page.write_number_with_format(at.row, column, *n, &plain)?;
            }
            CellContent::Bool(b) => {
                page.write_boolean_with_format(at.row, column, *b, &plain)?;
            }
            CellContent::Text(_) | CellContent::Date(_) | CellContent::Error(_) => {
                let text: String = content.as_read().chars().take(LONGEST_TEXT).collect();
                if !merged {
                    let length = text.lines().map(|l| l.chars().count()).max().unwrap_or(0);
                    let width = widths.entry(column).or_default();
                    *width = (*width).max(length);
                }
                page.write_string_with_format(at.row, column, text, format)?;
            }
            CellContent::Shown(shown) => {
                // The lake keeps what was shown, so that is what the sender gets back.
                page.write_string_with_format(at.row, column, &shown.text, format)?;
            }
            CellContent::NoCachedValue | CellContent::Withheld(_) => {
                page.write_blank(at.row, column, &plain)?;
            }
        }
    }
    for (column, width) in widths {
        let width = u32::try_from(width).unwrap_or(u32::MAX).clamp(9, 42);
        page.set_column_width(column, f64::from(width))?;
    }
    page.set_paper_size(9)
        .set_landscape()
        .set_print_fit_to_pages(1, 0);
    Ok(())
}
