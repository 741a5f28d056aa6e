//! Texts: the shared table, and rich texts with their runs.

use super::styles::Font;
use crate::read::biff::{Biff12, Fields, wide_text};
use crate::read::rich_text::{StatedFont, TextRun};

/// A text as the workbook stores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StoredText {
    /// All of it is set as its cell is.
    Plain(String),
    /// Its parts may be set differently.
    Rich(Box<[TextRun]>),
}

/// The shared texts. What follows damage is missing: cells that refer to it are damaged.
pub(super) fn shared_texts(part: &[u8], fonts: &[Font]) -> Vec<StoredText> {
    let mut texts = Vec::new();
    let mut records = Biff12::new(part);
    while let Ok(Some((kind, body))) = records.next() {
        // BrtSSTItem.
        if kind != 19 {
            continue;
        }
        match rich_text(body, fonts) {
            Some(text) => texts.push(text),
            None => return texts,
        }
    }
    texts
}

/// A text with its runs (`RichStr`): flags, letters, and each run as its first letter and its font.
pub(super) fn rich_text(body: &[u8], fonts: &[Font]) -> Option<StoredText> {
    let (text, length) = wide_text(body.get(1..)?)?;
    if body.first()? & 1 == 0 {
        return Some(StoredText::Plain(text));
    }
    let stated = body.get(1 + length..)?;
    let count = stated.u32_at(0)? as usize;
    let mut starts: Vec<(usize, usize)> = stated
        .get(4..)?
        .as_chunks::<4>()
        .0
        .iter()
        .take(count)
        .filter_map(|run| Some((run.u16_at(0)?.into(), run.u16_at(2)?.into())))
        .collect();
    starts.sort_by_key(|(start, _)| *start);
    let units: Vec<u16> = text.encode_utf16().collect();
    let part = |from: usize, to: usize| {
        let (from, to) = (from.min(units.len()), to.min(units.len()));
        String::from_utf16_lossy(units.get(from..to).unwrap_or_default())
    };
    let first = starts.first().map_or(units.len(), |(start, _)| *start);
    let mut runs = vec![TextRun {
        text: part(0, first),
        ..TextRun::default()
    }];
    for (i, (start, font)) in starts.iter().enumerate() {
        let end = starts.get(i + 1).map_or(units.len(), |(next, _)| *next);
        let font = fonts.get(*font).cloned().unwrap_or_default();
        runs.push(TextRun {
            text: part(*start, end),
            font: font.legacy.map_or(StatedFont::Plain, StatedFont::Legacy),
            is_struck: Some(font.is_struck),
            raised: font.raised,
        });
    }
    runs.retain(|run| !run.text.is_empty());
    Some(StoredText::Rich(runs.into()))
}
