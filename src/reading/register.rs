//! The register of submissions: files of this run, files that the lake registered before, and the decisions about each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use arrow::error::ArrowError;
use jiff::{SignedDuration, Timestamp};

use super::options::{RunError, RunOptions};
use super::refused::name_when_complete;
use super::submission::{REJECTED, Submission};
use crate::diagnostic::{Finding, Place, findings};
use crate::geography::{Decision, Docket, SubmissionIdentity};
use crate::intake::{
    Arrival, Intake, MediaType, lies_in_archive, not_copied, refused_as_nested, refused_by_name,
    unpack,
};
use crate::lake::{Copied, InputFile, Lake, LakeError, Snapshot};
use crate::plan::Plan;

/// What is known of a submission before it is read.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says one thing on its own"
)]
pub(crate) struct Entry {
    pub(crate) size_bytes: u64,
    pub(crate) received_at: Timestamp,
    /// Whether an earlier run found it to be an archive.
    is_archive: bool,
    /// Whether an earlier run could use nothing of it.
    rejected: bool,
    /// Whether it lies in the inbox now.
    present: bool,
    /// Whether the time of receipt was stated in this run.
    stated: bool,
    /// Why it is refused; `None` until this run has looked at it.
    refused: Option<Vec<Finding>>,
}

impl Entry {
    /// A submission that an earlier run registered.
    pub(crate) fn taken(size_bytes: u64, received_at: Timestamp) -> Self {
        Self {
            size_bytes,
            received_at,
            is_archive: false,
            rejected: false,
            present: false,
            stated: false,
            refused: None,
        }
    }
}

/// Submissions by hash and name.
pub(crate) type Register = BTreeMap<(String, String), Entry>;

/// The submissions to read, and the decisions about them.
pub(crate) struct TakenIn {
    pub(crate) submissions: Vec<Submission>,
    pub(crate) docket: Docket,
    /// Copies of originals. They must be in the lake before anything there refers to them.
    pub(crate) copied: Vec<Copied>,
    /// Files that changed or vanished before they were copied, and times of receipt in the future.
    pub(crate) findings: Vec<Finding>,
    /// Where the files of this run are, by hash: an original that is damaged in the lake is restored from them.
    pub(crate) at_hand: BTreeMap<String, PathBuf>,
}

/// Copies the originals of this run into the lake, joins them with the submissions registered before, and finds the decisions
/// about each. A time of receipt after `latest` is a finding.
pub(crate) fn take_in(
    plan: &Plan,
    lake: &Lake,
    intake: &Intake,
    mut register: Register,
    (options, latest): (&RunOptions, Option<Timestamp>),
) -> Result<TakenIn, RunError> {
    let known = |arrival: &&Arrival| options.knows(to_the_microsecond(arrival.received_at));
    let mut arrivals: Vec<&Arrival> = intake.arrivals.iter().filter(known).collect();
    let mut findings = Vec::new();
    let mut copied = copy_arrivals(lake, &mut arrivals, &mut findings)?;
    let at_hand = arrivals.iter().map(|a| (a.sha256.clone(), a.path.clone()));
    let at_hand = at_hand.collect();
    let last_of_name = last_of_name(&register);
    let last_refused = last_refused(&register);
    for arrival in arrivals {
        let received_at = received(arrival, &register, &last_refused);
        let key = (arrival.sha256.clone(), arrival.file_name.clone());
        let entry = register
            .entry(key)
            .or_insert_with(|| Entry::taken(arrival.size_bytes, received_at));
        // Another file had this name in between: the sender has put the earlier content back.
        let last = last_of_name.get(&arrival.file_name);
        let came_back = last.is_some_and(|last| entry.received_at < *last && *last < received_at);
        if arrival.received_stated || came_back {
            entry.received_at = received_at;
        }
        entry.present = true;
        entry.stated = arrival.received_stated;
        entry.refused = Some(arrival.refused.clone());
    }
    // An archive whose members were all accepted has no row, even if an earlier run gave it one.
    for unpacked in &intake.unpacked {
        register.remove(unpacked);
    }
    register.retain(|_, entry| options.knows(entry.received_at));
    copied.extend(refuse_again(plan, lake, &mut register)?);
    findings.extend(in_the_future(&register, latest));
    let mut submissions = submissions_of(register);
    let docket = docket_of(plan, &submissions, options);
    for submission in &mut submissions {
        let withdrawn = docket.withdrawn(&submission.identity());
        submission.refused.extend(withdrawn);
    }
    find_duplicates(&mut submissions);
    Ok(TakenIn {
        submissions,
        docket,
        copied,
        findings,
        at_hand,
    })
}

/// Copies the originals of arrivals into the lake. An arrival whose file has changed or vanished since it was hashed is
/// taken out, with a finding.
fn copy_arrivals(
    lake: &Lake,
    arrivals: &mut Vec<&Arrival>,
    findings: &mut Vec<Finding>,
) -> Result<Vec<Copied>, RunError> {
    let mut copied = Vec::new();
    // Another file may have the content of one that failed: then that one is copied in the next round.
    loop {
        let originals: Vec<(&Path, &str)> = arrivals
            .iter()
            .map(|a| (a.path.as_path(), a.sha256.as_str()))
            .collect();
        let round = lake.copy_originals(&originals)?;
        let before = arrivals.len();
        arrivals.retain(|arrival| {
            let failed = round.failed.iter().find(|f| f.from == arrival.path);
            findings.extend(failed.map(|failed| {
                not_copied(&arrival.path, &arrival.file_name, failed.error.as_ref())
            }));
            failed.is_none()
        });
        copied.push(round);
        if arrivals.len() == before {
            return Ok(copied);
        }
    }
}

/// When an arrival was received.
///
/// A copy may bear the time of the file that it was made from. If an earlier run could use nothing of what had this name,
/// the arrival came after that, whatever its time says: then the time at which the system last saw it change counts.
fn received(
    arrival: &Arrival,
    register: &Register,
    last_refused: &BTreeMap<String, Timestamp>,
) -> Timestamp {
    let own = to_the_microsecond(arrival.received_at);
    let key = (arrival.sha256.clone(), arrival.file_name.clone());
    if arrival.received_stated || register.contains_key(&key) {
        return own;
    }
    let names = std::iter::once(&arrival.file_name).chain(&arrival.archive);
    let refused = names.filter_map(|name| last_refused.get(name)).max();
    match refused {
        Some(refused) if own <= *refused => {
            let next = Timestamp::from_microsecond(refused.as_microsecond() + 1);
            to_the_microsecond(arrival.changed_at).max(next.unwrap_or(*refused))
        }
        _ => own,
    }
}

/// When each name was last received with a content of which an earlier run could use nothing.
fn last_refused(register: &Register) -> BTreeMap<String, Timestamp> {
    let mut last = BTreeMap::new();
    for ((_, name), entry) in register.iter().filter(|(_, entry)| entry.rejected) {
        for name in [name, name_when_complete(name)] {
            let time = last.entry(name.to_owned()).or_insert(entry.received_at);
            *time = (*time).max(entry.received_at);
        }
    }
    last
}

/// A finding for each submission whose time of receipt lies after `latest`. What `received.csv` states is judged there.
fn in_the_future(register: &Register, latest: Option<Timestamp>) -> Vec<Finding> {
    /// The clocks of two computers may differ by so much.
    const APART: SignedDuration = SignedDuration::from_mins(1);
    let Some(latest) = latest.and_then(|t| t.checked_add(APART).ok()) else {
        return Vec::new();
    };
    let future = |entry: &Entry| entry.received_at > latest && !entry.stated;
    let told = register.iter().filter(|(_, entry)| future(entry));
    told.map(|((sha256, file_name), entry)| {
        let place = Place {
            file_name: Some(file_name.clone()),
            submission_id: sha256.get(..16).map(str::to_owned),
            ..Place::default()
        };
        let received = entry.received_at.to_string();
        findings::TH144 { received }.at(place)
    })
    .collect()
}

/// When each name came last, by a register.
fn last_of_name(register: &Register) -> BTreeMap<String, Timestamp> {
    let mut last = BTreeMap::new();
    for ((_, name), entry) in register {
        let time = last.entry(name.clone()).or_insert(entry.received_at);
        *time = (*time).max(entry.received_at);
    }
    last
}

/// Marks each submission whose content an earlier one has, and tells the earlier one when its content came last.
///
/// A file that is refused for its name or place, or withdrawn, does not make a later one of the same content a duplicate.
fn find_duplicates(submissions: &mut [Submission]) {
    let mut first_of: BTreeMap<String, usize> = BTreeMap::new();
    for i in 0..submissions.len() {
        if !submissions[i].refused.is_empty() {
            continue;
        }
        let first = *first_of.entry(submissions[i].sha256.clone()).or_insert(i);
        if first != i {
            submissions[i].duplicate = true;
            let again = submissions[i].received_at;
            let last = &mut submissions[first].sent_again_at;
            *last = (*last).max(Some(again));
        }
    }
}

/// The submissions of a register, by time of receipt, file name and hash.
fn submissions_of(register: Register) -> Vec<Submission> {
    let mut submissions: Vec<Submission> = register
        .into_iter()
        .map(|((sha256, file_name), entry)| Submission {
            submission_id: sha256[..16].to_owned(),
            file_name,
            sha256,
            size_bytes: entry.size_bytes,
            received_at: entry.received_at,
            sent_again_at: None,
            duplicate: false,
            present: entry.present,
            refused: entry.refused.unwrap_or_default(),
        })
        .collect();
    submissions.sort_by(|a, b| {
        (a.received_at, &a.file_name, &a.sha256).cmp(&(b.received_at, &b.file_name, &b.sha256))
    });
    submissions
}

/// The decisions about submissions, taken by the day of `options.as_of` if there is one.
fn docket_of(plan: &Plan, submissions: &[Submission], options: &RunOptions) -> Docket {
    let identities: Vec<SubmissionIdentity<'_>> =
        submissions.iter().map(Submission::identity).collect();
    let last_day = options.as_of.map(|t| t.to_zoned(plan.zone.clone()).date());
    let in_time = |d: &&Decision| last_day.is_none_or(|day| d.on <= day);
    let decisions = plan.decisions.iter().filter(in_time);
    Docket::new(decisions.cloned().collect(), &identities, &plan.zone)
}

/// A time without the digits below a microsecond, as the lake stores it.
fn to_the_microsecond(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time)
}

/// The submissions of the current snapshot. With `full`, a damaged table of submissions is made good by what is stored beside
/// it.
pub(crate) fn taken_before(lake: &Lake, full: bool) -> Result<Register, RunError> {
    let Some(snapshot) = lake.current()? else {
        return Ok(Register::new());
    };
    match taken_by(&snapshot) {
        Err(_) if full && snapshot.made_of().is_some() => Ok(snapshot
            .made_of()
            .map_or_else(Register::new, |made| taken_from(made.inputs.submissions))),
        other => other,
    }
}

/// The submissions that are stored beside the tables of a snapshot.
pub(crate) fn taken_from(files: Vec<InputFile>) -> Register {
    let entries = files.into_iter().map(|file| {
        let entry = Entry {
            is_archive: file.is_archive,
            rejected: file.rejected,
            ..Entry::taken(file.size_bytes, file.received_at)
        };
        ((file.sha256, file.file_name), entry)
    });
    entries.collect()
}

/// The submissions of a table, to be stored beside the tables of a snapshot.
pub(crate) fn inputs_of(table: &RecordBatch) -> Result<Vec<InputFile>, ArrowError> {
    let register = entries_of(table).map_err(|column| {
        ArrowError::SchemaError(format!("the table of submissions has no `{column}`"))
    })?;
    let files = register
        .into_iter()
        .map(|((sha256, file_name), entry)| InputFile {
            file_name,
            sha256,
            size_bytes: entry.size_bytes,
            received_at: entry.received_at,
            is_archive: entry.is_archive,
            rejected: entry.rejected,
        });
    Ok(files.collect())
}

/// The submissions of a snapshot.
pub(crate) fn taken_by(snapshot: &Snapshot) -> Result<Register, RunError> {
    // A wrong register loses submissions, so it is read only if it is as it was written.
    let damaged = snapshot.damaged_in("submissions");
    if let Some(path) = damaged.first() {
        return Err(LakeError::damaged(path).into());
    }
    let mut register = Register::new();
    for batch in snapshot.read("submissions")? {
        // A snapshot without these columns is an error: skipping it would lose its submissions.
        let entries =
            entries_of(&batch).map_err(|column| snapshot.without("submissions", column))?;
        register.extend(entries);
    }
    Ok(register)
}

/// The submissions in a part of the table of submissions.
///
/// # Errors
/// The name of a column that is not there.
fn entries_of(batch: &RecordBatch) -> Result<Register, &'static str> {
    let text = |name| {
        let column = batch.column_by_name(name);
        column.and_then(|c| c.as_string_opt::<i32>()).ok_or(name)
    };
    let (names, hashes, media) = (text("file_name")?, text("sha256")?, text("media_type")?);
    let outcomes = text("outcome")?;
    let sizes = batch
        .column_by_name("size_bytes")
        .and_then(|c| c.as_primitive_opt::<Int64Type>())
        .ok_or("size_bytes")?;
    let times = batch
        .column_by_name("received_at")
        .and_then(|c| c.as_primitive_opt::<TimestampMicrosecondType>())
        .ok_or("received_at")?;
    let entries = (0..batch.num_rows()).map(|row| {
        let key = (hashes.value(row).to_owned(), names.value(row).to_owned());
        let known = Entry {
            is_archive: media.is_valid(row) && media.value(row) == MediaType::Zip.as_str(),
            rejected: outcomes.value(row) == REJECTED,
            ..Entry::taken(
                u64::try_from(sizes.value(row)).unwrap_or(0),
                Timestamp::from_microsecond(times.value(row)).unwrap_or(Timestamp::UNIX_EPOCH),
            )
        };
        (key, known)
    });
    Ok(entries.collect())
}

/// Checks again the submissions that only earlier runs saw: members are refused by name, and archives are opened from the
/// kept originals. If the limits were raised since, the members of an archive are registered now.
fn refuse_again(
    plan: &Plan,
    lake: &Lake,
    register: &mut Register,
) -> Result<Vec<Copied>, RunError> {
    let mut archives = Vec::new();
    for (key, entry) in register.iter_mut().filter(|(_, e)| e.refused.is_none()) {
        let (sha256, file_name) = key;
        let by_name = refused_by_name(file_name, sha256);
        entry.refused = Some(match (by_name.is_empty(), entry.is_archive) {
            (true, true) if lies_in_archive(file_name) => refused_as_nested(file_name, sha256),
            (true, true) => {
                archives.push((key.clone(), entry.received_at));
                Vec::new()
            }
            _ => by_name,
        });
    }
    let open = archives.into_iter();
    open.map(|(key, received_at)| open_again(plan, lake, register, &key, received_at))
        .collect()
}

/// Opens an archive from its kept original, and registers its members. Keeps the archive in the register if it is refused.
fn open_again(
    plan: &Plan,
    lake: &Lake,
    register: &mut Register,
    archive: &(String, String),
    received_at: Timestamp,
) -> Result<Copied, RunError> {
    let (sha256, file_name) = archive;
    let room = tempfile::tempdir().map_err(RunError::room)?;
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
    let copied = lake.copy_originals(&originals)?;
    for member in opened.members {
        let entry = register
            .entry((member.sha256, member.file_name))
            .or_insert_with(|| Entry::taken(member.size_bytes, received_at));
        entry.refused = Some(member.refused);
    }
    if opened.refused.is_empty() {
        register.remove(archive);
    } else if let Some(entry) = register.get_mut(archive) {
        entry.refused = Some(opened.refused);
    }
    Ok(copied)
}
