//! Cells typed in the fonts of old encodings: each is decoded on its own, the text as read is kept.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

use super::grid::{Address, FontRun, Sheet};
use crate::text::Encodings;

/// A text decoded, and the encodings it was in.
type Decoded = (BTreeSet<String>, String);

/// Decodes the texts of a sheet that need it: by the font where it is known, elsewhere by the words. Texts
/// without a known word follow the sheet where its decoded cells are all of one encoding.
pub(super) fn decode_sheet(sheet: &mut Sheet, encodings: &Encodings) {
    let mut decoded: Vec<(Address, Decoded)> = Vec::new();
    let mut silent: Vec<(Address, String)> = Vec::new();
    for (at, content) in sheet.cells() {
        let Some(text) = content.text() else { continue };
        if text.is_ascii() {
            continue;
        }
        let found = match sheet.runs(at) {
            Some(runs) => by_runs(text, runs, encodings),
            None => by_words(text, encodings),
        };
        match found {
            Some(found) => decoded.push((at, found)),
            None if sheet.runs(at).is_none() => silent.push((at, text.to_owned())),
            None => {}
        }
    }
    let used: BTreeSet<&String> = decoded.iter().flat_map(|(_, (ids, _))| ids).collect();
    if let [only] = Vec::from_iter(used)[..] {
        let only = only.clone();
        let rest = silent.into_iter().filter_map(|(at, text)| {
            let text = encodings.decode_as(&text, &only)?;
            Some((at, (BTreeSet::from([only.clone()]), text)))
        });
        decoded.extend(rest.collect::<Vec<_>>());
    }
    for (at, (ids, text)) in decoded {
        sheet.decode(at, &Vec::from_iter(ids).join(", "), text);
    }
}

fn by_words(text: &str, encodings: &Encodings) -> Option<Decoded> {
    let (id, decoded) = encodings.decode_by_words(text)?;
    Some((BTreeSet::from([id.to_owned()]), decoded))
}

/// Decodes each run by its own font; a text whose runs do not make it up goes by its words.
fn by_runs(text: &str, runs: &[FontRun], encodings: &Encodings) -> Option<Decoded> {
    let letters = |text: &str| text.split_whitespace().collect::<String>();
    let whole: String = runs.iter().map(|run| run.text.as_str()).collect();
    if letters(&whole) != letters(text) {
        return by_words(text, encodings);
    }
    let mut ids = BTreeSet::new();
    let mut decoded = String::new();
    for run in runs {
        let by_font = run
            .font
            .as_ref()
            .and_then(|font| encodings.decode_by_font(&run.text, font));
        match by_font {
            Some((id, text)) => {
                ids.insert(id.to_owned());
                decoded.push_str(&text);
            }
            None => decoded.push_str(&run.text),
        }
    }
    (!ids.is_empty()).then(|| (ids, decoded.nfc().collect()))
}
