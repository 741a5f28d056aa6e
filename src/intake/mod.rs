//! What came in: finding the files of an inbox, hashing them, telling what they are.
//!
//! Nothing here reads a cell, and nothing here changes the provinces' files.

mod archive;
mod guard;
mod limits;
mod received;
mod seen;
mod sniff;

pub use archive::{Member, Unpacked, lies_in_archive, refused_as_nested, refused_by_name, unpack};
pub(crate) use guard::guarded;
pub use limits::Limits;
pub use received::ReceivedTimes;
use seen::Looked;
pub use seen::Seen;
pub use sniff::{ARCHIVE, MediaType, NotAccepted, Sniffed, sniff};

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

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
    /// When it came: `received.csv`, else the file's modification time.
    pub received_at: Timestamp,
    /// Whether `received.csv` says so.
    pub received_stated: bool,
    /// Why it is refused before anything of it is read; empty if it is not.
    pub refused: Vec<Finding>,
}

/// What a look into the inboxes found.
#[derive(Debug, Default)]
pub struct Intake {
    /// The files, by name.
    pub arrivals: Vec<Arrival>,
    /// What could not be read, and what `received.csv` names in vain.
    pub findings: Vec<Finding>,
    /// Archives of which every member stands among the arrivals: hash and name.
    pub unpacked: Vec<(String, String)>,
    /// Where the members of archives lie; gone with this value.
    unpacked_to: Option<TempDir>,
}

/// Names that are never submissions.
fn is_passed_over(name: &str, also: &[String]) -> bool {
    name.starts_with('.')
        || name.starts_with("~$")
        || ["received.csv", "Thumbs.db", "desktop.ini"].contains(&name)
        || also.iter().any(|other| other == name)
}

/// Looks into inboxes, recursively, and into the archives in them. `pass_over` are further file names that are
/// no submissions; `seen` is what earlier looks found.
///
/// # Errors
/// When an inbox itself cannot be read, or archives cannot be unpacked for want of room; a file that cannot be
/// read is a finding.
pub fn look_into(
    inboxes: &[PathBuf],
    pass_over: &[String],
    limits: &Limits,
    seen: &Seen,
) -> io::Result<Intake> {
    let mut intake = Intake::default();
    for inbox in inboxes {
        let mut times = ReceivedTimes::read(inbox, &mut intake.findings);
        let mut files = Vec::new();
        walk(inbox, inbox, &mut files, &mut intake.findings)?;
        files.retain(|path| {
            let base = path.file_name().unwrap_or_default().to_string_lossy();
            !is_passed_over(&base, pass_over)
        });
        files.sort();
        let contents: Vec<io::Result<Looked>> = files
            .par_iter()
            .map(|path| seen.look(path, || Looked::at(path)))
            .collect();
        for (path, content) in files.iter().zip(contents) {
            let file_name = relative_name(inbox, path);
            let looked = content.and_then(|content| {
                let is_archive = content.is_archive;
                Ok((arrival(path, &file_name, content, &mut times)?, is_archive))
            });
            match looked {
                Ok((arrival, true)) => {
                    open_archive(arrival, &mut times, pass_over, limits, &mut intake)?;
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

/// Looks at single files as [`look_into`] would find them in an inbox: each is a path and the name it goes by.
///
/// # Errors
/// When a file cannot be read, or archives cannot be unpacked for want of room.
pub fn look_at(files: &[(PathBuf, String)], limits: &Limits) -> io::Result<Intake> {
    let mut intake = Intake::default();
    let mut times = ReceivedTimes::default();
    for (path, name) in files {
        let content = Looked::at(path)?;
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

/// Puts the members of an archive among the arrivals, and the archive itself only if it is refused.
fn open_archive(
    archive: Arrival,
    times: &mut ReceivedTimes,
    pass_over: &[String],
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
        pass_over,
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

fn unreadable(file_name: &str, error: &io::Error) -> Finding {
    let place = Place {
        file_name: Some(file_name.to_owned()),
        ..Place::default()
    };
    findings::TH101 {
        reason: error.to_string(),
    }
    .at(place)
}

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

fn relative_name(inbox: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(inbox).unwrap_or(path);
    relative
        .components()
        .map(|c| c.as_os_str().to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
}

impl Looked {
    fn at(path: &Path) -> io::Result<Self> {
        Ok(Self {
            sha256: hash_file(path)?,
            is_archive: matches!(sniff(path), Ok(Err(NotAccepted::Archive))),
        })
    }
}

fn arrival(
    path: &Path,
    file_name: &str,
    content: Looked,
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

/// SHA-256 of a file, in hexadecimal.
///
/// # Errors
/// When the file cannot be read.
pub fn hash_file(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            return Ok(hex(&hasher.finalize()));
        }
        hasher.update(&buffer[..n]);
    }
}

/// Bytes in lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
