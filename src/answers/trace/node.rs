//! The tree behind a number: the printed cell, the figures and facts it is made of, the cells that were sent.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::leaf::TracedCell;
use crate::diagnostic::Finding;
use crate::plan::Measure;
use crate::tables::{Computation, FigureStatus, Text};

/// A number and what it is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A cell of a printed table.
    Printed(Printed),
    /// A figure of several units.
    Figure(TracedFigure),
    /// A figure of one unit.
    Fact(Fact),
    /// A cell that was sent.
    Observation(Box<TracedCell>),
}

impl Node {
    /// What it is made of, in order.
    #[must_use]
    pub fn children(&self) -> &[Self] {
        match self {
            Self::Printed(printed) => &printed.children,
            Self::Figure(figure) => &figure.children,
            Self::Fact(fact) => &fact.children,
            Self::Observation(_) => &[],
        }
    }

    /// The same, to be changed.
    pub fn children_mut(&mut self) -> &mut [Self] {
        match self {
            Self::Printed(printed) => &mut printed.children,
            Self::Figure(figure) => &mut figure.children,
            Self::Fact(fact) => &mut fact.children,
            Self::Observation(_) => &mut [],
        }
    }

    /// Its value as printed tables and the lake have it; none where there is none.
    #[must_use]
    pub fn value(&self) -> Option<Decimal> {
        match self {
            Self::Printed(printed) => printed.value,
            Self::Figure(figure) => figure.value,
            Self::Fact(fact) => fact.value,
            Self::Observation(observation) => observation.value,
        }
    }

    /// Whether its value is used one level up; all but facts are.
    #[must_use]
    pub fn enters(&self) -> bool {
        match self {
            Self::Fact(fact) => fact.standing.enters(),
            _ => true,
        }
    }

    /// The cells that its value is made of, in order; one that stands in two parts comes twice.
    #[must_use]
    pub fn leaves(&self) -> Vec<&TracedCell> {
        let mut leaves = Vec::new();
        let mut open = vec![self];
        while let Some(node) = open.pop() {
            match node {
                Self::Observation(observation) => leaves.push(&**observation),
                _ => open.extend(node.children().iter().rev().filter(|child| child.enters())),
            }
        }
        leaves
    }

    /// The facts in it for which the lake's `fact_sources` names other cells than the tree has.
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

/// What a figure says, whatever the place: an indicator, and how it is put together.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureSubject {
    /// The indicator.
    pub indicator: Arc<TracedIndicator>,
    /// Sector, `_T` for all together.
    pub sector: Arc<str>,
    /// Period.
    pub period: Arc<str>,
    /// Scenario.
    pub scenario: Arc<str>,
}

/// What the catalogue says of an indicator.
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
    /// What a ratio is multiplied by; 1 for all others.
    pub scale: i64,
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
    /// What stands above the column, with what spans it.
    pub head: Text,
    /// What is printed.
    pub text: String,
    /// The exact value; none where there is no figure to print.
    pub value: Option<Decimal>,
    /// Places printed after the decimal mark; the value is rounded to them half away from zero.
    pub decimals: u32,
    /// What kind of figure it is.
    pub status: FigureStatus,
    /// Units that reported and units expected, where it is counted from units.
    pub units: Option<(i64, i64)>,
    /// The units that are missing in it.
    pub missing: Vec<Text>,
    /// How it is made of its children.
    pub made: PrintedOrigin,
    /// The figure it is, or the printed cells it is computed from.
    pub children: Vec<Node>,
}

/// How a printed cell is made of its children.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrintedOrigin {
    /// The query of the table does not say of what.
    Unsaid,
    /// It is the figure below it.
    Figure,
    /// It is computed from the printed cells below it, unrounded.
    Computed(Computation),
}

/// What a figure of several units is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FigureLevel {
    /// The country, from its units.
    National,
    /// A region of this scheme, from its units.
    Regional {
        /// The scheme.
        scheme: String,
    },
    /// Some units, which a query put together.
    Together,
}

/// A figure of several units.
#[derive(Debug, Clone, PartialEq)]
pub struct TracedFigure {
    /// What it is of.
    pub level: FigureLevel,
    /// Vintage of the geography.
    pub geography: Arc<str>,
    /// Code of the country or region; empty for what a query put together.
    pub code: Arc<str>,
    /// Name of the country or region.
    pub name: Text,
    /// What it says.
    pub subject: FigureSubject,
    /// As the lake has it; for what a query put together, as the query has it.
    pub value: Option<Decimal>,
    /// Σ of weights, or of denominators; none for sums.
    pub weight: Option<Decimal>,
    /// SDMX `OBS_STATUS`; none where the lake has no such figure.
    pub status: Option<Arc<str>>,
    /// Units that reported and units expected.
    pub units: Option<(i64, i64)>,
    /// The facts of its units, those too that do not enter.
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
    /// What it says.
    pub subject: FigureSubject,
    /// As the lake has it.
    pub value: Option<Decimal>,
    /// The weight of a mean, the denominator of a ratio.
    pub weight: Option<Decimal>,
    /// SDMX `OBS_STATUS`; none where the lake has no such fact.
    pub status: Option<Arc<str>>,
    /// `reported` or `restated`; none where the lake has no such fact.
    pub basis: Option<Arc<str>>,
    /// Parts used, and parts a whole needs.
    pub parts: Option<(i64, i64)>,
    /// What its children are.
    pub way: FactOrigin,
    /// How it stands in the figure above it.
    pub standing: FactState,
    /// Where it is missing: the sides of a ratio that have no value of this unit.
    pub lacking: Vec<Arc<str>>,
    /// Where it is missing: what was found of the unit that explains it.
    pub findings: Vec<Arc<Finding>>,
    /// Whether the lake's `fact_sources` names the cells that the tree has.
    pub sources_agree: bool,
    /// Its own observations, or the facts of the units it came from.
    pub children: Vec<Node>,
}

/// Where a fact comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactOrigin {
    /// From what the unit itself sent, in whatever vintage of an unchanged unit.
    Own,
    /// From the units on the geography before that it was made of.
    Predecessors,
    /// From nothing: there is no such fact.
    Nowhere,
}

/// How a fact stands in the whole that it is a part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactState {
    /// It enters.
    Enters,
    /// It enters with what it has: a part of its own is missing, so it does not count as reported.
    EntersPartial,
    /// M: cannot exist, and is no part.
    NoPart,
    /// A mean without its weight: missing.
    WithoutWeight,
    /// O: asked and not answered: missing.
    NotAnswered,
    /// L: not collected: missing.
    NotCollected,
    /// There is no such fact: missing.
    Absent,
}

impl FactState {
    /// Whether its value is used in the whole.
    #[must_use]
    pub fn enters(self) -> bool {
        matches!(self, Self::Enters | Self::EntersPartial)
    }

    /// The word of the machine-readable form.
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
