//! A run: the stages in order, the tables of the snapshot, and the summary at its end.

mod changes;
mod corrections;
mod figures;
mod foresee;
mod outcome;
mod reference;
mod run;
mod summary;
mod tables;

pub use changes::{NationalChange, NationalChanges};
pub(crate) use figures::{optional, read_findings, texts};
pub use foresee::{Foreseen, Superseded, foresee};
pub(crate) use outcome::{judge_reports, within};
pub(crate) use run::{Gathered, take_snapshot};
pub use run::{Run, run};
pub(crate) use summary::MISSING;
pub use summary::{Correction, DecisionLine, Headlines, Overdue, ReportCount, Summary};
pub(crate) use tables::build_all;
