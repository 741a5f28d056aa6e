//! Binary Office Open XML: the parts of a workbook as BIFF12 records.

use std::error::Error;

use super::super::grid::{Cell, ERRORS};
use super::looks::{Looks, Rich, font_of};
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
    let looks = Looks::of(&pages);
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
        let sheet = worksheet(book, page, &looks, &texts)?;
        parts.add(&format!("xl/worksheets/sheet{}.bin", n + 1), sheet);
    }
    let marked = texts.iter().any(|text| !text.marks.is_empty());
    parts.add("xl/styles.bin", styles(&looks, marked));
    parts.add("xl/sharedStrings.bin", shared_texts(&texts));
    parts.spoil(&book.flaws)?;
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
    if book.never_computed {
        let properties = Bytes::default().u32(0).u32(1).u32(100).f64(0.001).u32(1);
        record(&mut out, 157, properties.u16(1));
    }
    record(&mut out, 132, Bytes::default());
    out
}

/// One font, one for each mark and look, a cell format for all, one for dates and one for each look.
fn styles(looks: &Looks, marked: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let count = |n| Bytes::default().u32(n);
    let own = looks.all.len() as u32;
    record(&mut out, 278, Bytes::default());
    if !looks.formats.is_empty() {
        record(&mut out, 615, count(looks.formats.len() as u32));
        for format in &looks.formats {
            let code = Bytes::default().u16(looks.number(Some(format)));
            record(&mut out, 44, wide(code, format));
        }
        record(&mut out, 616, Bytes::default());
    }
    let fonts = [(false, 0), (true, 0), (false, 1), (false, 2)];
    let fonts = if marked { &fonts[..] } else { &fonts[..1] };
    record(&mut out, 611, count(fonts.len() as u32 + own));
    for (struck, raised) in fonts {
        font(&mut out, None, *struck, *raised);
    }
    for look in &looks.all {
        font(&mut out, look.font, look.struck, 0);
    }
    record(&mut out, 612, Bytes::default());
    record(&mut out, 617, count(2 + own));
    for number in [0, 14] {
        let xf = Bytes::default().u16(0).u16(number);
        record(&mut out, 47, xf.zeros(12));
    }
    for (n, look) in looks.all.iter().enumerate() {
        let xf = Bytes::default().u16(0).u16(looks.number(look.format));
        // The last but one byte says that format and font are the cell's own.
        let xf = xf.u16((fonts.len() + n) as u16).zeros(8).u8(3).u8(0);
        record(&mut out, 47, xf);
    }
    record(&mut out, 618, Bytes::default());
    record(&mut out, 279, Bytes::default());
    out
}

/// `raised` is 1 for raised letters, 2 for lowered ones.
fn font(out: &mut Vec<u8>, name: Option<&str>, struck: bool, raised: u16) {
    let font = Bytes::default()
        .u16(240)
        .u16(if struck { 0x0008 } else { 0 });
    let font = font.u16(400).u16(raised).zeros(4);
    let font = font.u8(1).zeros(7).u8(0);
    record(out, 43, wide(font, name.unwrap_or("Times New Roman")));
}

/// A text and where its look changes.
fn rich(bytes: Bytes, Rich { text, marks }: &Rich) -> Bytes {
    if marks.is_empty() {
        return wide(bytes.u8(0), text);
    }
    let bytes = wide(bytes.u8(1), text).u32(marks.len() as u32);
    marks.iter().fold(bytes, |bytes, (place, mark)| {
        bytes.u16(*place).u16(font_of(*mark))
    })
}

fn shared_texts(texts: &[Rich]) -> Vec<u8> {
    let mut out = Vec::new();
    let count = texts.len() as u32;
    record(&mut out, 159, Bytes::default().u32(count).u32(count));
    for text in texts {
        record(&mut out, 19, rich(Bytes::default(), text));
    }
    record(&mut out, 160, Bytes::default());
    out
}

fn worksheet(
    book: &Workbook,
    page: &Page,
    looks: &Looks,
    texts: &[Rich],
) -> Result<Vec<u8>, Box<dyn Error>> {
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
        let look = page.look(row, column);
        let style = match look.and_then(|look| looks.place(&look)) {
            Some(place) => 2 + place as u32,
            None => u32::from(matches!(cell, Cell::Date(..))),
        };
        let at = Bytes::default().u32(u32::from(column)).u32(style);
        match cell {
            Cell::Blank => {}
            Cell::Text(_) | Cell::Runs(_) if book.inline_strings => {
                let text = Rich::of(cell);
                if text.marks.is_empty() {
                    record(&mut out, 6, wide(at, &text.text));
                } else {
                    record(&mut out, 62, rich(at, &text));
                }
            }
            Cell::Text(_) | Cell::Runs(_) => {
                let text = Rich::of(cell);
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
                let value = value.u16(if book.never_computed { 2 } else { 0 });
                let value = value.u32(tokens.len() as u32).bytes(&tokens);
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
