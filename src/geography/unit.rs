//! The key of a unit: vintage and code together.

/// A unit: code and vintage are meaningless without each other.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct UnitKey {
    /// Vintage of the geography.
    pub vintage: String,
    /// Code in that vintage.
    pub code: String,
}
