//! What people decided about one report, put to it while it is assembled.

use std::collections::BTreeSet;

use super::identify::one_line;
use crate::diagnostic::Finding;
use crate::extract::{Form, SheetTable};
use crate::geography::{Docket, Evidence, Outcome, Report, Ruling, UnitKey};
use crate::period::Period;

/// What people decided about one report.
#[derive(Default)]
pub(super) struct Decided {
    pub(super) period: Option<(usize, Period)>,
    pub(super) unit: Option<(usize, UnitKey)>,
    pub(super) withdraw: Option<usize>,
}

impl Decided {
    /// The decisions about a report; those that later stages apply are put down with it. Of several on one question
    /// the last of the file counts.
    pub(super) fn of(report: &mut Report, docket: &Docket) -> Self {
        let mut decided = Self::default();
        let about: Vec<(usize, Ruling)> = docket
            .of_report(report)
            .map(|(i, decision)| (i, decision.ruling.clone()))
            .collect();
        for (i, ruling) in about {
            // What nothing comes of is not needed.
            report.decided.insert(i, Outcome::Unneeded);
            match ruling {
                Ruling::Period(period) => decided.period = Some((i, period)),
                Ruling::Unit(unit) => decided.unit = Some((i, unit)),
                Ruling::Withdraw => decided.withdraw = Some(i),
                Ruling::Vintage(vintage) => report.decided_vintage = Some((i, vintage)),
                Ruling::Accept => report.accepted = Some(i),
                Ruling::Waive(rule) => {
                    report.waived.insert(rule, i);
                }
            }
        }
        decided
    }

    /// The period that was decided, else the one that the sheet claims.
    pub(super) fn period(
        &self,
        report: &mut Report,
        docket: &Docket,
        claimed: Result<(Period, &'static str), Box<Finding>>,
        form: &Form,
    ) -> Result<(Period, &'static str), Box<Finding>> {
        let Some((decision, period)) = self.period else {
            return claimed;
        };
        if !form.frequencies.contains(&period.frequency) {
            report.put_down(docket, decision, Outcome::Stale);
            return claimed;
        }
        if claimed.as_ref().is_ok_and(|(p, _)| *p == period) {
            return claimed;
        }
        report.put_down(docket, decision, Outcome::Applied);
        Ok((period, "decision"))
    }

    /// Gives the report the unit that was decided, or holds it back where its words name none.
    pub(super) fn unit(
        &self,
        report: &mut Report,
        docket: &Docket,
        by_words: Result<(), Box<Finding>>,
    ) {
        match (&self.unit, by_words) {
            (None, Ok(())) => {}
            (None, Err(finding)) => report.hold(*finding),
            // A table whose rows are units is of no one unit.
            (Some((decision, _)), by_words) if report.by_unit => {
                report.put_down(docket, *decision, Outcome::Stale);
                if let Err(finding) = by_words {
                    report.hold(*finding);
                }
            }
            (Some((_, unit)), Ok(())) if says_itself(report, unit) => {}
            (Some((decision, unit)), _) => {
                report.candidates = BTreeSet::from([unit.clone()]);
                report.settle_unit(unit.clone(), "decision");
                report.put_down(docket, *decision, Outcome::Applied);
                report.evidence.retain(|e| e.aspect != "unit");
                report.evidence.push(Evidence {
                    aspect: "unit",
                    answer: Some(format!("{}:{}", unit.vintage, unit.code)),
                    basis: "decision",
                    text: None,
                    cell: None,
                });
            }
        }
    }
}

/// Whether a report's own words mean this unit and no other.
fn says_itself(report: &Report, unit: &UnitKey) -> bool {
    report.candidates.contains(unit)
        && (report.candidates.len() == 1 || report.stated_vintage.as_ref() == Some(&unit.vintage))
}

/// What tells the period of a report.
pub(super) fn period_evidence(table: &SheetTable, period: Period, basis: &'static str) -> Evidence {
    let in_title = table.title.periods.iter().find(|(_, p)| *p == period);
    let stated = match basis {
        "title" => in_title.map(|(stated, _)| stated),
        "heads" => table.year_head.as_ref(),
        _ => None,
    };
    Evidence {
        aspect: "period",
        answer: Some(period.to_string()),
        basis,
        text: stated.map(|s| one_line(&s.text)),
        cell: stated.map(|s| s.at.to_string()),
    }
}
