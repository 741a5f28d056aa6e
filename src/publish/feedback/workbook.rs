//! The workbook of a letter: the sender's own, one rebuilt from what was read, or a list alone.

use std::collections::BTreeMap;

use super::letter::{Letter, Remark, SentFile};
use super::words::FeedbackWords;
use super::{mark, rebuild, sheet};
use crate::extract::{Vocabulary, may_be_personal};
use crate::intake::{Limits, sniff};
use crate::publish::error::{PublishError, io_at};
use crate::read::{CellContent, Document, read_file};

/// How a workbook was made.
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

/// Settings for reading a file that was sent.
#[derive(Debug, Clone, Copy)]
pub struct ReadSettings<'a> {
    /// Limits for a single file.
    pub limits: Limits,
    /// The forms, and the encodings from before Unicode.
    pub vocabulary: &'a Vocabulary,
}

/// The workbook of a letter.
pub(super) struct LetterWorkbook {
    pub bytes: Vec<u8>,
    /// Extension of its name.
    pub extension: &'static str,
    pub how: How,
}

/// Makes the workbook of a letter.
///
/// # Errors
/// When the original cannot be read from the disk, or a workbook of our own cannot be marked.
pub(super) fn workbook(
    letter: &Letter,
    words: &FeedbackWords,
    settings: ReadSettings<'_>,
) -> Result<LetterWorkbook, PublishError> {
    let mut letter = letter.clone();
    if let Some(sent) = letter.sent.clone()
        && let Some(document) = document(&sent, settings)
    {
        let (document, has_personal) = without_personal(document, settings.vocabulary);
        for remark in &mut letter.remarks {
            remark.written = written_at(&document, remark, words);
        }
        // Sheets with personal data stay in the original: a copy of the file would carry them out of the lake.
        let limit = settings.limits.max_file_bytes;
        if !has_personal && let Some(workbook) = marked(&sent, &letter, words, limit)? {
            return Ok(workbook);
        }
        if !document.sheets.is_empty()
            && let Some(workbook) = rebuilt(&document, &sent, &mut letter, words)?
        {
            return Ok(workbook);
        }
        if has_personal {
            let empty = mark::empty_workbook()?;
            let marked = mark::mark(&empty, &letter, false, words, limit)?;
            return Ok(LetterWorkbook::new(marked, How::List));
        }
    }
    let unread = letter.sent.is_some();
    let empty = mark::empty_workbook()?;
    let limit = settings.limits.max_file_bytes;
    let marked = mark::mark(&empty, &letter, unread, words, limit)?;
    Ok(LetterWorkbook::new(marked, How::List))
}

impl LetterWorkbook {
    fn new(marked: mark::Marked, how: How) -> Self {
        Self {
            bytes: marked.bytes,
            extension: marked.extension,
            how,
        }
    }
}

/// The sender's own workbook, marked; none where it is too large or cannot be marked.
fn marked(
    sent: &SentFile,
    letter: &Letter,
    words: &FeedbackWords,
    limit: u64,
) -> Result<Option<LetterWorkbook>, PublishError> {
    let size = std::fs::metadata(&sent.original).map_or(u64::MAX, |m| m.len());
    if size > limit {
        return Ok(None);
    }
    let bytes = std::fs::read(&sent.original).map_err(io_at(&sent.original))?;
    let marked = mark::mark(&bytes, letter, false, words, limit).ok();
    Ok(marked.map(|marked| LetterWorkbook::new(marked, How::Marked)))
}

/// A workbook from what was read, marked; none where the sheets do not fit a workbook. Remarks then name its sheets.
fn rebuilt(
    document: &Document,
    sent: &SentFile,
    letter: &mut Letter,
    words: &FeedbackWords,
) -> Result<Option<LetterWorkbook>, PublishError> {
    let Ok((bytes, names)) = rebuild::workbook(document, &words.figures, sent.received_on) else {
        return Ok(None);
    };
    let named: BTreeMap<Option<&str>, &String> = document
        .sheets
        .iter()
        .map(|s| s.name.as_deref())
        .zip(&names)
        .collect();
    for remark in &mut letter.remarks {
        // In a file without sheets, a cell belongs to the only one.
        let name = named.get(&remark.sheet.as_deref());
        if let Some(name) = name.filter(|_| remark.sheet.is_some() || remark.cell.is_some()) {
            remark.sheet = Some((*name).clone());
        }
    }
    let marked = mark::mark(&bytes, letter, false, words, u64::MAX - 1)?;
    Ok(Some(LetterWorkbook::new(marked, How::Rebuilt)))
}

/// A file without the sheets that may hold personal data, and whether it has any.
fn without_personal(mut document: Document, vocabulary: &Vocabulary) -> (Document, bool) {
    let all = document.sheets.len();
    let sheets = &mut document.sheets;
    sheets.retain(|sheet| !may_be_personal(sheet, vocabulary));
    let has_personal = sheets.len() < all;
    (document, has_personal)
}

/// The content of a file; none where it cannot be read.
fn document(sent: &SentFile, settings: ReadSettings<'_>) -> Option<Document> {
    let format = sniff(&sent.original).ok()?.ok()?;
    let encodings = &settings.vocabulary.encodings;
    read_file(&sent.original, format, settings.limits, encodings).ok()
}

/// The content of a remark's cell, as read; nothing of a sheet that is not copied.
fn written_at(document: &Document, remark: &Remark, words: &FeedbackWords) -> String {
    let Some(at) = remark.cell.as_deref().and_then(sheet::address) else {
        return String::new();
    };
    let mut sheets = document.sheets.iter();
    let Some(sheet) = sheets.find(|s| s.name == remark.sheet) else {
        return String::new();
    };
    let shown = sheet.shown(at);
    shown.map_or_else(|| words.blank.clone(), CellContent::as_read)
}
