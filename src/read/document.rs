//! What reading a file gives: its sheets, what else it carries, or why it could not be read.

use super::address::Address;
use super::sheet::Sheet;
use crate::intake::{FileFormat, Limits};
use crate::text::FileEncoding;

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The workbook asks for a password.
    #[error("it is protected by a password")]
    Encrypted,
    /// The parser gave up; why.
    #[error("{0}")]
    Damaged(String),
    /// It exceeds a limit: the limit as pipeline.toml states it, such as `max_cells = 2000000`.
    #[error("it holds more than {0}")]
    TooLarge(String),
    /// Text whose encoding is unknown.
    #[error("nothing tells the encoding of the text")]
    UnknownEncoding,
    /// The file system refused.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl ReadError {
    /// A limit of pipeline.toml is exceeded.
    pub(super) fn over(key: &str, value: impl std::fmt::Display) -> Self {
        Self::TooLarge(Limits::stated(key, value))
    }
}

/// Whether a font of this name belongs to an old encoding.
pub type LegacyFont<'a> = &'a (dyn Fn(&str) -> bool + Sync);

/// A file, read.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// Its sheets; delimited text is one sheet without a name.
    pub sheets: Vec<Sheet>,
    /// The encoding of a text file; none for workbooks.
    pub encoding: Option<FileEncoding>,
    /// What is in the container of a protected workbook; none for all other files.
    pub protects: Option<FileFormat>,
    /// The cells of a text file that begin with a quotation mark which nothing closes; it was left out.
    pub stray_quotes: Vec<Address>,
    /// What else the file carries that this program never runs or follows.
    pub carried: Vec<Carried>,
    /// Sheets that could not be read, with the reason. The others were.
    pub unreadable: Vec<(String, String)>,
}

/// A part of a workbook that is never run or followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Carried {
    /// Macros.
    Macros,
    /// Links to other workbooks.
    ExternalLinks,
    /// Links to other programs (DDE).
    Dde,
}
