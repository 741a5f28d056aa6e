//! What reading a file gives: its sheets, what else it carries, or why it could not be read.

use super::grid::Sheet;
use crate::intake::Limits;
use crate::text::FileEncoding;

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The workbook asks for a password.
    #[error("it is protected by a password")]
    Encrypted,
    /// The parser gave up.
    #[error("{0}")]
    Damaged(String),
    /// More than a limit allows: the limit as it stands in pipeline.toml, such as `max_cells = 2000000`.
    #[error("it holds more than {0}")]
    TooLarge(String),
    /// Text whose encoding nothing tells.
    #[error("nothing tells the encoding of the text")]
    UnknownEncoding,
    /// The file system refused.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl ReadError {
    /// More than a limit of pipeline.toml allows.
    pub(super) fn over(key: &str, value: impl std::fmt::Display) -> Self {
        Self::TooLarge(Limits::stated(key, value))
    }
}

/// Tells whether a font of this name stands for an encoding.
pub type LegacyFont<'a> = &'a (dyn Fn(&str) -> bool + Sync);

/// A file, read.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// Its sheets; one without a name for delimited text.
    pub sheets: Vec<Sheet>,
    /// The encoding of a text file; none for workbooks.
    pub encoding: Option<FileEncoding>,
    /// What else the file carries and this program never runs or follows: macros, external links, DDE.
    pub carried: Vec<Carried>,
}

/// A part of a workbook that is never run or followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Carried {
    /// Programs.
    Macros,
    /// Links to other workbooks.
    ExternalLinks,
    /// Links to other programs.
    Dde,
}
