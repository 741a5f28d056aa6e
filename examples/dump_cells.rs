//! Prints the cells of a workbook or text file, as the readers deliver them, before any form is looked for.
//!
//! `cargo run --example dump_cells FILE` writes a JSON object a line: one for each sheet, then one for each of its
//! cells, filled or withheld. `benches/peers/compare_cells.py` holds them against other readers. When the file is refused, it
//! prints `{"refused": why}` and ends with 1.

use std::env;
use std::error::Error;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};
use tonghop::intake::{Limits, sniff};
use tonghop::read::{CellContent, Sheet, StoredValue, Withheld, WithheldCell, read_file};
use tonghop::text::Encodings;

/// A cell as an object: its kind, what it holds, and what it shows or why it is withheld.
fn described(content: &CellContent) -> Value {
    match content {
        CellContent::Number(n) => json!({ "type": "number", "value": n }),
        CellContent::Text(text) => json!({ "type": "text", "value": text }),
        CellContent::Bool(b) => json!({ "type": "bool", "value": b }),
        CellContent::Date(text) => json!({ "type": "date", "value": text }),
        CellContent::Error(text) => json!({ "type": "error", "value": text }),
        CellContent::NoCachedValue => json!({ "type": "formula-without-result", "value": null }),
        CellContent::Shown(cell) => {
            let stored = match &cell.stored {
                StoredValue::Number(n) => json!(n),
                StoredValue::Date(text) => json!(text),
            };
            let power = cell.number.as_ref().map(|number| number.power);
            json!({ "type": "shown", "value": stored, "shown": cell.text, "power": power })
        }
        CellContent::Withheld(cell) => withheld(cell),
    }
}

/// A cell that must not be loaded, as an object.
fn withheld(cell: &WithheldCell) -> Value {
    let why = match cell.why {
        Withheld::Struck => "struck",
        Withheld::Covered => "covered",
        Withheld::Unshown => "unshown",
        Withheld::Unreadable => "unreadable",
    };
    json!({ "type": "withheld", "value": cell.text, "why": why })
}

fn print_sheet(out: &mut impl Write, number: usize, sheet: &Sheet) -> io::Result<()> {
    let merged: Vec<String> = sheet
        .merged()
        .iter()
        .map(|range| format!("{}:{}", range.start, range.end))
        .collect();
    let notes: Vec<String> = sheet
        .notes()
        .iter()
        .map(|(at, note)| format!("{at}: {note:?}"))
        .collect();
    let head = json!({
        "sheet": number,
        "name": sheet.name,
        "visible": sheet.visible,
        "merged": merged,
        "notes": notes,
    });
    writeln!(out, "{head}")?;
    let filled = sheet.cells().map(|(at, content)| (at, described(content)));
    let held = sheet.all_withheld().map(|(at, cell)| (at, withheld(cell)));
    for (at, mut cell) in filled.chain(held) {
        cell["sheet"] = json!(number);
        cell["at"] = json!(at.to_string());
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
