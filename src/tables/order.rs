//! The order of rows: by name if a table asks for it, else the official order.
//!
//! Queries cannot know the official order from the lake, whose tables are sorted by code. Regions, indicators and sectors
//! are printed in the order of the files that declare them, so that order is given to queries as a table.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::error::Result;
use icu_collator::CollatorBorrowed;

use super::table::{RowStyle, TableRow};
use crate::engine::Engine;
use crate::geography::Geography;

/// Sorts rows with the same parent by their labels; the rows below a row move with it. Totals and sections keep their
/// position.
pub(super) fn by_name(rows: Vec<TableRow>, collator: &CollatorBorrowed<'_>) -> Vec<TableRow> {
    let is_fixed = |row: &TableRow| matches!(row.style, RowStyle::Total | RowStyle::Section);
    let movable = rows.iter().filter(|row| !is_fixed(row));
    let Some(top) = movable.map(|row| row.level).min() else {
        return rows;
    };
    let mut ordered = Vec::with_capacity(rows.len());
    // Sibling rows, each with the rows below it.
    let mut run: Vec<Vec<TableRow>> = Vec::new();
    let close = |run: &mut Vec<Vec<TableRow>>, ordered: &mut Vec<TableRow>| {
        run.sort_by(|a, b| collator.compare(&a[0].label.vi, &b[0].label.vi));
        for mut family in run.drain(..) {
            let below = family.split_off(1);
            ordered.append(&mut family);
            ordered.extend(by_name(below, collator));
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

/// Lists of codes in official order. Queries of tables read them as `official_order` (list, scope, code, position from 1).
#[derive(Debug, Clone, Default)]
pub struct OfficialOrder {
    rows: Vec<(String, Option<String>, String, i64)>,
}

impl OfficialOrder {
    /// The order of regions in each scheme (list `region`, scope: the scheme), of indicators, and of the members of each breakdown
    /// (list: its id).
    pub fn new<'a>(
        geography: &Geography,
        indicators: impl IntoIterator<Item = &'a str>,
        members: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let mut order = Self::default();
        for member in &geography.tables.regions {
            order.add("region", Some(&member.scheme), &member.region);
        }
        for indicator in indicators {
            order.add("indicator", None, indicator);
        }
        for (breakdown, member) in members {
            order.add(breakdown, None, member);
        }
        order.number();
        order
    }

    /// The same with a further list of codes.
    #[must_use]
    pub fn with<'a>(mut self, list: &str, codes: impl IntoIterator<Item = &'a str>) -> Self {
        for (code, position) in codes.into_iter().zip(1..) {
            let row = (list.to_owned(), None, code.to_owned(), position);
            self.rows.push(row);
        }
        self
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

#[cfg(test)]
mod tests {
    use icu_collator::Collator;
    use icu_collator::options::CollatorOptions;
    use icu_locale_core::Locale;

    use super::*;
    use crate::text::Bilingual;

    fn row(id: &str, level: usize, style: RowStyle) -> TableRow {
        TableRow {
            id: id.to_owned(),
            level,
            style,
            label: Bilingual::same(id),
            unit: None,
            cells: vec![],
        }
    }

    fn sorted(rows: Vec<TableRow>) -> Vec<String> {
        let locale: Locale = "vi".parse().expect("a locale");
        let collator = Collator::try_new(locale.into(), CollatorOptions::default());
        let rows = by_name(rows, &collator.expect("a collator"));
        rows.into_iter().map(|row| row.id).collect()
    }

    #[test]
    fn rows_by_name_follow_the_alphabet_of_the_country() {
        let names = [
            "Đồng Nai",
            "Đà Nẵng",
            "Dak",
            "Ơ",
            "Ô",
            "O",
            "Ăn",
            "Ân",
            "An",
            "Ấn",
        ];
        let mut rows = vec![row("whole", 0, RowStyle::Total)];
        rows.extend(names.map(|name| row(name, 1, RowStyle::Plain)));
        assert_eq!(
            sorted(rows),
            [
                "whole",
                "An",
                "Ăn",
                "Ân",
                "Ấn",
                "Dak",
                "Đà Nẵng",
                "Đồng Nai",
                "O",
                "Ô",
                "Ơ"
            ]
        );
    }

    #[test]
    fn the_rows_below_a_row_move_with_it() {
        let (group, plain) = (RowStyle::Group, RowStyle::Plain);
        let rows = vec![
            row("total", 0, RowStyle::Total),
            row("N", 0, group),
            row("Nb", 1, plain),
            row("Na", 1, plain),
            row("M", 0, group),
            row("Mb", 1, plain),
            row("section", 0, RowStyle::Section),
            row("B", 0, plain),
            row("A", 0, plain),
        ];
        assert_eq!(
            sorted(rows),
            ["total", "M", "Mb", "N", "Na", "Nb", "section", "A", "B"]
        );
    }
}
