//! The list of a snapshot's files with the hash of each: `SHA256SUMS`, which `sha256sum --check` reads too.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::seal::{self, Seal};
use crate::intake::hash_file;

/// The file of a snapshot that lists its other files.
pub(super) const SUMS: &str = "SHA256SUMS";

/// Number of digits of the hash that stand in the name of a file.
pub(super) const IN_NAME: usize = 16;

/// SHA-256 of files in hexadecimal, by their names relative to the snapshot or to their table.
pub(super) type Sums = BTreeMap<String, String>;

/// The content of [`SUMS`].
pub(super) fn text(id: &str, sums: &Sums) -> String {
    let mut text = format!("# snapshot {id}\n");
    for (name, hash) in sums {
        let _ = writeln!(text, "{hash}  {name}");
    }
    seal::sealed(&text)
}

/// What a list says.
pub(super) enum Listing {
    /// The hashes of the files of this snapshot.
    Of(Sums),
    /// There is no list: an earlier version wrote the snapshot.
    None,
    /// The list itself is damaged, or belongs to another snapshot.
    Damaged,
}

/// Reads the list of a snapshot.
pub(super) fn read(directory: &Path, id: &str) -> Listing {
    let path = directory.join(SUMS);
    if fs::symlink_metadata(&path).is_err() {
        return Listing::None;
    }
    let Ok(bytes) = fs::read(&path) else {
        return Listing::Damaged;
    };
    let text = String::from_utf8_lossy(&bytes);
    if seal::check_text(&bytes) != Seal::Sound
        || text.lines().next() != Some(&format!("# snapshot {id}"))
    {
        return Listing::Damaged;
    }
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| line.split_once("  "));
    Listing::Of(
        pairs
            .map(|(hash, name)| (name.to_owned(), hash.to_owned()))
            .collect(),
    )
}

/// The part of a file's name that is the beginning of its hash.
pub(super) fn hash_in_name(name: &str) -> Option<&str> {
    let (_, hash) = name.strip_suffix(".parquet")?.rsplit_once('-')?;
    (hash.len() == IN_NAME).then_some(hash)
}

/// The name and the hash of a file, if its name carries the beginning of that hash.
pub(super) fn sound_by_name(path: &Path) -> Option<(String, String)> {
    let name = path.file_name()?.to_str()?;
    let hash = hash_file(path).ok()?;
    (hash_in_name(name)? == &hash[..IN_NAME]).then(|| (name.to_owned(), hash))
}
