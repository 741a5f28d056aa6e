//! Vietnamese as old programs store it: TCVN3 and VNI typed in their own fonts, decomposed letters,
//! and text files in old encodings.

use std::collections::BTreeMap;
use std::error::Error;

use encoding_rs::WINDOWS_1258;
use unicode_normalization::UnicodeNormalization;

const TCVN3: &str = include_str!("../../pipelines/reference/encodings/tcvn3.csv");
const VNI: &str = include_str!("../../pipelines/reference/encodings/vni.csv");

/// How the letters of a workbook are typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Letters {
    /// TCVN3 in the fonts `.VnTime` and, for capitals, `.VnTimeH`.
    VnTime,
    /// TCVN3 in the fonts `.VnArial` and, for capitals, `.VnArialH`.
    VnArial,
    /// VNI in the font `VNI-Times`.
    VniTimes,
    /// Pasted together: TCVN3, VNI and Unicode cells side by side.
    Mixed,
    /// Unicode, decomposed.
    Decomposed,
    /// Unicode, every third cell decomposed.
    HalfDecomposed,
}

/// How a text file is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-16, little end first, with a byte order mark.
    Utf16,
    /// Windows-1258: tones are characters of their own.
    Windows1258,
    /// TCVN3; nothing in the file says so.
    Tcvn3,
}

/// Types texts in old encodings.
#[derive(Debug)]
pub(crate) struct Typewriter {
    tcvn3: BTreeMap<char, char>,
    vni: BTreeMap<char, String>,
}

impl Typewriter {
    /// Reads the built-in tables.
    pub(crate) fn load() -> Result<Self, Box<dyn Error>> {
        let mut tcvn3 = BTreeMap::new();
        for (letter, typed) in table(TCVN3)? {
            let typed = typed.chars().next().ok_or("a letter that is not typed")?;
            // The standard has capitals with tones; the fonts have seven capitals, and those without.
            if letter.is_lowercase() || typed <= '\u{a7}' {
                tcvn3.insert(letter, typed);
            }
        }
        let vni = table(VNI)?;
        Ok(Self { tcvn3, vni })
    }

    /// A text of a workbook as it is typed, and the font it is set in if that matters. `turn` counts cells.
    pub(crate) fn typed(
        &self,
        text: &str,
        letters: Letters,
        turn: u32,
    ) -> (String, Option<&'static str>) {
        let capitals = text.chars().any(char::is_alphabetic) && text == text.to_uppercase();
        match (letters, turn % 3) {
            (Letters::VnTime, _) | (Letters::Mixed, 0) => (
                self.in_tcvn3(text),
                Some(if capitals { ".VnTimeH" } else { ".VnTime" }),
            ),
            (Letters::VnArial, _) => (
                self.in_tcvn3(text),
                Some(if capitals { ".VnArialH" } else { ".VnArial" }),
            ),
            (Letters::VniTimes, _) | (Letters::Mixed, 1) => (self.in_vni(text), Some("VNI-Times")),
            (Letters::Decomposed, _) | (Letters::HalfDecomposed, 0) => (text.nfd().collect(), None),
            (Letters::Mixed | Letters::HalfDecomposed, _) => (text.to_owned(), None),
        }
    }

    /// A text file's bytes.
    pub(crate) fn encoded(&self, text: &str, encoding: Encoding) -> Result<Vec<u8>, String> {
        match encoding {
            Encoding::Utf8 => Ok(text.as_bytes().to_vec()),
            Encoding::Utf16 => Ok(std::iter::once(0xfeff)
                .chain(text.encode_utf16())
                .flat_map(u16::to_le_bytes)
                .collect()),
            Encoding::Windows1258 => {
                let text = apart(text);
                let (bytes, _, lost) = WINDOWS_1258.encode(&text);
                if lost {
                    return Err(format!("Windows-1258 cannot hold `{text}`"));
                }
                Ok(bytes.into_owned())
            }
            Encoding::Tcvn3 => self
                .in_tcvn3(text)
                .chars()
                .map(|c| u8::try_from(c).map_err(|_| format!("TCVN3 has no `{c}`")))
                .collect(),
        }
    }

    /// A capital with a tone has no byte of its own: it is typed small, and the font makes it great.
    fn in_tcvn3(&self, text: &str) -> String {
        text.nfc()
            .map(|c| {
                let small = c.to_lowercase().next().unwrap_or(c);
                let typed = self.tcvn3.get(&c).or_else(|| self.tcvn3.get(&small));
                typed.copied().unwrap_or(c)
            })
            .collect()
    }

    fn in_vni(&self, text: &str) -> String {
        text.nfc()
            .map(|c| self.vni.get(&c).cloned().unwrap_or_else(|| c.to_string()))
            .collect()
    }
}

/// The letters of a table, and the characters that are typed for them.
fn table(csv: &str) -> Result<BTreeMap<char, String>, Box<dyn Error>> {
    let mut typed = BTreeMap::new();
    for row in csv::Reader::from_reader(csv.as_bytes()).deserialize() {
        let mut row: BTreeMap<String, String> = row?;
        let letter = row.get("char").and_then(|c| c.chars().next());
        let characters = row.remove("as_cp1252").filter(|c| !c.is_empty());
        let (letter, characters) = letter.zip(characters).ok_or("half a row of a table")?;
        typed.insert(letter, characters);
    }
    Ok(typed)
}

/// Tones as characters of their own behind their letters, which keep circumflex, breve and horn.
fn apart(text: &str) -> String {
    let mut out = String::new();
    for c in text.nfc() {
        let parts: Vec<char> = c.to_string().nfd().collect();
        let (tones, letter): (Vec<char>, Vec<char>) = parts
            .into_iter()
            .partition(|c| matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}'));
        out.extend(letter.into_iter().nfc());
        out.extend(tones);
    }
    out
}
