//! The output directory: who owns it, and how it is replaced whole.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::{PublishError, io_at};

/// The file that marks a directory as ours.
pub(super) const MARKER: &str = ".tonghop";

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
        Ok(_) if is_ours(out) || is_empty(out)? => Ok(()),
        Ok(_) => Err(PublishError::NotOurs(out.to_owned())),
    }
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
    let marker = aside.join(MARKER);
    fs::write(&marker, MARKER_TEXT).map_err(io_at(&marker))?;
    if let Err(e) = write(&aside) {
        let _ = remove_ours(&aside);
        return Err(e);
    }
    if out.exists() {
        keep_editions(out, &aside)?;
        sync_all(&aside)?;
        put_in_place(&aside, out, &before)?;
    } else {
        sync_all(&aside)?;
        fs::rename(&aside, out).map_err(io_at(out))?;
    }
    if let Some(parent) = out.parent() {
        sync(parent)?;
    }
    remove_ours(&aside)?;
    remove_ours(&before)
}

/// Exchanges two directories in one step. Where the system cannot, it takes two steps, with the earlier output in `before`
/// for a moment.
fn put_in_place(aside: &Path, out: &Path, before: &Path) -> Result<(), PublishError> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, aside, CWD, out, RenameFlags::EXCHANGE) {
        Ok(()) => return Ok(()),
        Err(rustix::io::Errno::NOSYS | rustix::io::Errno::INVAL | rustix::io::Errno::NOTSUP) => {}
        Err(e) => return Err(io_at(out)(e.into())),
    }
    fs::rename(out, before).map_err(io_at(out))?;
    if let Err(e) = fs::rename(aside, out) {
        let _ = fs::rename(before, out);
        return Err(io_at(out)(e));
    }
    Ok(())
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
}
