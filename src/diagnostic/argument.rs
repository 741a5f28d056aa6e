//! The arguments that fill the braces of a message. Where a message must not quote a file, it names the kind of thing instead.
//!
//! A text is taken for a quotation from a file unless it is known to be the program's own: the catalogue names such
//! arguments under `own`, and whole numbers are always its own. So a message about a form with personal columns quotes
//! only the arguments that somebody has declared to be safe.

use super::catalogue::phrase;
use crate::text::Bilingual;

/// What fills a name in braces.
#[derive(Debug, Clone)]
pub struct Argument {
    said: Bilingual,
    /// What may stand anywhere; none if `said` may be quoted from a file.
    unquoted: Option<Bilingual>,
}

impl Argument {
    /// A text of the program or of its definitions.
    #[must_use]
    pub(super) fn own(self) -> Self {
        Self {
            unquoted: Some(self.said.clone()),
            ..self
        }
    }

    /// A phrase, as it is said and as it may be said anywhere.
    pub(super) fn phrase(said: Bilingual, unquoted: Bilingual) -> Self {
        Self {
            said,
            unquoted: Some(unquoted),
        }
    }

    /// The text.
    pub(super) fn said(&self) -> &Bilingual {
        &self.said
    }

    /// Whether the text may be quoted from a file.
    pub(super) fn is_quoted(&self) -> bool {
        self.unquoted.is_none()
    }

    /// The text if it is the program's own, else the kind of thing that was found.
    pub(super) fn unquoted(&self) -> Bilingual {
        let own = self.unquoted.clone();
        own.unwrap_or_else(|| kind_of(&self.said.en))
    }
}

/// A template without the marks around the names of quotations: there the kind of thing stands, not the thing.
pub(super) fn unmarked(template: &Bilingual, args: &[(&'static str, Argument)]) -> Bilingual {
    let mut all = template.clone();
    for (name, _) in args.iter().filter(|(_, argument)| argument.is_quoted()) {
        let (marked, bare) = (format!("`{{{name}}}`"), format!("{{{name}}}"));
        all.vi = all.vi.replace(&marked, &bare);
        all.en = all.en.replace(&marked, &bare);
    }
    all
}

/// The code whose phrases name kinds of things.
const KINDS: &str = "TH227";

/// The kind of thing that a text is: a date, a number and how many digits it has, or just text.
fn kind_of(text: &str) -> Bilingual {
    let text = text.trim();
    let is_mark = |c: char| c.is_whitespace() || "+-.,/()'".contains(c);
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if text.is_empty() {
        return Bilingual::default();
    }
    if digits == 0 || !text.chars().all(|c| c.is_ascii_digit() || is_mark(c)) {
        return phrase(KINDS, "text");
    }
    let groups: Vec<usize> = text.split(['-', '.', '/']).map(str::len).collect();
    match groups.as_slice() {
        [1 | 2, 1 | 2, 4] | [4, 1 | 2, 1 | 2] => phrase(KINDS, "date"),
        _ => phrase(KINDS, "number").filled(&[("digits", digits.into())]),
    }
}

macro_rules! from_quotations {
    ($($text:ty),*) => {$(
        impl From<$text> for Argument {
            fn from(text: $text) -> Self {
                Self { said: text.into(), unquoted: None }
            }
        }
    )*};
}

from_quotations!(&str, String, &String, Bilingual);

macro_rules! from_whole_numbers {
    ($($number:ty),*) => {$(
        impl From<$number> for Argument {
            fn from(number: $number) -> Self {
                Self { said: number.into(), unquoted: None }.own()
            }
        }
    )*};
}

from_whole_numbers!(usize, u32, u64, i64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotation_is_told_by_its_kind() {
        let kind = |text: &str| kind_of(text).en;
        assert_eq!(kind("Nguyễn Văn A"), "text");
        assert_eq!(kind("0912 345 678"), "a number of 10 digits");
        assert_eq!(kind("0912.345.678"), "a number of 10 digits");
        assert_eq!(kind("+84-912345678"), "a number of 11 digits");
        assert_eq!(kind("31/12/1970"), "a date");
        assert_eq!(kind("1970-12-31"), "a date");
        assert_eq!(kind("a@b.vn"), "text");
        assert_eq!(kind(""), "");
    }

    #[test]
    fn a_number_and_what_is_declared_so_are_the_programs_own() {
        assert_eq!(Argument::from(12_usize).unquoted(), Bilingual::same("12"));
        assert_eq!(
            Argument::from("Tên").own().unquoted(),
            Bilingual::same("Tên")
        );
        assert!(Argument::from("Tên").is_quoted());
    }
}
