//! Late corrections: reports received after their unit had become part of another.

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

/// A version of a report that counts, and was received after its unit had become part of another.
#[derive(Debug, Clone)]
pub struct LateCorrection {
    /// Index of the report among all.
    pub report: usize,
    /// The unit; for a table with many units, one of them.
    pub unit: UnitKey,
    /// The unit that it is part of now.
    pub successor: UnitKey,
    /// Number of figures that it changes or no longer states.
    pub changed: usize,
    /// The cells of the changed figures.
    pub cells: BTreeSet<String>,
}

/// The figures of a report about one unit: value, status and cell by indicator, members, scenario and period.
type StatedFigures<'a> =
    BTreeMap<(&'a str, &'a str, Scenario, Period), ((Option<Decimal>, ObservationStatus), String)>;

/// The figures of a report about one of its units.
fn figures_of<'r>(report: &'r PlacedReport, unit: &UnitKey) -> StatedFigures<'r> {
    let of_unit = |o: &&Observation| report.unit_of(o.area.as_deref()).as_ref() == Some(unit);
    let figures = report.dossier.content.observations.iter().filter(of_unit);
    figures
        .map(|o| {
            let key = (
                o.indicator.as_str(),
                o.members.as_str(),
                o.scenario,
                o.period,
            );
            (key, ((o.value, o.status), o.at.to_string()))
        })
        .collect()
}

/// The reports that count and were received after their unit had become part of another, with what they change.
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
        let received = report.dossier.source.received_on(zone);
        let mut units = report.units();
        units.extend(before.units());
        for unit in units {
            let successors = geography.successors(&unit);
            let merged = |c: &&UnitChange| !c.is_unchanged() && c.effective <= received;
            let (true, Some(last)) = (successors.iter().any(merged), successors.last()) else {
                continue;
            };
            let (then, now) = (figures_of(before, &unit), figures_of(report, &unit));
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
