//! The rows of a blank list: those that are known, and blank ones. All are open, and checked while typing.

use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, Format, FormatAlign, Formula, Worksheet, XlsxError,
};

use super::form::{FieldCells, TemplateField, TemplateList, column_number};
use super::format::{KNOWN, LIST_LABEL, cell_name, framed, short};
use super::words::{InputWords, ListWords};

/// Height of a line of text, in points.
const LINE: f64 = 15.0;

/// Writes the rows of a list from row `body` on, with their checks. Returns the first row behind them.
pub(super) fn write(
    sheet: &mut Worksheet,
    list: &TemplateList,
    (input, words): (&InputWords, &ListWords),
    body: u32,
) -> Result<u32, XlsxError> {
    let mut row = body;
    for known in &list.known {
        let is_heading = known.iter().filter(|text| !text.is_empty()).count() == 1;
        for (at, (field, text)) in list.fields.iter().zip(known).enumerate() {
            let format = format_of(field).set_font_color(KNOWN);
            let format = if is_heading {
                format.set_bold()
            } else {
                format
            };
            write_text(sheet, (row, column_number(at)), text, &format)?;
        }
        let longest = known.iter().map(|text| text.chars().count()).max();
        let longest = f64::from(u32::try_from(longest.unwrap_or(0)).unwrap_or(u32::MAX));
        let lines = (longest / LIST_LABEL).ceil().max(1.0);
        sheet.set_row_height(row, lines * LINE + 2.0)?;
        row += 1;
    }
    for number in 1..=list.blank {
        for (at, field) in list.fields.iter().enumerate() {
            let (at, format) = (column_number(at), format_of(field));
            if field.kind == FieldCells::Number && list.known.is_empty() {
                sheet.write_with_format(row, at, number, &format)?;
            } else {
                sheet.write_blank(row, at, &format)?;
            }
        }
        row += 1;
    }
    for (at, field) in list.fields.iter().enumerate() {
        if row > body && field.kind != FieldCells::Number {
            let at = column_number(at);
            let check = check(field, (input, words), &cell_name(body, at))?;
            sheet.add_data_validation(body, at, row - 1, at, &check)?;
        }
    }
    Ok(row)
}

fn write_text(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    if text.is_empty() {
        sheet.write_blank(row, column, format)?;
    } else {
        sheet.write_with_format(row, column, text, format)?;
    }
    Ok(())
}

/// The format of a field's cells. What is kept as typed has the format of texts, so that no zero and no day is changed.
fn format_of(field: &TemplateField) -> Format {
    let format = framed(11.0).set_unlocked();
    match &field.kind {
        FieldCells::Number => format.set_align(FormatAlign::Center),
        FieldCells::Text => format.set_num_format("@").set_text_wrap(),
        FieldCells::Choice(_) => format.set_num_format("@"),
        FieldCells::Whole { grouped: true } => {
            format.set_num_format("#,##0").set_align(FormatAlign::Right)
        }
        FieldCells::Whole { grouped: false } => {
            format.set_num_format("0").set_align(FormatAlign::Right)
        }
        // All decimals that are typed are shown.
        FieldCells::Decimal => format.set_align(FormatAlign::Right),
    }
}

/// The check and the hint of a field; `cell` is its first.
fn check(
    field: &TemplateField,
    (input, words): (&InputWords, &ListWords),
    cell: &str,
) -> Result<DataValidation, XlsxError> {
    let (check, wrong) = match &field.kind {
        FieldCells::Number | FieldCells::Text => (DataValidation::new().allow_any_value(), ""),
        FieldCells::Choice(choices) => (
            DataValidation::new().allow_list_strings(choices)?,
            words.wrong_choice.as_str(),
        ),
        FieldCells::Whole { .. } => {
            let formula = format!("=IF(ISNUMBER({cell}),AND({cell}>=0,{cell}=INT({cell})),FALSE)");
            let check = DataValidation::new().allow_custom(Formula::new(formula));
            (check, words.wrong_whole.as_str())
        }
        FieldCells::Decimal => {
            let formula = format!("=ISNUMBER({cell})");
            let check = DataValidation::new().allow_custom(Formula::new(formula));
            (check, words.wrong_decimal.as_str())
        }
    };
    // Other words are read too, and `-` and the like: the person decides.
    check
        .set_error_style(DataValidationErrorStyle::Warning)
        .set_error_title(short(&input.wrong, 32))?
        .set_error_message(short(wrong, 255))?
        .set_input_message(short(&field.hint, 255))
}
