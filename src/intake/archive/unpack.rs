//! Unpacks archives. Members are unpacked under numbers, never under a name that the archive chose, and are counted while
//! they unpack.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zip::ZipReadOptions;
use zip::read::{Config, ZipFileEntry};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;

use super::names::{place_of, readable, refused_as_nested, refused_member};
use crate::diagnostic::{Finding, Message, Place, findings};
use crate::intake::guard::guarded;
use crate::intake::hash::hex;
use crate::intake::limits::Limits;
use crate::intake::open::open_file;
use crate::intake::skipped::{hides_a_table_in_archive, is_skipped_in_archive};
use crate::intake::sniff::{NotAccepted, sniff};

/// A member of an archive, unpacked.
#[derive(Debug, Clone)]
pub struct Member {
    /// Name of the archive, `/`, and the member's own name with `/`.
    pub file_name: String,
    /// Where it was unpacked to.
    pub path: PathBuf,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Why it is refused: its name leads out of the archive, or it is an archive itself. Empty if it is not.
    pub refused: Vec<Finding>,
}

/// What an archive held.
#[derive(Debug, Default)]
pub struct Unpacked {
    /// The members, in the order of the archive.
    pub members: Vec<Member>,
    /// Why the archive itself is refused; empty if it is not. Its sound members are taken all the same.
    pub refused: Vec<Finding>,
    /// Findings about hidden members that could be reports.
    pub passed_over: Vec<Finding>,
}

/// Why a member is not taken.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Untaken {
    /// It asks for a password.
    Protected,
    /// It cannot be unpacked; why.
    Damaged(String),
    /// It exceeds a limit; which.
    TooLarge(String),
}

impl From<ZipError> for Untaken {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)
            | ZipError::InvalidPassword => Self::Protected,
            other => Self::Damaged(other.to_string()),
        }
    }
}

/// Unpacks the archive at `path`, known as `file_name`, into `directory`, which should be empty. `skip` are names of files
/// that are never submissions.
///
/// # Errors
/// When `directory` cannot be written to. What is wrong with the archive is a finding.
pub fn unpack(
    path: &Path,
    file_name: &str,
    sha256: &str,
    directory: &Path,
    skip: &[String],
    limits: &Limits,
) -> io::Result<Unpacked> {
    let place = place_of(file_name, sha256);
    let whole = |message: Message| Unpacked {
        refused: vec![message.at(place.clone())],
        ..Unpacked::default()
    };
    let damaged = |error: &ZipError| -> Message {
        let reason = error.to_string();
        findings::TH106 { reason }.into()
    };
    let size = fs::metadata(path)?.len();
    if size > limits.max_file_bytes {
        let limit = Limits::stated("max_file_bytes", limits.max_file_bytes);
        return Ok(whole(findings::TH105 { limit }.into()));
    }
    let opened = guarded(|| {
        let reader = BufReader::new(open_file(path)?);
        ZipIterable::try_new(reader, Config::default())
    });
    let mut archive = match opened {
        Some(Ok(archive)) => archive,
        Some(Err(e)) => return Ok(whole(damaged(&e))),
        None => {
            let reason = "its directory cannot be read";
            return Ok(whole(findings::TH106 { reason }.into()));
        }
    };
    if archive.len() > limits.max_members {
        let limit = Limits::stated("max_members", limits.max_members);
        return Ok(whole(findings::TH105 { limit }.into()));
    }
    let entries = match archive.files() {
        Ok(entries) => entries,
        Err(e) => return Ok(whole(damaged(&e))),
    };
    let mut unpacking = Unpacking {
        path,
        file_name,
        size,
        directory,
        limits,
        left: limits.max_unpacked_bytes,
        unpacked: Unpacked::default(),
        untaken: BTreeMap::new(),
    };
    for (number, entry) in entries.enumerate() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(e) => {
                let refused = &mut unpacking.unpacked.refused;
                refused.push(damaged(&e).at(place.clone()));
                break;
            }
        };
        let name = readable(&entry);
        if entry.is_dir() || name.ends_with('/') {
            continue;
        }
        if !is_skipped_in_archive(&name, skip) {
            unpacking.take(number, entry, name)?;
        } else if hides_a_table_in_archive(&name, entry.compressed_size()) {
            let hidden = place_of(&format!("{file_name}/{name}"), sha256);
            let passed_over = &mut unpacking.unpacked.passed_over;
            passed_over.push(findings::TH142.at(hidden));
        }
    }
    let unpacked = unpacking.finish(&place);
    if unpacked.members.is_empty() && unpacked.refused.is_empty() {
        return Ok(Unpacked {
            passed_over: unpacked.passed_over,
            ..whole(findings::TH102.into())
        });
    }
    Ok(unpacked)
}

/// An archive, while it is unpacked.
struct Unpacking<'a> {
    path: &'a Path,
    file_name: &'a str,
    /// Bytes of the archive.
    size: u64,
    directory: &'a Path,
    limits: &'a Limits,
    /// Bytes that the archive may still unpack to.
    left: u64,
    unpacked: Unpacked,
    /// Members that are not taken, by the reason.
    untaken: BTreeMap<Untaken, Vec<String>>,
}

impl Unpacking<'_> {
    /// Unpacks a member.
    fn take(&mut self, number: usize, entry: ZipFileEntry<'_>, name: String) -> io::Result<()> {
        let target = self.directory.join(number.to_string());
        let (path, size, limits, left) = (self.path, self.size, self.limits, &mut self.left);
        let taken = guarded(|| unpack_entry(entry, path, size, &target, left, limits))
            .unwrap_or_else(|| Ok(Err(Untaken::Damaged("it cannot be unpacked".to_owned()))))?;
        match taken {
            Ok((sha256, size_bytes)) => {
                let file_name = format!("{}/{name}", self.file_name);
                let refused = refusal(&name, &file_name, &sha256, &target);
                self.unpacked.members.push(Member {
                    file_name,
                    path: target,
                    sha256,
                    size_bytes,
                    refused,
                });
            }
            Err(why) => {
                fs::remove_file(&target).or_else(|e| match e.kind() {
                    io::ErrorKind::NotFound => Ok(()),
                    _ => Err(e),
                })?;
                self.untaken.entry(why).or_default().push(name);
            }
        }
        Ok(())
    }

    /// All that was unpacked, with a finding for the members that were not taken for the same reason.
    fn finish(self, place: &Place) -> Unpacked {
        let mut unpacked = self.unpacked;
        for (why, names) in self.untaken {
            let members = listed(&names);
            let message: Message = match why {
                Untaken::Protected => findings::TH112 { members }.into(),
                Untaken::Damaged(detail) => findings::TH113 { detail, members }.into(),
                Untaken::TooLarge(detail) => findings::TH114 { detail, members }.into(),
            };
            unpacked.refused.push(message.at(place.clone()));
        }
        unpacked
    }
}

/// Why a member is refused; empty if it is not.
fn refusal(member: &str, file_name: &str, sha256: &str, path: &Path) -> Vec<Finding> {
    let by_name = refused_member(member, file_name, sha256);
    if by_name.is_empty() && matches!(sniff(path), Ok(Err(NotAccepted::Archive))) {
        return refused_as_nested(file_name, sha256);
    }
    by_name
}

/// The first names, and the number of the others.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 10;
    let mut text = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(", … (+{})", names.len() - SHOWN));
    }
    text
}

/// Unpacks a member to `target`. Its hash and size, or why it is not taken. `left` counts the bytes that the archive may
/// still unpack to.
fn unpack_entry(
    entry: ZipFileEntry<'_>,
    archive: &Path,
    archive_size: u64,
    target: &Path,
    left: &mut u64,
    limits: &Limits,
) -> io::Result<Result<(String, u64), Untaken>> {
    if entry.encrypted() {
        return Ok(Err(Untaken::Protected));
    }
    if entry.is_symlink() {
        return Ok(Err(Untaken::Damaged("a link, not a file".to_owned())));
    }
    let fair = limits.fair_size(entry.compressed_size().min(archive_size));
    let mut body = BufReader::new(open_file(archive)?);
    let mut member = match entry.with_reader(&mut body, ZipReadOptions::new()) {
        Ok(member) => member,
        Err(e) => return Ok(Err(e.into())),
    };
    let mut out = File::create(target)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut size = 0;
    loop {
        let n = match member.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => n,
            Err(e) => return Ok(Err(Untaken::Damaged(e.to_string()))),
        };
        size += n as u64;
        *left = left.saturating_sub(n as u64);
        let over = if *left == 0 {
            Some(Limits::stated(
                "max_unpacked_bytes",
                limits.max_unpacked_bytes,
            ))
        } else if size > limits.max_file_bytes {
            Some(Limits::stated("max_file_bytes", limits.max_file_bytes))
        } else if size > fair {
            Some(Limits::stated("max_ratio", limits.max_ratio))
        } else {
            None
        };
        if let Some(limit) = over {
            return Ok(Err(Untaken::TooLarge(limit)));
        }
        hasher.update(&buffer[..n]);
        out.write_all(&buffer[..n])?;
    }
    Ok(Ok((hex(&hasher.finalize()), size)))
}
