//! The attributes of rows, columns and cells.

use quick_xml::events::BytesStart;

use crate::read::address::{Address, CellRange};
use crate::read::content::CellContent;
use crate::read::document::ReadError;
use crate::read::tally::{MAX_COLUMNS, MAX_ROWS};
use crate::read::xml::value_of;

/// Neighbouring rows or columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// The first, from 0.
    pub(super) from: u32,
    pub(super) count: u32,
}

impl Span {
    /// The span from `from` on that an attribute counts; without an attribute, a single row or column. What lies beyond
    /// `most` is cut off.
    pub(super) fn at(from: u32, count: Option<&str>, most: u32) -> Self {
        let count = count.map_or(1, |text| text.trim().parse::<u64>().unwrap_or(1));
        Self {
            from,
            count: count.min(u64::from(most.saturating_sub(from))) as u32,
        }
    }

    /// The row or column after the last.
    pub(super) fn end(self) -> u32 {
        self.from + self.count
    }
}

/// Calls `each` with every attribute and its value.
pub(super) fn attributes(
    element: &BytesStart<'_>,
    mut each: impl FnMut(&str, String),
) -> Result<(), ReadError> {
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute?;
        each(attribute.key.as_ref(), value_of(&attribute)?);
    }
    Ok(())
}

/// The count that a row or column states, and whether it is hidden.
pub(super) fn count_and_visibility(
    element: &BytesStart<'_>,
    count_name: &str,
) -> Result<(Option<String>, bool), ReadError> {
    let (mut count, mut hidden) = (None, false);
    attributes(element, |name, value| {
        if name == count_name {
            count = Some(value);
        } else if name == "table:visibility" {
            hidden = value != "visible";
        }
    })?;
    Ok((count, hidden))
}

/// What the attributes of a cell state.
#[derive(Debug, Default)]
pub(super) struct CellAttributes {
    /// How often the cell is repeated.
    pub(super) columns: Option<String>,
    columns_spanned: Option<String>,
    rows_spanned: Option<String>,
    kind: Option<String>,
    is_error: bool,
    /// A value other than text.
    value: Option<CellContent>,
    text: Option<String>,
    has_formula: bool,
    /// Its formula refers to another file.
    pub(super) is_linked: bool,
}

impl CellAttributes {
    pub(super) fn of(element: &BytesStart<'_>) -> Result<Self, ReadError> {
        let mut stated = Self::default();
        attributes(element, |name, value| match name {
            "table:number-columns-repeated" => stated.columns = Some(value),
            "table:number-columns-spanned" => stated.columns_spanned = Some(value),
            "table:number-rows-spanned" => stated.rows_spanned = Some(value),
            "office:value-type" => stated.kind = Some(value),
            "calcext:value-type" => stated.is_error = value == "error",
            "table:formula" => {
                stated.has_formula = true;
                stated.is_linked = value.contains("'file:");
            }
            "office:value" => {
                stated.value = Some(match value.trim().parse() {
                    Ok(number) => CellContent::Number(number),
                    Err(_) => CellContent::Text(value),
                });
            }
            "office:boolean-value" => {
                stated.value = Some(CellContent::Bool(value.eq_ignore_ascii_case("true")));
            }
            "office:date-value" => {
                let day = value.strip_suffix("T00:00:00").map(str::to_owned);
                stated.value = Some(CellContent::Date(day.unwrap_or(value)));
            }
            "office:time-value" => stated.value = Some(CellContent::Date(value)),
            "office:string-value" => stated.text = Some(value),
            _ => {}
        })?;
        Ok(stated)
    }

    /// What the cell holds, given the text that it shows.
    pub(super) fn content(self, shown: String) -> Option<CellContent> {
        let kind = self.kind.as_deref();
        if self.is_error {
            let text = self.text.filter(|t| !t.trim().is_empty()).unwrap_or(shown);
            return Some(CellContent::Error(text));
        }
        match (kind, self.value) {
            (Some("string"), _) => Some(CellContent::Text(self.text.unwrap_or(shown))),
            (_, Some(value)) => Some(value),
            (None, None) if shown.trim().is_empty() => {
                self.has_formula.then_some(CellContent::NoCachedValue)
            }
            (_, None) if self.has_formula => Some(CellContent::NoCachedValue),
            (_, None) => Some(CellContent::Text(shown)),
        }
    }

    /// The range that a cell at `start` is merged over, if it is merged.
    pub(super) fn merged_over(&self, start: Address) -> Option<CellRange> {
        let columns = Span::at(start.column, self.columns_spanned.as_deref(), MAX_COLUMNS);
        let rows = Span::at(start.row, self.rows_spanned.as_deref(), MAX_ROWS);
        (rows.count > 0 && columns.count > 0 && (rows.count > 1 || columns.count > 1)).then(|| {
            CellRange {
                start,
                end: Address::new(rows.end() - 1, columns.end() - 1),
            }
        })
    }
}
