//! Which snapshot was current from when on.

use std::fs::{self, OpenOptions};
use std::io::Write;
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

/// The turns of a lake, in their order.
#[must_use]
pub fn turns(root: &Path) -> Vec<Turn> {
    let text = fs::read_to_string(root.join("runs").join(HISTORY)).unwrap_or_default();
    let turns = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let at = words.next()?.parse().ok();
        let id = words.next()?.to_owned();
        Some(Turn { at, id })
    });
    turns.collect()
}

/// The snapshot that was current before another one last became it.
///
/// # Errors
/// When nothing was published before it, or what was is no more there.
pub fn before(root: &Path, snapshot: &Snapshot) -> Result<Snapshot, LakeError> {
    let turns = turns(root);
    let last = turns.iter().rposition(|turn| turn.id == snapshot.id);
    let earlier = turns[..last.unwrap_or(turns.len())]
        .iter()
        .rev()
        .find(|turn| turn.id != snapshot.id);
    match earlier {
        Some(turn) => Snapshot::named(root, &turn.id),
        None => Err(LakeError::NothingBefore {
            id: snapshot.id.clone(),
        }),
    }
}

impl Lake {
    /// Notes when a snapshot became current.
    pub(super) fn note_current(&self, id: &str) -> Result<(), LakeError> {
        let path = self.root.join("runs").join(HISTORY);
        let mut log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(io_at(&path))?;
        writeln!(log, "{} {id}", Timestamp::now())
            .and_then(|()| log.sync_data())
            .map_err(io_at(&path))
    }

    /// Makes an earlier snapshot the one that readers see: the one named, else the one that was current before. Returns
    /// what was current, and what is.
    ///
    /// # Errors
    /// When there is no such snapshot, or the link cannot be replaced.
    pub fn roll_back(&self, to: Option<&str>) -> Result<(Snapshot, Snapshot), LakeError> {
        let current = Snapshot::current(&self.root)?;
        let target = match to {
            Some(id) => Snapshot::named(&self.root, id)?,
            None => before(&self.root, &current)?,
        };
        if target != current {
            self.point_current_at(&target.id)?;
        }
        Ok((current, target))
    }
}
