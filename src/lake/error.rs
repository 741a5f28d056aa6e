//! Why a lake could not be used.

use std::io;
use std::path::Path;

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
        "nothing was current before the snapshot `{id}`\nhint: name a snapshot; `tonghop snapshots` lists them"
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
    /// `current` leads to what is not there.
    #[error(
        "{link} leads to the snapshot `{id}`, which is not there\nhint: `tonghop snapshots` lists those that are; `tonghop rollback SNAPSHOT` makes one of them current"
    )]
    Dangling {
        /// The link.
        link: String,
        /// The snapshot it names.
        id: String,
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
