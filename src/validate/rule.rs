//! Rules as data: `rules.toml`.

use rust_decimal::Decimal;
use serde::Deserialize;
use toml::Spanned;

use super::expression::{Operand, parse_expression};
use crate::diagnostic::Severity;

/// `rules.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRules {
    /// The rules.
    #[serde(default)]
    pub rule: Vec<RawRule>,
}

/// One rule as its file states it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRule {
    /// Identifier.
    pub id: Spanned<String>,
    /// Form whose reports it judges.
    pub form: Spanned<String>,
    /// Severity of its findings.
    pub severity: Severity,
    /// How it judges.
    pub kind: RawKind,
    /// SQL over operands, for kind `expression`.
    pub expression: Option<Spanned<String>>,
    /// How far two figures may be apart.
    pub tolerance: Option<Spanned<String>>,
    /// Differences up to this do not count.
    pub at_least: Option<Spanned<String>>,
    /// What its findings say, in Vietnamese.
    pub message_vi: String,
    /// What its findings say, in English.
    pub message_en: String,
}

/// How a rule judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RawKind {
    /// An SQL expression over operands.
    Expression,
    /// Every indicator of whole numbers is not negative.
    CountsNotNegative,
    /// Derived columns agree with the loaded ones.
    Comparison,
    /// The actual agrees with the estimate sent a year before.
    Revision,
    /// The sectors of the first level add up to the total.
    SumOfSectors,
    /// The sectors of the second level do not exceed their sector.
    PartsOfSectors,
}

/// A rule, ready to be run.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Identifier.
    pub id: String,
    /// Form whose reports it judges.
    pub form: String,
    /// Severity of its findings.
    pub severity: Severity,
    /// How it judges.
    pub kind: RuleKind,
    /// How it judges, as people read it: the expression as written, or a sentence.
    pub statement: String,
    /// What its findings say, in Vietnamese.
    pub message_vi: String,
    /// What its findings say, in English.
    pub message_en: String,
}

/// How a rule judges, with what it needs.
#[derive(Debug, Clone)]
pub enum RuleKind {
    /// SQL in which `v0`, `v1` … stand for the operands.
    Expression {
        /// The SQL.
        sql: String,
        /// The operands, the first written first.
        operands: Vec<Operand>,
    },
    /// Every indicator of whole numbers is not negative.
    CountsNotNegative,
    /// Derived columns agree with the loaded ones.
    Comparison {
        /// Percentage points.
        tolerance: Decimal,
    },
    /// The actual agrees with the estimate sent a year before.
    Revision {
        /// Share of the estimate.
        tolerance: Decimal,
        /// Differences up to this do not count.
        at_least: Decimal,
    },
    /// The sectors of the first level add up to the total.
    SumOfSectors,
    /// The sectors of the second level do not exceed their sector.
    PartsOfSectors,
}

impl Rule {
    /// Checks a rule. `is_indicator` and `is_form` know the catalogue.
    ///
    /// # Errors
    /// The byte offset in the file and a sentence.
    pub fn compile(
        raw: &RawRule,
        is_indicator: impl Fn(&str) -> bool,
        is_form: impl Fn(&str) -> bool,
    ) -> Result<Self, (usize, String)> {
        let number = |value: &Option<Spanned<String>>, name: &str| match value {
            Some(text) => Decimal::from_str_exact(text.get_ref()).map_err(|_| {
                (
                    text.span().start,
                    format!("`{}` of `{name}` is no number", text.get_ref()),
                )
            }),
            None => Err((
                raw.id.span().start,
                format!("the rule `{}` needs `{name}`", raw.id.get_ref()),
            )),
        };
        if !is_form(raw.form.get_ref()) {
            return Err((
                raw.form.span().start,
                format!("the form `{}` is not declared", raw.form.get_ref()),
            ));
        }
        let kind = match raw.kind {
            RawKind::Expression => {
                let text = raw.expression.as_ref().ok_or_else(|| {
                    (
                        raw.id.span().start,
                        format!("the rule `{}` needs `expression`", raw.id.get_ref()),
                    )
                })?;
                let (sql, operands) = parse_expression(text.get_ref(), &is_indicator)
                    .map_err(|e| (text.span().start, e))?;
                if let Some(form) = operands
                    .iter()
                    .filter_map(|o| o.form.as_ref())
                    .find(|f| !is_form(f))
                {
                    return Err((
                        text.span().start,
                        format!("the form `{form}` is not declared"),
                    ));
                }
                RuleKind::Expression { sql, operands }
            }
            RawKind::CountsNotNegative => RuleKind::CountsNotNegative,
            RawKind::Comparison => RuleKind::Comparison {
                tolerance: number(&raw.tolerance, "tolerance")?,
            },
            RawKind::Revision => RuleKind::Revision {
                tolerance: number(&raw.tolerance, "tolerance")?,
                at_least: number(&raw.at_least, "at_least")?,
            },
            RawKind::SumOfSectors => RuleKind::SumOfSectors,
            RawKind::PartsOfSectors => RuleKind::PartsOfSectors,
        };
        Ok(Self {
            id: raw.id.get_ref().clone(),
            form: raw.form.get_ref().clone(),
            severity: raw.severity,
            statement: statement(raw, &kind),
            kind,
            message_vi: raw.message_vi.clone(),
            message_en: raw.message_en.clone(),
        })
    }
}

/// What a rule demands, in words.
fn statement(raw: &RawRule, kind: &RuleKind) -> String {
    match kind {
        RuleKind::Expression { .. } => {
            let text = raw.expression.as_ref().map(Spanned::get_ref);
            text.cloned().unwrap_or_default()
        }
        RuleKind::CountsNotNegative => "every indicator of whole numbers >= 0".to_owned(),
        RuleKind::Comparison { tolerance } => {
            format!("comparison columns agree with the loaded ones within {tolerance} points")
        }
        RuleKind::Revision {
            tolerance,
            at_least,
        } => format!(
            "the actual agrees with the estimate sent a year before within {tolerance} of it; \
             differences up to {at_least} do not count"
        ),
        RuleKind::SumOfSectors => "the sectors of the first level add up to the total".to_owned(),
        RuleKind::PartsOfSectors => {
            "the sectors of the second level do not exceed theirs".to_owned()
        }
    }
}
