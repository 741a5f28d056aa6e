//! From originals to reports: the register of submissions, the cache of earlier readings, and the workers that read files.

mod assemble;
mod cache;
mod list_sheets;
mod options;
mod privacy;
mod refused;
mod register;
mod report;
mod report_period;
mod sheet_notes;
mod submission;
mod used_definitions;
mod workers;

pub(crate) use assemble::read_submission;
pub use options::{Progress, RunError, RunOptions, Stage};
pub(crate) use refused::settle_refused;
pub(crate) use register::{
    Entry, Register, TakenIn, inputs_of, take_in, taken_before, taken_by, taken_from,
};
pub use submission::TableReading;
pub(crate) use submission::{REJECTED, Records, RecordsAt, Submission, SubmissionContents};
pub use workers::ReadSummary;
pub(crate) use workers::Reader;
