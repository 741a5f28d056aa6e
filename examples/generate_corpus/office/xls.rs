//! BIFF8, the format of Excel 97 to 2003, in a compound file.

use std::error::Error;
use std::io::{Cursor, Write};

use super::super::grid::{Cell, ERRORS};
use super::flaws::{Flaws, Gap};
use super::looks::{Looks, Rich, font_of};
use super::record::{Bytes, tokens, units};
use super::{Page, Workbook};

/// What one record may hold; a table of texts goes on in a `CONTINUE` record.
const MOST: usize = 8224;
/// The cell format of dates, after 15 of styles and one of cells.
const DATE: u16 = 16;
const PLAIN: u16 = 15;
/// The first font behind the four that every workbook has: there is no fifth.
const OWN_FONTS: u16 = 5;

pub(crate) fn write(book: &Workbook) -> Result<Vec<u8>, Box<dyn Error>> {
    let pages = Page::all(book)?;
    let mut texts = Vec::new();
    for page in &pages {
        page.texts(&mut texts);
    }
    let looks = Looks::of(&pages);
    let sheets: Vec<Vec<u8>> = pages
        .iter()
        .map(|page| worksheet(book, page, &looks, &texts))
        .collect::<Result<_, _>>()?;
    // The sheets' places are known once the length of what stands before them is.
    let length = globals(book, &pages, &looks, &texts, &vec![0; pages.len()]).len();
    let mut place = length;
    let mut places = Vec::new();
    for sheet in &sheets {
        places.push(place as u32);
        place += sheet.len();
    }
    let mut stream = globals(book, &pages, &looks, &texts, &places);
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

fn globals(
    book: &Workbook,
    pages: &[Page],
    looks: &Looks,
    texts: &[Rich],
    places: &[u32],
) -> Vec<u8> {
    let mut out = Vec::new();
    begin(&mut out, 0x0005);
    let code_page = book.flaws.code_page.unwrap_or(1200);
    record(&mut out, 0x0042, Bytes::default().u16(code_page));
    if book.flaws.odd_records {
        odd_records(&mut out);
    }
    let window = Bytes::default().zeros(4).u16(0x4000).u16(0x2000).u16(0x38);
    record(&mut out, 0x003d, window.u16(0).u16(0).u16(1).u16(600));
    record(
        &mut out,
        0x0022,
        Bytes::default().u16(u16::from(book.date1904)),
    );
    for _ in 0..4 {
        font(&mut out, None, false, 0);
    }
    let marked = texts.iter().any(|text| !text.marks.is_empty());
    if marked {
        font(&mut out, None, true, 0);
        font(&mut out, None, false, 1);
        font(&mut out, None, false, 2);
    }
    for look in &looks.all {
        font(&mut out, look.font, look.struck, 0);
    }
    for format in &looks.formats {
        let code = Bytes::default().u16(looks.number(Some(format)));
        let code = code.u16(units(format) as u16).u8(1).utf16(format);
        record(&mut out, 0x041e, code);
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
    let first = OWN_FONTS + if marked { 3 } else { 0 };
    for (n, look) in looks.all.iter().enumerate() {
        let xf = Bytes::default().u16(first + n as u16);
        let xf = xf.u16(looks.number(look.format)).u16(0x0001);
        record(&mut out, 0x00e0, xf.u8(0x20).zeros(9).u16(0x20c0));
    }
    for (page, place) in pages.iter().zip(places) {
        let name = &page.sheet.name;
        let sheet = Bytes::default().u32(*place).u8(u8::from(page.sheet.hidden));
        let sheet = sheet.u8(0).u8(units(name) as u8).u8(1).utf16(name);
        record(&mut out, 0x0085, sheet);
    }
    shared_texts(&mut out, &book.flaws, texts);
    record(&mut out, 0x000a, Bytes::default());
    out
}

/// `raised` is 1 for raised letters, 2 for lowered ones.
fn font(out: &mut Vec<u8>, name: Option<&str>, struck: bool, raised: u16) {
    let name = name.unwrap_or("Times New Roman");
    let font = Bytes::default()
        .u16(240)
        .u16(if struck { 0x0008 } else { 0 })
        .u16(0x7fff)
        .u16(400)
        .u16(raised)
        .zeros(4);
    record(out, 0x0031, font.u8(units(name) as u8).u8(1).utf16(name));
}

/// A record that no version has, an empty one, and one of a later version.
fn odd_records(out: &mut Vec<u8>) {
    record(out, 0x0ffe, Bytes::default().u32(0xdead_beef));
    record(out, 0x0ffd, Bytes::default());
    record(out, 0x0899, Bytes::default().u16(0x0899).zeros(14));
}

/// The table of shared texts, which goes on in `CONTINUE` records.
struct SharedTexts<'a> {
    out: &'a mut Vec<u8>,
    id: u16,
    data: Bytes,
}

impl SharedTexts<'_> {
    fn next_record(&mut self) {
        record(self.out, self.id, std::mem::take(&mut self.data));
        self.id = 0x003c;
    }

    fn empty_record(&mut self) {
        self.next_record();
        self.next_record();
    }

    /// Adds bytes, on a new record if they do not fit.
    fn add(&mut self, bytes: &[u8], most: usize) {
        if self.data.0.len() + bytes.len() > most {
            self.next_record();
        }
        self.data.0.extend(bytes);
    }
}

fn shared_texts(out: &mut Vec<u8>, flaws: &Flaws, texts: &[Rich]) {
    let count = texts.len() as u32;
    let mut table = SharedTexts {
        out,
        id: 0x00fc,
        data: Bytes::default().u32(count).u32(count),
    };
    let most = flaws.continue_after.unwrap_or(MOST);
    for (n, Rich { text, marks }) in texts.iter().enumerate() {
        let third = n % 3 == 2;
        let mut head = Bytes::default().u16(units(text) as u16);
        head = if marks.is_empty() {
            head.u8(1)
        } else {
            head.u8(1 | 8).u16(marks.len() as u16)
        };
        let letters = Bytes::default().utf16(text);
        let runs = marks.iter().fold(Bytes::default(), |runs, (place, mark)| {
            let font = font_of(*mark);
            let font = if font == 0 { 0 } else { OWN_FONTS + font - 1 };
            runs.u16(*place).u16(font)
        });
        if flaws.continue_after.is_none() && flaws.empty_continue != Some(Gap::Within) {
            let whole = head.bytes(&letters.0).bytes(&runs.0);
            table.add(&whole.0, most);
        } else {
            table.add(&head.0, most);
            let half = (units(text) / 2).max(1);
            for (place, letter) in letters.0.chunks(2).enumerate() {
                let gap = flaws.empty_continue == Some(Gap::Within) && third && place == half;
                if gap {
                    table.empty_record();
                } else if table.data.0.len() + 2 > most {
                    table.next_record();
                }
                // A text that goes on says again how it is written.
                if table.data.0.is_empty() {
                    table.data.0.push(1);
                }
                table.data.0.extend(letter);
            }
            for run in runs.0.chunks(4) {
                table.add(run, most);
            }
        }
        if flaws.empty_continue == Some(Gap::Between) && third {
            table.empty_record();
        }
    }
    table.next_record();
}

fn worksheet(
    book: &Workbook,
    page: &Page,
    looks: &Looks,
    texts: &[Rich],
) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut out = Vec::new();
    begin(&mut out, 0x0010);
    if book.flaws.odd_records {
        odd_records(&mut out);
    }
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
        let look = page.look(row, column);
        let style = match look.and_then(|look| looks.place(&look)) {
            Some(place) => DATE + 1 + place as u16,
            None if matches!(cell, Cell::Date(..)) => DATE,
            None => PLAIN,
        };
        let at = Bytes::default().u16(row as u16).u16(column).u16(style);
        match cell {
            Cell::Blank => {}
            Cell::Text(_) | Cell::Runs(_) => {
                let text = Rich::of(cell);
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
                write_formula(book, &mut out, at, formula, result.as_deref())?;
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
    book: &Workbook,
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
    // Always compute, and compute on load.
    let flags = if book.never_computed { 3 } else { 0 };
    let formula = at.bytes(&value.0).u16(flags).u32(0);
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
