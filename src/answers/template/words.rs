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

/// A head in a report of `period`: `{N-1}` is the year before that of the report, `{P}` the words of its period, `said`.
/// Other names become empty.
pub(super) fn in_report(head: &str, period: Period, said: &str) -> String {
    fill_with(head, |name| {
        Some(match RelativePeriod::parse(name) {
            Some(RelativePeriod::Own) => said.to_owned(),
            Some(relative) => format!("{:04}", relative.of(period).year),
            None => String::new(),
        })
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
            in_report("Year {N} / year {N-1}", Period::annual(2026), ""),
            "Year 2026 / year 2025"
        );
        let month = "2026-09".parse().expect("a period");
        assert_eq!(in_report("In {P}", month, "September"), "In September");
        assert_eq!(in_report("Total", month, ""), "Total");
    }
}
