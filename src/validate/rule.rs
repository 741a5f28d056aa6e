//! Rules: as `rules.toml` states them, and as they are run.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Deserialize;
use toml::Spanned;

use super::expression::Expression;
use super::records::RawRecordRule;
use crate::diagnostic::Severity;
use crate::extract::Scenario;
use crate::text::Bilingual;

/// The file `rules.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRules {
    /// The rules.
    #[serde(default)]
    pub rule: Vec<RawRule>,
    /// The rules over records of lists and over their totals.
    #[serde(default)]
    pub record_rule: Vec<RawRecordRule>,
}

/// A rule as its file states it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRule {
    /// Identifier.
    pub id: Spanned<String>,
    /// Form whose reports it judges.
    pub form: Spanned<String>,
    /// Severity of its findings.
    pub severity: Severity,
    /// What happens to a report that fails it.
    #[serde(default)]
    pub on_fail: OnFail,
    /// How it judges.
    pub kind: Spanned<RawKind>,
    /// SQL over operands, for the kind `expression`.
    pub expression: Option<Spanned<String>>,
    /// How much two figures may differ.
    pub tolerance: Option<Spanned<String>>,
    /// Differences up to this are ignored (`revision`); or how many values it takes to say something of a column (`copy`,
    /// `empty`).
    pub at_least: Option<Spanned<String>>,
    /// Only values above this are counted for `at_least`.
    pub above: Option<Spanned<String>>,
    /// What the figures are compared with.
    pub of: Option<Spanned<Against>>,
    /// Only columns of this scenario are judged.
    pub scenario: Option<Spanned<Scenario>>,
    /// The breakdown whose members are added up.
    pub breakdown: Option<Spanned<String>>,
    /// The indicator whose share is judged.
    pub indicator: Option<Spanned<String>>,
    /// The indicators judged, each by itself.
    pub indicators: Option<Spanned<Vec<String>>>,
    /// The greatest share of the country, between 0 and 1.
    pub at_most: Option<Spanned<String>>,
    /// What was published for the whole country, by year.
    pub published: Option<Spanned<BTreeMap<String, String>>>,
    /// How many times as great, or as small, a figure may be.
    pub factor: Option<Spanned<String>>,
    /// How many units must state a figure before their median says something.
    pub units: Option<Spanned<String>>,
    /// Message of its findings, in Vietnamese.
    pub message_vi: String,
    /// Message of its findings, in English.
    pub message_en: String,
}

/// What happens to a report that fails a rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnFail {
    /// It counts, with a finding that says what is wrong.
    #[default]
    Flag,
    /// It is held back, which is an error whatever the rule's severity. None of its values count; an earlier revision does,
    /// if there is one.
    Hold,
}

/// How a rule judges, as its file names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RawKind {
    /// An SQL expression over operands.
    Expression,
    /// No indicator of whole numbers is negative.
    CountsNotNegative,
    /// Comparison columns, which the form derives, agree with the loaded columns.
    Comparison,
    /// An actual agrees with the estimate that was sent a year before.
    Revision,
    /// The members of the first level of a breakdown add up to the total.
    SumOfMembers,
    /// The members of the second level of a breakdown do not exceed their parent.
    PartsOfMembers,
    /// A period agrees with the shorter periods within it.
    ShorterPeriods,
    /// A column is not the copy of another.
    Copy,
    /// Not all values of a column are zero or nil.
    Empty,
    /// A figure is no more than a share of the country's.
    Share,
    /// A figure is within a factor of another.
    Factor,
}

/// What the figures of a column are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Against {
    /// The same column in the other units' reports of that form and period.
    OtherUnits,
    /// The same column in the unit's own report of the year before.
    YearBefore,
    /// The column that it stands on, in the same report.
    ColumnBefore,
}

/// A checked rule, ready to be run.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Identifier.
    pub id: String,
    /// Form whose reports it judges.
    pub form: String,
    /// Severity of its findings.
    pub severity: Severity,
    /// What happens to a report that fails it.
    pub on_fail: OnFail,
    /// How it judges.
    pub kind: RuleKind,
    /// What it demands, for people: the expression as written, or a sentence.
    pub statement: String,
    /// Message of its findings, in Vietnamese.
    pub message_vi: String,
    /// Message of its findings, in English.
    pub message_en: String,
}

/// A breakdown whose members a rule adds up.
#[derive(Debug, Clone)]
pub struct RuleBreakdown {
    /// Its index among the breakdowns of the pipeline.
    pub index: usize,
    /// Its id.
    pub id: String,
    /// The words for its members.
    pub name: Bilingual,
    /// The lake's table of its members.
    pub list: String,
    /// The ids of all other breakdowns.
    pub others: Vec<String>,
    /// The indicators that the form breaks down by it.
    pub indicators: Vec<String>,
    /// The members that columns of the form are of.
    pub columns: Vec<String>,
}

/// How a rule judges, with its parameters.
#[derive(Debug, Clone)]
pub enum RuleKind {
    /// An SQL expression over operands.
    Expression(Expression),
    /// No indicator of whole numbers is negative.
    CountsNotNegative,
    /// Comparison columns, which the form derives, agree with the loaded columns.
    Comparison {
        /// Percentage points.
        tolerance: Decimal,
    },
    /// An actual agrees with the estimate that was sent a year before.
    Revision {
        /// Share of the estimate.
        tolerance: Decimal,
        /// Differences up to this are ignored.
        at_least: Decimal,
    },
    /// The members of the first level of a breakdown add up to the total.
    SumOfMembers {
        /// The breakdown.
        breakdown: RuleBreakdown,
        /// How much the sum may differ from the total.
        tolerance: Decimal,
    },
    /// The members of the second level of a breakdown do not exceed their parent.
    PartsOfMembers {
        /// The breakdown.
        breakdown: RuleBreakdown,
    },
    /// What a report says of a period agrees with what the unit reported of the shorter ones within it: flows add up, a stock is
    /// that at the end of the last one. Of several lengths that are all there, the longest is compared.
    ShorterPeriods {
        /// Share of the figure by which they may differ.
        tolerance: Decimal,
        /// Differences up to this are ignored.
        at_least: Decimal,
    },
    /// A column does not have exactly the figures of another. Zero, nil and blank cells do not count.
    Copy {
        /// The columns that it is compared with.
        of: Against,
        /// Only columns of this scenario are judged.
        scenario: Option<Scenario>,
        /// How many values must be the same, over all columns of a report that are copies of one other.
        at_least: Decimal,
        /// Only values above this are counted.
        above: Decimal,
    },
    /// Not all values of a column are zero or nil. Blank cells do not count.
    Empty {
        /// How many values a column must have to be called empty.
        at_least: Decimal,
    },
    /// A figure is no more than a share of the country's best total of the year before the report's.
    Share {
        /// Its indicator.
        indicator: String,
        /// The greatest share, between 0 and 1.
        at_most: Decimal,
        /// What was published for the whole country, by year. The last one up to the year before counts where units are
        /// missing in the total of that year.
        published: BTreeMap<i16, Decimal>,
    },
    /// A figure is at most so many times as great, and as small, as another.
    Factor {
        /// What it is compared with: the median of all units, or the unit's own figure a year earlier.
        of: Against,
        /// Its indicators, each judged by itself.
        indicators: Vec<String>,
        /// How many times.
        factor: Decimal,
        /// How many units must state the figure, where `of` is the other units.
        units: Decimal,
    },
}

impl RuleKind {
    /// Whether the rule also reads other reports than the one it judges.
    #[must_use]
    pub fn depends_on_others(&self) -> bool {
        match self {
            Self::Expression(expression) => expression.operands.iter().any(|o| o.form.is_some()),
            Self::Revision { .. } | Self::Share { .. } | Self::ShorterPeriods { .. } => true,
            Self::Copy { of, .. } | Self::Factor { of, .. } => *of != Against::ColumnBefore,
            Self::CountsNotNegative
            | Self::Comparison { .. }
            | Self::SumOfMembers { .. }
            | Self::PartsOfMembers { .. }
            | Self::Empty { .. } => false,
        }
    }
}
