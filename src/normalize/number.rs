//! Numbers as people type them.
//!
//! A number is read exactly ([`Decimal`]). If a text can be read in two ways, the result has both: the caller decides by
//! the evidence of the sheet, or holds the value back.

use rust_decimal::Decimal;

use crate::text::{breaks_line, is_blank, is_invisible, is_raised, literal, narrow};

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
    /// The value, or the two values that it may be.
    pub value: ParsedNumber,
    /// Whether it is marked as approximate.
    pub approximate: bool,
    /// The text behind the number: a unit of measure, `%`, or nothing.
    pub suffix: String,
    /// The locale that the text alone proves.
    pub evidence: Option<Locale>,
    /// Whether exactly three digits stand behind its one decimal mark, as exports of databases write every figure.
    pub three_decimals: bool,
    /// A raised mark behind the number, which was taken for that of a footnote.
    pub raised: Option<String>,
}

/// A number as read: one value, or two that it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParsedNumber {
    /// It can be read in one way only.
    Sure(Decimal),
    /// A lone group of three: a whole number in one locale, a fraction in the other.
    Doubtful {
        /// The value if the mark groups thousands.
        grouped: Decimal,
        /// The value if the mark is the decimal mark.
        fraction: Decimal,
        /// The locale in which the mark groups thousands.
        groups_in: Locale,
    },
}

impl TextNumber {
    /// A number that the workbook stores as one.
    #[must_use]
    pub(super) fn stored(value: Decimal) -> Self {
        Self {
            value: ParsedNumber::Sure(value),
            approximate: false,
            suffix: String::new(),
            evidence: None,
            three_decimals: false,
            raised: None,
        }
    }

    /// The text behind the number; none if there is nothing.
    pub(super) fn unit(&self) -> Option<&str> {
        Some(self.suffix.as_str()).filter(|suffix| !suffix.is_empty())
    }
}

impl ParsedNumber {
    fn negated(self) -> Self {
        match self {
            Self::Sure(value) => Self::Sure(-value),
            Self::Doubtful {
                grouped,
                fraction,
                groups_in,
            } => Self::Doubtful {
                grouped: -grouped,
                fraction: -fraction,
                groups_in,
            },
        }
    }

    /// The value in a sheet that writes numbers in this way.
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

/// A stored float as a decimal of at most 15 significant digits: what an office program shows of it. None if it is not a
/// number, or too large to be exact.
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

/// The first fifteen digits of a number, by way of its text.
fn from_any_float(n: f64) -> Option<Decimal> {
    let text = format!("{n:.14e}");
    let (digits, exponent) = text.split_once('e')?;
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    match Decimal::from_scientific(&format!("{digits}e{exponent}")) {
        Ok(value) => Some(value.normalize()),
        // What remains when two equal sums are subtracted.
        Err(_) if n.abs() < 1e-13 => Some(Decimal::ZERO),
        Err(_) => None,
    }
}

/// The first fifteen digits of a number, by floating-point arithmetic; none where that is not certain to be exact.
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

/// Reads a text as a number; none if it is not one. `approximate` are the words, in lower case, that mark a number as
/// approximate.
#[must_use]
pub fn read_text(text: &str, approximate: &[String]) -> Option<TextNumber> {
    let plain = in_plain_characters(text)?;
    let (rest, is_approximate) = without_words(&plain, approximate);
    let rest = strip_marks(rest);
    let (rest, raised) = without_raised(&rest);
    let rest = strip_marks(rest);
    let (rest, is_negative) = without_sign(&rest)?;
    let end = rest
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | ' ')))
        .unwrap_or(rest.len());
    let (core, suffix) = rest.split_at(end);
    let suffix = suffix.trim();
    if !suffix.is_empty() && !suffix.starts_with(|c: char| c.is_alphabetic() || c == '%') {
        return None;
    }
    let core = core.trim_end();
    let (value, evidence) = read_core(core)?;
    let behind_mark = core.rsplit(['.', ',']).next().unwrap_or_default();
    Some(TextNumber {
        value: if is_negative { value.negated() } else { value },
        approximate: is_approximate,
        suffix: suffix.to_owned(),
        evidence,
        three_decimals: matches!(value, ParsedNumber::Sure(d) if d.scale() > 0)
            && behind_mark.len() == 3,
        raised,
    })
}

/// A text on one line, in lower case, with letters, blanks and minus signs of the usual kind, without marks that nobody
/// sees and without the apostrophes that make a spreadsheet take a number for text. None if it has digits on two lines: a
/// line break groups no thousands.
fn in_plain_characters(text: &str) -> Option<String> {
    let plain: String = literal(text)
        .as_deref()
        .unwrap_or(text)
        .chars()
        .filter(|c| !is_invisible(*c))
        .map(|c| match narrow(c) {
            c if is_blank(c) => ' ',
            '\u{2010}' | '\u{2011}' | '\u{2212}' | '\u{fe63}' => '-',
            other => other,
        })
        .collect();
    let mut lines = plain
        .split(breaks_line)
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let mut joined = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        // Above a number only words may stand, below it no digits.
        let has_number = has_digit(&joined);
        if has_number && has_digit(line)
            || !has_number && !joined.ends_with(|c: char| c.is_alphabetic() || "~≈".contains(c))
        {
            return None;
        }
        joined.push(' ');
        joined.push_str(line);
    }
    Some(joined.trim_start_matches('\'').trim().to_lowercase())
}

fn has_digit(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit())
}

/// A number without the raised marks behind it, and these marks. Behind letters they belong to a unit of measure (`m²`).
fn without_raised(text: &str) -> (&str, Option<String>) {
    let is_mark = |c: char| is_raised(c) || c == ' ' || c == ',';
    let rest = text.trim_end_matches(is_mark);
    let marks = text[rest.len()..].trim();
    let is_behind_number = rest.ends_with(|c: char| c.is_ascii_digit() || matches!(c, ')' | '%'));
    if is_behind_number && marks.contains(is_raised) && !marks.starts_with(',') {
        (rest, Some(marks.to_owned()))
    } else {
        (text, None)
    }
}

/// A text without these words before it, and whether there were any.
fn without_words<'t>(text: &'t str, words: &[String]) -> (&'t str, bool) {
    let mut rest = text;
    while let Some(after) = words
        .iter()
        .find_map(|word| rest.strip_prefix(word.as_str()))
    {
        rest = after.trim_start();
    }
    (rest, rest.len() < text.len())
}

/// A number without its sign, and whether it is negative; none if it has two signs. Brackets are a minus sign.
fn without_sign(text: &str) -> Option<(&str, bool)> {
    let (rest, in_brackets) = match text.strip_prefix('(').and_then(|r| r.strip_suffix(')')) {
        Some(inner) => (inner.trim(), true),
        None => (text, false),
    };
    if let Some(inner) = rest.strip_prefix('-') {
        return (!in_brackets).then(|| (inner.trim_start(), true));
    }
    let rest = rest.strip_prefix('+').map_or(rest, str::trim_start);
    Some((rest, in_brackets))
}

/// A text without footnote marks at its end: `1.234 (*)` and `12 (1)` have one, `(1.234)` has none.
fn strip_marks(text: &str) -> String {
    let mut rest = text.trim_end();
    loop {
        let before = rest;
        rest = rest.trim_end_matches(['*', '†', '‡']).trim_end();
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

/// Reads digits with marks between them, and what they prove of the locale.
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
    // Spaces group the thousands, so the one mark left is the decimal mark. With three digits behind it the number would
    // be doubtful: a fourth makes it clear.
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
        assert_eq!(read("12\nHTX").map(|n| n.suffix), Some("htx".to_owned()));
        assert_eq!(read("120 HTX").map(|n| n.suffix), Some("htx".to_owned()));
    }

    #[test]
    fn blanks_of_any_width_group_and_marks_without_width_do_not_matter() {
        for blank in [
            "\u{a0}", "\u{2009}", "\u{200a}", "\u{2007}", "\u{2008}", "\u{202f}", "\u{3000}",
        ] {
            assert_eq!(
                sure(&format!("18{blank}725")).as_deref(),
                Some("18725"),
                "{blank:?}"
            );
        }
        for mark in [
            "\u{200b}", "\u{200e}", "\u{2060}", "\u{feff}", "\u{ad}", "\u{202d}", "\u{2069}",
        ] {
            for text in [
                format!("431{mark}"),
                format!("{mark}431"),
                format!("4{mark}31"),
            ] {
                assert_eq!(sure(&text).as_deref(), Some("431"), "{mark:?}");
            }
        }
        assert_eq!(sure("４３１").as_deref(), Some("431"));
        assert_eq!(sure("－１２，５").as_deref(), Some("-12.5"));
    }

    #[test]
    fn lines_and_columns_of_a_cell_group_no_thousands() {
        for between in ["\n", "\r\n", "\r", "\t", "\u{b}", "\u{2028}"] {
            assert_eq!(sure(&format!("431{between}388")), None, "{between:?}");
            assert_eq!(sure(&format!("1{between}234,5")), None, "{between:?}");
            assert_eq!(
                sure(&format!("{between}431{between}")).as_deref(),
                Some("431")
            );
            assert_eq!(sure(&format!("431{between}người")).as_deref(), Some("431"));
            assert_eq!(sure(&format!("khoảng{between}431")).as_deref(), Some("431"));
            assert_eq!(sure(&format!("431{between}(*)")).as_deref(), Some("431"));
        }
        assert_eq!(sure("-\n431"), None);
    }

    #[test]
    fn raised_marks_behind_a_number_are_footnotes() {
        for (text, mark) in [
            ("431¹", "¹"),
            ("431⁽²⁾", "⁽²⁾"),
            ("431ᵃ", "ᵃ"),
            ("431 ¹ ²", "¹ ²"),
            ("(431)¹", "¹"),
        ] {
            let number = read(text).expect("a number");
            assert_eq!(number.raised.as_deref(), Some(mark), "{text}");
        }
        assert_eq!(sure("18.725,5¹").as_deref(), Some("18725.5"));
        let area = read("12 m²").expect("a number");
        assert_eq!((area.suffix.as_str(), area.raised), ("m²", None));
    }

    #[test]
    fn three_decimals_are_noticed() {
        for (text, three) in [
            ("18450.000", true),
            ("0,500", true),
            ("18 450,000", true),
            ("1.234,567", true),
            ("412.000", false),
            ("1250.5", false),
            ("1.234.567", false),
            ("412", false),
        ] {
            assert_eq!(
                read(text).expect("a number").three_decimals,
                three,
                "{text}"
            );
        }
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
