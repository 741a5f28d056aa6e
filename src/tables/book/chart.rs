//! The charts of a chapter: printed figures of a table by category and series. Publication decides how they are drawn.

use super::chapter::{ChapterDefinition, ChartDefinition, ChartRows};
use super::content::{Chart, ChartKind, Point, Series};
use super::prose::ProseError;
use crate::tables::edition::Edition;
use crate::tables::table::{Cell, ColumnHead, FigureStatus, Table, TableRow};
use crate::text::Bilingual;

/// The charts of a chapter.
pub(super) fn charts(
    chapter: &ChapterDefinition,
    tables: &[Table],
    edition: &Edition,
) -> Result<Vec<Chart>, ProseError> {
    let mut charts = Vec::new();
    for definition in &chapter.charts {
        let Some(table) = tables.iter().find(|t| t.id == definition.table) else {
            continue;
        };
        let chart = chart(definition, table, edition).map_err(|message| ProseError {
            file: chapter.path.clone(),
            line: definition.line,
            message,
        })?;
        let mut points = chart.series.iter().flat_map(|series| &series.points);
        if points.any(Option::is_some) {
            charts.push(chart);
        }
    }
    Ok(charts)
}

fn chart(definition: &ChartDefinition, table: &Table, edition: &Edition) -> Result<Chart, String> {
    let columns = columns(definition, table)?;
    let (rows, unranked) = rows(definition, table, columns[0])?;
    let head = |i: usize| table.columns[i].head.clone();
    let by_column = definition.kind != ChartKind::Bars;
    let (categories, series) = if by_column {
        let categories = columns.iter().map(|i| head(*i)).collect();
        let series = rows.iter().map(|row| Series {
            name: row.label.clone(),
            points: columns.iter().map(|i| point(row, *i)).collect(),
        });
        (categories, series.collect())
    } else {
        let categories = rows.iter().map(|row| row.label.clone()).collect();
        let series = columns.iter().map(|i| Series {
            name: head(*i),
            points: rows.iter().map(|row| point(row, *i)).collect(),
        });
        (categories, series.collect())
    };
    let unit = table.columns[columns[0]].unit.clone();
    let unit = unit
        .or_else(|| rows.first().and_then(|row| row.unit.clone()))
        .or_else(|| table.unit.clone());
    Ok(Chart {
        title: definition.title.clone(),
        kind: definition.kind,
        unit: unit.unwrap_or_else(|| edition.title.clone()),
        categories,
        series,
        table: table.id.clone(),
        notes: notes(&rows, &columns, &unranked, edition),
    })
}

/// What a chart lacks: the units that are missing in its figures, and the rows without a figure that its order leaves out.
fn notes(
    rows: &[&TableRow],
    columns: &[usize],
    unranked: &[&TableRow],
    edition: &Edition,
) -> Vec<Bilingual> {
    let phrases = &edition.words.phrases;
    let mut missing: Vec<&Bilingual> = Vec::new();
    let cells = rows
        .iter()
        .flat_map(|row| columns.iter().filter_map(|i| row.cells[*i].as_ref()));
    for name in cells
        .filter(|c| !c.status.is_whole())
        .flat_map(|c| &c.missing)
    {
        if !missing.contains(&name) {
            missing.push(name);
        }
    }
    let mut notes = Vec::new();
    if !missing.is_empty() {
        let names = Bilingual::joined(missing, ", ");
        notes.push(phrases.sentence_without.filled(&[("missing", names)]));
    }
    if !unranked.is_empty() {
        let labels = Bilingual::joined(unranked.iter().map(|row| &row.label), ", ");
        notes.push(phrases.unranked.filled(&[("rows", labels)]));
    }
    notes
}

/// The columns that a chart shows, at least one.
fn columns(definition: &ChartDefinition, table: &Table) -> Result<Vec<usize>, String> {
    let mut places = Vec::new();
    for wanted in &definition.columns {
        let begins = format!("{wanted}-");
        let before = places.len();
        let fitting = |(i, head): (usize, &ColumnHead)| {
            (head.id == *wanted || head.id.starts_with(&begins)).then_some(i)
        };
        places.extend(table.columns.iter().enumerate().filter_map(fitting));
        if places.len() == before {
            let known: Vec<&str> = table.columns.iter().map(|c| c.id.as_str()).collect();
            let known = known.join(", ");
            return Err(format!(
                "the table `{}` has no column `{wanted}`; it has {known}",
                table.id
            ));
        }
    }
    if places.is_empty() {
        return Err("a chart shows at least one column".to_owned());
    }
    Ok(places)
}

/// The rows that a chart shows, in its order, and those that it leaves out because they have no complete figure; `by` is the
/// column that sorts them.
fn rows<'t>(
    definition: &ChartDefinition,
    table: &'t Table,
    by: usize,
) -> Result<(Vec<&'t TableRow>, Vec<&'t TableRow>), String> {
    let mut rows: Vec<&TableRow> = match &definition.rows {
        ChartRows::Styled(style) => table.rows.iter().filter(|r| r.style == *style).collect(),
        ChartRows::Named(names) => names
            .iter()
            .map(|name| {
                let row = table.rows.iter().find(|r| r.id == *name);
                row.ok_or_else(|| format!("the table `{}` has no row `{name}`", table.id))
            })
            .collect::<Result<_, _>>()?,
    };
    if definition.sorted || definition.top.is_some() {
        // The sort is stable: equal rows keep the order of the table, rows without a figure come last.
        let shown = |row: &TableRow| row.cells[by].as_ref().filter(|c| c.shows_value())?.value;
        rows.sort_by_key(|row| std::cmp::Reverse(shown(row)));
    }
    let left_out = rows.split_off(rows.len().min(definition.top.unwrap_or(usize::MAX)));
    // A row that is not complete could stand higher than the last one shown.
    let is_open = |row: &&TableRow| {
        let cell = row.cells[by].as_ref();
        cell.is_some_and(|c| !c.status.is_whole() && c.status != FigureStatus::NotApplicable)
    };
    Ok((rows, left_out.into_iter().filter(is_open).collect()))
}

/// The point of a cell; none where no figure is printed.
fn point(row: &TableRow, column: usize) -> Option<Point> {
    let cell: &Cell = row.cells[column].as_ref()?;
    let value = cell.value.filter(|_| cell.shows_value())?;
    Some(Point {
        value,
        text: cell.text.clone(),
        provisional: !cell.marks().is_empty(),
    })
}
