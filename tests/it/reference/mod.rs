//! An independent reference: the tables as the contract defines them, computed from the truth in plain loops.
//!
//! It was written from the contract alone. Where the contract is silent, it does what a reader would expect, and says so
//! with "Silent:".

mod aggregates;
mod compare;
pub(crate) mod counted;
pub(crate) mod facts;
mod messy;
mod tiling;

use crate::support::lake::Run;
use compare::Expected;
use messy::Habits;

/// Compares every row of every table of totals with the reference.
fn agree(habits: Habits) {
    let run = Run::of(messy::reports(habits));
    let expected = Expected::from_truth(&run.reports);
    let mut differences = compare::observations(&run);
    differences.extend(compare::facts(&run, &expected));
    differences.extend(compare::aggregates(
        &run,
        "provincial",
        &expected.provincial,
    ));
    differences.extend(compare::aggregates(&run, "regional", &expected.regional));
    differences.extend(compare::aggregates(&run, "national", &expected.national));
    differences.extend(tiling::tiles(&run, &expected.facts));
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn everybody_sends_everything() {
    agree(Habits::complete());
}

#[test]
fn few_gaps_some_zeros_some_that_cannot_exist() {
    agree(Habits::tidy());
}

#[test]
fn new_provinces_and_their_predecessors_side_by_side() {
    agree(Habits::overlaps());
}

#[test]
fn corrections_and_several_senders() {
    agree(Habits::corrections());
}

#[test]
fn gaps_of_every_kind_in_everything() {
    agree(Habits::ragged());
}
