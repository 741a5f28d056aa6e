//! Tables and findings as CSV, for programs and for checking a printed figure against the lake.
//! UTF-8, commas, decimal points; values are exact, not as printed.

use std::path::Path;

use rust_decimal::Decimal;

use super::error::{PublishError, csv_at, io_at};
use crate::diagnostic::Finding;
use crate::tables::{Cell, ColumnHead, FigureKey, Origin, Table, TableRow};
use crate::text::{Bilingual, code_in, spreadsheet_safe};

/// The columns of a table's file, which has a line for each printed cell: name, type (of a Table Schema), meaning.
pub(super) const CELL: [(&str, &str, &str); 25] = [
    ("table", "string", "Number of the table"),
    ("row", "integer", "Place of the row in the table, from 1"),
    (
        "row_id",
        "string",
        "Code of the row: a unit, region, sector or indicator",
    ),
    ("level", "integer", "Depth of the row, from 0"),
    (
        "label_vi",
        "string",
        "Label of the row in the country's language",
    ),
    ("label_en", "string", "Label of the row in English"),
    ("column_id", "string", "Code of the column"),
    (
        "column_vi",
        "string",
        "Head of the column in the country's language",
    ),
    ("column_en", "string", "Head of the column in English"),
    (
        "value",
        "number",
        "The exact value; empty where there is no figure",
    ),
    (
        "unit_vi",
        "string",
        "Unit of measure in the country's language",
    ),
    ("unit_en", "string", "Unit of measure in English"),
    (
        "status",
        "string",
        "SDMX OBS_STATUS: A normal, E estimate, I imputed, P a part is missing, L not collected, M cannot exist, O not answered, Q withheld; empty where there is no figure",
    ),
    (
        "printed",
        "string",
        "The figure as it is printed, rounded and marked",
    ),
    ("units_reported", "integer", "Units that are in the figure"),
    (
        "units_expected",
        "integer",
        "Units that it needs to be whole",
    ),
    (
        "missing_vi",
        "string",
        "Units that are missing, in the country's language",
    ),
    ("missing_en", "string", "Units that are missing, in English"),
    (
        "geography",
        "string",
        "Vintage of the geography that the figure stands on",
    ),
    (
        "code",
        "string",
        "Code of the country, region or unit of the figure",
    ),
    ("indicator", "string", "Indicator of the figure"),
    (
        "sector",
        "string",
        "Sector of the figure; _T is all together",
    ),
    (
        "fund",
        "string",
        "Source of funds or kind of capital of the figure; _T is all together",
    ),
    ("period", "string", "SDMX time period of the figure"),
    (
        "computation",
        "string",
        "What is computed in print (share, growth, difference, ratio, average), or that several figures are put together; empty where the figure is the lake's",
    ),
];

/// The byte order mark of UTF-8. With it, a spreadsheet reads the letters of a CSV file as they are.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// The content of a CSV file without its byte order mark.
pub(super) fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BOM).unwrap_or(bytes)
}

/// Writes a CSV file for people: with a byte order mark if `bom`, and guarded against formulas.
pub(super) fn write_people<const N: usize>(
    path: &Path,
    bom: bool,
    head: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> Result<(), PublishError> {
    let bytes = encode(bom, head, rows).map_err(csv_at(path))?;
    std::fs::write(path, bytes).map_err(io_at(path))
}

fn encode<const N: usize>(
    bom: bool,
    head: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> Result<Vec<u8>, csv::Error> {
    let start = if bom { BOM.to_vec() } else { Vec::new() };
    let mut writer = csv::Writer::from_writer(start);
    writer.write_record(head)?;
    for row in rows {
        writer.write_record(row.map(|cell| spreadsheet_safe(&cell).into_owned()))?;
    }
    writer.into_inner().map_err(|e| e.into_error().into())
}

/// A table as CSV, a line for each printed cell.
pub(super) fn table(table: &Table, bom: bool) -> Result<Vec<u8>, csv::Error> {
    let rows = table.rows.iter().enumerate().flat_map(|(n, row)| {
        let cells = table.columns.iter().zip(&row.cells);
        let cells = cells.filter_map(|(head, cell)| Some((head, cell.as_ref()?)));
        cells.map(move |(head, cell)| line(table, n, row, head, cell))
    });
    encode(bom, CELL.map(|(name, _, _)| name), rows)
}

/// Writes a table.
pub(super) fn write_table(path: &Path, content: &Table, bom: bool) -> Result<(), PublishError> {
    let bytes = table(content, bom).map_err(csv_at(path))?;
    std::fs::write(path, bytes).map_err(io_at(path))
}

fn line(table: &Table, n: usize, row: &TableRow, head: &ColumnHead, cell: &Cell) -> [String; 25] {
    let unit = head
        .unit
        .as_ref()
        .or(row.unit.as_ref())
        .or(table.unit.as_ref())
        .cloned()
        .unwrap_or_default();
    let over = |language: fn(&Bilingual) -> &str| match &head.over {
        Some(over) => format!("{} › {}", language(over), language(&head.head)),
        None => language(&head.head).to_owned(),
    };
    // Figures that are combined differ only in their unit.
    let key = cell.origin.figures().first();
    let of = |part: fn(&FigureKey) -> &String| key.map(part).cloned().unwrap_or_default();
    // The columns of the breakdowns that every lake has, in their order.
    let member = |at: usize| key.map_or(String::new(), |key| code_in(&key.members, at).to_owned());
    let names = |language: fn(&Bilingual) -> &str| {
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
        of(|key| &key.geography),
        match &cell.origin {
            Origin::Together(_) | Origin::Counted(..) => row.id.clone(),
            _ => of(|key| &key.code),
        },
        of(|key| &key.indicator),
        member(0),
        member(1),
        of(|key| &key.period),
        match &cell.origin {
            Origin::Cells(computation, _) => computation.as_str().to_owned(),
            Origin::Together(_) => "together".to_owned(),
            Origin::Stated(_) => "stated".to_owned(),
            Origin::Counted(..) => "counted".to_owned(),
            Origin::Items(_) => "count".to_owned(),
            Origin::Figure(_) | Origin::Unsaid => String::new(),
        },
    ]
}

/// A value to the six places of the lake, without trailing zeros.
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
pub(super) fn write_findings(
    path: &Path,
    findings: &[Finding],
    bom: bool,
) -> Result<(), PublishError> {
    let rows = findings
        .iter()
        .map(|f| f.to_record().map(|v| v.unwrap_or_default().to_owned()));
    write_people(path, bom, Finding::COLUMNS, rows)
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
    fn values_are_exact_without_trailing_zeros() {
        let shown = |text: &str| exact(text.parse().expect("a sound example"));
        assert_eq!(shown("1200.500000"), "1200.5");
        assert_eq!(shown("100"), "100");
        assert_eq!(shown("0.000000"), "0");
        assert_eq!(shown("-0.0000004"), "0");
        assert_eq!(shown("33.33333333333333"), "33.333333");
    }
}
