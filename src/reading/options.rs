//! Options, progress and errors of a run, shared by reading and running.

use std::path::PathBuf;

use datafusion::error::DataFusionError;
use jiff::Timestamp;

use crate::lake::LakeError;
use crate::publish::PublishError;
use crate::query::OpenError;

/// The options of a run.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Inboxes; the pipeline's own when empty.
    pub submissions: Vec<PathBuf>,
    /// Folder of the lake.
    pub lake: PathBuf,
    /// Where the tables are written.
    pub out: PathBuf,
    /// The time at which a report counts as overdue or not.
    pub at: Timestamp,
    /// Use only submissions received, and decisions taken, by this time.
    pub as_of: Option<Timestamp>,
    /// Ignore the cache and read every submission again.
    pub full: bool,
}

impl RunOptions {
    /// Whether a submission received at this time takes part.
    pub(crate) fn knows(&self, received_at: Timestamp) -> bool {
        self.as_of.is_none_or(|as_of| received_at <= as_of)
    }
}

/// A stage of a run, for progress display.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Looking for files.
    Intake,
    /// Reading them.
    Extract,
    /// Applying the rules.
    Validate,
    /// Running the models.
    Query,
    /// Writing the snapshot.
    Publish,
    /// Writing the tables.
    Tables,
}

/// Callback for progress: the stage, how many steps are done, and how many there are.
pub type Progress<'a> = &'a (dyn Fn(Stage, usize, usize) + Sync);

/// Why a run failed.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// An inbox could not be read.
    #[error("the inbox cannot be read: {0}")]
    Inbox(std::io::Error),
    /// Temporary files could not be written.
    #[error("{}: temporary files cannot be written there: {source}\nhint: name another folder in the variable TMPDIR", folder.display())]
    Room {
        /// The folder for temporary files.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The lake could not be used.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// A query failed.
    #[error(transparent)]
    Query(#[from] DataFusionError),
    /// The tables could not be written.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

impl RunError {
    /// There is no room for temporary files.
    pub(crate) fn room(source: std::io::Error) -> Self {
        Self::Room {
            folder: std::env::temp_dir(),
            source,
        }
    }
}

impl From<arrow::error::ArrowError> for RunError {
    fn from(error: arrow::error::ArrowError) -> Self {
        Self::Query(error.into())
    }
}

impl From<OpenError> for RunError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Lake(error) => Self::Lake(error),
            OpenError::Query(error) => Self::Query(error),
        }
    }
}
