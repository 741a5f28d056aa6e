//! Names of members of archives: which are refused, and how they are kept.

use std::path::Path;

use zip::read::ZipFileEntry;

use crate::diagnostic::{Finding, Place, findings};

/// The place of a finding about a file.
pub(super) fn place_of(file_name: &str, sha256: &str) -> Place {
    Place {
        file_name: Some(file_name.to_owned()),
        submission_id: sha256.get(..16).map(str::to_owned),
        ..Place::default()
    }
}

/// Why a file of an inbox is refused because of its name, which is relative to the inbox; empty if it is not.
#[must_use]
pub fn refused_by_name(file_name: &str, sha256: &str) -> Vec<Finding> {
    refused_member(file_name, file_name, sha256)
}

/// Why a member of an archive is refused because of its own name; empty if it is not. `file_name` is the name of the archive
/// and of the member. The archive itself may have any path: somebody may have named it by its full path.
pub(super) fn refused_member(member: &str, file_name: &str, sha256: &str) -> Vec<Finding> {
    if climbs(member) {
        vec![findings::TH115.at(place_of(file_name, sha256))]
    } else {
        Vec::new()
    }
}

/// Why an archive within an archive is refused.
#[must_use]
pub fn refused_as_nested(file_name: &str, sha256: &str) -> Vec<Finding> {
    vec![findings::TH116.at(place_of(file_name, sha256))]
}

/// Whether a file of this name is a member of an archive. An archive may have any name; here only names with the usual
/// extension count.
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

/// Whether a name leads out of its archive: `..`, an absolute path, a drive.
fn climbs(name: &str) -> bool {
    name.split('/').any(|component| {
        component.is_empty()
            || component == ".."
            || matches!(component.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
    })
}

/// The name of a member as it is kept: with `/` between its parts, and without control characters.
pub(super) fn readable(entry: &ZipFileEntry<'_>) -> String {
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
    fn only_the_name_of_a_member_is_judged() {
        for archive in ["/home/a/x.zip", "../x.zip", "C:/x.zip"] {
            let refused =
                |name: &str| !refused_member(name, &format!("{archive}/{name}"), "").is_empty();
            assert!(!refused("a/b.csv"), "{archive}");
            assert!(refused("../b.csv"), "{archive}");
        }
    }

    #[test]
    fn an_archive_within_an_archive_is_told_by_its_place() {
        assert!(lies_in_archive("in/outer.ZIP/inner.zip"));
        assert!(!lies_in_archive("in/outer.zip"));
    }
}
