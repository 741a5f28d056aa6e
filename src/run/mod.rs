//! A run: the stages in order, the tables of the snapshot, and the summary at its end.

mod changes;
mod corrections;
mod everything;
mod figures;
mod foresee;
mod lists;
mod outcome;
mod reference;
mod repair;
mod summary;
mod tables;
mod take;
mod work;

pub use changes::{NationalChange, NationalChanges};
pub use everything::{MakeFurther, Run, run};
pub(crate) use figures::read_findings;
pub use foresee::{Foreseen, Superseded, foresee};
pub(crate) use lists::Lists;
pub(crate) use outcome::{judge_reports, within};
pub use repair::{Mended, Repaired, Unmended, repair};
pub(crate) use summary::MISSING;
pub use summary::{Correction, DecisionLine, Headlines, Overdue, ReportCount, Summary};
pub(crate) use tables::build_all;
pub(crate) use take::{Gathered, take_snapshot};
