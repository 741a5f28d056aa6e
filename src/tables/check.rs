//! Whether the query of a table fits the tables there are and delivers what a table needs. It is run
//! over tables without rows: types are settled only then.

use std::sync::LazyLock;

use arrow::datatypes::DataType;
use regex::Regex;

use super::build::{OPTIONAL, REQUIRED, TableBuilder};
use super::definition::{Query, TableDefinition, line_at};
use crate::diagnostic::DefinitionError;

/// Runs the query of a table over the engine of `builder`, whose tables are empty.
///
/// # Errors
/// When it does not fit, with file, line and remedy.
pub async fn check(
    builder: &mut TableBuilder<'_>,
    definition: &TableDefinition,
) -> Result<(), DefinitionError> {
    let query = &definition.query;
    let shared = builder.share(query).await.is_ok();
    let engine = builder.engine();
    let error = |line, message: String, remedy: String| {
        DefinitionError::new(&query.path, line, message, remedy)
    };
    // Where the shared parts do not fit, the whole says what is wrong with them.
    let whole = if shared { &query.body } else { &query.sql };
    let schema = match engine.query(whole).await {
        Ok((schema, _)) => schema,
        Err(e) => {
            // Within the whole, the parser cannot say where a part of it goes wrong.
            let own = engine
                .plan(&query.body)
                .await
                .err()
                .map(|e| e.strip_backtrace())
                .filter(|m| is_syntax(m));
            let message = own.unwrap_or_else(|| e.strip_backtrace());
            let line = line_of_error(query, &message);
            let first = message.lines().next().unwrap_or_default();
            let remedy = "the query reads the tables of the contract and the parts of common.sql; correct what the message names";
            return Err(error(
                line,
                format!(
                    "the query of the table `{}` does not fit: {first}",
                    definition.id
                ),
                remedy.to_owned(),
            ));
        }
    };
    for (name, wanted) in &REQUIRED {
        let Some((_, field)) = schema.column_with_name(name) else {
            let all = REQUIRED
                .iter()
                .map(|(n, _)| *n)
                .collect::<Vec<_>>()
                .join(", ");
            let message = format!(
                "the query of the table `{}` does not deliver `{name}`",
                definition.id
            );
            return Err(error(None, message, format!("a query delivers {all}")));
        };
        let given = field.data_type();
        if !fits(given, wanted) {
            let message = format!(
                "the query of the table `{}` delivers `{name}` as {given}, not {wanted}",
                definition.id
            );
            let line = query.own.find(name).map(|at| line_at(&query.own, at));
            return Err(error(
                line,
                message,
                format!("CAST it; floats are never printed, they are not exact: {wanted} is"),
            ));
        }
    }
    let known = |name: &str| OPTIONAL.contains(&name) || REQUIRED.iter().any(|(n, _)| *n == name);
    if let Some(field) = schema.fields().iter().find(|f| !known(f.name())) {
        let message = format!(
            "the query of the table `{}` delivers `{}`, which no table knows",
            definition.id,
            field.name()
        );
        let line = query
            .own
            .find(field.name().as_str())
            .map(|at| line_at(&query.own, at));
        return Err(error(line, message, "take it out of the query".to_owned()));
    }
    Ok(())
}

/// Whether a type can be taken for another without loss.
fn fits(given: &DataType, wanted: &DataType) -> bool {
    match wanted {
        DataType::Decimal128(_, scale) => {
            matches!(given, DataType::Decimal128(_, s) if s <= scale)
                || given.is_integer()
                || *given == DataType::Null
        }
        // A position times a number of rows is a whole decimal.
        DataType::Int64 => {
            given.is_integer() || matches!(given, DataType::Decimal128(_, 0) | DataType::Null)
        }
        _ => matches!(
            given,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null
        ),
    }
}

static PLACE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"Line: (\d+)").ok());
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?:No field named|table|column|function|for) ['`]?(?:[a-z_0-9]+\.)*([A-Za-z_0-9]+)",
    )
    .ok()
});

fn is_syntax(message: &str) -> bool {
    message.contains("ParserError")
}

/// The line of the query's own file that an error speaks of: the parser's, or the first that has the name.
fn line_of_error(query: &Query, message: &str) -> Option<usize> {
    if is_syntax(message) {
        return PLACE.as_ref()?.captures(message)?[1].parse().ok();
    }
    let found = NAMED.as_ref()?.captures(message)?;
    query.own.find(&found[1]).map(|at| line_at(&query.own, at))
}
