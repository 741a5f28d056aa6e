//! What people decided about one report, applied while it is assembled.

use std::collections::BTreeSet;

use crate::diagnostic::Finding;
use crate::extract::{Form, SheetTable};
use crate::geography::{
    Aspect, Basis, ClaimedReport, Decision, DecisionOutcome, Docket, Evidence, ReportSource,
    Ruling, Rulings, UnitKey,
};
use crate::period::Period;
use crate::text::one_line;

/// A period, and how it was found.
pub(super) type FoundPeriod = (Period, Basis);

/// What people decided about one report and reading applies.
#[derive(Default)]
pub(super) struct Decided {
    pub(super) period: Option<(usize, Period)>,
    pub(super) unit: Option<(usize, UnitKey)>,
    pub(super) withdraw: Option<usize>,
}

impl Decided {
    /// The decisions about a report: those that reading applies, and those that later stages apply. Of several decisions on
    /// one question the last of the file counts.
    pub(super) fn of(source: &ReportSource, docket: &Docket) -> (Self, Rulings) {
        let (mut decided, mut rulings) = (Self::default(), Rulings::default());
        for (i, Decision { ruling, .. }) in docket.of_report(source) {
            // Unneeded, until something comes of it.
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

    /// The period that was decided, else the one that the sheet claims.
    pub(super) fn period(
        &self,
        report: &mut ClaimedReport,
        docket: &Docket,
        claimed: Result<FoundPeriod, Box<Finding>>,
        form: &Form,
    ) -> Result<FoundPeriod, Box<Finding>> {
        let Some((decision, period)) = self.period else {
            return claimed;
        };
        if !form.frequencies.contains(&period.frequency) {
            report.record_outcome(docket, decision, DecisionOutcome::Stale);
            return claimed;
        }
        if claimed.as_ref().is_ok_and(|(p, _)| *p == period) {
            return claimed;
        }
        report.record_outcome(docket, decision, DecisionOutcome::Applied);
        Ok((period, Basis::Decision))
    }

    /// Gives the report the unit that was decided, or holds it back where its words name none: `fault` says so.
    pub(super) fn unit(&self, report: &mut ClaimedReport, docket: &Docket, fault: Option<Finding>) {
        let Some((decision, unit)) = &self.unit else {
            if let Some(finding) = fault {
                report.hold(finding);
            }
            return;
        };
        // A table whose rows are units is of no single unit.
        if report.dossier.unit_claim.by_unit {
            report.record_outcome(docket, *decision, DecisionOutcome::Stale);
            if let Some(finding) = fault {
                report.hold(finding);
            }
            return;
        }
        if fault.is_none() && says_itself(report, unit) {
            return;
        }
        report.dossier.unit_claim.candidates = BTreeSet::from([unit.clone()]);
        report.unit = Some(unit.clone());
        report.record_outcome(docket, *decision, DecisionOutcome::Applied);
        let evidence = &mut report.dossier.evidence;
        evidence.retain(|e| e.aspect != Aspect::Unit);
        evidence.push(Evidence {
            aspect: Aspect::Unit,
            answer: Some(format!("{}:{}", unit.vintage, unit.code)),
            basis: Basis::Decision,
            text: None,
            cell: None,
        });
    }
}

/// Whether a report's own words mean this unit and no other.
fn says_itself(report: &ClaimedReport, unit: &UnitKey) -> bool {
    let claim = &report.dossier.unit_claim;
    claim.candidates.contains(unit)
        && (claim.candidates.len() == 1 || claim.stated_vintage.as_ref() == Some(&unit.vintage))
}

/// The evidence for the period of a report.
pub(super) fn period_evidence(table: &SheetTable, (period, basis): FoundPeriod) -> Evidence {
    let in_title = table.title.periods.iter().find(|(_, p)| *p == period);
    let stated = match basis {
        Basis::Title => in_title.map(|(stated, _)| stated),
        Basis::Heads => table.year_head.as_ref(),
        _ => None,
    };
    Evidence {
        aspect: Aspect::Period,
        answer: Some(period.to_string()),
        basis,
        text: stated.map(|s| one_line(&s.text)),
        cell: stated.map(|s| s.at.to_string()),
    }
}
