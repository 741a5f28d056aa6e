//! What stands before the tables: cover, contents with links, symbols and general notes.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Url, Worksheet, XlsxError};

use super::sheet_name;
use super::style::{ACCENT, RULE, english, height, lines, numbered_page, page, text, write_both};
use crate::tables::{Edition, SymbolKind, Table, Text};

/// Width of the texts of these sheets, in characters.
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
    let dated = phrases.edition_of.clone();
    let day = edition.date.strftime("%d/%m/%Y").to_string();
    let dated = Text::new(
        dated.vi.replace("{date}", &day),
        dated.en.replace("{date}", &edition.date.to_string()),
    );
    let years = match edition.years.as_slice() {
        [first, .., last] => format!("{first} – {last}"),
        [only] => only.to_string(),
        [] => String::new(),
    };
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

/// The contents: a line a table, leading to its sheet.
pub(super) fn contents(
    sheet: &mut Worksheet,
    tables: &[Table],
    edition: &Edition,
) -> Result<(), XlsxError> {
    let phrases = &edition.words.phrases;
    sheet.set_name(&phrases.contents.vi)?;
    numbered_page(sheet, &footer(edition));
    sheet
        .set_column_width(0, 12)?
        .set_column_width(1, WIDTH - 12.0)?;
    heading(sheet, 0, &phrases.contents)?;
    let lined = |format: Format| {
        format
            .set_border_bottom(FormatBorder::Thin)
            .set_border_bottom_color(RULE)
            .set_align(FormatAlign::Top)
    };
    let mut row = 2;
    let mut entry =
        |sheet: &mut Worksheet, name: &str, short: &str, title: &Text| -> Result<(), XlsxError> {
            let link = || Url::new(format!("internal:'{}'!A1", name.replace('\'', "''")));
            let strong = text(11.0)
                .set_bold()
                .set_font_color(ACCENT)
                .set_align(FormatAlign::Top);
            sheet.write_url_with_options(row, 0, link(), short, "", Some(&strong))?;
            sheet.write_url_with_options(
                row,
                1,
                link(),
                &title.vi,
                "",
                Some(&text(11.0).set_text_wrap().set_align(FormatAlign::Top)),
            )?;
            sheet.set_row_height(row, 15.5 * f64::from(lines(&title.vi, 11.0, WIDTH - 12.0)))?;
            row += 1;
            sheet.write_blank(row, 0, &lined(text(9.5)))?;
            sheet.write_with_format(row, 1, &title.en, &lined(english(9.5).set_text_wrap()))?;
            sheet.set_row_height(row, 15.0 * f64::from(lines(&title.en, 9.5, WIDTH - 12.0)))?;
            row += 1;
            Ok(())
        };
    for table in tables {
        let name = sheet_name(table, edition);
        entry(sheet, &name, &name, &table.title)?;
    }
    let both = Text::new(
        format!("{}. {}", phrases.symbols.vi, phrases.notes.vi),
        format!("{}. {}", phrases.symbols.en, phrases.notes.en),
    );
    entry(sheet, &phrases.symbols.vi, &phrases.symbols.vi, &both)
}

/// The symbols of all tables and the notes of the edition.
pub(super) fn symbols(sheet: &mut Worksheet, edition: &Edition) -> Result<(), XlsxError> {
    let phrases = &edition.words.phrases;
    sheet.set_name(&phrases.symbols.vi)?;
    numbered_page(sheet, &footer(edition));
    sheet
        .set_column_width(0, 12)?
        .set_column_width(1, WIDTH - 12.0)?;
    heading(sheet, 0, &phrases.symbols)?;
    let mut row = 2;
    let cell = || text(11.0).set_align(FormatAlign::Top).set_text_wrap();
    for kind in SymbolKind::ALL {
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
            &Text::new(&symbol.vi, &symbol.en),
            11.0,
            &cell(),
        )?;
        sheet.set_row_height(row, 31.0)?;
        row += 1;
    }
    row += 1;
    heading(sheet, row, &phrases.notes)?;
    row += 2;
    for note in &edition.notes {
        write_both(sheet, row, 1, note, 11.0, &cell())?;
        sheet.set_row_height(row, height(note, 11.0, WIDTH - 12.0) + 3.0)?;
        row += 1;
    }
    Ok(())
}

fn heading(sheet: &mut Worksheet, row: u32, words: &Text) -> Result<(), XlsxError> {
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

/// What stands at the foot of every page.
pub(super) fn footer(edition: &Edition) -> String {
    format!("{} / {}", edition.title.vi, edition.title.en).replace('&', "&&")
}
