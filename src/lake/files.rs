//! Files of a lake: private folders, small files replaced in one step, and work on several files at a time.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;

use serde::de::DeserializeOwned;

use super::error::{LakeError, io_at};

/// The content of a small TOML file. None if there is no such file.
pub(super) fn read_toml<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, LakeError> {
    let Some(text) = read_if_there(path)? else {
        return Ok(None);
    };
    toml::from_str(&text)
        .map(Some)
        .map_err(|e| io_at(path)(io::Error::new(io::ErrorKind::InvalidData, e.to_string())))
}

/// The text of a file. None if there is no such file.
pub(super) fn read_if_there(path: &Path) -> Result<Option<String>, LakeError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(io_at(path)(e)),
    }
}

/// Makes a folder, unless it exists, and lets only this user into it.
pub(super) fn make_private(directory: &Path) -> Result<(), LakeError> {
    fs::create_dir_all(directory).map_err(io_at(directory))?;
    restrict(directory, 0o700).map_err(io_at(directory))
}

pub(super) fn restrict(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// Writes a file durably: first as `aside`, then renamed to `path` in one step. Both are in the same folder.
pub(super) fn put_durably(path: &Path, aside: &Path, bytes: &[u8]) -> Result<(), LakeError> {
    let write = || {
        let mut file = File::create(aside)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(io_at(aside))?;
    fs::rename(aside, path).map_err(io_at(path))?;
    path.parent().map_or(Ok(()), sync)
}

/// Makes a file or a folder durable.
pub(super) fn sync(path: &Path) -> Result<(), LakeError> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(io_at(path))
}

/// How many files are copied or made durable at a time. There is more waiting for the disk than work for the processor.
const AT_ONCE: usize = 8;

/// Does `work` for each of `all`, [`AT_ONCE`] at a time.
pub(super) fn several_at_a_time<T: Sync>(
    all: &[T],
    work: impl Fn(&T) -> Result<(), LakeError> + Sync,
) -> Result<(), LakeError> {
    let share = all.len().div_ceil(AT_ONCE).max(1);
    thread::scope(|scope| {
        let workers: Vec<_> = all
            .chunks(share)
            .map(|some| scope.spawn(|| some.iter().try_for_each(&work)))
            .collect();
        workers.into_iter().try_for_each(|worker| {
            worker
                .join()
                .unwrap_or_else(|_| Err(LakeError::given_up("files")))
        })
    })
}

/// The last part of a path.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// The entries of a folder. Empty if there is no such folder.
pub(super) fn entries_of(folder: &Path) -> Result<Vec<PathBuf>, LakeError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(io_at(folder)(e)),
    };
    entries
        .map(|entry| entry.map(|entry| entry.path()).map_err(io_at(folder)))
        .collect()
}

/// The files of a folder, sorted. Empty if there is no such folder.
pub(super) fn files_of(folder: &Path) -> Result<Vec<PathBuf>, LakeError> {
    let mut files = entries_of(folder)?;
    files.retain(|path| path.is_file());
    files.sort();
    Ok(files)
}
