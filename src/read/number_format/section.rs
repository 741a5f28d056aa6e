//! The sections of a number format: what each does to a number.

use ssfmt::Section;
use ssfmt::ast::{Condition, DatePart, DigitPlaceholder, FormatPart};

use crate::read::content::ShownNumber;

/// What a section of a format does to a number.
#[derive(Debug)]
pub(super) struct SectionShape {
    pub(super) condition: Option<Condition>,
    pub(super) kind: SectionKind,
}

#[derive(Debug)]
pub(super) enum SectionKind {
    /// It shows the number.
    Number(NumberShape),
    /// It shows a date; whether with day, month and year, or as a time.
    Date { is_complete: bool },
    /// It shows words, or nothing.
    Words(String),
}

#[derive(Debug, Default)]
pub(super) struct NumberShape {
    pub(super) shown: ShownNumber,
    pub(super) decimals: i32,
    /// Whether it writes a zero.
    pub(super) shows_zero: bool,
    pub(super) sign: OwnSign,
    /// Whether its words hold digits.
    pub(super) adds_digits: bool,
    /// The fewest digits that it writes of the whole part: zeros stand before a shorter number.
    pub(super) least_digits: i32,
    /// Whether it writes marks between the digits, as in a code.
    pub(super) has_marks: bool,
    /// Its words with their signs: all that it shows of a number that it writes no digit of.
    pub(super) words: String,
}

/// The minus sign or the brackets that a section writes itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum OwnSign {
    #[default]
    None,
    /// Somewhere among its words, or as every number does.
    InWords,
    /// Right before the number, as in `"-"0` and `(0)`: a positive one looks like a negative one.
    AtNumber,
}

impl NumberShape {
    /// The shown text of a number that commas scale.
    pub(super) fn scaled_text(&self, n: f64) -> String {
        let scaled = n.abs() * 10_f64.powi(self.shown.power);
        // Office programs round half away from zero.
        let unit = 10_f64.powi(self.decimals);
        let rounded = (scaled * unit).round() / unit;
        let digits = format!("{:.*}", self.decimals.unsigned_abs() as usize, rounded);
        let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
        let mut grouped = String::new();
        for (i, digit) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        let sign = if n < 0.0 { "-" } else { "" };
        let (before, after) = (&self.shown.before, &self.shown.after);
        let text = format!("{before} {sign}{grouped}{fraction} {after}");
        text.trim().to_owned()
    }

    pub(super) fn is_plain(&self) -> bool {
        self.shown == ShownNumber::default()
            && self.shows_zero
            && !self.adds_digits
            && self.least_digits <= 1
            && !self.has_marks
    }

    /// Whether it writes the digits of a number and nothing else between or before them.
    pub(super) fn writes_plainly(&self, n: f64) -> bool {
        let least = 10_f64.powi(self.least_digits - 1);
        self.shown == ShownNumber::default()
            && !self.has_marks
            && (self.least_digits <= 1 || n.abs() >= least)
    }
}

/// A format code in which `General` beside words is a number with as many decimals as it has: `ssfmt` takes it for words.
pub(super) fn without_general(code: &str) -> String {
    const GENERAL: &str = "General";
    let mut plain = String::with_capacity(code.len());
    let mut in_quotes = false;
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        in_quotes ^= c == '"';
        let word = rest.get(..GENERAL.len()).filter(|_| !in_quotes);
        if word.is_some_and(|word| word.eq_ignore_ascii_case(GENERAL)) {
            plain.push_str("0.#########");
            rest = &rest[GENERAL.len()..];
        } else {
            plain.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    plain
}

/// The sections of a format code as they are written.
pub(super) fn raw_sections(code: &str) -> Vec<&str> {
    let (mut sections, mut from) = (Vec::new(), 0);
    let (mut in_quotes, mut in_brackets, mut escaped) = (false, false, false);
    for (at, c) in code.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' | '_' | '*' if !in_quotes => escaped = true,
            '"' => in_quotes = !in_quotes,
            '[' if !in_quotes => in_brackets = true,
            ']' if !in_quotes => in_brackets = false,
            ';' if !in_quotes && !in_brackets => {
                sections.push(&code[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    sections.push(&code[from..]);
    sections
}

/// Whether a section shows nothing: it is empty, or holds only a colour or a condition.
pub(super) fn is_blank(section: &str) -> bool {
    // Words without a letter.
    let section = section.replace("\"\"", "");
    let mut rest = section.trim();
    while let Some(after) = rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
        rest = after.1.trim_start();
    }
    rest.is_empty()
}

pub(super) fn kind_of(section: &Section, is_blank: bool) -> SectionKind {
    if is_blank {
        return SectionKind::Words(String::new());
    }
    if section.has_date_parts() {
        return SectionKind::Date {
            is_complete: is_complete_date(section),
        };
    }
    let parts = &section.parts;
    let is_digit = |part: &FormatPart| {
        matches!(
            part,
            FormatPart::Digit(_)
                | FormatPart::GeneralNumber
                | FormatPart::TextPlaceholder
                | FormatPart::Fraction { .. }
                | FormatPart::Scientific { .. }
        )
    };
    // `General` has no parts.
    if parts.is_empty() {
        return SectionKind::Number(NumberShape {
            shows_zero: true,
            sign: OwnSign::InWords,
            ..NumberShape::default()
        });
    }
    let (Some(first), Some(last)) = (
        parts.iter().position(is_digit),
        parts.iter().rposition(is_digit),
    ) else {
        return SectionKind::Words(words_of(parts));
    };
    let is_percent = |part: &&FormatPart| matches!(part, FormatPart::Percent);
    let percents = parts.iter().filter(is_percent).count() as i32;
    let written: String = parts.iter().filter_map(literal).collect();
    let shows_zero = parts.iter().any(|part| {
        is_digit(part)
            && !matches!(
                part,
                FormatPart::Digit(DigitPlaceholder::Hash | DigitPlaceholder::Question)
            )
    });
    let point = parts
        .iter()
        .position(|part| matches!(part, FormatPart::DecimalPoint));
    let between: String = parts[first..=last].iter().filter_map(literal).collect();
    let is_zero = |part: &&FormatPart| matches!(part, FormatPart::Digit(DigitPlaceholder::Zero));
    let is_exponent = parts
        .iter()
        .any(|part| matches!(part, FormatPart::Scientific { .. }));
    let zeros = parts[..point.unwrap_or(parts.len())].iter().filter(is_zero);
    let least_digits = if is_exponent { 0 } else { zeros.count() as i32 };
    let is_place = |part: &&FormatPart| matches!(part, FormatPart::Digit(_));
    let decimals = point.map_or(0, |point| parts[point..].iter().filter(is_place).count());
    let (before, after) = (words_of(&parts[..first]), words_of(&parts[last + 1..]));
    let at_number =
        before.ends_with(['-', '\u{2212}']) || (before.ends_with('(') && after.starts_with(')'));
    let sign = if at_number {
        OwnSign::AtNumber
    } else if written.contains(['-', '\u{2212}', '(']) {
        OwnSign::InWords
    } else {
        OwnSign::None
    };
    SectionKind::Number(NumberShape {
        shown: ShownNumber {
            power: 2 * percents - 3 * scaling_commas(parts, point, last),
            before: bare(&before),
            after: bare(&after),
        },
        decimals: decimals as i32,
        shows_zero,
        sign,
        adds_digits: written.contains(|c: char| c.is_ascii_digit()),
        least_digits,
        has_marks: between.contains(|c: char| !c.is_whitespace()),
        words: format!(
            "{} {}",
            words_of(&parts[..first]),
            words_of(&parts[last + 1..])
        )
        .trim()
        .to_owned(),
    })
}

/// Commas that do not group but scale: those behind the last digit, and those right before the decimal point.
fn scaling_commas(parts: &[FormatPart], point: Option<usize>, last: usize) -> i32 {
    let is_comma = |part: &&FormatPart| matches!(part, FormatPart::ThousandsSeparator);
    let behind = parts[last..].iter().filter(is_comma).count();
    let before_point = point.map_or(0, |point| {
        parts[..point].iter().rev().take_while(is_comma).count()
    });
    let within = point.is_some_and(|point| point > last);
    // With no digit behind the point, both are the same commas.
    if within {
        behind.max(before_point) as i32
    } else {
        (behind + before_point) as i32
    }
}

/// Whether a section shows day, month and year, or a time.
fn is_complete_date(section: &Section) -> bool {
    let (mut day, mut month, mut year, mut time) = (false, false, false, false);
    for part in &section.parts {
        match part {
            FormatPart::DatePart(part) => match part {
                DatePart::Day | DatePart::Day2 => day = true,
                DatePart::Month
                | DatePart::Month2
                | DatePart::MonthAbbr
                | DatePart::MonthFull
                | DatePart::MonthLetter => month = true,
                DatePart::DayAbbr | DatePart::DayFull => {}
                DatePart::Hour
                | DatePart::Hour2
                | DatePart::Minute
                | DatePart::Minute2
                | DatePart::Second
                | DatePart::Second2
                | DatePart::SubSecond(_) => time = true,
                _ => year = true,
            },
            FormatPart::AmPm(_) | FormatPart::Elapsed(_) => time = true,
            _ => {}
        }
    }
    (day && month && year) || (time && !day && !month && !year)
}

/// The text of a part that is written as it is.
fn literal(part: &FormatPart) -> Option<&str> {
    match part {
        FormatPart::Literal(text) | FormatPart::EscapedLiteral(text) => Some(text),
        FormatPart::Percent => Some("%"),
        FormatPart::Locale(locale) => locale.currency.as_deref(),
        _ => None,
    }
}

/// The words of parts, without what only takes room.
fn words_of(parts: &[FormatPart]) -> String {
    let words: String = parts.iter().filter_map(literal).collect();
    words.trim().to_owned()
}

/// Words without signs and brackets: the stored number has its sign.
fn bare(words: &str) -> String {
    let is_sign = |c: char| c.is_whitespace() || matches!(c, '-' | '+' | '\u{2212}' | '(' | ')');
    words.trim_matches(is_sign).to_owned()
}
