//! The decisions about one report that apply while it is read: to its period, its unit, and whether it counts at all.

use std::collections::BTreeSet;

use super::decision::{Decision, DecisionOutcome, Docket, Ruling};
use super::report::{Aspect, Basis, ClaimedReport, Evidence, ReportSource, Rulings};
use super::unit::UnitKey;
use crate::diagnostic::Finding;
use crate::period::{Frequency, Period};

/// A period, and how it was found.
pub(crate) type FoundPeriod = (Period, Basis);

/// The decisions about one report that reading applies, each by its index in the docket.
#[derive(Default)]
pub(crate) struct ReportDecisions {
    period: Option<(usize, Period)>,
    unit: Option<(usize, UnitKey)>,
    withdraw: Option<usize>,
}

impl ReportDecisions {
    /// The decisions about a report: those that reading applies, and those that later stages apply. If several decisions
    /// answer the same question, the last one in the file counts.
    pub(crate) fn of(source: &ReportSource, docket: &Docket) -> (Self, Rulings) {
        let (mut decided, mut rulings) = (Self::default(), Rulings::default());
        for (i, Decision { ruling, .. }) in docket.of_report(source) {
            // It is unneeded until something applies it.
            rulings.outcomes.insert(i, DecisionOutcome::Unneeded);
            match ruling {
                Ruling::Period(period) => decided.period = Some((i, *period)),
                Ruling::Unit(unit) => decided.unit = Some((i, unit.clone())),
                Ruling::Withdraw => decided.withdraw = Some(i),
                Ruling::Vintage(vintage) => rulings.vintage = Some((i, vintage.clone())),
                Ruling::Accept => rulings.accepted = Some(i),
                Ruling::Waive(rule) => {
                    rulings.waived.insert(rule.clone(), i);
                }
            }
        }
        (decided, rulings)
    }

    /// The decided period, if its frequency is one of the form's `frequencies`; else the one that the sheet claims.
    pub(crate) fn period(
        &self,
        report: &mut ClaimedReport,
        docket: &Docket,
        claimed: Result<FoundPeriod, Box<Finding>>,
        frequencies: &[Frequency],
    ) -> Result<FoundPeriod, Box<Finding>> {
        let Some((decision, period)) = self.period else {
            return claimed;
        };
        if !frequencies.contains(&period.frequency) {
            report.record_outcome(docket, decision, DecisionOutcome::Stale);
            return claimed;
        }
        if claimed.as_ref().is_ok_and(|(p, _)| *p == period) {
            return claimed;
        }
        report.record_outcome(docket, decision, DecisionOutcome::Applied);
        Ok((period, Basis::Decision))
    }

    /// Gives the report the decided unit. Without one, holds the report back if its words name no unit, which `fault` says.
    pub(crate) fn unit(&self, report: &mut ClaimedReport, docket: &Docket, fault: Option<Finding>) {
        let Some((decision, unit)) = &self.unit else {
            if let Some(finding) = fault {
                report.hold(finding);
            }
            return;
        };
        // A table whose rows are units does not belong to one of them.
        if report.dossier.unit_claim.by_unit {
            report.record_outcome(docket, *decision, DecisionOutcome::Stale);
            if let Some(finding) = fault {
                report.hold(finding);
            }
            return;
        }
        // A decision also settles a contradiction with the name of the sheet or file.
        let is_contradicted = report.dossier.contradiction.is_some();
        if fault.is_none() && !is_contradicted && already_names(report, unit) {
            return;
        }
        report.dossier.unit_claim.candidates = BTreeSet::from([unit.clone()]);
        report.unit = Some(unit.clone());
        report.record_outcome(docket, *decision, DecisionOutcome::Applied);
        let evidence = &mut report.dossier.evidence;
        evidence.retain(|e| e.aspect != Aspect::Unit);
        let answer = Some(format!("{}:{}", unit.vintage, unit.code));
        evidence.push(Evidence::of(Aspect::Unit, answer, Basis::Decision, None));
    }

    /// Withdraws the report if that was decided.
    pub(crate) fn withdraw(&self, report: &mut ClaimedReport, docket: &Docket) {
        if let Some(decision) = self.withdraw {
            report.withdraw(docket, decision);
        }
    }
}

/// Whether the report's own words mean this unit and no other.
fn already_names(report: &ClaimedReport, unit: &UnitKey) -> bool {
    let claim = &report.dossier.unit_claim;
    claim.candidates.contains(unit)
        && (claim.candidates.len() == 1 || claim.stated_vintage.as_ref() == Some(&unit.vintage))
}
