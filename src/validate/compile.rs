//! From a rule as its file states it to one that can be run.

use rust_decimal::Decimal;
use toml::Spanned;

use super::expression::parse_expression;
use super::parameters::{check_names, count, needed, number, number_that, published, unsound};
use super::rule::{Against, RawKind, RawRule, Rule, RuleBreakdown, RuleKind};
use super::sound::{RuleScope, Unsound, check};
use super::statement::statement;
use crate::text::Bilingual;

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
        check_names(raw)?;
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

/// The kind of a rule with its parameters, and the offset in the file of what a mistake in them is about.
fn kind_of(raw: &RawRule, scope: &RuleScope<'_>) -> Result<(RuleKind, usize), Unsound> {
    let mut offset = raw.kind.span().start;
    let kind = match raw.kind.get_ref() {
        RawKind::Expression => {
            let text = needed(raw, "expression", raw.expression.as_ref())?;
            offset = text.span().start;
            let is_indicator = |name: &str| scope.indicators.contains_key(name);
            let mut expression =
                parse_expression(text.get_ref(), is_indicator).map_err(|e| unsound(offset, e))?;
            for operand in &mut expression.operands {
                operand.members = scope.members_of(&operand.members);
            }
            RuleKind::Expression(expression)
        }
        RawKind::CountsNotNegative => RuleKind::CountsNotNegative,
        RawKind::Comparison => RuleKind::Comparison {
            tolerance: number(raw, "tolerance", raw.tolerance.as_ref())?,
        },
        RawKind::Revision => RuleKind::Revision {
            tolerance: number(raw, "tolerance", raw.tolerance.as_ref())?,
            at_least: number(raw, "at_least", raw.at_least.as_ref())?,
        },
        RawKind::SumOfMembers => RuleKind::SumOfMembers {
            breakdown: breakdown(raw, scope)?,
            tolerance: match &raw.tolerance {
                None => Decimal::ZERO,
                some => number_that(
                    raw,
                    "tolerance",
                    some.as_ref(),
                    |n| n >= Decimal::ZERO,
                    "0 or more",
                )?,
            },
        },
        RawKind::ShorterPeriods => {
            let or_zero = |name: &str, value: &Option<Spanned<String>>| match value {
                None => Ok(Decimal::ZERO),
                some => number_that(
                    raw,
                    name,
                    some.as_ref(),
                    |n| n >= Decimal::ZERO,
                    "0 or more",
                ),
            };
            RuleKind::ShorterPeriods {
                tolerance: or_zero("tolerance", &raw.tolerance)?,
                at_least: or_zero("at_least", &raw.at_least)?,
            }
        }
        RawKind::PartsOfMembers => RuleKind::PartsOfMembers {
            breakdown: breakdown(raw, scope)?,
        },
        RawKind::Copy => RuleKind::Copy {
            of: *needed(raw, "of", raw.of.as_ref())?.get_ref(),
            scenario: raw.scenario.as_ref().map(|scenario| *scenario.get_ref()),
            at_least: count(raw, "at_least", raw.at_least.as_ref())?,
            above: number_that(
                raw,
                "above",
                raw.above.as_ref(),
                |n| n >= Decimal::ZERO,
                "0 or more",
            )?,
        },
        RawKind::Empty => RuleKind::Empty {
            at_least: count(raw, "at_least", raw.at_least.as_ref())?,
        },
        RawKind::Share => RuleKind::Share {
            indicator: needed(raw, "indicator", raw.indicator.as_ref())?
                .get_ref()
                .clone(),
            at_most: number_that(
                raw,
                "at_most",
                raw.at_most.as_ref(),
                |n| n > Decimal::ZERO && n < Decimal::ONE,
                "a share between 0 and 1",
            )?,
            published: published(raw)?,
        },
        RawKind::Factor => factor(raw)?,
    };
    Ok((kind, offset))
}

/// The breakdown that a rule names.
fn breakdown(raw: &RawRule, scope: &RuleScope<'_>) -> Result<RuleBreakdown, Unsound> {
    let named = needed(raw, "breakdown", raw.breakdown.as_ref())?;
    let mut all = scope.breakdowns.iter().enumerate();
    let found = all.find(|(_, b)| b.id == named.get_ref() && !b.levels.is_empty());
    let (index, breakdown) = found.ok_or_else(|| {
        let message = format!("the pipeline has no breakdown `{}`", named.get_ref());
        unsound(named.span().start, message)
    })?;
    let others = scope.breakdowns.iter().filter(|b| b.id != breakdown.id);
    Ok(RuleBreakdown {
        index,
        id: breakdown.id.to_owned(),
        name: Bilingual::new(breakdown.name_vi, breakdown.list),
        list: breakdown.list.to_owned(),
        others: others.map(|b| b.id.to_owned()).collect(),
        indicators: scope.broken_down(raw.form.get_ref(), index),
        columns: scope.members_in_columns(raw.form.get_ref(), index),
    })
}

/// A rule of the kind `factor`.
fn factor(raw: &RawRule) -> Result<RuleKind, Unsound> {
    let of = *needed(raw, "of", raw.of.as_ref())?.get_ref();
    let indicators = needed(raw, "indicators", raw.indicators.as_ref())?;
    if indicators.get_ref().is_empty() {
        let message = "`indicators` names none".to_owned();
        return Err(unsound(indicators.span().start, message));
    }
    let above_one = |n: Decimal| n > Decimal::ONE;
    let units = match (of, &raw.units) {
        // The median of two is as far from one as from the other.
        (Against::OtherUnits, units) => number_that(
            raw,
            "units",
            units.as_ref(),
            |n| n.is_integer() && n >= Decimal::from(3),
            "a whole number, 3 or more",
        )?,
        (_, None) => Decimal::ZERO,
        (_, Some(units)) => {
            let message = "`units` is only for `of = \"other-units\"`".to_owned();
            return Err(unsound(units.span().start, message));
        }
    };
    Ok(RuleKind::Factor {
        of,
        indicators: indicators.get_ref().clone(),
        factor: number_that(
            raw,
            "factor",
            raw.factor.as_ref(),
            above_one,
            "greater than 1",
        )?,
        units,
    })
}
