//! All that extraction knows before it sees a sheet.

use std::collections::BTreeSet;

use super::form::Form;
use super::label::{without_footnote, without_numbering};
use super::words::DocumentWords;
use crate::text::{Encodings, Folder};

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
    /// The units of measure that a text states: one, or several separated by commas. None if any part of it is not a
    /// known unit.
    #[must_use]
    pub fn measures_in<'t>(&self, text: &'t str) -> Option<Vec<&'t str>> {
        let text = text.trim().trim_matches(['(', ')', '.']).trim();
        if self.is_measure(text) {
            return Some(vec![text]);
        }
        let parts: Vec<&str> = text
            .split([',', ';'])
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect();
        (!parts.is_empty() && parts.iter().all(|part| self.is_measure(part))).then_some(parts)
    }

    /// Whether a text is a unit of measure.
    pub(super) fn is_measure(&self, text: &str) -> bool {
        text == "%" || self.measures.contains(&self.folder.fold(text))
    }

    /// A text as labels and heads are compared: folded, without unit of measure, numbering and footnotes.
    pub(super) fn fold_label(&self, text: &str) -> String {
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
        }
        (text, None)
    }
}
