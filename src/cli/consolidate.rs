//! `tonghop consolidate`: writes a form filled for the country, each region and each unit.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::exit::{CLEAN, FAILED};
use super::pipeline::{check_output, default_pipeline};
use super::show;
use crate::answers::{self, ConsolidateOptions};
use crate::period::Period;
use crate::plan;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Code of the form. A list is not consolidated row by row: its totals are indicators of the lake.
    form: String,
    /// Directory of the pipeline.
    #[arg(long, default_value_os_t = default_pipeline(), value_name = "DIR")]
    pipeline: PathBuf,
    /// The period, such as 2025 or 2026-S1 [default: the newest one that was reported].
    #[arg(long, value_name = "PERIOD")]
    period: Option<Period>,
    /// Whose sheets: country (with all regions and units), region:CODE (with its units) or unit:CODE.
    #[arg(long, default_value = "country", value_name = "SCOPE")]
    scope: String,
    /// Directory of the lake.
    #[arg(long, default_value = "lake", value_name = "DIR")]
    lake: PathBuf,
    /// The workbook to write [default: named after form and period, in the current directory].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) async fn main(arguments: Arguments) -> ExitCode {
    let plan = match plan::load(&arguments.pipeline) {
        Ok(plan) => plan,
        Err(errors) => return show::definition_errors(&errors, FAILED),
    };
    if let Some(out) = &arguments.out
        && let Err(code) = check_output(&plan, &arguments.lake, out)
    {
        return code;
    }
    let options = ConsolidateOptions {
        form: arguments.form,
        period: arguments.period,
        scope: arguments.scope,
        lake: arguments.lake,
    };
    let done = match answers::consolidate(&plan, &options).await {
        Ok(done) => done,
        Err(e) => return show::failure(&e.to_string()),
    };
    let path = arguments
        .out
        .unwrap_or_else(|| PathBuf::from(&done.file_name));
    if let Err(message) = show::file(&path, &done.bytes) {
        return show::failure(&message);
    }
    let (reported, expected) = done.coverage;
    show::note(&format!(
        "{}: period {}, {} sheets, figures of {reported} of {expected} units",
        path.display(),
        done.period,
        done.sheets.len()
    ));
    ExitCode::from(CLEAN)
}
