//! Feedback: to each unit its own files back, as it sent them, with the cells at fault coloured, a note on each that
//! says what is wrong and what to do, and a sheet that lists all of it.
//!
//! A workbook of Office Open XML is not saved anew: a few of its parts are added to, and all others keep their bytes.
//! What came in another format is written as a workbook from what was read; of what could not be read there is the
//! list alone.

mod list;
mod mark;
mod notes;
mod package;
mod rebuild;
mod sheet;
mod styles;
mod words;
mod xml;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

pub use words::{FeedbackWords, ListHeads, NoteWords, SeverityWords};

use super::{PublishError, directory, io_at};
use crate::diagnostic::Severity;
use crate::intake::{Limits, sniff};
use crate::read::{CellContent, Document, read_file};
use crate::text::Encodings;

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

/// Something to say about a file that was sent, or that was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Severity.
    pub severity: Severity,
    /// Code of the finding, or of the rule behind it.
    pub code: String,
    /// Sheet, as the file calls it; none for a file without sheets or a remark on the whole file.
    pub sheet: Option<String>,
    /// One cell, as `A1`.
    pub cell: Option<String>,
    /// What stands in that cell, as read; filled in when the file is read.
    pub written: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

/// A file that was sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Its name in the inbox.
    pub file_name: String,
    /// First 16 hexadecimal digits of its SHA-256.
    pub submission_id: String,
    /// The day it came.
    pub received_on: Date,
    /// The same, as people write it.
    pub received: String,
    /// The original.
    pub original: PathBuf,
}

/// What one unit is told about one file, or about files that it did not send.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Vintage and code of the unit, if it is known.
    pub unit: Option<(String, String)>,
    /// Name of the unit, for names of files.
    pub short_name: Option<String>,
    /// Name of the body and the unit, for people.
    pub unit_name: Option<String>,
    /// The file; none where nothing was sent.
    pub sent: Option<Sent>,
    /// What there is to say, the gravest first.
    pub remarks: Vec<Remark>,
}

/// How a workbook came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// The sender's own workbook, marked.
    Marked,
    /// Written from what was read, and marked.
    Rebuilt,
    /// The list alone.
    List,
}

impl How {
    /// The word in the index.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Marked => "marked",
            Self::Rebuilt => "rebuilt",
            Self::List => "list",
        }
    }
}

/// A workbook that was written.
#[derive(Debug, Clone)]
pub struct Written {
    /// Its path below the directory of feedback.
    pub file: String,
    /// How it came about.
    pub how: How,
}

/// Why a workbook could not be marked; it is then written from what was read.
#[derive(Debug, thiserror::Error)]
pub(super) enum MarkError {
    #[error("it is no sound archive: {0}")]
    Zip(#[from] zip::result::ZipError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("the part `{0}` is not there")]
    Missing(String),
    #[error("the part `{0}` is too large")]
    TooLarge(String),
    #[error("the part `{0}` is not UTF-8 text")]
    NotUtf8(String),
    #[error("{0}")]
    Xml(String),
}

/// The background of a cell at fault: pale, so that what stands in it can be read, also on paper.
fn colour_of(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "F8C9C4",
        Severity::Warning => "FFE8A3",
        Severity::Info => "DCE9F5",
    }
}

/// Writes a workbook for each letter and the index, in place of what was written before.
///
/// # Errors
/// When the directory is not ours or a file cannot be read or written. What was there before is then still there.
pub fn write(
    out: &Path,
    letters: &[Letter],
    words: &FeedbackWords,
    reading: Reading<'_>,
) -> Result<Vec<Written>, PublishError> {
    let mut written = Vec::with_capacity(letters.len());
    directory::replace(out, |aside| {
        // What was sent may hold personal data: like the originals in the lake it is for this user only.
        std::fs::set_permissions(aside, Permissions::from_mode(0o700)).map_err(io_at(aside))?;
        let mut taken = BTreeSet::new();
        for letter in letters {
            let (bytes, extension, how) = workbook(letter, words, reading)?;
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
            std::fs::write(&path, bytes).map_err(io_at(&path))?;
            written.push(Written { file, how });
        }
        write_index(&aside.join(INDEX), letters, &written)
    })?;
    Ok(written)
}

/// The workbook of a letter, the extension of its name, and how it came about.
fn workbook(
    letter: &Letter,
    words: &FeedbackWords,
    reading: Reading<'_>,
) -> Result<(Vec<u8>, &'static str, How), PublishError> {
    let limit = reading.limits.max_file_bytes;
    let unmarkable = |e: MarkError| PublishError::Feedback(e.to_string());
    let document = letter
        .sent
        .as_ref()
        .and_then(|sent| document(sent, reading));
    let mut letter = letter.clone();
    if let (Some(sent), Some(document)) = (letter.sent.clone(), document) {
        for remark in &mut letter.remarks {
            remark.written = written_at(&document, remark, words);
        }
        let size = std::fs::metadata(&sent.original).map_or(u64::MAX, |m| m.len());
        if size <= limit {
            let bytes = std::fs::read(&sent.original).map_err(io_at(&sent.original))?;
            if let Ok(marked) = mark::mark(&bytes, &letter, false, words, limit) {
                return Ok((marked.bytes, marked.extension, How::Marked));
            }
        }
        if let Ok((bytes, names)) = rebuild::workbook(&document, &words.figures, sent.received_on) {
            let named: BTreeMap<Option<&str>, &String> = document
                .sheets
                .iter()
                .map(|s| s.name.as_deref())
                .zip(&names)
                .collect();
            for remark in &mut letter.remarks {
                // Where there are no sheets, a cell is that of the only one.
                let name = named.get(&remark.sheet.as_deref());
                if let Some(name) = name.filter(|_| remark.sheet.is_some() || remark.cell.is_some())
                {
                    remark.sheet = Some((*name).clone());
                }
            }
            let marked =
                mark::mark(&bytes, &letter, false, words, u64::MAX - 1).map_err(unmarkable)?;
            return Ok((marked.bytes, marked.extension, How::Rebuilt));
        }
    }
    let unread = letter.sent.is_some();
    let empty = mark::empty_workbook().map_err(unmarkable)?;
    let marked = mark::mark(&empty, &letter, unread, words, limit).map_err(unmarkable)?;
    Ok((marked.bytes, marked.extension, How::List))
}

/// What reading a file needs to know.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// What a single file may hold.
    pub limits: Limits,
    /// Encodings that came before Unicode.
    pub encodings: &'a Encodings,
}

fn document(sent: &Sent, reading: Reading<'_>) -> Option<Document> {
    let format = sniff(&sent.original).ok()?.ok()?;
    read_file(&sent.original, format, reading.limits, reading.encodings).ok()
}

/// What stands in the cell of a remark, as read.
fn written_at(document: &Document, remark: &Remark, words: &FeedbackWords) -> String {
    let Some(at) = remark.cell.as_deref().and_then(sheet::address) else {
        return String::new();
    };
    document
        .sheets
        .iter()
        .find(|s| s.name == remark.sheet)
        .and_then(|s| s.shown(at))
        .map_or_else(|| words.blank.clone(), CellContent::as_read)
}

/// The first of names numbered from 1 that is not taken.
fn first_free(name: impl Fn(u32) -> String, taken: impl Fn(&str) -> bool) -> String {
    let mut n = 1;
    loop {
        let name = name(n);
        if !taken(&name) {
            return name;
        }
        n += 1;
    }
}

/// A name without what file systems do not like.
fn safe(name: &str) -> String {
    let kept: String = name
        .chars()
        .map(|c| match c {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
            c if c.is_control() => '-',
            c => c,
        })
        .collect();
    let kept = kept.trim().trim_matches('.').trim();
    if kept.is_empty() {
        "-".to_owned()
    } else {
        kept.chars().take(100).collect()
    }
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

/// The name of a workbook without its extension: that of the file it answers.
fn stem(letter: &Letter, words: &FeedbackWords) -> String {
    let Some(sent) = &letter.sent else {
        return safe(&words.missing_file);
    };
    let name = sent.file_name.rsplit('/').next().unwrap_or(&sent.file_name);
    safe(name.rsplit_once('.').map_or(name, |(stem, _)| stem))
}

fn write_index(path: &Path, letters: &[Letter], written: &[Written]) -> Result<(), PublishError> {
    let at = |source| PublishError::Csv {
        path: path.to_owned(),
        source,
    };
    let mut writer = csv::Writer::from_path(path).map_err(at)?;
    writer.write_record(INDEX_COLUMNS).map_err(at)?;
    for (letter, written) in letters.iter().zip(written) {
        let (vintage, code) = letter.unit.clone().unwrap_or_default();
        let sent = letter.sent.as_ref();
        let count = |severity: Severity| {
            let n = letter.remarks.iter().filter(|r| r.severity == severity);
            n.count().to_string()
        };
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
        writer.write_record(row).map_err(at)?;
    }
    writer.flush().map_err(io_at(path))
}
