//! The lock that allows one writer at a time, and who holds it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::error::{LakeError, io_at};

/// The file that is locked. While the lock is held it names the holder.
pub(super) const LOCK: &str = ".lock";

/// The lock of a lake. It is released when dropped, or by the system when the process ends.
#[derive(Debug)]
pub(super) struct WriterLock(File);

impl WriterLock {
    /// Takes the lock.
    ///
    /// # Errors
    /// If another process holds it, or the file system refuses.
    pub(super) fn take(root: &Path) -> Result<Self, LakeError> {
        let path = root.join(LOCK);
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(io_at(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LakeError::Locked {
                    lake: root.display().to_string(),
                    holder: holder(&mut file),
                });
            }
            Err(TryLockError::Error(e)) => return Err(io_at(&path)(e)),
        }
        let text = format!(
            "process {} of {} on {} (`{}`), since {}\n",
            std::process::id(),
            user(),
            host(),
            command(),
            jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ")
        );
        // Who holds it is only told: on a full disk the lock holds without it.
        let _ = file
            .set_len(0)
            .and_then(|()| file.write_all(text.as_bytes()));
        Ok(Self(file))
    }
}

impl Drop for WriterLock {
    fn drop(&mut self) {
        // An empty file misleads nobody. The system releases the lock when the file is closed.
        let _ = self.0.set_len(0);
    }
}

/// The holder of the lock, as it described itself.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file
        .rewind()
        .and_then(|()| file.take(200).read_to_string(&mut text));
    match (read, text.trim()) {
        (Ok(_), holder) if !holder.is_empty() => holder.to_owned(),
        _ => "it did not say who it is".to_owned(),
    }
}

/// The name of the user, from the environment or the system.
fn user() -> String {
    let known = ["USER", "LOGNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok());
    let uid = || {
        let owner = std::fs::metadata("/proc/self").ok()?;
        Some(format!("user {}", owner.uid()))
    };
    known
        .or_else(uid)
        .unwrap_or_else(|| "an unknown user".to_owned())
}

/// The program and its command: the first argument, which contains no path.
fn command() -> String {
    let arguments = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    format!("tonghop {}", arguments.unwrap_or_default())
        .trim_end()
        .to_owned()
}

fn host() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| std::env::var("HOSTNAME").ok())
        .map_or_else(
            || "an unknown host".to_owned(),
            |name| name.trim().to_owned(),
        )
}
