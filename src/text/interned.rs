//! Words of the program that were stored in a file and are read again. Each is kept in memory once.

use std::collections::BTreeSet;
use std::sync::Mutex;

use serde::{Deserialize, Deserializer};

/// A word of the program.
pub type Word = &'static str;

/// The text as a word that is kept until the process ends. There are few: names of aspects, of bases, of media types.
#[must_use]
pub fn interned(text: &str) -> Word {
    static WORDS: Mutex<BTreeSet<Word>> = Mutex::new(BTreeSet::new());
    let mut words = match WORDS.lock() {
        Ok(words) => words,
        Err(poisoned) => poisoned.into_inner(),
    };
    if let Some(word) = words.get(text) {
        return word;
    }
    let word: Word = Box::leak(text.to_owned().into_boxed_str());
    words.insert(word);
    word
}

/// Reads a word.
///
/// # Errors
/// If it is not a text.
pub fn word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Word, D::Error> {
    String::deserialize(deserializer).map(|text| interned(&text))
}

/// Reads a word that may be missing.
///
/// # Errors
/// If it is not a text.
pub fn word_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Word>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.map(|text| interned(&text)))
}
