//! From a query's rows to a [`Table`]: what was delivered is put into its place, compared, marked and noted.
//!
//! A place that the query delivers without a value is printed as not available; one that it does not deliver
//! stays blank. A figure delivered twice, or under a column that is not declared, is an error: a join that fans
//! out must never be printed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Decimal128Type, Field, Int64Type, Schema};
use datafusion::error::{DataFusionError, Result};
use datafusion::sql::sqlparser::ast::Statement;
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;
use futures::{StreamExt as _, stream};
use rust_decimal::Decimal;

use super::column::Content;
use super::definition::{Query, RowOrder, TableDefinition};
use super::edition::Edition;
use super::order::{OfficialOrder, by_name, register_order};
use super::reported::{Reported, reported_in, reported_sql};
use super::table::{Cell, FigureKey, Origin, Row, RowStyle, Status, Table, Text};
use super::words::SymbolKind;
use super::{compare, notes};
use crate::engine::{Engine, conform};
use crate::lake;

/// What every query must deliver.
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

/// What a query may deliver beside it, all texts: the unit of measure of a row, and the figure of the lake that a cell
/// is; or, where it puts several together, which (`of_parts`: geography and code of each, as `2004:10|2004:15`).
pub(super) const OPTIONAL: [&str; 7] = [
    UNIT,
    "of_geography",
    "of_code",
    "of_indicator",
    "of_sector",
    "of_period",
    PARTS,
];

/// Geography and code of each figure that was put together.
const PARTS: &str = "of_parts";

/// The unit of measure of a row.
const UNIT: &str = "unit_vi";

/// The scenario of estimates, as the contract names it.
const ESTIMATE: &str = "estimate";

/// What stands between the names of missing units.
const BETWEEN_NAMES: char = '|';

/// Makes tables over the tables of a snapshot. What the queries of a folder share is computed once for all of them.
pub struct TableBuilder<'a> {
    engine: &'a Engine,
    /// The shared parts that stand in the engine as tables.
    shared: String,
    /// How many units sent what, by the forms.
    reported: BTreeMap<Vec<String>, Vec<Reported>>,
}

impl<'a> TableBuilder<'a> {
    /// A builder over the tables of a snapshot, with the official order of what is printed.
    ///
    /// # Errors
    /// When the engine refuses the order.
    pub fn new(engine: &'a Engine, order: &OfficialOrder) -> Result<Self> {
        register_order(engine, order)?;
        Ok(Self {
            engine,
            shared: String::new(),
            reported: BTreeMap::new(),
        })
    }

    /// Makes a table.
    ///
    /// # Errors
    /// When the query fails, or delivers what the definition does not know.
    pub async fn build(
        &mut self,
        definition: &TableDefinition,
        edition: &Edition,
    ) -> Result<Table> {
        let named = |e: DataFusionError| {
            DataFusionError::Context(format!("in the table `{}`", definition.id), Box::new(e))
        };
        let mut tables = self
            .build_each(std::slice::from_ref(definition), edition)
            .await?;
        tables
            .pop()
            .ok_or_else(|| named(DataFusionError::Plan("it was not made".to_owned())))
    }

    /// Makes tables, in their order; queries that stand on the same shared parts run at the same time.
    ///
    /// # Errors
    /// When a query fails, or delivers what the definition does not know.
    pub async fn build_each(
        &mut self,
        definitions: &[TableDefinition],
        edition: &Edition,
    ) -> Result<Vec<Table>> {
        self.count_reported(definitions, edition).await?;
        let mut tables = Vec::with_capacity(definitions.len());
        for together in definitions.chunk_by(|a, b| a.query.shared == b.query.shared) {
            let named = |definition: &TableDefinition| {
                let context = format!("in the table `{}`", definition.id);
                move |e: DataFusionError| DataFusionError::Context(context, Box::new(e))
            };
            self.share(&together[0].query)
                .await
                .map_err(named(&together[0]))?;
            let bodies = together.iter().map(|d| d.query.body.clone());
            let mut answers = stream::iter(together).zip(self.engine.query_each(bodies));
            while let Some((definition, answer)) = answers.next().await {
                let delivered = answer.and_then(|(schema, batches)| typed(&schema, &batches));
                let delivered = delivered.map_err(named(definition))?;
                let reported = self.reported.get(&definition.forms);
                let reported = reported.map_or(&[] as &[Reported], Vec::as_slice);
                let table = assemble(definition, edition, &delivered, reported);
                tables.push(
                    table.map_err(|message| named(definition)(DataFusionError::Plan(message)))?,
                );
            }
        }
        Ok(tables)
    }

    /// Counts who sent the forms of tables, as far as that is not known.
    async fn count_reported(
        &mut self,
        definitions: &[TableDefinition],
        edition: &Edition,
    ) -> Result<()> {
        let forms: BTreeSet<&Vec<String>> = definitions
            .iter()
            .map(|d| &d.forms)
            .filter(|forms| !forms.is_empty() && !self.reported.contains_key(*forms))
            .collect();
        let queries = forms.iter().map(|forms| reported_sql(forms, edition));
        let mut answers = stream::iter(&forms).zip(self.engine.query_each(queries));
        let mut counted = Vec::new();
        while let Some((forms, answer)) = answers.next().await {
            counted.push(((*forms).clone(), reported_in(&answer?.1)));
        }
        drop(answers);
        self.reported.extend(counted);
        Ok(())
    }

    /// The figures of the lake that a table prints, whether they are there or not.
    ///
    /// # Errors
    /// When the query fails.
    pub async fn printed_figures(
        &mut self,
        definition: &TableDefinition,
    ) -> Result<BTreeSet<FigureKey>> {
        let delivered = self.deliver(definition).await?;
        let from = Delivered { batch: &delivered };
        Ok((0..delivered.num_rows())
            .flat_map(|row| from.origin(row).figures().to_vec())
            .collect())
    }

    /// What the query of a table delivers.
    async fn deliver(&mut self, definition: &TableDefinition) -> Result<RecordBatch> {
        self.share(&definition.query).await?;
        deliver(self.engine, &definition.query.body).await
    }

    /// Computes what a query shares with others, unless it stands there already.
    pub(super) async fn share(&mut self, query: &Query) -> Result<()> {
        if self.shared != query.shared {
            self.shared.clear();
            for (name, sql) in named_parts(&query.shared)? {
                if lake::table(&name).is_some() {
                    let message =
                        format!("the shared part `{name}` bears the name of a table of the lake");
                    return Err(DataFusionError::Plan(message));
                }
                self.engine.materialize(&name, &sql).await?;
            }
            self.shared.clone_from(&query.shared);
        }
        Ok(())
    }

    /// The engine, in which what was shared last stands as tables.
    pub(super) fn engine(&self) -> &Engine {
        self.engine
    }
}

/// The named parts (CTEs) of a text that stands after `WITH`, in order.
fn named_parts(shared: &str) -> Result<Vec<(String, String)>> {
    if shared.is_empty() {
        return Ok(Vec::new());
    }
    let whole = format!("WITH\n{shared}\nSELECT 1");
    let statements = Parser::parse_sql(&GenericDialect {}, &whole)?;
    let Some(Statement::Query(query)) = statements.into_iter().next() else {
        return Ok(Vec::new());
    };
    let parts = query.with.into_iter().flat_map(|with| with.cte_tables);
    Ok(parts
        .map(|part| (part.alias.name.value.clone(), part.query.to_string()))
        .collect())
}

/// What a query delivers, its columns in the types of tables.
async fn deliver(engine: &Engine, sql: &str) -> Result<RecordBatch> {
    let (schema, batches) = engine.query(sql).await?;
    typed(&schema, &batches)
}

/// What was delivered, its columns in the types of tables.
fn typed(schema: &Schema, batches: &[RecordBatch]) -> Result<RecordBatch> {
    let mut fields: Vec<Field> = REQUIRED
        .iter()
        .map(|(name, data_type)| Field::new(*name, data_type.clone(), true))
        .collect();
    let optional = OPTIONAL
        .iter()
        .filter(|name| schema.column_with_name(name).is_some());
    fields.extend(optional.map(|name| Field::new(*name, DataType::Utf8, true)));
    conform(&Arc::new(Schema::new(fields)), batches)
}

/// The columns of what a query delivered.
struct Delivered<'a> {
    batch: &'a RecordBatch,
}

impl Delivered<'_> {
    fn text(&self, column: &str, row: usize) -> Option<&str> {
        let array: &StringArray = self.batch.column_by_name(column)?.as_string_opt::<i32>()?;
        array.is_valid(row).then(|| array.value(row))
    }

    fn integer(&self, column: &str, row: usize) -> Option<i64> {
        let array = self
            .batch
            .column_by_name(column)?
            .as_primitive_opt::<Int64Type>()?;
        array.is_valid(row).then(|| array.value(row))
    }

    fn value(&self, row: usize) -> std::result::Result<Option<Decimal>, String> {
        let array = self
            .batch
            .column_by_name("value")
            .and_then(|c| c.as_primitive_opt::<Decimal128Type>());
        let Some(array) = array.filter(|a| a.is_valid(row)) else {
            return Ok(None);
        };
        let value = Decimal::try_from_i128_with_scale(array.value(row), 6)
            .map_err(|_| "a value has more than 28 digits".to_owned())?;
        Ok(Some(value.normalize()))
    }

    /// The figure that a cell is, or those it was put together from, as far as the query says so.
    fn origin(&self, row: usize) -> Origin {
        let key = |geography: &str, code: &str| {
            let period = self.text("of_period", row);
            Some(FigureKey {
                geography: geography.to_owned(),
                code: code.to_owned(),
                indicator: self.text("of_indicator", row)?.to_owned(),
                sector: self.text("of_sector", row)?.to_owned(),
                period: period.or_else(|| self.text("period", row))?.to_owned(),
            })
        };
        let whole = self
            .text("of_geography", row)
            .zip(self.text("of_code", row));
        if let Some(key) = whole.and_then(|(geography, code)| key(geography, code)) {
            return Origin::Figure(key);
        }
        let parts = self.text(PARTS, row).map(|parts| {
            let parts = parts.split(BETWEEN_NAMES);
            let part = |part: &str| part.split_once(':').and_then(|(g, c)| key(g, c));
            parts.map(part).collect::<Option<Vec<_>>>()
        });
        parts.flatten().map_or(Origin::Unsaid, Origin::Together)
    }

    fn names(&self, row: usize) -> Vec<Text> {
        let split = |column| {
            self.text(column, row)
                .map(|t| t.split(BETWEEN_NAMES))
                .into_iter()
                .flatten()
        };
        split("missing_vi")
            .zip(split("missing_en"))
            .map(|(vi, en)| Text::new(vi, en))
            .collect()
    }
}

/// Puts what was delivered into a table.
pub(super) fn assemble(
    definition: &TableDefinition,
    edition: &Edition,
    delivered: &RecordBatch,
    reported: &[Reported],
) -> std::result::Result<Table, String> {
    let from = Delivered { batch: delivered };
    let mut rows: BTreeMap<(i64, String), Row> = BTreeMap::new();
    for i in 0..delivered.num_rows() {
        let row_id = from
            .text("row_id", i)
            .ok_or("a row has no row_id")?
            .to_owned();
        let order = from
            .integer("row_order", i)
            .ok_or_else(|| format!("the row `{row_id}` has no row_order"))?;
        let row = match rows.entry((order, row_id)) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => {
                let row = head_of_row(definition, edition, &from, i, &entry.key().1)?;
                entry.insert(row)
            }
        };
        let Some(column_id) = from.text("column_id", i) else {
            continue;
        };
        let period = from.text("period", i);
        let place = definition.columns.iter().position(|c| match &c.content {
            Content::Delivered { id, period: wanted } => {
                id == column_id && wanted.as_deref() == period
            }
            Content::Compared(_) => false,
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
        let column = &definition.columns[place];
        let decimals = from
            .integer("decimals", i)
            .and_then(|d| u32::try_from(d).ok());
        let decimals = column.decimals.or(decimals).unwrap_or(0);
        let value = from.value(i)?;
        let status = Status::of(from.text("status", i), value.is_some());
        let (value, status) = if column.complete && status == Status::Partial {
            (None, Status::Absent)
        } else {
            (value, status)
        };
        let units = from
            .integer("units_reported", i)
            .zip(from.integer("units_expected", i));
        // A sum of estimates is one, even when a part is missing.
        let estimated = definition.scenario == ESTIMATE && status == Status::Partial;
        let cell = Cell {
            value,
            decimals,
            status,
            estimated,
            text: String::new(),
            units,
            missing: from.names(i),
            origin: from.origin(i),
        };
        row.cells[place] = Some(cell.printed(&edition.words));
    }
    let mut rows: Vec<Row> = rows.into_values().collect();
    if definition.order == RowOrder::Name {
        rows = by_name(rows, &edition.words.collator()?);
    }
    compare::fill(&mut rows, definition, edition)?;
    let notes = notes::notes(&rows, definition, edition);
    let shown: std::collections::BTreeSet<SymbolKind> = rows
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

fn head_of_row(
    definition: &TableDefinition,
    edition: &Edition,
    from: &Delivered<'_>,
    i: usize,
    id: &str,
) -> std::result::Result<Row, String> {
    let label = match (from.text("label_vi", i), from.text("label_en", i)) {
        (Some(vi), Some(en)) => Text::new(vi, en),
        _ => definition
            .labels
            .iter()
            .find(|(row, _)| row == id)
            .map(|(_, label)| label.clone())
            .ok_or_else(|| format!("the row `{id}` has no label; add [[labels]]"))?,
    };
    let style = from.text("style", i).unwrap_or_default();
    Ok(Row {
        id: id.to_owned(),
        level: from
            .integer("level", i)
            .and_then(|l| usize::try_from(l).ok())
            .unwrap_or(0),
        style: RowStyle::parse(style).ok_or_else(|| {
            format!("`{style}` is no style of a row (total, group, section, plain)")
        })?,
        label,
        unit: from.text(UNIT, i).map(|unit| edition.words.unit(unit)),
        cells: vec![None; definition.columns.len()],
    })
}
