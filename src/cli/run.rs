//! `tonghop run`: the main job.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Mutex;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{CLEAN, FINDINGS, Format, default_pipeline, show};
use crate::diagnostic::{most_important_first, write_finding};
use crate::pipeline::{self, Foreseen, NationalChanges, Plan, Run, RunOptions, Stage, Summary};

/// Findings shown on screen; the files have them all.
const SHOWN_FINDINGS: usize = 12;

/// Changed headlines shown on screen.
const SHOWN_CHANGES: usize = 12;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The pipeline's directory.
    #[arg(default_value_os_t = default_pipeline())]
    pipeline: PathBuf,
    /// An inbox to read, in place of the pipeline's own; may be given several times.
    #[arg(long, value_name = "DIR")]
    submissions: Vec<PathBuf>,
    /// The lake.
    #[arg(long, default_value = "lake", value_name = "DIR")]
    lake: PathBuf,
    /// Where the tables and the list of findings go [default: out; with --as-of: out-as-of].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The least severity that makes the exit code 1.
    #[arg(long, default_value = "error", value_name = "SEVERITY")]
    fail_on: FailOn,
    /// The moment against which overdue reports are judged, as 2025-12-31 or 2025-12-31T17:00:00Z [default: now].
    #[arg(long, value_name = "TIME")]
    at: Option<Moment>,
    /// What was known at this moment: only what had come, and what had been decided, by then. Written beside the
    /// current snapshot, which stays; only in an empty lake it becomes the current one.
    #[arg(long, value_name = "TIME")]
    as_of: Option<Moment>,
    /// Read every submission again, whatever the cache holds: the result is the same, to the byte.
    #[arg(long)]
    full: bool,
    /// Show what a run would read, supersede and change, and write nothing.
    #[arg(long)]
    plan: bool,
    /// How the summary is shown.
    #[arg(long, default_value = "human")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Never,
}

/// A time, or a day.
#[derive(Debug, Clone, Copy)]
pub(super) enum Moment {
    Time(Timestamp),
    Day(Date),
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let time = text.parse().map(Self::Time);
        time.or_else(|_| text.parse().map(Self::Day))
            .map_err(|_| "expected a day such as 2025-12-31, or an RFC 3339 time".to_owned())
    }
}

impl Moment {
    /// The time; of a day its last microsecond in the zone of the pipeline.
    pub(super) fn at_the_latest(self, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Time(time) => time,
            Self::Day(day) => day
                .at(23, 59, 59, 999_999_000)
                .to_zoned(zone.clone())
                .map_or(Timestamp::MAX, |end| end.timestamp()),
        }
    }
}

pub(super) async fn main(arguments: Arguments) -> ExitCode {
    let plan = match pipeline::load(&arguments.pipeline) {
        Ok(plan) => plan,
        Err(errors) => return show::definition_errors(&errors, super::FAILED),
    };
    let moment = |given: Option<Moment>| given.map(|m| m.at_the_latest(&plan.zone));
    let options = RunOptions {
        submissions: arguments.submissions,
        lake: arguments.lake,
        out: arguments.out.unwrap_or_else(|| {
            let name = if arguments.as_of.is_some() {
                "out-as-of"
            } else {
                "out"
            };
            PathBuf::from(name)
        }),
        at: moment(arguments.at.or(arguments.as_of)).unwrap_or_else(Timestamp::now),
        as_of: moment(arguments.as_of),
        full: arguments.full,
    };
    if arguments.plan {
        return foresee(&plan, &options, arguments.format).await;
    }
    let started = Timestamp::now();
    let watch = Watch::new();
    let result = pipeline::run(&plan, &options, &|stage, done, all| {
        watch.see(stage, done, all);
    })
    .await;
    watch.end();
    let run = match result {
        Ok(run) => run,
        Err(e) => return show::failure(&e.to_string()),
    };
    note_run(&options, &run, started);
    match arguments.format {
        Format::Human => {
            show_findings(&run);
            show::note(&human(&run.summary));
        }
        Format::Json => match serde_json::to_string_pretty(&run.summary) {
            Ok(text) => {
                if let Err(e) = show::data(&format!("{text}\n")) {
                    return show::failure(&e.to_string());
                }
            }
            Err(e) => return show::failure(&e.to_string()),
        },
    }
    let (errors, warnings, _) = run.summary.findings;
    let errors = errors + run.summary.overdue.len();
    let failed = match arguments.fail_on {
        FailOn::Error => errors > 0,
        FailOn::Warning => errors + warnings > 0,
        FailOn::Never => false,
    };
    ExitCode::from(if failed { FINDINGS } else { CLEAN })
}

/// Shows what a run would do.
async fn foresee(plan: &Plan, options: &RunOptions, format: Format) -> ExitCode {
    let watch = Watch::new();
    let result = pipeline::foresee(plan, options, &|stage, done, all| {
        watch.see(stage, done, all);
    })
    .await;
    watch.end();
    let foreseen = match result {
        Ok(foreseen) => foreseen,
        Err(e) => return show::failure(&e.to_string()),
    };
    let text = match format {
        Format::Human => planned(&foreseen),
        Format::Json => match serde_json::to_string_pretty(&foreseen) {
            Ok(text) => format!("{text}\n"),
            Err(e) => return show::failure(&e.to_string()),
        },
    };
    match show::data(&text) {
        Ok(()) => ExitCode::from(CLEAN),
        Err(e) => show::failure(&e.to_string()),
    }
}

/// What a run would do, as people read it.
fn planned(foreseen: &Foreseen) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    let _ = if foreseen.is_new {
        writeln!(text, "would publish snapshot {}", foreseen.snapshot)
    } else {
        writeln!(text, "would publish nothing: nothing has changed")
    };
    let reading = &foreseen.reading;
    let _ = writeln!(
        text,
        "  read         {} files; {} were read before",
        reading.read.len(),
        reading.cached
    );
    for name in &reading.read {
        let _ = writeln!(text, "               {name}");
    }
    for (name, outcome) in &foreseen.files {
        let _ = writeln!(
            text,
            "  new          {name} ({})",
            outcome.replace('_', " ")
        );
    }
    for report in &foreseen.superseded {
        let by = report.by.as_deref().unwrap_or("nothing");
        let _ = writeln!(
            text,
            "  superseded   {} {} {} · {} by {by}",
            report.unit, report.form, report.period, report.file_name
        );
    }
    let [before, after] = foreseen.findings;
    let _ = writeln!(
        text,
        "  findings     {} errors, {} warnings, {} infos (now {}, {}, {})",
        after.0, after.1, after.2, before.0, before.1, before.2
    );
    if let Some(changes) = &foreseen.national {
        text.push_str(&national(changes));
    }
    text
}

/// Changes of the national figures, as people read them.
fn national(changes: &NationalChanges) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    let _ = writeln!(
        text,
        "  changed      {} national figures on the geography of {} (since {})",
        changes.figures, changes.geography, changes.before
    );
    for change in changes.headlines.iter().take(SHOWN_CHANGES) {
        let side = |figure: &Option<String>| figure.clone().unwrap_or_else(|| "nothing".to_owned());
        let _ = writeln!(
            text,
            "               {} {}: {} -> {}",
            change.name,
            change.period,
            side(&change.before),
            side(&change.after)
        );
    }
    let more = changes.headlines.len().saturating_sub(SHOWN_CHANGES);
    if more > 0 {
        let _ = writeln!(text, "               and {more} more; see `tonghop diff`");
    }
    text
}

/// Notes times and the summary in the lake's `runs/`; a lake that refuses it is no reason to fail.
fn note_run(options: &RunOptions, run: &Run, started: Timestamp) {
    let ended = Timestamp::now();
    let note = serde_json::json!({
        "started": started.to_string(),
        "ended": ended.to_string(),
        "seconds": ended.duration_since(started).as_secs_f64(),
        "version": env!("CARGO_PKG_VERSION"),
        "summary": run.summary,
    });
    let name = started.strftime("%Y%m%dT%H%M%S%6fZ").to_string();
    let path = options.lake.join("runs").join(format!("{name}.json"));
    if let Err(e) = std::fs::write(&path, format!("{note:#}\n")) {
        show::note(&format!(
            "warning: {} could not be written: {e}",
            path.display()
        ));
    }
}

/// The most important findings, as many as fit a screen.
fn show_findings(run: &Run) {
    let sorted = most_important_first(&run.findings);
    let mut text = Vec::new();
    for finding in sorted.iter().take(SHOWN_FINDINGS) {
        let _ = write_finding(&mut text, finding);
        text.push(b'\n');
    }
    let more = sorted.len().saturating_sub(SHOWN_FINDINGS);
    show::note(String::from_utf8_lossy(&text).trim_end());
    if more > 0 {
        show::note(&format!(
            "\n… and {more} more findings, all of them in {}/findings.csv",
            run.summary.out
        ));
    }
}

/// The summary as people read it.
fn human(summary: &Summary) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    let all: i64 = summary.submissions.values().sum();
    let outcomes: Vec<String> = summary
        .submissions
        .iter()
        .map(|(outcome, n)| format!("{n} {}", outcome.replace('_', " ")))
        .collect();
    let (errors, warnings, infos) = summary.findings;
    let _ = writeln!(
        text,
        "\n{} · snapshot {}",
        summary.pipeline, summary.snapshot
    );
    let _ = writeln!(text, "  submissions  {all}: {}", outcomes.join(", "));
    for report in &summary.reports {
        let _ = writeln!(
            text,
            "  reports      {} {:<8} {:>3} of {} units ({} {})",
            report.form,
            report.period,
            report.units_reported,
            report.units_expected,
            report.reports,
            if report.reports == 1 {
                "report"
            } else {
                "reports"
            },
        );
    }
    let _ = writeln!(text, "  values       {} loaded", grouped(summary.values));
    if summary.records > 0 {
        let _ = writeln!(text, "  records      {} of lists", grouped(summary.records));
    }
    let reading = &summary.reading;
    if reading.cached + reading.read.len() > 0 {
        let _ = writeln!(
            text,
            "  read         {} files; {} were read before",
            reading.read.len(),
            reading.cached
        );
    }
    if let Some(changes) = &summary.changes {
        text.push_str(&national(changes));
    }
    for line in &summary.decisions {
        let _ = writeln!(
            text,
            "  decision     {} {} · {}{} · {} ({}, {})",
            line.number,
            line.what,
            line.file_name.as_deref().unwrap_or("no such file"),
            line.sheet
                .as_deref()
                .map_or_else(String::new, |sheet| format!(" › {sheet}")),
            line.outcome,
            line.by,
            line.on
        );
    }
    for correction in &summary.corrections {
        let _ = writeln!(
            text,
            "  correction   {} {} {} · {}: {}",
            correction.unit,
            correction.form.as_deref().unwrap_or_default(),
            correction.period.as_deref().unwrap_or_default(),
            correction.file_name.as_deref().unwrap_or_default(),
            correction.message
        );
    }
    let _ = writeln!(
        text,
        "  findings     {errors} errors, {warnings} warnings, {infos} infos"
    );
    if !summary.overdue.is_empty() {
        let names: Vec<String> = summary
            .overdue
            .iter()
            .take(5)
            .map(|o| format!("{} {} {} (due {})", o.name, o.form, o.period, o.due))
            .collect();
        let more = summary.overdue.len().saturating_sub(5);
        let rest = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let _ = writeln!(
            text,
            "  overdue      {}: {}{rest}",
            summary.overdue.len(),
            names.join("; ")
        );
    }
    let headlines = &summary.headlines;
    if !headlines.periods.is_empty() {
        let _ = writeln!(
            text,
            "\n  The country, best figures, on the geography of {}",
            headlines.geography
        );
        let width = headlines
            .rows
            .iter()
            .map(|(name, unit, _)| name.chars().count() + unit.chars().count() + 3)
            .max()
            .unwrap_or(0);
        let mut line = format!("  {:<width$}", "");
        for period in &headlines.periods {
            let _ = write!(line, " {period:>20}");
        }
        let _ = writeln!(text, "{line}");
        for (name, unit, cells) in &headlines.rows {
            let head = format!("{name} ({unit})");
            let _ = write!(text, "  {head:<width$}");
            for cell in cells {
                let _ = write!(text, " {cell:>20}");
            }
            let _ = writeln!(text);
        }
    }
    let place = if summary.is_current {
        "current".to_owned()
    } else {
        format!("snapshots/{}", summary.snapshot)
    };
    let _ = writeln!(text, "\n  lake         {}/{place}", summary.lake);
    let _ = write!(
        text,
        "  tables       {} in {}/",
        summary.tables.len(),
        summary.out
    );
    text
}

fn grouped(n: i64) -> String {
    crate::tables::format_decimal(i128::from(n) * 1_000_000, 0, ',', '.')
}

/// Shows how far a run is: a bar on a terminal, a line a stage elsewhere.
struct Watch {
    bar: Option<ProgressBar>,
    stage: Mutex<Option<Stage>>,
}

impl Watch {
    fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{msg:<22} {bar:30} {pos}/{len}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(1).with_style(style)
        });
        Self {
            bar,
            stage: Mutex::new(None),
        }
    }

    fn see(&self, stage: Stage, done: usize, all: usize) {
        let Ok(mut seen) = self.stage.lock() else {
            return;
        };
        let is_new = *seen != Some(stage);
        *seen = Some(stage);
        drop(seen);
        let name = match stage {
            Stage::Intake => "looking for files",
            Stage::Extract => "reading submissions",
            Stage::Validate => "applying the rules",
            Stage::Query => "running the models",
            Stage::Publish => "writing the snapshot",
            Stage::Tables => "writing the tables",
        };
        match &self.bar {
            Some(bar) => {
                bar.set_message(name);
                bar.set_length(all as u64);
                bar.set_position(done as u64);
            }
            None if is_new => show::note(&format!("{name} …")),
            None => {}
        }
    }

    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
