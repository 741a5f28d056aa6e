//! The models of a pipeline, read from their folder and put in the order in which they run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::model::{Model, Pass};
use super::order::{Step, missing, order, unreadable};
use crate::diagnostic::{DefinitionError, DefinitionErrors};
use crate::intake::read_text;
use crate::lake::LakeSchema;

/// The texts of models with their files, by the names without `.sql`.
pub(super) type Texts = BTreeMap<String, (PathBuf, String)>;

/// The models of a pipeline, in the order in which they run.
#[derive(Debug, Clone, Default)]
pub struct Models {
    texts: BTreeMap<String, String>,
    models: BTreeMap<String, Model>,
    steps: BTreeMap<Pass, Vec<Step>>,
    /// The tables of the lake.
    lake: LakeSchema,
}

impl Models {
    /// Reads the models that pipelines share and those of a pipeline, one `.sql` file each. `lake` is what the
    /// pipeline declares.
    ///
    /// # Errors
    /// See [`Self::new`]; a model of the pipeline that has the name of a shared one.
    pub fn read(shared: &Path, own: &Path, lake: &LakeSchema) -> Result<Self, DefinitionErrors> {
        let mut files = Self::read_texts(shared)?;
        let of_pipeline = Self::read_texts(own)?;
        let mut errors = DefinitionErrors::default();
        for (name, file) in of_pipeline {
            if files.contains_key(&name) {
                let message = format!("there is a shared model `{name}`");
                let remedy = "give the file another name";
                errors.push(DefinitionError::new(&file.0, None, message, remedy));
            }
            files.entry(name).or_insert(file);
        }
        errors.into_result()?;
        Self::assemble(shared, &files, lake)
    }

    /// The texts of the models of a directory, with their files.
    fn read_texts(directory: &Path) -> Result<Texts, DefinitionErrors> {
        let mut texts = Texts::new();
        let mut errors = DefinitionErrors::default();
        for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
            let path = entry.path();
            let Some(name) = path.file_stem().and_then(|name| name.to_str()) else {
                continue;
            };
            if path.extension().is_none_or(|extension| extension != "sql") {
                continue;
            }
            match read_text(&path) {
                Ok(text) => drop(texts.insert(name.to_owned(), (path.clone(), text))),
                Err(e) => errors.push(DefinitionError::new(
                    &path,
                    None,
                    format!("cannot be read: {e}"),
                    "make the file readable",
                )),
            }
        }
        errors.into_result()?;
        Ok(texts)
    }

    /// Puts models in order. `texts` are the files of `directory`, by their names without `.sql`.
    ///
    /// # Errors
    /// Every model that is missing, is no query, does not say when it runs, reads a table that is not there when it
    /// runs, or belongs to a circle.
    pub fn new(
        directory: &Path,
        texts: BTreeMap<String, String>,
    ) -> Result<Self, DefinitionErrors> {
        let file = |name: &str| directory.join(format!("{name}.sql"));
        let texts = texts.into_iter();
        let files = texts.map(|(name, text)| (name.clone(), (file(&name), text)));
        Self::assemble(directory, &files.collect(), &LakeSchema::default())
    }

    /// The same, of files in several folders. A model that is missing is missing in `directory`.
    fn assemble(
        directory: &Path,
        files: &Texts,
        lake: &LakeSchema,
    ) -> Result<Self, DefinitionErrors> {
        let path = |name: &str| match files.get(name) {
            Some((path, _)) => path.clone(),
            None => directory.join(format!("{name}.sql")),
        };
        let texts: BTreeMap<String, String> = files
            .iter()
            .map(|(name, (_, text))| (name.clone(), text.clone()))
            .collect();
        let mut errors = DefinitionErrors::default();
        let mut models = BTreeMap::new();
        for (name, text) in &texts {
            match Model::new(name, text, &texts, lake) {
                Ok(model) => drop(models.insert(name.clone(), model)),
                Err(fault) => errors.push(fault.in_file(&path(name))),
            }
        }
        // What follows compares the models: one that cannot be read would only repeat itself there.
        errors.into_result()?;
        let mut errors = DefinitionErrors::default();
        for (name, fault) in missing(&models, lake)
            .into_iter()
            .chain(unreadable(&models, &texts, lake))
        {
            errors.push(fault.in_file(&path(&name)));
        }
        errors.into_result()?;
        let mut steps = BTreeMap::new();
        for pass in Pass::ALL {
            let in_order = order(&models, pass);
            steps.insert(
                pass,
                in_order.map_err(|(name, fault)| fault.in_file(&path(&name)))?,
            );
        }
        Ok(Self {
            texts,
            models,
            steps,
            lake: lake.clone(),
        })
    }

    /// The texts of the models as their files have them, by name.
    #[must_use]
    pub fn texts(&self) -> &BTreeMap<String, String> {
        &self.texts
    }

    /// Whether a model reads the records of lists.
    #[must_use]
    pub fn reads_lists(&self) -> bool {
        let reads = |table: &str| self.models.values().any(|m| m.reads.contains(table));
        self.lake.of_records().any(|table| reads(&table.name))
    }

    /// The tables of the lake that the models read and fill.
    pub(super) fn lake(&self) -> &LakeSchema {
        &self.lake
    }

    /// The tables of the lake that models of the pipeline fill, beyond the contract.
    pub fn in_lake(&self) -> impl Iterator<Item = &str> {
        let own = self.models.iter().filter(|(_, model)| model.in_lake);
        own.map(|(name, _)| name.as_str())
    }

    /// The query of a model for a vintage; the vintage matters only in [`Pass::EachVintage`].
    pub(super) fn sql(&self, model: &str, vintage: &str) -> String {
        self.models
            .get(model)
            .map(|model| model.sql.replace("{vintage}", vintage))
            .unwrap_or_default()
    }

    /// The models of a pass, in order.
    pub(super) fn steps(&self, pass: Pass) -> &[Step] {
        self.steps.get(&pass).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The models of this repository, some of them changed, or taken out where the text is empty.
    fn changed(changes: &[(&str, &str)]) -> Result<Models, DefinitionErrors> {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/statistics/models");
        let mut texts = Models::read_texts(&directory).expect("the models");
        for (name, (path, _)) in &mut texts {
            *path = Path::new("models").join(format!("{name}.sql"));
        }
        for (name, text) in changes {
            texts.remove(*name);
            if !text.is_empty() {
                let path = Path::new("models").join(format!("{name}.sql"));
                texts.insert((*name).to_owned(), (path, (*text).to_owned()));
            }
        }
        Models::assemble(Path::new("models"), &texts, &LakeSchema::default())
    }

    fn said(changes: &[(&str, &str)]) -> String {
        changed(changes).expect_err("a fault").to_string()
    }

    #[test]
    fn a_model_runs_after_those_that_it_reads_and_first_if_none_reads_it() {
        let models = changed(&[]).expect("sound models");
        let order = |pass| -> String {
            let steps = models.steps(pass).iter();
            let names: Vec<&str> = steps.map(|step| step.model.as_str()).collect();
            names.join(" ")
        };
        assert_eq!(
            order(Pass::Once),
            "keys names_in_force related_keys report_ranks stated senders counted revisions shorter_parts set_aside_values unit_values unit_sources"
        );
        assert_eq!(
            order(Pass::EachVintage),
            "contributions aggregated facts_of_vintage sources_of_vintage"
        );
        assert_eq!(
            order(Pass::AllVintages),
            "fact_sources facts provincial contributions aggregated national regional target_results overlap_parts overlaps"
        );
    }

    #[test]
    fn a_missing_model_is_named_with_what_needs_it() {
        insta::assert_snapshot!(said(&[("facts", ""), ("overlaps", "")]), @r"
        error: the model `facts` is missing: it fills a table of the lake
          --> models/facts.sql
        hint: add the file; the README of pipelines/statistics describes every model

        error: the model `overlaps` is missing: the checks of a run read it
          --> models/overlaps.sql
        hint: add the file; the README of pipelines/statistics describes every model
        ");
        insta::assert_snapshot!(said(&[("related_keys", "")]).lines().take(3).collect::<Vec<_>>().join("\n"), @r"
        error: the model `counted` reads `related_keys`, which is neither a table nor a model
          --> models/counted.sql:34
        hint: correct the name, or add the model related_keys.sql
        ");
    }

    #[test]
    fn a_table_that_is_not_there_is_named_with_the_line_that_reads_it() {
        let facts = |table: &str| {
            let sql =
                format!("-- facts: all.\n-- runs: all vintages\nSELECT a.x\nFROM {table} a\n");
            said(&[("facts", &sql)])
        };
        insta::assert_snapshot!(facts("al_facts"), @r"
        error: the model `facts` reads `al_facts`, which is neither a table nor a model
          --> models/facts.sql:4
        hint: correct the name, or add the model al_facts.sql
        ");
        insta::assert_snapshot!(facts("findings"), @r"
        error: the model `facts` reads `findings`, which is filled after the models have run
          --> models/facts.sql:4
        hint: read another table
        ");
        insta::assert_snapshot!(facts("sources_before"), @r"
        error: the model `facts` reads `sources_before`, which is there for models that run `each vintage`
          --> models/facts.sql:4
        hint: read another table, or change when the model runs
        ");
        insta::assert_snapshot!(facts("facts_of_vintage"), @r"
        error: the model `facts` reads `facts_of_vintage`, which runs `each vintage`, but it runs `all vintages` itself
          --> models/facts.sql:4
        hint: change when one of the two runs
        ");
    }

    #[test]
    fn a_circle_is_named_with_its_models() {
        let reads = |table: &str| format!("-- runs: once\nSELECT n FROM {table}\n");
        let [a, b] = ["b", "c"].map(reads);
        insta::assert_snapshot!(said(&[("a", &a), ("b", &b), ("c", &a)]), @r"
        error: these models read each other in a circle: `b` reads `c` reads `b`
          --> models/b.sql
        hint: let one of them read something else
        ");
    }

    #[test]
    fn a_model_says_when_it_runs_and_is_one_query() {
        for (model, text, wrong) in [
            (
                "facts",
                "SELECT 1\n",
                "the model `facts` does not say when it runs",
            ),
            (
                "facts",
                "-- runs: daily\nSELECT 1\n",
                "the model `facts` does not say when it runs",
            ),
            (
                "facts",
                "-- runs: once\nSELECT 1; SELECT 2\n",
                "the model `facts` is not a query: it is not one query",
            ),
            (
                "facts",
                "-- runs: once\nSELECT * FROM ({none.sql})\n",
                "`none.sql` cannot be included: there is no such model\n  --> models/facts.sql:2",
            ),
            (
                "units",
                "-- runs: once\nSELECT 1\n",
                "the model `units` has the name of a table that is there before it",
            ),
        ] {
            let said = said(&[(model, text)]);
            assert!(said.starts_with(&format!("error: {wrong}\n")), "{said}");
        }
    }
}
