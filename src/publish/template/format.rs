//! The look of a blank form: fonts, colours, number formats, widths.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

use super::form::{ColumnKind, Template, TemplateColumn};
use crate::read::Address;

pub(super) const FONT: &str = "Times New Roman";
/// The background of locked cells.
pub(super) const LOCKED: Color = Color::RGB(0xF2_F2_F2);
/// The background of heads.
pub(super) const HEAD: Color = Color::RGB(0xE3_EC_F1);
/// The colour of borders.
const RULE: Color = Color::RGB(0x8C_8C_8C);
/// The colour of values that are filled in already.
pub(super) const KNOWN: Color = Color::RGB(0x1F_4E_9E);
/// The colour of values in which a part is missing.
pub(super) const PARTIAL: Color = Color::RGB(0x9C_57_00);

/// Width of the column that names the records of a list.
pub(super) const LIST_LABEL: f64 = 42.0;

/// Plain text; `size` in points.
pub(super) fn text(size: f64) -> Format {
    Format::new().set_font_name(FONT).set_font_size(size)
}

/// Text in a cell with a border.
pub(super) fn framed(size: f64) -> Format {
    text(size)
        .set_border(FormatBorder::Thin)
        .set_border_color(RULE)
        .set_align(FormatAlign::VerticalCenter)
}

/// The number format of a value.
pub(super) fn number_format(decimals: u32) -> String {
    if decimals == 0 {
        "#,##0".to_owned()
    } else {
        format!("#,##0.{}", "0".repeat(decimals as usize))
    }
}

/// The name of a cell, such as `A1`.
pub(super) fn cell_name(row: u32, column: u16) -> String {
    Address::new(row, u32::from(column)).to_string()
}

/// A text of at most so many characters: a dialogue takes no more.
pub(super) fn short(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// The width of a column, in characters.
pub(super) fn width(column: &TemplateColumn, template: &Template) -> f64 {
    match column.kind {
        ColumnKind::Number => 6.0,
        ColumnKind::Field(at) => {
            let field = template.list.as_ref().and_then(|list| list.fields.get(at));
            field.map_or(12.0, |field| field.width)
        }
        ColumnKind::Label if template.list.is_some() => LIST_LABEL,
        ColumnKind::Label => {
            let longest = template
                .rows
                .iter()
                .map(|r| r.label.chars().count() + 3 * usize::from(r.level.unwrap_or(0)))
                .max()
                .unwrap_or(0);
            f64::from(u32::try_from(longest).unwrap_or(u32::MAX)).clamp(24.0, 50.0)
        }
        ColumnKind::Unit => 14.0,
        ColumnKind::Code => 8.0,
        ColumnKind::Value => 15.0,
        ColumnKind::Comparison { .. } => 13.0,
        ColumnKind::Note => 16.0,
    }
}

/// Writes a text across several columns of a row.
pub(super) fn write_across(
    sheet: &mut Worksheet,
    row: u32,
    (from, to): (u16, u16),
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    if from < to {
        sheet.merge_range(row, from, row, to, text, format)?;
    } else {
        sheet.write_with_format(row, from, text, format)?;
    }
    Ok(())
}
