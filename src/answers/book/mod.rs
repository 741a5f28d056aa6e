//! `tonghop book`: makes the files of an edition from a snapshot, with a lock that names all inputs.
//!
//! An open edition uses the current snapshot. A closed edition (`as_of`) uses what was known on that day. A lock gives the
//! same bytes again, from the snapshot pinned by the edition or from the originals.

mod differences;
mod edition_contents;
mod left_out;
mod lock;
mod locked;

pub use differences::{CellDifference, Reason, differences};
pub use edition_contents::EditionContents;
pub use lock::{Lock, LockError, Mismatch};
pub use locked::{LockedFile, LockedSubmission, LockedTable};

use edition_contents::{compose, imprint, submissions};
use left_out::ReceivedForms;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;

use crate::intake::Intake;
use crate::lake::{self, Lake, LakeError, Snapshot};
use crate::period::Period;
use crate::plan::Plan;
use crate::publish::PublishError;
use crate::publish::book::{BookFile, LOCK, PREVIOUS_LOCK, make_book, stage_book};
use crate::query::open_engine;
use crate::reading::{Entry, Register, RunError, RunOptions, Stage, taken_by};
use crate::run::{Gathered, build_all, take_snapshot};
use crate::tables::{LeftOut, ProseError};

/// Which book to make.
#[derive(Debug, Clone)]
pub struct BookOptions {
    /// The lake.
    pub lake: PathBuf,
    /// Directory with one folder for each edition.
    pub out: PathBuf,
    /// The lock of the edition to make again, byte for byte.
    pub locked: Option<PathBuf>,
}

/// Why a book could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// The lake, a query or a file failed.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A chapter refers to something that does not exist.
    #[error("{0}\nhint: correct the chapter, or the table it speaks of")]
    Prose(#[from] ProseError),
    /// A lock cannot be used.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The inputs are not those that the lock names.
    #[error("the edition cannot be made again as its lock says: {}", shown(.0))]
    Differs(Vec<Mismatch>),
}

fn shown(differences: &[Mismatch]) -> String {
    let lines: Vec<String> = differences.iter().map(|d| format!("\n  {d}")).collect();
    lines.concat()
}

impl From<lake::LakeError> for BookError {
    fn from(error: lake::LakeError) -> Self {
        Self::Run(error.into())
    }
}

impl From<PublishError> for BookError {
    fn from(error: PublishError) -> Self {
        Self::Run(error.into())
    }
}

/// A book that was made.
#[derive(Debug)]
pub struct MadeBook {
    /// The folder of the edition.
    pub folder: PathBuf,
    /// The snapshot it was made from.
    pub snapshot: Snapshot,
    /// Whether the snapshot was made with other definitions than the pipeline has now.
    pub other_definitions: bool,
    /// The copy of the lock that was replaced, if it was different.
    pub replaced: Option<PathBuf>,
    /// Its tables.
    pub tables: Vec<String>,
    /// Tables that are left out.
    pub left_out: Vec<LeftOut>,
    /// Its files, including the lock.
    pub files: Vec<LockedFile>,
}

/// Makes the book of the plan's edition and writes it. From then on the edition pins the snapshot.
///
/// # Errors
/// If the book cannot be made. With a lock: also if an input or an output differs from the lock.
pub async fn book(plan: &Plan, options: &BookOptions) -> Result<MadeBook, BookError> {
    crate::publish::check_out(&options.out).map_err(RunError::from)?;
    lake::check_owner(&options.lake, &plan.id)?;
    let lock = options.locked.as_deref().map(Lock::read).transpose()?;
    if let Some(lock) = &lock {
        let differences = lock.compare_inputs(plan, &options.lake);
        if !differences.is_empty() {
            return Err(BookError::Differs(differences));
        }
    }
    // Hold the lake until the edition has pinned its snapshot, so that nobody deletes the snapshot.
    let lake = Lake::open_existing(&options.lake)?;
    let contents = contents(plan, options, lock.as_ref(), Some(&lake)).await?;
    let mut files = make_book(&contents.book, &plan.edition, &plan.edition_name)?;
    let new = Lock::new(plan, &contents, &files);
    if let Some(lock) = &lock {
        let differences = lock.compare_files(&new);
        if !differences.is_empty() {
            return Err(BookError::Differs(differences));
        }
    }
    let text = match &options.locked {
        // The lock file must not change by a byte.
        Some(path) => std::fs::read(path).map_err(|e| LockError::unreadable(path, &e))?,
        None => new.text()?.into_bytes(),
    };
    files.push(BookFile {
        name: LOCK.to_owned(),
        content: text,
    });
    // Keep the previous lock, to compare with it.
    let own = lock_path(&options.out, &plan.edition_name);
    let before = std::fs::read(&own).ok().filter(|before| {
        let now = files.iter().find(|file| file.name == LOCK);
        now.is_some_and(|now| now.content != *before)
    });
    let replaced = before.is_some();
    files.extend(before.map(|content| BookFile {
        name: PREVIOUS_LOCK.to_owned(),
        content,
    }));
    let (folder, staged) = stage_book(&options.out, &plan.edition_name, &files)?;
    let edition = &plan.edition_name;
    let pin = lake::pinned(&options.lake, edition)?;
    lake.pin(edition, &contents.snapshot)?;
    match staged.put_in_place() {
        // What is left of the earlier folder is removed the next time.
        Ok(replaced) => drop(replaced.finish()),
        Err(e) => {
            let _ = lake.put_pin_back(edition, pin.as_ref());
            return Err(e.into());
        }
    }
    Ok(MadeBook {
        replaced: replaced.then(|| folder.join(PREVIOUS_LOCK)),
        folder,
        snapshot: contents.snapshot,
        other_definitions: contents.other_definitions,
        tables: contents.book.tables().map(|t| t.id.clone()).collect(),
        left_out: contents.book.left_out.clone(),
        files: files.iter().map(LockedFile::of).collect(),
    })
}

/// The tables and chapters of the plan's edition, from its snapshot or from the snapshot that `lock` names. `held` is the
/// lake if this process has locked it already.
///
/// # Errors
/// If the snapshot is gone and cannot be made again, or a query or a chapter fails.
pub async fn contents(
    plan: &Plan,
    options: &BookOptions,
    lock: Option<&Lock>,
    held: Option<&Lake>,
) -> Result<EditionContents, BookError> {
    let snapshot = match lock {
        Some(lock) => snapshot_of_lock(plan, options, lock, held).await?,
        None => snapshot_of_edition(plan, options, held).await?,
    };
    // A damaged file that can still be read would print wrong figures.
    if let Some(file) = snapshot.damaged_files().first() {
        let path = options.lake.join("snapshots").join(file);
        return Err(LakeError::damaged(&path).into());
    }
    let about = snapshot.about()?;
    let definitions = about.as_ref().map(|about| &about.definitions);
    let other_definitions = definitions != Some(&plan.definition_hash);
    let engine = open_engine(&snapshot).map_err(RunError::from)?;
    let tables = build_all(&engine, plan).await.map_err(RunError::from)?;
    let received = ReceivedForms::read(&engine).await?;
    let submissions = submissions(&snapshot)?;
    let imprint = imprint(plan, &snapshot, &submissions);
    Ok(EditionContents {
        book: compose(plan, tables, &received, imprint)?,
        snapshot,
        other_definitions,
        submissions,
        collections: about.map(|about| about.collections).unwrap_or_default(),
    })
}

/// The snapshot of an edition: the current one, or what was known when the edition was closed.
async fn snapshot_of_edition(
    plan: &Plan,
    options: &BookOptions,
    held: Option<&Lake>,
) -> Result<Snapshot, BookError> {
    let current = Snapshot::current(&options.lake)?;
    let Some(day) = plan.edition.as_of else {
        return Ok(current);
    };
    let as_of = end_of(day, plan);
    let about = current.about()?;
    let definitions = about.as_ref().map(|about| &about.definitions);
    let fits = definitions == Some(&plan.definition_hash);
    let all_known = submissions(&current)?
        .iter()
        .all(|s| s.received_at <= as_of)
        && plan.decisions.iter().all(|d| d.on <= day);
    if fits && all_known {
        return Ok(current);
    }
    let register = taken_by(&current)?;
    let listed = about.map(|about| about.collections).unwrap_or_default();
    again(plan, options, held, register, &listed, as_of).await
}

/// The last microsecond of a day.
fn end_of(day: Date, plan: &Plan) -> Timestamp {
    let end = day.at(23, 59, 59, 999_999_000).to_zoned(plan.zone.clone());
    end.map_or(Timestamp::MAX, |end| end.timestamp())
}

/// The snapshot that a lock names, from the lake or made again.
async fn snapshot_of_lock(
    plan: &Plan,
    options: &BookOptions,
    lock: &Lock,
    held: Option<&Lake>,
) -> Result<Snapshot, BookError> {
    let kept = Snapshot::all(&options.lake)?
        .into_iter()
        .find(|s| s.id == lock.snapshot);
    if let Some(snapshot) = kept {
        return Ok(snapshot);
    }
    let register: Register = lock
        .submissions
        .iter()
        .map(|s| {
            let entry = Entry::taken(s.size_bytes, s.received_at);
            ((s.sha256.clone(), s.file_name.clone()), entry)
        })
        .collect();
    let as_of = plan
        .edition
        .as_of
        .map_or(Timestamp::MAX, |day| end_of(day, plan));
    let made = again(plan, options, held, register, &lock.collections, as_of).await?;
    if made.id == lock.snapshot {
        Ok(made)
    } else {
        let other = Mismatch::snapshot(&lock.snapshot, &made.id);
        Err(BookError::Differs(vec![other]))
    }
}

/// Makes a snapshot of what a register contained at a time, beside the current snapshot. `listed` are the collections that
/// were open from the start.
async fn again(
    plan: &Plan,
    options: &BookOptions,
    held: Option<&Lake>,
    register: Register,
    listed: &[(String, String)],
    as_of: Timestamp,
) -> Result<Snapshot, BookError> {
    let opened;
    let lake = match held {
        Some(held) => held,
        None => {
            opened = Lake::open(&options.lake, &plan.id)?;
            &opened
        }
    };
    let listed: Vec<(String, Period)> = listed
        .iter()
        .filter_map(|(form, period)| Some((form.clone(), period.parse().ok()?)))
        .filter(|(_, period): &(String, Period)| {
            period.start() <= as_of.to_zoned(plan.zone.clone()).date()
        })
        .collect();
    let options = RunOptions {
        submissions: Vec::new(),
        lake: options.lake.clone(),
        out: options.out.clone(),
        at: as_of,
        as_of: Some(as_of),
        full: false,
    };
    let quiet = |_: Stage, _: usize, _: usize| {};
    let gathered = Gathered {
        intake: Intake::default(),
        register,
        listed,
        latest: None,
    };
    let taken = take_snapshot(plan, lake, gathered, &options, &quiet).await?;
    let becomes_current = taken.becomes_current;
    let placed = taken.put_in_place(lake)?;
    placed.settle()?;
    if becomes_current {
        let id = &placed.snapshot.id;
        lake.prepare_current(id)?.switch()?;
        lake.settle_current(id)?;
    }
    Ok(placed.snapshot)
}

/// Default path of an edition's lock.
#[must_use]
pub fn lock_path(out: &Path, edition: &str) -> PathBuf {
    out.join(edition).join(LOCK)
}
