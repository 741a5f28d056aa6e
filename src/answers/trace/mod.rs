//! `tonghop trace`: from a number back to the cells it is made of, and from these cells to the number again.
//!
//! `find` finds the number that is asked for. `holdings` and `tracer` read once what it is made of. `build` and `observe`
//! build the tree by look-ups, and `recompute` puts its leaves together with the arithmetic of the models.

mod build;
mod error;
mod find;
mod holdings;
mod items;
mod json;
mod leaf;
mod line_source;
mod node;
mod observe;
mod outcome;
mod recompute;
mod tracer;

pub use error::TraceError;
pub use find::{FigureQuestion, PrintedQuestion, Question};
pub use json::machine;
pub use leaf::{
    AlternativeCell, CellChoice, CellRole, Conversion, NotCounted, SentReport, TracedCell,
};
pub use node::{
    Fact, FactOrigin, FactState, FigureLevel, FigureSubject, Node, Printed, PrintedOrigin,
    TracedFigure, TracedIndicator, TracedItem, TracedLine,
};
pub use outcome::{Trace, TraceOutcome};
pub use recompute::recompute;
pub use tracer::Tracer;

use std::collections::BTreeSet;
use std::path::Path;

use self::items::items_of;
use super::asked::unknown;
use crate::lake::{Snapshot, check_owner};
use crate::plan::Plan;
use crate::query::open_engine;
use crate::reading::RunError;
use crate::tables::{FigureKey, Origin, Table};

/// Traces a number in a snapshot of a lake: the snapshot with this id (or start of an id), or else the current one.
///
/// # Errors
/// If the pipeline has no such snapshot, or if no number or several numbers fit the question.
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
            let mut tracer = Tracer::load(&snapshot, &engine, plan, figures).await?;
            let items = items_of(table, printed.row, printed.column);
            tracer.know_lines(&engine, items).await?;
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
            root.ok_or_else(|| unknown("figure", &figure.indicator, "", []))?
        }
    };
    Ok(Trace::new(&snapshot.id, root))
}

/// The figures of the lake behind a printed cell, directly or through the cells it is computed from.
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
