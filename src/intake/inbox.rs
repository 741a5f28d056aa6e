//! Scans inboxes: finds files, hashes them, unpacks archives.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rayon::prelude::*;
use tempfile::TempDir;

use super::archive::unpack;
use super::faults::{changed, place};
use super::limits::Limits;
use super::received::ReceivedTimes;
use super::seen::{FileContent, FileStamp, Seen, Unread};
use super::settle::unsettled;
use super::walk::{Listing, relative_name};
use crate::diagnostic::{Finding, findings};

/// A file found in an inbox.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Path relative to the inbox, with `/`.
    pub file_name: String,
    /// The name of the archive that it was a member of.
    pub archive: Option<String>,
    /// Where it is now.
    pub path: PathBuf,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// When it was received: as `received.csv` says, else its modification time.
    pub received_at: Timestamp,
    /// Whether `received.csv` states the time.
    pub received_stated: bool,
    /// When the system last saw it change; no program can set this time. A copy may bear an older modification time.
    pub changed_at: Timestamp,
    /// Why it is refused before it is read; empty if it is not.
    pub refused: Vec<Finding>,
}

/// What a scan of the inboxes found.
#[derive(Debug, Default)]
pub struct Intake {
    /// The files, in the order of their names.
    pub arrivals: Vec<Arrival>,
    /// Files that cannot be read or wait, what is passed over, and names of `received.csv` that no file has.
    pub findings: Vec<Finding>,
    /// Hash and name of the archives all of whose members are among the arrivals.
    pub unpacked: Vec<(String, String)>,
    /// Where the members of archives are; removed when this value is dropped.
    unpacked_to: Option<TempDir>,
}

/// How inboxes are scanned.
#[derive(Debug, Clone, Copy)]
pub struct Scan<'a> {
    /// Further file names that are never submissions.
    pub skip: &'a [String],
    /// The limits of one file.
    pub limits: &'a Limits,
    /// What earlier scans found.
    pub seen: &'a Seen,
    /// A stated time of receipt after this is a finding.
    pub now: Option<Timestamp>,
    /// Every file that changed within these seconds waits for the next run. None: only a file that looks cut off
    /// waits, and the scan waits some seconds for it.
    pub settle_seconds: Option<u32>,
}

/// Finds the files of inboxes, recursively, and the members of their archives.
///
/// # Errors
/// When an inbox itself cannot be read, or there is no room to unpack archives. A file that cannot be read is a finding.
pub fn look_into(inboxes: &[PathBuf], scan: Scan<'_>) -> io::Result<Intake> {
    let mut intake = Intake::default();
    let mut listings = Vec::new();
    let mut known = BTreeSet::new();
    for inbox in inboxes {
        // An inbox that is named twice is read once.
        if !known.insert(fs::canonicalize(inbox).map_err(|e| with_path(inbox, &e))?) {
            continue;
        }
        let listed = Listing::of(inbox, scan.skip).map_err(|e| with_path(inbox, &e))?;
        listings.push((inbox, listed));
    }
    let all: Vec<PathBuf> = listings.iter().flat_map(|(_, l)| l.files.clone()).collect();
    let waiting = unsettled(&all, scan.settle_seconds);
    for (inbox, Listing { files, findings }) in listings {
        intake.findings.extend(findings);
        let mut times = ReceivedTimes::read(inbox, scan.now, &mut intake.findings);
        let contents: Vec<Result<(FileContent, FileStamp), Unread>> = files
            .par_iter()
            .map(|path| scan.seen.look(path, || FileContent::of(path)))
            .collect();
        for (path, content) in files.iter().zip(contents) {
            let file_name = relative_name(inbox, path);
            if waiting.files.contains(path) {
                times.take(&file_name);
                let seconds = waiting.seconds.to_string();
                let waits = findings::TH141 { seconds }.at(place(&file_name));
                intake.findings.push(waits);
                continue;
            }
            let (content, stamp) = match content {
                Ok(looked) => looked,
                Err(why) => {
                    times.take(&file_name);
                    intake.findings.push(why.finding(path, &file_name));
                    continue;
                }
            };
            intake.findings.extend(times.lacks(&file_name));
            let is_archive = content.is_archive;
            let arrival = arrival(path, &file_name, content, stamp, &mut times)?;
            if is_archive {
                open_archive(
                    arrival,
                    stamp,
                    &mut times,
                    (scan.skip, scan.limits),
                    &mut intake,
                )?;
            } else {
                intake.arrivals.push(arrival);
            }
        }
        intake.findings.extend(times.unused());
    }
    intake
        .arrivals
        .sort_by(|a, b| (&a.file_name, &a.sha256).cmp(&(&b.file_name, &b.sha256)));
    Ok(intake)
}

/// Looks at single files as [`look_into`] would find them in an inbox: each is a path and the name to use for it.
///
/// # Errors
/// When a file cannot be read, or there is no room to unpack archives.
pub fn look_at(files: &[(PathBuf, String)], limits: &Limits) -> io::Result<Intake> {
    let mut intake = Intake::default();
    let mut times = ReceivedTimes::default();
    for (path, name) in files {
        let looked = Seen::default().look(path, || FileContent::of(path));
        let (content, stamp) = looked.map_err(|why| with_path(path, &why.into()))?;
        let is_archive = content.is_archive;
        let arrival = arrival(path, name, content, stamp, &mut times)?;
        if is_archive {
            open_archive(arrival, stamp, &mut times, (&[], limits), &mut intake)?;
        } else {
            intake.arrivals.push(arrival);
        }
    }
    Ok(intake)
}

/// An error with the path that it is about.
fn with_path(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// Adds the members of an archive to the arrivals; the archive itself only if it is refused. Nothing of an archive that
/// changed since `stamp` is taken.
fn open_archive(
    archive: Arrival,
    stamp: FileStamp,
    times: &mut ReceivedTimes,
    (skip, limits): (&[String], &Limits),
    intake: &mut Intake,
) -> io::Result<()> {
    let room = match intake.unpacked_to.take() {
        Some(room) => room,
        None => tempfile::Builder::new()
            .prefix("tonghop-")
            .tempdir()
            .map_err(|e| with_path(&std::env::temp_dir(), &e))?,
    };
    let directory = room
        .path()
        .join((intake.unpacked.len() + intake.arrivals.len()).to_string());
    intake.unpacked_to = Some(room);
    if directory.exists() {
        // An archive before this one was not taken after all.
        fs::remove_dir_all(&directory)?;
    }
    fs::create_dir(&directory)?;
    let name = &archive.file_name;
    let opened = unpack(
        &archive.path,
        name,
        &archive.sha256,
        &directory,
        skip,
        limits,
    );
    if FileStamp::at(&archive.path).ok() != Some(stamp) {
        intake.findings.push(changed(name));
        return Ok(());
    }
    let opened = opened?;
    intake.findings.extend(opened.passed_over);
    for member in opened.members {
        let stated = times.take(&member.file_name);
        intake.arrivals.push(Arrival {
            file_name: member.file_name,
            archive: Some(archive.file_name.clone()),
            path: member.path,
            sha256: member.sha256,
            size_bytes: member.size_bytes,
            received_at: stated.unwrap_or(archive.received_at),
            received_stated: stated.is_some() || archive.received_stated,
            changed_at: archive.changed_at,
            refused: member.refused,
        });
    }
    if opened.refused.is_empty() {
        intake.unpacked.push((archive.sha256, archive.file_name));
    } else {
        intake.arrivals.push(Arrival {
            refused: opened.refused,
            ..archive
        });
    }
    Ok(())
}

/// A file as it arrived.
fn arrival(
    path: &Path,
    file_name: &str,
    content: FileContent,
    stamp: FileStamp,
    times: &mut ReceivedTimes,
) -> io::Result<Arrival> {
    let stated = times.take(file_name);
    Ok(Arrival {
        file_name: file_name.to_owned(),
        archive: None,
        path: path.to_owned(),
        sha256: content.sha256,
        size_bytes: stamp.size(),
        received_at: match stated {
            Some(time) => time,
            None => stamp.modified()?,
        },
        received_stated: stated.is_some(),
        changed_at: stamp.changed()?,
        refused: Vec::new(),
    })
}
