//! The rows of a blank form.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{Format, FormatAlign, Formula, Worksheet, XlsxError};

use super::form::{ColumnKind, Template, TemplateRow, TemplateValue, column_number};
use super::format::{KNOWN, LOCKED, PARTIAL, cell_name, framed, number_format};

/// Writes a row.
pub(super) fn write_row(
    sheet: &mut Worksheet,
    template: &Template,
    row: u32,
    line: &TemplateRow,
) -> Result<(), XlsxError> {
    let section = line.level.is_none();
    let locked = || {
        let format = framed(11.0).set_background_color(LOCKED);
        if section || line.level == Some(0) {
            format.set_bold()
        } else {
            format
        }
    };
    let mut values = line.values.iter();
    for (i, column) in template.columns.iter().enumerate() {
        let at = column_number(i);
        match &column.kind {
            ColumnKind::Number => {
                let format = locked().set_align(FormatAlign::Center);
                sheet.write_with_format(row, at, &line.number, &format)?;
            }
            ColumnKind::Label => {
                let format = locked().set_text_wrap().set_indent(line.level.unwrap_or(0));
                sheet.write_with_format(row, at, &line.label, &format)?;
            }
            ColumnKind::Unit => {
                sheet.write_with_format(row, at, &line.unit, &locked_and_centred())?;
            }
            ColumnKind::Code => {
                sheet.write_with_format(row, at, &line.code, &locked_and_centred())?;
            }
            _ if section => {
                sheet.write_blank(row, at, &locked())?;
            }
            ColumnKind::Value => {
                if let Some(value) = values.next() {
                    write_value(sheet, row, at, value)?;
                }
            }
            ColumnKind::Comparison {
                numerator,
                denominator,
            } => {
                let formula = comparison(template, row, line, *numerator, *denominator);
                let format = framed(11.0)
                    .set_num_format("0.0")
                    .set_align(FormatAlign::Right)
                    .set_background_color(LOCKED);
                sheet.write_formula_with_format(row, at, formula, &format)?;
            }
            // Only lists have fields, and their rows are written elsewhere.
            ColumnKind::Field(_) => {}
            ColumnKind::Note => {
                let format = framed(10.0).set_text_wrap().set_unlocked();
                if line.note.is_empty() {
                    sheet.write_blank(row, at, &format)?;
                } else {
                    sheet.write_with_format(row, at, &line.note, &format)?;
                }
            }
        }
    }
    Ok(())
}

fn locked_and_centred() -> Format {
    framed(11.0)
        .set_background_color(LOCKED)
        .set_align(FormatAlign::Center)
}

fn write_value(
    sheet: &mut Worksheet,
    row: u32,
    at: u16,
    value: &TemplateValue,
) -> Result<(), XlsxError> {
    if !value.exists {
        sheet.write_blank(row, at, &framed(11.0).set_background_color(LOCKED))?;
        return Ok(());
    }
    let format = framed(11.0)
        .set_num_format(number_format(value.decimals))
        .set_align(FormatAlign::Right)
        .set_unlocked();
    match value.known.and_then(|known| known.to_f64()) {
        Some(known) => {
            let format = if value.is_partial {
                format.set_font_color(PARTIAL).set_italic()
            } else {
                format.set_font_color(KNOWN)
            };
            sheet.write_number_with_format(row, at, known, &format)?;
        }
        None => {
            sheet.write_blank(row, at, &format)?;
        }
    }
    Ok(())
}

/// The formula that compares two columns of a row in percent, with its result if both values are known.
fn comparison(
    template: &Template,
    row: u32,
    line: &TemplateRow,
    numerator: usize,
    denominator: usize,
) -> Formula {
    let known = |column: usize| {
        let n = template.columns[..column]
            .iter()
            .filter(|c| c.kind == ColumnKind::Value)
            .count();
        line.values.get(n).and_then(|v| v.known)
    };
    let result = known(numerator)
        .zip(known(denominator))
        .and_then(|(numerator, denominator)| {
            (numerator * Decimal::ONE_HUNDRED).checked_div(denominator)
        })
        .map(|percent| percent.to_string())
        .unwrap_or_default();
    let (numerator, denominator) = (
        cell_name(row, column_number(numerator)),
        cell_name(row, column_number(denominator)),
    );
    Formula::new(format!(
        "=IF(AND(ISNUMBER({numerator}),ISNUMBER({denominator})),\
         IF({denominator}<>0,100*{numerator}/{denominator},\"\"),\"\")"
    ))
    .set_result(result)
}
