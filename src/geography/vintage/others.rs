//! What the other reports of the same form and period say about who reports.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::possible::{DecidedUnit, PossibleUnit};
use crate::geography::report::{ClaimedReport, VintageBasis};
use crate::geography::territory::Geography;
use crate::geography::unit::UnitKey;
use crate::period::Period;

/// Form and period.
type Collected = (String, Period);

/// A report of a unit that the first five rungs decided, or a decision.
struct DecidedReport {
    submission_id: String,
    received_at: Timestamp,
    received: Date,
}

/// A report that they left open.
struct OpenReport {
    report_id: String,
    submission_id: String,
    received_at: Timestamp,
    entities: BTreeSet<UnitKey>,
}

/// What the reports that are not held back say, by form and period.
#[derive(Default)]
pub(super) struct OtherReports {
    /// Vintages that rungs (1) or (2) decided, with the day of receipt.
    peers: BTreeMap<Collected, Vec<(Date, String)>>,
    /// Reports by their reporting units.
    decided: BTreeMap<Collected, BTreeMap<UnitKey, Vec<DecidedReport>>>,
    /// Reports whose unit is open.
    open: BTreeMap<Collected, Vec<OpenReport>>,
}

/// The form and period of a report.
fn collected(report: &ClaimedReport) -> Option<Collected> {
    Some((report.dossier.source.form.clone(), report.period?))
}

impl OtherReports {
    /// Adds a report that its own words may have decided.
    pub(super) fn add_peer(
        &mut self,
        report: &ClaimedReport,
        unit: Option<&DecidedUnit>,
        zone: &TimeZone,
    ) {
        let (Some((unit, basis)), Some(key)) = (unit, collected(report)) else {
            return;
        };
        if matches!(basis, VintageBasis::Stated | VintageBasis::NameAndCode) && !report.is_held() {
            let received = report.dossier.source.received_on(zone);
            let peer = (received, unit.vintage.clone());
            self.peers.entry(key).or_default().push(peer);
        }
    }

    /// Adds a report that may have been decided.
    pub(super) fn add_decided(
        &mut self,
        report: &ClaimedReport,
        unit: Option<&DecidedUnit>,
        geography: &Geography,
        zone: &TimeZone,
    ) {
        let (Some((unit, _)), Some(key)) = (unit, collected(report)) else {
            return;
        };
        if report.is_held() {
            return;
        }
        let source = &report.dossier.source;
        let of_unit = self.decided.entry(key).or_default();
        let entity = geography.entity(unit).clone();
        of_unit.entry(entity).or_default().push(DecidedReport {
            submission_id: source.submission_id.clone(),
            received_at: source.received_at,
            received: source.received_on(zone),
        });
    }

    /// Adds a report whose unit is open.
    pub(super) fn add_open(&mut self, report: &ClaimedReport, possible: &[PossibleUnit<'_>]) {
        let Some(key) = collected(report) else { return };
        let source = &report.dossier.source;
        self.open.entry(key).or_default().push(OpenReport {
            report_id: source.report_id.clone(),
            submission_id: source.submission_id.clone(),
            received_at: source.received_at,
            entities: possible.iter().map(|p| p.entity.clone()).collect(),
        });
    }

    /// The vintage of the peers of a report that came on or after a day, if they agree.
    pub(super) fn agreed_since(&self, report: &ClaimedReport, day: Date) -> Option<&str> {
        let peers = self.peers.get(&collected(report)?)?;
        let since = peers.iter().filter(|(received, _)| *received >= day);
        let mut vintages = since.map(|(_, vintage)| vintage.as_str());
        let first = vintages.next()?;
        vintages.all(|vintage| vintage == first).then_some(first)
    }

    fn of_unit(&self, report: &ClaimedReport, entity: &UnitKey) -> &[DecidedReport] {
        let of_units = collected(report).and_then(|key| self.decided.get(&key));
        of_units
            .and_then(|units| units.get(entity))
            .map_or(&[], Vec::as_slice)
    }

    /// Whether a reporting unit certainly reported the form and period of a report.
    pub(super) fn reported(&self, report: &ClaimedReport, entity: &UnitKey) -> bool {
        !self.of_unit(report, entity).is_empty()
    }

    /// Whether it did before a day.
    pub(super) fn reported_before(
        &self,
        report: &ClaimedReport,
        entity: &UnitKey,
        day: Date,
    ) -> bool {
        let mut reports = self.of_unit(report, entity).iter();
        reports.any(|other| other.received < day)
    }

    /// Whether it may have reported: certainly, or by a report whose unit is open.
    pub(super) fn may_have_reported(&self, report: &ClaimedReport, entity: &UnitKey) -> bool {
        let own = &report.dossier.source.report_id;
        let open = collected(report).and_then(|key| self.open.get(&key));
        let mut open = open.into_iter().flatten();
        self.reported(report, entity)
            || open.any(|other| other.report_id != *own && other.entities.contains(entity))
    }

    /// Whether another file that may be of the unit was there when a report came.
    pub(super) fn was_there(&self, report: &ClaimedReport, entity: &UnitKey) -> bool {
        let source = &report.dossier.source;
        let is_earlier = |submission: &String, received_at: Timestamp| {
            *submission != source.submission_id && received_at <= source.received_at
        };
        let decided = self.of_unit(report, entity).iter();
        let open = collected(report).and_then(|key| self.open.get(&key));
        let mut open = open.into_iter().flatten();
        decided
            .into_iter()
            .any(|other| is_earlier(&other.submission_id, other.received_at))
            || open.any(|other| {
                other.entities.contains(entity)
                    && is_earlier(&other.submission_id, other.received_at)
            })
    }
}
