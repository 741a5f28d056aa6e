//! Where the tables of a sheet are: one under another, side by side, or lying on their side with the
//! rows of the form as columns.

use super::Vocabulary;
use super::form::Form;
use super::header::{
    Budget, Header, MAX_COLUMNS_TRIED, MAX_HEADER_ROWS, Role, forms_with_label_head, header_at,
    label_heads,
};
use super::label::{without_footnote, without_numbering};
use super::table::form_named;
use super::title::read_title;
use crate::read::{Address, CellContent, Sheet};

/// Rows with a label head that are tried in one sheet. No sheet of a report has so many.
const MAX_TRIED: usize = 500;

/// How far left of its label column a table may begin.
const MAX_STUB_COLUMNS: u32 = 6;

/// How far above two tables side by side their titles are looked for.
const MAX_TITLE_ROWS: u32 = 40;

/// Rows that a table on its side may take: the columns of a form.
const MAX_ROWS_ON_ITS_SIDE: u32 = 200;

/// A table found: its header, and the rows of the sheet it takes.
pub(super) struct Found {
    pub header: Header,
    /// For a table on its side: its part of the sheet, turned.
    pub turned: Option<Sheet>,
    /// First row of the header, or of the table on its side.
    pub top: u32,
    /// Last row of the header, or of the table on its side.
    pub bottom: u32,
}

/// Tables that stand beside each other.
pub(super) struct Beside {
    /// The row from which the sheet is cut.
    pub from: u32,
    /// The first column of the right side.
    pub cut: u32,
}

/// The tables of a sheet, from the top, down to where two stand beside each other.
#[derive(Default)]
pub(super) struct Layout {
    pub places: Vec<Found>,
    pub beside: Option<Beside>,
    /// There were more label heads than are tried.
    pub gave_up: bool,
}

/// Finds where the tables of a sheet are.
pub(super) fn lay_out(sheet: &Sheet, vocabulary: &Vocabulary) -> Layout {
    let mut layout = Layout::default();
    let heads = label_heads(sheet, vocabulary);
    let mut tried = 0;
    let mut budget = Budget(MAX_COLUMNS_TRIED);
    let mut last_row = None;
    // The form that the rows since the last table name, and the first row not looked at for it.
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
            layout.beside = Some(Beside { from, cut });
            break;
        }
        named = named.or_else(|| named_above(sheet, vocabulary, unread, head.row));
        unread = head.row.max(unread);
        let found = header_at(sheet, vocabulary, *head, from, named, &mut budget)
            .map(|header| Found {
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
            // Another head in the same row would be tried with the same rows around it.
            None => last_row = Some(head.row),
        }
    }
    layout
}

fn named_above(sheet: &Sheet, vocabulary: &Vocabulary, from: u32, to: u32) -> Option<usize> {
    let title = read_title(sheet, from, to, vocabulary);
    form_named(&title, vocabulary)
}

/// The first column of the right one of two tables, if two label heads are those of two tables. The cut
/// that leaves both with most columns is taken.
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

/// A table whose label head begins a row of labels: the form, turned.
fn on_its_side(
    sheet: &Sheet,
    vocabulary: &Vocabulary,
    head: Address,
    from: u32,
    named: Option<usize>,
    budget: &mut Budget,
) -> Option<Found> {
    let folder = &vocabulary.folder;
    let text = sheet.get(head).and_then(CellContent::text)?;
    let asked: Vec<&Form> = forms_with_label_head(text, vocabulary)
        .into_iter()
        .filter(|form| named.is_none_or(|named| named == *form))
        .map(|form| &vocabulary.forms[form])
        .collect();
    let is_label = |content: &CellContent| {
        content.text().is_some_and(|text| {
            let bare = without_footnote(without_numbering(vocabulary.split_measure(text).0));
            let folded = folder.fold(bare);
            asked
                .iter()
                .any(|form| form.rows.iter().any(|row| row.labels.contains(&folded)))
        })
    };
    let labels = sheet
        .row(head.row)
        .filter(|(at, _)| at.column > head.column);
    if labels.filter(|(_, content)| is_label(content)).count() < 2 {
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
    // Below the last row that means something the table goes on as long as rows hold numbers.
    let right_of_heads = header.bottom + 1;
    let mut bottom = header
        .columns
        .iter()
        .filter(|c| c.role != Role::Unknown)
        .map(|c| c.column)
        .max()?;
    let has_number = |row: u32| {
        sheet
            .row(row)
            .any(|(at, c)| at.column >= right_of_heads && matches!(c, CellContent::Number(_)))
    };
    while bottom < top + MAX_ROWS_ON_ITS_SIDE && has_number(bottom + 1) {
        bottom += 1;
    }
    let turned = sheet.part(top..=bottom, 0..=u32::MAX).transposed();
    let header = header_at(&turned, vocabulary, head.transposed(), 0, named, budget)?;
    Some(Found {
        header,
        turned: Some(turned),
        top,
        bottom,
    })
}
