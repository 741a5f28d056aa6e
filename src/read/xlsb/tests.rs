//! Binary workbooks, record by record, and beside what calamine reads in them.

use std::path::Path;

use calamine::{Data, Reader as _, Xlsb, open_workbook};

use super::sheet::{BookFacts, has_results, read_sheet};
use super::styles::Styles;
use super::texts::shared_texts;
use super::workbook::read_xlsb;
use crate::intake::Limits;
use crate::read::address::Address;
use crate::read::content::{CellContent, StoredValue};
use crate::read::from_calamine::content_of;
use crate::read::package::{PackageReader, Packed};
use crate::read::sheet::{ReadNote, Sheet};
use crate::read::tally::Tally;

fn legacy(font: &str) -> bool {
    font.starts_with(".Vn")
}

fn record(kind: u16, body: &[u8]) -> Vec<u8> {
    let low = (kind & 0x7f) as u8;
    let mut bytes = match kind >> 7 {
        0 => vec![low],
        high => vec![low | 0x80, high as u8],
    };
    assert!(body.len() < 1 << 14, "two bytes of length are enough");
    bytes.extend([(body.len() & 0x7f) as u8 | 0x80, (body.len() >> 7) as u8]);
    bytes.extend(body);
    bytes
}

fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut bytes = (units.len() as u32).to_le_bytes().to_vec();
    bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    bytes
}

/// A cell record with a column.
fn cell(kind: u16, column: u8, style: u8, value: &[u8]) -> Vec<u8> {
    let mut body = vec![column, 0, 0, 0, style, 0, 0, 0];
    body.extend(value);
    record(kind, &body)
}

fn row(n: u8) -> Vec<u8> {
    let mut body = vec![0; 17];
    body[0] = n;
    record(0, &body)
}

fn font(flags: u8, position: u8, name: &str) -> Vec<u8> {
    let mut body = vec![0; 21];
    (body[2], body[6]) = (flags, position);
    body.extend(wide(name));
    record(43, &body)
}

fn style(format: u8, font: u8) -> Vec<u8> {
    record(
        47,
        &[0, 0, format, 0, font, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    )
}

/// Styles: 0 plain, 1 struck out, 2 in thousands, 3 hiding all, 4 a date, 5 in an old font.
fn styles() -> Styles {
    let format = |id: u8, code: &str| record(44, &[&[id, 0][..], &wide(code)].concat());
    let part = [
        format(164, "#,##0.0,"),
        format(165, ";;;"),
        font(0, 0, "Arial"),
        font(8, 0, "Arial"),
        font(0, 1, "Arial"),
        font(0, 0, ".VnTime"),
        record(626, &[]),
        style(14, 1),
        record(627, &[]),
        record(617, &[]),
        style(0, 0),
        style(0, 1),
        style(164, 0),
        style(165, 0),
        style(14, 0),
        style(0, 3),
        record(618, &[]),
    ]
    .concat();
    Styles::read(&part, &legacy).expect("sound")
}

fn book() -> BookFacts {
    let styles = styles();
    let rich = |text: &str, runs: &[[u8; 4]]| {
        let count = (runs.len() as u32).to_le_bytes();
        let body = [&[1][..], &wide(text), &count, &runs.concat()].concat();
        record(19, &body)
    };
    let part = [
        record(19, &[&[0][..], &wide("Tổng số")].concat()),
        rich("4311", &[[3, 0, 2, 0]]),
        rich("425 431", &[[0, 0, 1, 0], [3, 0, 0, 0]]),
        rich("Céng", &[[0, 0, 3, 0]]),
    ]
    .concat();
    let shared = shared_texts(&part, &styles.fonts);
    BookFacts {
        styles,
        shared,
        ..BookFacts::default()
    }
}

fn read(records: &[Vec<u8>], book: &BookFacts) -> Sheet {
    let mut sheet = Sheet::new(None, true);
    let limits = Limits::default();
    let mut tally = Tally::new(limits);
    let part = records.concat();
    let facts = read_sheet(&part[..], book, &limits, &mut tally, &mut sheet).expect("in limits");
    sheet.merge(facts.merged);
    sheet
}

fn held(sheet: &Sheet) -> Vec<String> {
    let filled = sheet.cells().map(|(at, content)| match content {
        CellContent::Shown(cell) => format!("{at}=[{}]", cell.text),
        content => format!("{at}={}", content.as_read()),
    });
    let withheld = sheet.all_withheld();
    let withheld = withheld.map(|(at, cell)| format!("{at}:{:?} {}", cell.why, cell.text));
    filled.chain(withheld).collect()
}

fn real(n: f64) -> [u8; 8] {
    n.to_le_bytes()
}

#[test]
fn every_kind_of_cell_is_read() {
    let rk = |n: i32, flags: i32| ((n << 2) | flags).to_le_bytes();
    let inline = [&[1][..], &wide("4311"), &[1, 0, 0, 0], &[3, 0, 2, 0]].concat();
    let sheet = read(
        &[
            row(1),
            cell(2, 0, 0, &rk(431, 2)),
            cell(2, 1, 0, &rk(-4315, 3)),
            cell(2, 2, 0, &((1.5_f64.to_bits() >> 32) as u32).to_le_bytes()),
            cell(3, 3, 0, &[0x2a]),
            cell(4, 4, 0, &[1]),
            cell(5, 5, 0, &real(0.1)),
            cell(6, 6, 0, &wide("chữ")),
            cell(7, 7, 0, &[0; 4]),
            cell(8, 8, 0, &[wide("x"), vec![0, 0]].concat()),
            cell(9, 9, 0, &[&real(7.0)[..], &[0, 0]].concat()),
            cell(10, 10, 0, &[0, 0, 0]),
            cell(11, 11, 0, &[0x17, 0, 0]),
            cell(62, 12, 0, &inline),
            cell(1, 13, 0, &[]),
            // Short records stand right of the cell before.
            record(16, &[&[0; 4][..], &real(8.0)].concat()),
            record(12, &[0; 4]),
            record(17, &[&[0; 4][..], &wide("y")].concat()),
            cell(7, 20, 0, &[9, 0, 0, 0]),
            cell(5, 21, 0, &[1, 2]),
            cell(3, 22, 0, &[0x99]),
            record(130, &[]),
        ],
        &book(),
    );
    assert_eq!(
        held(&sheet),
        [
            "A2=431",
            "B2=-43.15",
            "C2=1.5",
            "D2=#N/A",
            "E2=TRUE",
            "F2=0.1",
            "G2=chữ",
            "H2=Tổng số",
            "I2=x",
            "J2=7",
            "K2=FALSE",
            "L2=#REF!",
            "M2=431¹",
            "O2=8",
            "Q2=y",
            "W2=#ERROR!",
            "U2:Unreadable 9",
            "V2:Unreadable "
        ]
    );
    assert!(sheet.notes().is_empty());
}

#[test]
fn what_a_cell_shows_counts() {
    let mut merge = vec![0; 16];
    (merge[0], merge[4], merge[12]) = (5, 5, 1);
    let sheet = read(
        &[
            record(137, &[0x0e, 0]),
            row(0),
            cell(5, 0, 2, &real(18_725_000.0)),
            cell(5, 1, 3, &real(431.0)),
            cell(7, 2, 3, &[0; 4]),
            cell(5, 3, 4, &real(45_657.0)),
            cell(5, 4, 1, &real(425.0)),
            cell(7, 5, 1, &[0; 4]),
            cell(7, 6, 0, &[1, 0, 0, 0]),
            cell(7, 7, 0, &[2, 0, 0, 0]),
            cell(5, 8, 0, &real(0.0)),
            row(5),
            cell(5, 0, 0, &real(1.0)),
            cell(5, 1, 0, &real(2.0)),
            cell(7, 2, 0, &[3, 0, 0, 0]),
            record(176, &merge),
            record(130, &[]),
        ],
        &book(),
    );
    assert_eq!(
        held(&sheet),
        [
            "A1=[18,725.0]",
            "D1=2024-12-31",
            "G1=431¹",
            "H1= 431",
            "A6=1",
            "C6=Céng",
            "B1:Unshown 431",
            "C1:Unshown Tổng số",
            "E1:Struck 425",
            "F1:Struck Tổng số",
            "I1:Unshown 0",
            "B6:Covered 2",
        ]
    );
    let noted: Vec<String> = sheet.notes().iter().map(|(at, _)| at.to_string()).collect();
    assert_eq!(noted, ["H1"]);
    let runs = sheet.runs(Address::new(5, 2)).expect("its font is old");
    assert_eq!(runs[0].font.as_deref(), Some(".VnTime"));
}

#[test]
fn zeros_of_formulas_left_to_be_calculated_are_no_results() {
    let formula = |column: u8, n: f64, flags: u8| {
        cell(9, column, 0, &[&real(n)[..], &[flags, 0, 0, 0]].concat())
    };
    let cells = [
        row(0),
        formula(0, 0.0, 0),
        formula(1, 0.0, 2),
        cell(5, 2, 0, &real(0.0)),
        cell(8, 3, 0, &[wide(""), vec![0, 0]].concat()),
        record(130, &[]),
    ];
    assert!(!has_results(&cells.concat()[..]));
    assert!(has_results(&formula(0, 5.0, 0)[..]));
    let mut book = book();
    assert_eq!(held(&read(&cells, &book)), ["A1=0", "B1==", "C1=0"]);
    book.calculates_on_load = true;
    assert_eq!(held(&read(&cells, &book)), ["A1==", "B1==", "C1=0"]);
    book.has_results = true;
    assert_eq!(held(&read(&cells, &book)), ["A1=0", "B1=0", "C1=0"]);
}

#[test]
fn a_sheet_is_read_up_to_its_damage() {
    for tail in [vec![], vec![5, 20, 1]] {
        let sheet = read(&[row(3), cell(5, 0, 0, &real(1.0)), tail], &book());
        assert_eq!(held(&sheet), ["A4=1"]);
        let [(at, ReadNote::DamagedFrom(_))] = sheet.notes() else {
            panic!("the damage is not noted: {:?}", sheet.notes());
        };
        assert_eq!(at.to_string(), "B4");
    }
}

/// What calamine reads in the workbooks of the corpus is what is read here.
#[test]
fn calamine_reads_the_same() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let folders = std::fs::read_dir(corpus).expect("there");
    let files = folders.flat_map(|folder| {
        std::fs::read_dir(folder.expect("read").path())
            .into_iter()
            .flatten()
    });
    let files = files.map(|file| file.expect("read").path());
    let mut compared = 0;
    for path in files.filter(|path| path.extension().is_some_and(|e| e == "xlsb")) {
        let limits = Limits::default();
        // Those in an encrypted container are no packages of their own.
        let Ok(package) = PackageReader::open(&Packed::File(path.clone()), &limits) else {
            continue;
        };
        let ours = read_xlsb(package, limits, &legacy).expect("sound");
        let Ok(mut theirs) = open_workbook::<Xlsb<_>, _>(&path) else {
            continue;
        };
        for sheet in &ours.sheets {
            let name = sheet.name.as_deref().unwrap_or_default();
            let range = theirs.worksheet_range(name).expect("sound");
            let (top, left) = range.start().unwrap_or_default();
            for (row, column, value) in range.used_cells() {
                let at = Address::new(top + row as u32, left + column as u32);
                if !same(sheet, at, value) {
                    panic!(
                        "{}: {at} of {name}: {value:?}, here {:?}",
                        path.display(),
                        sheet.get(at)
                    );
                }
                compared += 1;
            }
        }
    }
    assert!(compared > 100, "{compared} cells");
}

fn same(sheet: &Sheet, at: Address, value: &Data) -> bool {
    let theirs = content_of(value.clone(), false);
    match sheet.get(at) {
        Some(CellContent::Shown(cell)) => match &cell.stored {
            StoredValue::Number(n) => theirs == Some(CellContent::Number(*n)),
            StoredValue::Date(date) => theirs == Some(CellContent::Date(date.clone())),
        },
        // Calamine has neither fonts nor covers.
        None if sheet.withheld(at).is_some() => true,
        None => theirs.is_none_or(|c| c.as_read().trim().is_empty()),
        Some(ours) => theirs.as_ref() == Some(ours),
    }
}
