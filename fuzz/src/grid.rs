//! Sheets written as text, so that inputs can be read, written by hand, and mutated cell by cell.
//!
//! A line is a row, `|` stands between cells. `<` merges a cell with the one to its left, `^` with the one above.
//! A number is one, unless an apostrophe leads it; `#…` is an error, `=` a formula without its result, `TRUE` and
//! `FALSE` are what they say, `2025-12-31` is a date, `\n` a line break. A first line `csv` makes the sheet a text
//! file's, which has no name.

use std::sync::LazyLock;

use fastrand::Rng;
use tonghop::read::{Address, CellContent, CellRange, Sheet};

use crate::PLAN;

const TEXT_FILE: &str = "csv";
const LEFT: &str = "<";
const ABOVE: &str = "^";

/// The sheet that a text writes.
pub fn sheet(text: &str) -> Sheet {
    let (name, text) = match text.strip_prefix(TEXT_FILE) {
        Some(rest) if rest.is_empty() || rest.starts_with('\n') => {
            (None, &rest[rest.len().min(1)..])
        }
        _ => (Some("S".to_owned()), text),
    };
    let rows = cells(text);
    let at = |row: usize, column: usize| -> &str {
        rows.get(row)
            .and_then(|cells| cells.get(column))
            .map_or("", String::as_str)
    };
    let mut sheet = Sheet::new(name, true);
    let mut merged = Vec::new();
    for (row, cells) in rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            if cell == LEFT || cell == ABOVE {
                continue;
            }
            let start = Address::new(row as u32, column as u32);
            sheet.put(start, content(cell));
            let right = (column + 1..).take_while(|c| at(row, *c) == LEFT).count();
            let down = (row + 1..).take_while(|r| at(*r, column) == ABOVE).count();
            if right + down > 0 {
                let end = Address::new(start.row + down as u32, start.column + right as u32);
                merged.push(CellRange { start, end });
            }
        }
    }
    sheet.merge(merged);
    sheet
}

fn cells(text: &str) -> Vec<Vec<String>> {
    text.lines()
        .map(|line| line.split('|').map(|cell| cell.trim().to_owned()).collect())
        .collect()
}

fn content(cell: &str) -> CellContent {
    let text = || CellContent::Text(cell.strip_prefix('\'').unwrap_or(cell).replace("\\n", "\n"));
    match cell {
        "=" => CellContent::NoCachedValue,
        "TRUE" | "FALSE" => CellContent::Bool(cell == "TRUE"),
        _ if cell.starts_with('#') => CellContent::Error(cell.to_owned()),
        _ if is_date(cell) => CellContent::Date(cell.to_owned()),
        _ => match cell.parse::<f64>() {
            Ok(number) if number.is_finite() => CellContent::Number(number),
            _ => text(),
        },
    }
}

fn is_date(cell: &str) -> bool {
    let shape: String = cell
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    shape == "0000-00-00"
}

/// A text with one thing changed: a cell, a row, a column.
pub fn edited(text: &str, rng: &mut Rng) -> String {
    let mut rows = cells(text);
    let height = rows.len();
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    if height == 0 || width == 0 {
        return word(rng);
    }
    let (row, other_row) = (rng.usize(..height), rng.usize(..height));
    let (column, other_column) = (rng.usize(..width), rng.usize(..width));
    let whole_column = rng.u8(..10);
    if whole_column < 3 {
        // Columns are moved from some row on: above them stands the title.
        for cells in &mut rows[row..] {
            cells.resize(width, String::new());
            match whole_column {
                0 => cells.swap(column, other_column),
                1 => {
                    let again = cells[column].clone();
                    cells.insert(other_column, again);
                }
                _ => {
                    cells.remove(column);
                }
            }
        }
        return written(&rows);
    }
    match rng.u8(..9) {
        0 => rows.swap(row, other_row),
        1 => {
            let again = rows[row].clone();
            rows.insert(other_row, again);
        }
        2 => {
            rows.remove(row);
        }
        3 => rows.insert(row, Vec::new()),
        kind => {
            let column = rng.usize(..=width);
            let cells = &mut rows[row];
            cells.resize(cells.len().max(column + 1), String::new());
            cells[column] = match kind {
                4 | 5 => word(rng),
                6 | 7 => number(rng),
                _ => (*rng.choice(&[LEFT, ABOVE, ""]).expect("a choice")).to_owned(),
            };
        }
    }
    written(&rows)
}

fn written(rows: &[Vec<String>]) -> String {
    let lines: Vec<String> = rows.iter().map(|cells| cells.join("|")).collect();
    lines.join("\n")
}

/// A word of the pipeline's forms and documents.
fn word(rng: &mut Rng) -> String {
    rng.choice(WORDS.iter()).cloned().unwrap_or_default()
}

/// A number in one of the ways in which people write one, or what they write for want of one.
fn number(rng: &mut Rng) -> String {
    let whole = rng.u32(..100_000);
    let (thousands, ones, tenth) = (whole / 1_000, whole % 1_000, rng.u8(..10));
    match rng.u8(..12) {
        0 => whole.to_string(),
        1 => format!("{whole}.{tenth}"),
        2 => format!("'{thousands}.{ones:03}"),
        3 => format!("'{thousands},{ones:03}"),
        4 => format!("'{thousands}.{ones:03},{tenth}"),
        5 => format!("'{thousands} {ones:03}"),
        6 => format!("({thousands}.{ones:03})"),
        7 => format!("-{whole}"),
        8 => format!("{whole},{tenth}%"),
        9 => format!("~{whole}"),
        10 => format!("{whole} (*)"),
        _ => (*rng
            .choice(&["-", "...", "x", "=", "#DIV/0!", "#REF!", "TRUE"])
            .expect("a choice"))
        .to_owned(),
    }
}

/// The words of forms and documents as they are written, with years where heads have one.
static WORDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut words: Vec<String> = Vec::new();
    for form in &PLAN.vocabulary.forms {
        let raw = &form.written;
        words.extend([form.code.clone(), format!("{} năm 2023", form.title_vi)]);
        words.extend(form.rows.iter().map(|row| row.label.clone()));
        words.extend(form.rows.iter().filter_map(|row| row.code.clone()));
        let stub = [
            &raw.stub.number,
            &raw.stub.unit,
            &raw.stub.code,
            &raw.stub.note,
        ];
        words.extend(
            stub.into_iter()
                .chain([&raw.rows.head, &raw.rows.total])
                .flatten()
                .cloned(),
        );
        words.extend(
            raw.sections
                .iter()
                .flat_map(|section| section.words.clone()),
        );
        let columns = raw
            .columns
            .iter()
            .flat_map(|c| c.head.iter().chain(c.also.iter().flatten()));
        let compared = raw
            .comparisons
            .iter()
            .flat_map(|c| c.head.iter().chain(c.also.iter().flatten()));
        for head in columns.chain(compared) {
            for year in [2023, 2024] {
                let head = head.replace("{N-1}", &(year - 1).to_string());
                let head = head.replace("{N+1}", &(year + 1).to_string());
                words.push(head.replace("{N}", &year.to_string()));
            }
        }
    }
    let documents = &PLAN.document_words;
    let statements = &documents.statements;
    words.extend(statements.form_code.iter().map(|w| format!("{w}: KTTT-01")));
    words.extend(
        statements
            .reporter
            .iter()
            .map(|w| format!("{w}: UBND tỉnh Sơn La")),
    );
    words.extend(statements.unit_code.iter().map(|w| format!("{w}: 14")));
    words.extend(statements.geography.iter().map(|w| format!("{w}: 63 tỉnh")));
    words.extend(statements.sending.iter().map(|w| format!("{w}: 2")));
    let measures = PLAN.vocabulary.measures.iter();
    for measure in measures {
        words.push(measure.clone());
        words.extend(
            statements
                .unit_of_measure
                .first()
                .map(|w| format!("{w}: {measure}")),
        );
    }
    for period in &documents.periods {
        let period = period.words.replace("{Y}", "2023");
        words.push(period.replace("{Q}", "III").replace("{M}", "9"));
    }
    let rows = &documents.rows;
    words.extend(
        [&rows.lead_in, &rows.subtotal, &rows.foot]
            .into_iter()
            .flatten()
            .cloned(),
    );
    words.sort();
    words.dedup();
    words
});
