//! Sentences about figures: Jinja templates that are filled from printed tables.
//!
//! `figure(table, row, column)` is a printed figure: `text` (as printed, without its marks), `size` (without its sign),
//! `value` (for comparisons), `known`, `whole`, `estimate`, `missing` (the names of missing units).
//! `ranked(table, column, style)` lists the rows of a style whose figures are complete, the largest first, each with
//! `label` and `figure`; with a fourth argument `true` also rows with incomplete figures. `label(table, row)` is the label
//! of a row. A paragraph that comes out blank is not printed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use minijinja::value::{Object, Value};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};
use rust_decimal::prelude::ToPrimitive;

use crate::tables::edition::Edition;
use crate::tables::table::{FigureStatus, RowStyle, Table, TableRow};
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
    let environment = Environment::empty();
    environment
        .template_from_str(template)
        .map(drop)
        .map_err(|e| message(&e))
}

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
    let [vi, en] = [Language::Own, Language::English].map(|l| environment(l, &tables, edition));
    let mut paragraphs = Vec::new();
    for (line, template) in templates {
        let render = |environment: &Environment<'_>, template: &str| {
            let text = environment
                .render_str(template, ())
                .map_err(|e| ProseError {
                    file: path.to_owned(),
                    line: *line,
                    message: message(&e),
                })?;
            Ok(one_line(&text))
        };
        let text = Bilingual::new(render(&vi, &template.vi)?, render(&en, &template.en)?);
        if !text.vi.is_empty() {
            paragraphs.push(text);
        }
    }
    Ok(paragraphs)
}

/// The language of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    /// The country's language.
    Own,
    English,
}

impl Language {
    fn of(self, text: &Bilingual) -> String {
        match self {
            Self::Own => text.vi.clone(),
            Self::English => text.en.clone(),
        }
    }
}

/// The functions and names that templates of a language can use.
fn environment(
    language: Language,
    tables: &Arc<[Table]>,
    edition: &Edition,
) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    for (name, value) in edition.parameters.single() {
        environment.add_global(name.to_owned(), Value::from(value));
    }
    let words = &edition.words;
    let digits = match language {
        Language::Own => (words.group, words.decimal),
        Language::English => words.english,
    };
    let all = tables.clone();
    environment.add_function(
        "figure",
        move |table: String, row: String, column: String| {
            let table = find(&all, &table)?;
            figure(table, find_row(table, &row)?, &column, language, digits)
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
            let rows = ranked(table, &column, &style, partial.unwrap_or(false))?;
            let ranked = rows.into_iter().map(|row| {
                let fields = [
                    ("label", Value::from(language.of(&row.label))),
                    ("figure", figure(table, row, &column, language, digits)?),
                ];
                Ok::<_, Error>(record(fields))
            });
            ranked.collect::<Result<Vec<Value>, Error>>()
        },
    );
    environment
}

/// The rows of a style with figures in a column, the largest first; incomplete figures only if `partial` says so.
fn ranked<'t>(
    table: &'t Table,
    column: &str,
    style: &str,
    partial: bool,
) -> Result<Vec<&'t TableRow>, Error> {
    let style = RowStyle::parse(style).ok_or_else(|| {
        let names = RowStyle::NAMES;
        wrong(format!("`{style}` is not a style of a row ({names})"))
    })?;
    let place = place(table, column)?;
    let value = |row: &TableRow| {
        let cell = row.cells[place].as_ref().filter(|c| c.shows_value())?;
        cell.value.filter(|_| partial || cell.status.is_whole())
    };
    let of_style = table.rows.iter().filter(|row| row.style == style);
    let mut rows: Vec<&TableRow> = of_style.filter(|row| value(row).is_some()).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(value(row)));
    Ok(rows)
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

/// A printed figure, as templates see it.
fn figure(
    table: &Table,
    row: &TableRow,
    column: &str,
    language: Language,
    (group, mark): (char, char),
) -> Result<Value, Error> {
    let cell = row.cells[place(table, column)?].as_ref();
    let shown = cell.filter(|c| c.shows_value());
    let value = shown.and_then(|c| c.value);
    let decimals = cell.map_or(0, |c| c.decimals);
    let written = |value| format_value(value, decimals, group, mark);
    let missing: Vec<String> = cell
        .iter()
        .flat_map(|c| &c.missing)
        .map(|name| language.of(name))
        .collect();
    let status = cell.map_or(FigureStatus::Absent, |c| c.status);
    Ok(record([
        ("known", Value::from(value.is_some())),
        ("whole", Value::from(value.is_some() && status.is_whole())),
        (
            "estimate",
            Value::from(cell.is_some_and(|c| c.estimated || status == FigureStatus::Estimate)),
        ),
        (
            "text",
            Value::from(value.map_or_else(
                || cell.map_or_else(String::new, |c| c.text.clone()),
                written,
            )),
        ),
        (
            "size",
            Value::from(value.map(|v| written(v.abs())).unwrap_or_default()),
        ),
        (
            "value",
            Value::from(value.and_then(|v| v.to_f64()).unwrap_or(f64::NAN)),
        ),
        ("missing", Value::from(missing.join(", "))),
    ]))
}

/// A record of named values.
fn record(fields: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    Value::from_object(NamedValues(fields.into_iter().collect()))
}

/// Named values. Any other name is undefined and therefore an error.
#[derive(Debug)]
struct NamedValues(Vec<(&'static str, Value)>);

impl Object for NamedValues {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        let found = self.0.iter().find(|(n, _)| *n == name);
        found.map(|(_, value)| value.clone())
    }
}
