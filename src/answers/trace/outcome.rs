//! A finished trace, and whether its cells give the traced number again.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::node::{Node, PrintedOrigin};
use super::recompute::recompute;
use crate::text::rounded;

/// A number, what it is made of, and whether that gives the number again.
#[derive(Debug)]
pub struct Trace {
    /// The snapshot.
    pub snapshot: String,
    /// The tree.
    pub root: Node,
    /// What its leaves come to.
    pub recomputed: Option<Decimal>,
    /// The cells that it is made of, each counted once.
    pub cells: usize,
    /// Whether the leaves give the number.
    pub outcome: TraceOutcome,
}

/// What the leaves of a tree say of its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceOutcome {
    /// They give it, to its last printed digit.
    Agrees,
    /// They give another.
    Differs,
    /// They give it, but the lake names other cells behind a fact of it.
    OtherCells,
    /// There is no number, and the leaves give none, or one that is not printed because a part is missing.
    NoNumber,
    /// The query of the table does not say what the number is made of.
    Unsaid,
}

impl TraceOutcome {
    /// The word of the machine-readable form.
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

    /// Whether nothing contradicts the number.
    #[must_use]
    pub fn is_sound(self) -> bool {
        matches!(self, Self::Agrees | Self::NoNumber)
    }
}

impl Trace {
    /// Judges a tree that was made from a snapshot.
    #[must_use]
    pub fn new(snapshot: &str, root: Node) -> Self {
        let recomputed = recompute(&root);
        let leaves = root.leaves();
        let cells: BTreeSet<_> = leaves
            .iter()
            .map(|leaf| (&leaf.report.report_id, &leaf.cell))
            .collect();
        let cells = cells.len();
        let decimals = match &root {
            Node::Printed(printed) => Some(printed.decimals),
            _ => None,
        };
        let shown = |value: Decimal| decimals.map_or(value, |places| rounded(value, places));
        let unsaid =
            matches!(&root, Node::Printed(printed) if printed.made == PrintedOrigin::Unsaid);
        let outcome = match (root.value(), recomputed) {
            _ if unsaid => TraceOutcome::Unsaid,
            (Some(value), Some(again)) if shown(value) == shown(again) => {
                if root.facts_at_odds().is_empty() {
                    TraceOutcome::Agrees
                } else {
                    TraceOutcome::OtherCells
                }
            }
            (Some(_), _) => TraceOutcome::Differs,
            // A printed place without a figure may hide one that is not whole.
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
