//! Queries that include another file: `{name.sql}` stands for the query in that file, so a rule is written only once.

use std::sync::LazyLock;

use datafusion::sql::sqlparser::ast::Statement;
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;
use regex::Regex;

static FILE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\{([A-Za-z0-9_./-]+\.sql)\}").ok());

static PARAMETER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\{[a-z_]+\}").ok());

/// A file that cannot be included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotIncluded {
    /// The name in braces.
    pub name: String,
    /// Byte offset of the braces in the including text.
    pub offset: usize,
    /// Why the file cannot be included.
    pub reason: String,
}

/// Replaces every `{name.sql}` in `sql` by the query that `read` returns for `name`. An included file cannot include
/// others.
///
/// An included query becomes one line without comments, so the lines after it keep their numbers.
///
/// # Errors
/// The first file that cannot be read, or that is not one query.
pub fn include(
    sql: &str,
    read: impl Fn(&str) -> Result<String, String>,
) -> Result<String, NotIncluded> {
    let Some(pattern) = FILE.as_ref() else {
        return Ok(sql.to_owned());
    };
    let mut included = String::with_capacity(sql.len());
    let mut end = 0;
    for found in pattern.captures_iter(sql) {
        let Some(braces) = found.get(0) else { continue };
        let name = &found[1];
        let query = read(name).and_then(|text| one_line(&text));
        let query = query.map_err(|reason| NotIncluded {
            name: name.to_owned(),
            offset: braces.start(),
            reason,
        })?;
        included.push_str(&sql[end..braces.start()]);
        included.push_str(&query);
        end = braces.end();
    }
    included.push_str(&sql[end..]);
    Ok(included)
}

/// A query on one line. Parameters in it stay: to the parser they are names.
fn one_line(text: &str) -> Result<String, String> {
    let named = match PARAMETER.as_ref() {
        Some(pattern) => pattern.replace_all(text, "\"$0\""),
        None => text.into(),
    };
    let statements = Parser::parse_sql(&GenericDialect {}, &named).map_err(|e| e.to_string())?;
    match statements.as_slice() {
        [Statement::Query(query)] => Ok(query.to_string().replace("\"{", "{").replace("}\"", "}")),
        _ => Err("it is not one query".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str) -> Result<String, String> {
        match name {
            "../models/sum.sql" => {
                Ok("-- sum: a sum.\nSELECT sum(x) AS x\nFROM parts\n".to_owned())
            }
            "years.sql" => {
                Ok("SELECT x FROM t\nWHERE y = {last_year} AND i IN ({indicators})".to_owned())
            }
            "two.sql" => Ok("SELECT 1; SELECT 2".to_owned()),
            _ => Err("there is no such file".to_owned()),
        }
    }

    #[test]
    fn a_file_in_braces_is_replaced_by_its_query() {
        let sql = "WITH total AS ({../models/sum.sql}),\n{name} SELECT 1";
        assert_eq!(
            include(sql, read).as_deref(),
            Ok("WITH total AS (SELECT sum(x) AS x FROM parts),\n{name} SELECT 1")
        );
    }

    #[test]
    fn parameters_of_an_included_query_stay() {
        assert_eq!(
            include("SELECT * FROM ({years.sql}) AS y", read).as_deref(),
            Ok(
                "SELECT * FROM (SELECT x FROM t WHERE y = {last_year} AND i IN ({indicators})) AS y"
            )
        );
    }

    #[test]
    fn a_file_that_cannot_be_included_is_named() {
        for (sql, name) in [("a {none.sql}", "none.sql"), ("b {two.sql}", "two.sql")] {
            let wrong = include(sql, read).expect_err("not included");
            assert_eq!((wrong.name.as_str(), wrong.offset), (name, 2));
        }
    }
}
