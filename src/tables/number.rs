//! Figures as they are printed: rounded half away from zero, grouped, marked. Only the printed text is rounded; stored
//! values and computations keep every digit.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::words::{PrintedWords, SymbolKind};
use crate::text::format_value;

/// A decimal of six places (an integer of millionths) with `decimals` shown, rounded half away from zero.
#[must_use]
pub fn format_decimal(millionths: i128, decimals: u32, group: char, mark: char) -> String {
    match Decimal::try_from_i128_with_scale(millionths, 6) {
        Ok(value) => format_value(value, decimals, group, mark),
        // More than 28 digits: all of them are shown, without rounding.
        Err(_) => format!(
            "{}{mark}{:06}",
            millionths / 1_000_000,
            (millionths % 1_000_000).unsigned_abs()
        ),
    }
}

/// The printed text of a cell: nil for an exact zero, a symbol where there is no figure, and marks after a figure that
/// needs them.
pub(super) fn cell_text(
    value: Option<Decimal>,
    decimals: u32,
    marks: &BTreeSet<SymbolKind>,
    words: &PrintedWords,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_rounded_half_away_from_zero_and_grouped() {
        let shown = |value: &str, decimals| {
            format_value(value.parse().expect("a sound example"), decimals, '.', ',')
        };
        assert_eq!(shown("1234.5", 1), "1.234,5");
        assert_eq!(shown("1234567", 0), "1.234.567");
        assert_eq!(shown("0.125", 2), "0,13");
        assert_eq!(shown("-0.125", 2), "-0,13");
        assert_eq!(shown("2.5", 0), "3");
        assert_eq!(shown("-999.95", 1), "-1.000,0");
        assert_eq!(shown("-0.04", 1), "0,0");
        assert_eq!(shown("7", 2), "7,00");
    }

    #[test]
    fn millionths_are_shown_as_the_summary_shows_them() {
        assert_eq!(format_decimal(1_234_500_000, 1, ',', '.'), "1,234.5");
        assert_eq!(format_decimal(-500_000, 0, ',', '.'), "-1");
        assert_eq!(format_decimal(-499_999, 0, ',', '.'), "0");
    }
}
