//! The snapshots that editions of the book stand on: they are kept.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Lake, LakeError, Snapshot, io_at, read_toml, sync, write_durably};

/// What an edition of the book was made from, so that it is kept: one pin an edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// The snapshot that the edition stands on.
    pub snapshot: String,
}

fn pin_path(root: &Path, edition: &str) -> PathBuf {
    root.join("editions").join(format!("{edition}.toml"))
}

impl Lake {
    /// Pins the snapshot of an edition, in place of the one that it stood on before.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn pin(&self, edition: &str, snapshot: &Snapshot) -> Result<(), LakeError> {
        let path = pin_path(&self.root, edition);
        let folder = self.root.join("editions");
        fs::create_dir_all(&folder).map_err(io_at(&folder))?;
        let pin = Pin {
            snapshot: snapshot.id.clone(),
        };
        let text =
            toml::to_string(&pin).map_err(|e| io_at(&path)(io::Error::other(e.to_string())))?;
        let aside = folder.join(format!(".{edition}.part"));
        write_durably(&aside, text.as_bytes()).map_err(io_at(&aside))?;
        fs::rename(&aside, &path).map_err(io_at(&path))?;
        sync(&folder)
    }
}

/// The pin of an edition; none where it was never made from this lake.
///
/// # Errors
/// When it cannot be read.
pub fn pinned(root: &Path, edition: &str) -> Result<Option<Pin>, LakeError> {
    read_toml(&pin_path(root, edition))
}
