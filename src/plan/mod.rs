//! A pipeline's definitions: `pipelines/*` read into one checked [`Plan`].

mod answering;
mod catalogue;
mod check;
mod decisions;
mod definitions;
mod encodings;
mod form;
mod load;
mod model;
mod order;
mod publication;
mod raw;
mod source;

pub use answering::Answering;
pub(crate) use answering::combined_hash;
pub use catalogue::{Indicator, Measure, Sector, TARGET_TEXTS, Target};
pub use check::check_queries;
pub use definitions::DefinitionFile;
pub use load::{load, load_edition};
pub use model::{Headline, Plan};
pub(crate) use order::official_order;
