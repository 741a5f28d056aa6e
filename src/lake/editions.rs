//! Pins: the snapshots that editions of the book were made from. Pinned snapshots are never deleted.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::{LakeError, io_at};
use super::files::{files_of, put_durably, read_toml};
use super::seal;
use super::snapshot::Snapshot;
use super::writer::Lake;

/// The snapshot that an edition of the book was made from. An edition has one pin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// Id of the snapshot.
    pub snapshot: String,
}

fn pin_path(root: &Path, edition: &str) -> PathBuf {
    root.join("editions").join(format!("{edition}.toml"))
}

impl Lake {
    /// Pins the snapshot of an edition. It replaces the edition's earlier pin.
    ///
    /// # Errors
    /// If the pin cannot be written.
    pub fn pin(&self, edition: &str, snapshot: &Snapshot) -> Result<(), LakeError> {
        let pin = Pin {
            snapshot: snapshot.id.clone(),
        };
        self.put_pin(edition, &pin)
    }

    /// Puts the earlier pin of an edition back; removes the pin if there was none.
    ///
    /// # Errors
    /// If the pin cannot be written or removed.
    pub fn put_pin_back(&self, edition: &str, earlier: Option<&Pin>) -> Result<(), LakeError> {
        let path = pin_path(&self.root, edition);
        match earlier {
            Some(pin) => self.put_pin(edition, pin),
            None => fs::remove_file(&path).map_err(io_at(&path)),
        }
    }

    fn put_pin(&self, edition: &str, pin: &Pin) -> Result<(), LakeError> {
        let path = pin_path(&self.root, edition);
        let folder = self.root.join("editions");
        fs::create_dir_all(&folder).map_err(io_at(&folder))?;
        let text =
            toml::to_string(pin).map_err(|e| io_at(&path)(io::Error::other(e.to_string())))?;
        let aside = folder.join(format!(".{edition}.part"));
        put_durably(&path, &aside, seal::sealed(&text).as_bytes())
    }
}

/// The pin of an edition. None if the edition was never made from this lake.
///
/// # Errors
/// If the pin cannot be read.
pub fn pinned(root: &Path, edition: &str) -> Result<Option<Pin>, LakeError> {
    read_toml(&pin_path(root, edition))
}

/// The editions of a lake with their pins, sorted by edition.
///
/// # Errors
/// If a pin cannot be read.
pub(super) fn pins(root: &Path) -> Result<Vec<(String, Pin)>, LakeError> {
    let mut pins = Vec::new();
    for path in files_of(&root.join("editions"))? {
        let Some(edition) = path
            .file_name()
            .and_then(|n| n.to_str()?.strip_suffix(".toml"))
        else {
            continue;
        };
        if let Some(pin) = pinned(root, edition)?.filter(|_| !edition.starts_with('.')) {
            pins.push((edition.to_owned(), pin));
        }
    }
    pins.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(pins)
}
