//! Time periods, written as in SDMX: `2025`, `2025-S1`, `2025-Q3`, `2025-09`.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// How often a form is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Frequency {
    /// Once a year.
    Annual,
    /// Twice a year.
    HalfYear,
    /// Four times a year.
    Quarterly,
    /// Every month.
    Monthly,
}

impl Frequency {
    /// All of them, the longest period first.
    pub const ALL: [Self; 4] = [Self::Annual, Self::HalfYear, Self::Quarterly, Self::Monthly];

    /// Length of its periods in months.
    #[must_use]
    pub fn months(self) -> i8 {
        match self {
            Self::Annual => 12,
            Self::HalfYear => 6,
            Self::Quarterly => 3,
            Self::Monthly => 1,
        }
    }
}

impl fmt::Display for Frequency {
    /// The word that definition files use.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Annual => "annual",
            Self::HalfYear => "half-year",
            Self::Quarterly => "quarterly",
            Self::Monthly => "monthly",
        })
    }
}

/// A time period (SDMX `TIME_PERIOD`). Periods are ordered by their end. If two end on the same day, the shorter comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Period {
    /// Calendar year.
    pub year: i16,
    /// Length of the period.
    pub frequency: Frequency,
    /// Number of the period within the year, from 1. It is 1 for a whole year.
    pub number: i8,
}

impl Period {
    /// The calendar year `year`.
    #[must_use]
    pub fn annual(year: i16) -> Self {
        Self {
            year,
            frequency: Frequency::Annual,
            number: 1,
        }
    }

    /// The first or second half of `year`.
    #[must_use]
    pub fn half(year: i16, number: i8) -> Self {
        Self {
            year,
            frequency: Frequency::HalfYear,
            number,
        }
    }

    /// Length in months.
    #[must_use]
    pub fn months(self) -> i8 {
        self.frequency.months()
    }

    /// First day.
    #[must_use]
    pub fn start(self) -> Date {
        Date::new(self.year, (self.number - 1) * self.months() + 1, 1).unwrap_or(Date::MIN)
    }

    /// Last day.
    #[must_use]
    pub fn end(self) -> Date {
        Date::new(self.year, self.number * self.months(), 1).map_or(Date::MAX, Date::last_of_month)
    }

    /// The period of the same length just before.
    #[must_use]
    pub fn before(self) -> Self {
        match self.number {
            1 => Self {
                year: self.year - 1,
                number: 12 / self.months(),
                ..self
            },
            number => Self {
                number: number - 1,
                ..self
            },
        }
    }

    /// The same period a year ago.
    #[must_use]
    pub fn year_ago(self) -> Self {
        Self {
            year: self.year - 1,
            ..self
        }
    }

    /// The period of a longer `frequency` that this one is in; none if that is not longer.
    #[must_use]
    pub fn within(self, frequency: Frequency) -> Option<Self> {
        let (own, length) = (self.months(), frequency.months());
        (length > own).then(|| Self {
            year: self.year,
            frequency,
            number: (self.number * own - 1) / length + 1,
        })
    }

    /// The periods of a shorter `frequency` within this one, in their order; none if that is not shorter.
    #[must_use]
    pub fn parts(self, frequency: Frequency) -> Vec<Self> {
        let (own, length) = (self.months(), frequency.months());
        if length >= own {
            return Vec::new();
        }
        let first = (self.number - 1) * own / length;
        let part = |n: i8| Self {
            year: self.year,
            frequency,
            number: first + n,
        };
        (1..=own / length).map(part).collect()
    }

    /// Whether `day` is in the period.
    #[must_use]
    pub fn holds(self, day: Date) -> bool {
        self.start() <= day && day <= self.end()
    }
}

impl Ord for Period {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.end(), self.months()).cmp(&(other.end(), other.months()))
    }
}

impl PartialOrd for Period {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

impl TryFrom<String> for Period {
    type Error = <Period as std::str::FromStr>::Err;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            year,
            frequency,
            number,
        } = self;
        match frequency {
            Frequency::Annual => write!(f, "{year:04}"),
            Frequency::HalfYear => write!(f, "{year:04}-S{number}"),
            Frequency::Quarterly => write!(f, "{year:04}-Q{number}"),
            Frequency::Monthly => write!(f, "{year:04}-{number:02}"),
        }
    }
}

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong =
            || format!("`{text}` is not a time period: expected 2025, 2025-S1, 2025-Q3 or 2025-09");
        let (year, rest) = match text.split_once('-') {
            Some((year, rest)) => (year, Some(rest)),
            None => (text, None),
        };
        if year.len() != 4 {
            return Err(wrong());
        }
        let year: i16 = year.parse().map_err(|_| wrong())?;
        let (frequency, number, most) = match rest {
            None => return Ok(Self::annual(year)),
            Some(rest) => match rest.as_bytes().first() {
                Some(b'S') => (Frequency::HalfYear, &rest[1..], 2),
                Some(b'Q') => (Frequency::Quarterly, &rest[1..], 4),
                _ => (Frequency::Monthly, rest, 12),
            },
        };
        let number: i8 = number.parse().map_err(|_| wrong())?;
        if (1..=most).contains(&number) {
            Ok(Self {
                year,
                frequency,
                number,
            })
        } else {
            Err(wrong())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for text in ["2025", "2025-S1", "2025-Q3", "2025-09"] {
            assert_eq!(
                text.parse::<Period>().map(|p| p.to_string()),
                Ok(text.to_owned())
            );
        }
        for wrong in ["25", "2025-S3", "2025-13", "2025-", "2025-Q", "năm 2025"] {
            assert!(wrong.parse::<Period>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_period_has_shorter_ones_within() {
        let parts = |whole: &str, frequency| {
            let whole: Period = whole.parse().expect("a period");
            let parts = whole.parts(frequency);
            parts.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(
            parts("2025-Q3", Frequency::Monthly),
            ["2025-07", "2025-08", "2025-09"]
        );
        assert_eq!(
            parts("2025-S2", Frequency::Quarterly),
            ["2025-Q3", "2025-Q4"]
        );
        assert_eq!(parts("2025", Frequency::HalfYear), ["2025-S1", "2025-S2"]);
        assert_eq!(parts("2025", Frequency::Monthly).len(), 12);
        assert!(parts("2025-Q3", Frequency::HalfYear).is_empty());
    }

    #[test]
    fn a_longer_period_comes_after_a_shorter_one_that_ends_with_it() {
        let [half, year]: [Period; 2] = ["2025-S2", "2025"].map(|p| p.parse().expect("a period"));
        assert!(half < year);
        assert_eq!(half.end(), year.end());
        assert!(year.holds(jiff::civil::date(2025, 7, 1)));
    }

    #[test]
    fn the_period_before_may_be_in_the_year_before() {
        for (text, before, year_ago) in [
            ("2026-Q1", "2025-Q4", "2025-Q1"),
            ("2026-Q3", "2026-Q2", "2025-Q3"),
            ("2026-01", "2025-12", "2025-01"),
            ("2026-S1", "2025-S2", "2025-S1"),
            ("2026", "2025", "2025"),
        ] {
            let period: Period = text.parse().expect("a period");
            assert_eq!(period.before().to_string(), before);
            assert_eq!(period.year_ago().to_string(), year_ago);
        }
    }
}
