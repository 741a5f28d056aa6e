//! The DataFusion session: its settings, its limits, and the few calls the rest of the house makes.

mod shared;

use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::{cast, cast_with_options, concat_batches};
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use arrow::error::ArrowError;
use datafusion::datasource::MemTable;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{
    ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl,
};
use datafusion::error::{DataFusionError, Result};
use datafusion::physical_plan::collect;
use datafusion::prelude::{SQLOptions, SessionConfig, SessionContext};
use futures::{FutureExt as _, Stream, StreamExt as _, stream};

/// What a query delivers.
pub type Answer = (SchemaRef, Vec<RecordBatch>);

/// A session over tables in memory and in Parquet.
#[derive(Clone)]
pub struct Engine {
    context: SessionContext,
}

impl Engine {
    /// A session in which decimals stay decimals, and what queries deliver as texts is Utf8.
    ///
    /// # Errors
    /// When a setting is refused.
    pub fn new() -> Result<Self> {
        let config = SessionConfig::new()
            .with_information_schema(true)
            .set_bool("datafusion.sql_parser.parse_float_as_decimal", true)
            .set_bool("datafusion.sql_parser.map_string_types_to_utf8view", false)
            // What is smaller is quicker put into one table for all than parted among the processors.
            .set_u64(
                "datafusion.optimizer.hash_join_single_partition_threshold_rows",
                1_000_000,
            )
            .set_u64(
                "datafusion.optimizer.hash_join_single_partition_threshold",
                512 << 20,
            );
        Ok(Self {
            context: SessionContext::new_with_config(config),
        })
    }

    /// Registers a table in memory, in place of one of that name.
    ///
    /// # Errors
    /// When the batches do not fit the schema.
    pub fn register(&self, name: &str, schema: SchemaRef, batches: Vec<RecordBatch>) -> Result<()> {
        let table = MemTable::try_new(schema, vec![batches])?;
        self.context.deregister_table(name)?;
        self.context.register_table(name, Arc::new(table))?;
        Ok(())
    }

    /// Registers Parquet files as a table of the given schema. Its texts are read as views of what was unpacked, which
    /// are not copied at every step of a query.
    ///
    /// # Errors
    /// When a path cannot be used.
    pub fn register_parquet(&self, name: &str, schema: &Schema, files: &[PathBuf]) -> Result<()> {
        let urls = files
            .iter()
            .map(|file| ListingTableUrl::parse(file.to_string_lossy()))
            .collect::<Result<Vec<_>>>()?;
        let options =
            ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension(".parquet");
        let config = ListingTableConfig::new_with_multi_paths(urls)
            .with_listing_options(options)
            .with_schema(Arc::new(texts_as(schema, &DataType::Utf8View)));
        // Files of a snapshot never change: what their footers say of them is worked out once.
        let statistics = self
            .context
            .runtime_env()
            .cache_manager
            .get_file_statistic_cache();
        let table = ListingTable::try_new(config)?.with_cache(statistics);
        self.context.deregister_table(name)?;
        self.context.register_table(name, Arc::new(table))?;
        Ok(())
    }

    /// Runs a query. Only queries: nothing that writes, defines or sets.
    ///
    /// # Errors
    /// When the text is no query or fails.
    pub async fn query(&self, sql: &str) -> Result<Answer> {
        without_views(self.collect(sql).await?)
    }

    /// Runs a query over tables in memory, such as a model: a named part (CTE) that is used several times is computed
    /// once, and kept in memory meanwhile.
    ///
    /// # Errors
    /// See [`Self::query`].
    pub async fn query_once(&self, sql: &str) -> Result<Answer> {
        without_views(self.collect_once(sql).await?)
    }

    /// What a query delivers; texts may be views.
    async fn collect(&self, sql: &str) -> Result<Answer> {
        let options = SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false);
        let frame = self.context.sql_with_options(sql, options).await?;
        let context = Arc::new(frame.task_ctx());
        // Types are settled only here: what was parsed may say others.
        let plan = frame.create_physical_plan().await?;
        Ok((plan.schema(), collect(plan, context).await?))
    }

    /// See [`Self::query_once`]; texts may be views.
    async fn collect_once(&self, sql: &str) -> Result<Answer> {
        let Some(cut) = shared::cut(sql) else {
            return self.collect(sql).await;
        };
        let mut made = Vec::new();
        let mut done = Ok(());
        for (table, part) in &cut.parts {
            done = match self.collect(part).await {
                Ok((schema, batches)) => self.register_answer(table, &schema, batches).map(drop),
                Err(e) => Err(e),
            };
            if done.is_err() {
                break;
            }
            made.push(table);
        }
        let answer = match done {
            Ok(()) => self.collect(&cut.rest).await,
            Err(e) => Err(e),
        };
        for table in made {
            self.context.deregister_table(table)?;
        }
        answer
    }

    /// Runs queries as [`Self::query_once`] does, one on each processor at a time; what they deliver comes in their order.
    ///
    /// # Errors
    /// See [`Self::query`].
    pub fn query_each(
        &self,
        queries: impl IntoIterator<Item = String>,
    ) -> impl Stream<Item = Result<Answer>> {
        let at_once = std::thread::available_parallelism().map_or(1, usize::from);
        let queries: Vec<String> = queries.into_iter().collect();
        let engine = self.clone();
        stream::iter(queries)
            .map(move |sql| engine.begin(sql))
            .buffered(at_once)
    }

    /// Begins a query as [`Self::query_once`] does; its answer is waited for later. Until then the tables that it names
    /// must stay what they are.
    ///
    /// # Errors
    /// See [`Self::query`].
    pub fn begin(&self, sql: String) -> impl Future<Output = Result<Answer>> + Send + use<> {
        let engine = self.clone();
        let running = tokio::spawn(async move { engine.query_once(&sql).await });
        running.map(|done| done.unwrap_or_else(|e| Err(DataFusionError::External(e.into()))))
    }

    /// Runs a query and keeps its result as a table; it is delivered too. Texts of Parquet files stay views.
    ///
    /// # Errors
    /// When the query fails.
    pub async fn materialize(&self, name: &str, sql: &str) -> Result<Answer> {
        let (schema, batches) = self
            .collect_once(sql)
            .await
            .map_err(|e| DataFusionError::Context(format!("in the model `{name}`"), Box::new(e)))?;
        self.register_answer(name, &schema, batches)
    }

    /// Registers what a query delivered as a table.
    ///
    /// # Errors
    /// When the batches do not fit the schema.
    pub fn register_answer(
        &self,
        name: &str,
        schema: &SchemaRef,
        batches: Vec<RecordBatch>,
    ) -> Result<Answer> {
        // What a plan says of NULL and what its batches say need not be the same.
        let fields = schema.fields().iter();
        let fields: Vec<Field> = fields
            .map(|f| Field::new(f.name(), f.data_type().clone(), true))
            .collect();
        let schema = Arc::new(Schema::new(fields));
        let batches: Vec<RecordBatch> = batches
            .into_iter()
            .map(|batch| RecordBatch::try_new(schema.clone(), batch.columns().to_vec()))
            .collect::<std::result::Result<_, _>>()?;
        self.register(name, schema.clone(), batches.clone())?;
        Ok((schema, batches))
    }

    /// Checks that a query fits the tables there are, without running it.
    ///
    /// # Errors
    /// When it does not.
    pub async fn plan(&self, sql: &str) -> Result<SchemaRef> {
        let options = SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false);
        let frame = self.context.sql_with_options(sql, options).await?;
        Ok(Arc::new(texts_as(
            frame.schema().as_arrow(),
            &DataType::Utf8,
        )))
    }
}

/// What a query delivers, its texts as Utf8.
fn without_views((schema, batches): Answer) -> Result<Answer> {
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
        Arc::new(texts_as(&schema, &DataType::Utf8)),
        batches.collect::<Result<_, ArrowError>>()?,
    ))
}

/// A schema in which texts are of the given type.
fn texts_as(schema: &Schema, text: &DataType) -> Schema {
    let fields = schema.fields().iter().map(|field| in_texts(field, text));
    Schema::new_with_metadata(fields.collect::<Fields>(), schema.metadata().clone())
}

/// A field in which texts are of the given type, those of lists too.
fn in_texts(field: &FieldRef, text: &DataType) -> FieldRef {
    let data_type = match field.data_type() {
        DataType::Utf8 | DataType::Utf8View => text.clone(),
        DataType::List(item) => DataType::List(in_texts(item, text)),
        _ => return field.clone(),
    };
    Arc::new(field.as_ref().clone().with_data_type(data_type))
}

/// A column of a batch as texts, whatever its type; NULL, and a column that is not there, are none.
#[must_use]
pub fn texts(batch: &RecordBatch, column: &str) -> Vec<Option<String>> {
    let cast = batch
        .column_by_name(column)
        .and_then(|c| arrow::compute::cast(c, &DataType::Utf8).ok());
    match cast.as_ref().and_then(|c| c.as_string_opt::<i32>()) {
        Some(texts) => texts.iter().map(|t| t.map(str::to_owned)).collect(),
        None => vec![None; batch.num_rows()],
    }
}

/// Brings batches into one batch of `schema`: columns by name, types as there. Decimals are rounded half
/// away from zero.
///
/// # Errors
/// When a column is missing or a value does not fit.
pub fn conform(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<RecordBatch> {
    let options = arrow::compute::CastOptions {
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

#[cfg(test)]
mod tests {
    use std::fs::File;

    use arrow::array::StringArray;
    use parquet::arrow::ArrowWriter;

    use super::*;

    #[tokio::test]
    async fn texts_are_utf8_whatever_they_were_read_as() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.parquet");
        let schema = Arc::new(Schema::new(vec![Field::new("a", DataType::Utf8, true)]));
        let long = "longer than what a view holds itself";
        let column = StringArray::from(vec![Some("x"), None, Some(long)]);
        let batch = RecordBatch::try_new(schema.clone(), vec![Arc::new(column)]).expect("fits");
        let mut writer =
            ArrowWriter::try_new(File::create(&path).expect("created"), schema.clone(), None)
                .expect("a writer");
        writer.write(&batch).expect("written");
        writer.close().expect("closed");

        let engine = Engine::new().expect("an engine");
        engine
            .register_parquet("t", &schema, &[path])
            .expect("registered");
        let sql = "SELECT a, a || '!' AS b, make_array(a) AS c, 1 AS d FROM t ORDER BY a";
        let (schema, batches) = engine.query(sql).await.expect("a query");
        let types: Vec<&DataType> = schema.fields().iter().map(|f| f.data_type()).collect();
        let list = DataType::new_list(DataType::Utf8, true);
        assert_eq!(
            types,
            [&DataType::Utf8, &DataType::Utf8, &list, &DataType::Int64]
        );
        for batch in &batches {
            let of_batch = batch.schema();
            let of_batch: Vec<_> = of_batch.fields().iter().map(|f| f.data_type()).collect();
            assert_eq!(of_batch, types);
        }
        assert_eq!(
            texts(&batches[0], "a"),
            [Some(long.to_owned()), Some("x".to_owned()), None]
        );
        assert_eq!(
            engine.plan(sql).await.expect("a plan").field(0).data_type(),
            &DataType::Utf8
        );
    }
}
