//! Cells that a query leaves to be computed from other cells of the table.

use super::compare::compare;
use super::definition::TableDefinition;
use super::delivered::NamedCell;
use super::table::{Computation, TableRow};
use super::words::PrintedWords;

/// A cell that waits for those that it is computed from.
pub(super) struct ComputedCell {
    row: String,
    column: usize,
    computation: Computation,
    /// Row and column of each operand.
    operands: Vec<(String, usize)>,
}

impl ComputedCell {
    /// The cell in a row and column. An operand without a row stands in the same.
    ///
    /// # Errors
    /// If an operand names a column that the table does not have.
    pub(super) fn new(
        row: &str,
        column: usize,
        computation: Computation,
        cells: Vec<NamedCell>,
        definition: &TableDefinition,
    ) -> Result<Self, String> {
        let operand = |(of_row, of_column): NamedCell| {
            let mut columns = definition.columns.iter();
            let place = columns.position(|c| c.head.id == of_column);
            let place = place.ok_or_else(|| {
                format!("a cell of the row `{row}` is computed from the column `{of_column}`, which is not declared")
            })?;
            Ok((of_row.unwrap_or_else(|| row.to_owned()), place))
        };
        Ok(Self {
            row: row.to_owned(),
            column,
            computation,
            operands: cells
                .into_iter()
                .map(operand)
                .collect::<Result<_, String>>()?,
        })
    }
}

/// Computes cells, each after those that it is computed from.
///
/// # Errors
/// If a row does not exist, or cells are computed from each other.
pub(super) fn fill_computed(
    rows: &mut [TableRow],
    mut waiting: Vec<ComputedCell>,
    words: &PrintedWords,
) -> Result<(), String> {
    while !waiting.is_empty() {
        let is_open = |row: &str, column: usize| {
            waiting
                .iter()
                .any(|cell| cell.row == row && cell.column == column)
        };
        let ready = waiting.iter().position(|cell| {
            let mut operands = cell.operands.iter();
            !operands.any(|(row, column)| is_open(row, *column))
        });
        let Some(ready) = ready else {
            return Err(format!(
                "cells of the row `{}` are computed from each other",
                waiting[0].row
            ));
        };
        let cell = waiting.swap_remove(ready);
        let place = |id: &str| {
            rows.iter().position(|row| row.id == id).ok_or_else(|| {
                format!("a cell is computed from the row `{id}`, which does not exist")
            })
        };
        let at = place(&cell.row)?;
        let operands = cell
            .operands
            .iter()
            .map(|(row, column)| Ok((place(row)?, *column)))
            .collect::<Result<Vec<_>, String>>()?;
        let decimals = rows[at].cells[cell.column]
            .as_ref()
            .map_or(0, |c| c.decimals);
        rows[at].cells[cell.column] = compare(cell.computation, operands, rows, decimals, words);
    }
    Ok(())
}
