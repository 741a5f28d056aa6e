//! Decides to which vintage the unit of a report belongs, by the ladder of the contract, one rung after the other.
//!
//! A rung looks at the report alone, or at what the rungs before it decided for other reports. So no decision depends on the
//! order of the reports, nor on those that are held back.

mod figures;
mod former_codes;
mod others;
mod possible;
mod rungs;

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use self::figures::warn_of_other_figures;
use self::former_codes::ignore_former_code;
use self::others::OtherReports;
use self::possible::{DecidedUnit, only_one};
use self::rungs::{Claim, Doubt, Open};
use super::decision::{DecisionOutcome, Docket};
use super::report::{ClaimedReport, PlacedReport, VintageBasis};
use super::territory::Geography;
use crate::diagnostic::{Finding, Message, findings};
use crate::period::Period;
use crate::text::Bilingual;

/// Decides the unit of every report with a known period; decisions of people come first. A report that stays open is held
/// back with a finding. Returns the placed reports, and those that are held back.
#[must_use]
pub fn place_reports(
    mut claimed: Vec<ClaimedReport>,
    docket: &Docket,
    geography: &Geography,
    zone: &TimeZone,
) -> (Vec<PlacedReport>, Vec<ClaimedReport>) {
    for report in &mut claimed {
        ignore_former_code(report, geography, zone);
    }
    let units: Vec<Option<DecidedUnit>> = claimed
        .iter_mut()
        .map(|report| decided_alone(report, docket, geography))
        .collect();
    let found = climb(&claimed, units, geography, zone);
    let (mut placed, mut unplaced) = (Vec::new(), Vec::new());
    for (mut report, (unit, finding)) in claimed.into_iter().zip(found) {
        match finding {
            Some(finding) if unit.is_none() => report.hold(finding),
            finding => report.dossier.findings.extend(finding),
        }
        match (unit, report.period) {
            (Some((unit, vintage_basis)), Some(period)) if !report.is_held() => {
                let mut report = PlacedReport {
                    dossier: report.dossier,
                    unit,
                    vintage_basis,
                    period,
                };
                if report.dossier.unit_claim.by_unit {
                    warn_of_better_fit(&mut report, geography);
                }
                warn_of_ended_agency(&mut report, geography, zone);
                placed.push(report);
            }
            _ => unplaced.push(report),
        }
    }
    warn_of_other_figures(&mut placed, geography);
    (placed, unplaced)
}

/// Rungs (3) to (6), for the reports that the first two did not decide. Returns the unit of each report, if a rung decides,
/// and what has to be said of that.
fn climb(
    reports: &[ClaimedReport],
    mut units: Vec<Option<DecidedUnit>>,
    geography: &Geography,
    zone: &TimeZone,
) -> Vec<(Option<DecidedUnit>, Option<Finding>)> {
    let mut others = OtherReports::default();
    for (report, unit) in reports.iter().zip(&units) {
        others.add_peer(report, unit.as_ref(), zone);
    }
    let mut told: Vec<Option<Finding>> = vec![None; reports.len()];
    let mut open: Vec<(usize, Claim<'_>, Open)> = Vec::new();
    for (i, report) in reports.iter().enumerate() {
        if units[i].is_some() || report.is_held() {
            continue;
        }
        let Some(claim) = Claim::of(report, geography, zone) else {
            continue;
        };
        match claim.decided_by_dates(geography) {
            Ok(unit) => units[i] = Some(unit),
            Err(why) => match claim.decided_by_peers(&why, &others) {
                Some(unit) => units[i] = Some(unit),
                None => open.push((i, claim, why)),
            },
        }
        if let Some((unit, VintageBasis::Received)) = &units[i] {
            told[i] = Some(rungs::by_receipt(report, unit, geography, zone));
        }
    }
    for (report, unit) in reports.iter().zip(&units) {
        others.add_decided(report, unit.as_ref(), geography, zone);
    }
    for (_, claim, _) in &open {
        others.add_open(claim.report, &claim.possible);
    }
    for (i, claim, why) in open {
        match claim.decided_by_former_units(&why, &others, geography) {
            Ok((unit, finding)) => {
                units[i] = Some(unit);
                told[i] = Some(finding);
            }
            Err(doubt) => told[i] = Some(stays_open(claim.report, &doubt, geography)),
        }
    }
    units.into_iter().zip(told).collect()
}

/// The finding that holds a report back whose unit no rung decides.
fn stays_open(report: &ClaimedReport, doubt: &Doubt, geography: &Geography) -> Finding {
    let day = report.period.map_or(jiff::civil::Date::MAX, Period::end);
    let first = report.dossier.unit_claim.candidates.first();
    let name = first.map_or("", |unit| geography.name(unit, day));
    let why = match doubt {
        Doubt::None => Bilingual::default(),
        Doubt::OtherUnits(units) => {
            let names = units
                .iter()
                .map(|u| format!("`{}`", geography.name(u, day)));
            let units = names.collect::<Vec<_>>().join(", ");
            findings::th412::OtherUnits { units }.words()
        }
        Doubt::OwnName => findings::th412::OwnName.words(),
    };
    let period = report.period.map_or_else(String::new, |p| p.to_string());
    findings::TH412 { name, period, why }.at(report.unit_place())
}

/// The unit by a decision or by the report's own words: rungs (1), what the sheet states, and (2), name and code together.
fn decided_alone(
    report: &mut ClaimedReport,
    docket: &Docket,
    geography: &Geography,
) -> Option<DecidedUnit> {
    if let Some(unit) = report.unit.clone() {
        return Some((unit, VintageBasis::Decision));
    }
    if report.is_held() {
        return None;
    }
    decided_by_people(report, docket).or_else(|| decided_by_words(report, geography))
}

/// The unit of the vintage that a decision names, if the words of the report can mean one.
fn decided_by_people(report: &mut ClaimedReport, docket: &Docket) -> Option<DecidedUnit> {
    let (decision, vintage) = report.dossier.rulings.vintage.clone()?;
    let claim = &report.dossier.unit_claim;
    let of_vintage = claim.candidates.iter().filter(|u| u.vintage == vintage);
    let stated = claim.stated_vintage.as_ref();
    let (unit, outcome) = match only_one(of_vintage).cloned() {
        None => (None, DecisionOutcome::Stale),
        Some(_) if stated == Some(&vintage) => (None, DecisionOutcome::Unneeded),
        Some(_) if stated.is_none() && claim.candidates.len() == 1 => {
            (None, DecisionOutcome::Unneeded)
        }
        unit => (unit, DecisionOutcome::Applied),
    };
    report.record_outcome(docket, decision, outcome);
    Some((unit?, VintageBasis::Decision))
}

/// Rungs (1), what the sheet states, and (2), name and code together.
fn decided_by_words(report: &mut ClaimedReport, geography: &Geography) -> Option<DecidedUnit> {
    let claim = &report.dossier.unit_claim;
    if let Some(agency) = geography.agency_of(&claim.candidates) {
        return Some((agency.key(), VintageBasis::Agency));
    }
    let Some(vintage) = claim.stated_vintage.clone() else {
        let mut candidates = claim.candidates.iter();
        return match (candidates.next(), candidates.next()) {
            (Some(only), None) => Some((only.clone(), VintageBasis::NameAndCode)),
            _ => None,
        };
    };
    let of_vintage = || claim.candidates.iter().filter(|u| u.vintage == vintage);
    if let Some(unit) = only_one(of_vintage()) {
        return Some((unit.clone(), VintageBasis::Stated));
    }
    let first = claim.candidates.first();
    let name = first.map_or("", |u| geography.name(u, jiff::civil::Date::MAX));
    let message: Message = if of_vintage().next().is_some() {
        let why = findings::th410::Several.words();
        findings::TH410 { text: name, why }.into()
    } else {
        findings::TH413 { name, vintage }.into()
    };
    report.hold(message.at(report.unit_place()));
    None
}

/// Warns if the agency that a report names had ended when it came.
fn warn_of_ended_agency(report: &mut PlacedReport, geography: &Geography, zone: &TimeZone) {
    let received = report.dossier.source.received_on(zone);
    let agencies = &geography.agencies;
    let agency = agencies.of(&report.unit);
    let Some((agency, day)) = agency
        .and_then(|agency| Some((agency, agency.valid_to?)))
        .filter(|(_, day)| *day <= received)
    else {
        return;
    };
    let in_force = agencies.successors(agency).into_iter().next_back();
    let successor = match in_force {
        Some(next) => findings::th468::Passed {
            name: &next.name_vi,
        }
        .words(),
        None => findings::th468::Nobody.words(),
    };
    let ended = findings::TH468 {
        name: &agency.name_vi,
        day: day.to_string(),
        received: received.to_string(),
        successor,
    };
    let finding = ended.at(report.unit_place());
    report.dossier.findings.push(finding);
}

/// Warns if a table whose rows are units has nearly all units of another vintage, but not of the one it was placed on: that
/// vintage may be wrong.
fn warn_of_better_fit(report: &mut PlacedReport, geography: &Geography) {
    if matches!(
        report.vintage_basis,
        VintageBasis::Stated | VintageBasis::Decision
    ) {
        return;
    }
    let own = report.unit.clone();
    let dossier = &report.dossier;
    let count = |vintage: &str| {
        let observations = dossier.content.observations.iter();
        let codes: BTreeSet<&String> = observations
            .filter_map(|o| o.area.as_ref()?.get(vintage))
            .collect();
        (codes.len(), geography.units_of(vintage).len())
    };
    let nearly_all = |vintage: &str| {
        let (has, all) = count(vintage);
        has * 10 >= all * 9
    };
    let candidates = dossier.unit_claim.candidates.iter();
    let other = candidates
        .filter(|c| **c != own && nearly_all(&c.vintage))
        .find(|_| !nearly_all(&own.vintage));
    let Some(other) = other.map(|c| c.vintage.clone()) else {
        return;
    };
    let ((has, all), (other_has, other_all)) = (count(&own.vintage), count(&other));
    let better = findings::TH433 {
        vintage: &own.vintage,
        has,
        all,
        other: &other,
        other_has,
        other_all,
    };
    let finding = better.at(report.place());
    report.dossier.findings.push(finding);
}
