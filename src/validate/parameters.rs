//! The parameters of a rule: which ones its kind takes, and what they may be.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use toml::Spanned;

use super::rule::{RawKind, RawRule};
use super::sound::Unsound;

/// The remedy for most mistakes in the file of rules.
const HEAD: &str = "see the head of rules.toml for what a rule may say";

/// A mistake at a byte offset of the file of rules.
pub(super) fn unsound(offset: usize, message: String) -> Unsound {
    Unsound {
        offset,
        message,
        remedy: HEAD.to_owned(),
    }
}

/// Where the parameter begins in the file, if the rule has it.
fn start<T>(parameter: Option<&Spanned<T>>) -> Option<usize> {
    parameter.map(|value| value.span().start)
}

/// Refuses parameters that the kind of the rule does not have.
pub(super) fn check_names(raw: &RawRule) -> Result<(), Unsound> {
    let takes: &[&str] = match raw.kind.get_ref() {
        RawKind::Expression => &["expression"],
        RawKind::Comparison => &["tolerance"],
        RawKind::Revision => &["tolerance", "at_least"],
        RawKind::Copy => &["of", "scenario", "at_least", "above"],
        RawKind::Empty => &["at_least"],
        RawKind::Share => &["indicator", "at_most", "published"],
        RawKind::Factor => &["of", "indicators", "factor", "units"],
        RawKind::SumOfMembers => &["breakdown", "tolerance"],
        RawKind::PartsOfMembers => &["breakdown"],
        RawKind::ShorterPeriods => &["tolerance", "at_least"],
        RawKind::CountsNotNegative => &[],
    };
    let given = [
        ("expression", start(raw.expression.as_ref())),
        ("tolerance", start(raw.tolerance.as_ref())),
        ("at_least", start(raw.at_least.as_ref())),
        ("above", start(raw.above.as_ref())),
        ("of", start(raw.of.as_ref())),
        ("scenario", start(raw.scenario.as_ref())),
        ("breakdown", start(raw.breakdown.as_ref())),
        ("indicator", start(raw.indicator.as_ref())),
        ("indicators", start(raw.indicators.as_ref())),
        ("at_most", start(raw.at_most.as_ref())),
        ("published", start(raw.published.as_ref())),
        ("factor", start(raw.factor.as_ref())),
        ("units", start(raw.units.as_ref())),
    ];
    for (name, offset) in given {
        if let Some(offset) = offset.filter(|_| !takes.contains(&name)) {
            let message = format!("a rule of this kind takes no `{name}`");
            return Err(unsound(offset, message));
        }
    }
    Ok(())
}

/// A parameter that the rule must have.
pub(super) fn needed<'r, T>(
    raw: &RawRule,
    name: &str,
    value: Option<&'r Spanned<T>>,
) -> Result<&'r Spanned<T>, Unsound> {
    value.ok_or_else(|| {
        let message = format!("the rule `{}` needs `{name}`", raw.id.get_ref());
        unsound(raw.id.span().start, message)
    })
}

/// A number that the rule must have.
pub(super) fn number(
    raw: &RawRule,
    name: &str,
    value: Option<&Spanned<String>>,
) -> Result<Decimal, Unsound> {
    let text = needed(raw, name, value)?;
    Decimal::from_str_exact(text.get_ref()).map_err(|_| {
        let message = format!("`{}` of `{name}` is not a number", text.get_ref());
        unsound(text.span().start, message)
    })
}

/// A number that the rule must have and that must be `so`, which `words` say.
pub(super) fn number_that(
    raw: &RawRule,
    name: &str,
    value: Option<&Spanned<String>>,
    so: impl Fn(Decimal) -> bool,
    words: &str,
) -> Result<Decimal, Unsound> {
    let number = number(raw, name, value)?;
    if so(number) {
        return Ok(number);
    }
    let offset = start(value).unwrap_or_default();
    Err(unsound(offset, format!("`{name}` must be {words}")))
}

/// How many there must be: a whole number, 1 or more.
pub(super) fn count(
    raw: &RawRule,
    name: &str,
    value: Option<&Spanned<String>>,
) -> Result<Decimal, Unsound> {
    let is_count = |n: Decimal| n.is_integer() && n >= Decimal::ONE;
    number_that(raw, name, value, is_count, "a whole number, 1 or more")
}

/// What was published for the country, by year. A rule may do without.
pub(super) fn published(raw: &RawRule) -> Result<BTreeMap<i16, Decimal>, Unsound> {
    let Some(given) = &raw.published else {
        return Ok(BTreeMap::new());
    };
    let parsed = given.get_ref().iter().map(|(year, value)| {
        let year_number = year.parse().ok().filter(|y| (1000..=9999).contains(y));
        let value_number = Decimal::from_str_exact(value).ok();
        let both = year_number.zip(value_number.filter(|v| *v > Decimal::ZERO));
        both.ok_or_else(|| {
            let message = format!("`{year}` and `{value}` are not a year and a positive number");
            unsound(given.span().start, message)
        })
    });
    parsed.collect()
}
