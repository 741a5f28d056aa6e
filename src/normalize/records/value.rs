//! One cell of a record list to the value of its field.

use std::borrow::Cow;

use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::normalize::number::{Locale, ParsedNumber, from_float, read_text};
use crate::normalize::symbol::ObservationStatus;
use crate::normalize::{Conventions, VALUE_SCALE, lake_decimal};
use crate::read::BorrowedContent;
use crate::text::composed;

/// A value of a field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'t> {
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

/// What a cell of numbers says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Number {
    /// A number, and whether it is said to be about so much.
    Is {
        value: Decimal,
        approximate: bool,
        proves: Option<Locale>,
        /// The unit of measure that stands behind it.
        unit: Option<String>,
    },
    /// Two numbers that it may be.
    Doubtful {
        reading: ParsedNumber,
        unit: Option<String>,
    },
    /// A mark for what is not collected or cannot exist.
    Marked,
    /// No number.
    Not,
}

/// A text as the lake keeps it: composed, on one line, without the apostrophe that makes a spreadsheet take it for text.
pub(super) fn kept(text: &str) -> Cow<'_, str> {
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

/// Whether a text has no other white space than single blanks.
fn is_plain(text: &[u8]) -> bool {
    let mut before = 0;
    text.iter().all(|byte| {
        let plain = match (before, byte) {
            (b' ', b' ') | (_, 0..b' ') => false,
            // A blank that does not break is the bytes c2 a0.
            (0xc2, 0xa0) => false,
            _ => true,
        };
        before = *byte;
        plain
    })
}

/// A number as the text of a code: digits alone, with the zeros that a spreadsheet took off its front.
pub(super) fn digits_of(n: f64, digits: Option<usize>) -> Option<String> {
    let is_code = (0.0..1e15).contains(&n) && n.fract() == 0.0;
    let width = digits.unwrap_or(0);
    is_code.then(|| format!("{:0width$}", n as u64))
}

/// Largest integer below which every quotient by a million is told by its float alone.
const EXACT: f64 = 1e15;

/// A stored number in millionths, where that is plain to see.
#[allow(clippy::float_cmp, reason = "the very number is asked for")]
pub(super) fn millionths(n: f64) -> Option<i128> {
    if n.fract() == 0.0 && n.abs() < EXACT {
        return Some(i128::from(n as i64) * 1_000_000);
    }
    let scaled = (n * 1e6).round();
    (scaled.abs() < EXACT && scaled / 1e6 == n).then(|| i128::from(scaled as i64))
}

/// Reads a cell as a number.
pub(super) fn number(cell: BorrowedContent<'_>, conventions: &Conventions) -> Number {
    let sure = |value| Number::Is {
        value,
        approximate: false,
        proves: None,
        unit: None,
    };
    match cell {
        BorrowedContent::Number(n) => from_float(n).map_or(Number::Not, sure),
        BorrowedContent::Text(text) => match conventions.symbols.status(text) {
            Some(ObservationStatus::Normal) => sure(Decimal::ZERO),
            Some(_) => Number::Marked,
            None => match read_text(text, &conventions.approximate) {
                Some(read) => {
                    let unit = Some(read.suffix).filter(|suffix| !suffix.is_empty());
                    match read.value {
                        ParsedNumber::Sure(value) => Number::Is {
                            value,
                            approximate: read.approximate,
                            proves: read.evidence,
                            unit,
                        },
                        reading @ ParsedNumber::Doubtful { .. } => {
                            Number::Doubtful { reading, unit }
                        }
                    }
                }
                None => Number::Not,
            },
        },
        BorrowedContent::Bool(_)
        | BorrowedContent::Date(_)
        | BorrowedContent::Error(_)
        | BorrowedContent::NoCachedValue => Number::Not,
    }
}

/// The largest number of a list that is believed.
const MOST: i128 = 1_000_000_000_000_000;

/// A decimal in millionths, in the unit of the lake; none where it is too large to be believed.
pub(super) fn in_lake(value: Decimal, factor: Decimal) -> Option<i128> {
    let value = value.checked_mul(factor)?;
    let within = value.abs() <= Decimal::from(MOST);
    within.then(|| {
        lake_decimal(
            value.round_dp_with_strategy(VALUE_SCALE, RoundingStrategy::MidpointAwayFromZero),
        )
    })
}

/// Days of spreadsheets that are dates of organisations: from 1927 to 2119.
const SERIAL_DAYS: std::ops::RangeInclusive<i64> = 10_000..=80_000;
/// Numbers that are years.
const YEARS: std::ops::RangeInclusive<i64> = 1900..=2100;

/// A date as `2025-12-31`, `2025-12` or `2025`; none where the cell holds no date.
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
            // Day 25,569 of the calendar that begins with 1900 is the first of Unix time.
            let days = n as i64 - 25_569;
            let epoch = jiff::civil::date(1970, 1, 1);
            epoch
                .checked_add(jiff::Span::new().days(days))
                .ok()
                .map(|day| day.to_string())
        }
        BorrowedContent::Text(text) => date_in(text),
        _ => None,
    }
}

/// Whether bytes are a day such as `2025-12-31`, as far as that is plain to see: no month is shorter than 28 days.
fn is_day(day: &[u8]) -> bool {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = day else {
        return false;
    };
    let digits = [y1, y2, y3, y4, m1, m2, d1, d2];
    digits.iter().all(|b| b.is_ascii_digit())
        && (b"01"..=b"12").contains(&&[*m1, *m2])
        && (b"01"..=b"28").contains(&&[*d1, *d2])
}

/// `31/12/2025`, `12/2025`, `2025`, `2025-12-31`, with `/`, `-` or `.`.
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
        assert_eq!(digits_of(12_345.0, Some(10)).as_deref(), Some("0000012345"));
        assert_eq!(digits_of(0.5, None), None);
    }
}
