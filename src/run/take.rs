//! Taking a snapshot: scan the inboxes, register what came, and publish unless nothing changed.

use jiff::Timestamp;

use super::work::Work;
use crate::intake::{Intake, Seen, look_into};
use crate::lake::{About, Copied, Lake, Snapshot};
use crate::period::Period;
use crate::plan::Plan;
use crate::reading::{
    Progress, ReadSummary, Register, RunError, RunOptions, Stage, TakenIn, take_in, taken_before,
};

/// What a run starts from.
pub(crate) struct Gathered {
    /// The files of the inboxes.
    pub(crate) intake: Intake,
    /// The register of earlier submissions.
    pub(crate) register: Register,
    /// Collections open from the start.
    pub(crate) listed: Vec<(String, Period)>,
}

/// Scans the inboxes and loads the register of earlier submissions.
pub(crate) fn gather(plan: &Plan, lake: &Lake, options: &RunOptions) -> Result<Gathered, RunError> {
    let inboxes = if options.submissions.is_empty() {
        &plan.submissions
    } else {
        &options.submissions
    };
    // The error of a scan does not say which inbox is not there.
    for inbox in inboxes {
        let named = |e: std::io::Error| {
            let text = format!("`{}`: {e}", inbox.display());
            RunError::Inbox(std::io::Error::new(e.kind(), text))
        };
        std::fs::read_dir(inbox).map_err(named)?;
    }
    // Without the hashes of earlier scans, every file is hashed again.
    let seen = if options.full {
        Seen::default()
    } else {
        lake.seen()
    };
    // A run as of an earlier time leaves out what came later. `at` alone only moves the day by which reports are overdue.
    let now = Timestamp::now().max(options.at);
    let now = options.as_of.is_none().then_some(now);
    let intake =
        look_into(inboxes, &plan.pass_over, &plan.limits, &seen, now).map_err(RunError::Inbox)?;
    lake.keep_seen(&seen)?;
    Ok(Gathered {
        intake,
        register: taken_before(lake)?,
        listed: listed_collections(plan, options),
    })
}

/// Makes the snapshot of the registered and the new submissions, unless it exists already. It becomes current unless it is
/// an as-of snapshot.
pub(crate) async fn take_snapshot(
    plan: &Plan,
    lake: &Lake,
    gathered: Gathered,
    options: &RunOptions,
    progress: Progress<'_>,
) -> Result<Taken, RunError> {
    let Gathered {
        intake,
        register,
        listed,
    } = gathered;
    let TakenIn {
        submissions,
        docket,
        copied,
    } = take_in(plan, lake, &intake, register, options)?;
    let keep = |copied: Vec<Copied>| copied.into_iter().try_for_each(Copied::keep);
    let work = Work {
        plan,
        lake,
        submissions: &submissions,
        docket: &docket,
        listed: &listed,
        full: options.full,
        progress,
    };
    let id = work.snapshot_id(&intake.findings);
    let before = lake.current()?;
    if let Some(current) = before.as_ref().filter(|current| current.id == id) {
        keep(copied)?;
        return Ok(Taken {
            snapshot: current.clone(),
            before: before.clone(),
            reading: ReadSummary::default(),
        });
    }
    let computed = work.compute(intake.findings).await?;
    progress(Stage::Publish, 0, 1);
    let about = About {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        definitions: plan.definition_hash.clone(),
        collections: listed
            .iter()
            .map(|(form, period)| (form.clone(), period.to_string()))
            .collect(),
    };
    lake.note_used(&computed.reading.used)?;
    keep(copied)?;
    let snapshot = lake.write(&id, &about, &computed.tables, &computed.records)?;
    // An as-of snapshot never becomes current, except in an empty lake.
    if options.as_of.is_none() || before.is_none() {
        lake.point_current_at(&id)?;
    }
    Ok(Taken {
        snapshot,
        before,
        reading: computed.reading,
    })
}

/// A snapshot that was made or found.
pub(crate) struct Taken {
    pub(crate) snapshot: Snapshot,
    /// The snapshot that was current before.
    pub(crate) before: Option<Snapshot>,
    pub(crate) reading: ReadSummary,
}

/// The collections that are open from the start: those that the pipeline lists for its own submissions and whose period has
/// begun.
fn listed_collections(plan: &Plan, options: &RunOptions) -> Vec<(String, Period)> {
    let has_begun = |period: Period| {
        let day = options.as_of.map(|t| t.to_zoned(plan.zone.clone()).date());
        day.is_none_or(|day| period.start() <= day)
    };
    let listed = plan
        .collections
        .iter()
        .filter(|(_, period)| options.submissions.is_empty() && has_begun(*period));
    listed.cloned().collect()
}
