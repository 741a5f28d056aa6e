//! Decides to which vintage the unit of a report belongs, by the ladder of the contract, one rung after the other.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::decision::{DecisionOutcome, Docket};
use super::report::{ClaimedReport, PlacedReport, VintageBasis};
use super::territory::Geography;
use super::unit::UnitKey;
use crate::diagnostic::findings;
use crate::period::Period;

/// A unit, and the rung that decided its vintage.
type DecidedUnit = (UnitKey, VintageBasis);

/// Decides the unit of every report with a known period; decisions of people come first. A report that stays open is held
/// back with a finding. Returns the placed reports, and those that are held back.
#[must_use]
pub fn place_reports(
    mut claimed: Vec<ClaimedReport>,
    docket: &Docket,
    geography: &Geography,
    zone: &TimeZone,
) -> (Vec<PlacedReport>, Vec<ClaimedReport>) {
    let mut units: Vec<Option<DecidedUnit>> = claimed
        .iter_mut()
        .map(|report| decided_alone(report, docket, geography))
        .collect();
    let others = PeerVintages::of(&claimed, &units, geography);
    for (report, unit) in claimed.iter_mut().zip(&mut units) {
        if unit.is_none() && !report.is_held() {
            *unit = decided_among(report, &others, geography, zone);
        }
    }
    let (mut placed, mut unplaced) = (Vec::new(), Vec::new());
    for (report, unit) in claimed.into_iter().zip(units) {
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
                placed.push(report);
            }
            _ => unplaced.push(report),
        }
    }
    (placed, unplaced)
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
    let of_vintage = claim.candidates.iter().find(|u| u.vintage == vintage);
    let stated = claim.stated_vintage.as_ref();
    let (unit, outcome) = match of_vintage.cloned() {
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
    let Some(vintage) = claim.stated_vintage.clone() else {
        let mut candidates = claim.candidates.iter();
        return match (candidates.next(), candidates.next()) {
            (Some(only), None) => Some((only.clone(), VintageBasis::NameAndCode)),
            _ => None,
        };
    };
    if let Some(unit) = claim.candidates.iter().find(|u| u.vintage == vintage) {
        return Some((unit.clone(), VintageBasis::Stated));
    }
    let first = claim.candidates.first();
    let name = first.map_or("", |u| geography.name(u, jiff::civil::Date::MAX));
    let finding = findings::TH413 { name, vintage }.at(report.unit_place());
    report.hold(finding);
    None
}

/// Vintages by form and period.
type Vintages = BTreeMap<(String, Period), BTreeSet<String>>;

/// The vintages of the other reports of the same form and period.
struct PeerVintages {
    /// The vintages of reports that rungs (1) or (2) decided.
    peers: Vintages,
    /// The vintages of units that are not unchanged in all vintages.
    changed_units: Vintages,
}

impl PeerVintages {
    fn of(reports: &[ClaimedReport], units: &[Option<DecidedUnit>], geography: &Geography) -> Self {
        let (mut peers, mut changed_units) = (Vintages::new(), Vintages::new());
        for (report, unit) in reports.iter().zip(units) {
            let (Some((unit, basis)), Some(period)) = (unit, report.period) else {
                continue;
            };
            let key = (report.dossier.source.form.clone(), period);
            if matches!(basis, VintageBasis::Stated | VintageBasis::NameAndCode) {
                let vintages = peers.entry(key.clone()).or_default();
                vintages.insert(unit.vintage.clone());
            }
            let mut vintages = geography.vintages.iter();
            if !vintages.all(|(vintage, _)| geography.is_unchanged(unit, vintage)) {
                let vintages = changed_units.entry(key).or_default();
                vintages.insert(unit.vintage.clone());
            }
        }
        Self {
            peers,
            changed_units,
        }
    }
}

/// Rungs (3) to (6): by an unchanged unit, the other reports, the period or the day of receipt. Holds the report back if none
/// of them decides.
fn decided_among(
    report: &mut ClaimedReport,
    others: &PeerVintages,
    geography: &Geography,
    zone: &TimeZone,
) -> Option<DecidedUnit> {
    let period = report.period?;
    let key = (report.dossier.source.form.clone(), period);
    let candidates = &report.dossier.unit_claim.candidates;
    let candidate = |vintage: &str| candidates.iter().find(|u| u.vintage == vintage).cloned();
    // (3) A unit that the change left unchanged.
    let entities: BTreeSet<&UnitKey> = candidates.iter().map(|u| geography.entity(u)).collect();
    if entities.len() == 1
        && let Some(unit) = candidate(geography.vintage_on(period.end()))
    {
        return Some((unit, VintageBasis::UnchangedUnit));
    }
    // (4) The reports of the same form and period, if they agree.
    let agreed = others.peers.get(&key).filter(|v| v.len() == 1);
    if let Some(unit) = agreed.and_then(|v| candidate(v.first()?)) {
        return Some((unit, VintageBasis::Peers));
    }
    // (5) The period, if it lies within one vintage.
    let of_period = geography.vintage_of_period(period);
    if let Some(unit) = of_period.and_then(candidate) {
        return Some((unit, VintageBasis::Period));
    }
    // (6) The day of receipt, unless changed units of the other vintage report too.
    let received = report.dossier.source.received_on(zone);
    let in_force = geography.vintage_on(received);
    let contested = others
        .changed_units
        .get(&key)
        .is_some_and(|vintages| vintages.iter().any(|v| v != in_force));
    if of_period.is_none()
        && !contested
        && let Some(unit) = candidate(in_force)
    {
        let by_receipt = findings::TH402 {
            name: geography.name(&unit, period.end()),
            vintage: in_force,
            received: received.to_string(),
        };
        let finding = by_receipt.at(report.unit_place());
        report.dossier.findings.push(finding);
        return Some((unit, VintageBasis::Received));
    }
    let first = candidates.first();
    let name = first.map_or("", |u| geography.name(u, period.end()));
    let period = period.to_string();
    let finding = findings::TH412 { name, period }.at(report.unit_place());
    report.hold(finding);
    None
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
