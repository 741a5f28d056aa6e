//! `tonghop verify`: checks every file of a lake against its hash, and repairs what is damaged.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::exit::{CLEAN, FAILED, FINDINGS};
use super::pipeline::default_pipeline;
use super::show::{self, Format};
use crate::lake::{Damage, Health, health};
use crate::plan;
use crate::reading::RunOptions;
use crate::run::{Mended, Unmended, repair};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Directory of the pipeline. Only --repair uses it.
    #[arg(default_value_os_t = default_pipeline())]
    pipeline: PathBuf,
    /// Directory of the lake.
    #[arg(long, default_value = "lake", value_name = "DIR")]
    lake: PathBuf,
    /// Make damaged snapshots again from the originals, restore damaged originals from the inbox, and delete damaged files
    /// of the cache. What cannot be repaired is named.
    #[arg(long)]
    repair: bool,
    /// Inbox in which --repair looks for the originals, instead of the inboxes of the pipeline. Can be given several times.
    #[arg(long, value_name = "DIR")]
    submissions: Vec<PathBuf>,
    /// Output format.
    #[arg(long, default_value = "human")]
    format: Format,
}

pub(super) async fn main(arguments: Arguments) -> ExitCode {
    let (health, mended, left) = if arguments.repair {
        let plan = match plan::load(&arguments.pipeline) {
            Ok(plan) => plan,
            Err(errors) => return show::definition_errors(&errors, FAILED),
        };
        let options = RunOptions {
            submissions: arguments.submissions,
            lake: arguments.lake.clone(),
            out: PathBuf::new(),
            at: Timestamp::now(),
            as_of: None,
            full: true,
        };
        match repair(&plan, &options).await {
            Ok(done) => (done.health, done.mended, done.left),
            Err(e) => return show::failure(&e.to_string()),
        }
    } else {
        match health(&arguments.lake) {
            Ok(health) => (health, Vec::new(), Vec::new()),
            Err(e) => return show::failure(&e.to_string()),
        }
    };
    let text = match arguments.format {
        Format::Human => human(&arguments.lake, &health, &mended, &left),
        Format::Json => format!("{:#}\n", to_json(&arguments.lake, &health, &mended, &left)),
    };
    let exit = if health.damaged.is_empty() {
        CLEAN
    } else {
        FINDINGS
    };
    match show::data(&text) {
        Ok(()) => ExitCode::from(exit),
        Err(e) => show::failure(&e.to_string()),
    }
}

/// Most files without a hash that are listed one by one.
const SHOWN_UNCHECKED: usize = 5;

fn human(lake: &Path, health: &Health, mended: &[Mended], left: &[Unmended]) -> String {
    let mut text = String::new();
    let place = |path: &Path| lake.join(path).display().to_string();
    for Mended { damage, how } in mended {
        let (path, problem) = (place(&damage.path), &damage.problem);
        let _ = writeln!(text, "repaired  {path}: {problem} ({how})");
    }
    for Unmended { damage, why } in left {
        let (path, problem) = (place(&damage.path), &damage.problem);
        let _ = writeln!(
            text,
            "damaged   {path}: {problem}\n          not repaired: {why}"
        );
    }
    if left.is_empty() {
        for damage in &health.damaged {
            let (path, problem) = (place(&damage.path), &damage.problem);
            let _ = writeln!(text, "damaged   {path}: {problem}");
        }
    }
    for one in health.unchecked.iter().take(SHOWN_UNCHECKED) {
        let _ = writeln!(text, "unchecked {}: {}", place(&one.path), one.why);
    }
    let more = health.unchecked.len().saturating_sub(SHOWN_UNCHECKED);
    if more > 0 {
        let _ = writeln!(text, "unchecked and {more} more; --format json lists all");
    }
    let _ = writeln!(
        text,
        "{} files read: {} damaged, {} without a hash",
        health.files,
        health.damaged.len(),
        health.unchecked.len()
    );
    if !health.damaged.is_empty() && left.is_empty() {
        text.push_str("`tonghop verify --repair` repairs what can be repaired\n");
    }
    text
}

fn to_json(lake: &Path, health: &Health, mended: &[Mended], left: &[Unmended]) -> Value {
    let entry = |damage: &Damage| {
        json!({
            "path": damage.path,
            "problem": damage.problem.code(),
            "message": damage.problem.to_string(),
        })
    };
    let with = |damage: &Damage, key: &str, text: &str| {
        let mut entry = entry(damage);
        entry[key] = json!(text);
        entry
    };
    let unchecked = health.unchecked.iter();
    json!({
        "lake": lake,
        "files": health.files,
        "bytes": health.bytes,
        "damaged": health.damaged.iter().map(entry).collect::<Vec<_>>(),
        "unchecked": unchecked.map(|u| json!({"path": u.path, "why": u.why})).collect::<Vec<_>>(),
        "repaired": mended.iter().map(|m| with(&m.damage, "how", m.how)).collect::<Vec<_>>(),
        "not_repaired": left.iter().map(|l| with(&l.damage, "why", &l.why)).collect::<Vec<_>>(),
    })
}
