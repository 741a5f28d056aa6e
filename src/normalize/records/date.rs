//! One cell of a date column. What the order of its parts is, the column decides.

use jiff::civil::Date;

use super::value::without_apostrophes;
use crate::read::{BorrowedContent, ShownCell, StoredValue};

/// What a cell says as a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ReadDate {
    /// A day, month or year that can be read in one way, as `2025-12-31`, `2025-12` or `2025`, and the order that it proves.
    Is(String, Option<DayOrder>),
    /// A text such as `3/5/2018`, read day first; the month may come first.
    Open(Date),
    /// A day that the workbook stores as a date.
    Stored(Date),
    /// A number that may be the serial number of a day.
    Serial(Date),
    /// A year that was typed into a cell with a date format, which shows a day of 1905.
    YearAsDay(i16, Date),
    /// A day before any organisation of today.
    TooEarly(Date),
    /// Not a date.
    Not,
}

/// Which part of a date comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DayOrder {
    DayFirst,
    MonthFirst,
}

/// Serial days of spreadsheets that may be dates of organisations: from 1927 to 2119.
const SERIAL_DAYS: std::ops::RangeInclusive<i64> = 10_000..=80_000;
/// Numbers that are years.
const YEARS: std::ops::RangeInclusive<i64> = 1900..=2100;
/// Serial number of 1 January 1970.
const EPOCH: i64 = 25_569;
/// Days between the two systems of serial numbers.
const SYSTEMS_APART: i64 = 1_462;

/// The date in a cell.
pub(super) fn read_date(cell: BorrowedContent<'_>) -> ReadDate {
    match cell {
        BorrowedContent::Date(text) => text
            .get(..10)
            .unwrap_or(text)
            .parse::<Date>()
            .map_or(ReadDate::Not, of_day),
        BorrowedContent::Number(n) if n.fract() == 0.0 && YEARS.contains(&(n as i64)) => {
            ReadDate::Is(format!("{n}"), None)
        }
        BorrowedContent::Number(n) => of_serial(n as i64),
        BorrowedContent::Text(text) => in_text(text),
        BorrowedContent::Shown(shown) => in_shown(shown),
        _ => ReadDate::Not,
    }
}

/// The date that a format shows in its own way: `2018` for a day of that year, `Năm 2018` for a number.
fn in_shown(shown: &ShownCell) -> ReadDate {
    match &shown.stored {
        StoredValue::Date(stored) => match (
            read_date(BorrowedContent::Date(stored)),
            in_text(&shown.text),
        ) {
            (ReadDate::Stored(_), ReadDate::Is(date, None)) => ReadDate::Is(date, None),
            (stored, _) => stored,
        },
        StoredValue::Number(n) if shown.number.as_ref().is_some_and(|shown| shown.power == 0) => {
            read_date(BorrowedContent::Number(*n))
        }
        StoredValue::Number(_) => in_text(&shown.text),
    }
}

/// The other reading of a day whose day and month may be turned; none if there is none.
pub(super) fn turned(day: Date) -> Option<Date> {
    let other = Date::new(day.year(), day.day(), day.month()).ok()?;
    (other != day).then_some(other)
}

/// The serial number of a day.
pub(super) fn serial_of(day: Date) -> i64 {
    let epoch = jiff::civil::date(1970, 1, 1);
    let days = day.since((jiff::Unit::Day, epoch));
    EPOCH + days.map_or(0, |span| i64::from(span.get_days()))
}

/// A number as the serial number of a day.
fn of_serial(serial: i64) -> ReadDate {
    if !SERIAL_DAYS.contains(&serial) {
        return ReadDate::Not;
    }
    jiff::civil::date(1970, 1, 1)
        .checked_add(jiff::Span::new().days(serial - EPOCH))
        .map_or(ReadDate::Not, ReadDate::Serial)
}

/// A day that the workbook stores.
fn of_day(day: Date) -> ReadDate {
    if is_plausible(day) {
        return ReadDate::Stored(day);
    }
    year_of(day).map_or(ReadDate::TooEarly(day), |year| {
        ReadDate::YearAsDay(year, day)
    })
}

fn is_plausible(day: Date) -> bool {
    day.year() > 1930 || serial_of(day) >= *SERIAL_DAYS.start()
}

/// The year whose number is the serial number of a day, in either system.
fn year_of(day: Date) -> Option<i16> {
    let serial = serial_of(day);
    let years = [serial, serial - SYSTEMS_APART];
    let year = years.into_iter().find(|year| YEARS.contains(year))?;
    i16::try_from(year).ok()
}

/// The date that a text states: `31/12/2025`, `12/2025`, `2025` or `2025-12-31`, with `/`, `-` or `.`, or a serial number.
fn in_text(text: &str) -> ReadDate {
    let text = without_time(without_apostrophes(text.trim()).trim());
    if text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().map_or(ReadDate::Not, of_serial);
    }
    let parts: Vec<&str> = text.split(['/', '-', '.']).map(str::trim).collect();
    let is_number =
        |part: &&str| (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if !parts.iter().all(is_number) {
        return ReadDate::Not;
    }
    let number = |part: &str| part.parse::<i16>().unwrap_or_default();
    let is_year = |part: &str| part.len() == 4 && YEARS.contains(&i64::from(number(part)));
    let is_month = |part: &str| (1..=12).contains(&number(part));
    let sure = |date| ReadDate::Is(date, None);
    match parts.as_slice() {
        [y] if is_year(y) => sure((*y).to_owned()),
        [m, y] | [y, m] if is_year(y) && is_month(m) => sure(format!("{y}-{:02}", number(m))),
        [y, m, d] if is_year(y) => match day(number(y), number(m), number(d)) {
            Some(day) if is_plausible(day) => sure(day.to_string()),
            Some(day) => ReadDate::TooEarly(day),
            None => ReadDate::Not,
        },
        [a, b, y] if is_year(y) => of_parts(number(a), number(b), number(y)),
        _ => ReadDate::Not,
    }
}

/// A date whose year stands last.
fn of_parts(a: i16, b: i16, year: i16) -> ReadDate {
    let (day_first, month_first) = (day(year, b, a), day(year, a, b));
    let early = |day: &Date| !is_plausible(*day);
    if let Some(day) = day_first.or(month_first).filter(early) {
        // A day of 1905 in a text file is a year, as the spreadsheet program showed it.
        let years: Vec<(i16, Date)> = [day_first, month_first]
            .into_iter()
            .flatten()
            .filter_map(|day| Some((year_of(day)?, day)))
            .collect();
        return match years.as_slice() {
            [(year, day)] => ReadDate::YearAsDay(*year, *day),
            [(year, day), (other, _)] if year == other => ReadDate::YearAsDay(*year, *day),
            _ => ReadDate::TooEarly(day),
        };
    }
    match (day_first, month_first) {
        (Some(day), Some(other)) if day == other => ReadDate::Is(day.to_string(), None),
        (Some(day), Some(_)) => ReadDate::Open(day),
        (Some(day), None) => ReadDate::Is(day.to_string(), Some(DayOrder::DayFirst)),
        (None, Some(day)) => ReadDate::Is(day.to_string(), Some(DayOrder::MonthFirst)),
        (None, None) => ReadDate::Not,
    }
}

/// A day; none if the calendar does not have it.
fn day(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// A text without the time of day behind its date.
fn without_time(text: &str) -> &str {
    let is_time = |time: &str| {
        let clock = time
            .trim()
            .trim_end_matches(['A', 'P', 'M', 'a', 'p', 'm', ' ', 'Z']);
        clock.contains(':')
            && clock
                .bytes()
                .all(|b| b.is_ascii_digit() || b":.".contains(&b))
    };
    match text.split_once([' ', 'T']) {
        Some((date, time)) if is_time(time) => date,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn of(text: &str) -> ReadDate {
        read_date(BorrowedContent::Text(text))
    }

    fn sure(date: &str, order: Option<DayOrder>) -> ReadDate {
        ReadDate::Is(date.to_owned(), order)
    }

    #[test]
    fn texts_say_days_months_and_years() {
        assert_eq!(
            of("31/12/2025"),
            sure("2025-12-31", Some(DayOrder::DayFirst))
        );
        assert_eq!(
            of("12/31/2025"),
            sure("2025-12-31", Some(DayOrder::MonthFirst))
        );
        assert_eq!(of(" 1.2.2019 "), ReadDate::Open(date(2019, 2, 1)));
        assert_eq!(of("5-5-2019"), sure("2019-05-05", None));
        assert_eq!(of("2019-02-01"), sure("2019-02-01", None));
        assert_eq!(of("2019-02-01T00:00:00"), sure("2019-02-01", None));
        assert_eq!(
            of("31/12/2018 0:00"),
            sure("2018-12-31", Some(DayOrder::DayFirst))
        );
        assert_eq!(of("12/2025"), sure("2025-12", None));
        assert_eq!(of("'2025"), sure("2025", None));
        for text in [
            "30/02/2025",
            "13/2025",
            "abc",
            "5/3/18",
            "05-Mar-18",
            "0/3/2018",
            "3/0/2018",
            "31/12/1899",
            "1899",
            "2018-13-01",
            "1/2/3/2018",
        ] {
            assert_eq!(of(text), ReadDate::Not, "{text}");
        }
    }

    #[test]
    fn a_number_is_a_year_or_a_serial_number() {
        let of = |n| read_date(BorrowedContent::Number(n));
        assert_eq!(of(2019.0), sure("2019", None));
        assert_eq!(of(45_657.0), ReadDate::Serial(date(2024, 12, 31)));
        assert_eq!(of(3.0), ReadDate::Not);
        assert_eq!(
            super::tests::of("43164"),
            ReadDate::Serial(date(2018, 3, 5))
        );
    }

    #[test]
    fn a_year_in_a_date_cell_is_a_year() {
        let of = |text| read_date(BorrowedContent::Date(text));
        assert_eq!(
            of("2024-12-31T12:00:00"),
            ReadDate::Stored(date(2024, 12, 31))
        );
        let day = date(1905, 7, 10);
        assert_eq!(of("1905-07-10"), ReadDate::YearAsDay(2018, day));
        assert_eq!(
            of("1909-07-11"),
            ReadDate::YearAsDay(2018, date(1909, 7, 11))
        );
        assert_eq!(of("1899-12-31"), ReadDate::TooEarly(date(1899, 12, 31)));
        assert_eq!(of("1926-01-01"), ReadDate::TooEarly(date(1926, 1, 1)));
        assert_eq!(
            super::tests::of("10/07/1905"),
            ReadDate::YearAsDay(2018, day)
        );
        assert_eq!(
            super::tests::of("7/10/1905"),
            ReadDate::YearAsDay(2018, day)
        );
        assert_eq!(
            super::tests::of("5/7/1905"),
            ReadDate::TooEarly(date(1905, 7, 5))
        );
    }

    #[test]
    fn what_a_format_shows_of_a_day_counts() {
        let of = |stored: &str, text: &str| {
            let shown = ShownCell {
                stored: StoredValue::Date(stored.to_owned()),
                text: text.to_owned(),
                number: None,
            };
            read_date(BorrowedContent::Shown(&shown))
        };
        assert_eq!(of("2018-03-05", "2018"), sure("2018", None));
        assert_eq!(of("2018-03-05", "03/2018"), sure("2018-03", None));
        assert_eq!(
            of("2018-03-05", "05.03.18"),
            ReadDate::Stored(date(2018, 3, 5))
        );
        assert_eq!(
            of("1905-07-10", "1905"),
            ReadDate::YearAsDay(2018, date(1905, 7, 10))
        );
    }

    #[test]
    fn day_and_month_turn() {
        assert_eq!(turned(date(2018, 3, 5)), Some(date(2018, 5, 3)));
        assert_eq!(turned(date(2018, 3, 13)), None);
        assert_eq!(turned(date(2018, 3, 3)), None);
        assert_eq!(serial_of(date(2018, 3, 5)), 43_164);
    }
}
