//! Numbers as people type them.
//!
//! A reading is exact ([`Decimal`]); where a text can be read in two ways the reading says so, and the
//! caller decides with the evidence of the sheet, or holds the value back.

use rust_decimal::Decimal;

/// How a sheet writes numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locale {
    /// `1.234.567,8`
    CommaDecimal,
    /// `1,234,567.8`
    PointDecimal,
}

/// A text read as a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextNumber {
    /// The value, or the two it may be.
    pub value: ParsedNumber,
    /// Written as about so much.
    pub approximate: bool,
    /// What follows the number: a unit of measure, `%`, or nothing.
    pub suffix: String,
    /// The locale that the text alone proves.
    pub evidence: Option<Locale>,
}

/// One value or two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParsedNumber {
    /// It can be read in one way only.
    Sure(Decimal),
    /// A lone group of three: a whole number in one locale, a fraction in the other.
    Doubtful {
        /// If the mark groups thousands.
        grouped: Decimal,
        /// If the mark is the decimal mark.
        fraction: Decimal,
        /// The locale in which the mark groups thousands.
        groups_in: Locale,
    },
}

impl ParsedNumber {
    /// The value in a sheet of `locale`.
    #[must_use]
    pub fn in_locale(self, locale: Locale) -> Decimal {
        match self {
            Self::Sure(value) => value,
            Self::Doubtful {
                grouped,
                fraction,
                groups_in,
            } => {
                if groups_in == locale {
                    grouped
                } else {
                    fraction
                }
            }
        }
    }
}

/// A stored float as a decimal of at most 15 significant digits: what the office program shows of it.
///
/// None when it is no number or too large to be exact.
#[must_use]
pub fn from_float(n: f64) -> Option<Decimal> {
    if !n.is_finite() {
        return None;
    }
    if let Some(value) = from_plain_float(n) {
        return Some(value);
    }
    from_any_float(n)
}

fn from_any_float(n: f64) -> Option<Decimal> {
    let text = format!("{n:.14e}");
    let (digits, exponent) = text.split_once('e')?;
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    match Decimal::from_scientific(&format!("{digits}e{exponent}")) {
        Ok(value) => Some(value.normalize()),
        // What is left over when two equal sums are subtracted.
        Err(_) if n.abs() < 1e-13 => Some(Decimal::ZERO),
        Err(_) => None,
    }
}

/// The first fifteen digits of a number by the arithmetic of the processor, where that tells them for certain.
fn from_plain_float(n: f64) -> Option<Decimal> {
    const LEAST: f64 = 1e14;
    // All of these are exact.
    const TENS: [f64; 23] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];
    let guess = 14.0 - n.abs().log10().floor();
    if !(0.0..=22.0).contains(&guess) {
        return None;
    }
    let mut scale = guess as usize;
    let scaled = n * TENS[scale];
    let digits = scaled.round();
    // The product is off by a sixteenth at most.
    if (scaled - digits).abs() > 0.4 || !(LEAST..10.0 * LEAST).contains(&scaled.abs()) {
        return None;
    }
    let mut digits = digits as i64;
    while scale > 0 && digits % 10 == 0 {
        digits /= 10;
        scale -= 1;
    }
    Some(Decimal::new(digits, scale as u32))
}

/// Reads a text as a number; none when it is not one. `approximate` are the folded-to-lower-case words
/// that make a number a rounded one.
#[must_use]
pub fn read_text(text: &str, approximate: &[String]) -> Option<TextNumber> {
    let mut rest: String = text
        .chars()
        .map(|c| match c {
            '\u{a0}' | '\u{2007}' | '\u{202f}' | '\t' | '\n' | '\r' => ' ',
            '\u{2212}' => '-',
            other => other,
        })
        .collect::<String>()
        .trim()
        .trim_start_matches('\'')
        .trim()
        .to_lowercase();
    let mut approximately = false;
    while let Some(word) = approximate
        .iter()
        .find(|word| rest.starts_with(word.as_str()))
    {
        approximately = true;
        rest = rest[word.len()..].trim_start().to_owned();
    }
    rest = strip_marks(&rest);
    let mut negative = false;
    if let Some(inner) = rest.strip_prefix('(').and_then(|r| r.strip_suffix(')')) {
        negative = true;
        rest = inner.trim().to_owned();
    }
    if let Some(inner) = rest.strip_prefix('-') {
        if negative {
            return None;
        }
        negative = true;
        rest = inner.trim_start().to_owned();
    } else if let Some(inner) = rest.strip_prefix('+') {
        rest = inner.trim_start().to_owned();
    }
    let end = rest
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | ' ')))
        .unwrap_or(rest.len());
    let (core, suffix) = rest.split_at(end);
    let suffix = suffix.trim();
    if !suffix.is_empty() && !suffix.starts_with(|c: char| c.is_alphabetic() || c == '%') {
        return None;
    }
    let (value, evidence) = read_core(core.trim_end())?;
    let sign = |d: Decimal| if negative { -d } else { d };
    let value = match value {
        ParsedNumber::Sure(d) => ParsedNumber::Sure(sign(d)),
        ParsedNumber::Doubtful {
            grouped,
            fraction,
            groups_in,
        } => ParsedNumber::Doubtful {
            grouped: sign(grouped),
            fraction: sign(fraction),
            groups_in,
        },
    };
    Some(TextNumber {
        value,
        approximate: approximately,
        suffix: suffix.to_owned(),
        evidence,
    })
}

/// Removes footnote marks behind a number: `1.234 (*)`, `12 (1)` is a number with a note, `(1.234)` is not.
fn strip_marks(text: &str) -> String {
    let mut rest = text.trim_end();
    loop {
        let before = rest;
        rest = rest.trim_end_matches('*').trim_end();
        if let Some(inner) = rest.strip_suffix(')')
            && let Some(open) = inner.rfind('(')
            && open > 0
        {
            let inside = inner[open + 1..].trim();
            if inside.chars().all(|c| c == '*')
                || (inside.len() == 1 && inside.chars().all(char::is_alphanumeric))
            {
                rest = rest[..open].trim_end();
            }
        }
        if rest == before {
            return rest.to_owned();
        }
    }
}

/// Digits with marks between them.
fn read_core(core: &str) -> Option<(ParsedNumber, Option<Locale>)> {
    if !core.starts_with(|c: char| c.is_ascii_digit())
        || !core.ends_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    let core = if core.contains(' ') {
        join_spaced(core)?
    } else {
        core.to_owned()
    };
    let points = core.matches('.').count();
    let commas = core.matches(',').count();
    let sure = |text: &str, locale| parse(text).map(|d| (ParsedNumber::Sure(d), locale));
    match (points, commas) {
        (0, 0) => sure(&core, None),
        (1.., 1..) => {
            let (group, decimal, locale) = if core.rfind('.') > core.rfind(',') {
                (',', '.', Locale::PointDecimal)
            } else {
                ('.', ',', Locale::CommaDecimal)
            };
            let (whole, fraction) = core.rsplit_once(decimal)?;
            if whole.contains(decimal) || !grouped_in_threes(whole, group) {
                return None;
            }
            sure(
                &format!("{}.{fraction}", whole.replace(group, "")),
                Some(locale),
            )
        }
        (n, 0) | (0, n) => {
            let mark = if points > 0 { '.' } else { ',' };
            let (groups_in, decimal_in) = match mark {
                '.' => (Locale::CommaDecimal, Locale::PointDecimal),
                _ => (Locale::PointDecimal, Locale::CommaDecimal),
            };
            if n > 1 {
                return grouped_in_threes(&core, mark)
                    .then(|| sure(&core.replace(mark, ""), Some(groups_in)))
                    .flatten();
            }
            let (whole, fraction) = core.split_once(mark)?;
            let as_fraction = format!("{whole}.{fraction}");
            if fraction.len() == 3 && whole.len() <= 3 && !whole.starts_with('0') {
                let doubtful = ParsedNumber::Doubtful {
                    grouped: parse(&core.replace(mark, ""))?,
                    fraction: parse(&as_fraction)?,
                    groups_in,
                };
                return Some((doubtful, None));
            }
            sure(&as_fraction, Some(decimal_in))
        }
    }
}

/// `1 234 567,8`: spaces may only group thousands of the whole part.
fn join_spaced(core: &str) -> Option<String> {
    let whole_end = core.find(['.', ',']).unwrap_or(core.len());
    let (whole, rest) = core.split_at(whole_end);
    if rest.contains(' ') || !grouped_in_threes(whole, ' ') || rest.matches(['.', ',']).count() > 1
    {
        return None;
    }
    // With the thousands grouped by spaces, the one mark left can only be the decimal mark; a zero
    // before the fraction's third digit would be lost otherwise, so it is made unmistakable.
    Some(if rest.len() == 4 {
        format!("{}{rest}0", whole.replace(' ', ""))
    } else {
        format!("{}{rest}", whole.replace(' ', ""))
    })
}

fn grouped_in_threes(text: &str, mark: char) -> bool {
    let mut groups = text.split(mark);
    let first = groups.next().unwrap_or("");
    (1..=3).contains(&first.len())
        && first.chars().all(|c| c.is_ascii_digit())
        && groups.all(|g| g.len() == 3 && g.chars().all(|c| c.is_ascii_digit()))
}

fn parse(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<TextNumber> {
        read_text(text, &["~".to_owned(), "khoảng".to_owned()])
    }

    fn sure(text: &str) -> Option<String> {
        match read(text)?.value {
            ParsedNumber::Sure(d) => Some(d.to_string()),
            ParsedNumber::Doubtful { .. } => Some("?".to_owned()),
        }
    }

    #[test]
    fn what_can_be_read_in_one_way_is() {
        for (text, value) in [
            ("1234", "1234"),
            ("1.234.567", "1234567"),
            ("1,234,567", "1234567"),
            ("1.234,5", "1234.5"),
            ("1,234.5", "1234.5"),
            ("1 234", "1234"),
            ("1\u{a0}234\u{a0}567,25", "1234567.25"),
            ("'1234", "1234"),
            ("\u{2212}12", "-12"),
            ("(1.234,5)", "-1234.5"),
            ("-12,5", "-12.5"),
            ("0,125", "0.125"),
            ("1234,567", "1234.567"),
            ("1.234.567 (*)", "1234567"),
            ("~120", "120"),
            ("khoảng 120", "120"),
            ("12,50", "12.50"),
        ] {
            assert_eq!(sure(text).as_deref(), Some(value), "{text}");
        }
        for text in ["1.234", "12,345", "~1.250", "(1.234)", "-1.234"] {
            assert_eq!(sure(text).as_deref(), Some("?"), "{text}");
        }
        for text in [
            "",
            "abc",
            "1.23.4",
            "1 23",
            "12/2025",
            "1,2,3",
            ".5",
            "--5",
            "1.2345.678",
            "x",
        ] {
            assert_eq!(sure(text), None, "{text}");
        }
        assert_eq!(read("12,5%").map(|n| n.suffix), Some("%".to_owned()));
        assert_eq!(read("120 HTX").map(|n| n.suffix), Some("htx".to_owned()));
    }

    #[test]
    fn a_float_is_read_to_fifteen_digits() {
        assert_eq!(
            from_float(1_234.000_000_000_1).map(|d| d.to_string()),
            Some("1234.0000000001".to_owned())
        );
        assert_eq!(
            from_float(0.1 + 0.2).map(|d| d.to_string()),
            Some("0.3".to_owned())
        );
        assert_eq!(
            from_float(1e12).map(|d| d.to_string()),
            Some("1000000000000".to_owned())
        );
        for tiny in [1.5e-17, -1.234_567_890_123e-20, 5e-324] {
            let read = from_float(tiny).map(|d| d.round_dp(6).abs());
            assert_eq!(read, Some(Decimal::ZERO), "{tiny}");
        }
        assert_eq!(from_float(f64::NAN), None);
    }

    fn grouped(digits: &str, mark: &str) -> String {
        let n = digits.len();
        digits
            .chars()
            .enumerate()
            .fold(String::new(), |mut out, (i, c)| {
                if i > 0 && (n - i).is_multiple_of(3) {
                    out.push_str(mark);
                }
                out.push(c);
                out
            })
    }

    proptest! {
        #[test]
        fn quick_and_slow_read_a_float_alike(bits: u64, n in -2_000_000_000_i32..2_000_000_000, scale in 0_u32..9, off in -600.0..600.0_f64) {
            let plain = f64::from(n) / 10_f64.powi(scale as i32);
            for float in [f64::from_bits(bits), plain, plain + off, plain * 1e-7, plain * 1e7] {
                if let Some(quick) = Some(float).filter(|f| f.is_finite()).and_then(from_plain_float) {
                    prop_assert_eq!(Some(quick), from_any_float(float), "{}", float);
                }
            }
        }

        #[test]
        fn powers_and_their_neighbours_are_read_alike(power in -20_i32..20, step in -3_i64..=3) {
            let float = f64::from_bits((10_f64.powi(power).to_bits() as i64 + step) as u64);
            if let Some(quick) = from_plain_float(float) {
                prop_assert_eq!(Some(quick), from_any_float(float), "{}", float);
            }
        }

        /// Whatever is written in one of the locales reads back as itself or is doubtful, never as another.
        #[test]
        fn no_number_is_read_wrong(whole in 0_u64..10_000_000_000, cents in 0_u32..1000, places in 0_usize..4, locale in 0_usize..4) {
            let fraction = if places == 0 { String::new() } else { format!("{cents:03}")[..places].to_owned() };
            let (mark, decimal) = [(".", ","), (",", "."), (" ", ","), ("", ".")][locale];
            let mut text = grouped(&whole.to_string(), mark);
            if places > 0 {
                text = format!("{text}{decimal}{fraction}");
            }
            let truth = parse(&if places > 0 { format!("{whole}.{fraction}") } else { whole.to_string() }).expect("a decimal");
            match read(&text).map(|n| n.value) {
                Some(ParsedNumber::Sure(value)) => prop_assert_eq!(value, truth),
                Some(ParsedNumber::Doubtful { grouped, fraction, .. }) => prop_assert!(grouped == truth || fraction == truth),
                None => prop_assert!(false, "{} is not read", text),
            }
        }
    }
}
