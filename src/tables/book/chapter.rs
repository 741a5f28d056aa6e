//! The definition of a chapter: title, sentences with places for figures, charts.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::content::ChartKind;
use super::prose;
use crate::diagnostic::DefinitionError;
use crate::tables::edition::Edition;
use crate::tables::fault::ErrorAt;
use crate::tables::table::RowStyle;
use crate::text::{Bilingual, line_at};

/// `chapters/<id>.toml` as its file states it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawChapter {
    title: Bilingual,
    #[serde(default)]
    paragraphs: Vec<Spanned<Bilingual>>,
    #[serde(default)]
    charts: Vec<RawChart>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawChart {
    title: Spanned<Bilingual>,
    kind: ChartKind,
    table: Spanned<String>,
    /// The columns it shows, by their ids or the beginnings of their ids.
    columns: Vec<Spanned<String>>,
    /// The rows it shows, by their ids. Otherwise all rows of a style.
    #[serde(default)]
    rows: Vec<Spanned<String>>,
    style: Option<Spanned<String>>,
    /// How many rows, the largest first.
    top: Option<usize>,
    /// Whether rows are sorted, the largest first. Otherwise they keep the order of the table.
    #[serde(default)]
    sorted: bool,
}

/// A checked definition of a chapter.
#[derive(Debug, Clone)]
pub struct ChapterDefinition {
    /// Identifier: the name of its file.
    pub id: String,
    /// Title.
    pub title: Bilingual,
    pub(super) path: PathBuf,
    /// The line and the template of each paragraph.
    pub(super) paragraphs: Vec<(usize, Bilingual)>,
    pub(super) charts: Vec<ChartDefinition>,
}

/// A chart's definition.
#[derive(Debug, Clone)]
pub(super) struct ChartDefinition {
    pub(super) line: usize,
    pub(super) title: Bilingual,
    pub(super) kind: ChartKind,
    pub(super) table: String,
    pub(super) columns: Vec<String>,
    pub(super) rows: ChartRows,
    pub(super) top: Option<usize>,
    pub(super) sorted: bool,
}

/// The rows that a chart shows.
#[derive(Debug, Clone)]
pub(super) enum ChartRows {
    /// These, by their ids.
    Named(Vec<String>),
    /// All of a style.
    Styled(RowStyle),
}

impl ChapterDefinition {
    /// Checks a definition in the file `path` with the content `text`. `known_table` says whether the edition has a
    /// table.
    ///
    /// # Errors
    /// The first mistake, with file, line and remedy.
    pub fn new(
        id: &str,
        raw: &RawChapter,
        edition: &Edition,
        known_table: &dyn Fn(&str) -> bool,
        path: &Path,
        text: &str,
    ) -> Result<Self, DefinitionError> {
        let checked = || -> Result<Self, ErrorAt> {
            let charts = raw.charts.iter();
            Ok(Self {
                id: id.to_owned(),
                paragraphs: paragraphs(raw, text)?,
                charts: charts
                    .map(|chart| check_chart(chart, edition, known_table, text))
                    .collect::<Result<_, _>>()?,
                title: bilingual(edition, &raw.title, 0)?,
                path: path.to_owned(),
            })
        };
        checked().map_err(|e| e.in_file(path, text))
    }
}

/// Both languages of a text at an offset, names written out.
fn bilingual(edition: &Edition, text: &Bilingual, offset: usize) -> Result<Bilingual, ErrorAt> {
    let filled = edition.parameters.both(text);
    filled.map_err(|e| ErrorAt::unknown(offset, &e))
}

/// The line and the template of each paragraph.
fn paragraphs(raw: &RawChapter, text: &str) -> Result<Vec<(usize, Bilingual)>, ErrorAt> {
    let mut paragraphs = Vec::new();
    for paragraph in &raw.paragraphs {
        let offset = paragraph.span().start;
        for side in [&paragraph.get_ref().vi, &paragraph.get_ref().en] {
            prose::check(side).map_err(|message| {
                let remedy = "sentences are Jinja templates; see the chapters of pipelines/kttt";
                ErrorAt::new(offset, message, remedy)
            })?;
        }
        paragraphs.push((line_at(text, offset), paragraph.get_ref().clone()));
    }
    Ok(paragraphs)
}

fn check_chart(
    chart: &RawChart,
    edition: &Edition,
    known_table: &dyn Fn(&str) -> bool,
    text: &str,
) -> Result<ChartDefinition, ErrorAt> {
    let (table, at) = (chart.table.get_ref(), chart.table.span().start);
    if !known_table(table) {
        let message = format!("the table `{table}` is not defined");
        return Err(ErrorAt::new(at, message, "name a table of tables/"));
    }
    let filled = |name: &Spanned<String>| {
        let filled = edition.parameters.text(name.get_ref());
        filled.map_err(|e| ErrorAt::unknown(name.span().start, &e))
    };
    // Every column begins with nothing.
    if let Some(blank) = chart.columns.iter().find(|c| c.get_ref().trim().is_empty()) {
        let message = "a column of a chart has no name";
        return Err(ErrorAt::new(
            blank.span().start,
            message,
            "name a column of the table, or the beginning of its name",
        ));
    }
    let rows = match &chart.style {
        Some(style) if chart.rows.is_empty() => {
            let parsed = RowStyle::parse(style.get_ref());
            ChartRows::Styled(parsed.ok_or_else(|| {
                let message = format!("`{}` is not a style of a row", style.get_ref());
                ErrorAt::new(style.span().start, message, RowStyle::NAMES)
            })?)
        }
        None if !chart.rows.is_empty() => {
            ChartRows::Named(chart.rows.iter().map(filled).collect::<Result<_, _>>()?)
        }
        _ => {
            let message = "a chart shows `rows`, or all rows of a `style`";
            return Err(ErrorAt::new(at, message, "give one of the two"));
        }
    };
    Ok(ChartDefinition {
        line: line_at(text, at),
        title: bilingual(edition, chart.title.get_ref(), chart.title.span().start)?,
        kind: chart.kind,
        table: table.clone(),
        columns: chart.columns.iter().map(filled).collect::<Result<_, _>>()?,
        rows,
        top: chart.top,
        sorted: chart.sorted,
    })
}
