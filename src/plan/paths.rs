//! Paths of definition files.

use std::io;
use std::path::{Component, Path, PathBuf};

/// A path relative to a directory, with each `..` resolved where possible.
pub(super) fn beside(directory: &Path, relative: &str) -> PathBuf {
    let mut path = directory.to_owned();
    for part in Path::new(relative).components() {
        let up = part == Component::ParentDir
            && matches!(path.components().next_back(), Some(Component::Normal(_)));
        if up {
            path.pop();
        } else {
            path.push(part);
        }
    }
    path
}

/// Whether nothing stands at a path. A link that leads nowhere is something: it is told when it is read.
pub(super) fn is_absent(path: &Path) -> bool {
    let found = path.symlink_metadata();
    found.is_err_and(|e| e.kind() == io::ErrorKind::NotFound)
}

/// The files of a directory that have an extension, sorted by name.
pub(super) fn files_of(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .collect();
    files.sort();
    files
}
