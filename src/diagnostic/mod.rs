//! Findings: what a run reports about its input.
//!
//! A stage that cannot believe its input makes a [`Finding`] and goes on. The texts of all codes are in `findings.toml`.
//! Each code has a type of its own in [`findings`], with one field for each argument of its message.

mod argument;
mod catalogue;
mod definition;
mod finding;
pub mod findings;
mod lexicon;
mod overview;
mod record;
mod severity;

pub use argument::Argument;
pub use catalogue::{CatalogueEntry, catalogue, entry};
pub use definition::{DefinitionError, DefinitionErrors};
pub use finding::{Finding, Message, Place};
pub use lexicon::{Lexicon, NamedBreakdown, Naming, Periods, Scenarios};
pub use overview::{count_by_severity, most_important_first};
pub use severity::Severity;
