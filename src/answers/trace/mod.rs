//! `tonghop trace`: from a number back to the cells it is made of, and from these cells to the number again.
//!
//! What is asked for is found (`find`), what it is made of is read once (`holdings`, `tracer`), the tree is built by
//! look-ups (`build`, `observe`) and its leaves are put together by the arithmetic of the models (`recompute`).

mod build;
mod find;
mod holdings;
mod json;
mod leaf;
mod node;
mod observe;
mod recompute;
mod tracer;
mod words;

pub use find::{FigureQuestion, PrintedQuestion, Question};
pub use json::machine;
pub use leaf::{Choice, Conversion, Observation, Other, Part, Passed, Sent};
pub use node::{Fact, Figure, Level, Made, Measured, Node, Printed, Standing, Subject, Way};
pub use recompute::recompute;
pub use tracer::Tracer;
pub use words::human;

use std::collections::BTreeSet;
use std::path::Path;

use rust_decimal::Decimal;

use crate::lake::{LakeError, Snapshot, check_owner};
use crate::plan::Plan;
use crate::query::open_engine;
use crate::reading::RunError;
use crate::tables::{FigureKey, Origin, Table};
use crate::text::rounded;

/// Why a number could not be traced.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// The snapshot could not be read.
    #[error(transparent)]
    Run(#[from] RunError),
    /// What was asked for is not there.
    #[error("there is no {what} `{asked}`{of}\nhint: there are {known}")]
    Unknown {
        /// What was asked for.
        what: &'static str,
        /// Its name as asked.
        asked: String,
        /// Where it was looked for.
        of: String,
        /// What there is.
        known: String,
    },
    /// Several fit what was asked for.
    #[error("`{asked}` may be several {what}s{of}\nhint: name one of {known}")]
    Several {
        /// What was asked for.
        what: &'static str,
        /// Its name as asked.
        asked: String,
        /// Where it was looked for.
        of: String,
        /// Those that fit.
        known: String,
    },
    /// The table has no figure in that place.
    #[error("the table `{table}` leaves the row `{row}` blank in the column `{column}`")]
    Blank {
        /// The table.
        table: String,
        /// The row.
        row: String,
        /// The column.
        column: String,
    },
}

impl From<LakeError> for TraceError {
    fn from(error: LakeError) -> Self {
        Self::Run(error.into())
    }
}

impl From<datafusion::error::DataFusionError> for TraceError {
    fn from(error: datafusion::error::DataFusionError) -> Self {
        Self::Run(error.into())
    }
}

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
    pub outcome: Outcome,
}

/// What the leaves of a tree say of its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
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

impl Outcome {
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
        let unsaid = matches!(&root, Node::Printed(printed) if printed.made == Made::Unsaid);
        let outcome = match (root.value(), recomputed) {
            _ if unsaid => Outcome::Unsaid,
            (Some(value), Some(again)) if shown(value) == shown(again) => {
                if root.facts_at_odds().is_empty() {
                    Outcome::Agrees
                } else {
                    Outcome::OtherCells
                }
            }
            (Some(_), _) => Outcome::Differs,
            // A printed place without a figure may hide one that is not whole.
            (None, Some(_)) if decimals.is_none() => Outcome::Differs,
            (None, _) => Outcome::NoNumber,
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

/// Traces what is asked for in a snapshot of a lake: by its id or the beginning of it, else the current one.
///
/// # Errors
/// When there is no such snapshot of this pipeline, or nothing or too much fits the question.
pub async fn trace(
    plan: &Plan,
    lake: &Path,
    snapshot: Option<&str>,
    question: &Question,
) -> Result<Trace, TraceError> {
    check_owner(lake, &plan.id)?;
    let snapshot = match snapshot {
        Some(id) => Snapshot::named(lake, id)?,
        None => Snapshot::current(lake)?,
    };
    let engine = open_engine(&snapshot).map_err(RunError::from)?;
    let root = match question {
        Question::Printed(question) => {
            let printed = find::printed(&engine, plan, question).await?;
            let (table, scenario) = (&printed.table, printed.scenario.as_str());
            let figures = figures_of(table, printed.row, printed.column)
                .into_iter()
                .map(|figure| (scenario.to_owned(), figure));
            let tracer = Tracer::load(&snapshot, &engine, plan, figures).await?;
            let root = tracer.cell(table, scenario, printed.row, printed.column);
            root.ok_or_else(|| TraceError::Blank {
                table: table.id.clone(),
                row: table.rows[printed.row].id.clone(),
                column: table.columns[printed.column].id.clone(),
            })?
        }
        Question::Figure(question) => {
            let (scenario, figure) = find::figure(&engine, plan, question).await?;
            let figures = [(scenario.clone(), figure.clone())];
            let tracer = Tracer::load(&snapshot, &engine, plan, figures).await?;
            let root = tracer.figure(&figure, &scenario);
            root.ok_or_else(|| TraceError::Unknown {
                what: "figure",
                asked: figure.indicator.clone(),
                of: String::new(),
                known: "none like it".to_owned(),
            })?
        }
    };
    Ok(Trace::new(&snapshot.id, root))
}

/// The figures of the lake that a printed cell is made of, through whatever it is computed from.
#[must_use]
pub fn figures_of(table: &Table, row: usize, column: usize) -> BTreeSet<FigureKey> {
    let mut figures = BTreeSet::new();
    let mut open = vec![(row, column)];
    while let Some((row, column)) = open.pop() {
        let at = table.rows.get(row).and_then(|r| r.cells.get(column));
        let Some(Some(cell)) = at else { continue };
        figures.extend(cell.origin.figures().iter().cloned());
        if let Origin::Cells(_, operands) = &cell.origin {
            open.extend(operands);
        }
    }
    figures
}
