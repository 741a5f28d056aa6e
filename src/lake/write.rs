//! Writing one table of a snapshot: sorted, split by period, named by content.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, RecordBatch, StringArray, UInt32Array};
use arrow::compute::take_record_batch;
use arrow::row::{RowConverter, SortField};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use sha2::{Digest, Sha256};

use super::schema::TableSchema;
use super::{LakeError, Snapshot, io_at, sync_directory};
use crate::intake::hex;

/// Writes a table into its directory. A file that the snapshot before has too is linked, not written.
pub(super) fn write_table(
    directory: &Path,
    table: &TableSchema,
    batch: &RecordBatch,
    before: Option<&Snapshot>,
) -> Result<(), LakeError> {
    fs::create_dir_all(directory).map_err(io_at(directory))?;
    let wrong = |message: String| LakeError::Parquet {
        path: directory.display().to_string(),
        message,
    };
    let batch = RecordBatch::try_new(table.schema.clone(), batch.columns().to_vec())
        .map_err(|e| wrong(e.to_string()))?;
    let sorted = sort(&batch).map_err(|e| wrong(e.to_string()))?;
    for (name, part) in parts(&sorted, table) {
        let bytes = encode(&part).map_err(|e| wrong(e.to_string()))?;
        keep(directory, table, &name, &bytes, before)?;
    }
    sync_directory(directory)
}

/// Keeps a file under its name and the hash of its content, linked where the snapshot before has it.
pub(super) fn keep(
    directory: &Path,
    table: &TableSchema,
    name: &str,
    bytes: &[u8],
    before: Option<&Snapshot>,
) -> Result<(), LakeError> {
    let hash = hex(&Sha256::digest(bytes))[..16].to_owned();
    let path = directory.join(format!("{name}-{hash}.parquet"));
    let linked = before.is_some_and(|snapshot| {
        let old = snapshot
            .directory
            .join(table.name)
            .join(format!("{name}-{hash}.parquet"));
        fs::hard_link(old, &path).is_ok()
    });
    if linked {
        return Ok(());
    }
    let mut file = File::create(&path).map_err(io_at(&path))?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(io_at(&path))
}

/// Rows in the order of all columns, from the first: the same rows give the same bytes.
fn sort(batch: &RecordBatch) -> Result<RecordBatch, arrow::error::ArrowError> {
    let fields = batch
        .schema()
        .fields()
        .iter()
        .map(|f| SortField::new(f.data_type().clone()))
        .collect();
    let converter = RowConverter::new(fields)?;
    let rows = converter.convert_columns(batch.columns())?;
    let mut order: Vec<u32> = (0..batch.num_rows() as u32).collect();
    order.sort_unstable_by(|a, b| rows.row(*a as usize).cmp(&rows.row(*b as usize)));
    take_record_batch(batch, &UInt32Array::from(order))
}

/// One part for each period, or one for all.
fn parts(batch: &RecordBatch, table: &TableSchema) -> Vec<(String, RecordBatch)> {
    let periods = batch
        .column_by_name("period")
        .and_then(|c| c.as_any().downcast_ref::<StringArray>());
    let Some(periods) = periods.filter(|_| table.by_period && batch.num_rows() > 0) else {
        return vec![("all".to_owned(), batch.clone())];
    };
    let mut rows: std::collections::BTreeMap<String, Vec<u32>> = std::collections::BTreeMap::new();
    for i in 0..periods.len() {
        let period = if periods.is_null(i) {
            "all"
        } else {
            periods.value(i)
        };
        rows.entry(period.to_owned()).or_default().push(i as u32);
    }
    rows.into_iter()
        .filter_map(|(period, rows)| {
            Some((
                period,
                take_record_batch(batch, &UInt32Array::from(rows)).ok()?,
            ))
        })
        .collect()
}

/// How all files of the lake are written.
pub(super) fn properties() -> Result<WriterProperties, ParquetError> {
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by(concat!("tonghop ", env!("CARGO_PKG_VERSION")).to_owned())
        .build())
}

pub(super) fn encode(batch: &RecordBatch) -> Result<Vec<u8>, ParquetError> {
    let mut bytes = Vec::new();
    let schema = Arc::clone(batch.schema_ref());
    let mut writer = ArrowWriter::try_new(&mut bytes, schema, Some(properties()?))?;
    writer.write(batch)?;
    writer.close()?;
    Ok(bytes)
}
