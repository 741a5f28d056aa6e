//! Writing one table of a snapshot: its rows are sorted and split by period, its files named by their content.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, UInt32Array};
use arrow::compute::take_record_batch;
use arrow::datatypes::{Decimal128Type, Int64Type};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;

use super::error::{LakeError, io_at, parquet_at};
use super::order;
use super::schema::TableSchema;
use super::seal::hash;
use super::snapshot::Snapshot;
use super::sums::{IN_NAME, Sums};

/// Writes a table into its folder. A file that the snapshot before has too is linked, not written. Returns the hashes of
/// the files, by name.
pub(super) fn write_table(
    directory: &Path,
    table: &TableSchema,
    batch: &RecordBatch,
    before: Option<&Snapshot>,
) -> Result<Sums, LakeError> {
    fs::create_dir_all(directory).map_err(io_at(directory))?;
    let batch = RecordBatch::try_new(table.schema.clone(), batch.columns().to_vec())
        .map_err(parquet_at(directory))?;
    let order = order::order(&batch).map_err(parquet_at(directory))?;
    let mut sums = Sums::new();
    for (name, rows) in parts(&batch, order, table) {
        let part = take_record_batch(&batch, &UInt32Array::from(rows));
        let part = part.map_err(parquet_at(directory))?;
        let bytes = encode(&part).map_err(parquet_at(directory))?;
        sums.extend([keep(directory, table, &name, &bytes, before)?]);
    }
    Ok(sums)
}

/// Stores a file under its name and the hash of its content. If the snapshot before has the file undamaged, it is linked.
/// The file is not durable yet. Returns its name and its hash.
pub(super) fn keep(
    directory: &Path,
    table: &TableSchema,
    name: &str,
    bytes: &[u8],
    before: Option<&Snapshot>,
) -> Result<(String, String), LakeError> {
    let hash = hash(bytes);
    let name = format!("{name}-{}.parquet", &hash[..IN_NAME]);
    let path = directory.join(&name);
    let linked = before.is_some_and(|snapshot| {
        let old = snapshot.directory.join(&table.name).join(&name);
        is_same(&old, bytes) && fs::hard_link(old, &path).is_ok()
    });
    if !linked {
        fs::write(&path, bytes).map_err(io_at(&path))?;
    }
    Ok((name, hash))
}

/// Whether a file holds these bytes: a damaged file must not be linked into the next snapshot.
fn is_same(path: &Path, bytes: &[u8]) -> bool {
    let same_size = fs::metadata(path).is_ok_and(|m| m.len() == bytes.len() as u64);
    same_size && fs::read(path).is_ok_and(|old| old == bytes)
}

/// The parts of a table, one for each period or one for all: the name of the part and its rows in their order.
fn parts(batch: &RecordBatch, order: Vec<u32>, table: &TableSchema) -> Vec<(String, Vec<u32>)> {
    let periods = batch
        .column_by_name("period")
        .and_then(|c| c.as_string_opt::<i32>());
    let Some(periods) = periods.filter(|_| table.by_period && batch.num_rows() > 0) else {
        return vec![("all".to_owned(), order)];
    };
    let mut parts: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for row in order {
        let period = if periods.is_null(row as usize) {
            "all"
        } else {
            periods.value(row as usize)
        };
        parts.entry(period).or_default().push(row);
    }
    let parts = parts.into_iter();
    parts.map(|(name, rows)| (name.to_owned(), rows)).collect()
}

/// The Parquet settings of all files of the lake.
pub(super) fn properties() -> Result<WriterPropertiesBuilder, ParquetError> {
    Ok(WriterProperties::builder()
        // The lowest level: higher ones take three times as long and save only a few per cent.
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by(concat!("tonghop ", env!("CARGO_PKG_VERSION")).to_owned()))
}

/// A batch as a Parquet file.
pub(super) fn encode(batch: &RecordBatch) -> Result<Vec<u8>, ParquetError> {
    encode_with(batch, None)
}

/// A batch as a Parquet file with these entries in its metadata.
pub(super) fn encode_with(
    batch: &RecordBatch,
    entries: Option<Vec<KeyValue>>,
) -> Result<Vec<u8>, ParquetError> {
    let mut bytes = Vec::new();
    let schema = Arc::clone(batch.schema_ref());
    let mut properties = properties()?.set_key_value_metadata(entries);
    for (field, column) in schema.fields().iter().zip(batch.columns()) {
        if !repeats(column) {
            let path = ColumnPath::from(field.name().as_str());
            properties = properties.set_column_dictionary_enabled(path, false);
        }
    }
    let mut writer = ArrowWriter::try_new(&mut bytes, schema, Some(properties.build()))?;
    writer.write(batch)?;
    writer.close()?;
    Ok(bytes)
}

/// How many values of a column are sampled to find out whether they repeat.
const SAMPLE: usize = 1024;

/// Whether the values of a column repeat often enough for a dictionary to pay off.
fn repeats(column: &ArrayRef) -> bool {
    let step = (column.len() / SAMPLE).max(1);
    let rows = (0..column.len())
        .step_by(step)
        .filter(|row| column.is_valid(*row));
    let (mut sampled, mut hashes) = (0, HashSet::new());
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    let texts = column.as_string_opt::<i32>();
    let decimals = column.as_primitive_opt::<Decimal128Type>();
    let integers = column.as_primitive_opt::<Int64Type>();
    for row in rows {
        sampled += 1;
        hashes.insert(match (texts, decimals, integers) {
            (Some(texts), ..) => hasher.hash_one(texts.value(row)),
            (_, Some(decimals), _) => hasher.hash_one(decimals.value(row)),
            (.., Some(integers)) => hasher.hash_one(integers.value(row)),
            _ => return true,
        });
    }
    2 * hashes.len() <= sampled + 1
}
