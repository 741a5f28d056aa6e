//! The directory of feedback: a workbook for each letter, in a folder for each unit, and an index of all of them.

use std::collections::BTreeSet;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::earlier::{OwnFile, keep, write_marker};
use super::index::{INDEX, INDEX_COLUMNS, index_row, order};
use super::letter::Letter;
use super::names::{first_free, safe};
use super::words::FeedbackWords;
use super::workbook::{How, ReadSettings, workbook};
use crate::intake::hash_file;
use crate::publish::delimited::write_people;
use crate::publish::directory;
use crate::publish::error::{PublishError, io_at};

/// A workbook that was written.
#[derive(Debug, Clone)]
pub struct Written {
    /// Its path below the directory of feedback.
    pub file: String,
    /// How it was made.
    pub how: How,
}

/// Where feedback is written, and what it replaces there.
#[derive(Debug, Clone)]
pub struct FeedbackPlace<'a> {
    /// The directory.
    pub out: &'a Path,
    /// Vintage and code of the units whose earlier feedback is replaced; none for all.
    pub only: Option<BTreeSet<(String, String)>>,
    /// Whether the index begins with a byte order mark.
    pub bom: bool,
}

/// Writes a workbook for each letter and the index. They replace the earlier feedback of the same units; all other files
/// stay. Returns what was written, and the earlier workbooks that stay because somebody changed them.
///
/// # Errors
/// When the directory belongs to somebody else, or a file cannot be read or written. Earlier feedback is then unchanged.
pub fn write(
    place: &FeedbackPlace<'_>,
    letters: &[Letter],
    words: &FeedbackWords,
    settings: ReadSettings<'_>,
) -> Result<(Vec<Written>, Vec<String>), PublishError> {
    let mut written = Vec::with_capacity(letters.len());
    let mut changed = Vec::new();
    directory::replace(place.out, |aside| {
        // Files may hold personal data: like the originals in the lake, only this user may read them.
        std::fs::set_permissions(aside, Permissions::from_mode(0o700)).map_err(io_at(aside))?;
        let kept = keep(place.out, aside, place.only.as_ref())?;
        let (mut taken, mut own) = (kept.taken, kept.own);
        changed = kept.changed;
        for letter in letters {
            let workbook = workbook(letter, words, settings)?;
            let extension = workbook.extension;
            let folder = folder_name(letter, words);
            let stem = stem(letter, words);
            let file = first_free(
                |n| match n {
                    1 => format!("{folder}/{stem}.{extension}"),
                    n => format!("{folder}/{stem} ({n}).{extension}"),
                },
                |file| taken.contains(&file.to_lowercase()),
            );
            taken.insert(file.to_lowercase());
            let directory = aside.join(&folder);
            std::fs::create_dir_all(&directory).map_err(io_at(&directory))?;
            let path = aside.join(&file);
            std::fs::write(&path, &workbook.bytes).map_err(io_at(&path))?;
            let one = Written {
                file,
                how: workbook.how,
            };
            own.push(OwnFile {
                sha256: Some(hash_file(&path).map_err(io_at(&path))?),
                row: index_row(letter, &one.file, one.how),
            });
            written.push(one);
        }
        // Units first, by unit and then by file.
        own.sort_by(|a, b| order(&a.row).cmp(&order(&b.row)));
        let rows = own.iter().map(|file| file.row.clone());
        let path = aside.join(INDEX);
        write_people(&path, place.bom, INDEX_COLUMNS, rows)?;
        write_marker(aside, &own)
    })?;
    Ok((written, changed))
}

fn folder_name(letter: &Letter, words: &FeedbackWords) -> String {
    match &letter.unit {
        Some((vintage, code)) => {
            let name = letter.short_name.as_deref().unwrap_or_default();
            safe(&format!("{vintage}-{code} {name}"))
        }
        None => safe(&words.no_unit),
    }
}

/// The name of a workbook without its extension: that of the file it is about.
fn stem(letter: &Letter, words: &FeedbackWords) -> String {
    let Some(sent) = &letter.sent else {
        return safe(&words.missing_file);
    };
    let name = sent.file_name.rsplit('/').next().unwrap_or(&sent.file_name);
    safe(name.rsplit_once('.').map_or(name, |(stem, _)| stem))
}
