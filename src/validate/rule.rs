//! Rules: as `rules.toml` states them, and as they are run.

use rust_decimal::Decimal;
use serde::Deserialize;
use toml::Spanned;

use super::expression::Expression;
use crate::diagnostic::Severity;

/// The file `rules.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRules {
    /// The rules.
    #[serde(default)]
    pub rule: Vec<RawRule>,
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
    /// Differences up to this are ignored.
    pub at_least: Option<Spanned<String>>,
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
    /// The sectors of the first level add up to the total.
    SumOfSectors,
    /// The sectors of the second level do not exceed their parent.
    PartsOfSectors,
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
    /// The sectors of the first level add up to the total.
    SumOfSectors,
    /// The sectors of the second level do not exceed their parent.
    PartsOfSectors,
}

impl RuleKind {
    /// Whether the rule also reads other reports than the one it judges.
    #[must_use]
    pub fn depends_on_others(&self) -> bool {
        match self {
            Self::Expression(expression) => expression.operands.iter().any(|o| o.form.is_some()),
            Self::Revision { .. } => true,
            Self::CountsNotNegative
            | Self::Comparison { .. }
            | Self::SumOfSectors
            | Self::PartsOfSectors => false,
        }
    }
}
