//! The lake: Parquet snapshots that are published whole or not at all.
//!
//! A run writes all tables of a snapshot into a directory of its own, then replaces the link `current` in
//! one step. Readers need no lock; one writer at a time holds the lock of the operating system.

mod cache;
mod editions;
mod error;
mod history;
mod keep;
mod lock;
mod order;
mod originals;
mod publish;
mod records;
mod schema;
mod snapshot;
mod write;

pub use cache::CachedRecords;
pub use editions::{Pin, pinned};
pub use error::LakeError;
pub(crate) use error::io_at;
pub use history::{Turn, before, turns};
pub use keep::{Keep, Listed, Removed, listed};
use lock::Lock;
pub use originals::{Copied, original};
pub use records::{RecordPart, SHARED, own_columns};
pub use schema::{DECIMAL, TableSchema, table, tables};
pub use snapshot::{About, Snapshot};

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// `lake.toml`: whose lake it is.
#[derive(Debug, Serialize, Deserialize)]
struct Owner {
    pipeline: String,
}

/// The pipeline that a lake belongs to; none where there is no lake yet.
fn owner(root: &Path) -> Result<Option<String>, LakeError> {
    let owner: Option<Owner> = read_toml(&root.join("lake.toml"))?;
    Ok(owner.map(|owner| owner.pipeline))
}

/// What a small file of the lake says; none where it is not there.
fn read_toml<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, LakeError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(io_at(path)(e)),
    };
    toml::from_str(&text)
        .map(Some)
        .map_err(|e| io_at(path)(io::Error::new(io::ErrorKind::InvalidData, e.to_string())))
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

/// A lake that this process may write to.
#[derive(Debug)]
pub struct Lake {
    root: PathBuf,
    /// The lake that this one stands before: what is not kept here is looked for there.
    behind: Option<PathBuf>,
    _lock: Lock,
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
            sync(root)?;
        }
        let lake = Self {
            root: root.to_owned(),
            behind: None,
            _lock: lock,
        };
        lake.clear_leftovers()?;
        lake.note_unnoted()?;
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

    /// The snapshot that readers see; none where nothing was published yet.
    ///
    /// # Errors
    /// When there is one and it cannot be reached: a run that took the lake for empty would forget what it took in.
    pub fn current(&self) -> Result<Option<Snapshot>, LakeError> {
        for root in self.roots() {
            match Snapshot::current(root) {
                Ok(snapshot) => return Ok(Some(snapshot)),
                Err(LakeError::Absent(_)) => {}
                Err(e) => return Err(e),
            }
        }
        Ok(None)
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

/// Files that are copied or made durable at one time: the disk is waited for more than the processor.
const AT_ONCE: usize = 8;

fn several_at_a_time<T: Sync>(
    all: &[T],
    work: impl Fn(&T) -> Result<(), LakeError> + Sync,
) -> Result<(), LakeError> {
    let share = all.len().div_ceil(AT_ONCE).max(1);
    thread::scope(|scope| {
        let workers: Vec<_> = all
            .chunks(share)
            .map(|some| scope.spawn(|| some.iter().try_for_each(&work)))
            .collect();
        workers.into_iter().try_for_each(|worker| {
            worker
                .join()
                .unwrap_or_else(|_| Err(LakeError::given_up("files")))
        })
    })
}

/// Makes a file or a directory durable.
fn sync(path: &Path) -> Result<(), LakeError> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(io_at(path))
}
