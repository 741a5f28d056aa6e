//! Checking the SQL of a pipeline: every rule, model and table must fit the tables there are.

use arrow::datatypes::DataType;

use super::model::Plan;
use super::order::official_order;
use super::source;
use crate::diagnostic::{DefinitionError, DefinitionErrors};
use crate::engine::Engine;
use crate::geography::Reports;
use crate::validate::rule_sql;
use crate::{lake, query, validate};

/// Plans every query of a pipeline over empty tables.
///
/// # Errors
/// All queries that do not fit, each with its file.
pub async fn check_queries(plan: &Plan) -> Result<(), DefinitionErrors> {
    let mut errors = DefinitionErrors::default();
    if let Err(e) = check_all(plan, &mut errors).await {
        errors.push(DefinitionError::new(
            &plan.directory,
            None,
            e.strip_backtrace(),
            "correct the query",
        ));
    }
    errors.into_result()
}

async fn check_all(plan: &Plan, errors: &mut DefinitionErrors) -> datafusion::error::Result<()> {
    let engine = Engine::new()?;
    for table in lake::tables() {
        engine.register(table.name, table.schema.clone(), vec![])?;
    }
    query::register_helpers(&engine, &plan.geography, &Reports::default())?;
    validate::register_columns(&engine, &[], &plan.vocabulary.forms, &plan.geography)?;
    let rules_path = plan.directory.join("rules.toml");
    let rules_text = std::fs::read_to_string(&rules_path).unwrap_or_default();
    for rule in &plan.rules {
        let reason = match engine.plan(&rule_sql(rule)).await {
            Ok(cases) if cases.field_with_name("ok")?.data_type() == &DataType::Boolean => continue,
            Ok(_) => "it is no condition".to_owned(),
            Err(e) => {
                let said = e.strip_backtrace();
                let reason = said.split("\nValid fields").next();
                reason.unwrap_or_default().to_owned()
            }
        };
        let line = source::line_of(&rules_text, &format!("\"{}\"", rule.id));
        let message = format!("the rule `{}` cannot be run: {reason}", rule.id);
        errors.push(DefinitionError::new(
            &rules_path,
            line,
            message,
            "an operand is an indicator of the catalogue; the rest is SQL",
        ));
    }
    if let Err(e) = query::run(&engine, &plan.models, &plan.geography, &plan.country).await {
        errors.push(DefinitionError::new(
            &plan.models_directory,
            None,
            e.strip_backtrace(),
            "correct the model that the message names",
        ));
    }
    let mut builder = crate::tables::TableBuilder::new(&engine, &official_order(plan))?;
    for definition in &plan.tables {
        if let Err(e) = crate::tables::check(&mut builder, definition).await {
            errors.push(e);
        }
    }
    Ok(())
}
