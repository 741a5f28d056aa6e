//! A sheet as text: one line for each row, cells between `|`.
//!
//! A text that parses as a number is a stored number; `"…"` is text letter by letter, with JSON's escapes;
//! `=E6+F6 -> 12` is a formula with the result saved beside it, `=E6+F6 ->` one without; `#REF!` is an error
//! value; `@2025-12-31` is a date; `<.VnTime>…</>` is a run of text in its own font, `<s>…</>` one struck out, `<sup>…</>`
//! one raised and `<sub>…</>` one lowered; anything else is text.

use std::error::Error;

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Blank,
    Number(f64, String),
    Text(String),
    /// Pieces of text, each in a look of its own or in the cell's.
    Runs(Vec<Run>),
    Error(String),
    /// Days since 30 December 1899, and the text of the day.
    Date(f64, String),
    /// The formula without `=`, and the result saved beside it.
    Formula(String, Option<Box<Cell>>),
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    /// Its font, where it is not the cell's.
    pub(crate) font: Option<String>,
    pub(crate) mark: Option<Mark>,
    pub(crate) text: String,
}

/// How a piece of a text differs from the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Struck,
    Raised,
    Lowered,
}

/// Errors that a sheet can hold, with their codes in BIFF; the last was made up.
pub(crate) const ERRORS: [(&str, u8); 12] = [
    ("#NULL!", 0x00),
    ("#DIV/0!", 0x07),
    ("#VALUE!", 0x0f),
    ("#REF!", 0x17),
    ("#NAME?", 0x1d),
    ("#NUM!", 0x24),
    ("#N/A", 0x2a),
    ("#GETTING_DATA", 0x2b),
    ("#SPILL!", 0x2d),
    ("#FIELD!", 0x31),
    ("#CALC!", 0x32),
    ("#LOCAL!", 0x63),
];

impl Cell {
    /// As a text file would have it.
    pub(crate) fn as_typed(&self) -> String {
        match self {
            Self::Blank => String::new(),
            Self::Number(_, typed) | Self::Text(typed) | Self::Error(typed) => typed.clone(),
            Self::Date(_, day) => day.clone(),
            Self::Runs(runs) => runs.iter().map(|run| run.text.as_str()).collect(),
            Self::Formula(_, result) => result.as_ref().map_or_else(String::new, |r| r.as_typed()),
        }
    }
}

/// Reads a grid.
pub(crate) fn read(grid: &str) -> Result<Vec<Vec<Cell>>, Box<dyn Error>> {
    grid.lines()
        .map(|line| line.split('|').map(|cell| read_cell(cell.trim())).collect())
        .collect()
}

fn read_cell(text: &str) -> Result<Cell, Box<dyn Error>> {
    if text.is_empty() {
        return Ok(Cell::Blank);
    }
    if text.starts_with('"') {
        return Ok(Cell::Text(
            serde_json::from_str(text).map_err(|e| format!("{text}: {e}"))?,
        ));
    }
    if let Some(formula) = text.strip_prefix('=') {
        let (formula, result) = formula
            .split_once("->")
            .ok_or_else(|| format!("`{text}` does not say its result"))?;
        let result = match read_cell(result.trim())? {
            Cell::Blank => None,
            cell => Some(Box::new(cell)),
        };
        return Ok(Cell::Formula(formula.trim().to_owned(), result));
    }
    if ERRORS.iter().any(|(error, _)| *error == text) {
        return Ok(Cell::Error(text.to_owned()));
    }
    if let Some(day) = text.strip_prefix('@') {
        let date: jiff::civil::Date = day.parse()?;
        let days = (date - jiff::civil::date(1899, 12, 30)).get_days();
        return Ok(Cell::Date(f64::from(days), day.to_owned()));
    }
    if let Ok(number) = text.parse::<f64>() {
        return Ok(Cell::Number(number, text.to_owned()));
    }
    if text.contains("</>") {
        return Ok(Cell::Runs(runs(text)));
    }
    Ok(Cell::Text(text.to_owned()))
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut rest = text;
    let plain = |text: &str| Run {
        font: None,
        mark: None,
        text: text.to_owned(),
    };
    while let Some((before, after)) = rest.split_once('<') {
        let Some((look, marked)) = after.split_once('>') else {
            break;
        };
        let (inside, behind) = marked.split_once("</>").unwrap_or((marked, ""));
        if !before.is_empty() {
            runs.push(plain(before));
        }
        let mark = match look {
            "s" => Some(Mark::Struck),
            "sup" => Some(Mark::Raised),
            "sub" => Some(Mark::Lowered),
            _ => None,
        };
        runs.push(Run {
            font: mark.is_none().then(|| look.to_owned()),
            mark,
            text: inside.to_owned(),
        });
        rest = behind;
    }
    if !rest.is_empty() {
        runs.push(plain(rest));
    }
    runs
}

/// A rectangle of cells, from zero, both corners included: first row, first column, last row, last column.
pub(crate) type Area = (u32, u16, u32, u16);

/// Reads `B2`, or `B2:D4`.
pub(crate) fn area(text: &str) -> Result<Area, Box<dyn Error>> {
    let (from, to) = text.split_once(':').unwrap_or((text, text));
    let (first, last) = (address(from)?, address(to)?);
    Ok((first.0, first.1, last.0, last.1))
}

fn address(text: &str) -> Result<(u32, u16), Box<dyn Error>> {
    let digits = text
        .find(|c: char| c.is_ascii_digit())
        .ok_or_else(|| format!("`{text}` is no cell"))?;
    let row: u32 = text[digits..].parse()?;
    Ok((row - 1, column(&text[..digits])?))
}

/// Reads the letters of a column, from zero.
pub(crate) fn column(letters: &str) -> Result<u16, Box<dyn Error>> {
    let mut n = 0;
    for letter in letters.bytes() {
        if !letter.is_ascii_uppercase() {
            return Err(format!("`{letters}` is no column").into());
        }
        n = n * 26 + u16::from(letter - b'A') + 1;
    }
    n.checked_sub(1).ok_or_else(|| "no column".into())
}

/// The letters of a column, counted from zero.
pub(crate) fn letters(column: u16) -> String {
    let mut n = u32::from(column) + 1;
    let mut letters = Vec::new();
    while n > 0 {
        n -= 1;
        letters.push(char::from(b'A' + (n % 26) as u8));
        n /= 26;
    }
    letters.iter().rev().collect()
}
