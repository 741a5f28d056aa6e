//! One cell of a record list to the value of its field.

use std::borrow::Cow;

use rust_decimal::Decimal;

use crate::normalize::conventions::Conventions;
use crate::normalize::number::{TextNumber, from_float, read_text};
use crate::normalize::scale::{lake_decimal, to_lake_scale};
use crate::normalize::shown::shown_number;
use crate::normalize::symbol::ObservationStatus;
use crate::read::BorrowedContent;
use crate::text::{composed, is_invisible};

/// A value of a field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum FieldValue<'t> {
    /// Nothing.
    None,
    /// Text, a code, a date.
    Text(&'t str),
    /// A whole number.
    Whole(i64),
    /// Millionths.
    Decimal(i128),
    /// Ticked or not.
    Flag(bool),
}

/// What a cell says as a number.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ReadNumber {
    /// A number, or the two that it may be.
    Read(TextNumber),
    /// A symbol for what is not collected or cannot exist.
    Marked,
    /// Not a number.
    Not,
}

/// A text as the lake keeps it: composed, on one line, without the apostrophe that marks a cell as text and without marks
/// that nobody sees.
pub(super) fn kept(text: &str) -> Cow<'_, str> {
    if text.contains(is_invisible) {
        let shown: String = text.chars().filter(|c| !is_invisible(*c)).collect();
        return Cow::Owned(kept(&shown).into_owned());
    }
    let text = without_apostrophes(text.trim()).trim_start();
    let composed = composed(text);
    if is_plain(composed.as_bytes()) {
        return composed;
    }
    let words: Vec<&str> = composed.split_whitespace().collect();
    Cow::Owned(words.join(" "))
}

pub(super) fn without_apostrophes(mut text: &str) -> &str {
    while let Some(rest) = text.strip_prefix('\'') {
        text = rest;
    }
    text
}

/// Whether the only white space of a text is single blanks.
fn is_plain(text: &[u8]) -> bool {
    let mut before = 0;
    text.iter().all(|byte| {
        let plain = match (before, byte) {
            (b' ', b' ') | (_, 0..b' ') => false,
            // A no-break space is the bytes c2 a0; other blanks begin with e2 80, e2 81 and e3 80.
            (0xc2, 0xa0) | (0xe2, 0x80 | 0x81) | (0xe3, 0x80) => false,
            _ => true,
        };
        before = *byte;
        plain
    })
}

/// A whole number as digits, without grouping; none if it is not whole, negative or too large to be exact.
pub(super) fn digits_of(n: f64) -> Option<String> {
    let is_code = (0.0..1e15).contains(&n) && n.fract() == 0.0;
    is_code.then(|| format!("{}", n as u64))
}

/// Below this, a float determines the number of millionths that it stands for.
const EXACT: f64 = 1e15;

/// A stored number in millionths, if floating-point arithmetic gives it exactly.
#[allow(clippy::float_cmp, reason = "the very number is asked for")]
pub(super) fn millionths(n: f64) -> Option<i128> {
    if n.fract() == 0.0 && n.abs() < EXACT {
        return Some(i128::from(n as i64) * 1_000_000);
    }
    let scaled = (n * 1e6).round();
    (scaled.abs() < EXACT && scaled / 1e6 == n).then(|| i128::from(scaled as i64))
}

/// Reads a cell as a number.
pub(super) fn number(cell: BorrowedContent<'_>, conventions: &Conventions) -> ReadNumber {
    let stored = |value| ReadNumber::Read(TextNumber::stored(value));
    match cell {
        BorrowedContent::Number(n) => from_float(n).map_or(ReadNumber::Not, stored),
        BorrowedContent::Text(text) => match conventions.symbols.status(text) {
            Some(ObservationStatus::Normal) => stored(Decimal::ZERO),
            Some(_) => ReadNumber::Marked,
            None => {
                read_text(text, &conventions.approximate).map_or(ReadNumber::Not, ReadNumber::Read)
            }
        },
        BorrowedContent::Shown(shown) => match conventions.symbols.status(&shown.text) {
            Some(ObservationStatus::Normal) => stored(Decimal::ZERO),
            Some(_) => ReadNumber::Marked,
            None => shown_number(shown, &conventions.approximate)
                .map_or(ReadNumber::Not, ReadNumber::Read),
        },
        BorrowedContent::Bool(_)
        | BorrowedContent::Date(_)
        | BorrowedContent::Error(_)
        | BorrowedContent::Withheld(_)
        | BorrowedContent::NoCachedValue => ReadNumber::Not,
    }
}

/// The largest plausible number of a list.
const MOST: i128 = 1_000_000_000_000_000;

/// A decimal in the unit of the lake, in millionths; none if it is too large to be plausible.
pub(super) fn in_lake(value: Decimal, factor: Decimal) -> Option<i128> {
    let value = value.checked_mul(factor)?;
    let within = value.abs() <= Decimal::from(MOST);
    within.then(|| lake_decimal(to_lake_scale(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_numbers_are_exact_to_the_millionth() {
        assert_eq!(millionths(12.0), Some(12_000_000));
        assert_eq!(millionths(1234.56), Some(1_234_560_000));
        assert_eq!(millionths(-0.1), Some(-100_000));
        assert_eq!(millionths(0.1 + 0.2), None, "noise is left to the slow way");
        assert_eq!(millionths(f64::NAN), None);
        assert_eq!(millionths(1e300), None);
    }

    #[test]
    fn texts_are_kept_on_one_line_and_composed() {
        assert_eq!(kept(" 'e\u{301}a\u{a0} b\n"), "éa b");
        assert_eq!(kept("a\u{2009}b\u{200b}c\u{3000}d\u{feff}"), "a bc d");
        assert_eq!(kept("a – b"), "a – b");
        assert_eq!(digits_of(12_345.0).as_deref(), Some("12345"));
        assert_eq!(digits_of(0.5), None);
    }
}
