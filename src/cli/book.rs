//! `tonghop book`: makes an edition of the book from the lake, ready to print.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::exit::CLEAN;
use super::pipeline::{check_output, default_pipeline, plan_of};
use super::show;
use crate::answers::{self, BookOptions, CellDifference, Lock, MadeBook};
use crate::lake::{Snapshot, check_owner};
use crate::plan::Plan;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Directory of the pipeline.
    #[arg(default_value_os_t = default_pipeline())]
    pipeline: PathBuf,
    /// Name of the edition, as in editions/ [default: the edition of the pipeline].
    #[arg(long, value_name = "NAME")]
    edition: Option<String>,
    /// Directory of the lake.
    #[arg(long, default_value = "lake", value_name = "DIR")]
    lake: PathBuf,
    /// Directory with one folder for each edition.
    #[arg(long, default_value = "out", value_name = "DIR")]
    out: PathBuf,
    /// Make the edition again from its lock, byte for byte. Fails with a list of differences if that is not possible.
    #[arg(long, conflicts_with = "diff")]
    locked: bool,
    /// The lock file [default: edition.lock in the folder of the edition].
    #[arg(long, value_name = "FILE", requires = "locked")]
    lock: Option<PathBuf>,
    /// List every printed cell that differs from the edition of this lock, with the reason. Writes no book.
    #[arg(long, value_name = "LOCK")]
    diff: Option<PathBuf>,
    /// Output format of the differences.
    #[arg(long, default_value = "human", requires = "diff")]
    format: DifferencesFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DifferencesFormat {
    /// Text for people.
    Human,
    /// CSV with a header line.
    Csv,
    /// One JSON object per line.
    Json,
}

pub(super) async fn main(arguments: Arguments) -> ExitCode {
    let plan = match plan_of(&arguments.pipeline, arguments.edition.as_deref()) {
        Ok(plan) => plan,
        Err(code) => return code,
    };
    if let Err(e) = check_owner(&arguments.lake, &plan.id) {
        return show::failure(&e.to_string());
    }
    if arguments.diff.is_none()
        && let Err(code) = check_output(&plan, &arguments.lake, &arguments.out)
    {
        return code;
    }
    let locked = arguments.locked.then(|| {
        let own = || answers::lock_path(&arguments.out, &plan.edition_name);
        arguments.lock.clone().unwrap_or_else(own)
    });
    let options = BookOptions {
        lake: arguments.lake,
        out: arguments.out,
        locked,
    };
    let done = match arguments.diff {
        Some(lock) => compare(&plan, &options, &lock, arguments.format).await,
        None => make(&plan, &options).await,
    };
    match done {
        Ok(()) => ExitCode::from(CLEAN),
        Err(message) => show::failure(&message),
    }
}

const OTHER_DEFINITIONS: &str = "note: the lake was made with other definitions than the pipeline has now; `tonghop run` brings it up to date";

async fn make(plan: &Plan, options: &BookOptions) -> Result<(), String> {
    let made = answers::book(plan, options)
        .await
        .map_err(|e| e.to_string())?;
    if made.other_definitions {
        show::note(OTHER_DEFINITIONS);
    }
    if let Some(lock) = &made.replaced {
        show::note(&format!(
            "note: this edition was made before and is not the same now; what it was is kept in {0}\nhint: `tonghop book --diff {0}` lists what changed",
            lock.display()
        ));
    }
    show::note(&summary(plan, &made, options.locked.is_some()));
    Ok(())
}

fn summary(plan: &Plan, made: &MadeBook, locked: bool) -> String {
    let mut text = format!("{} ({})\n", plan.edition.title.en, plan.edition_name);
    let _ = writeln!(text, "  snapshot     {}", made.snapshot.id);
    let _ = writeln!(text, "  tables       {}", made.tables.join(", "));
    for table in &made.left_out {
        let _ = writeln!(
            text,
            "  left out     {} {}: {}",
            table.id, table.title.en, table.reason.en
        );
    }
    for file in made.files.iter().filter(|f| !f.name.contains('/')) {
        let _ = writeln!(
            text,
            "  written      {}",
            made.folder.join(&file.name).display()
        );
    }
    let folders: std::collections::BTreeSet<&str> = made
        .files
        .iter()
        .filter_map(|f| f.name.split_once('/').map(|(folder, _)| folder))
        .collect();
    for folder in folders {
        let _ = writeln!(
            text,
            "  written      {}/",
            made.folder.join(folder).display()
        );
    }
    if locked {
        text.push_str("  the same bytes as the lock names");
    }
    text.trim_end().to_owned()
}

async fn compare(
    plan: &Plan,
    options: &BookOptions,
    path: &std::path::Path,
    format: DifferencesFormat,
) -> Result<(), String> {
    let lock = Lock::read(path).map_err(|e| e.to_string())?;
    if lock.pipeline != plan.id {
        return Err(format!(
            "the lock is of the pipeline `{}`, not of `{}`",
            lock.pipeline, plan.id
        ));
    }
    let contents = answers::contents(plan, options, None, None)
        .await
        .map_err(|e| e.to_string())?;
    if contents.other_definitions {
        show::note(OTHER_DEFINITIONS);
    }
    let all = Snapshot::all(&options.lake).map_err(|e| e.to_string())?;
    let earlier = all.into_iter().find(|s| s.id == lock.snapshot);
    if earlier.is_none() {
        show::note(&format!(
            "note: the snapshot {} of that edition is no more in the lake: the cells are compared, why they differ cannot be told",
            lock.snapshot
        ));
    }
    let found = answers::differences(plan, &contents, &lock, earlier.as_ref())
        .await
        .map_err(|e| e.to_string())?;
    let text = match format {
        DifferencesFormat::Human => human(&lock, &contents.snapshot, &found),
        DifferencesFormat::Csv => csv(&found)?,
        DifferencesFormat::Json => json(&found)?,
    };
    show::data(&text).map_err(|e| e.to_string())
}

fn human(lock: &Lock, now: &Snapshot, found: &[CellDifference]) -> String {
    let mut text = format!(
        "edition {} of {} → {}\n",
        lock.edition, lock.snapshot, now.id
    );
    let mut table = "";
    for cell in found {
        if cell.table != table {
            table = &cell.table;
            let _ = writeln!(text, "  table {table}");
        }
        let shown = |side: &Option<String>| side.clone().unwrap_or_else(|| "–".to_owned());
        let name = cell
            .label
            .as_ref()
            .map_or_else(String::new, |label| format!(" {label}"));
        let reasons: Vec<String> = cell.reasons.iter().map(ToString::to_string).collect();
        let _ = write!(
            text,
            "    {}{name} · {}: {} → {}  [{}]",
            cell.row,
            cell.column,
            shown(&cell.before),
            shown(&cell.after),
            reasons.join(", ")
        );
        let _ = match cell.files.as_slice() {
            [] => writeln!(text),
            [one] => writeln!(text, "  {one}"),
            [first, rest @ ..] => writeln!(text, "  {first} and {} more", rest.len()),
        };
    }
    let cells = if found.len() == 1 {
        "cell differs"
    } else {
        "cells differ"
    };
    let _ = writeln!(text, "  {} {cells}", found.len());
    text
}

fn csv(found: &[CellDifference]) -> Result<String, String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let head = [
        "table", "row", "label", "column", "before", "after", "reasons", "files",
    ];
    writer.write_record(head).map_err(|e| e.to_string())?;
    for cell in found {
        let reasons: Vec<&str> = cell.reasons.iter().map(|r| r.as_str()).collect();
        writer
            .write_record([
                cell.table.as_str(),
                &cell.row,
                cell.label.as_deref().unwrap_or_default(),
                &cell.column,
                cell.before.as_deref().unwrap_or_default(),
                cell.after.as_deref().unwrap_or_default(),
                &reasons.join("; "),
                &cell.files.join("; "),
            ])
            .map_err(|e| e.to_string())?;
    }
    let bytes = writer.into_inner().map_err(|e| e.to_string())?;
    String::from_utf8(bytes).map_err(|e| e.to_string())
}

fn json(found: &[CellDifference]) -> Result<String, String> {
    let mut text = String::new();
    for cell in found {
        text.push_str(&serde_json::to_string(cell).map_err(|e| e.to_string())?);
        text.push('\n');
    }
    Ok(text)
}
