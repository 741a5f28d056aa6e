//! The health of a lake: every file is checked against its hash, every link and entry against what it names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::cache::{self, SEEN};
use super::check::{Checker, Damage, Problem};
use super::editions::pinned;
use super::error::LakeError;
use super::files::{entries_of, name_of, several_at_a_time};
use super::garbage::{USED, originals_of};
use super::history::{HISTORY, damaged_lines, history};
use super::lock::LOCK;
use super::seal::{self, Seal};
use super::snapshot::Snapshot;
use super::writer::{OWNER, check_owner_file};

/// The name of the seal in a report of a run. It is the last entry.
pub const REPORT_SEAL: &str = "\"seal\"";

/// Bytes at the end of a report in which its seal stands.
const REPORT_TAIL: usize = 90;

/// A file that nothing says the hash of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unchecked {
    /// Its path, relative to the lake.
    pub path: PathBuf,
    /// Why it was not checked.
    pub why: &'static str,
}

/// What a check of a lake found.
#[derive(Debug, Default)]
pub struct Health {
    /// Number of files that were read.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// What is damaged, by path.
    pub damaged: Vec<Damage>,
    /// What carries no hash, by path.
    pub unchecked: Vec<Unchecked>,
}

const OF_OLD: &str = "an earlier version wrote it without a hash";
const LEFTOVER: &str = "a run is at work, or was killed: the next run deletes it";
const NOT_OURS: &str = "it is not a file of the lake";

/// Checks a lake. Nothing is written; no lock is needed.
///
/// # Errors
/// If there is no lake.
pub fn health(root: &Path) -> Result<Health, LakeError> {
    let has_owner = fs::symlink_metadata(root.join(OWNER)).is_ok();
    if !has_owner && !root.join("snapshots").is_dir() {
        return Err(LakeError::Absent(root.display().to_string()));
    }
    let mut doctor = Doctor {
        root,
        checker: Checker::default(),
        health: Health::default(),
    };
    doctor.check_all()?;
    let Doctor {
        checker,
        mut health,
        ..
    } = doctor;
    (health.files, health.bytes) = checker.done();
    health.damaged.sort_by(|a, b| a.path.cmp(&b.path));
    health.damaged.dedup();
    health.unchecked.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(health)
}

/// Collects what is found.
struct Doctor<'a> {
    root: &'a Path,
    checker: Checker,
    health: Health,
}

impl Doctor<'_> {
    fn check_all(&mut self) -> Result<(), LakeError> {
        self.check_top()?;
        let needed = self.check_snapshots()?;
        self.check_originals(&needed)?;
        self.check_cache()?;
        self.check_editions()?;
        self.check_runs()
    }

    fn damaged(&mut self, path: impl Into<PathBuf>, problem: Problem) {
        let path = path.into();
        self.health.damaged.push(Damage { path, problem });
    }

    fn unchecked(&mut self, path: impl Into<PathBuf>, why: &'static str) {
        let path = path.into();
        self.health.unchecked.push(Unchecked { path, why });
    }

    /// The content of a file whose damage is judged by `seal`. None if it cannot be read.
    fn sealed(&mut self, path: &Path, seal: impl Fn(&[u8]) -> Seal) -> Option<Vec<u8>> {
        match self.checker.read(&self.root.join(path)) {
            Ok(bytes) => {
                match seal(&bytes) {
                    Seal::Sound => {}
                    Seal::Broken => self.damaged(path, Problem::Changed),
                    Seal::Absent => self.unchecked(path, OF_OLD),
                }
                Some(bytes)
            }
            Err(problem) => {
                self.damaged(path, problem);
                None
            }
        }
    }

    /// The names in a folder, but for leftovers of killed runs, which are told.
    fn names_in(&mut self, folder: &str) -> Result<Vec<String>, LakeError> {
        let mut names = Vec::new();
        for path in entries_of(&self.root.join(folder))? {
            let name = name_of(&path);
            if [".part", ".gone"].iter().any(|end| name.ends_with(end)) {
                self.unchecked(Path::new(folder).join(name), LEFTOVER);
            } else {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    fn check_top(&mut self) -> Result<(), LakeError> {
        let folders = ["snapshots", "inbox", "cache", "editions", "runs", "current"];
        for name in self.names_in("")? {
            if name == OWNER {
                self.sealed(Path::new(OWNER), check_owner_file);
            } else if name != LOCK && !folders.contains(&name.as_str()) {
                self.unchecked(name, NOT_OURS);
            }
        }
        if fs::symlink_metadata(self.root.join(OWNER)).is_err() {
            self.damaged(OWNER, Problem::Missing(None));
        }
        self.check_current()
    }

    /// Checks the link `current`: it leads to a snapshot of this lake, whatever else looks at it.
    fn check_current(&mut self) -> Result<(), LakeError> {
        let link = self.root.join("current");
        let Ok(metadata) = fs::symlink_metadata(&link) else {
            if !history(self.root)?.is_empty() {
                self.damaged("current", Problem::Missing(None));
            }
            return Ok(());
        };
        if !metadata.is_symlink() {
            let what = "it is not a link".to_owned();
            self.damaged("current", Problem::Unreadable(what));
            return Ok(());
        }
        let target = fs::read_link(&link).unwrap_or_default();
        let id = name_of(&target);
        if target != Path::new("snapshots").join(&id) || id.is_empty() || id.starts_with('.') {
            let target = target.display().to_string();
            self.damaged("current", Problem::Outside(target));
        } else if !self.root.join("snapshots").join(&id).is_dir() {
            self.damaged("current", Problem::Dangling(id));
        }
        Ok(())
    }

    /// Checks all snapshots. Returns the originals that they need, each with a name that it was sent under.
    fn check_snapshots(&mut self) -> Result<BTreeMap<String, String>, LakeError> {
        let mut needed = BTreeMap::new();
        for name in self.names_in("snapshots")? {
            let folder = Path::new("snapshots").join(&name);
            let directory = self.root.join(&folder);
            let is_folder = fs::symlink_metadata(&directory).is_ok_and(|m| m.is_dir());
            if !is_folder || name.starts_with('.') {
                self.unchecked(folder, NOT_OURS);
                continue;
            }
            let snapshot = Snapshot {
                id: name,
                directory,
            };
            let check = snapshot.check(&self.checker);
            for (name, problem) in check.damaged {
                self.damaged(folder.join(name), problem);
            }
            for name in check.unchecked {
                self.unchecked(folder.join(name), OF_OLD);
            }
            match snapshot.made_of() {
                Some(made) => {
                    let files = made.inputs.submissions.into_iter();
                    needed.extend(files.map(|file| (file.sha256, file.file_name)));
                }
                None => {
                    let known = originals_of(&snapshot).unwrap_or_default();
                    needed.extend(known.into_iter().map(|hash| (hash, String::new())));
                }
            }
        }
        Ok(needed)
    }

    fn check_originals(&mut self, needed: &BTreeMap<String, String>) -> Result<(), LakeError> {
        let names = self.names_in("inbox")?;
        let found = Mutex::new(Vec::new());
        let folder = self.root.join("inbox");
        several_at_a_time(&names, |name| {
            let problem = self.checker.problem(&folder.join(name), name);
            let is_hash = name.len() == 64;
            if let Some(problem) = problem.or((!is_hash).then_some(Problem::Changed))
                && let Ok(mut found) = found.lock()
            {
                found.push((name.clone(), problem));
            }
            Ok(())
        })?;
        for (name, problem) in found.into_inner().unwrap_or_default() {
            self.damaged(Path::new("inbox").join(name), problem);
        }
        let there: BTreeSet<&String> = names.iter().collect();
        for (hash, file_name) in needed.iter().filter(|(hash, _)| !there.contains(hash)) {
            let name = (!file_name.is_empty()).then(|| file_name.clone());
            self.damaged(Path::new("inbox").join(hash), Problem::Missing(name));
        }
        Ok(())
    }

    fn check_cache(&mut self) -> Result<(), LakeError> {
        for name in self.names_in("cache")? {
            let path = Path::new("cache").join(&name);
            if name == SEEN || name == USED {
                self.sealed(&path, seal::check_text);
            } else if name.ends_with(".parquet") {
                self.sealed(&path, cache::check_sealed);
            } else {
                self.unchecked(path, NOT_OURS);
            }
        }
        Ok(())
    }

    fn check_editions(&mut self) -> Result<(), LakeError> {
        for name in self.names_in("editions")? {
            let path = Path::new("editions").join(&name);
            let Some(edition) = name.strip_suffix(".toml") else {
                self.unchecked(path, NOT_OURS);
                continue;
            };
            self.sealed(&path, seal::check_text);
            match pinned(self.root, edition) {
                Ok(Some(pin)) if !self.root.join("snapshots").join(&pin.snapshot).is_dir() => {
                    self.damaged(path, Problem::Dangling(pin.snapshot));
                }
                Ok(_) => {}
                Err(_) => self.damaged(path, Problem::Changed),
            }
        }
        Ok(())
    }

    /// Checks the history and the reports of runs.
    fn check_runs(&mut self) -> Result<(), LakeError> {
        for name in self.names_in("runs")? {
            let path = Path::new("runs").join(&name);
            if name == HISTORY {
                if let Err(problem) = self.checker.read(&self.root.join(&path)) {
                    self.damaged(path, problem);
                    continue;
                }
                let lines = damaged_lines(self.root)?;
                if !lines.is_empty() {
                    self.damaged(path, Problem::Lines(lines));
                }
            } else if path.extension().is_some_and(|end| end == "json") {
                let report = self.sealed(&path, |bytes| {
                    seal::check_slot(bytes, REPORT_SEAL, REPORT_TAIL)
                });
                let is_json =
                    |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).is_ok();
                if report.is_some_and(|bytes| !is_json(&bytes)) {
                    self.damaged(path, Problem::Changed);
                }
            } else {
                self.unchecked(path, NOT_OURS);
            }
        }
        Ok(())
    }
}
