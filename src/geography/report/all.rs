//! All reports of a run: those that were judged, and those that were held back before that.

use super::dossier::Dossier;
use super::evidence::VintageBasis;
use super::life::{ClaimedReport, JudgedReport, ReportStanding, code_of};
use crate::diagnostic::Place;
use crate::extract::UnitCodes;
use crate::geography::decision::Addressed;
use crate::geography::unit::UnitKey;
use crate::period::Period;

/// All reports of a run.
#[derive(Debug, Clone, Default)]
pub struct Reports {
    /// Reports with a unit and a period, compared with each other.
    pub judged: Vec<JudgedReport>,
    /// Reports that were held back before they had both.
    pub unplaced: Vec<ClaimedReport>,
}

impl Reports {
    /// Every report.
    pub fn iter(&self) -> impl Iterator<Item = AnyReport<'_>> {
        let judged = self.judged.iter().map(AnyReport::Judged);
        judged.chain(self.unplaced.iter().map(AnyReport::Unplaced))
    }

    /// Every report as the docket sees it.
    #[must_use]
    pub fn addressed(&self) -> Vec<Addressed<'_>> {
        let reports = self.iter();
        reports
            .map(|report| Addressed {
                source: &report.dossier().source,
                place: report.place(),
                is_held: report.is_held(),
                outcomes: &report.dossier().rulings.outcomes,
            })
            .collect()
    }

    /// Every report's dossier, to be completed, with the place of the report as a whole.
    pub fn dossiers_mut(&mut self) -> impl Iterator<Item = (Place, &mut Dossier)> {
        let judged = self.judged.iter_mut().map(|r| {
            let place = r.report.place();
            (place, &mut r.report.dossier)
        });
        let unplaced = self.unplaced.iter_mut().map(|r| {
            let place = r.place();
            (place, &mut r.dossier)
        });
        judged.chain(unplaced)
    }
}

/// A report at any stage of its life.
#[derive(Debug, Clone, Copy)]
pub enum AnyReport<'a> {
    /// It was judged.
    Judged(&'a JudgedReport),
    /// It was held back before it had a unit and a period.
    Unplaced(&'a ClaimedReport),
}

impl<'a> AnyReport<'a> {
    /// The parts that a report keeps through its whole life.
    #[must_use]
    pub fn dossier(self) -> &'a Dossier {
        match self {
            Self::Judged(report) => report.dossier(),
            Self::Unplaced(report) => &report.dossier,
        }
    }

    /// The unit, if it is known.
    #[must_use]
    pub fn unit(self) -> Option<&'a UnitKey> {
        match self {
            Self::Judged(report) => Some(&report.report.unit),
            Self::Unplaced(report) => report.unit.as_ref(),
        }
    }

    /// The code of the unit of a value: the report's own, or that of the value's row. `None` if the report has no unit, or
    /// its vintage has no such unit.
    #[must_use]
    pub fn code_of(self, area: Option<&'a UnitCodes>) -> Option<&'a str> {
        code_of(self.unit()?, area)
    }

    /// What decided the vintage of the unit, if that is known.
    #[must_use]
    pub fn vintage_basis(self) -> Option<VintageBasis> {
        match self {
            Self::Judged(report) => Some(report.report.vintage_basis),
            Self::Unplaced(report) => report.unit.as_ref().map(|_| VintageBasis::Decision),
        }
    }

    /// The period, if it is known.
    #[must_use]
    pub fn period(self) -> Option<Period> {
        match self {
            Self::Judged(report) => Some(report.report.period),
            Self::Unplaced(report) => report.period,
        }
    }

    /// Number of this version, from 1.
    #[must_use]
    pub fn revision(self) -> i64 {
        match self {
            Self::Judged(report) => report.revision,
            Self::Unplaced(_) => 1,
        }
    }

    /// Whether it is the version that counts.
    #[must_use]
    pub fn is_current(self) -> bool {
        matches!(self, Self::Judged(report) if report.standing == ReportStanding::Current)
    }

    /// Whether it is held back.
    #[must_use]
    pub fn is_held(self) -> bool {
        match self {
            Self::Judged(report) => report.is_held(),
            Self::Unplaced(report) => !report.is_consolidated(),
        }
    }

    /// Whether it is made of other reports, so that nothing of it is counted.
    #[must_use]
    pub fn is_consolidated(self) -> bool {
        matches!(self, Self::Unplaced(report) if report.is_consolidated())
    }

    /// The place of the report as a whole.
    #[must_use]
    pub fn place(self) -> Place {
        match self {
            Self::Judged(report) => report.report.place(),
            Self::Unplaced(report) => report.place(),
        }
    }
}
