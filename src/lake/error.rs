//! Why a lake could not be used.

use std::fmt::Display;
use std::io;
use std::path::Path;

/// Why a lake could not be used.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// The lake belongs to another pipeline.
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
    /// There is no lake, or nothing has been published in it.
    #[error("there is no lake at `{0}`\nhint: `tonghop run` makes one; name another with --lake")]
    Absent(String),
    /// No snapshot was current before this one.
    #[error(
        "nothing was current before the snapshot `{id}`\nhint: name a snapshot; `tonghop snapshots` lists them"
    )]
    NothingBefore {
        /// The snapshot.
        id: String,
    },
    /// No snapshot has the name, or several have.
    #[error("the lake `{lake}` has no one snapshot `{asked}`\nhint: it has {known}")]
    NoSnapshot {
        /// The lake.
        lake: String,
        /// The name asked for.
        asked: String,
        /// The snapshots of the lake.
        known: String,
    },
    /// The link `current` points at a snapshot that is gone.
    #[error(
        "{link} leads to the snapshot `{id}`, which is not there\nhint: `tonghop snapshots` lists those that are; `tonghop rollback SNAPSHOT` makes one of them current"
    )]
    Dangling {
        /// The link.
        link: String,
        /// The snapshot it names.
        id: String,
    },
    /// A file of the lake is damaged or gone.
    #[error("{path} is damaged: {problem}\nhint: {hint}")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong with it.
        problem: String,
        /// What to do.
        hint: String,
    },
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: String,
        /// Why it failed.
        source: io::Error,
    },
    /// A Parquet file could not be read or written.
    #[error("{path}: {message}")]
    Parquet {
        /// The file or the folder of its table.
        path: String,
        /// Why it failed.
        message: String,
    },
}

/// What mends a lake, as a hint.
pub(crate) const REPAIR: &str =
    "`tonghop verify --repair` makes it anew; `tonghop verify` lists all that is damaged";

impl LakeError {
    /// A file whose content is not what was written.
    pub(crate) fn damaged(path: &Path) -> Self {
        Self::Damaged {
            path: path.display().to_string(),
            problem: "its content is not what was written".to_owned(),
            hint: REPAIR.to_owned(),
        }
    }

    /// A thread that wrote to a folder panicked.
    #[must_use]
    pub fn given_up(folder: &str) -> Self {
        Self::Io {
            path: folder.to_owned(),
            source: io::Error::other("writing was given up"),
        }
    }
}

/// Turns an error of the file system into one that names the path.
pub(super) fn io_at(path: &Path) -> impl FnOnce(io::Error) -> LakeError + '_ {
    move |source| LakeError::Io {
        path: path.display().to_string(),
        source,
    }
}

/// Turns an error of Parquet or Arrow into one that names the path.
pub(super) fn parquet_at<E: Display>(path: &Path) -> impl FnOnce(E) -> LakeError + '_ {
    move |error| LakeError::Parquet {
        path: path.display().to_string(),
        message: error.to_string(),
    }
}
