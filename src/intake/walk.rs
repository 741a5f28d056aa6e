//! The files of an inbox, and what in it is no file.

use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};

use super::faults::{place, special, unreadable};
use super::ours::is_ours;
use super::skipped::{hides_a_table, is_hidden, is_skipped};
use crate::diagnostic::{Finding, findings};

/// What lies in an inbox.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Its files, sorted.
    pub(super) files: Vec<PathBuf>,
    /// What is passed over, or cannot be read.
    pub(super) findings: Vec<Finding>,
}

impl Listing {
    /// Lists an inbox with the folders in it. `skip` are further file names that are never submissions.
    ///
    /// # Errors
    /// If the inbox itself cannot be read.
    pub(super) fn of(inbox: &Path, skip: &[String]) -> io::Result<Self> {
        let mut listing = Self::default();
        listing.walk(inbox, inbox, skip)?;
        listing.files.sort();
        Ok(listing)
    }

    fn walk(&mut self, inbox: &Path, directory: &Path, skip: &[String]) -> io::Result<()> {
        let mut entries = fs::read_dir(directory)?.collect::<io::Result<Vec<_>>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let name = relative_name(inbox, &path);
            match entry.file_type() {
                Ok(kind) => self.sort_in(inbox, &path, kind, skip),
                Err(e) => self.findings.push(unreadable(&path, &name, &e)),
            }
        }
        Ok(())
    }

    /// Takes one entry: a file is listed, a folder is walked, anything else is told.
    fn sort_in(&mut self, inbox: &Path, path: &Path, kind: FileType, skip: &[String]) {
        let name = relative_name(inbox, path);
        let base = path.file_name().unwrap_or_default().to_string_lossy();
        if kind.is_dir() {
            if is_hidden(&base) {
                if !is_ours(path) && holds_a_table(path) {
                    self.findings.push(findings::TH142.at(place(&name)));
                }
            } else if is_ours(path) {
                self.findings.push(findings::TH143.at(place(&name)));
            } else if let Err(e) = self.walk(inbox, path, skip) {
                self.findings.push(unreadable(path, &name, &e));
            }
            return;
        }
        if is_skipped(&base, skip) {
            let size = || fs::metadata(path).map_or(0, |m| m.len());
            if kind.is_file() && !skip.iter().any(|s| **s == base) && hides_a_table(&base, size) {
                self.findings.push(findings::TH142.at(place(&name)));
            }
            return;
        }
        match special(path, &name) {
            Some(finding) => self.findings.push(finding),
            None => self.files.push(path.to_owned()),
        }
    }
}

/// Whether a hidden folder holds a file that could be a report, as far as its first entries tell.
fn holds_a_table(folder: &Path) -> bool {
    /// Entries that are looked at: hidden folders of version control and backups may be very large.
    const MOST: usize = 10_000;
    let mut left = MOST;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if left == 0 {
                return false;
            }
            left -= 1;
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            let base = entry.file_name();
            let base = base.to_string_lossy();
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() && hides_a_table(&format!(".{base}"), || 0) {
                return true;
            }
        }
    }
    false
}

/// The path of a file relative to its inbox, with `/`.
pub(super) fn relative_name(inbox: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(inbox).unwrap_or(path);
    relative
        .components()
        .map(|c| c.as_os_str().to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;

    #[test]
    fn everything_that_is_no_file_is_told_and_the_files_are_listed() {
        let home = tempfile::tempdir().expect("a folder");
        let inbox = home.path().join("inbox");
        let at = |name: &str| inbox.join(name);
        for name in ["deep", "out", ".hidden/deep", ".git", "lake/snapshots"] {
            fs::create_dir_all(at(name)).expect("a folder");
        }
        for name in [
            "a.csv",
            "deep/b.xlsx",
            "received.csv",
            "README.md",
            ".gitignore",
            ".DS_Store",
            "._a.csv",
            ".~lock.a.csv#",
            "~$deep.xlsx",
            ".c.xlsx",
            ".git/config",
            ".hidden/deep/d.csv",
            "out/.tonghop",
            "out/findings.csv",
            "lake/lake.toml",
        ] {
            fs::write(at(name), "a").expect("a file");
        }
        fs::write(at("~$e.xlsx"), [0; 5000]).expect("a file");
        mknodat(CWD, at("pipe.xlsx"), FileType::Fifo, Mode::RUSR, 0).expect("a pipe");
        let _socket = UnixListener::bind(at("deep/socket")).expect("a socket");
        for (target, name) in [
            ("nowhere.csv", "dangling.csv"),
            ("circle.csv", "circle.csv"),
            ("..", "up"),
            (".", "deep/itself"),
            ("pipe.xlsx", "to-pipe.csv"),
            ("a.csv", "to-file.csv"),
        ] {
            symlink(target, at(name)).expect("a link");
        }
        let listing = Listing::of(&inbox, &["README.md".to_owned()]).expect("listed");
        let names: Vec<String> = listing
            .files
            .iter()
            .map(|f| relative_name(&inbox, f))
            .collect();
        assert_eq!(names, ["a.csv", "deep/b.xlsx", "to-file.csv"]);
        let told: Vec<(&str, &str)> = listing
            .findings
            .iter()
            .map(|f| {
                (
                    f.place.file_name.as_deref().expect("a name"),
                    f.code.as_str(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (".c.xlsx", "TH142"),
                (".hidden", "TH142"),
                ("circle.csv", "TH139"),
                ("dangling.csv", "TH139"),
                ("deep/itself", "TH140"),
                ("deep/socket", "TH138"),
                ("lake", "TH143"),
                ("out", "TH143"),
                ("pipe.xlsx", "TH138"),
                ("to-pipe.csv", "TH138"),
                ("up", "TH140"),
                ("~$e.xlsx", "TH142"),
            ]
        );
    }
}
