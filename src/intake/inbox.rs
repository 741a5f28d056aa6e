//! Scans inboxes: finds files, hashes them, unpacks archives.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rayon::prelude::*;
use tempfile::TempDir;

use super::archive::unpack;
use super::limits::Limits;
use super::received::ReceivedTimes;
use super::seen::{FileContent, Seen};
use super::skipped::is_skipped;
use crate::diagnostic::{Finding, Place, findings};

/// A file found in an inbox.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Path relative to the inbox, with `/`.
    pub file_name: String,
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
    /// Why it is refused before it is read; empty if it is not.
    pub refused: Vec<Finding>,
}

/// What a scan of the inboxes found.
#[derive(Debug, Default)]
pub struct Intake {
    /// The files, in the order of their names.
    pub arrivals: Vec<Arrival>,
    /// Files that cannot be read, and names of `received.csv` that no file has.
    pub findings: Vec<Finding>,
    /// Hash and name of the archives all of whose members are among the arrivals.
    pub unpacked: Vec<(String, String)>,
    /// Where the members of archives are; removed when this value is dropped.
    unpacked_to: Option<TempDir>,
}

/// Finds the files of inboxes, recursively, and the members of their archives. `skip` are further file names that are
/// never submissions; `seen` is what earlier scans found. A stated time of receipt after `now` is a finding.
///
/// # Errors
/// When an inbox itself cannot be read, or there is no room to unpack archives. A file that cannot be read is a finding.
pub fn look_into(
    inboxes: &[PathBuf],
    skip: &[String],
    limits: &Limits,
    seen: &Seen,
    now: Option<Timestamp>,
) -> io::Result<Intake> {
    let mut intake = Intake::default();
    for inbox in inboxes {
        let mut times = ReceivedTimes::read(inbox, now, &mut intake.findings);
        let mut files = Vec::new();
        walk(inbox, inbox, &mut files, &mut intake.findings)?;
        files.retain(|path| {
            let base = path.file_name().unwrap_or_default().to_string_lossy();
            !is_skipped(&base, skip)
        });
        files.sort();
        let contents: Vec<io::Result<FileContent>> = files
            .par_iter()
            .map(|path| seen.look(path, || FileContent::of(path)))
            .collect();
        for (path, content) in files.iter().zip(contents) {
            let file_name = relative_name(inbox, path);
            let looked = content.and_then(|content| {
                let is_archive = content.is_archive;
                intake.findings.extend(times.lacks(&file_name));
                Ok((arrival(path, &file_name, content, &mut times)?, is_archive))
            });
            match looked {
                Ok((arrival, true)) => {
                    open_archive(arrival, &mut times, skip, limits, &mut intake)?;
                }
                Ok((arrival, false)) => intake.arrivals.push(arrival),
                Err(e) => intake.findings.push(unreadable(&file_name, &e)),
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
        let content = FileContent::of(path)?;
        let is_archive = content.is_archive;
        let arrival = arrival(path, name, content, &mut times)?;
        if is_archive {
            open_archive(arrival, &mut times, &[], limits, &mut intake)?;
        } else {
            intake.arrivals.push(arrival);
        }
    }
    Ok(intake)
}

/// Adds the members of an archive to the arrivals; the archive itself only if it is refused.
fn open_archive(
    archive: Arrival,
    times: &mut ReceivedTimes,
    skip: &[String],
    limits: &Limits,
    intake: &mut Intake,
) -> io::Result<()> {
    let room = match intake.unpacked_to.take() {
        Some(room) => room,
        None => tempfile::Builder::new().prefix("tonghop-").tempdir()?,
    };
    let directory = room
        .path()
        .join((intake.unpacked.len() + intake.arrivals.len()).to_string());
    intake.unpacked_to = Some(room);
    fs::create_dir(&directory)?;
    let name = &archive.file_name;
    let opened = unpack(
        &archive.path,
        name,
        &archive.sha256,
        &directory,
        skip,
        limits,
    )?;
    for member in opened.members {
        let stated = times.take(&member.file_name);
        intake.arrivals.push(Arrival {
            file_name: member.file_name,
            path: member.path,
            sha256: member.sha256,
            size_bytes: member.size_bytes,
            received_at: stated.unwrap_or(archive.received_at),
            received_stated: stated.is_some() || archive.received_stated,
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

/// The finding that a file cannot be read.
fn unreadable(file_name: &str, error: &io::Error) -> Finding {
    let place = Place {
        file_name: Some(file_name.to_owned()),
        ..Place::default()
    };
    let reason = error.to_string();
    findings::TH101 { reason }.at(place)
}

/// Collects the files below a directory.
fn walk(
    inbox: &Path,
    directory: &Path,
    files: &mut Vec<PathBuf>,
    findings: &mut Vec<Finding>,
) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if kind.is_dir() && !hidden {
            if let Err(e) = walk(inbox, &entry.path(), files, findings) {
                findings.push(unreadable(&relative_name(inbox, &entry.path()), &e));
            }
        } else if !kind.is_dir() {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// The path of a file relative to its inbox, with `/`.
fn relative_name(inbox: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(inbox).unwrap_or(path);
    relative
        .components()
        .map(|c| c.as_os_str().to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
}

/// A file as it arrived.
fn arrival(
    path: &Path,
    file_name: &str,
    content: FileContent,
    times: &mut ReceivedTimes,
) -> io::Result<Arrival> {
    let metadata = fs::metadata(path)?;
    let stated = times.take(file_name);
    let modified = metadata.modified()?;
    let received_at = match stated {
        Some(time) => time,
        None => Timestamp::try_from(modified).map_err(io::Error::other)?,
    };
    Ok(Arrival {
        file_name: file_name.to_owned(),
        path: path.to_owned(),
        sha256: content.sha256,
        size_bytes: metadata.len(),
        received_at,
        received_stated: stated.is_some(),
        refused: Vec::new(),
    })
}
