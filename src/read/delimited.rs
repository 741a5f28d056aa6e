//! Delimited text (.csv, .tsv): its encoding, its delimiter, its records. Rows are numbered as in a spreadsheet.

use std::io::Read;
use std::path::Path;

use super::address::Address;
use super::content::CellContent;
use super::document::{Document, ReadError};
use super::quotes::{STRAY, mend_quotes};
use super::sheet::Sheet;
use crate::intake::{Limits, open_file};
use crate::text::{Encodings, literal};

/// Reads a text file.
///
/// # Errors
/// When the file cannot be read, its encoding is unknown, or it exceeds a limit.
pub(super) fn read_csv(
    path: &Path,
    limits: Limits,
    encodings: &Encodings,
) -> Result<Document, ReadError> {
    let mut bytes = Vec::new();
    open_file(path)?
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
    // The parser counts only `\n` reliably, so every line ends with that.
    if text.contains('\r') {
        text = text.replace("\r\n", "\n").replace('\r', "\n");
    }
    text.push('\n');
    let (stated, body) = stated_delimiter(&text);
    let mut delimiter = stated.unwrap_or_else(|| likely_delimiter(body));
    let mut mended = mend_quotes(body, delimiter);
    if let (Some(text), None) = (&mended, stated) {
        let better = likely_delimiter(text);
        if better != delimiter {
            delimiter = better;
            mended = mend_quotes(body, delimiter);
        }
    }
    let body = mended.as_deref().unwrap_or(body);
    let (sheet, stray_quotes) = parse_csv(body, delimiter, limits)?;
    Ok(Document {
        sheets: vec![sheet],
        encoding: Some(encoding),
        stray_quotes,
        ..Document::default()
    })
}

/// The delimiter that the first line states, and the text without that line: `sep=;` is an order to the spreadsheet
/// program, which does not show it.
fn stated_delimiter(text: &str) -> (Option<u8>, &str) {
    let Some((first, rest)) = text.split_once('\n') else {
        return (None, text);
    };
    let order = first
        .trim_start_matches('\u{feff}')
        .trim_matches([' ', '"'])
        .as_bytes();
    match order {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter]
            if delimiter.is_ascii_punctuation() || *delimiter == b'\t' =>
        {
            (Some(*delimiter), rest)
        }
        _ => (None, text),
    }
}

/// The delimiter that splits the most records of a sample into the same number of fields.
fn likely_delimiter(text: &str) -> u8 {
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
    // The order decides a tie: a comma is the least certain, since decimals use it too.
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

/// The cells of a text, and those that begin with a stray quotation mark.
fn parse_csv(
    text: &str,
    delimiter: u8,
    limits: Limits,
) -> Result<(Sheet, Vec<Address>), ReadError> {
    let mut stray = Vec::new();
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
            return Ok((sheet, stray));
        }
        // The reader skips blank lines; a spreadsheet numbers them.
        let lines = reader.position().line() - first_line;
        let within: usize = record.iter().map(|field| field.matches('\n').count()).sum();
        row += (lines as usize).saturating_sub(within + 1) as u32;
        for (column, field) in record.iter().enumerate() {
            let at = Address::new(row, column as u32);
            let field = field.strip_prefix(STRAY).map_or(field, |rest| {
                stray.push(at);
                rest
            });
            sheet.put(at, content_of(field));
        }
        if sheet.len() > limits.max_cells {
            return Err(ReadError::TooLarge(format!("{} cells", limits.max_cells)));
        }
        row += 1;
    }
}

/// What a field holds. Programs write `="0412"` or `=412` to keep a number as it is: that is its text. Any other formula
/// has no saved result.
fn content_of(field: &str) -> CellContent {
    let Some(formula) = field.trim().strip_prefix('=') else {
        return CellContent::Text(field.to_owned());
    };
    if let Some(text) = literal(field) {
        return CellContent::Text(text);
    }
    let formula = formula.trim();
    let digits = formula.trim_start_matches(['-', '+']);
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits
            .chars()
            .all(|c| c.is_ascii_digit() || " .,%".contains(c));
    if is_number {
        CellContent::Text(formula.to_owned())
    } else if is_call_or_reference(formula) {
        CellContent::NoCachedValue
    } else {
        CellContent::Text(field.to_owned())
    }
}

/// Whether a formula begins with a function, `SUM(`, or with a cell, `$B$7`.
fn is_call_or_reference(formula: &str) -> bool {
    let formula = formula.trim_start_matches(['-', '+', '$', '@']);
    let name = formula.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '.');
    let letters = formula.len() - name.len();
    let row = name.trim_start_matches('$');
    letters > 0
        && (name.starts_with('(')
            || (letters <= 3 && row.starts_with(|c: char| c.is_ascii_digit())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_rows_are_numbered_as_a_spreadsheet_would() {
        let text = "a;b\n\n\n\"x\ny\";2\n;\nlast;3\n";
        let (sheet, _) =
            parse_csv(text, likely_delimiter(text), Limits::default()).expect("readable");
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
            let read = read_csv(&path, Limits::default(), &Encodings::default()).expect("readable");
            let cells: Vec<String> = read.sheets[0]
                .cells()
                .map(|(at, _)| at.to_string())
                .collect();
            assert_eq!(cells, ["A3", "B3", "A5", "B5", "A6", "B6"], "{end:?}");
        }
    }

    #[test]
    fn the_delimiter_is_the_one_that_makes_columns() {
        assert_eq!(
            likely_delimiter("Biểu số: 1, 2\nx;1,5;2,5\ny;3,5;4\n"),
            b';'
        );
        assert_eq!(likely_delimiter("a,b,c\n1,2,3\n"), b',');
        assert_eq!(likely_delimiter("a\tb\n1,5\t2\n"), b'\t');
    }

    #[test]
    fn a_stated_delimiter_is_obeyed_and_not_shown() {
        assert_eq!(stated_delimiter("sep=;\na,b;c\n"), (Some(b';'), "a,b;c\n"));
        assert_eq!(stated_delimiter("\"SEP=\t\"\nx\n").0, Some(b'\t'));
        assert_eq!(stated_delimiter("sep=ab\nx\n"), (None, "sep=ab\nx\n"));
    }

    #[test]
    fn literals_of_formulas_are_their_text() {
        let text = |field| match content_of(field) {
            CellContent::Text(text) => text,
            other => format!("{other:?}"),
        };
        for (field, held) in [
            ("=\"0412\"", "0412"),
            ("=\"x\"\"y\"", "x\"y"),
            ("=412", "412"),
            ("=-1250,5", "-1250,5"),
            ("= ghi chú", "= ghi chú"),
            ("=(5)/(6)", "=(5)/(6)"),
        ] {
            assert_eq!(text(field), held, "{field}");
        }
        for field in ["=SUM(E8:E9)", "=E8+E9", "=-$E$8", "=T(\"a\")"] {
            assert_eq!(content_of(field), CellContent::NoCachedValue, "{field}");
        }
    }

    #[test]
    fn a_quotation_mark_that_nothing_closes_swallows_no_lines() {
        let text = "a;b;c\n\"x;1;2\n\"y\";3;4\nz;5;6\n\"v\nw\";7;8\n";
        let mended = mend_quotes(text, b';').expect("a stray mark");
        let (sheet, stray) = parse_csv(&mended, b';', Limits::default()).expect("readable");
        assert_eq!(stray, [Address::new(1, 0)]);
        let rows: Vec<Vec<String>> = sheet
            .rows()
            .map(|(_, cells)| cells.values().map(CellContent::as_read).collect())
            .collect();
        assert_eq!(
            rows,
            [
                ["a", "b", "c"],
                ["x", "1", "2"],
                ["y", "3", "4"],
                ["z", "5", "6"],
                ["v\nw", "7", "8"]
            ]
        );
        assert_eq!(mend_quotes("a;\"b\nc\"\n\"d \"e\" f\";1\n", b';'), None);
    }
}
