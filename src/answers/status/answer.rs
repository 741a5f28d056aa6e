//! The answer to `status`: who owes which report, and what became of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::answers::asked::{AskedUnits, NameError, check_period, form_code};
use crate::answers::came::CameFile;
use crate::geography::{AGENCY, UnitKey};
use crate::plan::Plan;

/// The state of a report that a unit owes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Accepted; the first revision came by the due date.
    OnTime,
    /// Accepted; the first revision came after the due date.
    Late,
    /// Received and held back.
    Held,
    /// A file with the unit's name came and could not be used.
    Rejected,
    /// Missing, not due yet.
    Missing,
    /// Missing, past the due date.
    Overdue,
}

impl State {
    /// All states, best first.
    pub const ALL: [Self; 6] = [
        Self::OnTime,
        Self::Late,
        Self::Held,
        Self::Rejected,
        Self::Missing,
        Self::Overdue,
    ];

    /// The word in CSV and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OnTime => "on_time",
            Self::Late => "late",
            Self::Held => "held",
            Self::Rejected => "rejected",
            Self::Missing => "missing",
            Self::Overdue => "overdue",
        }
    }

    /// Whether the report counts.
    #[must_use]
    pub fn is_accepted(self) -> bool {
        matches!(self, Self::OnTime | Self::Late)
    }
}

/// A report that a unit owes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Owed {
    /// Form.
    pub form: String,
    /// Period.
    pub period: String,
    /// The due date, if a duty sets one.
    pub due: Option<String>,
    /// Vintage of the unit's geography.
    pub vintage: String,
    /// Code of the unit.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: State,
    /// When the current revision was received. For a held back or rejected report: when that was received.
    pub received_at: Option<String>,
    /// Its file.
    pub file_name: Option<String>,
    /// Number of the revision, from 1.
    pub revision: Option<i64>,
    /// Who sent it.
    pub reporter: Option<String>,
    /// Findings of severity error.
    pub errors: Option<i64>,
    /// Findings of severity warning.
    pub warnings: Option<i64>,
    /// Every file that came for it, in the order in which they came.
    pub files: Vec<CameFile>,
}

/// A file that came for a unit and belongs to none of the collections shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OtherFile {
    /// Vintage of the unit's geography.
    pub vintage: String,
    /// Code of the unit.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The file.
    #[serde(flatten)]
    pub file: CameFile,
}

/// A form and a period for which reports are owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CollectionStatus {
    /// Form.
    pub form: String,
    /// Period.
    pub period: String,
    /// Whether those who owe are agencies, and not units of the territory.
    pub of_agencies: bool,
    /// The due date.
    pub due: Option<String>,
    /// Units whose report counts.
    pub accepted: usize,
    /// Units that owe one.
    pub expected: usize,
    /// Units by state.
    pub states: BTreeMap<&'static str, usize>,
}

impl CollectionStatus {
    /// Whether a report is owed to it.
    #[must_use]
    pub fn is_owed(&self, owed: &Owed) -> bool {
        let of_agencies = owed.vintage == AGENCY;
        self.form == owed.form && self.period == owed.period && self.of_agencies == of_agencies
    }
}

/// The state of all open collections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// The snapshot.
    pub snapshot: String,
    /// The time at which reports are judged overdue.
    pub at: String,
    /// The open collections.
    pub collections: Vec<CollectionStatus>,
    /// Every expected report, by collection and unit.
    pub owed: Vec<Owed>,
    /// Files of a unit that are held back or could not be used, and that belong to none of the collections.
    pub other_files: Vec<OtherFile>,
    /// Files that could not be used and that no unit's name matches.
    pub rejected: Vec<String>,
    /// The collections that are open and were not asked for: form and period.
    #[serde(skip)]
    pub also_open: Vec<(String, String)>,
}

/// Which collections to show.
#[derive(Debug, Clone, Default)]
pub struct StatusQuestion {
    /// Only this form.
    pub form: Option<String>,
    /// Only this period.
    pub period: Option<String>,
    /// Only this unit, by code, name, or vintage and code.
    pub unit: Option<String>,
}

impl StatusQuestion {
    /// The question with the form as the pipeline writes it and the units that are meant.
    pub(super) fn checked(
        &self,
        plan: &Plan,
    ) -> Result<(Self, Option<BTreeSet<UnitKey>>), NameError> {
        let form = self.form.as_deref().map(|form| form_code(plan, form));
        if let Some(asked) = &self.period {
            check_period(plan, asked)?;
        }
        let units = self.unit.as_deref().map(|unit| {
            // A unit that ended owes what its own periods ask for, its successor of the same name the rest.
            Ok(AskedUnits::find(plan, unit)?.all())
        });
        let question = Self {
            form: form.transpose()?,
            ..self.clone()
        };
        Ok((question, units.transpose()?))
    }
}
