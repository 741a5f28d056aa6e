//! Grids as a binary Office Open XML workbook: the records of [MS-XLSB] that a reader needs.

use std::error::Error;

use super::grid::{Content, Grid, Look};
use super::package::pack;

const TYPES: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
    r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">"#,
    r#"<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>"#,
    r#"<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>"#,
    r#"<Override PartName="/xl/styles.bin" ContentType="application/vnd.ms-excel.styles"/>"#,
);

const RELATIONS: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
    r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#,
);

const KINDS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// The workbook's bytes.
pub(crate) fn write(sheets: &[Grid]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut types = TYPES.to_owned();
    let mut relations = RELATIONS.to_owned();
    let mut book = Vec::new();
    record(&mut book, 131, &[]);
    record(&mut book, 143, &[]);
    let mut parts = Vec::new();
    for (number, grid) in (1_u32..).zip(sheets) {
        let part = format!("worksheets/sheet{number}.bin");
        types.push_str(&format!(
            r#"<Override PartName="/xl/{part}" ContentType="application/vnd.ms-excel.worksheet"/>"#
        ));
        relations.push_str(&relation(number, "worksheet", &part));
        let mut bundle = u32::from(grid.hidden).to_le_bytes().to_vec();
        bundle.extend(number.to_le_bytes());
        bundle.extend(wide(&format!("rId{number}"))?);
        bundle.extend(wide(&grid.name)?);
        record(&mut book, 156, &bundle);
        parts.push((format!("xl/{part}"), worksheet(grid)?));
    }
    record(&mut book, 144, &[]);
    record(&mut book, 132, &[]);
    types.push_str("</Types>");
    let styles = u32::try_from(sheets.len())? + 1;
    relations.push_str(&relation(styles, "styles", "styles.bin"));
    relations.push_str("</Relationships>");
    let root = format!(
        "{RELATIONS}{}</Relationships>",
        relation(1, "officeDocument", "xl/workbook.bin")
    );
    let mut members = vec![
        ("[Content_Types].xml".to_owned(), types.into_bytes()),
        ("_rels/.rels".to_owned(), root.into_bytes()),
        ("xl/workbook.bin".to_owned(), book),
        (
            "xl/_rels/workbook.bin.rels".to_owned(),
            relations.into_bytes(),
        ),
        ("xl/styles.bin".to_owned(), stylesheet()?),
    ];
    members.extend(parts);
    pack(&members)
}

fn relation(number: u32, kind: &str, target: &str) -> String {
    format!(r#"<Relationship Id="rId{number}" Type="{KINDS}/{kind}" Target="{target}"/>"#)
}

/// A record: its number and its size in groups of seven bits, then its data.
fn record(out: &mut Vec<u8>, id: u16, data: &[u8]) {
    let [low, high] = ((id & 0x7f) | ((id >> 7) << 8)).to_le_bytes();
    if high == 0 {
        out.push(low);
    } else {
        out.extend([low | 0x80, high]);
    }
    let mut size = data.len();
    loop {
        let low = u8::try_from(size & 0x7f).unwrap_or(0);
        size >>= 7;
        if size == 0 {
            out.push(low);
            break;
        }
        out.push(low | 0x80);
    }
    out.extend(data);
}

/// A text in UTF-16 behind its length.
fn wide(text: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut out = u32::try_from(units.len())?.to_le_bytes().to_vec();
    out.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    Ok(out)
}

/// 32-bit fields, one after the other.
fn fields(values: &[u32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

fn worksheet(grid: &Grid) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut out = Vec::new();
    record(&mut out, 129, &[]);
    let last = [
        grid.rows().saturating_sub(1),
        u32::from(grid.columns().saturating_sub(1)),
    ];
    record(&mut out, 148, &fields(&[0, last[0], 0, last[1]]));
    record(&mut out, 145, &[]);
    let mut current = None;
    for (&(row, column), cell) in &grid.cells {
        if current != Some(row) {
            current = Some(row);
            // Row, format, height in twentieths of a point, flags, the columns that it spans.
            let mut header = fields(&[row, 0]);
            header.extend([0x2c, 0x01, 0, 0, 0]);
            header.extend(fields(&[1, 0, last[1]]));
            record(&mut out, 0, &header);
        }
        let format = match cell.look {
            Look::Integer => 1,
            Look::Tenths => 2,
            _ => 0,
        };
        let place = fields(&[u32::from(column), format]);
        let (id, value) = match &cell.content {
            Content::Text(text) => (6, wide(text)?),
            Content::Number(..) | Content::Formula(..) => {
                let number: f64 = cell.content.as_text(false).parse()?;
                (5, number.to_le_bytes().to_vec())
            }
            Content::Failed(_) => (3, vec![0x07]),
            Content::Blank => (1, Vec::new()),
        };
        record(&mut out, id, &[place, value].concat());
    }
    record(&mut out, 146, &[]);
    if !grid.merged.is_empty() {
        record(&mut out, 177, &fields(&[u32::try_from(grid.merged.len())?]));
        for &(first, a, last, b) in &grid.merged {
            record(&mut out, 176, &fields(&[first, last, a.into(), b.into()]));
        }
        record(&mut out, 178, &[]);
    }
    record(&mut out, 130, &[]);
    Ok(out)
}

/// One font, the two fills and the border that every workbook has, and three formats of cells.
fn stylesheet() -> Result<Vec<u8>, Box<dyn Error>> {
    let mut out = Vec::new();
    record(&mut out, 278, &[]);
    record(&mut out, 615, &fields(&[1]));
    record(
        &mut out,
        44,
        &[&164_u16.to_le_bytes()[..], &wide("#,##0.0")?].concat(),
    );
    record(&mut out, 616, &[]);
    record(&mut out, 611, &fields(&[1]));
    let mut font = vec![
        240, 0, 0, 0, 144, 1, 0, 0, 0, 1, 0, 0, 7, 1, 0, 0, 0, 0, 0, 255, 0,
    ];
    font.extend(wide("Times New Roman")?);
    record(&mut out, 43, &font);
    record(&mut out, 612, &[]);
    record(&mut out, 603, &fields(&[2]));
    for pattern in [0_u32, 17] {
        let mut fill = pattern.to_le_bytes().to_vec();
        fill.extend([3, 64, 0, 0, 0, 0, 0, 255, 3, 65, 0, 0, 255, 255, 255, 255]);
        fill.resize(68, 0);
        record(&mut out, 45, &fill);
    }
    record(&mut out, 604, &[]);
    record(&mut out, 613, &fields(&[1]));
    record(&mut out, 46, &[0; 51]);
    record(&mut out, 614, &[]);
    let format = |parent: u16, number: u16| -> Vec<u8> {
        let numbers = [parent, number, 0, 0, 0];
        let mut data: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
        data.extend([0, 0, 0x10, 0x10, u8::from(number != 0), 0]);
        data
    };
    record(&mut out, 626, &fields(&[1]));
    record(&mut out, 47, &format(0xffff, 0));
    record(&mut out, 627, &[]);
    record(&mut out, 617, &fields(&[3]));
    for number in [0, 3, 164] {
        record(&mut out, 47, &format(0, number));
    }
    record(&mut out, 618, &[]);
    record(&mut out, 619, &fields(&[1]));
    let mut style = vec![0, 0, 0, 0, 1, 0, 0, 0];
    style.extend(wide("Normal")?);
    record(&mut out, 48, &style);
    record(&mut out, 620, &[]);
    record(&mut out, 279, &[]);
    Ok(out)
}
