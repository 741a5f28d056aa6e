//! Reading files into sheets: workbooks by calamine, text files by csv.
//!
//! Cells are streamed into a sparse grid: a sheet that claims a million rows and holds two cells costs
//! two cells. A parser that panics on a damaged file ends that file, not the run.

use std::fs::File;
use std::io::{BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use serde::Deserialize;

use super::grid::{Address, Content, Range, Sheet};
use crate::intake::MediaType;

/// What a single file may hold before it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Size in bytes.
    pub max_file_bytes: u64,
    /// Cells that hold something, over all sheets.
    pub max_cells: usize,
    /// Sheets.
    pub max_sheets: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_file_bytes: 200_000_000,
            max_cells: 5_000_000,
            max_sheets: 200,
        }
    }
}

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The workbook asks for a password.
    #[error("it is protected by a password")]
    Encrypted,
    /// The parser gave up.
    #[error("{0}")]
    Damaged(String),
    /// More than the limits allow.
    #[error("it holds more than {0}")]
    TooLarge(String),
    /// Text that is not UTF-8.
    #[error("byte {0} is not UTF-8 text")]
    NotUtf8(usize),
    /// The file system refused.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Reads the sheets of a file.
///
/// # Errors
/// When the file is damaged, protected, too large, not text, or cannot be opened.
pub fn read(path: &Path, media: MediaType, limits: Limits) -> Result<Vec<Sheet>, ReadError> {
    match catch_unwind(AssertUnwindSafe(|| match media {
        MediaType::Xlsx => read_xlsx(path, limits),
        MediaType::Csv => read_csv(path, limits).map(|sheet| vec![sheet]),
    })) {
        Ok(result) => result,
        Err(_) => Err(ReadError::Damaged(
            "the reader of this format gave up on it".to_owned(),
        )),
    }
}

fn read_xlsx(path: &Path, limits: Limits) -> Result<Vec<Sheet>, ReadError> {
    let damaged = |e: XlsxError| match e {
        XlsxError::Password => ReadError::Encrypted,
        other => ReadError::Damaged(other.to_string()),
    };
    let mut book: Xlsx<_> = Xlsx::new(BufReader::new(File::open(path)?)).map_err(damaged)?;
    let metadata = book.sheets_metadata().to_vec();
    if metadata.len() > limits.max_sheets {
        return Err(ReadError::TooLarge(format!("{} sheets", limits.max_sheets)));
    }
    let mut sheets = Vec::with_capacity(metadata.len());
    let mut cells = 0;
    for meta in metadata
        .iter()
        .filter(|meta| meta.typ == SheetType::WorkSheet)
    {
        let mut sheet = Sheet::new(
            Some(meta.name.clone()),
            meta.visible == SheetVisible::Visible,
        );
        let merged = book
            .merge_cells_by_sheet_name(&meta.name)
            .unwrap_or_default();
        sheet.merge(
            merged
                .iter()
                .map(|d| Range {
                    start: Address::new(d.start.0, d.start.1),
                    end: Address::new(d.end.0, d.end.1),
                })
                .collect(),
        );
        let mut reader = book.worksheet_cells_reader(&meta.name).map_err(damaged)?;
        while let Some(cell) = reader.next_cell_with_formula().map_err(damaged)? {
            let Some(content) = content_of(cell.value, cell.formula.is_some()) else {
                continue;
            };
            sheet.put(Address::new(cell.pos.0, cell.pos.1), content);
            if cells + sheet.len() > limits.max_cells {
                return Err(ReadError::TooLarge(format!("{} cells", limits.max_cells)));
            }
        }
        cells += sheet.len();
        sheets.push(sheet);
    }
    Ok(sheets)
}

fn content_of(value: DataRef<'_>, has_formula: bool) -> Option<Content> {
    Some(match value {
        DataRef::Empty => return has_formula.then_some(Content::NoCachedValue),
        #[allow(clippy::cast_precision_loss)]
        DataRef::Int(n) => Content::Number(n as f64),
        DataRef::Float(n) => Content::Number(n),
        DataRef::String(text) => Content::Text(text),
        DataRef::SharedString(text) => Content::Text(text.to_owned()),
        DataRef::Bool(b) => Content::Bool(b),
        DataRef::DateTime(date) => Content::Date(date.to_string()),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Content::Date(text),
        DataRef::Error(error) => Content::Error(error.to_string()),
    })
}

fn read_csv(path: &Path, limits: Limits) -> Result<Sheet, ReadError> {
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
    let text = std::str::from_utf8(&bytes).map_err(|e| ReadError::NotUtf8(e.valid_up_to()))?;
    let mut text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
    text.push('\n');
    parse_csv(&text, delimiter(&text), limits)
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
                Content::Text(field.to_owned()),
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
    fn the_delimiter_is_the_one_that_makes_columns() {
        assert_eq!(delimiter("Biểu số: 1, 2\nx;1,5;2,5\ny;3,5;4\n"), b';');
        assert_eq!(delimiter("a,b,c\n1,2,3\n"), b',');
        assert_eq!(delimiter("a\tb\n1,5\t2\n"), b'\t');
    }
}
