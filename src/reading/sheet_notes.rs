//! Findings about a sheet besides its tables: old encodings, hidden cells, a resemblance to a form.

use std::collections::BTreeSet;

use crate::diagnostic::{Finding, Place, findings};
use crate::extract::{SheetTable, nearest_form};
use crate::normalize::RecordList;
use crate::plan::Plan;
use crate::read::{Address, CellContent, Sheet};

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

/// Findings about old encodings and about hidden rows and columns that were read.
pub(super) fn notes_on_reading(
    sheet: &Sheet,
    tables: &[SheetTable],
    list: Option<&RecordList>,
    place: &Place,
) -> Vec<Finding> {
    let decoded = note_on_encodings(sheet, place);
    let hidden = note_on_hidden_cells(sheet, tables, list, place);
    decoded.into_iter().chain(hidden).collect()
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
    list: Option<&RecordList>,
    place: &Place,
) -> Option<Finding> {
    let hidden = |at: &Address| {
        sheet.hides(*at) && tables.iter().any(|t| t.ranges.iter().any(|r| r.holds(*at)))
    };
    let (rows, columns, count) = if let Some(list) = list {
        // The cells of a list need not be in the grid of the sheet.
        list.filled.hidden_by(sheet)
    } else {
        let cells: Vec<Address> = sheet.cells().map(|(at, _)| at).filter(hidden).collect();
        let of_rows = cells.iter().filter(|at| sheet.hides_row(at.row));
        let of_columns = cells.iter().filter(|at| sheet.hides_column(at.column));
        (
            of_rows.map(|at| at.row + 1).collect(),
            of_columns.map(|at| at.column).collect(),
            cells.len(),
        )
    };
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
