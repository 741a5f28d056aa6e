//! `OpenDocument` spreadsheets: repeated cells and rows, spans, hidden rows, columns and sheets.

use std::error::Error;

use super::super::grid::Cell;
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
    content += &format!(
        " xmlns:of=\"{OASIS}:of:1.2\" xmlns:calcext=\"urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0\">"
    );
    content += "<office:automatic-styles>";
    for (name, display) in [("shown", "true"), ("hidden", "false")] {
        content += &format!(
            "<style:style style:name=\"{name}\" style:family=\"table\"><style:table-properties table:display=\"{display}\"/></style:style>"
        );
    }
    content += "</office:automatic-styles><office:body><office:spreadsheet>";
    for page in &pages {
        content += &table(page);
    }
    content += "</office:spreadsheet></office:body></office:document-content>";
    let manifest = format!(
        "{HEAD}<manifest:manifest xmlns:manifest=\"{OASIS}:manifest:1.0\" manifest:version=\"1.3\"><manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"{MEDIA}\"/><manifest:file-entry manifest:full-path=\"content.xml\" manifest:media-type=\"text/xml\"/></manifest:manifest>"
    );
    let mut parts = Parts::default();
    parts.add("mimetype", MEDIA);
    parts.add("content.xml", content);
    parts.add("META-INF/manifest.xml", manifest);
    parts.zip()
}

fn table(page: &Page) -> String {
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
        xml += &row_of(page, row as u32, cells);
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
fn row_of(page: &Page, row: u32, cells: &[Cell]) -> String {
    let mut written: Vec<(String, usize)> = Vec::new();
    for (column, cell) in cells.iter().enumerate() {
        let xml = cell_of(page, row, column as u16, cell);
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

fn cell_of(page: &Page, row: u32, column: u16, cell: &Cell) -> String {
    let mut span = String::new();
    for (r1, c1, r2, c2) in &page.merged {
        if (*r1, *c1) == (row, column) {
            span = format!(
                " table:number-columns-spanned=\"{}\" table:number-rows-spanned=\"{}\"",
                c2 - c1 + 1,
                r2 - r1 + 1
            );
        } else if (*r1..=*r2).contains(&row) && (*c1..=*c2).contains(&column) {
            return "<table:covered-table-cell/>".to_owned();
        }
    }
    let (formula, value) = match cell {
        Cell::Formula(formula, value) => (Some(formula), value.as_deref()),
        other => (None, Some(other)),
    };
    let formula = formula.map_or_else(String::new, |f| {
        format!(" table:formula=\"of:={}\"", escape(&bracketed(f)))
    });
    let (kind, texts) = match value {
        None | Some(Cell::Blank) => (String::new(), None),
        Some(Cell::Number(n, typed)) => (
            format!(" office:value-type=\"float\" office:value=\"{n}\""),
            Some(typed.clone()),
        ),
        Some(Cell::Date(_, day)) => (
            format!(" office:value-type=\"date\" office:date-value=\"{day}\""),
            Some(day.clone()),
        ),
        Some(Cell::Error(error)) => (
            " office:value-type=\"string\" office:string-value=\"\" calcext:value-type=\"error\""
                .to_owned(),
            Some(error.clone()),
        ),
        Some(text) => (
            " office:value-type=\"string\"".to_owned(),
            Some(text.as_typed()),
        ),
    };
    let formula = match (value, formula.is_empty()) {
        (Some(Cell::Error(error)), true) => format!(" table:formula=\"of:={}\"", escape(error)),
        _ => formula,
    };
    match texts {
        None => format!("<table:table-cell{formula}{span}/>"),
        Some(texts) => {
            let lines: String = texts
                .lines()
                .map(|line| format!("<text:p>{}</text:p>", escape(line)))
                .collect();
            format!("<table:table-cell{formula}{kind}{span}>{lines}</table:table-cell>")
        }
    }
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
