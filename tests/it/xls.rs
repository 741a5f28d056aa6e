//! Workbooks of the older binary formats: what this program reads, beside what calamine reads.

use std::fmt::Write as _;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use calamine::{Data, Reader, Xls, open_workbook};
use tonghop::intake::{FileFormat, Limits, sniff};
use tonghop::read::{Address, CellContent, ReadNote, Sheet, StoredValue, Withheld, read_file};
use tonghop::text::Encodings;
use unicode_normalization::UnicodeNormalization;

use crate::support::files::root;

/// The .xls files below a folder.
fn workbooks_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(workbooks_below(&path));
        } else if path.extension().is_some_and(|e| e == "xls")
            && matches!(sniff(&path), Ok(Ok(FileFormat::Xls)))
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Whether a cell holds what calamine reads there, as far as calamine can tell: it knows no formats but those of dates.
#[allow(
    clippy::float_cmp,
    clippy::cast_precision_loss,
    reason = "both readers take the very same bytes"
)]
fn is_same(sheet: &Sheet, at: Address, theirs: &Data) -> bool {
    if let Some(withheld) = sheet.withheld(at) {
        return withheld.why != Withheld::Unreadable;
    }
    let stored = |n: &f64| match theirs {
        Data::Int(i) => *i as f64 == *n,
        Data::Float(f) => f == n,
        Data::DateTime(date) => date.as_f64() == *n,
        _ => false,
    };
    match (sheet.get(at), theirs) {
        (Some(CellContent::Number(n)), _) => stored(n),
        (Some(CellContent::Shown(cell)), _) => match &cell.stored {
            StoredValue::Number(n) => stored(n),
            StoredValue::Date(_) => true,
        },
        (Some(CellContent::Date(_)), Data::DateTime(_)) => true,
        // Calamine takes some formats of dates for others.
        (Some(CellContent::Date(_)), Data::Float(_) | Data::Int(_)) => true,
        (Some(CellContent::Bool(ours)), Data::Bool(theirs)) => ours == theirs,
        (Some(CellContent::Error(ours)), Data::Error(theirs)) => *ours == theirs.to_string(),
        (Some(CellContent::Text(ours)), Data::String(theirs)) => {
            let runs = sheet.runs(at).is_some();
            let undecoded = sheet.undecoded(at).map(|u| &u.text);
            let is_struck = sheet.notes().contains(&(at, ReadNote::StruckPart));
            // Raised digits are characters of their own here.
            let is_raised = ours.nfkc().eq(theirs.nfkc());
            runs || is_struck || is_raised || undecoded.unwrap_or(ours) == theirs
        }
        (Some(CellContent::NoCachedValue), Data::Float(0.0) | Data::Empty) => true,
        (Some(CellContent::NoCachedValue) | None, Data::String(theirs)) => theirs.trim().is_empty(),
        (None, Data::Empty) => true,
        _ => false,
    }
}

/// Where both readers differ over a file, a line for each cell; none if one of them does not read the file.
fn differences(path: &Path) -> Result<String, String> {
    let read = read_file(
        path,
        FileFormat::Xls,
        Limits::default(),
        &Encodings::default(),
    );
    let document = read.map_err(|e| format!("refused: {e}"))?;
    let theirs = catch_unwind(AssertUnwindSafe(|| {
        let mut book: Xls<_> =
            open_workbook(path).map_err(|e: calamine::XlsError| e.to_string())?;
        let names = book.sheet_names();
        let ranges = names.iter().map(|name| {
            let range = book.worksheet_range(name);
            range.map(|range| (name.clone(), range))
        });
        ranges
            .collect::<Result<Vec<_>, _>>()
            .map_err(|e| e.to_string())
    }));
    let theirs = theirs.unwrap_or_else(|_| Err("it panics".to_owned()));
    let theirs = theirs.map_err(|e| format!("calamine: {e}"))?;
    let mut said = String::new();
    for sheet in &document.sheets {
        let name = sheet.name.as_deref().unwrap_or_default();
        let Some((_, range)) = theirs.iter().find(|(other, _)| other == name) else {
            writeln!(said, "{name}: not read by calamine").unwrap();
            continue;
        };
        let (top, left) = range.start().unwrap_or_default();
        for (row, column, value) in range.used_cells() {
            let at = Address::new(top + row as u32, left + column as u32);
            if !is_same(sheet, at, value) {
                let ours = (sheet.get(at), sheet.withheld(at));
                writeln!(said, "{name}!{at}: {ours:?}, not {value:?}").unwrap();
            }
        }
        for (at, content) in sheet.cells() {
            let value = range.get_value((at.row, at.column));
            let is_theirs = value.is_some_and(|value| *value != Data::Empty);
            if !is_theirs && *content != CellContent::NoCachedValue {
                writeln!(said, "{name}!{at}: {content:?}, not read by calamine").unwrap();
            }
        }
        for (at, note) in sheet.notes() {
            if *note == ReadNote::StruckPart {
                continue;
            }
            writeln!(said, "{name}!{at}: {note:?}").unwrap();
        }
    }
    for (name, reason) in &document.unreadable {
        writeln!(said, "{name}: {reason}").unwrap();
    }
    Ok(said)
}

#[test]
fn both_readers_read_the_same() {
    let mut compared = 0;
    for folder in ["sample-data", "tests/corpus"] {
        for path in workbooks_below(&root().join(folder)) {
            // Calamine shifts the texts behind an empty continuation.
            if path.to_string_lossy().contains("xls-empty-record") {
                continue;
            }
            // Calamine opens no workbook whose structure is protected, and none without a container.
            match differences(&path) {
                Ok(said) => {
                    assert_eq!(said, "", "{}", path.display());
                    compared += 1;
                }
                Err(why) => assert!(
                    why.starts_with("calamine") || why.contains("password"),
                    "{}: {why}",
                    path.display()
                ),
            }
        }
    }
    assert!(compared > 14, "{compared}");
}

/// Compares both readers over the .xls files below the folder that `TONGHOP_XLS_FOLDER` names, and prints where they
/// differ. By hand: `TONGHOP_XLS_FOLDER=… cargo test --test it xls::foreign -- --ignored --nocapture`.
#[test]
#[ignore = "needs a folder of foreign files"]
#[expect(clippy::print_stdout, reason = "it answers whoever calls it by hand")]
fn foreign_workbooks() {
    let Some(folder) = std::env::var_os("TONGHOP_XLS_FOLDER") else {
        return;
    };
    for path in workbooks_below(Path::new(&folder)) {
        if sniff(&path).unwrap() != Ok(FileFormat::Xls) {
            continue;
        }
        let started = std::time::Instant::now();
        let said = match differences(&path) {
            Ok(said) if said.is_empty() => "same".to_owned(),
            Ok(said) => format!("{} lines\n{said}", said.lines().count()),
            Err(why) => why,
        };
        let name = path.file_name().unwrap_or_default().display().to_string();
        println!("== {name} {} ms: {said}", started.elapsed().as_millis());
    }
}
