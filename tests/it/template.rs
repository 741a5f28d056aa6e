//! Blank forms: a form is read back without a finding, empty and filled in.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use calamine::{Data, Reader, Xlsx, open_workbook};
use jiff::civil::Date;
use tempfile::TempDir;
use tonghop::geography::{ReporterClaim, Sender};

use crate::support::definitions::{kttt, with_one_table};
use crate::support::files::root;
use crate::support::program::{run_at, sql, succeeded, tonghop, tonghop_in};
use crate::support::sample::SAMPLE;

/// Makes a blank form with the sample's lake.
pub(crate) fn blank(directory: &Path, name: &str, arguments: &[&str]) -> PathBuf {
    let path = directory.join(name);
    fs::create_dir_all(directory).expect("made");
    let (lake, out) = (SAMPLE.lake(), path.to_string_lossy().into_owned());
    let lake = lake.to_string_lossy();
    let mut all = vec!["template"];
    all.extend(arguments);
    all.extend(["--lake", &lake, "--out", &out]);
    succeeded(&tonghop(&all));
    path
}

/// A lake into which one run took an inbox.
struct Ran(TempDir);

impl Ran {
    fn sql(&self, query: &str) -> Vec<String> {
        sql(&self.0.path().join("lake"), query)
    }
}

/// Runs over the files of `inbox`, received before they were due.
fn run(directory: TempDir) -> Ran {
    let inbox = directory.path().join("inbox");
    let mut received = String::from("file_name,received_at\n");
    for file in fs::read_dir(&inbox).expect("an inbox") {
        let name = file.expect("a file").file_name();
        received.push_str(&format!(
            "{},2026-01-05T08:00:00+07:00\n",
            name.to_string_lossy()
        ));
    }
    // The forms of 2025 are due in December of that year.
    received = received.replace(
        "KTTT-01-2025-14.xlsx,2026-01-05",
        "KTTT-01-2025-14.xlsx,2025-12-05",
    );
    received = received.replace(
        "KTTT-02-2025-14.xlsx,2026-01-05",
        "KTTT-02-2025-14.xlsx,2025-12-05",
    );
    fs::write(inbox.join("received.csv"), received).expect("written");
    let more = ["--at", "2022-01-01"];
    succeeded(&run_at(directory.path(), with_one_table(), &more));
    Ran(directory)
}

#[test]
fn a_blank_form_is_read_back_without_a_finding() {
    let directory = TempDir::new().expect("a directory");
    let inbox = directory.path().join("inbox");
    for (form, period, unit) in [
        ("KTTT-01", "2026", "15"),
        ("KTTT-01", "2026-S1", "44"),
        ("KTTT-02", "2026", "46"),
        ("KTTT-03", "2026", "15"),
        ("KTTT-07", "2026", "15"),
        ("KTTT-08", "2026-01", "15"),
        ("KTTT-08", "2026-Q1", "46"),
    ] {
        let name = format!("{form}-{period}-{unit}.xlsx");
        blank(&inbox, &name, &[form, "--period", period, "--unit", unit]);
    }
    let ran = run(directory);
    assert_eq!(
        ran.sql("SELECT code, file_name, cell, message_en FROM findings WHERE severity <> 'info' OR submission_id IS NOT NULL"),
        Vec::<String>::new()
    );
    assert_eq!(
        ran.sql("SELECT outcome, count(*) FROM submissions GROUP BY outcome"),
        ["accepted,7"]
    );
    assert_eq!(
        ran.sql("SELECT form, period, unit_vintage, unit_code, reporter, vintage_evidence, cells_total, cells_loaded, cells_explained FROM reports ORDER BY form, period"),
        [
            "KTTT-01,2026,2025,15,UBND,stated,168,168,0",
            "KTTT-01,2026-S1,2025,44,LMHTX,stated,168,168,0",
            "KTTT-02,2026,2025,46,UBND,stated,198,198,0",
            "KTTT-03,2026,2025,15,UBND,stated,141,141,0",
            "KTTT-07,2026,2025,15,UBND,stated,100,100,0",
            "KTTT-08,2026-01,2025,15,LMHTX,stated,10,10,0",
            "KTTT-08,2026-Q1,2025,46,LMHTX,stated,10,10,0",
        ]
    );
    // The lake has no actual of 2025 yet, and an estimate is not filled in as one.
    assert_eq!(
        ran.sql("SELECT status, count(*) FROM observations GROUP BY status ORDER BY status"),
        // A list with heads and no rows says that there are no projects: none, and no money.
        [
            "A,2".to_owned(),
            format!("O,{}", 168 + 168 + 198 + 141 + 100 + 10 + 10)
        ]
    );
}

/// Values of a report by indicator, sector, scenario and period.
type Figures = BTreeMap<(String, String, String, String), (String, String)>;

fn figures(lines: &[String]) -> Figures {
    lines
        .iter()
        .map(|line| {
            let f: Vec<&str> = line.split(',').collect();
            let text = |i: usize| f[i].to_owned();
            ((text(0), text(1), text(2), text(3)), (text(4), text(5)))
        })
        .collect()
}

const FIGURES: &str = "SELECT o.indicator, o.sector, o.scenario, o.period, o.value, o.status FROM observations o JOIN reports r USING (report_id) \
     WHERE r.is_current AND r.period = '2025' AND r.unit_code = '14' AND r.form = ";

/// Writes cells into a workbook's first sheet, in place of the blank ones that are there.
fn fill(path: &Path, cells: &BTreeMap<String, String>) {
    fill_sheet(path, 1, cells);
}

/// The same for any sheet, counted from 1. A text that begins with `'` stays a text.
pub(crate) fn fill_sheet(path: &Path, sheet: usize, cells: &BTreeMap<String, String>) {
    let part_name = format!("xl/worksheets/sheet{sheet}.xml");
    let bytes = fs::read(path).expect("a workbook");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a workbook");
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..archive.len() {
        let mut part = archive.by_index(i).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut content = Vec::new();
        part.read_to_end(&mut content).expect("read");
        if name == part_name {
            let mut text = String::from_utf8(content).expect("text");
            for (cell, value) in cells {
                let at = text
                    .find(&format!("<c r=\"{cell}\" "))
                    .unwrap_or_else(|| panic!("{cell} is not there"));
                let end = at + text[at..].find('>').expect("a tag") + 1;
                let tag = text[at..end].to_owned();
                assert!(tag.ends_with("/>"), "{cell} is not blank: {tag}");
                let open = tag.trim_end_matches("/>");
                let typed = value.strip_prefix('\'');
                let made = if typed.is_none() && value.parse::<f64>().is_ok() {
                    format!("{open}><v>{value}</v></c>")
                } else {
                    let value = typed.unwrap_or(value);
                    format!("{open} t=\"inlineStr\"><is><t>{value}</t></is></c>")
                };
                text.replace_range(at..end, &made);
            }
            content = text.into_bytes();
        }
        out.start_file(name, zip::write::SimpleFileOptions::default())
            .expect("a part");
        out.write_all(&content).expect("written");
    }
    fs::write(path, out.finish().expect("a workbook").into_inner()).expect("written");
}

/// What a person writes for a value.
fn written(value: &str, status: &str) -> Option<String> {
    match status {
        "L" => Some("…".to_owned()),
        "M" => Some("x".to_owned()),
        "O" => None,
        _ => Some(value.trim_end_matches('0').trim_end_matches('.').to_owned()),
    }
}

/// The texts of a workbook's first sheet by cell.
fn texts(path: &Path) -> BTreeMap<(u32, u32), String> {
    texts_of(path, 1)
}

/// The texts of a sheet by cell; sheets are counted from 1.
pub(crate) fn texts_of(path: &Path, sheet: usize) -> BTreeMap<(u32, u32), String> {
    let mut book: Xlsx<_> = open_workbook(path).expect("a workbook");
    let range = book.worksheet_range_at(sheet - 1).expect("a sheet");
    let range = range.expect("cells");
    let (top, left) = range.start().expect("cells");
    range
        .used_cells()
        .filter(|(_, _, data)| !matches!(data, Data::Empty))
        .map(|(row, column, data)| ((top + row as u32, left + column as u32), data.to_string()))
        .collect()
}

/// The last row with this text in a column: heads with the same text are above it.
fn row_of(texts: &BTreeMap<(u32, u32), String>, column: u32, wanted: &str) -> u32 {
    let found = texts
        .iter()
        .rfind(|((_, c), text)| *c == column && *text == wanted);
    found.unwrap_or_else(|| panic!("no row `{wanted}`")).0.0
}

#[test]
fn a_form_that_was_filled_in_says_what_was_written() {
    let directory = TempDir::new().expect("a directory");
    let inbox = directory.path().join("inbox");

    // Row codes stand in D; the columns are actual, plan, estimate, two comparisons, next plan.
    let path = blank(
        &inbox,
        "KTTT-01-2025-14.xlsx",
        &["KTTT-01", "--period", "2025", "--unit", "14"],
    );
    let indicators = figures(&SAMPLE.sql(&format!("{FIGURES} 'KTTT-01'")));
    assert_eq!(indicators.len(), 42 * 4);
    let codes: BTreeMap<String, String> = SAMPLE
        .sql("SELECT indicator, row_code FROM indicators WHERE row_code IS NOT NULL")
        .iter()
        .filter_map(|line| line.split_once(','))
        .map(|(indicator, code)| (indicator.to_owned(), code.to_owned()))
        .collect();
    let there = texts(&path);
    let mut cells = BTreeMap::new();
    let mut known = 0;
    for ((indicator, _, scenario, period), (value, status)) in &indicators {
        let row = row_of(&there, 3, &codes[indicator]);
        let column = match (scenario.as_str(), period.as_str()) {
            ("actual", "2024") => 4,
            ("plan", "2025") => 5,
            ("estimate", "2025") => 6,
            ("plan", "2026") => 9,
            other => panic!("{other:?} is not in the form"),
        };
        // The actual of the year before is filled in already, as the sender reported it.
        if let Some(prefilled) = there.get(&(row, column)) {
            assert_eq!(column, 4, "only actuals are filled in before");
            assert_eq!(Some(prefilled), written(value, status).as_ref());
            known += 1;
        } else if let Some(text) = written(value, status) {
            cells.insert(tonghop::read::Address::new(row, column).to_string(), text);
        }
    }
    assert!(known > 30, "only {known} values were filled in before");
    fill(&path, &cells);

    // Sector codes stand in C, the columns of values from D on in the order of the form.
    let path = blank(
        &inbox,
        "KTTT-02-2025-14.xlsx",
        &["KTTT-02", "--period", "2025", "--unit", "14"],
    );
    let sectors = figures(&SAMPLE.sql(&format!("{FIGURES} 'KTTT-02'")));
    assert_eq!(sectors.len(), 22 * 9);
    let there = texts(&path);
    let order = [
        "htx_total",
        "htx_active",
        "htx_new",
        "htx_dissolved",
        "htx_members",
        "htx_workers",
        "lhhtx_total",
        "tht_total",
        "tht_members",
    ];
    let mut cells = BTreeMap::new();
    for ((indicator, sector, ..), (value, status)) in &sectors {
        let row = if sector == "_T" {
            row_of(&there, 1, "Tổng số")
        } else {
            row_of(&there, 2, sector)
        };
        let column = order.iter().position(|i| i == indicator).expect("a column") as u32 + 3;
        if let Some(text) = written(value, status) {
            let cell = tonghop::read::Address::new(row, column).to_string();
            cells.insert(cell, text);
        }
    }
    fill(&path, &cells);

    let ran = run(directory);
    assert_eq!(
        ran.sql("SELECT code, file_name, cell, message_en FROM findings WHERE severity <> 'info' OR submission_id IS NOT NULL"),
        Vec::<String>::new()
    );
    for (form, wanted) in [("KTTT-01", indicators), ("KTTT-02", sectors)] {
        assert_eq!(figures(&ran.sql(&format!("{FIGURES} '{form}'"))), wanted);
    }
}

/// Which cells are locked, open, and checked.
#[test]
fn only_what_is_to_be_filled_in_is_open() {
    let directory = TempDir::new().expect("a directory");
    let path = blank(
        directory.path(),
        "form.xlsx",
        &["KTTT-01", "--period", "2026", "--unit", "15"],
    );
    let bytes = fs::read(&path).expect("a workbook");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a workbook");
    let mut text = |name: &str| {
        let mut text = String::new();
        archive
            .by_name(name)
            .expect("a part")
            .read_to_string(&mut text)
            .expect("text");
        text
    };
    let (sheet, styles) = (text("xl/worksheets/sheet1.xml"), text("xl/styles.xml"));
    assert!(sheet.contains("<sheetProtection sheet=\"1\""));
    let formats = styles
        .split_once("<cellXfs")
        .expect("formats")
        .1
        .split_once("</cellXfs>")
        .expect("formats")
        .0
        .split("<xf ")
        .skip(1)
        .map(|xf| xf.contains("locked=\"0\""))
        .collect::<Vec<bool>>();
    let open = |cell: &str| {
        let at = sheet
            .find(&format!("<c r=\"{cell}\" s=\""))
            .expect("a cell");
        let rest = &sheet[at + format!("<c r=\"{cell}\" s=\"").len()..];
        let style: usize = rest
            .split('"')
            .next()
            .expect("a style")
            .parse()
            .expect("a number");
        formats[style]
    };
    let there = texts(&path);
    let row = row_of(&there, 3, "101") + 1;
    let states: Vec<(char, bool)> = "ABCDEFGHIJK"
        .chars()
        .map(|column| (column, open(&format!("{column}{row}"))))
        .collect();
    let expected = "ABCDEFGHIJK".chars().map(|c| (c, "EFGJK".contains(c)));
    assert_eq!(states, expected.collect::<Vec<_>>());
    // A whole number or a mark, and nothing else; of last year's estimate a hint.
    let checks: Vec<&str> = sheet.split("<dataValidation ").skip(1).collect();
    let of = |cell: &str| {
        *checks
            .iter()
            .find(|c| c.contains(&format!("sqref=\"{cell}")))
            .unwrap_or_else(|| panic!("no check on {cell}"))
    };
    let actual = of(&format!("E{row}"));
    assert!(actual.contains(&format!("E{row}=INT(E{row})")), "{actual}");
    assert!(actual.contains(&format!("E{row}=\"…\"")), "{actual}");
    let estimate = SAMPLE.sql(
        "SELECT CAST(value AS BIGINT) FROM facts WHERE geography = '2025' AND unit_code = '15' AND period = '2025' AND indicator = 'htx_total' \
         AND scenario = 'estimate' AND sector = '_T'",
    );
    let shown = {
        let digits = &estimate[0];
        let (head, tail) = digits.split_at(digits.len().saturating_sub(3));
        if head.is_empty() {
            tail.to_owned()
        } else {
            format!("{head}.{tail}")
        }
    };
    assert!(
        actual.contains(&format!("Số ước đã báo cáo kỳ trước: {shown}.")),
        "{shown} is not in {actual}"
    );
}

#[test]
fn the_period_follows_from_the_lake_or_has_to_be_named() {
    let directory = TempDir::new().expect("a directory");
    let path = blank(directory.path(), "next.xlsx", &["KTTT-01"]);
    let title: Vec<String> = texts(&path).into_values().collect();
    assert!(
        title.contains(&"6 THÁNG ĐẦU NĂM 2026".to_owned()),
        "{title:?}"
    );
    let pipeline = root().join("pipelines/kttt");
    let pipeline = pipeline.to_string_lossy();
    // There is no lake here, and none is named.
    let said = |arguments: &[&str]| {
        let all = [arguments, &["--pipeline", &pipeline]].concat();
        let output = tonghop_in(directory.path(), &all);
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).expect("text")
    };
    assert!(said(&["template", "KTTT-01"]).contains("--period"));
    assert!(said(&["template", "KTTT-99"]).contains("KTTT-01, KTTT-02"));
    let wrong = ["template", "KTTT-02", "--period", "2026-S1"];
    assert!(said(&wrong).contains("no column for 2026-S1"));
    let wrong = ["template", "KTTT-02", "--period", "2026", "--unit", "02"];
    assert!(said(&wrong).contains("no unit `02`"));
    let nowhere = ["template", "KTTT-01", "--lake", "no-lake"];
    assert!(said(&nowhere).contains("no-lake"));
    // A unit that has ended still has its forms.
    let old = ["KTTT-02", "--period", "2024", "--unit", "2004-02"];
    let title: Vec<String> = texts(&blank(directory.path(), "old.xlsx", &old))
        .into_values()
        .collect();
    assert!(title.contains(&"Ủy ban nhân dân tỉnh Hà Giang".to_owned()));
    assert!(title.contains(&"63 tỉnh".to_owned()));
}

/// The words that a form prints for a unit identify that unit and no other.
#[test]
fn every_unit_is_known_by_the_words_of_its_form() {
    let plan = kttt();
    for name in &plan.geography.tables.units {
        let kind = &plan.correspondence.unit_types[&name.unit_type];
        for reporter in &plan.reporters.0 {
            let claim = ReporterClaim {
                reporter: Some(format!("{} {kind} {}", reporter.name, name.name_vi)),
                code: Some(name.unit.code.clone()),
                ..ReporterClaim::default()
            };
            let found = plan.identify(&claim, Date::constant(2027, 1, 1));
            assert_eq!(found.sender, Sender::Known(reporter.id.clone()));
            assert!(found.units.contains(&name.unit), "{claim:?}: {found:?}");
        }
    }
}
