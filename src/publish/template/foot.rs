//! Below the body of a blank form: notes, place and date, signatures.

use rust_xlsxwriter::{Format, FormatAlign, Worksheet, XlsxError};

use super::form::{Template, column_number};
use super::format::{text, width, write_across};
use super::words::TemplateWords;

/// Writes the notes and the signatures from row `from` on. Returns the last row.
pub(super) fn write(
    sheet: &mut Worksheet,
    template: &Template,
    words: &TemplateWords,
    from: u32,
) -> Result<u32, XlsxError> {
    let (label, last) = (template.label_column(), template.last_column());
    let mut row = from;
    let room: f64 = template.columns[usize::from(label)..]
        .iter()
        .map(|c| width(c, template))
        .sum();
    for note in &template.notes {
        let format = text(10.0)
            .set_italic()
            .set_text_wrap()
            .set_align(FormatAlign::Top);
        write_across(sheet, row, (label, last), note, &format)?;
        let length = f64::from(u32::try_from(note.chars().count()).unwrap_or(u32::MAX));
        sheet.set_row_height(row, (length / (room * 1.1)).ceil().max(1.0) * 13.5 + 1.5)?;
        row += 1;
    }
    row += 1;
    let centred = |format: Format| format.set_align(FormatAlign::Center).set_unlocked();
    // The last signature is below place and date, on the right.
    let right = template.first_value_column().max(last.saturating_sub(4));
    write_across(
        sheet,
        row,
        (right, last),
        &words.place_and_date,
        &centred(text(11.0).set_italic()),
    )?;
    for (i, signature) in words.signatures.iter().enumerate() {
        let columns = if i + 1 == words.signatures.len() {
            (right, last)
        } else {
            let at = label + column_number(i);
            (at, at)
        };
        let (title, below) = (
            centred(text(11.0).set_bold()),
            centred(text(10.0).set_italic()),
        );
        write_across(sheet, row + 1, columns, &signature.title, &title)?;
        write_across(sheet, row + 2, columns, &signature.below, &below)?;
    }
    Ok(row + 6)
}
