//! Whether the folders of a run are apart: one that lies in another would be read or deleted as a part of it.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::ours::is_ours;

/// What a folder is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FolderUse {
    /// Submissions are read from it.
    Submissions,
    /// The definitions of the pipeline.
    Definitions,
    /// The lake.
    Lake,
    /// What a command writes for people.
    Output,
}

impl FolderUse {
    /// Its name in a message.
    fn name(self) -> &'static str {
        match self {
            Self::Submissions => "the submissions",
            Self::Definitions => "the definitions",
            Self::Lake => "the lake",
            Self::Output => "the output",
        }
    }
}

/// Why the folders of a command cannot be used. The message names the paths and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Two folders are the same, or one lies in the other.
    #[error(
        "{first} (`{}`) and {second} (`{}`) {how}\nhint: name folders that are apart, none inside another",
        .paths.0.display(), .paths.1.display()
    )]
    Overlap {
        /// What the first is for.
        first: &'static str,
        /// What the second is for.
        second: &'static str,
        /// Both, as they were given.
        paths: (PathBuf, PathBuf),
        /// How they overlap.
        how: &'static str,
    },
    /// Submissions cannot be read from it.
    #[error("the inbox cannot be read: `{}`: {reason}\nhint: name the folder that holds the files with --submissions, or in pipeline.toml", .path.display())]
    NoInbox {
        /// The folder, as it was given.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

/// Checks that each folder of submissions is a folder, and not one that this program writes.
///
/// # Errors
/// The first that is not.
pub fn check_inboxes(inboxes: &[PathBuf]) -> Result<(), FolderError> {
    for path in inboxes {
        let refuse = |reason: &str| {
            Err(FolderError::NoInbox {
                path: path.clone(),
                reason: reason.to_owned(),
            })
        };
        match fs::metadata(path) {
            Err(e) => return refuse(&e.to_string()),
            Ok(metadata) if !metadata.is_dir() => return refuse("it is not a folder"),
            Ok(_) if is_ours(path) => return refuse("tonghop itself writes this folder"),
            Ok(_) => {}
        }
    }
    Ok(())
}

/// Checks that no two folders overlap. Links, `.` and `..` are followed; a folder need not exist. Submissions may lie
/// within the definitions, which pass them over, and so may what the program writes; folders of submissions may
/// not lie in each other.
///
/// # Errors
/// The first two that overlap.
pub fn check_apart(folders: &[(FolderUse, &Path)]) -> Result<(), FolderError> {
    let resolved: Vec<PathBuf> = folders.iter().map(|(_, path)| resolve(path)).collect();
    for (i, (of_first, first)) in folders.iter().enumerate() {
        for (j, (of_second, second)) in folders.iter().enumerate().skip(i + 1) {
            let (a, b) = (&resolved[i], &resolved[j]);
            let how = if a == b {
                "are the same folder"
            } else if b.starts_with(a) {
                "overlap: the second lies in the first"
            } else if a.starts_with(b) {
                "overlap: the first lies in the second"
            } else {
                continue;
            };
            let within_definitions =
                (*of_first == FolderUse::Definitions && a != b && b.starts_with(a))
                    || (*of_second == FolderUse::Definitions && a != b && a.starts_with(b));
            // The same inbox may be named twice: its files are taken once.
            let same_inbox = a == b && of_first == of_second;
            if within_definitions || same_inbox {
                continue;
            }
            return Err(FolderError::Overlap {
                first: of_first.name(),
                second: of_second.name(),
                paths: ((*first).to_owned(), (*second).to_owned()),
                how,
            });
        }
    }
    Ok(())
}

/// A path without links, `.` and `..`, as far as it exists.
fn resolve(path: &Path) -> PathBuf {
    /// Links to what does not exist yet that are followed; more are a circle.
    const MOST_LINKS: u8 = 40;
    resolve_through(path, MOST_LINKS)
}

fn resolve_through(path: &Path, links: u8) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut resolved = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(resolved.pop()),
            part => resolved.push(part),
        }
        // A link leads elsewhere, and `..` behind it goes up from there.
        if let Ok(real) = fs::canonicalize(&resolved) {
            resolved = real;
        } else if let (Ok(target), 1..) = (fs::read_link(&resolved), links) {
            // It leads to a folder that does not exist yet.
            resolved.pop();
            resolved = resolve_through(&resolved.join(target), links - 1);
        }
    }
    resolved
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::FolderUse::{Definitions, Lake, Output, Submissions};
    use super::*;

    #[test]
    fn folders_that_overlap_are_refused_however_they_are_written() {
        let home = tempfile::tempdir().expect("a folder");
        let at = |name: &str| home.path().join(name);
        symlink("circle", at("circle")).expect("a link");
        for name in ["inbox/deep", "other"] {
            fs::create_dir_all(at(name)).expect("a folder");
        }
        symlink("inbox", at("link")).expect("a link");
        symlink("inbox/later", at("to-later")).expect("a link");
        let said = |first: &str, second: &str| {
            let (first, second) = (at(first), at(second));
            let checked = check_apart(&[(Submissions, &first), (Lake, &second)]);
            checked.err().map(|e| e.to_string())
        };
        for lake in [
            "inbox",
            "inbox/lake",
            "link/lake",
            "inbox/./deep/../lake",
            "link/../inbox",
            "to-later",
            "to-later/lake",
            ".",
        ] {
            let text = said("inbox", lake).unwrap_or_else(|| panic!("{lake} overlaps"));
            assert!(text.contains("inbox`") && text.contains("hint: "), "{text}");
        }
        for lake in [
            "circle",
            "inbox2",
            "other",
            "other/inbox",
            "inbox/../lake",
            "../lake",
        ] {
            assert_eq!(said("inbox", lake), None, "{lake}");
        }
    }

    #[test]
    fn what_lies_within_the_definitions_is_passed_over_there() {
        let checked = |folders: &[(FolderUse, &str)]| {
            let folders: Vec<(FolderUse, &Path)> = folders
                .iter()
                .map(|(of, path)| (*of, Path::new(*path)))
                .collect();
            check_apart(&folders).is_ok()
        };
        assert!(checked(&[
            (Definitions, "/p"),
            (Submissions, "/p/inbox"),
            (Lake, "/p/lake")
        ]));
        assert!(!checked(&[(Definitions, "/p/kttt"), (Submissions, "/p")]));
        assert!(!checked(&[(Definitions, "/p"), (Lake, "/p")]));
        assert!(!checked(&[(Lake, "/l"), (Output, "/l/out")]));
        assert!(!checked(&[(Submissions, "/a"), (Submissions, "/a/b")]));
        assert!(checked(&[(Submissions, "/a"), (Submissions, "/a/")]));
    }

    #[test]
    fn an_inbox_is_a_folder_of_somebody_else() {
        let home = tempfile::tempdir().expect("a folder");
        let at = |name: &str| home.path().join(name);
        fs::create_dir_all(at("inbox")).expect("a folder");
        fs::create_dir_all(at("out")).expect("a folder");
        fs::write(at("out/.tonghop"), "").expect("a file");
        let said = |name: &str| check_inboxes(&[at(name)]).err().map(|e| e.to_string());
        assert_eq!(said("inbox"), None);
        for (name, why) in [
            ("absent", "No such file"),
            ("out/.tonghop", "it is not a folder"),
            ("out", "tonghop itself writes"),
        ] {
            let text = said(name).expect("refused");
            assert!(text.contains(why) && text.contains(name), "{text}");
        }
    }
}
