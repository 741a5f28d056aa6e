//! The definition of a table: what it says, and the query that delivers its figures. One definition serves every kind of
//! publication.
//!
//! The file as written ([`RawTable`]) and the checked definition ([`TableDefinition`]) are two types. In the second, names
//! are written out, the columns of comparisons are found, and the query is ready to run.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::column::{ColumnSource, PrintedColumn, RawTableColumn, resolve};
use super::edition::Edition;
use super::fault::ErrorAt;
use super::parameters::{Parameters, literal};
use crate::diagnostic::DefinitionError;
use crate::intake::read_text;
use crate::query::include;
use crate::text::{Bilingual, line_at};

/// `tables/<id>.toml` as its file states it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawTable {
    id: Spanned<String>,
    title: Bilingual,
    scope: Option<Bilingual>,
    unit: Option<Bilingual>,
    query: Spanned<String>,
    #[serde(default = "best")]
    scenario: String,
    #[serde(default)]
    indicators: Vec<Spanned<String>>,
    #[serde(default)]
    forms: Vec<Spanned<String>>,
    source: Bilingual,
    rows: RawTableRows,
    #[serde(default)]
    labels: Vec<RawLabel>,
    #[serde(default)]
    words: Vec<RawWords>,
    #[serde(default)]
    remarks: Vec<RawWords>,
    columns: Vec<RawTableColumn>,
    #[serde(default)]
    notes: Vec<Bilingual>,
}

fn best() -> String {
    "best".to_owned()
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTableRows {
    head: Bilingual,
    unit_head: Option<Bilingual>,
    #[serde(default)]
    nested: bool,
    #[serde(default)]
    order: RowOrder,
}

/// The order of rows within the same parent rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RowOrder {
    /// The order of the query: the official one.
    #[default]
    Official,
    /// By name, in the alphabet of the country's language. Totals and sections keep their position.
    Name,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLabel {
    row: String,
    vi: String,
    en: String,
}

/// The words for a code that the query delivers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWords {
    code: String,
    vi: String,
    en: String,
}

impl RawWords {
    fn both(self) -> (String, Bilingual) {
        let (vi, en) = (self.vi, self.en);
        (self.code, Bilingual { vi, en })
    }
}

/// A checked definition of a table.
#[derive(Debug, Clone)]
pub struct TableDefinition {
    /// Its file.
    pub(super) path: PathBuf,
    /// Identifier: the number under which it is printed.
    pub id: String,
    /// Title.
    pub title: Bilingual,
    pub(super) scope: Option<Bilingual>,
    pub(super) unit: Option<Bilingual>,
    pub(super) rows_head: Bilingual,
    pub(super) unit_head: Option<Bilingual>,
    /// Whether the parts of a row are rows too, so that a unit missing in a part is missing in the whole.
    pub(super) nested: bool,
    pub(super) order: RowOrder,
    pub(super) labels: Vec<(String, Bilingual)>,
    /// Words for codes, which cells say in place of figures.
    pub(super) words: Vec<(String, Bilingual)>,
    /// Texts of notes about single rows, by code.
    pub(super) remarks: Vec<(String, Bilingual)>,
    pub(super) columns: Vec<PrintedColumn>,
    pub(super) notes: Vec<Bilingual>,
    pub(super) source: Bilingual,
    pub(super) forms: Vec<String>,
    /// The scenario of its figures.
    pub(super) scenario: String,
    pub(super) query: Query,
}

/// The query of a table, ready to run.
#[derive(Debug, Clone)]
pub(super) struct Query {
    /// Its file.
    pub(super) path: PathBuf,
    /// Its own text, as in the file.
    pub(super) own: String,
    /// Its own text, with names written out.
    pub(super) body: String,
    /// The query that runs: the shared parts of its folder, then its own text.
    pub(super) sql: String,
    /// The shared parts, with names written out; empty where there are none.
    pub(super) shared: String,
}

/// The file in a folder of tables whose named parts precede each query.
const COMMON: &str = "common.sql";

impl TableDefinition {
    /// The query that delivers its figures, with names written out.
    #[must_use]
    pub fn query_text(&self) -> &str {
        &self.query.sql
    }

    /// The forms that its figures come from.
    #[must_use]
    pub fn forms(&self) -> &[String] {
        &self.forms
    }

    /// The scenario of its figures.
    #[must_use]
    pub fn scenario(&self) -> &str {
        &self.scenario
    }

    /// The words for a code of the query. Digits say themselves.
    pub(super) fn said(&self, code: &str) -> Result<Bilingual, String> {
        let known = self.words.iter().find(|(known, _)| known == code);
        match known {
            Some((_, words)) => Ok(words.clone()),
            None if !code.contains(char::is_alphabetic) => Ok(Bilingual::same(code)),
            None => Err(format!("`{code}` has no words; add [[words]]")),
        }
    }

    /// Checks a definition in the file `path` with the content `text`, and reads its query beside it. `known_indicator` and
    /// `known_form` say what the pipeline has.
    ///
    /// # Errors
    /// The first mistake, with file, line and remedy.
    pub fn new(
        raw: RawTable,
        edition: &Edition,
        known_indicator: &dyn Fn(&str) -> bool,
        known_form: &dyn Fn(&str) -> bool,
        path: &Path,
        text: &str,
    ) -> Result<Self, DefinitionError> {
        let in_file = |e: ErrorAt| e.in_file(path, text);
        check_names(&raw, known_indicator, known_form).map_err(in_file)?;
        let mut parameters = edition.parameters.clone();
        parameters.set("scenario", &raw.scenario);
        parameters.set_list(
            "indicators",
            raw.indicators.iter().map(|i| i.get_ref().clone()).collect(),
        );
        let mut ids: Vec<String> = Vec::new();
        for column in &raw.columns {
            if !ids.contains(column.id.get_ref()) {
                ids.push(column.id.get_ref().clone());
            }
        }
        parameters.set_list("column_ids", ids);
        parameters.set_list(
            "forms",
            raw.forms.iter().map(|f| f.get_ref().clone()).collect(),
        );
        let columns = resolve(&raw.columns, edition, &parameters).map_err(in_file)?;
        parameters.set_list("columns", delivered_columns(&columns));
        let query = read_query(&raw.query, &parameters, path, text)?;
        check_delivered(&raw, &columns, &query).map_err(in_file)?;
        let both = |t: &Bilingual| {
            let filled = parameters.both(t);
            filled.map_err(|e| ErrorAt::unknown_in(text, &e).in_file(path, text))
        };
        Ok(Self {
            path: path.to_owned(),
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
                .map(|l| (l.row, Bilingual { vi: l.vi, en: l.en }))
                .collect(),
            words: raw.words.into_iter().map(RawWords::both).collect(),
            remarks: raw.remarks.into_iter().map(RawWords::both).collect(),
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

/// Checks the id, and the names of indicators and forms.
fn check_names(
    raw: &RawTable,
    known_indicator: &dyn Fn(&str) -> bool,
    known_form: &dyn Fn(&str) -> bool,
) -> Result<(), ErrorAt> {
    let id = raw.id.get_ref();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if id.is_empty() || id.len() > 16 || !id.chars().all(plain) {
        let message = format!("`{id}` cannot be the id of a table: it names files and sheets");
        let remedy = "use at most 16 letters, digits, - and _";
        return Err(ErrorAt::new(raw.id.span().start, message, remedy));
    }
    if let Some(indicator) = raw
        .indicators
        .iter()
        .find(|i| !known_indicator(i.get_ref()))
    {
        return Err(ErrorAt::new(
            indicator.span().start,
            format!(
                "`{}` is not an indicator of indicators.csv",
                indicator.get_ref()
            ),
            "correct the name, or add the indicator to indicators.csv",
        ));
    }
    if let Some(form) = raw.forms.iter().find(|f| !known_form(f.get_ref())) {
        return Err(ErrorAt::new(
            form.span().start,
            format!("the form `{}` is not declared", form.get_ref()),
            "declare it in forms/, or remove it",
        ));
    }
    Ok(())
}

/// Checks that the query mentions each column that it should deliver.
fn check_delivered(
    raw: &RawTable,
    columns: &[PrintedColumn],
    query: &Query,
) -> Result<(), ErrorAt> {
    for column in columns {
        let ColumnSource::Delivered { id, .. } = &column.source else {
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
            let remedy = "name the column as the query's column_id does, or as one of `indicators`; or state which `kind` of comparison it is";
            return Err(ErrorAt::new(at, message, remedy));
        }
    }
    Ok(())
}

/// The ids of the columns that the query delivers, with their year, period or region: the value of `{columns}`.
fn delivered_columns(columns: &[PrintedColumn]) -> Vec<String> {
    let delivered = columns
        .iter()
        .filter(|c| matches!(c.source, ColumnSource::Delivered { .. }));
    delivered.map(|c| c.head.id.clone()).collect()
}

/// Reads a query, and the shared parts of its folder; `path` and `text` are the file that names it.
fn read_query(
    name: &Spanned<String>,
    parameters: &Parameters,
    path: &Path,
    text: &str,
) -> Result<Query, DefinitionError> {
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    let query_path = folder.join(name.get_ref());
    let own = read_text(&query_path).map_err(|e| {
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
        Some(read_text(&common_path).map_err(message)?)
    } else {
        None
    };
    let fill = |file: &Path, sql: &str| {
        let read = |name: &str| {
            let text = read_text(&file.with_file_name(name)).map_err(|e| e.to_string());
            text.map(|text| parameters.columns(&text))
        };
        let sql = &include(sql, read).map_err(|wrong| {
            DefinitionError::new(
                file,
                Some(line_at(sql, wrong.offset)),
                format!("`{}` cannot be included: {}", wrong.name, wrong.reason),
                "name a .sql file, relative to this one",
            )
        })?;
        let filled = parameters.sql(sql);
        filled.map_err(|e| ErrorAt::unknown(e.offset, &e).in_file(file, sql))
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
