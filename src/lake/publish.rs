//! Publishing a snapshot: its tables are written to a hidden folder, which is then renamed; at last the link `current` is
//! replaced in one step.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use arrow::array::RecordBatch;
use jiff::Timestamp;

use super::error::{LakeError, io_at};
use super::files::{several_at_a_time, sync};
use super::records::{self, RecordPart};
use super::schema::{self, TableSchema};
use super::snapshot::{ABOUT, About, Snapshot};
use super::write;
use super::writer::Lake;

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

impl Lake {
    /// Writes a snapshot with all tables of the contract; tables that are not given are empty. Readers see it only after
    /// [`Self::point_current_at`].
    ///
    /// # Errors
    /// If something cannot be written. Then the lake has no part of the snapshot.
    pub fn write(
        &self,
        id: &str,
        about: &About,
        tables: &BTreeMap<&'static str, RecordBatch>,
        records: &[RecordPart],
    ) -> Result<Snapshot, LakeError> {
        let directory = self.root.join("snapshots").join(id);
        let aside = self.root.join("snapshots").join(format!(".{id}.part"));
        if aside.exists() {
            fs::remove_dir_all(&aside).map_err(io_at(&aside))?;
        }
        if !directory.exists() {
            let before = self.current()?;
            self.write_tables(&aside, tables, records, before.as_ref())?;
            let path = aside.join(ABOUT);
            let text = toml::to_string(about)
                .map_err(|e| io_at(&path)(io::Error::other(e.to_string())))?;
            fs::write(&path, text).map_err(io_at(&path))?;
            sync_all(&aside)?;
            fs::rename(&aside, &directory).map_err(io_at(&directory))?;
        }
        sync(&self.root.join("snapshots"))?;
        // An earlier run may have been killed before it made its originals durable.
        sync(&self.root.join("inbox"))?;
        Ok(Snapshot {
            id: id.to_owned(),
            directory,
        })
    }

    /// Writes all tables of a snapshot into `aside`, as many at a time as there are processors.
    fn write_tables(
        &self,
        aside: &Path,
        tables: &BTreeMap<&'static str, RecordBatch>,
        records: &[RecordPart],
        before: Option<&Snapshot>,
    ) -> Result<(), LakeError> {
        let write = |table: &TableSchema| {
            let of_table = records.iter().filter(|part| part.table == table.name);
            let parts: Vec<&RecordPart> = of_table.collect();
            let folder = aside.join(table.name);
            if parts.is_empty() {
                let batch = tables.get(table.name).cloned();
                let batch = batch.unwrap_or_else(|| RecordBatch::new_empty(table.schema.clone()));
                return write::write_table(&folder, table, &batch, before);
            }
            records::write_parts(self, &folder, table, &parts, before)
        };
        // Largest table first, so that no writer is left alone with a large table at the end.
        let mut order: Vec<&TableSchema> = schema::tables().iter().collect();
        order.sort_by_key(|t| {
            std::cmp::Reverse(tables.get(t.name).map_or(0, RecordBatch::num_rows))
        });
        let next = AtomicUsize::new(0);
        let workers = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            let writers: Vec<_> = (0..workers)
                .map(|_| {
                    scope.spawn(|| {
                        while let Some(table) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                            write(table)?;
                        }
                        Ok(())
                    })
                })
                .collect();
            writers.into_iter().try_for_each(|writer| {
                writer
                    .join()
                    .unwrap_or_else(|_| Err(LakeError::given_up("snapshots")))
            })
        })
    }

    /// Makes a snapshot current, in one step.
    ///
    /// # Errors
    /// If the link cannot be replaced. Then it still points at the earlier snapshot.
    pub fn point_current_at(&self, id: &str) -> Result<(), LakeError> {
        let aside = self.root.join(".current.part");
        let link = self.root.join("current");
        match fs::remove_file(&aside) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(io_at(&aside)(e)),
            _ => {}
        }
        std::os::unix::fs::symlink(Path::new("snapshots").join(id), &aside)
            .map_err(io_at(&aside))?;
        fs::rename(&aside, &link).map_err(io_at(&link))?;
        sync(&self.root)?;
        self.note_current(id, Timestamp::now())
    }
}
