//! The directory of feedback: a workbook for each letter, in a folder for each unit, and an index of all of them.

use std::collections::BTreeSet;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::letter::Letter;
use super::names::{first_free, safe};
use super::words::FeedbackWords;
use super::workbook::{How, ReadSettings, workbook};
use crate::diagnostic::Severity;
use crate::publish::directory;
use crate::publish::error::{PublishError, csv_at, io_at};

/// Name of the list of all that was written.
pub const INDEX: &str = "index.csv";

/// Columns of the index.
const INDEX_COLUMNS: [&str; 11] = [
    "unit_vintage",
    "unit_code",
    "unit_name",
    "file",
    "submission_id",
    "file_name",
    "received",
    "errors",
    "warnings",
    "infos",
    "how",
];

/// A workbook that was written.
#[derive(Debug, Clone)]
pub struct Written {
    /// Its path below the directory of feedback.
    pub file: String,
    /// How it was made.
    pub how: How,
}

/// Writes a workbook for each letter and the index. They replace earlier feedback.
///
/// # Errors
/// When the directory belongs to somebody else, or a file cannot be read or written. Earlier feedback is then unchanged.
pub fn write(
    out: &Path,
    letters: &[Letter],
    words: &FeedbackWords,
    settings: ReadSettings<'_>,
) -> Result<Vec<Written>, PublishError> {
    let mut written = Vec::with_capacity(letters.len());
    directory::replace(out, |aside| {
        // Files may hold personal data: like the originals in the lake, only this user may read them.
        std::fs::set_permissions(aside, Permissions::from_mode(0o700)).map_err(io_at(aside))?;
        let mut taken = BTreeSet::new();
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
            std::fs::write(&path, workbook.bytes).map_err(io_at(&path))?;
            written.push(Written {
                file,
                how: workbook.how,
            });
        }
        write_index(&aside.join(INDEX), letters, &written)
    })?;
    Ok(written)
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

fn write_index(path: &Path, letters: &[Letter], written: &[Written]) -> Result<(), PublishError> {
    let at = csv_at(path);
    let mut writer = csv::Writer::from_path(path).map_err(&at)?;
    writer.write_record(INDEX_COLUMNS).map_err(&at)?;
    for (letter, written) in letters.iter().zip(written) {
        let (vintage, code) = letter.unit.clone().unwrap_or_default();
        let sent = letter.sent.as_ref();
        let count = |severity| letter.count(severity).to_string();
        let row: [String; 11] = [
            vintage,
            code,
            letter.unit_name.clone().unwrap_or_default(),
            written.file.clone(),
            sent.map(|s| s.submission_id.clone()).unwrap_or_default(),
            sent.map(|s| s.file_name.clone()).unwrap_or_default(),
            sent.map(|s| s.received_on.to_string()).unwrap_or_default(),
            count(Severity::Error),
            count(Severity::Warning),
            count(Severity::Info),
            written.how.as_str().to_owned(),
        ];
        writer.write_record(row).map_err(&at)?;
    }
    writer.flush().map_err(io_at(path))
}
