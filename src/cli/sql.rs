//! `tonghop sql`: runs an SQL query over the lake.

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::util::pretty::pretty_format_batches;
use clap::{Args, ValueEnum};
use parquet::arrow::ArrowWriter;

use super::exit::CLEAN;
use super::show;
use crate::lake::Snapshot;
use crate::query::open_engine_for_people;

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
    /// Output format [default: by the suffix of the output file (.csv, .json, .jsonl, .ndjson, .parquet, .txt), else table].
    #[arg(long)]
    format: Option<Output>,
    /// Output file [default: standard output]. It is written aside and renamed.
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
            return show::failure(&format!(
                "a query is needed\nhint: the tables are {}",
                tables_of(&arguments.lake)
            ));
        }
        if let Err(e) = std::io::stdin().read_to_string(&mut query) {
            return show::failure(&format!("standard input cannot be read: {e}"));
        }
    }
    let output = arguments.output.as_deref();
    let format = match arguments.format.map_or_else(|| format_of(output), Ok) {
        Ok(format) => format,
        Err(message) => return show::failure(&message),
    };
    if format == Output::Parquet && output.is_none() && std::io::stdout().is_terminal() {
        return show::failure("Parquet is not for a terminal\nhint: name a file with --output");
    }
    if output.is_some_and(|path| is_within(path, &arguments.lake)) {
        return show::failure(
            "the output lies in the lake, whose files are never written by hand\nhint: name a file elsewhere",
        );
    }
    let snapshot = match &arguments.snapshot {
        Some(id) => Snapshot::named(&arguments.lake, id),
        None => Snapshot::current(&arguments.lake),
    };
    let snapshot = match snapshot {
        Ok(snapshot) => snapshot,
        Err(e) => return show::failure(&e.to_string()),
    };
    let bytes = match answer(&query, &snapshot, format).await {
        Ok(bytes) => bytes,
        Err(message) => return show::failure(&message),
    };
    let written = match output {
        Some(path) => show::file(path, &bytes),
        None => show::bytes(&bytes).map_err(|e| e.to_string()),
    };
    match written {
        Ok(()) => ExitCode::from(CLEAN),
        Err(message) => show::failure(&message),
    }
}

/// The names of the tables of a lake; those of the contract if there is none yet.
fn tables_of(lake: &Path) -> String {
    let schema = Snapshot::current(lake).and_then(|snapshot| snapshot.schema());
    schema.unwrap_or_default().names()
}

/// Whether a file would lie in a folder, links followed.
fn is_within(file: &Path, folder: &Path) -> bool {
    let parent = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    match (parent.canonicalize(), folder.canonicalize()) {
        (Ok(parent), Ok(folder)) => parent.starts_with(folder),
        _ => false,
    }
}

/// The format that the suffix of the output file names. Without a file or a suffix it is a table.
fn format_of(output: Option<&Path>) -> Result<Output, String> {
    let Some(suffix) = output.and_then(Path::extension) else {
        return Ok(Output::Table);
    };
    let suffix = suffix.to_string_lossy().to_lowercase();
    match suffix.as_str() {
        "csv" => Ok(Output::Csv),
        "json" | "jsonl" | "ndjson" => Ok(Output::Json),
        "parquet" => Ok(Output::Parquet),
        "txt" => Ok(Output::Table),
        _ => Err(format!(
            "`.{suffix}` is the suffix of no output format\nhint: name a file as .csv, .json, .parquet or .txt, or choose with --format"
        )),
    }
}

async fn answer(query: &str, snapshot: &Snapshot, format: Output) -> Result<Vec<u8>, String> {
    let engine = open_engine_for_people(snapshot).map_err(|e| e.to_string())?;
    let (schema, batches) = engine.query(query).await.map_err(|e| {
        let said = e.strip_backtrace();
        if said.contains("table '") && said.contains("not found") {
            let schema = snapshot.schema().unwrap_or_default();
            return format!("{said}\nhint: the tables are {}", schema.names());
        }
        said
    })?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suffix_of_the_file_names_the_format() {
        let of = |path: &str| format_of(Some(Path::new(path)));
        assert_eq!(of("a/b.PARQUET"), Ok(Output::Parquet));
        assert_eq!(of("b.csv"), Ok(Output::Csv));
        assert_eq!(of("b.json"), Ok(Output::Json));
        assert_eq!(of("b.txt"), Ok(Output::Table));
        assert_eq!(of("result"), Ok(Output::Table));
        assert_eq!(format_of(None), Ok(Output::Table));
        assert!(of("b.xlsx").is_err_and(|said| said.contains("--format")));
    }
}
