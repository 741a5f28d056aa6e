//! Corrections of units that have become part of others: which printed tables they touch.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::error::Result;

use super::tables::official_order;
use super::{Measure, Plan};
use crate::diagnostic::Finding;
use crate::engine::Engine;
use crate::geography::{LateCorrection, Report, UnitKey, late_corrections};
use crate::tables::{FigureKey, printed_figures, register_order};

/// Says with each correction that came after its unit had become part of another where its figures go, and which printed
/// tables hold one of the figures that it changes. `engine` holds the tables of the lake.
///
/// # Errors
/// When the query of a table fails.
pub(super) async fn note_late_corrections(
    engine: &Engine,
    plan: &Plan,
    reports: &mut [Report],
) -> Result<()> {
    let corrections = late_corrections(reports, &plan.geography, &plan.zone);
    if corrections.is_empty() {
        return Ok(());
    }
    register_order(engine, &official_order(plan))?;
    let mut printed: Vec<(&str, &str, BTreeMap<FigureKey, bool>)> = Vec::new();
    for table in &plan.tables {
        let figures = printed_figures(engine, table).await?;
        printed.push((&table.id, table.scenario(), figures));
    }
    for correction in corrections {
        let report = &reports[correction.report];
        let Some(unit) = report.unit.clone() else {
            continue;
        };
        let places = places_of(plan, &unit);
        let tables: Vec<&str> = printed
            .iter()
            .filter(|(_, scenario, figures)| {
                figures
                    .iter()
                    .any(|figure| touches(plan, &correction, &places, scenario, figure))
            })
            .map(|(id, ..)| *id)
            .collect();
        let tables = match tables.len() {
            0 => "-".to_owned(),
            _ => tables.join(", "),
        };
        let names = plan
            .geography
            .names(&correction.successor, jiff::civil::Date::MAX);
        let count = correction.changed.len().to_string();
        let args = [
            ("successor_vi", names.map_or("", |n| n.name_vi.as_str())),
            ("successor_en", names.map_or("", |n| n.name_en.as_str())),
            ("count", &count),
            ("tables", &tables),
        ];
        let finding = Finding::new("TH425", report.place(), &args);
        reports[correction.report].findings.push(finding);
    }
    Ok(())
}

/// Everything that a unit's figures enter, as geography and code: the unit on all its vintages, what it went into, their
/// regions, the country.
fn places_of(plan: &Plan, unit: &UnitKey) -> BTreeSet<(String, String)> {
    let geography = &plan.geography;
    let mut units: BTreeSet<&UnitKey> = geography
        .entities()
        .filter(|(_, entity)| *entity == geography.entity(unit))
        .map(|(unit, _)| unit)
        .collect();
    units.extend(geography.successors(unit).into_iter().map(|c| &c.to));
    let mut places = BTreeSet::new();
    for unit in units {
        let place = |code: &str| (unit.vintage.clone(), code.to_owned());
        places.insert(place(&unit.code));
        places.insert(place(&plan.country.code));
        let regions = geography.tables.regions.iter().filter(|r| r.unit == *unit);
        places.extend(regions.map(|r| place(&r.region)));
    }
    places
}

/// Whether a printed figure depends on what a correction changes.
fn touches(
    plan: &Plan,
    correction: &LateCorrection,
    places: &BTreeSet<(String, String)>,
    scenario: &str,
    (figure, is_there): (&FigureKey, &bool),
) -> bool {
    let in_place = places.contains(&(figure.geography.clone(), figure.code.clone()));
    in_place
        && correction
            .changed
            .iter()
            .any(|(indicator, sector, of, period)| {
                let same_scenario = scenario == of.as_str()
                    || (scenario == "best" && *of != crate::extract::Scenario::Plan);
                same_scenario
                    && *sector == figure.sector
                    && period.to_string() == figure.period
                    && (*indicator == figure.indicator
                        || (*is_there && enters(plan, indicator, &figure.indicator)))
            })
}

/// Whether an indicator enters another: as its weight, or as a side of it.
fn enters(plan: &Plan, part: &str, whole: &str) -> bool {
    let measure = plan.indicators.iter().find(|i| i.id == whole);
    measure.is_some_and(|i| match &i.measure {
        Measure::Mean { weight } => weight == part,
        Measure::Ratio {
            numerator,
            denominator,
        } => numerator == part || denominator == part,
        Measure::Stock | Measure::Flow => false,
    })
}
