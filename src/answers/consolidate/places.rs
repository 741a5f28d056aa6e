//! The places that a consolidated form has a sheet for: the country, regions, units.

use std::collections::BTreeSet;

use super::error::ConsolidateError;
use crate::answers::asked::{unit_in, unknown};
use crate::geography::UnitKey;
use crate::period::Period;
use crate::plan::Plan;

/// A place with a sheet of its own.
pub(super) struct PlaceOfSheet {
    /// Code in the lake.
    pub(super) code: String,
    /// The table of the lake with its figures.
    pub(super) table: &'static str,
    /// Its name.
    pub(super) name: String,
    /// Its units; only itself if it is a unit.
    pub(super) units: Vec<UnitKey>,
}

/// The places of a scope, the largest first, each followed by its units.
pub(super) fn places(
    plan: &Plan,
    scope: &str,
    period: Period,
) -> Result<Vec<PlaceOfSheet>, ConsolidateError> {
    let geography = &plan.geography;
    let newest = geography.newest();
    let unit = |unit: &UnitKey| PlaceOfSheet {
        code: unit.code.clone(),
        table: "provincial",
        name: geography.name(unit, period.end()).to_owned(),
        units: vec![unit.clone()],
    };
    let regions = regions(plan);
    match scope.split_once(':') {
        None if scope == "country" => {
            let all: Vec<UnitKey> = geography.units_of(newest).into_iter().cloned().collect();
            let country = PlaceOfSheet {
                code: plan.country.code.clone(),
                table: "national",
                name: plan.country.name_vi.clone(),
                units: all.clone(),
            };
            let mut places = vec![country];
            places.extend(regions);
            places.extend(all.iter().map(unit));
            Ok(places)
        }
        Some(("region", code)) => {
            let known: Vec<String> = regions.iter().map(|r| r.code.clone()).collect();
            let region = regions.into_iter().find(|r| r.code == code);
            let region = region.ok_or_else(|| unknown("region", code, "", known))?;
            let units: Vec<PlaceOfSheet> = region.units.iter().map(unit).collect();
            Ok(std::iter::once(region).chain(units).collect())
        }
        Some(("unit", code)) => Ok(vec![unit(&unit_in(plan, code, newest)?)]),
        _ => {
            let known = ["country", "region:CODE", "unit:CODE"].map(str::to_owned);
            Err(unknown("scope", scope, "", known).into())
        }
    }
}

/// The scheme of regions that fits the newest geography: the edition's, or else the first.
pub(super) fn scheme(plan: &Plan) -> Option<&str> {
    let newest = plan.geography.newest();
    let mut of_newest: Vec<&str> = Vec::new();
    for member in &plan.geography.tables.regions {
        if member.unit.vintage == newest && !of_newest.contains(&member.scheme.as_str()) {
            of_newest.push(&member.scheme);
        }
    }
    let edition = plan.edition.scheme.as_str();
    let of_edition = of_newest.iter().find(|scheme| **scheme == edition);
    of_edition.or(of_newest.first()).copied()
}

/// The regions of the newest geography, in official order.
fn regions(plan: &Plan) -> Vec<PlaceOfSheet> {
    let scheme = scheme(plan);
    let members = plan.geography.tables.regions.iter();
    let members: Vec<_> = members
        .filter(|m| Some(m.scheme.as_str()) == scheme)
        .collect();
    let mut seen = BTreeSet::new();
    let firsts = members.iter().filter(|m| seen.insert(m.region.as_str()));
    firsts
        .map(|first| PlaceOfSheet {
            code: first.region.clone(),
            table: "regional",
            name: first.name_vi.clone(),
            units: members
                .iter()
                .filter(|m| m.region == first.region)
                .map(|m| m.unit.clone())
                .collect(),
        })
        .collect()
}
