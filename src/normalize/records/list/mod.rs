//! One record list, row by row.

mod cells;
mod rows;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range as Span;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field as ArrowField, Schema};
use foldhash::fast::RandomState;
use rust_decimal::Decimal;

use super::column::Column;
use super::faults::Faults;
use super::value::Value;
use super::{Conventions, FilledCells, RecordList};
use crate::diagnostic::{Message, findings};
use crate::extract::{
    FieldKind, Form, PeriodClaim, RecordField, RecordHead, RecordShape, SheetTable, Stated,
    Vocabulary,
};
use crate::normalize::number::{Locale, ParsedNumber};
use crate::read::{Address, BorrowedContent, CellRange, Sheet};
use cells::Owned;

/// A cell of the row at hand.
#[derive(Debug, Clone)]
struct Buffered {
    column: u32,
    cell: Kept,
}

/// Its content; texts lie in the row's own buffer.
#[derive(Debug, Clone)]
enum Kept {
    Number(f64),
    Text(Span<usize>),
    Bool(bool),
    Date(Span<usize>),
    Error(Span<usize>),
    NoCachedValue,
}

/// What a column of the sheet is for.
#[derive(Debug, Clone, Copy)]
enum Role {
    /// A field that the lake keeps: its index, that of its column, and the factor to the lake's unit; none where
    /// the unit of the head cannot be converted.
    Field(usize, usize, Option<Decimal>),
    /// The number of the row.
    Number,
    /// Personal data.
    Personal,
    /// A head that the form has not.
    Unknown,
}

/// A number that may be two.
struct Open {
    record: usize,
    column: usize,
    at: Address,
    raw: String,
    reading: ParsedNumber,
    factor: Decimal,
}

/// What proves how the sheet writes numbers.
struct Proof {
    locale: Locale,
    raw: String,
    at: Address,
}

/// A record list as it is read.
pub(super) struct List<'a> {
    vocabulary: &'a Vocabulary,
    conventions: &'a Conventions,
    form: &'a Form,
    shape: &'a RecordShape,
    head: RecordHead,
    sheet: Option<String>,
    /// By column of the sheet: its role, and its bit among those of the head; none beyond the sixty-fourth.
    roles: Vec<Option<(Role, u64)>>,
    /// The kept fields, in the order of the form.
    fields: Vec<usize>,
    columns: Vec<Column>,
    rows: Vec<i64>,
    /// For each record a bit for each column of the head that it fills.
    filled: Vec<u64>,
    /// The row at hand, its cells and their texts.
    row: u32,
    buffer: Vec<Buffered>,
    texts: String,
    /// Something below the list was met: nothing more belongs to it.
    ended: bool,
    last_row: u32,
    codes: Vec<HashMap<String, Option<Arc<str>>, RandomState>>,
    /// The row of each key, from 1.
    keys: HashMap<String, u32, RandomState>,
    /// Which columns the record at hand fills, and its values of the key.
    fills: Vec<bool>,
    key: Vec<Option<String>>,
    open: Vec<Open>,
    proofs: Vec<Proof>,
    /// Cells by the column of the sheet that are not taken over.
    passed_over: BTreeMap<u32, i64>,
    decoded: Option<(Address, String, String, String, usize)>,
    faults: Faults,
    total: i64,
    loaded: i64,
    explained: i64,
}

/// The shape of a form without fields, of which no head is ever found.
static NONE: std::sync::LazyLock<RecordShape> = std::sync::LazyLock::new(|| RecordShape {
    table: String::new(),
    fields: Vec::new(),
    naming: 0,
    key: Vec::new(),
});

impl<'a> List<'a> {
    pub(super) fn new(
        head: RecordHead,
        sheet: &Sheet,
        vocabulary: &'a Vocabulary,
        conventions: &'a Conventions,
    ) -> Self {
        let form = &vocabulary.forms[head.form];
        let shape = form.records.as_ref().unwrap_or(&NONE);
        let fields: Vec<usize> = (0..shape.fields.len())
            .filter(|i| shape.fields[*i].kind.is_kept())
            .collect();
        let columns = fields
            .iter()
            .map(|i| Column::of(shape.fields[*i].kind))
            .collect();
        let mut list = Self {
            vocabulary,
            conventions,
            form,
            shape,
            sheet: sheet.name.clone(),
            roles: Vec::new(),
            codes: vec![HashMap::default(); shape.fields.len()],
            fills: Vec::new(),
            key: Vec::new(),
            columns,
            fields,
            rows: Vec::new(),
            filled: Vec::new(),
            row: head.bottom,
            last_row: head.bottom,
            buffer: Vec::new(),
            texts: String::new(),
            ended: false,
            keys: HashMap::default(),
            open: Vec::new(),
            proofs: Vec::new(),
            passed_over: BTreeMap::new(),
            decoded: None,
            faults: Faults::new(&form.code, sheet.name.clone()),
            total: 0,
            loaded: 0,
            explained: 0,
            head,
        };
        list.take_roles();
        list
    }

    /// Gives each column of the sheet its role, and says what the heads lack.
    fn take_roles(&mut self) {
        let heads = self.head.columns.clone();
        let first = heads.iter().map(|c| c.head.at).min();
        for (number, head) in heads.iter().enumerate() {
            let role = match head.field {
                None => Role::Unknown,
                Some(field) => match self.shape.fields[field].kind {
                    FieldKind::Number => Role::Number,
                    FieldKind::Personal => Role::Personal,
                    _ => {
                        let factor =
                            self.factor_of(&self.shape.fields[field], head.measure.as_ref());
                        let column = self.fields.iter().position(|f| *f == field).unwrap_or(0);
                        Role::Field(field, column, factor)
                    }
                },
            };
            let place = head.column as usize;
            if self.roles.len() <= place {
                self.roles.resize(place + 1, None);
            }
            self.roles[place] = Some((role, 1_u64.checked_shl(number as u32).unwrap_or(0)));
            if let Some(field) = head.field.filter(|_| head.slip) {
                let (read, known) = (&head.head.text, &self.shape.fields[field].title);
                self.faults
                    .once(head.head.at, findings::TH216 { read, known });
            }
        }
        let at = first.unwrap_or(Address::new(self.head.top, 0));
        for field in &self.fields {
            if !heads.iter().any(|c| c.field == Some(*field)) {
                let column = &self.shape.fields[*field].title;
                self.faults.once(at, findings::TH203 { column });
            }
        }
    }

    /// The factor from the unit that counts to the lake's: that of the head, else of the sheet where it can be
    /// converted, else the lake's own.
    fn factor_of(&self, field: &RecordField, head: Option<&Stated>) -> Option<Decimal> {
        let Some(wanted) = &field.unit else {
            return Some(Decimal::ONE);
        };
        let factor = |unit: &str| {
            self.conventions
                .measures
                .factor(unit, wanted, &self.vocabulary.folder)
        };
        match (head, &self.head.title.measure) {
            (Some(stated), _) => factor(&stated.text),
            (None, Some(stated)) => Some(
                self.vocabulary
                    .measures_in(&stated.text)
                    .into_iter()
                    .flatten()
                    .find_map(factor)
                    .unwrap_or(Decimal::ONE),
            ),
            (None, None) => Some(Decimal::ONE),
        }
    }

    /// A cell below the head, row by row.
    pub(super) fn take(&mut self, at: Address, cell: BorrowedContent<'_>) {
        if at.row != self.row {
            self.end_row();
            self.row = at.row;
        }
        if self.ended || at.row <= self.head.bottom {
            return;
        }
        let mut text = |text: &str| {
            let from = self.texts.len();
            self.texts.push_str(text);
            from..self.texts.len()
        };
        let cell = match cell {
            BorrowedContent::Number(n) => Kept::Number(n),
            BorrowedContent::Text(t) => Kept::Text(text(t)),
            BorrowedContent::Bool(b) => Kept::Bool(b),
            BorrowedContent::Date(t) => Kept::Date(text(t)),
            BorrowedContent::Error(t) => Kept::Error(text(t)),
            BorrowedContent::NoCachedValue => Kept::NoCachedValue,
        };
        self.buffer.push(Buffered {
            column: at.column,
            cell,
        });
    }

    /// The role of a column of the sheet and its bit; none of a column without a head.
    fn role(&self, column: u32) -> Option<(Role, u64)> {
        *self.roles.get(column as usize)?
    }

    /// The row at hand is whole: a record, or something between records.
    fn end_row(&mut self) {
        let mut buffer = std::mem::take(&mut self.buffer);
        let texts = std::mem::take(&mut self.texts);
        if !buffer.is_empty() {
            if self.is_record(&buffer, &texts) {
                self.record(&buffer, &texts);
            }
            buffer.clear();
        }
        self.buffer = buffer;
        self.texts = texts;
        self.texts.clear();
    }

    fn record(&mut self, buffer: &[Buffered], texts: &str) {
        self.last_row = self.row;
        self.fills.clear();
        self.fills.resize(self.columns.len(), false);
        self.key.clear();
        self.key.resize(self.shape.key.len(), None);
        let mut bits = 0_u64;
        let mut key_at = None;
        for buffered in buffer {
            let at = Address::new(self.row, buffered.column);
            let cell = match &buffered.cell {
                Kept::Number(n) => BorrowedContent::Number(*n),
                Kept::Text(span) => BorrowedContent::Text(&texts[span.clone()]),
                Kept::Bool(b) => BorrowedContent::Bool(*b),
                Kept::Date(span) => BorrowedContent::Date(&texts[span.clone()]),
                Kept::Error(span) => BorrowedContent::Error(&texts[span.clone()]),
                Kept::NoCachedValue => BorrowedContent::NoCachedValue,
            };
            let Some((role, bit)) = self.role(buffered.column) else {
                continue;
            };
            bits |= bit;
            match role {
                Role::Number => {}
                Role::Personal | Role::Unknown => {
                    self.total += 1;
                    self.explained += 1;
                    *self.passed_over.entry(buffered.column).or_default() += 1;
                }
                Role::Field(field, column, factor) => {
                    if std::mem::replace(&mut self.fills[column], true) {
                        continue;
                    }
                    self.total += 1;
                    let before = self.open.len();
                    match self.value(field, column, factor, cell, at) {
                        Some(Owned::None) if self.open.len() > before => {
                            self.columns[column].push(Value::None);
                        }
                        Some(value) => {
                            self.loaded += 1;
                            if let Some(i) = self.shape.key.iter().position(|k| *k == field) {
                                self.key[i] = value.text().map(str::to_owned);
                                key_at = key_at.or(Some(at));
                            }
                            self.columns[column].push(value.as_value());
                        }
                        None => {
                            self.explained += 1;
                            self.columns[column].push(Value::None);
                        }
                    }
                }
            }
        }
        for (column, filled) in self.columns.iter_mut().zip(&self.fills) {
            if !filled {
                column.push(Value::None);
            }
        }
        self.rows.push(i64::from(self.row) + 1);
        self.filled.push(bits);
        if let Some(at) = key_at {
            self.note_key(at);
        }
    }

    /// Notes the key of the record at hand, where it is whole; says that there is another record of it.
    fn note_key(&mut self, at: Address) {
        let parts: Option<Vec<String>> = self.key.iter_mut().map(Option::take).collect();
        let key = match parts {
            None => return,
            Some(mut parts) if parts.len() == 1 => parts.remove(0),
            Some(parts) => parts.join(" · "),
        };
        match self.keys.entry(key) {
            Entry::Vacant(place) => {
                place.insert(self.row + 1);
            }
            Entry::Occupied(found) => {
                let (value, first) = (found.key(), *found.get());
                self.faults.cell(at, findings::TH320 { value, first });
            }
        }
    }

    pub(super) fn finish(mut self, index: usize) -> RecordList {
        self.end_row();
        self.settle();
        for (column, count) in std::mem::take(&mut self.passed_over) {
            let Some(head) = self.head.columns.iter().find(|c| c.column == column) else {
                continue;
            };
            let (at, is_personal) = (head.head.at, head.field.is_some());
            let head = &head.head.text;
            let message: Message = if is_personal {
                findings::TH227 { head, count }.into()
            } else {
                findings::TH204 { head, count }.into()
            };
            self.faults.once(at, message);
        }
        if let Some((at, encoding, read, decoded, count)) = &self.decoded {
            let message = findings::TH215 {
                encoding,
                count: *count,
                read,
                decoded,
            };
            self.faults.once(*at, message);
        }
        let heads = std::mem::take(&mut self.head.columns);
        let reach = |pick: fn(&[u32]) -> u32| {
            let columns: Vec<u32> = heads.iter().map(|c| c.column).collect();
            if columns.is_empty() {
                0
            } else {
                pick(&columns)
            }
        };
        let left = reach(|c| c.iter().copied().min().unwrap_or(0));
        let right = reach(|c| c.iter().copied().max().unwrap_or(0));
        let head = |column: u32| {
            let head = heads.iter().find(|c| c.column == column);
            head.map(|c| c.head.clone())
        };
        let findings = self.faults.finish(head);
        let mut fields: Vec<ArrowField> = Vec::new();
        let mut arrays: Vec<ArrayRef> = Vec::new();
        for (field, column) in self.fields.iter().zip(self.columns) {
            if let Ok((field, array)) = column.finish(&self.shape.fields[*field].column) {
                fields.push(field);
                arrays.push(array);
            }
        }
        let filled = FilledCells {
            columns: heads.iter().map(|c| c.column).collect(),
            rows: self.rows.iter().map(|row| *row as u32).collect(),
            bits: self.filled,
        };
        fields.push(ArrowField::new("row", DataType::Int64, true));
        arrays.push(Arc::new(Int64Array::from(self.rows)));
        let schema = Arc::new(Schema::new(fields));
        let records = RecordBatch::try_new(schema.clone(), arrays)
            .unwrap_or_else(|_| RecordBatch::new_empty(schema));
        let period = claim_period(&self.head, self.form);
        RecordList {
            sheet: index,
            head_ends: self.head.bottom,
            table: SheetTable {
                form: self.head.form,
                sheet: self.sheet,
                ranges: vec![CellRange {
                    start: Address::new(self.head.top, left),
                    end: Address::new(self.last_row, right),
                }],
                title: self.head.title,
                period,
                year_head: None,
                cells: Vec::new(),
                cells_held: 0,
                findings,
            },
            records,
            filled,
            cells_total: self.total,
            cells_loaded: self.loaded,
            cells_explained: self.explained,
        }
    }
}

/// The period that the words above a list state.
fn claim_period(head: &RecordHead, form: &Form) -> PeriodClaim {
    let stated: Vec<_> = head
        .title
        .periods
        .iter()
        .filter(|(_, p)| form.frequencies.contains(&p.frequency))
        .collect();
    match stated.first() {
        None => PeriodClaim::Unstated,
        Some((first, period)) => match stated.iter().find(|(_, other)| other != period) {
            Some((second, _)) => PeriodClaim::Contradiction(first.clone(), second.clone()),
            None => PeriodClaim::Agreed(*period),
        },
    }
}
