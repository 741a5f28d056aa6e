//! Periods relative to the year of a report.

use crate::period::Period;

/// A period, relative to the year N of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelativePeriod {
    /// Years after N.
    pub years: i16,
    /// Half of the year, if it is a half-year.
    pub half: Option<i8>,
}

impl RelativePeriod {
    /// Reads `N`, `N-1`, `N+1`, `N-S1`, `N-S2`. The sign is needed, and a report speaks of at most nine years around its own.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix('N')?;
        Some(match rest {
            "" => Self {
                years: 0,
                half: None,
            },
            "-S1" => Self {
                years: 0,
                half: Some(1),
            },
            "-S2" => Self {
                years: 0,
                half: Some(2),
            },
            _ => Self {
                years: years(rest)?,
                half: None,
            },
        })
    }

    /// The period, for a report of year `n`.
    #[must_use]
    pub fn in_year(self, n: i16) -> Period {
        let year = n.saturating_add(self.years);
        self.half
            .map_or_else(|| Period::annual(year), |half| Period::half(year, half))
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

    #[test]
    fn a_distance_has_a_sign_and_one_digit() {
        for (text, year) in [("N", 2025), ("N-1", 2024), ("N+1", 2026), ("N-9", 2016)] {
            let period = RelativePeriod::parse(text).map(|p| p.in_year(2025));
            assert_eq!(period, Some(Period::annual(year)), "{text}");
        }
        for half in 1..=2 {
            let period = RelativePeriod::parse(&format!("N-S{half}")).map(|p| p.in_year(2025));
            assert_eq!(period, Some(Period::half(2025, half)));
        }
        for wrong in [
            "", "M", "N3", "N 1", "N+0", "N-", "N+70", "N-S3", "N-S", "N+S1", "N-Q1", "2025",
        ] {
            assert_eq!(RelativePeriod::parse(wrong), None, "{wrong}");
        }
    }
}
