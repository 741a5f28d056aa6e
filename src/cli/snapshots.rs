//! `tonghop snapshots`, `rollback` and `gc`: lists, restores and deletes snapshots.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use jiff::{SignedDuration, Timestamp};

use super::exit::CLEAN;
use super::show::{self, Format};
use crate::lake::{Keep, Lake, Listed, RolledBack, listed};

#[derive(Debug, Args)]
pub(super) struct ListArguments {
    /// Directory of the lake.
    #[arg(long, default_value = "lake", value_name = "DIR")]
    lake: PathBuf,
    /// Output format.
    #[arg(long, default_value = "human")]
    format: Format,
}

#[derive(Debug, Args)]
pub(super) struct RollbackArguments {
    /// The snapshot, by its id or the start of its id [default: the previous current one].
    snapshot: Option<String>,
    /// Directory of the lake.
    #[arg(long, default_value = "lake", value_name = "DIR")]
    lake: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct GcArguments {
    /// Keep the N snapshots that were current last, including the current one.
    #[arg(long, value_name = "N", required_unless_present = "keep_days")]
    keep: Option<usize>,
    /// Also keep the snapshots that were current in the last D days.
    #[arg(long, value_name = "D")]
    keep_days: Option<u32>,
    /// Show what would be removed, and remove nothing.
    #[arg(long)]
    dry_run: bool,
    /// Directory of the lake.
    #[arg(long, default_value = "lake", value_name = "DIR")]
    lake: PathBuf,
}

pub(super) fn list(arguments: &ListArguments) -> ExitCode {
    let all = match listed(&arguments.lake) {
        Ok(all) => all,
        Err(e) => return show::failure(&e.to_string()),
    };
    let text = match arguments.format {
        Format::Human => human(&all),
        Format::Json => json(&all),
    };
    printed(&text)
}

pub(super) fn rollback(arguments: &RollbackArguments) -> ExitCode {
    let rolled = Lake::open_existing(&arguments.lake)
        .and_then(|lake| lake.roll_back(arguments.snapshot.as_deref()));
    match rolled {
        Ok(RolledBack {
            from: Some(from),
            to,
            ..
        }) if from == to => printed(&format!("{} is current already\n", to.id)),
        Ok(RolledBack { from, to, trouble }) => {
            if let Some(trouble) = trouble {
                show::note(&format!(
                    "warning: the switch stands, but the history does not say so yet: {trouble}"
                ));
            }
            let from = from.map_or_else(|| "one that is not there".to_owned(), |from| from.id);
            let code = printed(&format!("{} is current again, in place of {from}\n", to.id));
            show::note(
                "note: the next run takes in what lies in its inbox, and so what was taken back here, \
                 unless it is withdrawn in decisions.toml or taken out of the inbox. The output folder of the last run \
                 still shows what was taken back",
            );
            code
        }
        Err(e) => show::failure(&e.to_string()),
    }
}

pub(super) fn gc(arguments: &GcArguments) -> ExitCode {
    let keep = Keep {
        newest: arguments.keep.unwrap_or(0),
        since: arguments
            .keep_days
            .map(|days| Timestamp::now() - SignedDuration::from_hours(24 * i64::from(days))),
    };
    let opened = if arguments.dry_run {
        Lake::open_to_look(&arguments.lake)
    } else {
        Lake::open_existing(&arguments.lake)
    };
    let collected = opened.and_then(|lake| lake.collect_garbage(keep, arguments.dry_run));
    let removed = match collected {
        Ok(removed) => removed,
        Err(e) => return show::failure(&e.to_string()),
    };
    let verb = if arguments.dry_run {
        "would remove"
    } else {
        "removed"
    };
    let mut text = String::new();
    for id in &removed.snapshots {
        let _ = writeln!(text, "{verb} the snapshot {id}");
    }
    let _ = writeln!(
        text,
        "{verb} {} snapshots, {} originals, {} readings: {}",
        removed.snapshots.len(),
        removed.originals,
        removed.readings,
        size(removed.bytes)
    );
    printed(&text)
}

fn printed(text: &str) -> ExitCode {
    match show::data(text) {
        Ok(()) => ExitCode::from(CLEAN),
        Err(e) => show::failure(&e.to_string()),
    }
}

fn human(all: &[Listed]) -> String {
    let mut text = format!(
        "{:<16}  {:<20}  {:>11}  {:>9}  {:>9}  pinned by\n",
        "snapshot", "current since", "submissions", "size", "its own"
    );
    for one in all {
        let since = one.current_since.map_or_else(
            || "never".to_owned(),
            |at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        );
        let _ = write!(
            text,
            "{:<16}  {since:<20}  {:>11}  {:>9}  {:>9}  {}",
            one.id,
            one.submissions
                .map_or_else(|| "damaged".to_owned(), |n| n.to_string()),
            size(one.bytes),
            size(one.own_bytes),
            one.editions.join(", ")
        );
        if one.is_current {
            text.push_str(" (current)");
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

fn json(all: &[Listed]) -> String {
    let rows: Vec<serde_json::Value> = all
        .iter()
        .map(|one| {
            serde_json::json!({
                "snapshot": one.id,
                "current_since": one.current_since.map(|at| at.to_string()),
                "is_current": one.is_current,
                "editions": one.editions,
                "version": one.version,
                "submissions": one.submissions,
                "bytes": one.bytes,
                "own_bytes": one.own_bytes,
            })
        })
        .collect();
    format!("{:#}\n", serde_json::Value::Array(rows))
}

/// A size in bytes with a decimal unit.
#[allow(clippy::cast_precision_loss, reason = "the result is rounded anyway")]
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}
