//! What earlier scans found: a file that has not changed since is not read again to hash it.
//!
//! A file counts as unchanged while its size, its times of change and its place on the disk are the same; no program can
//! set the time of its last change of state (ctime). A file that had just changed when it was hashed may have changed
//! again within the same tick of the clock: such files are not remembered.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::faults::{changed, unreadable};
use super::hash::hash_file;
use super::sniff::{NotAccepted, sniff};
use crate::diagnostic::Finding;

/// Seconds since the last change after which a file is remembered: the coarsest clock of a file system ticks every two.
const AT_REST: i64 = 3;

/// Metadata that is the same as long as a file has not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileStamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl From<&Metadata> for FileStamp {
    fn from(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

impl FileStamp {
    /// The stamp of a file now.
    pub(super) fn at(path: &Path) -> io::Result<Self> {
        Ok(Self::from(&path.metadata()?))
    }

    /// Size in bytes.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// When its content was written, as the file says: a program can set this time.
    pub(super) fn modified(&self) -> io::Result<Timestamp> {
        moment(self.modified)
    }

    /// When the system last saw it change.
    pub(super) fn changed(&self) -> io::Result<Timestamp> {
        moment(self.changed)
    }
}

fn moment((seconds, nanoseconds): (i64, i64)) -> io::Result<Timestamp> {
    let nanoseconds = i32::try_from(nanoseconds).unwrap_or(0);
    Timestamp::new(seconds, nanoseconds).map_err(io::Error::other)
}

/// Why a file was not read.
#[derive(Debug)]
pub(super) enum Unread {
    /// It changed meanwhile.
    Changed,
    /// The system refused.
    Refused(io::Error),
}

impl Unread {
    /// The finding about it.
    pub(super) fn finding(&self, path: &Path, file_name: &str) -> Finding {
        match self {
            Self::Changed => changed(file_name),
            Self::Refused(error) => unreadable(path, file_name, error),
        }
    }
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        Self::Refused(error)
    }
}

impl From<Unread> for io::Error {
    fn from(why: Unread) -> Self {
        match why {
            Unread::Changed => Self::other("the file changed while it was read"),
            Unread::Refused(error) => error,
        }
    }
}

/// What the content of a file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileContent {
    pub(super) sha256: String,
    pub(super) is_archive: bool,
}

impl FileContent {
    /// Reads a file.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        Ok(Self {
            sha256: hash_file(path)?,
            is_archive: matches!(sniff(path), Ok(Err(NotAccepted::Archive))),
        })
    }
}

/// The contents of files, by path: as earlier scans found them, and as this one does.
#[derive(Debug, Default)]
pub struct Seen {
    before: BTreeMap<PathBuf, (FileStamp, FileContent)>,
    now: Mutex<BTreeMap<PathBuf, (FileStamp, FileContent)>>,
}

impl Seen {
    /// Reads what [`Self::to_bytes`] wrote; empty if that cannot be read.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self {
            before: serde_json::from_slice(bytes).unwrap_or_default(),
            now: Mutex::default(),
        }
    }

    /// What to remember of this scan; none if nothing has changed.
    #[must_use]
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let now = self.now.lock().ok()?;
        (*now != self.before)
            .then(|| serde_json::to_vec(&*now).ok())
            .flatten()
    }

    /// The content of a file: as remembered if the file has not changed, else as `look` finds it.
    ///
    /// # Errors
    /// If the file cannot be read, or changes meanwhile.
    pub(super) fn look(
        &self,
        path: &Path,
        look: impl FnOnce() -> io::Result<FileContent>,
    ) -> Result<(FileContent, FileStamp), Unread> {
        let path = std::path::absolute(path)?;
        let mark = FileStamp::at(&path)?;
        let known = self.before.get(&path).filter(|(known, _)| *known == mark);
        let began = SystemTime::now();
        let looked = match known {
            Some((_, looked)) => looked.clone(),
            None => {
                let looked = look()?;
                if FileStamp::at(&path)? != mark {
                    return Err(Unread::Changed);
                }
                looked
            }
        };
        let rested = known.is_some()
            || began
                .duration_since(UNIX_EPOCH)
                .is_ok_and(|now| now.as_secs() as i64 - mark.changed.0 >= AT_REST);
        if rested && let Ok(mut now) = self.now.lock() {
            now.insert(path, (mark, looked.clone()));
        }
        Ok((looked, mark))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::thread::sleep;
    use std::time::Duration;

    use super::*;

    fn looked(sha256: &str) -> FileContent {
        FileContent {
            sha256: sha256.to_owned(),
            is_archive: false,
        }
    }

    #[test]
    fn a_file_at_rest_is_looked_at_once_and_a_touched_one_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        fs::write(&path, "1").expect("written");
        let first = Seen::default();
        first.look(&path, || Ok(looked("new"))).expect("looked at");
        assert_eq!(
            first.to_bytes(),
            None,
            "it had just been written: nothing is kept"
        );
        sleep(Duration::from_secs(AT_REST as u64 + 1));
        first
            .look(&path, || Ok(looked("rested")))
            .expect("looked at");
        let bytes = first.to_bytes().expect("something to keep");

        let second = Seen::from_bytes(&bytes);
        let again = second.look(&path, || panic!("it is the same"));
        assert_eq!(again.expect("known").0, looked("rested"));
        assert_eq!(second.to_bytes(), None, "nothing new");

        // The same size and the same time of modification: the time of change tells.
        let modified = fs::metadata(&path)
            .and_then(|m| m.modified())
            .expect("a time");
        fs::write(&path, "2").expect("written");
        let file = fs::File::options().write(true).open(&path).expect("open");
        file.set_modified(modified).expect("set");
        let third = Seen::from_bytes(&bytes);
        let other = third.look(&path, || Ok(looked("other")));
        assert_eq!(other.expect("looked at").0, looked("other"));
        assert!(Seen::from_bytes(b"damaged").before.is_empty());
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_not_taken() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        fs::write(&path, "1").expect("written");
        let seen = Seen::default();
        let grows = seen.look(&path, || {
            fs::write(&path, "12").expect("written");
            Ok(looked("half"))
        });
        assert!(matches!(grows, Err(Unread::Changed)));
        let vanishes = seen.look(&path, || {
            fs::remove_file(&path).expect("removed");
            Ok(looked("gone"))
        });
        let why = vanishes.expect_err("it is gone").finding(&path, "a");
        assert_eq!(why.code, "TH146");
    }
}
