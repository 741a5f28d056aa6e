//! From the cells back to the number, by the arithmetic of the models: millionths, rounded half away from zero
//! where the lake stores a value, and only there.

use rust_decimal::Decimal;

use super::leaf::Part;
use super::node::{Fact, Made, Measured, Node};
use crate::normalize::{VALUE_SCALE, lake_decimal};
use crate::plan::Measure;

/// One, in millionths.
const ONE: i128 = 1_000_000;

/// The value of a node, from the values of its leaves alone; none where they give none.
#[must_use]
pub fn recompute(node: &Node) -> Option<Decimal> {
    match node {
        Node::Printed(printed) => match printed.made {
            Made::Unsaid => None,
            Made::Figure => printed.children.first().and_then(recompute),
            Made::Computed(computation) => {
                let operands = printed.children.iter().map(recompute);
                let operands = operands.collect::<Option<Vec<_>>>()?;
                computation.of(&operands).map(|value| value.normalize())
            }
        },
        Node::Figure(figure) => together(&figure.subject.indicator, &figure.children)?.value(),
        Node::Fact(fact) => whole(fact)?.value(),
        Node::Observation(observation) => observation.value.map(|value| value.normalize()),
    }
}

/// What a figure is, and what the next level needs of it; all in millionths.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    value: i128,
    /// Weight of a mean and value times weight, denominator and numerator of a ratio; none where a mean has no weight.
    behind: Option<Behind>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Behind {
    above: i128,
    below: i128,
}

impl Sums {
    fn value(self) -> Option<Decimal> {
        let value = Decimal::try_from_i128_with_scale(self.value, VALUE_SCALE).ok()?;
        Some(value.normalize())
    }
}

/// A fact; none where it has no value, or cannot exist.
fn whole(fact: &Fact) -> Option<Sums> {
    let indicator = &fact.subject.indicator;
    let own = fact
        .children
        .iter()
        .any(|c| matches!(c, Node::Observation(_)));
    if !own {
        return together(indicator, &fact.children);
    }
    let part = |part: Part| {
        fact.children.iter().find_map(|child| match child {
            Node::Observation(o) if o.part == part => o.value.map(lake_decimal),
            _ => None,
        })
    };
    match indicator.measure {
        Measure::Stock | Measure::Flow => {
            let value = part(Part::Value)?;
            Some(Sums {
                value,
                behind: None,
            })
        }
        Measure::Mean { .. } => {
            let value = part(Part::Value)?;
            let behind = match part(Part::Weight) {
                Some(0) => return None,
                Some(below) => Some(Behind {
                    above: rounded_division(value.checked_mul(below)?, ONE)?,
                    below,
                }),
                None => None,
            };
            Some(Sums { value, behind })
        }
        Measure::Ratio { .. } => {
            let (above, below) = (part(Part::Numerator)?, part(Part::Denominator)?);
            divided(indicator, Behind { above, below })
        }
    }
}

/// Parts put together: those that have all that their measure needs.
fn together(indicator: &Measured, parts: &[Node]) -> Option<Sums> {
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
            behind: None,
        });
    }
    let mut sum: Option<Behind> = None;
    for part in entering.filter_map(|part| part.behind) {
        let so_far = sum.unwrap_or_default();
        sum = Some(Behind {
            above: so_far.above.checked_add(part.above)?,
            below: so_far.below.checked_add(part.below)?,
        });
    }
    divided(indicator, sum?)
}

/// A mean or ratio from what stands behind it; none over zero.
fn divided(indicator: &Measured, behind: Behind) -> Option<Sums> {
    let above = behind.above.checked_mul(i128::from(indicator.scale))?;
    let value = rounded_division(above.checked_mul(ONE)?, behind.below)?;
    let behind = Some(behind);
    Some(Sums { value, behind })
}

/// The quotient, rounded half away from zero; none over zero.
fn rounded_division(above: i128, below: i128) -> Option<i128> {
    let quotient = above.checked_div(below)?;
    let rest = above.checked_rem(below)?;
    let away = if (above < 0) == (below < 0) { 1 } else { -1 };
    let half = rest.unsigned_abs().checked_mul(2)? >= below.unsigned_abs();
    quotient.checked_add(if half { away } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::rounded_division;

    #[test]
    fn halves_go_away_from_zero() {
        for (above, below, wanted) in [
            (5, 2, Some(3)),
            (-5, 2, Some(-3)),
            (5, -2, Some(-3)),
            (4, 3, Some(1)),
            (-4, 3, Some(-1)),
            (-1, 3, Some(0)),
            (0, 7, Some(0)),
            (1, 0, None),
        ] {
            assert_eq!(rounded_division(above, below), wanted, "{above} / {below}");
        }
    }
}
