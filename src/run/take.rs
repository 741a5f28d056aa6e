//! Taking a snapshot: scan the inboxes, register what came, and publish unless nothing changed.

use jiff::Timestamp;

use super::work::Work;
use crate::intake::{Intake, Scan, Seen, look_into};
use crate::lake::{About, Copied, Inputs, Lake, MadeOf, Placed, Snapshot, Written};
use crate::period::Period;
use crate::plan::Plan;
use crate::reading::{
    Progress, ReadSummary, Register, RunError, RunOptions, Stage, TakenIn, inputs_of, take_in,
    taken_before,
};

/// What a run starts from.
pub(crate) struct Gathered {
    /// The files of the inboxes.
    pub(crate) intake: Intake,
    /// The register of earlier submissions.
    pub(crate) register: Register,
    /// Collections open from the start.
    pub(crate) listed: Vec<(String, Period)>,
    /// The latest time at which a file can have come. None if that is not judged.
    pub(crate) latest: Option<Timestamp>,
}

/// Scans the inboxes and loads the register of earlier submissions.
pub(crate) fn gather(plan: &Plan, lake: &Lake, options: &RunOptions) -> Result<Gathered, RunError> {
    // Without the hashes of earlier scans, every file is hashed again.
    let seen = if options.full {
        Seen::default()
    } else {
        lake.seen()
    };
    let latest = options.latest();
    let scan = Scan {
        skip: &plan.pass_over,
        limits: &plan.limits,
        seen: &seen,
        now: latest,
        settle_seconds: plan.settle_seconds,
    };
    let intake = look_into(options.inboxes(plan), scan).map_err(RunError::Inbox)?;
    // The list only saves time: a full disk is told of by what must be written.
    let _ = lake.keep_seen(&seen);
    Ok(Gathered {
        intake,
        register: taken_before(lake, options.full)?,
        listed: listed_collections(plan, options),
        latest,
    })
}

/// Writes the snapshot of the registered and the new submissions, unless it exists already and is sound. Readers do not see it
/// until it is put in place and made current.
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
        latest,
    } = gathered;
    let TakenIn {
        submissions,
        docket,
        copied,
        findings,
        at_hand,
    } = take_in(plan, lake, &intake, register, (options, latest))?;
    let findings = [intake.findings, findings].concat();
    let work = Work {
        plan,
        lake,
        submissions: &submissions,
        docket: &docket,
        listed: &listed,
        at_hand: &at_hand,
        full: options.full,
        progress,
    };
    let id = work.snapshot_id(&findings);
    let before = lake.current()?;
    // An as-of snapshot never becomes current, except in an empty lake.
    let becomes_current = options.as_of.is_none() || before.is_none();
    let current = before.as_ref().filter(|current| current.id == id);
    let damaged = current.map_or_else(Vec::new, Snapshot::damaged_files);
    if let Some(current) = current.filter(|_| damaged.is_empty() && !options.full) {
        return Ok(Taken {
            written: Written::found(current.clone()),
            copied,
            becomes_current: false,
            reading: ReadSummary::default(),
            mended: Vec::new(),
            before: before.clone(),
        });
    }
    let mut inputs = Inputs {
        as_of: options.as_of,
        submissions: Vec::new(),
        findings: findings.clone(),
    };
    let mut computed = work.compute(findings).await?;
    progress(Stage::Publish, 0, 1);
    if let Some(table) = computed.contents.tables.get("submissions") {
        inputs.submissions = inputs_of(table)?;
    }
    let collections = listed.iter();
    let made = MadeOf {
        about: About {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            definitions: plan.definition_hash.clone(),
            collections: collections
                .map(|(form, period)| (form.clone(), period.to_string()))
                .collect(),
        },
        inputs,
    };
    lake.note_used(&computed.reading.used)?;
    let mut mended: Vec<String> = damaged
        .into_iter()
        .map(|name| format!("snapshots/{name}"))
        .collect();
    mended.append(&mut computed.reading.restored);
    let written = lake.write(&id, &made, &computed.contents, options.full)?;
    Ok(Taken {
        written,
        copied,
        becomes_current: becomes_current && before.as_ref().is_none_or(|before| before.id != id),
        before,
        reading: computed.reading,
        mended,
    })
}

/// A snapshot that was written or found, and that is not in its place yet.
pub(crate) struct Taken {
    pub(crate) written: Written,
    /// Copies of originals, which must be in the lake before the snapshot is.
    copied: Vec<Copied>,
    /// Whether `current` is to lead to it and does not yet.
    pub(crate) becomes_current: bool,
    /// The snapshot that was current before.
    pub(crate) before: Option<Snapshot>,
    pub(crate) reading: ReadSummary,
    /// Damaged files that are whole again once the snapshot is in its place; paths in the lake.
    pub(crate) mended: Vec<String>,
}

impl Taken {
    /// Moves the originals and the snapshot to their places in the lake.
    ///
    /// # Errors
    /// If the file system refuses. The lake then has no part of the snapshot.
    pub(crate) fn put_in_place(self, lake: &Lake) -> Result<Placed, RunError> {
        self.copied.into_iter().try_for_each(Copied::keep)?;
        lake.settle_originals()?;
        Ok(self.written.put_in_place()?)
    }
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
