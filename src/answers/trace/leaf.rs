//! The end of a tree: a cell that was sent, the report it stands in, and how it was read.

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::diagnostic::Finding;

/// What an observation is in its fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CellRole {
    /// The value itself.
    Value,
    /// What a mean is weighted by.
    Weight,
    /// Above the line of a ratio.
    Numerator,
    /// Below the line of a ratio.
    Denominator,
}

impl CellRole {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Value,
        Self::Weight,
        Self::Numerator,
        Self::Denominator,
    ];

    /// The word of `fact_sources`.
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

/// A cell that was sent, and how it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct TracedCell {
    /// What it is in its fact.
    pub part: CellRole,
    /// The report.
    pub report: Arc<SentReport>,
    /// Sheet; none for CSV.
    pub sheet: Option<Arc<str>>,
    /// Cell, as `A1`.
    pub cell: Arc<str>,
    /// Vintage and code of the unit that the value is of, as it was reported.
    pub unit: (Arc<str>, Arc<str>),
    /// The indicator it was read as.
    pub indicator: Arc<str>,
    /// Scenario of its column.
    pub scenario: Arc<str>,
    /// Why this one counts.
    pub choice: CellChoice,
    /// The text as read.
    pub raw: Option<Arc<str>>,
    /// The unit of measure that counted, as read; none where nothing was stated.
    pub unit_read: Option<Arc<str>>,
    /// Unit of measure of the catalogue.
    pub measure_unit: Option<Arc<str>>,
    /// How the text became the value; none where it is no number (a mark, a blank).
    pub conversion: Option<Conversion>,
    /// In the catalogue's unit.
    pub value: Option<Decimal>,
    /// SDMX `OBS_STATUS`.
    pub status: Arc<str>,
    /// What was found of the cell, by reading it or by a rule.
    pub findings: Vec<Arc<Finding>>,
    /// What else states the same, and does not count.
    pub others: Vec<AlternativeCell>,
}

/// A number that was read, and the factor that brought it to the catalogue's unit of measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conversion {
    /// The number as read.
    pub number: Decimal,
    /// What it was multiplied by.
    pub factor: Decimal,
}

/// Why an observation counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellChoice {
    /// It is of the scenario that was asked for.
    Asked,
    /// Of the best figures: an actual goes before an estimate.
    Actual,
    /// Of the best figures: no actual has a value.
    EstimateInstead,
    /// Of the best figures: an actual without a value, and there is no estimate.
    ActualWithoutValue,
}

impl CellChoice {
    /// The word of the machine-readable form.
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
    /// How that vintage was decided.
    pub vintage_evidence: Option<Arc<str>>,
    /// The body that sent it, if named.
    pub reporter: Option<Arc<str>>,
    /// Number of the version, from 1.
    pub revision: i64,
    /// Whether it is the version that counts.
    pub is_current: bool,
    /// The file, relative to its inbox.
    pub file_name: Arc<str>,
    /// Hash of the file.
    pub sha256: Arc<str>,
    /// When it came.
    pub received_at: Option<jiff::Timestamp>,
}

/// Another statement of what an observation states.
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

/// Why a statement does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotCounted {
    /// Its report was replaced by a later version, or another reporter goes first.
    Superseded,
    /// Of the best figures, the other scenario goes first.
    OtherScenario,
    /// The total counts as the indicator's home form states it.
    OtherForm,
    /// Of several reports that state it another goes first, which ends later or is longer.
    OtherReport,
}

impl NotCounted {
    /// The word of the machine-readable form.
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
