//! What a snapshot was made of, stored beside its tables: enough to make it again from the originals.

use std::fs;
use std::io;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::{LakeError, io_at};
use super::seal::hash;
use super::snapshot::{ABOUT, About, Snapshot};
use super::sums::{self, Listing};
use crate::diagnostic::Finding;

/// The file of a snapshot that holds its [`Inputs`].
const INPUTS: &str = "inputs.json";

/// A submission of a snapshot, as far as it is known before it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    /// Path relative to the inbox.
    pub file_name: String,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// When it was received.
    pub received_at: Timestamp,
    /// Whether it is an archive.
    pub is_archive: bool,
    /// Whether nothing of it could be used.
    pub rejected: bool,
}

/// What came into a snapshot from outside the definitions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// The time that it was limited to, if it was.
    pub as_of: Option<Timestamp>,
    /// Its submissions.
    pub submissions: Vec<InputFile>,
    /// What was found about the inboxes when they were scanned.
    pub findings: Vec<Finding>,
}

/// Everything that a snapshot was made of.
#[derive(Debug, Clone)]
pub struct MadeOf {
    /// The program and the definitions.
    pub about: About,
    /// The submissions.
    pub inputs: Inputs,
}

impl MadeOf {
    /// The files that are stored beside the tables. `directory` is named in errors.
    pub(super) fn files(
        &self,
        directory: &Path,
    ) -> Result<[(&'static str, Vec<u8>); 2], LakeError> {
        let failed = |name: &str, e: String| io_at(&directory.join(name))(io::Error::other(e));
        let about = toml::to_string(&self.about).map_err(|e| failed(ABOUT, e.to_string()))?;
        let inputs = serde_json::to_string_pretty(&self.inputs)
            .map_err(|e| failed(INPUTS, e.to_string()))?;
        Ok([
            (ABOUT, about.into_bytes()),
            (INPUTS, format!("{inputs}\n").into_bytes()),
        ])
    }
}

impl Snapshot {
    /// What it was made of. None if an earlier version made it, or if that is damaged.
    #[must_use]
    pub fn made_of(&self) -> Option<MadeOf> {
        let Listing::Of(sums) = sums::read(&self.directory, &self.id) else {
            return None;
        };
        let sound = |name: &str| {
            let bytes = fs::read(self.directory.join(name)).ok()?;
            (*sums.get(name)? == hash(&bytes)).then_some(bytes)
        };
        Some(MadeOf {
            about: toml::from_str(&String::from_utf8(sound(ABOUT)?).ok()?).ok()?,
            inputs: serde_json::from_slice(&sound(INPUTS)?).ok()?,
        })
    }
}
