//! Above the body of a blank form: titles, statements, heads of columns.

use rust_xlsxwriter::{DataValidation, FormatAlign, FormatBorder, Worksheet, XlsxError};

use super::form::{ColumnKind, Template, TemplateColumn, TemplateStatement, column_number};
use super::format::{HEAD, LOCKED, framed, short, text, write_across};

/// Writes heading, titles and statements. Returns the first row of the heads.
pub(super) fn write_titles(sheet: &mut Worksheet, template: &Template) -> Result<u32, XlsxError> {
    let last = template.last_column();
    let heading = text(11.0).set_bold();
    write_across(sheet, 0, (0, last), &template.heading, &heading)?;
    let mut row = 1;
    for (i, title) in template.titles.iter().enumerate() {
        let format = text(if i == 0 { 14.0 } else { 13.0 })
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::Center)
            .set_align(FormatAlign::VerticalCenter);
        write_across(sheet, row, (0, last), title, &format)?;
        sheet.set_row_height(row, 22.0)?;
        row += 1;
    }
    for statement in &template.statements {
        write_statement(sheet, template, row, statement)?;
        row += 1;
    }
    Ok(row + 1)
}

fn write_statement(
    sheet: &mut Worksheet,
    template: &Template,
    row: u32,
    statement: &TemplateStatement,
) -> Result<(), XlsxError> {
    // The words end with the label column, so that there is space for the value beside them.
    let words_end = template.label_column();
    let (from, to) = (words_end + 1, (words_end + 5).min(template.last_column()));
    let words = text(11.0).set_align(FormatAlign::Right);
    write_across(sheet, row, (0, words_end), &statement.words, &words)?;
    let mut format = text(11.0)
        .set_bold()
        .set_align(FormatAlign::Left)
        .set_indent(1);
    if statement.open {
        format = format
            .set_unlocked()
            .set_border_bottom(FormatBorder::Dotted);
    }
    write_across(sheet, row, (from, to), &statement.value, &format)?;
    if let Some(hint) = &statement.hint {
        let validation = DataValidation::new()
            .allow_any_value()
            .set_input_message(short(hint, 255))?;
        sheet.add_data_validation(row, from, row, from, &validation)?;
    }
    Ok(())
}

/// Writes the heads, and below them the numbers of the columns. Returns the first row of the body.
pub(super) fn write_heads(
    sheet: &mut Worksheet,
    template: &Template,
    top: u32,
) -> Result<u32, XlsxError> {
    let format = framed(11.0)
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Center)
        .set_background_color(HEAD);
    let columns = &template.columns;
    let depth = columns.iter().map(|c| c.heads.len()).max().unwrap_or(1);
    for level in 0..depth {
        let row = top + level as u32;
        let mut i = 0;
        while i < columns.len() {
            let heads = &columns[i].heads;
            let Some(head) = heads.get(level) else {
                i += 1;
                continue;
            };
            let lowest = level + 1 == heads.len();
            let same = |other: &TemplateColumn| {
                !lowest && other.heads.len() > level + 1 && other.heads[..=level] == heads[..=level]
            };
            let width = 1 + columns[i + 1..].iter().take_while(|c| same(c)).count();
            let bottom = if lowest { top + depth as u32 - 1 } else { row };
            let (from, to) = (column_number(i), column_number(i + width - 1));
            if bottom > row || to > from {
                sheet.merge_range(row, from, bottom, to, head, &format)?;
            } else {
                sheet.write_with_format(row, from, head, &format)?;
            }
            i += width;
        }
    }
    let lowest = top + depth as u32 - 1;
    sheet.set_row_height(lowest, if depth == 1 { 48.0 } else { 50.0 })?;
    let format = framed(9.0)
        .set_italic()
        .set_align(FormatAlign::Center)
        .set_background_color(LOCKED);
    for (i, mark) in column_marks(columns).iter().enumerate() {
        sheet.write_with_format(lowest + 1, column_number(i), mark, &format)?;
    }
    Ok(lowest + 2)
}

/// The marks below the heads: letters for columns that describe rows, numbers for values and comparisons. A comparison
/// also shows the numbers of its two columns.
fn column_marks(columns: &[TemplateColumn]) -> Vec<String> {
    if columns
        .iter()
        .any(|c| matches!(c.kind, ColumnKind::Field(_)))
    {
        return (1..=columns.len()).map(|n| n.to_string()).collect();
    }
    let mut letters = (b'A'..=b'Z').map(|letter| char::from(letter).to_string());
    let figures = |column: &TemplateColumn| {
        matches!(
            column.kind,
            ColumnKind::Value | ColumnKind::Comparison { .. }
        )
    };
    let number = |at: usize| columns[..=at].iter().filter(|c| figures(c)).count();
    columns
        .iter()
        .enumerate()
        .map(|(i, column)| match column.kind {
            ColumnKind::Value => number(i).to_string(),
            ColumnKind::Comparison {
                numerator,
                denominator,
            } => {
                format!(
                    "{}={}/{}",
                    number(i),
                    number(numerator),
                    number(denominator)
                )
            }
            _ => letters.next().unwrap_or_default(),
        })
        .collect()
}
