//! A cell of a list to the value of its field, or to a finding.

use std::borrow::Cow;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::{List, Open, Proof};
use crate::diagnostic::{Message, findings};
use crate::extract::{FieldKind, RecordField};
use crate::normalize::VALUE_SCALE;
use crate::normalize::number::ParsedNumber;
use crate::normalize::records::value::{
    Number, Value, date, digits_of, in_lake, kept, millionths, number,
};
use crate::read::{Address, BorrowedContent, CellContent};

impl List<'_> {
    /// The value of a cell; none where it is held back, which was said.
    pub(super) fn value<'t>(
        &mut self,
        field: usize,
        column: usize,
        factor: Option<Decimal>,
        cell: BorrowedContent<'t>,
        at: Address,
    ) -> Option<Owned<'t>> {
        let shape = self.shape;
        let facts = &shape.fields[field];
        match cell {
            BorrowedContent::Error(error) => {
                self.faults.cell(at, findings::TH305 { error });
                return None;
            }
            BorrowedContent::NoCachedValue => {
                self.faults.cell(at, findings::TH306);
                return None;
            }
            _ => {}
        }
        match facts.kind {
            FieldKind::Text => Some(Owned::of_text(self.text(cell, facts.digits, at))),
            FieldKind::Code | FieldKind::Flag => self.code(field, cell, at),
            FieldKind::Date => match date(cell) {
                Some(date) => Some(Owned::String(date)),
                None => self.refuse(at, findings::TH316 { raw: as_read(cell) }),
            },
            FieldKind::Whole | FieldKind::Decimal => {
                let Some(factor) = factor else {
                    let unit = self.measure_of(at.column);
                    let wanted = facts.unit.as_deref().unwrap_or_default();
                    self.faults.cell(at, findings::TH303 { unit, wanted });
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

    fn refuse<'t>(&mut self, at: Address, message: impl Into<Message>) -> Option<Owned<'t>> {
        self.faults.cell(at, message);
        None
    }

    fn text<'t>(
        &mut self,
        cell: BorrowedContent<'t>,
        digits: Option<usize>,
        at: Address,
    ) -> Cow<'t, str> {
        match cell {
            BorrowedContent::Text(text) => {
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
            BorrowedContent::Number(n) => {
                digits_of(n, digits).unwrap_or_else(|| as_read(cell)).into()
            }
            other => as_read(other).into(),
        }
    }

    fn code<'t>(
        &mut self,
        field: usize,
        cell: BorrowedContent<'_>,
        at: Address,
    ) -> Option<Owned<'t>> {
        let facts = &self.shape.fields[field];
        let is_flag = facts.kind == FieldKind::Flag;
        let code = match cell {
            BorrowedContent::Bool(b) if is_flag => return Some(Owned::Flag(b)),
            BorrowedContent::Text(text) => match self.codes[field].get(text) {
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
                let head = &self.shape.fields[field].title;
                let raw = as_read(cell);
                self.refuse(at, findings::TH317 { raw, head })
            }
        }
    }

    fn number<'t>(
        &mut self,
        facts: &RecordField,
        column: usize,
        factor: Decimal,
        cell: BorrowedContent<'_>,
        at: Address,
    ) -> Option<Owned<'t>> {
        let whole = facts.kind == FieldKind::Whole;
        if let BorrowedContent::Number(n) = cell
            && let Some(n) = millionths(n)
        {
            let n = if factor == Decimal::ONE {
                Some(n)
            } else {
                in_lake(Decimal::from_i128_with_scale(n, VALUE_SCALE), factor)
            };
            return match n {
                Some(n) => self.of_kind(whole, n, cell, at),
                None => self.refuse(at, findings::TH319 { raw: as_read(cell) }),
            };
        }
        let (value, unit) = match number(cell, self.conventions) {
            Number::Marked => return Some(Owned::None),
            Number::Not => return self.refuse(at, findings::TH301 { raw: as_read(cell) }),
            Number::Is {
                value,
                approximate,
                proves,
                unit,
            } => {
                if approximate {
                    let raw = as_read(cell);
                    self.faults.cell(at, findings::TH308 { raw });
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
                    let ParsedNumber::Doubtful { grouped, .. } = reading else {
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
            return self.refuse(at, findings::TH319 { raw: as_read(cell) });
        };
        self.of_kind(whole, n, cell, at)
    }

    /// Millionths as the whole number or the decimal that a field holds.
    fn of_kind<'t>(
        &mut self,
        whole: bool,
        n: i128,
        cell: BorrowedContent<'_>,
        at: Address,
    ) -> Option<Owned<'t>> {
        if !whole {
            return Some(Owned::Decimal(n));
        }
        if n % MILLION == 0 {
            return Some(Owned::Whole((n / MILLION) as i64));
        }
        self.refuse(at, findings::TH318 { raw: as_read(cell) })
    }

    /// The factor of a cell: that of the unit behind its number, else that of its column.
    fn unit_factor(
        &mut self,
        facts: &RecordField,
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
            self.faults.cell(at, findings::TH303 { unit, wanted });
        }
        factor
    }

    /// Settles what was left open by what the rest of the sheet proves.
    pub(super) fn settle(&mut self) {
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
                    let decided = findings::TH307 {
                        raw: number.raw,
                        value: value.normalize().to_string(),
                        proof,
                        proof_cell: at,
                    };
                    self.faults.cell(number.at, decided);
                }
                _ => {
                    self.explained += 1;
                    if let ParsedNumber::Doubtful {
                        grouped, fraction, ..
                    } = number.reading
                    {
                        let ambiguous = findings::TH302 {
                            raw: number.raw,
                            grouped: grouped.to_string(),
                            fraction: fraction.to_string(),
                        };
                        self.faults.cell(number.at, ambiguous);
                    }
                }
            }
        }
    }
}

/// Millionths of one.
const MILLION: i128 = 1_000_000;

/// A value that may own its text.
pub(super) enum Owned<'t> {
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

    pub(super) fn as_value(&self) -> Value<'_> {
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

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            Self::String(text) => Some(text),
            Self::Code(code) => Some(code),
            _ => None,
        }
    }
}

/// What a cell says, as read.
fn as_read(cell: BorrowedContent<'_>) -> String {
    match cell {
        BorrowedContent::Number(n) => CellContent::Number(n).as_read(),
        BorrowedContent::Text(text)
        | BorrowedContent::Date(text)
        | BorrowedContent::Error(text) => text.to_owned(),
        BorrowedContent::Bool(b) => CellContent::Bool(b).as_read(),
        BorrowedContent::NoCachedValue => CellContent::NoCachedValue.as_read(),
    }
}
