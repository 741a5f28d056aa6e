//! Number formats of workbooks: what a cell shows of the number that it stores.
//!
//! Most formats round and group, and the stored number counts. The others scale (`#,##0.0,` shows thousands), show a per
//! cent, add words (`0" triệu"`), show only the year of a date, or show nothing. There what is shown counts.
//! Source: ECMA-376, part 1, 18.8.31; the format codes are parsed and written out by `ssfmt`.

use std::sync::Arc;

use calamine::{ExcelDateTime, ExcelDateTimeType};
use ssfmt::ast::{Condition, DatePart, DigitPlaceholder, FormatPart};
use ssfmt::{DateSystem, FormatOptions, Locale, NumberFormat, Section};

use super::content::{CellContent, ShownCell, ShownNumber, StoredValue, Withheld};
use super::from_calamine::iso;

/// Days from 1 January 1900 to 1 January 1904, as spreadsheets count them.
const DAYS_TO_1904: f64 = 1462.0;
/// The day after the last that a spreadsheet knows: 1 January 10000.
const AFTER_LAST_DAY: f64 = 2_958_466.0;

/// What a format does to the numbers of its cells.
#[derive(Debug, Clone, Default)]
pub(super) enum CellFormat {
    /// It rounds and groups: the stored number counts.
    #[default]
    Plain,
    /// It shows a day or a time.
    Date,
    /// It shows a span of time, such as `[h]:mm`.
    Duration,
    /// It shows something else.
    Special(Arc<SpecialFormat>),
}

/// A format that scales, adds words, hides, or shows a part of a date.
#[derive(Debug)]
pub(super) struct SpecialFormat {
    parsed: NumberFormat,
    sections: Vec<SectionShape>,
    /// Whether it shows no text.
    hides_text: bool,
}

/// What a section of a format does to a number.
#[derive(Debug)]
struct SectionShape {
    condition: Option<Condition>,
    kind: SectionKind,
}

#[derive(Debug)]
enum SectionKind {
    /// It shows the number.
    Number(NumberShape),
    /// It shows a date; whether with day, month and year, or as a time.
    Date { is_complete: bool },
    /// It shows words, or nothing.
    Words(String),
}

#[derive(Debug, Default)]
struct NumberShape {
    shown: ShownNumber,
    decimals: i32,
    /// Whether it writes a zero.
    shows_zero: bool,
    sign: OwnSign,
    /// Whether its words hold digits.
    adds_digits: bool,
    /// Its words with their signs: all that it shows of a number that it writes no digit of.
    words: String,
}

/// The minus sign or the brackets that a section writes itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum OwnSign {
    #[default]
    None,
    /// Somewhere among its words, or as every number does.
    InWords,
    /// Right before the number, as in `"-"0` and `(0)`: a positive one looks like a negative one.
    AtNumber,
}

impl NumberShape {
    /// The shown text of a number that commas scale.
    fn scaled_text(&self, n: f64) -> String {
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

    fn is_plain(&self) -> bool {
        self.shown == ShownNumber::default() && self.shows_zero && !self.adds_digits
    }
}

impl CellFormat {
    /// The format of this code.
    pub(super) fn of_code(code: &str) -> Self {
        let code = &without_general(code);
        let Ok(parsed) = NumberFormat::parse(code) else {
            // No program writes it; then no program scales by it.
            return Self::Plain;
        };
        let raw = raw_sections(code);
        let sections: Vec<SectionShape> = parsed
            .sections()
            .iter()
            .take(3)
            .enumerate()
            .map(|(i, section)| SectionShape {
                condition: section.condition,
                kind: kind_of(section, raw.get(i).is_some_and(|raw| is_blank(raw))),
            })
            .collect();
        let hides_text = raw.len() > 3 && is_blank(raw[3]);
        let is_plain = |(i, section): (usize, &SectionShape)| match &section.kind {
            // A negative number that its own section shows without a sign looks like a positive one.
            SectionKind::Number(shape) => {
                // And a positive one behind a sign of the format looks like a negative one.
                let shows_its_sign = if i == 1 {
                    shape.sign != OwnSign::None
                } else {
                    shape.sign != OwnSign::AtNumber
                };
                shape.is_plain() && shows_its_sign
            }
            _ => false,
        };
        if !hides_text && sections.iter().enumerate().all(is_plain) {
            return Self::Plain;
        }
        let is_date = |section: &SectionShape| {
            matches!(section.kind, SectionKind::Date { is_complete: true })
        };
        if !hides_text && sections.first().is_some_and(is_date) {
            let first = &parsed.sections()[0];
            return if first.metadata.has_elapsed_time {
                Self::Duration
            } else {
                Self::Date
            };
        }
        Self::Special(Arc::new(SpecialFormat {
            parsed,
            sections,
            hides_text,
        }))
    }

    /// The format that has this number in every workbook; none if a workbook defines it.
    pub(super) fn built_in(id: u32) -> Option<Self> {
        match id {
            // In the languages of East Asia these are dates; others do not use them.
            27..=36 | 50..=58 => Some(Self::Date),
            _ => ssfmt::format_code_from_id(id).map(Self::of_code),
        }
    }

    /// What a cell of this format holds that stores a number. In a workbook that counts days from 1904, dates are counted
    /// from there.
    pub(super) fn content(&self, n: f64, is_1904: bool) -> CellContent {
        match self {
            Self::Plain => CellContent::Number(n),
            Self::Date => date(n, is_1904, ExcelDateTimeType::DateTime),
            Self::Duration => date(n, is_1904, ExcelDateTimeType::TimeDelta),
            Self::Special(format) => format.content(n, is_1904),
        }
    }

    /// Whether a text under this format is not shown.
    pub(super) fn hides_text(&self) -> bool {
        matches!(self, Self::Special(format) if format.hides_text)
    }
}

/// A date or a span of time. What no calendar of a spreadsheet has is shown as `####`.
fn date(n: f64, is_1904: bool, kind: ExcelDateTimeType) -> CellContent {
    match serial_day(n, is_1904) {
        // Days are counted from 1900 here: calamine overflows on early days of 1904.
        Some(serial) => CellContent::Date(iso(ExcelDateTime::new(serial, kind, false))),
        None if kind == ExcelDateTimeType::TimeDelta => {
            CellContent::Date(iso(ExcelDateTime::new(n, kind, false)))
        }
        None => unshown(n),
    }
}

/// A day as spreadsheets count them from 1900; none if there is no such day.
fn serial_day(n: f64, is_1904: bool) -> Option<f64> {
    // A time of day has no date: it is the same in both ways to count.
    let is_time = (0.0..1.0).contains(&n);
    let serial = if is_1904 && !is_time {
        n + DAYS_TO_1904
    } else {
        n
    };
    (0.0..AFTER_LAST_DAY).contains(&serial).then_some(serial)
}

fn unshown(n: f64) -> CellContent {
    CellContent::withheld(Withheld::Unshown, StoredValue::Number(n).as_text())
}

impl SpecialFormat {
    fn content(&self, n: f64, is_1904: bool) -> CellContent {
        let Some(section) = self.section(n) else {
            return CellContent::Number(n);
        };
        let shape = match &section.kind {
            SectionKind::Number(shape) => shape,
            SectionKind::Words(words) => return in_words(n, words),
            SectionKind::Date { is_complete } => return self.date(n, is_1904, *is_complete),
        };
        let own_section = self.sections.len() > 1 && section.condition.is_none();
        let loses_sign = n < 0.0 && own_section && shape.sign == OwnSign::None;
        if shape.adds_digits || loses_sign || (n > 0.0 && shape.sign == OwnSign::AtNumber) {
            return unshown(n);
        }
        let least = 0.5 * 10_f64.powi(-shape.decimals - shape.shown.power);
        if !shape.shows_zero && n.abs() < least {
            return in_words(n, &shape.words);
        }
        if shape.shown == ShownNumber::default() {
            return CellContent::Number(n);
        }
        CellContent::Shown(Box::new(ShownCell {
            stored: StoredValue::Number(n),
            text: match shape.shown.power {
                ..0 => shape.scaled_text(n),
                _ => self.text(n),
            },
            number: Some(shape.shown.clone()),
        }))
    }

    fn date(&self, n: f64, is_1904: bool, is_complete: bool) -> CellContent {
        let (Some(serial), CellContent::Date(stored)) = (
            serial_day(n, is_1904),
            date(n, is_1904, ExcelDateTimeType::DateTime),
        ) else {
            return unshown(n);
        };
        if is_complete {
            return CellContent::Date(stored);
        }
        CellContent::Shown(Box::new(ShownCell {
            stored: StoredValue::Date(stored),
            text: self.text(serial),
            number: None,
        }))
    }

    /// The section that shows a number.
    fn section(&self, n: f64) -> Option<&SectionShape> {
        if self.sections.iter().any(|s| s.condition.is_some()) {
            let fits = |s: &&SectionShape| s.condition.is_none_or(|c| c.evaluate(n));
            return self.sections.iter().find(fits).or(self.sections.last());
        }
        let i = match self.sections.len() {
            2 if n < 0.0 => 1,
            3 if n < 0.0 => 1,
            3 if n == 0.0 => 2,
            _ => 0,
        };
        self.sections.get(i)
    }

    fn text(&self, n: f64) -> String {
        let options = FormatOptions {
            date_system: DateSystem::Date1900,
            locale: Locale::default(),
        };
        self.parsed.format(n, &options).trim().to_owned()
    }
}

/// A number that is shown in words, such as `-` for zero; nothing is shown if there are no words.
fn in_words(n: f64, words: &str) -> CellContent {
    if words.is_empty() {
        return unshown(n);
    }
    CellContent::Shown(Box::new(ShownCell {
        stored: StoredValue::Number(n),
        text: words.to_owned(),
        number: None,
    }))
}

/// A format code in which `General` beside words is a number with as many decimals as it has: `ssfmt` takes it for words.
fn without_general(code: &str) -> String {
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
fn raw_sections(code: &str) -> Vec<&str> {
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
fn is_blank(section: &str) -> bool {
    let mut rest = section.trim();
    while let Some(after) = rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
        rest = after.1.trim_start();
    }
    rest.is_empty()
}

fn kind_of(section: &Section, is_blank: bool) -> SectionKind {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What a format shows: `n` for a plain number, a date, `[text]` with its power for something else, `hidden`.
    fn shown(code: &str, n: f64) -> String {
        match CellFormat::of_code(code).content(n, false) {
            CellContent::Number(n) => format!("{n}"),
            CellContent::Date(date) => date,
            CellContent::Shown(cell) => match cell.number {
                Some(number) => format!("[{}] e{} {}", cell.text, number.power, number.after),
                None => format!("[{}]", cell.text),
            },
            CellContent::Withheld(_) => "hidden".to_owned(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn a_format_that_adds_a_sign_shows_another_number() {
        for (code, n, expected) in [
            ("\"-\"0", 655.0, "hidden"),
            ("\\(0\\)", 655.0, "hidden"),
            ("#,##0;(#,##0)", -655.0, "-655"),
            ("#,##0\" -\"", 655.0, "655"),
        ] {
            assert_eq!(shown(code, n), expected, "{code}");
        }
    }

    #[test]
    fn formats_that_round_and_group_leave_the_number() {
        for code in [
            "General",
            "0",
            "0.00",
            "#,##0",
            "#,##0.00",
            "@",
            "#,##0;-#,##0",
            "#,##0_);(#,##0)",
            "_(* #,##0_);_(* \\(#,##0\\);_(* 0_);_(@_)",
            "_-* #,##0\\ _₫_-;\\-* #,##0\\ _₫_-;_-* 0_-;_-@_-",
            "0.00E+00",
            "[$-42A]#,##0",
            "[Red]0;[Blue]-0",
            "# ?/?",
            "#,##0.0##",
        ] {
            for n in [18_725.0, 0.0, -3.0] {
                assert_eq!(shown(code, n), n.to_string(), "{code}");
            }
        }
    }

    #[test]
    fn what_is_scaled_or_in_words_is_shown_so() {
        for (code, n, expected) in [
            ("#,##0.0,", 18_725_000.0, "[18,725.0] e-3 "),
            ("#,##0,", 18_725_000.0, "[18,725] e-3 "),
            ("0.0,,", 1_250_000.0, "[1.3] e-6 "),
            ("#,.0", 1_500.0, "[1.5] e-3 "),
            ("0%", 0.85, "[85%] e2 %"),
            ("0.0%", 1.046, "[104.6%] e2 %"),
            ("#,##0\" người\"", 431.0, "[431 người] e0 người"),
            ("0.0,,\" tỷ\"", 1_200_000_000.0, "[1,200.0 tỷ] e-6 tỷ"),
            ("#,##0 [$₫-42A]", 1250.0, "[1,250 ₫] e0 ₫"),
            ("\"Năm \"General", 2024.0, "[Năm 2024.] e0 "),
            ("General\" người\"", 431.0, "[431. người] e0 người"),
            ("\"Năm \"0", 2024.0, "[Năm 2024] e0 "),
            ("_-* \"-\"??_-", 0.0, "[-]"),
            (
                "_(* #,##0_);_(* \\(#,##0\\);_(* \"-\"??_);_(@_)",
                0.0,
                "[-]",
            ),
            ("_(* #,##0_);_(* \\(#,##0\\);_(* \"-\"??_);_(@_)", 5.0, "5"),
            ("#,###", 0.0, "hidden"),
            ("#,###", 12.0, "12"),
            ("0;-0;;@", 0.0, "hidden"),
            (";;;", 431.0, "hidden"),
            ("#,##0;#,##0", -431.0, "hidden"),
            ("0\"000\"", 431.0, "hidden"),
            ("[>=1000]#,##0,\" nghìn\";0", 5_000.0, "[5 nghìn] e-3 nghìn"),
            ("[>=1000]#,##0,\" nghìn\";0", 500.0, "500"),
        ] {
            assert_eq!(shown(code, n), expected, "{code}");
        }
        assert!(CellFormat::of_code(";;;").hides_text());
        assert!(!CellFormat::of_code("0;-0;;@").hides_text());
    }

    #[test]
    fn dates_are_days_unless_only_a_part_is_shown() {
        for (code, n, expected) in [
            ("dd/mm/yyyy", 45_657.0, "2024-12-31"),
            ("d-mmm-yy", 45_657.0, "2024-12-31"),
            (
                "[$-42A]dd\" tháng \"mm\" năm \"yyyy",
                45_657.0,
                "2024-12-31",
            ),
            ("h:mm", 0.25, "06:00:00"),
            ("yyyy", 45_292.0, "[2024]"),
            ("\"năm \"yyyy", 45_292.0, "[năm 2024]"),
            ("mm/yyyy", 45_657.0, "[12/2024]"),
            ("dd/mm/yyyy", -5.0, "hidden"),
            ("dd/mm/yyyy", 4_000_000.0, "hidden"),
        ] {
            assert_eq!(shown(code, n), expected, "{code}");
        }
        let in_1904 = CellFormat::of_code("dd/mm/yyyy").content(44_195.0, true);
        assert_eq!(in_1904, CellContent::Date("2024-12-31".to_owned()));
        let spans = CellFormat::of_code("[h]:mm").content(1.5, false);
        assert_eq!(spans, CellContent::Date("PT36H0M0S".to_owned()));
        assert!(matches!(CellFormat::built_in(14), Some(CellFormat::Date)));
        assert!(matches!(CellFormat::built_in(3), Some(CellFormat::Plain)));
        assert!(CellFormat::built_in(164).is_none());
    }
}
