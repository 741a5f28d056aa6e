//! One cell with a deadline: a day, a month, a quarter, a year, a range of years, or a word such as `every year`.

use super::date::{ReadDate, read_date};
use super::value::kept;
use crate::extract::{RecordField, Vocabulary};
use crate::read::BorrowedContent;

/// What a cell says as a deadline: the last day, as `2025-12-31`, or a code of the field for what has none. `None` if nobody
/// can tell.
pub(super) fn read_deadline(
    cell: BorrowedContent<'_>,
    field: &RecordField,
    vocabulary: &Vocabulary,
) -> Option<String> {
    let text = match cell {
        BorrowedContent::Text(text) => kept(text).into_owned(),
        BorrowedContent::Shown(shown) => shown.text.clone(),
        other => return day_of(other),
    };
    let folded = vocabulary.folder.fold(&text);
    if let Some(code) = field.codes.get(&folded) {
        return Some(code.clone());
    }
    if let Some(day) = day_of(BorrowedContent::Text(text.trim())) {
        return Some(day);
    }
    if let Some(period) = vocabulary.words.last_period(&folded) {
        return Some(period.end().to_string());
    }
    let mut words = text.split_whitespace().rev();
    let full = |word: &&str| word.matches(['/', '-', '.']).count() == 2;
    if let Some(day) = words
        .find(full)
        .and_then(|word| day_of(BorrowedContent::Text(word)))
    {
        return Some(day);
    }
    if let Some(year) = last_year(&folded) {
        return Some(format!("{year}-12-31"));
    }
    // Words for what has no deadline, among others and without a year.
    let words = format!(" {folded} ");
    let mut codes: Vec<&String> = field
        .codes
        .iter()
        .filter(|(said, _)| words.contains(&format!(" {said} ")))
        .map(|(_, code)| code)
        .collect();
    codes.sort_unstable();
    codes.dedup();
    match codes.as_slice() {
        [one] => Some((*one).clone()),
        _ => None,
    }
}

/// The last day of what a cell says as a date; of two orders of its parts the day comes first.
fn day_of(cell: BorrowedContent<'_>) -> Option<String> {
    match read_date(cell) {
        ReadDate::Is(date, _) => last_day(&date),
        ReadDate::Stored(day) | ReadDate::Open(day) | ReadDate::Serial(day) => {
            Some(day.to_string())
        }
        ReadDate::YearAsDay(year, _) => Some(format!("{year}-12-31")),
        ReadDate::TooEarly(_) | ReadDate::Not => None,
    }
}

/// The last day of a day, a month or a year.
fn last_day(date: &str) -> Option<String> {
    match date.len() {
        10 => Some(date.to_owned()),
        _ => {
            let period: crate::period::Period = date.parse().ok()?;
            Some(period.end().to_string())
        }
    }
}

/// The last year that folded words name, if they name nothing but years and words.
fn last_year(folded: &str) -> Option<i16> {
    let numbers = folded
        .split(' ')
        .filter(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    let mut last = None;
    for number in numbers {
        last = Some(
            number
                .parse()
                .ok()
                .filter(|year| (1990..2100).contains(year))?,
        );
    }
    last
}
