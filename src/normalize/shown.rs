//! What a cell shows, where its format shows something else than the stored number.

use rust_decimal::Decimal;

use super::number::{ParsedNumber, TextNumber, from_float, read_text};
use crate::diagnostic::{Message, findings};
use crate::read::{ShownCell, ShownNumber, StoredValue, Withheld};

/// The number that a cell shows: the stored one, exactly, in the scale and with the words of the format. None if it shows
/// no number, or words that cannot stand beside one.
///
/// `approximate` are the words that mark a number as approximate.
pub(super) fn shown_number(shown: &ShownCell, approximate: &[String]) -> Option<TextNumber> {
    match (&shown.stored, &shown.number) {
        (StoredValue::Number(n), Some(number)) => {
            let value = scaled(*n, number)?;
            let words = format!("{} 1 {}", number.before, number.after);
            let read = read_text(&words, approximate)?;
            Some(TextNumber {
                value: ParsedNumber::Sure(value),
                ..read
            })
        }
        (StoredValue::Number(_), None) => read_text(&shown.text, approximate),
        (StoredValue::Date(_), _) => None,
    }
}

/// The shown number as a decimal.
fn scaled(n: f64, number: &ShownNumber) -> Option<Decimal> {
    let stored = from_float(n)?;
    let places = number.power.unsigned_abs();
    let ten = Decimal::TEN;
    (0..places).try_fold(stored, |value, _| {
        if number.power < 0 {
            value.checked_div(ten)
        } else {
            value.checked_mul(ten)
        }
    })
}

/// Whether a cell may show another number than it stores: scaled, or with marks between its digits.
pub(super) fn shows_another(shown: &ShownCell) -> bool {
    match &shown.number {
        Some(number) => number.power != 0,
        None => matches!(shown.stored, StoredValue::Number(_)),
    }
}

/// Why a cell is held whose content must not be loaded.
pub(super) fn withheld_message(why: Withheld) -> Message {
    match why {
        Withheld::Struck => findings::TH323.into(),
        Withheld::Covered => findings::TH324.into(),
        Withheld::Unshown => findings::TH325.into(),
        Withheld::Unreadable => findings::TH326.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(n: f64, power: i32, before: &str, after: &str) -> ShownCell {
        ShownCell {
            stored: StoredValue::Number(n),
            text: String::new(),
            number: Some(ShownNumber {
                power,
                before: before.to_owned(),
                after: after.to_owned(),
            }),
        }
    }

    #[test]
    fn the_shown_number_is_exact() {
        let read = |cell: ShownCell| {
            let number = shown_number(&cell, &["~".to_owned()])?;
            let ParsedNumber::Sure(value) = number.value else {
                return None;
            };
            Some((
                value.normalize().to_string(),
                number.suffix,
                number.approximate,
            ))
        };
        let is = |value: &str, suffix: &str, approximate| {
            Some((value.to_owned(), suffix.to_owned(), approximate))
        };
        assert_eq!(
            read(cell(18_725_123.0, -3, "", "")),
            is("18725.123", "", false)
        );
        assert_eq!(read(cell(1.046, 2, "", "%")), is("104.6", "%", false));
        assert_eq!(
            read(cell(-431.0, 0, "~", "người")),
            is("-431", "người", true)
        );
        assert_eq!(read(cell(2024.0, 0, "Năm", "")), None);
    }
}
