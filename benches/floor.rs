//! The floor: the time that calamine alone needs to stream all cells of a directory's workbooks on two threads, and to
//! read the bytes of its text files. `cargo bench --bench floor -- DIR` prints one JSON object.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a tool for developers"
)]

use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use calamine::{DataRef, Reader, Xlsx, open_workbook, open_workbook_auto};

fn files(directory: &Path, all: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, all);
        } else {
            all.push(path);
        }
    }
    all.sort();
}

/// The cells of a file that hold something; none of a file that calamine does not open.
fn cells(path: &Path) -> usize {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        Some("xlsx" | "xlsm") => {
            let Ok(mut book) = open_workbook::<Xlsx<BufReader<std::fs::File>>, _>(path) else {
                return 0;
            };
            let mut n = 0;
            for name in book.sheet_names() {
                let Ok(mut reader) = book.worksheet_cells_reader(&name) else {
                    continue;
                };
                while let Ok(Some(cell)) = reader.next_cell() {
                    n += usize::from(!matches!(cell.get_value(), DataRef::Empty));
                }
            }
            n
        }
        Some("xlsb" | "xls" | "ods") => match open_workbook_auto(path) {
            Ok(mut book) => {
                let sheets = book.worksheets();
                sheets
                    .iter()
                    .map(|(_, range)| range.used_cells().count())
                    .sum()
            }
            Err(_) => 0,
        },
        Some("csv" | "tsv") => {
            let bytes = std::fs::read(path).unwrap();
            let mut reader = csv::ReaderBuilder::new()
                .flexible(true)
                .from_reader(bytes.as_slice());
            let mut record = csv::ByteRecord::new();
            let mut n = 0;
            while let Ok(true) = reader.read_byte_record(&mut record) {
                n += record.iter().filter(|field| !field.is_empty()).count();
            }
            n
        }
        _ => 0,
    }
}

fn main() {
    let directory = std::env::args()
        .skip(1)
        .find(|a| !a.starts_with("--"))
        .expect("a directory");
    let mut all = Vec::new();
    files(Path::new(&directory), &mut all);
    let (next, count) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(path) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    count.fetch_add(cells(path), Ordering::Relaxed);
                }
            });
        }
    });
    println!(
        "{{\"seconds\": {:.4}, \"cells\": {}}}",
        began.elapsed().as_secs_f64(),
        count.into_inner()
    );
}
