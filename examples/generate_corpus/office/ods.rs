//! `OpenDocument` spreadsheets: repeated cells and rows, spans, hidden rows, columns and sheets.

use std::error::Error;

use super::super::grid::{Cell, Mark};
use super::format::Format;
use super::looks::{DAY, Looks};
use super::{Page, Parts, Workbook, escape};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const OASIS: &str = "urn:oasis:names:tc:opendocument:xmlns";
const MEDIA: &str = "application/vnd.oasis.opendocument.spreadsheet";
/// Rows and columns of a sheet, which the office fills with repeated blanks.
const ROWS: usize = 1_048_576;
const COLUMNS: usize = 16_384;

pub(crate) fn write(book: &Workbook) -> Result<Vec<u8>, Box<dyn Error>> {
    let pages = Page::all(book)?;
    let mut content = format!("{HEAD}<office:document-content office:version=\"1.3\"");
    for (prefix, name) in [
        ("office", "office:1.0"),
        ("table", "table:1.0"),
        ("text", "text:1.0"),
        ("style", "style:1.0"),
    ] {
        content += &format!(" xmlns:{prefix}=\"{OASIS}:{name}\"");
    }
    let looks = Looks::of(&pages);
    let marked = pages
        .iter()
        .any(|page| page.cells().any(|(_, _, cell)| has_marks(cell)));
    if !looks.all.is_empty() {
        content += &format!(" xmlns:number=\"{OASIS}:datastyle:1.0\"");
    }
    content += &format!(
        " xmlns:of=\"{OASIS}:of:1.2\" xmlns:calcext=\"urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0\">"
    );
    content += "<office:automatic-styles>";
    for (name, display) in [("shown", "true"), ("hidden", "false")] {
        content += &format!(
            "<style:style style:name=\"{name}\" style:family=\"table\"><style:table-properties table:display=\"{display}\"/></style:style>"
        );
    }
    let formats = data_styles(&looks);
    if !book.flaws.styles_apart {
        content += &formats;
    }
    content += &cell_styles(&looks);
    if marked {
        content += RUNS;
    }
    content += "</office:automatic-styles><office:body><office:spreadsheet>";
    for page in &pages {
        content += &table(book, &looks, page);
    }
    content += "</office:spreadsheet></office:body></office:document-content>";
    let manifest = format!(
        "{HEAD}<manifest:manifest xmlns:manifest=\"{OASIS}:manifest:1.0\" manifest:version=\"1.3\"><manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"{MEDIA}\"/><manifest:file-entry manifest:full-path=\"content.xml\" manifest:media-type=\"text/xml\"/></manifest:manifest>"
    );
    let mut parts = Parts::default();
    parts.add("mimetype", MEDIA);
    parts.add("content.xml", content);
    if book.flaws.styles_apart {
        parts.add(
            "styles.xml",
            format!(
                "{HEAD}<office:document-styles office:version=\"1.3\" xmlns:office=\"{OASIS}:office:1.0\" xmlns:style=\"{OASIS}:style:1.0\" xmlns:number=\"{OASIS}:datastyle:1.0\"><office:styles>{formats}</office:styles></office:document-styles>"
            ),
        );
    }
    parts.add("META-INF/manifest.xml", manifest);
    parts.spoil(&book.flaws)?;
    parts.zip()
}

fn has_marks(cell: &Cell) -> bool {
    matches!(cell, Cell::Runs(runs) if runs.iter().any(|run| run.mark.is_some()))
}

/// The styles of pieces of texts: one office writes words for a raised one, another how far up it is.
const RUNS: &str = "<style:style style:name=\"T1\" style:family=\"text\"><style:text-properties style:text-line-through-style=\"solid\" style:text-line-through-type=\"single\"/></style:style>\
<style:style style:name=\"T2\" style:family=\"text\"><style:text-properties style:text-position=\"super 58%\"/></style:style>\
<style:style style:name=\"T3\" style:family=\"text\"><style:text-properties style:text-position=\"-33% 58%\"/></style:style>";

/// The formats of cells, `N1` the first.
fn data_styles(looks: &Looks) -> String {
    let formats = looks.all.iter().enumerate();
    formats
        .filter_map(|(n, look)| Some(Format::read(look.format?).style(&format!("N{n}"))))
        .collect()
}

fn cell_styles(looks: &Looks) -> String {
    let mut xml = String::new();
    for (n, look) in looks.all.iter().enumerate() {
        let data = look
            .format
            .map_or_else(String::new, |_| format!(" style:data-style-name=\"N{n}\""));
        let struck = if look.struck {
            "<style:text-properties style:text-line-through-style=\"solid\" style:text-line-through-type=\"single\"/>"
        } else {
            ""
        };
        xml += &format!(
            "<style:style style:name=\"ce{n}\" style:family=\"table-cell\"{data}>{struck}</style:style>"
        );
    }
    xml
}

fn table(book: &Workbook, looks: &Looks, page: &Page) -> String {
    let style = if page.sheet.hidden { "hidden" } else { "shown" };
    let mut xml = format!(
        "<table:table table:name=\"{}\" table:style-name=\"{style}\">",
        escape(&page.sheet.name)
    );
    for column in 0..page.width() {
        let hidden = page.hidden_columns.contains(&column);
        xml += &format!("<table:table-column{}/>", collapsed(hidden));
    }
    xml += &format!(
        "<table:table-column table:number-columns-repeated=\"{}\"/>",
        COLUMNS - usize::from(page.width())
    );
    let mut blank = 0;
    for (row, cells) in page.rows.iter().enumerate() {
        let hidden = page.hides_row(row as u32);
        let covered = page
            .merged
            .iter()
            .any(|(r1, _, r2, _)| (*r1..=*r2).contains(&(row as u32)));
        if cells.iter().all(|cell| *cell == Cell::Blank) && !hidden && !covered {
            blank += 1;
            continue;
        }
        xml += &blank_rows(std::mem::take(&mut blank));
        xml += &format!("<table:table-row{}>", collapsed(hidden));
        xml += &row_of(book, looks, page, row as u32, cells);
        xml += "</table:table-row>";
    }
    xml += &blank_rows(blank + ROWS - page.rows.len());
    xml + "</table:table>"
}

fn collapsed(hidden: bool) -> &'static str {
    if hidden {
        " table:visibility=\"collapse\""
    } else {
        ""
    }
}

fn blank_rows(count: usize) -> String {
    if count == 0 {
        return String::new();
    }
    format!(
        "<table:table-row table:number-rows-repeated=\"{count}\"><table:table-cell table:number-columns-repeated=\"{COLUMNS}\"/></table:table-row>"
    )
}

/// The cells of a row; equal neighbours are written once and repeated, as the office does.
fn row_of(book: &Workbook, looks: &Looks, page: &Page, row: u32, cells: &[Cell]) -> String {
    let mut written: Vec<(String, usize)> = Vec::new();
    for (column, cell) in cells.iter().enumerate() {
        let xml = cell_of(book, looks, page, (row, column as u16), cell);
        match written.last_mut() {
            Some((last, count)) if *last == xml => *count += 1,
            _ => written.push((xml, 1)),
        }
    }
    let mut xml = String::new();
    for (cell, count) in written {
        let repeated = format!(" table:number-columns-repeated=\"{count}\"");
        let repeated = if count > 1 { &repeated } else { "" };
        let name = cell.find([' ', '/', '>']).unwrap_or(0);
        xml += &format!("{}{repeated}{}", &cell[..name], &cell[name..]);
    }
    xml + &format!(
        "<table:table-cell table:number-columns-repeated=\"{}\"/>",
        COLUMNS - cells.len()
    )
}

fn cell_of(
    book: &Workbook,
    looks: &Looks,
    page: &Page,
    (row, column): (u32, u16),
    cell: &Cell,
) -> String {
    let mut span = String::new();
    let mut element = "table:table-cell";
    for area in &page.merged {
        let (r1, c1, r2, c2) = area;
        if (*r1, *c1) == (row, column) {
            span = format!(
                " table:number-columns-spanned=\"{}\" table:number-rows-spanned=\"{}\"",
                c2 - c1 + 1,
                r2 - r1 + 1
            );
        } else if super::within(area, row, column) {
            element = "table:covered-table-cell";
        }
    }
    let (formula, value) = match cell {
        Cell::Formula(formula, value) => (Some(formula), value.as_deref()),
        other => (None, Some(other)),
    };
    let formula = formula.map_or_else(String::new, |f| {
        format!(" table:formula=\"of:={}\"", escape(&bracketed(f)))
    });
    let look = page.look(row, column);
    let style = look.and_then(|look| looks.place(&look));
    let style = style.map_or_else(String::new, |n| format!(" table:style-name=\"ce{n}\""));
    let format = look
        .and_then(|look| look.format)
        .filter(|format| *format != DAY);
    let (kind, texts) = kind_of(book, value, format.map(Format::read).as_ref());
    let formula = match (value, formula.is_empty()) {
        (Some(Cell::Error(error)), true) => format!(" table:formula=\"of:={}\"", escape(error)),
        _ => formula,
    };
    match texts {
        None => format!("<{element}{style}{formula}{span}/>"),
        Some(texts) => {
            let lines: String = texts
                .lines()
                .map(|line| format!("<text:p>{line}</text:p>"))
                .collect();
            format!("<{element}{style}{formula}{kind}{span}>{lines}</{element}>")
        }
    }
}

/// The attributes of a value, and its text as markup.
fn kind_of(
    book: &Workbook,
    value: Option<&Cell>,
    format: Option<&Format>,
) -> (String, Option<String>) {
    let (kind, text) = match value {
        None | Some(Cell::Blank) => return (String::new(), None),
        Some(Cell::Number(n, typed)) => {
            let number = |kind: &str| format!(" office:value-type=\"{kind}\" office:value=\"{n}\"");
            match format {
                None => (number("float"), typed.clone()),
                Some(format) if format.is_date() => {
                    let day = jiff::civil::date(1899, 12, 30) + jiff::Span::new().days(*n as i32);
                    let kind = format!(" office:value-type=\"date\" office:date-value=\"{day}\"");
                    (kind, format.shown(*n))
                }
                Some(format) if format.is_percent() => (number("percentage"), format.shown(*n)),
                Some(format) => (number("float"), format.shown(*n)),
            }
        }
        Some(Cell::Date(days, day)) => (
            format!(" office:value-type=\"date\" office:date-value=\"{day}\""),
            format.map_or_else(|| day.clone(), |format| format.shown(*days)),
        ),
        Some(Cell::Error(error)) if book.flaws.errors_as_floats => (
            " office:value-type=\"float\" office:value=\"0\"".to_owned(),
            error.clone(),
        ),
        Some(Cell::Error(error)) => (
            " office:value-type=\"string\" office:string-value=\"\" calcext:value-type=\"error\""
                .to_owned(),
            error.clone(),
        ),
        Some(text) if has_marks(text) => {
            return (
                " office:value-type=\"string\"".to_owned(),
                Some(marked_text(text)),
            );
        }
        Some(text) => (" office:value-type=\"string\"".to_owned(), text.as_typed()),
    };
    // A number that shows nothing has a paragraph all the same.
    let shows_nothing = format.is_some() && text.is_empty();
    let text = if shows_nothing { "\n" } else { &text };
    (kind, Some(escape(text)))
}

/// A text of which pieces are struck out, raised or lowered.
fn marked_text(cell: &Cell) -> String {
    let Cell::Runs(runs) = cell else {
        return escape(&cell.as_typed());
    };
    let mut xml = String::new();
    for run in runs {
        let text = escape(&run.text);
        xml += &match run.mark {
            None => text,
            Some(mark) => {
                let style = match mark {
                    Mark::Struck => "T1",
                    Mark::Raised => "T2",
                    Mark::Lowered => "T3",
                };
                format!("<text:span text:style-name=\"{style}\">{text}</text:span>")
            }
        };
    }
    xml
}

/// `E6+F6` as `[.E6]+[.F6]`.
fn bracketed(formula: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    let is_cell = |word: &str| super::grid::area(word).is_ok();
    for c in formula.chars().chain(std::iter::once(' ')) {
        if c.is_ascii_alphanumeric() {
            word.push(c);
            continue;
        }
        if is_cell(&word) {
            out += &format!("[.{word}]");
        } else {
            out += &word;
        }
        word.clear();
        out.push(c);
    }
    out.trim_end().to_owned()
}
