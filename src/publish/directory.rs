//! The output directory: who owns it, and how it is replaced whole.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::{PublishError, io_at};
use crate::intake::MARKER;
use crate::lake;

/// The text of the marker, for a person who finds it.
const MARKER_TEXT: &str = "tonghop writes this directory and replaces it whole at every run: keep nothing of your own in it.\n";

/// Refuses a directory that a run would destroy: one with files that tonghop did not write.
///
/// # Errors
/// When `out` is not a directory, or is neither empty nor ours.
pub fn check_out(out: &Path) -> Result<(), PublishError> {
    match fs::metadata(out) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(io_at(out)(e)),
        Ok(metadata) if !metadata.is_dir() => Err(PublishError::NotADirectory(out.to_owned())),
        Ok(metadata) if is_mount_point(out, &metadata) => {
            Err(PublishError::MountPoint(out.to_owned()))
        }
        Ok(_) if is_ours(out) || is_empty(out)? => Ok(()),
        Ok(_) => Err(PublishError::NotOurs(out.to_owned())),
    }
}

/// Whether a directory is the root of another file system: it cannot be renamed.
fn is_mount_point(out: &Path, metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    let parent = fs::canonicalize(out).ok();
    let parent = parent.as_deref().and_then(Path::parent);
    parent
        .is_some_and(|parent| fs::metadata(parent).is_ok_and(|above| above.dev() != metadata.dev()))
}

fn is_ours(directory: &Path) -> bool {
    fs::symlink_metadata(directory.join(MARKER)).is_ok_and(|m| m.is_file())
}

fn is_empty(directory: &Path) -> Result<bool, PublishError> {
    Ok(fs::read_dir(directory)
        .map_err(io_at(directory))?
        .next()
        .is_none())
}

/// Writes a new directory beside `out`, then moves it into place. If writing fails, `out` is unchanged.
pub(super) fn replace(
    out: &Path,
    write: impl FnOnce(&Path) -> Result<(), PublishError>,
) -> Result<(), PublishError> {
    // The new directory is in place; what is left of the earlier one is removed the next time.
    let _ = stage(out, write)?.put_in_place()?.finish();
    Ok(())
}

/// A directory that is written and durable beside the one that it will replace. If it is dropped, it is removed, and nothing
/// has changed.
#[derive(Debug)]
#[must_use = "a staged directory is removed unless it is put in place"]
pub struct Staged {
    out: PathBuf,
    aside: PathBuf,
    /// Whether it still lies aside.
    is_aside: bool,
}

/// Writes a new directory beside `out`. Afterwards only renames are left to do.
pub(super) fn stage(
    out: &Path,
    write: impl FnOnce(&Path) -> Result<(), PublishError>,
) -> Result<Staged, PublishError> {
    check_out(out)?;
    // A link stays a link; its target is replaced.
    let out = &fs::canonicalize(out)
        .or_else(|_| std::path::absolute(out))
        .map_err(io_at(out))?;
    if let Some(parent) = out.parent() {
        fs::create_dir_all(parent).map_err(io_at(parent))?;
    }
    let (aside, before) = (beside(out, "new"), beside(out, "old"));
    remove_ours(&aside)?;
    if !out.exists() && before.exists() && is_ours(&before) {
        // A run was interrupted between its two renames: only the directory that it moved away is left.
        fs::rename(&before, out).map_err(io_at(out))?;
    }
    remove_ours(&before)?;
    fs::create_dir(&aside).map_err(io_at(&aside))?;
    let staged = Staged {
        out: out.clone(),
        aside: aside.clone(),
        is_aside: true,
    };
    let marker = aside.join(MARKER);
    fs::write(&marker, MARKER_TEXT).map_err(io_at(&marker))?;
    write(&aside)?;
    if out.exists() {
        keep_editions(out, &aside)?;
    }
    sync_all(&aside)?;
    Ok(staged)
}

impl Staged {
    /// Moves the directory to its place.
    ///
    /// # Errors
    /// If it cannot be moved: then `out` is unchanged.
    pub fn put_in_place(mut self) -> Result<Replaced, PublishError> {
        let had_one = self.out.exists();
        if had_one {
            exchange(&self.aside, &self.out)?;
        } else {
            fs::rename(&self.aside, &self.out).map_err(io_at(&self.out))?;
        }
        self.is_aside = false;
        Ok(Replaced {
            out: self.out.clone(),
            earlier: had_one.then(|| self.aside.clone()),
        })
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if self.is_aside {
            // What cannot be removed now is removed by the next run.
            let _ = remove_ours(&self.aside);
        }
    }
}

/// An output that was replaced, with the earlier one aside.
#[derive(Debug)]
#[must_use = "the earlier output is removed by `finish`"]
pub struct Replaced {
    out: PathBuf,
    /// Where the earlier output is, if there was one.
    earlier: Option<PathBuf>,
}

impl Replaced {
    /// Puts the earlier output back.
    ///
    /// # Errors
    /// If it cannot be put back: then the new one stays.
    pub fn take_back(self) -> Result<(), PublishError> {
        match &self.earlier {
            Some(earlier) => {
                exchange(earlier, &self.out)?;
                remove_ours(earlier)
            }
            None => {
                let aside = beside(&self.out, "new");
                fs::rename(&self.out, &aside).map_err(io_at(&self.out))?;
                remove_ours(&aside)
            }
        }
    }

    /// Makes the new output durable and removes the earlier one.
    ///
    /// # Errors
    /// If the file system refuses. The new output stays.
    pub fn finish(self) -> Result<(), PublishError> {
        if let Some(parent) = self.out.parent() {
            sync(parent)?;
        }
        match &self.earlier {
            Some(earlier) => remove_ours(earlier),
            None => Ok(()),
        }
    }
}

/// Exchanges two directories. One that is a mount point cannot be renamed.
fn exchange(aside: &Path, out: &Path) -> Result<(), PublishError> {
    use std::io::ErrorKind::{CrossesDevices, ResourceBusy};
    lake::exchange(aside, out, &beside(out, "old")).map_err(|e| match e.kind() {
        ResourceBusy | CrossesDevices => PublishError::MountPoint(out.to_owned()),
        _ => io_at(out)(e),
    })
}

/// Syncs a directory and everything in it to the disk.
fn sync_all(directory: &Path) -> Result<(), PublishError> {
    for entry in fs::read_dir(directory).map_err(io_at(directory))? {
        let path = entry.map_err(io_at(directory))?.path();
        if path.is_dir() {
            sync_all(&path)?;
        } else {
            sync(&path)?;
        }
    }
    sync(directory)
}

fn sync(path: &Path) -> Result<(), PublishError> {
    fs::File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(io_at(path))
}

/// Makes `out` our directory, which holds the folders of editions.
pub(super) fn make_ours(out: &Path) -> Result<(), PublishError> {
    check_out(out)?;
    fs::create_dir_all(out).map_err(io_at(out))?;
    let marker = out.join(MARKER);
    if marker.exists() {
        return Ok(());
    }
    fs::write(&marker, MARKER_TEXT).map_err(io_at(&marker))
}

/// Carries over the folders of editions, which are ours but are not made by a run. Their files are hard-linked, so that
/// one of the two directories has them whenever this is interrupted.
fn keep_editions(out: &Path, aside: &Path) -> Result<(), PublishError> {
    for entry in fs::read_dir(out).map_err(io_at(out))? {
        let entry = entry.map_err(io_at(out))?;
        let (from, to) = (entry.path(), aside.join(entry.file_name()));
        if from.is_dir() && is_ours(&from) && !to.exists() {
            link_all(&from, &to)?;
        }
    }
    Ok(())
}

fn link_all(from: &Path, to: &Path) -> Result<(), PublishError> {
    fs::create_dir(to).map_err(io_at(to))?;
    for entry in fs::read_dir(from).map_err(io_at(from))? {
        let entry = entry.map_err(io_at(from))?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            link_all(&from, &to)?;
        } else if fs::hard_link(&from, &to).is_err() {
            // Not every file system has links.
            fs::copy(&from, &to).map_err(io_at(&to))?;
        }
    }
    Ok(())
}

/// A directory next to `out`, so that a rename stays on one file system.
fn beside(out: &Path, what: &str) -> PathBuf {
    let name = out
        .file_name()
        .map_or_else(|| "out".into(), |n| n.to_string_lossy().into_owned());
    out.with_file_name(format!(".{name}.tonghop-{what}"))
}

/// Removes what an interrupted run left behind. The marker goes last: if this is interrupted too, the next run still
/// recognises the directory.
fn remove_ours(directory: &Path) -> Result<(), PublishError> {
    if !directory.exists() {
        return Ok(());
    }
    if !is_ours(directory) && !is_empty(directory)? {
        return Err(PublishError::NotOurs(directory.to_owned()));
    }
    for entry in fs::read_dir(directory).map_err(io_at(directory))? {
        let entry = entry.map_err(io_at(directory))?;
        let path = entry.path();
        let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_directory {
            fs::remove_dir_all(&path).map_err(io_at(&path))?;
        } else if entry.file_name() != MARKER {
            fs::remove_file(&path).map_err(io_at(&path))?;
        }
    }
    fs::remove_dir_all(directory).map_err(io_at(directory))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(name: &'static str) -> impl FnOnce(&Path) -> Result<(), PublishError> {
        move |aside| fs::write(aside.join(name), "x").map_err(io_at(aside))
    }

    #[test]
    fn a_directory_of_somebody_else_is_refused_and_untouched() {
        let home = tempfile::tempdir().expect("a sound example");
        fs::write(home.path().join("letter.txt"), "dear").expect("a sound example");
        assert!(matches!(
            check_out(home.path()),
            Err(PublishError::NotOurs(_))
        ));
        assert!(matches!(
            replace(home.path(), put("a")),
            Err(PublishError::NotOurs(_))
        ));
        assert_eq!(
            fs::read_to_string(home.path().join("letter.txt")).expect("a sound example"),
            "dear"
        );
        assert!(matches!(
            check_out(&home.path().join("letter.txt")),
            Err(PublishError::NotADirectory(_))
        ));
    }

    #[test]
    fn our_own_directory_is_replaced_whole() {
        let home = tempfile::tempdir().expect("a sound example");
        let out = home.path().join("deep/out");
        replace(&out, put("a")).expect("a sound example");
        replace(&out, put("b")).expect("a sound example");
        assert!(!out.join("a").exists() && out.join("b").exists());
        assert_eq!(
            fs::read_dir(out.parent().expect("a sound example"))
                .expect("a sound example")
                .count(),
            1
        );
    }

    #[test]
    fn output_moved_away_by_an_interrupted_run_is_restored_with_its_editions() {
        let home = tempfile::tempdir().expect("a sound example");
        let out = home.path().join("out");
        replace(&out, put("a")).expect("a sound example");
        replace(&out.join("2025"), put("book")).expect("a sound example");
        fs::rename(&out, beside(&out, "old")).expect("a sound example");
        replace(&out, put("b")).expect("a sound example");
        assert!(!out.join("a").exists() && out.join("b").exists());
        assert!(
            out.join("2025/book").exists(),
            "the folder of an edition is kept"
        );
    }

    #[test]
    fn folders_of_editions_are_kept_and_those_of_others_are_not() {
        let home = tempfile::tempdir().expect("a sound example");
        let out = home.path().join("out");
        replace(&out, put("a")).expect("a sound example");
        replace(&out.join("2025"), |aside| {
            fs::create_dir(aside.join("csv")).map_err(io_at(aside))?;
            fs::write(aside.join("csv/01.csv"), "x").map_err(io_at(aside))
        })
        .expect("a sound example");
        fs::create_dir(out.join("mine")).expect("a sound example");
        replace(&out, put("b")).expect("a sound example");
        assert!(out.join("2025/csv/01.csv").exists() && !out.join("mine").exists());
    }

    #[test]
    fn leftovers_of_an_interrupted_run_are_removed() {
        let home = tempfile::tempdir().expect("a sound example");
        let out = home.path().join("out");
        for cut in ["new", "old"] {
            replace(&out, put("a")).expect("a sound example");
            let left = beside(&out, cut);
            fs::create_dir_all(left.join("2025/csv")).expect("a sound example");
            fs::write(left.join(MARKER), MARKER_TEXT).expect("a sound example");
            fs::write(left.join("b"), "x").expect("a sound example");
            replace(&out, put("c")).expect("a sound example");
            assert!(!left.exists() && out.join("c").exists() && !out.join("a").exists());
        }
    }

    #[test]
    fn a_failure_leaves_the_earlier_output() {
        let home = tempfile::tempdir().expect("a sound example");
        let out = home.path().join("out");
        replace(&out, put("a")).expect("a sound example");
        let failed = replace(&out, |aside| {
            Err(PublishError::NotADirectory(aside.to_owned()))
        });
        assert!(failed.is_err() && out.join("a").exists());
        assert_eq!(
            fs::read_dir(home.path()).expect("a sound example").count(),
            1
        );
    }

    #[test]
    fn what_is_staged_changes_nothing_until_it_is_in_place_and_can_be_taken_back() {
        let home = tempfile::tempdir().expect("a sound example");
        let out = home.path().join("out");
        let names = || fs::read_dir(home.path()).expect("a sound example").count();
        // There was none.
        let staged = stage(&out, put("a")).expect("a sound example");
        assert!(!out.exists());
        let replaced = staged.put_in_place().expect("a sound example");
        assert!(out.join("a").exists());
        replaced.take_back().expect("a sound example");
        assert_eq!(names(), 0);
        // There was one.
        replace(&out, put("a")).expect("a sound example");
        drop(stage(&out, put("b")).expect("a sound example"));
        assert!(out.join("a").exists() && names() == 1);
        let replaced = stage(&out, put("b")).expect("a sound example");
        let replaced = replaced.put_in_place().expect("a sound example");
        assert!(out.join("b").exists() && !out.join("a").exists());
        replaced.take_back().expect("a sound example");
        assert!(out.join("a").exists() && !out.join("b").exists() && names() == 1);
    }
}
