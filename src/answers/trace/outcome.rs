//! A finished trace, and whether its cells give the traced number again.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::node::{Node, PrintedOrigin};
use super::recompute::recompute;
use crate::text::rounded;

/// A traced number.
#[derive(Debug)]
pub struct Trace {
    /// The snapshot.
    pub snapshot: String,
    /// The tree.
    pub root: Node,
    /// The value computed again from its leaves.
    pub recomputed: Option<Decimal>,
    /// Number of cells, each counted once.
    pub cells: usize,
    /// Whether the recomputed value agrees.
    pub outcome: TraceOutcome,
}

/// How the recomputed value compares with the traced number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceOutcome {
    /// Equal, to the last printed digit.
    Agrees,
    /// Different.
    Differs,
    /// Equal, but `fact_sources` in the lake names other cells for one of its facts.
    OtherCells,
    /// There is no number. The cells give none either, or one that is not printed because a part is missing.
    NoNumber,
    /// The table's query does not say what the number is made of.
    Unsaid,
}

impl TraceOutcome {
    /// The word in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Differs => "differs",
            Self::OtherCells => "other_cells",
            Self::NoNumber => "no_number",
            Self::Unsaid => "unsaid",
        }
    }

    /// Whether the trace is free of contradictions.
    #[must_use]
    pub fn is_sound(self) -> bool {
        matches!(self, Self::Agrees | Self::NoNumber)
    }
}

impl Trace {
    /// Recomputes the number of a tree and compares. `snapshot` is the id of its snapshot.
    #[must_use]
    pub fn new(snapshot: &str, root: Node) -> Self {
        let recomputed = recompute(&root);
        let leaves = root.leaves();
        let cells: BTreeSet<_> = leaves
            .iter()
            .map(|leaf| (&leaf.report.report_id, &leaf.cell))
            .collect();
        let lines: BTreeSet<_> = root
            .children()
            .iter()
            .filter_map(|child| match child {
                Node::Item(item) => Some(&item.lines),
                _ => None,
            })
            .flatten()
            .map(|line| (&line.report_id, line.row))
            .collect();
        let cells = cells.len() + lines.len();
        let decimals = match &root {
            Node::Printed(printed) => Some(printed.decimals),
            _ => None,
        };
        let shown = |value: Decimal| decimals.map_or(value, |places| rounded(value, places));
        let unsaid =
            matches!(&root, Node::Printed(printed) if printed.made == PrintedOrigin::Unsaid);
        let outcome = match (root.value(), recomputed) {
            // A cell of words has nothing to trace.
            (Some(_), _) if unsaid => TraceOutcome::Unsaid,
            (Some(value), Some(again)) if shown(value) == shown(again) => {
                if root.facts_at_odds().is_empty() {
                    TraceOutcome::Agrees
                } else {
                    TraceOutcome::OtherCells
                }
            }
            (Some(_), _) => TraceOutcome::Differs,
            // A printed cell without a number may hide an incomplete figure.
            (None, Some(_)) if decimals.is_none() => TraceOutcome::Differs,
            (None, _) => TraceOutcome::NoNumber,
        };
        Self {
            snapshot: snapshot.to_owned(),
            root,
            recomputed,
            cells,
            outcome,
        }
    }
}
