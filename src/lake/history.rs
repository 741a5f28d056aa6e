//! The history of a lake: which snapshot became current when.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;

use super::error::{LakeError, io_at};
use super::files::put_durably;
use super::seal::hash;
use super::snapshot::Snapshot;
use super::writer::Lake;

/// The file with one line for each time that a snapshot became current.
pub(super) const HISTORY: &str = "current.log";

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
    let text = text_of(root)?;
    Ok(text.lines().filter_map(entry).collect())
}

/// The text of the history. Bytes that are no text are damage, and damage the line alone in which they stand.
fn text_of(root: &Path) -> Result<String, LakeError> {
    let path = root.join("runs").join(HISTORY);
    match fs::read(&path) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(e) => Err(io_at(&path)(e)),
    }
}

/// Number of digits of the hash at the end of a line.
const CHECK: usize = 8;

/// The hash at the end of a line of the history.
fn check_of(at: &str, id: &str) -> String {
    hash(format!("{at} {id}").as_bytes())[..CHECK].to_owned()
}

/// What a line says. None if it is damaged.
fn entry(line: &str) -> Option<HistoryEntry> {
    let mut words = line.split_whitespace();
    let (at, id) = (words.next()?, words.next()?);
    if let Some(check) = words.next()
        && check != check_of(at, id)
    {
        return None;
    }
    Some(HistoryEntry {
        at: at.parse().ok(),
        id: id.to_owned(),
    })
}

/// Whether a line is as it was written. Earlier versions wrote no hash at its end.
fn is_sound_line(line: &str) -> bool {
    let words: Vec<&str> = line.split(' ').collect();
    match words[..] {
        [at, id] => at.parse::<Timestamp>().is_ok() && id.len() == ID,
        [at, id, check] => check == check_of(at, id),
        _ => false,
    }
}

/// Number of characters of a snapshot's id.
const ID: usize = 16;

/// The numbers of the damaged lines of a history.
///
/// # Errors
/// If it cannot be read.
pub(super) fn damaged_lines(root: &Path) -> Result<Vec<usize>, LakeError> {
    let text = text_of(root)?;
    let mut lines: Vec<&str> = text.split('\n').collect();
    // The last line of a killed run has no end, and the next writer deletes it. If something else stands where a whole
    // line ends, that is damage.
    if let Some(last) = lines.pop() {
        let mut without_end = last.chars();
        without_end.next_back();
        if is_sound_line(without_end.as_str()) {
            lines.push(last);
        }
    }
    let damaged = lines
        .iter()
        .zip(1..)
        .filter(|(line, _)| !is_sound_line(line));
    Ok(damaged.map(|(_, number)| number).collect())
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

/// What a rollback did.
#[derive(Debug)]
pub struct RolledBack {
    /// The snapshot that was current. None if it has been deleted.
    pub from: Option<Snapshot>,
    /// The snapshot that is current now.
    pub to: Snapshot,
    /// Why the switch could not be made durable or noted in the history. It stands, and the next writer notes it.
    pub trouble: Option<LakeError>,
}

impl Lake {
    /// Records that a snapshot became current.
    pub(super) fn note_current(&self, id: &str, at: Timestamp) -> Result<(), LakeError> {
        let path = self.root.join("runs").join(HISTORY);
        let mut log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(io_at(&path))?;
        let at = at.to_string();
        let line = format!("{at} {id} {}\n", check_of(&at, id));
        let write = || {
            // A killed run may have left a line without its end.
            let text = fs::read(&path)?;
            let whole = text
                .iter()
                .rposition(|b| *b == b'\n')
                .map_or(0, |end| end + 1);
            if whole < text.len() {
                log.set_len(whole as u64)?;
            }
            if let Err(e) = log.write_all(line.as_bytes()) {
                // A full disk takes a part of a line.
                log.set_len(whole as u64)?;
                return Err(e);
            }
            log.sync_data()
        };
        let mut write = write;
        write().map_err(io_at(&path))
    }

    /// Deletes the damaged lines of the history.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn mend_history(&self) -> Result<(), LakeError> {
        let text = text_of(&self.root)?;
        let lines = text.split_inclusive('\n');
        let sound: String = lines
            .filter(|line| line.strip_suffix('\n').is_some_and(is_sound_line))
            .collect();
        let folder = self.root.join("runs");
        let aside = folder.join(format!("{HISTORY}.part"));
        put_durably(&folder.join(HISTORY), &aside, sound.as_bytes())
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

    /// Makes an earlier snapshot current: the one named, or else the one published before the current one.
    ///
    /// # Errors
    /// If there is no such snapshot, or the link cannot be replaced.
    pub fn roll_back(&self, to: Option<&str>) -> Result<RolledBack, LakeError> {
        let current = Snapshot::current(&self.root);
        let (current, target) = match to {
            Some(id) => (current.ok(), Snapshot::named(&self.root, id)?),
            None => {
                let current = current?;
                let target = further_back(&self.root, &current)?;
                (Some(current), target)
            }
        };
        let mut trouble = None;
        if current.as_ref() != Some(&target) {
            self.prepare_current(&target.id)?.switch()?;
            trouble = self.settle_current(&target.id).err();
        }
        Ok(RolledBack {
            from: current,
            to: target,
            trouble,
        })
    }
}
