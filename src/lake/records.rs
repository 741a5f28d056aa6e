//! Writing the records of a report. Each report has a file of its own, so that an unchanged one is only linked. Its columns
//! were encoded when the report was read. They are not encoded again, but copied and combined with the columns that all
//! its records share.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use arrow::array::{ArrayRef, RecordBatch, StringArray, new_null_array};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use parquet::arrow::{ArrowSchemaConverter, add_encoded_arrow_schema_to_metadata};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, ParquetMetaDataReader, RowGroupMetaData};
use parquet::file::reader::FileReader;
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::file::writer::SerializedFileWriter;
use sha2::{Digest, Sha256};

use super::cache::CachedRecords;
use super::error::{LakeError, io_at, parquet_at};
use super::files::several_at_a_time;
use super::schema::TableSchema;
use super::snapshot::Snapshot;
use super::sums::{self, Sums};
use super::write;
use super::writer::Lake;
use crate::intake::hex;

type Bytes = bytes::Bytes;

/// The columns whose value is the same for all records of a report.
pub const SHARED: [&str; 5] = ["report_id", "unit_vintage", "unit_code", "period", "sheet"];

/// The records of one report, to be written to a table of the lake.
#[derive(Debug, Clone)]
pub struct RecordPart {
    /// The table.
    pub table: String,
    /// The period, which is part of the name of the file.
    pub period: String,
    /// The values of the columns [`SHARED`].
    pub shared: [Option<String>; 5],
    /// The file of the cache with the other columns.
    pub rows: CachedRecords,
}

/// The entry of a file's metadata with the hash of everything that the file was made from.
const MADE_OF: &str = "tonghop:made_of";

impl RecordPart {
    /// Hash of everything that the file of these records is made from.
    fn made_of(&self, table: &TableSchema) -> String {
        let mut hasher = Sha256::new();
        let mut add = |text: &str| {
            hasher.update(text.as_bytes());
            hasher.update([0]);
        };
        add(env!("CARGO_PKG_VERSION"));
        add(&format!("{:?}", table.schema));
        add(&self.rows.sha256);
        for text in &self.shared {
            add(&format!("{text:?}"));
        }
        hex(&hasher.finalize())
    }
}

/// The files of a table in a snapshot, by the hash of what they were made from.
fn files_by_origin(snapshot: &Snapshot, table: &TableSchema) -> HashMap<String, PathBuf> {
    let made_of = |path: &Path| {
        let file = File::open(path).ok()?;
        let metadata = ParquetMetaDataReader::new().parse_and_finish(&file).ok()?;
        let entries = metadata.file_metadata().key_value_metadata()?;
        entries
            .iter()
            .find(|entry| entry.key == MADE_OF)?
            .value
            .clone()
    };
    let files = snapshot.files(&table.name).unwrap_or_default();
    files
        .into_iter()
        .filter_map(|path| Some((made_of(&path)?, path)))
        .collect()
}

/// The rows of a table without the columns [`SHARED`], with columns in the order of the table. A column that the rows lack
/// is NULL.
///
/// # Errors
/// If a column has another type than in the table.
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

/// Writes the records of several reports into the folder of their table. A file of the snapshot before that was made of
/// the same is linked if it is undamaged; with `anew`, only if it has the same bytes. Returns the hashes of the files.
pub(super) fn write_parts(
    lake: &Lake,
    directory: &Path,
    table: &TableSchema,
    parts: &[&RecordPart],
    before: Option<&Snapshot>,
    anew: bool,
) -> Result<Sums, LakeError> {
    fs::create_dir_all(directory).map_err(io_at(directory))?;
    let known = before
        .filter(|_| !anew)
        .map_or_else(HashMap::new, |before| files_by_origin(before, table));
    let sums = Mutex::new(Sums::new());
    several_at_a_time(parts, |part| {
        let made_of = part.made_of(table);
        let linked = known.get(&made_of).and_then(|same| {
            let (name, hash) = sums::sound_by_name(same)?;
            fs::hard_link(same, directory.join(&name)).ok()?;
            Some((name, hash))
        });
        let written = match linked {
            Some(linked) => linked,
            None => write_part(lake, directory, table, part, made_of, before)?,
        };
        if let Ok(mut sums) = sums.lock() {
            sums.extend([written]);
        }
        Ok(())
    })?;
    Ok(sums.into_inner().unwrap_or_default())
}

/// Writes the records of one report into the folder of their table.
fn write_part(
    lake: &Lake,
    directory: &Path,
    table: &TableSchema,
    part: &RecordPart,
    made_of: String,
    before: Option<&Snapshot>,
) -> Result<(String, String), LakeError> {
    let rows = lake.cached_records(&part.rows).ok_or_else(|| {
        parquet_at(directory)(format!(
            "the records kept as cache/{} are gone or damaged; run again",
            part.rows.name
        ))
    })?;
    let bytes =
        spliced(table, &part.shared, &Bytes::from(rows), made_of).map_err(parquet_at(directory))?;
    write::keep(directory, table, &part.period, &bytes, before)
}

/// A Parquet file of the table, made of the encoded columns of `rows` and the shared ones.
fn spliced(
    table: &TableSchema,
    shared: &[Option<String>; 5],
    rows: &Bytes,
    made_of: String,
) -> Result<Vec<u8>, ParquetError> {
    let own = SerializedFileReader::new(rows.clone())?;
    let entry = KeyValue::new(MADE_OF.to_owned(), made_of);
    let mut properties = write::properties()?
        .set_key_value_metadata(Some(vec![entry]))
        .build();
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

/// The encoded chunk of a column in a row group.
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

/// The shared columns as a Parquet file with `rows` rows.
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
