//! Makes tables over a snapshot: runs their queries, and computes what several queries share only once.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::error::{DataFusionError, Result};
use datafusion::sql::sqlparser::ast::Statement;
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;
use futures::{StreamExt as _, stream};

use super::assemble::assemble;
use super::definition::{Query, TableDefinition};
use super::delivered::Delivered;
use super::edition::Edition;
use super::order::{OfficialOrder, register_order};
use super::reported::{Reported, reported_in, reported_sql};
use super::table::{FigureKey, Table};
use crate::engine::Engine;
use crate::lake;

/// Makes tables over the tables of a snapshot. Parts that the queries of a folder share are computed once for all of them.
pub struct TableBuilder<'a> {
    engine: &'a Engine,
    /// The shared parts that are tables of the engine now.
    shared: String,
    /// How many units sent a set of forms, by these forms.
    reported: BTreeMap<Vec<String>, Vec<Reported>>,
}

impl<'a> TableBuilder<'a> {
    /// A builder over the tables of a snapshot, with the official order of rows.
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
    /// When the query fails, or does not fit the definition.
    pub async fn build(
        &mut self,
        definition: &TableDefinition,
        edition: &Edition,
    ) -> Result<Table> {
        let mut tables = self
            .build_each(std::slice::from_ref(definition), edition)
            .await?;
        let nothing = || DataFusionError::Plan("it was not made".to_owned());
        tables.pop().ok_or_else(|| in_table(definition)(nothing()))
    }

    /// Makes tables, in their order. Queries with the same shared parts run at the same time.
    ///
    /// # Errors
    /// When a query fails, or does not fit its definition.
    pub async fn build_each(
        &mut self,
        definitions: &[TableDefinition],
        edition: &Edition,
    ) -> Result<Vec<Table>> {
        self.count_reported(definitions, edition).await?;
        let mut tables = Vec::with_capacity(definitions.len());
        for together in definitions.chunk_by(|a, b| a.query.shared == b.query.shared) {
            self.share(&together[0].query)
                .await
                .map_err(in_table(&together[0]))?;
            let bodies = together.iter().map(|d| d.query.body.clone());
            let mut answers = stream::iter(together).zip(self.engine.query_each(bodies));
            while let Some((definition, answer)) = answers.next().await {
                let delivered =
                    answer.and_then(|(schema, batches)| Delivered::new(&schema, &batches));
                let delivered = delivered.map_err(in_table(definition))?;
                let reported = self.reported.get(&definition.forms);
                let reported = reported.map_or(&[] as &[Reported], Vec::as_slice);
                let table = assemble(definition, edition, &delivered, reported)
                    .map_err(DataFusionError::Plan);
                tables.push(table.map_err(in_table(definition))?);
            }
        }
        Ok(tables)
    }

    /// Counts how many units sent the forms of tables, unless it is known.
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

    /// The figures of the lake that a table prints, including those without a value.
    ///
    /// # Errors
    /// When the query fails.
    pub async fn printed_figures(
        &mut self,
        definition: &TableDefinition,
    ) -> Result<BTreeSet<FigureKey>> {
        self.share(&definition.query).await?;
        let (schema, batches) = self.engine.query(&definition.query.body).await?;
        let delivered = Delivered::new(&schema, &batches)?;
        Ok((0..delivered.rows())
            .flat_map(|row| delivered.origin(row).figures().to_vec())
            .collect())
    }

    /// Computes the parts that a query shares with others, unless they are there already.
    pub(super) async fn share(&mut self, query: &Query) -> Result<()> {
        if self.shared != query.shared {
            self.shared.clear();
            for (name, sql) in named_parts(&query.shared)? {
                if lake::table(&name).is_some() || self.engine.has_files(&name) {
                    let message =
                        format!("the shared part `{name}` has the name of a table of the lake");
                    return Err(DataFusionError::Plan(message));
                }
                self.engine.materialize(&name, &sql).await?;
            }
            self.shared.clone_from(&query.shared);
        }
        Ok(())
    }

    /// The engine, which has the parts that were shared last as tables.
    pub(super) fn engine(&self) -> &Engine {
        self.engine
    }
}

/// Adds to an error which table it is about.
fn in_table(definition: &TableDefinition) -> impl FnOnce(DataFusionError) -> DataFusionError {
    let context = format!("in the table `{}`", definition.id);
    move |e| DataFusionError::Context(context, Box::new(e))
}

/// The named parts (CTEs) of a text that follows `WITH`, in order.
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
