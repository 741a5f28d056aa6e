//! The units that the words of a report may mean, in the order of time.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::geography::report::VintageBasis;
use crate::geography::territory::Geography;
use crate::geography::unit::UnitKey;

/// A unit, and the rung that decided its vintage.
pub(super) type DecidedUnit = (UnitKey, VintageBasis);

/// A reporting unit that the words of a report may mean.
#[derive(Debug, Clone)]
pub(super) struct PossibleUnit<'a> {
    /// The reporting unit: the same in all vintages in which it is unchanged.
    pub(super) entity: &'a UnitKey,
    /// The unit in each vintage in which the words mean it, the earliest first.
    units: Vec<&'a UnitKey>,
    /// Its first day; for the first possible unit the earliest day there is.
    pub(super) from: Date,
    /// The first day on which it is part of another unit; for the last possible unit the latest day there is.
    pub(super) until: Date,
    /// The first day on which it is part of another unit, whatever its place.
    pub(super) ends: Date,
}

impl<'a> PossibleUnit<'a> {
    /// The reporting units of `candidates`, the one that began first goes first.
    pub(super) fn all(candidates: &'a BTreeSet<UnitKey>, geography: &'a Geography) -> Vec<Self> {
        let mut by_entity: BTreeMap<&UnitKey, Vec<&UnitKey>> = BTreeMap::new();
        for (vintage, _) in &geography.vintages {
            for unit in candidates.iter().filter(|u| u.vintage == *vintage) {
                by_entity
                    .entry(geography.entity(unit))
                    .or_default()
                    .push(unit);
            }
        }
        let mut possible: Vec<Self> = by_entity
            .into_iter()
            .map(|(entity, units)| {
                let (from, ends) = geography.lifetime(entity);
                let until = ends;
                Self {
                    entity,
                    units,
                    from,
                    until,
                    ends,
                }
            })
            .collect();
        possible.sort_by_key(|unit| (unit.from, unit.entity));
        if let Some(first) = possible.first_mut() {
            first.from = Date::MIN;
        }
        if let Some(last) = possible.last_mut() {
            last.until = Date::MAX;
        }
        possible
    }

    /// Whether it stands on a day.
    pub(super) fn stands_on(&self, day: Date) -> bool {
        self.from <= day && day < self.until
    }

    /// The unit in a vintage, if the words mean it there.
    pub(super) fn in_vintage(&self, vintage: &str) -> Option<&'a UnitKey> {
        self.units.iter().copied().find(|u| u.vintage == vintage)
    }

    /// The unit in the vintage in force on a day, else in the last one before that, else in the first.
    pub(super) fn on(&self, day: Date, geography: &Geography) -> &'a UnitKey {
        let began = |unit: &&&'a UnitKey| {
            let first_day = geography.vintages.iter().find(|(v, _)| *v == unit.vintage);
            first_day.is_some_and(|(_, from)| *from <= day)
        };
        let last = self.units.iter().rfind(began);
        last.or(self.units.first()).copied().unwrap_or(self.entity)
    }
}

/// The item, if there is one and no other.
pub(super) fn only_one<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    items.next().is_none().then_some(first)
}
