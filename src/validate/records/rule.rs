//! Rules over the records of lists and over their totals, as `rules.toml` states them and as they are run.

use rust_decimal::Decimal;
use serde::Deserialize;
use toml::Spanned;

use crate::diagnostic::Severity;
use crate::extract::Scenario;

/// A rule over a list as its file states it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRecordRule {
    /// Identifier.
    pub id: Spanned<String>,
    /// The form of the list.
    pub form: Spanned<String>,
    /// Severity of its findings.
    pub severity: Severity,
    /// Until the reports of this year, its findings are info.
    pub info_before: Option<i16>,
    /// How it judges.
    pub kind: Spanned<RawRecordKind>,
    /// The column whose cell is named, and which is judged where a kind judges one column.
    pub column: Option<Spanned<String>>,
    /// The columns of a key.
    pub columns: Option<Spanned<Vec<String>>>,
    /// SQL over the columns of the list, and `period_end`, the last day of the report's period.
    pub expression: Option<Spanned<String>>,
    /// What each digit is multiplied by; the digit behind them is checked.
    pub weights: Option<Spanned<Vec<i64>>>,
    /// What the sum is divided by.
    pub modulus: Option<Spanned<i64>>,
    /// What the remainder is taken from.
    pub from: Option<Spanned<i64>>,
    /// A file of the reference data with codes of places; it may be absent.
    pub file: Option<Spanned<String>>,
    /// The table of the list in which the record must stand.
    pub list: Option<Spanned<String>>,
    /// The total of the list that is judged.
    pub indicator: Option<Spanned<String>>,
    /// `FORM:indicator` that it is compared with.
    pub against: Option<Spanned<String>>,
    /// The scenario of that indicator.
    pub scenario: Option<Scenario>,
    /// How far apart the two may be, as a share of the other figure.
    pub tolerance: Option<Spanned<String>>,
    /// The least that the total must be.
    pub at_least: Option<Spanned<String>>,
    /// Message of its findings, in Vietnamese.
    pub message_vi: String,
    /// Message of its findings, in English.
    pub message_en: String,
}

/// How a rule over a list judges, as its file names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RawRecordKind {
    /// A condition over the columns of a record.
    Record,
    /// No record of another report has the same key.
    Unique,
    /// The last digit of a code follows from the others.
    CheckDigit,
    /// A code of a place lies in the unit that reports.
    PlaceOfUnit,
    /// The record stands in another list of the unit.
    StandsIn,
    /// A total of the list against another figure of the unit, or against a number.
    Total,
}

/// A checked rule over a list.
#[derive(Debug, Clone)]
pub struct RecordRule {
    /// Identifier.
    pub id: String,
    /// The form of the list.
    pub form: String,
    /// The lake's table of the list.
    pub table: String,
    /// Severity of its findings.
    pub severity: Severity,
    /// Until the reports of this year, its findings are info.
    pub info_before: Option<i16>,
    /// The column whose cell is named; empty for totals.
    pub column: String,
    /// How it judges.
    pub kind: RecordRuleKind,
    /// What it demands, for people.
    pub statement: String,
    /// Message of its findings, in Vietnamese.
    pub message_vi: String,
    /// Message of its findings, in English.
    pub message_en: String,
}

/// How a rule over a list judges, with its parameters.
#[derive(Debug, Clone)]
pub enum RecordRuleKind {
    /// A condition over the columns of a record.
    Record {
        /// The condition, in SQL.
        expression: String,
    },
    /// No record of another report of the period has the same values in these columns.
    Unique {
        /// The columns.
        columns: Vec<String>,
    },
    /// The digit behind the weighted ones is `from` less the remainder of their weighted sum.
    CheckDigit {
        /// A weight for each digit.
        weights: Vec<i64>,
        /// What the sum is divided by.
        modulus: i64,
        /// What the remainder is taken from.
        from: i64,
    },
    /// The code of a place lies in the unit that reports.
    PlaceOfUnit {
        /// Code, vintage and unit of each place; none if the file is not there.
        places: Option<Vec<[String; 3]>>,
    },
    /// The record stands in another list of the unit and period.
    StandsIn {
        /// The columns that both lists have.
        columns: Vec<String>,
        /// The table of the other list.
        list: String,
    },
    /// A total of the list against another figure of the unit and period.
    Against {
        /// The total.
        indicator: String,
        /// The form and indicator of the other figure, and its scenario.
        other: (String, String, Scenario),
        /// How far apart the two may be, as a share of the other.
        tolerance: Decimal,
    },
    /// A total of the list is at least a number.
    AtLeast {
        /// The total.
        indicator: String,
        /// The number.
        least: Decimal,
    },
}

impl RecordRule {
    /// The severity of its findings in a report of a year.
    #[must_use]
    pub fn severity_in(&self, year: i16) -> Severity {
        match self.info_before {
            Some(before) if year < before => Severity::Info,
            _ => self.severity,
        }
    }

    /// Whether it reads the records themselves, not only their totals.
    #[must_use]
    pub fn reads_records(&self) -> bool {
        !matches!(
            self.kind,
            RecordRuleKind::Against { .. } | RecordRuleKind::AtLeast { .. }
        )
    }
}
