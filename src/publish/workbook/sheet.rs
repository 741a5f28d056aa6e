//! The sheet of a table: title, unit, heads that stay in view, figures that stay numbers, and below them symbols, notes
//! and source.

use std::collections::BTreeSet;

use rust_xlsxwriter::{Format, FormatAlign, IgnoreError, Worksheet, XlsxError};

use super::page::{link_to, numbered_page};
use super::style::{
    ACCENT, body, characters, english, head, height, lines, number_format, symbol_format, text,
    write_beside, write_both,
};
use crate::tables::{Cell, Edition, Layout, SymbolKind, Table, TableRow};
use crate::text::Bilingual;

/// The frame of a table: the positions of its parts.
struct Frame {
    /// First column of figures.
    first: u16,
    /// Last column.
    last: u16,
    /// First row of the heads.
    heads: u32,
    /// First row of the body.
    body: u32,
    /// Widths of all columns, in characters.
    widths: Vec<f64>,
}

impl Frame {
    fn new(table: &Table) -> Self {
        let first = if table.unit_head.is_some() { 2 } else { 1 };
        let heads = if table.scope.is_some() { 5 } else { 4 };
        let spans = table.columns.iter().any(|c| c.over.is_some());
        let mut widths = vec![label_width(table)];
        if let Some(unit_head) = &table.unit_head {
            let units = table.rows.iter().filter_map(|r| r.unit.as_ref());
            widths.push(
                units
                    .chain([unit_head])
                    .map(widest)
                    .fold(8.0, f64::max)
                    .min(24.0)
                    * 0.85
                    + 1.0,
            );
        }
        for (i, column) in table.columns.iter().enumerate() {
            let cells = table.rows.iter().filter_map(|r| r.cells[i].as_ref());
            let figures = cells.map(|c| characters(&c.text)).fold(0.0, f64::max) * 0.95 + 1.5;
            let words = [&column.head.vi, &column.head.en];
            let longest = words
                .into_iter()
                .flat_map(|t| t.split_whitespace())
                .map(characters)
                .fold(0.0, f64::max)
                + 2.0;
            // Heads of at most three lines.
            let head = words
                .into_iter()
                .map(|t| characters(t) / 3.0)
                .fold(0.0, f64::max)
                + 3.0;
            widths.push(figures.max(longest).max(head).clamp(10.0, 26.0));
        }
        let last = u16::try_from(widths.len() - 1).unwrap_or(u16::MAX);
        Self {
            first,
            last,
            heads,
            body: heads + if spans { 2 } else { 1 },
            widths,
        }
    }

    fn width(&self) -> f64 {
        self.widths.iter().sum()
    }
}

fn widest(both: &Bilingual) -> f64 {
    characters(&both.vi).max(characters(&both.en))
}

/// Font size of labels and figures, in points.
const BODY: f64 = 10.5;

/// The width of the indent of a level: two steps, in characters.
fn indent(level: usize) -> f64 {
    2.4 * f64::from(u32::try_from(level).unwrap_or(0))
}

/// The width of a name with its English beside it, in characters.
fn beside(name: &Bilingual) -> f64 {
    characters(&name.vi) * 0.98 + characters(&name.en) * 0.84 + 2.0
}

fn label_width(table: &Table) -> f64 {
    let labels = table.rows.iter().map(|r| {
        let own = widest(&r.label) * 0.92;
        let beside = if r.label.is_name() {
            beside(&r.label)
        } else {
            0.0
        };
        own.max(beside) + indent(r.level)
    });
    labels.fold(18.0, f64::max).clamp(22.0, 44.0) + 2.0
}

/// Writes the sheet of a table.
pub(super) fn write(
    sheet: &mut Worksheet,
    table: &Table,
    edition: &Edition,
) -> Result<(), XlsxError> {
    let frame = Frame::new(table);
    for (i, width) in (0_u16..).zip(&frame.widths) {
        sheet.set_column_width(i, *width)?;
    }
    titles(sheet, table, edition, &frame)?;
    heads(sheet, table, &frame)?;
    let marks: Vec<BTreeSet<SymbolKind>> = (0..table.columns.len())
        .map(|i| marks_of(table, i))
        .collect();
    let mut row = frame.body;
    for (i, line) in table.rows.iter().enumerate() {
        write_row(
            sheet,
            row,
            line,
            i + 1 == table.rows.len(),
            &frame,
            &marks,
            edition,
        )?;
        row += 1;
    }
    let last = below(sheet, table, edition, &frame, row)?;
    numbered_page(sheet, edition);
    if frame.width() > 120.0 {
        sheet.set_landscape();
    }
    sheet.set_repeat_rows(frame.heads, frame.body - 1)?;
    sheet.set_freeze_panes(frame.body, frame.first)?;
    // The link back to the contents is only for the screen.
    let first = u32::from(edition.layout == Layout::Book);
    sheet.set_print_area(first, 0, last, frame.last)?;
    sheet.ignore_error_range(
        frame.heads,
        0,
        last,
        frame.last,
        IgnoreError::NumberStoredAsText,
    )?;
    Ok(())
}

/// The most marks that follow a figure of a column.
fn marks_of(table: &Table, column: usize) -> BTreeSet<SymbolKind> {
    let cells = table.rows.iter().filter_map(|r| r.cells[column].as_ref());
    let following = |cell: &Cell| -> BTreeSet<SymbolKind> {
        let marks = cell.marks().into_iter();
        marks.filter(|kind| kind.follows_figure()).collect()
    };
    cells
        .map(following)
        .max_by_key(BTreeSet::len)
        .unwrap_or_default()
}

/// Writes a text across the whole table, as high as it needs.
fn across(
    sheet: &mut Worksheet,
    row: u32,
    content: &str,
    format: &Format,
    size: f64,
    frame: &Frame,
) -> Result<(), XlsxError> {
    let format = format
        .clone()
        .set_text_wrap()
        .set_align(FormatAlign::VerticalCenter);
    sheet.merge_range(row, 0, row, frame.last, content, &format)?;
    sheet.set_row_height(
        row,
        f64::from(lines(content, size, frame.width())) * size * 1.25 + 2.0,
    )?;
    Ok(())
}

/// Writes the link to the contents, the titles, the scope and the unit.
fn titles(
    sheet: &mut Worksheet,
    table: &Table,
    edition: &Edition,
    frame: &Frame,
) -> Result<(), XlsxError> {
    let phrases = &edition.words.phrases;
    match edition.layout {
        Layout::Book => {
            let back = link_to(&phrases.contents.vi);
            let words = format!("← {} / {}", phrases.to_contents.vi, phrases.to_contents.en);
            sheet.write_url_with_options(0, 0, back, words, "", Some(&english(9.0)))?;
        }
        // A report has no cover: each sheet says what it belongs to.
        Layout::Report => {
            let line = format!("{} – {}", edition.title.vi, edition.subtitle.vi);
            across(sheet, 0, &line, &text(10.0), 10.0, frame)?;
        }
    }
    let title = format!("{} {}. {}", phrases.table.vi, table.id, table.title.vi);
    across(
        sheet,
        1,
        &title,
        &text(13.0).set_bold().set_font_color(ACCENT),
        13.5,
        frame,
    )?;
    let title = format!("{} {}. {}", phrases.table.en, table.id, table.title.en);
    across(sheet, 2, &title, &english(11.0), 11.0, frame)?;
    if let Some(scope) = &table.scope {
        across(
            sheet,
            3,
            &format!("{} / {}", scope.vi, scope.en),
            &text(10.0),
            10.0,
            frame,
        )?;
    }
    if let Some(unit) = &table.unit {
        let line = if unit.is_same() {
            format!("{} / {}: {}", phrases.unit.vi, phrases.unit.en, unit.vi)
        } else {
            format!(
                "{}: {} / {}: {}",
                phrases.unit.vi, unit.vi, phrases.unit.en, unit.en
            )
        };
        let format = text(10.0).set_italic().set_align(FormatAlign::Right);
        across(sheet, frame.heads - 1, &line, &format, 10.0, frame)?;
    }
    Ok(())
}

/// Writes the heads of the columns, with those that span several above them.
fn heads(sheet: &mut Worksheet, table: &Table, frame: &Frame) -> Result<(), XlsxError> {
    let format = head();
    let (top, bottom) = (frame.heads, frame.body - 1);
    let place = |sheet: &mut Worksheet,
                 rows: (u32, u32),
                 columns: (u16, u16),
                 words: &Bilingual|
     -> Result<(), XlsxError> {
        if rows.0 != rows.1 || columns.0 != columns.1 {
            sheet.merge_range(rows.0, columns.0, rows.1, columns.1, "", &format)?;
        }
        write_both(sheet, rows.0, columns.0, words, 10.0, &format)
    };
    place(sheet, (top, bottom), (0, 0), &table.rows_head)?;
    if let Some(unit_head) = &table.unit_head {
        place(sheet, (top, bottom), (1, 1), unit_head)?;
    }
    let mut i = 0;
    while let Some(column) = table.columns.get(i) {
        let at = |i: usize| frame.first + u16::try_from(i).unwrap_or(0);
        match &column.over {
            None => place(sheet, (top, bottom), (at(i), at(i)), &column.head)?,
            Some(over) => {
                let same = table.columns[i..]
                    .iter()
                    .take_while(|c| c.over.as_ref() == Some(over))
                    .count();
                place(sheet, (top, top), (at(i), at(i + same - 1)), over)?;
                for (j, column) in table.columns.iter().enumerate().skip(i).take(same) {
                    place(sheet, (bottom, bottom), (at(j), at(j)), &column.head)?;
                }
                i += same - 1;
            }
        }
        i += 1;
    }
    // Bold letters are wider.
    let needed = |i: usize, words: &Bilingual| height(words, 10.5, frame.widths[i] - 1.0) + 5.0;
    let first = usize::from(frame.first);
    let columns = table
        .columns
        .iter()
        .enumerate()
        .map(|(i, c)| needed(first + i, &c.head));
    sheet.set_row_height(bottom, columns.fold(needed(0, &table.rows_head), f64::max))?;
    if top != bottom {
        sheet.set_row_height(top, 30)?;
    }
    Ok(())
}

fn write_row(
    sheet: &mut Worksheet,
    row: u32,
    line: &TableRow,
    last: bool,
    frame: &Frame,
    marks: &[BTreeSet<SymbolKind>],
    edition: &Edition,
) -> Result<(), XlsxError> {
    let plain = body(line.style, last);
    let level = u8::try_from(line.level)
        .unwrap_or(u8::MAX)
        .saturating_mul(2);
    let label = if level > 0 {
        plain.clone().set_align(FormatAlign::Left).set_indent(level)
    } else {
        plain.clone()
    };
    let room = frame.widths[0] - indent(line.level) - 1.0;
    if line.label.is_name() && beside(&line.label) <= room && line.unit.is_none() {
        write_beside(sheet, row, 0, &line.label, BODY, &label)?;
        sheet.set_row_height(row, height(&Bilingual::same(&line.label.vi), BODY, room))?;
    } else {
        write_both(sheet, row, 0, &line.label, BODY, &label)?;
        sheet.set_row_height(row, height(&line.label, BODY, room))?;
    }
    if frame.first > 1 {
        match &line.unit {
            Some(unit) => write_both(sheet, row, 1, unit, 9.5, &plain)?,
            None => drop(sheet.write_blank(row, 1, &plain)?),
        }
    }
    for (i, cell) in line.cells.iter().enumerate() {
        let column = frame.first + u16::try_from(i).unwrap_or(0);
        let figure = plain.clone().set_align(FormatAlign::Right);
        match cell {
            None => drop(sheet.write_blank(row, column, &plain)?),
            Some(cell) => write_cell(sheet, (row, column), cell, &figure, &marks[i], edition)?,
        }
    }
    Ok(())
}

fn write_cell(
    sheet: &mut Worksheet,
    at: (u32, u16),
    cell: &Cell,
    format: &Format,
    marks: &BTreeSet<SymbolKind>,
    edition: &Edition,
) -> Result<(), XlsxError> {
    // A withheld value must not be in the file either.
    // A workbook holds the double nearest to a decimal: the text of the decimal is parsed, not computed.
    let number = cell
        .value
        .and_then(|v| v.to_string().parse::<f64>().ok())
        .filter(|_| cell.shows_value());
    if let Some(number) = number {
        let format = format
            .clone()
            .set_num_format(number_format(cell, marks, &edition.words));
        sheet.write_number_with_format(at.0, at.1, number, &format)?;
    } else {
        let format = format
            .clone()
            .set_num_format(symbol_format(marks, &edition.words));
        sheet.write_with_format(at.0, at.1, &cell.text, &format)?;
    }
    Ok(())
}

/// Writes symbols, notes and source below the table. Returns the last row.
fn below(
    sheet: &mut Worksheet,
    table: &Table,
    edition: &Edition,
    frame: &Frame,
    body_end: u32,
) -> Result<u32, XlsxError> {
    let phrases = &edition.words.phrases;
    let mut row = body_end;
    sheet.set_row_height(row, 6)?;
    let mut paragraph =
        |sheet: &mut Worksheet, words: &Bilingual, size: f64| -> Result<(), XlsxError> {
            row += 1;
            let format = text(size).set_text_wrap().set_align(FormatAlign::Top);
            sheet.merge_range(row, 0, row, frame.last, "", &format)?;
            write_both(sheet, row, 0, words, size, &format)?;
            sheet.set_row_height(row, height(words, size, frame.width()))?;
            Ok(())
        };
    if !table.symbols.is_empty() {
        let list = |meaning: fn(&crate::tables::Symbol) -> &str| {
            table
                .symbols
                .iter()
                .map(|s| format!("{} {}", s.mark, meaning(s)))
                .collect::<Vec<_>>()
                .join("; ")
        };
        let vi = format!("{}: {}.", phrases.symbols.vi, list(|s| &s.vi));
        paragraph(
            sheet,
            &Bilingual::new(vi, format!("{}: {}.", phrases.symbols.en, list(|s| &s.en))),
            9.5,
        )?;
    }
    for (i, note) in table.notes.iter().enumerate() {
        if i == 0 {
            let words = Bilingual::new(
                format!("{}: {}", phrases.notes.vi, note.vi),
                format!("{}: {}", phrases.notes.en, note.en),
            );
            paragraph(sheet, &words, 9.5)?;
        } else {
            paragraph(sheet, note, 9.5)?;
        }
    }
    let vi = format!("{}: {}", phrases.source.vi, table.source.vi);
    paragraph(
        sheet,
        &Bilingual::new(vi, format!("{}: {}", phrases.source.en, table.source.en)),
        9.5,
    )?;
    Ok(row)
}
