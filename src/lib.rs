//! `tonghop` gathers what the provinces send (Excel, CSV) into Parquet, national totals, regional
//! breakdowns on today's provinces, and the white book's tables.
//!
//! A value goes through [`intake`], [`read`], [`extract`], [`normalize`], [`geography`], [`validate`], [`query`], [`lake`],
//! [`tables`] and [`publish`]. Above these stages, [`plan`] reads `pipelines/*` into a checked plan, [`reading`] turns
//! originals into reports, [`run`] runs the stages in order, and [`answers`] answers questions about a lake or a file.
//! [`cli`] is the only place that prints.

pub mod answers;
pub mod cli;
pub mod diagnostic;
pub mod engine;
pub mod extract;
pub mod geography;
pub mod intake;
pub mod lake;
pub mod normalize;
pub mod period;
pub mod plan;
pub mod publish;
pub mod query;
pub mod read;
pub mod reading;
pub mod run;
pub mod tables;
pub mod text;
pub mod validate;
