//! The parts that a report keeps through its whole life: source, claim, values, findings, evidence and decisions.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::contradiction::Contradiction;
use super::evidence::Evidence;
use super::source::ReportSource;
use crate::diagnostic::{Finding, Place, Severity};
use crate::geography::decision::{DecisionOutcome, Docket};
use crate::geography::sender::Sender;
use crate::geography::unit::UnitKey;
use crate::normalize::{ComparedValue, Observation, RecordMarks};
use crate::read::Address;

/// What a sheet says about the unit that it reports for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct UnitClaim {
    /// Units that its words may mean.
    pub candidates: BTreeSet<UnitKey>,
    /// The code beside the name, if both are stated.
    pub code: Option<String>,
    /// Units that the name alone may mean, if a code stands beside it.
    pub named: BTreeSet<UnitKey>,
    /// The vintage that the sheet states.
    pub stated_vintage: Option<String>,
    /// Whether its rows are units: the report then belongs to the country, and each value to the unit of its row.
    pub by_unit: bool,
    /// Cell of the statement of the unit.
    pub cell: Option<String>,
}

/// The values of a report, and how many of its cells they account for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ReportContent {
    /// Values that count unless the report is held back.
    pub observations: Vec<Observation>,
    /// Values of a report that is held back. They count nowhere.
    pub held_values: Vec<Observation>,
    /// Derived values, such as comparisons with the year before.
    pub comparisons: Vec<ComparedValue>,
    /// Number of records, where the form is a record list.
    pub records: i64,
    /// Marks of the records, by which lists are compared; none if the form is not a record list.
    pub marks: Option<RecordMarks>,
    /// The cells of the heads of a record list, by the columns of its table.
    #[serde(default)]
    pub heads: Vec<(String, Address)>,
    /// Whether a later report replaced its list alone: its table of values may still count.
    #[serde(default)]
    pub list_replaced: bool,
    /// Body cells.
    pub cells_total: i64,
    /// Cells that became observations.
    pub cells_loaded: i64,
    /// Cells checked, or held back with a finding.
    pub cells_explained: i64,
}

impl ReportContent {
    /// Stops all values from counting: the finding that holds the report back explains every cell.
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
    /// The outcome of each decision.
    pub outcomes: BTreeMap<usize, DecisionOutcome>,
    /// The decision on the vintage of its unit, and that vintage.
    pub vintage: Option<(usize, String)>,
    /// The decision by which the report counts even if other reports would count instead.
    pub accepted: Option<usize>,
    /// Rules that the report is excused from, each with the decision.
    pub waived: BTreeMap<String, usize>,
}

/// The parts that a report keeps through its whole life.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Dossier {
    /// Where the report comes from.
    pub source: ReportSource,
    /// What it says about its unit.
    pub unit_claim: UnitClaim,
    /// The body that sent it.
    pub sender: Sender,
    /// The name of its sheet or file, if that contradicts what the sheet states.
    pub contradiction: Option<Contradiction>,
    /// Number of the sending, if the sheet states it.
    pub stated_sending: Option<i64>,
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
    /// A dossier with nothing but the source.
    #[must_use]
    pub fn new(source: ReportSource) -> Self {
        Self {
            source,
            unit_claim: UnitClaim::default(),
            sender: Sender::default(),
            contradiction: None,
            stated_sending: None,
            content: ReportContent::default(),
            findings: Vec::new(),
            evidence: Vec::new(),
            rulings: Rulings::default(),
        }
    }

    /// Number of the sending: 1 unless the sheet states another.
    #[must_use]
    pub fn sending(&self) -> i64 {
        self.stated_sending.unwrap_or(1)
    }

    /// Number of findings of a severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> i64 {
        self.findings
            .iter()
            .filter(|f| f.severity == severity)
            .count() as i64
    }

    /// Records the outcome of a decision. The first time it is applied, adds a finding at `place`.
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
