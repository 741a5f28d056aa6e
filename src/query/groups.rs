//! Groups of units that `aggregated` adds up: a unit's predecessors, the regions, the country.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};
use datafusion::error::Result;

use super::country::Country;
use super::helpers::{UnitNumbers, register};
use crate::engine::Engine;
use crate::engine::columns::integers;
use crate::geography::{Geography, RegionMember};

/// The rows of the helper table `members`.
#[derive(Default)]
struct Members {
    group: Vec<i64>,
    member: Vec<i64>,
    size: Vec<i64>,
}

impl Members {
    fn add(&mut self, group: i64, members: &[i64]) {
        for member in members {
            self.group.push(group);
            self.member.push(*member);
            self.size.push(members.len() as i64);
        }
    }

    fn register(self, engine: &Engine) -> Result<()> {
        let columns = vec![
            ("group_id", integers(self.group)),
            ("member", integers(self.member)),
            ("size", integers(self.size)),
        ];
        register(engine, "members", columns)
    }
}

/// Registers the units of `vintage` as groups of the units of the vintage before that they came from.
///
/// A unit that the change left as it was has one predecessor: what was restated to that one is passed on to it. What the
/// unit reported itself is its own in either vintage.
pub(super) fn register_predecessors(
    engine: &Engine,
    geography: &Geography,
    numbers: &UnitNumbers<'_>,
    before: Option<&str>,
    vintage: &str,
) -> Result<()> {
    let mut members = Members::default();
    if let Some(before) = before {
        for unit in geography.units_of(vintage) {
            let changes = geography.tables.changes.iter();
            let from: Vec<i64> = changes
                .filter(|c| c.to == *unit && c.from.vintage == before)
                .map(|c| numbers.number(&c.from))
                .collect();
            members.add(numbers.number(unit), &from);
        }
    }
    members.register(engine)
}

/// Registers the country of every vintage and the regions of every scheme as groups (`members`), with their names
/// (`groups`).
pub(super) fn register_regions_and_country(
    engine: &Engine,
    geography: &Geography,
    numbers: &UnitNumbers<'_>,
    country: &Country,
) -> Result<()> {
    let mut members = Members::default();
    // Geography, scheme, code, both names.
    let mut groups: Vec<[Option<&str>; 5]> = Vec::new();
    for (vintage, _) in &geography.vintages {
        let units = geography.units_of(vintage);
        let units: Vec<i64> = units.iter().map(|unit| numbers.number(unit)).collect();
        members.add(groups.len() as i64, &units);
        let [code, name_vi, name_en] =
            [&country.code, &country.name_vi, &country.name_en].map(|text| Some(text.as_str()));
        groups.push([Some(vintage), None, code, name_vi, name_en]);
    }
    let mut regions: BTreeMap<(&str, &str), Vec<&RegionMember>> = BTreeMap::new();
    for member in &geography.tables.regions {
        let region = (member.scheme.as_str(), member.region.as_str());
        regions.entry(region).or_default().push(member);
    }
    for rows in regions.into_values() {
        let Some(first) = rows.first() else { continue };
        let units: Vec<i64> = rows.iter().map(|r| numbers.number(&r.unit)).collect();
        members.add(groups.len() as i64, &units);
        let texts = [
            &first.unit.vintage,
            &first.scheme,
            &first.region,
            &first.name_vi,
            &first.name_en,
        ];
        groups.push(texts.map(|text| Some(text.as_str())));
    }
    members.register(engine)?;
    let column =
        |i: usize| -> ArrayRef { Arc::new(groups.iter().map(|g| g[i]).collect::<StringArray>()) };
    let columns = vec![
        ("group_id", integers(0..groups.len() as i64)),
        ("geography", column(0)),
        ("scheme", column(1)),
        ("code", column(2)),
        ("name_vi", column(3)),
        ("name_en", column(4)),
    ];
    register(engine, "groups", columns)
}
