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
    /// Reads `N`, `N-1`, `N+1`, `N-S1`, `N-S2`.
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
                years: rest.parse().ok()?,
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
