//! `tonghop sql`: runs an SQL query over the lake.

use std::io::{IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::util::pretty::pretty_format_batches;
use clap::{Args, ValueEnum};
use parquet::arrow::ArrowWriter;

use super::exit::CLEAN;
use super::show;
use crate::lake::{self, Snapshot};
use crate::query::open_engine;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The query [default: read from standard input].
    query: Option<String>,
    /// Directory of the lake.
    #[arg(long, default_value = "lake", value_name = "DIR")]
    lake: PathBuf,
    /// The snapshot to query, by its id or the start of its id [default: the current one].
    #[arg(long, value_name = "ID")]
    snapshot: Option<String>,
    /// Output format.
    #[arg(long, default_value = "table")]
    format: Output,
    /// Output file [default: standard output].
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Output {
    /// Text table.
    Table,
    /// CSV with a header line.
    Csv,
    /// One JSON object per line, decimals with all digits.
    Json,
    /// Parquet.
    Parquet,
}

pub(super) async fn main(arguments: Arguments) -> ExitCode {
    let mut query = arguments.query.unwrap_or_default();
    if query.is_empty() {
        if std::io::stdin().is_terminal() {
            let names: Vec<&str> = lake::tables().iter().map(|t| t.name).collect();
            return show::failure(&format!(
                "a query is needed\nhint: the tables are {}",
                names.join(", ")
            ));
        }
        if let Err(e) = std::io::stdin().read_to_string(&mut query) {
            return show::failure(&format!("standard input cannot be read: {e}"));
        }
    }
    if arguments.format == Output::Parquet
        && arguments.output.is_none()
        && std::io::stdout().is_terminal()
    {
        return show::failure("Parquet is not for a terminal\nhint: name a file with --output");
    }
    let snapshot = match &arguments.snapshot {
        Some(id) => Snapshot::named(&arguments.lake, id),
        None => Snapshot::current(&arguments.lake),
    };
    let snapshot = match snapshot {
        Ok(snapshot) => snapshot,
        Err(e) => return show::failure(&e.to_string()),
    };
    match answer(&query, &snapshot, arguments.format).await {
        Ok(bytes) => match write(&bytes, arguments.output.as_ref()) {
            Ok(()) => ExitCode::from(CLEAN),
            Err(e) => show::failure(&e.to_string()),
        },
        Err(message) => show::failure(&message),
    }
}

fn write(bytes: &[u8], output: Option<&PathBuf>) -> std::io::Result<()> {
    match output {
        Some(path) => std::fs::write(path, bytes),
        None => match std::io::stdout().lock().write_all(bytes) {
            Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        },
    }
}

async fn answer(query: &str, snapshot: &Snapshot, format: Output) -> Result<Vec<u8>, String> {
    let engine = open_engine(snapshot).map_err(|e| e.to_string())?;
    let (schema, batches) = engine.query(query).await.map_err(|e| e.strip_backtrace())?;
    encode(&schema, &batches, format).map_err(|e| e.to_string())
}

/// Encodes a result in a format.
pub(super) fn encode(
    schema: &SchemaRef,
    batches: &[RecordBatch],
    format: Output,
) -> Result<Vec<u8>, arrow::error::ArrowError> {
    let mut bytes = Vec::new();
    match format {
        Output::Table => {
            let shown = if batches.is_empty() {
                vec![RecordBatch::new_empty(schema.clone())]
            } else {
                batches.to_vec()
            };
            bytes.extend_from_slice(pretty_format_batches(&shown)?.to_string().as_bytes());
            bytes.push(b'\n');
        }
        Output::Csv => {
            let mut writer = arrow::csv::WriterBuilder::new()
                .with_header(true)
                .build(&mut bytes);
            if batches.is_empty() {
                writer.write(&RecordBatch::new_empty(schema.clone()))?;
            }
            for batch in batches {
                writer.write(batch)?;
            }
        }
        Output::Json => {
            let mut writer = arrow::json::WriterBuilder::new()
                .with_explicit_nulls(true)
                .build::<_, arrow::json::writer::LineDelimited>(&mut bytes);
            for batch in batches {
                writer.write(batch)?;
            }
            writer.finish()?;
        }
        Output::Parquet => {
            let mut writer = ArrowWriter::try_new(&mut bytes, schema.clone(), None)?;
            for batch in batches {
                writer.write(batch)?;
            }
            writer.close()?;
        }
    }
    Ok(bytes)
}
