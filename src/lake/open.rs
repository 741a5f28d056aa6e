//! Opening a lake for writing.

use std::fs;
use std::path::Path;

use super::error::{LakeError, io_at};
use super::files::make_private;
use super::lock::WriterLock;
use super::writer::{Lake, check_owner, owner, write_owner};

impl Lake {
    /// Opens a lake for writing and takes its lock. Makes the lake if there is none.
    ///
    /// # Errors
    /// If it belongs to another pipeline, another run holds the lock, or the file system refuses.
    pub fn open(root: &Path, pipeline: &str) -> Result<Self, LakeError> {
        for directory in [root.to_owned(), root.join("snapshots"), root.join("runs")] {
            fs::create_dir_all(&directory).map_err(io_at(&directory))?;
        }
        make_private(&root.join("inbox"))?;
        let lock = WriterLock::take(root)?;
        if !check_owner(root, pipeline)? {
            write_owner(root, pipeline)?;
        }
        let lake = Self {
            root: root.to_owned(),
            behind: None,
            _lock: Some(lock),
        };
        lake.clear_leftovers()?;
        // On a full disk it is noted later; what frees room must be able to start.
        let _ = lake.note_unnoted();
        Ok(lake)
    }

    /// Opens an existing lake to look at it. Nothing is written or locked.
    ///
    /// # Errors
    /// If there is no lake.
    pub fn open_to_look(root: &Path) -> Result<Self, LakeError> {
        match owner(root)? {
            Some(_) => Ok(Self {
                root: root.to_owned(),
                behind: None,
                _lock: None,
            }),
            None => Err(LakeError::Absent(root.display().to_string())),
        }
    }

    /// Opens an existing lake for writing, whatever pipeline it belongs to.
    ///
    /// # Errors
    /// If there is no lake, another run holds the lock, or the file system refuses.
    pub fn open_existing(root: &Path) -> Result<Self, LakeError> {
        match owner(root)? {
            Some(pipeline) => Self::open(root, &pipeline),
            None => Err(LakeError::Absent(root.display().to_string())),
        }
    }

    /// Opens a lake in the folder `root` in front of another lake: it reads what the lake `behind` has and never writes
    /// to it.
    ///
    /// # Errors
    /// If the lake behind belongs to another pipeline, or the file system refuses.
    pub fn before(behind: &Path, root: &Path, pipeline: &str) -> Result<Self, LakeError> {
        check_owner(behind, pipeline)?;
        let mut lake = Self::open(root, pipeline)?;
        lake.behind = Some(behind.to_owned());
        Ok(lake)
    }
}
