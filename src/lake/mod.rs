//! The lake: Parquet snapshots that are published as a whole or not at all.
//!
//! A run writes all tables of a snapshot into a folder of its own, then replaces the link `current` in one step. Readers
//! need no lock. Writers hold a lock of the operating system, so there is one at a time.

mod cache;
mod check;
mod editions;
mod error;
mod exchange;
mod files;
mod garbage;
mod health;
mod history;
mod listing;
mod lock;
mod made_of;
mod open;
mod order;
mod originals;
mod publish;
mod records;
mod repair;
mod schema;
mod seal;
mod snapshot;
mod sums;
mod write;
mod writer;

pub use crate::engine::columns::DECIMAL;
pub use cache::CachedRecords;
pub use check::{Damage, Problem};
pub use editions::{Pin, pinned};
pub use error::LakeError;
pub(crate) use exchange::exchange;
pub use garbage::{Keep, Removed};
pub use health::{Health, REPORT_SEAL, Unchecked, health};
pub use history::{HistoryEntry, RolledBack, before, history};
pub use listing::{Listed, listed};
pub use made_of::{InputFile, Inputs, MadeOf};
pub use originals::{Copied, NotCopied, original};
pub use publish::{Contents, Placed, PreparedLink, Written};
pub use records::{RecordPart, SHARED, own_columns};
pub use repair::mend_owner;
pub use schema::{COMMON, LakeSchema, TableKind, TableSchema, batch, is_plain_name, table, tables};
pub use seal::{empty_slot, fill};
pub use snapshot::{About, Snapshot};
pub use writer::{Lake, check_owner};
