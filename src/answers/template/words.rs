//! Periods, years and numerals in the words of a blank form.

use crate::extract::RelativePeriod;
use crate::period::Period;
use crate::plan::Plan;
use crate::text::{fill, fill_with};

/// A period in the words of a title.
pub(in crate::answers) fn said_period(plan: &Plan, period: Period) -> Option<String> {
    let year = format!("{:04}", period.year);
    let number = period.number.to_string();
    let month = format!("{:02}", period.number);
    let quarter = roman(usize::try_from(period.number).unwrap_or(0));
    plan.document_words.periods.iter().find_map(|entry| {
        let code = [("Y", &*year), ("Q", &*number), ("M", &*month)];
        let said = [("Y", &*year), ("Q", &*quarter), ("M", &*number)];
        let filled = fill(entry.period.as_ref()?, &code);
        (filled == period.to_string()).then(|| fill(&entry.words, &said))
    })
}

/// A head with its years: `{N-1}` is the year before that of the report. Other names become empty.
pub(super) fn in_year(head: &str, n: i16) -> String {
    fill_with(head, |name| {
        let year = RelativePeriod::parse(name).map(|period| period.in_year(n).year);
        Some(year.map_or_else(String::new, |year| format!("{year:04}")))
    })
}

/// A number in capital Roman numerals.
pub(super) fn roman(mut n: usize) -> String {
    let mut out = String::new();
    for (value, numeral) in [(10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")] {
        while n >= value {
            out.push_str(numeral);
            n -= value;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals() {
        let all: Vec<String> = [1, 3, 4, 9, 14].map(roman).into();
        assert_eq!(all, ["I", "III", "IV", "IX", "XIV"]);
    }

    #[test]
    fn years_stand_in_heads() {
        assert_eq!(
            in_year("Year {N} / year {N-1}", 2026),
            "Year 2026 / year 2025"
        );
        assert_eq!(in_year("Total", 2026), "Total");
    }
}
