//! Figures as they are printed: rounded half away from zero, grouped, marked. On display only; what is stored and
//! what is computed keep every place.

use std::collections::BTreeSet;

use rust_decimal::{Decimal, RoundingStrategy};

use super::edition::{SymbolKind, Words};

/// A value with `decimals` places, rounded half away from zero.
#[must_use]
pub(crate) fn rounded(value: Decimal, decimals: u32) -> Decimal {
    value.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero)
}

/// A value as printed: `decimals` places, rounded half away from zero, digits grouped in threes. What rounds to
/// zero has no sign.
pub(crate) fn format_value(value: Decimal, decimals: u32, group: char, mark: char) -> String {
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

/// A decimal of six places (an integer of millionths) with `decimals` shown, rounded half away from zero.
#[must_use]
pub fn format_decimal(millionths: i128, decimals: u32, group: char, mark: char) -> String {
    match Decimal::try_from_i128_with_scale(millionths, 6) {
        Ok(value) => format_value(value, decimals, group, mark),
        // Beyond 28 digits: all of them, rather than none.
        Err(_) => format!(
            "{}{mark}{:06}",
            millionths / 1_000_000,
            (millionths % 1_000_000).unsigned_abs()
        ),
    }
}

/// What is printed in a cell: an exact zero as nil, what is no figure as its symbol, marks after a figure that
/// is not a plain one.
pub(super) fn cell_text(
    value: Option<Decimal>,
    decimals: u32,
    marks: &BTreeSet<SymbolKind>,
    words: &Words,
) -> String {
    let mark = |kind| words.symbol(kind).mark.as_str();
    let instead = [
        SymbolKind::NotAvailable,
        SymbolKind::NotApplicable,
        SymbolKind::Withheld,
    ];
    match (value, instead.into_iter().find(|kind| marks.contains(kind))) {
        (_, Some(kind)) => mark(kind).to_owned(),
        (None, None) => mark(SymbolKind::NotAvailable).to_owned(),
        (Some(value), None) => {
            let mut text = if value.is_zero() {
                mark(SymbolKind::Nil).to_owned()
            } else {
                format_value(value, decimals, words.group, words.decimal)
            };
            for kind in marks {
                text.push(' ');
                text.push_str(mark(*kind));
            }
            text
        }
    }
}
