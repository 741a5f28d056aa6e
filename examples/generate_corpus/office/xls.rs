//! BIFF8, the format of Excel 97 to 2003, in a compound file.

use std::error::Error;
use std::io::{Cursor, Write};

use super::super::grid::{Cell, ERRORS};
use super::record::{Bytes, tokens, units};
use super::{Page, Workbook};

/// What one record may hold; a table of texts goes on in a `CONTINUE` record.
const MOST: usize = 8224;
/// The cell format of dates, after 15 of styles and one of cells.
const DATE: u16 = 16;
const PLAIN: u16 = 15;

pub(crate) fn write(book: &Workbook) -> Result<Vec<u8>, Box<dyn Error>> {
    let pages = Page::all(book)?;
    let mut texts = Vec::new();
    for page in &pages {
        page.texts(&mut texts);
    }
    let sheets: Vec<Vec<u8>> = pages
        .iter()
        .map(|page| worksheet(book, page, &texts))
        .collect::<Result<_, _>>()?;
    // The sheets' places are known once the length of what stands before them is.
    let length = globals(book, &pages, &texts, &vec![0; pages.len()]).len();
    let mut place = length;
    let mut places = Vec::new();
    for sheet in &sheets {
        places.push(place as u32);
        place += sheet.len();
    }
    let mut stream = globals(book, &pages, &texts, &places);
    stream.extend(sheets.concat());
    compound_file(&stream)
}

/// One stream in a compound file, whose only clock, the root's, is stopped.
fn compound_file(stream: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut file =
        cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new()))?;
    file.create_stream("/Workbook")?.write_all(stream)?;
    file.flush()?;
    let mut bytes = file.into_inner().into_inner();
    let first = u32::from_le_bytes(bytes[48..52].try_into()?) as usize;
    let root = (first + 1) * 512;
    bytes[root + 100..root + 116].fill(0);
    Ok(bytes)
}

fn record(out: &mut Vec<u8>, id: u16, data: Bytes) {
    out.extend(id.to_le_bytes());
    out.extend((data.0.len() as u16).to_le_bytes());
    out.extend(data.0);
}

fn begin(out: &mut Vec<u8>, kind: u16) {
    let bof = Bytes::default().u16(0x0600).u16(kind);
    record(out, 0x0809, bof.u16(0x0dbb).u16(0x07cc).u32(0).u32(0x0600));
}

fn globals(book: &Workbook, pages: &[Page], texts: &[String], places: &[u32]) -> Vec<u8> {
    let mut out = Vec::new();
    begin(&mut out, 0x0005);
    record(&mut out, 0x0042, Bytes::default().u16(1200));
    let window = Bytes::default().zeros(4).u16(0x4000).u16(0x2000).u16(0x38);
    record(&mut out, 0x003d, window.u16(0).u16(0).u16(1).u16(600));
    record(
        &mut out,
        0x0022,
        Bytes::default().u16(u16::from(book.date1904)),
    );
    let name = "Times New Roman";
    for _ in 0..4 {
        let font = Bytes::default()
            .u16(240)
            .u16(0)
            .u16(0x7fff)
            .u16(400)
            .zeros(6);
        record(
            &mut out,
            0x0031,
            font.u8(units(name) as u8).u8(1).utf16(name),
        );
    }
    for format in 0..=DATE {
        let (number, kind) = match format {
            DATE => (14, 0x0001),
            PLAIN => (0, 0x0001),
            _ => (0, 0xfff5),
        };
        let xf = Bytes::default().u16(0).u16(number).u16(kind);
        record(&mut out, 0x00e0, xf.u8(0x20).zeros(9).u16(0x20c0));
    }
    for (page, place) in pages.iter().zip(places) {
        let name = &page.sheet.name;
        let sheet = Bytes::default().u32(*place).u8(u8::from(page.sheet.hidden));
        let sheet = sheet.u8(0).u8(units(name) as u8).u8(1).utf16(name);
        record(&mut out, 0x0085, sheet);
    }
    shared_texts(&mut out, texts);
    record(&mut out, 0x000a, Bytes::default());
    out
}

fn shared_texts(out: &mut Vec<u8>, texts: &[String]) {
    let count = texts.len() as u32;
    let mut id = 0x00fc;
    let mut data = Bytes::default().u32(count).u32(count);
    for text in texts {
        let next = Bytes::default().u16(units(text) as u16).u8(1).utf16(text);
        if data.0.len() + next.0.len() > MOST {
            record(out, id, std::mem::take(&mut data));
            id = 0x003c;
        }
        data = data.bytes(&next.0);
    }
    record(out, id, data);
}

fn worksheet(book: &Workbook, page: &Page, texts: &[String]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut out = Vec::new();
    begin(&mut out, 0x0010);
    for column in &page.hidden_columns {
        let place = Bytes::default().u16(*column).u16(*column);
        record(&mut out, 0x007d, place.u16(2048).u16(PLAIN).u16(1).u16(0));
    }
    let (rows, width) = (page.rows.len() as u32, page.width());
    record(
        &mut out,
        0x0200,
        Bytes::default().u32(0).u32(rows).u16(0).u16(width).u16(0),
    );
    for row in 0..rows {
        let hidden = if page.hides_row(row) { 0x20 } else { 0 };
        let place = Bytes::default().u16(row as u16).u16(0).u16(width).u16(255);
        record(&mut out, 0x0208, place.u32(0).u32(0x0100 | hidden));
    }
    for (row, column, cell) in page.cells() {
        let style = if matches!(cell, Cell::Date(..)) {
            DATE
        } else {
            PLAIN
        };
        let at = Bytes::default().u16(row as u16).u16(column).u16(style);
        match cell {
            Cell::Blank => {}
            Cell::Text(_) | Cell::Runs(_) => {
                let text = cell.as_typed();
                let n = texts.iter().position(|t| *t == text).ok_or("a text")?;
                record(&mut out, 0x00fd, at.u32(n as u32));
            }
            // Small whole numbers are packed, as Excel does.
            Cell::Number(n, _) if n.fract() == 0.0 && n.abs() < 5e8 => {
                record(&mut out, 0x027e, at.u32(((*n as i32) << 2) as u32 | 2));
            }
            Cell::Number(n, _) => record(&mut out, 0x0203, at.f64(*n)),
            Cell::Date(days, _) => {
                let days = if book.date1904 { days - 1462.0 } else { *days };
                record(&mut out, 0x0203, at.f64(days));
            }
            Cell::Error(error) => record(&mut out, 0x0205, at.u8(error_code(error)?).u8(1)),
            Cell::Formula(formula, result) => {
                write_formula(&mut out, at, formula, result.as_deref())?;
            }
        }
    }
    let mut merged = Bytes::default().u16(page.merged.len() as u16);
    for (r1, c1, r2, c2) in &page.merged {
        merged = merged.u16(*r1 as u16).u16(*r2 as u16).u16(*c1).u16(*c2);
    }
    if !page.merged.is_empty() {
        record(&mut out, 0x00e5, merged);
    }
    record(&mut out, 0x023e, Bytes::default().u16(0x02b6).zeros(16));
    record(&mut out, 0x000a, Bytes::default());
    Ok(out)
}

fn write_formula(
    out: &mut Vec<u8>,
    at: Bytes,
    formula: &str,
    result: Option<&Cell>,
) -> Result<(), Box<dyn Error>> {
    let special = |kind: u8, value: u8| {
        Bytes::default()
            .u8(kind)
            .u8(0)
            .u8(value)
            .zeros(3)
            .u16(0xffff)
    };
    let (value, text) = match result {
        Some(Cell::Number(n, _)) => (Bytes::default().f64(*n), None),
        Some(Cell::Text(text)) => (special(0, 0), Some(text)),
        Some(Cell::Error(error)) => (special(2, error_code(error)?), None),
        // An empty text is what BIFF has for a formula without a result.
        _ => (special(3, 0), None),
    };
    let reference = |row: u32, column: u16| {
        Bytes::default()
            .u8(0x44)
            .u16(row as u16)
            .u16(column | 0xc000)
    };
    let tokens = tokens(formula, reference);
    let formula = at.bytes(&value.0).u16(0).u32(0);
    record(out, 0x0006, formula.u16(tokens.len() as u16).bytes(&tokens));
    if let Some(text) = text {
        let string = Bytes::default().u16(units(text) as u16).u8(1).utf16(text);
        record(out, 0x0207, string);
    }
    Ok(())
}

fn error_code(error: &str) -> Result<u8, Box<dyn Error>> {
    let known = ERRORS.iter().find(|(text, _)| *text == error);
    Ok(known
        .ok_or_else(|| format!("`{error}` is no error value"))?
        .1)
}
