//! Common table expressions that a query uses several times: they are computed once. DataFusion by itself computes them
//! again at every use.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use datafusion::sql::sqlparser::ast::{
    Ident, ObjectName, Query, Statement, TableAlias, TableFactor, VisitMut as _, VisitorMut, With,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;

/// Numbers the tables made, so that queries that run at the same time do not use each other's.
static NUMBER: AtomicUsize = AtomicUsize::new(0);

/// A query, split into the common table expressions that it uses more than once and the rest.
pub(super) struct Cut {
    /// The parts in their order: the unique name of the table that each becomes, and its query.
    pub(super) parts: Vec<(String, String)>,
    /// The query over those tables.
    pub(super) rest: String,
}

/// Splits a query. None if it uses no part more than once, or if the text cannot be parsed.
pub(super) fn cut(sql: &str) -> Option<Cut> {
    // Errors are reported when the query is run.
    let mut statements = Parser::parse_sql(&GenericDialect {}, sql).ok()?;
    let Some(Statement::Query(mut query)) = statements.pop() else {
        return None;
    };
    if !statements.is_empty() {
        return None;
    }
    let mut uses = Uses::default();
    let _ = query.visit(&mut uses);
    let with = query.with.as_mut().filter(|with| !with.recursive)?;
    // An inner WITH may hide a name of the outer one.
    if uses.withs > 1 {
        return None;
    }
    let mut named = Renaming::default();
    let mut parts = Vec::new();
    let mut kept = Vec::new();
    for mut part in std::mem::take(&mut with.cte_tables) {
        let _ = part.query.visit(&mut named);
        let name = known_as(&part.alias.name);
        let often = uses.tables.get(&name).is_some_and(|n| *n > 1);
        if !often || !part.alias.columns.is_empty() {
            kept.push(part);
            continue;
        }
        let mut own: Query = (*part.query).clone();
        // It may use earlier parts that are not cut out, so it takes them along.
        own.with = Some(With {
            cte_tables: kept.clone(),
            ..with.clone()
        })
        .filter(|_| !kept.is_empty());
        let table = format!("{name}__{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        parts.push((table.clone(), own.to_string()));
        named.0.insert(name, table);
    }
    with.cte_tables = kept;
    if with.cte_tables.is_empty() {
        query.with = None;
    }
    let _ = query.visit(&mut named);
    (!parts.is_empty()).then(|| Cut {
        parts,
        rest: query.to_string(),
    })
}

/// A name as the engine resolves it: in lower case unless it is quoted.
fn known_as(name: &Ident) -> String {
    match name.quote_style {
        None => name.value.to_lowercase(),
        Some(_) => name.value.clone(),
    }
}

/// The name of a table without a schema in front of it.
fn plain_table(table: &TableFactor) -> Option<String> {
    let TableFactor::Table { name, .. } = table else {
        return None;
    };
    match name.0.as_slice() {
        [only] => only.as_ident().map(known_as),
        _ => None,
    }
}

/// How often each table is named, and the number of WITH clauses.
#[derive(Default)]
struct Uses {
    tables: BTreeMap<String, usize>,
    withs: usize,
}

impl VisitorMut for Uses {
    type Break = ();

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        self.withs += usize::from(query.with.is_some());
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, table: &mut TableFactor) -> ControlFlow<()> {
        if let Some(name) = plain_table(table) {
            *self.tables.entry(name).or_default() += 1;
        }
        ControlFlow::Continue(())
    }
}

/// New names of tables by the old ones, which become aliases.
#[derive(Default)]
struct Renaming(BTreeMap<String, String>);

impl VisitorMut for Renaming {
    type Break = ();

    fn pre_visit_table_factor(&mut self, table: &mut TableFactor) -> ControlFlow<()> {
        let old = plain_table(table);
        let Some((new, old)) = old.and_then(|old| Some((self.0.get(&old)?.clone(), old))) else {
            return ControlFlow::Continue(());
        };
        if let TableFactor::Table { name, alias, .. } = table {
            *name = ObjectName::from(vec![Ident::new(new)]);
            alias.get_or_insert_with(|| TableAlias {
                name: Ident::new(old),
                columns: Vec::new(),
                explicit: true,
                at: None,
            });
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_used_twice_is_cut_out_with_what_it_needs() {
        let cut = cut(
            "WITH a AS (SELECT 1 AS x), b AS (SELECT x FROM a), c AS (SELECT x FROM B) \
             SELECT b.x FROM b JOIN c ON c.x = b.x",
        )
        .expect("b is used twice");
        let [(table, part)] = cut.parts.as_slice() else {
            panic!("{:?}", cut.parts)
        };
        assert_eq!(part, "WITH a AS (SELECT 1 AS x) SELECT x FROM a");
        assert_eq!(
            cut.rest,
            format!(
                "WITH a AS (SELECT 1 AS x), c AS (SELECT x FROM {table} AS b) \
                 SELECT b.x FROM {table} AS b JOIN c ON c.x = b.x"
            )
        );
    }

    #[test]
    fn a_part_used_once_or_not_understood_stays() {
        for sql in [
            "WITH a AS (SELECT 1 AS x) SELECT x FROM a",
            "WITH a AS (SELECT 1 AS x) SELECT x FROM a JOIN (WITH a AS (SELECT 2 AS x) SELECT x FROM a) b ON true",
            "WITH RECURSIVE a AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM a) SELECT * FROM a, a AS b",
            "SELECT FROM WHERE",
        ] {
            assert!(cut(sql).is_none(), "{sql}");
        }
    }
}
