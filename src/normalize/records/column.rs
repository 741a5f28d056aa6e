//! A column of a record list, while records arrive.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Decimal128Builder, Int64Builder, StringArray, StringBuilder,
};
use arrow::datatypes::{DataType, Field as ArrowField};
use arrow::error::ArrowError;

use super::value::FieldValue;
use crate::extract::FieldKind;

/// The values of one field so far.
#[derive(Debug)]
pub(super) enum ColumnBuilder {
    /// Texts; and, by record, those that were changed after later records had arrived.
    Text(StringBuilder, BTreeMap<usize, Option<String>>),
    /// Numbers; and those that were settled later.
    Whole(Int64Builder, Vec<(usize, i64)>),
    /// Millionths; and those that were settled later.
    Decimal(Decimal128Builder, Vec<(usize, i128)>),
    Flag(BooleanBuilder),
}

impl ColumnBuilder {
    pub(super) fn of(kind: FieldKind) -> Self {
        match kind {
            FieldKind::Whole => Self::Whole(Int64Builder::new(), Vec::new()),
            FieldKind::Decimal => Self::Decimal(Decimal128Builder::new(), Vec::new()),
            FieldKind::Flag => Self::Flag(BooleanBuilder::new()),
            _ => Self::Text(StringBuilder::new(), BTreeMap::new()),
        }
    }

    /// Adds the value of the next record; a value of another kind becomes none.
    pub(super) fn push(&mut self, value: FieldValue<'_>) {
        match self {
            Self::Text(texts, _) => match value {
                FieldValue::Text(text) => texts.append_value(text),
                _ => texts.append_null(),
            },
            Self::Whole(numbers, _) => match value {
                FieldValue::Whole(n) => numbers.append_value(n),
                _ => numbers.append_null(),
            },
            Self::Decimal(numbers, _) => match value {
                FieldValue::Decimal(n) => numbers.append_value(n),
                _ => numbers.append_null(),
            },
            Self::Flag(flags) => match value {
                FieldValue::Flag(flag) => flags.append_value(flag),
                _ => flags.append_null(),
            },
        }
    }

    /// Sets a number that was left open.
    pub(super) fn settle(&mut self, record: usize, value: FieldValue<'_>) {
        match (self, value) {
            (Self::Whole(_, settled), FieldValue::Whole(n)) => settled.push((record, n)),
            (Self::Decimal(_, settled), FieldValue::Decimal(n)) => settled.push((record, n)),
            _ => {}
        }
    }

    /// Changes a text after later records have arrived; none takes it away.
    pub(super) fn replace(&mut self, record: usize, text: Option<String>) {
        if let Self::Text(_, changed) = self {
            changed.insert(record, text);
        }
    }

    /// The texts of some records, in their order, as they were added.
    pub(super) fn texts(&self, records: &[u32]) -> Vec<(usize, String)> {
        let Self::Text(texts, _) = self else {
            return Vec::new();
        };
        let (bytes, ends) = (texts.values_slice(), texts.offsets_slice());
        let text = |record: usize| {
            let end = |i: usize| usize::try_from(*ends.get(i)?).ok();
            let text = bytes.get(end(record)?..end(record + 1)?)?;
            std::str::from_utf8(text).ok().map(str::to_owned)
        };
        let records = records.iter().map(|record| *record as usize);
        records
            .filter_map(|record| Some((record, text(record)?)))
            .collect()
    }

    /// The column as an array of the lake's type.
    pub(super) fn finish(self, name: &str) -> Result<(ArrowField, ArrayRef), ArrowError> {
        let array: ArrayRef = match self {
            Self::Text(mut texts, mut changed) => {
                let texts = texts.finish();
                if changed.is_empty() {
                    Arc::new(texts)
                } else {
                    let all = texts.iter().enumerate().map(|(record, text)| {
                        let own = || text.map(str::to_owned);
                        changed.remove(&record).unwrap_or_else(own)
                    });
                    Arc::new(all.collect::<StringArray>())
                }
            }
            Self::Whole(mut numbers, settled) => {
                let mut numbers = numbers.finish();
                if !settled.is_empty() {
                    let mut all: Vec<Option<i64>> = numbers.iter().collect();
                    for (record, settled) in settled {
                        if let Some(number) = all.get_mut(record) {
                            *number = Some(settled);
                        }
                    }
                    numbers = all.into();
                }
                Arc::new(numbers)
            }
            Self::Decimal(mut numbers, settled) => {
                let mut numbers = numbers.finish();
                if !settled.is_empty() {
                    let mut all: Vec<Option<i128>> = numbers.iter().collect();
                    for (record, millionths) in settled {
                        if let Some(number) = all.get_mut(record) {
                            *number = Some(millionths);
                        }
                    }
                    numbers = all.into();
                }
                Arc::new(numbers.with_precision_and_scale(38, 6)?)
            }
            Self::Flag(mut flags) => Arc::new(flags.finish()),
        };
        let data_type: DataType = array.data_type().clone();
        Ok((ArrowField::new(name, data_type, true), array))
    }
}
