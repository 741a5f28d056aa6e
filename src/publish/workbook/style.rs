//! The look of the workbook (one font, few sizes, thin rules), and how wide and high a text is.

use std::collections::BTreeSet;

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

use crate::tables::{Cell, PrintedWords, RowStyle, SymbolKind};
use crate::text::Bilingual;

pub(super) const FONT: &str = "Times New Roman";
const GREY: Color = Color::RGB(0x59_59_59);
/// The colour of thin rules.
pub(super) const RULE: Color = Color::RGB(0xBF_BF_BF);
const SHADE: Color = Color::RGB(0xEA_F1_F5);
/// The colour of titles and heavy rules.
pub(super) const ACCENT: Color = Color::RGB(0x1F_4E_66);

/// Plain text; `size` in points.
pub(super) fn text(size: f64) -> Format {
    Format::new().set_font_name(FONT).set_font_size(size)
}

/// The English text below another: italic and grey.
pub(super) fn english(size: f64) -> Format {
    text(size).set_italic().set_font_color(GREY)
}

/// The format of a head of a table.
pub(super) fn head() -> Format {
    text(10.0)
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_background_color(SHADE)
        .set_border(FormatBorder::Thin)
        .set_border_color(RULE)
        .set_border_top(FormatBorder::Medium)
        .set_border_top_color(ACCENT)
        .set_border_bottom(FormatBorder::Thin)
        .set_border_bottom_color(ACCENT)
}

/// The format of a cell in the body, by the style of its row.
pub(super) fn body(style: RowStyle, last: bool) -> Format {
    let mut format = text(10.5)
        .set_align(FormatAlign::Top)
        .set_border_bottom(FormatBorder::Thin)
        .set_border_bottom_color(RULE);
    if last {
        format = format
            .set_border_bottom(FormatBorder::Medium)
            .set_border_bottom_color(ACCENT);
    }
    match style {
        RowStyle::Plain => format,
        RowStyle::Group => format.set_bold(),
        RowStyle::Total | RowStyle::Section => format.set_bold().set_background_color(SHADE),
    }
}

/// Writes both languages of a text into one cell, one below the other.
pub(super) fn write_both(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    both: &Bilingual,
    size: f64,
    format: &Format,
) -> Result<(), XlsxError> {
    let wrapped = format.clone().set_text_wrap();
    let format = if both.is_same() { format } else { &wrapped };
    write_pair(sheet, (row, column), both, "\n", size, format)
}

/// Writes a name with its English on the same line into one cell.
pub(super) fn write_beside(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    name: &Bilingual,
    size: f64,
    format: &Format,
) -> Result<(), XlsxError> {
    write_pair(sheet, (row, column), name, "  ", size, format)
}

/// Writes both languages of a text with `between` between them; only one if they are the same.
fn write_pair(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    both: &Bilingual,
    between: &str,
    size: f64,
    format: &Format,
) -> Result<(), XlsxError> {
    if both.is_same() {
        sheet.write_with_format(row, column, &both.vi, format)?;
        return Ok(());
    }
    let (first, second) = (text(size), english(size - 1.5));
    let first = if is_bold(format) {
        first.set_bold()
    } else {
        first
    };
    let after = format!("{between}{}", both.en);
    let parts = [(&first, both.vi.as_str()), (&second, after.as_str())];
    sheet.write_rich_string_with_format(row, column, &parts, format)?;
    Ok(())
}

fn is_bold(format: &Format) -> bool {
    *format == format.clone().set_bold()
}

/// The number format of a figure. It prints what the text of the figure says, so that the cell stays a number. `marks`
/// are those of its column: a figure without a mark leaves space for them, so that digits align.
pub(super) fn number_format(
    cell: &Cell,
    marks: &BTreeSet<SymbolKind>,
    words: &PrintedWords,
) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', ""));
    let own: Vec<&str> = cell
        .marks()
        .into_iter()
        .filter(|kind| kind.follows_figure())
        .map(|kind| words.symbol(kind).mark.as_str())
        .collect();
    let tail = if own.is_empty() {
        room(marks, words)
    } else {
        quoted(&format!(" {}", own.join(" ")))
    };
    let places = if cell.decimals == 0 {
        String::new()
    } else {
        format!(".{}", "0".repeat(cell.decimals as usize))
    };
    let symbols = cell.symbols();
    if symbols.contains(&SymbolKind::Nil) {
        format!("{}{tail}", quoted(&words.symbol(SymbolKind::Nil).mark))
    } else if symbols.contains(&SymbolKind::Rounded) {
        // The second section, for negative numbers, has no minus sign: what rounds to zero is printed without one.
        format!("0{places}{tail};0{places}{tail}")
    } else {
        format!("#,##0{places}{tail}")
    }
}

/// The format of a symbol in place of a figure.
pub(super) fn symbol_format(marks: &BTreeSet<SymbolKind>, words: &PrintedWords) -> String {
    format!("@{}", room(marks, words))
}

/// Blank space as wide as the most marks of a column.
fn room(marks: &BTreeSet<SymbolKind>, words: &PrintedWords) -> String {
    let marks = marks.iter().map(|kind| words.symbol(*kind).mark.as_str());
    let all: String = marks.flat_map(|mark| [" ", mark]).collect();
    all.chars().flat_map(|c| ['_', c]).collect()
}

/// How many lines a text takes in a column; `size` in points, `width` in characters.
///
/// The width of a column counts digits of 11 points, which are wider than the average letter.
pub(super) fn lines(text: &str, size: f64, width: f64) -> u32 {
    let width = width * 13.2 / size;
    let mut lines = 1_u32;
    let mut used = 0.0_f64;
    for word in text.split_whitespace() {
        let length = characters(word);
        if used > 0.0 && used + 1.0 + length > width {
            lines += 1;
            used = length;
        } else {
            used += length + if used > 0.0 { 1.0 } else { 0.0 };
        }
    }
    lines
}

/// The height of both languages of a text as [`write_both`] writes them, in points.
pub(super) fn height(both: &Bilingual, size: f64, width: f64) -> f64 {
    let of = |text: &str, size: f64| f64::from(lines(text, size, width)) * size * 1.17;
    of(&both.vi, size)
        + if both.is_same() {
            0.0
        } else {
            of(&both.en, size - 1.5)
        }
        + 3.5
}

/// The length of a text, in characters.
pub(super) fn characters(text: &str) -> f64 {
    f64::from(u32::try_from(text.chars().count()).unwrap_or(u32::MAX))
}
