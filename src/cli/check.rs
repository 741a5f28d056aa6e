//! `tonghop check`: checks the definitions of a pipeline.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::exit::{CLEAN, FINDINGS};
use super::pipeline::default_pipeline;
use super::show;
use crate::intake::check_inboxes;
use crate::plan;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Directory of the pipeline.
    #[arg(default_value_os_t = default_pipeline())]
    pipeline: PathBuf,
}

pub(super) async fn main(arguments: Arguments) -> ExitCode {
    if !arguments.pipeline.join("pipeline.toml").is_file() {
        return show::failure(&format!(
            "there is no pipeline at `{0}`\nhint: name a directory that holds a pipeline.toml",
            arguments.pipeline.display()
        ));
    }
    let plan = match plan::load(&arguments.pipeline) {
        Ok(plan) => plan,
        Err(errors) => return show::definition_errors(&errors, FINDINGS),
    };
    let editions = match plan::other_editions(&plan) {
        Ok(editions) => editions,
        Err(errors) => return show::definition_errors(&errors, FINDINGS),
    };
    if let Err(errors) = plan::check_queries(&plan, &editions).await {
        return show::definition_errors(&errors, FINDINGS);
    }
    // Most commands read no submissions, and `run --submissions` reads others.
    if let Err(e) = check_inboxes(&plan.submissions) {
        show::note(&format!("note: {e}"));
    }
    let declared = plan.breakdowns.iter().filter(|b| !b.members.is_empty());
    let breakdowns = declared.map(|b| format!("{} {}, ", b.members.len(), b.list));
    let breakdowns: Vec<String> = breakdowns.collect();
    show::note(&format!(
        "{}: sound — {} forms, {} indicators, {}{} rules, {} tables, {} vintages",
        plan.id,
        plan.vocabulary.forms.len(),
        plan.indicators.len(),
        breakdowns.concat(),
        plan.rules.len() + plan.record_rules.len(),
        plan.tables.len(),
        plan.geography.vintages.len(),
    ));
    ExitCode::from(CLEAN)
}
