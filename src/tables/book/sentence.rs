//! Finishes the sentences of a paragraph: puts marked figures where a template asked for them, and names who is missing.
//!
//! A template never receives a figure as text. It receives a placeholder, which becomes the figure with its marks here.
//! What a figure lacks is said at the end of its sentence. So no template can print a partial figure as if it were whole.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use crate::tables::words::Phrases;
use crate::text::Bilingual;

/// The language of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// The country's language.
    Own,
    English,
}

impl Language {
    pub(super) fn of(self, text: &Bilingual) -> String {
        match self {
            Self::Own => text.vi.clone(),
            Self::English => text.en.clone(),
        }
    }
}

/// What stands behind a placeholder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mention {
    /// A figure.
    Figure {
        /// As printed, without its marks.
        text: String,
        /// The marks that follow it.
        marks: String,
        /// The units that it lacks.
        missing: Vec<String>,
    },
    /// The names of the units that a figure lacks, which the template itself asks for.
    Missing(Vec<String>),
    /// Rows that a ranking leaves out. It prints nothing itself.
    Unranked(Vec<String>),
}

/// The placeholders of a template, in the order in which it asked for them.
#[derive(Debug, Clone, Default)]
pub(super) struct Mentions(Arc<Mutex<Vec<Mention>>>);

/// Private characters around the number of a placeholder. No font has them, no name contains them.
const OPEN: char = '\u{E000}';
const CLOSE: char = '\u{E001}';

impl Mentions {
    /// A placeholder.
    pub(super) fn placeholder(&self, mention: Mention) -> String {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(mention);
        format!("{OPEN}{}{CLOSE}", all.len() - 1)
    }

    /// The finished text of a rendered template: every placeholder replaced, and a note at the end of each sentence about
    /// what its figures lack.
    pub(super) fn finish(&self, text: &str, phrases: &Phrases, language: Language) -> String {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut finished = String::new();
        for sentence in sentences(text) {
            let mentioned = mentioned(sentence, &all);
            let notes = notes(&mentioned, phrases, language);
            let (body, end) = sentence.split_at(end_of_words(sentence));
            finished.push_str(&replaced(body, &all));
            if !notes.is_empty() {
                let _ = write!(finished, " ({})", notes.join("; "));
            }
            finished.push_str(&replaced(end, &all));
        }
        finished
    }
}

/// The number of the placeholder that a text begins with, and its length in bytes.
fn placeholder_at(text: &str) -> Option<(usize, usize)> {
    let inside = text.strip_prefix(OPEN)?;
    let end = inside.find(CLOSE)?;
    let number = inside[..end].parse().ok()?;
    Some((number, OPEN.len_utf8() + end + CLOSE.len_utf8()))
}

/// The placeholders in a text, in order.
fn mentioned<'m>(text: &str, all: &'m [Mention]) -> Vec<&'m Mention> {
    let opens = text.match_indices(OPEN);
    opens
        .filter_map(|(at, _)| all.get(placeholder_at(&text[at..])?.0))
        .collect()
}

/// A text with every placeholder replaced. A sign of per cent stays at its figure, before the marks.
fn replaced(text: &str, all: &[Mention]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(OPEN) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some((number, length)) = placeholder_at(rest) else {
            break;
        };
        rest = &rest[length..];
        match all.get(number) {
            Some(Mention::Figure { text, marks, .. }) => {
                out.push_str(text);
                if let Some(after) = rest.strip_prefix('%') {
                    out.push('%');
                    rest = after;
                }
                if !marks.is_empty() {
                    out.push(' ');
                    out.push_str(marks);
                }
            }
            Some(Mention::Missing(names)) => out.push_str(&names.join(", ")),
            Some(Mention::Unranked(_)) | None => {}
        }
    }
    out.push_str(rest);
    out
}

/// What the figures of a sentence lack, a note for each set of missing units. What the template itself names is not named
/// again.
fn notes(mentioned: &[&Mention], phrases: &Phrases, language: Language) -> Vec<String> {
    let named: Vec<&Vec<String>> = mentioned
        .iter()
        .filter_map(|mention| match mention {
            Mention::Missing(names) => Some(names),
            _ => None,
        })
        .collect();
    // Each set of missing units with the figures that lack them.
    let mut gaps: Vec<(&Vec<String>, Vec<String>)> = Vec::new();
    let mut is_common = true;
    let mut unranked: Vec<String> = Vec::new();
    for mention in mentioned {
        match mention {
            Mention::Figure { text, missing, .. } => {
                if missing.is_empty() || named.contains(&missing) {
                    is_common = false;
                    continue;
                }
                match gaps.iter_mut().find(|(names, _)| *names == missing) {
                    Some((_, figures)) if figures.contains(text) => {}
                    Some((_, figures)) => figures.push(text.clone()),
                    None => gaps.push((missing, vec![text.clone()])),
                }
            }
            Mention::Missing(_) => {}
            Mention::Unranked(rows) => {
                let new = rows.iter().filter(|row| !unranked.contains(row));
                let new: Vec<String> = new.cloned().collect();
                unranked.extend(new);
            }
        }
    }
    let is_common = is_common && gaps.len() == 1;
    let list = |names: &[String]| Bilingual::same(&names.join(", "));
    let and = format!(" {} ", language.of(&phrases.and));
    let mut notes: Vec<String> = gaps
        .iter()
        .map(|(missing, figures)| {
            let figures = ("figures", Bilingual::same(&figures.join(&and)));
            let missing = ("missing", list(missing));
            let phrase = if is_common {
                &phrases.sentence_without
            } else {
                &phrases.figures_without
            };
            language.of(&phrase.filled(&[figures, missing]))
        })
        .collect();
    if !unranked.is_empty() {
        let phrase = phrases.unranked.filled(&[("rows", list(&unranked))]);
        notes.push(language.of(&phrase));
    }
    notes
}

/// The sentences of a text, each with the blank after it.
fn sentences(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut start = 0;
    for (at, mark) in text.char_indices() {
        if !is_end_mark(mark) {
            continue;
        }
        let after = &text[at + mark.len_utf8()..];
        let closed = after.trim_start_matches(is_closing);
        let next = closed.trim_start();
        if next.len() == closed.len() || !begins_sentence(next) || is_short(&text[start..at], mark)
        {
            continue;
        }
        let end = text.len() - next.len();
        sentences.push(&text[start..end]);
        start = end;
    }
    if start < text.len() {
        sentences.push(&text[start..]);
    }
    sentences
}

fn is_end_mark(c: char) -> bool {
    matches!(c, '.' | '!' | '?')
}

/// Whether a character closes what a sentence opened, after its end mark.
fn is_closing(c: char) -> bool {
    matches!(c, ')' | '”' | '"' | '’' | '»')
}

/// Whether a text may begin a sentence.
fn begins_sentence(text: &str) -> bool {
    text.chars().next().is_some_and(|c| !c.is_lowercase())
}

/// Whether a point ends a short form and no sentence (`TP.`, `v.v.`). Then the sentence after it is taken as the same one: what its
/// figures lack is still named, only later.
fn is_short(before: &str, mark: char) -> bool {
    let word = before.rsplit(char::is_whitespace).next().unwrap_or(before);
    let letters = word.trim_start_matches(['(', '“', '"']);
    mark == '.'
        && (letters.contains('.')
            || (letters.starts_with(char::is_uppercase)
                && letters.chars().count() <= 3
                && letters.chars().all(char::is_alphabetic)))
}

/// The offset at which the end mark of a sentence stands, with what closes it: a note goes before it.
fn end_of_words(sentence: &str) -> usize {
    let trimmed = sentence.trim_end();
    let open = trimmed.trim_end_matches(is_closing);
    let without = open.trim_end_matches(is_end_mark);
    if without.len() < open.len() {
        without.len()
    } else {
        trimmed.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_is_split_at_the_ends_of_its_sentences() {
        let split = |text| {
            let parts = sentences(text).into_iter();
            parts.map(str::trim_end).collect::<Vec<_>>()
        };
        assert_eq!(
            split("Có 5 xã. Trong đó: 3,5% (tăng). Hết"),
            ["Có 5 xã.", "Trong đó: 3,5% (tăng).", "Hết"]
        );
        assert_eq!(
            split("Ở TP. Hồ Chí Minh có v.v. Và"),
            ["Ở TP. Hồ Chí Minh có v.v. Và"]
        );
        assert_eq!(
            split("Tăng 2.5 lần. “Đúng.” Sai?"),
            ["Tăng 2.5 lần.", "“Đúng.”", "Sai?"]
        );
    }

    #[test]
    fn a_note_stands_before_the_end_mark() {
        let end = |text: &str| text.split_at(end_of_words(text)).1.to_owned();
        assert_eq!(end("Có 5 xã. "), ". ");
        assert_eq!(end("“Đúng.”"), ".”");
        assert_eq!(end("Bảng 02 (vùng)"), "");
    }
}
