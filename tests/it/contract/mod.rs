//! The contract's paragraphs on which number counts and on geography: one named case each, checked on the lake's tables.

mod collections;
mod counts;
mod doubts;
mod measures;
mod periods;
mod restating;
mod rules;
mod sending;
mod targets;
mod versions;
mod vintage;

use crate::support::lake::{Row, Run};

/// A whole number in millionths.
#[expect(clippy::unnecessary_wraps, reason = "compared with what may be NULL")]
const fn whole(value: i128) -> Option<i128> {
    Some(value * 1_000_000)
}

/// The fact of a unit for the total of all sectors, if there is one. `at` is "geography unit period".
fn fact(run: &Run, at: &str, indicator: &str, scenario: &str) -> Option<Row> {
    let [geography, unit, period] = at.split(' ').collect::<Vec<_>>()[..] else {
        panic!("not a place: {at}")
    };
    let mut found = run.find(
        "facts",
        &[
            ("geography", geography),
            ("unit_code", unit),
            ("period", period),
            ("indicator", indicator),
            ("sector", "_T"),
            ("scenario", scenario),
        ],
    );
    assert!(found.len() <= 1, "one row per key: {found:#?}");
    found.pop()
}

/// The row of `regional` or `national` for the total of all sectors. `at` is "geography code period".
fn total(run: &Run, table: &str, at: &str, indicator: &str, scenario: &str) -> Option<Row> {
    let [geography, code, period] = at.split(' ').collect::<Vec<_>>()[..] else {
        panic!("not a place: {at}")
    };
    let mut found = run.find(
        table,
        &[
            ("geography", geography),
            ("code", code),
            ("period", period),
            ("indicator", indicator),
            ("sector", "_T"),
            ("scenario", scenario),
        ],
    );
    assert!(found.len() <= 1, "one row per key: {found:#?}");
    found.pop()
}

/// Value and status of a row; `None` without a row.
fn figure(row: Option<&Row>) -> Option<(Option<i128>, &str)> {
    row.map(|row| (row.decimal("value"), row.str("status")))
}

/// The row of `reports` that a file's only form has.
fn report(run: &Run, file: &str) -> Row {
    let submission = run.one("submissions", &[("file_name", file)]);
    run.one(
        "reports",
        &[("submission_id", submission.str("submission_id"))],
    )
}

/// Vintage and code of the unit that a file's report belongs to; `None` if it is held back.
fn unit(run: &Run, file: &str) -> Option<String> {
    let report = report(run, file);
    Some(format!(
        "{} {}",
        report.text("unit_vintage")?,
        report.text("unit_code")?
    ))
}
