//! Tables of Parquet files that each have columns of one value: the records of lists as they lie in the cache, with what
//! all records of a report share. The files are read when a query needs them, and only the columns that it needs.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::ScalarValue;
use datafusion::datasource::TableType;
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder};
use datafusion::datasource::table_schema::TableSchema;
use datafusion::error::Result;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::Expr;
use datafusion::physical_plan::ExecutionPlan;
use futures::future::BoxFuture;

/// A file of a list, with the values that all its rows share.
#[derive(Debug, Clone)]
pub struct ListFile {
    /// Where it is.
    pub path: PathBuf,
    /// The shared values, in the order of the shared columns.
    pub shared: Vec<Option<String>>,
}

/// A table of such files.
#[derive(Debug)]
pub(super) struct ListTable {
    schema: TableSchema,
    files: Vec<ListFile>,
}

impl ListTable {
    /// `own` are the columns of the files; those in `shared` follow them.
    pub(super) fn new(own: &Schema, shared: &[&str], files: Vec<ListFile>) -> Self {
        let shared = shared
            .iter()
            .map(|name| Arc::new(Field::new(*name, DataType::Utf8, true)));
        Self {
            schema: TableSchema::builder(Arc::new(own.clone()))
                .with_table_partition_cols(shared.collect::<Vec<_>>())
                .build(),
            files,
        }
    }

    fn scanned(file: &ListFile) -> Result<PartitionedFile> {
        let real = file.path.canonicalize()?;
        let size = std::fs::metadata(&real)?.len();
        let values = file.shared.iter().cloned();
        let mut scanned = PartitionedFile::new(real.to_string_lossy(), size);
        scanned.partition_values = values.map(ScalarValue::Utf8).collect();
        Ok(scanned)
    }
}

impl TableProvider for ListTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(self.schema.table_schema())
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn scan<'s, 'a, 'b, 'c, 'f>(
        &'s self,
        state: &'a dyn Session,
        projection: Option<&'b Vec<usize>>,
        _filters: &'c [Expr],
        limit: Option<usize>,
    ) -> BoxFuture<'f, Result<Arc<dyn ExecutionPlan>>>
    where
        's: 'f,
        'a: 'f,
        'b: 'f,
        'c: 'f,
        Self: 'f,
    {
        Box::pin(async move {
            let format = ParquetFormat::default();
            let files = self.files.iter().map(Self::scanned);
            let files = FileGroup::new(files.collect::<Result<Vec<_>>>()?);
            let groups = files.split_files(state.config().target_partitions());
            let url = ObjectStoreUrl::local_filesystem();
            let source = format.file_source(self.schema.clone());
            let config = FileScanConfigBuilder::new(url, source)
                .with_file_groups(groups)
                .with_projection_indices(projection.cloned())?
                .with_limit(limit)
                .build();
            format.create_physical_plan(state, config).await
        })
    }
}
