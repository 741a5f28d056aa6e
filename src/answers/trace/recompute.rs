//! Computes a number again from its cells, with the arithmetic of the models: in millionths, rounded half away from
//! zero where the lake stores a value, and only there.

use rust_decimal::Decimal;

use super::leaf::CellRole;
use super::node::{Fact, Node, PrintedOrigin, TracedIndicator};
use crate::normalize::{VALUE_SCALE, lake_decimal};
use crate::period::Period;
use crate::plan::Measure;

/// One, in millionths.
const ONE: i128 = 1_000_000;

/// The value of a node, computed from the values of its leaves alone; none if they give no value.
#[must_use]
pub fn recompute(node: &Node) -> Option<Decimal> {
    match node {
        Node::Printed(printed) => match &printed.made {
            PrintedOrigin::Unsaid => None,
            PrintedOrigin::Stated(_) => printed.value,
            PrintedOrigin::Passing(test) => {
                let passes = |part: &&Node| recompute(part).is_some_and(|value| test.passes(value));
                let entering = printed.children.iter().filter(|part| part.enters());
                Some(entering.filter(passes).count().into())
            }
            PrintedOrigin::Figure => printed.children.first().and_then(recompute),
            PrintedOrigin::Computed(computation) => {
                let operands = printed.children.iter().map(recompute);
                let operands = operands.collect::<Option<Vec<_>>>()?;
                computation.of(&operands).map(|value| value.normalize())
            }
            PrintedOrigin::Counted => Some(Decimal::from(printed.children.len())),
        },
        Node::Figure(figure) => together(&figure.subject.indicator, &figure.children)?.value(),
        Node::Fact(fact) => whole(fact)?.value(),
        Node::Observation(observation) => observation.stated().map(|value| value.normalize()),
        Node::Item(_) => None,
    }
}

/// A figure and what the next level needs of it. All in millionths.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    value: i128,
    /// Of a mean: value × weight, over weight; none if it has no weight. Of a ratio: its numerator and denominator.
    quotient: Option<Quotient>,
}

/// A fraction that is not divided yet.
#[derive(Debug, Clone, Copy, Default)]
struct Quotient {
    numerator: i128,
    denominator: i128,
}

impl Sums {
    fn value(self) -> Option<Decimal> {
        let value = Decimal::try_from_i128_with_scale(self.value, VALUE_SCALE).ok()?;
        Some(value.normalize())
    }
}

/// A fact; none if it has no value or cannot exist.
fn whole(fact: &Fact) -> Option<Sums> {
    let indicator = &fact.subject.indicator;
    let own = fact
        .children
        .iter()
        .any(|c| matches!(c, Node::Observation(_)));
    if !own {
        return together(indicator, &fact.children);
    }
    if fact.is_of_shorter_periods() {
        return of_shorter_periods(fact);
    }
    let part = |part: CellRole| cells(fact, part).next().map(|(_, value)| value);
    match indicator.measure {
        Measure::Stock | Measure::Flow => {
            let value = part(CellRole::Value)?;
            Some(Sums {
                value,
                quotient: None,
            })
        }
        Measure::Mean { .. } => {
            let value = part(CellRole::Value)?;
            let quotient = match part(CellRole::Weight) {
                Some(0) => return None,
                Some(weight) => Some(Quotient {
                    numerator: rounded_division(value.checked_mul(weight)?, ONE)?,
                    denominator: weight,
                }),
                None => None,
            };
            Some(Sums { value, quotient })
        }
        Measure::Ratio { .. } => {
            let quotient = Quotient {
                numerator: part(CellRole::Numerator)?,
                denominator: part(CellRole::Denominator)?,
            };
            divided(indicator, quotient)
        }
    }
}

/// The cells of a fact in one role that have a value, with the periods that they speak of.
fn cells(fact: &Fact, part: CellRole) -> impl Iterator<Item = (Option<Period>, i128)> {
    fact.children.iter().filter_map(move |child| match child {
        Node::Observation(o) if o.part == part => {
            Some((o.period.parse().ok(), lake_decimal(o.stated()?)))
        }
        _ => None,
    })
}

/// A figure made of those of shorter periods. Of a stock only the last is among its cells, so all of them are added up.
fn of_shorter_periods(fact: &Fact) -> Option<Sums> {
    let indicator = &fact.subject.indicator;
    let added = |part: CellRole| {
        let mut all = cells(fact, part).map(|(_, value)| value);
        let first = all.next()?;
        all.try_fold(first, i128::checked_add)
    };
    match indicator.measure {
        Measure::Stock | Measure::Flow => Some(Sums {
            value: added(CellRole::Value)?,
            quotient: None,
        }),
        Measure::Mean { .. } => {
            let weights: Vec<(Option<Period>, i128)> = cells(fact, CellRole::Weight).collect();
            let mut sum = Quotient::default();
            for (period, value) in cells(fact, CellRole::Value) {
                let (_, weight) = weights.iter().find(|(of, _)| *of == period)?;
                let numerator = rounded_division(value.checked_mul(*weight)?, ONE)?;
                sum.numerator = sum.numerator.checked_add(numerator)?;
                sum.denominator = sum.denominator.checked_add(*weight)?;
            }
            let value = divided(indicator, sum)?.value;
            let weight = weight_of_whole(&weights, indicator.weight_adds_up)?;
            let quotient = Some(Quotient {
                numerator: rounded_division(value.checked_mul(weight)?, ONE)?,
                denominator: weight,
            });
            Some(Sums { value, quotient })
        }
        Measure::Ratio { .. } => {
            let quotient = Quotient {
                numerator: added(CellRole::Numerator)?,
                denominator: added(CellRole::Denominator)?,
            };
            divided(indicator, quotient)
        }
    }
}

/// The weight of a whole period from all cells that state one in it: of periods within each other the longest counts.
fn weight_of_whole(weights: &[(Option<Period>, i128)], adds_up: bool) -> Option<i128> {
    let holds = |a: Period, b: Period| a != b && a.start() <= b.start() && b.end() <= a.end();
    let mut parts: Vec<(Period, i128)> = Vec::new();
    for (period, weight) in weights {
        let period = (*period)?;
        if !weights
            .iter()
            .any(|(other, _)| other.is_some_and(|other| holds(other, period)))
        {
            parts.push((period, *weight));
        }
    }
    if adds_up {
        return parts
            .iter()
            .try_fold(0_i128, |sum, (_, weight)| sum.checked_add(*weight));
    }
    parts
        .into_iter()
        .max_by_key(|(period, _)| period.end())
        .map(|(_, weight)| weight)
}

/// Puts parts together: those that have everything their measure needs.
fn together(indicator: &TracedIndicator, parts: &[Node]) -> Option<Sums> {
    let entering = parts.iter().filter_map(|part| match part {
        Node::Fact(fact) => whole(fact),
        _ => None,
    });
    if matches!(indicator.measure, Measure::Stock | Measure::Flow) {
        let mut sum = None;
        for part in entering {
            sum = Some(sum.unwrap_or(0_i128).checked_add(part.value)?);
        }
        return sum.map(|value| Sums {
            value,
            quotient: None,
        });
    }
    let mut sum: Option<Quotient> = None;
    for part in entering.filter_map(|part| part.quotient) {
        let so_far = sum.unwrap_or_default();
        sum = Some(Quotient {
            numerator: so_far.numerator.checked_add(part.numerator)?,
            denominator: so_far.denominator.checked_add(part.denominator)?,
        });
    }
    divided(indicator, sum?)
}

/// A mean or ratio from its numerator and denominator; none if the denominator is zero.
fn divided(indicator: &TracedIndicator, quotient: Quotient) -> Option<Sums> {
    let scaled = quotient
        .numerator
        .checked_mul(i128::from(indicator.scale))?;
    let value = rounded_division(scaled.checked_mul(ONE)?, quotient.denominator)?;
    let quotient = Some(quotient);
    Some(Sums { value, quotient })
}

/// The quotient, rounded half away from zero; none if the denominator is zero.
fn rounded_division(numerator: i128, denominator: i128) -> Option<i128> {
    let quotient = numerator.checked_div(denominator)?;
    let rest = numerator.checked_rem(denominator)?;
    let same_sign = (numerator < 0) == (denominator < 0);
    let away = if same_sign { 1 } else { -1 };
    let half = rest.unsigned_abs().checked_mul(2)? >= denominator.unsigned_abs();
    quotient.checked_add(if half { away } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::rounded_division;

    #[test]
    fn halves_go_away_from_zero() {
        for (numerator, denominator, wanted) in [
            (5, 2, Some(3)),
            (-5, 2, Some(-3)),
            (5, -2, Some(-3)),
            (4, 3, Some(1)),
            (-4, 3, Some(-1)),
            (-1, 3, Some(0)),
            (0, 7, Some(0)),
            (1, 0, None),
        ] {
            assert_eq!(
                rounded_division(numerator, denominator),
                wanted,
                "{numerator} / {denominator}"
            );
        }
    }
}
