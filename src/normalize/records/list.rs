//! One record list, row by row.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range as Span;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field as ArrowField, Schema};
use rust_decimal::Decimal;

use super::column::Column;
use super::faults::Faults;
use super::value::{Number, Value, date, digits_of, in_lake, kept, millionths, number};
use super::{Conventions, RecordList};
use crate::extract::{
    Address, CellRef, Content, Field, FieldKind, Form, PeriodClaim, Range, RecordHead, RecordShape,
    Sheet, Stated, Table, Vocabulary,
};
use crate::normalize::number::{Locale, Reading};

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
#[derive(Debug, Clone)]
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
    reading: Reading,
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
    /// By column of the sheet.
    roles: Vec<Option<Role>>,
    /// The kept fields, in the order of the form.
    fields: Vec<usize>,
    columns: Vec<Column>,
    rows: Vec<i64>,
    /// The row at hand, its cells and their texts.
    row: u32,
    buffer: Vec<Buffered>,
    texts: String,
    /// Something below the list was met: nothing more belongs to it.
    ended: bool,
    last_row: u32,
    codes: Vec<HashMap<String, Option<Arc<str>>>>,
    keys: HashMap<String, u32>,
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

impl<'a> List<'a> {
    pub(super) fn new(
        head: RecordHead,
        sheet: &Sheet,
        vocabulary: &'a Vocabulary,
        conventions: &'a Conventions,
    ) -> Self {
        let form = &vocabulary.forms[head.form];
        // A head is of a form with fields.
        static NONE: std::sync::LazyLock<RecordShape> = std::sync::LazyLock::new(|| RecordShape {
            table: String::new(),
            fields: Vec::new(),
            naming: 0,
            key: Vec::new(),
        });
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
            codes: vec![HashMap::new(); shape.fields.len()],
            columns,
            fields,
            rows: Vec::new(),
            row: head.bottom,
            last_row: head.bottom,
            buffer: Vec::new(),
            texts: String::new(),
            ended: false,
            keys: HashMap::new(),
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
        for head in &heads {
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
            self.roles[place] = Some(role);
            if let Some(field) = head.field.filter(|_| head.slip) {
                let known = self.shape.fields[field].title.as_str();
                let args = [("read", head.head.text.as_str()), ("known", known)];
                self.faults.once("TH216", head.head.at, &args);
            }
        }
        let at = first.unwrap_or(Address::new(self.head.top, 0));
        for field in &self.fields {
            if !heads.iter().any(|c| c.field == Some(*field)) {
                let title = self.shape.fields[*field].title.as_str();
                self.faults.once("TH203", at, &[("column", title)]);
            }
        }
    }

    /// The factor from the unit that counts to the lake's: that of the head, else of the sheet where it can be
    /// converted, else the lake's own.
    fn factor_of(&self, field: &Field, head: Option<&Stated>) -> Option<Decimal> {
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
    pub(super) fn take(&mut self, at: Address, cell: CellRef<'_>) {
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
            CellRef::Number(n) => Kept::Number(n),
            CellRef::Text(t) => Kept::Text(text(t)),
            CellRef::Bool(b) => Kept::Bool(b),
            CellRef::Date(t) => Kept::Date(text(t)),
            CellRef::Error(t) => Kept::Error(text(t)),
            CellRef::NoCachedValue => Kept::NoCachedValue,
        };
        self.buffer.push(Buffered {
            column: at.column,
            cell,
        });
    }

    fn role(&self, column: u32) -> Option<&Role> {
        self.roles.get(column as usize)?.as_ref()
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

    /// Whether a row is a record. If it is not, it was said what became of it.
    fn is_record(&mut self, buffer: &[Buffered], texts: &str) -> bool {
        let is_naming = |b: &&Buffered| matches!(self.role(b.column), Some(Role::Field(field, ..)) if *field == self.shape.naming);
        let name = buffer.iter().find(is_naming).and_then(|b| match &b.cell {
            Kept::Text(span) => Some(&texts[span.clone()]),
            _ => None,
        });
        let numbered = buffer.iter().any(|b| {
            matches!(self.role(b.column), Some(Role::Number))
                && match &b.cell {
                    Kept::Number(_) => true,
                    Kept::Text(span) => texts[span.clone()].trim().parse::<u32>().is_ok(),
                    _ => false,
                }
        });
        if name.is_some() && numbered && buffer.len() > 2 {
            return true;
        }
        let body: Vec<&Buffered> = buffer
            .iter()
            .filter(|b| {
                matches!(
                    self.role(b.column),
                    Some(Role::Field(..) | Role::Personal | Role::Unknown)
                )
            })
            .collect();
        let label = name.or_else(|| {
            buffer.iter().find_map(|b| match &b.cell {
                Kept::Text(span) => Some(&texts[span.clone()]),
                _ => None,
            })
        });
        let folder = &self.vocabulary.folder;
        let folded = label.map(|text| folder.fold(text)).unwrap_or_default();
        let words = &self.vocabulary.words;
        if words
            .foot
            .iter()
            .any(|foot| folded.starts_with(foot.as_str()))
            && body.len() <= 2
        {
            self.ended = true;
            return false;
        }
        let naming = &self.shape.fields[self.shape.naming];
        // Heads that a page break repeats, and the numbers of columns under heads.
        if naming.heads.contains(&folded) || are_column_numbers(buffer, texts) {
            return false;
        }
        if words.is_subtotal(&folded) || self.form.sums.contains(&folded) {
            let at = Address::new(self.row, buffer[0].column);
            let label = label.unwrap_or_default().to_owned();
            self.leave_out("TH217", at, &label, body.len());
            return false;
        }
        if name.is_some() {
            return true;
        }
        if !body.is_empty() {
            let at = Address::new(self.row, body[0].column);
            let label = label.unwrap_or_default().to_owned();
            // A heading stands alone; more than that is a record without a name.
            let is_heading = body.len() == 1 && matches!(body[0].cell, Kept::Text(_));
            let code = if is_heading { "TH228" } else { "TH229" };
            self.leave_out(code, at, &label, body.len());
        }
        false
    }

    fn leave_out(&mut self, code: &'static str, at: Address, label: &str, cells: usize) {
        self.total += cells as i64;
        self.explained += cells as i64;
        let args = [("label", label), ("count", &cells.to_string())];
        self.faults.cell(code, at, &args);
    }

    fn record(&mut self, buffer: &[Buffered], texts: &str) {
        let record = self.rows.len();
        self.last_row = self.row;
        let mut filled = vec![false; self.columns.len()];
        let mut key: Vec<Option<String>> = vec![None; self.shape.key.len()];
        let mut key_at = None;
        for buffered in buffer {
            let at = Address::new(self.row, buffered.column);
            let cell = match &buffered.cell {
                Kept::Number(n) => CellRef::Number(*n),
                Kept::Text(span) => CellRef::Text(&texts[span.clone()]),
                Kept::Bool(b) => CellRef::Bool(*b),
                Kept::Date(span) => CellRef::Date(&texts[span.clone()]),
                Kept::Error(span) => CellRef::Error(&texts[span.clone()]),
                Kept::NoCachedValue => CellRef::NoCachedValue,
            };
            match self.role(buffered.column).cloned() {
                None | Some(Role::Number) => {}
                Some(Role::Personal | Role::Unknown) => {
                    self.total += 1;
                    self.explained += 1;
                    *self.passed_over.entry(buffered.column).or_default() += 1;
                }
                Some(Role::Field(field, column, factor)) => {
                    if filled[column] {
                        continue;
                    }
                    filled[column] = true;
                    self.total += 1;
                    let before = self.open.len();
                    match self.value(field, column, factor, cell, at) {
                        Some(Owned::None) if self.open.len() > before => {
                            self.columns[column].push(Value::None);
                        }
                        Some(value) => {
                            self.loaded += 1;
                            if let Some(i) = self.shape.key.iter().position(|k| *k == field) {
                                key[i] = value.text().map(str::to_owned);
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
        for (column, filled) in self.columns.iter_mut().zip(&filled) {
            if !filled {
                column.push(Value::None);
            }
        }
        debug_assert_eq!(record, self.rows.len());
        self.rows.push(i64::from(self.row) + 1);
        let key: Option<Vec<String>> = key.into_iter().collect();
        if let (Some(key), Some(at)) = (key.filter(|k| !k.is_empty()), key_at) {
            let key = key.join(" · ");
            match self.keys.get(&key) {
                Some(first) => {
                    let args = [("value", key.as_str()), ("first", &first.to_string())];
                    self.faults.cell("TH320", at, &args);
                }
                None => {
                    self.keys.insert(key, self.row + 1);
                }
            }
        }
    }

    /// The value of a cell; none where it is held back, which was said.
    fn value<'t>(
        &mut self,
        field: usize,
        column: usize,
        factor: Option<Decimal>,
        cell: CellRef<'t>,
        at: Address,
    ) -> Option<Owned<'t>> {
        let shape = self.shape;
        let facts = &shape.fields[field];
        match cell {
            CellRef::Error(error) => {
                self.faults.cell("TH305", at, &[("error", error)]);
                return None;
            }
            CellRef::NoCachedValue => {
                self.faults.cell("TH306", at, &[]);
                return None;
            }
            _ => {}
        }
        match facts.kind {
            FieldKind::Text => Some(Owned::of_text(self.text(cell, facts.digits, at))),
            FieldKind::Code | FieldKind::Flag => self.code(field, cell, at),
            FieldKind::Date => match date(cell) {
                Some(date) => Some(Owned::String(date)),
                None => self.refuse("TH316", cell, at),
            },
            FieldKind::Whole | FieldKind::Decimal => {
                let Some(factor) = factor else {
                    let unit = self.measure_of(at.column);
                    let wanted = facts.unit.clone().unwrap_or_default();
                    let args = [("unit", unit.as_str()), ("wanted", wanted.as_str())];
                    self.faults.cell("TH303", at, &args);
                    return None;
                };
                self.number(facts, column, factor, cell, at)
            }
            FieldKind::Number | FieldKind::Personal => Some(Owned::None),
        }
    }

    fn measure_of(&self, column: u32) -> String {
        let head = self.head.columns.iter().find(|c| c.column == column);
        head.and_then(|c| c.measure.as_ref())
            .map(|m| m.text.clone())
            .unwrap_or_default()
    }

    fn refuse<'t>(
        &mut self,
        code: &'static str,
        cell: CellRef<'_>,
        at: Address,
    ) -> Option<Owned<'t>> {
        self.faults.cell(code, at, &[("raw", &as_read(cell))]);
        None
    }

    fn text<'t>(&mut self, cell: CellRef<'t>, digits: Option<usize>, at: Address) -> Cow<'t, str> {
        match cell {
            CellRef::Text(text) => {
                // The letters of old fonts are signs between ¡ and ¿, which begin with this byte.
                if text.as_bytes().contains(&0xc2)
                    && let Some((encoding, decoded)) =
                        self.vocabulary.encodings.decode_by_words(text)
                {
                    let first = self.decoded.get_or_insert_with(|| {
                        (at, encoding.to_owned(), text.to_owned(), decoded.clone(), 0)
                    });
                    first.4 += 1;
                    return Cow::Owned(kept(&decoded).into_owned());
                }
                kept(text)
            }
            CellRef::Number(n) => digits_of(n, digits).unwrap_or_else(|| as_read(cell)).into(),
            other => as_read(other).into(),
        }
    }

    fn code<'t>(&mut self, field: usize, cell: CellRef<'_>, at: Address) -> Option<Owned<'t>> {
        let facts = &self.shape.fields[field];
        let is_flag = facts.kind == FieldKind::Flag;
        let code = match cell {
            CellRef::Bool(b) if is_flag => return Some(Owned::Flag(b)),
            CellRef::Text(text) => match self.codes[field].get(text) {
                Some(code) => code.clone(),
                None => {
                    let read = self.text(cell, None, at).into_owned();
                    let code = self.shape.fields[field]
                        .codes
                        .get(&self.vocabulary.folder.fold(&read))
                        .map(|code| Arc::from(code.as_str()));
                    self.codes[field].insert(text.to_owned(), code.clone());
                    code
                }
            },
            other => facts
                .codes
                .get(&self.vocabulary.folder.fold(&as_read(other)))
                .map(|code| Arc::from(code.as_str())),
        };
        match code {
            Some(code) if is_flag => Some(Owned::Flag(&*code == "true")),
            Some(code) => Some(Owned::Code(code)),
            None => {
                let head = self.shape.fields[field].title.clone();
                let args = [("raw", as_read(cell)), ("head", head)];
                let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
                self.faults.cell("TH317", at, &args);
                None
            }
        }
    }

    fn number<'t>(
        &mut self,
        facts: &Field,
        column: usize,
        factor: Decimal,
        cell: CellRef<'_>,
        at: Address,
    ) -> Option<Owned<'t>> {
        let whole = facts.kind == FieldKind::Whole;
        if let (CellRef::Number(n), true) = (cell, factor == Decimal::ONE)
            && let Some(n) = millionths(n)
        {
            return match (whole, n % 1_000_000) {
                (false, _) => Some(Owned::Decimal(n)),
                (true, 0) => Some(Owned::Whole((n / 1_000_000) as i64)),
                (true, _) => self.refuse("TH318", cell, at),
            };
        }
        let (value, unit) = match number(cell, self.conventions) {
            Number::Marked => return Some(Owned::None),
            Number::Not => return self.refuse("TH301", cell, at),
            Number::Is {
                value,
                approximate,
                proves,
                unit,
            } => {
                if approximate {
                    self.faults.cell("TH308", at, &[("raw", &as_read(cell))]);
                }
                if let Some(locale) = proves
                    && !self.proofs.iter().any(|p| p.locale == locale)
                {
                    let raw = as_read(cell);
                    self.proofs.push(Proof { locale, raw, at });
                }
                (value, unit)
            }
            Number::Doubtful { reading, unit } => {
                let factor = self.unit_factor(facts, unit.as_deref(), factor, at)?;
                if whole {
                    let Reading::Doubtful { grouped, .. } = reading else {
                        return None;
                    };
                    (grouped.checked_mul(factor)?, None)
                } else {
                    self.open.push(Open {
                        record: self.rows.len(),
                        column,
                        at,
                        raw: as_read(cell),
                        reading,
                        factor,
                    });
                    return Some(Owned::None);
                }
            }
        };
        let factor = self.unit_factor(facts, unit.as_deref(), factor, at)?;
        let Some(n) = in_lake(value, factor) else {
            return self.refuse("TH319", cell, at);
        };
        match (whole, n % 1_000_000) {
            (false, _) => Some(Owned::Decimal(n)),
            (true, 0) => Some(Owned::Whole((n / 1_000_000) as i64)),
            (true, _) => self.refuse("TH318", cell, at),
        }
    }

    /// The factor of a cell: that of the unit behind its number, else that of its column.
    fn unit_factor(
        &mut self,
        facts: &Field,
        unit: Option<&str>,
        of_column: Decimal,
        at: Address,
    ) -> Option<Decimal> {
        let Some(unit) = unit else {
            return Some(of_column);
        };
        let wanted = facts.unit.as_deref().unwrap_or_default();
        let factor = self
            .conventions
            .measures
            .factor(unit, wanted, &self.vocabulary.folder);
        if factor.is_none() {
            self.faults
                .cell("TH303", at, &[("unit", unit), ("wanted", wanted)]);
        }
        factor
    }

    /// Settles what was left open by what the rest of the sheet proves.
    fn settle(&mut self) {
        let open = std::mem::take(&mut self.open);
        let proof = match self.proofs.as_slice() {
            [only] => Some((only.locale, only.raw.clone(), only.at.to_string())),
            _ => None,
        };
        for number in open {
            let settled = proof.as_ref().and_then(|(locale, ..)| {
                let value = number.reading.in_locale(*locale);
                Some((value, in_lake(value, number.factor)?))
            });
            match (settled, &proof) {
                (Some((value, n)), Some((_, proof, at))) => {
                    self.loaded += 1;
                    self.columns[number.column].settle(number.record, n);
                    let value = value.normalize().to_string();
                    let args = [
                        ("raw", number.raw.as_str()),
                        ("value", value.as_str()),
                        ("proof", proof.as_str()),
                        ("proof_cell", at.as_str()),
                    ];
                    self.faults.cell("TH307", number.at, &args);
                }
                _ => {
                    self.explained += 1;
                    if let Reading::Doubtful {
                        grouped, fraction, ..
                    } = number.reading
                    {
                        let (grouped, fraction) = (grouped.to_string(), fraction.to_string());
                        let args = [
                            ("raw", number.raw.as_str()),
                            ("grouped", grouped.as_str()),
                            ("fraction", fraction.as_str()),
                        ];
                        self.faults.cell("TH302", number.at, &args);
                    }
                }
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
            let code = if head.field.is_some() {
                "TH227"
            } else {
                "TH204"
            };
            let args = [
                ("head", head.head.text.as_str()),
                ("count", &count.to_string()),
            ];
            self.faults.once(code, head.head.at, &args);
        }
        if let Some((at, encoding, read, decoded, count)) = &self.decoded {
            let args = [
                ("encoding", encoding.as_str()),
                ("count", &count.to_string()),
                ("read", read.as_str()),
                ("decoded", decoded.as_str()),
            ];
            self.faults.once("TH215", *at, &args);
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
        fields.push(ArrowField::new("row", DataType::Int64, true));
        arrays.push(Arc::new(Int64Array::from(self.rows)));
        let schema = Arc::new(Schema::new(fields));
        let records = RecordBatch::try_new(schema.clone(), arrays)
            .unwrap_or_else(|_| RecordBatch::new_empty(schema));
        let period = claim_period(&self.head, self.form);
        RecordList {
            sheet: index,
            table: Table {
                form: self.head.form,
                sheet: self.sheet,
                ranges: vec![Range {
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
            cells_total: self.total,
            cells_loaded: self.loaded,
            cells_explained: self.explained,
        }
    }
}

/// A value that may own its text.
enum Owned<'t> {
    None,
    Str(&'t str),
    String(String),
    Code(Arc<str>),
    Whole(i64),
    Decimal(i128),
    Flag(bool),
}

impl<'t> Owned<'t> {
    fn of_text(text: Cow<'t, str>) -> Self {
        match text {
            Cow::Borrowed(text) => Self::Str(text),
            Cow::Owned(text) => Self::String(text),
        }
    }

    fn as_value(&self) -> Value<'_> {
        match self {
            Self::None => Value::None,
            Self::Whole(n) => Value::Whole(*n),
            Self::Decimal(n) => Value::Decimal(*n),
            Self::Flag(flag) => Value::Flag(*flag),
            Self::Str(_) | Self::String(_) | Self::Code(_) => {
                Value::Text(self.text().unwrap_or_default())
            }
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            Self::String(text) => Some(text),
            Self::Code(code) => Some(code),
            _ => None,
        }
    }
}

/// What a cell says, as read.
fn as_read(cell: CellRef<'_>) -> String {
    match cell {
        CellRef::Number(n) => Content::Number(n).as_read(),
        CellRef::Text(text) | CellRef::Date(text) | CellRef::Error(text) => text.to_owned(),
        CellRef::Bool(b) => Content::Bool(b).as_read(),
        CellRef::NoCachedValue => Content::NoCachedValue.as_read(),
    }
}

/// A row of `1 2 3` or `A B 1 2` under the heads.
fn are_column_numbers(buffer: &[Buffered], texts: &str) -> bool {
    let mut numbers = Vec::new();
    for buffered in buffer {
        match &buffered.cell {
            Kept::Number(n) if n.fract() == 0.0 => numbers.push(*n as i64),
            Kept::Text(span) => {
                let text = texts[span.clone()].trim().trim_matches(['(', ')']);
                match text.parse::<i64>() {
                    Ok(n) => numbers.push(n),
                    Err(_) if text.chars().count() == 1 => {}
                    Err(_) => return false,
                }
            }
            _ => return false,
        }
    }
    buffer.len() > 2 && numbers.windows(2).all(|pair| pair[0] + 1 == pair[1])
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
