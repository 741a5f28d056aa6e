//! Runs from files to tables on generated inboxes of growing size: how the cost grows, and what an unchanged second run
//! costs. `cargo bench` prints the table. Compare ratios: absolute times depend on the machine.

#![allow(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::unwrap_used,
    reason = "a benchmark prints and may fail loudly"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tonghop::lake::Snapshot;
use tonghop::plan::{self, Plan};
use tonghop::reading::RunOptions;
use tonghop::run;

#[path = "../examples/generate_sample/lib.rs"]
mod sample;

/// One run, from the inbox to the tables.
fn timed(runtime: &tokio::runtime::Runtime, plan: &Plan, root: &Path) -> Duration {
    let options = RunOptions {
        as_of: None,
        full: false,
        submissions: vec![root.join("inbox")],
        lake: root.join("lake"),
        out: root.join("out"),
        at: Timestamp::UNIX_EPOCH,
    };
    let start = Instant::now();
    runtime
        .block_on(run::run(
            plan,
            &options,
            |_, _, _| Box::pin(async { Ok(Vec::new()) }),
            &|_, _, _| {},
        ))
        .unwrap();
    start.elapsed()
}

fn main() {
    let plan = plan::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/kttt")).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    println!("| years | files | values | first run, s | per 10,000 values, ms | second run, s |");
    println!("| ---: | ---: | ---: | ---: | ---: | ---: |");
    for years in [1_i32, 2, 4, 8] {
        let root = tempfile::tempdir().unwrap();
        let spec = sample::Spec {
            first_year: 2025 - years,
            last_year: 2024,
            ..sample::COMMITTED
        };
        let spec = sample::Spec {
            planted: false,
            programme: false,
            ..spec
        };
        let files = sample::write_inbox(&root.path().join("inbox"), &spec)
            .unwrap()
            .files
            .len();
        let first = timed(&runtime, &plan, root.path());
        let second = timed(&runtime, &plan, root.path());
        let snapshot = Snapshot::current(&root.path().join("lake")).unwrap();
        let values: usize = snapshot
            .read("observations")
            .unwrap()
            .iter()
            .map(arrow::array::RecordBatch::num_rows)
            .sum();
        println!(
            "| {years} | {files} | {values} | {:.2} | {:.1} | {:.2} |",
            first.as_secs_f64(),
            first.as_secs_f64() * 1e7 / values as f64,
            second.as_secs_f64()
        );
    }
}
