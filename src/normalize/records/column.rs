//! A column of a record list as it grows.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, BooleanBuilder, Decimal128Array, Int64Array, StringBuilder,
};
use arrow::datatypes::{DataType, Field as ArrowField};
use arrow::error::ArrowError;

use super::value::Value;
use crate::extract::FieldKind;

/// Values of one field, from the first record on.
#[derive(Debug)]
pub(super) enum Column {
    Text(StringBuilder),
    Whole(Vec<Option<i64>>),
    /// Millionths.
    Decimal(Vec<Option<i128>>),
    Flag(BooleanBuilder),
}

impl Column {
    pub(super) fn of(kind: FieldKind) -> Self {
        match kind {
            FieldKind::Whole => Self::Whole(Vec::new()),
            FieldKind::Decimal => Self::Decimal(Vec::new()),
            FieldKind::Flag => Self::Flag(BooleanBuilder::new()),
            _ => Self::Text(StringBuilder::new()),
        }
    }

    /// The value of the next record; of another kind than the column's it is none.
    pub(super) fn push(&mut self, value: Value<'_>) {
        match self {
            Self::Text(texts) => match value {
                Value::Text(text) => texts.append_value(text),
                _ => texts.append_null(),
            },
            Self::Whole(numbers) => numbers.push(match value {
                Value::Whole(n) => Some(n),
                _ => None,
            }),
            Self::Decimal(numbers) => numbers.push(match value {
                Value::Decimal(n) => Some(n),
                _ => None,
            }),
            Self::Flag(flags) => match value {
                Value::Flag(flag) => flags.append_value(flag),
                _ => flags.append_null(),
            },
        }
    }

    /// Puts a number where it was left open.
    pub(super) fn settle(&mut self, record: usize, millionths: i128) {
        if let Self::Decimal(numbers) = self
            && let Some(number) = numbers.get_mut(record)
        {
            *number = Some(millionths);
        }
    }

    /// The column, in the lake's type.
    pub(super) fn finish(self, name: &str) -> Result<(ArrowField, ArrayRef), ArrowError> {
        let array: ArrayRef = match self {
            Self::Text(mut texts) => Arc::new(texts.finish()),
            Self::Whole(numbers) => Arc::new(Int64Array::from(numbers)),
            Self::Decimal(numbers) => {
                Arc::new(Decimal128Array::from(numbers).with_precision_and_scale(38, 6)?)
            }
            Self::Flag(mut flags) => {
                let flags: BooleanArray = flags.finish();
                Arc::new(flags)
            }
        };
        let data_type: DataType = array.data_type().clone();
        Ok((ArrowField::new(name, data_type, true), array))
    }
}
