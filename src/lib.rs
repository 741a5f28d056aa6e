//! `tonghop` gathers what the provinces send (Excel, CSV) into Parquet, national totals, regional
//! breakdowns on today's provinces, and the white book's tables.
//!
//! A value passes through these stages, in this order: [`intake`] → [`read`] → [`extract`] → [`normalize`] →
//! [`geography`] → [`validate`] → [`query`] → [`lake`] → [`tables`] → [`publish`]. [`pipeline`] runs them and reads the
//! subject from `pipelines/`. [`cli`] is the only place that prints.

pub mod cli;
pub mod diagnostic;
pub mod engine;
pub mod extract;
pub mod geography;
pub mod intake;
pub mod lake;
pub mod normalize;
pub mod period;
pub mod pipeline;
pub mod publish;
pub mod query;
pub mod read;
pub mod tables;
pub mod text;
pub mod validate;
