//! The head of a record list: a form with thousands of rows, one for each record. It is found by its words, like the
//! head of any form; the rows below it never become a sheet in memory.

use std::collections::BTreeSet;

use super::form::RecordShape;
use super::slip::is_slip;
use super::title::{Stated, Title, read_title};
use super::vocabulary::Vocabulary;
use crate::read::{Address, Sheet};
use crate::text::one_line;

/// A column under the head of a record list.
#[derive(Debug, Clone)]
pub struct FieldColumn {
    /// The column of the sheet, from 0.
    pub column: u32,
    /// Index of the field; none if the form has no such head.
    pub field: Option<usize>,
    /// The head, as read.
    pub head: Stated,
    /// The unit of measure that the head states.
    pub measure: Option<Stated>,
    /// Whether the head has a slip.
    pub slip: bool,
}

/// The head of a record list.
#[derive(Debug, Clone)]
pub struct RecordHead {
    /// Index in `Vocabulary::forms`.
    pub form: usize,
    /// Its first row.
    pub top: u32,
    /// Its last row.
    pub bottom: u32,
    /// Its columns, from the left.
    pub columns: Vec<FieldColumn>,
    /// The texts above it.
    pub title: Title,
}

impl RecordHead {
    /// Number of fields that it has.
    #[must_use]
    pub fn fields(&self) -> usize {
        let found: BTreeSet<usize> = self.columns.iter().filter_map(|c| c.field).collect();
        found.len()
    }
}

/// Rows that a head takes, at most.
const MOST_HEAD_ROWS: u32 = 3;

/// Fields that a head must have, at least.
const FEWEST_FIELDS: usize = 3;

/// The head of a record list whose last row is `row`, if it is one.
#[must_use]
pub fn record_head(sheet: &Sheet, row: u32, vocabulary: &Vocabulary) -> Option<RecordHead> {
    let mut best: Option<RecordHead> = None;
    for (index, form) in vocabulary.forms.iter().enumerate() {
        let Some(shape) = &form.records else { continue };
        if texts_near(sheet, row) < FEWEST_FIELDS.max(shape.fields.len() / 2) {
            continue;
        }
        let (columns, top) = columns_under(sheet, row, shape, vocabulary);
        let head = RecordHead {
            form: index,
            top,
            bottom: row,
            columns,
            title: Title::default(),
        };
        let has = |field: usize| head.columns.iter().any(|c| c.field == Some(field));
        let wanted = (0..shape.fields.len())
            .filter(|i| *i == shape.naming || shape.fields[*i].required)
            .all(has);
        let found = head.fields();
        let enough = found >= FEWEST_FIELDS && 2 * found >= shape.fields.len();
        if wanted && enough && best.as_ref().is_none_or(|b| b.fields() < found) {
            best = Some(head);
        }
    }
    let mut head = best?;
    head.title = read_title(sheet, 0, head.top, vocabulary);
    let other = head
        .title
        .named_form(vocabulary)
        .is_some_and(|named| named != head.form);
    (!other).then_some(head)
}

/// Whether the row below a head holds nothing but words under heads that are merged over several columns.
#[must_use]
pub fn has_sub_heads(sheet: &Sheet, head: &RecordHead) -> bool {
    let mut cells = sheet.row(head.bottom + 1).peekable();
    let is_merged_above = |at: Address| {
        let above = sheet.merged_at(Address::new(head.bottom, at.column));
        above.is_some_and(|range| range.end.column > range.start.column)
    };
    cells.peek().is_some()
        && cells.all(|(at, content)| content.text().is_some() && is_merged_above(at))
}

/// Number of columns that hold text in a row or right above it: under a head there are many.
fn texts_near(sheet: &Sheet, row: u32) -> usize {
    let first = row.saturating_sub(MOST_HEAD_ROWS - 1);
    let columns: BTreeSet<u32> = (first..=row)
        .flat_map(|row| sheet.row(row))
        .filter(|(_, content)| content.text().is_some())
        .map(|(at, _)| at.column)
        .collect();
    columns.len()
}

/// The columns whose heads end in `row`, and the first row of their heads.
fn columns_under(
    sheet: &Sheet,
    row: u32,
    shape: &RecordShape,
    vocabulary: &Vocabulary,
) -> (Vec<FieldColumn>, u32) {
    let first = row.saturating_sub(MOST_HEAD_ROWS - 1);
    let places: BTreeSet<u32> = (first..=row)
        .flat_map(|row| sheet.row(row).map(|(at, _)| at.column))
        .collect();
    let mut columns: Vec<FieldColumn> = Vec::new();
    let mut top = row;
    for column in places {
        let texts = texts_up(sheet, column, first, row);
        let Some((at, own)) = texts.first() else {
            continue;
        };
        let mut tried = vec![FieldHead::of(own, *at, vocabulary)];
        if let Some((above, text)) = texts.iter().find(|(_, text)| text != own) {
            tried.push(FieldHead::of(&format!("{text} {own}"), *above, vocabulary));
            // A head over several columns is that of the one that is the whole.
            if vocabulary.words.columns.whole.contains(&tried[0].folded) {
                tried.push(FieldHead::of(text, *above, vocabulary));
            }
        }
        let found = tried.iter().find_map(|head| {
            let (field, slip) = field_of(&head.folded, shape)?;
            Some((head, field, slip))
        });
        let taken = |field: usize| columns.iter().any(|c: &FieldColumn| c.field == Some(field));
        let known = found.filter(|(_, field, _)| !taken(*field));
        // A text above a column without a head may be a title.
        if known.is_none() && at.row < row && sheet.merged_at(Address::new(row, column)).is_none() {
            continue;
        }
        let measure = known.map_or(&tried[0], |(head, ..)| head).measure.clone();
        if let Some((head, ..)) = known {
            let from = sheet
                .merged_at(head.at)
                .map_or(head.at.row, |r| r.start.row);
            top = top.min(from);
        }
        columns.push(FieldColumn {
            column,
            field: known.map(|(_, field, _)| field),
            head: Stated {
                text: own.clone(),
                at: *at,
            },
            measure: measure.map(|text| Stated { text, at: *at }),
            slip: known.is_some_and(|(.., slip)| slip),
        });
    }
    (columns, top)
}

/// The texts of a column from row `last` up to row `first`, each on one line.
fn texts_up(sheet: &Sheet, column: u32, first: u32, last: u32) -> Vec<(Address, String)> {
    (first..=last)
        .rev()
        .filter_map(|row| {
            let at = Address::new(row, column);
            let text = sheet.shown(at)?.text()?;
            Some((at, one_line(text)))
        })
        .collect()
}

/// The field that a folded head names, and whether the head has a slip.
fn field_of(folded: &str, shape: &RecordShape) -> Option<(usize, bool)> {
    let exact = shape
        .fields
        .iter()
        .position(|f| f.heads.iter().any(|head| head == folded));
    exact.map(|field| (field, false)).or_else(|| {
        shape
            .fields
            .iter()
            .position(|f| f.heads.iter().any(|head| is_slip(head, folded)))
            .map(|field| (field, true))
    })
}

/// A head without its unit of measure, numbering and footnotes.
struct FieldHead {
    at: Address,
    folded: String,
    measure: Option<String>,
}

impl FieldHead {
    fn of(text: &str, at: Address, vocabulary: &Vocabulary) -> Self {
        let (_, measure) = vocabulary.split_measure(text);
        Self {
            at,
            folded: vocabulary.fold_label(text),
            measure: measure.map(str::to_owned),
        }
    }
}
