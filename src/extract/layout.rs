//! Where the tables of a sheet are: one below the other, side by side, or on their side, with the rows of the form as
//! columns.

use super::form::Form;
use super::head_meaning::ColumnRole;
use super::header::{
    Budget, Header, MAX_COLUMNS_TRIED, MAX_HEADER_ROWS, forms_with_label_head, header_at,
    label_heads,
};
use super::title::read_title;
use super::vocabulary::Vocabulary;
use crate::read::{Address, CellContent, Sheet};

/// Rows with a label head that are tried in one sheet: more than the sheet of any report has.
const MAX_TRIED: usize = 500;

/// Columns that a table may have left of its label column.
const MAX_STUB_COLUMNS: u32 = 6;

/// Rows above two tables side by side in which their titles are looked for.
const MAX_TITLE_ROWS: u32 = 40;

/// Rows that a table on its side may take: they are the columns of the form.
const MAX_ROWS_ON_ITS_SIDE: u32 = 200;

/// Where a table is: its header, and the rows of the sheet that it takes.
pub(super) struct TablePlace {
    pub header: Header,
    /// For a table on its side: its part of the sheet, with rows and columns exchanged.
    pub turned: Option<Sheet>,
    /// First row of the header, or of the table on its side.
    pub top: u32,
    /// Last row of the header, or of the table on its side.
    pub bottom: u32,
}

/// Two tables side by side.
pub(super) struct SideBySide {
    /// The row from which the sheet is cut.
    pub from: u32,
    /// The first column of the right table.
    pub cut: u32,
}

/// The tables of a sheet, from the top down to where two are side by side.
#[derive(Default)]
pub(super) struct SheetLayout {
    pub places: Vec<TablePlace>,
    pub beside: Option<SideBySide>,
    /// There are more label heads than are tried.
    pub gave_up: bool,
}

/// Finds where the tables of a sheet are.
pub(super) fn lay_out(sheet: &Sheet, vocabulary: &Vocabulary) -> SheetLayout {
    let mut layout = SheetLayout::default();
    let heads = label_heads(sheet, vocabulary);
    let mut tried = 0;
    let mut budget = Budget(MAX_COLUMNS_TRIED);
    let mut last_row = None;
    // The form that the rows since the last table name, and the first row not yet searched for one.
    let mut named = None;
    let mut unread = 0;
    for (i, head) in heads.iter().enumerate() {
        let from = layout.places.last().map_or(0, |last| last.bottom + 1);
        if head.row < from || last_row == Some(head.row) {
            continue;
        }
        if tried == MAX_TRIED || budget.0 == 0 {
            layout.gave_up = true;
            break;
        }
        tried += 1;
        let near = heads[i + 1..]
            .iter()
            .take_while(|other| other.row < head.row + MAX_HEADER_ROWS)
            .find(|other| other.column > head.column);
        if let Some(cut) =
            near.and_then(|other| cut_between(sheet, vocabulary, *head, *other, from, &mut budget))
        {
            layout.beside = Some(SideBySide { from, cut });
            break;
        }
        named = named.or_else(|| named_above(sheet, vocabulary, unread, head.row));
        unread = head.row.max(unread);
        let found = header_at(sheet, vocabulary, *head, from, named, &mut budget)
            .map(|header| TablePlace {
                top: header.top,
                bottom: header.bottom,
                turned: None,
                header,
            })
            .or_else(|| on_its_side(sheet, vocabulary, *head, from, named, &mut budget));
        match found {
            Some(found) => {
                unread = found.bottom + 1;
                named = None;
                layout.places.push(found);
                last_row = None;
            }
            // Another head in this row would be tried with the same rows around it.
            None => last_row = Some(head.row),
        }
    }
    layout
}

/// The form that the rows `from..to` name.
fn named_above(sheet: &Sheet, vocabulary: &Vocabulary, from: u32, to: u32) -> Option<usize> {
    read_title(sheet, from, to, vocabulary).named_form(vocabulary)
}

/// The first column of the right table, if two label heads belong to two tables side by side. Of all possible cuts, the
/// one counts that leaves both tables with most columns.
fn cut_between(
    sheet: &Sheet,
    vocabulary: &Vocabulary,
    left: Address,
    right: Address,
    from: u32,
    budget: &mut Budget,
) -> Option<u32> {
    let lowest = left.row.max(right.row) + MAX_HEADER_ROWS;
    let from = from.max(left.row.saturating_sub(MAX_TITLE_ROWS));
    let band = sheet.part(from..=lowest, 0..=u32::MAX);
    let mut fits = |columns: std::ops::RangeInclusive<u32>, anchor: Address| {
        let side = band.part(0..=u32::MAX, columns);
        let named = named_above(&side, vocabulary, from, anchor.row);
        header_at(&side, vocabulary, anchor, from, named, budget).map(|header| header.score())
    };
    let first = (left.column + 1).max(right.column.saturating_sub(MAX_STUB_COLUMNS));
    let mut best: Option<(usize, u32)> = None;
    for cut in first..=right.column {
        let (Some(a), Some(b)) = (fits(0..=cut - 1, left), fits(cut..=u32::MAX, right)) else {
            continue;
        };
        if best.is_none_or(|(score, _)| a + b > score) {
            best = Some((a + b, cut));
        }
    }
    best.map(|(_, cut)| cut)
}

/// A table on its side: its label head begins a row of labels.
fn on_its_side(
    sheet: &Sheet,
    vocabulary: &Vocabulary,
    head: Address,
    from: u32,
    named: Option<usize>,
    budget: &mut Budget,
) -> Option<TablePlace> {
    if !begins_row_of_labels(sheet, vocabulary, head, named) {
        return None;
    }
    let mut best: Option<(u32, Header)> = None;
    for top in (from.max(head.row.saturating_sub(2))..=head.row).rev() {
        let turned = sheet
            .part(top..=top + MAX_ROWS_ON_ITS_SIDE, 0..=u32::MAX)
            .transposed();
        let Some(header) = header_at(&turned, vocabulary, head.transposed(), 0, named, budget)
        else {
            continue;
        };
        if best
            .as_ref()
            .is_none_or(|(_, b)| header.score() > b.score())
        {
            best = Some((top, header));
        }
    }
    let (top, header) = best?;
    let bottom = last_row_on_its_side(sheet, top, &header)?;
    let turned = sheet.part(top..=bottom, 0..=u32::MAX).transposed();
    let header = header_at(&turned, vocabulary, head.transposed(), 0, named, budget)?;
    Some(TablePlace {
        header,
        turned: Some(turned),
        top,
        bottom,
    })
}

/// Whether at least two cells to the right of a label head are labels of its forms.
fn begins_row_of_labels(
    sheet: &Sheet,
    vocabulary: &Vocabulary,
    head: Address,
    named: Option<usize>,
) -> bool {
    let Some(text) = sheet.get(head).and_then(CellContent::text) else {
        return false;
    };
    let asked: Vec<&Form> = forms_with_label_head(text, vocabulary)
        .into_iter()
        .filter(|form| named.is_none_or(|named| named == *form))
        .map(|form| &vocabulary.forms[form])
        .collect();
    let is_label = |content: &CellContent| {
        content.text().is_some_and(|text| {
            let folded = vocabulary.fold_label(text);
            asked
                .iter()
                .any(|form| form.rows.iter().any(|row| row.labels.contains(&folded)))
        })
    };
    let right = sheet
        .row(head.row)
        .filter(|(at, _)| at.column > head.column);
    right.filter(|(_, content)| is_label(content)).count() >= 2
}

/// The last row of a table on its side that begins at `top`. After the last row that means something it continues as
/// long as rows hold numbers.
fn last_row_on_its_side(sheet: &Sheet, top: u32, header: &Header) -> Option<u32> {
    let right_of_heads = header.bottom + 1;
    let mut bottom = header
        .columns
        .iter()
        .filter(|c| c.role != ColumnRole::Unknown)
        .map(|c| c.column)
        .max()?;
    let has_number = |row: u32| {
        sheet.row(row).any(|(at, c)| {
            at.column >= right_of_heads
                && matches!(c, CellContent::Number(_) | CellContent::Shown(_))
        })
    };
    while bottom < top + MAX_ROWS_ON_ITS_SIDE && has_number(bottom + 1) {
        bottom += 1;
    }
    Some(bottom)
}
