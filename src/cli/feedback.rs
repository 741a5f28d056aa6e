//! `tonghop feedback`: writes a copy of each submitted file, with its faulty cells marked and explained.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::exit::{CLEAN, FAILED};
use super::pipeline::{check_output, default_pipeline};
use super::show;
use crate::answers::{self, FeedbackOptions};
use crate::diagnostic::Severity;
use crate::period::Period;
use crate::plan;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Directory of the pipeline.
    #[arg(default_value_os_t = default_pipeline())]
    pipeline: PathBuf,
    /// Directory of the lake.
    #[arg(long, default_value = "lake", value_name = "DIR")]
    lake: PathBuf,
    /// Output directory: a folder of workbooks for each unit, and index.csv. Files of your own in it stay.
    #[arg(long, default_value = "feedback", value_name = "DIR")]
    out: PathBuf,
    /// Only this unit: its code, its name, or vintage and code as 2025-15. The feedback of other units stays.
    #[arg(long, value_name = "UNIT")]
    unit: Option<String>,
    /// Only reports of this period, such as 2025 or 2025-S1.
    #[arg(long, value_name = "PERIOD")]
    period: Option<Period>,
    /// Lowest severity to include. Use info to include missing reports.
    #[arg(long, default_value = "warning", value_name = "SEVERITY")]
    severity: Least,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Least {
    Error,
    Warning,
    Info,
}

impl From<Least> for Severity {
    fn from(least: Least) -> Self {
        match least {
            Least::Error => Self::Error,
            Least::Warning => Self::Warning,
            Least::Info => Self::Info,
        }
    }
}

pub(super) fn main(arguments: Arguments) -> ExitCode {
    let plan = match plan::load(&arguments.pipeline) {
        Ok(plan) => plan,
        Err(errors) => return show::definition_errors(&errors, FAILED),
    };
    if let Err(code) = check_output(&plan, &arguments.lake, &arguments.out) {
        return code;
    }
    let options = FeedbackOptions {
        lake: arguments.lake,
        out: arguments.out,
        unit: arguments.unit,
        period: arguments.period,
        severity: arguments.severity.into(),
    };
    let feedback = match answers::feedback(&plan, &options) {
        Ok(feedback) => feedback,
        Err(e) => return show::failure(&e.to_string()),
    };
    for (letter, written) in feedback.letters.iter().zip(&feedback.written) {
        let n = letter.remarks.len();
        show::note(&format!(
            "  {}  {n} {} ({})",
            written.file,
            if n == 1 { "remark" } else { "remarks" },
            written.how.as_str()
        ));
    }
    let units: BTreeSet<_> = feedback
        .letters
        .iter()
        .filter_map(|l| l.unit.as_ref())
        .collect();
    show::note(&format!(
        "{} workbooks for {} units in {}",
        feedback.written.len(),
        units.len(),
        options.out.display()
    ));
    for file in &feedback.changed {
        show::note(&format!(
            "note: somebody changed {file} after it was written. It is kept, but no longer counted as feedback"
        ));
    }
    if feedback.of_nobody > 0 {
        show::note(&format!(
            "{} findings are about no file and no unit: see findings.csv of the run",
            feedback.of_nobody
        ));
    }
    ExitCode::from(CLEAN)
}
