//! The register of submissions: what came in this run, what the lake took in before, what people decided about each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use jiff::Timestamp;

use super::options::{RunError, RunOptions};
use super::submission::Submission;
use crate::diagnostic::Finding;
use crate::geography::{Docket, SubmissionIdentity};
use crate::intake::{
    Arrival, Intake, MediaType, lies_in_archive, refused_as_nested, refused_by_name, unpack,
};
use crate::lake::{Copied, Lake, Snapshot};
use crate::plan::Plan;

/// What is known of a submission before it is read.
pub(crate) struct Entry {
    pub(crate) size_bytes: u64,
    pub(crate) received_at: Timestamp,
    /// Whether an earlier run found it to be an archive.
    is_archive: bool,
    /// Why it is refused; none as long as it was not looked at in this run.
    refused: Option<Vec<Finding>>,
}

impl Entry {
    /// A submission that was taken in before.
    pub(crate) fn taken(size_bytes: u64, received_at: Timestamp) -> Self {
        Self {
            size_bytes,
            received_at,
            is_archive: false,
            refused: None,
        }
    }
}

/// Submissions by hash and name.
pub(crate) type Register = BTreeMap<(String, String), Entry>;

/// What there is to be read.
pub(crate) struct TakenIn {
    pub(crate) submissions: Vec<Submission>,
    pub(crate) docket: Docket,
    /// Originals on their way into the lake: they are to be kept before anything names them.
    pub(crate) copied: Vec<Copied>,
}

/// Copies the originals that came, joins them with what the lake took in before, and finds out what people decided about
/// each.
pub(crate) fn take_in(
    plan: &Plan,
    lake: &Lake,
    intake: &Intake,
    mut register: Register,
    options: &RunOptions,
) -> Result<TakenIn, RunError> {
    let known = |arrival: &&Arrival| options.knows(to_the_microsecond(arrival.received_at));
    let arrivals: Vec<&Arrival> = intake.arrivals.iter().filter(known).collect();
    let originals: Vec<(&Path, &str)> = arrivals
        .iter()
        .map(|a| (a.path.as_path(), a.sha256.as_str()))
        .collect();
    let mut copied = vec![lake.copy_originals(&originals)?];
    for arrival in arrivals {
        let received_at = to_the_microsecond(arrival.received_at);
        let known = enter(&mut register, arrival, received_at);
        if arrival.received_stated {
            known.received_at = received_at;
        }
        known.refused = Some(arrival.refused.clone());
    }
    // An archive whose members could all be taken has no row, whatever an earlier run made of it.
    for unpacked in &intake.unpacked {
        register.remove(unpacked);
    }
    register.retain(|_, known| options.knows(known.received_at));
    copied.extend(refuse_again(plan, lake, &mut register)?);
    let mut submissions: Vec<Submission> = register
        .into_iter()
        .map(|((sha256, file_name), known)| Submission {
            submission_id: sha256[..16].to_owned(),
            file_name,
            sha256,
            size_bytes: known.size_bytes,
            received_at: known.received_at,
            duplicate: false,
            refused: known.refused.unwrap_or_default(),
        })
        .collect();
    submissions.sort_by(|a, b| {
        (a.received_at, &a.file_name, &a.sha256).cmp(&(b.received_at, &b.file_name, &b.sha256))
    });
    let known: Vec<SubmissionIdentity<'_>> = submissions.iter().map(Submission::identity).collect();
    let decisions = plan.decisions.iter().filter(|d| {
        let day = options.as_of.map(|t| t.to_zoned(plan.zone.clone()).date());
        day.is_none_or(|day| d.on <= day)
    });
    let docket = Docket::new(decisions.cloned().collect(), &known, &plan.zone);
    let withdrawn: Vec<Option<Finding>> = known.iter().map(|k| docket.withdrawn(k)).collect();
    for (submission, finding) in submissions.iter_mut().zip(withdrawn) {
        submission.refused.extend(finding);
    }
    // A file refused for its name or its place, or withdrawn, does not stand for another of the same content.
    let mut seen = BTreeSet::new();
    for submission in submissions.iter_mut().filter(|s| s.refused.is_empty()) {
        submission.duplicate = !seen.insert(submission.sha256.clone());
    }
    Ok(TakenIn {
        submissions,
        docket,
        copied,
    })
}

/// A time to the microsecond is what the lake keeps.
fn to_the_microsecond(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time)
}

/// The entry of an arrival, made if there is none.
fn enter<'r>(
    register: &'r mut Register,
    arrival: &Arrival,
    received_at: Timestamp,
) -> &'r mut Entry {
    let key = (arrival.sha256.clone(), arrival.file_name.clone());
    register.entry(key).or_insert(Entry {
        size_bytes: arrival.size_bytes,
        received_at,
        is_archive: false,
        refused: None,
    })
}

/// What the current snapshot took in.
pub(crate) fn taken_before(lake: &Lake) -> Result<Register, RunError> {
    match lake.current()? {
        Some(snapshot) => taken_by(&snapshot),
        None => Ok(Register::new()),
    }
}

/// What a snapshot took in.
pub(crate) fn taken_by(snapshot: &Snapshot) -> Result<Register, RunError> {
    let mut register = Register::new();
    for batch in snapshot.read("submissions")? {
        // What is not understood is not passed over: its submissions would be forgotten.
        let text = |name| {
            let column = batch
                .column_by_name(name)
                .and_then(|c| c.as_string_opt::<i32>());
            column.ok_or_else(|| snapshot.without("submissions", name))
        };
        let (names, hashes, media) = (text("file_name")?, text("sha256")?, text("media_type")?);
        let sizes = batch
            .column_by_name("size_bytes")
            .and_then(|c| c.as_primitive_opt::<Int64Type>())
            .ok_or_else(|| snapshot.without("submissions", "size_bytes"))?;
        let times = batch
            .column_by_name("received_at")
            .and_then(|c| c.as_primitive_opt::<TimestampMicrosecondType>())
            .ok_or_else(|| snapshot.without("submissions", "received_at"))?;
        for row in 0..batch.num_rows() {
            let key = (hashes.value(row).to_owned(), names.value(row).to_owned());
            let known = Entry {
                size_bytes: u64::try_from(sizes.value(row)).unwrap_or(0),
                received_at: Timestamp::from_microsecond(times.value(row))
                    .unwrap_or(Timestamp::UNIX_EPOCH),
                is_archive: media.is_valid(row) && media.value(row) == MediaType::Zip.as_str(),
                refused: None,
            };
            register.insert(key, known);
        }
    }
    Ok(register)
}

/// Refuses anew what an earlier run refused and the inbox holds no more, from the originals kept: archives, and
/// members by their names. Where the limits were raised since, an archive gives its members up now.
fn refuse_again(
    plan: &Plan,
    lake: &Lake,
    register: &mut Register,
) -> Result<Vec<Copied>, RunError> {
    let (mut archives, mut copied) = (Vec::new(), Vec::new());
    for (key, known) in register.iter_mut().filter(|(_, k)| k.refused.is_none()) {
        let (sha256, file_name) = key;
        let by_name = refused_by_name(file_name, sha256);
        known.refused = Some(match (by_name.is_empty(), known.is_archive) {
            (true, true) if lies_in_archive(file_name) => refused_as_nested(file_name, sha256),
            (true, true) => {
                archives.push((key.clone(), known.received_at));
                Vec::new()
            }
            _ => by_name,
        });
    }
    for (key, received_at) in archives {
        let (sha256, file_name) = &key;
        let room = tempfile::tempdir().map_err(RunError::Inbox)?;
        let opened = unpack(
            &lake.original(sha256),
            file_name,
            sha256,
            room.path(),
            &plan.pass_over,
            &plan.limits,
        )
        .map_err(RunError::Inbox)?;
        let originals: Vec<(&Path, &str)> = opened
            .members
            .iter()
            .map(|m| (m.path.as_path(), m.sha256.as_str()))
            .collect();
        copied.push(lake.copy_originals(&originals)?);
        for member in opened.members {
            let known = register
                .entry((member.sha256, member.file_name))
                .or_insert(Entry {
                    size_bytes: member.size_bytes,
                    received_at,
                    is_archive: false,
                    refused: None,
                });
            known.refused = Some(member.refused);
        }
        if opened.refused.is_empty() {
            register.remove(&key);
        } else if let Some(known) = register.get_mut(&key) {
            known.refused = Some(opened.refused);
        }
    }
    Ok(copied)
}
