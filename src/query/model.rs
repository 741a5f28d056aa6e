//! A model: when it runs, its query, and the tables that it reads.
//!
//! The head of a model says when it runs (`-- runs: once`). Which tables it reads is taken from its SQL.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::include::include;
use super::reads::tables_read;
use crate::diagnostic::DefinitionError;
use crate::lake::{self, LakeSchema, TableSchema, is_plain_name};

/// When a model runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pass {
    /// Before the vintages.
    Once,
    /// For each vintage, the earliest first.
    EachVintage,
    /// After the last vintage, over all vintages together.
    AllVintages,
}

impl Pass {
    /// All passes, in the order in which they run.
    pub(super) const ALL: [Self; 3] = [Self::Once, Self::EachVintage, Self::AllVintages];

    /// The words for it in the head of a model.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::EachVintage => "each vintage",
            Self::AllVintages => "all vintages",
        }
    }

    /// The helper tables that this pass adds to those of [`super::register_helpers`].
    pub(super) fn helper_tables(self) -> &'static [&'static str] {
        match self {
            Self::Once => &[],
            Self::EachVintage => &["members", "parts", "sources_before"],
            Self::AllVintages => &["members", "parts", "groups", "all_facts", "all_sources"],
        }
    }
}

/// What is there in every pass: the tables of the lake that are filled before the models run, and the helper tables of
/// [`super::register_helpers`].
pub(super) const INPUTS: [&str; 20] = [
    "agencies",
    "entity_merges",
    "funds",
    "history",
    "home_forms",
    "indicators",
    "observations",
    "periods",
    "regions",
    "report_order",
    "reports",
    "sectors",
    "shorter_periods",
    "targets",
    "tasks",
    "unit_atoms",
    "unit_changes",
    "unit_entities",
    "unit_names",
    "units",
];

/// How the head of a model begins the line that says when it runs.
const RUNS: &str = "-- runs:";

/// The line in the head of a model of a pipeline whose answer is a table of the lake.
const IN_LAKE: &str = "-- lake: yes";

/// A model.
#[derive(Debug, Clone)]
pub(super) struct Model {
    /// Its query, with the files that it includes.
    pub(super) sql: String,
    pub(super) passes: BTreeSet<Pass>,
    /// The tables that it reads.
    pub(super) reads: BTreeSet<String>,
    /// Whether its answer is a table of the lake that the contract does not know.
    pub(super) in_lake: bool,
}

/// What is wrong with a model.
pub(super) struct Fault {
    pub(super) line: Option<usize>,
    pub(super) message: String,
    pub(super) remedy: String,
}

impl Fault {
    pub(super) fn in_file(self, path: &Path) -> DefinitionError {
        DefinitionError::new(path, self.line, self.message, self.remedy)
    }
}

impl Model {
    pub(super) fn new(
        name: &str,
        text: &str,
        texts: &BTreeMap<String, String>,
        lake: &LakeSchema,
    ) -> Result<Self, Fault> {
        let fault = |line, message, remedy: &str| Fault {
            line,
            message,
            remedy: remedy.to_owned(),
        };
        let is_list = lake.table(name).is_some_and(TableSchema::is_list);
        if is_list
            || INPUTS.contains(&name)
            || Pass::ALL.iter().any(|p| p.helper_tables().contains(&name))
        {
            let message =
                format!("the model `{name}` has the name of a table that is there before it");
            return Err(fault(None, message, "give the file another name"));
        }
        let passes = passes(text).ok_or_else(|| {
            let message = format!("the model `{name}` does not say when it runs");
            let remedy = "write `-- runs: once`, `-- runs: each vintage` or `-- runs: all vintages` in its head; several have commas between them";
            fault(None, message, remedy)
        })?;
        let read = |file: &str| {
            let included = file.strip_suffix(".sql").and_then(|file| texts.get(file));
            included
                .map(|text| lake.breakdowns().fill(text))
                .ok_or_else(|| "there is no such model".to_owned())
        };
        let sql = include(text, read).map_err(|wrong| {
            let message = format!("`{}` cannot be included: {}", wrong.name, wrong.reason);
            let line = text[..wrong.offset].lines().count().max(1);
            fault(Some(line), message, "name a model of the same folder")
        })?;
        let sql = lake.breakdowns().fill(&sql);
        let reads = tables_read(&sql).map_err(|reason| {
            let message = format!("the model `{name}` is not a query: {reason}");
            fault(None, message, "write one SELECT")
        })?;
        let in_lake = head(text).any(|line| line.trim_end() == IN_LAKE);
        if in_lake && let Some(wrong) = unfit_for_the_lake(name, &passes) {
            let remedy = "give it a name of small letters, digits and `_` that is no table of the contract, and let it run `once` or for `all vintages`";
            return Err(fault(None, wrong, remedy));
        }
        Ok(Self {
            sql,
            passes,
            reads,
            in_lake,
        })
    }
}

/// The comment lines at the head of a model.
fn head(text: &str) -> impl Iterator<Item = &str> {
    text.lines().take_while(|line| line.starts_with("--"))
}

/// Why a model cannot fill a table of the lake that the contract does not know; none if it can.
fn unfit_for_the_lake(name: &str, passes: &BTreeSet<Pass>) -> Option<String> {
    if lake::table(name).is_some() {
        return Some(format!(
            "the model `{name}` says `{IN_LAKE}` and has the name of a table of the contract"
        ));
    }
    if !is_plain_name(name) {
        return Some(format!(
            "`{name}` cannot be the name of a table of the lake"
        ));
    }
    (passes.len() > 1 || passes.contains(&Pass::EachVintage))
        .then(|| format!("the model `{name}` fills a table of the lake and runs more than once"))
}

/// When a model runs, by its head; none if that is not said or not known.
fn passes(text: &str) -> Option<BTreeSet<Pass>> {
    let words = head(text).find_map(|line| line.strip_prefix(RUNS))?;
    let pass = |words: &str| Pass::ALL.into_iter().find(|p| p.words() == words.trim());
    words.split(',').map(pass).collect()
}
