//! Repairing a lake: what is damaged is made again from the originals, restored from the inbox, or deleted where it may be lost.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::take::{Gathered, take_snapshot};
use crate::intake::{Intake, Scan, Seen, look_into};
use crate::lake::{
    Damage, Health, Lake, LakeError, MadeOf, Problem, Snapshot, check_owner, health, mend_owner,
};
use crate::period::Period;
use crate::plan::Plan;
use crate::reading::{RunError, RunOptions, Stage, taken_by, taken_from};

/// A damage that a repair has seen to.
#[derive(Debug)]
pub struct Mended {
    /// What was damaged.
    pub damage: Damage,
    /// What was done.
    pub how: &'static str,
}

/// A damage that is left.
#[derive(Debug)]
pub struct Unmended {
    /// What is damaged.
    pub damage: Damage,
    /// Why it could not be repaired, and what a person can do.
    pub why: String,
}

/// What a repair did.
#[derive(Debug)]
pub struct Repaired {
    /// The health of the lake afterwards.
    pub health: Health,
    /// What was repaired.
    pub mended: Vec<Mended>,
    /// What is still damaged.
    pub left: Vec<Unmended>,
}

/// Repairs a lake with the definitions of its pipeline and the files of the inboxes.
///
/// # Errors
/// If the lake cannot be opened or written to. What cannot be repaired is no error.
pub async fn repair(plan: &Plan, options: &RunOptions) -> Result<Repaired, RunError> {
    let root = &options.lake;
    let mut before = health(root)?.damaged;
    let mut done: Vec<Mended> = Vec::new();
    if let Some(damage) = before.iter().find(|d| d.path == Path::new("lake.toml")) {
        let how = "written anew for the pipeline that was named";
        mend_owner(root, &plan.id)?;
        done.push(Mended {
            damage: damage.clone(),
            how,
        });
    }
    check_owner(root, &plan.id)?;
    let lake = Lake::open(root, &plan.id)?;
    // What a killed run left behind is gone now.
    before.retain(|damage| done.iter().all(|d| d.damage != *damage));
    for damage in &before {
        if let Some(how) = lake.mend(damage)? {
            done.push(Mended {
                damage: damage.clone(),
                how,
            });
        }
    }
    let mut why = restore_originals(plan, &lake, options, &before)?;
    lake.link_again()?;
    why.extend(make_again(plan, &lake, options).await?);
    lake.link_again()?;
    drop(lake);
    let health = health(root)?;
    for damage in before {
        let is_left = health.damaged.iter().any(|left| left.path == damage.path);
        if !is_left && done.iter().all(|d| d.damage != damage) {
            let how = if damage.path.starts_with("inbox") {
                "restored from the inbox"
            } else {
                "made again"
            };
            done.push(Mended { damage, how });
        }
    }
    let left = health.damaged.iter().map(|damage| Unmended {
        why: why_left(damage, &why),
        damage: damage.clone(),
    });
    Ok(Repaired {
        left: left.collect(),
        health,
        mended: done,
    })
}

/// Why a damage is left, and what a person can do.
fn why_left(damage: &Damage, why: &BTreeMap<PathBuf, String>) -> String {
    let known = damage.path.ancestors().find_map(|path| why.get(path));
    if let Some(known) = known {
        return known.clone();
    }
    let text = if damage.path.starts_with("inbox") {
        "no file of the inbox has this content: put the file into the inbox again, as it was received, and repeat the repair"
    } else if damage.path.starts_with("editions") {
        "make the edition again with `tonghop book`"
    } else if damage.path.starts_with("current") {
        "`tonghop snapshots` lists the snapshots; `tonghop rollback SNAPSHOT` makes one of them current"
    } else {
        "restore it from a backup"
    };
    text.to_owned()
}

/// Restores damaged and missing originals from the inboxes. Returns why, for those that cannot be restored.
fn restore_originals(
    plan: &Plan,
    lake: &Lake,
    options: &RunOptions,
    damaged: &[Damage],
) -> Result<BTreeMap<PathBuf, String>, RunError> {
    let of_inbox: Vec<&Damage> = damaged
        .iter()
        .filter(|damage| damage.path.starts_with("inbox"))
        .collect();
    let mut why = BTreeMap::new();
    if of_inbox.is_empty() {
        return Ok(why);
    }
    let scan = Scan {
        skip: &plan.pass_over,
        limits: &plan.limits,
        seen: &Seen::default(),
        now: None,
        settle_seconds: Some(0),
    };
    let intake = match look_into(options.inboxes(plan), scan) {
        Ok(intake) => intake,
        Err(e) => {
            for damage in of_inbox {
                let text = format!("the inbox cannot be read ({e}); name it with --submissions");
                why.insert(damage.path.clone(), text);
            }
            return Ok(why);
        }
    };
    for damage in of_inbox {
        let hash = damage.path.file_name().unwrap_or_default();
        let hash = hash.to_string_lossy();
        if let Some(same) = intake.arrivals.iter().find(|a| a.sha256 == *hash) {
            lake.restore_original(&same.path, &hash)?;
        }
    }
    Ok(why)
}

/// Makes the damaged snapshots again from the originals. Returns why, for those that cannot be made again.
async fn make_again(
    plan: &Plan,
    lake: &Lake,
    options: &RunOptions,
) -> Result<BTreeMap<PathBuf, String>, RunError> {
    let mut why = BTreeMap::new();
    let damaged: BTreeSet<String> = health(&options.lake)?
        .damaged
        .iter()
        .filter(|damage| damage.problem != Problem::Foreign)
        .filter_map(|damage| {
            let id = damage.path.strip_prefix("snapshots").ok()?.iter().next()?;
            Some(id.to_string_lossy().into_owned())
        })
        .collect();
    for id in damaged {
        let snapshot = Snapshot::named(&options.lake, &id)?;
        let path = PathBuf::from("snapshots").join(&id);
        match again(plan, lake, options, &snapshot).await {
            Ok(None) => {}
            Ok(Some(text)) => {
                why.insert(path, text);
            }
            // A full disk stops the repair; a damaged original leaves this snapshot as it is.
            Err(RunError::Lake(e @ LakeError::Damaged { .. })) => {
                let reason = e.to_string().replace('\n', "; ");
                why.insert(path, format!("it cannot be made again: {reason}"));
            }
            Err(e) => return Err(e),
        }
    }
    Ok(why)
}

/// Makes a damaged snapshot again, if the same one comes out. Otherwise returns why not.
async fn again(
    plan: &Plan,
    lake: &Lake,
    options: &RunOptions,
    snapshot: &Snapshot,
) -> Result<Option<String>, RunError> {
    let other = |what: &str| {
        format!(
            "{what}. If it is current, `tonghop run` publishes a new one; otherwise `tonghop gc` deletes it in time"
        )
    };
    let made = snapshot.made_of();
    let about = match &made {
        Some(made) => Some(made.about.clone()),
        None => snapshot.about().ok().flatten(),
    };
    let Some(about) = about else {
        return Ok(Some(other("what it was made of cannot be read")));
    };
    if about.version != env!("CARGO_PKG_VERSION") || about.definitions != plan.definition_hash {
        let what = "it was made by another version or with other definitions";
        return Ok(Some(other(what)));
    }
    let (as_of, findings, register) = match made {
        Some(MadeOf { inputs, .. }) => (
            inputs.as_of,
            inputs.findings,
            taken_from(inputs.submissions),
        ),
        None => match taken_by(snapshot) {
            Ok(register) => (None, Vec::new(), register),
            Err(_) => return Ok(Some(other("its list of submissions is damaged"))),
        },
    };
    let listed: Vec<(String, Period)> = about
        .collections
        .iter()
        .filter_map(|(form, period)| Some((form.clone(), period.parse().ok()?)))
        .collect();
    let quiet = |_: Stage, _: usize, _: usize| {};
    let gathered = || {
        let mut intake = Intake::default();
        intake.findings.clone_from(&findings);
        Gathered {
            intake,
            register: register.clone(),
            listed: listed.clone(),
            latest: None,
        }
    };
    let mut options = RunOptions {
        submissions: Vec::new(),
        at: as_of.unwrap_or_else(Timestamp::now),
        as_of,
        full: true,
        ..options.clone()
    };
    let taken = match take_snapshot(plan, lake, gathered(), &options, &quiet).await {
        Err(RunError::Lake(LakeError::Damaged { .. })) => {
            // An original is damaged, but what was read from it may be kept.
            options.full = false;
            take_snapshot(plan, lake, gathered(), &options, &quiet).await?
        }
        other => other?,
    };
    if taken.written.snapshot().id != snapshot.id {
        let what = format!(
            "its submissions make another snapshot now ({})",
            taken.written.snapshot().id
        );
        return Ok(Some(other(&what)));
    }
    let placed = taken.put_in_place(lake)?;
    placed.settle()?;
    Ok(None)
}
