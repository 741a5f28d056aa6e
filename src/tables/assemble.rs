//! Makes a [`Table`] from the rows that its query delivered: each figure is put into its cell, compared, marked and
//! explained in notes.
//!
//! A cell that the query delivers without a value is printed as not available; a cell that it does not deliver stays
//! blank. A figure that is delivered twice, or for an undeclared column, is an error, because a join that multiplies
//! rows must never be printed.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::column::{ColumnSource, PrintedColumn};
use super::computed::{ComputedCell, fill_computed};
use super::definition::{RowOrder, TableDefinition};
use super::delivered::{Delivered, UNIT, WORDS};
use super::edition::Edition;
use super::order::by_name;
use super::remarks::Remarks;
use super::reported::Reported;
use super::table::{Cell, FigureStatus, RowStyle, Table, TableRow};
use super::{compare, notes};
use crate::text::Bilingual;

/// The scenario of estimates, as the contract names it.
const ESTIMATE: &str = "estimate";

/// Makes the table.
///
/// # Errors
/// When the query delivers something that the definition does not declare, or delivers a figure twice.
pub(super) fn assemble(
    definition: &TableDefinition,
    edition: &Edition,
    delivered: &Delivered,
    reported: &[Reported],
) -> Result<Table, String> {
    let mut rows: BTreeMap<(i64, String), TableRow> = BTreeMap::new();
    let mut computed = Vec::new();
    let mut remarks = Remarks::default();
    for i in 0..delivered.rows() {
        let row_id = delivered
            .text("row_id", i)
            .ok_or("a row has no row_id")?
            .to_owned();
        let order = delivered
            .integer("row_order", i)
            .ok_or_else(|| format!("the row `{row_id}` has no row_order"))?;
        let row = match rows.entry((order, row_id)) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let row = head_of_row(definition, edition, delivered, i, &entry.key().1)?;
                entry.insert(row)
            }
        };
        if let Some(remark) = delivered.remark(i) {
            remarks.add(definition, (order, &row.label), remark)?;
        }
        if let Some(column_id) = delivered.text("column_id", i) {
            let place = put_cell(row, column_id, definition, edition, delivered, i)?;
            if let Some((computation, cells)) = delivered.computed(i)? {
                computed.push(ComputedCell::new(
                    &row.id,
                    place,
                    computation,
                    cells,
                    definition,
                )?);
            }
        }
    }
    let mut rows: Vec<TableRow> = rows.into_values().collect();
    if definition.order == RowOrder::Name {
        rows = by_name(rows, &edition.words.collator()?);
    }
    fill_computed(&mut rows, computed, &edition.words)?;
    compare::fill(&mut rows, definition, edition)?;
    let notes = notes::notes(&rows, definition, edition, remarks.in_order());
    let shown: std::collections::BTreeSet<_> = rows
        .iter()
        .flat_map(|r| r.cells.iter().flatten())
        .flat_map(Cell::symbols)
        .collect();
    Ok(Table {
        id: definition.id.clone(),
        title: definition.title.clone(),
        scope: definition.scope.clone(),
        unit: definition.unit.clone(),
        rows_head: definition.rows_head.clone(),
        unit_head: definition.unit_head.clone(),
        columns: definition.columns.iter().map(|c| c.head.clone()).collect(),
        rows,
        notes,
        symbols: shown
            .into_iter()
            .map(|kind| edition.words.symbol(kind).clone())
            .collect(),
        source: notes::source(definition, edition, reported),
        is_reported: definition.forms.is_empty() || !reported.is_empty(),
    })
}

/// Puts the figure of delivered row `i` into its cell.
fn put_cell(
    row: &mut TableRow,
    column_id: &str,
    definition: &TableDefinition,
    edition: &Edition,
    delivered: &Delivered,
    i: usize,
) -> Result<usize, String> {
    let period = delivered.text("period", i);
    let place = definition.columns.iter().position(|c| match &c.source {
        ColumnSource::Delivered { id, period: wanted } => {
            id == column_id && wanted.as_deref() == period
        }
        ColumnSource::Compared(_) => false,
    });
    let Some(place) = place else {
        return Err(format!(
            "the query delivers the column `{column_id}` ({}), which is not declared",
            period.unwrap_or("no period")
        ));
    };
    if row.cells[place].is_some() {
        return Err(format!(
            "the query delivers the column `{column_id}` twice in the row `{}`",
            row.id
        ));
    }
    let cell = cell(definition, &definition.columns[place], delivered, i)?;
    row.cells[place] = Some(cell.printed(&edition.words));
    Ok(place)
}

/// The cell of delivered row `i`, without its text.
fn cell(
    definition: &TableDefinition,
    column: &PrintedColumn,
    delivered: &Delivered,
    i: usize,
) -> Result<Cell, String> {
    let decimals = delivered
        .integer("decimals", i)
        .and_then(|d| u32::try_from(d).ok());
    let value = delivered.value(i)?;
    let words = delivered
        .text(WORDS, i)
        .map(|code| definition.said(code))
        .transpose()?;
    let is_there = value.is_some() || words.is_some();
    let status = FigureStatus::of(delivered.text("status", i), is_there);
    let (value, status) = if column.complete && status == FigureStatus::Partial {
        (None, FigureStatus::Absent)
    } else {
        (value, status)
    };
    let units = delivered
        .integer("units_reported", i)
        .zip(delivered.integer("units_expected", i));
    Ok(Cell {
        value,
        decimals: column.decimals.or(decimals).unwrap_or(0),
        status,
        // What is made of estimates says so also where a part is missing.
        estimated: is_there && (delivered.is_estimated(i) || definition.scenario == ESTIMATE),
        text: String::new(),
        units,
        missing: delivered.missing(i),
        origin: delivered.origin(i),
        words,
    })
}

/// A new row with the label, level, style and unit of delivered row `i`, and blank cells.
fn head_of_row(
    definition: &TableDefinition,
    edition: &Edition,
    delivered: &Delivered,
    i: usize,
    id: &str,
) -> Result<TableRow, String> {
    let label = match (delivered.text("label_vi", i), delivered.text("label_en", i)) {
        (Some(vi), Some(en)) => Bilingual::new(vi, en),
        _ => definition
            .labels
            .iter()
            .find(|(row, _)| row == id)
            .map(|(_, label)| label.clone())
            .ok_or_else(|| format!("the row `{id}` has no label; add [[labels]]"))?,
    };
    let style = delivered.text("style", i).unwrap_or_default();
    Ok(TableRow {
        id: id.to_owned(),
        level: delivered
            .integer("level", i)
            .and_then(|l| usize::try_from(l).ok())
            .unwrap_or(0),
        style: RowStyle::parse(style).ok_or_else(|| {
            let names = RowStyle::NAMES;
            format!("`{style}` is not a style of a row ({names})")
        })?,
        label,
        unit: delivered.text(UNIT, i).map(|unit| edition.words.unit(unit)),
        cells: vec![None; definition.columns.len()],
    })
}
