//! Folding: the form in which two Vietnamese texts are compared.
//!
//! Two labels may differ in the place of a tone (`Hoà`, `Hòa`), in lookalike letters (`Ð`, `Đ`), in composition, case,
//! spacing, punctuation and the usual abbreviations, and still be the same label. Folding removes these differences.
//! It is for comparing only: what is stored and shown is the text as read.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::marks::{is_invisible, is_raised, narrow};
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// The text with letters and marks composed (NFC).
pub(crate) fn composed(text: &str) -> Cow<'_, str> {
    if bytes_show_composed(text) || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// Whether the bytes alone show that a text is composed. Every letter below U+0300 is composed, and so is every letter
/// from U+1E00 to U+1EFF, where the Vietnamese ones are. A false answer means that the text has to be examined.
fn bytes_show_composed(text: &str) -> bool {
    let mut wide = false;
    text.bytes().all(|byte| {
        let within = !wide || (0xb8..=0xbb).contains(&byte);
        wide = byte == 0xe1;
        within && (byte < 0xcc || wide)
    })
}

/// A text without the marks of its letters.
pub(crate) fn without_marks(text: &str) -> String {
    let bare = |c: char| match c {
        '\u{111}' | '\u{f0}' => 'd',
        '\u{110}' | '\u{d0}' => 'D',
        other => other,
    };
    let letters = text.nfd().filter(|c| !is_combining_mark(*c));
    letters.map(bare).collect()
}

/// Whether a letter of a text has a mark.
pub(crate) fn has_marks(text: &str) -> bool {
    !text.is_ascii() && composed(text) != without_marks(text)
}

/// Folds texts and writes out abbreviations.
#[derive(Debug, Clone, Default)]
pub struct Folder {
    /// Sequences of words and what they stand for, longest first.
    abbreviations: Vec<(Vec<String>, Vec<String>)>,
}

impl Folder {
    /// A folder that replaces `abbreviations` (short form to long form).
    #[must_use]
    pub fn new(abbreviations: &BTreeMap<String, String>) -> Self {
        let mut pairs: Vec<(Vec<String>, Vec<String>)> = abbreviations
            .iter()
            .map(|(short, long)| (Self::tokens(short), Self::tokens(long)))
            .filter(|(short, _)| !short.is_empty())
            .collect();
        pairs.sort_by_key(|(short, _)| std::cmp::Reverse(short.len()));
        Self {
            abbreviations: pairs,
        }
    }

    /// The folded form of `text`: lower-case words, separated by single spaces.
    ///
    /// ```
    /// use tonghop::text::Folder;
    /// let short = std::collections::BTreeMap::from([("htx".to_owned(), "hợp tác xã".to_owned())]);
    /// let folder = Folder::new(&short);
    /// assert_eq!(folder.fold("  Số\u{a0}HTX\nhoà nhập: "), "số hợp tác xã hòa nhập");
    /// ```
    #[must_use]
    pub fn fold(&self, text: &str) -> String {
        let tokens = Self::tokens(text);
        let mut out: Vec<&str> = Vec::with_capacity(tokens.len());
        let mut i = 0;
        'tokens: while i < tokens.len() {
            for (short, long) in &self.abbreviations {
                if tokens[i..].starts_with(short) {
                    out.extend(long.iter().map(String::as_str));
                    i += short.len();
                    continue 'tokens;
                }
            }
            out.push(&tokens[i]);
            i += 1;
        }
        out.join(" ")
    }

    /// The words of a text: lower-case, composed, with each tone in its standard place, without punctuation.
    pub(super) fn tokens(text: &str) -> Vec<String> {
        let composed = composed(text);
        let mut tokens = Vec::new();
        let mut word = String::new();
        for c in composed.chars().map(narrow).flat_map(char::to_lowercase) {
            match c {
                '\u{f0}' => word.push('\u{111}'),
                c if is_invisible(c) => {}
                c if c.is_alphanumeric() && !is_superscript(c) => word.push(c),
                _ if word.is_empty() => {}
                _ => tokens.push(std::mem::take(&mut word)),
            }
        }
        if !word.is_empty() {
            tokens.push(word);
        }
        for word in &mut tokens {
            if may_place_tone(word) {
                *word = place_tone(word);
            }
        }
        tokens
    }
}

fn is_superscript(c: char) -> bool {
    matches!(c, '\u{2080}'..='\u{209c}') || (is_raised(c) && !matches!(c, '\u{aa}' | '\u{ba}'))
}

/// The tone marks of Vietnamese, as combining characters.
const TONES: [char; 5] = ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'];

/// Whether a composed word ends in a pair of vowels that [`place_tone`] may change, ignoring their marks.
fn may_place_tone(word: &str) -> bool {
    let mut bare = word.chars().rev().map(|c| c.nfd().next().unwrap_or(c));
    matches!(
        (bare.next(), bare.next()),
        (Some('a' | 'e'), Some('o')) | (Some('y'), Some('u'))
    )
}

/// Moves the tone of an open `oa`, `oe` or `uy` to the first vowel, where the statistical office's tables place it. So
/// both spellings of a syllable fold to one.
fn place_tone(word: &str) -> String {
    let decomposed: Vec<char> = word.nfd().collect();
    let Some(at) = decomposed.iter().position(|c| TONES.contains(c)) else {
        return word.to_owned();
    };
    let tone = decomposed[at];
    let mut bare: Vec<char> = decomposed.clone();
    bare.remove(at);
    let composed: Vec<char> = bare.iter().copied().nfc().collect();
    let n = composed.len();
    let open_pair = n >= 2
        && matches!(
            (composed[n - 2], composed[n - 1]),
            ('o', 'a' | 'e') | ('u', 'y')
        )
        && !(composed[n - 2] == 'u' && n >= 3 && composed[n - 3] == 'q');
    if !open_pair {
        return word.to_owned();
    }
    let mut out: Vec<char> = composed[..n - 1].to_vec();
    out.push(tone);
    out.push(composed[n - 1]);
    out.into_iter().nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> Folder {
        Folder::new(&BTreeMap::from([
            ("htx".to_owned(), "hợp tác xã".to_owned()),
            ("lhhtx".to_owned(), "liên hiệp hợp tác xã".to_owned()),
            ("th".to_owned(), "thực hiện".to_owned()),
        ]))
    }

    #[test]
    fn what_bytes_show_to_be_composed_is() {
        for letter in ('\0'..='\u{ffff}').chain(['\u{1f600}', '\u{1d15e}']) {
            let text = letter.to_string();
            let quick = is_nfc_quick(text.chars()) == IsNormalized::Yes;
            assert!(!bytes_show_composed(&text) || quick, "{letter:?}");
        }
        assert!(bytes_show_composed("Hợp tác xã Đông Á, phường Ỷ La"));
        assert!(!bytes_show_composed("Ho\u{31b}\u{323}p"));
    }

    #[test]
    fn tone_placement_is_one() {
        let f = folder();
        for (a, b) in [
            ("Hoà", "Hòa"),
            ("khoẻ", "khỏe"),
            ("thuỷ", "thủy"),
            ("Hoà Bình", "HÒA BÌNH"),
        ] {
            assert_eq!(f.fold(a), f.fold(b));
        }
        // A closed syllable has only one placement, and `quý` keeps its own.
        assert_eq!(f.fold("toàn"), "toàn");
        assert_eq!(f.fold("Quý"), "quý");
    }

    #[test]
    fn composition_and_lookalikes_do_not_matter() {
        let f = folder();
        let decomposed: String = "Đắk Lắk".nfd().collect();
        assert_eq!(f.fold(&decomposed), f.fold("Ðắk  Lắk"));
    }

    #[test]
    fn marks_that_nobody_sees_do_not_part_words() {
        let f = folder();
        assert_eq!(
            f.fold("Tổ\u{200b}ng số\u{feff} HTX\u{200e}"),
            "tổng số hợp tác xã"
        );
        assert_eq!(f.fold("Tổng số ＨＴＸ¹ ⁽²⁾"), "tổng số hợp tác xã");
        assert_eq!(f.fold("HTXᵃ"), "hợp tác xã");
    }

    #[test]
    fn abbreviations_are_written_out_by_word() {
        let f = folder();
        assert_eq!(f.fold("Số LHHTX"), "số liên hiệp hợp tác xã");
        assert_eq!(
            f.fold("Ước TH năm 2023 / TH năm 2022"),
            "ước thực hiện năm 2023 thực hiện năm 2022"
        );
        assert_eq!(f.fold("Thái"), "thái");
    }
}
