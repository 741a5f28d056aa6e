//! `edition.lock`: the inputs, the files and the printed cells of an edition.
//!
//! It contains every printed cell, so that a later edition can be compared with it even if the earlier files and snapshots
//! are gone.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::edition_contents::EditionContents;
use super::locked::{LockedFile, LockedSubmission, LockedTable, sha256};
use crate::lake;
use crate::plan::Plan;
use crate::publish::book::BookFile;

/// Version of the file format. Other versions are rejected.
const FORMAT: u32 = 1;

const HEAD: &str = "# What this edition was made from, and what it printed. `tonghop book --locked` makes it again, byte for byte;\n# `tonghop book --diff` lists what another edition prints otherwise.\n";

/// The lock of an edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// Version of the file format.
    pub format: u32,
    /// The pipeline.
    pub pipeline: String,
    /// The edition.
    pub edition: String,
    /// Name and version of the program.
    pub tool: String,
    /// The snapshot of the lake.
    pub snapshot: String,
    /// The geography of its tables.
    pub geography: String,
    /// The scheme of regions.
    pub scheme: String,
    /// Collections that were open from the start: form and period.
    pub collections: Vec<(String, String)>,
    /// The files of the pipeline, by name.
    pub definitions: Vec<LockedFile>,
    /// The submissions in the snapshot.
    pub submissions: Vec<LockedSubmission>,
    /// The files of the edition.
    pub files: Vec<LockedFile>,
    /// The printed tables.
    pub tables: Vec<LockedTable>,
}

/// Why a lock cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}`: {message}\nhint: `tonghop book` without --locked writes the lock of an edition; name another with --lock", path.display())]
pub struct LockError {
    /// The lock.
    pub path: PathBuf,
    /// What is wrong with it.
    pub message: String,
}

impl LockError {
    fn new(path: &Path, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            message: message.into(),
        }
    }

    pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        Self::new(path, format!("the lock cannot be read: {error}"))
    }
}

/// Something that differs from the lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// What it is: `definition`, `submission`, `tool`, `snapshot`, `file` …
    pub what: &'static str,
    /// Which.
    pub name: String,
    /// How it differs.
    pub how: String,
}

impl Mismatch {
    fn new(what: &'static str, name: &str, how: impl Into<String>) -> Self {
        Self {
            what,
            name: name.to_owned(),
            how: how.into(),
        }
    }

    pub(super) fn snapshot(locked: &str, made: &str) -> Self {
        Self::new(
            "snapshot",
            locked,
            format!("is no more in the lake, and what is there makes {made}"),
        )
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.what, self.name, self.how)
    }
}

impl Lock {
    /// The lock of an edition that was just made.
    #[must_use]
    pub fn new(plan: &Plan, contents: &EditionContents, files: &[BookFile]) -> Self {
        Self {
            format: FORMAT,
            pipeline: plan.id.clone(),
            edition: plan.edition_name.clone(),
            tool: tool(),
            snapshot: contents.snapshot.id.clone(),
            geography: plan.edition.geography.clone(),
            scheme: plan.edition.scheme.clone(),
            collections: contents.collections.clone(),
            definitions: definitions(plan),
            submissions: contents.submissions.clone(),
            files: files.iter().map(LockedFile::of).collect(),
            tables: contents.book.tables().map(LockedTable::of).collect(),
        }
    }

    /// Reads a lock.
    ///
    /// # Errors
    /// If the file cannot be read or is not a lock.
    pub fn read(path: &Path) -> Result<Self, LockError> {
        let text = std::fs::read_to_string(path).map_err(|e| LockError::unreadable(path, &e))?;
        let wrong =
            |e: toml::de::Error| LockError::new(path, format!("it is no lock: {}", e.message()));
        let lock: Self = toml::from_str(&text).map_err(wrong)?;
        if lock.format == FORMAT {
            Ok(lock)
        } else {
            let message = format!(
                "it has the form {}, this program knows {FORMAT}",
                lock.format
            );
            Err(LockError::new(path, message))
        }
    }

    /// The text of the lock file.
    ///
    /// # Errors
    /// If the lock cannot be serialized.
    pub fn text(&self) -> Result<String, LockError> {
        let text = toml::to_string_pretty(self);
        let text =
            text.map_err(|e| LockError::new(Path::new(crate::publish::book::LOCK), e.to_string()))?;
        Ok(format!("{HEAD}{text}"))
    }

    /// Compares the pipeline, the program and the originals in the lake at `root` with the lock.
    #[must_use]
    pub fn compare_inputs(&self, plan: &Plan, root: &Path) -> Vec<Mismatch> {
        let mut found = Vec::new();
        for (what, locked, now) in [
            ("pipeline", &self.pipeline, &plan.id),
            ("edition", &self.edition, &plan.edition_name),
            ("tool", &self.tool, &tool()),
        ] {
            if locked != now {
                found.push(Mismatch::new(what, locked, format!("is {now} here")));
            }
        }
        compare(
            "definition",
            &self.definitions,
            &definitions(plan),
            &mut found,
        );
        for submission in &self.submissions {
            let original = lake::original(root, &submission.sha256);
            let content = std::fs::read(&original);
            let how = match content {
                Err(_) => "is not in the lake",
                Ok(content) if sha256(&content) != submission.sha256 => {
                    "has another content in the lake"
                }
                Ok(_) => continue,
            };
            found.push(Mismatch::new("submission", &submission.file_name, how));
        }
        found
    }

    /// Compares the files of `made` with the files of the lock.
    #[must_use]
    pub fn compare_files(&self, made: &Self) -> Vec<Mismatch> {
        let mut found = Vec::new();
        compare("file", &self.files, &made.files, &mut found);
        found
    }
}

fn compare(
    what: &'static str,
    locked: &[LockedFile],
    now: &[LockedFile],
    found: &mut Vec<Mismatch>,
) {
    for file in locked {
        match now.iter().find(|f| f.name == file.name) {
            None => found.push(Mismatch::new(what, &file.name, "is not there")),
            Some(other) if other.sha256 != file.sha256 => {
                found.push(Mismatch::new(what, &file.name, "has another content"));
            }
            Some(_) => {}
        }
    }
    for file in now {
        if !locked.iter().any(|f| f.name == file.name) {
            found.push(Mismatch::new(what, &file.name, "is new"));
        }
    }
}

fn tool() -> String {
    concat!("tonghop ", env!("CARGO_PKG_VERSION")).to_owned()
}

/// The files of a pipeline that an edition depends on, without other editions.
fn definitions(plan: &Plan) -> Vec<LockedFile> {
    let of_others = |name: &str| name.starts_with("editions/") && name != plan.edition_file;
    plan.definitions
        .iter()
        .filter(|file| !of_others(&file.name))
        .map(|file| LockedFile {
            name: file.name.clone(),
            sha256: file.sha256.clone(),
        })
        .chain(plan.tables.iter().map(|table| LockedFile {
            // Its query may stand in another pipeline.
            name: format!("query of table {}", table.id),
            sha256: sha256(table.query_text().as_bytes()),
        }))
        .collect()
}
