//! An independent reference: the tables as the contract defines them, computed from the truth in plain loops.
//!
//! It was written from the contract alone. Where the contract is silent, it does what a reader would expect, and says so
//! with "Silent:".

mod aggregates;
mod compare;
pub(crate) mod counted;
pub(crate) mod facts;
mod messy;
mod targets;
mod tasks;
mod tiling;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use tempfile::TempDir;

use crate::support::definitions::{definitions, judge_only, print_one_table};
use crate::support::lake::Run;
use crate::support::program::{run_at, succeeded};
use compare::Expected;
use messy::Habits;

/// The first pipeline with more targets. What it prints and its rules are of no matter here, and cost time.
fn pipeline() -> &'static Path {
    static COPY: LazyLock<(TempDir, PathBuf)> = LazyLock::new(|| {
        let directory = TempDir::new().expect("a directory");
        let pipeline = definitions(directory.path()).join("kttt");
        print_one_table(&pipeline);
        judge_only(&pipeline, &["R101"]);
        targets::more(&pipeline);
        (directory, pipeline)
    });
    &COPY.1
}

/// Compares every row of every table of totals, of tasks and of targets with the reference.
fn agree(habits: Habits) {
    let run = Run::written(messy::reports(habits));
    let options = ["--fail-on", "never", "--at", "2026-11-30T00:00:00Z"];
    succeeded(&run_at(run.place(), pipeline(), &options));
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
    differences.extend(tasks::progress(&run));
    differences.extend(targets::results(&run, pipeline(), &expected));
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
