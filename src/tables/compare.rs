//! Comparisons: shares, growth, differences, ratios and averages of what is printed.
//!
//! One is printed only when both its sides are complete; else the cell shows that there is none, and a note
//! names who is missing. They are computed from unrounded values.

use rust_decimal::Decimal;

use super::column::{Comparison, Content};
use super::definition::TableDefinition;
use super::edition::Edition;
use super::table::{Cell, Computation, Origin, Row, Status, Text};

/// Fills the computed columns of all rows.
pub(super) fn fill(
    rows: &mut [Row],
    definition: &TableDefinition,
    edition: &Edition,
) -> Result<(), String> {
    for (place, column) in definition.columns.iter().enumerate() {
        let Content::Compared(comparison) = &column.content else {
            continue;
        };
        let decimals = column.decimals.unwrap_or(0);
        for at in 0..rows.len() {
            let (computation, operands) = operands(comparison, at, rows).map_err(|row| {
                format!(
                    "the column `{}` is a share of the row `{row}`, which is not there",
                    column.head.id
                )
            })?;
            rows[at].cells[place] = compare(computation, operands, rows, decimals, edition);
        }
    }
    Ok(())
}

/// What is computed in a row, and from which cells; the row that is not there where there is none.
fn operands(
    comparison: &Comparison,
    at: usize,
    rows: &[Row],
) -> Result<(Computation, Vec<(usize, usize)>), String> {
    let pair = |of: &usize, to: &usize| vec![(at, *of), (at, *to)];
    Ok(match comparison {
        Comparison::Share { of, row } => {
            let total = rows.iter().position(|r| r.id == *row);
            let total = total.ok_or_else(|| row.clone())?;
            (Computation::Share, vec![(at, *of), (total, *of)])
        }
        Comparison::Growth { of, to } => (Computation::Growth, pair(of, to)),
        Comparison::Difference { of, to } => (Computation::Difference, pair(of, to)),
        Comparison::Ratio { of, to } => (Computation::Ratio, pair(of, to)),
        Comparison::Average { of } => {
            let all = of.iter().map(|column| (at, *column)).collect();
            (Computation::Average, all)
        }
    })
}

/// One comparison; none where a side is a blank place of the table.
fn compare(
    computation: Computation,
    operands: Vec<(usize, usize)>,
    rows: &[Row],
    decimals: u32,
    edition: &Edition,
) -> Option<Cell> {
    let sides: Vec<&Cell> = operands
        .iter()
        .map(|(row, column)| rows[*row].cells[*column].as_ref())
        .collect::<Option<_>>()?;
    let values: Option<Vec<Decimal>> = sides
        .iter()
        .map(|c| c.value.filter(|_| c.status.is_whole()))
        .collect();
    let (value, status, missing) = match values {
        None => (None, Status::Absent, missing(&sides)),
        Some(values) => match computation.of(&values) {
            Some(value) => (Some(value.normalize()), status(&sides), Vec::new()),
            None => (None, Status::NotApplicable, Vec::new()),
        },
    };
    let cell = Cell {
        value,
        decimals,
        status,
        estimated: false,
        text: String::new(),
        units: None,
        missing,
        origin: Origin::Cells(computation, operands),
    };
    Some(cell.printed(&edition.words))
}

/// A comparison is an estimate, or imputed, when a side is.
fn status(sides: &[&Cell]) -> Status {
    let any = |status| sides.iter().any(|c| c.status == status);
    if any(Status::Imputed) {
        Status::Imputed
    } else if any(Status::Estimate) {
        Status::Estimate
    } else {
        Status::Normal
    }
}

/// Who is missing in the sides together.
fn missing(sides: &[&Cell]) -> Vec<Text> {
    let mut names: Vec<Text> = Vec::new();
    for name in sides
        .iter()
        .filter(|c| !c.status.is_whole())
        .flat_map(|c| &c.missing)
    {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}
