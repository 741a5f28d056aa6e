//! Vietnamese in older encodings and fonts, from the tables of `pipelines/reference/encodings`.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::sync::LazyLock;

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

/// Letters typed in a font that stands for an encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Typed {
    /// TCVN 5712 (ABC): one byte a letter; toned capitals are only in fonts whose name ends in H.
    Tcvn3,
    /// VNI: a letter and its mark, two bytes.
    Vni,
}

/// The encoding of a text file.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TextEncoding {
    #[default]
    Utf8,
    Utf8Bom,
    Utf16le,
    Utf16leBom,
    Utf16be,
    Utf16beBom,
    Windows1258,
    Tcvn3,
    Vni,
}

/// Letter to the bytes that stand for it.
type Letters = BTreeMap<char, Vec<u8>>;

static TCVN3: LazyLock<Letters> = LazyLock::new(|| table("tcvn3.csv"));
static VNI: LazyLock<Letters> = LazyLock::new(|| table("vni.csv"));

/// Reads the columns `bytes_hex` and `char` of the table of an encoding.
fn table(name: &str) -> Letters {
    #[derive(Deserialize)]
    struct Line {
        bytes_hex: String,
        char: char,
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("pipelines/reference/encodings")
        .join(name);
    let mut reader = csv::Reader::from_path(path).expect("the table of an encoding");
    let mut letters = Letters::new();
    for line in reader.deserialize() {
        let line: Line = line.expect("a line of the table");
        let hex = line.bytes_hex.split(' ');
        let bytes = hex.map(|byte| u8::from_str_radix(byte, 16).expect("a byte"));
        letters
            .entry(line.char)
            .or_insert_with(|| bytes.collect::<Vec<u8>>());
    }
    letters
}

fn is_tone(c: char) -> bool {
    matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}')
}

impl Typed {
    /// The encoding that the name of a font stands for.
    pub(crate) fn by_font(font: &str) -> Option<Self> {
        if font.starts_with(".Vn") {
            Some(Self::Tcvn3)
        } else if font.starts_with("VNI") {
            Some(Self::Vni)
        } else {
            None
        }
    }

    /// The bytes of a text typed so.
    pub(crate) fn bytes(self, text: &str) -> Result<Vec<u8>, Box<dyn Error>> {
        let mut bytes = Vec::new();
        for letter in text.nfc() {
            if letter.is_ascii() {
                bytes.push(letter as u8);
                continue;
            }
            let found = match self {
                // The fonts have no toned capitals: the small letter is typed.
                Self::Tcvn3 if std::iter::once(letter).nfd().any(is_tone) => {
                    let small = letter.to_lowercase().next().unwrap_or(letter);
                    TCVN3.get(&small)
                }
                Self::Tcvn3 => TCVN3.get(&letter),
                Self::Vni => VNI.get(&letter),
            };
            bytes.extend(found.ok_or_else(|| format!("`{letter}` cannot be typed in {self:?}"))?);
        }
        Ok(bytes)
    }

    /// The same as a workbook stores it: the bytes as letters of Windows-1252.
    pub(crate) fn as_stored(self, text: &str) -> Result<String, Box<dyn Error>> {
        let bytes = self.bytes(text)?;
        Ok(encoding_rs::WINDOWS_1252
            .decode_without_bom_handling(&bytes)
            .0
            .into_owned())
    }
}

impl TextEncoding {
    /// The bytes of a file.
    pub(crate) fn encode(self, text: &str) -> Result<Vec<u8>, Box<dyn Error>> {
        let marked = |marked: bool| if marked { "\u{feff}" } else { "" };
        let utf16 = |bom: bool, to: fn(u16) -> [u8; 2]| {
            let text = format!("{}{text}", marked(bom));
            text.encode_utf16().flat_map(to).collect()
        };
        Ok(match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Utf8Bom => format!("{}{text}", marked(true)).into_bytes(),
            Self::Utf16le => utf16(false, u16::to_le_bytes),
            Self::Utf16leBom => utf16(true, u16::to_le_bytes),
            Self::Utf16be => utf16(false, u16::to_be_bytes),
            Self::Utf16beBom => utf16(true, u16::to_be_bytes),
            Self::Windows1258 => windows_1258(text)?,
            Self::Tcvn3 => Typed::Tcvn3.bytes(text)?,
            Self::Vni => Typed::Vni.bytes(text)?,
        })
    }
}

/// Windows-1258 has letters with circumflex, breve or horn, and tones that follow them.
fn windows_1258(text: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut parts = String::new();
    for letter in text.nfc() {
        let whole = letter.to_string();
        let (_, _, unmappable) = encoding_rs::WINDOWS_1258.encode(&whole);
        if !unmappable {
            parts.push(letter);
            continue;
        }
        let pieces: Vec<char> = whole.nfd().collect();
        let tone = pieces.iter().copied().find(|c| is_tone(*c));
        parts.extend(pieces.iter().copied().filter(|c| !is_tone(*c)).nfc());
        parts.extend(tone);
    }
    let (bytes, _, unmappable) = encoding_rs::WINDOWS_1258.encode(&parts);
    if unmappable {
        return Err("a letter has no place in Windows-1258".into());
    }
    Ok(bytes.into_owned())
}

/// The text in Unicode's decomposed form.
pub(crate) fn decomposed(text: &str) -> String {
    text.nfd().collect()
}
