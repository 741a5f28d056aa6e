//! What a cell holds: its value, as its style shows it.

use super::cell::CellAttributes;
use super::styles::CellStyle;
use crate::read::content::{CellContent, ShownCell, ShownNumber, StoredValue, Withheld};
use crate::read::number_format::CellFormat;
use crate::read::rich_text::{TextRun, visible};
use crate::read::sheet::FontRun;

/// A cell as it is delivered.
#[derive(Debug)]
pub(super) struct CellParts {
    pub(super) content: CellContent,
    /// The parts of its text with their fonts; empty if none is of an old encoding.
    pub(super) fonts: Vec<FontRun>,
    /// Whether a part of its text is struck out.
    pub(super) has_struck: bool,
}

impl From<CellContent> for CellParts {
    fn from(content: CellContent) -> Self {
        Self {
            content,
            fonts: Vec::new(),
            has_struck: false,
        }
    }
}

/// How a sheet shows its values.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct SheetView {
    /// Whether it shows nothing in place of a zero.
    pub(super) hides_zeros: bool,
    /// Whether days are counted from 1904.
    pub(super) is_1904: bool,
}

/// What a cell holds, given what it states, the text that it shows and its style; none if it is empty.
pub(super) fn cell_parts(
    stated: &CellAttributes,
    shown: &[TextRun],
    style: &CellStyle,
    view: SheetView,
) -> Option<CellParts> {
    let written: String = shown.iter().map(|run| run.text.as_str()).collect();
    let parts = uncovered(stated, shown, &written, style, view)?;
    if parts.content.text().is_some_and(|t| t.trim().is_empty()) {
        return None;
    }
    if stated.is_covered && !matches!(parts.content, CellContent::Withheld(_)) {
        let text = parts.content.as_read();
        return Some(CellContent::withheld(Withheld::Covered, text).into());
    }
    Some(parts)
}

/// As [`cell_parts`], for a cell that nothing covers.
fn uncovered(
    stated: &CellAttributes,
    shown: &[TextRun],
    written: &str,
    style: &CellStyle,
    view: SheetView,
) -> Option<CellParts> {
    if stated.is_error {
        let text = stated.text.as_deref().filter(|t| !t.trim().is_empty());
        return Some(CellContent::Error(text.unwrap_or(written).to_owned()).into());
    }
    if stated.is_unreadable {
        return Some(CellContent::withheld(Withheld::Unreadable, written.trim()).into());
    }
    if stated.kind.as_deref() == Some("string") {
        return text(stated, shown, written, style);
    }
    match &stated.value {
        Some(CellContent::Number(n)) => Some(number(*n, stated, written.trim(), style, view)),
        Some(CellContent::Date(date)) => {
            Some(unless_struck(date_content(date, written.trim(), style), style).into())
        }
        Some(value) => Some(unless_struck(value.clone(), style).into()),
        None if stated.has_formula => Some(CellContent::NoCachedValue.into()),
        None => text(stated, shown, written, style),
    }
}

fn unless_struck(content: CellContent, style: &CellStyle) -> CellContent {
    if style.is_struck() && !matches!(content, CellContent::Withheld(_)) {
        return CellContent::withheld(Withheld::Struck, content.as_read());
    }
    content
}

fn text(
    stated: &CellAttributes,
    shown: &[TextRun],
    written: &str,
    style: &CellStyle,
) -> Option<CellParts> {
    let stored = stated.text.as_deref().unwrap_or(written);
    if stored.trim().is_empty() {
        return None;
    }
    if stated.has_formula && is_error(stored.trim()) {
        return Some(CellContent::Error(stored.trim().to_owned()).into());
    }
    if style.value.hides_text {
        return Some(CellContent::withheld(Withheld::Unshown, stored).into());
    }
    // The value counts where the paragraphs show another text.
    let own_run = [TextRun {
        text: stored.to_owned(),
        ..TextRun::default()
    }];
    let runs = if stored == written { shown } else { &own_run };
    let seen = visible(runs, style.is_struck(), style.font());
    if seen.has_struck && seen.text.trim().is_empty() {
        return Some(CellContent::withheld(Withheld::Struck, stored).into());
    }
    Some(CellParts {
        content: CellContent::Text(seen.text),
        fonts: seen.fonts,
        has_struck: seen.has_struck,
    })
}

fn number(
    n: f64,
    stated: &CellAttributes,
    written: &str,
    style: &CellStyle,
    view: SheetView,
) -> CellParts {
    // Excel stores a zero for an error, and shows its name.
    if is_error(written) {
        return CellContent::Error(written.to_owned()).into();
    }
    let unshown = || CellContent::withheld(Withheld::Unshown, StoredValue::Number(n).as_text());
    let is_percentage = stated.kind.as_deref() == Some("percentage");
    let content = if n == 0.0 && view.hides_zeros {
        unshown()
    } else if style.value.is_odd {
        as_written(n, written).unwrap_or_else(unshown)
    } else if is_percentage
        && matches!(style.value.format, CellFormat::Plain)
        && written.ends_with('%')
    {
        // A per cent without a style: the program that wrote it showed one.
        shown_as(n, written, 2, "%")
    } else {
        style.value.format.content(n, view.is_1904)
    };
    let content = match content {
        CellContent::Shown(mut cell) if !written.is_empty() => {
            cell.text.replace_range(.., written);
            CellContent::Shown(cell)
        }
        content => content,
    };
    unless_struck(content, style).into()
}

fn shown_as(n: f64, text: &str, power: i32, after: &str) -> CellContent {
    CellContent::Shown(Box::new(ShownCell {
        stored: StoredValue::Number(n),
        text: text.to_owned(),
        number: Some(ShownNumber {
            power,
            after: after.to_owned(),
            ..ShownNumber::default()
        }),
    }))
}

/// A number whose style is not understood, if the shown one is the stored one: rounded, scaled by thousands, or as a per
/// cent.
fn as_written(n: f64, written: &str) -> Option<CellContent> {
    let readings = readings(written);
    let shows = |power: i32| {
        let scaled = n.abs() * 10_f64.powi(power);
        readings.iter().any(|(value, decimals)| {
            let half = 0.5 * 10_f64.powi(-decimals);
            (scaled - value).abs() <= half * (1.0 + 1e-6)
        })
    };
    if written.contains('%') {
        return shows(2).then(|| shown_as(n, written, 2, "%"));
    }
    let power = [0, -3, -6, -9].into_iter().find(|power| shows(*power))?;
    Some(match power {
        0 => CellContent::Number(n),
        power => shown_as(n, written, power, ""),
    })
}

/// The numbers that a shown text can mean, each with its decimals: the last separator groups or is the decimal sign.
fn readings(written: &str) -> Vec<(f64, i32)> {
    let is_separator = |c: char| matches!(c, '.' | ',');
    let kept: String = written
        .chars()
        .filter(|c| c.is_ascii_digit() || is_separator(*c))
        .collect();
    let kept = kept.trim_matches(is_separator);
    let digits: String = kept.chars().filter(char::is_ascii_digit).collect();
    let Ok(whole) = digits.parse::<f64>() else {
        return Vec::new();
    };
    let mut readings = Vec::new();
    if kept
        .split(is_separator)
        .skip(1)
        .all(|group| group.len() == 3)
    {
        readings.push((whole, 0));
    }
    if let Some((_, decimals)) = kept.rsplit_once(is_separator) {
        let decimals = decimals.len().min(20) as i32;
        readings.push((whole / 10_f64.powi(decimals), decimals));
    }
    readings
}

/// A date as its style shows it.
fn date_content(date: &str, written: &str, style: &CellStyle) -> CellContent {
    let format = &style.value.format;
    if !style.value.is_part_of_day && !matches!(format, CellFormat::Special(_)) {
        return CellContent::Date(date.to_owned());
    }
    let by_format = serial(date).map(|serial| format.content(serial, false));
    let shown = match by_format {
        Some(CellContent::Withheld(_)) => {
            return CellContent::withheld(Withheld::Unshown, date);
        }
        Some(CellContent::Shown(cell)) => Some(cell.text),
        _ => None,
    };
    // A style of numbers leaves the day that the cell states.
    if !style.value.is_part_of_day {
        return CellContent::Date(date.to_owned());
    }
    let written = Some(written.to_owned()).filter(|text| !text.is_empty());
    match written.or(shown) {
        Some(text) => CellContent::Shown(Box::new(ShownCell {
            stored: StoredValue::Date(date.to_owned()),
            text,
            number: None,
        })),
        None => CellContent::withheld(Withheld::Unshown, date),
    }
}

/// A day as spreadsheets count them from 1900.
fn serial(date: &str) -> Option<f64> {
    let day: jiff::civil::Date = date.get(..10)?.parse().ok()?;
    let since = day.since(jiff::civil::date(1899, 12, 30)).ok()?;
    Some(f64::from(since.get_days()))
}

/// Whether a shown text is the name of an error, in any language: `#REF!`, `#N/A`, `Err:502`. A number that is too wide
/// for its column is shown as `###`.
fn is_error(text: &str) -> bool {
    if let Some(code) = text.strip_prefix("Err:") {
        return !code.is_empty() && code.bytes().all(|b| b.is_ascii_digit());
    }
    let name = text.strip_prefix('#').unwrap_or_default();
    name.starts_with(char::is_alphabetic) && !name.contains(char::is_whitespace)
}
