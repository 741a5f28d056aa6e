//! A file of an edition in memory.

/// A file of an edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookFile {
    /// Name within the folder of the edition, with `/` between folders.
    pub name: String,
    /// Content.
    pub content: Vec<u8>,
}
