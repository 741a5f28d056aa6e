//! A lake that this process may write to, and whose it is.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::LakeError;
use super::files::read_toml;
use super::lock::WriterLock;
use super::snapshot::Snapshot;

/// The file that names the pipeline of a lake.
pub(super) const OWNER: &str = "lake.toml";

/// The content of [`OWNER`].
#[derive(Debug, Serialize, Deserialize)]
struct Owner {
    pipeline: String,
}

/// The pipeline that a lake belongs to. None if there is no lake yet.
pub(super) fn owner(root: &Path) -> Result<Option<String>, LakeError> {
    let owner: Option<Owner> = read_toml(&root.join(OWNER))?;
    Ok(owner.map(|owner| owner.pipeline))
}

/// Checks that a lake does not belong to another pipeline. Returns whether it has an owner yet.
///
/// # Errors
/// If it belongs to another pipeline, or the file system refuses.
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
    pub(super) root: PathBuf,
    /// Another lake, read only: what is missing in `root` is looked up there.
    pub(super) behind: Option<PathBuf>,
    pub(super) _lock: WriterLock,
}

impl Lake {
    /// The folder of this lake, then that of the lake behind it.
    pub(super) fn roots(&self) -> impl Iterator<Item = &Path> {
        std::iter::once(self.root.as_path()).chain(self.behind.as_deref())
    }

    /// The snapshot that readers see. None if nothing has been published yet.
    ///
    /// # Errors
    /// If there is a snapshot that cannot be reached. A run that took such a lake for an empty one would forget all
    /// earlier submissions.
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
