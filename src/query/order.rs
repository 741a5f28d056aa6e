//! The order of models, inferred from what they read, and what can be wrong with it.

use std::collections::BTreeMap;

use super::model::{Fault, INPUTS, Model, Pass};
use super::reads::tables_read;
use crate::lake::{LakeSchema, TableSchema};
use crate::{lake, validate};

/// The models that fill tables of the lake.
const RESULTS: [&str; 7] = [
    "facts",
    "fact_sources",
    "provincial",
    "regional",
    "national",
    "revisions",
    "target_results",
];

/// The facts of one vintage, from which the next one is restated.
pub(super) const FACTS_OF_VINTAGE: &str = "facts_of_vintage";

/// The sources of these facts.
pub(super) const SOURCES_OF_VINTAGE: &str = "sources_of_vintage";

/// A model in the order of a pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) model: String,
    /// Whether another model reads it.
    pub(super) is_read: bool,
}

/// The models there must be: those that fill the lake, those that a vintage hands to the next, and those that checks read.
pub(super) fn missing(
    models: &BTreeMap<String, Model>,
    of_lake: &LakeSchema,
) -> Vec<(String, Fault)> {
    let mut needed: BTreeMap<String, &str> = BTreeMap::new();
    for model in ["unit_values", "unit_sources"] {
        needed.insert(
            model.to_owned(),
            "the parts of the first vintage have its columns",
        );
    }
    let of_checks = validate::check_queries(of_lake.breakdowns());
    let of_checks = of_checks.filter_map(|sql| tables_read(&sql).ok());
    for table in of_checks.flatten() {
        let is_there = INPUTS.contains(&table.as_str())
            || Pass::AllVintages.helper_tables().contains(&table.as_str())
            || lake::table(&table).is_some();
        if !is_there {
            needed.insert(table, "the checks of a run read it");
        }
    }
    for model in [FACTS_OF_VINTAGE, SOURCES_OF_VINTAGE] {
        needed.insert(model.to_owned(), "the next vintage is restated from it");
    }
    for model in RESULTS {
        needed.insert(model.to_owned(), "it fills a table of the lake");
    }
    let missing = needed
        .into_iter()
        .filter(|(name, _)| !models.contains_key(name));
    missing
        .map(|(name, why)| {
            let fault = Fault {
                line: None,
                message: format!("the model `{name}` is missing: {why}"),
                remedy: "add the file; the README of pipelines/statistics describes every model"
                    .to_owned(),
            };
            (name, fault)
        })
        .collect()
}

/// Every table that a model reads and that is not there when it runs.
pub(super) fn unreadable(
    models: &BTreeMap<String, Model>,
    texts: &BTreeMap<String, String>,
    lake: &LakeSchema,
) -> Vec<(String, Fault)> {
    let mut faults = Vec::new();
    let is_list = |table: &str| lake.table(table).is_some_and(TableSchema::is_list);
    for (name, model) in models {
        for table in model.reads.iter().filter(|table| !is_list(table)) {
            let reason = model
                .passes
                .iter()
                .find_map(|pass| not_there(models, table, *pass));
            let Some((reason, remedy)) = reason else {
                continue;
            };
            let line = texts
                .get(name)
                .and_then(|text| line_that_reads(text, table));
            let message = format!("the model `{name}` reads `{table}`, {reason}");
            faults.push((
                name.clone(),
                Fault {
                    line,
                    message,
                    remedy,
                },
            ));
        }
    }
    faults
}

/// Why a model that runs in `pass` cannot read a table, with the remedy; none if it can.
fn not_there(
    models: &BTreeMap<String, Model>,
    table: &str,
    pass: Pass,
) -> Option<(String, String)> {
    if INPUTS.contains(&table) || pass.helper_tables().contains(&table) {
        return None;
    }
    if let Some(model) = models.get(table) {
        if model.passes.contains(&Pass::Once) || model.passes.contains(&pass) {
            return None;
        }
        let runs: Vec<&str> = model.passes.iter().map(|p| p.words()).collect();
        let reason = format!(
            "which runs `{}`, but it runs `{}` itself",
            runs.join(", "),
            pass.words()
        );
        return Some((reason, "change when one of the two runs".to_owned()));
    }
    if let Some(of) = Pass::ALL
        .into_iter()
        .find(|p| p.helper_tables().contains(&table))
    {
        let reason = format!("which is there for models that run `{}`", of.words());
        return Some((
            reason,
            "read another table, or change when the model runs".to_owned(),
        ));
    }
    if lake::table(table).is_some() {
        let reason = "which is filled after the models have run".to_owned();
        return Some((reason, "read another table".to_owned()));
    }
    let reason = "which is neither a table nor a model".to_owned();
    Some((
        reason,
        format!("correct the name, or add the model {table}.sql"),
    ))
}

/// The first line of a model, from 1, that reads a table.
fn line_that_reads(text: &str, table: &str) -> Option<usize> {
    let reads = |line: &str| {
        let mut words = line.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        !line.trim_start().starts_with("--") && words.any(|word| word == table)
    };
    text.lines().position(reads).map(|line| line + 1)
}

/// The models of a pass, each after those that it reads. Of several that could be next, those that no model reads come
/// first, so that they can run beside the others.
pub(super) fn order(
    models: &BTreeMap<String, Model>,
    pass: Pass,
) -> Result<Vec<Step>, (String, Fault)> {
    let mut waiting: BTreeMap<&str, &Model> = models
        .iter()
        .filter(|(_, model)| model.passes.contains(&pass))
        .map(|(name, model)| (name.as_str(), model))
        .collect();
    let is_read = |name: &str| models.values().any(|model| model.reads.contains(name));
    let mut steps = Vec::new();
    while !waiting.is_empty() {
        let ready = waiting
            .iter()
            .filter(|(_, model)| {
                !model
                    .reads
                    .iter()
                    .any(|table| waiting.contains_key(table.as_str()))
            })
            .map(|(name, _)| (is_read(name), *name))
            .min();
        let Some((is_read, name)) = ready else {
            return Err(circle(&waiting));
        };
        waiting.remove(name);
        steps.push(Step {
            model: name.to_owned(),
            is_read,
        });
    }
    Ok(steps)
}

/// A circle among models that all wait for another of them.
fn circle(waiting: &BTreeMap<&str, &Model>) -> (String, Fault) {
    let mut path: Vec<&str> = Vec::new();
    let mut next = waiting.keys().next().copied();
    while let Some(name) = next.filter(|name| !path.contains(name)) {
        path.push(name);
        let mut reads = waiting[name].reads.iter();
        next = reads
            .find_map(|table| waiting.get_key_value(table.as_str()))
            .map(|(name, _)| *name);
    }
    let from = path
        .iter()
        .position(|name| Some(*name) == next)
        .unwrap_or(0);
    let mut circle: Vec<String> = path[from..]
        .iter()
        .map(|name| format!("`{name}`"))
        .collect();
    circle.extend(circle.first().cloned());
    let fault = Fault {
        line: None,
        message: format!(
            "these models read each other in a circle: {}",
            circle.join(" reads ")
        ),
        remedy: "let one of them read something else".to_owned(),
    };
    (path[from].to_owned(), fault)
}
