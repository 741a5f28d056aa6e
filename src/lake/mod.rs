//! The lake: Parquet snapshots that are published whole or not at all.
//!
//! A run writes all tables of a snapshot into a directory of its own, then replaces the link `current` in
//! one step. Readers need no lock; one writer at a time holds the lock of the operating system.

mod cache;
mod history;
mod keep;
mod lock;
mod publish;
mod records;
mod schema;
mod write;

pub use cache::CachedRecords;
pub use history::{Turn, before, turns};
pub use keep::{Listed, Removed, listed};
use lock::Lock;
pub use records::{RecordPart, SHARED, own_columns};
pub use schema::{DECIMAL, TableSchema, table, tables};

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::ParquetMetaDataReader;
use serde::{Deserialize, Serialize};

/// Why a lake could not be used.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// The lake is somebody else's.
    #[error(
        "the lake `{lake}` belongs to the pipeline `{owner}`, not to `{asked}`\nhint: choose another lake with --lake"
    )]
    Foreign {
        /// The lake.
        lake: String,
        /// Its pipeline.
        owner: String,
        /// The pipeline asked for.
        asked: String,
    },
    /// Another run is writing.
    #[error(
        "another run is writing to the lake `{lake}`: {holder}\nhint: wait until it has ended, or choose another lake with --lake"
    )]
    Locked {
        /// The lake.
        lake: String,
        /// Who holds the lock.
        holder: String,
    },
    /// There is nothing to read.
    #[error("there is no lake at `{0}`\nhint: `tonghop run` makes one; name another with --lake")]
    Absent(String),
    /// There was no snapshot before.
    #[error(
        "nothing was current before the snapshot `{id}`\nhint: name the snapshot to compare it with"
    )]
    NothingBefore {
        /// The snapshot.
        id: String,
    },
    /// No snapshot has the name.
    #[error("the lake `{lake}` has no one snapshot `{asked}`\nhint: it has {known}")]
    NoSnapshot {
        /// The lake.
        lake: String,
        /// What was asked for.
        asked: String,
        /// The snapshots there are.
        known: String,
    },
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// What was touched.
        path: String,
        /// Why it failed.
        source: io::Error,
    },
    /// A Parquet file could not be read or written.
    #[error("{path}: {message}")]
    Parquet {
        /// The file.
        path: String,
        /// Why.
        message: String,
    },
}

impl LakeError {
    /// A thread that wrote to a folder ended before its work did.
    #[must_use]
    pub fn given_up(folder: &str) -> Self {
        Self::Io {
            path: folder.to_owned(),
            source: io::Error::other("writing was given up"),
        }
    }
}

pub(crate) fn io_at(path: &Path) -> impl FnOnce(io::Error) -> LakeError + '_ {
    move |source| LakeError::Io {
        path: path.display().to_string(),
        source,
    }
}

/// `lake.toml`: whose lake it is.
#[derive(Debug, Serialize, Deserialize)]
struct Owner {
    pipeline: String,
}

/// The pipeline that a lake belongs to; none where there is no lake yet.
fn owner(root: &Path) -> Result<Option<String>, LakeError> {
    let path = root.join("lake.toml");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(io_at(&path)(e)),
    };
    let owner: Owner = toml::from_str(&text)
        .map_err(|e| io_at(&path)(io::Error::new(io::ErrorKind::InvalidData, e.to_string())))?;
    Ok(Some(owner.pipeline))
}

/// Refuses a lake of another pipeline. Says whether the lake has an owner yet.
///
/// # Errors
/// When it is another pipeline's, or the file system refuses.
pub fn check_owner(root: &Path, pipeline: &str) -> Result<bool, LakeError> {
    match owner(root)? {
        None => Ok(false),
        Some(owner) if owner == pipeline => Ok(true),
        Some(owner) => Err(LakeError::Foreign {
            lake: root.display().to_string(),
            owner,
            asked: pipeline.to_owned(),
        }),
    }
}

/// Where the original of a submission is kept in a lake.
#[must_use]
pub fn original(root: &Path, sha256: &str) -> PathBuf {
    root.join("inbox").join(sha256)
}

/// What a snapshot was made with, kept beside its tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Version of the program.
    pub version: String,
    /// Hash of the pipeline's definitions.
    pub definitions: String,
    /// The collections that were open from the start: form and period.
    #[serde(default)]
    pub collections: Vec<(String, String)>,
}

/// What an edition of the book was made from, so that it is kept: one pin an edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// The snapshot that the edition stands on.
    pub snapshot: String,
}

fn pin_path(root: &Path, edition: &str) -> PathBuf {
    root.join("editions").join(format!("{edition}.toml"))
}

/// Pins the snapshot of an edition, in place of the one that it stood on before.
///
/// # Errors
/// When it cannot be written.
pub fn pin(root: &Path, edition: &str, snapshot: &Snapshot) -> Result<(), LakeError> {
    let path = pin_path(root, edition);
    let folder = root.join("editions");
    fs::create_dir_all(&folder).map_err(io_at(&folder))?;
    let pin = Pin {
        snapshot: snapshot.id.clone(),
    };
    let text = toml::to_string(&pin).map_err(|e| io_at(&path)(io::Error::other(e.to_string())))?;
    let aside = folder.join(format!(".{edition}.part"));
    write_durably(&aside, text.as_bytes()).map_err(io_at(&aside))?;
    fs::rename(&aside, &path).map_err(io_at(&path))?;
    sync_directory(&folder)
}

/// The pin of an edition; none where it was never made from this lake.
///
/// # Errors
/// When it cannot be read.
pub fn pinned(root: &Path, edition: &str) -> Result<Option<Pin>, LakeError> {
    let path = pin_path(root, edition);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(io_at(&path)(e)),
    };
    toml::from_str(&text)
        .map(Some)
        .map_err(|e| io_at(&path)(io::Error::new(io::ErrorKind::InvalidData, e.to_string())))
}

/// The file of a snapshot that says what it was made with.
const ABOUT: &str = "snapshot.toml";

/// A lake that this process may write to.
#[derive(Debug)]
pub struct Lake {
    root: PathBuf,
    /// The lake that this one stands before: what is not kept here is looked for there.
    behind: Option<PathBuf>,
    _lock: Lock,
}

/// A published snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Hash of the submissions, the definitions and the version.
    pub id: String,
    directory: PathBuf,
}

impl Lake {
    /// Opens a lake for writing, making it if there is none, and takes its lock.
    ///
    /// # Errors
    /// When it is another pipeline's, another run writes to it, or the file system refuses.
    pub fn open(root: &Path, pipeline: &str) -> Result<Self, LakeError> {
        for directory in [root.to_owned(), root.join("snapshots"), root.join("runs")] {
            fs::create_dir_all(&directory).map_err(io_at(&directory))?;
        }
        make_private(&root.join("inbox"))?;
        let lock = Lock::take(root)?;
        let owner_path = root.join("lake.toml");
        if !check_owner(root, pipeline)? {
            let text =
                format!("# The pipeline that this lake belongs to.\npipeline = \"{pipeline}\"\n");
            let aside = root.join(".lake.toml.part");
            write_durably(&aside, text.as_bytes()).map_err(io_at(&aside))?;
            fs::rename(&aside, &owner_path).map_err(io_at(&owner_path))?;
            sync_directory(root)?;
        }
        let lake = Self {
            root: root.to_owned(),
            behind: None,
            _lock: lock,
        };
        lake.clear_leftovers()?;
        Ok(lake)
    }

    /// Opens a lake that is there, whosever it is, for writing.
    ///
    /// # Errors
    /// When there is none, another run writes to it, or the file system refuses.
    pub fn open_existing(root: &Path) -> Result<Self, LakeError> {
        match owner(root)? {
            Some(pipeline) => Self::open(root, &pipeline),
            None => Err(LakeError::Absent(root.display().to_string())),
        }
    }

    /// Where this lake is, and the lake that it stands before.
    fn roots(&self) -> impl Iterator<Item = &Path> {
        std::iter::once(self.root.as_path()).chain(self.behind.as_deref())
    }

    /// A lake in the directory `root` that stands before another: it reads what that one keeps, and writes nothing to it.
    ///
    /// # Errors
    /// When the other is another pipeline's, or the file system refuses.
    pub fn before(behind: &Path, root: &Path, pipeline: &str) -> Result<Self, LakeError> {
        check_owner(behind, pipeline)?;
        let mut lake = Self::open(root, pipeline)?;
        lake.behind = Some(behind.to_owned());
        Ok(lake)
    }

    /// The snapshot that readers see.
    #[must_use]
    pub fn current(&self) -> Option<Snapshot> {
        self.roots().find_map(|root| Snapshot::current(root).ok())
    }

    /// Where the original of a submission is kept.
    #[must_use]
    pub fn original(&self, sha256: &str) -> PathBuf {
        let kept = original(&self.root, sha256);
        match &self.behind {
            Some(behind) if !kept.exists() => original(behind, sha256),
            _ => kept,
        }
    }

    /// Keeps the original of a submission, readable by this user only.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub fn keep_original(&self, from: &Path, sha256: &str) -> Result<(), LakeError> {
        if self.original(sha256).exists() {
            return Ok(());
        }
        let to = original(&self.root, sha256);
        let aside = to.with_extension("part");
        // Through a small buffer: a file may be larger than memory.
        let mut original = File::open(from).map_err(io_at(from))?;
        let mut copy = File::create(&aside).map_err(io_at(&aside))?;
        restrict(&aside, 0o600).map_err(io_at(&aside))?;
        io::copy(&mut original, &mut copy).map_err(io_at(&aside))?;
        copy.sync_all().map_err(io_at(&aside))?;
        fs::rename(&aside, &to).map_err(io_at(&to))?;
        // Many originals come at once: their folder is made durable before a snapshot that names them is.
        Ok(())
    }
}

impl Snapshot {
    /// The current snapshot of a lake; needs no lock.
    ///
    /// # Errors
    /// When there is no lake, or nothing was published in it.
    pub fn current(root: &Path) -> Result<Self, LakeError> {
        let absent = || LakeError::Absent(root.display().to_string());
        // The link is followed once, so that a switch meanwhile does not mix two snapshots.
        let target = fs::read_link(root.join("current")).map_err(|_| absent())?;
        let id = target
            .file_name()
            .ok_or_else(absent)?
            .to_string_lossy()
            .into_owned();
        let directory = root.join("snapshots").join(&id);
        if directory.is_dir() {
            Ok(Self { id, directory })
        } else {
            Err(absent())
        }
    }

    /// A snapshot of a lake by its id, or by the beginning of it that no other has.
    ///
    /// # Errors
    /// When there is no lake, no such snapshot, or several.
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

    /// All snapshots of a lake, by id.
    ///
    /// # Errors
    /// When there is no lake.
    pub fn all(root: &Path) -> Result<Vec<Self>, LakeError> {
        let directory = root.join("snapshots");
        let entries =
            fs::read_dir(&directory).map_err(|_| LakeError::Absent(root.display().to_string()))?;
        let mut all: Vec<Self> = entries
            .flatten()
            .map(|entry| {
                (
                    entry.file_name().to_string_lossy().into_owned(),
                    entry.path(),
                )
            })
            .filter(|(id, path)| !id.starts_with('.') && path.is_dir())
            .map(|(id, directory)| Self { id, directory })
            .collect();
        all.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(all)
    }

    /// What it was made with; none where it does not say.
    ///
    /// # Errors
    /// When the file that says so cannot be read.
    pub fn about(&self) -> Result<Option<About>, LakeError> {
        let path = self.directory.join(ABOUT);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(io_at(&path)(e)),
        };
        toml::from_str(&text)
            .map(Some)
            .map_err(|e| io_at(&path)(io::Error::new(io::ErrorKind::InvalidData, e.to_string())))
    }

    /// The files of a table, in the order of their names.
    ///
    /// # Errors
    /// When the table is not there.
    pub fn files(&self, table: &str) -> Result<Vec<PathBuf>, LakeError> {
        let directory = self.directory.join(table);
        let entries = fs::read_dir(&directory).map_err(io_at(&directory))?;
        let mut files: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
        files.retain(|path| path.extension().is_some_and(|e| e == "parquet"));
        files.sort();
        Ok(files)
    }

    /// Number of rows of a table, as its files count them.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn rows(&self, table: &str) -> Result<i64, LakeError> {
        let mut rows = 0;
        for path in self.files(table)? {
            let file = File::open(&path).map_err(io_at(&path))?;
            let metadata = ParquetMetaDataReader::new().parse_and_finish(&file);
            rows += metadata
                .map_err(|e| LakeError::Parquet {
                    path: path.display().to_string(),
                    message: e.to_string(),
                })?
                .file_metadata()
                .num_rows();
        }
        Ok(rows)
    }

    /// All rows of a table.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read(&self, table: &str) -> Result<Vec<RecordBatch>, LakeError> {
        let mut batches = Vec::new();
        for path in self.files(table)? {
            let wrong = |message: String| LakeError::Parquet {
                path: path.display().to_string(),
                message,
            };
            let file = File::open(&path).map_err(io_at(&path))?;
            let reader = ParquetRecordBatchReaderBuilder::try_new(file)
                .and_then(ParquetRecordBatchReaderBuilder::build);
            for batch in reader.map_err(|e| wrong(e.to_string()))? {
                batches.push(batch.map_err(|e| wrong(e.to_string()))?);
            }
        }
        Ok(batches)
    }
}

fn make_private(directory: &Path) -> Result<(), LakeError> {
    fs::create_dir_all(directory).map_err(io_at(directory))?;
    restrict(directory, 0o700).map_err(io_at(directory))
}

fn restrict(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn sync_directory(directory: &Path) -> Result<(), LakeError> {
    File::open(directory)
        .and_then(|d| d.sync_all())
        .map_err(io_at(directory))
}
