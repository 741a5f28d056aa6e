//! `tonghop explain`: what a finding or a rule means, and what to do about it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::exit::CLEAN;
use super::pipeline::default_pipeline;
use super::show;
use crate::diagnostic::{CatalogueEntry, catalogue};
use crate::plan;
use crate::validate::OnFail;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Code or name of a finding (TH412, ambiguous-unit), or code of a rule (R101). Without it, all codes are listed.
    code: Option<String>,
    /// Directory of the pipeline, for the rules.
    #[arg(long, default_value_os_t = default_pipeline(), value_name = "DIR")]
    pipeline: PathBuf,
}

pub(super) fn main(arguments: &Arguments) -> ExitCode {
    let text = match &arguments.code {
        None => catalogue()
            .iter()
            .map(|(code, e)| format!("{code}  {:<28} {}\n", e.name, e.title_en))
            .collect(),
        Some(wanted) => match explained(wanted, arguments) {
            Ok(text) => text,
            Err(message) => return show::failure(&message),
        },
    };
    match show::data(&text) {
        Ok(()) => ExitCode::from(CLEAN),
        Err(e) => show::failure(&e.to_string()),
    }
}

fn explained(wanted: &str, arguments: &Arguments) -> Result<String, String> {
    let code = wanted.to_uppercase();
    if let Some((code, entry)) = catalogue()
        .iter()
        .find(|(c, e)| **c == code || e.name == wanted)
    {
        return Ok(of_entry(code, entry));
    }
    let plan = plan::load(&arguments.pipeline).map_err(|e| e.to_string())?;
    if let Some(rule) = plan.record_rules.iter().find(|r| r.id == code) {
        return Ok(format!(
            "{} · {} · rule for {}\n\n{}\n{}\n\n  {}\n",
            rule.id,
            rule.severity.as_str(),
            rule.form,
            rule.message_vi,
            rule.message_en,
            rule.statement
        ));
    }
    let rule = plan.rules.iter().find(|r| r.id == code).ok_or_else(|| {
        let rules = plan.rules.iter().map(|r| r.id.as_str());
        let rules: Vec<&str> = rules
            .chain(plan.record_rules.iter().map(|r| r.id.as_str()))
            .collect();
        format!(
            "there is no finding and no rule `{wanted}` in `{}`\nhint: `tonghop explain` lists the findings; the rules are {}",
            plan.id,
            rules.join(", ")
        )
    })?;
    Ok(format!(
        "{} · {} · rule for {}{}\n\n{}\n{}\n\n  {}\n",
        rule.id,
        rule.severity.as_str(),
        rule.form,
        match rule.on_fail {
            OnFail::Flag => "",
            OnFail::Hold => " · holds the report back",
        },
        rule.message_vi,
        rule.message_en,
        rule.statement
    ))
}

fn of_entry(code: &str, entry: &CatalogueEntry) -> String {
    format!(
        "{code} {} · {}\n\n{}\n{}\n\n{}\n\n  vi: {}\n  en: {}\n",
        entry.name,
        entry.severity.as_str(),
        entry.title_vi,
        entry.title_en,
        entry.meaning,
        entry.remedy_vi,
        entry.remedy_en,
    )
}
