//! A whole run: from submissions to a snapshot in the lake, the printed tables in `out/`, and a summary.

use super::changes::national_changes;
use super::figures::read_findings;
use super::summary::{Summary, summarize};
use super::tables;
use super::take::{gather, take_snapshot};
use crate::diagnostic::Finding;
use crate::lake::{Lake, Snapshot};
use crate::plan::Plan;
use crate::publish;
use crate::query::open_engine;
use crate::reading::{Progress, RunError, RunOptions, Stage};
use crate::tables::Book;

/// What a run did.
#[derive(Debug)]
pub struct Run {
    /// The summary that people read at its end.
    pub summary: Summary,
    /// All findings, as stored.
    pub findings: Vec<Finding>,
    /// The snapshot that the run made or found.
    pub snapshot: Snapshot,
    /// The id of the snapshot that was current before.
    pub before: Option<String>,
}

/// Runs a pipeline.
///
/// # Errors
/// When the run could not be carried out. The lake is then unchanged.
pub async fn run(
    plan: &Plan,
    options: &RunOptions,
    progress: Progress<'_>,
) -> Result<Run, RunError> {
    options.check_folders(plan)?;
    publish::check_out(&options.out)?;
    let lake = Lake::open(&options.lake, &plan.id)?;
    progress(Stage::Intake, 0, 1);
    let gathered = gather(plan, &lake, options)?;
    let taken = take_snapshot(plan, &lake, gathered, options, progress).await?;
    let snapshot = taken.snapshot;
    progress(Stage::Tables, 0, 1);
    let engine = open_engine(&snapshot)?;
    // Without a value there is nothing to print.
    let printed = match snapshot.rows("observations")? {
        0 => Vec::new(),
        _ => tables::build_all(&engine, plan).await?,
    };
    let findings = read_findings(&snapshot)?;
    let book = Book::of_tables(printed);
    publish::publish(&options.out, &book, &plan.edition, &findings, plan.csv_bom)?;
    let changes = match &taken.before {
        Some(before) if *before != snapshot => {
            Some(national_changes(plan, before, &snapshot).await?)
        }
        _ => None,
    };
    let (reading, of_run) = (taken.reading, (options, &snapshot));
    let summary = summarize(&engine, plan, &findings, of_run, &book, reading, changes).await?;
    Ok(Run {
        summary,
        findings,
        snapshot,
        before: taken.before.map(|before| before.id),
    })
}
