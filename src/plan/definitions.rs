//! The files that define a pipeline, with their hashes.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::intake::{hex, is_ours, read_bytes};
use crate::tables::TableDefinition;

/// A file of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DefinitionFile {
    /// Path within the pipeline; `<folder>/…` for a file of its reference data or models.
    pub name: String,
    /// Hash of its content.
    pub sha256: String,
}

/// The files of a pipeline and of its reference data and models, with their hashes, sorted by name. An inbox within the
/// pipeline does not count.
pub(super) fn definition_files(roots: [&Path; 3], submissions: &[PathBuf]) -> Vec<DefinitionFile> {
    let mut definitions: Vec<DefinitionFile> = Vec::new();
    for root in roots {
        let mut files = Vec::new();
        collect(root, submissions, &mut files);
        let folder = root.file_name().map(|name| name.to_string_lossy());
        for path in files {
            let within = path.strip_prefix(root).unwrap_or(&path).to_string_lossy();
            let name = match &folder {
                Some(folder) if root != roots[0] => format!("{folder}/{within}"),
                _ => within.into_owned(),
            };
            let hash = Sha256::digest(read_bytes(&path).unwrap_or_default());
            definitions.push(DefinitionFile {
                name,
                sha256: hex(&hash),
            });
        }
    }
    definitions.sort();
    definitions.dedup();
    definitions
}

/// Hash of everything that decides the result of a run on given submissions: all files except those that only say how
/// figures are printed, and the queries of the tables, because findings name the tables that show a figure.
pub(super) fn hash_definitions(
    definitions: &[DefinitionFile],
    tables: &[TableDefinition],
) -> String {
    let mut hasher = Sha256::new();
    let mut add = |text: &str| {
        hasher.update(text.as_bytes());
        hasher.update([0]);
    };
    let printed = |name: &str| {
        ["chapters/", "editions/", "tables/"]
            .iter()
            .any(|f| name.starts_with(f))
    };
    for file in definitions.iter().filter(|file| !printed(&file.name)) {
        add(&file.name);
        add(&file.sha256);
    }
    for table in tables {
        add(&table.id);
        add(table.scenario());
        add(table.query_text());
    }
    hex(&hasher.finalize())
}

/// Files, in any folder, that decide how the words and numbers of every submission are read. Forms and names concern only
/// some submissions: see [`super::answering`].
const READING: [&str; 4] = [
    "admin_units.csv",
    "unit_changes.csv",
    "words.toml",
    "units_of_measure.toml",
];

/// Hash of the definitions that the reading of every file depends on, with what `pipeline.toml` states about it. Rules,
/// models and tables do not count.
pub(super) fn hash_reading(definitions: &[DefinitionFile], stated: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(stated.as_bytes());
    let decides = |name: &str| {
        let (folder, base) = name.rsplit_once('/').unwrap_or(("", name));
        READING.contains(&base) || folder.ends_with("encodings")
    };
    for file in definitions.iter().filter(|file| decides(&file.name)) {
        hasher.update(file.name.as_bytes());
        hasher.update(file.sha256.as_bytes());
    }
    hex(&hasher.finalize())
}

/// Collects the definition files below a directory. Folders that this program writes, such as a lake, are passed over.
fn collect(directory: &Path, submissions: &[PathBuf], files: &mut Vec<PathBuf>) {
    collect_below(directory, submissions, &mut Vec::new(), files);
}

/// `above` are the folders above this one: a link back to one of them is not followed.
fn collect_below(
    directory: &Path,
    submissions: &[PathBuf],
    above: &mut Vec<PathBuf>,
    files: &mut Vec<PathBuf>,
) {
    let Ok(real) = directory.canonicalize() else {
        return;
    };
    if above.contains(&real) {
        return;
    }
    above.push(real);
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if submissions.contains(&path) {
            continue;
        }
        if path.is_dir() {
            if !is_ours(&path) {
                collect_below(&path, submissions, above, files);
            }
        } else if path
            .extension()
            .is_some_and(|e| e == "toml" || e == "csv" || e == "sql")
        {
            files.push(path);
        }
    }
    above.pop();
}
