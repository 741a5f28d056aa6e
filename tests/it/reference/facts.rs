//! Facts: the figure of each unit of a geography, from its own report or from its predecessors'.

use std::collections::{BTreeMap, BTreeSet};

use super::counted::{Counted, Said, reporting_unit};
use crate::support::catalogue::{Measure, NEW, OLD, Unit, catalogue};
use crate::support::truth::{Cell, Key};

/// A quantity as an exact fraction of millionths: for a sum the value over 1, for a mean Σ value·weight over
/// Σ weight, for a ratio Σ numerator · scale over Σ denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) over: i128,
    pub(crate) under: i128,
}

impl Amount {
    /// In millionths, rounded half away from zero.
    pub(crate) fn rounded(&self) -> i128 {
        let (q, r) = (self.over / self.under, self.over % self.under);
        if 2 * r.abs() >= self.under.abs() {
            q + (self.over.signum() * self.under.signum())
        } else {
            q
        }
    }
}

/// What one part has to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// A figure; `weight` is what stands behind a mean or ratio.
    Figure {
        amount: Amount,
        weight: Option<i128>,
        estimate: bool,
    },
    /// Not answered or not collected; the letter is the cell's, a ratio has none.
    Missing(Option<char>),
    /// M: no part at all.
    CannotExist,
}

/// A row of `facts`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fact {
    pub(crate) part: Part,
    pub(crate) status: char,
    pub(crate) reported: bool,
    pub(crate) sources: i64,
    pub(crate) expected: i64,
}

/// Facts by geography, unit and key.
pub(crate) type Facts = BTreeMap<&'static str, BTreeMap<String, BTreeMap<Key, Fact>>>;

/// What a reporting unit itself says of a key, and the vintage it says it in. `None`: it does not speak of it.
pub(crate) fn own(
    measure: &Measure,
    keys: &BTreeMap<Key, Counted>,
    key: &Key,
) -> Option<(Part, &'static str)> {
    let missing = |counted: &Counted| {
        if counted.cell == Cell::Blank {
            'O'
        } else {
            'L'
        }
    };
    match measure {
        Measure::Sum => {
            let counted = keys.get(key)?;
            let part = match counted.value() {
                Some(value) => Part::Figure {
                    amount: Amount {
                        over: value,
                        under: 1,
                    },
                    weight: None,
                    estimate: counted.estimate,
                },
                None if counted.cannot_exist() => Part::CannotExist,
                None => Part::Missing(Some(missing(counted))),
            };
            Some((part, counted.vintage))
        }
        Measure::Mean(weight_indicator) => {
            let counted = keys.get(key)?;
            let weight = keys
                .get(&key.with_indicator(weight_indicator))
                .and_then(Counted::value);
            let part = match (counted.value(), weight) {
                // "M cannot exist (`x`; a mean or ratio over zero)"
                (Some(_), Some(0)) => Part::CannotExist,
                (Some(value), Some(weight)) => Part::Figure {
                    amount: Amount {
                        over: value * weight,
                        under: weight,
                    },
                    weight: Some(weight),
                    estimate: counted.estimate,
                },
                // "A mean without its weight keeps its value at the unit (weight NULL)"
                (Some(value), None) => Part::Figure {
                    amount: Amount {
                        over: value,
                        under: 1,
                    },
                    weight: None,
                    estimate: counted.estimate,
                },
                (None, _) if counted.cannot_exist() => Part::CannotExist,
                (None, _) => Part::Missing(Some(missing(counted))),
            };
            Some((part, counted.vintage))
        }
        Measure::Ratio(numerator, denominator, scale) => {
            let numerator = keys.get(&key.with_indicator(numerator));
            let denominator = keys.get(&key.with_indicator(denominator));
            let (Some(numerator), Some(denominator)) = (numerator, denominator) else {
                // Silent: a unit that states one of the two speaks of the ratio, and a part of it is missing; so
                // its predecessors' ratio does not take its place.
                return numerator
                    .or(denominator)
                    .map(|stated| (Part::Missing(None), stated.vintage));
            };
            let part = match (numerator.value(), denominator.value()) {
                (Some(_), Some(0)) => Part::CannotExist,
                (Some(over), Some(under)) => Part::Figure {
                    amount: Amount {
                        over: over * scale * 1_000_000,
                        under,
                    },
                    weight: Some(under),
                    estimate: numerator.estimate || denominator.estimate,
                },
                // Silent: where one of the two cannot exist, the ratio cannot, whatever the other says.
                _ if numerator.cannot_exist() || denominator.cannot_exist() => Part::CannotExist,
                _ => Part::Missing(None),
            };
            // Silent: of two vintages the newer.
            Some((part, numerator.vintage.max(denominator.vintage)))
        }
    }
}

/// Whether a reporting unit speaks of a key by a blank alone: its predecessors may stand for it. A ratio is blank where one
/// of its sides is. Silent: unless the other side is `…`, which is an answer.
pub(crate) fn left_blank(measure: &Measure, keys: &BTreeMap<Key, Counted>, key: &Key) -> bool {
    let cell = |indicator: &str| keys.get(&key.with_indicator(indicator)).map(|c| c.cell);
    match measure {
        Measure::Sum | Measure::Mean(_) => cell(&key.indicator) == Some(Cell::Blank),
        Measure::Ratio(numerator, denominator, _) => {
            let sides = [cell(numerator), cell(denominator)];
            let signs = [Some(Cell::NotCollected), Some(Cell::NotApplicable)];
            sides.contains(&Some(Cell::Blank)) && !sides.iter().any(|side| signs.contains(side))
        }
    }
}

/// The fact of a unit that left a cell blank: its predecessors', "only if all their parts have values".
pub(crate) fn filled(measure: &Measure, parts: &[Option<(Part, bool)>]) -> Option<Fact> {
    restated(measure, parts)
        .filter(|fact| fact.status != 'P' && matches!(fact.part, Part::Figure { .. }))
}

/// What parts make together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Together {
    /// `None`: no part at all.
    pub(crate) amount: Option<Amount>,
    pub(crate) weight: Option<i128>,
    pub(crate) status: char,
    /// Parts with a figure that entered.
    pub(crate) used: i64,
    /// Parts that entered and are whole themselves.
    pub(crate) whole: i64,
    /// All parts less those that cannot exist.
    pub(crate) expected: i64,
}

/// Adds parts: sums, or means and ratios over the parts that have both. A part says whether it is itself P.
pub(crate) fn together(
    measure: &Measure,
    parts: impl IntoIterator<Item = Option<(Part, bool)>>,
) -> Together {
    let mut amount: Option<Amount> = None;
    let mut weights: i128 = 0;
    let (mut used, mut whole, mut expected) = (0, 0, 0);
    let mut any_estimate = false;
    for part in parts {
        if matches!(part, Some((Part::CannotExist, _))) {
            continue;
        }
        expected += 1;
        let Some((
            Part::Figure {
                amount: own,
                weight,
                estimate,
            },
            provisional,
        )) = part
        else {
            continue;
        };
        let sum = amount.unwrap_or(Amount { over: 0, under: 0 });
        amount = match measure {
            Measure::Sum => Some(Amount {
                over: sum.over + own.over,
                under: 1,
            }),
            Measure::Mean(_) | Measure::Ratio(..) => {
                // A mean without its weight is a missing part one level up.
                let Some(weight) = weight else { continue };
                weights += weight;
                Some(Amount {
                    over: sum.over + own.over,
                    under: sum.under + own.under,
                })
            }
        };
        used += 1;
        whole += i64::from(!provisional);
        any_estimate |= estimate;
    }
    Together {
        amount,
        weight: (amount.is_some() && *measure != Measure::Sum).then_some(weights),
        status: if whole < expected {
            'P'
        } else if any_estimate {
            'E'
        } else {
            'A'
        },
        used,
        whole,
        expected,
    }
}

/// The fact of a unit by a report of the unit itself.
pub(crate) fn by_itself(part: Part, reported: bool) -> Option<Fact> {
    let (status, sources, expected) = match part {
        Part::Figure { estimate, .. } => (if estimate { 'E' } else { 'A' }, 1, 1),
        // "A ratio with one part missing has no row at the unit."
        Part::Missing(None) => return None,
        Part::Missing(Some(letter)) => (letter, 0, 1),
        Part::CannotExist => ('M', 0, 0),
    };
    Some(Fact {
        part,
        status,
        reported,
        sources,
        expected,
    })
}

/// The fact of a unit by its predecessors' reports.
pub(crate) fn restated(measure: &Measure, parts: &[Option<(Part, bool)>]) -> Option<Fact> {
    let sum = together(measure, parts.iter().copied());
    if sum.expected == 0 {
        // Every predecessor says that it cannot exist.
        return Some(Fact {
            part: Part::CannotExist,
            status: 'M',
            reported: false,
            sources: 0,
            expected: 0,
        });
    }
    let estimate = parts
        .iter()
        .any(|p| matches!(p, Some((Part::Figure { estimate: true, .. }, _))));
    let part = Part::Figure {
        amount: sum.amount?,
        weight: sum.weight,
        estimate,
    };
    Some(Fact {
        part,
        status: sum.status,
        reported: false,
        sources: sum.used,
        expected: sum.expected,
    })
}

/// All facts on both geographies.
pub(crate) fn facts(said: &Said) -> Facts {
    let catalogue = catalogue();
    let nothing = BTreeMap::new();
    let keys_of = |vintage: &str, code: &str| -> &BTreeMap<Key, Counted> {
        let unit: Unit = reporting_unit(vintage, code);
        said.get(&unit).unwrap_or(&nothing)
    };
    // Every key that may have a fact: those stated, for every indicator (the ratios are nowhere stated).
    let mut keys: BTreeSet<Key> = BTreeSet::new();
    for key in said.values().flat_map(BTreeMap::keys) {
        keys.extend(
            catalogue
                .indicators
                .keys()
                .map(|indicator| key.with_indicator(indicator)),
        );
    }
    let mut facts = Facts::new();
    for geography in [OLD, NEW] {
        for code in catalogue.units(geography) {
            for key in &keys {
                let measure = &catalogue.indicators[&key.indicator].measure;
                let says = keys_of(geography, &code);
                let parts = || -> Vec<_> {
                    let part = |old: &String| {
                        own(measure, keys_of(OLD, old), key).map(|(p, _)| (p, false))
                    };
                    catalogue.predecessors[&code].iter().map(part).collect()
                };
                let is_blank = geography == NEW && left_blank(measure, says, key);
                let stands = is_blank.then(|| filled(measure, &parts())).flatten();
                let fact = stands.or_else(|| match own(measure, says, key) {
                    // Silent: an unchanged unit's report in the other vintage is carried whole, an unanswered cell
                    // and a mean without its weight, too.
                    Some((part, vintage)) => by_itself(part, vintage == geography),
                    None if geography == NEW => restated(measure, &parts()),
                    None => None,
                });
                if let Some(fact) = fact {
                    facts
                        .entry(geography)
                        .or_default()
                        .entry(code.clone())
                        .or_default()
                        .insert(key.clone(), fact);
                }
            }
        }
    }
    facts
}
