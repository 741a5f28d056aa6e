//! What orders reports among each other, besides the reports themselves.

use jiff::tz::TimeZone;

use crate::diagnostic::Lexicon;
use crate::geography::decision::Docket;
use crate::geography::sender::Reporters;
use crate::geography::territory::Geography;

/// The inputs, besides the reports themselves, that order reports among each other.
#[derive(Debug, Clone, Copy)]
pub struct ReportOrder<'a> {
    /// The bodies that may report, with their ranks.
    pub reporters: &'a Reporters,
    /// The decisions.
    pub docket: &'a Docket,
    /// The territory.
    pub geography: &'a Geography,
    /// The time zone of days.
    pub zone: &'a TimeZone,
    /// Codes as people read them.
    pub lexicon: &'a Lexicon,
}
