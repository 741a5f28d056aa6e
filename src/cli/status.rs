//! `tonghop status`: which reports have come, which are missing and which are late.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use super::exit::{CLEAN, FINDINGS, FailOn};
use super::moment::Moment;
use super::pipeline::{default_pipeline, plan_of};
use super::show;
use crate::answers::{self, State, Status, StatusQuestion};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Directory of the pipeline.
    #[arg(default_value_os_t = default_pipeline())]
    pipeline: PathBuf,
    /// Directory of the lake.
    #[arg(long, default_value = "lake", value_name = "DIR")]
    lake: PathBuf,
    /// Time at which reports are judged overdue, such as 2025-12-31 or 2025-12-31T17:00:00Z [default: now].
    #[arg(long, value_name = "TIME")]
    at: Option<Moment>,
    /// Only this form.
    #[arg(long)]
    form: Option<String>,
    /// Only this period, such as 2025 or 2025-S1.
    #[arg(long)]
    period: Option<String>,
    /// Output format. csv has a line for each expected report.
    #[arg(long, default_value = "table")]
    format: StatusFormat,
    /// Whether an overdue report makes the exit code 1 (error, warning) or not (never).
    #[arg(long, default_value = "error", value_name = "SEVERITY")]
    fail_on: FailOn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StatusFormat {
    /// Text for people: a row for each unit, a column for each collection.
    Table,
    /// CSV with a header line.
    Csv,
    /// One JSON object.
    Json,
}

pub(super) async fn main(arguments: Arguments) -> ExitCode {
    let plan = match plan_of(&arguments.pipeline, None) {
        Ok(plan) => plan,
        Err(code) => return code,
    };
    let at = arguments
        .at
        .map_or_else(Timestamp::now, |at| at.at_the_latest(&plan.zone));
    let question = StatusQuestion {
        form: arguments.form,
        period: arguments.period,
    };
    let status = match answers::status(&plan, &arguments.lake, at, &question).await {
        Ok(status) => status,
        Err(e) => return show::failure(&e.to_string()),
    };
    let text = match arguments.format {
        StatusFormat::Table => Ok(table(&status)),
        StatusFormat::Csv => delimited(&status),
        StatusFormat::Json => serde_json::to_string_pretty(&status)
            .map(|text| format!("{text}\n"))
            .map_err(|e| e.to_string()),
    };
    if let Err(e) = text.and_then(|text| show::data(&text).map_err(|e| e.to_string())) {
        return show::failure(&e);
    }
    let is_overdue = status.owed.iter().any(|o| o.state == State::Overdue);
    let failed = is_overdue && arguments.fail_on != FailOn::Never;
    ExitCode::from(if failed { FINDINGS } else { CLEAN })
}

/// The sign of a state in the table.
fn mark(state: State) -> &'static str {
    match state {
        State::OnTime => "+",
        State::Late => "L",
        State::Held => "H",
        State::Rejected => "R",
        State::Missing => ".",
        State::Overdue => "!",
    }
}

/// A table with a row for each unit, a column for each collection, and the coverage in the last row.
fn table(status: &Status) -> String {
    let mut text = String::new();
    if status.collections.is_empty() {
        return "no collection is open\n".to_owned();
    }
    let heads: Vec<String> = status
        .collections
        .iter()
        .map(|c| format!("{} {}", c.form, c.period))
        .collect();
    let mut rows: BTreeMap<(&str, &str), (&str, Vec<&'static str>)> = BTreeMap::new();
    for owed in &status.owed {
        let column = status
            .collections
            .iter()
            .position(|c| c.form == owed.form && c.period == owed.period);
        let row = rows
            .entry((&owed.vintage, &owed.code))
            .or_insert_with(|| (&owed.name, vec![""; heads.len()]));
        // Use the name of the last period.
        row.0 = &owed.name;
        if let Some(column) = column {
            row.1[column] = mark(owed.state);
        }
    }
    let width = rows
        .values()
        .map(|(name, _)| name.chars().count() + 9)
        .max()
        .unwrap_or(0)
        .max(12);
    let line = |text: &mut String, head: &str, cells: &[String]| {
        let _ = write!(text, "{head:<width$}");
        for (cell, head) in cells.iter().zip(&heads) {
            let _ = write!(text, "  {cell:>room$}", room = head.chars().count().max(10));
        }
        let trimmed = text.trim_end().len();
        text.truncate(trimmed);
        text.push('\n');
    };
    line(&mut text, "", &heads);
    let due: Vec<String> = status
        .collections
        .iter()
        .map(|c| c.due.clone().unwrap_or_else(|| "-".to_owned()))
        .collect();
    line(&mut text, "due", &due);
    for ((vintage, code), (name, marks)) in &rows {
        let marks: Vec<String> = marks.iter().map(|m| (*m).to_owned()).collect();
        line(&mut text, &format!("{vintage}:{code} {name}"), &marks);
    }
    let counts: Vec<String> = status
        .collections
        .iter()
        .map(|c| format!("{}/{}", c.accepted, c.expected))
        .collect();
    line(&mut text, "reported", &counts);
    text.push_str("\n+ on time  L late  H held back  R rejected  . not due yet  ! overdue\n");
    for name in &status.rejected {
        let _ = writeln!(text, "rejected, of no unit that its name tells: {name}");
    }
    text
}

fn delimited(status: &Status) -> Result<String, String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for owed in &status.owed {
        writer.serialize(owed).map_err(|e| e.to_string())?;
    }
    let bytes = writer.into_inner().map_err(|e| e.to_string())?;
    String::from_utf8(bytes).map_err(|e| e.to_string())
}
