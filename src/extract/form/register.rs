//! A register: entries that the records of a list report on, such as the tasks of several documents. A record names its entry
//! by words and a number, never by an identifier.

use std::collections::BTreeMap;

use crate::text::Folder;

/// The entries that records report on, ready to be found by their words.
#[derive(Debug, Clone, Default)]
pub struct Register {
    /// The entries.
    pub entries: Vec<RegisterEntry>,
    /// The folded words that name a document, with the document.
    pub documents: Vec<(Vec<String>, String)>,
    /// The sections of the documents.
    pub sections: Vec<RegisterSection>,
    /// How much each word of a title tells: the fewer titles have it, the more.
    weights: BTreeMap<String, u32>,
}

/// An entry of a register.
#[derive(Debug, Clone)]
pub struct RegisterEntry {
    /// Identifier.
    pub id: String,
    /// The document that has it.
    pub document: String,
    /// Its place in the document, as written.
    pub place: String,
    /// The parts of its place, folded: section, number, letter.
    pub numbers: Vec<String>,
    /// Its title, as written.
    pub title: String,
    /// The folded words of its title.
    pub words: Vec<String>,
    /// The last day by which it is due, as `2025-12-31`; none if it has no deadline or is done again and again.
    pub due: Option<String>,
}

/// A section of a document of a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterSection {
    /// The document.
    pub document: String,
    /// The parts of the place that all its entries share.
    pub numbers: Vec<String>,
    /// The folded words of its title.
    pub words: Vec<String>,
}

/// The texts of an entry, as its file has them.
#[derive(Debug, Clone, Copy)]
pub struct EntryTexts<'a> {
    /// Identifier.
    pub id: &'a str,
    /// The document that has it.
    pub document: &'a str,
    /// Its place in the document.
    pub place: &'a str,
    /// The title of its section.
    pub section: &'a str,
    /// Its title.
    pub title: &'a str,
    /// The year in which it is due, if it is done once.
    pub due: Option<i16>,
}

/// How much a word tells that is in one title alone, in thousandths.
const ONE_TITLE: f64 = 1000.0;

impl Register {
    /// Makes a register of the texts of its entries. `documents` are further words that name a document.
    #[must_use]
    pub fn new(
        texts: &[EntryTexts<'_>],
        documents: &BTreeMap<String, Vec<String>>,
        folder: &Folder,
    ) -> Self {
        let words = |text: &str| words_of(text, folder);
        let mut register = Self::default();
        for text in texts {
            register.entries.push(RegisterEntry {
                id: text.id.to_owned(),
                document: text.document.to_owned(),
                place: text.place.to_owned(),
                numbers: numbers_of(text.place, folder),
                title: text.title.to_owned(),
                words: words(text.title),
                due: text.due.map(|year| format!("{year}-12-31")),
            });
            let name = text.document.split('(').next().unwrap_or_default();
            let named = (words(name), text.document.to_owned());
            if !named.0.is_empty() && !register.documents.contains(&named) {
                register.documents.push(named);
            }
            register.add_section(text, folder);
        }
        for (document, names) in documents {
            for name in names {
                register.documents.push((words(name), document.clone()));
            }
        }
        register
            .documents
            .sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
        register.weigh();
        register
    }

    fn add_section(&mut self, text: &EntryTexts<'_>, folder: &Folder) {
        let mut numbers = numbers_of(text.place, folder);
        numbers.pop();
        let words = words_of(text.section, folder);
        let mut known = self.sections.iter_mut();
        match known.find(|s| s.document == text.document && s.words == words) {
            None => self.sections.push(RegisterSection {
                document: text.document.to_owned(),
                numbers,
                words,
            }),
            Some(section) => {
                let pairs = section.numbers.iter().zip(&numbers);
                let shared = pairs.take_while(|(one, other)| one == other).count();
                section.numbers.truncate(shared);
            }
        }
    }

    /// Weighs the words of titles.
    fn weigh(&mut self) {
        let mut counts: BTreeMap<&String, u32> = BTreeMap::new();
        for entry in &self.entries {
            let mut words: Vec<&String> = entry.words.iter().collect();
            words.sort_unstable();
            words.dedup();
            for word in words {
                *counts.entry(word).or_default() += 1;
            }
        }
        let all = f64::from(u32::try_from(self.entries.len()).unwrap_or(u32::MAX)).max(2.0);
        let weight = |count: u32| {
            let share = (all / f64::from(count)).ln() / all.ln();
            // A word of every title tells a little too.
            (share * ONE_TITLE).round().max(ONE_TITLE / 20.0) as u32
        };
        self.weights = counts
            .into_iter()
            .map(|(word, count)| (word.clone(), weight(count)))
            .collect();
    }

    /// How much a word tells. One that no title has tells as much as one of one title alone.
    #[must_use]
    pub fn weight(&self, word: &str) -> u32 {
        self.weights.get(word).copied().unwrap_or(ONE_TITLE as u32)
    }
}

/// The folded words of a text.
pub(crate) fn words_of(text: &str, folder: &Folder) -> Vec<String> {
    let folded = folder.fold(text);
    let words = folded.split(' ').filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// The parts of a number in a document, such as `ii 9` of `II.9` and `3 a` of `3a`.
pub(crate) fn numbers_of(text: &str, folder: &Folder) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for word in words_of(text, folder) {
        let mut before: Option<bool> = None;
        for c in word.chars() {
            let is_digit = c.is_ascii_digit();
            match parts.last_mut() {
                Some(part) if before == Some(is_digit) => part.push(c),
                _ => parts.push(c.to_string()),
            }
            before = Some(is_digit);
        }
    }
    parts
}
