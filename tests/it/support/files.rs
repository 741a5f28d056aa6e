//! Files and directories: where the repository is, copies, listings, changes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Copies a directory with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a copy");
        }
    }
}

/// Replaces the only place of a text in a file.
pub(crate) fn change(path: &Path, old: &str, new: &str) {
    let text = fs::read_to_string(path).expect("a file");
    assert_eq!(text.matches(old).count(), 1, "{old} in {}", path.display());
    fs::write(path, text.replace(old, new)).expect("written");
}

/// Writes a file, with the folders above it.
pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().expect("a directory")).expect("made");
    fs::write(path, content).expect("written");
}

/// All files below a directory, sorted; none where the directory is not there.
pub(crate) fn paths(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(paths(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The bytes of all files below a directory, by their names relative to it.
pub(crate) fn contents(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let name = |path: &Path| {
        let below = path.strip_prefix(directory).expect("below");
        below.to_string_lossy().into_owned()
    };
    paths(directory)
        .iter()
        .map(|path| (name(path), fs::read(path).expect("a file")))
        .collect()
}

/// All files below a directory with their bytes and times of change; a link with its target.
pub(crate) fn tree(directory: &Path) -> BTreeMap<PathBuf, (Vec<u8>, Option<SystemTime>)> {
    let mut all = BTreeMap::new();
    let mut folders = vec![directory.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            let metadata = fs::symlink_metadata(&path).unwrap();
            if metadata.is_symlink() {
                let to = fs::read_link(&path).unwrap();
                all.insert(path, (to.to_string_lossy().into_owned().into_bytes(), None));
            } else if metadata.is_dir() {
                folders.push(path);
            } else {
                let bytes = fs::read(&path).unwrap();
                all.insert(path, (bytes, metadata.modified().ok()));
            }
        }
    }
    all
}
