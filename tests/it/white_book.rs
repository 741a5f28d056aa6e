//! The printed tables of the sample beside the lake they were made from: the tidy CSV, cell by cell, and the
//! workbook as another program opens it.

use std::collections::BTreeMap;

use calamine::{Data, Reader, Xlsx, open_workbook};

use crate::golden::SAMPLE;

/// The cells of a printed table: row and column to value, status and printed text.
fn cells(table: &str) -> BTreeMap<(String, String), (String, String, String)> {
    let path = SAMPLE.out().join("csv").join(format!("{table}.csv"));
    let mut reader = csv::Reader::from_path(path).expect("a printed table");
    let head = reader.headers().expect("a head").clone();
    let column = |name: &str| head.iter().position(|h| h == name).expect("a column");
    let wanted = ["row_id", "column_id", "value", "status", "printed"].map(column);
    reader
        .records()
        .map(|record| {
            let record = record.expect("a line");
            let [row, column, value, status, printed] = wanted.map(|i| record[i].to_owned());
            ((row, column), (value, status, printed))
        })
        .collect()
}

/// A decimal of the lake without idle zeros.
fn bare(value: &str) -> String {
    value.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Tables by place: every figure of country, region and province is the lake's, with its status.
#[test]
fn what_is_printed_by_place_is_what_the_lake_holds() {
    for (table, indicator) in [
        ("02", "htx_total"),
        ("08", "htx_revenue_avg"),
        ("11", "htx_good_fair_rate"),
    ] {
        let printed = cells(table);
        let held = SAMPLE.sql(&format!(
            "SELECT code, period, value, status FROM (\
                 SELECT * FROM national UNION ALL SELECT * FROM regional UNION ALL SELECT * FROM provincial) AS all_places \
             WHERE geography = '2025' AND indicator = '{indicator}' AND scenario = 'best' AND sector = '_T' AND value IS NOT NULL \
               AND period BETWEEN '2022' AND '2025'"
        ));
        assert!(held.len() > 150, "{indicator}: {}", held.len());
        for line in &held {
            let fields: Vec<&str> = line.split(',').collect();
            let key = (fields[0].to_owned(), format!("{indicator}-{}", fields[1]));
            let (value, status, _) = printed
                .get(&key)
                .unwrap_or_else(|| panic!("{key:?} is not printed"));
            assert_eq!(
                (value.as_str(), status.as_str()),
                (bare(fields[2]).as_str(), fields[3]),
                "{key:?} in {table}"
            );
        }
    }
}

#[test]
fn marks_and_symbols_say_what_a_figure_is() {
    let printed = cells("02");
    let at = |row: &str, column: &str| printed[&(row.to_owned(), column.to_owned())].2.clone();
    assert_eq!(at("VN", "htx_total-2022"), "29.378");
    assert_eq!(at("VN", "htx_total-2024"), "33.556 (e)");
    assert_eq!(at("VN", "htx_total-2025"), "34.101 (p)");
    assert_eq!(
        at("66", "htx_total-2025"),
        "…",
        "the province that has not sent is not available"
    );
    // A comparison is printed only when both its sides are complete.
    assert_eq!(at("VN", "growth"), "…");
    assert_eq!(at("01", "share"), "…");
    assert_eq!(at("MNPB", "growth"), "4,33 (e)");
}

/// Each new province is the sum of its former ones, and the bridge closes for the country.
#[test]
fn the_bridge_between_the_geographies_adds_up() {
    let printed = cells("25");
    let changes =
        SAMPLE.sql("SELECT from_code, to_code FROM unit_changes WHERE change <> 'unchanged'");
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for line in &changes {
        let (from, to) = line.split_once(',').expect("two codes");
        let value = &printed[&(format!("2004:{from}"), "reported".to_owned())].0;
        *sums.entry(to.to_owned()).or_default() += value.parse::<i64>().expect("a whole number");
    }
    assert_eq!(sums.len(), 23, "23 provinces were merged of others");
    for (to, sum) in sums {
        assert_eq!(
            printed[&(to.clone(), "restated".to_owned())].0,
            sum.to_string(),
            "province {to}"
        );
    }
    for ((row, column), (value, _, text)) in &printed {
        if column == "difference" {
            assert_eq!((value.as_str(), text.as_str()), ("0", "-"), "{row}");
        }
    }
}

/// Sectors stand on the estimate throughout, the total row too.
#[test]
fn the_table_of_sectors_stands_on_estimates() {
    let printed = cells("15");
    let total = SAMPLE.sql(
        "SELECT value FROM national WHERE geography = '2025' AND indicator = 'htx_total' AND scenario = 'estimate' AND sector = '_T' AND period = '2024'",
    );
    let row = printed
        .iter()
        .find(|((_, column), (value, ..))| column.ends_with("-2024") && *value == bare(&total[0]));
    let (_, (_, status, text)) = row.expect("the total of 2024 is the estimate");
    assert_eq!(status, "E");
    assert!(text.ends_with("(e)"), "{text}");
}

/// Another reader opens the workbook, and numbers are numbers: those of the CSV.
#[test]
fn the_workbook_opens_and_holds_numbers() {
    let mut book: Xlsx<_> =
        open_workbook(SAMPLE.out().join("white-book.xlsx")).expect("a workbook");
    let sheets = book.sheet_names();
    assert_eq!(
        sheets.len(),
        3 + 6,
        "cover, contents, symbols and six tables: {sheets:?}"
    );
    for (sheet, table) in sheets[3..].iter().zip(["01", "02", "08", "11", "15", "25"]) {
        let mut printed: Vec<String> = cells(table)
            .into_values()
            .filter(|(value, _, text)| !value.is_empty() && text != "…")
            .map(|(value, ..)| format!("{:.4}", value.parse::<f64>().expect("a number")))
            .collect();
        let range = book.worksheet_range(sheet).expect("a sheet");
        let mut numbers: Vec<String> = range
            .rows()
            .flatten()
            .filter_map(|cell| match cell {
                Data::Float(n) => Some(format!("{n:.4}")),
                Data::Int(n) => Some(format!("{n}.0000")),
                _ => None,
            })
            .collect();
        printed.sort();
        numbers.sort();
        assert_eq!(numbers, printed, "{sheet}");
    }
}
