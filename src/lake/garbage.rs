//! Deleting what is not needed any more: old snapshots, originals, readings, and leftovers of killed runs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::cache::SEEN;
use super::error::{LakeError, io_at};
use super::files::{entries_of, files_of, make_private, name_of, read_if_there, sync};
use super::history::{HistoryEntry, history};
use super::listing::{all_files, listed};
use super::seal;
use super::snapshot::Snapshot;
use super::writer::Lake;
use crate::engine::TextColumn;

/// Which snapshots to keep besides the current one and the pinned ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// How many of the snapshots that were current most recently, including the current one.
    pub newest: usize,
    /// Snapshots that were current at this time or later.
    pub since: Option<Timestamp>,
}

/// What was deleted, or would be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removed {
    /// Ids of snapshots.
    pub snapshots: Vec<String>,
    /// Number of originals that no remaining snapshot has as a submission.
    pub originals: usize,
    /// Number of cached readings that the last run did not use.
    pub readings: usize,
    /// Bytes freed.
    pub bytes: u64,
}

/// The file of the cache that lists the entries that the last run used.
pub(super) const USED: &str = "used.txt";

impl Lake {
    /// Deletes snapshots that are neither current nor pinned nor covered by `keep`, originals that no remaining snapshot
    /// has as a submission, and cached readings that the last run did not use. With `dry` it only reports what it would
    /// delete.
    ///
    /// # Errors
    /// If something cannot be read: then nothing is deleted. If something cannot be deleted.
    pub fn collect_garbage(&self, keep: Keep, dry: bool) -> Result<Removed, LakeError> {
        // If the current snapshot cannot be read, nobody can say what is needed.
        self.current()?;
        let ids = self.ids_to_keep(keep)?;
        let snapshots = Snapshot::all(&self.root)?.into_iter();
        let (kept, doomed): (Vec<_>, Vec<_>) = snapshots.partition(|s| ids.contains(&s.id));
        let originals = self.unneeded_originals(&kept)?;
        let readings = self.unused_readings()?;
        let mut removed = Removed {
            snapshots: doomed.iter().map(|s| s.id.clone()).collect(),
            originals: originals.len(),
            readings: readings.len(),
            bytes: freed_by(&doomed)?,
        };
        let files = [originals, readings].concat();
        for path in &files {
            removed.bytes += fs::metadata(path).map_err(io_at(path))?.len();
        }
        if !dry {
            self.remove(doomed, &files)?;
        }
        Ok(removed)
    }

    /// The ids of the snapshots to keep.
    fn ids_to_keep(&self, keep: Keep) -> Result<BTreeSet<String>, LakeError> {
        let listed = listed(&self.root)?;
        let recent = current_since(&history(&self.root)?, keep.since);
        let published = listed.iter().filter(|l| l.current_since.is_some());
        let needed = listed
            .iter()
            .filter(|l| l.is_current || !l.editions.is_empty() || recent.contains(&l.id));
        let kept = published.take(keep.newest).chain(needed);
        Ok(kept.map(|l| l.id.clone()).collect())
    }

    /// The originals that none of the snapshots has as a submission.
    fn unneeded_originals(&self, kept: &[Snapshot]) -> Result<Vec<PathBuf>, LakeError> {
        let mut needed: BTreeSet<String> = BTreeSet::new();
        for snapshot in kept {
            needed.extend(originals_of(snapshot)?);
        }
        let mut originals = files_of(&self.root.join("inbox"))?;
        originals.retain(|path| !needed.contains(&name_of(path)));
        Ok(originals)
    }

    /// The cached readings that the last run did not use.
    fn unused_readings(&self) -> Result<Vec<PathBuf>, LakeError> {
        let cache = self.root.join("cache");
        let used = read_if_there(&cache.join(USED))?.unwrap_or_default();
        let names = used.lines().filter(|line| !line.starts_with('#'));
        let used: BTreeSet<&str> = names.collect();
        let mut readings = files_of(&cache)?;
        readings.retain(|path| {
            let name = name_of(path);
            let stem = name.strip_suffix(".parquet").unwrap_or(&name);
            name != USED && name != SEEN && !used.contains(stem)
        });
        Ok(readings)
    }

    /// Deletes only: it must work on a disk without any room.
    fn remove(&self, snapshots: Vec<Snapshot>, files: &[PathBuf]) -> Result<(), LakeError> {
        let folder = self.root.join("snapshots");
        for Snapshot { directory, .. } in snapshots {
            // The rename hides the snapshot from readers in one step, whatever happens afterwards.
            let aside = folder.join(format!(".{}.gone", name_of(&directory)));
            fs::rename(&directory, &aside).map_err(io_at(&directory))?;
            fs::remove_dir_all(&aside).map_err(io_at(&aside))?;
        }
        for path in files {
            fs::remove_file(path).map_err(io_at(path))?;
        }
        sync(&folder)
    }

    /// Records which entries of the cache a run used.
    ///
    /// # Errors
    /// If the list cannot be written.
    pub fn note_used(&self, names: &BTreeSet<String>) -> Result<(), LakeError> {
        let folder = self.root.join("cache");
        make_private(&folder)?;
        let text: String = names.iter().map(|name| format!("{name}\n")).collect();
        let aside = folder.join("used.part");
        fs::write(&aside, seal::sealed(&text))
            .and_then(|()| fs::rename(&aside, folder.join(USED)))
            .map_err(io_at(&aside))
    }

    /// Deletes what killed runs left behind: unfinished snapshots, originals and entries of the cache.
    ///
    /// # Errors
    /// If something cannot be deleted.
    pub fn clear_leftovers(&self) -> Result<(), LakeError> {
        let is_left = |path: &Path| {
            let name = name_of(path);
            let ending = [".part", ".gone"].iter().any(|end| name.ends_with(end));
            ending && (name.starts_with('.') || !path.is_dir())
        };
        for folder in ["", "snapshots", "inbox", "cache", "editions", "runs"] {
            for path in entries_of(&self.root.join(folder))? {
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

/// The bytes that deleting these snapshots frees: files are counted once, and only if all their links are in these
/// snapshots.
fn freed_by(snapshots: &[Snapshot]) -> Result<u64, LakeError> {
    /// A file: its links that were found, all its links, and its size.
    type Links = (u64, u64, u64);
    let mut files: BTreeMap<u64, Links> = BTreeMap::new();
    for snapshot in snapshots {
        for path in all_files(&snapshot.directory)? {
            let metadata = fs::symlink_metadata(&path).map_err(io_at(&path))?;
            let file = files
                .entry(metadata.ino())
                .or_insert((0, metadata.nlink(), metadata.len()));
            file.0 += 1;
        }
    }
    let freed = files.values().filter(|(found, all, _)| found == all);
    Ok(freed.map(|file| file.2).sum())
}

/// The ids of the snapshots that were current at a time or later. Empty if no time is given.
fn current_since(history: &[HistoryEntry], since: Option<Timestamp>) -> BTreeSet<String> {
    let Some(since) = since else {
        return BTreeSet::new();
    };
    let ends = history.iter().skip(1).map(|entry| entry.at).chain([None]);
    let current = history
        .iter()
        .zip(ends)
        .filter(|(_, end)| end.is_none_or(|end| end >= since));
    current.map(|(entry, _)| entry.id.clone()).collect()
}

/// The hashes of the submissions of a snapshot.
pub(super) fn originals_of(snapshot: &Snapshot) -> Result<BTreeSet<String>, LakeError> {
    // A damaged list would let go of originals that are needed.
    if let Some(path) = snapshot.damaged_in("submissions").first() {
        return Err(LakeError::damaged(path));
    }
    let mut all = BTreeSet::new();
    for batch in snapshot.read("submissions")? {
        let hashes = TextColumn::required(&batch, "sha256")
            .map_err(|_| snapshot.without("submissions", "sha256"))?;
        all.extend(hashes.iter().flatten().map(str::to_owned));
    }
    Ok(all)
}
