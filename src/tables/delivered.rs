//! The rows that the query of a table delivers: their columns, types and meaning.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray, Decimal128Array, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Decimal128Type, Field, Int64Type, Schema};
use datafusion::error::Result;
use rust_decimal::Decimal;

use super::table::{FigureKey, ItemKey, Origin};
use crate::engine::{TextColumn, conform};
use crate::text::Bilingual;

/// The columns that every query must deliver.
pub(super) const REQUIRED: [(&str, DataType); 15] = [
    ("row_order", DataType::Int64),
    ("row_id", DataType::Utf8),
    ("level", DataType::Int64),
    ("style", DataType::Utf8),
    ("label_vi", DataType::Utf8),
    ("label_en", DataType::Utf8),
    ("column_id", DataType::Utf8),
    ("period", DataType::Utf8),
    ("value", DataType::Decimal128(38, 6)),
    ("status", DataType::Utf8),
    ("decimals", DataType::Int64),
    ("units_reported", DataType::Int64),
    ("units_expected", DataType::Int64),
    ("missing_vi", DataType::Utf8),
    ("missing_en", DataType::Utf8),
];

/// The columns that a query may also deliver, all texts: the unit of measure of a row, and the figure of the lake that a
/// cell shows. A cell that combines several figures names them in `of_parts`: geography and code of each, as
/// `2004:10|2004:15`. One that counts entries of a register names them in `of_items`, each with the records (report and row)
/// that decide where it is counted, as `A-1=3f0c-1@7,3f0c-2@9|A-2=`.
pub(super) const OPTIONAL: [&str; 9] = [
    UNIT,
    "of_geography",
    "of_code",
    "of_indicator",
    "of_sector",
    "of_members",
    "of_period",
    PARTS,
    ITEMS,
];

/// A column that a query may also deliver, a flag: whether the figure is made of estimates, all or some of it. A figure with
/// status E is an estimate without it; one that lacks a part (P) needs it to be marked as both.
pub(super) const ESTIMATED: &str = "estimated";

/// Geography and code of each figure that a cell combines.
const PARTS: &str = "of_parts";

/// The entries that a cell counts.
const ITEMS: &str = "of_items";

/// The unit of measure of a row.
pub(super) const UNIT: &str = "unit_vi";

/// The separator between the names of missing units, and between parts.
const BETWEEN: char = '|';

/// The rows that a query delivered.
pub(super) struct Delivered {
    rows: usize,
    texts: BTreeMap<&'static str, TextColumn>,
    integers: BTreeMap<&'static str, Int64Array>,
    values: Option<Decimal128Array>,
    estimated: Option<BooleanArray>,
}

impl Delivered {
    /// Takes the answer of a query.
    ///
    /// # Errors
    /// When a required column is missing, or a value does not fit its type.
    pub(super) fn new(schema: &Schema, batches: &[RecordBatch]) -> Result<Self> {
        let mut fields: Vec<Field> = REQUIRED
            .iter()
            .map(|(name, data_type)| Field::new(*name, data_type.clone(), true))
            .collect();
        let optional = OPTIONAL
            .iter()
            .filter(|name| schema.column_with_name(name).is_some());
        fields.extend(optional.map(|name| Field::new(*name, DataType::Utf8, true)));
        if schema.column_with_name(ESTIMATED).is_some() {
            fields.push(Field::new(ESTIMATED, DataType::Boolean, true));
        }
        Ok(Self::of_batch(&conform(
            &Arc::new(Schema::new(fields)),
            batches,
        )?))
    }

    /// Takes a batch whose columns have the types of [`REQUIRED`] and [`OPTIONAL`].
    pub(super) fn of_batch(batch: &RecordBatch) -> Self {
        let of_type = |wanted: DataType| {
            let required = REQUIRED.iter().filter(move |(_, t)| *t == wanted);
            required.map(|(name, _)| *name)
        };
        let text_columns = of_type(DataType::Utf8).chain(OPTIONAL);
        let integer_columns = of_type(DataType::Int64);
        Self {
            rows: batch.num_rows(),
            texts: text_columns
                .map(|name| (name, TextColumn::read(batch, name)))
                .collect(),
            integers: integer_columns
                .filter_map(|name| {
                    let column = batch.column_by_name(name)?;
                    Some((name, column.as_primitive_opt::<Int64Type>()?.clone()))
                })
                .collect(),
            values: batch
                .column_by_name("value")
                .and_then(|c| c.as_primitive_opt::<Decimal128Type>())
                .cloned(),
            estimated: batch
                .column_by_name(ESTIMATED)
                .and_then(|c| c.as_boolean_opt())
                .cloned(),
        }
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn text(&self, column: &str, row: usize) -> Option<&str> {
        self.texts.get(column)?.get(row)
    }

    pub(super) fn integer(&self, column: &str, row: usize) -> Option<i64> {
        let array = self.integers.get(column)?;
        array.is_valid(row).then(|| array.value(row))
    }

    /// Whether a figure is made of estimates, as far as the query says.
    pub(super) fn is_estimated(&self, row: usize) -> bool {
        let flags = self.estimated.as_ref();
        flags.is_some_and(|flags| flags.is_valid(row) && flags.value(row))
    }

    pub(super) fn value(&self, row: usize) -> std::result::Result<Option<Decimal>, String> {
        let Some(array) = self.values.as_ref().filter(|a| a.is_valid(row)) else {
            return Ok(None);
        };
        let value = Decimal::try_from_i128_with_scale(array.value(row), 6)
            .map_err(|_| "a value has more than 28 digits".to_owned())?;
        Ok(Some(value.normalize()))
    }

    /// The figure of the lake that a cell shows, or the figures that it combines, if the query states them.
    pub(super) fn origin(&self, row: usize) -> Origin {
        let key = |geography: &str, code: &str| {
            let period = self.text("of_period", row);
            Some(FigureKey {
                geography: geography.to_owned(),
                code: code.to_owned(),
                indicator: self.text("of_indicator", row)?.to_owned(),
                members: self
                    .text("of_members", row)
                    .or_else(|| self.text("of_sector", row))?
                    .to_owned(),
                period: period.or_else(|| self.text("period", row))?.to_owned(),
            })
        };
        let whole = self
            .text("of_geography", row)
            .zip(self.text("of_code", row));
        if let Some(key) = whole.and_then(|(geography, code)| key(geography, code)) {
            return Origin::Figure(key);
        }
        if let Some(items) = self.text(ITEMS, row) {
            return Origin::Items(items_in(items));
        }
        let parts = self.text(PARTS, row).map(|parts| {
            let parts = parts.split(BETWEEN);
            let part = |part: &str| part.split_once(':').and_then(|(g, c)| key(g, c));
            parts.map(part).collect::<Option<Vec<_>>>()
        });
        parts.flatten().map_or(Origin::Unsaid, Origin::Together)
    }

    /// The names of the units that are missing in a figure.
    pub(super) fn missing(&self, row: usize) -> Vec<Bilingual> {
        let split = |column| {
            self.text(column, row)
                .map(|t| t.split(BETWEEN))
                .into_iter()
                .flatten()
        };
        split("missing_vi")
            .zip(split("missing_en"))
            .map(|(vi, en)| Bilingual::new(vi, en))
            .collect()
    }
}

/// The entries that a text names.
fn items_in(text: &str) -> Vec<ItemKey> {
    let record = |text: &str| {
        let (report, row) = text.split_once('@')?;
        Some((report.to_owned(), row.parse().ok()?))
    };
    let items = text.split(BETWEEN).filter(|item| !item.is_empty());
    items
        .map(|item| {
            let (id, records) = item.split_once('=').unwrap_or((item, ""));
            ItemKey {
                id: id.to_owned(),
                records: records.split(',').filter_map(record).collect(),
            }
        })
        .collect()
}
