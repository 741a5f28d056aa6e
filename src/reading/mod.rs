//! From originals to reports: which submissions there are, what was read before, and what each one holds.

mod asked;
mod assemble;
mod cache;
mod decided;
mod identify;
mod options;
mod register;
mod report;
mod sheet_notes;
mod submission;
mod workers;

pub(crate) use assemble::read_submission;
pub use options::{Progress, RunError, RunOptions, Stage};
pub(crate) use register::{Entry, Register, TakenIn, take_in, taken_before, taken_by};
pub use submission::TableReading;
pub(crate) use submission::{Records, RecordsAt, Submission, SubmissionContents};
pub use workers::ReadSummary;
pub(crate) use workers::Reader;
