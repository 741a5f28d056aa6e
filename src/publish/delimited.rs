//! Tables and findings as CSV: for programs, and for whoever wants to check a printed figure against the lake.
//! UTF-8, commas, decimal points; values exact, not as printed.

use std::path::Path;

use rust_decimal::Decimal;

use super::PublishError;
use crate::diagnostic::Finding;
use crate::tables::{Cell, Head, Row, Table, Text};

/// Columns of a table's file: one line a printed cell.
const CELL: [&str; 18] = [
    "table",
    "row",
    "row_id",
    "level",
    "label_vi",
    "label_en",
    "column_id",
    "column_vi",
    "column_en",
    "value",
    "unit_vi",
    "unit_en",
    "status",
    "printed",
    "units_reported",
    "units_expected",
    "missing_vi",
    "missing_en",
];

fn write<const N: usize>(
    path: &Path,
    head: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> Result<(), PublishError> {
    let at = |source| PublishError::Csv {
        path: path.to_owned(),
        source,
    };
    let mut writer = csv::Writer::from_path(path).map_err(at)?;
    writer.write_record(head).map_err(at)?;
    for row in rows {
        writer.write_record(row).map_err(at)?;
    }
    writer.flush().map_err(super::io_at(path))
}

/// Writes a table, a line for each printed cell.
pub(super) fn write_table(path: &Path, table: &Table) -> Result<(), PublishError> {
    let cells = table.rows.iter().enumerate().flat_map(|(n, row)| {
        table
            .columns
            .iter()
            .zip(&row.cells)
            .filter_map(move |(head, cell)| Some(line(table, n, row, head, cell.as_ref()?)))
    });
    write(path, CELL, cells)
}

fn line(table: &Table, n: usize, row: &Row, head: &Head, cell: &Cell) -> [String; 18] {
    let unit = head
        .unit
        .as_ref()
        .or(row.unit.as_ref())
        .or(table.unit.as_ref())
        .cloned()
        .unwrap_or_default();
    let over = |language: fn(&Text) -> &str| match &head.over {
        Some(over) => format!("{} › {}", language(over), language(&head.head)),
        None => language(&head.head).to_owned(),
    };
    let names = |language: fn(&Text) -> &str| {
        cell.missing
            .iter()
            .map(language)
            .collect::<Vec<_>>()
            .join("; ")
    };
    [
        table.id.clone(),
        (n + 1).to_string(),
        row.id.clone(),
        row.level.to_string(),
        row.label.vi.clone(),
        row.label.en.clone(),
        head.id.clone(),
        over(|t| &t.vi),
        over(|t| &t.en),
        cell.value.map(exact).unwrap_or_default(),
        unit.vi,
        unit.en,
        cell.status.code().to_owned(),
        cell.text.clone(),
        cell.units.map(|u| u.0.to_string()).unwrap_or_default(),
        cell.units.map(|u| u.1.to_string()).unwrap_or_default(),
        names(|t| &t.vi),
        names(|t| &t.en),
    ]
}

/// A value to the six places of the lake, without idle zeros.
fn exact(value: Decimal) -> String {
    let value = value
        .round_dp_with_strategy(6, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
        .normalize();
    if value.is_zero() {
        "0".to_owned()
    } else {
        value.to_string()
    }
}

/// Writes the findings.
pub(super) fn write_findings(path: &Path, findings: &[Finding]) -> Result<(), PublishError> {
    let rows = findings
        .iter()
        .map(|f| f.to_record().map(|v| v.unwrap_or_default().to_owned()));
    write(path, Finding::COLUMNS, rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_have_the_columns_of_the_contract() {
        let schema = &crate::lake::table("findings")
            .expect("a sound example")
            .schema;
        let names: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
        assert_eq!(names, Finding::COLUMNS);
    }

    #[test]
    fn values_are_exact_without_idle_zeros() {
        let shown = |text: &str| exact(text.parse().expect("a sound example"));
        assert_eq!(shown("1200.500000"), "1200.5");
        assert_eq!(shown("100"), "100");
        assert_eq!(shown("0.000000"), "0");
        assert_eq!(shown("-0.0000004"), "0");
        assert_eq!(shown("33.33333333333333"), "33.333333");
    }
}
