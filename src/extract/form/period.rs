//! Periods as columns of a form state them: relative to the period of a report, or fixed.

use crate::period::Period;

/// The period of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelativePeriod {
    /// The year so many years after the year N of the report.
    Year(i16),
    /// A half of the year N.
    Half(i8),
    /// The period of the report itself, whatever its length.
    Own,
    /// A year of the calendar, whatever period the report is of.
    Fixed(i16),
}

impl RelativePeriod {
    /// Reads `N`, `N-1`, `N+1`, `N-S1`, `N-S2`, `P` and `2026`. The sign is needed, and a report speaks of at most nine years
    /// around its own.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "P" {
            return Some(Self::Own);
        }
        let Some(rest) = text.strip_prefix('N') else {
            let is_year = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
            let year = text.parse().ok().filter(|year| *year >= 1900);
            return year.filter(|_| is_year).map(Self::Fixed);
        };
        Some(match rest {
            "" => Self::Year(0),
            "-S1" => Self::Half(1),
            "-S2" => Self::Half(2),
            _ => Self::Year(years(rest)?),
        })
    }

    /// The period that it is in a report.
    #[must_use]
    pub fn of(self, report: Period) -> Period {
        match self {
            Self::Year(years) => Period::annual(report.year.saturating_add(years)),
            Self::Half(half) => Period::half(report.year, half),
            Self::Own => report,
            Self::Fixed(year) => Period::annual(year),
        }
    }

    /// The half of the year N that it is.
    #[must_use]
    pub fn half(self) -> Option<i8> {
        match self {
            Self::Half(half) => Some(half),
            Self::Year(_) | Self::Own | Self::Fixed(_) => None,
        }
    }

    /// Its distance from the year N.
    #[must_use]
    pub fn years(self) -> Option<i16> {
        match self {
            Self::Year(years) => Some(years),
            Self::Half(_) | Self::Own => Some(0),
            Self::Fixed(_) => None,
        }
    }

    /// Whether it is a whole year in every report.
    #[must_use]
    pub fn is_year(self) -> bool {
        matches!(self, Self::Year(_) | Self::Fixed(_))
    }
}

/// A distance in years: a sign and one digit that is not 0.
fn years(text: &str) -> Option<i16> {
    let digit = text.strip_prefix(['+', '-'])?;
    let is_digit = digit.len() == 1 && digit != "0";
    is_digit.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, report: &str) -> Option<String> {
        let report = report.parse().expect("a period");
        RelativePeriod::parse(text).map(|period| period.of(report).to_string())
    }

    #[test]
    fn a_distance_has_a_sign_and_one_digit() {
        for (text, year) in [
            ("N", "2025"),
            ("N-1", "2024"),
            ("N+1", "2026"),
            ("N-9", "2016"),
        ] {
            assert_eq!(of(text, "2025-Q3").as_deref(), Some(year), "{text}");
        }
        for (text, half) in [("N-S1", "2025-S1"), ("N-S2", "2025-S2")] {
            assert_eq!(of(text, "2025").as_deref(), Some(half));
        }
        for wrong in [
            "", "M", "N3", "N 1", "N+0", "N-", "N+70", "N-S3", "N-S", "N+S1", "N-Q1", "P-1",
            "20255", "0000",
        ] {
            assert_eq!(RelativePeriod::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_period_is_that_of_the_report_or_a_year_of_the_calendar() {
        assert_eq!(of("P", "2026-09").as_deref(), Some("2026-09"));
        assert_eq!(of("2027", "2025").as_deref(), Some("2027"));
    }
}
