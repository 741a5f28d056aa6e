//! The printed tables of the sample are compared with their lake: the tidy CSV cell by cell, and the workbook as another
//! program opens it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use arrow::array::{Array, AsArray};
use arrow::datatypes::Int64Type;
use calamine::{Data, Reader, Xlsx, open_workbook};
use tonghop::plan::Measure;
use tonghop::query::include;
use tonghop::tables::{OfficialOrder, register_order};
use tonghop::text::BreakdownColumns;

use crate::book::TABLES;
use crate::support::definitions::kttt;
use crate::support::files::root;
use crate::support::printed::printed_of_sample;
use crate::support::sample::SAMPLE;

/// The cells of a printed table: row and column to value, status and printed text.
fn cells(table: &str) -> BTreeMap<(String, String), (String, String, String)> {
    let cells = printed_of_sample(table).into_iter();
    cells
        .map(|cell| {
            (
                (cell.row_id, cell.column),
                (cell.value, cell.status, cell.text),
            )
        })
        .collect()
}

/// A decimal of the lake without idle zeros.
fn bare(value: &str) -> String {
    value.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Tables by place: every figure of country, regions and provinces has the lake's value and status.
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
    assert_eq!(at("VN", "htx_total-2025"), "34.101 (p) (e)");
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

/// Each new province is the sum of its former ones, and for the country the bridge has no difference.
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

/// Millionths and status of a figure; a status without a figure counts only where none can exist.
type Side = (Option<i64>, Option<String>);

/// Runs the bridge's query over all indicators at once and asserts that its two columns agree: sums exactly, means and
/// ratios within one unit of the sixth decimal, statuses exactly. The column `decimals` holds an indicator's position in
/// the catalogue instead. Gives the number of sums, and of means and ratios, that were compared.
pub(crate) async fn bridge_adds_up(lake: &Path, year: &str, scenario: &str) -> (usize, usize) {
    let root = root().join("pipelines/kttt");
    let queries = root.join("../statistics/tables");
    let read = |name: &str| {
        let text = fs::read_to_string(queries.join(name)).expect("a query");
        BreakdownColumns::default().fill(&text)
    };
    let one =
        "SELECT indicator, decimals, measure FROM indicators WHERE indicator IN ({indicators})";
    let all = "SELECT i.indicator, o.position AS decimals, i.measure FROM indicators i \
               JOIN official_order o ON o.list = 'indicator' AND o.code = i.indicator";
    let own = include(&read("bridge.sql"), |name| Ok(read(name))).expect("models");
    assert!(own.contains(one), "the query chooses indicators otherwise");
    let (_, own) = own.split_once("WITH ").expect("named parts");
    let query = format!("WITH {},\n{}", read("common.sql"), own.replace(one, all));
    let names = [
        ("periods", "'2022', '2023', '2024', '2025'"),
        ("first_year", "'2022'"),
        ("last_year", "'2025'"),
        ("last_day", "'2025-12-31'"),
        ("geography", "'2025'"),
        ("scheme", "'6v-2025'"),
        ("country", "'VN'"),
        ("country_vi", "'VN'"),
        ("country_en", "'VN'"),
        ("bridge_year", &format!("'{year}'")),
        ("bridge_geography", "'2004'"),
        ("scenario", &format!("'{scenario}'")),
    ];
    let query = names.iter().fold(query, |sql, (name, value)| {
        sql.replace(&format!("{{{name}}}"), value)
    });

    let plan = kttt();
    let snapshot = tonghop::lake::Snapshot::current(lake).expect("a snapshot");
    let engine = tonghop::query::open_engine(&snapshot).expect("an engine");
    let order = OfficialOrder::new(
        &plan.geography,
        plan.indicators.iter().map(|i| i.id.as_str()),
        plan.breakdowns
            .iter()
            .flat_map(|b| b.members.iter().map(|m| (b.id.as_str(), m.code.as_str()))),
    );
    register_order(&engine, &order).expect("registered");
    let sql = format!(
        "SELECT row_id, decimals, column_id, CAST(value * 1000000 AS BIGINT) AS millionths, status FROM ({query}) AS bridge \
         WHERE row_id NOT LIKE '2004:%'"
    );
    let (_, batches) = engine.query(&sql).await.expect("an answer");
    let mut sides: BTreeMap<(String, i64), BTreeMap<String, Side>> = BTreeMap::new();
    for batch in &batches {
        let text = |i: usize, row: usize| {
            let texts = batch.column(i).as_string::<i32>();
            texts.is_valid(row).then(|| texts.value(row).to_owned())
        };
        let number = |i: usize, row: usize| {
            let numbers = batch.column(i).as_primitive::<Int64Type>();
            numbers.is_valid(row).then(|| numbers.value(row))
        };
        for row in 0..batch.num_rows() {
            let key = (
                text(0, row).expect("a row"),
                number(1, row).expect("an indicator"),
            );
            let value = number(3, row);
            let status = text(4, row).filter(|status| value.is_some() || status == "M");
            let column = text(2, row).expect("a column");
            let before = sides
                .entry(key)
                .or_default()
                .insert(column, (value, status));
            assert_eq!(before, None, "a figure is delivered twice");
        }
    }
    assert_eq!(sides.len(), plan.indicators.len() * (34 + 1));
    let (mut sums, mut others) = (0, 0);
    for ((place, position), both) in &sides {
        let indicator = &plan.indicators[*position as usize - 1];
        let what = format!("{} of {place} in {year} ({scenario})", indicator.id);
        let [reported, restated] = ["reported", "restated"].map(|c| both[c].clone());
        assert_eq!(reported.1, restated.1, "the status of {what}");
        let is_sum = matches!(indicator.measure, Measure::Stock | Measure::Flow);
        match (reported.0, restated.0) {
            (Some(a), Some(b)) => {
                let apart = i64::from(!is_sum);
                assert!((a - b).abs() <= apart, "{what}: {a} and {b} millionths");
                *(if is_sum { &mut sums } else { &mut others }) += 1;
            }
            (a, b) => assert_eq!(a, b, "{what}"),
        }
    }
    (sums, others)
}

#[tokio::test]
async fn the_bridge_adds_up_for_every_indicator() {
    // For 2024 the new provinces state the actual themselves; its estimate and its plan are only the former ones'.
    for (year, scenario) in [
        ("2022", "best"),
        ("2023", "best"),
        ("2024", "estimate"),
        ("2024", "plan"),
    ] {
        let (sums, others) = bridge_adds_up(&SAMPLE.lake(), year, scenario).await;
        assert!(sums > 1000 && others > 250, "{year}: {sums}, {others}");
    }
}

/// All rows of the table of sectors are estimates, the total too.
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

/// Another program opens the workbook, and its numbers are those of the CSV.
#[test]
fn the_workbook_opens_and_holds_numbers() {
    let mut book: Xlsx<_> =
        open_workbook(SAMPLE.out().join("white-book.xlsx")).expect("a workbook");
    let sheets = book.sheet_names();
    assert_eq!(
        sheets.len(),
        4 + TABLES.len(),
        "cover, contents, symbols, notes and the tables: {sheets:?}"
    );
    for (sheet, table) in sheets[4..].iter().zip(TABLES) {
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
