//! Readers by themselves: what each format says of a sheet, and what a hostile file costs.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use tonghop::extract::{Document, ReadError, read};
use tonghop::intake::{Limits, sniff};
use tonghop::text::Encodings;

/// Reads a file as a run would, with the limits that a run has unless told otherwise.
pub(crate) fn read_file(path: &Path) -> Result<Document, ReadError> {
    let media = sniff(path).unwrap().expect("a kind of file that is read");
    read(path, media, Limits::default(), &Encodings::default())
}

/// What a document holds, a line for each cell.
pub(crate) fn listing(document: &Document) -> String {
    let mut text = String::new();
    for sheet in &document.sheets {
        let name = sheet.name.as_deref().unwrap_or("-");
        let shown = if sheet.visible { "" } else { " (hidden)" };
        writeln!(text, "[{name}]{shown}").unwrap();
        for (at, content) in sheet.cells() {
            let hidden = if sheet.hides(at) { " hidden" } else { "" };
            let runs = sheet.runs(at).unwrap_or_default();
            let font = runs.iter().find_map(|run| run.font.as_deref());
            let font = font.unwrap_or_default();
            let merged = sheet
                .merged_at(at)
                .map(|range| format!(" to {}", range.end))
                .unwrap_or_default();
            writeln!(text, "{at}{merged} = {content:?}{hidden}{font}").unwrap();
        }
    }
    text
}

const FILE: &str = "TONGHOP_READ_FILE";

/// What a file came to when it was read in a process of its own.
pub(crate) struct Read {
    /// The listing, or the error as it is said.
    pub(crate) said: String,
    pub(crate) peak_kilobytes: u64,
    pub(crate) took: Duration,
}

/// Reads a file in a process of its own, so that its memory can be measured.
pub(crate) fn read_apart(path: &Path) -> Read {
    let started = Instant::now();
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "readers::apart",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(FILE, path)
        .output()
        .unwrap();
    let took = started.elapsed();
    let said = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success(),
        "{}: {said}{errors}",
        path.display()
    );
    let (_, said) = said
        .split_once("<<<")
        .unwrap_or_else(|| panic!("{said}{errors}"));
    let (said, rest) = said.split_once(">>>").expect("its end");
    let peak = rest
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .expect("the peak");
    let peak = peak.trim().trim_end_matches(" kB").parse().unwrap();
    Read {
        said: said.to_owned(),
        peak_kilobytes: peak,
        took,
    }
}

/// Not a test by itself: [`read_apart`] calls it in a process of its own.
#[test]
#[ignore = "run by other tests in a process of its own"]
fn apart() {
    let Some(path) = std::env::var_os(FILE) else {
        return;
    };
    let said = match read_file(Path::new(&path)) {
        Ok(document) => {
            let cells: usize = document.sheets.iter().map(|sheet| sheet.len()).sum();
            format!("{} sheets, {cells} cells", document.sheets.len())
        }
        Err(e) => e.to_string(),
    };
    println!("<<<{said}>>>");
    println!("{}", fs::read_to_string("/proc/self/status").unwrap());
}

#[test]
#[ignore]
fn dump() {
    for path in std::env::var("DUMP").unwrap().split(' ') {
        match read_file(Path::new(path)) {
            Ok(document) => fs::write(
                format!("{path}.txt"),
                listing(&document) + &format!("{:?}", document.carried),
            )
            .unwrap(),
            Err(e) => println!("{path}: {e}"),
        }
    }
}
