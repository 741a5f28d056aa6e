//! SQL over Arrow: the DataFusion session, and columns from Rust values and back.

pub mod columns;
mod cte;
mod damaged;
mod duckdb;
mod lists;
mod session;
mod types;

pub use columns::TextColumn;
pub use lists::ListFile;
pub(crate) use session::is_reserved;
pub use session::{Answer, Engine};
pub use types::{as_stored, conform};
