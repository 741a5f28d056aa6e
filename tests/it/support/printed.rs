//! The cells of a printed table, as its tidy CSV has them.

use std::fs;

use super::sample::SAMPLE;

/// A printed cell.
pub(crate) struct Printed {
    /// Place of its row, from 1.
    pub(crate) row: usize,
    pub(crate) row_id: String,
    pub(crate) label: String,
    pub(crate) column: String,
    /// The value with all its digits; empty where there is none.
    pub(crate) value: String,
    pub(crate) status: String,
    /// As people read it.
    pub(crate) text: String,
}

/// The cells of a table of the sample.
pub(crate) fn printed_of_sample(table: &str) -> Vec<Printed> {
    let path = SAMPLE.out().join("csv").join(format!("{table}.csv"));
    printed(&fs::read(path).expect("a printed table"))
}

/// The cells of a table.
pub(crate) fn printed(csv: &[u8]) -> Vec<Printed> {
    let mut reader = csv::Reader::from_reader(csv);
    let head = reader.headers().expect("a head").clone();
    let column = |name: &str| head.iter().position(|h| h == name).expect("a column");
    let names = [
        "row",
        "row_id",
        "label_vi",
        "column_id",
        "value",
        "status",
        "printed",
    ];
    let at = names.map(column);
    reader
        .records()
        .map(|record| {
            let record = record.expect("a line");
            let [row, row_id, label, column, value, status, text] =
                at.map(|i| record[i].to_owned());
            Printed {
                row: row.parse().expect("a number"),
                row_id,
                label,
                column,
                value,
                status,
                text,
            }
        })
        .collect()
}
