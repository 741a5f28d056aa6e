//! Findings about a sheet besides its tables: old encodings, hidden cells, a resemblance to a form.

use std::collections::BTreeSet;

use crate::diagnostic::{Finding, Place, findings};
use crate::extract::{ListLayout, SheetTable, nearest_form};
use crate::normalize::RecordList;
use crate::plan::Plan;
use crate::read::{Address, CellContent, ReadNote, Sheet};

/// The hint that a sheet without a form resembles one.
pub(super) fn like_a_form(plan: &Plan, sheet: &Sheet, place: &Place) -> Option<Finding> {
    let near = nearest_form(sheet, &plan.vocabulary)?;
    let heads: Vec<String> = near.heads.iter().map(Address::to_string).collect();
    let label_head = near.label_head.map(|at| at.to_string());
    let place = Place {
        form: Some(near.form.clone()),
        cell: near
            .label_head
            .or(near.heads.first().copied())
            .map(|at| at.to_string()),
        ..place.clone()
    };
    let resembles = findings::TH222 {
        form: near.form,
        label_head: or_dash(label_head.unwrap_or_default()),
        heads: or_dash(heads.join(", ")),
        rows: near.rows,
    };
    Some(resembles.at(place))
}

fn or_dash(text: String) -> String {
    if text.is_empty() {
        "-".to_owned()
    } else {
        text
    }
}

/// Findings about old encodings and about hidden rows and columns that were read. The first `values` tables are tables of
/// values, the others are lists.
pub(super) fn notes_on_reading(
    sheet: &Sheet,
    (tables, values): (&[SheetTable], usize),
    lists: &[RecordList],
    place: &Place,
) -> Vec<Finding> {
    let decoded = note_on_encodings(sheet, place);
    let hidden = note_on_hidden_cells(sheet, &tables[..values], lists, place);
    let mut notes: Vec<Finding> = decoded.into_iter().chain(hidden).collect();
    notes.extend(notes_of_reader(sheet, tables, place));
    // All cells of a list below its head are given to the list.
    notes.extend(note_on_withheld(sheet, &tables[..values], place));
    notes
}

/// Findings about tables beside or below a list of which nobody can tell the form.
pub(super) fn notes_on_layout(layout: &ListLayout, place: &Place) -> Vec<Finding> {
    let at_cell = |at: &Address| Place {
        cell: Some(at.to_string()),
        ..place.clone()
    };
    let unclear = layout.unclear.iter().map(|stated| {
        let head = &stated.text;
        findings::TH241 { head }.at(at_cell(&stated.at))
    });
    let gave_up = layout.gave_up.then(|| findings::TH221.at(place.clone()));
    unclear.chain(gave_up).collect()
}

/// Cells of one kind that are named one by one.
const NAMED_ONE_BY_ONE: usize = 100;

/// What the reader noticed within the tables of a sheet, and where the sheet is damaged.
pub(super) fn notes_of_reader(sheet: &Sheet, tables: &[SheetTable], place: &Place) -> Vec<Finding> {
    let at_cell = |at: &Address| Place {
        cell: Some(at.to_string()),
        ..place.clone()
    };
    let in_a_table = |at: &Address| tables.iter().any(|t| t.ranges.iter().any(|r| r.holds(*at)));
    let struck = sheet
        .notes()
        .iter()
        .filter(|(at, note)| *note == ReadNote::StruckPart && in_a_table(at))
        .take(NAMED_ONE_BY_ONE)
        .map(|(at, _)| findings::TH327.at(at_cell(at)));
    let damaged = sheet.notes().iter().filter_map(|(at, note)| match note {
        ReadNote::DamagedFrom(reason) => Some(findings::TH130 { reason }.at(at_cell(at))),
        ReadNote::Skipped(_) => Some(findings::TH326.at(at_cell(at))),
        ReadNote::StruckPart => None,
    });
    struck.chain(damaged).collect()
}

/// Cells of the tables that are withheld and are no values: labels, heads, cells beside the form. Values get a finding
/// where they are normalized.
fn note_on_withheld(sheet: &Sheet, tables: &[SheetTable], place: &Place) -> Option<Finding> {
    let in_a_table = |at: &Address| tables.iter().any(|t| t.ranges.iter().any(|r| r.holds(*at)));
    let values: BTreeSet<Address> = tables
        .iter()
        .flat_map(|table| table.cells.iter().map(|cell| cell.at))
        .collect();
    let others: Vec<Address> = sheet
        .all_withheld()
        .map(|(at, _)| at)
        .filter(|at| in_a_table(at) && !values.contains(at))
        .collect();
    let first = others.first()?;
    let count = others.len();
    Some(findings::TH131 { count }.at(Place {
        cell: Some(first.to_string()),
        ..place.clone()
    }))
}

/// The finding that texts are in an old encoding, with the first one as read and as decoded.
fn note_on_encodings(sheet: &Sheet, place: &Place) -> Option<Finding> {
    let (at, first) = sheet.all_undecoded().next()?;
    let encodings: BTreeSet<&str> = sheet
        .all_undecoded()
        .map(|(_, undecoded)| undecoded.encoding.as_str())
        .collect();
    let decoded = findings::TH215 {
        encoding: Vec::from_iter(encodings).join(", "),
        count: sheet.all_undecoded().count(),
        read: &first.text,
        decoded: sheet.get(at).map(CellContent::as_read).unwrap_or_default(),
    };
    Some(decoded.at(Place {
        cell: Some(at.to_string()),
        ..place.clone()
    }))
}

/// The finding that hidden rows and columns have cells of tables.
fn note_on_hidden_cells(
    sheet: &Sheet,
    tables: &[SheetTable],
    lists: &[RecordList],
    place: &Place,
) -> Option<Finding> {
    let hidden = |at: &Address| {
        sheet.hides(*at) && tables.iter().any(|t| t.ranges.iter().any(|r| r.holds(*at)))
    };
    let cells: Vec<Address> = sheet.cells().map(|(at, _)| at).filter(hidden).collect();
    let of_rows = cells.iter().filter(|at| sheet.hides_row(at.row));
    let of_columns = cells.iter().filter(|at| sheet.hides_column(at.column));
    let mut rows: BTreeSet<u32> = of_rows.map(|at| at.row + 1).collect();
    let mut columns: BTreeSet<u32> = of_columns.map(|at| at.column).collect();
    let mut count = cells.len();
    for list in lists {
        // The cells of a list need not be in the grid of the sheet.
        let (of_rows, of_columns, cells) = list.filled.hidden_by(sheet);
        rows.extend(of_rows);
        columns.extend(of_columns);
        count += cells;
    }
    if count == 0 {
        return None;
    }
    let columns: BTreeSet<String> = columns.into_iter().map(Address::column_name).collect();
    let hidden = findings::TH214 {
        rows: or_dash(in_runs(&rows)),
        columns: or_dash(Vec::from_iter(columns).join(", ")),
        count,
    };
    Some(hidden.at(place.clone()))
}

/// Writes numbers as `3, 5-9`.
fn in_runs(numbers: &BTreeSet<u32>) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for n in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *n => *last = *n,
            _ => runs.push((*n, *n)),
        }
    }
    let runs: Vec<String> = runs
        .into_iter()
        .map(|(a, b)| {
            if a == b {
                a.to_string()
            } else {
                format!("{a}-{b}")
            }
        })
        .collect();
    runs.join(", ")
}
