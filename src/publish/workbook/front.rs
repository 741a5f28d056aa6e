//! The sheets before the tables: cover, contents with links, symbols, notes.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

use super::page::{link_to, numbered_page, page, sheet_name};
use super::style::{ACCENT, RULE, english, height, lines, text, write_both};
use crate::tables::{Book, Edition, SymbolKind, Table};
use crate::text::Bilingual;

/// Width of the text on these sheets, in characters.
const WIDTH: f64 = 86.0;

fn centred(format: Format) -> Format {
    format
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_text_wrap()
}

/// The cover.
pub(super) fn cover(sheet: &mut Worksheet, edition: &Edition) -> Result<(), XlsxError> {
    let phrases = &edition.words.phrases;
    sheet.set_name(&phrases.cover.vi)?;
    page(sheet);
    sheet.set_column_width(0, WIDTH)?;
    let dated = edition.dated();
    let years = edition.range();
    let strong = |size| centred(text(size).set_bold().set_font_color(ACCENT));
    let rule = text(4.0)
        .set_border_bottom(FormatBorder::Medium)
        .set_border_bottom_color(ACCENT);
    let rows: [(&str, f64, Format); 12] = [
        ("", 130.0, text(11.0)),
        (&edition.title.vi, 62.0, strong(26.0)),
        (&edition.title.en, 34.0, centred(english(16.0))),
        ("", 18.0, rule),
        ("", 24.0, text(11.0)),
        (&edition.subtitle.vi, 30.0, strong(18.0)),
        (&edition.subtitle.en, 22.0, centred(english(13.0))),
        (&years, 44.0, strong(22.0)),
        ("", 150.0, text(11.0)),
        (&edition.source.vi, 20.0, centred(text(12.0))),
        (&edition.source.en, 18.0, centred(english(11.0))),
        (&dated.vi, 44.0, centred(text(11.0))),
    ];
    let mut row = 0;
    for (content, height, format) in rows {
        sheet.write_with_format(row, 0, content, &format)?;
        sheet.set_row_height(row, height)?;
        row += 1;
    }
    sheet.write_with_format(row, 0, &dated.en, &centred(english(10.0)))?;
    Ok(())
}

/// The contents: a line for each table with a link to its sheet, and the tables that are left out.
pub(super) fn contents(
    sheet: &mut Worksheet,
    book: &Book,
    edition: &Edition,
) -> Result<(), XlsxError> {
    let phrases = &edition.words.phrases;
    sheet.set_name(&phrases.contents.vi)?;
    numbered_page(sheet, edition);
    sheet
        .set_column_width(0, 12)?
        .set_column_width(1, WIDTH - 12.0)?;
    heading(sheet, 0, &phrases.contents)?;
    let mut row = 2;
    for chapter in &book.chapters {
        if let Some(title) = chapter
            .title
            .as_ref()
            .filter(|_| !chapter.tables.is_empty())
        {
            part(sheet, &mut row, title)?;
        }
        for table in &chapter.tables {
            let name = sheet_name(table, edition);
            entry(sheet, &mut row, &name, &table.title)?;
        }
    }
    row += 1;
    for name in [&phrases.symbols, &phrases.notes] {
        entry(sheet, &mut row, &name.vi, name)?;
    }
    if book.left_out.is_empty() {
        return Ok(());
    }
    row += 1;
    part(sheet, &mut row, &phrases.left_out)?;
    for table in &book.left_out {
        let id = format!("{} {}", phrases.table.vi, table.id);
        sheet.write_with_format(row, 0, &id, &text(11.0).set_align(FormatAlign::Top))?;
        let both = Bilingual::new(
            format!("{}. {}", table.title.vi, table.reason.vi),
            format!("{}. {}", table.title.en, table.reason.en),
        );
        let format = lined(text(11.0)).set_text_wrap();
        write_both(sheet, row, 1, &both, 11.0, &format)?;
        sheet.set_row_height(row, height(&both, 11.0, WIDTH - 12.0) + 2.0)?;
        row += 1;
    }
    Ok(())
}

/// The title of a chapter in the contents.
fn part(sheet: &mut Worksheet, row: &mut u32, title: &Bilingual) -> Result<(), XlsxError> {
    let (first, second) = (text(12.5).set_bold().set_font_color(ACCENT), english(11.0));
    let line = format!("  {}", title.en);
    let format = text(12.5).set_align(FormatAlign::Bottom);
    let parts = [(&first, title.vi.as_str()), (&second, line.as_str())];
    sheet.write_rich_string_with_format(*row, 0, &parts, &format)?;
    sheet.set_row_height(*row, 26)?;
    *row += 1;
    Ok(())
}

/// A line of the contents with a link to a sheet.
fn entry(
    sheet: &mut Worksheet,
    row: &mut u32,
    name: &str,
    title: &Bilingual,
) -> Result<(), XlsxError> {
    let strong = text(11.0)
        .set_bold()
        .set_font_color(ACCENT)
        .set_align(FormatAlign::Top);
    let plain = text(11.0).set_text_wrap().set_align(FormatAlign::Top);
    sheet.write_url_with_options(*row, 0, link_to(name), name, "", Some(&strong))?;
    sheet.write_url_with_options(*row, 1, link_to(name), &title.vi, "", Some(&plain))?;
    sheet.set_row_height(*row, 15.5 * f64::from(lines(&title.vi, 11.0, WIDTH - 12.0)))?;
    *row += 1;
    sheet.write_blank(*row, 0, &lined(text(9.5)))?;
    sheet.write_with_format(*row, 1, &title.en, &lined(english(9.5).set_text_wrap()))?;
    sheet.set_row_height(*row, 15.0 * f64::from(lines(&title.en, 9.5, WIDTH - 12.0)))?;
    *row += 1;
    Ok(())
}

/// A format with a thin rule below.
fn lined(format: Format) -> Format {
    format
        .set_border_bottom(FormatBorder::Thin)
        .set_border_bottom_color(RULE)
        .set_align(FormatAlign::Top)
}

/// The symbols that tables use, and what they mean.
pub(super) fn symbols(sheet: &mut Worksheet, edition: &Edition) -> Result<(), XlsxError> {
    let phrases = &edition.words.phrases;
    sheet.set_name(&phrases.symbols.vi)?;
    numbered_page(sheet, edition);
    sheet
        .set_column_width(0, 12)?
        .set_column_width(1, WIDTH - 12.0)?;
    heading(sheet, 0, &phrases.symbols)?;
    let cell = || text(11.0).set_align(FormatAlign::Top).set_text_wrap();
    for (row, kind) in (2..).zip(SymbolKind::ALL) {
        let symbol = edition.words.symbol(kind);
        sheet.write_with_format(
            row,
            0,
            &symbol.mark,
            &cell().set_bold().set_align(FormatAlign::Center),
        )?;
        write_both(
            sheet,
            row,
            1,
            &Bilingual::new(&symbol.vi, &symbol.en),
            11.0,
            &cell(),
        )?;
        sheet.set_row_height(row, 31.0)?;
    }
    Ok(())
}

/// The notes of the edition, then those of each table.
pub(super) fn notes(
    sheet: &mut Worksheet,
    book: &Book,
    edition: &Edition,
) -> Result<(), XlsxError> {
    let phrases = &edition.words.phrases;
    sheet.set_name(&phrases.notes.vi)?;
    numbered_page(sheet, edition);
    sheet
        .set_column_width(0, 12)?
        .set_column_width(1, WIDTH - 12.0)?;
    heading(sheet, 0, &phrases.notes)?;
    let mut row = 2;
    let mut paragraph =
        |sheet: &mut Worksheet, of: Option<&Table>, note: &Bilingual| -> Result<(), XlsxError> {
            if let Some(table) = of {
                let name = sheet_name(table, edition);
                let strong = text(11.0)
                    .set_bold()
                    .set_font_color(ACCENT)
                    .set_align(FormatAlign::Top);
                sheet.write_url_with_options(row, 0, link_to(&name), &name, "", Some(&strong))?;
            }
            let format = text(11.0).set_align(FormatAlign::Top).set_text_wrap();
            write_both(sheet, row, 1, note, 11.0, &format)?;
            sheet.set_row_height(row, height(note, 11.0, WIDTH - 12.0) + 3.0)?;
            row += 1;
            Ok(())
        };
    for note in edition.notes.iter().chain(&book.imprint) {
        paragraph(sheet, None, note)?;
    }
    for table in book.tables() {
        for note in table
            .notes
            .iter()
            .filter(|note| !edition.notes.contains(note))
        {
            paragraph(sheet, Some(table), note)?;
        }
    }
    Ok(())
}

/// The heading of a sheet, in both languages on one line.
fn heading(sheet: &mut Worksheet, row: u32, words: &Bilingual) -> Result<(), XlsxError> {
    let line = format!("  {}", words.en);
    let (first, second) = (text(16.0).set_bold().set_font_color(ACCENT), english(12.0));
    let format = text(16.0);
    sheet.write_rich_string_with_format(
        row,
        0,
        &[(&first, words.vi.as_str()), (&second, line.as_str())],
        &format,
    )?;
    sheet.set_row_height(row, 26)?;
    Ok(())
}
