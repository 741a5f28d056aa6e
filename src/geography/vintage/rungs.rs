//! Rungs (3) to (6): an unchanged unit, the period, the peers, and the days of receipt with the reports of former units.
//!
//! The day of a change is the day on which one of the units that the words may mean began: each pair of units of one name has
//! its own.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::others::OtherReports;
use super::possible::{DecidedUnit, PossibleUnit, only_one};
use crate::diagnostic::{Finding, findings};
use crate::geography::report::{ClaimedReport, VintageBasis};
use crate::geography::territory::Geography;
use crate::geography::unit::UnitKey;
use crate::period::Period;

/// A report whose own words mean several units.
pub(super) struct Claim<'a> {
    pub(super) report: &'a ClaimedReport,
    /// The reporting units that it may mean, in the order of time.
    pub(super) possible: Vec<PossibleUnit<'a>>,
    period: Period,
    received: Date,
}

/// Why the dates of a report leave open which unit it means, with places in [`Claim::possible`].
pub(super) enum Open {
    /// The period holds the day of a change: all of these stand in it. The day is that of the last change before it came.
    HoldsChange(Vec<usize>, Date),
    /// A period of less than a year ended before a change, and the report came after it: the unit of the period, and the
    /// one in force when the report came.
    CameAfterChange(usize, usize),
    /// None of the units stands in the period.
    StandsNever,
}

/// Why the other reports of the form and period do not decide either.
pub(super) enum Doubt {
    /// There is nothing to say.
    None,
    /// These units reported themselves, which speaks for the former unit of the name.
    OtherUnits(BTreeSet<UnitKey>),
    /// Another report of the same name was there before.
    OwnName,
}

impl<'a> Claim<'a> {
    /// What a report claims; `None` without a period or a unit.
    pub(super) fn of(
        report: &'a ClaimedReport,
        geography: &'a Geography,
        zone: &TimeZone,
    ) -> Option<Self> {
        let possible = PossibleUnit::all(&report.dossier.unit_claim.candidates, geography);
        Some(Self {
            period: report.period?,
            received: report.dossier.source.received_on(zone),
            report,
            possible,
        })
        .filter(|claim| !claim.possible.is_empty())
    }

    /// Rungs (3), an unchanged unit, and (4), the period; also (6) where the report came before the change, when only one
    /// of the units was there to report.
    pub(super) fn decided_by_dates(&self, geography: &Geography) -> Result<DecidedUnit, Open> {
        let Self {
            possible,
            period,
            received,
            ..
        } = self;
        let decided = |at: usize, basis| {
            let unit = possible[at].on(period.end(), geography).clone();
            Ok((unit, basis))
        };
        if let [_] = possible[..] {
            return decided(0, VintageBasis::UnchangedUnit);
        }
        let stands =
            |unit: &PossibleUnit<'_>| unit.from <= period.end() && period.start() < unit.until;
        let standing: Vec<usize> = (0..possible.len())
            .filter(|at| stands(&possible[*at]))
            .collect();
        match standing[..] {
            [] => Err(Open::StandsNever),
            [only] => {
                let ended = period.months() < 12 && possible[only].ends <= *received;
                let later = only + 1..possible.len();
                match only_one(later.filter(|at| possible[*at].stands_on(*received))) {
                    Some(in_force) if ended && period.end() < possible[in_force].from => {
                        Err(Open::CameAfterChange(only, in_force))
                    }
                    _ => decided(only, VintageBasis::Period),
                }
            }
            [first, ref others @ ..] => {
                let began = others.iter().map(|at| possible[*at].from);
                match began.filter(|day| day <= received).max() {
                    Some(day) => Err(Open::HoldsChange(standing, day)),
                    None => decided(first, VintageBasis::Received),
                }
            }
        }
    }

    /// Rung (5): the reports of the same form and period that came on or after the day of the change and that rungs (1) or
    /// (2) decided, if they all agree. They never give a report to a unit that was not there when it came.
    pub(super) fn decided_by_peers(
        &self,
        why: &Open,
        others: &OtherReports,
    ) -> Option<DecidedUnit> {
        let day = match why {
            Open::HoldsChange(_, day) => *day,
            Open::CameAfterChange(_, in_force) => self.possible[*in_force].from,
            Open::StandsNever => {
                let began = self.possible.iter().map(|unit| unit.from);
                began.filter(|day| *day <= self.received).max()?
            }
        };
        let vintage = others.agreed_since(self.report, day)?;
        let there =
            |unit: &&PossibleUnit<'_>| unit.stands_on(self.received) && self.received < unit.ends;
        let there = self.possible.iter().filter(there);
        let unit = only_one(there.filter_map(|unit| unit.in_vintage(vintage)))?;
        Some((unit.clone(), VintageBasis::Peers))
    }

    /// Rung (6): the unit in force when the report came, or the former one, by which former units reported themselves.
    pub(super) fn decided_by_former_units(
        &self,
        why: &Open,
        others: &OtherReports,
        geography: &'a Geography,
    ) -> Result<(DecidedUnit, Finding), Doubt> {
        match why {
            Open::HoldsChange(standing, _) => {
                let day = self.received.min(self.period.end());
                let standing = standing.iter().map(|at| &self.possible[*at]);
                let in_force = only_one(standing.filter(|unit| unit.stands_on(day)));
                self.unless_former_units_report(in_force.ok_or(Doubt::None)?, others, geography)
            }
            Open::CameAfterChange(former, in_force) => {
                let (former, in_force) = (&self.possible[*former], &self.possible[*in_force]);
                self.by_what_is_complete(former, in_force, others, geography)
            }
            Open::StandsNever => Err(Doubt::None),
        }
    }

    /// The unit in force, unless the reports of other units speak for the former one of its name: one of its former units
    /// reported before it ended; all of them but the one of its name reported; or the one of its name did.
    ///
    /// A few offices that go on reporting although their unit ended are no such evidence: those reports are set aside.
    fn unless_former_units_report(
        &self,
        in_force: &PossibleUnit<'a>,
        others: &OtherReports,
        geography: &'a Geography,
    ) -> Result<(DecidedUnit, Finding), Doubt> {
        let named: BTreeSet<&UnitKey> = self.possible.iter().map(|p| p.entity).collect();
        let former: BTreeSet<&UnitKey> =
            entities(geography.former_units(in_force.entity), geography);
        let before_its_end = |unit: &UnitKey| {
            let end = geography.end_of(unit).map_or(Date::MAX, |c| c.effective);
            others.reported_before(self.report, unit, end)
        };
        let mut doubts: BTreeSet<&UnitKey> = former
            .iter()
            .copied()
            .filter(|unit| before_its_end(unit))
            .collect();
        let of_name = named
            .iter()
            .copied()
            .filter(|unit| *unit != in_force.entity);
        doubts.extend(of_name.filter(|unit| others.reported(self.report, unit)));
        let other_names = || former.iter().copied().filter(|unit| !named.contains(unit));
        if other_names().all(|unit| others.reported(self.report, unit)) {
            doubts.extend(other_names());
        }
        if !doubts.is_empty() {
            return Err(Doubt::OtherUnits(doubts.into_iter().cloned().collect()));
        }
        let unit = in_force.on(self.period.end(), geography);
        let finding = received_in(self.report, unit, self.received, geography);
        Ok(((unit.clone(), VintageBasis::Received), finding))
    }

    /// The former unit, if all other former units of its successor reported and no earlier report of its own name is there;
    /// the unit in force, if none of its other former units did.
    fn by_what_is_complete(
        &self,
        former: &PossibleUnit<'a>,
        in_force: &PossibleUnit<'a>,
        others: &OtherReports,
        geography: &'a Geography,
    ) -> Result<(DecidedUnit, Finding), Doubt> {
        let beside = |unit: &'a UnitKey| {
            let all = entities(geography.former_units(unit), geography);
            all.into_iter().filter(|unit| *unit != former.entity)
        };
        let end = geography.end_of(former.entity);
        let successor = end.map_or(in_force.entity, |change| &change.to);
        let mut siblings = beside(successor).peekable();
        let has_siblings = siblings.peek().is_some();
        let all_reported = has_siblings && siblings.all(|u| others.reported(self.report, u));
        let none_reported =
            !beside(in_force.entity).any(|u| others.may_have_reported(self.report, u));
        let was_there = others.was_there(self.report, former.entity);
        let successor_name = geography.name(successor, self.received);
        // A name that is used again for other territory says nothing of the former units there.
        let is_successor = geography.entity(successor) == in_force.entity;
        let former_fits = all_reported && !was_there && is_successor;
        let in_force_fits = none_reported && (is_successor || !all_reported);
        let (chosen, why) = match (former_fits, in_force_fits) {
            (true, false) => (
                former,
                findings::th460::AllReported {
                    successor: successor_name,
                }
                .words(),
            ),
            (false, true) => (
                in_force,
                findings::th460::NoneReported {
                    name: geography.name(in_force.entity, self.received),
                }
                .words(),
            ),
            _ if was_there => return Err(Doubt::OwnName),
            _ => {
                let reported = beside(successor).chain(beside(in_force.entity));
                let reported = reported.filter(|u| others.may_have_reported(self.report, u));
                return Err(Doubt::OtherUnits(reported.cloned().collect()));
            }
        };
        let unit = chosen.on(self.period.end(), geography);
        let taken = findings::TH460 {
            name: geography.name(unit, self.period.end()),
            vintage: &unit.vintage,
            why,
        };
        let finding = taken.at(self.report.unit_place());
        Ok(((unit.clone(), VintageBasis::FormerUnits), finding))
    }
}

/// The finding that the vintage in force on the day of receipt decided.
pub(super) fn by_receipt(
    report: &ClaimedReport,
    unit: &UnitKey,
    geography: &Geography,
    zone: &TimeZone,
) -> Finding {
    let received = report.dossier.source.received_on(zone);
    received_in(report, unit, received, geography)
}

fn received_in(
    report: &ClaimedReport,
    unit: &UnitKey,
    received: Date,
    geography: &Geography,
) -> Finding {
    let day = report.period.map_or(received, Period::end);
    let by_receipt = findings::TH402 {
        name: geography.name(unit, day),
        vintage: &unit.vintage,
        received: received.to_string(),
    };
    by_receipt.at(report.unit_place())
}

/// The reporting units of some units.
fn entities<'a>(units: BTreeSet<&'a UnitKey>, geography: &'a Geography) -> BTreeSet<&'a UnitKey> {
    units.into_iter().map(|u| geography.entity(u)).collect()
}
