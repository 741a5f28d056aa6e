//! What a lake keeps and what it may let go: snapshots, originals, what was read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray};
use jiff::Timestamp;

use super::cache::SEEN;
use super::history::{Turn, turns};
use super::{Lake, LakeError, Pin, Snapshot, io_at, make_private, sync};

/// A snapshot as `snapshots` lists it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// When it last became current; none where it never did, or nothing says it.
    pub current_since: Option<Timestamp>,
    /// Whether readers see it now.
    pub is_current: bool,
    /// The editions that stand on it.
    pub editions: Vec<String>,
    /// Version of the program that made it.
    pub version: Option<String>,
    /// Submissions it took in.
    pub submissions: i64,
    /// Bytes of its files.
    pub bytes: u64,
    /// Bytes of the files that no other snapshot shares: what is gained when it goes.
    pub own_bytes: u64,
}

/// What is kept besides the current snapshot and those that editions stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// How many of the snapshots that were current last, the current one among them.
    pub newest: usize,
    /// Those that were current at this time or later.
    pub since: Option<Timestamp>,
}

/// What is removed, or would be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removed {
    /// Snapshots.
    pub snapshots: Vec<String>,
    /// Originals that no remaining snapshot took in.
    pub originals: usize,
    /// Readings of submissions that the last run did not use.
    pub readings: usize,
    /// Bytes freed.
    pub bytes: u64,
}

/// The file of the cache that lists what the last run used.
const USED: &str = "used.txt";

/// The editions of a lake and the snapshots they stand on.
///
/// # Errors
/// When a pin cannot be read.
fn pins(root: &Path) -> Result<Vec<(String, Pin)>, LakeError> {
    let mut pins = Vec::new();
    for path in files_of(&root.join("editions"))? {
        let Some(edition) = path
            .file_name()
            .and_then(|n| n.to_str()?.strip_suffix(".toml"))
        else {
            continue;
        };
        if let Some(pin) = super::pinned(root, edition)?.filter(|_| !edition.starts_with('.')) {
            pins.push((edition.to_owned(), pin));
        }
    }
    pins.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(pins)
}

/// The snapshots of a lake, the one that was current last first.
///
/// # Errors
/// When there is no lake, or something of it cannot be read.
pub fn listed(root: &Path) -> Result<Vec<Listed>, LakeError> {
    let current = match Snapshot::current(root) {
        Ok(current) => Some(current),
        // They are listed so that one of them can be made current.
        Err(LakeError::Absent(_) | LakeError::Dangling { .. }) => None,
        Err(e) => return Err(e),
    };
    let pins = pins(root)?;
    let turns = turns(root)?;
    let mut listed = Vec::new();
    for snapshot in Snapshot::all(root)? {
        let (mut bytes, mut own_bytes) = (0, 0);
        for path in all_files(&snapshot.directory)? {
            let metadata = fs::metadata(&path).map_err(io_at(&path))?;
            bytes += metadata.len();
            if metadata.nlink() == 1 {
                own_bytes += metadata.len();
            }
        }
        let turn = turns.iter().rev().find(|turn| turn.id == snapshot.id);
        listed.push(Listed {
            current_since: turn.and_then(|turn| turn.at),
            is_current: current.as_ref() == Some(&snapshot),
            editions: editions_on(&pins, &snapshot.id),
            version: snapshot.about()?.map(|about| about.version),
            submissions: snapshot.rows("submissions")?,
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

impl Lake {
    /// Removes what nobody needs: snapshots that are neither current nor pinned by an edition, nor to be kept as `keep`
    /// says; originals that no remaining snapshot took in; what was read and the last run did not use. With `dry` it
    /// only says what it would remove.
    ///
    /// # Errors
    /// When something cannot be read: nothing is removed then. When something cannot be removed.
    pub fn collect_garbage(&self, keep: Keep, dry: bool) -> Result<Removed, LakeError> {
        // Without it nobody could say what is needed.
        self.current()?;
        let listed = listed(&self.root)?;
        let recent = current_since(&turns(&self.root)?, keep.since);
        let published = listed.iter().filter(|l| l.current_since.is_some());
        let kept: BTreeSet<&str> = published
            .take(keep.newest)
            .chain(
                listed
                    .iter()
                    .filter(|l| l.is_current || !l.editions.is_empty() || recent.contains(&l.id)),
            )
            .map(|l| l.id.as_str())
            .collect();
        let mut needed: BTreeSet<String> = BTreeSet::new();
        for snapshot in Snapshot::all(&self.root)? {
            if kept.contains(snapshot.id.as_str()) {
                needed.extend(originals_of(&snapshot)?);
            }
        }
        let mut removed = Removed::default();
        let mut links: BTreeMap<u64, (u64, u64, u64)> = BTreeMap::new();
        let mut doomed: Vec<PathBuf> = Vec::new();
        for snapshot in Snapshot::all(&self.root)? {
            if kept.contains(snapshot.id.as_str()) {
                continue;
            }
            for path in all_files(&snapshot.directory)? {
                let metadata = fs::metadata(&path).map_err(io_at(&path))?;
                let seen =
                    links
                        .entry(metadata.ino())
                        .or_insert((0, metadata.nlink(), metadata.len()));
                seen.0 += 1;
            }
            removed.snapshots.push(snapshot.id.clone());
            doomed.push(snapshot.directory);
        }
        removed.bytes += links
            .values()
            .filter(|(seen, all, _)| seen == all)
            .map(|l| l.2)
            .sum::<u64>();
        let mut files: Vec<PathBuf> = Vec::new();
        for path in files_of(&self.root.join("inbox"))? {
            if !needed.contains(&name_of(&path)) {
                removed.originals += 1;
                files.push(path);
            }
        }
        let cache = self.root.join("cache");
        let used = match fs::read_to_string(cache.join(USED)) {
            Ok(used) => used,
            Err(e) if e.kind() == io::ErrorKind::NotFound => String::new(),
            Err(e) => return Err(io_at(&cache.join(USED))(e)),
        };
        let used: BTreeSet<&str> = used.lines().collect();
        for path in files_of(&cache)? {
            let name = name_of(&path);
            let stem = name.strip_suffix(".parquet").unwrap_or(&name);
            if name != USED && name != SEEN && !used.contains(stem) {
                removed.readings += 1;
                files.push(path);
            }
        }
        for path in &files {
            removed.bytes += fs::metadata(path).map_err(io_at(path))?.len();
        }
        if dry {
            return Ok(removed);
        }
        let snapshots = self.root.join("snapshots");
        for directory in doomed {
            // Out of the readers' sight in one step, whatever happens then.
            let aside = snapshots.join(format!(".{}.gone", name_of(&directory)));
            fs::rename(&directory, &aside).map_err(io_at(&directory))?;
            fs::remove_dir_all(&aside).map_err(io_at(&aside))?;
        }
        for path in files {
            fs::remove_file(&path).map_err(io_at(&path))?;
        }
        sync(&snapshots)?;
        Ok(removed)
    }

    /// Notes what a run used of the cache.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn note_used(&self, names: &BTreeSet<String>) -> Result<(), LakeError> {
        let folder = self.root.join("cache");
        make_private(&folder)?;
        let text: String = names.iter().map(|name| format!("{name}\n")).collect();
        let aside = folder.join("used.part");
        fs::write(&aside, text)
            .and_then(|()| fs::rename(&aside, folder.join(USED)))
            .map_err(io_at(&aside))
    }

    /// Removes what runs that were killed left behind: parts of snapshots, of originals, of the cache.
    pub(super) fn clear_leftovers(&self) -> Result<(), LakeError> {
        let is_left = |path: &Path| {
            let name = name_of(path);
            let ending = [".part", ".gone"].iter().any(|end| name.ends_with(end));
            ending && (name.starts_with('.') || !path.is_dir())
        };
        for folder in ["", "snapshots", "inbox", "cache", "editions", "runs"] {
            let folder = self.root.join(folder);
            let entries = match fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
                Err(e) => return Err(io_at(&folder)(e)),
            };
            for entry in entries {
                let path = entry.map_err(io_at(&folder))?.path();
                if !is_left(&path) {
                    continue;
                }
                let removed = if path.is_dir() && !path.is_symlink() {
                    fs::remove_dir_all(&path)
                } else {
                    fs::remove_file(&path)
                };
                removed.map_err(io_at(&path))?;
            }
        }
        Ok(())
    }
}

/// The snapshots that were current at a time or later; none where no time is given.
fn current_since(turns: &[Turn], since: Option<Timestamp>) -> BTreeSet<String> {
    let Some(since) = since else {
        return BTreeSet::new();
    };
    let ends = turns.iter().skip(1).map(|turn| turn.at).chain([None]);
    let current = turns
        .iter()
        .zip(ends)
        .filter(|(_, end)| end.is_none_or(|end| end >= since));
    current.map(|(turn, _)| turn.id.clone()).collect()
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// The files of a folder, by name; none where it is not there.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>, LakeError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(io_at(folder)(e)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(io_at(folder))?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The files of a snapshot, in whatever table.
fn all_files(snapshot: &Path) -> Result<Vec<PathBuf>, LakeError> {
    let mut files = files_of(snapshot)?;
    for entry in fs::read_dir(snapshot).map_err(io_at(snapshot))? {
        let path = entry.map_err(io_at(snapshot))?.path();
        if path.is_dir() {
            files.extend(files_of(&path)?);
        }
    }
    Ok(files)
}

/// The hashes of the originals that a snapshot took in.
fn originals_of(snapshot: &Snapshot) -> Result<BTreeSet<String>, LakeError> {
    let mut all = BTreeSet::new();
    for batch in snapshot.read("submissions")? {
        let hashes = batch
            .column_by_name("sha256")
            .and_then(|c| c.as_string_opt::<i32>())
            .ok_or_else(|| snapshot.without("submissions", "sha256"))?;
        all.extend((0..hashes.len()).map(|row| hashes.value(row).to_owned()));
    }
    Ok(all)
}
