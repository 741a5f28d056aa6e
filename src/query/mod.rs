//! From observations to facts and totals: runs the SQL models of a pipeline.
//!
//! All statistics are in the models (`pipelines/statistics/models/*.sql`). This module makes the helper tables that they
//! read ([`register_helpers`]), orders the models by what they read ([`Models`]) and runs them ([`run()`]). Territory is
//! restated one vintage at a time, so a chain of changes needs the same SQL as a single change.

mod compare;
mod country;
mod groups;
mod helpers;
mod include;
mod model;
mod models;
mod open;
mod order;
mod reads;
mod run;

pub(crate) use compare::changed_figures;
pub use country::Country;
pub use helpers::{HomeForm, register_helpers};
pub use include::{NotIncluded, include};
pub use models::Models;
pub(crate) use open::engine_over;
pub use open::{OpenError, open_engine, open_engine_for_people};
pub use reads::tables_read;
pub use run::run;
