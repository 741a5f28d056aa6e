//! What a cell holds, and what of it the sender saw.

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
    /// A number or date that its format shows as something else.
    Shown(Box<ShownCell>),
    /// Content that must not be loaded, with the reason.
    Withheld(Box<WithheldCell>),
}

/// A number or date whose format shows more than its digits or its day: it is scaled, a per cent, in words, or a year
/// alone. What the sender saw counts.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownCell {
    /// What the workbook stores.
    pub stored: StoredValue,
    /// What the cell shows, as Excel writes it in English.
    pub text: String,
    /// The number that it shows; none if it shows a date or no number.
    pub number: Option<ShownNumber>,
}

/// A value as the workbook stores it.
#[derive(Debug, Clone, PartialEq)]
pub enum StoredValue {
    /// A number.
    Number(f64),
    /// A date or time, as ISO text.
    Date(String),
}

impl StoredValue {
    /// The value as text.
    #[must_use]
    pub fn as_text(&self) -> String {
        match self {
            Self::Number(n) => shortest(*n),
            Self::Date(text) => text.clone(),
        }
    }
}

/// How a format shows a stored number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShownNumber {
    /// The number is shown times ten to this power: -3 in thousands, 2 as a per cent.
    pub power: i32,
    /// The words before it, such as `~`.
    pub before: String,
    /// The words behind it, such as `%` or a unit of measure.
    pub after: String,
}

/// Content that must not be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithheldCell {
    /// Why.
    pub why: Withheld,
    /// The content, as text.
    pub text: String,
}

/// Why the content of a cell must not be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Withheld {
    /// It is struck out.
    Struck,
    /// It lies under a merged range: only the first cell of the range is shown.
    Covered,
    /// Its number format shows nothing, or other digits than it stores.
    Unshown,
    /// The file states something there that is no value.
    Unreadable,
}

impl CellContent {
    /// Content that must not be loaded.
    #[must_use]
    pub fn withheld(why: Withheld, text: impl Into<String>) -> Self {
        Self::Withheld(Box::new(WithheldCell {
            why,
            text: text.into(),
        }))
    }

    /// The content as text, as `raw` keeps it: what the cell shows.
    #[must_use]
    pub fn as_read(&self) -> String {
        match self {
            Self::Number(n) => shortest(*n),
            Self::Text(text) | Self::Date(text) | Self::Error(text) => text.clone(),
            Self::Bool(b) => b.to_string().to_uppercase(),
            Self::NoCachedValue => "=".to_owned(),
            Self::Shown(shown) => shown.text.clone(),
            Self::Withheld(withheld) => withheld.text.clone(),
        }
    }

    /// The text, if it is one. A number or date that its format shows in words is one, too.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Shown(shown) => Some(&shown.text),
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
    /// A number or date that its format shows as something else.
    Shown(&'a ShownCell),
    /// Content that must not be loaded.
    Withheld(&'a WithheldCell),
}

impl From<BorrowedContent<'_>> for CellContent {
    fn from(content: BorrowedContent<'_>) -> Self {
        match content {
            BorrowedContent::Number(n) => Self::Number(n),
            BorrowedContent::Text(text) => Self::Text(text.to_owned()),
            BorrowedContent::Bool(b) => Self::Bool(b),
            BorrowedContent::Date(text) => Self::Date(text.to_owned()),
            BorrowedContent::Error(text) => Self::Error(text.to_owned()),
            BorrowedContent::NoCachedValue => Self::NoCachedValue,
            BorrowedContent::Shown(shown) => Self::Shown(Box::new(shown.clone())),
            BorrowedContent::Withheld(withheld) => Self::Withheld(Box::new(withheld.clone())),
        }
    }
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
            CellContent::Shown(shown) => Self::Shown(shown),
            CellContent::Withheld(withheld) => Self::Withheld(withheld),
        }
    }
}
