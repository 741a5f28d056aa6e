//! The parts of a lock: files and submissions by their hashes, and printed tables.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::intake::hex;
use crate::publish::book::BookFile;
use crate::tables::Table;

/// Separates the parts of a printed cell.
const SEPARATOR: char = '\t';

/// A file by its hash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedFile {
    /// Name.
    pub name: String,
    /// Hash of its content.
    pub sha256: String,
}

impl LockedFile {
    /// A file of an edition.
    #[must_use]
    pub fn of(file: &BookFile) -> Self {
        Self {
            name: file.name.clone(),
            sha256: sha256(&file.content),
        }
    }
}

/// A submission by its hash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedSubmission {
    /// When it was received.
    pub received_at: Timestamp,
    /// Its name in the inbox.
    pub file_name: String,
    /// Hash of its content.
    pub sha256: String,
    /// Its size in bytes.
    pub size_bytes: u64,
}

/// A printed table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedTable {
    /// Identifier.
    pub id: String,
    /// A line for each cell: row, column and printed text, separated by tabs.
    pub cells: String,
}

impl LockedTable {
    pub(super) fn of(table: &Table) -> Self {
        let mut cells = String::new();
        for row in &table.rows {
            for (head, cell) in table.columns.iter().zip(&row.cells) {
                let Some(cell) = cell else { continue };
                let parts = [row.id.as_str(), &head.id, &cell.text];
                cells.push_str(&parts.join(&SEPARATOR.to_string()));
                cells.push('\n');
            }
        }
        Self {
            id: table.id.clone(),
            cells,
        }
    }

    /// The cells: row, column, printed text.
    pub fn printed(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.cells.lines().filter_map(|line| {
            let mut parts = line.splitn(3, SEPARATOR);
            Some((parts.next()?, parts.next()?, parts.next()?))
        })
    }
}

/// The SHA-256 hash of a content, in hexadecimal.
pub(super) fn sha256(content: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    hex(&Sha256::digest(content))
}
