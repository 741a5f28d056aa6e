//! Where a report comes from: its submission, its sheet, its form. Known from the start and never changed.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::diagnostic::Place;

/// Where a report comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportSource {
    /// `<submission_id>-<n>`.
    pub report_id: String,
    /// The submission.
    pub submission_id: String,
    /// Name of the submission in the inbox.
    pub file_name: String,
    /// When the submission was received.
    pub received_at: Timestamp,
    /// When the same content was received last, if it was sent again.
    pub sent_again_at: Option<Timestamp>,
    /// Name of the sheet; none for CSV.
    pub sheet: Option<String>,
    /// Code of the form.
    pub form: String,
}

impl ReportSource {
    /// The place of the report, without unit and period.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            file_name: Some(self.file_name.clone()),
            submission_id: Some(self.submission_id.clone()),
            report_id: Some(self.report_id.clone()),
            form: Some(self.form.clone()),
            sheet: self.sheet.clone(),
            ..Place::default()
        }
    }

    /// When its content was received last. Versions of a report are ordered by it.
    #[must_use]
    pub fn last_received_at(&self) -> Timestamp {
        self.sent_again_at.unwrap_or(self.received_at)
    }

    /// The day its content was received last, in a time zone.
    #[must_use]
    pub fn last_received_on(&self, zone: &TimeZone) -> Date {
        self.last_received_at().to_zoned(zone.clone()).date()
    }

    /// The day the submission was received, in a time zone.
    #[must_use]
    pub fn received_on(&self, zone: &TimeZone) -> Date {
        self.received_at.to_zoned(zone.clone()).date()
    }
}
