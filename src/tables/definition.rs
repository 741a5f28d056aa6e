//! The definition of a table: what it says and which query delivers its figures. One definition serves every
//! kind of publication.
//!
//! What a file states ([`RawTable`]) and what was found sound ([`TableDefinition`]) are two types: the second has
//! every name written out and every operand found, and its query is ready to run.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::column::{Column, Content, RawColumn, Wrong, resolve};
use super::edition::Edition;
use super::parameters::{Parameters, literal};
use super::table::Text;
use crate::diagnostic::DefinitionError;
use crate::query::include;

/// `tables/<id>.toml` as its file states it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawTable {
    id: Spanned<String>,
    title: Text,
    scope: Option<Text>,
    unit: Option<Text>,
    query: Spanned<String>,
    #[serde(default = "best")]
    scenario: String,
    #[serde(default)]
    indicators: Vec<Spanned<String>>,
    #[serde(default)]
    forms: Vec<Spanned<String>>,
    source: Text,
    rows: RawRows,
    #[serde(default)]
    labels: Vec<RawLabel>,
    columns: Vec<RawColumn>,
    #[serde(default)]
    notes: Vec<Text>,
}

fn best() -> String {
    "best".to_owned()
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRows {
    head: Text,
    unit_head: Option<Text>,
    #[serde(default)]
    nested: bool,
    #[serde(default)]
    order: RowOrder,
}

/// In which order rows stand that have the same rows above them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RowOrder {
    /// As the query says: the official order.
    #[default]
    Official,
    /// By their names, in the alphabet of the country's language; totals and sections stay where they are.
    Name,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLabel {
    row: String,
    vi: String,
    en: String,
}

/// A table's definition, found sound.
#[derive(Debug, Clone)]
pub struct TableDefinition {
    /// Identifier, the number it is printed under.
    pub id: String,
    /// Title.
    pub title: Text,
    pub(super) scope: Option<Text>,
    pub(super) unit: Option<Text>,
    pub(super) rows_head: Text,
    pub(super) unit_head: Option<Text>,
    /// Whether a row's parts are rows too, so that what is missing in a part is missing in the whole.
    pub(super) nested: bool,
    pub(super) order: RowOrder,
    pub(super) labels: Vec<(String, Text)>,
    pub(super) columns: Vec<Column>,
    pub(super) notes: Vec<Text>,
    pub(super) source: Text,
    pub(super) forms: Vec<String>,
    /// The scenario its figures stand on.
    pub(super) scenario: String,
    pub(super) query: Query,
}

/// The query of a table, ready to run.
#[derive(Debug, Clone)]
pub(super) struct Query {
    /// The file it stands in.
    pub(super) path: PathBuf,
    /// Its own text, as in the file.
    pub(super) own: String,
    /// Its own text, names written out.
    pub(super) body: String,
    /// What is run: the shared parts of its folder, then its own.
    pub(super) sql: String,
    /// The shared parts, names written out; empty where there are none.
    pub(super) shared: String,
}

/// The file of a folder of tables whose named parts stand in front of each query.
const COMMON: &str = "common.sql";

impl TableDefinition {
    /// The query that delivers its figures, names written out.
    #[must_use]
    pub fn query_text(&self) -> &str {
        &self.query.sql
    }

    /// The forms that its figures come from.
    #[must_use]
    pub fn forms(&self) -> &[String] {
        &self.forms
    }

    /// The scenario its figures stand on.
    #[must_use]
    pub fn scenario(&self) -> &str {
        &self.scenario
    }

    /// Checks a definition, which stands in `path` as `text`, and reads its query beside it. `indicators` and
    /// `forms` are those of the pipeline.
    ///
    /// # Errors
    /// What is wrong in it first, with file, line and remedy.
    pub fn new(
        raw: RawTable,
        edition: &Edition,
        known_indicator: &dyn Fn(&str) -> bool,
        known_form: &dyn Fn(&str) -> bool,
        path: &Path,
        text: &str,
    ) -> Result<Self, DefinitionError> {
        let error = |wrong: Wrong| {
            let line = line_at(text, wrong.offset);
            DefinitionError::new(path, Some(line), wrong.message, wrong.remedy)
        };
        let id = raw.id.get_ref();
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if id.is_empty() || id.len() > 16 || !id.chars().all(plain) {
            let message = format!("`{id}` cannot be the id of a table: files and sheets bear it");
            let remedy = "use at most 16 letters, digits, - and _";
            return Err(error(Wrong::new(raw.id.span().start, message, remedy)));
        }
        if let Some(indicator) = raw
            .indicators
            .iter()
            .find(|i| !known_indicator(i.get_ref()))
        {
            let message = format!(
                "`{}` is no indicator of indicators.csv",
                indicator.get_ref()
            );
            return Err(error(Wrong::new(
                indicator.span().start,
                message,
                "correct the name, or add the indicator to indicators.csv",
            )));
        }
        if let Some(form) = raw.forms.iter().find(|f| !known_form(f.get_ref())) {
            let message = format!("the form `{}` is not declared", form.get_ref());
            return Err(error(Wrong::new(
                form.span().start,
                message,
                "declare it in forms/, or take it out",
            )));
        }
        let mut parameters = edition.parameters.clone();
        parameters.set("scenario", &raw.scenario);
        parameters.set_list(
            "indicators",
            raw.indicators.iter().map(|i| i.get_ref().clone()).collect(),
        );
        let columns = resolve(&raw.columns, edition, &parameters).map_err(error)?;
        parameters.set_list("columns", delivered_columns(&columns));
        let query = read_query(&raw.query, &parameters, path, text)?;
        for column in &columns {
            let Content::Delivered { id, .. } = &column.content else {
                continue;
            };
            if !query.body.contains(&literal(id)) {
                let at = raw
                    .columns
                    .iter()
                    .find(|c| id.starts_with(c.id.get_ref().as_str()))
                    .map_or(0, |c| c.id.span().start);
                let message = format!(
                    "the query {} does not deliver the column `{id}`",
                    query.path.display()
                );
                let remedy = "a column is named as the query's column_id says it, or is one of `indicators`; or say which `kind` of comparison it is";
                return Err(error(Wrong::new(at, message, remedy)));
            }
        }
        let both = |t: &Text| {
            parameters.both(t).map_err(|e| {
                let offset = text.find(&format!("{{{}}}", e.name)).unwrap_or(0);
                error(Wrong::unknown(offset, &e))
            })
        };
        Ok(Self {
            title: both(&raw.title)?,
            scope: raw.scope.as_ref().map(both).transpose()?,
            unit: raw.unit.as_ref().map(both).transpose()?,
            rows_head: both(&raw.rows.head)?,
            unit_head: raw.rows.unit_head.as_ref().map(both).transpose()?,
            nested: raw.rows.nested,
            order: raw.rows.order,
            labels: raw
                .labels
                .into_iter()
                .map(|l| (l.row, Text { vi: l.vi, en: l.en }))
                .collect(),
            notes: raw.notes.iter().map(both).collect::<Result<_, _>>()?,
            source: both(&raw.source)?,
            forms: raw.forms.into_iter().map(Spanned::into_inner).collect(),
            id: raw.id.into_inner(),
            scenario: raw.scenario,
            columns,
            query,
        })
    }
}

/// The columns that the query delivers, each as `{columns}` names it: its id, and the period if it is delivered under one.
fn delivered_columns(columns: &[Column]) -> Vec<String> {
    let delivered = columns
        .iter()
        .filter(|c| matches!(c.content, Content::Delivered { .. }));
    delivered.map(|c| c.head.id.clone()).collect()
}

/// The line of an offset, from 1.
pub(super) fn line_at(text: &str, offset: usize) -> usize {
    text.char_indices()
        .take_while(|(i, _)| *i < offset)
        .filter(|(_, c)| *c == '\n')
        .count()
        + 1
}

fn read_query(
    name: &Spanned<String>,
    parameters: &Parameters,
    path: &Path,
    text: &str,
) -> Result<Query, DefinitionError> {
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    let query_path = folder.join(name.get_ref());
    let own = std::fs::read_to_string(&query_path).map_err(|e| {
        let message = format!("the query {} cannot be read: {e}", query_path.display());
        DefinitionError::new(
            path,
            Some(line_at(text, name.span().start)),
            message,
            "name a .sql file, relative to this one",
        )
    })?;
    let common_path = query_path.with_file_name(COMMON);
    let common = if common_path.exists() {
        let message = |e| {
            DefinitionError::new(
                &common_path,
                None,
                format!("cannot be read: {e}"),
                "make the file readable",
            )
        };
        Some(std::fs::read_to_string(&common_path).map_err(message)?)
    } else {
        None
    };
    let fill = |file: &Path, sql: &str| {
        let read = |name: &str| {
            std::fs::read_to_string(file.with_file_name(name)).map_err(|e| e.to_string())
        };
        let sql = &include(sql, read).map_err(|wrong| {
            DefinitionError::new(
                file,
                Some(line_at(sql, wrong.offset)),
                format!("`{}` cannot be included: {}", wrong.name, wrong.reason),
                "name a .sql file, relative to this one",
            )
        })?;
        parameters.sql(sql).map_err(|e| {
            let message = format!("`{{{}}}` stands for nothing", e.name);
            DefinitionError::new(
                file,
                Some(line_at(sql, e.offset)),
                message,
                format!("the names there are: {}", e.known),
            )
        })
    };
    let body = fill(&query_path, &own)?;
    let shared = match &common {
        Some(common) => fill(&common_path, common)?,
        None => String::new(),
    };
    let front = match &common {
        Some(_) => format!("WITH\n{shared}\nSELECT * FROM (\n"),
        None => "SELECT * FROM (\n".to_owned(),
    };
    let sql = format!("{front}{body}\n) AS printed");
    Ok(Query {
        path: query_path,
        own,
        body,
        sql,
        shared,
    })
}
