//! Putting a folder in the place of another.

use std::fs;
use std::io;
use std::path::Path;

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

/// Exchanges two folders, in one step where the system can. Afterwards what stood at `place` is at `aside`. `between` is
/// where it lies for a moment on other systems; if the process ends just then, it is still there.
///
/// # Errors
/// If the folders cannot be renamed: then `place` is as it was.
pub(crate) fn exchange(aside: &Path, place: &Path, between: &Path) -> io::Result<()> {
    match renameat_with(CWD, aside, CWD, place, RenameFlags::EXCHANGE) {
        Ok(()) => return Ok(()),
        Err(Errno::NOSYS | Errno::INVAL | Errno::NOTSUP) => {}
        Err(e) => return Err(e.into()),
    }
    fs::rename(place, between)?;
    if let Err(e) = fs::rename(aside, place) {
        let _ = fs::rename(between, place);
        return Err(e);
    }
    // The exchange stands. What was replaced is found under either name.
    let _ = fs::rename(between, aside);
    Ok(())
}
