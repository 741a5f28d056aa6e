//! Encodings older than Unicode: those of fonts (TCVN3, VNI) and those of text files.
//!
//! A cell in the font `.VnTime` holds valid Unicode, Latin letters and signs; only the font shows them as Vietnamese. If
//! the font is known, it decides. Otherwise the words decide: a text is decoded if that turns more of its syllables into
//! words that the pipeline knows. In any doubt it stays as it is.

use std::collections::{BTreeMap, BTreeSet};

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use regex::{Regex, RegexBuilder};
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use super::fold::Folder;

/// `reference/encodings/encodings.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawEncodings {
    /// Encodings of fonts.
    pub encoding: Vec<RawEncoding>,
    /// Encodings of text files.
    pub files: RawFileEncodings,
}

/// An encoding of fonts, as its file states it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawEncoding {
    /// Its name.
    pub id: String,
    /// A CSV file in the same folder, with the columns `as_cp1252` and `char`.
    pub table: String,
    /// Patterns of font names.
    pub fonts: Vec<String>,
    /// Patterns of the fonts that show small letters as capitals.
    #[serde(default)]
    pub capitals: Vec<String>,
}

/// Encodings of text files.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawFileEncodings {
    /// Labels of the WHATWG Encoding Standard, tried in this order.
    #[serde(rename = "try")]
    pub candidates: Vec<String>,
}

/// An encoding of fonts, ready to decode.
#[derive(Debug, Clone)]
pub struct FontEncoding {
    /// Its name.
    pub id: String,
    /// The letter that one or two characters stand for.
    letters: BTreeMap<Vec<char>, String>,
    fonts: Vec<Regex>,
    capitals: Vec<Regex>,
}

impl FontEncoding {
    /// Compiles an encoding. `table` lists pairs of characters, as Windows-1252 shows them, and the letter they stand for.
    ///
    /// # Errors
    /// A sentence, if a pattern of font names is not a regular expression.
    pub fn compile(
        raw: &RawEncoding,
        table: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, String> {
        let patterns = |all: &[String]| {
            all.iter()
                .map(|pattern| {
                    RegexBuilder::new(pattern)
                        .case_insensitive(true)
                        .build()
                        .map_err(|e| e.to_string())
                })
                .collect::<Result<Vec<Regex>, String>>()
        };
        Ok(Self {
            id: raw.id.clone(),
            letters: table
                .into_iter()
                .map(|(characters, letter)| (characters.chars().collect(), letter))
                .collect(),
            fonts: patterns(&raw.fonts)?,
            capitals: patterns(&raw.capitals)?,
        })
    }

    fn is_font(&self, font: &str) -> bool {
        self.fonts.iter().any(|pattern| pattern.is_match(font))
    }

    /// The text that the characters stand for, composed (NFC).
    #[must_use]
    pub fn decode(&self, text: &str) -> String {
        let characters: Vec<char> = text.chars().collect();
        let mut out = String::with_capacity(text.len() * 2);
        let mut i = 0;
        while i < characters.len() {
            let two = characters
                .get(i..i + 2)
                .and_then(|two| self.letters.get(two));
            if let Some(letter) = two {
                out.push_str(letter);
                i += 2;
                continue;
            }
            match self.letters.get(&characters[i..=i]) {
                Some(letter) => out.push_str(letter),
                None => out.push(characters[i]),
            }
            i += 1;
        }
        out.nfc().collect()
    }

    /// The characters that stand for a text. None if the text has a letter that the encoding lacks. Capitals that the
    /// table lacks are written small: there is a font that shows them as capitals.
    #[must_use]
    pub fn encode(&self, text: &str) -> Option<String> {
        let of_letter: BTreeMap<&str, &Vec<char>> = self
            .letters
            .iter()
            .rev()
            .map(|(characters, letter)| (letter.as_str(), characters))
            .collect();
        let mut out = String::new();
        for c in text.nfc() {
            let mut buffer = [0; 4];
            let small: String = c.to_lowercase().collect();
            let found = of_letter
                .get(&*c.encode_utf8(&mut buffer))
                .or_else(|| of_letter.get(small.as_str()));
            match found {
                Some(characters) => out.extend(characters.iter()),
                None if c.is_ascii() => out.push(c),
                None => return None,
            }
        }
        Some(out)
    }
}

/// The evidence for the encoding of a file that begins with a byte order mark.
const MARK: &str = "byte order mark";

/// How well a text reads as words of the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Score {
    /// Known syllables that have a letter beyond ASCII.
    known: usize,
    /// Unknown ones, and signs that are part of no word.
    unknown: usize,
}

impl Score {
    fn net(self) -> i64 {
        self.known as i64 - self.unknown as i64
    }
}

/// The encoding of a text file and the evidence for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEncoding {
    /// Its name.
    pub name: String,
    /// How it was recognized.
    pub evidence: String,
    /// How many of its words are known, and how many there are; none where its bytes alone say what it is.
    pub words: Option<(usize, usize)>,
    /// Bytes at the end that are no text and no padding, and were left out.
    pub dropped: usize,
}

impl FileEncoding {
    /// Whether the file is Unicode, so that nothing had to be guessed.
    #[must_use]
    pub fn is_unicode(&self) -> bool {
        self.name.starts_with("UTF-")
    }
}

/// All known encodings, and the words by which they are told apart.
#[derive(Debug, Clone, Default)]
pub struct Encodings {
    fonts: Vec<FontEncoding>,
    files: Vec<&'static Encoding>,
    words: BTreeSet<String>,
}

impl Encodings {
    /// Combines encodings of fonts, labels of encodings of files, and the words of `texts`: all texts of the pipeline.
    ///
    /// # Errors
    /// The label, if there is no file encoding of that label.
    pub fn new(
        fonts: Vec<FontEncoding>,
        files: &[String],
        texts: impl IntoIterator<Item = String>,
    ) -> Result<Self, String> {
        let files = files
            .iter()
            .map(|label| Encoding::for_label(label.as_bytes()).ok_or_else(|| label.clone()))
            .collect::<Result<_, _>>()?;
        let words = texts
            .into_iter()
            .flat_map(|text| Folder::tokens(&text))
            .filter(|word| !word.is_ascii())
            .collect();
        Ok(Self {
            fonts,
            files,
            words,
        })
    }

    /// The encodings of fonts.
    #[must_use]
    pub fn of_fonts(&self) -> &[FontEncoding] {
        &self.fonts
    }

    /// The known syllables that have a letter beyond ASCII, folded.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }

    /// Whether a font of this name has an encoding of its own.
    #[must_use]
    pub fn is_legacy_font(&self, font: &str) -> bool {
        self.fonts.iter().any(|encoding| encoding.is_font(font))
    }

    /// Decodes a text in a font that has an encoding of its own. Returns the encoding and the decoded text, or none if
    /// decoding changes nothing.
    #[must_use]
    pub fn decode_by_font(&self, text: &str, font: &str) -> Option<(&str, String)> {
        let encoding = self.fonts.iter().find(|e| e.is_font(font))?;
        if is_surely_unicode(text) {
            return None;
        }
        let mut decoded = encoding.decode(text);
        if encoding
            .capitals
            .iter()
            .any(|pattern| pattern.is_match(font))
        {
            decoded = decoded.to_uppercase().nfc().collect();
        }
        (decoded != text).then_some((encoding.id.as_str(), decoded))
    }

    /// Decodes a text whose font is not known, if its words show that it needs decoding.
    #[must_use]
    pub fn decode_by_words(&self, text: &str) -> Option<(&str, String)> {
        if !may_be_legacy(text) {
            return None;
        }
        let as_read = self.score(text);
        let (best, decoded, encoding) = self
            .fonts
            .iter()
            .map(|encoding| {
                let decoded = encoding.decode(text);
                (self.score(&decoded), decoded, encoding)
            })
            .reduce(|a, b| if b.0.net() > a.0.net() { b } else { a })?;
        (best.known > as_read.known && best.net() > as_read.net())
            .then_some((encoding.id.as_str(), decoded))
    }

    /// Decodes a text as the encoding `id`, if it may be of that encoding and has no known word as it is. For the remarks
    /// of a sheet whose labels showed the encoding.
    #[must_use]
    pub fn decode_as(&self, text: &str, id: &str) -> Option<String> {
        let encoding = self.fonts.iter().find(|e| e.id == id)?;
        if !may_be_legacy(text) || self.score(text).known > 0 {
            return None;
        }
        Some(encoding.decode(text)).filter(|decoded| decoded != text)
    }

    fn score(&self, text: &str) -> Score {
        let mut score = Score::default();
        for word in Folder::tokens(text) {
            if word.is_ascii() {
                continue;
            }
            if self.words.contains(&word) {
                score.known += 1;
            } else {
                score.unknown += 1;
            }
        }
        score.unknown += text
            .chars()
            .filter(|c| matches!(c, '\u{80}'..='\u{ff}') && !c.is_alphabetic() && *c != '\u{a0}')
            .count();
        score
    }

    /// The text of a file and its encoding: by the byte order mark, else as UTF-16 or UTF-8 by its bytes, else by its
    /// words. None if the encoding cannot be recognized. NULs at both ends, and the mark that ends files of old programs, are
    /// padding; a last character that is cut in two is left out.
    #[must_use]
    pub fn decode_file(&self, bytes: &[u8]) -> Option<(String, FileEncoding)> {
        let recognized = |name: &str, evidence: &str, (text, dropped): (String, usize)| {
            let encoding = FileEncoding {
                name: name.to_owned(),
                evidence: evidence.to_owned(),
                words: None,
                dropped,
            };
            (text, encoding)
        };
        let bytes = without_leading_padding(bytes);
        if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
            return utf8(without_padding(rest)).map(|text| recognized("UTF-8", MARK, text));
        }
        for (mark, encoding) in [(b"\xff\xfe", UTF_16LE), (b"\xfe\xff", UTF_16BE)] {
            if let Some(rest) = bytes.strip_prefix(mark) {
                return utf16(encoding, rest).map(|text| recognized(encoding.name(), MARK, text));
            }
        }
        if let Some(encoding) = utf16_by_zeros(bytes) {
            let evidence = "every other byte is zero";
            return utf16(encoding, bytes).map(|text| recognized(encoding.name(), evidence, text));
        }
        let bytes = without_padding(bytes);
        if let Some(text) = utf8(bytes) {
            return Some(recognized("UTF-8", "valid UTF-8", text));
        }
        let as_latin = WINDOWS_1252.decode_without_bom_handling(bytes).0;
        let files = self.files.iter().filter_map(|encoding| {
            let text: String = strictly(encoding, bytes)?.nfc().collect();
            Some((encoding.name().to_owned(), text))
        });
        let fonts = self
            .fonts
            .iter()
            .map(|encoding| (encoding.id.clone(), encoding.decode(&as_latin)));
        let (score, name, text) = files
            .chain(fonts)
            .map(|(name, text)| (self.score(&text), name, text))
            .reduce(|a, b| if b.0.net() > a.0.net() { b } else { a })?;
        // At least half of the words, and at least three, must be known: a guess is not good enough.
        if score.known < 3 || score.net() < 0 {
            return None;
        }
        let (known, words) = (score.known, score.known + score.unknown);
        let evidence = format!("{known} of {words} words are known");
        let (text, mut encoding) = recognized(&name, &evidence, (text, 0));
        encoding.words = Some((known, words));
        Some((text, encoding))
    }
}

fn strictly(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .map(std::borrow::Cow::into_owned)
}

/// Bytes without the NULs at both ends, and without the mark `0x1A` with which old programs end a text.
pub(crate) fn without_padding(bytes: &[u8]) -> &[u8] {
    let bytes = without_leading_padding(bytes);
    let is_padding = |byte: &u8| matches!(byte, 0 | 0x1a);
    let end = bytes.iter().rposition(|byte| !is_padding(byte));
    &bytes[..end.map_or(0, |last| last + 1)]
}

/// Bytes without the NULs before them. An odd one may be the first half of a letter in UTF-16.
fn without_leading_padding(bytes: &[u8]) -> &[u8] {
    let nuls = bytes.iter().take_while(|byte| **byte == 0).count();
    let is_first_half = nuls % 2 == 1 && utf16_by_zeros(&bytes[nuls - 1..]) == Some(UTF_16BE);
    &bytes[nuls - usize::from(is_first_half)..]
}

/// A text in UTF-8, and the number of bytes of a last character that is cut; none if the bytes are not UTF-8.
fn utf8(bytes: &[u8]) -> Option<(String, usize)> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some((text.to_owned(), 0)),
        Err(e) if e.error_len().is_none() && e.valid_up_to() > 0 => {
            let (sound, cut) = bytes.split_at(e.valid_up_to());
            let text = std::str::from_utf8(sound).ok()?;
            // A byte behind a text without any other letter beyond ASCII may be a letter of another encoding.
            (!text.is_ascii()).then(|| (text.to_owned(), cut.len()))
        }
        Err(_) => None,
    }
}

/// A text in UTF-16 without padding, and the number of bytes left out at its end: an odd one that is not padding.
fn utf16(encoding: &'static Encoding, bytes: &[u8]) -> Option<(String, usize)> {
    let (pairs, odd) = bytes.split_at(bytes.len() & !1);
    let is_padding = |pair: &[u8]| match pair {
        [0, 0] => true,
        [low, 0] if encoding == UTF_16LE => *low == 0x1a,
        [0, low] if encoding == UTF_16BE => *low == 0x1a,
        _ => false,
    };
    let padding = pairs.rchunks(2).take_while(|pair| is_padding(pair)).count();
    let text = strictly(encoding, &pairs[..pairs.len() - 2 * padding])?;
    let dropped = odd
        .iter()
        .filter(|byte| !matches!(byte, 0 | 0x1a | b'\n' | b'\r' | b' '));
    Some((text, dropped.count()))
}

/// UTF-16 without a byte order mark: most characters have a zero byte, always at the same side.
fn utf16_by_zeros(bytes: &[u8]) -> Option<&'static Encoding> {
    // Padding has zeros on both sides.
    let end = bytes
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |last| last + 2);
    let sample = &bytes[..bytes.len().min(end).min(4096) & !1];
    if sample.len() < 4 {
        return None;
    }
    let zeros = |offset: usize| {
        sample
            .iter()
            .skip(offset)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    let half = sample.len() / 2;
    if odd * 2 > half && even == 0 {
        Some(UTF_16LE)
    } else if even * 2 > half && odd == 0 {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Whether a text has a Vietnamese letter of Unicode that no encoding of fonts uses.
fn is_surely_unicode(text: &str) -> bool {
    text.chars().any(|c| {
        matches!(c, '\u{102}'..='\u{103}' | '\u{110}'..='\u{111}' | '\u{128}'..='\u{129}'
            | '\u{168}'..='\u{169}' | '\u{1a0}'..='\u{1a1}' | '\u{1af}'..='\u{1b0}'
            | '\u{300}'..='\u{36f}' | '\u{1ea0}'..='\u{1ef9}')
    })
}

/// Whether a text has characters that encodings of fonts use, and none that they lack.
fn may_be_legacy(text: &str) -> bool {
    !is_surely_unicode(text) && text.chars().any(|c| matches!(c, '\u{a1}'..='\u{ff}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> Option<(String, usize)> {
        let (text, encoding) = Encodings::default().decode_file(bytes)?;
        Some((text, encoding.dropped))
    }

    #[test]
    fn padding_is_not_text() {
        let text = "Biểu số;412\n";
        let wide = |little: bool| -> Vec<u8> {
            let bytes = |unit: u16| {
                if little {
                    unit.to_le_bytes()
                } else {
                    unit.to_be_bytes()
                }
            };
            text.encode_utf16().flat_map(bytes).collect()
        };
        for bytes in [text.as_bytes().to_vec(), wide(true), wide(false)] {
            for (before, after) in [(0, 0), (0, 2), (0, 4096), (4, 4), (6, 0)] {
                let padded = [vec![0; before], bytes.clone(), vec![0; after]].concat();
                assert_eq!(
                    decoded(&padded),
                    Some((text.to_owned(), 0)),
                    "{before} {after}"
                );
            }
        }
        assert_eq!(
            decoded(&[text.as_bytes(), b"\x1a\0\0"].concat()),
            Some((text.to_owned(), 0))
        );
        assert_eq!(
            decoded(&[wide(true), vec![0x1a, 0]].concat()),
            Some((text.to_owned(), 0))
        );
    }

    #[test]
    fn a_cut_last_character_is_left_out_and_counted() {
        let text = "Biểu số;412\n";
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(
            decoded(&[&wide[..], b"\n"].concat()),
            Some((text.to_owned(), 0))
        );
        assert_eq!(
            decoded(&[&wide[..], b"x"].concat()),
            Some((text.to_owned(), 1))
        );
        assert_eq!(
            decoded(&[text.as_bytes(), b"\xe1\xbb"].concat()),
            Some((text.to_owned(), 2))
        );
    }
}
