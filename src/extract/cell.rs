//! A cell whose row and column the form knows.

use std::sync::Arc;

use super::form::UnitCodes;
use super::title::Stated;
use crate::read::{Address, CellContent};

/// A value column or a derived one, by its index in the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColumnRef {
    /// Index in `Form::columns`.
    Value(usize),
    /// Index in `Form::comparisons`.
    Comparison(usize),
}

/// A cell whose row and column the form knows.
#[derive(Debug, Clone, PartialEq)]
pub struct LocatedCell {
    /// Its address in the workbook.
    pub at: Address,
    /// What it holds; none if blank.
    pub content: Option<CellContent>,
    /// The text as read, if decoding changed it.
    pub undecoded: Option<String>,
    /// Index in `Form::rows`.
    pub row: usize,
    /// Its column.
    pub column: ColumnRef,
    /// The unit of measure that the row states.
    pub row_measure: Option<Stated>,
    /// The unit of measure that the head of the column states.
    pub column_measure: Option<Stated>,
    /// Where rows are units: the units that name and code of the row may mean together.
    pub area: Option<Arc<UnitCodes>>,
}

impl LocatedCell {
    /// The content as text, as read; none if blank.
    #[must_use]
    pub fn as_read(&self) -> Option<String> {
        let content = self.content.as_ref()?;
        Some(self.undecoded.clone().unwrap_or_else(|| content.as_read()))
    }
}
