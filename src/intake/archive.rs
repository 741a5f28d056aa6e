//! Archives: their members become files of their own, named `outer.zip/inner.xlsx`.
//!
//! Members are unpacked under numbers, never under a name that the archive chose, and are counted while they unpack.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zip::ZipReadOptions;
use zip::read::{Config, ZipFileEntry};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;

use super::guard::guarded;
use super::limits::Limits;
use super::sniff::{NotAccepted, sniff};
use super::{hex, is_passed_over};
use crate::diagnostic::{Finding, Message, Place, findings};

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
    /// Why it is refused, if it is: its name climbs, or it is an archive itself.
    pub refused: Vec<Finding>,
}

/// What an archive held.
#[derive(Debug, Default)]
pub struct Unpacked {
    /// The members, in the order of the archive.
    pub members: Vec<Member>,
    /// Why the archive itself is refused, if it is; its good members are taken all the same.
    pub refused: Vec<Finding>,
}

/// A file of an archive that is not taken.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Untaken {
    /// It asks for a password.
    Protected,
    /// It does not unpack; why.
    Damaged(String),
    /// It is more than a limit allows.
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

/// Unpacks the archive at `path`, known as `file_name`, into `directory`, which should be empty.
///
/// # Errors
/// When `directory` cannot be written to. What is wrong with the archive is a finding.
pub fn unpack(
    path: &Path,
    file_name: &str,
    sha256: &str,
    directory: &Path,
    pass_over: &[String],
    limits: &Limits,
) -> io::Result<Unpacked> {
    let place = place_of(file_name, sha256);
    let whole = |message: Message| Unpacked {
        members: Vec::new(),
        refused: vec![message.at(place.clone())],
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
    let directory_of_members = guarded(|| {
        let reader = BufReader::new(File::open(path)?);
        ZipIterable::try_new(reader, Config::default())
    });
    let mut archive = match directory_of_members {
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
    let mut unpacked = Unpacked::default();
    let mut untaken: BTreeMap<Untaken, Vec<String>> = BTreeMap::new();
    let mut left = limits.max_unpacked_bytes;
    for (n, entry) in entries.enumerate() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(e) => {
                unpacked.refused.push(damaged(&e).at(place.clone()));
                break;
            }
        };
        let name = readable(&entry);
        if entry.is_dir() || name.ends_with('/') || is_passed_over_in(&name, pass_over) {
            continue;
        }
        let target = directory.join(n.to_string());
        match guarded(|| unpack_entry(entry, path, size, &target, &mut left, limits))
            .unwrap_or_else(|| Ok(Err(Untaken::Damaged("it cannot be unpacked".to_owned()))))?
        {
            Ok((sha256, size_bytes)) => {
                let file_name = format!("{file_name}/{name}");
                let refused = refusal(&file_name, &sha256, &target);
                unpacked.members.push(Member {
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
                untaken.entry(why).or_default().push(name);
            }
        }
    }
    for (why, names) in untaken {
        let members = listed(&names);
        let message: Message = match why {
            Untaken::Protected => findings::TH112 { members }.into(),
            Untaken::Damaged(detail) => findings::TH113 { detail, members }.into(),
            Untaken::TooLarge(detail) => findings::TH114 { detail, members }.into(),
        };
        unpacked.refused.push(message.at(place.clone()));
    }
    if unpacked.members.is_empty() && unpacked.refused.is_empty() {
        return Ok(whole(findings::TH102.into()));
    }
    Ok(unpacked)
}

fn place_of(file_name: &str, sha256: &str) -> Place {
    Place {
        file_name: Some(file_name.to_owned()),
        submission_id: sha256.get(..16).map(str::to_owned),
        ..Place::default()
    }
}

/// Why a member is refused whole, as far as its name tells.
#[must_use]
pub fn refused_by_name(file_name: &str, sha256: &str) -> Vec<Finding> {
    if climbs(file_name) {
        vec![findings::TH115.at(place_of(file_name, sha256))]
    } else {
        Vec::new()
    }
}

/// The finding that an archive lies in an archive.
#[must_use]
pub fn refused_as_nested(file_name: &str, sha256: &str) -> Vec<Finding> {
    vec![findings::TH116.at(place_of(file_name, sha256))]
}

/// Whether a file of this name lies in an archive. An archive may have any name; one that lies in another and
/// is looked at again later is told by the usual one.
#[must_use]
pub fn lies_in_archive(file_name: &str) -> bool {
    let mut components = file_name.split('/');
    components.next_back();
    components.any(|c| {
        Path::new(c)
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("zip"))
    })
}

fn refusal(file_name: &str, sha256: &str, path: &Path) -> Vec<Finding> {
    let by_name = refused_by_name(file_name, sha256);
    if by_name.is_empty() && matches!(sniff(path), Ok(Err(NotAccepted::Archive))) {
        return refused_as_nested(file_name, sha256);
    }
    by_name
}

/// Whether a name leads out of the archive: `..`, an absolute path, a drive.
fn climbs(name: &str) -> bool {
    name.split('/').any(|component| {
        component.is_empty()
            || component == ".."
            || matches!(component.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
    })
}

/// A member's name as it is kept: `/` between its parts, and nothing that a terminal would obey.
fn readable(entry: &ZipFileEntry<'_>) -> String {
    let name = match entry.name() {
        Ok(name) => name.into_owned(),
        Err(_) => String::from_utf8_lossy(entry.name_raw()).into_owned(),
    };
    let plain: String = name
        .chars()
        .map(|c| match c {
            '\\' => '/',
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect();
    let parts: Vec<&str> = plain.split('/').filter(|part| *part != ".").collect();
    parts.join("/")
}

/// What is passed over in folders is passed over in archives.
fn is_passed_over_in(name: &str, also: &[String]) -> bool {
    let (folders, base) = name.rsplit_once('/').unwrap_or(("", name));
    is_passed_over(base, also)
        || folders
            .split('/')
            .any(|f| f == "__MACOSX" || (f.starts_with('.') && f != ".." && f != "."))
}

/// The first names, and how many more there are.
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

/// Unpacks one member to `target`; its hash and size. `left` is what the archive may still unpack to.
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
    let mut body = BufReader::new(File::open(archive)?);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_out_are_known() {
        for name in [
            "../a.csv",
            "a/../../b.csv",
            "/etc/a.csv",
            "C:/a.csv",
            "a//b.csv",
        ] {
            assert!(climbs(&format!("outer.zip/{name}")), "{name}");
        }
        for name in ["a.csv", "folder/a..b.csv", "năm 2025/a.csv", "12:30.csv"] {
            assert!(!climbs(&format!("outer.zip/{name}")), "{name}");
        }
    }

    #[test]
    fn an_archive_within_an_archive_is_told_by_its_place() {
        assert!(lies_in_archive("in/outer.ZIP/inner.zip"));
        assert!(!lies_in_archive("in/outer.zip"));
    }

    #[test]
    fn what_folders_pass_over_archives_pass_over() {
        for name in [
            "__MACOSX/._a.xlsx",
            "a/~$b.xlsx",
            "Thumbs.db",
            "a/.git/x",
            "README.md",
        ] {
            assert!(is_passed_over_in(name, &["README.md".to_owned()]), "{name}");
        }
        assert!(!is_passed_over_in("../a.csv", &[]));
    }
}
