//! The history of a lake: which snapshot became current when.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;

use super::error::{LakeError, io_at};
use super::files::read_if_there;
use super::snapshot::Snapshot;
use super::writer::Lake;

/// The file with one line for each time that a snapshot became current.
const HISTORY: &str = "current.log";

/// One line of the history: a snapshot became current.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// When. None if the line does not say.
    pub at: Option<Timestamp>,
    /// The snapshot.
    pub id: String,
}

/// The history of a lake, oldest line first. Empty if nothing has been published yet.
///
/// # Errors
/// If it cannot be read.
pub fn history(root: &Path) -> Result<Vec<HistoryEntry>, LakeError> {
    let path = root.join("runs").join(HISTORY);
    let text = read_if_there(&path)?.unwrap_or_default();
    let history = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let at = words.next()?.parse().ok();
        let id = words.next()?.to_owned();
        Some(HistoryEntry { at, id })
    });
    Ok(history.collect())
}

/// The snapshot that was current before `snapshot` last became current.
///
/// # Errors
/// If nothing was published before it, or that snapshot has been deleted.
pub fn before(root: &Path, snapshot: &Snapshot) -> Result<Snapshot, LakeError> {
    let history = history(root)?;
    let last = history.iter().rposition(|entry| entry.id == snapshot.id);
    let mut earlier = history[..last.unwrap_or(history.len())].iter().rev();
    match earlier.find(|entry| entry.id != snapshot.id) {
        Some(entry) => Snapshot::named(root, &entry.id),
        None => Err(LakeError::NothingBefore {
            id: snapshot.id.clone(),
        }),
    }
}

/// The snapshot that a rollback of `snapshot` leads to: the one published before it. A rollback undoes everything that was
/// published later, so a second rollback goes further back.
fn further_back(root: &Path, snapshot: &Snapshot) -> Result<Snapshot, LakeError> {
    let mut standing: Vec<String> = Vec::new();
    for entry in history(root)? {
        match standing.iter().position(|id| *id == entry.id) {
            Some(again) => standing.truncate(again + 1),
            None => standing.push(entry.id),
        }
    }
    let place = standing.iter().position(|id| *id == snapshot.id);
    match standing[..place.unwrap_or(standing.len())].last() {
        Some(id) => Snapshot::named(root, id),
        None => Err(LakeError::NothingBefore {
            id: snapshot.id.clone(),
        }),
    }
}

impl Lake {
    /// Records that a snapshot became current.
    pub(super) fn note_current(&self, id: &str, at: Timestamp) -> Result<(), LakeError> {
        let path = self.root.join("runs").join(HISTORY);
        let is_cut = match fs::read(&path) {
            Ok(text) => text.last().is_some_and(|last| *last != b'\n'),
            Err(e) if e.kind() == io::ErrorKind::NotFound => false,
            Err(e) => return Err(io_at(&path)(e)),
        };
        let mut log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(io_at(&path))?;
        // A killed run may have left a line without its end.
        let end = if is_cut { "\n" } else { "" };
        log.write_all(format!("{end}{at} {id}\n").as_bytes())
            .and_then(|()| log.sync_data())
            .map_err(io_at(&path))
    }

    /// Records the current snapshot, if the run that made it current was killed before it could record it.
    pub(super) fn note_unnoted(&self) -> Result<(), LakeError> {
        // A damaged lake is reported by the code that needs the snapshot.
        let Ok(current) = Snapshot::current(&self.root) else {
            return Ok(());
        };
        if history(&self.root)?.last().map(|entry| &entry.id) == Some(&current.id) {
            return Ok(());
        }
        let switched = fs::symlink_metadata(self.root.join("current"))
            .and_then(|link| link.modified())
            .ok()
            .and_then(|time| Timestamp::try_from(time).ok());
        self.note_current(&current.id, switched.unwrap_or_else(Timestamp::now))
    }

    /// Makes an earlier snapshot current: the one named, or else the one published before the current one. Returns the
    /// snapshot that was current, none if it has been deleted, and the one that is current now.
    ///
    /// # Errors
    /// If there is no such snapshot, or the link cannot be replaced.
    pub fn roll_back(&self, to: Option<&str>) -> Result<(Option<Snapshot>, Snapshot), LakeError> {
        let current = Snapshot::current(&self.root);
        let (current, target) = match to {
            Some(id) => (current.ok(), Snapshot::named(&self.root, id)?),
            None => {
                let current = current?;
                let target = further_back(&self.root, &current)?;
                (Some(current), target)
            }
        };
        if current.as_ref() != Some(&target) {
            self.point_current_at(&target.id)?;
        }
        Ok((current, target))
    }
}
