//! `tonghop template`: writes a blank form, ready to fill in.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::exit::{CLEAN, FAILED};
use super::pipeline::{check_output, default_pipeline};
use super::show;
use crate::answers::{self, TemplateOptions};
use crate::period::Period;
use crate::plan;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Code of the form.
    form: String,
    /// Directory of the pipeline.
    #[arg(long, default_value_os_t = default_pipeline(), value_name = "DIR")]
    pipeline: PathBuf,
    /// The unit that fills it in: its code, its name, or vintage and code as 2025-15 [default: left open].
    #[arg(long, value_name = "UNIT")]
    unit: Option<String>,
    /// The period, such as 2026 or 2026-S1 [default: the period due next after the newest report in the lake].
    #[arg(long, value_name = "PERIOD")]
    period: Option<Period>,
    /// Directory of the lake, for the values that are already known [default: lake, if it is there].
    #[arg(long, value_name = "DIR")]
    lake: Option<PathBuf>,
    /// The workbook to write [default: named after form, period and unit, in the current directory].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) async fn main(arguments: Arguments) -> ExitCode {
    let plan = match plan::load(&arguments.pipeline) {
        Ok(plan) => plan,
        Err(errors) => return show::definition_errors(&errors, FAILED),
    };
    let lake_is_needed = arguments.lake.is_some();
    let lake = arguments.lake.unwrap_or_else(|| PathBuf::from("lake"));
    if let Some(out) = &arguments.out
        && let Err(code) = check_output(&plan, &lake, out)
    {
        return code;
    }
    let options = TemplateOptions {
        form: arguments.form,
        unit: arguments.unit,
        period: arguments.period,
        lake_is_needed,
        lake,
    };
    let blank = match answers::template(&plan, &options).await {
        Ok(blank) => blank,
        Err(e) => return show::failure(&e.to_string()),
    };
    let path = arguments
        .out
        .unwrap_or_else(|| PathBuf::from(&blank.file_name));
    if let Err(message) = show::file(&path, &blank.bytes) {
        return show::failure(&message);
    }
    let unit = blank.unit.as_ref().map_or_else(
        || "any unit".to_owned(),
        |u| format!("{}-{}", u.vintage, u.code),
    );
    show::note(&format!(
        "{}: period {}, {unit}, {} values filled in from the lake",
        path.display(),
        blank.period,
        blank.known
    ));
    ExitCode::from(CLEAN)
}
