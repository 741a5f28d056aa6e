//! The cache of readings, so that each submission is read only once. It may be lost or damaged at any time: an entry that
//! is not intact counts as missing, and the original is read again.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, AsArray, BinaryArray, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema};
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, ParquetMetaDataReader};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::{LakeError, io_at, parquet_at};
use super::files::make_private;
use super::seal::{self, Seal, hash};
use super::write;
use super::writer::Lake;
use crate::intake::Seen;

/// Columns of a cached reading: its content, and the hash of the content.
const CONTENT: &str = "content";
const HASH: &str = "sha256";

/// A file of the cache that holds the records of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CachedRecords {
    /// Its name without the extension.
    pub name: String,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
}

/// The file of the cache that lists what the inboxes held at the last scan.
pub(super) const SEEN: &str = "seen.json";

impl Lake {
    /// What the inboxes held at the last scan of an earlier run.
    #[must_use]
    pub fn seen(&self) -> Seen {
        let bytes = self.roots().find_map(|root| {
            let bytes = fs::read(root.join("cache").join(SEEN)).ok()?;
            // A damaged list would say that a changed file is the old one.
            (seal::check_text(&bytes) != Seal::Broken).then_some(bytes)
        });
        Seen::from_bytes(seal::without_seal(&bytes.unwrap_or_default()))
    }

    /// Stores what the inboxes of a run held.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn keep_seen(&self, seen: &Seen) -> Result<(), LakeError> {
        match seen.to_bytes() {
            Some(bytes) => {
                let text = String::from_utf8_lossy(&bytes);
                let text = seal::sealed(&format!("{text}\n"));
                self.put(&self.root.join("cache").join(SEEN), text.as_bytes())
            }
            None => Ok(()),
        }
    }

    /// Gives up the list of what the inboxes held, to make room on a full disk: the next run hashes all files. Returns whether
    /// there was one.
    pub(super) fn give_up_seen(&self) -> bool {
        fs::remove_file(self.root.join("cache").join(SEEN)).is_ok()
    }

    fn cache_path(&self, root: &Path, name: &str) -> PathBuf {
        debug_assert!(!name.contains('/'), "{name} in {}", self.root.display());
        root.join("cache").join(format!("{name}.parquet"))
    }

    /// The cached reading of this name, if it is intact.
    #[must_use]
    pub fn cached(&self, name: &str) -> Option<Vec<u8>> {
        self.roots().find_map(|root| {
            let batch = one_batch(&self.cache_path(root, name))?;
            let column = |name| batch.column_by_name(name)?.as_binary_opt::<i32>();
            let (content, hash) = (column(CONTENT)?, column(HASH)?);
            let is_intact = content.len() == 1
                && hash.len() == 1
                && hash.value(0) == Sha256::digest(content.value(0)).as_slice();
            is_intact.then(|| content.value(0).to_vec())
        })
    }

    /// Stores a reading under a name.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn keep_cached(&self, name: &str, content: &[u8]) -> Result<(), LakeError> {
        let field = |name| Field::new(name, DataType::Binary, false);
        let schema = Arc::new(Schema::new(vec![field(CONTENT), field(HASH)]));
        let hash = Sha256::digest(content);
        let path = self.cache_path(&self.root, name);
        let batch = RecordBatch::try_new(
            schema,
            vec![
                Arc::new(BinaryArray::from_vec(vec![content])),
                Arc::new(BinaryArray::from_vec(vec![hash.as_slice()])),
            ],
        );
        let batch = batch.map_err(parquet_at(&path))?;
        let bytes = sealed(&batch).map_err(parquet_at(&path))?;
        self.put(&path, &bytes)
    }

    /// The content of a file of cached records, if it is intact.
    #[must_use]
    pub fn cached_records(&self, records: &CachedRecords) -> Option<Vec<u8>> {
        self.roots().find_map(|root| {
            let bytes = fs::read(self.cache_path(root, &records.name)).ok()?;
            (hash(&bytes) == records.sha256).then_some(bytes)
        })
    }

    /// Where a file of cached records is, if it is there.
    #[must_use]
    pub fn path_of_records(&self, records: &CachedRecords) -> Option<PathBuf> {
        let mut paths = self
            .roots()
            .map(|root| self.cache_path(root, &records.name));
        paths.find(|path| path.exists())
    }

    /// Stores records as a Parquet file under a name.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn keep_cached_records(
        &self,
        name: &str,
        records: &RecordBatch,
    ) -> Result<CachedRecords, LakeError> {
        let path = self.cache_path(&self.root, name);
        let bytes = sealed(records).map_err(parquet_at(&path))?;
        self.put(&path, &bytes)?;
        Ok(CachedRecords {
            name: name.to_owned(),
            sha256: hash(&bytes),
        })
    }

    /// Writes a file of the cache under another name, then renames it. It is not made durable: if a crash damages the file,
    /// its hash shows that.
    fn put(&self, path: &Path, bytes: &[u8]) -> Result<(), LakeError> {
        let folder = self.root.join("cache");
        // The cache holds raw texts of the provinces' files, which readers of the lake do not need.
        make_private(&folder)?;
        let aside = path.with_extension("part");
        fs::write(&aside, bytes)
            .and_then(|()| fs::rename(&aside, path))
            .map_err(io_at(path))
    }
}

/// The entry of the metadata of a cached file that holds its seal.
const SEAL: &str = "tonghop:seal";

/// A batch as a Parquet file with a seal.
fn sealed(batch: &RecordBatch) -> Result<Vec<u8>, ParquetError> {
    let slot = KeyValue::new(SEAL.to_owned(), seal::empty_slot());
    let mut bytes = write::encode_with(batch, Some(vec![slot]))?;
    seal::fill(&mut bytes, SEAL);
    Ok(bytes)
}

/// What the seal of a cached file says.
pub(super) fn check_sealed(bytes: &[u8]) -> Seal {
    match seal::check_slot(bytes, SEAL, 0) {
        Seal::Absent => {}
        told => return told,
    }
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&Bytes::copy_from_slice(bytes));
    let Ok(metadata) = metadata else {
        return Seal::Broken;
    };
    // Earlier versions stored no seal. A damaged one leaves an entry with another name or value.
    let entries = metadata.file_metadata().key_value_metadata();
    let is_other = |entry: &KeyValue| entry.key != parquet::arrow::ARROW_SCHEMA_META_KEY;
    if entries.is_some_and(|entries| entries.iter().any(is_other)) {
        Seal::Broken
    } else {
        Seal::Absent
    }
}

/// The only batch of a small file. None if it cannot be read.
fn one_batch(path: &Path) -> Option<RecordBatch> {
    let file = File::open(path).ok()?;
    let read = || -> Result<Option<RecordBatch>, io::Error> {
        let mut reader = ParquetRecordBatchReaderBuilder::try_new(file)
            .and_then(ParquetRecordBatchReaderBuilder::build)
            .map_err(io::Error::other)?;
        reader.next().transpose().map_err(io::Error::other)
    };
    read().ok().flatten()
}
