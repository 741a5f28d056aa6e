//! Grids as an Excel 97 workbook: the records of [MS-XLS] that a reader needs, in a compound file.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{Cursor, Write as _};
use std::time::SystemTime;

use super::grid::{Content, Grid, Look, Range};

/// The most bytes that one record holds.
const RECORD: usize = 8_224;

/// The cell formats after the fifteen that every workbook starts with: text, whole numbers, tenths.
const FORMATS: [(u16, u16); 3] = [(15, 0), (16, 3), (17, 164)];

/// The workbook's bytes.
pub(crate) fn write(sheets: &[Grid]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut strings = Strings::default();
    let bodies = sheets
        .iter()
        .map(|grid| worksheet(grid, &mut strings))
        .collect::<Result<Vec<_>, _>>()?;
    // Where each sheet begins stands before them all, in a field of fixed size.
    let start = globals(sheets, &vec![0; sheets.len()], &strings)?.len();
    let mut offsets = Vec::new();
    let mut next = start;
    for body in &bodies {
        offsets.push(u32::try_from(next)?);
        next += body.len();
    }
    let mut stream = globals(sheets, &offsets, &strings)?;
    stream.extend(bodies.into_iter().flatten());
    let mut file =
        cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new()))?;
    file.create_stream("/Workbook")?.write_all(&stream)?;
    file.set_created_time("/", SystemTime::UNIX_EPOCH)?;
    file.set_modified_time("/", SystemTime::UNIX_EPOCH)?;
    file.flush()?;
    Ok(file.into_inner().into_inner())
}

/// The texts of all cells, each once.
#[derive(Default)]
struct Strings {
    order: Vec<String>,
    index: BTreeMap<String, u32>,
    uses: u32,
}

impl Strings {
    fn of(&mut self, text: &str) -> Result<u32, Box<dyn Error>> {
        self.uses += 1;
        if let Some(index) = self.index.get(text) {
            return Ok(*index);
        }
        let index = u32::try_from(self.order.len())?;
        self.order.push(text.to_owned());
        self.index.insert(text.to_owned(), index);
        Ok(index)
    }
}

fn record(out: &mut Vec<u8>, id: u16, data: &[u8]) -> Result<(), Box<dyn Error>> {
    out.extend(id.to_le_bytes());
    out.extend(u16::try_from(data.len())?.to_le_bytes());
    out.extend(data);
    Ok(())
}

/// 16-bit fields, one after the other.
fn words(fields: &[u16]) -> Vec<u8> {
    fields
        .iter()
        .flat_map(|field| field.to_le_bytes())
        .collect()
}

/// A text in UTF-16, behind its length and the flag that says so.
fn unicode(text: &str, length: usize) -> Result<Vec<u8>, Box<dyn Error>> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut out = u16::try_from(units.len())?.to_le_bytes()[..length].to_vec();
    out.push(1);
    out.extend(words(&units));
    Ok(out)
}

fn globals(sheets: &[Grid], offsets: &[u32], strings: &Strings) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut out = Vec::new();
    record(
        &mut out,
        0x0809,
        &words(&[0x0600, 0x0005, 0x0dbb, 0x07cc, 0, 0, 6, 0]),
    )?;
    record(&mut out, 0x0042, &words(&[0x04b0]))?;
    record(
        &mut out,
        0x003d,
        &words(&[0, 0, 0x4000, 0x2000, 0x38, 0, 0, 1, 600]),
    )?;
    for _ in 0..5 {
        let mut font = words(&[240, 0, 0x7fff, 400, 0, 0, 0]);
        font.extend(unicode("Times New Roman", 1)?);
        record(&mut out, 0x0031, &font)?;
    }
    let mut tenths = words(&[164]);
    tenths.extend(unicode("#,##0.0", 2)?);
    record(&mut out, 0x041e, &tenths)?;
    for _ in 0..15 {
        record(
            &mut out,
            0x00e0,
            &words(&[0, 0, 0xfff5, 0x0020, 0, 0, 0, 0, 0, 0x20c0]),
        )?;
    }
    for (_, format) in FORMATS {
        record(
            &mut out,
            0x00e0,
            &words(&[0, format, 1, 0x0020, 0, 0, 0, 0, 0, 0x20c0]),
        )?;
    }
    record(&mut out, 0x0293, &[0x00, 0x80, 0x00, 0xff])?;
    for (grid, offset) in sheets.iter().zip(offsets) {
        let mut sheet = offset.to_le_bytes().to_vec();
        sheet.extend([u8::from(grid.hidden), 0]);
        sheet.extend(unicode(&grid.name, 1)?);
        record(&mut out, 0x0085, &sheet)?;
    }
    // A record that would grow too long goes on in the next, between two texts.
    let mut id = 0x00fc;
    let mut data = strings.uses.to_le_bytes().to_vec();
    data.extend(u32::try_from(strings.order.len())?.to_le_bytes());
    for text in &strings.order {
        let text = unicode(text, 2)?;
        if data.len() + text.len() > RECORD {
            record(&mut out, id, &data)?;
            id = 0x003c;
            data.clear();
        }
        data.extend(text);
    }
    record(&mut out, id, &data)?;
    record(&mut out, 0x000a, &[])?;
    Ok(out)
}

fn worksheet(grid: &Grid, strings: &mut Strings) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut out = Vec::new();
    record(
        &mut out,
        0x0809,
        &words(&[0x0600, 0x0010, 0x0dbb, 0x07cc, 0, 0, 6, 0]),
    )?;
    for (&column, &width) in &grid.widths {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "widths are a few dozen characters"
        )]
        let width = (width * 256.0) as u16;
        record(&mut out, 0x007d, &words(&[column, column, width, 15, 0, 0]))?;
    }
    let mut dimensions = vec![0; 4];
    dimensions.extend(grid.rows().to_le_bytes());
    dimensions.extend(words(&[0, grid.columns(), 0]));
    record(&mut out, 0x0200, &dimensions)?;
    for (&(row, column), cell) in &grid.cells {
        let format = match cell.look {
            Look::Integer => 16,
            Look::Tenths => 17,
            _ => 15,
        };
        let place = words(&[u16::try_from(row)?, column, format]);
        let (id, value) = match &cell.content {
            Content::Text(text) => (0x00fd, strings.of(text)?.to_le_bytes().to_vec()),
            Content::Number(..) | Content::Formula(..) => {
                let number: f64 = cell.content.as_text(false).parse()?;
                (0x0203, number.to_le_bytes().to_vec())
            }
            Content::Failed(_) => (0x0205, vec![0x07, 1]),
            Content::Blank => (0x0201, Vec::new()),
        };
        record(&mut out, id, &[place, value].concat())?;
    }
    record(
        &mut out,
        0x023e,
        &words(&[0x06b6, 0, 0, 0x40, 0, 0, 0, 0, 0]),
    )?;
    if !grid.merged.is_empty() {
        record(&mut out, 0x00e5, &merged(&grid.merged)?)?;
    }
    record(&mut out, 0x000a, &[])?;
    Ok(out)
}

fn merged(ranges: &[Range]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut data = words(&[u16::try_from(ranges.len())?]);
    for &(first, a, last, b) in ranges {
        data.extend(words(&[u16::try_from(first)?, u16::try_from(last)?, a, b]));
    }
    Ok(data)
}
