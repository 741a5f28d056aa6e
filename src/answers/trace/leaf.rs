//! The leaves of a trace: submitted cells, their reports, and how each cell was read.

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::diagnostic::Finding;

/// The role of a cell in its fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CellRole {
    /// The value itself.
    Value,
    /// The weight of a mean.
    Weight,
    /// The numerator of a ratio.
    Numerator,
    /// The denominator of a ratio.
    Denominator,
}

impl CellRole {
    /// All roles.
    pub const ALL: [Self; 4] = [
        Self::Value,
        Self::Weight,
        Self::Numerator,
        Self::Denominator,
    ];

    /// The word in `fact_sources`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Weight => "weight",
            Self::Numerator => "numerator",
            Self::Denominator => "denominator",
        }
    }
}

/// A submitted cell and how it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct TracedCell {
    /// Its role in the fact.
    pub part: CellRole,
    /// The report.
    pub report: Arc<SentReport>,
    /// Sheet; none for CSV.
    pub sheet: Option<Arc<str>>,
    /// Cell, as `A1`.
    pub cell: Arc<str>,
    /// Vintage and code of the unit of the value, as reported.
    pub unit: (Arc<str>, Arc<str>),
    /// The indicator it was read as.
    pub indicator: Arc<str>,
    /// The period that the value speaks of.
    pub period: Arc<str>,
    /// Scenario of its column.
    pub scenario: Arc<str>,
    /// Why this one counts.
    pub choice: CellChoice,
    /// The text as read.
    pub raw: Option<Arc<str>>,
    /// The stated unit of measure that applies; none if none is stated.
    pub unit_read: Option<Arc<str>>,
    /// Unit of measure of the catalogue.
    pub measure_unit: Option<Arc<str>>,
    /// How the text became the value; none if the text is not a number (a mark, a blank).
    pub conversion: Option<Conversion>,
    /// In the catalogue's unit.
    pub value: Option<Decimal>,
    /// SDMX `OBS_STATUS`.
    pub status: Arc<str>,
    /// Findings about the cell, from reading it or from a rule.
    pub findings: Vec<Arc<Finding>>,
    /// Where the value is the total of a list: the cells of the records that count in it.
    pub records: Option<Vec<RecordCell>>,
    /// Other cells that state the same figure and do not count.
    pub others: Vec<AlternativeCell>,
}

/// The cell of a record that counts in a total of its list.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordCell {
    /// The report; another than that of the total where the list has several parts.
    pub report: Arc<SentReport>,
    /// Sheet; none for CSV.
    pub sheet: Option<Arc<str>>,
    /// Cell, as `A1`; only the row in another part of the list.
    pub cell: Arc<str>,
    /// What it adds: its value, or 1 where records are counted. None if it has no value.
    pub value: Option<Decimal>,
}

impl TracedCell {
    /// What the cells of the sheet state: the value of the cell, or the sum over the records behind a total.
    #[must_use]
    pub fn stated(&self) -> Option<Decimal> {
        match &self.records {
            Some(records) => {
                let values: Vec<Decimal> = records.iter().filter_map(|r| r.value).collect();
                let is_unknown = values.is_empty() && !records.is_empty();
                (!is_unknown).then(|| values.iter().sum())
            }
            None => self.value,
        }
    }
}

/// A number as read, and the factor that converts it to the catalogue's unit of measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conversion {
    /// The number as read.
    pub number: Decimal,
    /// What it was multiplied by.
    pub factor: Decimal,
}

/// Why a cell counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellChoice {
    /// It has the scenario that was asked for.
    Asked,
    /// Best figures: an actual value comes before an estimate.
    Actual,
    /// Best figures: no actual value exists.
    EstimateInstead,
    /// Best figures: an actual without a value, and no estimate exists.
    ActualWithoutValue,
}

impl CellChoice {
    /// The word in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Actual => "actual",
            Self::EstimateInstead => "estimate_instead",
            Self::ActualWithoutValue => "actual_without_value",
        }
    }
}

/// A report and the file it came in.
#[derive(Debug, Clone, PartialEq)]
pub struct SentReport {
    /// Identifier of the report.
    pub report_id: Arc<str>,
    /// Form.
    pub form: Arc<str>,
    /// Period of the report.
    pub period: Option<Arc<str>>,
    /// Vintage of its unit.
    pub unit_vintage: Option<Arc<str>>,
    /// Code of its unit.
    pub unit_code: Option<Arc<str>>,
    /// How the vintage was determined.
    pub vintage_evidence: Option<Arc<str>>,
    /// The body that sent it, if known.
    pub reporter: Option<Arc<str>>,
    /// Number of the revision, from 1.
    pub revision: i64,
    /// Whether this revision counts.
    pub is_current: bool,
    /// The file, relative to its inbox.
    pub file_name: Arc<str>,
    /// Hash of the file.
    pub sha256: Arc<str>,
    /// When it was received.
    pub received_at: Option<jiff::Timestamp>,
}

/// Another cell that states the same figure.
#[derive(Debug, Clone, PartialEq)]
pub struct AlternativeCell {
    /// The report.
    pub report: Arc<SentReport>,
    /// Sheet; none for CSV.
    pub sheet: Option<Arc<str>>,
    /// Cell, as `A1`.
    pub cell: Arc<str>,
    /// Scenario of its column.
    pub scenario: Arc<str>,
    /// The text as read.
    pub raw: Option<Arc<str>>,
    /// In the catalogue's unit.
    pub value: Option<Decimal>,
    /// Why it does not count.
    pub why: NotCounted,
}

/// Why a cell does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotCounted {
    /// Its report is superseded by a later revision or by another reporter.
    Superseded,
    /// Best figures: the other scenario comes first.
    OtherScenario,
    /// The total is taken from the indicator's home form.
    OtherForm,
    /// Another report of the same figure comes first, because its period ends later or is longer.
    OtherReport,
}

impl NotCounted {
    /// The word in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Superseded => "superseded",
            Self::OtherScenario => "other_scenario",
            Self::OtherForm => "other_form",
            Self::OtherReport => "other_report",
        }
    }
}
