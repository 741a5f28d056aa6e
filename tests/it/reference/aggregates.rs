//! Provinces, regions and the country, from facts.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{Fact, Facts, Part, together};
use crate::support::catalogue::{NEW, OLD, Unit, catalogue};
use crate::support::truth::{Key, Period};

/// What identifies a row of `provincial`, `regional` and `national`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) geography: String,
    pub(crate) scheme: Option<String>,
    pub(crate) code: String,
    pub(crate) key: Key,
}

/// The rest of such a row, in millionths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Total {
    pub(crate) names: (String, String),
    pub(crate) value: Option<i128>,
    pub(crate) weight: Option<i128>,
    pub(crate) status: char,
    pub(crate) units_reported: i64,
    pub(crate) units_expected: i64,
}

pub(crate) type Totals = BTreeMap<Place, Total>;

/// "The name of a unit is the one in force at the end of the period (before its vintage began, the first; after it
/// ended, the last)."
pub(crate) fn name_at(unit: &Unit, last_day: &str) -> (String, String) {
    let names = &catalogue().unit_names[unit];
    let then = names
        .iter()
        .find(|n| n.from.as_str() <= last_day && n.to.as_deref().is_none_or(|to| last_day < to));
    let name = then.unwrap_or_else(|| {
        if last_day < names[0].from.as_str() {
            &names[0]
        } else {
            names.last().unwrap()
        }
    });
    (name.name_vi.clone(), name.name_en.clone())
}

/// One row for each fact.
pub(crate) fn provincial(facts: &Facts) -> Totals {
    let mut totals = Totals::new();
    for (geography, units) in facts {
        for (code, keys) in units {
            for (key, fact) in keys {
                let (value, weight) = figures(fact);
                let unit = ((*geography).to_owned(), code.clone());
                let total = Total {
                    names: name_at(&unit, &Period::parse(&key.period).last_day()),
                    value,
                    weight,
                    status: fact.status,
                    // "units 1 of 1, or 0 of 1 when P". Silent: 0 of 1 when not answered, 0 of 0 at M, as a
                    // region of this one unit would say.
                    units_reported: i64::from(
                        matches!(fact.part, Part::Figure { .. }) && fact.status != 'P',
                    ),
                    units_expected: i64::from(fact.part != Part::CannotExist),
                };
                let place = Place {
                    geography: unit.0,
                    scheme: None,
                    code: code.clone(),
                    key: key.clone(),
                };
                totals.insert(place, total);
            }
        }
    }
    totals
}

/// Value and weight of a fact as they are stored.
pub(crate) fn figures(fact: &Fact) -> (Option<i128>, Option<i128>) {
    match fact.part {
        Part::Figure { amount, weight, .. } => (Some(amount.rounded()), weight),
        Part::Missing(_) | Part::CannotExist => (None, None),
    }
}

/// The regions of each scheme, from the units of its own vintage.
pub(crate) fn regional(facts: &Facts) -> Totals {
    let mut totals = Totals::new();
    for region in &catalogue().regions {
        let names = (region.name_vi.clone(), region.name_en.clone());
        add(
            &mut totals,
            facts,
            &region.vintage,
            Some(&region.scheme),
            &region.code,
            &names,
            &region.units,
        );
    }
    totals
}

/// The country, from the units.
pub(crate) fn national(facts: &Facts) -> Totals {
    let mut totals = Totals::new();
    let names = ("CẢ NƯỚC".to_owned(), "WHOLE COUNTRY".to_owned());
    for geography in [OLD, NEW] {
        let units = catalogue().units(geography).into_iter().collect();
        add(&mut totals, facts, geography, None, "VN", &names, &units);
    }
    totals
}

fn add(
    totals: &mut Totals,
    facts: &Facts,
    geography: &str,
    scheme: Option<&str>,
    code: &str,
    names: &(String, String),
    units: &BTreeSet<String>,
) {
    let Some(facts) = facts.get(geography) else {
        return;
    };
    let keys: BTreeSet<&Key> = units
        .iter()
        .filter_map(|u| facts.get(u))
        .flat_map(BTreeMap::keys)
        .collect();
    for key in keys {
        let parts = units.iter().map(|unit| {
            let fact = facts.get(unit)?.get(key)?;
            Some((fact.part, fact.status == 'P'))
        });
        let sum = together(&catalogue().indicators[&key.indicator].measure, parts);
        // "With no part at all it is absent." Silent: where every unit says that it cannot exist, so does the whole.
        let cannot_exist = sum.expected == 0;
        if sum.amount.is_none() && !cannot_exist {
            continue;
        }
        let place = Place {
            geography: geography.to_owned(),
            scheme: scheme.map(str::to_owned),
            code: code.to_owned(),
            key: key.clone(),
        };
        let total = Total {
            names: names.clone(),
            value: sum.amount.map(|amount| amount.rounded()),
            weight: sum.weight,
            status: if cannot_exist { 'M' } else { sum.status },
            units_reported: sum.whole,
            units_expected: sum.expected,
        };
        totals.insert(place, total);
    }
}
