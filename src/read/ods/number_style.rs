//! Number styles: what a cell shows of its value. A style is written as the format code that means the same.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use quick_xml::events::BytesStart;

use super::cell::attributes;
use crate::read::number_format::CellFormat;

/// The longest format code that is followed: no program writes longer ones.
const MAX_CODE: usize = 1000;
/// Sections of a format.
const MAX_SECTIONS: usize = 3;

/// How cells of a number style show their values.
#[derive(Debug, Clone, Default)]
pub(super) struct ValueFormat {
    pub(super) format: CellFormat,
    /// Whether it shows no text.
    pub(super) hides_text: bool,
    /// Whether it shows only a part of a day, such as the year.
    pub(super) is_part_of_day: bool,
    /// Whether it shows numbers in a way that no format code tells.
    pub(super) is_odd: bool,
}

/// A number style, while it is read.
#[derive(Debug, Default)]
pub(super) struct NumberStyle {
    kind: StyleKind,
    code: String,
    /// Whether it states that a text stands there, though an empty one.
    has_text: bool,
    /// Whether it shows the text of a cell.
    has_content: bool,
    /// Conditions, each with the name of the style that then counts.
    maps: Vec<(String, String)>,
    date: DateParts,
    /// A text of the style, while it is read.
    literal: Option<String>,
    is_odd: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum StyleKind {
    #[default]
    Number,
    Percentage,
    Date,
    Duration,
    Text,
}

#[derive(Debug, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a part of its own, and none excludes another"
)]
struct DateParts {
    day: bool,
    month: bool,
    year: bool,
    time: bool,
    other: bool,
}

impl NumberStyle {
    /// The style that an element begins, with its name; none if it is another element.
    pub(super) fn begun_by(element: &BytesStart<'_>) -> Option<(String, Self)> {
        let (mut name, mut is_duration) = (String::new(), false);
        attributes(element, |key, value| match key {
            "name" => name = value.into_owned(),
            "truncate-on-overflow" => is_duration = value == "false",
            _ => {}
        });
        let kind = match element.local_name().as_ref() {
            "number-style" | "currency-style" | "boolean-style" => StyleKind::Number,
            "percentage-style" => StyleKind::Percentage,
            "date-style" => StyleKind::Date,
            "time-style" if is_duration => StyleKind::Duration,
            "time-style" => StyleKind::Date,
            "text-style" => StyleKind::Text,
            _ => return None,
        };
        let style = Self {
            kind,
            ..Self::default()
        };
        Some((name, style))
    }

    /// Takes an element within the style.
    pub(super) fn start(&mut self, element: &BytesStart<'_>) {
        let mut is_long = false;
        attributes(element, |key, value| {
            is_long = is_long || (key == "style" && value == "long");
        });
        let date = &mut self.date;
        match element.local_name().as_ref() {
            "text" | "currency-symbol" | "embedded-text" => self.literal = Some(String::new()),
            "text-content" => self.has_content = true,
            "number" => {
                let (code, is_odd) = number_code(element);
                self.code.push_str(&code);
                self.is_odd |= is_odd;
            }
            "scientific-number" => self.code.push_str("0.00E+00"),
            "fraction" => self.code.push_str("# ?/?"),
            "boolean" => self.code.push('0'),
            "day" => {
                date.day = true;
                self.code.push_str(if is_long { "dd" } else { "d" });
            }
            "month" => {
                date.month = true;
                self.code.push_str(if is_long { "mm" } else { "m" });
            }
            "year" => {
                date.year = true;
                self.code.push_str(if is_long { "yyyy" } else { "yy" });
            }
            "day-of-week" => self.code.push_str("ddd"),
            "hours" | "minutes" | "seconds" | "am-pm" => date.time = true,
            "era" | "quarter" | "week-of-year" => date.other = true,
            "map" => {
                let (mut condition, mut style) = (String::new(), String::new());
                attributes(element, |key, value| match key {
                    "condition" => condition = value.into_owned(),
                    "apply-style-name" => style = value.into_owned(),
                    _ => {}
                });
                if self.maps.len() < MAX_SECTIONS {
                    self.maps.push((condition, style));
                } else {
                    self.is_odd = true;
                }
            }
            _ => {}
        }
        if self.code.len() > MAX_CODE {
            self.code.clear();
            self.is_odd = true;
        }
    }

    /// Takes letters within the style.
    pub(super) fn text(&mut self, letters: &str) {
        if let Some(literal) = self.literal.as_mut().filter(|l| l.len() < MAX_CODE) {
            literal.push_str(letters);
        }
    }

    /// Takes the end of an element within the style.
    pub(super) fn end(&mut self, name: &str) {
        let Some(literal) = self.literal.take() else {
            return;
        };
        self.has_text = true;
        // Within a number, only digits change what it seems to be.
        if name == "embedded-text" && !literal.contains(|c: char| c.is_ascii_digit()) {
            return;
        }
        let mut parts = literal.split('%').peekable();
        while let Some(part) = parts.next() {
            if !part.is_empty() {
                let _ = write!(self.code, "\"{}\"", part.replace('"', "\"\\\"\""));
            }
            if parts.peek().is_some() {
                // In any other style the sign is a letter like others.
                let is_percentage = self.kind == StyleKind::Percentage;
                let sign = if is_percentage { "%" } else { "\"%\"" };
                self.code.push_str(sign);
            }
        }
    }

    /// What cells of the style show, given the styles that it refers to.
    pub(super) fn format(&self, all: &BTreeMap<String, Self>) -> ValueFormat {
        match self.kind {
            StyleKind::Date => return self.date_format(CellFormat::Date),
            StyleKind::Duration => return self.date_format(CellFormat::Duration),
            _ => {}
        }
        let mut is_odd = self.is_odd;
        let mut sections = Vec::new();
        for (condition, name) in &self.maps {
            let condition = condition.trim().trim_start_matches("value()").trim();
            match all.get(name) {
                Some(part) => {
                    is_odd |= part.is_odd;
                    sections.push((condition.replace("!=", "<>"), part.code.as_str()));
                }
                None => is_odd = true,
            }
        }
        let is_text = self.kind == StyleKind::Text;
        if !is_text {
            sections.push((String::new(), self.code.as_str()));
        }
        let conditions: Vec<&str> = sections.iter().map(|(c, _)| c.as_str()).collect();
        // Sections in their usual order need no conditions.
        let usual = matches!(
            conditions[..],
            [">=0", ""] | [">0", "<0", "" | "=0"] | [">0", "<0"]
        );
        let mut code = String::new();
        for (i, (condition, section)) in sections.iter().enumerate() {
            let separator = if i > 0 { ";" } else { "" };
            let _ = match condition.as_str() {
                condition if !usual && !condition.is_empty() => {
                    write!(code, "{separator}[{condition}]{section}")
                }
                _ => write!(code, "{separator}{section}"),
            };
        }
        if sections.len() == MAX_SECTIONS {
            code.push_str(";@");
        }
        if code.is_empty() && !is_text && self.has_text {
            code.push(';');
        }
        let format = if code.is_empty() {
            CellFormat::Plain
        } else {
            CellFormat::of_code(&code)
        };
        ValueFormat {
            format,
            hides_text: is_text && !self.has_content && self.code.is_empty(),
            is_part_of_day: false,
            is_odd,
        }
    }

    fn date_format(&self, whole: CellFormat) -> ValueFormat {
        let parts = &self.date;
        let is_day = parts.day && parts.month && parts.year;
        let is_time = parts.time && !parts.day && !parts.month && !parts.year && !parts.other;
        let is_part_of_day = !is_day && !is_time && (!self.code.is_empty() || parts.other);
        ValueFormat {
            format: if is_part_of_day {
                CellFormat::of_code(&self.code)
            } else {
                whole
            },
            is_part_of_day,
            ..ValueFormat::default()
        }
    }
}

/// The format code of a number, and whether no code tells what it shows.
fn number_code(element: &BytesStart<'_>) -> (String, bool) {
    let (mut decimals, mut least_decimals, mut digits) = (None, None, None);
    let (mut groups, mut factor) = (false, 1.0_f64);
    attributes(element, |key, value| {
        let count = || value.trim().parse::<usize>().ok().map(|n| n.min(30));
        match key {
            "decimal-places" => decimals = count(),
            "min-decimal-places" => least_decimals = count(),
            "min-integer-digits" => digits = count(),
            "grouping" => groups = value == "true",
            "display-factor" => factor = value.trim().parse().unwrap_or(f64::NAN),
            _ => {}
        }
    });
    let commas = (0..5).find(|n| (factor - 1000_f64.powi(*n)).abs() < f64::EPSILON);
    let Some(commas) = commas else {
        return ("0".to_owned(), true);
    };
    let digits = digits.unwrap_or(1);
    let mut code = match (groups, digits) {
        (true, 0) => "#,###".to_owned(),
        (true, 1) => "#,##0".to_owned(),
        (true, n) => format!("#,{}", "0".repeat(n.max(3))),
        (false, 0) => "#".to_owned(),
        (false, n) => "0".repeat(n),
    };
    let decimals = decimals.unwrap_or(0);
    if decimals > 0 {
        let least = least_decimals.unwrap_or(decimals).min(decimals);
        code.push('.');
        code.push_str(&"0".repeat(least));
        code.push_str(&"#".repeat(decimals - least));
    }
    code.push_str(&",".repeat(commas as usize));
    (code, false)
}
