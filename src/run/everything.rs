//! A whole run: from submissions to a snapshot in the lake, the printed tables in `out/`, and a summary.
//!
//! Everything that needs room is written aside first: the snapshot, the output, the link. What is left then are renames. If one
//! of them fails, those before it are taken back, so a run that fails has changed nothing.

use futures::future::BoxFuture;

use super::changes::national_changes;
use super::figures::read_findings;
use super::summary::{Summary, summarize};
use super::tables;
use super::take::{Taken, gather, take_snapshot};
use crate::diagnostic::Finding;
use crate::engine::Engine;
use crate::lake::{Lake, PreparedLink, Snapshot};
use crate::plan::Plan;
use crate::publish::{self, FurtherFile, Staged};
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
    /// Whether the snapshot is new in the lake, or became current.
    pub published: bool,
    /// Files of the lake that were damaged and are whole again.
    pub mended: Vec<String>,
    /// What failed after the publication, or could not be taken back. The next run mends it.
    pub trouble: Vec<String>,
}

/// Files of the output that are made by a room above this one, from the snapshot of the run.
pub type MakeFurther = for<'a> fn(
    &'a Plan,
    &'a Engine,
    &'a Snapshot,
) -> BoxFuture<'a, Result<Vec<FurtherFile>, RunError>>;

/// Runs a pipeline. `further` makes the files of the output beside the tables.
///
/// # Errors
/// When the run could not be carried out. What readers see is then unchanged, in the lake and in `out/`.
pub async fn run(
    plan: &Plan,
    options: &RunOptions,
    further: MakeFurther,
    progress: Progress<'_>,
) -> Result<Run, RunError> {
    options.check_folders(plan)?;
    publish::check_out(&options.out)?;
    let lake = Lake::open(&options.lake, &plan.id)?;
    let done = run_in(plan, &lake, options, further, progress).await;
    if done.is_err() {
        // A full disk is not filled further by what this run wrote. The next run deletes what cannot be deleted now.
        let _ = lake.clear_leftovers();
    }
    done
}

async fn run_in(
    plan: &Plan,
    lake: &Lake,
    options: &RunOptions,
    further: MakeFurther,
    progress: Progress<'_>,
) -> Result<Run, RunError> {
    progress(Stage::Intake, 0, 1);
    let gathered = gather(plan, lake, options)?;
    let mut taken = take_snapshot(plan, lake, gathered, options, progress).await?;
    let snapshot = taken.written.snapshot();
    progress(Stage::Tables, 0, 1);
    let engine = open_engine(snapshot)?;
    // Without a value there is nothing to print.
    let printed = match snapshot.rows("observations")? {
        0 => Vec::new(),
        _ => tables::build_all(&engine, plan).await?,
    };
    let findings = read_findings(snapshot)?;
    let book = Book::of_tables(printed);
    let files = further(plan, &engine, snapshot).await?;
    let (out, bom) = (&options.out, plan.csv_bom);
    let staged = publish::stage(out, &book, &plan.edition, &findings, &files, bom)?;
    let mut trouble = Vec::new();
    let changes = match taken
        .before
        .as_ref()
        .filter(|before| before.id != snapshot.id)
    {
        Some(before) => match national_changes(plan, before, snapshot).await {
            Ok(changes) => Some(changes),
            // The snapshot before is damaged. The new one does not depend on it.
            Err(e) => {
                trouble.push(not_compared(before, &e));
                None
            }
        },
        None => None,
    };
    let is_current = taken.becomes_current
        || taken
            .before
            .as_ref()
            .is_some_and(|before| before.id == snapshot.id);
    let reading = std::mem::take(&mut taken.reading);
    let of_run = (options, snapshot, is_current);
    let mut summary = summarize(&engine, plan, &findings, of_run, &book, reading, changes).await?;
    let id = snapshot.id.clone();
    let link = if taken.becomes_current {
        Some(lake.prepare_current(&id)?)
    } else {
        None
    };
    let before = taken.before.as_ref().map(|before| before.id.clone());
    let mended = std::mem::take(&mut taken.mended);
    let switched = switch(lake, taken, staged, link, &mut trouble)?;
    summary.is_current = is_current && switched.is_current;
    Ok(Run {
        summary,
        findings,
        published: switched.published,
        snapshot: switched.snapshot,
        before,
        mended,
        trouble,
    })
}

/// That the figures could not be compared with those of a snapshot.
fn not_compared(before: &Snapshot, error: &RunError) -> String {
    let damaged = before.damaged_files();
    let files = match damaged[..] {
        [] => error.to_string(),
        _ => format!("damaged: {}", damaged.join(", ")),
    };
    format!(
        "the figures could not be compared with the snapshot {} ({files}); `tonghop verify` lists what is damaged",
        before.id
    )
}

/// What was switched.
struct Switched {
    snapshot: Snapshot,
    /// Whether the snapshot is new in the lake, or became current.
    published: bool,
    /// Whether the link leads to it, if it should.
    is_current: bool,
}

/// Puts the snapshot and the output in their places and switches `current`, last. If a step fails, those before it are taken
/// back.
fn switch(
    lake: &Lake,
    taken: Taken,
    staged: Staged,
    link: Option<PreparedLink>,
    trouble: &mut Vec<String>,
) -> Result<Switched, RunError> {
    let becomes_current = link.is_some();
    let placed = taken.put_in_place(lake)?;
    let snapshot = placed.snapshot.clone();
    let replaced = match staged.put_in_place() {
        Ok(replaced) => replaced,
        Err(e) => {
            // A snapshot that nobody sees is no change; `gc` deletes it.
            let _ = placed.take_back();
            return Err(e.into());
        }
    };
    if let Some(Err(e)) = link.map(PreparedLink::switch) {
        if let Err(undone) = replaced.take_back() {
            trouble.push(format!(
                "out/ is new, but the lake could not be switched: {e}; and out/ could not be taken back: {undone}"
            ));
            return Ok(Switched {
                published: placed.is_new,
                snapshot,
                is_current: false,
            });
        }
        let _ = placed.take_back();
        return Err(e.into());
    }
    let mut note = |what: &str, done: Result<(), RunError>| {
        if let Err(e) = done {
            trouble.push(format!("published, but {what}: {e}"));
        }
    };
    let settled = placed.settle().map_err(RunError::from);
    note("the snapshot may not be on the disk yet", settled);
    let finished = replaced.finish().map_err(RunError::from);
    note("the earlier out/ could not be removed", finished);
    if becomes_current {
        let noted = lake.settle_current(&snapshot.id).map_err(RunError::from);
        note("the switch is not noted in the history", noted);
    }
    Ok(Switched {
        published: placed.is_new || becomes_current,
        snapshot,
        is_current: true,
    })
}
