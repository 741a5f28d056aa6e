//! The nodes of a trace: printed cells, figures of several units, facts of one unit, and submitted cells.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::leaf::TracedCell;
use crate::diagnostic::Finding;
use crate::plan::Measure;
use crate::tables::{Computation, FigureStatus, FigureTest, Text};

/// A number and what it is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A cell of a printed table.
    Printed(Printed),
    /// A figure of several units.
    Figure(TracedFigure),
    /// A figure of one unit.
    Fact(Fact),
    /// A submitted cell.
    Observation(Box<TracedCell>),
    /// An entry of a register that a printed cell counts.
    Item(TracedItem),
}

/// An entry of a register that a printed cell counts.
#[derive(Debug, Clone, PartialEq)]
pub struct TracedItem {
    /// Its identifier.
    pub id: String,
    /// The records that decide where it is counted; none if nobody reported on it.
    pub lines: Vec<TracedLine>,
}

/// A record of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct TracedLine {
    /// Its report.
    pub report_id: String,
    /// Its row in the sheet, from 1.
    pub row: i64,
    /// Sheet; none for CSV.
    pub sheet: Option<String>,
    /// The file.
    pub file_name: String,
    /// Form.
    pub form: String,
    /// Period of the report.
    pub period: Option<String>,
    /// Vintage and code of who sent it.
    pub unit: Option<String>,
    /// The name of who sent it.
    pub sender: Option<String>,
    /// When the file was received.
    pub received_at: Option<jiff::Timestamp>,
}

impl Node {
    /// Its parts, in order.
    #[must_use]
    pub fn children(&self) -> &[Self] {
        match self {
            Self::Printed(printed) => &printed.children,
            Self::Figure(figure) => &figure.children,
            Self::Fact(fact) => &fact.children,
            Self::Observation(_) | Self::Item(_) => &[],
        }
    }

    /// Its parts, mutable.
    pub fn children_mut(&mut self) -> &mut [Self] {
        match self {
            Self::Printed(printed) => &mut printed.children,
            Self::Figure(figure) => &mut figure.children,
            Self::Fact(fact) => &mut fact.children,
            Self::Observation(_) | Self::Item(_) => &mut [],
        }
    }

    /// Its value as in the printed table or the lake, if it has one.
    #[must_use]
    pub fn value(&self) -> Option<Decimal> {
        match self {
            Self::Printed(printed) => printed.value,
            Self::Figure(figure) => figure.value,
            Self::Fact(fact) => fact.value,
            Self::Observation(observation) => observation.value,
            Self::Item(_) => None,
        }
    }

    /// Whether its value is used one level up. Only facts may be left out.
    #[must_use]
    pub fn enters(&self) -> bool {
        match self {
            Self::Fact(fact) => fact.standing.enters(),
            _ => true,
        }
    }

    /// The cells that its value is made of, in order. A cell in two parts appears twice. The cell of a mean without its
    /// weight is one: its value is printed, though it does not enter the figure above.
    #[must_use]
    pub fn leaves(&self) -> Vec<&TracedCell> {
        let mut leaves = Vec::new();
        let mut open = vec![self];
        while let Some(node) = open.pop() {
            match node {
                Self::Observation(observation) => leaves.push(&**observation),
                Self::Printed(printed) => open.extend(printed.children.iter().rev()),
                _ => open.extend(node.children().iter().rev().filter(|child| child.enters())),
            }
        }
        leaves
    }

    /// The facts whose cells in the tree differ from the lake's `fact_sources`.
    #[must_use]
    pub fn facts_at_odds(&self) -> Vec<&Fact> {
        let mut facts = Vec::new();
        let mut open = vec![self];
        while let Some(node) = open.pop() {
            if let Self::Fact(fact) = node
                && !fact.sources_agree
            {
                facts.push(fact);
            }
            open.extend(node.children());
        }
        facts
    }
}

/// What a figure is about, without its place.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureSubject {
    /// The indicator.
    pub indicator: Arc<TracedIndicator>,
    /// Sector, `_T` for all together.
    pub members: Arc<str>,
    /// Period.
    pub period: Arc<str>,
    /// Scenario.
    pub scenario: Arc<str>,
}

/// An indicator as the catalogue defines it.
#[derive(Debug, Clone, PartialEq)]
pub struct TracedIndicator {
    /// Identifier.
    pub id: Arc<str>,
    /// Name.
    pub name: Text,
    /// Unit of measure.
    pub unit: String,
    /// Decimals shown.
    pub decimals: u32,
    /// How it aggregates.
    pub measure: Measure,
    /// Multiplier of a ratio; 1 for all other measures.
    pub scale: i64,
    /// Of a mean: whether its weight is a flow, which adds up over shorter periods.
    pub weight_adds_up: bool,
}

impl TracedIndicator {
    /// The rule by which parts become a whole.
    #[must_use]
    pub fn rule(&self) -> String {
        match &self.measure {
            Measure::Stock | Measure::Flow => "sum".to_owned(),
            Measure::Mean { weight } => format!("Σ value × {weight} / Σ {weight}"),
            Measure::Ratio {
                numerator,
                denominator,
            } if self.scale == 1 => format!("Σ {numerator} / Σ {denominator}"),
            Measure::Ratio {
                numerator,
                denominator,
            } => format!("Σ {numerator} / Σ {denominator} × {}", self.scale),
        }
    }
}

/// A cell of a printed table.
#[derive(Debug, Clone, PartialEq)]
pub struct Printed {
    /// The table.
    pub table: String,
    /// Its title.
    pub title: Text,
    /// Identifier of the row.
    pub row: String,
    /// Label of the row.
    pub label: Text,
    /// Identifier of the column.
    pub column: String,
    /// Head of the column, with the head that spans it.
    pub head: Text,
    /// The printed text.
    pub text: String,
    /// The exact value. It is missing where the table prints a symbol instead of a number.
    pub value: Option<Decimal>,
    /// Printed decimals. The value is rounded to them half away from zero.
    pub decimals: u32,
    /// What kind of figure it is.
    pub status: FigureStatus,
    /// Units that reported and units expected, if the figure is counted from units.
    pub units: Option<(i64, i64)>,
    /// The missing units.
    pub missing: Vec<Text>,
    /// How it is derived from its children.
    pub made: PrintedOrigin,
    /// The figure it is, or the printed cells it is computed from.
    pub children: Vec<Node>,
}

/// How a printed cell is derived from its children.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrintedOrigin {
    /// The table's query does not say.
    Unsaid,
    /// It is its only child, a figure.
    Figure,
    /// It is computed from its children, unrounded printed cells.
    Computed(Computation),
    /// It is a number that a document states, and has no children.
    Stated(String),
    /// It is how many of its children, facts, pass a test.
    Passing(FigureTest),
    /// It is the number of its children, entries of a register.
    Counted,
}

/// The level of a figure of several units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FigureLevel {
    /// The country, from its units.
    National,
    /// A region of this scheme, from its units.
    Regional {
        /// The scheme.
        scheme: String,
    },
    /// Some units that a query puts together.
    Together,
}

/// A figure of several units.
#[derive(Debug, Clone, PartialEq)]
pub struct TracedFigure {
    /// Its level.
    pub level: FigureLevel,
    /// Vintage of the geography.
    pub geography: Arc<str>,
    /// Code of the country or region; empty for units that a query puts together.
    pub code: Arc<str>,
    /// Name of the country or region.
    pub name: Text,
    /// What it is about.
    pub subject: FigureSubject,
    /// Value in the lake; for units that a query puts together, value in the query.
    pub value: Option<Decimal>,
    /// Sum of weights or denominators; none for sums.
    pub weight: Option<Decimal>,
    /// SDMX `OBS_STATUS`; none if the lake has no such figure.
    pub status: Option<Arc<str>>,
    /// Units that reported and units expected.
    pub units: Option<(i64, i64)>,
    /// The facts of its units, including those that are left out.
    pub children: Vec<Node>,
}

/// A figure of one unit on one geography.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// Vintage of the geography.
    pub geography: Arc<str>,
    /// Code of the unit in it.
    pub code: Arc<str>,
    /// Name of the unit at the end of the period.
    pub name: Text,
    /// What it is about.
    pub subject: FigureSubject,
    /// Value in the lake.
    pub value: Option<Decimal>,
    /// The weight of a mean, the denominator of a ratio.
    pub weight: Option<Decimal>,
    /// SDMX `OBS_STATUS`; none if the lake has no such fact.
    pub status: Option<Arc<str>>,
    /// `reported`, `restated` or `shorter`; none if the lake has no such fact.
    pub basis: Option<Arc<str>>,
    /// Parts used and parts needed.
    pub parts: Option<(i64, i64)>,
    /// Where it comes from.
    pub way: FactOrigin,
    /// Its state in the figure above it.
    pub standing: FactState,
    /// If it is missing: the sides of a ratio without a value of this unit.
    pub lacking: Vec<Arc<str>>,
    /// If it is missing: findings about the unit that explain it.
    pub findings: Vec<Arc<Finding>>,
    /// Whether the lake's `fact_sources` names the same cells as the tree.
    pub sources_agree: bool,
    /// Its own cells, or the facts of its predecessors.
    pub children: Vec<Node>,
}

/// The basis of a fact that is made of those of shorter periods.
const SHORTER: &str = "shorter";

impl Fact {
    /// Whether it is made of figures of shorter periods, because no report of the unit gives it.
    #[must_use]
    pub fn is_of_shorter_periods(&self) -> bool {
        self.way == FactOrigin::Own && self.basis.as_deref() == Some(SHORTER)
    }
}

/// Where a fact comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactOrigin {
    /// From the unit's own reports, in any vintage if the unit is unchanged.
    Own,
    /// From its predecessors on the previous geography.
    Predecessors,
    /// The fact does not exist.
    Nowhere,
}

/// The state of a fact in the figure above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactState {
    /// It is used.
    Enters,
    /// It is used, but one of its own parts is missing, so it does not count as reported.
    EntersPartial,
    /// M: cannot exist, so it is not a part.
    NoPart,
    /// A mean without its weight: missing.
    WithoutWeight,
    /// O: asked and not answered: missing.
    NotAnswered,
    /// L: not collected: missing.
    NotCollected,
    /// The fact does not exist: missing.
    Absent,
}

impl FactState {
    /// Whether its value is used.
    #[must_use]
    pub fn enters(self) -> bool {
        matches!(self, Self::Enters | Self::EntersPartial)
    }

    /// The word in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enters => "enters",
            Self::EntersPartial => "enters_partial",
            Self::NoPart => "no_part",
            Self::WithoutWeight => "without_weight",
            Self::NotAnswered => "not_answered",
            Self::NotCollected => "not_collected",
            Self::Absent => "absent",
        }
    }
}
