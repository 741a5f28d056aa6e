//! Publishing a snapshot: its tables are written to a hidden folder, which is then renamed; at last the link `current` is
//! replaced in one step.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use arrow::array::RecordBatch;
use jiff::Timestamp;

use super::error::{LakeError, io_at};
use super::exchange::exchange;
use super::files::{several_at_a_time, sync};
use super::made_of::MadeOf;
use super::records::{self, RecordPart};
use super::schema::{LakeSchema, TableSchema};
use super::seal::hash;
use super::snapshot::Snapshot;
use super::sums::{self, SUMS, Sums};
use super::write;
use super::writer::Lake;

/// What a snapshot is to hold.
#[derive(Debug, Default)]
pub struct Contents {
    /// Its tables.
    pub schema: LakeSchema,
    /// The rows of tables, by name. A table that is not there is empty.
    pub tables: BTreeMap<String, RecordBatch>,
    /// The records of lists.
    pub records: Vec<RecordPart>,
}

/// Makes a folder durable with everything in it. Files with several links are durable already.
fn sync_all(directory: &Path) -> Result<(), LakeError> {
    let mut all = vec![directory.to_owned()];
    let mut visited = 0;
    while let Some(directory) = all.get(visited).cloned() {
        visited += 1;
        if directory.is_file() {
            continue;
        }
        for entry in fs::read_dir(&directory).map_err(io_at(&directory))? {
            let path = entry.map_err(io_at(&directory))?.path();
            let metadata = fs::metadata(&path).map_err(io_at(&path))?;
            if metadata.is_dir() || metadata.nlink() == 1 {
                all.push(path);
            }
        }
    }
    several_at_a_time(&all, |path| sync(path))
}

/// A snapshot that is written and durable, and that readers do not see yet. If it is dropped before it is put in place, its
/// files are deleted.
#[derive(Debug)]
pub struct Written {
    snapshot: Snapshot,
    /// Where the folder belongs, unless it is there already.
    place: Option<PathBuf>,
}

impl Written {
    /// A snapshot that is in its place already.
    pub(crate) fn found(snapshot: Snapshot) -> Self {
        Self {
            snapshot,
            place: None,
        }
    }

    /// The snapshot, to read from. Its files move when it is put in place.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Moves the folder to its place. Readers do not see it until `current` leads there.
    ///
    /// # Errors
    /// If it cannot be moved: then nothing has changed.
    pub fn put_in_place(mut self) -> Result<Placed, LakeError> {
        let Some(place) = self.place.take() else {
            return Ok(Placed {
                snapshot: self.snapshot.clone(),
                is_new: false,
                replaced: None,
            });
        };
        let aside = self.snapshot.directory.clone();
        let replaced = match move_to(&aside, &place) {
            Ok(is_exchanged) => is_exchanged.then_some(aside),
            Err(e) => {
                self.place = Some(place);
                return Err(e);
            }
        };
        self.snapshot.directory.clone_from(&place);
        Ok(Placed {
            snapshot: self.snapshot.clone(),
            is_new: replaced.is_none(),
            replaced,
        })
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        if self.place.is_some() {
            // What cannot be deleted now is deleted by the next run.
            let _ = fs::remove_dir_all(&self.snapshot.directory);
        }
    }
}

/// A snapshot in its place in the lake.
#[derive(Debug)]
pub struct Placed {
    /// The snapshot.
    pub snapshot: Snapshot,
    /// Whether the lake did not have it before.
    pub is_new: bool,
    /// The damaged folder that it replaced.
    replaced: Option<PathBuf>,
}

impl Placed {
    /// Makes the place durable and deletes the damaged folder that was replaced.
    ///
    /// # Errors
    /// If the file system refuses. The snapshot stays in its place.
    pub fn settle(&self) -> Result<(), LakeError> {
        if let Some(folder) = self.snapshot.directory.parent() {
            sync(folder)?;
        }
        match &self.replaced {
            Some(replaced) => fs::remove_dir_all(replaced).map_err(io_at(replaced)),
            None => Ok(()),
        }
    }

    /// Deletes the snapshot again, if the lake did not have it before.
    ///
    /// # Errors
    /// If it cannot be deleted.
    pub fn take_back(self) -> Result<(), LakeError> {
        let directory = &self.snapshot.directory;
        if !self.is_new {
            return Ok(());
        }
        let aside = directory.with_file_name(format!(".{}.gone", self.snapshot.id));
        fs::rename(directory, &aside).map_err(io_at(directory))?;
        fs::remove_dir_all(&aside).map_err(io_at(&aside))
    }
}

/// Moves a folder to its place. If there is one already, the two are exchanged. Returns whether there was one.
fn move_to(aside: &Path, place: &Path) -> Result<bool, LakeError> {
    let is_there = place.exists();
    let moved = if is_there {
        exchange(aside, place, &aside.with_extension("gone"))
    } else {
        fs::rename(aside, place)
    };
    moved.map(|()| is_there).map_err(io_at(place))
}

/// A link to a snapshot, ready to take the place of `current`: only a rename is left to do.
#[derive(Debug)]
#[must_use = "the link is switched by `switch`"]
pub struct PreparedLink {
    aside: PathBuf,
    link: PathBuf,
}

impl PreparedLink {
    /// Makes the snapshot current, in one step.
    ///
    /// # Errors
    /// If the link cannot be replaced: then it leads where it did.
    pub fn switch(self) -> Result<(), LakeError> {
        fs::rename(&self.aside, &self.link).map_err(io_at(&self.link))
    }
}

impl Lake {
    /// Writes a snapshot with all tables of `contents`; tables that have no rows are empty files. Readers see it only after
    /// [`Written::put_in_place`] and [`Self::prepare_current`]. A snapshot that the lake has already is used as it is if it is sound; if it is
    /// damaged, or `anew` is given, it is written again.
    ///
    /// # Errors
    /// If something cannot be written. Then the lake has no part of the snapshot.
    pub fn write(
        &self,
        id: &str,
        made: &MadeOf,
        contents: &Contents,
        anew: bool,
    ) -> Result<Written, LakeError> {
        let directory = self.root.join("snapshots").join(id);
        let aside = self.root.join("snapshots").join(format!(".{id}.part"));
        if aside.exists() {
            fs::remove_dir_all(&aside).map_err(io_at(&aside))?;
        }
        let known = Snapshot {
            id: id.to_owned(),
            directory: directory.clone(),
        };
        if directory.exists() && !anew && known.is_sound() {
            return Ok(Written::found(known));
        }
        let written = Written {
            snapshot: Snapshot {
                id: id.to_owned(),
                directory: aside.clone(),
            },
            place: Some(directory.clone()),
        };
        // Files that the snapshot before has too are links.
        let before = if directory.exists() {
            Some(known)
        } else {
            self.current()?
        };
        let mut sums = self.write_tables(&aside, contents, before.as_ref(), anew)?;
        for (name, bytes) in made.files(&aside)? {
            let path = aside.join(name);
            fs::write(&path, &bytes).map_err(io_at(&path))?;
            sums.insert(name.to_owned(), hash(&bytes));
        }
        let path = aside.join(SUMS);
        let text = sums::text(id, &sums);
        if let Some(same) = before.filter(|b| b.directory == directory)
            && fs::read(same.directory.join(SUMS)).is_ok_and(|old| old == text.as_bytes())
            && same.is_sound()
        {
            return Ok(Written::found(same));
        }
        fs::write(&path, text).map_err(io_at(&path))?;
        sync_all(&aside)?;
        Ok(written)
    }

    /// Writes all tables of a snapshot into `aside`, as many at a time as there are processors. Returns the hashes of their
    /// files.
    fn write_tables(
        &self,
        aside: &Path,
        contents: &Contents,
        before: Option<&Snapshot>,
        anew: bool,
    ) -> Result<Sums, LakeError> {
        let rows = |table: &TableSchema| contents.tables.get(table.name.as_str());
        let write = |table: &TableSchema| {
            let of_table = contents
                .records
                .iter()
                .filter(|part| part.table == table.name);
            let parts: Vec<&RecordPart> = of_table.collect();
            let folder = aside.join(&table.name);
            if parts.is_empty() {
                let batch = rows(table).cloned();
                let batch = batch.unwrap_or_else(|| RecordBatch::new_empty(table.schema.clone()));
                return write::write_table(&folder, table, &batch, before);
            }
            records::write_parts(self, &folder, table, &parts, before, anew)
        };
        // Largest table first, so that no writer is left alone with a large table at the end.
        let mut order: Vec<&TableSchema> = contents.schema.tables().iter().collect();
        order.sort_by_key(|t| std::cmp::Reverse(rows(t).map_or(0, RecordBatch::num_rows)));
        let next = AtomicUsize::new(0);
        let workers = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            let writers: Vec<_> = (0..workers)
                .map(|_| {
                    scope.spawn(|| {
                        let mut sums = Sums::new();
                        while let Some(table) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                            let files = write(table)?;
                            sums.extend(
                                files
                                    .into_iter()
                                    .map(|(name, hash)| (format!("{}/{name}", table.name), hash)),
                            );
                        }
                        Ok(sums)
                    })
                })
                .collect();
            let mut all = Sums::new();
            for writer in writers {
                let sums = writer
                    .join()
                    .unwrap_or_else(|_| Err(LakeError::given_up("snapshots")))?;
                all.extend(sums);
            }
            Ok(all)
        })
    }

    /// Makes the link that [`PreparedLink::switch`] puts in the place of `current`. It needs hardly any room; on a disk without
    /// any, the list of files seen in the inboxes makes room for it.
    ///
    /// # Errors
    /// If the link cannot be made.
    pub fn prepare_current(&self, id: &str) -> Result<PreparedLink, LakeError> {
        let aside = self.root.join(".current.part");
        match fs::remove_file(&aside) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(io_at(&aside)(e)),
            _ => {}
        }
        let target = Path::new("snapshots").join(id);
        let make = || std::os::unix::fs::symlink(&target, &aside);
        make()
            .or_else(|e| {
                let is_full = matches!(
                    e.kind(),
                    io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
                );
                if is_full && self.give_up_seen() {
                    make()
                } else {
                    Err(e)
                }
            })
            .map_err(io_at(&aside))?;
        Ok(PreparedLink {
            aside,
            link: self.root.join("current"),
        })
    }

    /// Makes a switch of `current` durable, and notes it in the history.
    ///
    /// # Errors
    /// If the file system refuses. The switch stands; the next writer notes it.
    pub fn settle_current(&self, id: &str) -> Result<(), LakeError> {
        sync(&self.root)?;
        self.note_current(id, Timestamp::now())
    }
}
