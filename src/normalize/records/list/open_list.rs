//! A record list while it is read: its head, its columns, and the records so far.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use foldhash::fast::RandomState;
use rust_decimal::Decimal;

use super::buffer::RowBuffer;
use super::date_column::DateColumn;
use crate::diagnostic::findings;
use crate::extract::{
    FieldKind, Form, PeriodClaim, RecordField, RecordHead, RecordShape, Stated, Title, Vocabulary,
};
use crate::normalize::conventions::Conventions;
use crate::normalize::locale::LocaleProof;
use crate::normalize::number::ParsedNumber;
use crate::normalize::records::column::ColumnBuilder;
use crate::normalize::records::faults::Faults;
use crate::read::{Address, Sheet};

/// What a column of the sheet is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum ListRole {
    /// A kept field: its index, the index of its column, and the factor to the lake's unit; no factor if the unit of the
    /// head cannot be converted.
    Field(usize, usize, Option<Decimal>),
    /// Running numbers of rows.
    Number,
    /// Personal data.
    Personal,
    /// A head that the form does not have.
    Unknown,
}

/// A number that may be two, until the rest of the sheet proves which one it is.
pub(super) struct OpenNumber {
    pub(super) record: usize,
    pub(super) column: usize,
    pub(super) at: Address,
    pub(super) raw: String,
    pub(super) number: ParsedNumber,
    pub(super) factor: Decimal,
    /// Whether the field holds whole numbers.
    pub(super) whole: bool,
}

/// The texts of a list that were decoded from an old encoding: the first, and how many there are.
pub(super) struct DecodedTexts {
    pub(super) at: Address,
    pub(super) encoding: String,
    pub(super) read: String,
    pub(super) decoded: String,
    pub(super) count: usize,
}

/// Codes of a column that were mended: the first one, and how many there are.
pub(super) struct MendedCodes {
    pub(super) at: Address,
    pub(super) count: usize,
}

/// A record list while it is read.
pub(crate) struct OpenList<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) conventions: &'a Conventions,
    pub(super) form: &'a Form,
    pub(super) shape: &'a RecordShape,
    pub(super) head: RecordHead,
    /// Name of the sheet.
    pub(super) sheet: Option<String>,
    /// For each column of the sheet, its role and its bit in [`Self::filled`]; columns beyond the sixty-fourth have no bit.
    roles: Vec<Option<(ListRole, u64)>>,
    /// The kept fields, in the order of the form.
    pub(super) fields: Vec<usize>,
    /// A column for each kept field.
    pub(super) columns: Vec<ColumnBuilder>,
    /// The row of each record, from 1.
    pub(super) rows: Vec<i64>,
    /// For each record, a bit for each column of the head: 1 if filled.
    pub(super) filled: Vec<u64>,
    /// For each record, the number of its cells that became values.
    pub(super) loaded_of: Vec<u16>,
    /// The records without a running number.
    pub(super) unnumbered: Vec<u32>,
    /// The current row, and its cells.
    pub(super) row: u32,
    pub(super) buffer: RowBuffer,
    /// The foot of the list was met: nothing below belongs to it.
    pub(super) ended: bool,
    /// The row of the last record.
    pub(super) last_row: u32,
    /// For each field, texts to their codes.
    pub(super) codes: Vec<HashMap<String, Option<Arc<str>>, RandomState>>,
    /// The row of each key, from 1.
    pub(super) keys: HashMap<String, u32, RandomState>,
    /// Which columns the current record fills, and the values of its key.
    pub(super) fills: Vec<bool>,
    pub(super) key: Vec<Option<String>>,
    /// Numbers that may be two.
    pub(super) open: Vec<OpenNumber>,
    /// What the dates of each column have shown.
    pub(super) dates: Vec<DateColumn>,
    /// The last day of the period that the block above the list states.
    pub(super) ends: Option<String>,
    /// The unit of measure of the sheet, or of the sheet on which the list begins.
    measure: Option<Stated>,
    /// Codes that were mended, by column of the sheet.
    pub(super) mended: BTreeMap<u32, MendedCodes>,
    /// The headings between records, with their rows.
    pub(super) headings: Vec<(u32, String)>,
    /// By column, the first proof of each weight for each locale.
    pub(super) proofs: BTreeMap<usize, Vec<LocaleProof>>,
    /// Whether every number so far is one that may be two.
    pub(super) all_doubtful: bool,
    /// Number of skipped cells, by column of the sheet.
    pub(super) skipped: BTreeMap<u32, i64>,
    /// The first cell of a record under no head, and how many there are.
    pub(super) headless: Option<(Address, usize)>,
    /// The records with a cell right beside the heads, and that cell.
    pub(super) beyond: Vec<(usize, Address)>,
    pub(super) decoded: Option<DecodedTexts>,
    pub(super) faults: Faults,
    /// Cells in all, those that became values, and those with a finding.
    pub(super) total: i64,
    pub(super) loaded: i64,
    pub(super) explained: i64,
}

/// The shape of a form without fields, whose head is never found.
static NO_FIELDS: LazyLock<RecordShape> = LazyLock::new(|| RecordShape {
    columns: Vec::new(),
    table: String::new(),
    fields: Vec::new(),
    naming: 0,
    key: Vec::new(),
    register: None,
});

impl<'a> OpenList<'a> {
    /// Opens a list below a head. `above` is the block that speaks for it: its own, or that of an earlier sheet.
    pub(crate) fn new(
        head: RecordHead,
        above: &Title,
        sheet: &Sheet,
        vocabulary: &'a Vocabulary,
        conventions: &'a Conventions,
    ) -> Self {
        let form = &vocabulary.forms[head.form];
        let shape = form.records.as_ref().unwrap_or(&NO_FIELDS);
        let fields: Vec<usize> = (0..shape.fields.len())
            .filter(|i| shape.fields[*i].kind.is_kept())
            .collect();
        let columns = fields
            .iter()
            .map(|i| ColumnBuilder::of(shape.fields[*i].kind))
            .collect();
        let dates = fields.iter().map(|_| DateColumn::default()).collect();
        let ends = match claim_period(above, form) {
            PeriodClaim::Agreed(period) => Some(period.end().to_string()),
            _ => None,
        };
        let mut list = Self {
            dates,
            ends,
            mended: BTreeMap::new(),
            measure: head.title.measure.clone().or(above.measure.clone()),
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
            loaded_of: Vec::new(),
            unnumbered: Vec::new(),
            row: head.bottom,
            last_row: head.bottom,
            buffer: RowBuffer::default(),
            ended: false,
            keys: HashMap::default(),
            open: Vec::new(),
            headings: Vec::new(),
            proofs: BTreeMap::new(),
            all_doubtful: true,
            skipped: BTreeMap::new(),
            headless: None,
            beyond: Vec::new(),
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

    /// Its head.
    pub(crate) fn head(&self) -> &RecordHead {
        &self.head
    }

    /// Gives each column of the sheet its role, and notes which fields have no head.
    fn take_roles(&mut self) {
        let heads = self.head.columns.clone();
        let first = heads.iter().map(|c| c.head.at).min();
        for (number, head) in heads.iter().enumerate() {
            let role = match head.field {
                None => ListRole::Unknown,
                Some(field) => match self.shape.fields[field].kind {
                    FieldKind::Number => ListRole::Number,
                    FieldKind::Personal => ListRole::Personal,
                    _ => {
                        let factor =
                            self.factor_of(&self.shape.fields[field], head.measure.as_ref());
                        let column = self.fields.iter().position(|f| *f == field).unwrap_or(0);
                        ListRole::Field(field, column, factor)
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
                let slip = findings::TH216 { read, known };
                self.faults.once(head.head.at, slip);
            }
        }
        let at = first.unwrap_or(Address::new(self.head.top, 0));
        // A field of a register has no column in the sheet.
        let in_sheet = |field: &&usize| self.shape.fields[**field].kind != FieldKind::Register;
        for field in self.fields.iter().filter(in_sheet) {
            if !heads.iter().any(|c| c.field == Some(*field)) {
                let column = &self.shape.fields[*field].title;
                self.faults.once(at, findings::TH203 { column });
            }
        }
    }

    /// The role of a column of the sheet and its bit; none for a column without a head.
    pub(super) fn role(&self, column: u32) -> Option<(ListRole, u64)> {
        *self.roles.get(column as usize)?
    }

    /// The bits of the columns with personal data.
    pub(super) fn personal_bits(&self) -> u64 {
        let roles = self.roles.iter().flatten();
        let personal = roles.filter(|(role, _)| matches!(role, ListRole::Personal));
        personal.fold(0, |bits, (_, bit)| bits | bit)
    }

    /// The factor to the lake's unit from the unit that counts: that of the head, else that of the sheet if it can be
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
        match (head, &self.measure) {
            (Some(stated), _) => factor(&stated.text).or_else(|| {
                let several = self.vocabulary.measures_in(&stated.text)?;
                one_factor(several.into_iter().filter_map(factor)).ok()?
            }),
            (None, Some(stated)) => {
                let several = self.vocabulary.measures_in(&stated.text);
                match one_factor(several.into_iter().flatten().filter_map(factor)) {
                    Ok(one) => Some(one.unwrap_or(Decimal::ONE)),
                    Err(Ambiguous) => None,
                }
            }
            (None, None) => Some(Decimal::ONE),
        }
    }
}

/// Two units of one dimension are stated: which one counts is open.
struct Ambiguous;

/// The one factor among several that are equal; none if there is none.
fn one_factor(mut factors: impl Iterator<Item = Decimal>) -> Result<Option<Decimal>, Ambiguous> {
    let first = factors.next();
    if factors.all(|factor| Some(factor) == first) {
        Ok(first)
    } else {
        Err(Ambiguous)
    }
}

/// The period that the block above a list states.
pub(super) fn claim_period(title: &Title, form: &Form) -> PeriodClaim {
    let stated: Vec<_> = title
        .periods
        .iter()
        .filter(|(_, p)| form.frequencies.contains(&p.frequency))
        .collect();
    match stated.first() {
        None => match title.unusable_period(&form.frequencies) {
            Some(stated) => PeriodClaim::Unusable(stated.clone()),
            None => PeriodClaim::Unstated,
        },
        Some((first, period)) => match stated.iter().find(|(_, other)| other != period) {
            Some((second, _)) => PeriodClaim::Contradiction(first.clone(), second.clone()),
            None => PeriodClaim::Agreed(*period),
        },
    }
}
