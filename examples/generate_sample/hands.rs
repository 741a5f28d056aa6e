//! Figures typed as text: marks between thousands, the decimal mark, the sign, what surrounds them.

/// How a clerk types a figure below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Negative {
    /// `-12`.
    Hyphen,
    /// U+2212 before the figure.
    Minus,
    /// `(12)`.
    Brackets,
}

/// A clerk's way with figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hand {
    /// Between groups of three digits.
    group: &'static str,
    /// Before the decimals.
    decimal: &'static str,
    /// Before the whole: an apostrophe typed as text.
    before: &'static str,
    /// Below zero.
    negative: Negative,
    /// Decimals that are nought are left out, so that a group of three may stand alone.
    bare: bool,
}

/// `1.234.567` and `1.234,5`.
pub(crate) const POINTS: Hand = Hand {
    group: ".",
    decimal: ",",
    before: "",
    negative: Negative::Hyphen,
    bare: false,
};
/// As points, but `1.234` for a whole figure among decimals, and brackets below zero.
pub(crate) const POINTS_BARE: Hand = Hand {
    negative: Negative::Brackets,
    bare: true,
    ..POINTS
};
/// `1,234,567` and `1,234.5`.
pub(crate) const COMMAS: Hand = Hand {
    group: ",",
    decimal: ".",
    ..POINTS
};
/// `1 234 567` and `1 234,5`.
pub(crate) const SPACES: Hand = Hand {
    group: " ",
    negative: Negative::Minus,
    ..POINTS
};
/// The same with non-breaking spaces.
pub(crate) const FIRM_SPACES: Hand = Hand {
    group: "\u{a0}",
    ..POINTS
};
/// `'1234` and `'1234,5`.
pub(crate) const APOSTROPHE: Hand = Hand {
    group: "",
    before: "'",
    ..POINTS
};

impl Hand {
    /// A figure of so many decimals.
    pub(crate) fn write(self, mantissa: i64, decimals: u32) -> String {
        let base = 10_u64.pow(decimals);
        let size = mantissa.unsigned_abs();
        let (whole, fraction) = (size / base, size % base);
        let digits = whole.to_string();
        let mut text = self.before.to_owned();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                text.push_str(self.group);
            }
            text.push(digit);
        }
        if decimals > 0 && !(self.bare && fraction == 0) {
            let width = usize::try_from(decimals).unwrap_or(0);
            text.push_str(self.decimal);
            text.push_str(&format!("{fraction:0width$}"));
        }
        match (mantissa < 0, self.negative) {
            (false, _) => text,
            (true, Negative::Hyphen) => format!("-{text}"),
            (true, Negative::Minus) => format!("\u{2212}{text}"),
            (true, Negative::Brackets) => format!("({text})"),
        }
    }
}
