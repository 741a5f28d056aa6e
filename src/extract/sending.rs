//! Which sending a report is, by the words of its title block.

use super::vocabulary::Vocabulary;
use crate::text::visible;

/// The largest number that a sending may have.
const MOST: i64 = 99;

/// What a title block says of the sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// Its number.
    Number(i64),
    /// Nothing: a blank to fill in, such as `…`.
    Blank,
    /// A date alone, a number that no sending has, or words.
    Unclear,
}

/// Reads `2`, `2 (20/12/2024)`, `2/2024`, `II`, or a word for a number. Dates are passed over.
pub(super) fn sending_in(text: &str, vocabulary: &Vocabulary) -> Sending {
    let text = visible(text);
    if !text.contains(char::is_alphanumeric) {
        return Sending::Blank;
    }
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || "()[]{},;:#\"".contains(c))
        .map(|word| word.trim_matches(['.', '-', '/', '*', '!', '_']))
        .filter(|word| !word.is_empty())
        .collect();
    let is_date = |word: Option<&&str>| {
        word.is_some_and(|word| {
            let folded = vocabulary.folder.fold(word);
            vocabulary.words.dates.contains(&folded)
        })
    };
    for (i, word) in words.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|before| words.get(before));
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            match number_in(word) {
                Written::Date => {}
                _ if is_date(before) => {}
                // `20 months 12`, without a word before it, may be a day.
                Written::Number(_) if before.is_none() && is_day(&words[i + 1..], is_date) => {
                    return Sending::Unclear;
                }
                Written::Number(number) => return Sending::Number(number),
                Written::Other => return Sending::Unclear,
            }
        } else if let Some(number) = spelled(word, vocabulary) {
            return Sending::Number(number);
        }
    }
    Sending::Unclear
}

/// Whether the words behind a number make it the day of a date: a word for the month, and another number.
fn is_day(after: &[&str], is_date: impl Fn(Option<&&str>) -> bool) -> bool {
    let is_number = |word: Option<&&str>| {
        word.is_some_and(|word| word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit()))
    };
    is_date(after.first()) && is_number(after.get(1))
}

/// What a word that begins with a digit is.
enum Written {
    Number(i64),
    Date,
    Other,
}

fn number_in(word: &str) -> Written {
    let parts: Option<Vec<i64>> = word
        .split(['/', '-', '.'])
        .map(|part| part.parse().ok())
        .collect();
    let may_be = |number: i64| {
        if (1..=MOST).contains(&number) {
            Written::Number(number)
        } else {
            Written::Other
        }
    };
    match parts.as_deref() {
        Some([number]) => may_be(*number),
        // `2/2024`: the second sending of the year.
        Some([number, 1900..=2100]) => may_be(*number),
        // `2-20/12/2024`: a number and its date.
        Some([number, _, _, 1900..=2100]) => may_be(*number),
        Some([_, _, _]) => Written::Date,
        _ => Written::Other,
    }
}

/// The number that a word spells: in Roman numbers, or in the language of the documents.
fn spelled(word: &str, vocabulary: &Vocabulary) -> Option<i64> {
    const ROMAN: [&str; 10] = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"];
    let roman = ROMAN.iter().position(|roman| *roman == word);
    let folded = vocabulary.folder.fold(word);
    let mut words = vocabulary.words.sending_numbers.iter();
    let place = roman.or_else(|| words.position(|words| words.contains(&folded)))?;
    i64::try_from(place + 1).ok()
}
