//! Record lists: forms of thousands of rows, one a record. Their heads are found by their words like those of other
//! forms; what stands below is never held as a grid, but given away cell by cell.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use super::Vocabulary;
use super::form::is_slip;
use super::label::{one_line, without_footnote, without_numbering};
use super::table::form_named;
use super::title::{Stated, Title, read_title};
use crate::read::{Address, Sheet};

/// A field of a record list, as the form's file states it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRecordField {
    /// Column of the lake's table; of a field that is not kept, its name.
    pub column: Spanned<String>,
    /// The ways its head may be written, the first as it is printed.
    pub head: Vec<String>,
    /// What its cells hold.
    #[serde(rename = "type")]
    pub kind: FieldKind,
    /// Unit of measure in which the lake keeps it.
    pub unit: Option<Spanned<String>>,
    /// Of a text: a number has so many digits, and a spreadsheet takes zeros off its front.
    pub digits: Option<usize>,
    /// A list without it is not this form.
    #[serde(default)]
    pub required: bool,
    /// Code of the lake to the words that stand for it; of a flag, `true` and `false`.
    #[serde(default)]
    pub codes: BTreeMap<String, Vec<String>>,
    /// The code list whose codes and names stand for its codes.
    pub list: Option<Spanned<String>>,
}

/// What the cells of a field hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// Text as it stands.
    Text,
    /// One of a list of codes.
    Code,
    /// A day, a month or a year.
    Date,
    /// A whole number.
    Whole,
    /// A number.
    Decimal,
    /// Ticked or not.
    Flag,
    /// The number of the row, which is not kept.
    Number,
    /// Personal data: counted, and never kept.
    Personal,
}

impl FieldKind {
    /// Whether the lake has a column for it.
    #[must_use]
    pub fn is_kept(self) -> bool {
        !matches!(self, Self::Number | Self::Personal)
    }
}

/// A field, ready to be matched.
#[derive(Debug, Clone)]
pub struct RecordField {
    /// Column of the lake's table, or a name.
    pub column: String,
    /// How its head is printed.
    pub title: String,
    /// Folded heads.
    pub heads: Vec<String>,
    /// What its cells hold.
    pub kind: FieldKind,
    /// Unit of measure of the lake.
    pub unit: Option<String>,
    /// Digits of a number kept as text.
    pub digits: Option<usize>,
    /// Whether a list must have it.
    pub required: bool,
    /// Folded words to codes.
    pub codes: BTreeMap<String, String>,
}

/// What makes a form a record list.
#[derive(Debug, Clone)]
pub struct RecordShape {
    /// The lake's table.
    pub table: String,
    /// The fields.
    pub fields: Vec<RecordField>,
    /// Index of the field that names a record: a row without it is none.
    pub naming: usize,
    /// Indices of the fields that tell two records apart, together.
    pub key: Vec<usize>,
}

/// A column under the head of a record list.
#[derive(Debug, Clone)]
pub struct FieldColumn {
    /// Its place in the sheet, from 0.
    pub column: u32,
    /// Index of the field; none where the form has no such head.
    pub field: Option<usize>,
    /// The head, as read.
    pub head: Stated,
    /// The unit of measure that the head states.
    pub measure: Option<Stated>,
    /// The head is one letter away from the form's.
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
    /// What stands above it.
    pub title: Title,
}

impl RecordHead {
    /// Number of fields found.
    #[must_use]
    pub fn fields(&self) -> usize {
        let found: BTreeSet<usize> = self.columns.iter().filter_map(|c| c.field).collect();
        found.len()
    }
}

/// Rows above the last of a head that belong to it.
const MOST_HEAD_ROWS: u32 = 3;

/// Fields that a head must have, whatever the form.
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
    let other = form_named(&head.title, vocabulary).is_some_and(|named| named != head.form);
    (!other).then_some(head)
}

/// Columns that hold text in a row or in those right above it: a head has many.
fn texts_near(sheet: &Sheet, row: u32) -> usize {
    let first = row.saturating_sub(MOST_HEAD_ROWS - 1);
    let columns: BTreeSet<u32> = (first..=row)
        .flat_map(|row| sheet.row(row))
        .filter(|(_, content)| content.text().is_some())
        .map(|(at, _)| at.column)
        .collect();
    columns.len()
}

/// The columns whose heads end in `row`, and the first row of these heads.
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
        let texts: Vec<(Address, String)> = (first..=row)
            .rev()
            .filter_map(|row| {
                let at = Address::new(row, column);
                let text = sheet.shown(at)?.text()?;
                Some((at, one_line(text)))
            })
            .collect();
        let Some((at, own)) = texts.first() else {
            continue;
        };
        let mut tried: Vec<Head> = vec![Head::of(own, *at, vocabulary)];
        if let Some((above, text)) = texts.iter().find(|(_, text)| text != own) {
            tried.push(Head::of(&format!("{text} {own}"), *above, vocabulary));
        }
        let found = tried.iter().find_map(|head| {
            let (field, slip) = field_of(&head.folded, shape)?;
            Some((head, field, slip))
        });
        let taken = |field: usize| columns.iter().any(|c: &FieldColumn| c.field == Some(field));
        let known = found.filter(|(_, field, _)| !taken(*field));
        // A title far above the head is no head of a column without one.
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

/// The field that a folded head names, and whether a letter differs.
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
struct Head {
    at: Address,
    folded: String,
    measure: Option<String>,
}

impl Head {
    fn of(text: &str, at: Address, vocabulary: &Vocabulary) -> Self {
        let (bare, measure) = vocabulary.split_measure(text);
        let bare = without_footnote(without_numbering(bare));
        Self {
            at,
            folded: vocabulary.folder.fold(bare),
            measure: measure.map(str::to_owned),
        }
    }
}
