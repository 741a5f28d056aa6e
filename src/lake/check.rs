//! Checking the files of a lake against their hashes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::LakeError;
use super::files::several_at_a_time;
use super::listing::all_files;
use super::snapshot::Snapshot;
use super::sums::{self, IN_NAME, Listing, SUMS};
use crate::intake::hash_file;

/// What is wrong with a file or a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Its content is not what was written.
    Changed,
    /// It is not there. For an original: the name of a file that was sent with this content.
    Missing(Option<String>),
    /// It stands among the files of a snapshot and is none of them.
    Foreign,
    /// It cannot be read.
    Unreadable(String),
    /// A link that leads nowhere, or an entry that names a snapshot which is not there.
    Dangling(String),
    /// A link that leads out of the lake.
    Outside(String),
    /// Lines of the history that say nothing, by their numbers.
    Lines(Vec<usize>),
}

impl Problem {
    /// The word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Missing(_) => "missing",
            Self::Foreign => "foreign",
            Self::Unreadable(_) => "unreadable",
            Self::Dangling(_) => "dangling",
            Self::Outside(_) => "outside",
            Self::Lines(_) => "lines",
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed => f.write_str("its content is not what was written"),
            Self::Missing(None) => f.write_str("it is not there"),
            Self::Missing(Some(name)) => write!(f, "the original of `{name}` is not there"),
            Self::Foreign => f.write_str("it does not belong to the snapshot"),
            Self::Unreadable(why) => write!(f, "it cannot be read: {why}"),
            Self::Dangling(id) => {
                write!(f, "it names the snapshot `{id}`, which is not there")
            }
            Self::Outside(target) => write!(f, "it leads to `{target}`, out of the lake"),
            Self::Lines(numbers) => {
                let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
                write!(f, "damaged in line {}", numbers.join(", "))
            }
        }
    }
}

/// A file or a link that is damaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Its path, relative to the lake.
    pub path: PathBuf,
    /// What is wrong.
    pub problem: Problem,
}

/// A file, told from others by its place on the disk: hard links share it.
type Place = (u64, u64);

/// Hashes files, each only once.
#[derive(Default)]
pub(super) struct Checker {
    hashes: Mutex<HashMap<Place, String>>,
    bytes: AtomicU64,
}

impl Checker {
    /// Number of files that were read, and their bytes.
    pub(super) fn done(&self) -> (usize, u64) {
        let files = self.hashes.lock().map_or(0, |hashes| hashes.len());
        (files, self.bytes.load(Ordering::Relaxed))
    }

    /// The hash of a plain file.
    fn hash(&self, path: &Path) -> io::Result<String> {
        let metadata = fs::symlink_metadata(path)?;
        if !metadata.is_file() {
            return Err(io::Error::other("it is not a plain file"));
        }
        let place = (metadata.dev(), metadata.ino());
        if let Ok(hashes) = self.hashes.lock()
            && let Some(hash) = hashes.get(&place)
        {
            return Ok(hash.clone());
        }
        let hash = hash_file(path)?;
        self.bytes.fetch_add(metadata.len(), Ordering::Relaxed);
        if let Ok(mut hashes) = self.hashes.lock() {
            hashes.insert(place, hash.clone());
        }
        Ok(hash)
    }

    /// What is wrong with a file whose hash begins with these digits.
    pub(super) fn problem(&self, path: &Path, digits: &str) -> Option<Problem> {
        match self.hash(path) {
            Ok(hash) if hash.starts_with(digits) => None,
            Ok(_) => Some(Problem::Changed),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Some(Problem::Missing(None)),
            Err(e) => Some(Problem::Unreadable(e.to_string())),
        }
    }

    /// The content of a small file, counted among those that were read.
    pub(super) fn read(&self, path: &Path) -> Result<Vec<u8>, Problem> {
        let unreadable = |e: io::Error| Problem::Unreadable(e.to_string());
        let metadata = fs::symlink_metadata(path).map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(Problem::Unreadable("it is not a plain file".to_owned()));
        }
        let bytes = fs::read(path).map_err(unreadable)?;
        self.bytes.fetch_add(metadata.len(), Ordering::Relaxed);
        if let Ok(mut hashes) = self.hashes.lock() {
            hashes.insert((metadata.dev(), metadata.ino()), String::new());
        }
        Ok(bytes)
    }
}

/// The damage of a snapshot, and its files that carry no hash.
#[derive(Debug, Default)]
pub(super) struct SnapshotCheck {
    /// Damaged files by their names in the snapshot.
    pub(super) damaged: BTreeMap<String, Problem>,
    pub(super) unchecked: Vec<String>,
}

impl Snapshot {
    /// Whether all its files are as they were written.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.check(&Checker::default()).damaged.is_empty()
    }

    /// Its damaged files, relative to the folder of snapshots.
    #[must_use]
    pub fn damaged_files(&self) -> Vec<String> {
        let names = self.check(&Checker::default()).damaged.into_keys();
        names.map(|name| format!("{}/{name}", self.id)).collect()
    }

    /// The files of a table that are not what their names say.
    pub(crate) fn damaged_in(&self, table: &str) -> Vec<PathBuf> {
        let checker = Checker::default();
        let mut files = self.files(table).unwrap_or_default();
        files.retain(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            sums::hash_in_name(&name).is_some_and(|digits| checker.problem(path, digits).is_some())
        });
        files
    }

    /// Checks its files: each that it lists, and that there are no others.
    pub(super) fn check(&self, checker: &Checker) -> SnapshotCheck {
        let mut check = SnapshotCheck::default();
        let found: BTreeSet<String> = match all_files_and_links(&self.directory) {
            Ok(found) => found,
            Err(e) => {
                let problem = Problem::Unreadable(e.to_string());
                check.damaged.insert(String::new(), problem);
                return check;
            }
        };
        // The hash of each file, or as much of it as its name says.
        let mut known: BTreeMap<String, String> = BTreeMap::new();
        match sums::read(&self.directory, &self.id) {
            Listing::Of(sums) => {
                for name in found.iter().filter(|name| *name != SUMS) {
                    if !sums.contains_key(name) {
                        check.damaged.insert(name.clone(), Problem::Foreign);
                    }
                }
                known = sums;
            }
            other => {
                if matches!(other, Listing::Damaged) {
                    check.damaged.insert(SUMS.to_owned(), Problem::Changed);
                }
                for name in found.into_iter().filter(|name| name != SUMS) {
                    match sums::hash_in_name(&name) {
                        Some(digits) => {
                            debug_assert_eq!(digits.len(), IN_NAME);
                            known.insert(name.clone(), digits.to_owned());
                        }
                        None => check.unchecked.push(name),
                    }
                }
            }
        }
        let known: Vec<(String, String)> = known.into_iter().collect();
        let damaged = Mutex::new(&mut check.damaged);
        let _ = several_at_a_time(&known, |(name, digits)| {
            if let Some(problem) = checker.problem(&self.directory.join(name), digits)
                && let Ok(mut damaged) = damaged.lock()
            {
                damaged.insert(name.clone(), problem);
            }
            Ok(())
        });
        check
    }
}

/// The names of all files and links of a snapshot and its tables, relative to the snapshot.
fn all_files_and_links(directory: &Path) -> Result<BTreeSet<String>, LakeError> {
    let files = all_files(directory)?;
    let names = files
        .iter()
        .filter_map(|path| path.strip_prefix(directory).ok());
    Ok(names
        .map(|name| name.to_string_lossy().into_owned())
        .collect())
}
