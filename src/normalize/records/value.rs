//! One cell of a record list to the value of its field.

use std::borrow::Cow;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::normalize::conventions::Conventions;
use crate::normalize::number::{TextNumber, from_float, read_text};
use crate::normalize::scale::{lake_decimal, to_lake_scale};
use crate::normalize::shown::shown_number;
use crate::normalize::symbol::ObservationStatus;
use crate::read::{BorrowedContent, StoredValue};
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

fn without_apostrophes(mut text: &str) -> &str {
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

/// A number as a code of digits, with the leading zeros that a spreadsheet removed; none if it is not whole.
pub(super) fn digits_of(n: f64, digits: Option<usize>) -> Option<String> {
    let is_code = (0.0..1e15).contains(&n) && n.fract() == 0.0;
    let width = digits.unwrap_or(0);
    is_code.then(|| format!("{:0width$}", n as u64))
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
        BorrowedContent::Shown(shown) => {
            shown_number(shown, &conventions.approximate).map_or(ReadNumber::Not, ReadNumber::Read)
        }
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

/// Serial days of spreadsheets that may be dates of organisations: from 1927 to 2119.
const SERIAL_DAYS: std::ops::RangeInclusive<i64> = 10_000..=80_000;
/// Numbers that are years.
const YEARS: std::ops::RangeInclusive<i64> = 1900..=2100;

/// The date in a cell as `2025-12-31`, `2025-12` or `2025`; none if there is none.
pub(super) fn date(cell: BorrowedContent<'_>) -> Option<String> {
    match cell {
        BorrowedContent::Date(text) => {
            let day = text.get(..10).unwrap_or(text);
            if is_day(day.as_bytes()) {
                return Some(day.to_owned());
            }
            day.parse::<Date>().ok().map(|day| day.to_string())
        }
        BorrowedContent::Number(n) if n.fract() == 0.0 && YEARS.contains(&(n as i64)) => {
            Some(format!("{n}"))
        }
        BorrowedContent::Number(n) if SERIAL_DAYS.contains(&(n as i64)) => {
            // Serial day 25,569 is 1 January 1970.
            let days = n as i64 - 25_569;
            let epoch = jiff::civil::date(1970, 1, 1);
            epoch
                .checked_add(jiff::Span::new().days(days))
                .ok()
                .map(|day| day.to_string())
        }
        BorrowedContent::Text(text) => date_in(text),
        BorrowedContent::Shown(shown) => match &shown.stored {
            StoredValue::Date(text) => date(BorrowedContent::Date(text)),
            StoredValue::Number(_) => date_in(&shown.text),
        },
        _ => None,
    }
}

/// Whether bytes are certainly a day such as `2025-12-31`: every month has 28 days.
fn is_day(day: &[u8]) -> bool {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = day else {
        return false;
    };
    let digits = [y1, y2, y3, y4, m1, m2, d1, d2];
    digits.iter().all(|b| b.is_ascii_digit())
        && (b"01"..=b"12").contains(&&[*m1, *m2])
        && (b"01"..=b"28").contains(&&[*d1, *d2])
}

/// The date that a text states: `31/12/2025`, `12/2025`, `2025` or `2025-12-31`, with `/`, `-` or `.`.
fn date_in(text: &str) -> Option<String> {
    let text = without_apostrophes(text.trim()).trim();
    let parts: Vec<&str> = text.split(['/', '-', '.']).map(str::trim).collect();
    let is_number =
        |part: &&str| (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if !parts.iter().all(is_number) {
        return None;
    }
    let number = |part: &str| part.parse::<i16>().ok();
    let year = |part: &str| number(part).filter(|y| YEARS.contains(&i64::from(*y)));
    let month = |part: &str| number(part).filter(|m| (1..=12).contains(m));
    match parts.as_slice() {
        [y] => Some(format!("{}", year(y)?)),
        [m, y] if y.len() == 4 => Some(format!("{}-{:02}", year(y)?, month(m)?)),
        [y, m] => Some(format!("{}-{:02}", year(y)?, month(m)?)),
        [d, m, y] if y.len() == 4 => day(year(y)?, month(m)?, number(d)?),
        [y, m, d] if y.len() == 4 => day(year(y)?, month(m)?, number(d)?),
        _ => None,
    }
}

/// A day; none if the calendar does not have it.
fn day(year: i16, month: i16, day: i16) -> Option<String> {
    let day = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    Some(day.to_string())
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
    fn dates_are_days_months_and_years() {
        let of = |text| date(BorrowedContent::Text(text));
        assert_eq!(of("31/12/2025").as_deref(), Some("2025-12-31"));
        assert_eq!(of(" 1.2.2019 ").as_deref(), Some("2019-02-01"));
        assert_eq!(of("2019-02-01").as_deref(), Some("2019-02-01"));
        assert_eq!(of("12/2025").as_deref(), Some("2025-12"));
        assert_eq!(of("2025").as_deref(), Some("2025"));
        assert_eq!(of("30/02/2025"), None);
        assert_eq!(of("13/2025"), None);
        assert_eq!(of("abc"), None);
        assert_eq!(
            date(BorrowedContent::Number(2019.0)).as_deref(),
            Some("2019")
        );
        assert_eq!(
            date(BorrowedContent::Number(45_657.0)).as_deref(),
            Some("2024-12-31")
        );
        assert_eq!(date(BorrowedContent::Number(3.0)), None);
        assert_eq!(
            date(BorrowedContent::Date("2024-12-31T12:00:00")).as_deref(),
            Some("2024-12-31")
        );
    }

    #[test]
    fn texts_are_kept_on_one_line_and_composed() {
        assert_eq!(kept(" 'e\u{301}a\u{a0} b\n"), "éa b");
        assert_eq!(kept("a\u{2009}b\u{200b}c\u{3000}d\u{feff}"), "a bc d");
        assert_eq!(kept("a – b"), "a – b");
        assert_eq!(digits_of(12_345.0, Some(10)).as_deref(), Some("0000012345"));
        assert_eq!(digits_of(0.5, None), None);
    }
}
