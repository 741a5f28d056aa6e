//! The files of the sample, read by another program than the one that wrote them. A province's habits change how its
//! figures are written, never their values.

use std::collections::BTreeMap;
use std::path::Path;

use calamine::{Data, Reader, open_workbook_auto};
use tempfile::TempDir;

use crate::sample_truth::sample;

/// Cells by sheet and place, as text; whole numbers without decimals.
type Cells = BTreeMap<(String, u32, u32), String>;

fn cells(path: &Path) -> Cells {
    let mut book =
        open_workbook_auto(path).unwrap_or_else(|e| panic!("{} opens: {e}", path.display()));
    let mut cells = BTreeMap::new();
    for sheet in book.sheet_names() {
        let range = book.worksheet_range(&sheet).expect("a sheet");
        let (top, left) = range.start().unwrap_or((0, 0));
        for (row, column, value) in range.used_cells() {
            let text = match value {
                Data::Int(n) => n.to_string(),
                Data::Float(n) => n.to_string(),
                Data::String(text) => text.trim().to_owned(),
                other => panic!("{}: {other:?}", path.display()),
            };
            let place = (sheet.clone(), row as u32 + top, column as u32 + left);
            cells.insert(place, text);
        }
    }
    cells
}

/// The sample of one year, with and without the habits that make files hard to read.
fn one_year(root: &Path, manners: bool) -> sample::Summary {
    let spec = sample::Spec {
        first_year: 2023,
        last_year: 2023,
        planted: false,
        manners,
        programme: false,
        ..sample::COMMITTED
    };
    sample::write_inbox(root, &spec).expect("written")
}

/// .xls, .xlsb, .ods and .xlsm hold what the .xlsx of the same report would, cell by cell.
#[test]
fn other_kinds_of_workbooks_hold_the_same_cells() {
    let (real, plain) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let written = one_year(real.path(), true);
    one_year(plain.path(), false);
    for (unit, kind) in [("Phú Thọ", "xls"), ("Cần Thơ", "xlsb"), ("Trà Vinh", "ods")] {
        let report = written.reports.iter().find(|r| r.unit.name == unit);
        let file = Path::new(&report.expect("a report").files[0]);
        assert_eq!(file.extension().and_then(|e| e.to_str()), Some(kind));
        let other = cells(&real.path().join(file));
        let ordinary = cells(&plain.path().join(file.with_extension("xlsx")));
        assert!(ordinary.len() > 500, "{unit}: {}", ordinary.len());
        assert_eq!(other, ordinary, "{unit}");
    }
}

/// Without the habits every file is a workbook or UTF-8 text.
#[test]
fn a_plain_sample_can_be_had() {
    let root = TempDir::new().unwrap();
    for name in one_year(root.path(), false).files.keys() {
        let path = root.path().join(name);
        match path.extension().and_then(|e| e.to_str()) {
            Some("xlsx") => {}
            Some("csv") => {
                let bytes = std::fs::read(&path).unwrap();
                assert!(std::str::from_utf8(&bytes).is_ok(), "{name}");
            }
            _ => panic!("{name}"),
        }
    }
}
