//! The list of a lake's snapshots: which is current, since when, and what each takes up on the disk.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::editions::{Pin, pins};
use super::error::{LakeError, io_at};
use super::history::history;
use super::snapshot::Snapshot;

/// A snapshot as `tonghop snapshots` lists it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// When it last became current. None if it never did, or the time is not known.
    pub current_since: Option<Timestamp>,
    /// Whether readers see it now.
    pub is_current: bool,
    /// The editions that were made from it.
    pub editions: Vec<String>,
    /// Version of the program that made it.
    pub version: Option<String>,
    /// Number of its submissions. None if the snapshot is damaged there.
    pub submissions: Option<i64>,
    /// Size of its files in bytes.
    pub bytes: u64,
    /// Size in bytes of the files that it shares with no other snapshot: the space that deleting it frees.
    pub own_bytes: u64,
}

/// The snapshots of a lake: the current one first, then those that were current most recently.
///
/// # Errors
/// If there is no lake, or a part of it cannot be read.
pub fn listed(root: &Path) -> Result<Vec<Listed>, LakeError> {
    let current = match Snapshot::current(root) {
        Ok(current) => Some(current),
        // The list is needed to choose the snapshot that shall become current.
        Err(LakeError::Absent(_) | LakeError::Dangling { .. }) => None,
        Err(e) => return Err(e),
    };
    let pins = pins(root)?;
    let history = history(root)?;
    let mut listed = Vec::new();
    for snapshot in Snapshot::all(root)? {
        let (mut bytes, mut own_bytes) = (0, 0);
        for path in all_files(&snapshot.directory)? {
            let metadata = fs::symlink_metadata(&path).map_err(io_at(&path))?;
            bytes += metadata.len();
            if metadata.nlink() == 1 {
                own_bytes += metadata.len();
            }
        }
        let entry = history.iter().rev().find(|entry| entry.id == snapshot.id);
        listed.push(Listed {
            current_since: entry.and_then(|entry| entry.at),
            is_current: current.as_ref() == Some(&snapshot),
            editions: editions_on(&pins, &snapshot.id),
            // A damaged snapshot is listed too: the list is needed to choose another.
            version: snapshot.about().ok().flatten().map(|about| about.version),
            submissions: snapshot.rows("submissions").ok(),
            bytes,
            own_bytes,
            id: snapshot.id,
        });
    }
    listed.sort_by(|a, b| {
        let rank = |l: &Listed| (l.is_current, l.current_since);
        rank(b).cmp(&rank(a)).then_with(|| a.id.cmp(&b.id))
    });
    Ok(listed)
}

fn editions_on(pins: &[(String, Pin)], id: &str) -> Vec<String> {
    let on = pins.iter().filter(|(_, pin)| pin.snapshot == id);
    on.map(|(edition, _)| edition.clone()).collect()
}

/// Everything below a snapshot that is not a folder: its files and those of its tables, and what else may be there.
pub(super) fn all_files(snapshot: &Path) -> Result<Vec<PathBuf>, LakeError> {
    let mut files = Vec::new();
    let mut folders = vec![snapshot.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(io_at(&folder))? {
            let entry = entry.map_err(io_at(&folder))?;
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let kept = if is_folder { &mut folders } else { &mut files };
            kept.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}
