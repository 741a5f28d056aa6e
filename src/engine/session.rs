//! The DataFusion session: its settings and limits, and the calls that the other modules make.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::datasource::MemTable;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{
    ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl,
};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::FunctionRegistry as _;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::AggregateUDF;
use datafusion::optimizer::{Analyzer, AnalyzerRule};
use datafusion::physical_plan::collect;
use datafusion::prelude::{DataFrame, SQLOptions, SessionConfig, SessionContext};
use datafusion::sql::sqlparser::keywords::{
    ALL_KEYWORDS, ALL_KEYWORDS_INDEX, RESERVED_FOR_COLUMN_ALIAS, RESERVED_FOR_IDENTIFIER,
    RESERVED_FOR_TABLE_ALIAS,
};
use futures::{FutureExt as _, Stream, StreamExt as _, stream};

use super::cte;
use super::damaged::name_file;
use super::duckdb::{Divisions, ExactMean, Rounding};
use super::lists::{ListFile, ListTable};
use super::types::{texts_as, without_views};

/// The result of a query.
pub type Answer = (SchemaRef, Vec<RecordBatch>);

/// A session over tables in memory and in Parquet files.
#[derive(Clone)]
pub struct Engine {
    context: SessionContext,
    /// All Parquet files that are registered.
    files: Arc<Mutex<Vec<PathBuf>>>,
    /// The names of the tables over Parquet files.
    tables: Arc<Mutex<BTreeSet<String>>>,
}

impl Engine {
    /// A new session, without tables. Numbers with a decimal point are decimals, not floats, and queries deliver texts as
    /// Utf8.
    ///
    /// # Errors
    /// If DataFusion refuses a setting.
    pub fn new() -> Result<Self> {
        Ok(Self {
            context: SessionContext::new_with_config(Self::config()),
            files: Arc::default(),
            tables: Arc::default(),
        })
    }

    /// The same for the queries of people: numbers are divided, averaged and rounded as DuckDB does it.
    ///
    /// # Errors
    /// If DataFusion refuses a setting.
    pub fn for_people() -> Result<Self> {
        let mut rules: Vec<Arc<dyn AnalyzerRule + Send + Sync>> = vec![Arc::new(Rounding)];
        rules.extend(Analyzer::new().rules);
        let state = SessionStateBuilder::new()
            .with_config(Self::config())
            .with_default_features()
            .with_analyzer_rules(rules)
            .build();
        let mut context = SessionContext::new_with_state(state);
        context.register_expr_planner(Arc::new(Divisions))?;
        let mean = context.udaf("avg")?;
        context.register_udaf(AggregateUDF::from(ExactMean::new(mean)));
        Ok(Self {
            context,
            files: Arc::default(),
            tables: Arc::default(),
        })
    }

    fn config() -> SessionConfig {
        SessionConfig::new()
            .with_information_schema(true)
            .set_bool("datafusion.sql_parser.parse_float_as_decimal", true)
            .set_bool("datafusion.sql_parser.map_string_types_to_utf8view", false)
            // Building one hash table for a smaller input is faster than splitting the input among the processors.
            .set_u64(
                "datafusion.optimizer.hash_join_single_partition_threshold_rows",
                1_000_000,
            )
            .set_u64(
                "datafusion.optimizer.hash_join_single_partition_threshold",
                512 << 20,
            )
    }

    /// Registers a table in memory. It replaces a table of the same name.
    ///
    /// # Errors
    /// If the batches do not fit the schema.
    pub fn register(&self, name: &str, schema: SchemaRef, batches: Vec<RecordBatch>) -> Result<()> {
        let table = MemTable::try_new(schema, vec![batches])?;
        self.context.deregister_table(name)?;
        self.context.register_table(name, Arc::new(table))?;
        Ok(())
    }

    /// Registers one batch as a table in memory. It replaces a table of the same name.
    ///
    /// # Errors
    /// If DataFusion refuses the table.
    pub fn register_batch(&self, name: &str, batch: RecordBatch) -> Result<()> {
        self.register(name, batch.schema(), vec![batch])
    }

    /// Registers Parquet files as a table of the given schema. Texts are read as views of the decompressed pages, so that
    /// the steps of a query do not copy them.
    ///
    /// # Errors
    /// If a path cannot be used.
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
        // Files of a snapshot never change, so the statistics of their footers are computed only once.
        let statistics = self
            .context
            .runtime_env()
            .cache_manager
            .get_file_statistic_cache();
        let table = ListingTable::try_new(config)?.with_cache(statistics);
        self.context.deregister_table(name)?;
        self.context.register_table(name, Arc::new(table))?;
        self.note_files(name, files.iter().cloned());
        Ok(())
    }

    fn note_files(&self, name: &str, files: impl Iterator<Item = PathBuf>) {
        if let (Ok(mut all), Ok(mut tables)) = (self.files.lock(), self.tables.lock()) {
            all.extend(files);
            tables.insert(name.to_owned());
        }
    }

    /// Whether a table of this name was registered over Parquet files.
    #[must_use]
    pub fn has_files(&self, name: &str) -> bool {
        self.tables.lock().is_ok_and(|tables| tables.contains(name))
    }

    /// Registers the files of a list as a table: their columns `own`, then the columns `shared`, each of one value in a
    /// file. It replaces a table of the same name.
    ///
    /// # Errors
    /// If DataFusion refuses the table.
    pub fn register_list(
        &self,
        name: &str,
        own: &Schema,
        shared: &[&str],
        files: Vec<ListFile>,
    ) -> Result<()> {
        self.note_files(name, files.iter().map(|file| file.path.clone()));
        let own = texts_as(own, &DataType::Utf8View);
        let table = ListTable::new(&own, shared, files);
        self.context.deregister_table(name)?;
        self.context.register_table(name, Arc::new(table))?;
        Ok(())
    }

    /// Runs a query. Statements that write, define or set something are refused.
    ///
    /// # Errors
    /// If the text is not a query, or the query fails.
    pub async fn query(&self, sql: &str) -> Result<Answer> {
        let (schema, batches) = self.collect(sql).await?;
        without_views(&schema, batches)
    }

    /// Runs a query over tables in memory, such as a model. A common table expression that is used several times is computed
    /// once and kept in memory while the query runs.
    ///
    /// # Errors
    /// See [`Self::query`].
    pub async fn query_once(&self, sql: &str) -> Result<Answer> {
        let (schema, batches) = self.collect_once(sql).await?;
        without_views(&schema, batches)
    }

    /// A query, parsed and planned. Statements that write, define or set something are refused.
    async fn frame(&self, sql: &str) -> Result<DataFrame> {
        let options = SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false);
        self.context.sql_with_options(sql, options).await
    }

    /// The result of a query; its texts may be views.
    async fn collect(&self, sql: &str) -> Result<Answer> {
        let frame = self.frame(sql).await?;
        let context = Arc::new(frame.task_ctx());
        // Only the physical plan has the final types; those of the parsed query may differ.
        let done = async {
            let plan = frame.create_physical_plan().await?;
            Ok((plan.schema(), collect(plan, context).await?))
        };
        done.await.map_err(|error| match self.files.lock() {
            Ok(files) => name_file(error, &files),
            Err(_) => error,
        })
    }

    /// See [`Self::query_once`]; the texts of the result may be views.
    async fn collect_once(&self, sql: &str) -> Result<Answer> {
        let Some(cut) = cte::cut(sql) else {
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

    /// Runs queries as [`Self::query_once`] does, as many at a time as there are processors. The results come in the order
    /// of the queries.
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

    /// Starts a query as [`Self::query_once`] does and returns a future of its result. Until that future is ready, the
    /// tables that the query names must not be replaced.
    ///
    /// # Errors
    /// See [`Self::query`].
    pub fn begin(&self, sql: String) -> impl Future<Output = Result<Answer>> + Send + use<> {
        let engine = self.clone();
        let running = tokio::spawn(async move { engine.query_once(&sql).await });
        running.map(|done| done.unwrap_or_else(|e| Err(DataFusionError::External(e.into()))))
    }

    /// Runs a query, registers its result as a table and returns it. Texts from Parquet files stay views.
    ///
    /// # Errors
    /// If the query fails.
    pub async fn materialize(&self, name: &str, sql: &str) -> Result<Answer> {
        let (schema, batches) = self
            .collect_once(sql)
            .await
            .map_err(|e| DataFusionError::Context(format!("in the model `{name}`"), Box::new(e)))?;
        self.register_answer(name, &schema, batches)
    }

    /// Registers the result of a query as a table and returns it.
    ///
    /// # Errors
    /// When the batches do not fit the schema.
    pub fn register_answer(
        &self,
        name: &str,
        schema: &SchemaRef,
        batches: Vec<RecordBatch>,
    ) -> Result<Answer> {
        // A plan and its batches may disagree about which columns can be NULL.
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

    /// Checks a query against the registered tables without running it. Returns the schema of its result.
    ///
    /// # Errors
    /// If the query is invalid or does not fit the tables.
    pub async fn plan(&self, sql: &str) -> Result<SchemaRef> {
        let frame = self.frame(sql).await?;
        Ok(Arc::new(texts_as(
            frame.schema().as_arrow(),
            &DataType::Utf8,
        )))
    }
}

/// Whether a name is a word of SQL that a query cannot use for a column without quotes.
pub(crate) fn is_reserved(name: &str) -> bool {
    let wanted = name.to_uppercase();
    let at = ALL_KEYWORDS.binary_search(&wanted.as_str());
    at.is_ok_and(|at| {
        let word = ALL_KEYWORDS_INDEX[at];
        RESERVED_FOR_COLUMN_ALIAS.contains(&word)
            || RESERVED_FOR_TABLE_ALIAS.contains(&word)
            || RESERVED_FOR_IDENTIFIER.contains(&word)
    })
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use arrow::array::StringArray;
    use parquet::arrow::ArrowWriter;

    use super::*;
    use crate::engine::TextColumn;

    #[tokio::test]
    async fn texts_of_results_are_utf8() {
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
        let read = TextColumn::read(&batches[0], "a");
        assert_eq!(
            read.iter().collect::<Vec<_>>(),
            [Some(long), Some("x"), None]
        );
        assert_eq!(
            engine.plan(sql).await.expect("a plan").field(0).data_type(),
            &DataType::Utf8
        );
    }
}
