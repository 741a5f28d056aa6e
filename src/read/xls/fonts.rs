//! What of a font matters to a reader.

use std::sync::Arc;

use crate::read::rich_text::Raised;

/// What of a font matters to a reader.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FontFacts {
    /// Its name, if it belongs to an old encoding.
    pub(super) legacy: Option<Arc<str>>,
    /// Whether it is struck out.
    pub(super) is_struck: bool,
    pub(super) raised: Raised,
}
