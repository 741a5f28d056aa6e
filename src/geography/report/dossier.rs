//! What belongs to a report through its whole life: its source, what it claims, its values, findings and decisions.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::evidence::Evidence;
use super::source::ReportSource;
use crate::diagnostic::{Finding, Place, Severity};
use crate::geography::decision::{DecisionOutcome, Docket};
use crate::geography::unit::UnitKey;
use crate::normalize::{ComparedValue, Observation};

/// What a sheet says of the unit it reports for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct UnitClaim {
    /// Units that its words may mean.
    pub candidates: BTreeSet<UnitKey>,
    /// The vintage that it states.
    pub stated_vintage: Option<String>,
    /// Its rows are units: the report is the country's, and each value is of the unit of its row.
    pub by_unit: bool,
    /// Cell of the statement of the unit.
    pub cell: Option<String>,
}

/// The values of a report, and how many of its cells they account for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ReportContent {
    /// Values that count unless the report is held back.
    pub observations: Vec<Observation>,
    /// Values of a report that is held back: they count nowhere.
    pub held_values: Vec<Observation>,
    /// Derived values, such as comparisons with the year before.
    pub comparisons: Vec<ComparedValue>,
    /// Number of records, where the form is a record list.
    pub records: i64,
    /// Body cells.
    pub cells_total: i64,
    /// Cells that became observations.
    pub cells_loaded: i64,
    /// Cells checked, or held back with a finding.
    pub cells_explained: i64,
}

impl ReportContent {
    /// Takes all values out of the count: the finding that holds the report back explains every cell.
    pub fn hold(&mut self) {
        if !self.observations.is_empty() {
            self.held_values = std::mem::take(&mut self.observations);
        }
        self.comparisons.clear();
        self.cells_loaded = 0;
        self.cells_explained = self.cells_total;
    }
}

/// The decisions about a report, each by its index in the docket.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Rulings {
    /// What became of each decision.
    pub outcomes: BTreeMap<usize, DecisionOutcome>,
    /// The decision on the vintage of its unit, and that vintage.
    pub vintage: Option<(usize, String)>,
    /// The decision by which the report counts whatever stands against it.
    pub accepted: Option<usize>,
    /// Rules that the report is excused from, each with the decision.
    pub waived: BTreeMap<String, usize>,
}

/// What belongs to a report through its whole life.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Dossier {
    /// Where the report comes from.
    pub source: ReportSource,
    /// What it says of its unit.
    pub unit_claim: UnitClaim,
    /// The body that sent it, if it is named.
    pub reporter: Option<String>,
    /// Number of the sending: 1 unless the sheet says more.
    pub sending: i64,
    /// Its values.
    pub content: ReportContent,
    /// Findings of this report.
    pub findings: Vec<Finding>,
    /// Why it got its period, unit, vintage, reporter and number of sending.
    pub evidence: Vec<Evidence>,
    /// The decisions about it.
    pub rulings: Rulings,
}

impl Dossier {
    /// A report of which only the source is known.
    #[must_use]
    pub fn new(source: ReportSource) -> Self {
        Self {
            source,
            unit_claim: UnitClaim::default(),
            reporter: None,
            sending: 1,
            content: ReportContent::default(),
            findings: Vec::new(),
            evidence: Vec::new(),
            rulings: Rulings::default(),
        }
    }

    /// Number of findings of a severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> i64 {
        self.findings
            .iter()
            .filter(|f| f.severity == severity)
            .count() as i64
    }

    /// Records what became of a decision; the first time it is applied, a finding at `place` says so.
    pub fn record_outcome(
        &mut self,
        docket: &Docket,
        decision: usize,
        outcome: DecisionOutcome,
        place: Place,
    ) {
        let before = self.rulings.outcomes.insert(decision, outcome);
        if outcome == DecisionOutcome::Applied && before != Some(DecisionOutcome::Applied) {
            self.findings.extend(docket.applied(decision, place));
        }
    }

    /// Turns the findings of rules that decisions excuse the report from into notes of those decisions.
    pub fn excuse(&mut self, docket: &Docket) {
        for (rule, decision) in &self.rulings.waived {
            let of_rule = |f: &&mut Finding| f.rule.as_deref() == Some(rule);
            for finding in self.findings.iter_mut().filter(of_rule) {
                if let Some(note) = docket.excuse(*decision, finding.clone()) {
                    self.rulings
                        .outcomes
                        .insert(*decision, DecisionOutcome::Applied);
                    *finding = note;
                }
            }
        }
    }
}
