//! The words of a statement of the reporter, and those that stand beside the name of a unit.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::text::{Folder, has_marks, without_marks};

/// What a statement of the reporter may name besides a body and a unit.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawSenderWords {
    /// Words for the type of every unit.
    pub any_type: Vec<String>,
    /// Words for one type of units that lower levels have too, by the type.
    pub types: BTreeMap<String, Vec<String>>,
    /// Words for lower levels than a unit.
    pub levels: Vec<String>,
    /// Words for other bodies, and for several units together.
    pub bodies: Vec<String>,
    /// Phrases in which these words mean nothing of the kind.
    pub harmless: Vec<String>,
    /// Parts of a line that say nothing about who reports, such as the name of the country.
    pub silent: Vec<String>,
    /// Words with which the name of a part of a central body begins.
    pub parts_of_bodies: Vec<String>,
    /// Words behind which a name says whom a text is sent to.
    pub addressed: Vec<String>,
    /// Words that end a part of a line which says who made the table, not whose figures it has.
    pub made_by: Vec<String>,
}

/// What a phrase before or after the name of a unit means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SenderWord<'a> {
    /// The type of every unit.
    AnyType,
    /// A type of units that lower levels have too.
    Type(&'a str),
    /// A lower level than a unit.
    Level,
    /// Another body, or several units together.
    Body,
    /// Nothing of the kind.
    Harmless,
}

/// A phrase, folded, and without its marks.
#[derive(Debug, Clone)]
struct Phrase {
    folded: Vec<String>,
    unmarked: Vec<String>,
}

impl Phrase {
    fn of(text: &str, folder: &Folder) -> Self {
        let words = |folded: &str| folded.split(' ').map(str::to_owned).collect();
        let folded = folder.fold(text);
        Self {
            unmarked: words(&without_marks(&folded)),
            folded: words(&folded),
        }
    }

    /// Whether words begin with the phrase; with `unmarked`, also without its marks.
    fn begins(&self, words: &[&str], unmarked: bool) -> bool {
        let pairs = self.folded.iter().zip(&self.unmarked).zip(words);
        let is_word = |((folded, bare), word): ((&String, &String), &&str)| {
            word == folded || (unmarked && word == bare)
        };
        words.len() >= self.folded.len() && pairs.into_iter().all(is_word)
    }
}

/// The meaning of a phrase, as it is stored.
#[derive(Debug, Clone)]
enum Meaning {
    AnyType,
    Type(String),
    Level,
    Body,
    Harmless,
}

/// The words of statements of the reporter, ready to be matched.
#[derive(Debug, Clone, Default)]
pub(crate) struct SenderWords {
    /// The longest first.
    phrases: Vec<(Phrase, Meaning)>,
    /// Words beside names with the vintages that they mean, the longest first.
    vintages: Vec<(Phrase, String)>,
    /// Parts of a line that say nothing.
    silent: Vec<Phrase>,
    /// Ends of parts that say who made the table, the longest first.
    made_by: Vec<Phrase>,
    /// Beginnings of names of parts of central bodies, the longest first.
    parts_of_bodies: Vec<Phrase>,
    /// What stands before whom a text is sent to.
    addressed: Vec<Phrase>,
}

impl SenderWords {
    pub(super) fn compile(
        raw: &RawSenderWords,
        beside_a_name: &BTreeMap<String, Vec<String>>,
        folder: &Folder,
    ) -> Self {
        let of = |words: &[String], meaning: &Meaning| {
            let phrases = words.iter().map(|text| Phrase::of(text, folder));
            phrases
                .map(|phrase| (phrase, meaning.clone()))
                .collect::<Vec<_>>()
        };
        let mut phrases = of(&raw.any_type, &Meaning::AnyType);
        for (unit_type, words) in &raw.types {
            phrases.extend(of(words, &Meaning::Type(unit_type.clone())));
        }
        phrases.extend(of(&raw.levels, &Meaning::Level));
        phrases.extend(of(&raw.bodies, &Meaning::Body));
        phrases.extend(of(&raw.harmless, &Meaning::Harmless));
        phrases.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.folded.len()));
        let mut vintages: Vec<(Phrase, String)> = beside_a_name
            .iter()
            .flat_map(|(vintage, words)| {
                let phrases = words.iter().map(|text| Phrase::of(text, folder));
                phrases.map(|phrase| (phrase, vintage.clone()))
            })
            .collect();
        vintages.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.folded.len()));
        let plain = |texts: &[String]| -> Vec<Phrase> {
            texts.iter().map(|text| Phrase::of(text, folder)).collect()
        };
        let mut made_by = plain(&raw.made_by);
        made_by.sort_by_key(|phrase| std::cmp::Reverse(phrase.folded.len()));
        let mut parts_of_bodies = plain(&raw.parts_of_bodies);
        parts_of_bodies.sort_by_key(|phrase| std::cmp::Reverse(phrase.folded.len()));
        Self {
            phrases,
            vintages,
            parts_of_bodies,
            addressed: plain(&raw.addressed),
            silent: plain(&raw.silent),
            made_by,
        }
    }

    /// Whether a part of a line says nothing about who reports.
    pub(crate) fn says_nothing(&self, part: &[&str]) -> bool {
        let mut silent = self.silent.iter();
        silent.any(|phrase| phrase.folded.len() == part.len() && phrase.begins(part, true))
    }

    /// The number of words that begin the name of a part of a central body.
    pub(crate) fn part_of_a_body(&self, words: &[&str], unmarked: bool) -> Option<usize> {
        let mut parts = self.parts_of_bodies.iter();
        let found = parts.find(|phrase| phrase.begins(words, unmarked));
        found.map(|phrase| phrase.folded.len())
    }

    /// The number of words that begin with a phrase which means nothing about a sender.
    pub(crate) fn harmless_at(&self, words: &[&str]) -> Option<usize> {
        let (word, count) = self.word_at(words, false)?;
        (word == SenderWord::Harmless).then_some(count)
    }

    /// Whether the words before a name say that a text is sent to it.
    pub(crate) fn is_addressed(&self, before: &[String]) -> bool {
        self.addressed.iter().any(|phrase| {
            let from = before.len().checked_sub(phrase.folded.len());
            let words: Vec<&str> = from
                .map(|from| before[from..].iter().map(String::as_str).collect())
                .unwrap_or_default();
            !words.is_empty() && phrase.begins(&words, true)
        })
    }

    /// The number of words at the end of a part by which it says who made the table; none if it does not say so.
    pub(crate) fn made_by(&self, part: &[&str]) -> Option<usize> {
        let lengths = self.made_by.iter().filter_map(|phrase| {
            let count = phrase.folded.len();
            let from = part.len().checked_sub(count)?;
            phrase.begins(&part[from..], true).then_some(count)
        });
        lengths.max()
    }

    /// What the longest phrase that words begin with means, and its number of words. A text that is `unmarked` throughout
    /// may mean a phrase without its marks; types and harmless phrases are known without them everywhere.
    pub(crate) fn word_at(
        &self,
        words: &[&str],
        unmarked: bool,
    ) -> Option<(SenderWord<'_>, usize)> {
        let (phrase, meaning) = self.phrases.iter().find(|(phrase, meaning)| {
            let always = !matches!(meaning, Meaning::Level | Meaning::Body);
            phrase.begins(words, unmarked || always)
        })?;
        let word = match meaning {
            Meaning::AnyType => SenderWord::AnyType,
            Meaning::Type(unit_type) => SenderWord::Type(unit_type),
            Meaning::Level => SenderWord::Level,
            Meaning::Body => SenderWord::Body,
            Meaning::Harmless => SenderWord::Harmless,
        };
        Some((word, phrase.folded.len()))
    }

    /// The vintage that words begin to state, and the number of these words.
    pub(crate) fn vintage_at(&self, words: &[&str], unmarked: bool) -> Option<(&str, usize)> {
        let mut vintages = self.vintages.iter();
        vintages
            .find(|(phrase, _)| phrase.begins(words, unmarked))
            .map(|(phrase, vintage)| (vintage.as_str(), phrase.folded.len()))
    }

    /// A folded label without the words for a vintage behind it, and that vintage; none if it has no such words. `text` is
    /// the label as read.
    pub(super) fn without_vintage(&self, folded: &str, text: &str) -> Option<(String, &str)> {
        let words: Vec<&str> = folded.split(' ').collect();
        (1..words.len()).find_map(|at| {
            let (vintage, count) = self.vintage_at(&words[at..], !has_marks(text))?;
            (at + count == words.len()).then(|| (words[..at].join(" "), vintage))
        })
    }

    /// Whether a text goes on with what a statement of the reporter says: it begins with a type, a lower level or a body.
    pub(super) fn continues(&self, text: &str, folder: &Folder) -> bool {
        let folded = folder.fold(text);
        let words: Vec<&str> = folded.split(' ').collect();
        let found = self.word_at(&words, !has_marks(text));
        // A column head may be such a word alone; a letter may mean anything.
        let is_word = words[0].chars().count() > 1;
        found.is_some_and(|(word, count)| {
            word != SenderWord::Harmless && is_word && count < words.len()
        })
    }
}
