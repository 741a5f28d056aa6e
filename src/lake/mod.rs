//! The lake: Parquet snapshots that are published as a whole or not at all.
//!
//! A run writes all tables of a snapshot into a folder of its own, then replaces the link `current` in one step. Readers
//! need no lock. Writers hold a lock of the operating system, so there is one at a time.

mod cache;
mod editions;
mod error;
mod files;
mod garbage;
mod history;
mod listing;
mod lock;
mod open;
mod order;
mod originals;
mod publish;
mod records;
mod schema;
mod snapshot;
mod write;
mod writer;

pub use crate::engine::columns::DECIMAL;
pub use cache::CachedRecords;
pub use editions::{Pin, pinned};
pub use error::LakeError;
pub use garbage::{Keep, Removed};
pub use history::{HistoryEntry, before, history};
pub use listing::{Listed, listed};
pub use originals::{Copied, NotCopied, original};
pub use records::{RecordPart, SHARED, own_columns};
pub use schema::{TableSchema, batch, table, tables};
pub use snapshot::{About, Snapshot};
pub use writer::{Lake, check_owner};
