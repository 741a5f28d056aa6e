//! A lake that this process may write to, and whose it is.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::LakeError;
use super::files::{put_durably, read_toml};
use super::lock::WriterLock;
use super::seal::{self, Seal};
use super::snapshot::Snapshot;

/// The file that names the pipeline of a lake.
pub(super) const OWNER: &str = "lake.toml";

/// The content of [`OWNER`].
#[derive(Debug, Serialize, Deserialize)]
struct Owner {
    pipeline: String,
}

/// The content of the file that names the pipeline of a lake.
fn text_of(pipeline: &str) -> String {
    format!("# The pipeline that this lake belongs to.\npipeline = \"{pipeline}\"\n")
}

/// Writes the file that names the pipeline of a lake.
pub(super) fn write_owner(root: &Path, pipeline: &str) -> Result<(), LakeError> {
    let aside = root.join(format!(".{OWNER}.part"));
    let text = seal::sealed(&text_of(pipeline));
    put_durably(&root.join(OWNER), &aside, text.as_bytes())
}

/// Whether the file that names the pipeline of a lake is as it was written. Earlier versions wrote it without a seal.
pub(super) fn check_owner_file(bytes: &[u8]) -> Seal {
    let is_of_old = || {
        let owner: Option<Owner> = std::str::from_utf8(bytes)
            .ok()
            .and_then(|text| toml::from_str(text).ok());
        owner.is_some_and(|owner| text_of(&owner.pipeline).as_bytes() == bytes)
    };
    match seal::check_text(bytes) {
        Seal::Absent if !is_of_old() => Seal::Broken,
        told => told,
    }
}

/// The pipeline that a lake belongs to. None if there is no lake yet.
///
/// # Errors
/// If the file that says it is damaged.
pub(super) fn owner(root: &Path) -> Result<Option<String>, LakeError> {
    let path = root.join(OWNER);
    if let Ok(bytes) = std::fs::read(&path)
        && seal::check_text(&bytes) == Seal::Broken
    {
        return Err(LakeError::damaged(&path));
    }
    let owner: Option<Owner> = read_toml(&path)?;
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
    /// None if the lake was opened only to look at it.
    pub(super) _lock: Option<WriterLock>,
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
