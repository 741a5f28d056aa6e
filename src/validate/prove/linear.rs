//! Linear expressions and inequalities over the rationals, computed exactly. An operation that would overflow gives none.

use std::collections::BTreeMap;

/// Numbers with more digits than this may not be computed exactly.
const DIGITS: usize = 15;

/// A fraction in lowest terms, its denominator positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rational {
    pub(super) over: i128,
    pub(super) under: i128,
}

impl Rational {
    pub(super) const ZERO: Self = Self { over: 0, under: 1 };
    pub(super) const ONE: Self = Self { over: 1, under: 1 };

    pub(super) fn new(over: i128, under: i128) -> Option<Self> {
        let (mut a, mut b) = (over.checked_abs()?, under.checked_abs()?);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        if under == 0 {
            return None;
        }
        let sign = if under < 0 { -1 } else { 1 };
        Some(Self {
            over: sign * (over / a),
            under: sign * (under / a),
        })
    }

    /// A number as SQL writes it: digits, perhaps with a decimal point. None if it has too many digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || digits.len() > DIGITS || !digits.bytes().all(|b| b.is_ascii_digit())
        {
            return None;
        }
        Self::new(
            digits.parse().ok()?,
            10_i128.checked_pow(fraction.len() as u32)?,
        )
    }

    pub(super) fn plus(self, other: Self) -> Option<Self> {
        let left = self.over.checked_mul(other.under)?;
        let right = other.over.checked_mul(self.under)?;
        Self::new(
            left.checked_add(right)?,
            self.under.checked_mul(other.under)?,
        )
    }

    pub(super) fn times(self, other: Self) -> Option<Self> {
        Self::new(
            self.over.checked_mul(other.over)?,
            self.under.checked_mul(other.under)?,
        )
    }

    pub(super) fn negative(self) -> Self {
        Self {
            over: -self.over,
            under: self.under,
        }
    }
}

/// A linear expression: unknowns, each times a number, plus a constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Linear {
    pub(super) unknowns: BTreeMap<usize, Rational>,
    pub(super) constant: Rational,
}

impl Linear {
    pub(super) fn number(constant: Rational) -> Self {
        Self {
            unknowns: BTreeMap::new(),
            constant,
        }
    }

    pub(super) fn unknown(index: usize) -> Self {
        Self {
            unknowns: BTreeMap::from([(index, Rational::ONE)]),
            constant: Rational::ZERO,
        }
    }

    pub(super) fn times(&self, factor: Rational) -> Option<Self> {
        let mut unknowns = BTreeMap::new();
        if factor != Rational::ZERO {
            for (index, of) in &self.unknowns {
                unknowns.insert(*index, of.times(factor)?);
            }
        }
        Some(Self {
            unknowns,
            constant: self.constant.times(factor)?,
        })
    }

    pub(super) fn plus(&self, other: &Self) -> Option<Self> {
        let mut sum = self.clone();
        for (index, of) in &other.unknowns {
            let own = sum.unknowns.remove(index).unwrap_or(Rational::ZERO);
            let both = own.plus(*of)?;
            if both != Rational::ZERO {
                sum.unknowns.insert(*index, both);
            }
        }
        sum.constant = sum.constant.plus(other.constant)?;
        Some(sum)
    }

    pub(super) fn minus(&self, other: &Self) -> Option<Self> {
        self.plus(&other.times(Rational::ONE.negative())?)
    }
}

/// `linear <= 0`, or `linear < 0`.
#[derive(Debug, Clone)]
pub(super) struct Inequality {
    pub(super) linear: Linear,
    pub(super) strict: bool,
}
