//! Comparisons: shares, growth, differences, ratios and averages of what is printed.
//!
//! One is printed only when both its sides are complete; else the cell shows that there is none, and a note
//! names who is missing. They are computed from unrounded values.

use rust_decimal::Decimal;

use super::column::{Comparison, Content};
use super::definition::TableDefinition;
use super::edition::Edition;
use super::table::{Cell, Row, Status, Text};

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
        let whole = match comparison {
            Comparison::Share { of, row } if !rows.is_empty() => {
                let total = rows.iter().find(|r| r.id == *row);
                let total = total.ok_or_else(|| {
                    format!(
                        "the column `{}` is a share of the row `{row}`, which is not there",
                        column.head.id
                    )
                })?;
                total.cells[*of].clone()
            }
            _ => None,
        };
        for row in rows.iter_mut() {
            let sides: Vec<Option<&Cell>> = match comparison {
                Comparison::Share { of, .. } => vec![row.cells[*of].as_ref(), whole.as_ref()],
                Comparison::Growth { of, to }
                | Comparison::Difference { of, to }
                | Comparison::Ratio { of, to } => {
                    vec![row.cells[*of].as_ref(), row.cells[*to].as_ref()]
                }
                Comparison::Average { of } => of.iter().map(|i| row.cells[*i].as_ref()).collect(),
            };
            let cell = compare(comparison, &sides, decimals, edition);
            row.cells[place] = cell;
        }
    }
    Ok(())
}

/// One comparison; none where a side is a blank place of the table.
fn compare(
    comparison: &Comparison,
    sides: &[Option<&Cell>],
    decimals: u32,
    edition: &Edition,
) -> Option<Cell> {
    let sides: Vec<&Cell> = sides.iter().copied().collect::<Option<_>>()?;
    let values: Option<Vec<Decimal>> = sides
        .iter()
        .map(|c| c.value.filter(|_| c.status.is_whole()))
        .collect();
    let (value, status, missing) = match values {
        None => (None, Status::Absent, missing(&sides)),
        Some(values) => match compute(comparison, &values) {
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
        figure: None,
    };
    Some(cell.printed(&edition.words))
}

fn compute(comparison: &Comparison, values: &[Decimal]) -> Option<Decimal> {
    let hundred = Decimal::ONE_HUNDRED;
    match (comparison, values) {
        (Comparison::Share { .. }, [part, whole]) => part.checked_mul(hundred)?.checked_div(*whole),
        (Comparison::Growth { .. }, [now, before]) => now
            .checked_sub(*before)?
            .checked_mul(hundred)?
            .checked_div(before.abs()),
        (Comparison::Difference { .. }, [a, b]) => a.checked_sub(*b),
        (Comparison::Ratio { .. }, [a, b]) => a.checked_div(*b),
        (Comparison::Average { .. }, values) => {
            let sum = values
                .iter()
                .try_fold(Decimal::ZERO, |sum, v| sum.checked_add(*v))?;
            sum.checked_div(Decimal::from(values.len()))
        }
        _ => None,
    }
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
