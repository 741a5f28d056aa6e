//! Which snapshot was current from when on.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;

use super::{Lake, LakeError, Snapshot, io_at};

/// The file that says which snapshot was current from when on, a line each.
const HISTORY: &str = "current.log";

/// A snapshot that became current.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// When; none where the line does not say.
    pub at: Option<Timestamp>,
    /// The snapshot.
    pub id: String,
}

/// The turns of a lake, in their order; none where nothing was published yet.
///
/// # Errors
/// When they cannot be read.
pub fn turns(root: &Path) -> Result<Vec<Turn>, LakeError> {
    let path = root.join("runs").join(HISTORY);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => String::new(),
        Err(e) => return Err(io_at(&path)(e)),
    };
    let turns = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let at = words.next()?.parse().ok();
        let id = words.next()?.to_owned();
        Some(Turn { at, id })
    });
    Ok(turns.collect())
}

/// The snapshot that was current before another one last became it.
///
/// # Errors
/// When nothing was published before it, or what was is no more there.
pub fn before(root: &Path, snapshot: &Snapshot) -> Result<Snapshot, LakeError> {
    let turns = turns(root)?;
    let last = turns.iter().rposition(|turn| turn.id == snapshot.id);
    let mut earlier = turns[..last.unwrap_or(turns.len())].iter().rev();
    match earlier.find(|turn| turn.id != snapshot.id) {
        Some(turn) => Snapshot::named(root, &turn.id),
        None => Err(LakeError::NothingBefore {
            id: snapshot.id.clone(),
        }),
    }
}

/// The snapshot to go back to from another: the one that was published before it. Going back takes back all that came
/// after, so going back twice goes further back.
fn further_back(root: &Path, snapshot: &Snapshot) -> Result<Snapshot, LakeError> {
    let mut standing: Vec<String> = Vec::new();
    for turn in turns(root)? {
        match standing.iter().position(|id| *id == turn.id) {
            Some(again) => standing.truncate(again + 1),
            None => standing.push(turn.id),
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
    /// Notes when a snapshot became current.
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
        // A line that a killed run left unended is ended first.
        let end = if is_cut { "\n" } else { "" };
        log.write_all(format!("{end}{at} {id}\n").as_bytes())
            .and_then(|()| log.sync_data())
            .map_err(io_at(&path))
    }

    /// Notes the current snapshot where the run that switched to it was killed before it could.
    pub(super) fn note_unnoted(&self) -> Result<(), LakeError> {
        // What is damaged is said by who needs it.
        let Ok(current) = Snapshot::current(&self.root) else {
            return Ok(());
        };
        if turns(&self.root)?.last().map(|turn| &turn.id) == Some(&current.id) {
            return Ok(());
        }
        let switched = fs::symlink_metadata(self.root.join("current"))
            .and_then(|link| link.modified())
            .ok()
            .and_then(|time| Timestamp::try_from(time).ok());
        self.note_current(&current.id, switched.unwrap_or_else(Timestamp::now))
    }

    /// Makes an earlier snapshot the one that readers see: the one named, else the one that was current before. Returns
    /// what was current, none where that is no more there, and what is.
    ///
    /// # Errors
    /// When there is no such snapshot, or the link cannot be replaced.
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
