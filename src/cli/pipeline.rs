//! The pipeline that a command works on.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::exit::FAILED;
use super::show;
use crate::plan::{self, Plan};

/// The pipeline that commands use by default.
const DEFAULT_PIPELINE: &str = "pipelines/kttt";

pub(super) fn default_pipeline() -> PathBuf {
    PathBuf::from(DEFAULT_PIPELINE)
}

/// Loads the pipeline in `directory`, with the edition of that name or its own. On failure it prints the errors.
pub(super) fn plan_of(directory: &Path, edition: Option<&str>) -> Result<Plan, ExitCode> {
    let plan = match edition {
        Some(name) => plan::load_edition(directory, name),
        None => plan::load(directory),
    };
    plan.map_err(|errors| show::definition_errors(&errors, FAILED))
}
