//! Binary Office Open XML: the parts of a workbook as BIFF12 records.

use std::error::Error;

use super::super::grid::{Cell, ERRORS};
use super::record::{Bytes, tokens, units};
use super::{Page, Parts, Workbook};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

fn record(out: &mut Vec<u8>, id: u16, data: Bytes) {
    if id < 0x80 {
        out.push(id as u8);
    } else {
        out.extend([(id & 0x7f) as u8 | 0x80, (id >> 7) as u8]);
    }
    let mut length = data.0.len();
    loop {
        let more = length > 0x7f;
        out.push((length & 0x7f) as u8 | if more { 0x80 } else { 0 });
        length >>= 7;
        if !more {
            break;
        }
    }
    out.extend(data.0);
}

fn wide(bytes: Bytes, text: &str) -> Bytes {
    bytes.u32(units(text) as u32).utf16(text)
}

pub(crate) fn write(book: &Workbook) -> Result<Vec<u8>, Box<dyn Error>> {
    let pages = Page::all(book)?;
    let mut texts = Vec::new();
    for page in &pages {
        page.texts(&mut texts);
    }
    let kinds = "application/vnd.ms-excel";
    let declare = |part: &str, kind: &str| {
        format!("<Override PartName=\"/xl/{part}\" ContentType=\"{kinds}.{kind}\"/>")
    };
    let mut declared =
        declare("styles.bin", "styles") + &declare("sharedStrings.bin", "sharedStrings");
    let relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut related = String::new();
    for n in 1..=pages.len() {
        declared += &declare(&format!("worksheets/sheet{n}.bin"), "worksheet");
        related += &format!(
            "<Relationship Id=\"rId{n}\" Type=\"{relation}/worksheet\" Target=\"worksheets/sheet{n}.bin\"/>"
        );
    }
    for (n, part) in ["styles", "sharedStrings"].iter().enumerate() {
        let n = pages.len() + n + 1;
        related += &format!(
            "<Relationship Id=\"rId{n}\" Type=\"{relation}/{part}\" Target=\"{part}.bin\"/>"
        );
    }
    let package = "http://schemas.openxmlformats.org/package/2006";
    let mut parts = Parts::default();
    parts.add(
        "[Content_Types].xml",
        format!(
            "{HEAD}<Types xmlns=\"{package}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"bin\" ContentType=\"{kinds}.sheet.binary.macroEnabled.main\"/>{declared}</Types>"
        ),
    );
    parts.add(
        "_rels/.rels",
        format!(
            "{HEAD}<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"rId1\" Type=\"{relation}/officeDocument\" Target=\"xl/workbook.bin\"/></Relationships>"
        ),
    );
    parts.add("xl/workbook.bin", workbook(book, &pages));
    parts.add(
        "xl/_rels/workbook.bin.rels",
        format!("{HEAD}<Relationships xmlns=\"{package}/relationships\">{related}</Relationships>"),
    );
    for (n, page) in pages.iter().enumerate() {
        let sheet = worksheet(book, page, &texts)?;
        parts.add(&format!("xl/worksheets/sheet{}.bin", n + 1), sheet);
    }
    parts.add("xl/styles.bin", styles());
    parts.add("xl/sharedStrings.bin", shared_texts(&texts));
    parts.zip()
}

fn workbook(book: &Workbook, pages: &[Page]) -> Vec<u8> {
    let mut out = Vec::new();
    record(&mut out, 131, Bytes::default());
    let properties = Bytes::default().u32(u32::from(book.date1904)).u32(0);
    record(&mut out, 153, wide(properties, ""));
    record(&mut out, 143, Bytes::default());
    for (n, page) in pages.iter().enumerate() {
        let n = n as u32 + 1;
        let sheet = Bytes::default().u32(u32::from(page.sheet.hidden)).u32(n);
        let sheet = wide(sheet, &format!("rId{n}"));
        record(&mut out, 156, wide(sheet, &page.sheet.name));
    }
    record(&mut out, 144, Bytes::default());
    record(&mut out, 132, Bytes::default());
    out
}

/// One font, a cell format for all and one for dates.
fn styles() -> Vec<u8> {
    let mut out = Vec::new();
    let count = |n| Bytes::default().u32(n);
    record(&mut out, 278, Bytes::default());
    record(&mut out, 611, count(1));
    let font = Bytes::default().u16(240).u16(0).u16(400).zeros(6);
    let font = font.u8(1).zeros(7).u8(0);
    record(&mut out, 43, wide(font, "Times New Roman"));
    record(&mut out, 612, Bytes::default());
    record(&mut out, 617, count(2));
    for number in [0, 14] {
        let xf = Bytes::default().u16(0).u16(number);
        record(&mut out, 47, xf.zeros(12));
    }
    record(&mut out, 618, Bytes::default());
    record(&mut out, 279, Bytes::default());
    out
}

fn shared_texts(texts: &[String]) -> Vec<u8> {
    let mut out = Vec::new();
    let count = texts.len() as u32;
    record(&mut out, 159, Bytes::default().u32(count).u32(count));
    for text in texts {
        record(&mut out, 19, wide(Bytes::default().u8(0), text));
    }
    record(&mut out, 160, Bytes::default());
    out
}

fn worksheet(book: &Workbook, page: &Page, texts: &[String]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut out = Vec::new();
    record(&mut out, 129, Bytes::default());
    let (rows, width) = (page.rows.len() as u32, u32::from(page.width()));
    record(
        &mut out,
        148,
        Bytes::default().u32(0).u32(rows - 1).u32(0).u32(width - 1),
    );
    if !page.hidden_columns.is_empty() {
        record(&mut out, 390, Bytes::default());
        for column in &page.hidden_columns {
            let place = Bytes::default()
                .u32(u32::from(*column))
                .u32(u32::from(*column));
            record(&mut out, 60, place.u32(2048).u32(0).u16(1));
        }
        record(&mut out, 391, Bytes::default());
    }
    record(&mut out, 145, Bytes::default());
    let mut current = None;
    for (row, column, cell) in page.cells() {
        if current != Some(row) {
            for row in current.map_or(0, |r| r + 1)..=row {
                let hidden = if page.hides_row(row) { 0x10 } else { 0 };
                let head = Bytes::default()
                    .u32(row)
                    .u32(0)
                    .u16(255)
                    .u8(0)
                    .u8(hidden)
                    .u8(0);
                record(&mut out, 0, head.u32(1).u32(0).u32(width - 1));
            }
            current = Some(row);
        }
        let style = u32::from(matches!(cell, Cell::Date(..)));
        let at = Bytes::default().u32(u32::from(column)).u32(style);
        match cell {
            Cell::Blank => {}
            Cell::Text(_) | Cell::Runs(_) if book.inline_strings => {
                record(&mut out, 6, wide(at, &cell.as_typed()));
            }
            Cell::Text(_) | Cell::Runs(_) => {
                let text = cell.as_typed();
                let n = texts.iter().position(|t| *t == text).ok_or("a text")?;
                record(&mut out, 7, at.u32(n as u32));
            }
            Cell::Number(n, _) if n.fract() == 0.0 && n.abs() < 5e8 => {
                record(&mut out, 2, at.u32(((*n as i32) << 2) as u32 | 2));
            }
            Cell::Number(n, _) => record(&mut out, 5, at.f64(*n)),
            Cell::Date(days, _) => {
                let days = if book.date1904 { days - 1462.0 } else { *days };
                record(&mut out, 5, at.f64(days));
            }
            Cell::Error(error) => record(&mut out, 3, at.u8(error_code(error)?)),
            Cell::Formula(formula, result) => {
                let (id, value) = match result.as_deref() {
                    Some(Cell::Number(n, _)) => (9, at.f64(*n)),
                    Some(Cell::Text(text)) => (8, wide(at, text)),
                    Some(Cell::Error(error)) => (11, at.u8(error_code(error)?)),
                    _ => (8, wide(at, "")),
                };
                let reference =
                    |row: u32, column: u16| Bytes::default().u8(0x44).u32(row).u16(column | 0xc000);
                let tokens = tokens(formula, reference);
                let value = value.u16(0).u32(tokens.len() as u32).bytes(&tokens);
                record(&mut out, id, value.u32(0));
            }
        }
    }
    record(&mut out, 146, Bytes::default());
    if !page.merged.is_empty() {
        record(
            &mut out,
            177,
            Bytes::default().u32(page.merged.len() as u32),
        );
        for (r1, c1, r2, c2) in &page.merged {
            let area = Bytes::default().u32(*r1).u32(*r2);
            record(&mut out, 176, area.u32(u32::from(*c1)).u32(u32::from(*c2)));
        }
        record(&mut out, 178, Bytes::default());
    }
    record(&mut out, 130, Bytes::default());
    Ok(out)
}

fn error_code(error: &str) -> Result<u8, Box<dyn Error>> {
    let known = ERRORS.iter().find(|(text, _)| *text == error);
    Ok(known
        .ok_or_else(|| format!("`{error}` is no error value"))?
        .1)
}
