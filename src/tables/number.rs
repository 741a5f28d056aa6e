//! Figures as they are printed: rounded half away from zero, grouped, marked. On display only; what is stored and
//! what is computed keep every place.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::words::{SymbolKind, Words};
use crate::text::format_value;

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
