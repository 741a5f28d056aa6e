//! Values as the lake stores them: six decimals.

use rust_decimal::{Decimal, RoundingStrategy};

/// Decimals of `value` in the lake.
pub const VALUE_SCALE: u32 = 6;

/// A value, rounded to the decimals of the lake.
#[must_use]
pub(super) fn to_lake_scale(value: Decimal) -> Decimal {
    value.round_dp_with_strategy(VALUE_SCALE, RoundingStrategy::MidpointAwayFromZero)
}

/// A value of at most six decimals as the lake stores it: an integer of millionths.
#[must_use]
pub fn lake_decimal(value: Decimal) -> i128 {
    let mut scaled = value;
    scaled.rescale(VALUE_SCALE);
    scaled.mantissa()
}
