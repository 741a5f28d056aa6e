//! Checks the SQL of a pipeline: every rule, model and table must fit the tables of the lake, and each table must print the
//! indicators and members of breakdowns of the pipeline.

use arrow::datatypes::DataType;

use super::file_errors::FileErrors;
use super::list_tables::{breakdown_table, indicators_table};
use super::model::Plan;
use super::order::official_order;
use super::paths::files_of;
use super::source::line_of;
use crate::diagnostic::{DefinitionError, DefinitionErrors};
use crate::engine::Engine;
use crate::geography::Reports;
use crate::intake::read_text;
use crate::validate::rule_sql;
use crate::{query, validate};

/// Plans every query of a pipeline on empty tables. `editions` are its plans with the other editions.
///
/// # Errors
/// All queries that cannot be planned, each with its file.
pub async fn check_queries(plan: &Plan, editions: &[Plan]) -> Result<(), DefinitionErrors> {
    let mut errors = DefinitionErrors::default();
    if let Err(e) = check_all(plan, editions, &mut errors).await {
        errors.push(DefinitionError::new(
            &plan.directory,
            None,
            e.strip_backtrace(),
            "correct the query",
        ));
    }
    errors.into_result()
}

async fn check_all(
    plan: &Plan,
    editions: &[Plan],
    errors: &mut DefinitionErrors,
) -> datafusion::error::Result<()> {
    let engine = Engine::new()?;
    for table in plan.lake.tables() {
        // Indicators and members of breakdowns are rows of printed tables, so these lists are filled.
        let breakdown = plan.breakdowns.iter().find(|b| b.list == table.name);
        let rows = match breakdown {
            Some(breakdown) => vec![breakdown_table(breakdown)?],
            None if table.name == "indicators" => vec![indicators_table(&plan.indicators)?],
            None => vec![],
        };
        engine.register(&table.name, table.schema.clone(), rows)?;
    }
    query::register_helpers(
        &engine,
        &plan.geography,
        (&plan.home_forms(), &plan.from_shorter),
        &Reports::default(),
    )?;
    validate::register_columns(
        &engine,
        &[],
        &plan.vocabulary.forms,
        &plan.breakdown_ids(),
        &plan.geography,
    )?;
    check_totals(plan, &engine, errors).await;
    check_rules(plan, &engine, errors).await?;
    check_record_rules(plan, &engine, errors).await?;
    match query::run(&engine, &plan.models, &plan.geography, &plan.country).await {
        // Tables print what models of the pipeline put into the lake.
        Ok(answers) => {
            for (name, batch) in answers {
                if plan.models.in_lake().any(|model| *model == *name) {
                    engine.register(&name, batch.schema(), vec![batch])?;
                }
            }
        }
        Err(e) => errors.push(DefinitionError::new(
            &plan.models_directory,
            None,
            e.strip_backtrace(),
            "correct the model that the message names",
        )),
    }
    let mut builder = crate::tables::TableBuilder::new(&engine, &official_order(plan))?;
    for edition in std::iter::once(plan).chain(editions) {
        for definition in &edition.tables {
            errors.ok(crate::tables::check(&mut builder, definition, &edition.edition).await);
        }
    }
    Ok(())
}

/// Plans the condition of each total of a list on its empty table.
async fn check_totals(plan: &Plan, engine: &Engine, errors: &mut DefinitionErrors) {
    for form in &plan.vocabulary.forms {
        let Some(shape) = &form.records else { continue };
        let path = files_of(&plan.directory.join("forms"), "toml");
        for total in form.totals.iter().filter(|t| t.condition.is_some()) {
            let condition = total.condition.as_deref().unwrap_or_default();
            let sql = format!("SELECT ({condition}) AS counts FROM {}", shape.table);
            let reason = match engine.plan(&sql).await {
                Ok(schema) if schema.field(0).data_type() == &DataType::Boolean => continue,
                Ok(_) => "it is not a condition".to_owned(),
                Err(e) => e
                    .strip_backtrace()
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
            };
            // The file of a form is the one that states its code.
            let stated = format!("form = \"{}\"", form.code);
            let file = path.iter().find_map(|path| {
                let text = read_text(path).ok()?;
                let wanted = format!("indicator = \"{}\"", total.indicator);
                text.contains(&stated)
                    .then(|| (path, line_of(&text, &wanted)))
            });
            let Some((path, line)) = file else { continue };
            FileErrors::in_file(path, errors).on_line(
                line,
                format!(
                    "`where` of the total `{}` cannot be run: {reason}",
                    total.indicator
                ),
                "write an SQL condition over the columns of the list",
            );
        }
    }
}

/// Plans the query of each rule over records.
async fn check_record_rules(
    plan: &Plan,
    engine: &Engine,
    errors: &mut DefinitionErrors,
) -> datafusion::error::Result<()> {
    let path = plan.directory.join("rules.toml");
    let text = read_text(&path).unwrap_or_default();
    let mut wrong = FileErrors::in_file(&path, errors);
    for rule in &plan.record_rules {
        validate::register_places(engine, rule)?;
        let Some(sql) = validate::record_sql(rule) else {
            continue;
        };
        let Some(reason) = why_not_run(engine, &sql).await? else {
            continue;
        };
        wrong.on_line(
            line_of(&text, &format!("\"{}\"", rule.id)),
            format!("the rule `{}` cannot be run: {reason}", rule.id),
            "write SQL over the columns of the list and `period_end`",
        );
    }
    Ok(())
}

/// Why the query of a rule gives no cases with a condition, if it does not.
async fn why_not_run(engine: &Engine, sql: &str) -> datafusion::error::Result<Option<String>> {
    Ok(match engine.plan(sql).await {
        Ok(cases) => (cases.field_with_name("ok")?.data_type() != &DataType::Boolean)
            .then(|| "it is not a condition".to_owned()),
        Err(e) => {
            let said = e.strip_backtrace();
            said.split("\nValid fields").next().map(str::to_owned)
        }
    })
}

async fn check_rules(
    plan: &Plan,
    engine: &Engine,
    errors: &mut DefinitionErrors,
) -> datafusion::error::Result<()> {
    let path = plan.directory.join("rules.toml");
    let text = read_text(&path).unwrap_or_default();
    let mut wrong = FileErrors::in_file(&path, errors);
    for rule in &plan.rules {
        let Some(reason) = why_not_run(engine, &rule_sql(rule)).await? else {
            continue;
        };
        wrong.on_line(
            line_of(&text, &format!("\"{}\"", rule.id)),
            format!("the rule `{}` cannot be run: {reason}", rule.id),
            "an operand is an indicator of the catalogue; the rest is SQL",
        );
    }
    Ok(())
}
