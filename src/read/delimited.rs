//! Delimited text: its delimiter, its records, numbered as a spreadsheet would.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::document::ReadError;
use super::grid::{Address, CellContent, Sheet};
use crate::intake::Limits;
use crate::text::{Encodings, FileEncoding};

pub(super) fn read_csv(
    path: &Path,
    limits: Limits,
    encodings: &Encodings,
) -> Result<(Sheet, FileEncoding), ReadError> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(limits.max_file_bytes + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limits.max_file_bytes {
        return Err(ReadError::TooLarge(format!(
            "{} bytes",
            limits.max_file_bytes
        )));
    }
    let (mut text, encoding) = encodings
        .decode_file(&bytes)
        .ok_or(ReadError::UnknownEncoding)?;
    drop(bytes);
    // One sign ends a line, whichever the file has: the parser counts no other for sure.
    if text.contains('\r') {
        text = text.replace("\r\n", "\n").replace('\r', "\n");
    }
    text.push('\n');
    let sheet = parse_csv(&text, delimiter(&text), limits)?;
    Ok((sheet, encoding))
}

/// The delimiter that cuts the most records of the sample into the same number of fields.
fn delimiter(text: &str) -> u8 {
    let sample = text
        .char_indices()
        .nth(64_000)
        .map_or(text, |(end, _)| &text[..end]);
    let score = |delimiter: u8| {
        let mut counts = std::collections::BTreeMap::<usize, usize>::new();
        for record in csv_reader(sample, delimiter)
            .into_records()
            .flatten()
            .filter(|r| r.len() > 1)
        {
            *counts.entry(record.len()).or_default() += 1;
        }
        counts
            .into_iter()
            .map(|(fields, records)| fields * records)
            .max()
            .unwrap_or(0)
    };
    // The order decides a tie: a comma is the least certain, because decimals use it too.
    [b';', b'\t', b',']
        .into_iter()
        .rev()
        .max_by_key(|d| score(*d))
        .unwrap_or(b',')
}

fn csv_reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
}

fn parse_csv(text: &str, delimiter: u8, limits: Limits) -> Result<Sheet, ReadError> {
    let mut sheet = Sheet::new(None, true);
    let mut reader = csv_reader(text, delimiter);
    let mut record = csv::StringRecord::new();
    let mut row = 0;
    loop {
        let first_line = reader.position().line();
        if !reader
            .read_record(&mut record)
            .map_err(|e| ReadError::Damaged(e.to_string()))?
        {
            return Ok(sheet);
        }
        // The reader skips blank lines; a spreadsheet numbers them.
        let lines = reader.position().line() - first_line;
        let within: usize = record.iter().map(|field| field.matches('\n').count()).sum();
        row += (lines as usize).saturating_sub(within + 1) as u32;
        for (column, field) in record.iter().enumerate() {
            sheet.put(
                Address::new(row, column as u32),
                CellContent::Text(field.to_owned()),
            );
        }
        if sheet.len() > limits.max_cells {
            return Err(ReadError::TooLarge(format!("{} cells", limits.max_cells)));
        }
        row += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_rows_are_numbered_as_a_spreadsheet_would() {
        let text = "a;b\n\n\n\"x\ny\";2\n;\nlast;3\n";
        let sheet = parse_csv(text, delimiter(text), Limits::default()).expect("readable");
        let cells: Vec<(String, String)> = sheet
            .cells()
            .map(|(at, c)| (at.to_string(), c.as_read()))
            .collect();
        let expected = [
            ("A1", "a"),
            ("B1", "b"),
            ("A4", "x\ny"),
            ("B4", "2"),
            ("A6", "last"),
            ("B6", "3"),
        ];
        assert_eq!(cells, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }

    #[test]
    fn rows_are_numbered_alike_whatever_ends_a_line() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["", "", "a;b", "", "c;1", "\"x", "y\";2", ""].join(end);
            let directory = tempfile::tempdir().expect("a directory");
            let path = directory.path().join("a.csv");
            std::fs::write(&path, text).expect("written");
            let (sheet, _) =
                read_csv(&path, Limits::default(), &Encodings::default()).expect("readable");
            let cells: Vec<String> = sheet.cells().map(|(at, _)| at.to_string()).collect();
            assert_eq!(cells, ["A3", "B3", "A5", "B5", "A6", "B6"], "{end:?}");
        }
    }

    #[test]
    fn the_delimiter_is_the_one_that_makes_columns() {
        assert_eq!(delimiter("Biểu số: 1, 2\nx;1,5;2,5\ny;3,5;4\n"), b';');
        assert_eq!(delimiter("a,b,c\n1,2,3\n"), b',');
        assert_eq!(delimiter("a\tb\n1,5\t2\n"), b'\t');
    }
}
