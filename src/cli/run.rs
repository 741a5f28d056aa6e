//! `tonghop run`: reads the submissions, publishes a snapshot and writes the tables.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;

use super::exit::{CLEAN, FAILED, FINDINGS, FailOn};
use super::journal::{Journal, Log};
use super::moment::Moment;
use super::pipeline::default_pipeline;
use super::show::Format;
use super::summary::{human, planned};
use super::{finding, show};
use crate::answers::consolidated_forms;
use crate::diagnostic::most_important_first;
use crate::lake::LakeError;
use crate::plan::{self, Plan};
use crate::reading::{RunError, RunOptions};
use crate::run::{self, MakeFurther, Run};

/// Number of findings shown on screen. findings.csv has all of them.
const SHOWN_FINDINGS: usize = 12;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Directory of the pipeline.
    #[arg(default_value_os_t = default_pipeline())]
    pipeline: PathBuf,
    /// Inbox to read instead of the inboxes of the pipeline. Can be given several times.
    #[arg(long, value_name = "DIR")]
    submissions: Vec<PathBuf>,
    /// Directory of the lake.
    #[arg(long, default_value = "lake", value_name = "DIR")]
    lake: PathBuf,
    /// Directory for the tables and the list of findings [default: out; with --as-of: out-as-of].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Lowest severity that makes the exit code 1.
    #[arg(long, default_value = "error", value_name = "SEVERITY")]
    fail_on: FailOn,
    /// Time at which reports are judged overdue, such as 2025-12-31 or 2025-12-31T17:00:00Z [default: now].
    #[arg(long, value_name = "TIME")]
    at: Option<Moment>,
    /// Use only the submissions and decisions that were known at this time. The snapshot is written beside the current
    /// one and does not replace it, except in an empty lake.
    #[arg(long, value_name = "TIME")]
    as_of: Option<Moment>,
    /// Read every submission again, ignore the cache, and compute the snapshot again even if nothing has changed. The
    /// result is the same, byte for byte; damaged files of the cache and of the snapshot are replaced.
    #[arg(long)]
    full: bool,
    /// Show what a run would read, supersede and change. Writes nothing to the lake and the output directory.
    #[arg(long, visible_alias = "dry-run")]
    plan: bool,
    /// Format of the progress messages on standard error.
    #[arg(long, default_value = "human")]
    log: Log,
    /// Output format of the summary.
    #[arg(long, default_value = "human")]
    format: Format,
}

pub(super) async fn main(arguments: Arguments) -> ExitCode {
    let plan = match plan::load(&arguments.pipeline) {
        Ok(plan) => plan,
        Err(errors) => return Journal::new(arguments.log).broken(&errors),
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
    let journal = Journal::new(arguments.log);
    if arguments.plan {
        return foresee(&plan, &options, arguments.format, &journal).await;
    }
    journal.begin(&plan, &options);
    let further: MakeFurther =
        |plan, engine, snapshot| Box::pin(consolidated_forms(plan, engine, snapshot));
    let result = run::run(&plan, &options, further, &|stage, done, all| {
        journal.see(stage, done, all);
    })
    .await;
    journal.end();
    let run = match result {
        Ok(run) => run,
        Err(e) => {
            let message = e.to_string();
            // A lake that this run may not write to gets no report of it.
            let is_ours = !matches!(
                e,
                RunError::Lake(LakeError::Locked { .. } | LakeError::Foreign { .. })
            );
            if is_ours && options.lake.join("runs").is_dir() {
                journal.keep(&plan, &options, FAILED, Err(&message));
            }
            journal.fail(&message);
            return ExitCode::from(FAILED);
        }
    };
    let (errors, warnings, _) = run.summary.findings;
    let errors = errors + run.summary.overdue.len() + run.trouble.len();
    let failed = match arguments.fail_on {
        FailOn::Error => errors > 0,
        FailOn::Warning => errors + warnings > 0,
        FailOn::Never => false,
    };
    let exit = if failed { FINDINGS } else { CLEAN };
    journal.keep(&plan, &options, exit, Ok(&run));
    journal.tell(&run, exit);
    match arguments.format {
        Format::Human if arguments.log == Log::Human => {
            show_findings(&run);
            show::note(&human(&run.summary));
            for path in &run.mended {
                let lake = &run.summary.lake;
                show::note(&format!(
                    "note: {lake}/{path} was damaged and is whole again"
                ));
            }
            for message in &run.trouble {
                show::note(&format!("error: {message}"));
            }
        }
        Format::Human => {}
        Format::Json => match serde_json::to_string_pretty(&run.summary) {
            Ok(text) => {
                if let Err(e) = show::data(&format!("{text}\n")) {
                    return show::failure(&e.to_string());
                }
            }
            Err(e) => return show::failure(&e.to_string()),
        },
    }
    ExitCode::from(exit)
}

/// Shows what a run would do.
async fn foresee(plan: &Plan, options: &RunOptions, format: Format, journal: &Journal) -> ExitCode {
    let result = run::foresee(plan, options, &|stage, done, all| {
        journal.see(stage, done, all);
    })
    .await;
    journal.end();
    let foreseen = match result {
        Ok(foreseen) => foreseen,
        Err(e) => {
            journal.fail(&e.to_string());
            return ExitCode::from(FAILED);
        }
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

/// The most important findings, as many as fit a screen.
fn show_findings(run: &Run) {
    let sorted = most_important_first(&run.findings);
    let shown = sorted.iter().take(SHOWN_FINDINGS);
    let text: Vec<String> = shown.map(|found| finding::lines(found)).collect();
    let more = sorted.len().saturating_sub(SHOWN_FINDINGS);
    show::note(text.join("\n").trim_end());
    if more > 0 {
        show::note(&format!(
            "\n… and {more} more findings, all of them in {}/findings.csv",
            run.summary.out
        ));
    }
}
