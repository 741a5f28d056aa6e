//! Types of columns: texts as plain strings or views, and the conversion of batches to a schema.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::{CastOptions, cast, cast_with_options, concat_batches};
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use arrow::error::ArrowError;
use datafusion::error::{DataFusionError, Result};

use super::columns::DECIMAL;

/// The result of a query, its texts as Utf8.
pub(super) fn without_views(
    schema: &Schema,
    batches: Vec<RecordBatch>,
) -> Result<(SchemaRef, Vec<RecordBatch>)> {
    let plain = |batch: RecordBatch| {
        let schema = Arc::new(texts_as(batch.schema_ref(), &DataType::Utf8));
        if schema == *batch.schema_ref() {
            return Ok(batch);
        }
        let columns = batch.columns().iter().zip(schema.fields());
        let columns = columns.map(|(column, field)| cast(column, field.data_type()));
        let columns = columns.collect::<Result<Vec<_>, ArrowError>>()?;
        RecordBatch::try_new(schema, columns)
    };
    let batches = batches.into_iter().map(plain);
    Ok((
        Arc::new(texts_as(schema, &DataType::Utf8)),
        batches.collect::<Result<_, ArrowError>>()?,
    ))
}

/// The schema with all texts of the given type.
pub(super) fn texts_as(schema: &Schema, text: &DataType) -> Schema {
    let fields = schema.fields().iter().map(|field| in_texts(field, text));
    Schema::new_with_metadata(fields.collect::<Fields>(), schema.metadata().clone())
}

/// The field with all texts of the given type, also inside lists.
fn in_texts(field: &FieldRef, text: &DataType) -> FieldRef {
    let data_type = match field.data_type() {
        DataType::Utf8 | DataType::Utf8View => text.clone(),
        DataType::List(item) => DataType::List(in_texts(item, text)),
        _ => return field.clone(),
    };
    Arc::new(field.as_ref().clone().with_data_type(data_type))
}

/// The columns of a query's result as the lake stores them: texts as Utf8, whole numbers as Int64, other numbers as
/// decimals of six places; every column may be NULL.
#[must_use]
pub fn as_stored(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| {
        let data_type = match field.data_type() {
            DataType::Utf8View | DataType::LargeUtf8 | DataType::Null => DataType::Utf8,
            whole if whole.is_integer() => DataType::Int64,
            number if number.is_numeric() => DECIMAL,
            other => other.clone(),
        };
        Field::new(field.name(), data_type, true)
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// Converts batches into one batch of `schema`. Columns are found by name and cast to the types of `schema`; decimals are
/// rounded half away from zero.
///
/// # Errors
/// If a column is missing or a value does not fit its type.
pub fn conform(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<RecordBatch> {
    let options = CastOptions {
        safe: false,
        ..Default::default()
    };
    let mut conformed = Vec::with_capacity(batches.len());
    for batch in batches {
        let columns = schema
            .fields()
            .iter()
            .map(|field| {
                let column = batch.column_by_name(field.name()).ok_or_else(|| {
                    DataFusionError::Plan(format!("the column `{}` is missing", field.name()))
                })?;
                Ok(cast_with_options(column, field.data_type(), &options)?)
            })
            .collect::<Result<Vec<_>>>()?;
        conformed.push(RecordBatch::try_new(schema.clone(), columns)?);
    }
    Ok(concat_batches(schema, &conformed)?)
}
