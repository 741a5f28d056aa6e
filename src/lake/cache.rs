//! What was read from submissions, kept so that it is read once. The cache may be lost or damaged at any time: what is
//! not whole is not there, and the original is read again.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, AsArray, BinaryArray, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Lake, LakeError, io_at, make_private, write};
use crate::intake::{Seen, hex};

/// Columns of a kept reading: the content, and its hash.
const CONTENT: &str = "content";
const HASH: &str = "sha256";

/// A file of records in the cache.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CachedRecords {
    /// Its name, without the ending.
    pub name: String,
    /// Hash of the file.
    pub sha256: String,
}

/// The file of the cache that says what the inboxes held when they were last looked at.
pub(super) const SEEN: &str = "seen.json";

impl Lake {
    /// What earlier runs saw in their inboxes.
    #[must_use]
    pub fn seen(&self) -> Seen {
        let bytes = self
            .roots()
            .find_map(|root| fs::read(root.join("cache").join(SEEN)).ok());
        Seen::from_bytes(&bytes.unwrap_or_default())
    }

    /// Keeps what a run saw in its inboxes.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_seen(&self, seen: &Seen) -> Result<(), LakeError> {
        match seen.to_bytes() {
            Some(bytes) => self.put(&self.root.join("cache").join(SEEN), &bytes),
            None => Ok(()),
        }
    }

    fn cache_path(&self, root: &Path, name: &str) -> PathBuf {
        debug_assert!(!name.contains('/'), "{name} in {}", self.root.display());
        root.join("cache").join(format!("{name}.parquet"))
    }

    /// What is kept under a name, if it is whole.
    #[must_use]
    pub fn cached(&self, name: &str) -> Option<Vec<u8>> {
        self.roots().find_map(|root| {
            let batch = one_batch(&self.cache_path(root, name))?;
            let column = |name| batch.column_by_name(name)?.as_binary_opt::<i32>();
            let (content, hash) = (column(CONTENT)?, column(HASH)?);
            let is_whole = content.len() == 1
                && hash.len() == 1
                && hash.value(0) == Sha256::digest(content.value(0)).as_slice();
            is_whole.then(|| content.value(0).to_vec())
        })
    }

    /// Keeps what was read under a name.
    ///
    /// # Errors
    /// When it cannot be written.
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
        let bytes = batch
            .map_err(|e| e.to_string())
            .and_then(|batch| write::encode(&batch).map_err(|e| e.to_string()))
            .map_err(|message| LakeError::Parquet {
                path: path.display().to_string(),
                message,
            })?;
        self.put(&path, &bytes)
    }

    /// The file of the records that are kept, if it is whole.
    #[must_use]
    pub fn cached_records(&self, records: &CachedRecords) -> Option<Vec<u8>> {
        self.roots().find_map(|root| {
            let bytes = fs::read(self.cache_path(root, &records.name)).ok()?;
            (hex(&Sha256::digest(&bytes)) == records.sha256).then_some(bytes)
        })
    }

    /// Keeps records as a file of Parquet under a name.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_cached_records(
        &self,
        name: &str,
        records: &RecordBatch,
    ) -> Result<CachedRecords, LakeError> {
        let path = self.cache_path(&self.root, name);
        let bytes = write::encode(records).map_err(|e| LakeError::Parquet {
            path: path.display().to_string(),
            message: e.to_string(),
        })?;
        self.put(&path, &bytes)?;
        Ok(CachedRecords {
            name: name.to_owned(),
            sha256: hex(&Sha256::digest(&bytes)),
        })
    }

    /// Writes a file of the cache aside, and puts it in its place. It is not made durable: a file that a crash leaves
    /// damaged is told by its hash.
    fn put(&self, path: &Path, bytes: &[u8]) -> Result<(), LakeError> {
        let folder = self.root.join("cache");
        // It holds words of the provinces' files, as they stand: readers have no need of it.
        make_private(&folder)?;
        let aside = path.with_extension("part");
        fs::write(&aside, bytes)
            .and_then(|()| fs::rename(&aside, path))
            .map_err(io_at(path))
    }
}

/// The one batch of a small file; none where it cannot be read.
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
