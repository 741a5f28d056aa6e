//! Writes small workbooks byte by byte: files that no office program would write.

use std::io::{Cursor, Write as _};

use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

/// A zip file of these members, packed.
pub(crate) fn packed(members: &[(&str, &[u8])]) -> Vec<u8> {
    zipped(members, CompressionMethod::Deflated)
}

/// A zip file of these members, as they are.
pub(crate) fn stored(members: &[(&str, &[u8])]) -> Vec<u8> {
    zipped(members, CompressionMethod::Stored)
}

fn zipped(members: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in members {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const PACKAGE: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;

/// The parts of a workbook with these sheets and whatever other parts.
pub(crate) fn xlsx_parts(sheets: &[&str], others: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
    let mut book = String::new();
    let mut relations = String::new();
    let mut parts = vec![
        ("[Content_Types].xml".to_owned(), "<Types/>".to_owned()),
        ("_rels/.rels".to_owned(), PACKAGE.to_owned()),
    ];
    for (n, sheet) in sheets.iter().enumerate() {
        book.push_str(&format!(
            r#"<sheet name="S{n}" sheetId="{}" r:id="s{n}"/>"#,
            n + 1
        ));
        relations.push_str(&format!(
            r#"<Relationship Id="s{n}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{n}.xml"/>"#
        ));
        parts.push((format!("xl/worksheets/sheet{n}.xml"), (*sheet).to_owned()));
    }
    parts.push((
        "xl/workbook.xml".to_owned(),
        format!("<workbook><sheets>{book}</sheets></workbook>"),
    ));
    parts.push((
        "xl/_rels/workbook.xml.rels".to_owned(),
        format!("<Relationships>{relations}</Relationships>"),
    ));
    parts.extend(
        others
            .iter()
            .map(|(name, xml)| ((*name).to_owned(), (*xml).to_owned())),
    );
    parts
        .into_iter()
        .map(|(name, xml)| (name, xml.into_bytes()))
        .collect()
}

fn borrowed(parts: &[(String, Vec<u8>)]) -> Vec<(&str, &[u8])> {
    parts
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect()
}

/// A workbook with these sheets and whatever other parts, packed.
pub(crate) fn xlsx(sheets: &[&str], others: &[(&str, &str)]) -> Vec<u8> {
    packed(&borrowed(&xlsx_parts(sheets, others)))
}

/// The same, not packed.
pub(crate) fn xlsx_stored(sheets: &[&str], others: &[(&str, &str)]) -> Vec<u8> {
    stored(&borrowed(&xlsx_parts(sheets, others)))
}

/// A sheet of these rows.
pub(crate) fn sheet(rows: &str) -> String {
    format!("<worksheet><sheetData>{rows}</sheetData></worksheet>")
}

/// An OpenDocument spreadsheet with these tables.
pub(crate) fn ods(tables: &str, others: &[(&str, &str)]) -> Vec<u8> {
    let content = format!(
        "<office:document-content><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    );
    let mut members: Vec<(&str, &[u8])> = vec![
        (
            "mimetype",
            b"application/vnd.oasis.opendocument.spreadsheet",
        ),
        ("content.xml", content.as_bytes()),
    ];
    members.extend(others.iter().map(|(name, xml)| (*name, xml.as_bytes())));
    packed(&members)
}

/// A record of BIFF8.
pub(crate) fn biff8(kind: u16, body: &[u8]) -> Vec<u8> {
    let mut bytes = kind.to_le_bytes().to_vec();
    bytes.extend(u16::try_from(body.len()).unwrap().to_le_bytes());
    bytes.extend(body);
    bytes
}

/// A number cell of BIFF8.
pub(crate) fn biff8_number(row: u16, column: u16, value: f64) -> Vec<u8> {
    let mut body = row.to_le_bytes().to_vec();
    body.extend(column.to_le_bytes());
    body.extend([0, 0]);
    body.extend(value.to_le_bytes());
    biff8(0x0203, &body)
}

/// A compound file with these streams.
pub(crate) fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let empty = Cursor::new(Vec::new());
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, empty).unwrap();
    for (name, bytes) in streams {
        file.create_stream(name).unwrap().write_all(bytes).unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

/// A BIFF8 workbook of one sheet `S0` with these records, and whatever other records before it.
pub(crate) fn xls(globals: &[Vec<u8>], records: &[Vec<u8>]) -> Vec<u8> {
    compound(&[("/Workbook", &xls_stream(globals, records))])
}

fn xls_stream(globals: &[Vec<u8>], records: &[Vec<u8>]) -> Vec<u8> {
    let mut stream = biff8(0x0809, &[0, 6, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for record in globals {
        stream.extend(record);
    }
    let bound = stream.len() + 4;
    stream.extend(biff8(0x0085, b"\0\0\0\0\0\0\x02\0S0"));
    stream.extend(biff8(0x000a, b""));
    let start = u32::try_from(stream.len()).unwrap().to_le_bytes();
    stream[bound..bound + 4].copy_from_slice(&start);
    stream.extend(biff8(
        0x0809,
        &[0, 6, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ));
    for record in records {
        stream.extend(record);
    }
    stream.extend(biff8(0x000a, b""));
    stream
}

/// A record of BIFF12, shorter than 128 bytes.
pub(crate) fn biff12(kind: u16, body: &[u8]) -> Vec<u8> {
    let mut bytes = if kind < 0x80 {
        vec![kind as u8]
    } else {
        vec![(kind & 0x7f) as u8 | 0x80, (kind >> 7) as u8]
    };
    assert!(body.len() < 128);
    bytes.push(body.len() as u8);
    bytes.extend(body);
    bytes
}

fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut bytes = u32::try_from(units.len()).unwrap().to_le_bytes().to_vec();
    bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    bytes
}

/// A BIFF12 workbook of one sheet `S0` with these records among its cells, and these after them.
pub(crate) fn xlsb(cells: &[Vec<u8>], after: &[Vec<u8>]) -> Vec<u8> {
    let mut bundle = vec![0; 4];
    bundle.extend(1_u32.to_le_bytes());
    bundle.extend(wide("s0"));
    bundle.extend(wide("S0"));
    let book = [
        biff12(0x0083, b""),
        biff12(0x008f, b""),
        biff12(0x009c, &bundle),
        biff12(0x0090, b""),
        biff12(0x009d, &[0; 26]),
        biff12(0x0084, b""),
    ]
    .concat();
    let sheet = [
        biff12(0x0081, b""),
        biff12(0x0094, &[0; 16]),
        biff12(0x0091, b""),
        cells.concat(),
        biff12(0x0092, b""),
        after.concat(),
        biff12(0x0082, b""),
    ]
    .concat();
    let relations = r#"<Relationships><Relationship Id="s0" Type="worksheet" Target="worksheets/sheet0.bin"/></Relationships>"#;
    packed(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/workbook.bin", &book),
        ("xl/_rels/workbook.bin.rels", relations.as_bytes()),
        ("xl/worksheets/sheet0.bin", &sheet),
    ])
}
