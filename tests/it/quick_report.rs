//! The quick report of a month or quarter: one file of editions serves every period. Each printed figure is the lake's.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;

use tempfile::TempDir;

use crate::support::printed::printed;
use crate::support::program::{said, tonghop};
use crate::support::sample::{BOOKS, SAMPLE};

fn book(edition: &str, out: &Path) -> Output {
    // A book pins its snapshot, so two at a time would refuse each other.
    let _alone = BOOKS.lock();
    let (lake, out) = (SAMPLE.lake(), out.to_string_lossy().into_owned());
    let lake = lake.to_string_lossy();
    tonghop(&["book", "--edition", edition, "--lake", &lake, "--out", &out])
}

/// Figures of the country and the provinces of some periods, by code, indicator and period.
fn figures(periods: &str) -> BTreeMap<[String; 3], String> {
    let sql = format!(
        "SELECT code, indicator, period, value FROM (\
             SELECT * FROM national UNION ALL SELECT * FROM provincial) AS places \
         WHERE geography = '2025' AND fund = '_T' AND sector = '_T' AND scenario = 'best' AND period IN ({periods}) \
           AND value IS NOT NULL"
    );
    let lines = SAMPLE.sql(&sql);
    let figure = |line: String| {
        let parts: Vec<&str> = line.split(',').collect();
        let value = parts[3].trim_end_matches('0').trim_end_matches('.');
        ([0, 1, 2].map(|i| parts[i].to_owned()), value.to_owned())
    };
    lines.into_iter().map(figure).collect()
}

#[test]
fn a_quick_report_prints_its_period_the_one_before_and_a_year_ago() {
    let place = TempDir::new().expect("a directory");
    for (edition, periods) in [
        ("2026-Q3", ["2025-Q3", "2026-Q2", "2026-Q3"]),
        ("2025-09", ["2024-09", "2025-08", "2025-09"]),
    ] {
        let output = book(edition, place.path());
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let folder = place.path().join(edition);
        let table =
            |name: &str| printed(&fs::read(folder.join("csv").join(name)).expect("a table"));
        let lake = figures(&periods.map(|p| format!("'{p}'")).join(", "));
        let mut compared = 0;
        for cell in table("BN1.csv") {
            let Some(period) = cell.column.strip_prefix("figure-") else {
                continue;
            };
            assert!(periods.contains(&period), "{}", cell.column);
            let key = ["VN", &cell.row_id, period].map(str::to_owned);
            let value = lake.get(&key).cloned().unwrap_or_default();
            assert_eq!(cell.value, value, "{edition} {key:?}");
            compared += usize::from(!value.is_empty());
        }
        assert!(compared >= 20, "{edition}: {compared}");
        for cell in table("BN2.csv") {
            let Some((indicator, period)) = cell.column.split_once('-') else {
                continue;
            };
            // The first columns of a region are sums of provinces that other tests compare.
            if !cell.row_id.chars().all(|c| c.is_ascii_digit()) {
                continue;
            }
            let key = [&cell.row_id, indicator, period].map(str::to_owned);
            assert_eq!(
                cell.value,
                lake.get(&key).cloned().unwrap_or_default(),
                "{edition} {key:?}"
            );
        }
        assert!(!fs::read(folder.join("book.pdf")).expect("a PDF").is_empty());
    }
}

#[test]
fn a_quick_report_has_two_pages_and_says_who_is_missing() {
    let place = TempDir::new().expect("a directory");
    let output = book("2026-Q3", place.path());
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let folder = place.path().join("2026-Q3");
    let pdf = fs::read(folder.join("book.pdf")).expect("a PDF");
    let pages = pdf_extract::extract_text_from_mem_by_pages(&pdf).expect("a PDF");
    assert_eq!(pages.len(), 2);
    let missing = SAMPLE.sql(
        "SELECT u.name_vi FROM units u WHERE u.vintage = '2025' AND NOT EXISTS (\
             SELECT 1 FROM reports r WHERE r.form = 'KTTT-08' AND r.period = '2026-Q3' AND r.is_current \
                AND r.unit_vintage = u.vintage AND r.unit_code = u.unit_code)",
    );
    assert_eq!(missing.len(), 1, "{missing:?}");
    let description = fs::read_to_string(folder.join("datapackage.json")).expect("a description");
    let csv = fs::read_to_string(folder.join("csv/BN1.csv")).expect("a table");
    assert!(csv.contains("(p)"), "{csv}");
    assert!(
        description.contains(&missing[0]) || csv.contains(&missing[0]),
        "{missing:?}"
    );
}

#[test]
fn a_period_that_no_edition_serves_is_told() {
    let place = TempDir::new().expect("a directory");
    for edition in ["2026-S1", "2026-Q5", "quarter", "../2025"] {
        let output = book(edition, place.path());
        assert_eq!(output.status.code(), Some(2), "{edition}");
        let text = said(&output);
        assert!(
            text.contains("any quarter, such as 2026-Q3"),
            "{edition}: {text}"
        );
    }
    // The file itself is no edition: it has no period.
    let output = book("quarterly", place.path());
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains("name the period"),
        "{}",
        said(&output)
    );
}
