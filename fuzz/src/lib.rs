//! What the fuzz targets share: the real pipeline, sheets written as text, and what must hold of every table read.

pub mod grid;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use tonghop::extract::{ColumnRef, LocatedCell, PeriodClaim, SheetTable, find_tables};
use tonghop::normalize::{ObservationStatus, VALUE_SCALE, normalize, read_text};
use tonghop::plan::{Plan, load};
use tonghop::read::{Address, CellContent, Sheet};

/// The pipeline whose words the targets use.
pub static PLAN: LazyLock<Plan> = LazyLock::new(|| {
    let pipeline = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pipelines/kttt");
    load(&pipeline).expect("sound definitions")
});

/// The digits of a text, in order.
pub fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Finds the tables of a sheet and proves that every cell of theirs is accounted for.
///
/// # Panics
/// When a cell is used twice, is read otherwise than it stands in the sheet, or is lost without a finding.
pub fn prove_tables(sheet: &Sheet) {
    let mut used = BTreeSet::new();
    for table in &find_tables(sheet, &PLAN.vocabulary).tables {
        for cell in &table.cells {
            assert!(used.insert(cell.at), "{} is used twice", cell.at);
            assert_eq!(cell.content.as_ref(), sheet.get(cell.at), "{}", cell.at);
            let inside = table.ranges.iter().any(|range| range.holds(cell.at));
            assert!(inside, "{} lies outside of its table", cell.at);
        }
        let lost = lost(sheet, table);
        assert!(
            lost.len() as i64 <= table.cells_held,
            "{} cells are held back, yet of {lost:?} nothing is said: {:?}",
            table.cells_held,
            table.findings
        );
        assert!(table.cells_held == 0 || !table.findings.is_empty());
        if let PeriodClaim::Agreed(period) = table.period {
            prove_normalized(sheet, table, period.year);
        }
    }
}

/// The numbers that stand in the columns of a table, among its rows, and that it has not located.
fn lost(sheet: &Sheet, table: &SheetTable) -> Vec<Address> {
    let turned = table.findings.iter().any(|f| f.code == "TH218");
    if turned {
        return Vec::new();
    }
    let located: BTreeSet<Address> = table.cells.iter().map(|cell| cell.at).collect();
    let columns: BTreeSet<u32> = located.iter().map(|at| at.column).collect();
    let is_number = |content: &CellContent| match content {
        CellContent::Number(_) => true,
        CellContent::Text(text) => read_text(text, &PLAN.conventions.approximate).is_some(),
        _ => false,
    };
    let mut lost = Vec::new();
    for range in &table.ranges {
        let Some(first) = located.iter().find(|at| range.holds(**at)) else {
            continue;
        };
        for row in first.row..=range.end.row {
            lost.extend(
                sheet
                    .row(row)
                    .filter(|(at, content)| {
                        columns.contains(&at.column) && !located.contains(at) && is_number(content)
                    })
                    .map(|(at, _)| at),
            );
        }
    }
    lost
}

/// Every located cell is an observation, checked, or held back with a finding.
fn prove_normalized(sheet: &Sheet, table: &SheetTable, year: i16) {
    let normalized = normalize(table, year, &PLAN.vocabulary, &PLAN.conventions);
    let is_value = |cell: &&LocatedCell| matches!(cell.column, ColumnRef::Value(_));
    let values = table.cells.iter().filter(is_value).count();
    assert_eq!(
        values as i64,
        normalized.observations.len() as i64 + normalized.held,
        "values are loaded or held back"
    );
    assert!(normalized.held == 0 || !normalized.findings.is_empty());
    let compared = table.cells.len() - values;
    assert!(normalized.comparisons.len() <= compared);
    let mut keys = BTreeSet::new();
    for observation in &normalized.observations {
        let at = observation.at;
        let read = sheet.undecoded(at).map(|u| u.text.clone());
        let stands = read.or_else(|| sheet.get(at).map(CellContent::as_read));
        assert_eq!(observation.raw, stands, "{at}");
        let missing = matches!(
            observation.status,
            ObservationStatus::NotCollected
                | ObservationStatus::NotApplicable
                | ObservationStatus::NotAnswered
        );
        assert_eq!(observation.value.is_none(), missing, "{at}");
        if let Some(value) = observation.value {
            let facts = &PLAN.conventions.indicators[&observation.indicator];
            assert!(value.scale() <= VALUE_SCALE, "{at} is {value}");
            assert!(value.abs() <= facts.limit, "{at} is {value}");
        }
        let key = (
            observation.period.to_string(),
            &observation.indicator,
            &observation.sector,
            observation.scenario,
        );
        assert!(keys.insert(key), "{at} states a key for the second time");
    }
}
