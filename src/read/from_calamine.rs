//! Dates by the calendar of calamine, and its cells for the tests in which it judges our readers.

#[cfg(test)]
use calamine::Data;
use calamine::ExcelDateTime;

#[cfg(test)]
use super::content::CellContent;

/// The content of a cell that calamine has read; none if it is empty.
#[cfg(test)]
pub(super) fn content_of(value: Data, has_formula: bool) -> Option<CellContent> {
    Some(match value {
        Data::Empty => return has_formula.then_some(CellContent::NoCachedValue),
        #[allow(clippy::cast_precision_loss)]
        Data::Int(n) => CellContent::Number(n as f64),
        Data::Float(n) => CellContent::Number(n),
        Data::String(text) => CellContent::Text(text),
        Data::Bool(b) => CellContent::Bool(b),
        Data::DateTime(date) => CellContent::Date(iso(date)),
        Data::DateTimeIso(text) | Data::DurationIso(text) => CellContent::Date(text),
        Data::Error(error) => CellContent::Error(error.to_string()),
    })
}

/// A date as ISO 8601 text: a day, a time of day, both, or a duration.
pub(super) fn iso(date: ExcelDateTime) -> String {
    if date.is_duration() {
        let seconds = (date.as_f64() * 86_400.0).round();
        let sign = if seconds < 0.0 { "-" } else { "" };
        let seconds = seconds.abs() as u64;
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        return format!("{sign}PT{hours}H{minutes}M{seconds}S");
    }
    let (year, month, day, hour, minute, second, milli) = date.to_ymd_hms_milli();
    let is_time = (0.0..1.0).contains(&date.as_f64());
    let mut text = String::with_capacity(23);
    let mut part = |before: &str, number: u16, width: u32| {
        text.push_str(before);
        for place in (0..width).rev() {
            text.push(char::from(b'0' + (number / 10_u16.pow(place) % 10) as u8));
        }
    };
    if !is_time {
        part("", year, 4);
        part("-", month.into(), 2);
        part("-", day.into(), 2);
        if (hour, minute, second, milli) == (0, 0, 0, 0) {
            return text;
        }
    }
    part(if is_time { "" } else { "T" }, hour.into(), 2);
    part(":", minute.into(), 2);
    part(":", second.into(), 2);
    if milli != 0 {
        part(".", milli, 3);
    }
    text
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    #[test]
    fn dates_are_iso_text() {
        let date = |value| {
            iso(ExcelDateTime::new(
                value,
                ExcelDateTimeType::DateTime,
                false,
            ))
        };
        assert_eq!(date(45_657.0), "2024-12-31");
        assert_eq!(date(45_657.5), "2024-12-31T12:00:00");
        assert_eq!(date(0.25), "06:00:00");
        assert_eq!(date(45_657.000_000_405), "2024-12-31T00:00:00.035");
        // Calamine knows no later year.
        assert!(date(4_000_000.0).starts_with("9999-12-31"));
        let span = ExcelDateTime::new(1.5, ExcelDateTimeType::TimeDelta, false);
        assert_eq!(iso(span), "PT36H0M0S");
    }
}
