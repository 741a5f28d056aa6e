//! The head of a record list: a form with thousands of rows, one for each record. It is found by its words, like the
//! head of any form; the rows below it never become a sheet in memory.

use std::collections::BTreeSet;

use super::form::RecordShape;
use super::slip::is_slip;
use super::title::{Stated, Title, read_title};
use super::vocabulary::Vocabulary;
use crate::read::{Address, CellContent, Sheet};
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
        self.field_set().len()
    }

    fn field_set(&self) -> BTreeSet<usize> {
        self.columns.iter().filter_map(|c| c.field).collect()
    }

    /// Whether it has the same heads as another one of its form.
    fn repeats(&self, other: &Self) -> bool {
        self.form == other.form && self.field_set() == other.field_set()
    }

    /// Whether it has the same heads in the same columns as another one, and nothing new stands above it.
    pub(super) fn goes_on(&self, other: &Self) -> bool {
        let places = |head: &Self| -> Vec<(u32, Option<usize>)> {
            head.columns.iter().map(|c| (c.column, c.field)).collect()
        };
        self.form == other.form
            && places(self) == places(other)
            && self.title.says_the_same_as(&other.title)
    }

    /// The first and the last column of its fields.
    pub(super) fn reach(&self) -> (u32, u32) {
        let known = self.columns.iter().filter(|c| c.field.is_some());
        let columns: Vec<u32> = known.map(|c| c.column).collect();
        let first = columns.iter().min().copied().unwrap_or(0);
        (first, columns.iter().max().copied().unwrap_or(first))
    }

    /// Whether it has the head of a field.
    fn has(&self, field: usize) -> bool {
        self.columns.iter().any(|c| c.field == Some(field))
    }

    /// Whether it can be no other list, even if nothing above it names the form.
    fn is_clear(&self, shape: &RecordShape) -> bool {
        let mut required = (0..shape.fields.len()).filter(|i| shape.fields[*i].required);
        2 * self.fields() >= shape.fields.len() && required.all(|field| self.has(field))
    }
}

/// Rows that a head takes, at most.
const MOST_HEAD_ROWS: u32 = 3;

/// Fields that the head of a list must have, at least, if the block above it names the form.
const FEWEST_FIELDS: usize = 3;

/// What is known of a place where the head of a list may be.
#[derive(Debug, Clone, Copy, Default)]
pub struct HeadContext<'a> {
    /// The first row that belongs to no table above.
    pub from: u32,
    /// The head of an earlier list of the document, which a list that names no form continues if it has the same heads.
    pub continued: Option<&'a RecordHead>,
    /// The form that the sheet names for all its tables.
    pub expected: Option<usize>,
}

/// The head of a record list whose last row is `row`, if it is one.
///
/// Where the form is named by its code or its title, or by its code in the name of the sheet, three heads are enough, with
/// that of the field that names a record. Heads alone must be at least half of the form's, and all those that a list must
/// have.
#[must_use]
pub fn record_head(
    sheet: &Sheet,
    row: u32,
    context: HeadContext<'_>,
    vocabulary: &Vocabulary,
) -> Option<RecordHead> {
    let mut found: Vec<RecordHead> = Vec::new();
    let first = context.from.max(row.saturating_sub(MOST_HEAD_ROWS - 1));
    let texts = texts_near(sheet, first, row);
    for (index, form) in vocabulary.forms.iter().enumerate() {
        let Some(shape) = form.records.as_ref().filter(|_| texts >= FEWEST_FIELDS) else {
            continue;
        };
        let (columns, top) = columns_under(sheet, (first, row), shape, vocabulary);
        let head = RecordHead {
            form: index,
            top,
            bottom: row,
            columns,
            title: Title::default(),
        };
        if head.fields() >= FEWEST_FIELDS && head.has(shape.naming) {
            found.push(head);
        }
    }
    let top = found.iter().map(|head| head.top).min()?;
    let title = |top: u32| {
        let from = block_top(sheet, top, context.from, vocabulary);
        read_title(sheet, from, top, vocabulary)
    };
    let named = title(top).named_form(vocabulary);
    let expected = named
        .or(context.expected)
        .or_else(|| named_by_sheet(sheet, vocabulary));
    found.retain(|head| {
        let form = &vocabulary.forms[head.form];
        let code_of = |index: usize| &vocabulary.forms[index].code;
        let is_other = named.is_some_and(|named| *code_of(named) != form.code);
        let shape = form.records.as_ref();
        let is_continued = || {
            let before = context.continued;
            before.is_some_and(|before| head.repeats(before))
        };
        let is_clear = || shape.is_some_and(|shape| head.is_clear(shape));
        let is_expected = expected.is_some_and(|form_index| *code_of(form_index) == form.code);
        !is_other && (is_expected || is_continued() || is_clear())
    });
    // The first of those with most fields.
    let mut best = found.into_iter().rev().max_by_key(RecordHead::fields)?;
    best.title = title(best.top);
    Some(best)
}

/// The first row of the block above a head whose first row is `top`: lines of one or two cells. A sum, and a row with a
/// number that states nothing, belong to the table above.
#[must_use]
pub(super) fn block_top(sheet: &Sheet, top: u32, from: u32, vocabulary: &Vocabulary) -> u32 {
    if from == 0 {
        return 0;
    }
    let mut first = top;
    for (row, cells) in sheet.rows().rev().filter(|(row, _)| *row < top) {
        if row < from || cells.len() > 2 || !is_line(sheet, row, vocabulary) {
            break;
        }
        first = row;
    }
    first
}

/// Whether a row of one or two cells may be a line of the block above a table.
fn is_line(sheet: &Sheet, row: u32, vocabulary: &Vocabulary) -> bool {
    let mut texts = sheet.row(row).filter_map(|(_, content)| content.text());
    let folded = texts.next().map(|text| vocabulary.folder.fold(text));
    if folded.is_some_and(|text| vocabulary.words.is_subtotal(&text)) {
        return false;
    }
    let is_number = |content: &CellContent| match content.text() {
        None => true,
        Some(text) => text.starts_with(|c: char| c.is_ascii_digit()),
    };
    let has_number = sheet.row(row).any(|(_, content)| is_number(content));
    !has_number || states_something(&read_title(sheet, row, row + 1, vocabulary))
}

/// Whether a block states anything about its table.
fn states_something(title: &Title) -> bool {
    let lines = [
        &title.form,
        &title.reporter,
        &title.unit_code,
        &title.measure,
    ];
    lines.into_iter().any(Option::is_some)
        || title.geography.is_some()
        || title.sending.is_some()
        || !title.periods.is_empty()
        || !title.other_periods.is_empty()
}

/// The form whose code the name of a sheet has as words of its own.
fn named_by_sheet(sheet: &Sheet, vocabulary: &Vocabulary) -> Option<usize> {
    let name = format!(" {} ", vocabulary.folder.fold(sheet.name.as_deref()?));
    let mut forms = vocabulary.forms.iter();
    forms.position(|form| name.contains(&format!(" {} ", form.folded_code)))
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

/// Number of columns that hold text in the rows `first..=row`: under a head there are many.
fn texts_near(sheet: &Sheet, first: u32, row: u32) -> usize {
    let columns: BTreeSet<u32> = (first..=row)
        .flat_map(|row| sheet.row(row))
        .filter(|(_, content)| content.text().is_some())
        .map(|(at, _)| at.column)
        .collect();
    columns.len()
}

/// The columns whose heads stand in the rows `first..=row`, and the first row of their heads.
fn columns_under(
    sheet: &Sheet,
    (first, row): (u32, u32),
    shape: &RecordShape,
    vocabulary: &Vocabulary,
) -> (Vec<FieldColumn>, u32) {
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
