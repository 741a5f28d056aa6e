//! Compares the program's tables with the reference, row by row, and lists the differences.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use super::aggregates::{self, Place, Total, Totals, figures};
use super::counted;
use super::facts::{self, Facts};
use crate::support::catalogue::{Measure, catalogue};
use crate::support::lake::{Row, Run};
use crate::support::truth::{Cell, Key, Report};

/// What the tables should hold.
pub(crate) struct Expected {
    pub(crate) facts: Facts,
    pub(crate) provincial: Totals,
    pub(crate) regional: Totals,
    pub(crate) national: Totals,
}

impl Expected {
    pub(crate) fn from_truth(reports: &[Report]) -> Self {
        let facts = facts::facts(&counted::said(reports));
        Self {
            provincial: aggregates::provincial(&facts),
            regional: aggregates::regional(&facts),
            national: aggregates::national(&facts),
            facts,
        }
    }
}

fn key(row: &Row) -> Key {
    Key {
        period: row.str("period").to_owned(),
        indicator: row.str("indicator").to_owned(),
        sector: row.str("sector").to_owned(),
        fund: row.str("fund").to_owned(),
        scenario: row.str("scenario").to_owned(),
    }
}

/// A row that must be there once.
pub(crate) fn by_key<K: Ord + Debug + Clone, V>(
    rows: impl Iterator<Item = (K, V)>,
) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    for (key, value) in rows {
        assert!(
            map.insert(key.clone(), value).is_none(),
            "two rows for {key:?}"
        );
    }
    map
}

/// What differs in a table, the first rows in full.
pub(crate) fn differences<K: Ord + Debug, V: PartialEq + Debug>(
    table: &str,
    expected: &BTreeMap<K, V>,
    got: &BTreeMap<K, V>,
) -> Vec<String> {
    let keys: BTreeSet<&K> = expected.keys().chain(got.keys()).collect();
    let mut differences = Vec::new();
    for key in &keys {
        if expected.get(key) != got.get(key) {
            differences.push(format!(
                "{key:?}\n  expected {:?}\n  got      {:?}",
                expected.get(key),
                got.get(key)
            ));
        }
    }
    assert!(!keys.is_empty(), "nothing to compare in {table}");
    if !differences.is_empty() {
        let count = format!(
            "{} of {} rows of {table} differ:",
            differences.len(),
            keys.len()
        );
        differences.truncate(12);
        differences.insert(0, count);
    }
    differences
}

/// Every cell of a known row and column is one observation with the value that was written, and nothing else is.
pub(crate) fn observations(run: &Run) -> Vec<String> {
    type Stated = ((String, String, String, String, Key), (Option<i128>, char));
    let submissions: BTreeMap<String, String> = (run.rows("submissions").iter())
        .map(|s| {
            (
                s.str("submission_id").to_owned(),
                s.str("file_name").to_owned(),
            )
        })
        .collect();
    let files: BTreeMap<String, String> = (run.rows("reports").iter())
        .map(|r| {
            (
                r.str("report_id").to_owned(),
                submissions[r.str("submission_id")].clone(),
            )
        })
        .collect();
    let expected = by_key(run.reports.iter().flat_map(|report| {
        report.cells().into_iter().map(|(key, cell)| -> Stated {
            let estimate = key.scenario == "estimate";
            let normal = if estimate { 'E' } else { 'A' };
            let said = match cell {
                Cell::Tenths(tenths) => (Some(i128::from(tenths) * 100_000), normal),
                Cell::Nil => (Some(0), normal),
                Cell::NotCollected => (None, 'L'),
                Cell::NotApplicable => (None, 'M'),
                Cell::Blank => (None, 'O'),
            };
            let form = report.form.code().to_owned();
            (
                (
                    report.file.clone(),
                    form,
                    report.vintage.clone(),
                    report.code.clone(),
                    key,
                ),
                said,
            )
        })
    }));
    let got = by_key(run.rows("observations").iter().map(|row| -> Stated {
        let place = (
            files[row.str("report_id")].clone(),
            row.str("form").to_owned(),
            row.str("unit_vintage").to_owned(),
            row.str("unit_code").to_owned(),
            key(row),
        );
        (place, (row.decimal("value"), letter(row)))
    }));
    differences("observations", &expected, &got)
}

/// The weight of a row. Silent: what a row at M has as its weight; it stands behind no figure.
fn weight(row: &Row) -> Option<i128> {
    if letter(row) == 'M' {
        None
    } else {
        row.decimal("weight")
    }
}

/// The status of a row.
pub(crate) fn letter(row: &Row) -> char {
    row.str("status").chars().next().unwrap()
}

/// Every row of `facts`.
pub(crate) fn facts(run: &Run, expected: &Expected) -> Vec<String> {
    let expected = by_key(expected.facts.iter().flat_map(|(geography, units)| {
        units.iter().flat_map(move |(code, keys)| {
            keys.iter().map(move |(key, fact)| {
                let basis = if fact.reported {
                    "reported"
                } else {
                    "restated"
                };
                (
                    ((*geography).to_owned(), code.clone(), key.clone()),
                    (
                        figures(fact),
                        fact.status,
                        basis.to_owned(),
                        fact.sources,
                        fact.expected,
                    ),
                )
            })
        })
    }));
    let got = by_key(run.rows("facts").iter().map(|row| {
        (
            (
                row.str("geography").to_owned(),
                row.str("unit_code").to_owned(),
                key(row),
            ),
            (
                (row.decimal("value"), weight(row)),
                letter(row),
                row.str("basis").to_owned(),
                row.int("sources").unwrap(),
                row.int("expected").unwrap(),
            ),
        )
    }));
    differences("facts", &expected, &got)
}

/// Every row of `provincial`, `regional` or `national`.
pub(crate) fn aggregates(run: &Run, table: &str, expected: &Totals) -> Vec<String> {
    let mut got: Totals = by_key(run.rows(table).iter().map(|row| {
        let place = Place {
            geography: row.str("geography").to_owned(),
            scheme: row.text("scheme").map(str::to_owned),
            code: row.str("code").to_owned(),
            key: key(row),
        };
        let total = Total {
            names: (row.str("name_vi").to_owned(), row.str("name_en").to_owned()),
            value: row.decimal("value"),
            weight: weight(row),
            status: letter(row),
            units_reported: row.int("units_reported").unwrap(),
            units_expected: row.int("units_expected").unwrap(),
        };
        (place, total)
    }));
    // A mean or ratio may be made of figures that were themselves rounded at the sixth decimal; there the last
    // digit may differ by one. Sums may not.
    for (place, total) in &mut got {
        let exact = expected.get(place).and_then(|e| e.value);
        let measure = &catalogue().indicators[&place.key.indicator].measure;
        if let (Some(value), Some(exact)) = (total.value, exact)
            && *measure != Measure::Sum
            && (value - exact).abs() <= 1
        {
            total.value = Some(exact);
        }
    }
    differences(table, expected, &got)
}
