//! Runs the models of a pipeline: once, for each vintage, and over all vintages.

use std::sync::Arc;

use arrow::array::RecordBatch;
use datafusion::error::{DataFusionError, Result};
use futures::{StreamExt as _, stream};

use super::country::Country;
use super::groups::{register_predecessors, register_regions_and_country};
use super::helpers::UnitNumbers;
use super::model::Pass;
use super::models::Models;
use super::order::{FACTS_OF_VINTAGE, SOURCES_OF_VINTAGE};
use crate::engine::{Answer, Engine, as_stored, conform};
use crate::geography::Geography;

/// Runs all models over `reports`, `observations`, the reference tables and the helper tables of
/// [`super::register_helpers`], which must be registered. Returns the tables of the lake that the models fill.
///
/// # Errors
/// When a model fails.
pub async fn run(
    engine: &Engine,
    models: &Models,
    geography: &Geography,
    country: &Country,
) -> Result<Vec<(String, RecordBatch)>> {
    let numbers = UnitNumbers::of(geography);
    // A model that no other model reads runs beside the others. Its answer is needed only at the end.
    let (mut unread, mut tables) = (Vec::new(), Vec::new());
    for step in models.steps(Pass::Once) {
        let sql = models.sql(&step.model, "");
        if step.is_read {
            let answer = engine.materialize(&step.model, &sql).await?;
            tables.extend(in_lake(models, &step.model, &answer)?);
        } else {
            unread.push((step.model.as_str(), engine.begin(sql)));
        }
    }
    restate(engine, models, geography, &numbers).await?;
    register_regions_and_country(engine, geography, &numbers, country)?;
    let (read, last): (Vec<_>, Vec<_>) = models
        .steps(Pass::AllVintages)
        .iter()
        .partition(|step| step.is_read);
    for step in read {
        let sql = models.sql(&step.model, "");
        let answer = engine.materialize(&step.model, &sql).await?;
        tables.extend(in_lake(models, &step.model, &answer)?);
    }
    let answers = engine.query_each(last.iter().map(|step| models.sql(&step.model, "")));
    let mut answered = stream::iter(&last).zip(answers);
    while let Some((step, answer)) = answered.next().await {
        tables.extend(finish(engine, models, &step.model, answer)?);
    }
    for (model, answer) in unread {
        tables.extend(finish(engine, models, model, answer.await)?);
    }
    Ok(tables)
}

/// Runs the models of each vintage. The facts of one vintage are the parts that the next is restated from; those of all
/// vintages are registered at the end.
async fn restate(
    engine: &Engine,
    models: &Models,
    geography: &Geography,
    numbers: &UnitNumbers<'_>,
) -> Result<()> {
    // The first vintage has nothing to be restated from.
    for (table, no_rows) in [
        ("parts", "SELECT * FROM unit_values LIMIT 0"),
        (
            "sources_before",
            "SELECT *, entity AS unit FROM unit_sources LIMIT 0",
        ),
    ] {
        engine.materialize(table, no_rows).await?;
    }
    let (mut facts, mut sources): (Vec<Answer>, Vec<Answer>) = (Vec::new(), Vec::new());
    let mut before: Option<&str> = None;
    for (vintage, _) in &geography.vintages {
        register_predecessors(engine, geography, numbers, before, vintage)?;
        for step in models.steps(Pass::EachVintage) {
            let sql = models.sql(&step.model, vintage);
            let answer = engine.materialize(&step.model, &sql).await?;
            match step.model.as_str() {
                FACTS_OF_VINTAGE => facts.push(answer),
                SOURCES_OF_VINTAGE => sources.push(answer),
                _ => {}
            }
        }
        for (table, answers) in [("parts", &facts), ("sources_before", &sources)] {
            if let Some((schema, batches)) = answers.last() {
                engine.register(table, schema.clone(), batches.clone())?;
            }
        }
        before = Some(vintage);
    }
    // Units of all vintages have numbers of their own.
    register_together(engine, "parts", &facts)?;
    register_together(engine, "all_facts", &facts)?;
    register_together(engine, "all_sources", &sources)
}

/// Registers tables of one schema as one table.
fn register_together(engine: &Engine, name: &str, tables: &[Answer]) -> Result<()> {
    let Some((schema, _)) = tables.first() else {
        return Ok(());
    };
    let batches = tables.iter().flat_map(|(_, batches)| batches).cloned();
    engine.register(name, schema.clone(), batches.collect())
}

/// Takes the answer of a model that no other model reads: a table of the lake is returned in the lake's columns, any
/// other is registered, for the checks.
fn finish(
    engine: &Engine,
    models: &Models,
    model: &str,
    answer: Result<Answer>,
) -> Result<Option<(String, RecordBatch)>> {
    let answer = answer
        .map_err(|e| DataFusionError::Context(format!("in the model `{model}`"), Box::new(e)))?;
    if let Some(filled) = in_lake(models, model, &answer)? {
        return Ok(Some(filled));
    }
    let (schema, batches) = answer;
    engine.register_answer(model, &schema, batches)?;
    Ok(None)
}

/// The answer of a model as a table of the lake, in the columns of the contract, or in its own if the contract does not know
/// it; none if the model fills no table.
fn in_lake(models: &Models, model: &str, answer: &Answer) -> Result<Option<(String, RecordBatch)>> {
    let (schema, batches) = answer;
    let schema = match models.lake().table(model) {
        Some(table) => Arc::clone(&table.schema),
        None if models.in_lake().any(|name| name == model) => as_stored(schema),
        None => return Ok(None),
    };
    Ok(Some((model.to_owned(), conform(&schema, batches)?)))
}
