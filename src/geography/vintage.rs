//! Which vintage's unit a report speaks of: the ladder of the contract, one rung after the other.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::decision::{Docket, Outcome};
use super::report::Report;
use super::{Geography, UnitKey};
use crate::diagnostic::{Finding, Place};
use crate::period::Period;

/// Decides the unit of every report whose period is known, people's decisions first; what stays open is held back with
/// a finding.
pub fn decide_vintages(
    reports: &mut [Report],
    docket: &Docket,
    geography: &Geography,
    zone: &TimeZone,
) {
    for report in reports.iter_mut().filter(|r| r.unit.is_none() && !r.held) {
        apply_decision(report, docket);
        if report.unit.is_some() {
            continue;
        }
        if let Some((unit, evidence)) = decided_alone(report, geography) {
            report.settle_unit(unit, evidence);
        }
    }
    // What the reports decided by (1) or (2) say, form by form and period by period.
    let mut peers: BTreeMap<(String, Period), BTreeSet<String>> = BTreeMap::new();
    let mut changed_units: BTreeMap<(String, Period), BTreeSet<String>> = BTreeMap::new();
    for report in reports.iter() {
        let (Some(unit), Some(period)) = (&report.unit, report.period) else {
            continue;
        };
        let key = (report.form.clone(), period);
        if matches!(report.vintage_evidence, Some("stated" | "name-and-code")) {
            peers
                .entry(key.clone())
                .or_default()
                .insert(unit.vintage.clone());
        }
        let stays = geography
            .vintages
            .iter()
            .all(|(vintage, _)| geography.is_unchanged(unit, vintage));
        if !stays {
            changed_units
                .entry(key)
                .or_default()
                .insert(unit.vintage.clone());
        }
    }
    for report in reports.iter_mut().filter(|r| r.unit.is_none() && !r.held) {
        let Some(period) = report.period else {
            continue;
        };
        let key = (report.form.clone(), period);
        let candidate = |vintage: &str| {
            report
                .candidates
                .iter()
                .find(|u| u.vintage == vintage)
                .cloned()
        };
        // (3) A unit that the change left as it was.
        let entities: BTreeSet<&UnitKey> = report
            .candidates
            .iter()
            .map(|u| geography.entity(u))
            .collect();
        if entities.len() == 1
            && let Some(unit) = candidate(geography.vintage_on(period.end()))
        {
            report.settle_unit(unit, "unchanged-unit");
            continue;
        }
        // (4) The reports of the same form and period, if they agree.
        if let Some(agreed) = peers
            .get(&key)
            .filter(|v| v.len() == 1)
            .and_then(|v| v.first())
            && let Some(unit) = candidate(agreed)
        {
            report.settle_unit(unit, "peers");
            continue;
        }
        // (5) The period, if it lies within one vintage.
        if let Some(vintage) = geography.vintage_of_period(period)
            && let Some(unit) = candidate(vintage)
        {
            report.settle_unit(unit, "period");
            continue;
        }
        // (6) The day it came, unless the other vintage's own units report too.
        let came = report.received_at.to_zoned(zone.clone()).date();
        let in_force = geography.vintage_on(came);
        let contested = changed_units
            .get(&key)
            .is_some_and(|vintages| vintages.iter().any(|v| v != in_force));
        if geography.vintage_of_period(period).is_none()
            && !contested
            && let Some(unit) = candidate(in_force)
        {
            let name = geography.name(&unit, period.end()).to_owned();
            report.settle_unit(unit, "received");
            let args = [
                ("name", name.as_str()),
                ("vintage", in_force),
                ("received", &came.to_string()),
            ];
            let finding = Finding::new("TH402", report.unit_place(), &args);
            report.findings.push(finding);
            continue;
        }
        let name = report
            .candidates
            .first()
            .map(|u| geography.name(u, period.end()).to_owned())
            .unwrap_or_default();
        let finding = Finding::new(
            "TH412",
            report.unit_place(),
            &[("name", &name), ("period", &period.to_string())],
        );
        report.hold(finding);
    }
}

/// Gives the report the unit of the vintage that a decision names, if its words can mean one.
fn apply_decision(report: &mut Report, docket: &Docket) {
    let Some((decision, vintage)) = report.decided_vintage.clone() else {
        return;
    };
    let of_vintage = report.candidates.iter().find(|u| u.vintage == vintage);
    let stated = report.stated_vintage.as_ref();
    let outcome = match of_vintage.cloned() {
        None => Outcome::Stale,
        Some(_) if stated == Some(&vintage) => Outcome::Unneeded,
        Some(_) if stated.is_none() && report.candidates.len() == 1 => Outcome::Unneeded,
        Some(unit) => {
            report.settle_unit(unit, "decision");
            Outcome::Applied
        }
    };
    report.put_down(docket, decision, outcome);
}

/// (1) what the sheet says, (2) name and code taken together.
fn decided_alone(report: &mut Report, geography: &Geography) -> Option<(UnitKey, &'static str)> {
    if let Some(vintage) = report.stated_vintage.clone() {
        if let Some(unit) = report.candidates.iter().find(|u| u.vintage == vintage) {
            return Some((unit.clone(), "stated"));
        }
        let name = report
            .candidates
            .first()
            .map(|u| geography.name(u, jiff::civil::Date::MAX).to_owned())
            .unwrap_or_default();
        let place: Place = report.unit_place();
        report.hold(Finding::new(
            "TH413",
            place,
            &[("name", &name), ("vintage", &vintage)],
        ));
        return None;
    }
    let mut candidates = report.candidates.iter();
    match (candidates.next(), candidates.next()) {
        (Some(only), None) => Some((only.clone(), "name-and-code")),
        _ => None,
    }
}
