//! Texts in two languages: everything that people read is written in the country's language and in English.

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::fill::fill_with;

/// A text in two languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "RawBilingual")]
pub struct Bilingual {
    /// In the country's language.
    pub vi: String,
    /// In English.
    pub en: String,
}

/// A text in two languages as a definition file states it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBilingual {
    vi: String,
    en: String,
}

impl TryFrom<RawBilingual> for Bilingual {
    type Error = String;

    /// People read both languages, so neither may be empty.
    fn try_from(raw: RawBilingual) -> Result<Self, Self::Error> {
        for (language, text) in [("vi", &raw.vi), ("en", &raw.en)] {
            if text.trim().is_empty() {
                return Err(format!("the text is empty in `{language}`"));
            }
        }
        Ok(Self {
            vi: raw.vi,
            en: raw.en,
        })
    }
}

impl Bilingual {
    /// A text from its two languages.
    #[must_use]
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            vi: vi.into(),
            en: en.into(),
        }
    }

    /// A text that is the same in both languages: a code, the name of a cell.
    #[must_use]
    pub fn same(text: &str) -> Self {
        Self::new(text, text)
    }

    /// Whether the two languages are equal, so that one of them is enough (years, `%`).
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.vi == self.en
    }

    /// Whether the English is the Vietnamese without its diacritics. Such a text is a proper name, and one of the two is
    /// enough.
    #[must_use]
    pub fn is_name(&self) -> bool {
        let bare = |c: char| match c {
            '\u{111}' => 'd',
            '\u{110}' => 'D',
            other => other,
        };
        let letters = self.vi.nfd().filter(|c| !is_combining_mark(*c)).map(bare);
        letters.eq(self.en.chars())
    }

    /// The text with every `{name}` of `args` replaced in both languages; see [`fill_with`].
    #[must_use]
    pub fn filled(&self, args: &[(&str, Self)]) -> Self {
        let side = |text: &str, of: fn(&Self) -> &str| {
            fill_with(text, |name| {
                let found = args.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| of(value))
            })
        };
        Self {
            vi: side(&self.vi, |value| &value.vi),
            en: side(&self.en, |value| &value.en),
        }
    }

    /// Whether it has a name in braces to be replaced.
    #[must_use]
    pub fn has_names(&self) -> bool {
        self.vi.contains('{') || self.en.contains('{')
    }

    /// Several texts as one, with `between` between them.
    #[must_use]
    pub fn joined<'t>(texts: impl IntoIterator<Item = &'t Self>, between: &str) -> Self {
        let (vi, en): (Vec<&str>, Vec<&str>) = texts
            .into_iter()
            .map(|text| (text.vi.as_str(), text.en.as_str()))
            .unzip();
        Self::new(vi.join(between), en.join(between))
    }
}

impl From<&str> for Bilingual {
    fn from(text: &str) -> Self {
        Self::same(text)
    }
}

impl From<String> for Bilingual {
    fn from(text: String) -> Self {
        Self {
            vi: text.clone(),
            en: text,
        }
    }
}

impl From<&String> for Bilingual {
    fn from(text: &String) -> Self {
        Self::same(text)
    }
}

/// Whole numbers in plain digits, without groups.
macro_rules! from_whole_numbers {
    ($($number:ty),*) => {$(
        impl From<$number> for Bilingual {
            fn from(number: $number) -> Self {
                number.to_string().into()
            }
        }
    )*};
}

from_whole_numbers!(usize, u32, u64, i64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_once_and_values_are_left_alone() {
        let text = Bilingual::new("{a} và {b}, {c", "{b} and {a}, {x}");
        let args = [
            ("a", Bilingual::new("một {b}", "one {b}")),
            ("b", Bilingual::same("2")),
        ];
        assert_eq!(
            text.filled(&args),
            Bilingual::new("một {b} và 2, {c", "2 and one {b}, {x}")
        );
    }

    #[test]
    fn a_name_is_distinguished_from_a_translation() {
        let name = |vi: &str, en: &str| Bilingual::new(vi, en).is_name();
        assert!(name("Đắk Lắk", "Dak Lak"));
        assert!(name("Gia Lai", "Gia Lai"));
        assert!(!name("Đông Nam Bộ", "Southeast"));
        assert!(!name("Huế", "Hué"));
    }
}
