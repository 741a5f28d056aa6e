//! The book: every printed cell is compared with the lake and with what was printed before, in every kind of file. A lock
//! gives the same bytes again, and `book --diff` lists what another edition prints differently, with the reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::LazyLock;

use calamine::{Data, Reader, Xlsx, open_workbook};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tonghop::intake::hex;

use crate::support::definitions::print_only;
use crate::support::office::{Office, csv};
use crate::support::printed::{self, Printed};
use crate::support::program::{said, tonghop};
use crate::support::sample::{BOOKS, SAMPLE};

/// The book of the sample's edition, made once.
struct Made {
    place: TempDir,
    output: Output,
}

impl Made {
    fn folder(&self) -> PathBuf {
        self.place.path().join("out/2025")
    }

    fn file(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder().join(name)).expect("a file of the edition")
    }
}

static BOOK: LazyLock<Made> = LazyLock::new(|| {
    let place = TempDir::new().expect("a directory");
    let _alone = BOOKS.lock();
    let output = book(&SAMPLE.lake(), &place.path().join("out"), &[]);
    Made { place, output }
});

fn book(lake: &Path, out: &Path, more: &[&str]) -> Output {
    let (lake, out) = (lake.to_string_lossy(), out.to_string_lossy());
    let mut arguments = vec!["book", "--lake", &lake, "--out", &out];
    arguments.extend(more);
    tonghop(&arguments)
}

/// The tables of the sample's edition.
pub(crate) const TABLES: [&str; 26] = [
    "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16",
    "17", "18", "19", "20", "21", "22", "23", "24", "25", "26",
];

fn printed(table: &str) -> Vec<Printed> {
    printed::printed(&BOOK.file(&format!("csv/{table}.csv")))
}

#[test]
fn the_book_of_the_sample_is_made_and_says_what_it_lacks() {
    assert_eq!(BOOK.output.status.code(), Some(0), "{}", said(&BOOK.output));
    assert!(BOOK.output.stdout.is_empty());
    let text = said(&BOOK.output);
    assert!(!text.contains("left out"), "{text}");
    assert!(!text.contains("other definitions"), "{text}");
    for name in [
        "book.xlsx",
        "book.pdf",
        "datapackage.json",
        "edition.lock",
        "csv/02.csv",
        "charts/01.svg",
    ] {
        assert!(!BOOK.file(name).is_empty(), "{name}");
    }
}

/// The cells of every table, as people read them.
#[test]
fn the_tables_print_what_they_printed() {
    for table in TABLES {
        let mut text = String::new();
        let mut row = 0;
        for cell in printed(table) {
            if cell.row != row {
                row = cell.row;
                text.push_str(&format!("\n{} {}", cell.row_id, cell.label));
            }
            text.push_str(" | ");
            text.push_str(&cell.text);
        }
        insta::assert_snapshot!(format!("table_{table}"), text.trim_start());
    }
}

/// Every figure that is printed without computation has the lake's value and status, in all tables.
#[test]
fn every_printed_figure_is_the_lakes() {
    let mut lake: BTreeMap<[String; 5], (String, String)> = BTreeMap::new();
    for line in SAMPLE.sql(
        "SELECT code, indicator, sector, period, scenario, value, status FROM (\
             SELECT * FROM national UNION ALL SELECT * FROM regional UNION ALL SELECT * FROM provincial) AS places \
         WHERE geography = '2025' AND (scheme IS NULL OR scheme = '6v-2025') AND fund = '_T' AND scenario IN ('best', 'estimate')",
    ) {
        let parts: Vec<&str> = line.split(',').collect();
        let key = [0, 1, 2, 3, 4].map(|i| parts[i].to_owned());
        let value = parts[5].trim_end_matches('0').trim_end_matches('.').to_owned();
        lake.insert(key, (value, parts[6].to_owned()));
    }
    let mut compared = 0;
    for table in TABLES.iter().filter(|t| **t < "20") {
        let scenario = if ["15", "16", "17"].contains(table) {
            "estimate"
        } else {
            "best"
        };
        for cell in printed(table) {
            let Some((id, last)) = cell.column.rsplit_once('-') else {
                continue;
            };
            let key = match *table {
                "01" => ["VN", &cell.row_id, "_T", last],
                "16" => [last, id, &cell.row_id, "2025"],
                "15" | "17" => ["VN", id, &cell.row_id, last],
                _ => [&cell.row_id, id, "_T", last],
            };
            let [code, indicator, sector, period] = key;
            let key = [code, indicator, sector, period, scenario].map(str::to_owned);
            let held = lake.get(&key);
            let comparison = indicator.ends_with("_rate") || indicator.contains("_per_");
            let is_partial = held.is_some_and(|(_, status)| status == "P");
            if comparison && is_partial && *table != "01" && *table != "11" {
                assert_eq!(
                    (cell.value.as_str(), cell.text.as_str()),
                    ("", "…"),
                    "{table} {key:?}"
                );
            } else {
                let (value, status) = held.cloned().unwrap_or_default();
                assert_eq!(cell.value, value, "{table} {key:?}");
                assert!(cell.status == status || value.is_empty(), "{table} {key:?}");
            }
            compared += 1;
        }
    }
    assert!(compared > 3_500, "{compared}");
}

/// Another program opens the workbook: each row of each sheet holds the numbers of the table's row.
#[test]
fn the_workbook_holds_the_same_values() {
    let mut workbook: Xlsx<_> = open_workbook(BOOK.folder().join("book.xlsx")).expect("a workbook");
    let sheets = workbook.sheet_names();
    assert_eq!(sheets.len(), 4 + TABLES.len(), "{sheets:?}");
    let mut compared = 0;
    for table in TABLES {
        let sheet = sheets.iter().find(|s| s.ends_with(table)).expect("a sheet");
        let range = workbook.worksheet_range(sheet).expect("a sheet");
        let rows: Vec<Vec<f64>> = range
            .rows()
            .map(|row| {
                row.iter()
                    .filter_map(|cell| match cell {
                        Data::Float(n) => Some(*n),
                        #[allow(clippy::cast_precision_loss, reason = "counts are small")]
                        Data::Int(n) => Some(*n as f64),
                        _ => None,
                    })
                    .collect()
            })
            .filter(|row: &Vec<f64>| !row.is_empty())
            .collect();
        let mut expected: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        for cell in printed(table)
            .iter()
            .filter(|c| !c.value.is_empty() && c.text != "…")
        {
            let value = cell.value.parse().expect("a number");
            expected.entry(cell.row).or_default().push(value);
        }
        let expected: Vec<Vec<f64>> = expected.into_values().collect();
        assert_eq!(rows.len(), expected.len(), "{sheet}");
        for (row, wanted) in rows.iter().zip(&expected) {
            assert_eq!(row.len(), wanted.len(), "{sheet}: {wanted:?}");
            for (a, b) in row.iter().zip(wanted) {
                assert!(
                    (a - b).abs() < 1e-6 * b.abs().max(1.0),
                    "{sheet}: {a} is not {b}"
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 3_500, "{compared}");
}

/// The same for tables whose cells say themselves which figure they are: by source of funds, and counted in lists.
#[test]
fn every_figure_of_funds_and_lists_is_the_lakes() {
    let mut lake: BTreeMap<[String; 6], (String, String)> = BTreeMap::new();
    for line in SAMPLE.sql(
        "SELECT code, indicator, sector, fund, period, scenario, value, status \
         FROM (SELECT * FROM national UNION ALL SELECT * FROM regional UNION ALL SELECT * FROM provincial) AS places \
         WHERE geography = '2025' AND (scheme IS NULL OR scheme = '6v-2025') AND scenario IN ('best', 'plan')",
    ) {
        let parts: Vec<&str> = line.split(',').collect();
        let key = [0, 1, 2, 3, 4, 5].map(|i| parts[i].to_owned());
        let value = parts[6].trim_end_matches('0').trim_end_matches('.').to_owned();
        lake.insert(key, (value, parts[7].to_owned()));
    }
    for (table, scenario, least) in [
        ("20", "best", 80),
        ("21", "plan", 90),
        ("22", "best", 150),
        ("26", "best", 80),
    ] {
        let content = BOOK.file(&format!("csv/{table}.csv"));
        let mut reader = csv::Reader::from_reader(content.as_slice());
        let head = reader.headers().expect("a head").clone();
        let column = |name: &str| head.iter().position(|h| h == name).expect("a column");
        let names = ["code", "indicator", "sector", "fund", "period"].map(column);
        let (value, status) = (column("value"), column("status"));
        let mut compared = 0;
        for record in reader.records().flatten() {
            let [code, indicator, sector, fund, period] = names.map(|at| &record[at]);
            if indicator.is_empty() || record[value].is_empty() {
                continue;
            }
            let key = [code, indicator, sector, fund, period, scenario].map(str::to_owned);
            let held = lake
                .get(&key)
                .unwrap_or_else(|| panic!("{table}: no {key:?}"));
            assert_eq!(
                (&held.0[..], &held.1[..]),
                (&record[value], &record[status]),
                "{table} {key:?}"
            );
            compared += 1;
        }
        assert!(compared >= least, "{table}: {compared}");
    }
}

/// The text of the PDF has every row of every table, its figures in order, and the words around them.
#[test]
fn the_pdf_says_what_the_tables_say() {
    let text = pdf_extract::extract_text_from_mem(&BOOK.file("book.pdf")).expect("a PDF");
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut from = 0;
    let mut rows = 0;
    let lock: toml::Table =
        toml::from_str(&String::from_utf8(BOOK.file("edition.lock")).expect("text"))
            .expect("a lock");
    let order: Vec<&str> = lock["tables"]
        .as_array()
        .expect("tables")
        .iter()
        .map(|t| t["id"].as_str().expect("an id"))
        .collect();
    for table in order {
        let title = format!("Bảng {table}. ");
        from += text[from..]
            .find(&title)
            .unwrap_or_else(|| panic!("no table {table}"));
        let mut lines: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for cell in printed(table) {
            lines.entry(cell.row).or_default().push(cell.text);
        }
        for (row, figures) in lines {
            // Labels may break over lines; figures never do.
            let wanted = format!(" {} ", figures.join(" "));
            let at = text[from..].find(&wanted);
            from += at.unwrap_or_else(|| {
                panic!("table {table}, row {row}: `{wanted}` is not printed in its place")
            });
            rows += 1;
        }
    }
    assert!(rows > 700, "{rows}");
    for words in [
        "SÁCH TRẮNG HỢP TÁC XÃ VIỆT NAM 2025",
        "Đồng bằng sông Cửu Long",
        "Duyên hải Nam Trung Bộ",
        "Ký hiệu",
        "Mục lục",
        "Kết quả hỗ trợ kinh tế tập thể",
        "chưa gồm Đắk Lắk",
    ] {
        assert!(text.contains(words), "`{words}` is not printed");
    }
    assert!(!text.contains('\u{fffd}'), "a glyph has no letter");
}

/// The package describes the files as they are.
#[test]
fn the_data_package_describes_the_files() {
    let package: serde_json::Value =
        serde_json::from_slice(&BOOK.file("datapackage.json")).expect("JSON");
    assert_eq!(
        package["$schema"],
        "https://datapackage.org/profiles/2.0/datapackage.json"
    );
    assert_eq!(package["licenses"][0]["name"], "CC-BY-4.0");
    let resources = package["resources"].as_array().expect("resources");
    assert_eq!(resources.len(), TABLES.len());
    let mut values = 0;
    for resource in resources {
        let path = resource["path"].as_str().expect("a path");
        let content = BOOK.file(path);
        let mut reader = csv::Reader::from_reader(content.as_slice());
        let fields = resource["schema"]["fields"].as_array().expect("fields");
        let names: Vec<&str> = fields
            .iter()
            .map(|f| f["name"].as_str().expect("a name"))
            .collect();
        assert_eq!(
            reader.headers().expect("a head").iter().collect::<Vec<_>>(),
            names,
            "{path}"
        );
        let mut keys = BTreeSet::new();
        for record in reader.records() {
            let record = record.expect("a line");
            for (field, value) in fields.iter().zip(&record) {
                let fits = match field["type"].as_str().expect("a type") {
                    "integer" => value.is_empty() || value.parse::<i64>().is_ok(),
                    "number" => value.is_empty() || value.parse::<f64>().is_ok(),
                    "string" => true,
                    other => panic!("the type {other}"),
                };
                assert!(fits, "{path}: {} is `{value}`", field["name"]);
                values += 1;
            }
            let key: Vec<String> = resource["schema"]["primaryKey"]
                .as_array()
                .expect("a key")
                .iter()
                .map(|name| {
                    let at = names
                        .iter()
                        .position(|n| Some(*n) == name.as_str())
                        .expect("a field");
                    record[at].to_owned()
                })
                .collect();
            assert!(keys.insert(key), "{path}: a key stands twice");
        }
        assert!(resource["title"].is_string() && resource["sources"][0]["title"].is_string());
    }
    assert!(values > 10_000);
}

/// Sentences and charts take their figures from the tables.
#[test]
fn chapters_say_figures_of_the_tables() {
    let text = pdf_extract::extract_text_from_mem(&BOOK.file("book.pdf")).expect("a PDF");
    let text: String = text.split_whitespace().collect();
    let at = |table: &str, row: &str, column: &str| {
        let cells = printed(table);
        let cell = cells
            .into_iter()
            .find(|c| c.row_id == row && c.column == column);
        cell.expect("a cell").text
    };
    // With its marks, and with who is missing in it.
    let says = |sentence: &str| text.contains(&sentence.replace(' ', ""));
    let total = at("02", "VN", "htx_total-2025");
    assert!(total.ends_with(" (p) (e)"), "{total}");
    assert!(says(&format!("cả nước có {total} hợp tác xã")), "{total}");
    assert!(says("tổ hợp tác (chưa gồm Đắk Lắk)."));
    let english = total.replace('.', ",");
    assert!(
        says(&format!("the country had {english} cooperatives")),
        "{english}"
    );
    let chart = String::from_utf8(BOOK.file("charts/01.svg")).expect("text");
    for year in ["2022", "2023", "2024", "2025"] {
        let figure = at("02", "VN", &format!("htx_total-{year}"));
        assert!(chart.contains(&figure), "{year}: {figure}");
    }
}

/// The lock gives the same bytes again. Where something is not the same, it is named and nothing is written.
#[test]
fn a_lock_makes_the_same_bytes_again_or_says_what_differs() {
    let place = TempDir::new().expect("a directory");
    let lock = BOOK
        .folder()
        .join("edition.lock")
        .to_string_lossy()
        .into_owned();
    let again = place.path().join("again");
    let alone = BOOKS.lock();
    let output = book(&SAMPLE.lake(), &again, &["--locked", "--lock", &lock]);
    drop(alone);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let mut files = 0;
    for name in [
        "book.xlsx",
        "book.pdf",
        "datapackage.json",
        "edition.lock",
        "charts/01.svg",
        "csv/01.csv",
        "csv/25.csv",
    ] {
        assert!(
            fs::read(again.join("2025").join(name)).expect("a file") == BOOK.file(name),
            "{name}"
        );
        files += 1;
    }
    assert_eq!(files, 7);

    let text = String::from_utf8(BOOK.file("edition.lock")).expect("text");
    let spoiled = place.path().join("spoiled.lock");
    let hash = |what: &str| {
        let at = text.find(what).expect("an entry");
        let at = at + text[at..].find("sha256 = \"").expect("a hash") + 10;
        text[at..at + 64].to_owned()
    };
    let (chapter, xlsx) = (
        hash("name = \"chapters/country.toml\""),
        hash("name = \"book.xlsx\""),
    );
    let nowhere = "0".repeat(64);
    for (old, new, wanted) in [
        (
            chapter.as_str(),
            nowhere.as_str(),
            "definition chapters/country.toml has another content",
        ),
        (&xlsx, &nowhere, "file book.xlsx has another content"),
        (
            "tool = \"tonghop ",
            "tool = \"tonghop 99.",
            "tool tonghop 99.",
        ),
        (&hash("file_name = \"2022/"), &nowhere, "is not in the lake"),
    ] {
        fs::write(&spoiled, text.replacen(old, new, 1)).expect("written");
        let out = place.path().join("never");
        let output = book(
            &SAMPLE.lake(),
            &out,
            &["--locked", "--lock", &spoiled.to_string_lossy()],
        );
        assert_eq!(output.status.code(), Some(2), "{wanted}");
        assert!(said(&output).contains(wanted), "{}", said(&output));
        assert!(!out.join("2025").exists(), "{wanted}");
    }
}

/// An office whose edition is small.
fn small_office() -> Office {
    let office = Office::with_all_tables();
    let chapters: [(&str, &[&str]); 2] =
        [("cooperatives", &["02", "04", "05"]), ("sectors", &["15"])];
    print_only(&office.path("pipelines/kttt"), &chapters);
    office
}

fn book_of(office: &Office, more: &[&str]) -> Output {
    let (pipeline, lake) = (office.text("pipelines/kttt"), office.text("lake"));
    let out = office.text("lake-out");
    let mut arguments = vec!["book", &pipeline, "--lake", &lake, "--out", &out];
    arguments.extend(more);
    tonghop(&arguments)
}

/// A list of one cooperative for a year.
fn list_of(sender: &str, year: u16) -> String {
    format!(
        "Biểu số: KTTT-04;\nDANH SÁCH HỢP TÁC XÃ NĂM {year};\nĐơn vị báo cáo: {sender};\n\
         STT;Tên;Loại hình;Mã số thuế;Ngày thành lập;Lĩnh vực;Tình trạng;Xếp loại;Số thành viên;Số lao động;Doanh thu (triệu đồng);Giám đốc;Điện thoại\n\
         1;HTX A;HTX;0100000001;31/12/2019;A1;đang hoạt động;khá;12;7;10;Ai;1\n"
    )
}

/// The true reason is told for each table that is left out, by what the lake holds.
#[test]
fn a_table_that_is_left_out_says_why() {
    let reason = |lists: &[String]| {
        let mut office = Office::with_all_tables();
        let chapters: [(&str, &[&str]); 2] =
            [("cooperatives", &["02", "04", "05"]), ("lists", &["26"])];
        print_only(&office.path("pipelines/kttt"), &chapters);
        let report = csv("UBND tỉnh Cao Bằng", 2025, 500, 400, "Địa giới: 34 tỉnh;\n");
        office.send("cao-bang.csv", "2025-12-10", &report);
        for (i, list) in lists.iter().enumerate() {
            office.send(&format!("list-{i}.csv"), "2026-01-02", list.as_bytes());
        }
        office.run("lake", &[]);
        let text = said(&book_of(&office, &[]));
        let line = text.lines().find(|line| line.contains("left out     26 "));
        line.map(str::to_owned)
    };
    let son_la = |year| list_of("UBND tỉnh Sơn La", year);
    for (lists, why) in [
        (vec![], "KTTT-04."),
        (
            vec![son_la(2019)],
            "KTTT-04 came only for 2019, which this edition does not print.",
        ),
        (
            vec![list_of("UBND tỉnh Không Có", 2025)],
            "Received but held back, so not counted: KTTT-04.",
        ),
    ] {
        let told = reason(&lists).unwrap_or_else(|| panic!("no reason, instead of {why}"));
        assert!(told.ends_with(why), "{told} instead of {why}");
        assert_eq!(
            told.contains("Not collected yet"),
            lists.is_empty(),
            "{told}"
        );
    }
    assert_eq!(reason(&[son_la(2025)]), None);
}

/// The difference of one cell, as CSV: before, after, reasons, files.
fn difference(text: &str, table: &str, row: &str, column: &str) -> Option<[String; 4]> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.records().flatten().find_map(|r| {
        (&r[0] == table && &r[1] == row && &r[3] == column)
            .then(|| [4, 5, 6, 7].map(|i| r[i].to_owned()))
    })
}

/// A later edition is compared with an earlier one after a correction, a revision, a late form, and a unit's own report
/// that follows its predecessors' reports. The earlier edition keeps its snapshot, and a run keeps its files.
#[test]
fn what_another_edition_prints_otherwise_is_listed_with_its_reason() {
    let mut office = small_office();
    let stands_on = "Địa giới: 34 tỉnh;\n";
    office.send(
        "cao-bang.csv",
        "2025-12-10",
        &csv("UBND tỉnh Cao Bằng", 2025, 500, 400, stands_on),
    );
    office.send(
        "ha-noi-2024.csv",
        "2024-12-10",
        &csv("UBND thành phố Hà Nội", 2024, 2000, 1900, ""),
    );
    office.send(
        "lao-cai-2024.csv",
        "2024-12-10",
        &csv("UBND tỉnh Lào Cai", 2024, 300, 200, ""),
    );
    office.send(
        "yen-bai-2024.csv",
        "2024-12-10",
        &csv("UBND tỉnh Yên Bái", 2024, 700, 600, ""),
    );
    office.run("lake", &[]);
    let made = book_of(&office, &[]);
    assert_eq!(made.status.code(), Some(0), "{}", said(&made));
    // Nobody sent the form with sectors: the table is left out and listed.
    assert!(said(&made).contains("left out     15 "), "{}", said(&made));
    let folder = office.path("lake-out/2025");
    let lock = fs::read_to_string(folder.join("edition.lock")).expect("a lock");
    let last = office.path("last.lock");
    fs::write(&last, &lock).expect("written");
    let pdf = fs::read(folder.join("book.pdf")).expect("a book");
    let pin = fs::read_to_string(office.path("lake/editions/2025.toml")).expect("a pin");
    let snapshot = lock
        .lines()
        .find_map(|l| l.strip_prefix("snapshot = "))
        .expect("a snapshot")
        .to_owned();
    assert!(pin.contains(&snapshot), "{pin}");

    // Sent again, sent late, actual after estimate, own report of a merged province.
    office.send(
        "cao-bang-2.csv",
        "2026-01-10",
        &csv("UBND tỉnh Cao Bằng", 2025, 510, 400, stands_on),
    );
    office.send(
        "lai-chau.csv",
        "2026-01-10",
        &csv("UBND tỉnh Lai Châu", 2025, 90, 80, stands_on),
    );
    let actual = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).expect("text");
        text.replace("Ước thực hiện năm 2025", "Thực hiện năm 2024")
            .into_bytes()
    };
    office.send(
        "ha-noi.csv",
        "2026-01-10",
        &actual(csv("UBND thành phố Hà Nội", 2025, 2100, 1900, stands_on)),
    );
    office.send(
        "lao-cai.csv",
        "2026-01-10",
        &actual(csv("UBND tỉnh Lào Cai", 2025, 1111, 800, stands_on)),
    );
    office.run("lake", &[]);
    assert!(
        folder.join("book.pdf").exists(),
        "a run keeps the folder of an edition"
    );

    let compared = book_of(
        &office,
        &["--diff", &last.to_string_lossy(), "--format", "csv"],
    );
    assert_eq!(compared.status.code(), Some(0), "{}", said(&compared));
    let text = String::from_utf8(compared.stdout).expect("text");
    let of = |row: &str, column: &str| {
        difference(&text, "02", row, column).unwrap_or_else(|| panic!("{row} {column} in {text}"))
    };
    assert_eq!(
        of("04", "htx_total-2025"),
        ["500 (e)", "510 (e)", "correction", "cao-bang-2.csv"]
    );
    assert_eq!(
        of("12", "htx_total-2025"),
        ["…", "90 (e)", "new_form", "lai-chau.csv"]
    );
    assert_eq!(
        of("01", "htx_total-2024"),
        ["2.000 (e)", "2.100", "revision", "ha-noi.csv"]
    );
    let own = of("15", "htx_total-2024");
    assert_eq!(own[..3], ["1.000 (e)", "1.111", "restated"]);
    let country = of("VN", "htx_total-2025");
    assert!(
        country[2].contains("correction") && country[2].contains("new_form"),
        "{country:?}"
    );
    assert!(difference(&text, "02", "04", "htx_total-2024").is_none());
    let human = book_of(&office, &["--diff", &last.to_string_lossy()]);
    assert!(
        said(&human).contains("500 (e) → 510 (e)  [correction]  cao-bang-2.csv"),
        "{}",
        said(&human)
    );

    // The earlier edition is made again from its snapshot and, without the snapshot, from the originals.
    let snapshot = snapshot.trim_matches('"');
    for gone in [false, true] {
        if gone {
            fs::remove_dir_all(office.path("lake/snapshots").join(snapshot)).expect("removed");
        }
        let again = book_of(&office, &["--locked", "--lock", &last.to_string_lossy()]);
        assert_eq!(again.status.code(), Some(0), "{}", said(&again));
        assert!(fs::read(folder.join("book.pdf")).expect("a book") == pdf);
    }
    let original = hex(&Sha256::digest(csv(
        "UBND tỉnh Cao Bằng",
        2025,
        500,
        400,
        stands_on,
    )));
    fs::remove_file(office.path("lake/inbox").join(original)).expect("removed");
    let never = book_of(&office, &["--locked", "--lock", &last.to_string_lossy()]);
    assert_eq!(never.status.code(), Some(2));
    assert!(
        said(&never).contains("submission cao-bang.csv is not in the lake"),
        "{}",
        said(&never)
    );

    // The cells are compared even if the lock's snapshot no longer exists.
    fs::write(&last, lock.replace(snapshot, "0123456789abcdef")).expect("written");
    let compared = book_of(
        &office,
        &["--diff", &last.to_string_lossy(), "--format", "json"],
    );
    let text = said(&compared);
    assert!(
        text.contains("no more in the lake") && text.contains("\"reasons\":[\"unknown\"]"),
        "{text}"
    );
}

/// A closed edition uses what was known on its day and ignores what came later.
#[test]
fn a_closed_edition_does_not_see_what_came_later() {
    let mut office = small_office();
    let stands_on = "Địa giới: 34 tỉnh;\n";
    office.send(
        "cao-bang.csv",
        "2025-12-10",
        &csv("UBND tỉnh Cao Bằng", 2025, 500, 400, stands_on),
    );
    office.send(
        "cao-bang-2.csv",
        "2026-05-10",
        &csv("UBND tỉnh Cao Bằng", 2025, 510, 400, stands_on),
    );
    office.run("lake", &[]);
    let current = fs::read_link(office.path("lake/current")).expect("a link");
    let cell = || {
        let text = fs::read_to_string(office.path("lake-out/2025/csv/02.csv")).expect("a table");
        let line = text
            .lines()
            .find(|l| l.contains(",04,") && l.contains("htx_total-2025"))
            .expect("a line");
        line.split(',').nth(9).expect("a value").to_owned()
    };
    assert_eq!(book_of(&office, &[]).status.code(), Some(0));
    assert_eq!(cell(), "510");
    let edition = office.path("pipelines/kttt/editions/2025.toml");
    let text = fs::read_to_string(&edition).expect("an edition");
    fs::write(
        &edition,
        text.replace("# as_of = \"2026-03-31\"", "as_of = \"2026-03-31\""),
    )
    .expect("written");
    let closed = book_of(&office, &[]);
    assert_eq!(closed.status.code(), Some(0), "{}", said(&closed));
    assert_eq!(cell(), "500");
    assert_eq!(
        fs::read_link(office.path("lake/current")).expect("a link"),
        current,
        "current stays"
    );
    assert_eq!(office.sql("SELECT value FROM observations WHERE indicator = 'htx_total' AND scenario = 'estimate' ORDER BY value"), ["500.000000", "510.000000"]);
    let before = office.path("lake-out/2025/previous.lock");
    assert!(
        before.exists() && said(&closed).contains("previous.lock"),
        "{}",
        said(&closed)
    );
    // Its numbers are traced in the snapshot they were printed from, not in the current one.
    for (edition, number) in [(Some("2025"), "500"), (None, "510")] {
        let (pipeline, lake) = (office.text("pipelines/kttt"), office.text("lake"));
        let mut arguments = vec![
            "trace",
            "--table",
            "02",
            "--row",
            "04",
            "--column",
            "htx_total-2025",
        ];
        arguments.extend(["--pipeline", &pipeline, "--lake", &lake]);
        arguments.extend(edition.into_iter().flat_map(|name| ["--edition", name]));
        let traced = tonghop(&arguments);
        assert!(said(&traced).starts_with(number), "{}", said(&traced));
    }
    let locked = book_of(&office, &["--locked"]);
    assert_eq!(locked.status.code(), Some(0), "{}", said(&locked));
    let other = book_of(&office, &["--edition", "1999"]);
    assert_eq!(other.status.code(), Some(2));
    assert!(
        said(&other).contains("the editions there are: 2025"),
        "{}",
        said(&other)
    );
}
