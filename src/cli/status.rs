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
use crate::answers::{self, CameFile, FileState, State, Status, StatusQuestion};
use crate::text::spreadsheet_safe;

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
    /// Only this unit: its code, its name, or vintage and code as 2025-15.
    #[arg(long, value_name = "UNIT")]
    unit: Option<String>,
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
        unit: arguments.unit,
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
    if status.collections.is_empty() && !status.also_open.is_empty() {
        let open: Vec<String> = status
            .also_open
            .iter()
            .map(|(form, period)| format!("{form} {period}"))
            .collect();
        show::note(&format!("note: open are {}", open.join(", ")));
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
        let none = if status.also_open.is_empty() {
            "no collection is open\n"
        } else {
            "no such collection is open\n"
        };
        text.push_str(none);
        text.push_str(&files(status));
        return text;
    }
    let heads: Vec<String> = status
        .collections
        .iter()
        .map(|c| {
            let of = if c.of_agencies { " agencies" } else { "" };
            format!("{} {}{of}", c.form, c.period)
        })
        .collect();
    let mut rows: BTreeMap<(&str, &str), (&str, Vec<&'static str>)> = BTreeMap::new();
    for owed in &status.owed {
        let column = status.collections.iter().position(|c| c.is_owed(owed));
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
    text.push_str(&files(status));
    text
}

/// The files that came and do not count, each with the reason.
fn files(status: &Status) -> String {
    let mut text = String::new();
    for owed in &status.owed {
        for file in &owed.files {
            let about = format!("{} {}", owed.form, owed.period);
            file_line(
                &mut text,
                (&owed.vintage, &owed.code, &owed.name),
                &about,
                file,
            );
        }
    }
    for other in &status.other_files {
        let unknown = |what: &str| format!("{what} not known");
        let form = other.file.form.clone();
        let period = other.file.period.clone();
        let about = format!(
            "{}, {}",
            form.unwrap_or_else(|| unknown("form")),
            period.unwrap_or_else(|| unknown("period"))
        );
        file_line(
            &mut text,
            (&other.vintage, &other.code, &other.name),
            &about,
            &other.file,
        );
    }
    for name in &status.rejected {
        let _ = writeln!(text, "rejected, of no unit that its name tells: {name}");
    }
    text
}

/// A line about a file that came and does not count; none about one that counts or was replaced.
fn file_line(text: &mut String, unit: (&str, &str, &str), about: &str, file: &CameFile) {
    let what = match file.state {
        FileState::Counts | FileState::Superseded => return,
        FileState::Held => "held back",
        FileState::Rejected => "rejected",
    };
    let (vintage, code, name) = unit;
    let _ = write!(
        text,
        "{what}: {vintage}:{code} {name}, {about}: {} came on {}",
        file.file_name, file.received_at
    );
    let _ = match file.why.as_slice() {
        [] => writeln!(text),
        [first, rest @ ..] => {
            let more = match rest.len() {
                0 => String::new(),
                n => format!(" (and {n} more)"),
            };
            writeln!(text, "; {} {}{more}", first.code, first.message_en)
        }
    };
}

fn delimited(status: &Status) -> Result<String, String> {
    let head = [
        "form",
        "period",
        "due",
        "vintage",
        "code",
        "name",
        "state",
        "received_at",
        "file_name",
        "revision",
        "reporter",
        "errors",
        "warnings",
    ];
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(head).map_err(|e| e.to_string())?;
    for owed in &status.owed {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let number = |number: Option<i64>| number.map_or_else(String::new, |n| n.to_string());
        let row = [
            owed.form.clone(),
            owed.period.clone(),
            text(&owed.due),
            owed.vintage.clone(),
            owed.code.clone(),
            owed.name.clone(),
            owed.state.as_str().to_owned(),
            text(&owed.received_at),
            text(&owed.file_name),
            number(owed.revision),
            text(&owed.reporter),
            number(owed.errors),
            number(owed.warnings),
        ];
        let row = row.map(|cell| spreadsheet_safe(&cell).into_owned());
        writer.write_record(row).map_err(|e| e.to_string())?;
    }
    let bytes = writer.into_inner().map_err(|e| e.to_string())?;
    String::from_utf8(bytes).map_err(|e| e.to_string())
}
