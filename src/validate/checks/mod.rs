//! Checks of all reports together: overlaps at a change of territory, forms that disagree, gaps, what cannot go back.

mod back_in_time;
mod run;

pub use back_in_time::back_in_time;
pub use run::{check_queries, run_checks};
