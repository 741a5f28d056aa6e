//! The tables of a lake: those of the contract, and those that a pipeline adds for its lists and its own models.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow::error::ArrowError;

use crate::engine::columns::DECIMAL;
use crate::text::BreakdownColumns;

/// Who says what a table of a lake holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableKind {
    /// The contract: every lake has the table.
    Contract,
    /// A breakdown that the contract does not know: the members of its code list.
    Codes,
    /// The fields of the forms whose records it holds. It is written report by report.
    Records,
    /// A model of the pipeline.
    Model,
}

/// A table of the lake.
#[derive(Debug, Clone)]
pub struct TableSchema {
    /// Name.
    pub name: String,
    /// Columns.
    pub schema: SchemaRef,
    /// Whether it has one file for each period.
    pub by_period: bool,
    /// Who says what it holds.
    pub kind: TableKind,
}

impl TableSchema {
    /// A table of records with these columns of its own, which stand between those that every list has.
    #[must_use]
    pub fn of_records(name: &str, own: &[(String, DataType)]) -> Self {
        let text = |name: &str| Field::new(name, DataType::Utf8, true);
        let before = ["report_id", "unit_vintage", "unit_code", "period"].map(text);
        let own = own
            .iter()
            .map(|(name, data_type)| Field::new(name, data_type.clone(), true));
        let after = [text("sheet"), Field::new("row", DataType::Int64, true)];
        let fields: Vec<Field> = before.into_iter().chain(own).chain(after).collect();
        Self {
            name: name.to_owned(),
            schema: Arc::new(Schema::new(fields)),
            by_period: true,
            kind: TableKind::Records,
        }
    }

    /// The table of the members of a breakdown with this id.
    #[must_use]
    pub fn of_codes(name: &str, breakdown: &str) -> Self {
        Self {
            name: name.to_owned(),
            schema: schema(&code_list(breakdown)),
            by_period: false,
            kind: TableKind::Codes,
        }
    }

    /// A table that a model of the pipeline fills.
    #[must_use]
    pub fn of_model(name: &str, schema: SchemaRef) -> Self {
        Self {
            name: name.to_owned(),
            by_period: schema.column_with_name("period").is_some(),
            schema,
            kind: TableKind::Model,
        }
    }

    /// Whether it is a list that the pipeline declares: of records, or of the members of a breakdown.
    #[must_use]
    pub fn is_list(&self) -> bool {
        matches!(self.kind, TableKind::Records | TableKind::Codes)
    }

    /// Whether its rows are records of lists, which are written report by report.
    #[must_use]
    pub fn is_of_records(&self) -> bool {
        self.kind == TableKind::Records
    }
}

/// Whether a name is safe as that of a table or a column: small letters, digits and `_`, a letter first, and no word of
/// SQL that would have to be quoted.
#[must_use]
pub fn is_plain_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let is_word = crate::engine::is_reserved(name);
    name.len() <= 60
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(plain)
        && !is_word
}

/// The columns that every table of records has beside its own.
pub const COMMON: [&str; 6] = [
    "report_id",
    "unit_vintage",
    "unit_code",
    "period",
    "sheet",
    "row",
];

/// The tables of a lake, in the order in which they are listed.
#[derive(Debug, Clone)]
pub struct LakeSchema {
    tables: Vec<TableSchema>,
    breakdowns: BreakdownColumns,
}

impl Default for LakeSchema {
    /// The tables of the contract alone.
    fn default() -> Self {
        Self::of(BreakdownColumns::default())
    }
}

impl LakeSchema {
    /// The tables of the contract with the columns of these breakdowns.
    #[must_use]
    pub fn of(breakdowns: BreakdownColumns) -> Self {
        let tables = TABLES.iter().map(|table| TableSchema {
            schema: with_breakdowns(&table.schema, breakdowns.further()),
            ..table.clone()
        });
        Self {
            tables: tables.collect(),
            breakdowns,
        }
    }

    /// The columns of the breakdowns in the tables of figures.
    #[must_use]
    pub fn breakdowns(&self) -> &BreakdownColumns {
        &self.breakdowns
    }

    /// The tables of the contract, and these.
    #[must_use]
    pub fn with(mut self, more: impl IntoIterator<Item = TableSchema>) -> Self {
        self.tables.extend(more);
        self
    }

    /// All tables.
    #[must_use]
    pub fn tables(&self) -> &[TableSchema] {
        &self.tables
    }

    /// The table of this name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&TableSchema> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// The tables of records.
    pub fn of_records(&self) -> impl Iterator<Item = &TableSchema> {
        self.tables.iter().filter(|table| table.is_of_records())
    }

    /// The names of all tables, with commas between them.
    #[must_use]
    pub fn names(&self) -> String {
        let names: Vec<&str> = self
            .tables
            .iter()
            .map(|table| table.name.as_str())
            .collect();
        names.join(", ")
    }

    /// A batch of a table. Its columns come in the order of the table.
    ///
    /// # Errors
    /// If there is no such table, or the columns do not fit it.
    pub fn batch(&self, name: &str, columns: Vec<ArrayRef>) -> Result<RecordBatch, ArrowError> {
        let table = self.table(name).ok_or_else(|| no_table(name))?;
        RecordBatch::try_new(table.schema.clone(), columns)
    }
}

/// A schema with further columns of breakdowns behind those that every lake has; as it is where it has none of them.
fn with_breakdowns(schema: &SchemaRef, further: &[String]) -> SchemaRef {
    let last = schema.column_with_name(BreakdownColumns::last_of_all_lakes());
    let Some((at, _)) = last.filter(|_| !further.is_empty()) else {
        return Arc::clone(schema);
    };
    let mut fields: Vec<_> = schema.fields().iter().cloned().collect();
    let columns = further
        .iter()
        .map(|id| Arc::new(Field::new(id, DataType::Utf8, true)));
    let after = fields.split_off(at + 1);
    fields.extend(columns);
    fields.extend(after);
    Arc::new(Schema::new(fields))
}

/// The columns of a code list.
fn code_list(breakdown: &str) -> String {
    format!("{breakdown}_code parent level:i name_vi name_en")
}

fn no_table(name: &str) -> ArrowError {
    ArrowError::SchemaError(format!("the lake has no table `{name}`"))
}

/// A schema from names of columns with a letter for the type: `s` Utf8 (or no letter), `d` Decimal128(38,6), `i` Int64,
/// `t` Timestamp(µs, UTC), `b` Boolean.
fn schema(columns: &str) -> SchemaRef {
    let fields: Vec<Field> = columns
        .split_whitespace()
        .map(|column| {
            let (name, letter) = column.split_once(':').unwrap_or((column, "s"));
            let data_type = match letter {
                "d" => DECIMAL,
                "i" => DataType::Int64,
                "t" => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
                "b" => DataType::Boolean,
                _ => DataType::Utf8,
            };
            Field::new(name, data_type, true)
        })
        .collect();
    Arc::new(Schema::new(fields))
}

const AGGREGATE: &str = "geography scheme code name_vi name_en period indicator sector fund scenario value:d share_estimated:d weight:d status units_reported:i units_expected:i";

static TABLES: LazyLock<Vec<TableSchema>> = LazyLock::new(|| {
    let table = |name: &str, columns: &str, by_period| TableSchema {
        name: name.to_owned(),
        schema: schema(columns),
        by_period,
        kind: TableKind::Contract,
    };
    vec![
        table(
            "submissions",
            "submission_id file_name sha256 size_bytes:i media_type received_at:t outcome",
            false,
        ),
        table(
            "reports",
            "report_id submission_id sheet form period unit_vintage unit_code vintage_evidence reporter revision:i is_current:b observations:i errors:i warnings:i cells_total:i cells_loaded:i cells_explained:i",
            false,
        ),
        table(
            "report_evidence",
            "report_id aspect answer basis text sheet cell",
            false,
        ),
        table(
            "decisions",
            "number:i kind ruling file_name submission_id report_id form sheet outcome decided_by decided_on reason",
            false,
        ),
        table(
            "observations",
            "report_id form period unit_vintage unit_code indicator sector fund scenario value:d unit status raw unit_read sheet cell",
            true,
        ),
        table(
            "findings",
            "code severity rule file_name submission_id report_id form sheet cell unit_vintage unit_code period indicator sector scenario message_vi message_en",
            false,
        ),
        table(
            "revisions",
            "unit_vintage unit_code period indicator sector fund scenario value_before:d value_after:d report_before report_after",
            false,
        ),
        table(
            "rule_results",
            "rule form period passed:i failed:i undecided:i",
            false,
        ),
        table(
            "facts",
            "geography unit_code period indicator sector fund scenario value:d weight:d status basis sources:i expected:i",
            true,
        ),
        table(
            "fact_sources",
            "geography unit_code period indicator sector fund scenario part report_id observed_indicator observed_scenario sheet cell value:d weight:d",
            true,
        ),
        table("provincial", AGGREGATE, true),
        table("regional", AGGREGATE, true),
        table("national", AGGREGATE, true),
        table(
            "units",
            "unit_code vintage name_vi name_en unit_type valid_from valid_to legal_basis",
            false,
        ),
        table(
            "unit_names",
            "unit_code vintage name_vi name_en unit_type valid_from valid_to legal_basis",
            false,
        ),
        table(
            "unit_changes",
            "from_vintage from_code to_vintage to_code change effective_date legal_basis",
            false,
        ),
        table(
            "regions",
            "scheme region_code region_name_vi region_name_en vintage unit_code valid_from valid_to legal_basis",
            false,
        ),
        table(
            "indicators",
            "indicator section row_code level:i home_form name_vi name_en unit decimals:i measure weight_indicator numerator denominator scale:i note tolerance:d tolerance_units:d breakdowns",
            false,
        ),
        table(
            "sectors",
            "sector_code parent level:i name_vi name_en",
            false,
        ),
        table("funds", "fund_code parent level:i name_vi name_en", false),
        table(
            "agencies",
            "agency_id name_vi name_en abbreviations kind valid_from valid_to successor members note",
            false,
        ),
        table(
            "tasks",
            "task_id document place section_vi title_vi title_en lead cooperating submit_to product starts due recurrence note",
            false,
        ),
        table(
            "targets",
            "target_id document scope scope_code year kind expression comparator value:d unit text_vi text_en indicator base_year",
            false,
        ),
        table(
            "history",
            "period geography scheme code indicator value:d unit printed_value:d printed_unit source url note",
            false,
        ),
        table(
            "target_results",
            "target_id period geography code value:d baseline:d target:d reached:d needed_a_year:d verdict status units_reported:i units_expected:i baseline_period baseline_basis",
            false,
        ),
    ]
});

/// The tables of the contract, in the order in which a run fills them.
#[must_use]
pub fn tables() -> &'static [TableSchema] {
    &TABLES
}

/// The table of the contract that has this name.
#[must_use]
pub fn table(name: &str) -> Option<&'static TableSchema> {
    TABLES.iter().find(|table| table.name == name)
}

/// A batch of a table of the contract. Its columns come in the order of the table.
///
/// # Errors
/// If there is no such table, or the columns do not fit it.
pub fn batch(name: &str, columns: Vec<ArrayRef>) -> Result<RecordBatch, ArrowError> {
    let table = table(name).ok_or_else(|| no_table(name))?;
    RecordBatch::try_new(table.schema.clone(), columns)
}
