//! Columns of tables, built from Rust values, and columns of text read back.
//!
//! All types are those of the lake: texts are Utf8, whole numbers Int64, decimals have six places, times are in
//! microseconds of UTC.

use std::fmt::{Display, Write as _};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, Int64Array, RecordBatch, StringArray,
    StringBuilder, TimestampMicrosecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use datafusion::error::{DataFusionError, Result};
use jiff::Timestamp;
use rust_decimal::Decimal;

/// Decimal places of a value in the lake.
pub const VALUE_SCALE: u32 = 6;

/// Type of a value in the lake.
pub const DECIMAL: DataType = DataType::Decimal128(38, VALUE_SCALE as i8);

/// A decimal of at most six places as the lake stores it: a whole number of millionths.
#[must_use]
pub fn lake_decimal(value: Decimal) -> i128 {
    let mut scaled = value;
    scaled.rescale(VALUE_SCALE);
    scaled.mantissa()
}

/// A text that may be missing.
pub trait MaybeText {
    /// The text; none if it is missing.
    fn text(&self) -> Option<&str>;
}

impl MaybeText for str {
    fn text(&self) -> Option<&str> {
        Some(self)
    }
}

impl MaybeText for String {
    fn text(&self) -> Option<&str> {
        Some(self)
    }
}

impl<T: MaybeText + ?Sized> MaybeText for &T {
    fn text(&self) -> Option<&str> {
        (*self).text()
    }
}

impl<T: MaybeText> MaybeText for Option<T> {
    fn text(&self) -> Option<&str> {
        self.as_ref()?.text()
    }
}

/// A column of texts. A missing text and an empty one are NULL.
pub fn texts<T: MaybeText>(values: impl IntoIterator<Item = T>) -> ArrayRef {
    let mut column = StringBuilder::new();
    for value in values {
        column.append_option(value.text().filter(|text| !text.is_empty()));
    }
    Arc::new(column.finish())
}

/// A column of values as texts. A missing value is NULL.
pub fn displayed<T: Display>(values: impl IntoIterator<Item = Option<T>>) -> ArrayRef {
    let mut column = StringBuilder::new();
    for value in values {
        match value {
            Some(value) => {
                // Writing to a builder never fails.
                let _ = write!(column, "{value}");
                column.append_value("");
            }
            None => column.append_null(),
        }
    }
    Arc::new(column.finish())
}

/// A column of whole numbers.
pub fn integers<T: Into<Option<i64>>>(values: impl IntoIterator<Item = T>) -> ArrayRef {
    let values = values.into_iter().map(Into::into);
    Arc::new(values.collect::<Int64Array>())
}

/// A column of decimals of at most six places.
pub fn decimals<T: Into<Option<Decimal>>>(values: impl IntoIterator<Item = T>) -> ArrayRef {
    let values = values.into_iter().map(Into::into);
    let values: Decimal128Array = values.map(|value| value.map(lake_decimal)).collect();
    Arc::new(values.with_data_type(DECIMAL))
}

/// A column of flags.
pub fn flags<T: Into<Option<bool>>>(values: impl IntoIterator<Item = T>) -> ArrayRef {
    let values = values.into_iter().map(Into::into);
    Arc::new(values.collect::<BooleanArray>())
}

/// A column of points in time.
pub fn times<T: Into<Option<Timestamp>>>(values: impl IntoIterator<Item = T>) -> ArrayRef {
    let values = values.into_iter().map(Into::into);
    let values: TimestampMicrosecondArray = values
        .map(|time| time.map(Timestamp::as_microsecond))
        .collect();
    Arc::new(values.with_timezone("UTC"))
}

/// A batch of named columns, which all may be NULL.
///
/// # Errors
/// If there are no columns, or they differ in length.
pub fn batch<'n>(
    columns: impl IntoIterator<Item = (&'n str, ArrayRef)>,
) -> std::result::Result<RecordBatch, ArrowError> {
    let columns = columns.into_iter();
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true)))
}

/// A column of a batch, its values as texts whatever its type.
#[derive(Debug, Clone)]
pub struct TextColumn(StringArray);

impl TextColumn {
    /// The column `name`. If the batch lacks it, every value is NULL.
    #[must_use]
    pub fn read(batch: &RecordBatch, name: &str) -> Self {
        Self::required(batch, name)
            .unwrap_or_else(|_| Self(StringArray::new_null(batch.num_rows())))
    }

    /// The column `name`, which the batch must have.
    ///
    /// # Errors
    /// If the batch lacks it, or its values cannot be written as texts.
    pub fn required(batch: &RecordBatch, name: &str) -> Result<Self> {
        let column = batch
            .column_by_name(name)
            .ok_or_else(|| DataFusionError::Plan(format!("the column `{name}` is missing")))?;
        let texts = cast(column, &DataType::Utf8)?;
        Ok(Self(texts.as_string::<i32>().clone()))
    }

    /// The text of a row; none if it is NULL.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&str> {
        self.0.is_valid(row).then(|| self.0.value(row))
    }

    /// The text of a row; empty if it is NULL.
    #[must_use]
    pub fn text(&self, row: usize) -> &str {
        self.get(row).unwrap_or_default()
    }

    /// The text of a row as a value of its own; none if it is NULL.
    #[must_use]
    pub fn owned(&self, row: usize) -> Option<String> {
        self.get(row).map(str::to_owned)
    }

    /// The texts in the order of the rows; none for NULL.
    pub fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_and_empty_texts_are_null() {
        let names = [Some("a".to_owned()), Some(String::new()), None];
        let column = texts(&names);
        let batch = batch([("name", column), ("n", integers([1, 2, 3]))]).expect("equal lengths");
        let read = TextColumn::read(&batch, "name");
        assert_eq!(read.iter().collect::<Vec<_>>(), [Some("a"), None, None]);
        assert_eq!((read.get(1), read.text(1)), (None, ""));
        assert_eq!(TextColumn::read(&batch, "n").text(2), "3");
        assert_eq!(TextColumn::read(&batch, "other").get(0), None);
        assert!(TextColumn::required(&batch, "other").is_err());
    }

    #[test]
    fn columns_have_the_types_of_the_lake() {
        let half: Decimal = "0.5".parse().expect("a decimal");
        let column = decimals([Some(half), None]);
        assert_eq!(column.data_type(), &DECIMAL);
        assert_eq!(lake_decimal(half), 500_000);
        assert_eq!(flags([true, false]).len(), 2);
        let batch = batch([("n", displayed([Some(1), None]))]).expect("a column");
        let read = TextColumn::read(&batch, "n");
        assert_eq!(read.iter().collect::<Vec<_>>(), [Some("1"), None]);
        let time = times([Timestamp::UNIX_EPOCH]);
        assert!(matches!(time.data_type(), DataType::Timestamp(_, Some(zone)) if &**zone == "UTC"));
    }
}
