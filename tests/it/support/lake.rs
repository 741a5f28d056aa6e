//! Runs the real program on an inbox and reads what it published.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Decimal128Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;

use super::definitions::with_one_table;
use super::files::{contents, paths};
use super::inbox;
use super::program::{program, run_at, succeeded};
use super::truth::Report;

/// A value of a table. Decimals are in millionths, exact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    Null,
    Text(String),
    Decimal(i128),
    Int(i64),
    Flag(bool),
    /// Microseconds since 1970.
    Time(i64),
}

/// A row of a table, by column name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Row(BTreeMap<String, Value>);

impl Row {
    fn get(&self, column: &str) -> &Value {
        self.0
            .get(column)
            .unwrap_or_else(|| panic!("no column {column}"))
    }

    /// Whatever the column holds.
    pub(crate) fn value(&self, column: &str) -> &Value {
        self.get(column)
    }

    /// A text; NULL is `None`.
    pub(crate) fn text(&self, column: &str) -> Option<&str> {
        match self.get(column) {
            Value::Null => None,
            Value::Text(text) => Some(text),
            other => panic!("{column} is {other:?}"),
        }
    }

    /// A text that must be there.
    pub(crate) fn str(&self, column: &str) -> &str {
        self.text(column)
            .unwrap_or_else(|| panic!("{column} is NULL in {self:?}"))
    }

    /// A decimal in millionths.
    pub(crate) fn decimal(&self, column: &str) -> Option<i128> {
        match self.get(column) {
            Value::Null => None,
            Value::Decimal(value) => Some(*value),
            other => panic!("{column} is {other:?}"),
        }
    }

    pub(crate) fn int(&self, column: &str) -> Option<i64> {
        match self.get(column) {
            Value::Null => None,
            Value::Int(value) => Some(*value),
            other => panic!("{column} is {other:?}"),
        }
    }

    pub(crate) fn flag(&self, column: &str) -> Option<bool> {
        match self.get(column) {
            Value::Null => None,
            Value::Flag(value) => Some(*value),
            other => panic!("{column} is {other:?}"),
        }
    }

    /// Whether all these columns hold these texts.
    pub(crate) fn is(&self, texts: &[(&str, &str)]) -> bool {
        texts
            .iter()
            .all(|(column, text)| self.text(column) == Some(*text))
    }
}

/// An inbox, and the lake that runs on it published.
pub(crate) struct Run {
    place: TempDir,
    /// The reports, with the names of their files.
    pub(crate) reports: Vec<Report>,
}

impl Run {
    /// Writes the reports as an inbox and runs once.
    pub(crate) fn of(reports: impl IntoIterator<Item = Report>) -> Self {
        let this = Self::written(reports);
        this.again(&[&this.inbox()]);
        this
    }

    /// Writes the reports as an inbox without running.
    pub(crate) fn written(reports: impl IntoIterator<Item = Report>) -> Self {
        let mut this = Self {
            place: TempDir::new().unwrap(),
            reports: reports.into_iter().collect(),
        };
        let inbox = this.inbox();
        fs::create_dir_all(&inbox).unwrap();
        inbox::write(&mut this.reports, &inbox);
        this
    }

    /// Writes texts as the files of an inbox, each with its name and the time when it came, and runs a pipeline once.
    pub(crate) fn of_texts(pipeline: &Path, files: &[(&str, &str, &str)]) -> Self {
        let this = Self::written([]);
        let mut received = String::from("file_name,received_at\n");
        for (name, text, at) in files {
            fs::write(this.inbox().join(name), text).unwrap();
            received += &format!("{name},{at}\n");
        }
        fs::write(this.inbox().join("received.csv"), received).unwrap();
        succeeded(&run_at(this.place(), pipeline, &["--fail-on", "never"]));
        this
    }

    /// Runs the program on these inboxes, which must go well.
    pub(crate) fn again(&self, inboxes: &[&Path]) {
        let output = run(inboxes, &self.lake(), &self.place.path().join("out"));
        assert!(
            output.status.success(),
            "the run ended with {:?}:\n{}",
            output.status.code(),
            String::from_utf8_lossy(&output.stderr)
        );
    }

    pub(crate) fn inbox(&self) -> PathBuf {
        self.place.path().join("inbox")
    }

    /// Where the test may put more.
    pub(crate) fn place(&self) -> &Path {
        self.place.path()
    }

    pub(crate) fn lake(&self) -> PathBuf {
        self.place.path().join("lake")
    }

    /// All rows of a table of the current snapshot.
    pub(crate) fn rows(&self, table: &str) -> Vec<Row> {
        rows(&self.lake(), table)
    }

    /// The rows of a table in which these columns hold these texts.
    pub(crate) fn find(&self, table: &str, texts: &[(&str, &str)]) -> Vec<Row> {
        self.rows(table)
            .into_iter()
            .filter(|row| row.is(texts))
            .collect()
    }

    /// The only row of a table in which these columns hold these texts.
    pub(crate) fn one(&self, table: &str, texts: &[(&str, &str)]) -> Row {
        let mut found = self.find(table, texts);
        assert_eq!(found.len(), 1, "rows of {table} with {texts:?}: {found:#?}");
        found.remove(0)
    }

    /// Id of the snapshot, and the bytes of its files by their names.
    pub(crate) fn snapshot(&self) -> (String, BTreeMap<String, Vec<u8>>) {
        let current = self.lake().join("current");
        let id = fs::read_link(&current)
            .unwrap()
            .file_name()
            .unwrap()
            .to_string_lossy()
            .into_owned();
        let files = contents(&current);
        (id, files)
    }
}

/// One run of the program over the first pipeline, of which one table is printed, judged at a fixed moment.
pub(crate) fn run(inboxes: &[&Path], lake: &Path, out: &Path) -> Output {
    let mut command = Command::new(program());
    command.arg("run").arg(with_one_table());
    for inbox in inboxes {
        command.arg("--submissions").arg(inbox);
    }
    command.arg("--lake").arg(lake).arg("--out").arg(out);
    command.args(["--fail-on", "never", "--at", "2026-11-30T00:00:00Z"]);
    command.output().unwrap()
}

fn rows(lake: &Path, table: &str) -> Vec<Row> {
    let files = paths(&lake.join("current").join(table));
    assert!(
        !files.is_empty(),
        "every contract table is in every snapshot, {table} is not"
    );
    let mut rows = Vec::new();
    for file in files {
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(file).unwrap())
            .unwrap()
            .build()
            .unwrap();
        for batch in reader {
            rows.extend(rows_of(&batch.unwrap()));
        }
    }
    rows
}

/// The rows of a table in memory.
pub(crate) fn rows_of(batch: &RecordBatch) -> Vec<Row> {
    let schema = batch.schema();
    let row = |index| {
        let values = schema.fields().iter().zip(batch.columns());
        Row(values
            .map(|(f, column)| (f.name().clone(), value(column, index)))
            .collect())
    };
    (0..batch.num_rows()).map(row).collect()
}

fn value(column: &dyn Array, index: usize) -> Value {
    if column.is_null(index) {
        return Value::Null;
    }
    match column.data_type() {
        DataType::Utf8 => Value::Text(column.as_string::<i32>().value(index).to_owned()),
        DataType::Decimal128(38, 6) => {
            Value::Decimal(column.as_primitive::<Decimal128Type>().value(index))
        }
        DataType::Int64 => Value::Int(column.as_primitive::<Int64Type>().value(index)),
        DataType::Boolean => Value::Flag(column.as_boolean().value(index)),
        DataType::Timestamp(TimeUnit::Microsecond, Some(zone)) if zone.as_ref() == "UTC" => {
            Value::Time(
                column
                    .as_primitive::<TimestampMicrosecondType>()
                    .value(index),
            )
        }
        other => panic!("a type that the contract does not know: {other}"),
    }
}
