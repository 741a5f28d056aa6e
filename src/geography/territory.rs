//! The territory of a pipeline: names, vintages, changes and regions.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::agencies::{AGENCY, Agencies};
use super::reference::{Tables, UnitChange, UnitName};
use super::unit::UnitKey;
use crate::period::Period;
use crate::text::Folder;

/// The territory of a pipeline, from checked reference tables.
#[derive(Debug, Clone)]
pub struct Geography {
    /// The reference tables as read.
    pub tables: Tables,
    /// Vintages in the order of time, each with its first day.
    pub vintages: Vec<(String, Date)>,
    /// The units that each folded name may mean.
    pub(super) aliases: BTreeMap<String, BTreeSet<UnitKey>>,
    /// For each unit, the earliest unit that is the same territory, unchanged.
    entities: BTreeMap<UnitKey, UnitKey>,
    /// The senders that are no territory.
    pub agencies: Agencies,
    /// Code and name of the country, the unit of a table whose rows are units.
    country: (String, String),
}

impl Geography {
    /// Builds the geography from its tables, which [`Tables::read`] has checked.
    #[must_use]
    pub fn new(tables: Tables, folder: &Folder) -> Self {
        let mut first_days: BTreeMap<String, Date> = BTreeMap::new();
        for unit in &tables.units {
            let day = first_days
                .entry(unit.unit.vintage.clone())
                .or_insert(unit.valid_from);
            *day = (*day).min(unit.valid_from);
        }
        let mut vintages: Vec<(String, Date)> = first_days.into_iter().collect();
        vintages.sort_by_key(|(vintage, day)| (*day, vintage.clone()));
        let mut aliases: BTreeMap<String, BTreeSet<UnitKey>> = BTreeMap::new();
        for alias in &tables.aliases {
            aliases
                .entry(folder.fold(&alias.name))
                .or_default()
                .insert(alias.unit.clone());
        }
        for unit in &tables.units {
            aliases
                .entry(folder.fold(&unit.name_vi))
                .or_default()
                .insert(unit.unit.clone());
        }
        let mut entities: BTreeMap<UnitKey, UnitKey> = tables
            .units
            .iter()
            .map(|u| (u.unit.clone(), u.unit.clone()))
            .collect();
        let mut changes: Vec<&UnitChange> =
            tables.changes.iter().filter(|c| c.is_unchanged()).collect();
        changes.sort_by_key(|c| c.effective);
        for change in changes {
            let root = entities
                .get(&change.from)
                .cloned()
                .unwrap_or_else(|| change.from.clone());
            entities.insert(change.to.clone(), root);
        }
        Self {
            tables,
            vintages,
            aliases,
            entities,
            agencies: Agencies::default(),
            country: Default::default(),
        }
    }

    /// Adds the senders that are no territory.
    #[must_use]
    pub fn with_agencies(self, agencies: Agencies) -> Self {
        Self { agencies, ..self }
    }

    /// Whether a key is that of a unit, or of an agency that sends reports.
    #[must_use]
    pub fn is_sender(&self, unit: &UnitKey) -> bool {
        let agency = self.agencies.of(unit);
        agency.is_some_and(|agency| agency.members.is_none()) || self.entities.contains_key(unit)
    }

    /// Sets code and name of the country: in every vintage, the unit of a table whose rows are units.
    #[must_use]
    pub fn with_country(self, code: &str, name: &str) -> Self {
        Self {
            country: (code.to_owned(), name.to_owned()),
            ..self
        }
    }

    /// The country as a unit of a vintage.
    #[must_use]
    pub fn country(&self, vintage: &str) -> UnitKey {
        UnitKey {
            vintage: vintage.to_owned(),
            code: self.country.0.clone(),
        }
    }

    /// Every folded name with the units that have it.
    pub fn names_with_units(&self) -> impl Iterator<Item = (&str, &BTreeSet<UnitKey>)> {
        self.aliases
            .iter()
            .map(|(name, units)| (name.as_str(), units))
    }

    /// The vintage in force on a day; for a day before the first vintage, the first.
    #[must_use]
    pub fn vintage_on(&self, day: Date) -> &str {
        self.vintages
            .iter()
            .rev()
            .find(|(_, from)| *from <= day)
            .or(self.vintages.first())
            .map_or("", |(vintage, _)| vintage.as_str())
    }

    /// The newest vintage.
    #[must_use]
    pub fn newest(&self) -> &str {
        self.vintages
            .last()
            .map_or("", |(vintage, _)| vintage.as_str())
    }

    /// The units of a vintage.
    #[must_use]
    pub fn units_of(&self, vintage: &str) -> BTreeSet<&UnitKey> {
        self.tables
            .units
            .iter()
            .map(|u| &u.unit)
            .filter(|u| u.vintage == vintage)
            .collect()
    }

    /// The reporting unit of a unit: the same in all vintages in which the unit is unchanged.
    #[must_use]
    pub fn entity<'a>(&'a self, unit: &'a UnitKey) -> &'a UnitKey {
        self.entities.get(unit).unwrap_or(unit)
    }

    /// All units with their entities.
    pub fn entities(&self) -> impl Iterator<Item = (&UnitKey, &UnitKey)> {
        self.entities.iter()
    }

    /// Whether a vintage has a unit with the same, unchanged territory.
    #[must_use]
    pub fn is_unchanged(&self, unit: &UnitKey, vintage: &str) -> bool {
        let entity = self.entity(unit);
        self.entities
            .iter()
            .any(|(other, e)| e == entity && other.vintage == vintage)
    }

    /// The territory of a unit as units of the first vintage, of which all later ones are made. A unit without predecessors
    /// is its own territory.
    #[must_use]
    pub fn atoms<'a>(&'a self, unit: &'a UnitKey) -> BTreeSet<&'a UnitKey> {
        let mut atoms = BTreeSet::new();
        let mut open = vec![unit];
        while let Some(unit) = open.pop() {
            let before = open.len();
            let predecessors = self.tables.changes.iter().filter(|c| c.to == *unit);
            open.extend(predecessors.map(|c| &c.from));
            if open.len() == before {
                atoms.insert(unit);
            }
        }
        atoms
    }

    /// The changes that lead from a unit to its successor in each later vintage.
    #[must_use]
    pub fn successors<'a>(&'a self, unit: &'a UnitKey) -> Vec<&'a UnitChange> {
        let mut changes = Vec::new();
        let mut at = unit;
        while let Some(change) = self.tables.changes.iter().find(|c| c.from == *at) {
            changes.push(change);
            at = &change.to;
        }
        changes
    }

    /// The change that ended a unit: from that day on it is part of another. A unit that changes left as it was goes on in
    /// the vintages after them. `None` if it stands.
    #[must_use]
    pub fn end_of<'a>(&'a self, unit: &'a UnitKey) -> Option<&'a UnitChange> {
        let mut changes = self.successors(unit).into_iter();
        changes.find(|change| !change.is_unchanged())
    }

    /// The units that were merged into a unit when it began, in whatever vintage that was; none if it was always there.
    #[must_use]
    pub fn former_units<'a>(&'a self, unit: &'a UnitKey) -> BTreeSet<&'a UnitKey> {
        self.began(unit).map(|change| &change.from).collect()
    }

    /// The changes by which a unit began, in whatever vintage that was.
    fn began<'a>(&'a self, unit: &'a UnitKey) -> impl Iterator<Item = &'a UnitChange> {
        let entity = self.entity(unit);
        let changes = self.tables.changes.iter();
        changes.filter(move |change| change.to == *entity && !change.is_unchanged())
    }

    /// The days of a unit, in whatever vintages: its first day, and the first day on which it is part of another. The first
    /// day of a unit that was always there is the earliest there is, the last of one that stands is the latest. The country
    /// as a unit of a vintage has the days of the vintage.
    #[must_use]
    pub fn lifetime(&self, unit: &UnitKey) -> (Date, Date) {
        let at = |vintage: &str| self.vintages.iter().position(|(v, _)| v == vintage);
        let first_day = |vintage: &str| match at(vintage) {
            None | Some(0) => Date::MIN,
            Some(at) => self.vintages[at].1,
        };
        if !self.entities.contains_key(unit) {
            let next = at(&unit.vintage).and_then(|at| self.vintages.get(at + 1));
            let until = next.map_or(Date::MAX, |(_, day)| *day);
            return (first_day(&unit.vintage), until);
        }
        let from = self.began(unit).map(|change| change.effective).max();
        let from = from.unwrap_or_else(|| first_day(&self.entity(unit).vintage));
        let until = self.end_of(unit).map_or(Date::MAX, |c| c.effective);
        (from, until)
    }

    /// The Vietnamese name of a unit, an agency or the country, at the end of a period; else its code.
    #[must_use]
    pub fn name<'a>(&'a self, unit: &'a UnitKey, on: Date) -> &'a str {
        if unit.vintage == AGENCY {
            return self.agencies.name(&unit.code, on).unwrap_or(&unit.code);
        }
        self.names(unit, on)
            .map(|u| u.name_vi.as_str())
            .or((unit.code == self.country.0).then_some(self.country.1.as_str()))
            .unwrap_or(unit.code.as_str())
    }

    /// The names of a unit on a day; before its vintage began the first, after it ended the last.
    #[must_use]
    pub fn names(&self, unit: &UnitKey, on: Date) -> Option<&UnitName> {
        let mut names: Vec<&UnitName> = self
            .tables
            .units
            .iter()
            .filter(|u| u.unit == *unit)
            .collect();
        names.sort_by_key(|u| u.valid_from);
        names
            .iter()
            .rev()
            .find(|u| u.valid_from <= on)
            .or(names.first())
            .copied()
    }

    /// The vintage that a period belongs to by its dates alone; `None` if a new vintage begins within it.
    #[must_use]
    pub fn vintage_of_period(&self, period: Period) -> Option<&str> {
        let at_start = self.vintage_on(period.start());
        (at_start == self.vintage_on(period.end())).then_some(at_start)
    }
}
