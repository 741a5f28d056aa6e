//! Writing the records of a report: one file of its own, so that what did not change is linked. Its columns were
//! encoded when the report was read; they are put together with what all its records share, and not encoded again.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray, new_null_array};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use parquet::arrow::{ArrowSchemaConverter, add_encoded_arrow_schema_to_metadata};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::FileReader;
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::file::writer::SerializedFileWriter;

use super::cache::CachedRecords;
use super::schema::TableSchema;
use super::{Lake, LakeError, Snapshot, io_at, write};

type Bytes = bytes::Bytes;

/// Columns that all records of a report share.
pub const SHARED: [&str; 5] = ["report_id", "unit_vintage", "unit_code", "period", "sheet"];

/// The records of one report, for the lake's table of them.
#[derive(Debug, Clone)]
pub struct RecordPart {
    /// The table.
    pub table: String,
    /// The period, for the name of the file.
    pub period: String,
    /// What all records share: [`SHARED`].
    pub shared: [Option<String>; 5],
    /// Where the other columns are kept.
    pub rows: CachedRecords,
}

/// The rows of a table without what they share, in the order and the types of the table; a column of it that is not
/// among them is NULL.
///
/// # Errors
/// When a column has another type than the table's.
pub fn own_columns(table: &TableSchema, rows: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let fields: Vec<Arc<Field>> = table
        .schema
        .fields()
        .iter()
        .filter(|field| !SHARED.contains(&field.name().as_str()))
        .cloned()
        .collect();
    let columns = fields
        .iter()
        .map(|field| {
            rows.column_by_name(field.name())
                .cloned()
                .unwrap_or_else(|| new_null_array(field.data_type(), rows.num_rows()))
        })
        .collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}

/// Parts that are written at one time: the disk is waited for more than the processor.
const WRITTEN_AT_ONCE: usize = 8;

/// Writes the records of reports into the directory of their table, several at a time.
pub(super) fn write_parts(
    lake: &Lake,
    directory: &Path,
    table: &TableSchema,
    parts: &[&RecordPart],
    before: Option<&Snapshot>,
) -> Result<(), LakeError> {
    fs::create_dir_all(directory).map_err(io_at(directory))?;
    let share = parts.len().div_ceil(WRITTEN_AT_ONCE).max(1);
    std::thread::scope(|scope| {
        let writing: Vec<_> = parts
            .chunks(share)
            .map(|some| {
                scope.spawn(move || {
                    some.iter()
                        .try_for_each(|part| write_part(lake, directory, table, part, before))
                })
            })
            .collect();
        writing.into_iter().try_for_each(|written| {
            written
                .join()
                .unwrap_or_else(|_| Err(LakeError::given_up(table.name)))
        })
    })
}

/// Writes the records of a report into the directory of their table.
fn write_part(
    lake: &Lake,
    directory: &Path,
    table: &TableSchema,
    part: &RecordPart,
    before: Option<&Snapshot>,
) -> Result<(), LakeError> {
    let wrong = |message: String| LakeError::Parquet {
        path: directory.display().to_string(),
        message,
    };
    let rows = lake.cached_records(&part.rows).ok_or_else(|| {
        wrong(format!(
            "the records kept as cache/{} are gone or damaged; run again",
            part.rows.name
        ))
    })?;
    let bytes =
        spliced(table, &part.shared, &Bytes::from(rows)).map_err(|e| wrong(e.to_string()))?;
    write::keep(directory, table, &part.period, &bytes, before)
}

/// A file of the table: the columns of `rows`, and the shared ones.
fn spliced(
    table: &TableSchema,
    shared: &[Option<String>; 5],
    rows: &Bytes,
) -> Result<Vec<u8>, ParquetError> {
    let own = SerializedFileReader::new(rows.clone())?;
    let mut properties = write::properties()?.build();
    add_encoded_arrow_schema_to_metadata(&table.schema, &mut properties);
    let schema = ArrowSchemaConverter::new().convert(&table.schema)?;
    let mut bytes = Vec::with_capacity(rows.len() + 4096);
    let mut writer =
        SerializedFileWriter::new(&mut bytes, schema.root_schema_ptr(), Arc::new(properties))?;
    for group in own.metadata().row_groups() {
        let encoded = Bytes::from(encode_shared(shared, group.num_rows() as usize)?);
        let of_shared = SerializedFileReader::new(encoded.clone())?;
        let of_shared = of_shared.metadata().row_group(0);
        let mut out = writer.next_row_group()?;
        for field in table.schema.fields() {
            let (source, group) = if SHARED.contains(&field.name().as_str()) {
                (&encoded, of_shared)
            } else {
                (rows, group)
            };
            out.append_column(source, chunk(group, field.name())?)?;
        }
        out.close()?;
    }
    writer.close()?;
    Ok(bytes)
}

/// A column of a row group, as it is encoded.
fn chunk(group: &RowGroupMetaData, name: &str) -> Result<ColumnCloseResult, ParquetError> {
    let metadata = group
        .columns()
        .iter()
        .find(|c| c.column_path().string() == name)
        .ok_or_else(|| ParquetError::General(format!("there is no column {name}")))?;
    Ok(ColumnCloseResult {
        bytes_written: metadata.compressed_size() as u64,
        rows_written: group.num_rows() as u64,
        metadata: metadata.clone(),
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    })
}

fn encode_shared(shared: &[Option<String>; 5], rows: usize) -> Result<Vec<u8>, ParquetError> {
    let fields: Vec<Field> = SHARED
        .iter()
        .map(|name| Field::new(*name, DataType::Utf8, true))
        .collect();
    let columns = shared.iter().map(|text| match text {
        Some(text) => Arc::new(StringArray::from_iter_values(std::iter::repeat_n(
            text, rows,
        ))) as ArrayRef,
        None => new_null_array(&DataType::Utf8, rows),
    });
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns.collect())?;
    write::encode(&batch)
}
