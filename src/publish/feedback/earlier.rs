//! The feedback that was written before: which files of the directory are ours, and what stays.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::index::{COLUMNS, INDEX, IndexRow};
use crate::intake::MARKER;
use crate::intake::hash_file;
use crate::publish::delimited::without_bom;
use crate::publish::error::{PublishError, io_at};

/// The first line of the marker, for a person who finds it. The list of our files follows.
const MARKER_TEXT: &str = "tonghop writes feedback here. It replaces only the files that it wrote itself, which are listed below; all others stay.\n";

/// A workbook that this program wrote.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct OwnFile {
    /// Hash of its content. Feedback of earlier versions of this program has none.
    pub(super) sha256: Option<String>,
    /// Its row of the index.
    pub(super) row: IndexRow,
}

impl OwnFile {
    /// Its path below the directory.
    fn file(&self) -> &str {
        &self.row[3]
    }

    fn is_of(&self, units: Option<&BTreeSet<(String, String)>>) -> bool {
        let [vintage, code, ..] = &self.row;
        units.is_none_or(|units| units.contains(&(vintage.clone(), code.clone())))
    }
}

/// What stays in a directory of feedback.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Our own files about other units.
    pub(super) own: Vec<OwnFile>,
    /// Our files that somebody changed since; they are his now.
    pub(super) changed: Vec<String>,
    /// The lower-case paths of all files that stay.
    pub(super) taken: BTreeSet<String>,
}

/// Our files in a directory of feedback, by path.
fn own_files(out: &Path) -> Result<BTreeMap<String, OwnFile>, PublishError> {
    let marker = out.join(MARKER);
    let Ok(text) = fs::read_to_string(&marker) else {
        return Ok(BTreeMap::new());
    };
    let listed = text.lines().filter(|line| line.starts_with('{'));
    let mut all = Vec::new();
    for line in listed {
        let file: OwnFile = serde_json::from_str(line).map_err(|e| io_at(&marker)(e.into()))?;
        all.push(file);
    }
    if !text.starts_with(MARKER_TEXT) {
        // An earlier version of this program kept no list, but an index.
        all = of_index(&out.join(INDEX));
    }
    let by_file = all.into_iter().map(|own| (own.file().to_owned(), own));
    Ok(by_file.collect())
}

fn of_index(path: &Path) -> Vec<OwnFile> {
    let text = fs::read(path).unwrap_or_default();
    let mut reader = csv::Reader::from_reader(without_bom(&text));
    let rows = reader.records().filter_map(Result::ok);
    let rows = rows.filter(|row| row.len() == COLUMNS);
    rows.map(|row| OwnFile {
        sha256: None,
        row: std::array::from_fn(|i| row.get(i).unwrap_or_default().to_owned()),
    })
    .collect()
}

/// Links into `aside` all files of `out` that stay: those that this program did not write, or that somebody changed, and
/// its own about other units than `only`.
pub(super) fn keep(
    out: &Path,
    aside: &Path,
    only: Option<&BTreeSet<(String, String)>>,
) -> Result<Kept, PublishError> {
    let mut kept = Kept::default();
    if !out.is_dir() {
        return Ok(kept);
    }
    let own = own_files(out)?;
    let mut open = vec![String::new()];
    while let Some(folder) = open.pop() {
        let directory = out.join(&folder);
        for entry in fs::read_dir(&directory).map_err(io_at(&directory))? {
            let entry = entry.map_err(io_at(&directory))?;
            let base = entry.file_name();
            let Some(base) = base.to_str() else {
                // Only this program lists names; a name that is no text is not ours.
                let to = aside.join(&folder).join(&base);
                link(&entry.path(), &to)?;
                continue;
            };
            if folder.is_empty() && [MARKER, INDEX].contains(&base) {
                continue;
            }
            let path = if folder.is_empty() {
                base.to_owned()
            } else {
                format!("{folder}/{base}")
            };
            let from = entry.path();
            if entry.file_type().map_err(io_at(&from))?.is_dir() {
                let is_ours = own.keys().any(|file| file.starts_with(&format!("{path}/")));
                if !is_ours {
                    make_folder(&from, &aside.join(&path))?;
                }
                open.push(path);
                continue;
            }
            if let Some(file) = own.get(&path) {
                let is_changed = match &file.sha256 {
                    Some(hash) => hash_file(&from).map_err(io_at(&from))? != *hash,
                    None => false,
                };
                match (file.is_of(only), is_changed) {
                    (true, false) => continue,
                    (_, true) => kept.changed.push(path.clone()),
                    (false, false) => kept.own.push(file.clone()),
                }
            }
            link(&from, &aside.join(&path))?;
            kept.taken.insert(path.to_lowercase());
        }
    }
    kept.changed.sort();
    Ok(kept)
}

/// A folder with the permissions of another.
fn make_folder(from: &Path, to: &Path) -> Result<(), PublishError> {
    fs::create_dir_all(to).map_err(io_at(to))?;
    let permissions = fs::metadata(from).map_err(io_at(from))?.permissions();
    fs::set_permissions(to, permissions).map_err(io_at(to))
}

/// A second name of a file, or a copy where the file system has no links.
fn link(from: &Path, to: &Path) -> Result<(), PublishError> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(io_at(folder))?;
    }
    let Err(refused) = fs::hard_link(from, to) else {
        return Ok(());
    };
    let kind = fs::symlink_metadata(from).map_err(io_at(from))?.file_type();
    if kind.is_symlink() {
        let target = fs::read_link(from).map_err(io_at(from))?;
        std::os::unix::fs::symlink(target, to).map_err(io_at(to))
    } else if kind.is_file() {
        fs::copy(from, to).map(drop).map_err(io_at(to))
    } else {
        Err(io_at(from)(refused))
    }
}

/// Writes the marker with the list of our files.
pub(super) fn write_marker(aside: &Path, own: &[OwnFile]) -> Result<(), PublishError> {
    let path = aside.join(MARKER);
    let mut text = MARKER_TEXT.to_owned();
    for file in own {
        let line = serde_json::to_string(file).map_err(|e| io_at(&path)(e.into()))?;
        text.push_str(&line);
        text.push('\n');
    }
    fs::write(&path, text).map_err(io_at(&path))
}
