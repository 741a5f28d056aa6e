//! Rules as data: `rules.toml`.

use rust_decimal::Decimal;
use serde::Deserialize;
use toml::Spanned;

use super::expression::{Expression, parse_expression};
use super::sound::{Subject, Unsound, check};
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
    /// What becomes of a report that fails it.
    #[serde(default)]
    pub on_fail: OnFail,
    /// How it judges.
    pub kind: Spanned<RawKind>,
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

/// What becomes of a report that fails a rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnFail {
    /// It is loaded; a finding says what is wrong.
    #[default]
    Flag,
    /// It is held back, which is an error whatever the rule's severity: its values count nowhere, and an earlier
    /// version does, if there is one.
    Hold,
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
    /// What becomes of a report that fails it.
    pub on_fail: OnFail,
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
    /// An SQL expression over operands.
    Expression(Expression),
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

/// What the head of the file of rules tells.
const HEAD: &str = "see the head of rules.toml for what a rule may say";

impl RuleKind {
    /// Whether the rule looks into other reports than the one it judges.
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

impl Rule {
    /// Checks a rule.
    ///
    /// # Errors
    /// What is wrong, also when it is proved that the rule can never be decided, never fail or never pass.
    pub fn compile(raw: &RawRule, subject: &Subject<'_>) -> Result<Self, Unsound> {
        let unsound = |offset: usize, message: String| Unsound {
            offset,
            message,
            remedy: HEAD.to_owned(),
        };
        let needs = |name: &str| {
            let message = format!("the rule `{}` needs `{name}`", raw.id.get_ref());
            unsound(raw.id.span().start, message)
        };
        let number = |value: &Option<Spanned<String>>, name: &str| match value {
            Some(text) => Decimal::from_str_exact(text.get_ref()).map_err(|_| {
                let message = format!("`{}` of `{name}` is no number", text.get_ref());
                unsound(text.span().start, message)
            }),
            None => Err(needs(name)),
        };
        let form = raw.form.get_ref();
        if !subject.forms.iter().any(|f| f.code == *form) {
            let message = format!("the form `{form}` is not declared");
            return Err(unsound(raw.form.span().start, message));
        }
        let takes: &[&str] = match raw.kind.get_ref() {
            RawKind::Expression => &["expression"],
            RawKind::Comparison => &["tolerance"],
            RawKind::Revision => &["tolerance", "at_least"],
            RawKind::CountsNotNegative | RawKind::SumOfSectors | RawKind::PartsOfSectors => &[],
        };
        let given = [
            ("expression", &raw.expression),
            ("tolerance", &raw.tolerance),
            ("at_least", &raw.at_least),
        ];
        for (name, value) in given {
            if let Some(value) = value.as_ref().filter(|_| !takes.contains(&name)) {
                let message = format!("a rule of this kind takes no `{name}`");
                return Err(unsound(value.span().start, message));
            }
        }
        let mut offset = raw.kind.span().start;
        let kind = match raw.kind.get_ref() {
            RawKind::Expression => {
                let text = raw.expression.as_ref().ok_or_else(|| needs("expression"))?;
                offset = text.span().start;
                let is_indicator = |name: &str| subject.indicators.contains_key(name);
                let expression = parse_expression(text.get_ref(), is_indicator)
                    .map_err(|e| unsound(offset, e))?;
                RuleKind::Expression(expression)
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
        check(raw.id.get_ref(), form, &kind, subject).map_err(|(message, remedy)| Unsound {
            offset,
            message,
            remedy: remedy.to_owned(),
        })?;
        Ok(Self {
            id: raw.id.get_ref().clone(),
            form: form.clone(),
            severity: raw.severity,
            on_fail: raw.on_fail,
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
        RuleKind::Expression(_) => {
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
