//! Prints the cells of a workbook or text file, as the readers deliver them, before any form is looked for.
//!
//! `cargo run --example dump_cells FILE` writes a JSON object a line: one for each sheet, then one for each of its
//! filled cells. `benches/peers/compare_cells.py` holds them against other readers. When the file is refused, it
//! prints `{"refused": why}` and ends with 1.

use std::env;
use std::error::Error;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};
use tonghop::intake::{Limits, sniff};
use tonghop::read::{CellContent, Sheet, read_file};
use tonghop::text::Encodings;

/// The kind of a cell, what it holds, and what it shows where that differs.
fn described(content: &CellContent) -> (&'static str, Value, Option<&str>) {
    match content {
        CellContent::Number(n) => ("number", json!(n), None),
        CellContent::Text(text) => ("text", json!(text), None),
        CellContent::Bool(b) => ("bool", json!(b), None),
        CellContent::Date(text) => ("date", json!(text), None),
        CellContent::Error(text) => ("error", json!(text), None),
        CellContent::NoCachedValue => ("formula-without-result", Value::Null, None),
    }
}

fn print_sheet(out: &mut impl Write, number: usize, sheet: &Sheet) -> io::Result<()> {
    let merged: Vec<String> = sheet
        .merged()
        .iter()
        .map(|range| format!("{}:{}", range.start, range.end))
        .collect();
    let head = json!({
        "sheet": number,
        "name": sheet.name,
        "visible": sheet.visible,
        "merged": merged,
    });
    writeln!(out, "{head}")?;
    for (at, content) in sheet.cells() {
        let (kind, value, shown) = described(content);
        let mut cell = json!({
            "sheet": number,
            "at": at.to_string(),
            "type": kind,
            "value": value,
        });
        if let Some(shown) = shown {
            cell["shown"] = json!(shown);
        }
        if sheet.hides(at) {
            cell["hidden"] = json!(true);
        }
        writeln!(out, "{cell}")?;
    }
    Ok(())
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let path = env::args_os().nth(1).ok_or("give a file")?;
    let path = Path::new(&path);
    let mut out = BufWriter::new(io::stdout().lock());
    let read = match sniff(path)? {
        Err(why) => Err(format!("its format is not read: {why:?}")),
        Ok(format) => read_file(path, format, Limits::default(), &Encodings::default())
            .map_err(|e| e.to_string()),
    };
    match read {
        Ok(document) => {
            for (number, sheet) in document.sheets.iter().enumerate() {
                print_sheet(&mut out, number, sheet)?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(why) => {
            writeln!(out, "{}", json!({ "refused": why }))?;
            Ok(ExitCode::FAILURE)
        }
    }
}
