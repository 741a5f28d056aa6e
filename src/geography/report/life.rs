//! The life of a report: claimed by a sheet, placed on a unit and a period, judged against the others.
//!
//! A function takes the stage of life that it needs. A stage has no field for what is not known yet.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::dossier::Dossier;
use super::evidence::VintageBasis;
use crate::diagnostic::{Finding, Place};
use crate::extract::UnitCodes;
use crate::geography::decision::{DecisionOutcome, Docket};
use crate::geography::unit::UnitKey;
use crate::period::Period;

/// Why a report is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hold {
    /// A finding says what is wrong with it.
    Fault,
    /// A decision withdrew it.
    Withdrawn,
    /// It is consolidated from other reports, so nothing of it is counted again.
    Consolidated,
}

/// A report as its sheet claims it, before it is compared with other reports.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClaimedReport {
    /// The parts that a report keeps through its whole life.
    pub dossier: Dossier,
    /// The period, if the sheet or a decision gives it.
    pub period: Option<Period>,
    /// The unit, if a decision gives it.
    pub unit: Option<UnitKey>,
    /// Why it is held back, if it is.
    pub hold: Option<Hold>,
}

impl ClaimedReport {
    /// A report without period and unit.
    #[must_use]
    pub fn new(dossier: Dossier) -> Self {
        Self {
            dossier,
            period: None,
            unit: None,
            hold: None,
        }
    }

    /// The place of the report as a whole.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            unit_vintage: self.unit.as_ref().map(|u| u.vintage.clone()),
            unit_code: self.unit.as_ref().map(|u| u.code.clone()),
            period: self.period.map(|p| p.to_string()),
            ..self.dossier.source.place()
        }
    }

    /// The place where the sheet names the unit.
    #[must_use]
    pub fn unit_place(&self) -> Place {
        Place {
            cell: self.dossier.unit_claim.cell.clone(),
            ..self.place()
        }
    }

    /// Whether it is held back.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.hold.is_some()
    }

    /// Holds the report back: the finding explains its cells, and its values count nowhere.
    pub fn hold(&mut self, finding: Finding) {
        self.dossier.findings.push(finding);
        self.dossier.content.hold();
        self.hold.get_or_insert(Hold::Fault);
    }

    /// Leaves the report out of everything that is counted, because it is made of reports that are counted.
    pub fn set_apart_as_consolidated(&mut self) {
        self.dossier.content.hold();
        self.hold = Some(Hold::Consolidated);
    }

    /// Whether it is made of other reports.
    #[must_use]
    pub fn is_consolidated(&self) -> bool {
        self.hold == Some(Hold::Consolidated)
    }

    /// Holds the report back because a decision withdrew it.
    pub fn withdraw(&mut self, docket: &Docket, decision: usize) {
        let outcomes = &mut self.dossier.rulings.outcomes;
        outcomes.insert(decision, DecisionOutcome::Applied);
        if let Some(finding) = docket.withdrew(decision, self.place()) {
            self.hold(finding);
            self.hold = Some(Hold::Withdrawn);
        }
    }

    /// Records the outcome of a decision about this report.
    pub fn record_outcome(&mut self, docket: &Docket, decision: usize, outcome: DecisionOutcome) {
        let place = self.place();
        self.dossier
            .record_outcome(docket, decision, outcome, place);
    }
}

/// The code of the unit of a value: the report's own, or that of the value's row. `None` if the report's vintage has no such
/// unit.
pub(super) fn code_of<'a>(own: &'a UnitKey, area: Option<&'a UnitCodes>) -> Option<&'a str> {
    let code = match area {
        None => &own.code,
        Some(area) => area.get(&own.vintage)?,
    };
    Some(code)
}

/// A report whose unit and period are known.
#[derive(Debug, Clone)]
pub struct PlacedReport {
    /// The parts that a report keeps through its whole life.
    pub dossier: Dossier,
    /// The unit; for a table whose rows are units, the country.
    pub unit: UnitKey,
    /// Which rung of the ladder decided the vintage of the unit.
    pub vintage_basis: VintageBasis,
    /// The period of the report.
    pub period: Period,
}

impl PlacedReport {
    /// The place of the report as a whole.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            unit_vintage: Some(self.unit.vintage.clone()),
            unit_code: Some(self.unit.code.clone()),
            period: Some(self.period.to_string()),
            ..self.dossier.source.place()
        }
    }

    /// The place where the sheet names the unit.
    #[must_use]
    pub fn unit_place(&self) -> Place {
        Place {
            cell: self.dossier.unit_claim.cell.clone(),
            ..self.place()
        }
    }

    /// The code of the unit of a value: the report's own, or that of the row of the value.
    #[must_use]
    pub fn code_of<'a>(&'a self, area: Option<&'a UnitCodes>) -> Option<&'a str> {
        code_of(&self.unit, area)
    }

    /// The unit of a value, in the vintage of the report: see [`Self::code_of`].
    #[must_use]
    pub fn unit_of(&self, area: Option<&UnitCodes>) -> Option<UnitKey> {
        Some(UnitKey {
            vintage: self.unit.vintage.clone(),
            code: self.code_of(area)?.to_owned(),
        })
    }

    /// The units that it reports for: those of its values if its rows are units, else its own.
    #[must_use]
    pub fn units(&self) -> BTreeSet<UnitKey> {
        if !self.dossier.unit_claim.by_unit {
            return BTreeSet::from([self.unit.clone()]);
        }
        let observations = self.dossier.content.observations.iter();
        observations
            .filter_map(|o| self.unit_of(o.area.as_deref()))
            .collect()
    }
}

/// Whether a report counts among the others of its form, unit and period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportStanding {
    /// It counts.
    Current,
    /// A later version of the same reporter counts instead.
    Superseded,
    /// Another reporter's report counts instead, or the one that a decision accepted.
    Outranked,
    /// Its unit had ended when it came, and the unit that this one became part of reports itself: it is kept and compared.
    SetAside,
    /// It is held back; a finding says why.
    Held(Hold),
}

/// A report that was compared with the others.
#[derive(Debug, Clone)]
pub struct JudgedReport {
    /// The report, with its unit and period.
    pub report: PlacedReport,
    /// Number of this version among those of the same form, unit, period and reporter, from 1.
    pub revision: i64,
    /// Whether it counts among the others.
    pub standing: ReportStanding,
}

impl JudgedReport {
    /// The parts that a report keeps through its whole life.
    #[must_use]
    pub fn dossier(&self) -> &Dossier {
        &self.report.dossier
    }

    /// The identifier of the report.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.report.dossier.source.report_id
    }

    /// The code of the form.
    #[must_use]
    pub fn form(&self) -> &str {
        &self.report.dossier.source.form
    }

    /// Whether it is the version that counts.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.standing == ReportStanding::Current
    }

    /// Whether it is held back.
    #[must_use]
    pub fn is_held(&self) -> bool {
        matches!(self.standing, ReportStanding::Held(_))
    }

    /// Adds a finding.
    pub fn add_finding(&mut self, finding: Finding) {
        self.report.dossier.findings.push(finding);
    }

    /// Holds the report back: the finding explains its cells, and its values count nowhere.
    pub fn hold(&mut self, finding: Finding) {
        self.add_finding(finding);
        self.report.dossier.content.hold();
        self.standing = ReportStanding::Held(Hold::Fault);
    }

    /// Records the outcome of a decision about this report.
    pub fn record_outcome(&mut self, docket: &Docket, decision: usize, outcome: DecisionOutcome) {
        let place = self.report.place();
        let dossier = &mut self.report.dossier;
        dossier.record_outcome(docket, decision, outcome, place);
    }

    /// Records that the decision to accept the report was applied.
    pub fn accept(&mut self, docket: &Docket) {
        if let Some(decision) = self.dossier().rulings.accepted {
            self.record_outcome(docket, decision, DecisionOutcome::Applied);
        }
    }
}
