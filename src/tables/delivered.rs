//! The rows that the query of a table delivers: their columns, types and meaning.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray, Decimal128Array, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Decimal128Type, Field, Int64Type, Schema};
use datafusion::error::Result;
use rust_decimal::Decimal;

use super::table::{Computation, FigureKey, FigureTest, ItemKey, Origin};
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
pub(super) const OPTIONAL: [&str; 16] = [
    UNIT,
    WORDS,
    REMARK,
    "remark_vi",
    "remark_en",
    COMPUTATION,
    CELLS,
    SOURCE,
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

/// A code of the definition's `[[words]]`, or digits: what a cell says in place of a figure.
pub(super) const WORDS: &str = "words";

/// A code of the definition's `[[remarks]]`: a note below the table, about the row and what `remark_vi` and `remark_en` name.
const REMARK: &str = "remark";

/// How a cell is computed from cells of the table (`of_cells`), or `count >= 6` for how many of `of_parts` pass.
const COMPUTATION: &str = "of_computation";

/// The cells that a cell is computed from: `column`, or `row/column` where they stand in another row.
const CELLS: &str = "of_cells";

/// The document that states the number of a cell.
const SOURCE: &str = "of_source";

/// Geography and code of each figure that a cell combines.
const PARTS: &str = "of_parts";

/// The entries that a cell counts.
const ITEMS: &str = "of_items";

/// The unit of measure of a row.
pub(super) const UNIT: &str = "unit_vi";

/// The separator between the names of missing units, and between parts.
const BETWEEN: char = '|';

/// A cell that another is computed from: its row, unless that is the same, and its column.
pub(super) type NamedCell = (Option<String>, String);

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

    /// The remark of a row: its code, and what it names.
    pub(super) fn remark(&self, row: usize) -> Option<(&str, Bilingual)> {
        let both = ["remark_vi", "remark_en"].map(|c| self.text(c, row).unwrap_or_default());
        Some((self.text(REMARK, row)?, Bilingual::new(both[0], both[1])))
    }

    /// How a cell is computed from others of the table, and from which: row and column of each.
    ///
    /// # Errors
    /// If there is no such computation.
    pub(super) fn computed(
        &self,
        row: usize,
    ) -> std::result::Result<Option<(Computation, Vec<NamedCell>)>, String> {
        let Some((name, cells)) = self.text(COMPUTATION, row).zip(self.text(CELLS, row)) else {
            return Ok(None);
        };
        let years = |name: &str, begins: &str| name.strip_prefix(begins)?.parse::<u16>().ok();
        let computation = match name {
            "share" => Some(Computation::Share),
            "growth" => Some(Computation::Growth),
            "difference" => Some(Computation::Difference),
            "ratio" => Some(Computation::Ratio),
            "way" => Some(Computation::Way),
            _ => years(name, "rise ")
                .map(Computation::RiseAYear)
                .or_else(|| years(name, "fall ").map(Computation::FallAYear)),
        };
        let computation = computation.ok_or_else(|| format!("`{name}` is not a computation"))?;
        let cell = |cell: &str| match cell.split_once('/') {
            Some((row, column)) => (Some(row.to_owned()), column.to_owned()),
            None => (None, cell.to_owned()),
        };
        Ok(Some((
            computation,
            cells.split(BETWEEN).map(cell).collect(),
        )))
    }

    /// The test of the figures that a cell counts.
    fn test(&self, row: usize) -> Option<FigureTest> {
        let test = self.text(COMPUTATION, row)?.strip_prefix("count ")?;
        let (comparator, value) = test.split_once(' ')?;
        Some(FigureTest {
            comparator: comparator.to_owned(),
            value: value.parse().ok()?,
        })
    }

    /// The figure of the lake that a cell shows, or the figures that it combines, if the query states them.
    pub(super) fn origin(&self, row: usize) -> Origin {
        if let Some(source) = self.text(SOURCE, row) {
            return Origin::Stated(source.to_owned());
        }
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
        match (parts.flatten(), self.test(row)) {
            (Some(parts), Some(test)) => Origin::Counted(test, parts),
            (Some(parts), None) => Origin::Together(parts),
            (None, _) => Origin::Unsaid,
        }
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
