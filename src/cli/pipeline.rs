//! The pipeline that a command works on.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::exit::FAILED;
use super::show;
use crate::intake::{FolderUse, check_apart};
use crate::plan::{self, Plan};

/// The pipeline that commands use by default.
const DEFAULT_PIPELINE: &str = "pipelines/kttt";

pub(super) fn default_pipeline() -> PathBuf {
    PathBuf::from(DEFAULT_PIPELINE)
}

/// Checks that what a command writes lies neither in the lake nor in an inbox of the pipeline, nor holds one of them. On
/// failure it prints why.
pub(super) fn check_output(plan: &Plan, lake: &Path, out: &Path) -> Result<(), ExitCode> {
    let inboxes = plan.submissions.iter();
    let inboxes = inboxes.map(|inbox| (FolderUse::Submissions, inbox.as_path()));
    let mut others = inboxes.chain([(FolderUse::Lake, lake)]);
    others
        .try_for_each(|other| check_apart(&[(FolderUse::Output, out), other]))
        .map_err(|e| show::failure(&e.to_string()))
}

/// Loads the pipeline in `directory`, with the edition of that name or its own. On failure it prints the errors.
pub(super) fn plan_of(directory: &Path, edition: Option<&str>) -> Result<Plan, ExitCode> {
    let plan = match edition {
        Some(name) => plan::load_edition(directory, name),
        None => plan::load(directory),
    };
    plan.map_err(|errors| show::definition_errors(&errors, FAILED))
}
