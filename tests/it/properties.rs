//! Properties that must hold for any inbox. Each is tested on a few random inboxes, because every case is a real run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

use crate::support::catalogue::{Measure, NEW, OLD, catalogue};
use crate::support::inbox;
use crate::support::lake::{Row, Run};
use crate::support::truth::{Cell, Form, Report};

/// Runs a property on some cases of a fixed seed.
fn holds<S: Strategy>(
    cases: u32,
    strategy: &S,
    property: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 0,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    match TestRunner::new_with_rng(config, rng).run(strategy, property) {
        Ok(()) => {}
        // The seed is fixed: the same reports come again, and need not be printed.
        Err(TestError::Fail(reason, _)) => panic!("{reason}"),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}

const ROWS: [&str; 5] = [
    "htx_total",
    "htx_active",
    "htx_new",
    "htx_revenue_avg",
    "htx_charter_capital",
];

fn cell() -> impl Strategy<Value = Cell> {
    prop_oneof![
        12 => (1i64..90_000).prop_map(|n| Cell::Tenths(n * 10)),
        1 => Just(Cell::Nil),
        1 => Just(Cell::NotCollected),
        1 => Just(Cell::NotApplicable),
        1 => Just(Cell::Blank),
    ]
}

/// A report of 2024 on the old geography; only decimals where the catalogue has them.
fn report(code: &str, figures: &[i64], tenths: i64) -> Report {
    let mut report = Report::of(Form::Indicators, OLD, code, 2024);
    for (index, row) in ROWS.iter().enumerate() {
        let decimal = if catalogue().indicators[*row].decimals > 0 {
            tenths
        } else {
            0
        };
        let cells = figures[index * 4..index * 4 + 4]
            .iter()
            .map(|f| Cell::Tenths(f * 10 + decimal))
            .collect();
        report = report.row(row, cells);
    }
    report
}

/// A report of each of the 63 provinces.
fn everybody() -> impl Strategy<Value = Vec<Report>> {
    let units = catalogue().units(OLD);
    vec((vec(1i64..5_000, ROWS.len() * 4), 0i64..10), units.len()).prop_map(move |figures| {
        units
            .iter()
            .zip(&figures)
            .map(|(code, (figures, tenths))| report(code, figures, *tenths))
            .collect()
    })
}

/// Reports of some provinces of both geographies, with gaps.
fn somebody() -> impl Strategy<Value = Vec<Report>> {
    let units = [
        (OLD, "02"),
        (OLD, "08"),
        (OLD, "44"),
        (OLD, "14"),
        (NEW, "44"),
        (NEW, "25"),
        (OLD, "17"),
        (NEW, "46"),
    ];
    vec(
        (any::<bool>(), any::<bool>(), vec(cell(), ROWS.len() * 4)),
        units.len(),
    )
    .prop_map(move |sent| {
        let mut reports = Vec::new();
        for ((vintage, code), (there, again, cells)) in units.iter().zip(sent) {
            let mut report = Report::of(Form::Indicators, vintage, code, 2025);
            for (index, row) in ROWS.iter().enumerate() {
                report = report.row(row, cells[index * 4..index * 4 + 4].to_vec());
            }
            if again {
                let mut second = report.clone().sending(2);
                second.rows.truncate(3);
                reports.push(second);
            }
            if there || again {
                reports.push(report);
            }
        }
        if reports.is_empty() {
            reports.push(
                Report::of(Form::Indicators, OLD, "14", 2025).row("htx_total", vec![Cell::Nil; 4]),
            );
        }
        reports
    })
}

type Key = (String, String, String, String);

fn key(row: &Row) -> Key {
    let text = |column| row.str(column).to_owned();
    (
        text("period"),
        text("indicator"),
        text("sector"),
        text("scenario"),
    )
}

/// Value and weight of the country on a geography.
fn country(run: &Run, geography: &str) -> BTreeMap<Key, (Option<i128>, Option<i128>)> {
    let rows = run.find("national", &[("geography", geography)]);
    rows.iter()
        .map(|row| (key(row), (row.decimal("value"), row.decimal("weight"))))
        .collect()
}

#[test]
fn restating_never_changes_a_total_of_the_country() {
    holds(2, &everybody(), |reports| {
        let run = Run::of(reports);
        let (old, new) = (country(&run, OLD), country(&run, NEW));
        prop_assert!(!old.is_empty());
        prop_assert_eq!(
            old.keys().collect::<Vec<_>>(),
            new.keys().collect::<Vec<_>>()
        );
        for (key, (value, weight)) in &old {
            let (restated, restated_weight) = new[key];
            prop_assert_eq!(*weight, restated_weight, "weight of {:?}", key);
            // A restated mean is stored with six decimals, so a mean of them may differ in the last one.
            let slack = i128::from(catalogue().indicators[&key.1].measure != Measure::Sum);
            prop_assert!(
                (value.unwrap() - restated.unwrap()).abs() <= slack,
                "{:?}: {:?} {:?}",
                key,
                value,
                restated
            );
        }
        Ok(())
    });
}

#[test]
fn a_region_and_the_country_are_the_sums_of_their_provinces() {
    holds(2, &somebody(), |reports| {
        let run = Run::of(reports);
        let mut regions: BTreeMap<(String, String, Key), i128> = BTreeMap::new();
        let mut countries: BTreeMap<(String, Key), i128> = BTreeMap::new();
        for row in run.rows("provincial") {
            let Some(value) = row.decimal("value") else {
                continue;
            };
            if catalogue().indicators[row.str("indicator")].measure != Measure::Sum {
                continue;
            }
            let geography = row.str("geography").to_owned();
            let home = (catalogue().regions.iter())
                .find(|r| r.vintage == geography && r.units.contains(row.str("code")))
                .unwrap();
            *regions
                .entry((geography.clone(), home.code.clone(), key(&row)))
                .or_default() += value;
            *countries.entry((geography, key(&row))).or_default() += value;
        }
        let sums = |row: &Row| catalogue().indicators[row.str("indicator")].measure == Measure::Sum;
        let stored: BTreeMap<_, _> = (run.rows("regional").iter())
            .filter(|row| sums(row) && row.decimal("value").is_some())
            .map(|row| {
                (
                    (
                        row.str("geography").into(),
                        row.str("code").into(),
                        key(row),
                    ),
                    row.decimal("value").unwrap(),
                )
            })
            .collect();
        prop_assert_eq!(stored, regions);
        let stored: BTreeMap<_, _> = (run.rows("national").iter())
            .filter(|row| sums(row) && row.decimal("value").is_some())
            .map(|row| {
                (
                    (row.str("geography").into(), key(row)),
                    row.decimal("value").unwrap(),
                )
            })
            .collect();
        prop_assert_eq!(stored, countries);
        Ok(())
    });
}

#[test]
fn extraction_invents_no_number_and_loses_none() {
    holds(2, &somebody(), |reports| {
        let run = Run::of(reports);
        let mut written: Vec<(String, i128)> = Vec::new();
        for report in &run.reports {
            for (key, cell) in report.cells() {
                match cell {
                    Cell::Tenths(tenths) => {
                        written.push((key.indicator, i128::from(tenths) * 100_000));
                    }
                    Cell::Nil => written.push((key.indicator, 0)),
                    Cell::NotCollected | Cell::NotApplicable | Cell::Blank => {}
                }
            }
        }
        let mut read: Vec<(String, i128)> = (run.rows("observations").iter())
            .filter_map(|row| Some((row.str("indicator").to_owned(), row.decimal("value")?)))
            .collect();
        written.sort();
        read.sort();
        prop_assert_eq!(written, read);
        // Sums invent no number either: all sources of facts are observations.
        let observed: BTreeSet<_> = (run.rows("observations").iter())
            .map(|row| {
                (
                    row.str("report_id").to_owned(),
                    row.text("cell").map(str::to_owned),
                    row.decimal("value"),
                )
            })
            .collect();
        for source in run.rows("fact_sources") {
            let cell = source.text("cell").map(str::to_owned);
            let found = (
                source.str("report_id").to_owned(),
                cell,
                source.decimal("value"),
            );
            prop_assert!(observed.contains(&found), "{:?}", found);
        }
        Ok(())
    });
}

/// Id of the snapshot and the names of its files, which carry the hashes of their contents.
fn names(run: &Run) -> (String, Vec<String>) {
    let (id, files) = run.snapshot();
    (id, files.into_keys().collect())
}

#[test]
fn two_runs_give_the_same_bytes() {
    holds(1, &somebody(), |reports| {
        let (one, other) = (Run::of(reports.clone()), Run::of(reports));
        prop_assert_eq!(names(&one), names(&other));
        prop_assert!(
            one.snapshot() == other.snapshot(),
            "the names agree, the bytes do not"
        );
        Ok(())
    });
}

#[test]
fn the_order_of_arrival_does_not_matter() {
    holds(1, &somebody(), |reports| {
        let together = Run::of(reports);
        // The same files in two runs, the last half first.
        let apart = Run::written([]);
        let half = together.reports.len() / 2;
        for (name, part) in [
            ("later", &together.reports[half..]),
            ("sooner", &together.reports[..half]),
        ] {
            let place = apart.place().join(name);
            fs::create_dir(&place).unwrap();
            inbox::write(&mut part.to_vec(), &place);
            apart.again(&[&place]);
        }
        prop_assert_eq!(names(&together), names(&apart));
        prop_assert!(
            together.snapshot() == apart.snapshot(),
            "the names agree, the bytes do not"
        );
        Ok(())
    });
}
