//! Grids as an .xlsx workbook, with an ordinary office's fonts, frames and number formats.

use std::error::Error;

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Workbook, Worksheet,
};

use super::grid::{Cell, Content, Grid, Look};
use super::package::{pack, unpack};

/// What a workbook says of itself.
pub(crate) struct Properties {
    /// Its title.
    pub(crate) title: String,
    /// Who wrote it.
    pub(crate) author: String,
    /// The day it came, in RFC 3339: the document's dates, so that no clock is read.
    pub(crate) received_at: String,
}

/// The workbook's bytes, with the sheets in order.
pub(crate) fn write(sheets: &[Grid], properties: &Properties) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&document(properties)?);
    for grid in sheets {
        let sheet = workbook.add_worksheet();
        sheet.set_name(&grid.name)?;
        fill(sheet, grid)?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// The same as a workbook that may hold macros (.xlsm): only its type is another.
pub(crate) fn write_with_macros(
    sheets: &[Grid],
    properties: &Properties,
) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut members = unpack(write(sheets, properties)?)?;
    for (name, bytes) in &mut members {
        if name == "[Content_Types].xml" {
            *bytes = String::from_utf8(std::mem::take(bytes))?
                .replace(
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
                    "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
                )
                .into_bytes();
        }
    }
    pack(&members)
}

fn document(properties: &Properties) -> Result<DocProperties, Box<dyn Error>> {
    let day = properties.received_at.get(..19).unwrap_or_default();
    Ok(DocProperties::new()
        .set_title(&properties.title)
        .set_author(&properties.author)
        .set_comment("Simulated data: examples/generate_sample of tonghop")
        .set_creation_datetime(&ExcelDateTime::parse_from_str(day)?))
}

fn fill(sheet: &mut Worksheet, grid: &Grid) -> Result<(), Box<dyn Error>> {
    sheet
        .set_landscape()
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 0);
    for (&column, &width) in &grid.widths {
        sheet.set_column_width(column, width)?;
    }
    for &column in &grid.hidden_columns {
        sheet.set_column_hidden(column)?;
    }
    for &row in &grid.hidden_rows {
        sheet.set_row_hidden(row)?;
    }
    if let Some((row, column, last_row, last_column)) = grid.print_area {
        sheet.set_print_area(row, column, last_row, last_column)?;
    }
    sheet.set_hidden(grid.hidden);
    for &(row, column, last_row, last_column) in &grid.merged {
        let format = grid
            .cells
            .get(&(row, column))
            .map_or_else(|| format(Look::Plain), format_of);
        sheet.merge_range(row, column, last_row, last_column, "", &format)?;
    }
    for (&(row, column), cell) in &grid.cells {
        put(sheet, row, column, cell)?;
        if cell.look == Look::Head {
            sheet.set_row_height(row, 31.5)?;
        }
    }
    Ok(())
}

fn put(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell) -> Result<(), Box<dyn Error>> {
    let format = format_of(cell);
    match &cell.content {
        Content::Text(text) => sheet.write_string_with_format(row, column, text, &format)?,
        Content::Number(..) => {
            let number: f64 = cell.content.as_text(false).parse()?;
            sheet.write_number_with_format(row, column, number, &format)?
        }
        Content::Formula(formula, ..) | Content::Failed(formula) => {
            let formula = Formula::new(formula).set_result(cell.content.as_text(false));
            sheet.write_formula_with_format(row, column, formula, &format)?
        }
        Content::Blank => sheet.write_blank(row, column, &format)?,
    };
    Ok(())
}

fn format_of(cell: &Cell) -> Format {
    let format = format(cell.look);
    match cell.font {
        Some(font) => format.set_font_name(font),
        None => format,
    }
}

fn format(look: Look) -> Format {
    let plain = Format::new()
        .set_font_name("Times New Roman")
        .set_font_size(12);
    let framed = plain
        .clone()
        .set_border(FormatBorder::Thin)
        .set_align(FormatAlign::VerticalCenter);
    match look {
        Look::Plain => plain,
        Look::Title => plain.set_bold().set_align(FormatAlign::Center),
        Look::Italic => plain.set_italic(),
        Look::Head => framed
            .set_bold()
            .set_align(FormatAlign::Center)
            .set_text_wrap(),
        Look::Numbers => framed
            .set_italic()
            .set_font_size(10)
            .set_align(FormatAlign::Center),
        Look::Middle => framed.set_align(FormatAlign::Center),
        Look::Stub(depth) => framed.set_indent(depth).set_text_wrap(),
        Look::Strong => framed.set_bold().set_text_wrap(),
        Look::Integer => framed.set_num_format("#,##0"),
        Look::Tenths => framed.set_num_format("#,##0.0"),
        Look::General => framed,
    }
}
