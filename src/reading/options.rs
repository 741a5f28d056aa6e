//! What a run is asked to do, who watches it, and why it may fail: what reading and running share.

use std::path::PathBuf;

use datafusion::error::DataFusionError;
use jiff::Timestamp;

use crate::lake::LakeError;
use crate::publish::PublishError;
use crate::query::OpenError;

/// What a run is asked to do.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Inboxes; the pipeline's own when empty.
    pub submissions: Vec<PathBuf>,
    /// The lake.
    pub lake: PathBuf,
    /// Where the tables go.
    pub out: PathBuf,
    /// The moment against which overdue is judged.
    pub at: Timestamp,
    /// Only what was known at this moment: what had come, and what had been decided, by then.
    pub as_of: Option<Timestamp>,
    /// Read every submission again, whatever the cache holds.
    pub full: bool,
}

impl RunOptions {
    pub(crate) fn knows(&self, received_at: Timestamp) -> bool {
        self.as_of.is_none_or(|as_of| received_at <= as_of)
    }
}

/// A stage, for those who watch.
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

/// Who watches a run: the stage, how much of it is done, how much there is.
pub type Progress<'a> = &'a (dyn Fn(Stage, usize, usize) + Sync);

/// Why a run could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// An inbox could not be read.
    #[error("the inbox cannot be read: {0}")]
    Inbox(std::io::Error),
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
