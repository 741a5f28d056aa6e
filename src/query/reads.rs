//! Which tables a query reads.

use std::collections::BTreeSet;

use datafusion::sql::parser::{DFParser, Statement};
use datafusion::sql::resolve::resolve_table_references;

/// The tables that a query reads. Its own named parts (CTEs) are not among them.
///
/// # Errors
/// Why the text is not one query.
pub fn tables_read(sql: &str) -> Result<BTreeSet<String>, String> {
    let statements = DFParser::parse_sql(sql).map_err(|e| e.to_string())?;
    let mut statements = statements.into_iter();
    match (statements.next(), statements.next()) {
        (Some(statement @ Statement::Statement(_)), None) => {
            let (tables, _) =
                resolve_table_references(&statement, true).map_err(|e| e.to_string())?;
            Ok(tables
                .iter()
                .map(|table| table.table().to_owned())
                .collect())
        }
        _ => Err("it is not one query".to_owned()),
    }
}
