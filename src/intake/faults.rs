//! Why an entry of an inbox is not taken: it is no regular file, leads nowhere, changed, or cannot be read.

use std::fs;
use std::io;
use std::path::Path;

use super::open::Special;
use crate::diagnostic::findings::{th139, th146};
use crate::diagnostic::{Finding, Place, findings};

/// The place of a finding about an entry of an inbox.
pub(super) fn place(file_name: &str) -> Place {
    Place {
        file_name: Some(file_name.to_owned()),
        ..Place::default()
    }
}

/// What is wrong with an entry that is no regular file and does not lead to one; none if it does.
pub(super) fn special(path: &Path, file_name: &str) -> Option<Finding> {
    let kind = fs::symlink_metadata(path).ok()?.file_type();
    if !kind.is_symlink() {
        return Some(not_a_file(Special::of(kind)?, file_name));
    }
    let target = fs::read_link(path).unwrap_or_default();
    let target = target.to_string_lossy();
    let target = target.as_ref();
    let broken = |what| Some(findings::TH139 { what }.at(place(file_name)));
    match fs::metadata(path) {
        Ok(metadata) => match Special::of(metadata.file_type())? {
            Special::Folder => Some(findings::TH140 { target }.at(place(file_name))),
            other => Some(not_a_file(other, file_name)),
        },
        Err(e) if e.kind() == io::ErrorKind::NotFound => broken(th139::Nowhere { target }.words()),
        Err(e) if e.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
            broken(th139::Circle { target }.words())
        }
        Err(_) => None,
    }
}

fn not_a_file(kind: Special, file_name: &str) -> Finding {
    let kind = kind.words();
    findings::TH138 { kind }.at(place(file_name))
}

/// Why a file could not be read: what it is, if it is no regular file, else what the system said.
pub(super) fn unreadable(path: &Path, file_name: &str, error: &io::Error) -> Finding {
    if let Some(finding) = special(path, file_name) {
        return finding;
    }
    if error.kind() == io::ErrorKind::NotFound {
        return vanished(file_name);
    }
    let reason = error.to_string();
    findings::TH101 { reason }.at(place(file_name))
}

/// Why a file that was listed and hashed was not copied. `error` is what the system said; none if the content had changed.
#[must_use]
pub fn not_copied(path: &Path, file_name: &str, error: Option<&io::Error>) -> Finding {
    match error {
        Some(error) => unreadable(path, file_name, error),
        None => changed(file_name),
    }
}

/// A file changed while it was read.
pub(super) fn changed(file_name: &str) -> Finding {
    let what = th146::Changed.words();
    findings::TH146 { what }.at(place(file_name))
}

/// A file vanished after it was listed.
fn vanished(file_name: &str) -> Finding {
    let what = th146::Gone.words();
    findings::TH146 { what }.at(place(file_name))
}
