//! Progress messages of a run, and the run report in the lake.
//!
//! On a terminal a bar shows the progress; elsewhere each stage is a line. With `--log json` every line is a JSON object.
//! The report is `runs/<started>.json`, described in docs/run-report.md.

use std::fs;
use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Instant;

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::exit::FAILED;
use super::show;
use crate::diagnostic::{DefinitionErrors, Finding, Severity};
use crate::lake::{REPORT_SEAL, Snapshot, empty_slot, fill};
use crate::plan::Plan;
use crate::reading::{RunOptions, Stage};
use crate::run::Run;

/// Version of the report. A new key does not change it. A key that is removed or changes its meaning does.
const SCHEMA: &str = "tonghop-run-report/1";

/// Format of the progress messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Log {
    /// Text for people: a progress bar on a terminal, elsewhere a line for each stage.
    Human,
    /// One JSON object per line.
    Json,
}

/// A stage and how long it took.
#[derive(Debug, Clone, Copy)]
struct Took {
    stage: Stage,
    began: Instant,
    seconds: Option<f64>,
}

/// Follows one run.
pub(super) struct Journal {
    log: Log,
    bar: Option<ProgressBar>,
    started: Timestamp,
    began: Instant,
    stages: Mutex<Vec<Took>>,
}

impl Journal {
    pub(super) fn new(log: Log) -> Self {
        let shows_bar = log == Log::Human && std::io::stderr().is_terminal();
        let bar = shows_bar.then(|| {
            let style = ProgressStyle::with_template("{msg:<22} {bar:30} {pos}/{len}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(1).with_style(style)
        });
        Self {
            log,
            bar,
            started: Timestamp::now(),
            began: Instant::now(),
            stages: Mutex::default(),
        }
    }

    /// Writes a line of the JSON log. Does nothing in the log for people.
    fn event(&self, level: &str, event: &str, fields: &Value) {
        if self.log != Log::Json {
            return;
        }
        let mut line = Map::new();
        line.insert("time".to_owned(), json!(Timestamp::now().to_string()));
        line.insert("level".to_owned(), json!(level));
        line.insert("event".to_owned(), json!(event));
        if let Value::Object(fields) = fields {
            line.extend(fields.clone());
        }
        show::note(&Value::Object(line).to_string());
    }

    pub(super) fn begin(&self, plan: &Plan, options: &RunOptions) {
        let fields = json!({
            "pipeline": plan.id,
            "lake": options.lake,
            "out": options.out,
            "version": env!("CARGO_PKG_VERSION"),
        });
        self.event("info", "run_started", &fields);
    }

    /// Reports progress within a stage.
    pub(super) fn see(&self, stage: Stage, done: usize, all: usize) {
        let Ok(mut stages) = self.stages.lock() else {
            return;
        };
        let is_new = stages.last().is_none_or(|last| last.stage != stage);
        if is_new {
            self.end_stage(&mut stages);
            stages.push(Took {
                stage,
                began: Instant::now(),
                seconds: None,
            });
        }
        drop(stages);
        if is_new {
            self.event("info", "stage_started", &json!({"stage": name(stage)}));
        }
        match &self.bar {
            Some(bar) => {
                bar.set_message(doing(stage));
                bar.set_length(all as u64);
                bar.set_position(done as u64);
            }
            None if is_new && self.log == Log::Human => show::note(&format!("{} …", doing(stage))),
            None => {}
        }
    }

    fn end_stage(&self, stages: &mut [Took]) {
        let Some(last) = stages.last_mut().filter(|last| last.seconds.is_none()) else {
            return;
        };
        let seconds = last.began.elapsed().as_secs_f64();
        last.seconds = Some(seconds);
        let fields = json!({"stage": name(last.stage), "seconds": seconds});
        self.event("info", "stage_ended", &fields);
    }

    /// Ends the last stage and removes the bar.
    pub(super) fn end(&self) {
        if let Ok(mut stages) = self.stages.lock() {
            self.end_stage(&mut stages);
        }
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// Logs the result of the run for programs: each error and warning, then the totals.
    pub(super) fn tell(&self, run: &Run, exit: u8) {
        let grave = |f: &&Finding| f.severity >= Severity::Warning;
        for finding in run.findings.iter().filter(grave) {
            let fields = json!({
                "code": finding.code,
                "rule": finding.rule,
                "file_name": finding.place.file_name,
                "form": finding.place.form,
                "sheet": finding.place.sheet,
                "cell": finding.place.cell,
                "unit_vintage": finding.place.unit_vintage,
                "unit_code": finding.place.unit_code,
                "period": finding.place.period,
                "message_vi": finding.message_vi,
                "message_en": finding.message_en,
            });
            let level = match finding.severity {
                Severity::Error => "error",
                Severity::Warning | Severity::Info => "warn",
            };
            self.event(level, "finding", &fields);
        }
        for path in &run.mended {
            self.event("warn", "mended", &json!({"path": path}));
        }
        for message in &run.trouble {
            self.event("error", "trouble", &json!({"message": message}));
        }
        let event = if run.published {
            "snapshot_published"
        } else {
            "nothing_new"
        };
        let fields = json!({"snapshot": run.snapshot.id, "before": run.before});
        self.event("info", event, &fields);
        let (errors, warnings, infos) = run.summary.findings;
        let fields = json!({
            "exit_code": exit,
            "seconds": self.began.elapsed().as_secs_f64(),
            "errors": errors,
            "warnings": warnings,
            "infos": infos,
            "overdue": run.summary.overdue.len(),
        });
        self.event("info", "run_ended", &fields);
    }

    /// Logs the errors of the definitions, because of which no run can start.
    pub(super) fn broken(&self, errors: &DefinitionErrors) -> ExitCode {
        if self.log == Log::Human {
            return show::definition_errors(errors, FAILED);
        }
        for error in &errors.0 {
            let fields = json!({
                "file": error.file,
                "line": error.line,
                "message": error.message,
                "hint": error.remedy,
            });
            self.event("error", "definition_error", &fields);
        }
        let count = errors.0.len();
        self.fail(&format!("the definitions have {count} errors"));
        ExitCode::from(FAILED)
    }

    /// Logs why the run failed.
    pub(super) fn fail(&self, message: &str) {
        match self.log {
            Log::Human => show::note(&format!("error: {message}")),
            Log::Json => self.event("error", "run_failed", &json!({"message": message})),
        }
    }

    /// Writes the run report to the lake. If that fails, it warns; the run does not fail.
    pub(super) fn keep(
        &self,
        plan: &Plan,
        options: &RunOptions,
        exit: u8,
        outcome: Result<&Run, &str>,
    ) {
        let ended = Timestamp::now();
        let stages: Vec<Value> = match self.stages.lock() {
            Ok(stages) => stages
                .iter()
                .map(|s| json!({"stage": name(s.stage), "seconds": s.seconds}))
                .collect(),
            Err(_) => Vec::new(),
        };
        let (run, error) = (outcome.ok(), outcome.err());
        let report = json!({
            "schema": SCHEMA,
            "started": self.started.to_string(),
            "ended": ended.to_string(),
            "seconds": self.began.elapsed().as_secs_f64(),
            "stages": stages,
            "version": env!("CARGO_PKG_VERSION"),
            "process": std::process::id(),
            "peak_memory_bytes": peak_memory(),
            "pipeline": plan.id,
            "definitions": plan.definition_hash,
            "options": {
                "submissions": options.submissions,
                "lake": options.lake,
                "out": options.out,
                "at": options.at.to_string(),
                "as_of": options.as_of.map(|t| t.to_string()),
                "full": options.full,
            },
            "exit_code": exit,
            "error": error,
            "snapshot": run.map(|run| &run.snapshot.id),
            "snapshot_before": match run {
                Some(run) => run.before.clone(),
                // A run that failed has switched nothing.
                None => Snapshot::current(&options.lake).ok().map(|current| current.id),
            },
            "published": run.is_some_and(|run| run.published),
            "mended": run.map_or(&[][..], |run| &run.mended),
            "trouble": run.map_or(&[][..], |run| &run.trouble),
            "summary": run.map(|run| &run.summary),
        });
        let name = self.started.strftime("%Y%m%dT%H%M%S%6fZ").to_string();
        let folder = options.lake.join("runs");
        if let Err(e) = write(&folder, &name, &sealed(&report)) {
            let message = format!("{}: the report could not be written: {e}", folder.display());
            match self.log {
                Log::Human => show::note(&format!("warning: {message}")),
                Log::Json => self.event("warn", "report_failed", &json!({"message": message})),
            }
        }
    }
}

/// The text of a report. Its last entry is the hash of the others, so that `tonghop verify` can check it.
fn sealed(report: &Value) -> Vec<u8> {
    let text = format!("{report:#}");
    // The entries of a report are never none, and the last closing brace is its own.
    let open = text.strip_suffix('}').unwrap_or(&text).trim_end();
    let mut bytes = format!("{open},\n  {REPORT_SEAL}: \"{}\"\n}}\n", empty_slot()).into_bytes();
    fill(&mut bytes, REPORT_SEAL);
    bytes
}

/// Writes a report to a temporary file and renames it. A report that cannot be written leaves nothing behind.
fn write(folder: &Path, name: &str, text: &[u8]) -> std::io::Result<()> {
    let aside = folder.join(format!("{name}.part"));
    let written = fs::write(&aside, text)
        .and_then(|()| fs::File::open(&aside)?.sync_all())
        .and_then(|()| fs::rename(&aside, folder.join(format!("{name}.json"))));
    if written.is_err() {
        let _ = fs::remove_file(&aside);
    }
    written
}

/// Peak memory of this process in bytes; none if the system does not report it.
fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// The name of a stage in logs and reports.
fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Intake => "intake",
        Stage::Extract => "extract",
        Stage::Validate => "validate",
        Stage::Query => "query",
        Stage::Publish => "publish",
        Stage::Tables => "tables",
    }
}

/// A stage in words.
fn doing(stage: Stage) -> &'static str {
    match stage {
        Stage::Intake => "looking for files",
        Stage::Extract => "reading submissions",
        Stage::Validate => "applying the rules",
        Stage::Query => "running the models",
        Stage::Publish => "writing the snapshot",
        Stage::Tables => "writing the tables",
    }
}
