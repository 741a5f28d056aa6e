//! The order of rows: by name, where a table asks for it, else the official one.
//!
//! The official order of things that SQL cannot know: the lake's tables are sorted by code, while regions,
//! indicators and sectors are printed in the order of the files that declare them.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::error::Result;
use icu_collator::CollatorBorrowed;

use super::table::{Row, RowStyle};
use crate::engine::Engine;
use crate::geography::Geography;

/// Puts rows that have the same rows above them into the order of their labels; what stands under a row goes with it.
/// Totals and sections stay where they are.
pub(super) fn by_name(rows: Vec<Row>, collator: &CollatorBorrowed<'_>) -> Vec<Row> {
    let is_fixed = |row: &Row| matches!(row.style, RowStyle::Total | RowStyle::Section);
    let movable = rows.iter().filter(|row| !is_fixed(row));
    let Some(top) = movable.map(|row| row.level).min() else {
        return rows;
    };
    let mut ordered = Vec::with_capacity(rows.len());
    // Rows side by side, each with those under it.
    let mut run: Vec<Vec<Row>> = Vec::new();
    let close = |run: &mut Vec<Vec<Row>>, ordered: &mut Vec<Row>| {
        run.sort_by(|a, b| collator.compare(&a[0].label.vi, &b[0].label.vi));
        for mut family in run.drain(..) {
            let under = family.split_off(1);
            ordered.append(&mut family);
            ordered.extend(by_name(under, collator));
        }
    };
    for row in rows {
        let fixed = is_fixed(&row);
        match run.last_mut() {
            Some(family) if row.level > top && !fixed => family.push(row),
            _ if fixed => {
                close(&mut run, &mut ordered);
                ordered.push(row);
            }
            _ => run.push(vec![row]),
        }
    }
    close(&mut run, &mut ordered);
    ordered
}

/// Lists of codes in official order, which the queries of tables read as `official_order` (list, scope, code,
/// position from 1).
#[derive(Debug, Clone, Default)]
pub struct OfficialOrder {
    rows: Vec<(String, Option<String>, String, i64)>,
}

impl OfficialOrder {
    /// The order of regions in each scheme (list `region`, scope the scheme), of indicators and of sectors.
    pub fn new<'a>(
        geography: &Geography,
        indicators: impl IntoIterator<Item = &'a str>,
        sectors: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let mut order = Self::default();
        for member in &geography.tables.regions {
            order.add("region", Some(&member.scheme), &member.region);
        }
        for indicator in indicators {
            order.add("indicator", None, indicator);
        }
        for sector in sectors {
            order.add("sector", None, sector);
        }
        order.number();
        order
    }

    fn add(&mut self, list: &str, scope: Option<&str>, code: &str) {
        let row = (
            list.to_owned(),
            scope.map(str::to_owned),
            code.to_owned(),
            0,
        );
        if !self.rows.contains(&row) {
            self.rows.push(row);
        }
    }

    fn number(&mut self) {
        let mut last: BTreeMap<(String, Option<String>), i64> = BTreeMap::new();
        for (list, scope, _, position) in &mut self.rows {
            let n = last.entry((list.clone(), scope.clone())).or_default();
            *n += 1;
            *position = *n;
        }
    }
}

/// Registers `official_order` for the queries of tables.
///
/// # Errors
/// When the engine refuses the table.
pub fn register_order(engine: &Engine, order: &OfficialOrder) -> Result<()> {
    let schema = Arc::new(Schema::new(vec![
        Field::new("list", DataType::Utf8, false),
        Field::new("scope", DataType::Utf8, true),
        Field::new("code", DataType::Utf8, false),
        Field::new("position", DataType::Int64, false),
    ]));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(
            order
                .rows
                .iter()
                .map(|r| Some(r.0.as_str()))
                .collect::<StringArray>(),
        ),
        Arc::new(
            order
                .rows
                .iter()
                .map(|r| r.1.as_deref())
                .collect::<StringArray>(),
        ),
        Arc::new(
            order
                .rows
                .iter()
                .map(|r| Some(r.2.as_str()))
                .collect::<StringArray>(),
        ),
        Arc::new(order.rows.iter().map(|r| r.3).collect::<Int64Array>()),
    ];
    engine.register(
        "official_order",
        schema.clone(),
        vec![RecordBatch::try_new(schema, columns)?],
    )
}
