//! Comparisons of printed figures: shares, growth, differences, ratios and averages.
//!
//! A comparison is printed only when all its operands are complete. Otherwise its cell says that it is not available, and
//! a note names the missing units. Comparisons are computed from unrounded values.

use rust_decimal::Decimal;

use super::column::{ColumnComparison, ColumnSource};
use super::definition::TableDefinition;
use super::edition::Edition;
use super::table::{Cell, Computation, FigureStatus, Origin, TableRow};
use super::words::PrintedWords;
use crate::text::Bilingual;

/// Fills the computed columns of all rows.
pub(super) fn fill(
    rows: &mut [TableRow],
    definition: &TableDefinition,
    edition: &Edition,
) -> Result<(), String> {
    for (place, column) in definition.columns.iter().enumerate() {
        let ColumnSource::Compared(comparison) = &column.source else {
            continue;
        };
        let decimals = column.decimals.unwrap_or(0);
        for at in 0..rows.len() {
            let (computation, operands) = operands(comparison, at, rows).map_err(|row| {
                format!(
                    "the column `{}` is a share of the row `{row}`, which does not exist",
                    column.head.id
                )
            })?;
            rows[at].cells[place] = compare(computation, operands, rows, decimals, &edition.words);
        }
    }
    Ok(())
}

/// The computation in row `at`, and the row and column of its operands.
///
/// # Errors
/// The id of the row that a share needs, if it does not exist.
fn operands(
    comparison: &ColumnComparison,
    at: usize,
    rows: &[TableRow],
) -> Result<(Computation, Vec<(usize, usize)>), String> {
    let pair = |of: &usize, to: &usize| vec![(at, *of), (at, *to)];
    Ok(match comparison {
        ColumnComparison::Share { of, row } => {
            let total = rows.iter().position(|r| r.id == *row);
            let total = total.ok_or_else(|| row.clone())?;
            (Computation::Share, vec![(at, *of), (total, *of)])
        }
        ColumnComparison::Growth { of, to } => (Computation::Growth, pair(of, to)),
        ColumnComparison::Difference { of, to } => (Computation::Difference, pair(of, to)),
        ColumnComparison::Ratio { of, to } => (Computation::Ratio, pair(of, to)),
        ColumnComparison::Average { of } => {
            let all = of.iter().map(|column| (at, *column)).collect();
            (Computation::Average, all)
        }
    })
}

/// The cell of a comparison; none where an operand is a blank cell.
pub(super) fn compare(
    computation: Computation,
    operands: Vec<(usize, usize)>,
    rows: &[TableRow],
    decimals: u32,
    words: &PrintedWords,
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
        None => (None, FigureStatus::Absent, missing(&sides)),
        Some(values) => match computation.of(&values) {
            Some(value) => (Some(value.normalize()), status(&sides), Vec::new()),
            None => (None, FigureStatus::NotApplicable, Vec::new()),
        },
    };
    let cell = Cell {
        value,
        decimals,
        status,
        estimated: value.is_some() && sides.iter().any(|side| side.is_estimate()),
        text: String::new(),
        units: None,
        missing,
        origin: Origin::Cells(computation, operands),
        words: None,
    };
    Some(cell.printed(words))
}

/// The status of a comparison: imputed or an estimate if an operand is.
fn status(sides: &[&Cell]) -> FigureStatus {
    let any = |status| sides.iter().any(|c| c.status == status);
    if any(FigureStatus::Imputed) {
        FigureStatus::Imputed
    } else if any(FigureStatus::Estimate) {
        FigureStatus::Estimate
    } else {
        FigureStatus::Normal
    }
}

/// The names of all units that are missing in an operand.
fn missing(sides: &[&Cell]) -> Vec<Bilingual> {
    let mut names: Vec<Bilingual> = Vec::new();
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tables::table::RowStyle;
    use crate::tables::tests::edition;

    fn figure(value: i64, status: FigureStatus, estimated: bool) -> Cell {
        let cell = Cell {
            value: Some(Decimal::from(value)),
            decimals: 0,
            status,
            estimated,
            text: String::new(),
            units: None,
            missing: vec![Bilingual::same("B")],
            origin: Origin::Unsaid,
            words: None,
        };
        cell.printed(&edition().words)
    }

    fn compared(computation: Computation, [a, b]: [&Cell; 2]) -> Cell {
        let row = TableRow {
            id: "r".to_owned(),
            level: 0,
            style: RowStyle::Plain,
            label: Bilingual::same("r"),
            unit: None,
            cells: vec![Some(a.clone()), Some(b.clone())],
        };
        let operands = vec![(0, 0), (0, 1)];
        compare(computation, operands, &[row], 1, &edition().words).expect("a cell")
    }

    #[test]
    fn marks_stand_together_behind_a_figure() {
        use FigureStatus::{Estimate, Imputed, Normal, Partial};
        let text = |value, status, estimated| figure(value, status, estimated).text;
        assert_eq!(text(5, Partial, true), "5 (p) (e)");
        assert_eq!(text(5, Partial, false), "5 (p)");
        assert_eq!(text(0, Partial, true), "- (p) (e)");
        assert_eq!(text(0, Estimate, false), "- (e)");
        assert_eq!(text(5, Imputed, true), "5 (e) (i)");
        assert_eq!(text(5, Normal, false), "5");
        assert_eq!(text(5, FigureStatus::Withheld, true), "(c)");
    }

    proptest! {
        /// A comparison is printed if both sides are whole, and then marked as an estimate if one side is.
        #[test]
        fn a_comparison_tells_what_its_sides_are(
            sides in prop::array::uniform2((0_i64..3, 0_usize..4, any::<bool>())),
            which in 0_usize..4,
        ) {
            use Computation::{Difference, Growth, Ratio, Share};
            use FigureStatus::{Estimate, Imputed, Normal, Partial};
            let [a, b] = sides.map(|(value, status, estimated)| {
                figure(value, [Normal, Estimate, Imputed, Partial][status], estimated)
            });
            let cell = compared([Share, Growth, Difference, Ratio][which], [&a, &b]);
            let whole = a.status != Partial && b.status != Partial;
            prop_assert_eq!(cell.text == "…", !whole);
            prop_assert_eq!(cell.missing.is_empty(), whole);
            let is_estimate = cell.shows_value() && (a.is_estimate() || b.is_estimate());
            prop_assert_eq!(cell.text.contains("(e)"), is_estimate, "{} of {} and {}", cell.text, a.text, b.text);
        }
    }
}
