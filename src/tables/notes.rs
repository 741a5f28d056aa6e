//! The notes below a table: which units are missing in a partial figure, why a comparison is not printed, where the
//! figures come from.

use super::definition::TableDefinition;
use super::edition::Edition;
use super::reported::Reported;
use super::table::{Cell, FigureStatus, TableRow};
use super::words::SymbolKind;
use crate::text::Bilingual;

/// All notes of a table: about its gaps, its own, and those of the edition.
pub(super) fn notes(
    rows: &[TableRow],
    definition: &TableDefinition,
    edition: &Edition,
    remarks: Vec<Bilingual>,
) -> Vec<Bilingual> {
    let mut notes = partial(rows, definition, edition);
    notes.extend(incomplete(rows, definition, edition));
    notes.extend(remarks);
    notes.extend(definition.notes.iter().cloned());
    notes.extend(edition.notes.iter().cloned());
    notes
}

/// Missing units. The same names in the same rows of several columns make one note.
struct Gap {
    columns: Vec<usize>,
    rows: Vec<usize>,
    names: Vec<Bilingual>,
}

/// Notes about the units that are missing in partial figures.
fn partial(rows: &[TableRow], definition: &TableDefinition, edition: &Edition) -> Vec<Bilingual> {
    let mut gaps: Vec<Gap> = Vec::new();
    for (i, column) in definition.columns.iter().enumerate() {
        if column.wants_all() {
            continue;
        }
        let found = gaps_of(i, rows, definition.nested, |c| {
            c.status == FigureStatus::Partial
        });
        for (names, of_rows) in found {
            match gaps
                .iter_mut()
                .find(|g| g.names == names && g.rows == of_rows)
            {
                Some(gap) => gap.columns.push(i),
                None => gaps.push(Gap {
                    columns: vec![i],
                    rows: of_rows,
                    names,
                }),
            }
        }
    }
    let words = &edition.words;
    let mark = &words.symbol(SymbolKind::Partial).mark;
    gaps.iter()
        .map(|gap| {
            let phrase = if gap.rows.is_empty() {
                &words.phrases.partial
            } else {
                &words.phrases.partial_rows
            };
            let labels = gap.rows.iter().map(|r| &rows[*r].label);
            let text = phrase.filled(&[
                ("columns", heads(&gap.columns, definition, edition)),
                ("rows", Bilingual::joined(labels, "; ")),
                ("missing", Bilingual::joined(&gap.names, ", ")),
            ]);
            Bilingual {
                vi: format!("{mark} {}", text.vi),
                en: format!("{mark} {}", text.en),
            }
        })
        .collect()
}

/// Notes about comparisons that are not printed.
fn incomplete(
    rows: &[TableRow],
    definition: &TableDefinition,
    edition: &Edition,
) -> Vec<Bilingual> {
    let mut gaps: Vec<Gap> = Vec::new();
    for (i, column) in definition.columns.iter().enumerate() {
        if !column.wants_all() {
            continue;
        }
        let mut names: Vec<Bilingual> = Vec::new();
        for cell in rows.iter().filter_map(|r| r.cells[i].as_ref()) {
            for name in &cell.missing {
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
        }
        if names.is_empty() {
            continue;
        }
        match gaps.iter_mut().find(|g| g.names == names) {
            Some(gap) => gap.columns.push(i),
            None => gaps.push(Gap {
                columns: vec![i],
                rows: Vec::new(),
                names,
            }),
        }
    }
    let words = &edition.words;
    let mark = &words.symbol(SymbolKind::NotAvailable).mark;
    gaps.iter()
        .map(|gap| {
            let text = words.phrases.incomplete.filled(&[
                ("columns", heads(&gap.columns, definition, edition)),
                ("missing", Bilingual::joined(&gap.names, ", ")),
            ]);
            Bilingual {
                vi: format!("{mark} {}", text.vi),
                en: format!("{mark} {}", text.en),
            }
        })
        .collect()
}

/// The gaps of a column: the names of missing units, and the rows in which they are missing; no rows if the gap holds for
/// the whole column.
///
/// Where rows are parts of each other, one list of all names says everything. Otherwise rows are listed, except where the
/// same units are missing in most rows.
fn gaps_of(
    column: usize,
    rows: &[TableRow],
    nested: bool,
    which: impl Fn(&Cell) -> bool,
) -> Vec<(Vec<Bilingual>, Vec<usize>)> {
    let mut found: Vec<(Vec<Bilingual>, Vec<usize>)> = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        let Some(cell) = row.cells[column].as_ref().filter(|c| which(c)) else {
            continue;
        };
        if nested {
            if found.is_empty() {
                found.push((Vec::new(), Vec::new()));
            }
            for name in &cell.missing {
                if !found[0].0.contains(name) {
                    found[0].0.push(name.clone());
                }
            }
        } else {
            match found.iter_mut().find(|(names, _)| *names == cell.missing) {
                Some((_, rows)) => rows.push(i),
                None => found.push((cell.missing.clone(), vec![i])),
            }
        }
    }
    let all = rows.iter().filter(|r| r.cells[column].is_some()).count();
    for (_, of_rows) in &mut found {
        if of_rows.len() * 2 > all {
            of_rows.clear();
        }
    }
    found.sort_by_key(|(_, of_rows)| !of_rows.is_empty());
    found
}

/// As many columns are named one by one even if they are all.
const NAMED: usize = 4;

/// The heads of columns, separated by semicolons; one phrase for all of many columns.
fn heads(columns: &[usize], definition: &TableDefinition, edition: &Edition) -> Bilingual {
    if columns.len() == definition.columns.len() && columns.len() > NAMED {
        return edition.words.phrases.every_column.clone();
    }
    let texts: Vec<Bilingual> = columns
        .iter()
        .map(|i| {
            let head = &definition.columns[*i].head;
            match &head.over {
                Some(over) => Bilingual::new(
                    format!("{} {}", over.vi, head.head.vi),
                    format!("{} {}", over.en, head.head.en),
                ),
                None => head.head.clone(),
            }
        })
        .collect();
    Bilingual::joined(&texts, "; ")
}

/// Where the figures come from: forms, edition, and how many units reported.
pub(super) fn source(
    definition: &TableDefinition,
    edition: &Edition,
    reported: &[Reported],
) -> Bilingual {
    let phrases = &edition.words.phrases;
    let counts: Vec<String> = reported
        .iter()
        .filter(|r| r.expected > 0)
        .map(|r| format!("{}: {}/{}", r.period, r.units, r.expected))
        .collect();
    let line = |source: &str, edition_source: &str, title: &str, phrase: &str| {
        let mut line = format!("{source}. {edition_source}. {title}.");
        if !counts.is_empty() {
            line.extend([" ", phrase, ": ", &counts.join("; "), "."]);
        }
        line
    };
    Bilingual {
        vi: line(
            &definition.source.vi,
            &edition.source.vi,
            &edition.title.vi,
            &phrases.reported.vi,
        ),
        en: line(
            &definition.source.en,
            &edition.source.en,
            &edition.title.en,
            &phrases.reported.en,
        ),
    }
}
