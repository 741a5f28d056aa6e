//! All that extraction knows before it sees a sheet.

use std::collections::BTreeSet;

use super::form::Form;
use super::label::{without_footnote, without_numbering};
use super::words::DocumentWords;
use crate::text::{Encodings, Folder, listed};

/// All that extraction knows before it sees a sheet.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    /// How texts are compared.
    pub folder: Folder,
    /// The words of documents.
    pub words: DocumentWords,
    /// Folded names of all units of measure.
    pub measures: BTreeSet<String>,
    /// The forms.
    pub forms: Vec<Form>,
    /// Encodings from before Unicode.
    pub encodings: Encodings,
}

impl Vocabulary {
    /// The units of measure that a text states: one, or several in a list, such as `triệu đồng, người`. None if any part of
    /// it is not a known unit.
    #[must_use]
    pub fn measures_in<'t>(&self, text: &'t str) -> Option<Vec<&'t str>> {
        let text = text.trim().trim_matches(['(', ')', '.']).trim();
        if self.is_measure(text) {
            return Some(vec![text]);
        }
        let mut units = Vec::new();
        for part in listed(text) {
            units.extend(self.measures_of_part(part)?);
        }
        (!units.is_empty()).then_some(units)
    }

    /// The units in a part of a list: the part itself, what stands behind its colon, or what a word for `and` joins.
    fn measures_of_part<'t>(&self, part: &'t str) -> Option<Vec<&'t str>> {
        let part = part.trim_matches([':', '.', ' ']);
        if self.is_measure(part) {
            return Some(vec![part]);
        }
        if let Some((_, unit)) = part.rsplit_once([':', '='])
            && self.is_measure(unit.trim())
        {
            return Some(vec![unit.trim()]);
        }
        let mut joined = Vec::new();
        let (mut from, mut end) = (0, 0);
        for word in part.split_whitespace() {
            let start = end + part[end..].find(word).unwrap_or(0);
            end = start + word.len();
            if self.words.and.contains(&self.folder.fold(word)) {
                joined.push(part[from..start].trim());
                from = end;
            }
        }
        joined.push(part[from..].trim());
        (joined.len() > 1 && joined.iter().all(|unit| self.is_measure(unit))).then_some(joined)
    }

    /// Whether a text is one unit of measure. Folding drops commas: `a, b` is two units and not the unit `a/b`.
    pub(super) fn is_measure(&self, text: &str) -> bool {
        let is_known = |text: &str| text == "%" || self.measures.contains(&self.folder.fold(text));
        if !is_known(text) {
            return false;
        }
        let parts = listed(text);
        parts.len() < 2 || !parts.into_iter().all(is_known)
    }

    /// A text as labels and heads are compared: folded, without unit of measure, numbering and footnotes.
    #[must_use]
    pub fn fold_label(&self, text: &str) -> String {
        let (text, _) = self.split_measure(text);
        self.folder.fold(without_footnote(without_numbering(text)))
    }

    /// Splits a unit of measure in brackets off the end of a text: `Capital (million)`.
    #[must_use]
    pub fn split_measure<'t>(&self, text: &'t str) -> (&'t str, Option<&'t str>) {
        let trimmed = text.trim_end();
        if let Some(open) = trimmed.strip_suffix(')').and_then(|inner| inner.rfind('(')) {
            let inside = &trimmed[open + 1..trimmed.len() - 1];
            let named = inside
                .rsplit_once(':')
                .map_or(inside, |(_, unit)| unit)
                .trim();
            if self.is_measure(named) {
                return (trimmed[..open].trim_end(), Some(named));
            }
            if self.measures_in(inside).is_some() {
                return (trimmed[..open].trim_end(), Some(inside));
            }
        }
        (text, None)
    }
}
