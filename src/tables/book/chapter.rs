//! The definition of a chapter: title, sentences with places for figures, charts.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::chart::ChartKind;
use super::prose;
use crate::diagnostic::DefinitionError;
use crate::tables::definition::line_at;
use crate::tables::edition::Edition;
use crate::tables::parameters::Unknown;
use crate::tables::table::{RowStyle, Text};

/// `chapters/<id>.toml` as its file states it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawChapter {
    title: Text,
    #[serde(default)]
    paragraphs: Vec<Spanned<Text>>,
    #[serde(default)]
    charts: Vec<RawChart>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawChart {
    title: Spanned<Text>,
    kind: ChartKind,
    table: Spanned<String>,
    /// The columns it shows, by their ids or by what ids begin with.
    columns: Vec<Spanned<String>>,
    /// The rows it shows, by their ids; or all of a style.
    #[serde(default)]
    rows: Vec<Spanned<String>>,
    style: Option<Spanned<String>>,
    /// How many rows, the largest first.
    top: Option<usize>,
    /// Whether the largest stands first; else rows stand as in the table.
    #[serde(default)]
    sorted: bool,
}

/// A chapter's definition, found sound.
#[derive(Debug, Clone)]
pub struct ChapterDefinition {
    /// Identifier: the name of its file.
    pub id: String,
    /// Title.
    pub title: Text,
    pub(super) path: PathBuf,
    /// Templates, with the line each stands in.
    pub(super) paragraphs: Vec<(usize, Text)>,
    pub(super) charts: Vec<ChartDefinition>,
}

/// A chart's definition.
#[derive(Debug, Clone)]
pub(super) struct ChartDefinition {
    pub(super) line: usize,
    pub(super) title: Text,
    pub(super) kind: ChartKind,
    pub(super) table: String,
    pub(super) columns: Vec<String>,
    pub(super) rows: Rows,
    pub(super) top: Option<usize>,
    pub(super) sorted: bool,
}

/// Which rows a chart shows.
#[derive(Debug, Clone)]
pub(super) enum Rows {
    /// These, by their ids.
    Named(Vec<String>),
    /// All of a style.
    Styled(RowStyle),
}

impl ChapterDefinition {
    /// Checks a definition, which stands in `path` as `text`. `known_table` says whether the edition has a table.
    ///
    /// # Errors
    /// What is wrong in it first, with file, line and remedy.
    pub fn new(
        id: &str,
        raw: &RawChapter,
        edition: &Edition,
        known_table: &dyn Fn(&str) -> bool,
        path: &Path,
        text: &str,
    ) -> Result<Self, DefinitionError> {
        let error = |offset: usize, message: String, remedy: &str| {
            DefinitionError::new(path, Some(line_at(text, offset)), message, remedy)
        };
        let unknown = |offset: usize, e: &Unknown| {
            let message = format!("`{{{}}}` stands for nothing", e.name);
            error(
                offset,
                message,
                &format!("the names there are: {}", e.known),
            )
        };
        let filled = |t: &Spanned<String>| {
            let filled = edition.parameters.text(t.get_ref());
            filled.map_err(|e| unknown(t.span().start, &e))
        };
        let mut paragraphs = Vec::new();
        for paragraph in &raw.paragraphs {
            let line = line_at(text, paragraph.span().start);
            for side in [&paragraph.get_ref().vi, &paragraph.get_ref().en] {
                prose::check(side).map_err(|message| {
                    let remedy =
                        "sentences are Jinja templates; see the chapters of pipelines/kttt";
                    error(paragraph.span().start, message, remedy)
                })?;
            }
            paragraphs.push((line, paragraph.get_ref().clone()));
        }
        let mut charts = Vec::new();
        for chart in &raw.charts {
            let (table, at) = (chart.table.get_ref(), chart.table.span().start);
            if !known_table(table) {
                let message = format!("the table `{table}` is not defined");
                return Err(error(at, message, "name a table of tables/"));
            }
            let rows = match &chart.style {
                Some(style) if chart.rows.is_empty() => {
                    let parsed = RowStyle::parse(style.get_ref());
                    Rows::Styled(parsed.ok_or_else(|| {
                        let message = format!("`{}` is no style of a row", style.get_ref());
                        error(
                            style.span().start,
                            message,
                            "total, group, section or plain",
                        )
                    })?)
                }
                None if !chart.rows.is_empty() => {
                    Rows::Named(chart.rows.iter().map(&filled).collect::<Result<_, _>>()?)
                }
                _ => {
                    let message = "a chart shows `rows`, or all rows of a `style`".to_owned();
                    return Err(error(at, message, "give one of the two"));
                }
            };
            let title = edition.parameters.both(chart.title.get_ref());
            charts.push(ChartDefinition {
                line: line_at(text, at),
                title: title.map_err(|e| unknown(chart.title.span().start, &e))?,
                kind: chart.kind,
                table: table.clone(),
                columns: chart.columns.iter().map(filled).collect::<Result<_, _>>()?,
                rows,
                top: chart.top,
                sorted: chart.sorted,
            });
        }
        let title = edition.parameters.both(&raw.title);
        Ok(Self {
            id: id.to_owned(),
            title: title.map_err(|e| unknown(0, &e))?,
            path: path.to_owned(),
            paragraphs,
            charts,
        })
    }
}
