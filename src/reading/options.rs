//! Options, progress and errors of a run, shared by reading and running.

use std::path::PathBuf;

use datafusion::error::DataFusionError;
use jiff::Timestamp;

use crate::intake::{FolderError, FolderUse, check_apart, check_inboxes};
use crate::lake::LakeError;
use crate::plan::Plan;
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
    /// The latest time at which a file can have come: now. None for a run as of an earlier time, which leaves out what
    /// came later. `at` alone only moves the day by which reports are overdue.
    pub(crate) fn latest(&self) -> Option<Timestamp> {
        let now = Timestamp::now().max(self.at);
        self.as_of.is_none().then_some(now)
    }

    /// The inboxes of the run.
    pub(crate) fn inboxes<'a>(&'a self, plan: &'a Plan) -> &'a [PathBuf] {
        if self.submissions.is_empty() {
            &plan.submissions
        } else {
            &self.submissions
        }
    }

    /// Checks that the inboxes are there, and that no folder of the run lies in another.
    ///
    /// # Errors
    /// If the run would read what it writes, or has nothing to read.
    pub(crate) fn check_folders(&self, plan: &Plan) -> Result<(), FolderError> {
        let inboxes = self.inboxes(plan);
        check_inboxes(inboxes)?;
        let inboxes = inboxes
            .iter()
            .map(|path| (FolderUse::Submissions, path.as_path()));
        let own = [
            (FolderUse::Lake, self.lake.as_path()),
            (FolderUse::Output, self.out.as_path()),
            (FolderUse::Definitions, plan.directory.as_path()),
        ];
        check_apart(&inboxes.chain(own).collect::<Vec<_>>())
    }

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
    /// The folders cannot be used.
    #[error(transparent)]
    Folders(#[from] FolderError),
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
