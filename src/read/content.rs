//! What a cell holds.

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub enum CellContent {
    /// A number as the workbook stores it.
    Number(f64),
    /// Text, as read.
    Text(String),
    /// True or false.
    Bool(bool),
    /// A date or time, as ISO text.
    Date(String),
    /// An error value such as `#REF!`.
    Error(String),
    /// A formula that was saved without its result.
    NoCachedValue,
}

impl CellContent {
    /// The content as text, as `raw` keeps it.
    #[must_use]
    pub fn as_read(&self) -> String {
        match self {
            Self::Number(n) => shortest(*n),
            Self::Text(text) | Self::Date(text) | Self::Error(text) => text.clone(),
            Self::Bool(b) => b.to_string().to_uppercase(),
            Self::NoCachedValue => "=".to_owned(),
        }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// The shortest text that reads back as this float; with an exponent only for very small and very large numbers.
fn shortest(n: f64) -> String {
    if n != 0.0 && (n.abs() < 1e-7 || n.abs() >= 1e16) {
        format!("{n:e}")
    } else {
        format!("{n}")
    }
}

/// What a cell holds, with its text borrowed from the reader.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BorrowedContent<'a> {
    /// A number as the workbook stores it.
    Number(f64),
    /// Text, as read.
    Text(&'a str),
    /// True or false.
    Bool(bool),
    /// A date or time, as ISO text.
    Date(&'a str),
    /// An error value such as `#REF!`.
    Error(&'a str),
    /// A formula that was saved without its result.
    NoCachedValue,
}

impl<'a> From<&'a CellContent> for BorrowedContent<'a> {
    fn from(content: &'a CellContent) -> Self {
        match content {
            CellContent::Number(n) => Self::Number(*n),
            CellContent::Text(text) => Self::Text(text),
            CellContent::Bool(b) => Self::Bool(*b),
            CellContent::Date(text) => Self::Date(text),
            CellContent::Error(text) => Self::Error(text),
            CellContent::NoCachedValue => Self::NoCachedValue,
        }
    }
}
