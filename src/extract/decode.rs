//! Cells typed in the fonts of old encodings: each is decoded on its own, the text as read is kept.

use super::grid::{Address, Sheet};
use crate::text::Encodings;

/// Decodes the texts of a sheet that need it: by the cell's font where it is known, elsewhere by the words.
/// Texts without a known word follow the sheet where its decoded cells are all of one encoding.
pub(super) fn decode_sheet(sheet: &mut Sheet, encodings: &Encodings) {
    let mut decoded: Vec<(Address, &str, String)> = Vec::new();
    let mut silent: Vec<(Address, String)> = Vec::new();
    for (at, content) in sheet.cells() {
        let Some(text) = content.text() else { continue };
        if text.is_ascii() {
            continue;
        }
        let found = match sheet.font(at) {
            Some(font) => encodings.decode_by_font(text, font),
            None => encodings.decode_by_words(text),
        };
        match found {
            Some((id, text)) => decoded.push((at, id, text)),
            None if sheet.font(at).is_none() => silent.push((at, text.to_owned())),
            None => {}
        }
    }
    let mut ids: Vec<&str> = decoded.iter().map(|(_, id, _)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    if let [only] = ids[..] {
        let rest = silent
            .into_iter()
            .filter_map(|(at, text)| Some((at, only, encodings.decode_as(&text, only)?)));
        decoded.extend(rest);
    }
    let decoded: Vec<(Address, String, String)> = decoded
        .into_iter()
        .map(|(at, id, text)| (at, id.to_owned(), text))
        .collect();
    for (at, id, text) in decoded {
        sheet.decode(at, &id, text);
    }
}
