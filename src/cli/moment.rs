//! A point in time as the command line names it.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A time or a day.
#[derive(Debug, Clone, Copy)]
pub(super) enum Moment {
    Time(Timestamp),
    Day(Date),
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let time = text.parse().map(Self::Time);
        time.or_else(|_| text.parse().map(Self::Day))
            .map_err(|_| "expected a day such as 2025-12-31, or an RFC 3339 time".to_owned())
    }
}

impl Moment {
    /// The time. For a day: its last microsecond in the time zone of the pipeline.
    pub(super) fn at_the_latest(self, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Time(time) => time,
            Self::Day(day) => day
                .at(23, 59, 59, 999_999_000)
                .to_zoned(zone.clone())
                .map_or(Timestamp::MAX, |end| end.timestamp()),
        }
    }
}
