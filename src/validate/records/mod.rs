//! Rules over the records of lists and over their totals.

mod compile;
mod judge;
mod rule;
mod sql;

pub use compile::RecordScope;
pub use judge::{judge_lists, register_places};
pub use rule::{RawRecordRule, RecordRule, RecordRuleKind};
pub use sql::record_sql;
