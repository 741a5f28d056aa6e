//! Writing the records of a report: one file of its own, so that what did not change is linked.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray, new_null_array};
use arrow::datatypes::DataType;

use super::schema::TableSchema;
use super::{LakeError, Snapshot, io_at, write};

/// The records of one report, for the lake's table of them.
#[derive(Debug, Clone)]
pub struct RecordPart {
    /// The table.
    pub table: String,
    /// The period, for the name of the file.
    pub period: String,
    /// What all records share, by column: the report, its unit, its period, its sheet.
    pub shared: Vec<(&'static str, Option<String>)>,
    /// The other columns; a column of the table that is not among them is NULL.
    pub rows: RecordBatch,
}

impl RecordPart {
    /// The rows as the lake's table has them.
    fn in_table(&self, table: &TableSchema) -> Result<RecordBatch, arrow::error::ArrowError> {
        let n = self.rows.num_rows();
        let columns = table.schema.fields().iter().map(|field| {
            let shared = self.shared.iter().find(|(name, _)| name == field.name());
            match shared {
                Some((_, Some(text))) => {
                    Arc::new(StringArray::from_iter_values(std::iter::repeat_n(text, n)))
                        as ArrayRef
                }
                Some((_, None)) => new_null_array(&DataType::Utf8, n),
                None => self
                    .rows
                    .column_by_name(field.name())
                    .cloned()
                    .unwrap_or_else(|| new_null_array(field.data_type(), n)),
            }
        });
        RecordBatch::try_new(table.schema.clone(), columns.collect())
    }
}

/// Writes the records of a report into the directory of their table.
pub(super) fn write_part(
    directory: &Path,
    table: &TableSchema,
    part: &RecordPart,
    before: Option<&Snapshot>,
) -> Result<(), LakeError> {
    fs::create_dir_all(directory).map_err(io_at(directory))?;
    let wrong = |message: String| LakeError::Parquet {
        path: directory.display().to_string(),
        message,
    };
    let rows = part.in_table(table).map_err(|e| wrong(e.to_string()))?;
    let bytes = write::encode(&rows).map_err(|e| wrong(e.to_string()))?;
    write::keep(directory, table, &part.period, &bytes, before)
}
