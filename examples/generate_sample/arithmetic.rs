//! Whole-number arithmetic: no floating point, so every machine writes the same figures.
//!
//! Shares are millionths (ppm). Figures are integers in the last decimal of their indicator.

/// One whole, in millionths.
pub(crate) const WHOLE: i64 = 1_000_000;

/// `numerator / denominator`, rounded half away from zero; 0 over 0 is 0.
pub(crate) fn divide(numerator: i128, denominator: i128) -> i64 {
    if denominator == 0 {
        return 0;
    }
    let (n, d) = if denominator < 0 {
        (-numerator, -denominator)
    } else {
        (numerator, denominator)
    };
    let rounded = if n >= 0 {
        (2 * n + d) / (2 * d)
    } else {
        -((-2 * n + d) / (2 * d))
    };
    i64::try_from(rounded).unwrap_or(i64::MAX)
}

/// So many millionths of a value.
pub(crate) fn part(value: i64, ppm: i64) -> i64 {
    divide(i128::from(value) * i128::from(ppm), i128::from(WHOLE))
}

/// `value × numerator / denominator`.
pub(crate) fn scale(value: i64, numerator: i64, denominator: i64) -> i64 {
    divide(
        i128::from(value) * i128::from(numerator),
        i128::from(denominator),
    )
}

/// Divides a total by weights so that the parts add up to it exactly (largest remainder).
///
/// A part without weight gets nothing. With weights that sum to nothing the first takes all.
pub(crate) fn allocate(total: i64, weights: &[i64]) -> Vec<i64> {
    let sum: i128 = weights.iter().copied().map(i128::from).sum();
    if sum <= 0 {
        let mut parts = vec![0; weights.len()];
        if let Some(first) = parts.first_mut() {
            *first = total;
        }
        return parts;
    }
    let quota = |weight: i64| i128::from(total) * i128::from(weight);
    let mut parts: Vec<i64> = weights
        .iter()
        .map(|&w| i64::try_from(quota(w).div_euclid(sum)).unwrap_or(0))
        .collect();
    let mut rest = total - parts.iter().sum::<i64>();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|&i| (-quota(weights[i]).rem_euclid(sum), i));
    for i in order {
        if rest == 0 {
            break;
        }
        parts[i] += 1;
        rest -= 1;
    }
    parts
}

/// Every whole number as text with its decimals, without trailing zeros: `12345`, 1 → `1234.5`.
pub(crate) fn decimal_text(mantissa: i64, decimals: u32) -> String {
    let base = 10_u64.pow(decimals);
    let size = mantissa.unsigned_abs();
    let sign = if mantissa < 0 { "-" } else { "" };
    let (whole, fraction) = (size / base, size % base);
    if fraction == 0 {
        return format!("{sign}{whole}");
    }
    let width = usize::try_from(decimals).unwrap_or(0);
    let digits = format!("{fraction:0width$}");
    format!("{sign}{whole}.{}", digits.trim_end_matches('0'))
}
