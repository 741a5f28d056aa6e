//! From a rule as its file states it to one that can be run.

use rust_decimal::Decimal;
use toml::Spanned;

use super::expression::parse_expression;
use super::rule::{RawKind, RawRule, Rule, RuleKind};
use super::sound::{RuleScope, Unsound, check};

/// The remedy for most mistakes in the file of rules.
const HEAD: &str = "see the head of rules.toml for what a rule may say";

impl Rule {
    /// Checks a rule and prepares it to be run.
    ///
    /// # Errors
    /// What is wrong with it. A rule that can never be decided, never fail or never pass is wrong too, if that can be
    /// proved.
    pub fn compile(raw: &RawRule, scope: &RuleScope<'_>) -> Result<Self, Unsound> {
        let form = raw.form.get_ref();
        if !scope.forms.iter().any(|f| f.code == *form) {
            let message = format!("the form `{form}` is not declared");
            return Err(unsound(raw.form.span().start, message));
        }
        check_parameters(raw)?;
        let (kind, offset) = kind_of(raw, scope)?;
        check(raw.id.get_ref(), form, &kind, scope).map_err(|(message, remedy)| Unsound {
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

fn unsound(offset: usize, message: String) -> Unsound {
    Unsound {
        offset,
        message,
        remedy: HEAD.to_owned(),
    }
}

/// Refuses parameters that the kind of the rule does not have.
fn check_parameters(raw: &RawRule) -> Result<(), Unsound> {
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
    Ok(())
}

/// The kind of a rule with its parameters, and the offset in the file of what a mistake in them is about.
fn kind_of(raw: &RawRule, scope: &RuleScope<'_>) -> Result<(RuleKind, usize), Unsound> {
    let needs = |name: &str| {
        let message = format!("the rule `{}` needs `{name}`", raw.id.get_ref());
        unsound(raw.id.span().start, message)
    };
    let number = |value: &Option<Spanned<String>>, name: &str| match value {
        Some(text) => Decimal::from_str_exact(text.get_ref()).map_err(|_| {
            let message = format!("`{}` of `{name}` is not a number", text.get_ref());
            unsound(text.span().start, message)
        }),
        None => Err(needs(name)),
    };
    let mut offset = raw.kind.span().start;
    let kind = match raw.kind.get_ref() {
        RawKind::Expression => {
            let text = raw.expression.as_ref().ok_or_else(|| needs("expression"))?;
            offset = text.span().start;
            let is_indicator = |name: &str| scope.indicators.contains_key(name);
            let expression =
                parse_expression(text.get_ref(), is_indicator).map_err(|e| unsound(offset, e))?;
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
    Ok((kind, offset))
}

/// What a rule demands, for people.
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
