//! Folders that this program writes: nothing in them is a submission or a definition.

use std::fs;
use std::path::Path;

/// The file that marks a folder as ours: the tables of a run, an edition, the letters to senders.
pub const MARKER: &str = ".tonghop";

/// The file that a lake has.
const LAKE: &str = "lake.toml";

/// Whether this program writes a folder: it bears the marker, or it is a lake.
#[must_use]
pub fn is_ours(folder: &Path) -> bool {
    let is_file = |name: &str| fs::symlink_metadata(folder.join(name)).is_ok_and(|m| m.is_file());
    is_file(MARKER) || (is_file(LAKE) && folder.join("snapshots").is_dir())
}
