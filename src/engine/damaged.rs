//! Names the Parquet file behind an error of a query, which does not name it.

use std::fs::File;
use std::path::{Path, PathBuf};

use datafusion::error::DataFusionError;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// The error with the first of the files that cannot be read, if there is one.
pub(super) fn name_file(error: DataFusionError, files: &[PathBuf]) -> DataFusionError {
    match files.iter().find(|file| !can_be_read(file)) {
        Some(file) => DataFusionError::Context(
            format!(
                "{} is damaged; `tonghop verify` lists all that is damaged, `tonghop verify --repair` makes it anew",
                file.display()
            ),
            Box::new(error),
        ),
        None => error,
    }
}

fn can_be_read(path: &Path) -> bool {
    let Ok(file) = File::open(path) else {
        return false;
    };
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(ParquetRecordBatchReaderBuilder::build);
    reader.is_ok_and(|mut batches| batches.all(|batch| batch.is_ok()))
}
