//! Reads the definition files of a pipeline into one checked [`Plan`].

mod answering;
mod check;
mod code_lists;
mod decisions;
mod definitions;
mod editions;
mod encodings;
mod file_errors;
mod form;
mod indicators;
mod list_tables;
mod load;
mod model;
mod order;
mod paths;
mod pipeline;
mod publication;
mod raw;
mod reference_data;
mod rules;
mod sectors;
mod sound_pipeline;
mod sound_texts;
mod source;
mod targets;

pub use answering::Answering;
pub(crate) use answering::combined_hash;
pub use check::check_queries;
pub use definitions::DefinitionFile;
pub use indicators::{Indicator, Measure};
pub use list_tables::{indicators_table, sectors_table};
pub use load::{load, load_edition, other_editions};
pub use model::{Headline, Plan};
pub(crate) use order::official_order;
pub use sectors::Sector;
pub use targets::{TARGET_TEXTS, Target};
