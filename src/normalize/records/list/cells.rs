//! A cell of a list to the value of its field, or to a finding.

use std::borrow::Cow;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::open_list::{DecodedTexts, OpenList, OpenNumber};
use crate::diagnostic::{Message, findings};
use crate::extract::{FieldKind, RecordField};
use crate::normalize::locale::{LocaleProof, proof_in};
use crate::normalize::number::{ParsedNumber, TextNumber};
use crate::normalize::records::deadline::read_deadline;
use crate::normalize::records::value::{
    FieldValue, ReadNumber, digits_of, in_lake, kept, millionths, number,
};
use crate::normalize::scale::VALUE_SCALE;
use crate::normalize::shown::{shows_another, withheld_message};
use crate::read::{Address, BorrowedContent, CellContent};

impl OpenList<'_> {
    /// The value of a cell; none if the cell is held back with a finding.
    pub(super) fn value<'t>(
        &mut self,
        field: usize,
        column: usize,
        factor: Option<Decimal>,
        cell: BorrowedContent<'t>,
        at: Address,
    ) -> Option<OwnedValue<'t>> {
        let shape = self.shape;
        let facts = &shape.fields[field];
        match cell {
            BorrowedContent::Error(error) => {
                return self.refuse(at, findings::TH305 { error });
            }
            BorrowedContent::NoCachedValue => return self.refuse(at, findings::TH306),
            BorrowedContent::Withheld(cell) => {
                return self.refuse(at, withheld_message(cell.why));
            }
            _ => {}
        }
        match facts.kind {
            FieldKind::Text => match &facts.shape {
                Some(shape) => self.shaped_code(shape, cell, at),
                None => self.plain_text(facts, cell, at),
            },
            FieldKind::Code | FieldKind::Flag => self.code(field, cell, at),
            FieldKind::Date => self.date(column, cell, at),
            FieldKind::Whole | FieldKind::Decimal => {
                if let BorrowedContent::Shown(shown) = cell
                    && shows_another(shown)
                    && self.conventions.symbols.status(&shown.text).is_none()
                {
                    let (stored, shown) = (shown.stored.as_text(), &shown.text);
                    self.faults.cell(at, findings::TH322 { stored, shown });
                }
                let Some(factor) = factor else {
                    let unit = self.measure_of(at.column);
                    let wanted = facts.unit.as_deref().unwrap_or_default();
                    return self.refuse(at, findings::TH303 { unit, wanted });
                };
                self.number(facts, column, factor, cell, at)
            }
            FieldKind::Deadline => self.deadline(facts, cell, at),
            FieldKind::Number | FieldKind::Personal | FieldKind::Register => Some(OwnedValue::None),
        }
    }

    /// The deadline in a cell; none, with a finding, if nobody can tell.
    fn deadline<'t>(
        &mut self,
        facts: &RecordField,
        cell: BorrowedContent<'_>,
        at: Address,
    ) -> Option<OwnedValue<'t>> {
        if let BorrowedContent::Text(text) = cell
            && self.conventions.symbols.status(text).is_some()
        {
            return Some(OwnedValue::None);
        }
        match read_deadline(cell, facts, self.vocabulary) {
            Some(day) => Some(OwnedValue::String(day)),
            None => {
                let (raw, head) = (as_read(cell), &facts.title);
                self.refuse(at, findings::TH356 { raw, head })
            }
        }
    }

    /// The unit of measure that the head of a column states.
    fn measure_of(&self, column: u32) -> String {
        let head = self.head.columns.iter().find(|c| c.column == column);
        head.and_then(|c| c.measure.as_ref())
            .or(self.head.title.measure.as_ref())
            .map(|m| m.text.clone())
            .unwrap_or_default()
    }

    /// Holds a cell back, with a finding.
    pub(super) fn refuse<'t>(
        &mut self,
        at: Address,
        message: impl Into<Message>,
    ) -> Option<OwnedValue<'t>> {
        self.faults.cell(at, message);
        None
    }

    pub(super) fn text<'t>(&mut self, cell: BorrowedContent<'t>, at: Address) -> Cow<'t, str> {
        match cell {
            BorrowedContent::Text(text) => {
                // Old fonts write letters as characters between ¡ and ¿, whose first byte is this.
                if text.as_bytes().contains(&0xc2)
                    && let Some((encoding, decoded)) =
                        self.vocabulary.encodings.decode_by_words(text)
                {
                    let first = self.decoded.get_or_insert_with(|| DecodedTexts {
                        at,
                        encoding: encoding.to_owned(),
                        read: text.to_owned(),
                        decoded: decoded.clone(),
                        count: 0,
                    });
                    first.count += 1;
                    return Cow::Owned(kept(&decoded).into_owned());
                }
                kept(text)
            }
            BorrowedContent::Number(n) => digits_of(n).unwrap_or_else(|| as_read(cell)).into(),
            other => as_read(other).into(),
        }
    }

    fn code<'t>(
        &mut self,
        field: usize,
        cell: BorrowedContent<'_>,
        at: Address,
    ) -> Option<OwnedValue<'t>> {
        let facts = &self.shape.fields[field];
        let is_flag = facts.kind == FieldKind::Flag;
        let code = match cell {
            BorrowedContent::Bool(b) if is_flag => return Some(OwnedValue::Flag(b)),
            BorrowedContent::Text(text) => match self.codes[field].get(text) {
                Some(code) => code.clone(),
                None => {
                    let read = self.text(cell, at).into_owned();
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
            Some(code) if is_flag => Some(OwnedValue::Flag(&*code == "true")),
            Some(code) => Some(OwnedValue::Code(code)),
            None => {
                let (raw, head) = (as_read(cell), &facts.title);
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
    ) -> Option<OwnedValue<'t>> {
        let whole = facts.kind == FieldKind::Whole;
        if let BorrowedContent::Number(n) = cell
            && let Some(n) = millionths(n)
        {
            let n = if factor == Decimal::ONE {
                Some(n)
            } else {
                in_lake(Decimal::from_i128_with_scale(n, VALUE_SCALE), factor)
            };
            self.all_doubtful = false;
            return match n {
                Some(n) => self.of_kind(whole, n, cell, at),
                None => self.refuse(at, findings::TH319 { raw: as_read(cell) }),
            };
        }
        let read = match number(cell, self.conventions) {
            ReadNumber::Marked => return Some(OwnedValue::None),
            ReadNumber::Not => return self.refuse(at, findings::TH301 { raw: as_read(cell) }),
            ReadNumber::Read(read) => read,
        };
        if read.approximate {
            let raw = as_read(cell);
            self.faults.cell(at, findings::TH308 { raw });
        }
        if let Some(mark) = &read.raised {
            let raw = as_read(cell);
            self.faults.cell(at, findings::TH331 { raw, mark });
        }
        let factor = self.unit_factor(facts, read.unit(), factor, at)?;
        self.note_proof(column, &read, whole && factor == Decimal::ONE, cell, at);
        match read.value {
            ParsedNumber::Sure(value) => match in_lake(value, factor) {
                Some(n) => self.of_kind(whole, n, cell, at),
                None => self.refuse(at, findings::TH319 { raw: as_read(cell) }),
            },
            ParsedNumber::Doubtful { .. } => {
                self.open.push(OpenNumber {
                    record: self.rows.len(),
                    column,
                    at,
                    raw: as_read(cell),
                    number: read.value,
                    factor,
                    whole,
                });
                Some(OwnedValue::None)
            }
        }
    }

    /// Notes what a number proves of how its column writes numbers.
    fn note_proof(
        &mut self,
        column: usize,
        read: &TextNumber,
        whole: bool,
        cell: BorrowedContent<'_>,
        at: Address,
    ) {
        // A symbol for nil is no number that somebody wrote without decimals.
        let is_symbol =
            matches!(cell, BorrowedContent::Text(text) if !text.contains(char::is_numeric));
        self.all_doubtful &= is_symbol || matches!(read.value, ParsedNumber::Doubtful { .. });
        let own = self.proofs.entry(column).or_default();
        if let Some((locale, reason, weight)) = proof_in(read, whole)
            && !own.iter().any(|p| p.locale == locale && p.weight == weight)
        {
            own.push(LocaleProof {
                weight,
                locale,
                reason,
                at,
                raw: as_read(cell),
            });
        }
    }

    /// Millionths as the whole number or the decimal that the field holds.
    fn of_kind<'t>(
        &mut self,
        whole: bool,
        n: i128,
        cell: BorrowedContent<'_>,
        at: Address,
    ) -> Option<OwnedValue<'t>> {
        if !whole {
            return Some(OwnedValue::Decimal(n));
        }
        if n % MILLION == 0 {
            return Some(OwnedValue::Whole((n / MILLION) as i64));
        }
        self.refuse(at, findings::TH318 { raw: as_read(cell) })
    }

    /// The factor of a cell: that of the unit behind its number, else that of its column. None if the unit cannot be
    /// converted; the finding is made here.
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
}

/// Millionths of one.
pub(super) const MILLION: i128 = 1_000_000;

/// A value of a field that may own its text.
pub(super) enum OwnedValue<'t> {
    None,
    Str(&'t str),
    String(String),
    Code(Arc<str>),
    Whole(i64),
    Decimal(i128),
    Flag(bool),
}

impl<'t> OwnedValue<'t> {
    pub(super) fn of_text(text: Cow<'t, str>) -> Self {
        match text {
            Cow::Borrowed(text) => Self::Str(text),
            Cow::Owned(text) => Self::String(text),
        }
    }

    pub(super) fn as_value(&self) -> FieldValue<'_> {
        match self {
            Self::None => FieldValue::None,
            Self::Whole(n) => FieldValue::Whole(*n),
            Self::Decimal(n) => FieldValue::Decimal(*n),
            Self::Flag(flag) => FieldValue::Flag(*flag),
            Self::Str(_) | Self::String(_) | Self::Code(_) => {
                FieldValue::Text(self.text().unwrap_or_default())
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

/// The content of a cell, as read.
pub(super) fn as_read(cell: BorrowedContent<'_>) -> String {
    match cell {
        BorrowedContent::Number(n) => CellContent::Number(n).as_read(),
        BorrowedContent::Text(text)
        | BorrowedContent::Date(text)
        | BorrowedContent::Error(text) => text.to_owned(),
        BorrowedContent::Bool(b) => CellContent::Bool(b).as_read(),
        BorrowedContent::NoCachedValue => CellContent::NoCachedValue.as_read(),
        BorrowedContent::Shown(shown) => shown.text.clone(),
        BorrowedContent::Withheld(cell) => cell.text.clone(),
    }
}
