//! The facts and totals of a world as the contract defines them, in plain loops over any number of vintages.
//!
//! Single figures and sums of parts come from the reference for two vintages; only the way through the vintages is here.

use std::collections::{BTreeMap, BTreeSet};

use super::world::{HOME, Name, Sent, World, indicators, measure};
use crate::reference::counted::{Counted, add_best};
use crate::reference::facts::{Fact, Part, by_itself, filled, left_blank, own, restated, together};
use crate::support::truth::{Cell, Key, Period};

/// Facts by the places of vintage and unit.
pub(crate) type Facts = Vec<Vec<BTreeMap<Key, Fact>>>;

/// What each reporting unit says, the one standing for all its vintages.
pub(crate) type Said = BTreeMap<(usize, usize), BTreeMap<Key, Counted>>;

/// What each reporting unit says, `best` included.
pub(crate) fn said(world: &World) -> Said {
    let mut said = Said::new();
    for ((unit, key), (_, counted)) in chosen(world) {
        said.entry(unit).or_default().insert(key, counted);
    }
    said.values_mut().for_each(add_best);
    said
}

/// For each reporting unit and key, a report and its cell.
pub(crate) type Chosen<'w> = BTreeMap<((usize, usize), Key), (&'w Sent, Counted)>;

/// The report whose cell counts for each reporting unit and key, with that cell.
pub(crate) fn chosen(world: &World) -> Chosen<'_> {
    let current = || world.reports.iter().filter(|r| r.is_current);
    let mut chosen: BTreeMap<_, (_, (&Sent, Counted))> = BTreeMap::new();
    for report in current() {
        let unit = world.entity(report.unit);
        let home_form_sent = current()
            .any(|r| r.form == HOME && r.period == report.period && world.entity(r.unit) == unit);
        // The period that ends last, then the longer. Silent: of one unit's reports in two vintages the newer.
        let order = (
            report.period.last_day(),
            report.period.months(),
            report.unit.0,
        );
        for (key, cell) in &report.cells {
            if report.form != HOME && key.sector == "_T" && home_form_sent {
                continue;
            }
            let counted = Counted {
                cell: *cell,
                estimate: key.scenario == "estimate",
                vintage: world.vintages[report.unit.0].name,
            };
            // A blank withdraws nothing.
            let order = (*cell != Cell::Blank, order.clone());
            let known = chosen.get(&(unit, key.clone()));
            if known.is_none_or(|(before, _)| order > *before) {
                chosen.insert((unit, key.clone()), (order, (report, counted)));
            }
        }
    }
    let counting = chosen.into_iter();
    counting
        .map(|(place, (_, counts))| (place, counts))
        .collect()
}

/// All facts: a unit's own value, else what the facts of its predecessors on the vintage before make together.
pub(crate) fn facts(world: &World) -> Facts {
    let said = said(world);
    let nothing = BTreeMap::new();
    let mut keys: BTreeSet<Key> = BTreeSet::new();
    for key in said.values().flat_map(BTreeMap::keys) {
        keys.extend(indicators().map(|(id, ..)| key.with_indicator(id)));
    }
    let mut facts: Facts = Vec::new();
    for (place, vintage) in world.vintages.iter().enumerate() {
        let mut of_vintage = Vec::new();
        for (unit, is) in vintage.units.iter().enumerate() {
            let says = said.get(&world.entity((place, unit))).unwrap_or(&nothing);
            let mut of_unit = BTreeMap::new();
            for key in &keys {
                let measure = measure(&key.indicator);
                let parts = || -> Vec<_> {
                    let before: &Vec<BTreeMap<Key, Fact>> = &facts[place - 1];
                    let part = |unit: &usize| {
                        let fact = before[*unit].get(key)?;
                        Some((fact.part, fact.status == 'P'))
                    };
                    is.from.iter().map(part).collect()
                };
                let is_blank = place > 0 && left_blank(&measure, says, key);
                let stands = is_blank.then(|| filled(&measure, &parts())).flatten();
                let fact = stands.or_else(|| match own(&measure, says, key) {
                    Some((part, spoken)) => by_itself(part, spoken == vintage.name),
                    None if place == 0 => None,
                    None => restated(&measure, &parts()),
                });
                of_unit.extend(fact.map(|fact| (key.clone(), fact)));
            }
            of_vintage.push(of_unit);
        }
        facts.push(of_vintage);
    }
    facts
}

/// A row of `provincial`, `regional` or `national`, without what names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Total {
    pub(crate) name: String,
    pub(crate) value: Option<i128>,
    pub(crate) weight: Option<i128>,
    pub(crate) status: char,
    /// Units that reported, and those that should have.
    pub(crate) units: (i64, i64),
}

/// Geography, scheme, code and key.
pub(crate) type Place = (String, Option<String>, String, Key);

/// The rows of a table of totals.
pub(crate) type Rows = BTreeMap<Place, Total>;

/// The name in force at the end of a period; before the first, the first.
fn name_at(names: &[Name], period: &str) -> String {
    let day = Period::parse(period).last_day();
    let then = names.iter().rev().find(|n| n.from <= day);
    then.unwrap_or(&names[0]).name.clone()
}

/// Value and weight as they are stored.
pub(crate) fn figures(fact: &Fact) -> (Option<i128>, Option<i128>) {
    match fact.part {
        Part::Figure { amount, weight, .. } => (Some(amount.rounded()), weight),
        Part::Missing(_) | Part::CannotExist => (None, None),
    }
}

/// One row for each fact: one unit of one, or none of one at P.
pub(crate) fn provincial(world: &World, facts: &Facts) -> Rows {
    let mut rows = Rows::new();
    for (vintage, units) in world.vintages.iter().zip(facts) {
        for (unit, facts) in vintage.units.iter().zip(units) {
            for (key, fact) in facts {
                let (value, weight) = figures(fact);
                let reported = value.is_some() && fact.status != 'P';
                let total = Total {
                    name: name_at(&unit.names, &key.period),
                    value,
                    weight,
                    status: fact.status,
                    units: (
                        i64::from(reported),
                        i64::from(fact.part != Part::CannotExist),
                    ),
                };
                let place = (
                    vintage.name.to_owned(),
                    None,
                    unit.code.clone(),
                    key.clone(),
                );
                rows.insert(place, total);
            }
        }
    }
    rows
}

/// The regions of every scheme.
pub(crate) fn regional(world: &World, facts: &Facts) -> Rows {
    let mut rows = Rows::new();
    for region in &world.regions {
        let of = (Some(region.scheme.clone()), region.code.clone());
        rows.extend(added(
            world,
            facts,
            region.vintage,
            &of,
            &region.code,
            &region.units,
        ));
    }
    rows
}

/// The country on every vintage.
pub(crate) fn national(world: &World, facts: &Facts) -> Rows {
    let mut rows = Rows::new();
    for (place, vintage) in world.vintages.iter().enumerate() {
        let all: Vec<usize> = (0..vintage.units.len()).collect();
        let of = (None, "VN".to_owned());
        rows.extend(added(world, facts, place, &of, "CẢ NƯỚC", &all));
    }
    rows
}

/// Units of one vintage added up, key by key.
fn added(
    world: &World,
    facts: &Facts,
    vintage: usize,
    (scheme, code): &(Option<String>, String),
    name: &str,
    units: &[usize],
) -> Rows {
    let facts = &facts[vintage];
    let keys: BTreeSet<&Key> = units.iter().flat_map(|u| facts[*u].keys()).collect();
    let mut rows = Rows::new();
    for key in keys {
        let parts = units.iter().map(|unit| {
            let fact = facts[*unit].get(key)?;
            Some((fact.part, fact.status == 'P'))
        });
        let sum = together(&measure(&key.indicator), parts);
        // "With no part at all it is absent", where it can exist nowhere as well.
        let Some(amount) = sum.amount else { continue };
        let total = Total {
            name: name.to_owned(),
            value: Some(amount.rounded()),
            weight: sum.weight,
            status: sum.status,
            units: (sum.whole, sum.expected),
        };
        let geography = world.vintages[vintage].name.to_owned();
        rows.insert(
            (geography, scheme.clone(), code.clone(), key.clone()),
            total,
        );
    }
    rows
}
