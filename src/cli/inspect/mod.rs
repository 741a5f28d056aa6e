//! `tonghop inspect`: shows what files hold and why each value is read as it is. Writes nothing.

mod evidence;
mod human;
mod machine;

use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use evidence::findings_of;
use human::human;
use machine::machine;

use super::exit::{CLEAN, FAILED, FINDINGS};
use super::pipeline::default_pipeline;
use super::show::{self, Format};
use crate::answers;
use crate::diagnostic::Severity;
use crate::intake::open_file;
use crate::plan;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The files to inspect.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Directory of the pipeline.
    #[arg(long, default_value_os_t = default_pipeline(), value_name = "DIR")]
    pipeline: PathBuf,
    /// List every value with its cell.
    #[arg(long)]
    values: bool,
    /// Output format.
    #[arg(long, default_value = "human")]
    format: Format,
}

pub(super) async fn main(arguments: Arguments) -> ExitCode {
    let plan = match plan::load(&arguments.pipeline) {
        Ok(plan) => plan,
        Err(errors) => return show::definition_errors(&errors, FAILED),
    };
    for path in &arguments.files {
        match open_file(path) {
            Ok(_) => {}
            Err(e) if e.kind() == ErrorKind::NotFound => {
                return show::failure(&format!("there is no file `{}`", path.display()));
            }
            Err(e) => {
                return show::failure(&format!("`{}` cannot be read: {e}", path.display()));
            }
        }
    }
    let files: Vec<(PathBuf, String)> = arguments
        .files
        .into_iter()
        .map(|path| (path.clone(), path.display().to_string()))
        .collect();
    let inspections = match answers::inspect(&plan, &files).await {
        Ok(inspections) => inspections,
        Err(e) => return show::failure(&e.to_string()),
    };
    let text = match arguments.format {
        Format::Human => inspections
            .iter()
            .map(|inspection| human(&plan, inspection, arguments.values))
            .collect::<Vec<_>>()
            .join("\n"),
        Format::Json => {
            let all: Vec<serde_json::Value> = inspections
                .iter()
                .map(|inspection| machine(&plan, inspection, arguments.values))
                .collect();
            format!("{:#}\n", serde_json::Value::Array(all))
        }
    };
    if let Err(e) = show::data(&text) {
        return show::failure(&e.to_string());
    }
    let has_errors = inspections
        .iter()
        .flat_map(findings_of)
        .any(|finding| finding.severity == Severity::Error);
    ExitCode::from(if has_errors { FINDINGS } else { CLEAN })
}
