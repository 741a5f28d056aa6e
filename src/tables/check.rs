//! Checks that the query of a table fits the tables of the lake and delivers the columns that a table needs. The query
//! runs over empty tables, because types are only certain then.

use std::sync::LazyLock;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use datafusion::error::DataFusionError;
use regex::Regex;

use super::assemble::assemble;
use super::build::TableBuilder;
use super::definition::{Query, TableDefinition};
use super::delivered::{Delivered, ESTIMATED, OPTIONAL, REQUIRED};
use super::edition::Edition;
use crate::diagnostic::DefinitionError;
use crate::text::line_at;

/// Runs the query of a table over the engine of `builder`, whose tables are empty.
///
/// # Errors
/// When the query does not fit, with file, line and remedy.
pub async fn check(
    builder: &mut TableBuilder<'_>,
    definition: &TableDefinition,
    edition: &Edition,
) -> Result<(), DefinitionError> {
    let query = &definition.query;
    // If the shared parts do not fit, running them together with the query says why.
    let shared = builder.share(query).await.is_ok();
    let sql = if shared { &query.body } else { &query.sql };
    match builder.engine().query(sql).await {
        Ok((schema, batches)) => {
            check_columns(definition, &schema)?;
            check_rows(definition, edition, &schema, &batches)
        }
        Err(e) => {
            // In the whole query the parser cannot tell where a part of it is wrong.
            let own = builder.engine().plan(&query.body).await.err();
            Err(does_not_fit(definition, &e, own.as_ref()))
        }
    }
}

/// Makes the table of a lake without reports: its rows are those that the code lists of the pipeline give it.
fn check_rows(
    definition: &TableDefinition,
    edition: &Edition,
    schema: &SchemaRef,
    batches: &[RecordBatch],
) -> Result<(), DefinitionError> {
    let delivered = Delivered::new(schema, batches).map_err(|e| e.strip_backtrace());
    let made = delivered.and_then(|delivered| assemble(definition, edition, &delivered, &[]));
    made.map(drop).map_err(|reason| {
        DefinitionError::new(
            &definition.path,
            Some(1),
            format!("the table `{}` could not be printed: {reason}", definition.id),
            "add what is missing to the table, or correct the code lists: its rows are the indicators and sectors of the pipeline",
        )
    })
}

/// The error of a query that fails; `own` is the error of its own text, if that alone fails.
fn does_not_fit(
    definition: &TableDefinition,
    error: &DataFusionError,
    own: Option<&DataFusionError>,
) -> DefinitionError {
    let own = own.map(DataFusionError::strip_backtrace);
    let message = own
        .filter(|m| is_syntax(m))
        .unwrap_or_else(|| error.strip_backtrace());
    let first = message.lines().next().unwrap_or_default();
    DefinitionError::new(
        &definition.query.path,
        line_of_error(&definition.query, &message),
        format!(
            "the query of the table `{}` does not fit: {first}",
            definition.id
        ),
        "the query reads the tables of the contract and the parts of common.sql; correct what the message names",
    )
}

/// Checks the names and types of the columns that a query delivers.
fn check_columns(definition: &TableDefinition, schema: &SchemaRef) -> Result<(), DefinitionError> {
    let (id, query) = (&definition.id, &definition.query);
    let line_of = |name: &str| query.own.find(name).map(|at| line_at(&query.own, at));
    for (name, wanted) in &REQUIRED {
        let Some((_, field)) = schema.column_with_name(name) else {
            let all: Vec<&str> = REQUIRED.iter().map(|(name, _)| *name).collect();
            return Err(DefinitionError::new(
                &query.path,
                None,
                format!("the query of the table `{id}` does not deliver `{name}`"),
                format!("a query delivers {}", all.join(", ")),
            ));
        };
        let given = field.data_type();
        if !fits(given, wanted) {
            return Err(DefinitionError::new(
                &query.path,
                line_of(name),
                format!("the query of the table `{id}` delivers `{name}` as {given}, not {wanted}"),
                format!("CAST it to {wanted}; floats are not exact and are never printed"),
            ));
        }
    }
    if let Some((_, field)) = schema.column_with_name(ESTIMATED)
        && !matches!(field.data_type(), DataType::Boolean | DataType::Null)
    {
        let given = field.data_type();
        return Err(DefinitionError::new(
            &query.path,
            line_of(ESTIMATED),
            format!("the query of the table `{id}` delivers `{ESTIMATED}` as {given}, not Boolean"),
            "deliver a condition: whether the figure is made of estimates",
        ));
    }
    let known = |name: &str| {
        name == ESTIMATED || OPTIONAL.contains(&name) || REQUIRED.iter().any(|(n, _)| *n == name)
    };
    match schema.fields().iter().find(|f| !known(f.name())) {
        None => Ok(()),
        Some(field) => Err(DefinitionError::new(
            &query.path,
            line_of(field.name()),
            format!(
                "the query of the table `{id}` delivers `{}`, which is not a column of tables",
                field.name()
            ),
            "remove it from the query",
        )),
    }
}

/// Whether a type can be converted to another without loss.
fn fits(given: &DataType, wanted: &DataType) -> bool {
    match wanted {
        DataType::Decimal128(_, scale) => {
            matches!(given, DataType::Decimal128(_, s) if s <= scale)
                || given.is_integer()
                || *given == DataType::Null
        }
        // A position multiplied by a number of rows is a decimal without a fraction.
        DataType::Int64 => {
            given.is_integer() || matches!(given, DataType::Decimal128(_, 0) | DataType::Null)
        }
        _ => matches!(
            given,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null
        ),
    }
}

/// The line in a message of the parser.
static PLACE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"Line: (\d+)").ok());
/// The name in a message about something that does not exist.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?:No field named|table|column|function|for) ['`]?(?:[a-z_0-9]+\.)*([A-Za-z_0-9]+)",
    )
    .ok()
});

/// Whether the parser wrote a message.
fn is_syntax(message: &str) -> bool {
    message.contains("ParserError")
}

/// The line of an error in the query's own file: the parser's line, or the first line with the name.
fn line_of_error(query: &Query, message: &str) -> Option<usize> {
    if is_syntax(message) {
        return PLACE.as_ref()?.captures(message)?[1].parse().ok();
    }
    let found = NAMED.as_ref()?.captures(message)?;
    query.own.find(&found[1]).map(|at| line_at(&query.own, at))
}
