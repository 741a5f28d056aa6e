//! Collections: what opens one, who owes a report, when it is due.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::support::catalogue::{NEW, OLD, catalogue};
use crate::support::lake::Run;
use crate::support::truth::{Form, Report, numbers};

static RUN: LazyLock<Run> = LazyLock::new(|| {
    let annual = |vintage: &str, code: &str, year| {
        Report::of(Form::Indicators, vintage, code, year).row("htx_total", numbers([9, 9, 9, 9]))
    };
    Run::of([
        annual(OLD, "01", 2024),
        annual(OLD, "44", 2024),
        annual(NEW, "44", 2025),
        // Left as it was, and reports in its old vintage.
        annual(OLD, "14", 2025),
        Report::half_year(OLD, "01", 2025).row("htx_total", numbers([9, 9, 9, 9])),
        // Reported on the other geography: by the successor, by all former units, by one of them.
        Report::half_year(NEW, "68", 2025).row("htx_total", numbers([9, 9, 9, 9])),
        annual(OLD, "24", 2025),
        annual(OLD, "27", 2025),
        annual(OLD, "60", 2025),
    ])
});

/// The units that owe a report of the form for the period, by vintage and code.
fn missing(form: &str, period: &str) -> BTreeSet<(String, String)> {
    let found = RUN.find(
        "findings",
        &[("code", "TH404"), ("form", form), ("period", period)],
    );
    for finding in &found {
        assert_eq!(finding.str("severity"), "info");
    }
    let units: BTreeSet<_> = found
        .iter()
        .map(|f| {
            (
                f.str("unit_vintage").to_owned(),
                f.str("unit_code").to_owned(),
            )
        })
        .collect();
    assert_eq!(
        units.len(),
        found.len(),
        "one finding for each missing report: {found:#?}"
    );
    units
}

fn all_but(vintage: &str, there: &[&str]) -> BTreeSet<(String, String)> {
    let units = catalogue().units(vintage).into_iter();
    units
        .filter(|code| !there.contains(&code.as_str()))
        .map(|code| (vintage.to_owned(), code))
        .collect()
}

fn texts(period: &str) -> String {
    let found = RUN.find("findings", &[("code", "TH404"), ("period", period)]);
    found
        .iter()
        .map(|f| f.str("message_en"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn every_unit_of_the_vintage_that_the_period_belongs_to_owes_a_report() {
    assert_eq!(missing("KTTT-01", "2024"), all_but(OLD, &["01", "44"]));
    // The year holds the day of the change: those in force on the due date. Bắc Ninh's former units both reported, one of
    // Lâm Đồng's did.
    assert_eq!(
        missing("KTTT-01", "2025"),
        all_but(NEW, &["44", "14", "24"])
    );
    // Due on 10 July 2025, when the 34 were in force, but the half belongs to the 63. The new Lâm Đồng reported for its
    // former units.
    assert_eq!(
        missing("KTTT-01", "2025-S1"),
        all_but(OLD, &["01", "60", "67", "68"])
    );
}

#[test]
fn a_missing_report_names_its_due_date() {
    for (period, days) in [
        // UBND owe it on the 25th, the alliances on the 20th.
        ("2024", ["2024-12-25", "2024-12-20"]),
        ("2025", ["2025-12-25", "2025-12-20"]),
        ("2025-S1", ["2025-07-10", "2025-07-10"]),
    ] {
        for line in texts(period).lines() {
            assert!(
                days.iter().any(|day| line.contains(day)),
                "no due date of {period} in: {line}"
            );
        }
    }
}

#[test]
fn only_what_was_received_opens_a_collection_when_submissions_are_named() {
    assert_eq!(missing("KTTT-02", "2025"), BTreeSet::new());
    assert_eq!(missing("KTTT-01", "2023"), BTreeSet::new());
}

#[test]
fn overdue_is_nowhere_stored() {
    // The run was judged at the end of 2026; every finding of a missing report stays an info.
    for finding in RUN.rows("findings") {
        if finding.str("code") == "TH404" {
            assert_eq!(finding.str("severity"), "info");
        }
    }
}
