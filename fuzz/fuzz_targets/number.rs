//! Numbers as text and as stored floats: no digit is invented, a number that can be read in one way only reads as
//! itself when it is written again in its locale, one in doubt has two values, and a float is what the office
//! program shows of it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rust_decimal::Decimal;
use tonghop::normalize::{Locale, ParsedNumber, TextNumber, from_float, read_text};
use tonghop_fuzz::{PLAN, digits};

fuzz_target!(|data: &[u8]| {
    if let Some(bytes) = data.first_chunk() {
        prove_float(f64::from_le_bytes(*bytes));
    }
    let text = String::from_utf8_lossy(data);
    if let Ok(number) = text.trim().parse() {
        prove_float(number);
    }
    prove_text(&text);
});

fn read(text: &str) -> Option<TextNumber> {
    read_text(text, &PLAN.conventions.approximate)
}

fn prove_text(text: &str) {
    let Some(number) = read(text) else { return };
    assert!(!number.suffix.starts_with(|c: char| c.is_ascii_digit()));
    match number.value {
        ParsedNumber::Sure(value) => {
            prove_digits(text, value);
            let locales = match number.evidence {
                Some(locale) => vec![locale],
                None => vec![Locale::CommaDecimal, Locale::PointDecimal],
            };
            for locale in locales {
                for grouped in [false, true] {
                    prove_written(value, locale, grouped);
                }
            }
        }
        ParsedNumber::Doubtful {
            grouped, fraction, ..
        } => {
            assert_eq!(number.evidence, None);
            assert_ne!(grouped, fraction);
            assert_eq!(grouped, fraction * Decimal::ONE_THOUSAND);
            prove_digits(text, grouped);
        }
    }
}

/// The digits of a value stand in the text, in their order, from the first one on.
fn prove_digits(text: &str, value: Decimal) {
    let of_text = digits(text);
    let of_value = digits(&value.to_string());
    let (of_text, of_value) = (of_text.trim_start_matches('0'), of_value.trim_matches('0'));
    assert!(of_text.starts_with(of_value), "`{text}` is {value}");
}

/// A value written in a locale reads as itself, or as that and one other.
fn prove_written(value: Decimal, locale: Locale, grouped: bool) {
    let text = written(value, locale, grouped);
    let again = read(&text).unwrap_or_else(|| panic!("{value} written `{text}` is not read"));
    assert_eq!(again.value.in_locale(locale), value, "`{text}`");
    let against = again.evidence.is_some_and(|proven| proven != locale);
    assert!(!against, "`{text}` proves {:?}", again.evidence);
}

fn written(value: Decimal, locale: Locale, grouped: bool) -> String {
    let (group, mark) = match locale {
        Locale::CommaDecimal => ('.', ','),
        Locale::PointDecimal => (',', '.'),
    };
    let plain = value.abs().to_string();
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut text = String::new();
    if value.is_sign_negative() {
        text.push('-');
    }
    for (i, digit) in whole.chars().enumerate() {
        if grouped && i > 0 && (whole.len() - i).is_multiple_of(3) {
            text.push(group);
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push(mark);
        text.push_str(fraction);
    }
    text
}

/// A float is read to fifteen digits, and what was read is read again as itself.
fn prove_float(number: f64) {
    let Some(value) = from_float(number) else {
        assert!(
            !number.is_finite() || number.abs() >= 1e15,
            "{number:e} is a number"
        );
        return;
    };
    let float = |value: Decimal| value.to_string().parse::<f64>().expect("a number");
    let off = (float(value) - number).abs();
    assert!(
        off <= 1e-14 * number.abs() + 1e-28,
        "{number:e} is read as {value}"
    );
    assert_eq!(from_float(float(value)), Some(value), "{number:e}");
}
