//! The originals of submissions: they are copied first, so that the run can read them, and kept once they are durable.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use sha2::{Digest, Sha256};

use super::error::{LakeError, io_at};
use super::files::{name_of, restrict, several_at_a_time, sync};
use super::writer::Lake;
use crate::intake::{hash_file, hex, open_file};

/// The path of a submission's original in a lake.
#[must_use]
pub fn original(root: &Path, sha256: &str) -> PathBuf {
    root.join("inbox").join(sha256)
}

/// The path of the original until it is durable.
fn aside(kept: &Path) -> PathBuf {
    kept.with_extension("part")
}

/// Copied originals, which a thread makes durable while the run goes on.
#[derive(Debug)]
#[must_use = "copies that are not kept are cleared away by the next run"]
pub struct Copied {
    /// Files that were not copied: they are gone, cannot be read, or no longer have the content that was asked for.
    pub failed: Vec<NotCopied>,
    copies: Vec<PathBuf>,
    syncing: JoinHandle<Result<(), LakeError>>,
}

/// A file that was not copied.
#[derive(Debug)]
pub struct NotCopied {
    /// The file.
    pub from: PathBuf,
    /// What the system said. None if the content is another than the one that was asked for.
    pub error: Option<io::Error>,
}

impl Copied {
    /// Waits until the copies are durable, then gives them their final names. Their folder is made durable together with
    /// the snapshot that lists them.
    ///
    /// # Errors
    /// If one of them cannot be made durable.
    pub fn keep(self) -> Result<(), LakeError> {
        self.syncing
            .join()
            .unwrap_or_else(|_| Err(LakeError::given_up("inbox")))?;
        for kept in &self.copies {
            fs::rename(aside(kept), kept).map_err(io_at(kept))?;
        }
        Ok(())
    }
}

impl Lake {
    /// The path where the original of a submission is now: kept, or copied and not yet durable.
    #[must_use]
    pub fn original(&self, sha256: &str) -> PathBuf {
        let kept = original(&self.root, sha256);
        if kept.exists() {
            return kept;
        }
        let copied = aside(&kept);
        match &self.behind {
            Some(behind) if !copied.exists() => original(behind, sha256),
            _ => copied,
        }
    }

    /// Copies originals, given as a path and its hash, readable by this user only. Until [`Copied::keep`] only this run
    /// can read them; the next run deletes what was not kept. A copy has the content of its hash, or is not made.
    ///
    /// # Errors
    /// If the lake cannot be written to.
    pub fn copy_originals(&self, originals: &[(&Path, &str)]) -> Result<Copied, LakeError> {
        let mut new: Vec<(PathBuf, PathBuf)> = originals
            .iter()
            .filter(|(_, sha256)| !self.original(sha256).exists())
            .map(|(from, sha256)| ((*from).to_owned(), original(&self.root, sha256)))
            .collect();
        // Identical content is stored once.
        new.sort_by(|a, b| a.1.cmp(&b.1));
        new.dedup_by(|a, b| a.1 == b.1);
        let failed = Mutex::new(Vec::new());
        several_at_a_time(&new, |(from, kept)| {
            if let Err(why) = copy(from, &aside(kept), &name_of(kept))? {
                let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                failed.push((kept.clone(), why));
            }
            Ok(())
        })?;
        let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
        new.retain(|(_, kept)| failed.iter().all(|(not, _)| not != kept));
        let failed = failed.into_iter().map(|(_, why)| why).collect();
        let copies: Vec<PathBuf> = new.into_iter().map(|(_, kept)| kept).collect();
        let to_sync = copies.clone();
        let syncing = thread::spawn(move || several_at_a_time(&to_sync, |kept| sync(&aside(kept))));
        Ok(Copied {
            failed,
            copies,
            syncing,
        })
    }
}

impl Lake {
    /// The path of a submission's original, if its content is what was received.
    ///
    /// # Errors
    /// If the original is damaged or gone.
    pub fn sound_original(&self, sha256: &str, file_name: &str) -> Result<PathBuf, LakeError> {
        let path = self.original(sha256);
        let problem = match hash_file(&path) {
            Ok(hash) if hash == sha256 => return Ok(path),
            Ok(_) => format!("it is not the `{file_name}` that was received"),
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                format!("the original of `{file_name}` is not there")
            }
            Err(e) => format!("the original of `{file_name}` cannot be read: {e}"),
        };
        Err(LakeError::Damaged {
            path: path.display().to_string(),
            problem,
            hint: "put the file into the inbox again, as it was received, and run again; if nobody has it, withdraw it in \
                   decisions.toml. `tonghop verify` lists all that is damaged"
                .to_owned(),
        })
    }

    /// Makes the names of kept originals durable. An earlier run may have been killed before it could.
    ///
    /// # Errors
    /// If the file system refuses.
    pub fn settle_originals(&self) -> Result<(), LakeError> {
        sync(&self.root.join("inbox"))
    }

    /// Puts an original in its place again, from a file with the same content.
    ///
    /// # Errors
    /// If the file has other content or cannot be copied.
    pub fn restore_original(&self, from: &Path, sha256: &str) -> Result<PathBuf, LakeError> {
        let kept = original(&self.root, sha256);
        let aside = kept.with_extension("again.part");
        if copy(from, &aside, sha256)?.is_err() {
            return Err(LakeError::damaged(from));
        }
        sync(&aside)?;
        fs::rename(&aside, &kept).map_err(io_at(&kept))?;
        sync(&self.root.join("inbox"))?;
        Ok(kept)
    }
}

/// Copies a file through a small buffer, because it may be larger than memory. If it cannot be read, or its content does not
/// have the hash, nothing is left of the copy.
fn copy(from: &Path, to: &Path, sha256: &str) -> Result<Result<(), NotCopied>, LakeError> {
    let mut copy = File::create(to).map_err(io_at(to))?;
    restrict(to, 0o600).map_err(io_at(to))?;
    let copied = copy_hashed(from, &mut copy).map_err(io_at(to))?;
    let why = match copied {
        Ok(hash) if hash == sha256 => return Ok(Ok(())),
        Ok(_) => None,
        Err(error) => Some(error),
    };
    fs::remove_file(to).map_err(io_at(to))?;
    Ok(Err(NotCopied {
        from: from.to_owned(),
        error: why,
    }))
}

/// Copies what is in a file. Returns the hash of what was copied, or why the file cannot be read.
///
/// # Errors
/// If the copy cannot be written.
fn copy_hashed(from: &Path, copy: &mut File) -> io::Result<io::Result<String>> {
    let mut original = match open_file(from) {
        Ok(original) => original,
        Err(e) => return Ok(Err(e)),
    };
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match original.read(&mut buffer) {
            Ok(0) => return Ok(Ok(hex(&hasher.finalize()))),
            Ok(n) => {
                hasher.update(&buffer[..n]);
                copy.write_all(&buffer[..n])?;
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Ok(Err(e)),
        }
    }
}
