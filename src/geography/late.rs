//! Corrections that came when their unit had become part of another.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::reference::UnitChange;
use super::report::{JudgedReport, PlacedReport, ReportStanding};
use super::territory::Geography;
use super::unit::UnitKey;
use crate::extract::Scenario;
use crate::normalize::{Observation, ObservationStatus};
use crate::period::Period;

/// A version of a report that came when its unit had become part of another, and counts.
#[derive(Debug, Clone)]
pub struct LateCorrection {
    /// The report, by its place among all.
    pub report: usize,
    /// The unit, where a table has many one of them.
    pub unit: UnitKey,
    /// The unit that it belongs to now.
    pub successor: UnitKey,
    /// How many figures it states otherwise than the version before, or no more.
    pub changed: usize,
    /// The cells of those that it states.
    pub cells: BTreeSet<String>,
}

/// What a report says of a unit: indicator, sector, scenario and period to value and status, with the cell.
type Said<'a> =
    BTreeMap<(&'a str, &'a str, Scenario, Period), ((Option<Decimal>, ObservationStatus), String)>;

/// What a report says of one of its units.
fn said_of<'r>(report: &'r PlacedReport, unit: &UnitKey) -> Said<'r> {
    let of_unit = |o: &&Observation| report.unit_of(o.area.as_deref()).as_ref() == Some(unit);
    let figures = report.dossier.content.observations.iter().filter(of_unit);
    figures
        .map(|o| {
            let key = (
                o.indicator.as_str(),
                o.sector.as_str(),
                o.scenario,
                o.period,
            );
            (key, ((o.value, o.status), o.at.to_string()))
        })
        .collect()
}

/// The corrections that count and came after their unit had become part of another, with what they change.
#[must_use]
pub fn late_corrections(
    reports: &[JudgedReport],
    geography: &Geography,
    zone: &TimeZone,
) -> Vec<LateCorrection> {
    let key = |r: &JudgedReport| {
        let report = &r.report;
        (
            r.form().to_owned(),
            report.period,
            report.unit.clone(),
            r.revision,
        )
    };
    let versions: BTreeMap<_, &PlacedReport> = reports
        .iter()
        .filter(|r| {
            matches!(
                r.standing,
                ReportStanding::Current | ReportStanding::Superseded
            )
        })
        .map(|r| (key(r), &r.report))
        .collect();
    let mut corrections = Vec::new();
    for (i, judged) in reports.iter().enumerate().filter(|(_, r)| r.is_current()) {
        let (form, period, unit, revision) = key(judged);
        let Some(before) = versions.get(&(form, period, unit, revision - 1)) else {
            continue;
        };
        let report = &judged.report;
        let came = report.dossier.source.received_on(zone);
        let mut units = report.units();
        units.extend(before.units());
        for unit in units {
            let successors = geography.successors(&unit);
            let merged = |c: &&UnitChange| !c.is_unchanged() && c.effective <= came;
            let (true, Some(last)) = (successors.iter().any(merged), successors.last()) else {
                continue;
            };
            let (then, now) = (said_of(before, &unit), said_of(report, &unit));
            let cells: BTreeSet<String> = now
                .iter()
                .filter(|(key, (figure, _))| then.get(*key).map(|(f, _)| f) != Some(figure))
                .map(|(_, (_, cell))| cell.clone())
                .collect();
            let gone = then.keys().filter(|key| !now.contains_key(*key)).count();
            if cells.len() + gone > 0 {
                corrections.push(LateCorrection {
                    report: i,
                    changed: cells.len() + gone,
                    cells,
                    successor: last.to.clone(),
                    unit,
                });
            }
        }
    }
    corrections
}
