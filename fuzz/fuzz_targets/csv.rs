//! Text files: whatever bytes come, reading stays within its limits, every letter and digit of the text is in a
//! cell, in its order, and tables found in it account for their cells.

#![no_main]

use std::fs;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tempfile::NamedTempFile;
use tonghop::intake::{FileFormat, Limits};
use tonghop::read::{CellContent, Sheet, read_file};
use tonghop_fuzz::{PLAN, prove_tables};

static FILE: LazyLock<NamedTempFile> = LazyLock::new(|| NamedTempFile::new().expect("a file"));

fuzz_target!(|data: &[u8]| {
    let limits = Limits {
        max_file_bytes: 1 << 14,
        max_cells: 1_000,
        ..Limits::default()
    };
    let encodings = &PLAN.vocabulary.encodings;
    fs::write(FILE.path(), data).expect("written");
    let Ok(document) = read_file(FILE.path(), FileFormat::Csv, limits, encodings) else {
        return;
    };
    assert!(data.len() as u64 <= limits.max_file_bytes);
    let [sheet] = &document.sheets[..] else {
        panic!("a text file is one sheet");
    };
    assert!(sheet.len() <= limits.max_cells);
    let (text, encoding) = encodings.decode_file(data).expect("it was read");
    assert_eq!(document.encoding, Some(encoding));
    // A formula has no text, and the line `sep=;` is not shown.
    if !text.contains('=') {
        assert_eq!(in_cells(sheet), letters(&text));
    }
    prove_tables(sheet);
});

/// The letters and digits of all cells as read, row by row.
fn in_cells(sheet: &Sheet) -> String {
    sheet
        .cells()
        .map(|(at, content)| match sheet.undecoded(at) {
            Some(undecoded) => letters(&undecoded.text),
            None => letters(&CellContent::as_read(content)),
        })
        .collect()
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}
