//! The format of a cell, and what a number under it is shown as.

use std::sync::Arc;

use calamine::{ExcelDateTime, ExcelDateTimeType};
use ssfmt::{DateSystem, FormatOptions, Locale, NumberFormat};

use super::section::{
    OwnSign, SectionKind, SectionShape, is_blank, kind_of, raw_sections, without_general,
};
use crate::read::content::{CellContent, ShownCell, StoredValue, Withheld};
use crate::read::from_calamine::iso;

/// Days from 1 January 1900 to 1 January 1904, as spreadsheets count them.
const DAYS_TO_1904: f64 = 1462.0;
/// The day after the last that a spreadsheet knows: 1 January 10000.
const AFTER_LAST_DAY: f64 = 2_958_466.0;

/// What a format does to the numbers of its cells.
#[derive(Debug, Clone, Default)]
pub(crate) enum CellFormat {
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
pub(crate) struct SpecialFormat {
    parsed: NumberFormat,
    sections: Vec<SectionShape>,
    /// Whether it shows no text.
    hides_text: bool,
}

impl CellFormat {
    /// The format of this code.
    pub(crate) fn of_code(code: &str) -> Self {
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
    pub(crate) fn built_in(id: u32) -> Option<Self> {
        match id {
            // In the languages of East Asia these are dates; others do not use them.
            27..=36 | 50..=58 => Some(Self::Date),
            _ => ssfmt::format_code_from_id(id).map(Self::of_code),
        }
    }

    /// What a cell of this format holds that stores a number. In a workbook that counts days from 1904, dates are counted
    /// from there.
    pub(crate) fn content(&self, n: f64, is_1904: bool) -> CellContent {
        match self {
            Self::Plain => CellContent::Number(n),
            Self::Date => date(n, is_1904, ExcelDateTimeType::DateTime),
            Self::Duration => date(n, is_1904, ExcelDateTimeType::TimeDelta),
            Self::Special(format) => format.content(n, is_1904),
        }
    }

    /// Whether a text under this format is not shown.
    pub(crate) fn hides_text(&self) -> bool {
        matches!(self, Self::Special(format) if format.hides_text)
    }
}

/// A date or a span of time. What no calendar of a spreadsheet has is shown as `####`.
fn date(n: f64, is_1904: bool, kind: ExcelDateTimeType) -> CellContent {
    // A span has no calendar.
    if kind == ExcelDateTimeType::TimeDelta {
        return CellContent::Date(iso(ExcelDateTime::new(n, kind, false)));
    }
    match serial_day(n, is_1904) {
        // Days are counted from 1900 here: calamine overflows on early days of 1904.
        Some(serial) => CellContent::Date(iso(ExcelDateTime::new(serial, kind, false))),
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
            // Words that stand for a number, whatever it is, hide it.
            SectionKind::Words(words) if n == 0.0 => return in_words(n, words),
            SectionKind::Words(_) => return unshown(n),
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
        if shape.writes_plainly(n) {
            return CellContent::Number(n);
        }
        CellContent::Shown(Box::new(ShownCell {
            stored: StoredValue::Number(n),
            text: match shape.shown.power {
                ..0 => shape.scaled_text(n),
                _ => self.text(n),
            },
            // Digits with marks between them are read as they stand.
            number: (!shape.has_marks).then(|| shape.shown.clone()),
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
            ("0000000000", 490_000_001.0, "[0490000001] e0 "),
            ("0000000000", 4_900_000_002.0, "4900000002"),
            ("0000000000-000", 490_000_001_001.0, "[0490000001-001]"),
            ("00", 5.0, "[05] e0 "),
            ("# ##0", 18_725.0, "18725"),
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
            (";;", 431.0, "hidden"),
            ("\"-\"", 431.0, "hidden"),
            ("0\".\"0", 412.0, "[41.2]"),
            ("\"\"", 431.0, "hidden"),
            ("0;0;\"\"", 0.0, "hidden"),
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
        let span = CellContent::Date("PT36H0M0S".to_owned());
        assert_eq!(spans, span);
        assert_eq!(CellFormat::of_code("[h]:mm").content(1.5, true), span);
        assert!(matches!(CellFormat::built_in(14), Some(CellFormat::Date)));
        assert!(matches!(CellFormat::built_in(3), Some(CellFormat::Plain)));
        assert!(CellFormat::built_in(164).is_none());
    }
}
