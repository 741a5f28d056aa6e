//! A published snapshot, as readers see it. Reading needs no lock.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::ParquetMetaDataReader;
use serde::{Deserialize, Serialize};

use super::error::{LakeError, io_at, parquet_at};
use super::files::read_toml;
use super::schema::{self, COMMON, LakeSchema, TableKind, TableSchema};
use crate::text::BreakdownColumns;

/// The file of a snapshot that holds [`About`].
pub(super) const ABOUT: &str = "snapshot.toml";

/// What a snapshot was made with. It is stored beside its tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Version of the program.
    pub version: String,
    /// Hash of the pipeline's definitions.
    pub definitions: String,
    /// The collections that were open from the start, each a form and a period.
    #[serde(default)]
    pub collections: Vec<(String, String)>,
}

/// A published snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Hash of the submissions, the definitions and the version.
    pub id: String,
    pub(super) directory: PathBuf,
}

/// A missing path means that the lake is empty. Any other error is reported as it is.
fn absent_or_io(root: &Path, path: &Path) -> impl FnOnce(io::Error) -> LakeError {
    move |e| match e.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            LakeError::Absent(root.display().to_string())
        }
        _ => io_at(path)(e),
    }
}

impl Snapshot {
    /// The current snapshot of a lake.
    ///
    /// # Errors
    /// If there is no lake, nothing has been published in it, or the current snapshot has been deleted.
    pub fn current(root: &Path) -> Result<Self, LakeError> {
        let link = root.join("current");
        // The link is read only once, so that a switch in the meantime does not mix two snapshots.
        let target = fs::read_link(&link).map_err(absent_or_io(root, &link))?;
        let id = target.file_name().unwrap_or_default().to_string_lossy();
        let directory = root.join("snapshots").join(&*id);
        match fs::metadata(&directory) {
            Ok(metadata) if metadata.is_dir() && !id.is_empty() => Ok(Self {
                id: id.into_owned(),
                directory,
            }),
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(io_at(&directory)(e)),
            _ => Err(LakeError::Dangling {
                link: link.display().to_string(),
                id: id.into_owned(),
            }),
        }
    }

    /// The snapshot of a lake whose id begins with `id`.
    ///
    /// # Errors
    /// If there is no lake, no such snapshot, or more than one.
    pub fn named(root: &Path, id: &str) -> Result<Self, LakeError> {
        let all = Self::all(root)?;
        let mut fitting = all.iter().filter(|s| s.id.starts_with(id));
        match (fitting.next(), fitting.next()) {
            (Some(one), None) if !id.is_empty() => Ok(one.clone()),
            _ => Err(LakeError::NoSnapshot {
                lake: root.display().to_string(),
                asked: id.to_owned(),
                known: all.into_iter().map(|s| s.id).collect::<Vec<_>>().join(", "),
            }),
        }
    }

    /// All snapshots of a lake, sorted by id.
    ///
    /// # Errors
    /// If there is no lake.
    pub fn all(root: &Path) -> Result<Vec<Self>, LakeError> {
        let directory = root.join("snapshots");
        let entries = fs::read_dir(&directory).map_err(absent_or_io(root, &directory))?;
        let mut all = Vec::new();
        for entry in entries {
            let entry = entry.map_err(io_at(&directory))?;
            let id = entry.file_name().to_string_lossy().into_owned();
            if !id.starts_with('.') && entry.path().is_dir() {
                all.push(Self {
                    id,
                    directory: entry.path(),
                });
            }
        }
        all.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(all)
    }

    /// What it was made with. None if the snapshot has no such file.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn about(&self) -> Result<Option<About>, LakeError> {
        read_toml(&self.directory.join(ABOUT))
    }

    /// The files of a table, sorted by name.
    ///
    /// # Errors
    /// If the snapshot has no such table.
    pub fn files(&self, table: &str) -> Result<Vec<PathBuf>, LakeError> {
        let directory = self.directory.join(table);
        let entries = fs::read_dir(&directory).map_err(io_at(&directory))?;
        let mut files = entries
            .map(|entry| entry.map(|e| e.path()).map_err(io_at(&directory)))
            .collect::<Result<Vec<PathBuf>, LakeError>>()?;
        files.retain(|path| path.extension().is_some_and(|e| e == "parquet"));
        files.sort();
        Ok(files)
    }

    /// Its tables: those of the contract, and what else it has. The columns of the latter are those of their files.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn schema(&self) -> Result<LakeSchema, LakeError> {
        let entries = fs::read_dir(&self.directory).map_err(io_at(&self.directory))?;
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(io_at(&self.directory))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if schema::table(&name).is_none() && entry.path().is_dir() {
                names.push(name);
            }
        }
        names.sort();
        let mut more = Vec::new();
        for name in names {
            let Some(path) = self.files(&name)?.into_iter().next() else {
                continue;
            };
            let file = File::open(&path).map_err(io_at(&path))?;
            let reader =
                ParquetRecordBatchReaderBuilder::try_new(file).map_err(parquet_at(&path))?;
            let columns = reader.schema();
            let is_list = COMMON.iter().all(|c| columns.column_with_name(c).is_some());
            let mut table = TableSchema::of_model(&name, columns.clone());
            if is_list {
                table.kind = TableKind::Records;
            }
            more.push(table);
        }
        Ok(LakeSchema::of(self.breakdowns()?).with(more))
    }

    /// The columns of breakdowns, which stand between the indicator and the scenario of an observation.
    fn breakdowns(&self) -> Result<BreakdownColumns, LakeError> {
        let Some(path) = self.files("observations")?.into_iter().next() else {
            return Ok(BreakdownColumns::default());
        };
        let file = File::open(&path).map_err(io_at(&path))?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(parquet_at(&path))?;
        let columns = reader.schema().fields().iter().map(|f| f.name().as_str());
        let after = columns.skip_while(|name| *name != "indicator").skip(1);
        Ok(BreakdownColumns::with(
            after.take_while(|name| *name != "scenario"),
        ))
    }

    /// Number of rows of a table, from the metadata of its files.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn rows(&self, table: &str) -> Result<i64, LakeError> {
        let mut rows = 0;
        for path in self.files(table)? {
            let file = File::open(&path).map_err(io_at(&path))?;
            let metadata = ParquetMetaDataReader::new().parse_and_finish(&file);
            rows += metadata
                .map_err(parquet_at(&path))?
                .file_metadata()
                .num_rows();
        }
        Ok(rows)
    }

    /// The error that a table lacks a column: the snapshot is of another version, or damaged.
    pub(crate) fn without(&self, table: &str, column: &str) -> LakeError {
        LakeError::Parquet {
            path: self.directory.join(table).display().to_string(),
            message: format!("the column `{column}` is not there"),
        }
    }

    /// All rows of a table.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn read(&self, table: &str) -> Result<Vec<RecordBatch>, LakeError> {
        let mut batches = Vec::new();
        for path in self.files(table)? {
            let file = File::open(&path).map_err(io_at(&path))?;
            let reader = ParquetRecordBatchReaderBuilder::try_new(file)
                .and_then(ParquetRecordBatchReaderBuilder::build);
            for batch in reader.map_err(parquet_at(&path))? {
                batches.push(batch.map_err(parquet_at(&path))?);
            }
        }
        Ok(batches)
    }
}
