//! Finds the names of units within a text, and the words around them.

use std::collections::BTreeSet;

use jiff::civil::Date;
use unicode_normalization::char::is_combining_mark;

use super::territory::Geography;
use super::unit::UnitKey;
use crate::extract::{SenderWord, SenderWords};
use crate::text::{Folder, has_marks, without_marks};

/// The words of a text, folded, and where a part of the text begins: behind a comma, a bracket, a dash or a line break.
pub(super) struct Words {
    pub(super) words: Vec<String>,
    /// Whether a part of the text begins with the word.
    pub(super) begins: Vec<bool>,
    /// Whether no letter of the text has a mark.
    pub(super) unmarked: bool,
}

impl Words {
    pub(super) fn of(text: &str, folder: &Folder) -> Self {
        let mut all = Self {
            words: Vec::new(),
            begins: Vec::new(),
            unmarked: !has_marks(text),
        };
        all.add(text, folder);
        all
    }

    /// Adds the words of another text, which begins a part.
    pub(super) fn add(&mut self, text: &str, folder: &Folder) {
        self.unmarked &= !has_marks(text);
        for part in parts(text) {
            let folded = folder.fold(part);
            for (n, word) in folded.split(' ').filter(|w| !w.is_empty()).enumerate() {
                self.words.push(word.to_owned());
                self.begins.push(n == 0);
            }
        }
    }

    /// The words without some that may be left out.
    pub(super) fn without(self, left_out: &[String]) -> Self {
        let mut kept = Self {
            words: Vec::new(),
            begins: Vec::new(),
            unmarked: self.unmarked,
        };
        let bare: Vec<String> = left_out.iter().map(|word| without_marks(word)).collect();
        let unmarked = self.unmarked;
        let is_left_out =
            |word: &String| left_out.contains(word) || (unmarked && bare.contains(word));
        let mut begins = false;
        for (word, begins_part) in self.words.into_iter().zip(self.begins) {
            begins |= begins_part;
            if !is_left_out(&word) {
                kept.words.push(word);
                kept.begins.push(std::mem::take(&mut begins));
            }
        }
        kept
    }

    /// Whether a part of the text ends before a place.
    pub(super) fn ends_at(&self, at: usize) -> bool {
        self.begins.get(at).is_none_or(|begins| *begins)
    }

    /// Whether the word at a place begins with a digit.
    pub(super) fn has_number(&self, at: usize) -> bool {
        let word = self.words.get(at);
        word.is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()))
    }

    /// The words from a place on.
    pub(super) fn from(&self, at: usize) -> Vec<&str> {
        self.words[at..].iter().map(String::as_str).collect()
    }
}

/// The parts of a text: between commas, semicolons, brackets, slashes, line breaks, and dashes with blanks around them.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let marks = [',', ';', '(', ')', '[', ']', '/', '\n', '\r', '–', '—'];
    let pieces = text.split(marks);
    pieces.flat_map(|piece| piece.split(" - "))
}

/// The piece of a text whose words, folded, are `wanted`.
pub(super) fn as_written<'t>(text: &'t str, wanted: &str, folder: &Folder) -> Option<&'t str> {
    let is_word = |c: char| c.is_alphanumeric() || is_combining_mark(c);
    let mut words: Vec<(usize, usize)> = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| is_word(*c)) {
        match words.last_mut() {
            Some((_, end)) if *end == at => *end += c.len_utf8(),
            _ => words.push((at, at + c.len_utf8())),
        }
    }
    let pieces = words.iter().enumerate().flat_map(|(n, (from, _))| {
        let ends = words[n..].iter();
        ends.map(move |(_, end)| &text[*from..*end])
    });
    pieces
        .into_iter()
        .find(|piece| folder.fold(piece) == wanted)
}

/// The name of a unit within words.
pub(super) struct NameMatch<'a> {
    /// The first word, of the types before the name.
    pub(super) start: usize,
    /// The first word behind the name.
    pub(super) end: usize,
    /// The first word of the name without types.
    name_at: usize,
    /// The units that it may mean.
    pub(super) units: &'a BTreeSet<UnitKey>,
    /// Whether a word for the type of every unit stands before it.
    any_type: bool,
    /// The other types that stand before it.
    pub(super) types: Vec<&'a str>,
}

impl NameMatch<'_> {
    /// The name without types.
    pub(super) fn name(&self, words: &Words) -> String {
        words.words[self.name_at..self.end].join(" ")
    }

    /// Whether a type stands before it.
    pub(super) fn is_typed(&self) -> bool {
        self.any_type || !self.types.is_empty()
    }
}

impl Geography {
    /// The names of units within words, from left to right, the longest where they overlap. Short names mean too much to be
    /// found within a text: they are known only behind a type, or as the whole of it, the words from `whole.0` up to
    /// `whole.1`.
    pub(super) fn names_in<'a>(
        &'a self,
        words: &Words,
        whole: (usize, usize),
        senders: &'a SenderWords,
    ) -> Vec<NameMatch<'a>> {
        let lengths = self.aliases.keys().map(|name| name.split(' ').count());
        let longest = lengths.max().unwrap_or(0);
        let name_at = |at: usize| {
            let most = longest.min(words.words.len() - at);
            (1..=most).rev().find_map(|count| {
                let name = words.words[at..at + count].join(" ");
                let units = self.aliases.get(&name)?;
                let is_clear = (at, at + count) == whole
                    || name.chars().count() > 3
                    || follows_type(words, at, whole.0, senders);
                is_clear.then_some((at + count, units))
            })
        };
        let mut names: Vec<NameMatch<'a>> = Vec::new();
        let mut at = 0;
        while at < words.words.len() {
            let Some((end, units)) = name_at(at) else {
                at += 1;
                continue;
            };
            let free = names.last().map_or(0, |name| name.end);
            names.push(typed(words, (free, at, end), units, senders));
            at = end;
        }
        names
    }

    /// The day from which the name of a match means one of its units, if that is after the day `on`: with a type that lower
    /// levels have too, the day from which one of the units has that type. A name without such a type counts always.
    pub(super) fn not_yet(&self, found: &NameMatch<'_>, on: Date) -> Option<NotYet> {
        if found.any_type || found.types.is_empty() {
            return None;
        }
        // Nothing is earlier than the first vintage.
        let on = self.vintages.first().map_or(on, |(_, day)| on.max(*day));
        let rows = self.tables.units.iter();
        let first = rows
            .filter(|u| found.units.contains(&u.unit))
            .filter(|u| found.types.contains(&u.unit_type.as_str()))
            .map(|u| u.valid_from)
            .min();
        match first {
            Some(day) if day <= on => None,
            from => Some(NotYet { from }),
        }
    }
}

/// A name that means no unit on the day of receipt.
pub(super) struct NotYet {
    /// The day from which it does; none if it never does.
    pub(super) from: Option<Date>,
}

/// Whether a type ends before a word.
fn follows_type(words: &Words, at: usize, from: usize, senders: &SenderWords) -> bool {
    (from..at).rev().any(|before| {
        let word = senders.word_at(&words.from(before), words.unmarked);
        let is_type = |word| matches!(word, SenderWord::AnyType | SenderWord::Type(_));
        word.is_some_and(|(word, count)| before + count == at && is_type(word))
    })
}

/// A match with the types before its name: those behind the word `free` and those that the alias itself begins with.
fn typed<'a>(
    words: &Words,
    (free, start, end): (usize, usize, usize),
    units: &'a BTreeSet<UnitKey>,
    senders: &'a SenderWords,
) -> NameMatch<'a> {
    let mut found = NameMatch {
        start,
        end,
        name_at: start,
        units,
        any_type: false,
        types: Vec::new(),
    };
    let mut add = |word: SenderWord<'a>| match word {
        SenderWord::AnyType => found.any_type = true,
        SenderWord::Type(unit_type) => found.types.push(unit_type),
        _ => {}
    };
    let is_type = |word: &SenderWord<'_>| matches!(word, SenderWord::AnyType | SenderWord::Type(_));
    let type_at = |at: usize| {
        let word = senders.word_at(&words.from(at), words.unmarked);
        word.filter(|(word, _)| is_type(word))
    };
    // Within the alias.
    let mut name_at = start;
    while let Some((word, count)) = type_at(name_at).filter(|(_, count)| name_at + count < end) {
        add(word);
        name_at += count;
    }
    // Before it.
    let mut first = start;
    while let Some((at, word)) = (free..first).rev().find_map(|at| {
        let (word, count) = type_at(at)?;
        (at + count == first).then_some((at, word))
    }) {
        add(word);
        first = at;
    }
    found.name_at = name_at;
    found.start = first;
    found
}

/// The units that each of several names may mean.
pub(super) fn meant_by_all(names: &[&BTreeSet<UnitKey>]) -> BTreeSet<UnitKey> {
    let Some((first, others)) = names.split_first() else {
        return BTreeSet::new();
    };
    let units = first.iter();
    units
        .filter(|unit| others.iter().all(|other| other.contains(unit)))
        .cloned()
        .collect()
}

/// Whether names mean several units: none has all of them.
pub(super) fn are_several(names: &[&BTreeSet<UnitKey>]) -> bool {
    names.len() > 1 && meant_by_all(names).is_empty()
}
