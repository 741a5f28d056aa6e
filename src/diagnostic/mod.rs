//! Findings: what a run reports about its input.
//!
//! A stage that cannot believe its input makes a [`Finding`] and goes on. The texts of all codes are in `findings.toml`.
//! Each code has a type of its own in [`findings`], with one field for each argument of its message.

mod catalogue;
mod definition;
mod finding;
pub mod findings;
mod lexicon;
mod record;
mod severity;
mod show;

pub use catalogue::{CatalogueEntry, catalogue, entry};
pub use definition::{DefinitionError, DefinitionErrors};
pub use finding::{Finding, Message, Place};
pub use lexicon::{Lexicon, Naming, Periods, Scenarios};
pub use severity::Severity;
pub use show::{count_by_severity, most_important_first, write_finding};
