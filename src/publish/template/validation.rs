//! Checks and hints for the values that a person types into a blank form.

use rust_xlsxwriter::{DataValidation, DataValidationErrorStyle, Formula, Worksheet, XlsxError};

use super::form::{ColumnKind, Template, TemplateRow, TemplateValue, column_number};
use super::format::{cell_name, short};
use super::words::InputWords;
use crate::text::fill;

/// Adds checks and hints to the body: one for each run of equal cells in a column. `body` is its first row.
pub(super) fn add(
    sheet: &mut Worksheet,
    template: &Template,
    words: &InputWords,
    body: u32,
) -> Result<(), XlsxError> {
    let columns: Vec<u16> = template
        .columns
        .iter()
        .enumerate()
        .filter(|(_, c)| c.kind == ColumnKind::Value)
        .map(|(i, _)| column_number(i))
        .collect();
    for (n, column) in columns.into_iter().enumerate() {
        let mut i = 0;
        while i < template.rows.len() {
            let Some(value) = template.rows[i].values.get(n).filter(|v| v.exists) else {
                i += 1;
                continue;
            };
            let alike = |row: &TemplateRow| {
                row.values.get(n).is_some_and(|v| {
                    (v.exists, &v.unit, v.decimals, &v.estimated)
                        == (true, &value.unit, value.decimals, &value.estimated)
                })
            };
            let length = template.rows[i..].iter().take_while(|r| alike(r)).count();
            let (from, to) = (body + i as u32, body + (i + length) as u32 - 1);
            let validation = validation(template, words, value, &cell_name(from, column))?;
            sheet.add_data_validation(from, column, to, column, &validation)?;
            i += length;
        }
    }
    Ok(())
}

/// The check and the hint for a value; `cell` is the first of its run.
fn validation(
    template: &Template,
    words: &InputWords,
    value: &TemplateValue,
    cell: &str,
) -> Result<DataValidation, XlsxError> {
    let marks: Vec<String> = template
        .symbols
        .iter()
        .map(|s| format!("{cell}=\"{}\"", s.replace('"', "\"\"")))
        .collect();
    let whole = value.decimals == 0;
    let number = if whole {
        format!("AND({cell}>=0,{cell}=INT({cell}))")
    } else {
        format!("{cell}>=0")
    };
    let formula = format!("=IF(ISNUMBER({cell}),{number},OR({}))", marks.join(","));
    let decimals = value.decimals.to_string();
    let args = [
        ("unit", value.unit.as_str()),
        ("decimals", decimals.as_str()),
        ("symbols", template.shown_symbols.as_str()),
    ];
    let mut hint = vec![
        fill(if whole { &words.whole } else { &words.decimal }, &args),
        fill(&words.symbols, &args),
    ];
    if let Some(estimated) = &value.estimated {
        hint.insert(0, fill(&words.estimate, &[("value", estimated)]));
    }
    // A count is never negative. An amount of money may be, so there the person decides.
    let (style, wrong) = if whole {
        (DataValidationErrorStyle::Stop, &words.wrong_whole)
    } else {
        (DataValidationErrorStyle::Warning, &words.wrong_decimal)
    };
    DataValidation::new()
        .allow_custom(Formula::new(formula))
        .set_error_style(style)
        .set_error_title(short(&words.wrong, 32))?
        .set_error_message(short(&fill(wrong, &args), 255))?
        .set_input_message(short(&hint.join("\n"), 255))
}
