//! Sentences about figures: Jinja templates that are filled from printed tables.
//!
//! `figure(table, row, column)` is a printed figure. Written into a sentence (`{{ f }}` or `{{ f.text }}`; `{{ f.size }}` without
//! its sign) it brings its marks, and the sentence names who is missing in it. For conditions it has `known`, `whole`,
//! `estimate`, `rises`, `falls` and `missing` (the names of missing units). It has no number that a template could print.
//! `ranked(table, column, style)` lists the rows of a style whose figures are complete, the largest first, each with
//! `label` and `figure`; with a fourth argument `true` also rows with incomplete figures. A sentence that uses one names the
//! rows that the ranking leaves out. `label(table, row)` is the label of a row. A paragraph that comes out blank is not
//! printed.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use minijinja::value::{Object, Value};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};

use regex::Regex;

use super::sentence::{Language, Mention, Mentions};
use crate::tables::edition::Edition;
use crate::tables::table::{FigureStatus, RowStyle, Table, TableRow};
use crate::tables::words::PrintedWords;
use crate::text::{Bilingual, format_value, one_line};

/// A sentence or a chart that asks for something that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}: {message}", file.display())]
pub struct ProseError {
    /// The file of the chapter.
    pub file: PathBuf,
    /// The line of the paragraph or the chart.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// Checks the syntax of a template.
pub(super) fn check(template: &str) -> Result<(), String> {
    if let Some(old) = OLD_NAME.as_ref().and_then(|old| old.find(template)) {
        let name = old.as_str();
        return Err(format!(
            "`{name}`: a figure has no number that a template could print; write {{{{ f }}}}, and ask `f.rises`, `f.falls` or `f.known`"
        ));
    }
    let environment = Environment::empty();
    environment
        .template_from_str(template)
        .map(drop)
        .map_err(|e| message(&e))
}

/// How templates asked for the number of a figure before it was marked.
static OLD_NAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\w+\.value\b").ok());

/// What is wrong, without the place in the template.
fn message(error: &Error) -> String {
    let detail = error.detail().map(str::to_owned);
    detail.unwrap_or_else(|| error.to_string())
}

/// The paragraphs of a chapter whose file is `path`. A template comes with its line in that file.
pub(super) fn paragraphs(
    path: &Path,
    templates: &[(usize, Bilingual)],
    tables: &[Table],
    edition: &Edition,
) -> Result<Vec<Bilingual>, ProseError> {
    let tables: Arc<[Table]> = tables.into();
    let mut paragraphs = Vec::new();
    for (line, template) in templates {
        let render = |language: Language, template: &str| {
            let mentions = Mentions::default();
            let text = environment(language, &tables, edition, &mentions)
                .render_str(template, ())
                .map_err(|e| ProseError {
                    file: path.to_owned(),
                    line: *line,
                    message: message(&e),
                })?;
            let phrases = &edition.words.phrases;
            Ok(mentions.finish(&one_line(&text), phrases, language))
        };
        let text = Bilingual::new(
            render(Language::Own, &template.vi)?,
            render(Language::English, &template.en)?,
        );
        if !text.vi.is_empty() {
            paragraphs.push(text);
        }
    }
    Ok(paragraphs)
}

/// The functions and names that templates of a language can use. Figures leave their placeholders in `mentions`.
fn environment(
    language: Language,
    tables: &Arc<[Table]>,
    edition: &Edition,
    mentions: &Mentions,
) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    for (name, value) in edition.parameters.single() {
        environment.add_global(name.to_owned(), Value::from(value));
    }
    let figures = Figures::new(language, &edition.words, mentions);
    let (all, of) = (tables.clone(), figures.clone());
    environment.add_function(
        "figure",
        move |table: String, row: String, column: String| {
            let table = find(&all, &table)?;
            of.figure(table, find_row(table, &row)?, &column)
        },
    );
    let all = tables.clone();
    environment.add_function("label", move |table: String, row: String| {
        let row = find_row(find(&all, &table)?, &row)?;
        Ok::<_, Error>(language.of(&row.label))
    });
    let all = tables.clone();
    environment.add_function(
        "ranked",
        move |table: String, column: String, style: String, partial: Option<bool>| {
            let table = find(&all, &table)?;
            let (rows, unranked) = ranked(table, &column, &style, partial.unwrap_or(false))?;
            let unranked: Vec<String> = unranked.iter().map(|r| language.of(&r.label)).collect();
            let ranked = rows.into_iter().map(|row| {
                let among = if unranked.is_empty() {
                    String::new()
                } else {
                    let left_out = Mention::Unranked(unranked.clone());
                    figures.mentions.placeholder(left_out)
                };
                let label = format!("{}{among}", language.of(&row.label));
                let figure = figures.ranked_figure(table, row, &column, among)?;
                Ok::<_, Error>(Value::from_object(RankedRow { label, figure }))
            });
            ranked.collect::<Result<Vec<Value>, Error>>()
        },
    );
    environment
}

/// The rows of a style with figures in a column, the largest first, incomplete figures only if `partial` says so; and the rows
/// that are left out although they could have a figure.
fn ranked<'t>(
    table: &'t Table,
    column: &str,
    style: &str,
    partial: bool,
) -> Result<(Vec<&'t TableRow>, Vec<&'t TableRow>), Error> {
    let style = RowStyle::parse(style).ok_or_else(|| {
        let names = RowStyle::NAMES;
        wrong(format!("`{style}` is not a style of a row ({names})"))
    })?;
    let place = place(table, column)?;
    let value = |row: &TableRow| {
        let cell = row.cells[place].as_ref().filter(|c| c.shows_value())?;
        cell.value.filter(|_| partial || cell.status.is_whole())
    };
    let can_exist = |row: &TableRow| {
        let cell = row.cells[place].as_ref();
        cell.is_some_and(|c| c.status != FigureStatus::NotApplicable)
    };
    let of_style = table.rows.iter().filter(|row| row.style == style);
    let (mut rows, others): (Vec<&TableRow>, Vec<&TableRow>) =
        of_style.partition(|row| value(row).is_some());
    rows.sort_by_key(|row| std::cmp::Reverse(value(row)));
    let unranked = others.into_iter().filter(|row| can_exist(row)).collect();
    Ok((rows, unranked))
}

/// An error in a template.
fn wrong(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

fn find<'t>(tables: &'t [Table], id: &str) -> Result<&'t Table, Error> {
    let table = tables.iter().find(|t| t.id == id);
    table.ok_or_else(|| wrong(format!("the edition has no table `{id}`")))
}

fn find_row<'t>(table: &'t Table, id: &str) -> Result<&'t TableRow, Error> {
    let row = table.rows.iter().find(|r| r.id == id);
    row.ok_or_else(|| wrong(format!("the table `{}` has no row `{id}`", table.id)))
}

/// The position of a column.
fn place(table: &Table, column: &str) -> Result<usize, Error> {
    let place = table.columns.iter().position(|c| c.id == column);
    place.ok_or_else(|| {
        let known: Vec<&str> = table.columns.iter().map(|c| c.id.as_str()).collect();
        let known = known.join(", ");
        wrong(format!(
            "the table `{}` has no column `{column}`; it has {known}",
            table.id
        ))
    })
}

/// Makes figures for templates of a language.
#[derive(Debug, Clone)]
struct Figures {
    language: Language,
    words: PrintedWords,
    /// The separator of digit groups and the decimal mark.
    digits: (char, char),
    mentions: Mentions,
}

impl Figures {
    fn new(language: Language, words: &PrintedWords, mentions: &Mentions) -> Self {
        Self {
            language,
            words: words.clone(),
            digits: match language {
                Language::Own => (words.group, words.decimal),
                Language::English => words.english,
            },
            mentions: mentions.clone(),
        }
    }

    /// A printed figure, as templates see it.
    fn figure(&self, table: &Table, row: &TableRow, column: &str) -> Result<Value, Error> {
        self.ranked_figure(table, row, column, String::new())
    }

    /// The same for a figure of a ranking; `among` is the placeholder for the rows that it leaves out.
    fn ranked_figure(
        &self,
        table: &Table,
        row: &TableRow,
        column: &str,
        among: String,
    ) -> Result<Value, Error> {
        let cell = row.cells[place(table, column)?].as_ref();
        let shown = cell.filter(|c| c.shows_value());
        let value = shown.and_then(|c| c.value);
        let status = cell.map_or(FigureStatus::Absent, |c| c.status);
        let decimals = cell.map_or(0, |c| c.decimals);
        let (group, mark) = self.digits;
        let printed = cell.map_or_else(String::new, |c| c.text.clone());
        let written = |value| format_value(value, decimals, group, mark);
        let is_whole = value.is_some() && status.is_whole();
        let missing = cell.filter(|_| !is_whole).map(|c| &c.missing);
        let missing = missing.into_iter().flatten();
        Ok(Value::from_object(MarkedFigure {
            mentions: self.mentions.clone(),
            among,
            known: value.is_some(),
            whole: is_whole,
            estimate: cell.is_some_and(crate::tables::Cell::is_estimate),
            rises: value.is_some_and(|v| v.is_sign_positive() && !v.is_zero()),
            falls: value.is_some_and(|v| v.is_sign_negative() && !v.is_zero()),
            text: value.map_or(printed, written),
            size: value.map_or_else(String::new, |v| written(v.abs())),
            marks: cell.map_or_else(String::new, |c| c.parts(&self.words).1),
            missing: missing.map(|name| self.language.of(name)).collect(),
        }))
    }
}

/// A figure as templates see it. Its texts are placeholders, so that its marks cannot be left out.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each answers a question that templates may ask"
)]
struct MarkedFigure {
    mentions: Mentions,
    /// The placeholder for the rows that its ranking leaves out; empty outside of rankings.
    among: String,
    known: bool,
    whole: bool,
    estimate: bool,
    rises: bool,
    falls: bool,
    text: String,
    size: String,
    marks: String,
    missing: Vec<String>,
}

impl MarkedFigure {
    fn placeholder(&self, text: &str) -> String {
        let mention = Mention::Figure {
            text: text.to_owned(),
            marks: self.marks.clone(),
            missing: self.missing.clone(),
        };
        format!("{}{}", self.among, self.mentions.placeholder(mention))
    }
}

impl Object for MarkedFigure {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "known" => self.known.into(),
            "whole" => self.whole.into(),
            "estimate" => self.estimate.into(),
            "rises" => self.rises.into(),
            "falls" => self.falls.into(),
            "text" => self.placeholder(&self.text).into(),
            "size" => self.placeholder(&self.size).into(),
            "missing" if self.missing.is_empty() => "".into(),
            "missing" => {
                let names = Mention::Missing(self.missing.clone());
                self.mentions.placeholder(names).into()
            }
            other => wrong(format!(
                "a figure has no `{other}`; it has text, size, known, whole, estimate, rises, falls, missing"
            ))
            .into(),
        })
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.placeholder(&self.text))
    }
}

/// A row of a ranking.
#[derive(Debug)]
struct RankedRow {
    label: String,
    figure: Value,
}

impl Object for RankedRow {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "label" => Some(self.label.as_str().into()),
            "figure" => Some(self.figure.clone()),
            _ => None,
        }
    }
}
