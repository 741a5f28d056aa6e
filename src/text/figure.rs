//! Figures as people write them: rounded half away from zero, with digits in groups of three.

use rust_decimal::{Decimal, RoundingStrategy};

/// A value rounded to `decimals` places, half away from zero.
#[must_use]
pub fn rounded(value: Decimal, decimals: u32) -> Decimal {
    value.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero)
}

/// A value with `decimals` places, rounded half away from zero, its digits in groups of three. `group` separates the
/// groups, `mark` is the decimal mark. A value that rounds to zero has no sign.
#[must_use]
pub fn format_value(value: Decimal, decimals: u32, group: char, mark: char) -> String {
    let shown = rounded(value, decimals);
    let digits = format!("{:.places$}", shown.abs(), places = decimals as usize);
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let mut text = String::with_capacity(digits.len() + 8);
    if shown.is_sign_negative() && !shown.is_zero() {
        text.push('-');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
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
