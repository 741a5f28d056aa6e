//! A finding as a row of the table `findings`.

use super::finding::{Finding, Place};
use super::severity::Severity;
use crate::text::code_in;

impl Finding {
    /// The columns of the table `findings`, in the order of the contract.
    pub const COLUMNS: [&'static str; 17] = [
        "code",
        "severity",
        "rule",
        "file_name",
        "submission_id",
        "report_id",
        "form",
        "sheet",
        "cell",
        "unit_vintage",
        "unit_code",
        "period",
        "indicator",
        "sector",
        "scenario",
        "message_vi",
        "message_en",
    ];

    /// The finding as a row of [`Self::COLUMNS`].
    #[must_use]
    pub fn to_record(&self) -> [Option<&str>; 17] {
        let place = &self.place;
        [
            Some(&self.code),
            Some(self.severity.as_str()),
            self.rule.as_deref(),
            place.file_name.as_deref(),
            place.submission_id.as_deref(),
            place.report_id.as_deref(),
            place.form.as_deref(),
            place.sheet.as_deref(),
            place.cell.as_deref(),
            place.unit_vintage.as_deref(),
            place.unit_code.as_deref(),
            place.period.as_deref(),
            place.indicator.as_deref(),
            place.sector.as_deref().map(|members| code_in(members, 0)),
            place.scenario.as_deref(),
            Some(&self.message_vi),
            Some(&self.message_en),
        ]
    }

    /// The finding of a row of [`Self::COLUMNS`]. An unknown severity counts as an error.
    #[must_use]
    pub fn from_record(record: [Option<String>; 17]) -> Self {
        let [
            code,
            severity,
            rule,
            file_name,
            submission_id,
            report_id,
            form,
            sheet,
            cell,
            unit_vintage,
            unit_code,
            period,
            indicator,
            sector,
            scenario,
            message_vi,
            message_en,
        ] = record;
        Self {
            code: code.unwrap_or_default(),
            severity: severity
                .and_then(|word| Severity::parse(&word))
                .unwrap_or(Severity::Error),
            rule,
            place: Place {
                file_name,
                submission_id,
                report_id,
                form,
                sheet,
                cell,
                unit_vintage,
                unit_code,
                period,
                indicator,
                sector,
                scenario,
            },
            message_vi: message_vi.unwrap_or_default(),
            message_en: message_en.unwrap_or_default(),
            made_of: super::finding::MadeOf::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_and_back() {
        let record: [Option<String>; 17] = std::array::from_fn(|i| Some(i.to_string()));
        let mut record = record;
        record[1] = Some("warning".to_owned());
        let finding = Finding::from_record(record.clone());
        assert_eq!(
            finding.to_record().map(|v| v.map(str::to_owned)),
            record,
            "every column comes back in its place"
        );
    }
}
