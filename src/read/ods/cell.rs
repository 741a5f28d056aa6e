//! The attributes of rows, columns and cells.

use std::borrow::Cow;

use quick_xml::events::BytesStart;

use crate::read::address::{Address, CellRange};
use crate::read::content::CellContent;
use crate::read::tally::{MAX_COLUMNS, MAX_ROWS};

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

/// Calls `each` with the name of every attribute, without its prefix, and with its value. Says whether all could be read.
pub(super) fn attributes<'e>(
    element: &'e BytesStart<'_>,
    mut each: impl FnMut(&str, Cow<'e, str>),
) -> bool {
    let mut is_sound = true;
    for attribute in element.attributes().with_checks(false) {
        let Ok(attribute) = attribute else {
            is_sound = false;
            continue;
        };
        // A letter that no reference stands for costs itself alone.
        let value = match quick_xml::escape::unescape(&attribute.value) {
            Ok(value) => Cow::Owned(value.into_owned()),
            Err(_) => attribute.value.clone(),
        };
        each(attribute.key.local_name().as_ref(), value);
    }
    is_sound
}

/// What a row or a column states.
#[derive(Debug, Default)]
pub(super) struct LineAttributes {
    /// How often it is repeated.
    pub(super) count: Option<String>,
    pub(super) is_hidden: bool,
    /// The style of its cells that have none.
    pub(super) cell_style: Option<String>,
}

impl LineAttributes {
    pub(super) fn of(element: &BytesStart<'_>, count_name: &str) -> Self {
        let mut line = Self::default();
        attributes(element, |name, value| {
            if name == count_name {
                line.count = Some(value.into_owned());
            } else if name == "visibility" {
                line.is_hidden = value != "visible";
            } else if name == "default-cell-style-name" {
                line.cell_style = Some(value.into_owned());
            }
        });
        line
    }
}

/// What the attributes of a cell state.
#[derive(Debug, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and none excludes another"
)]
pub(super) struct CellAttributes {
    /// How often the cell is repeated.
    pub(super) columns: Option<String>,
    columns_spanned: Option<String>,
    rows_spanned: Option<String>,
    pub(super) style: Option<String>,
    /// The type of its value.
    pub(super) kind: Option<String>,
    pub(super) is_error: bool,
    /// A value other than text.
    pub(super) value: Option<CellContent>,
    pub(super) text: Option<String>,
    pub(super) has_formula: bool,
    /// Its formula refers to another file.
    pub(super) is_linked: bool,
    /// It states something that is no value.
    pub(super) is_unreadable: bool,
    /// It lies under a merged range.
    pub(super) is_covered: bool,
}

impl CellAttributes {
    pub(super) fn of(element: &BytesStart<'_>) -> Self {
        let mut stated = Self {
            is_covered: element.local_name().as_ref() == "covered-table-cell",
            ..Self::default()
        };
        let mut number = None;
        let is_sound = attributes(element, |name, value| match name {
            "number-columns-repeated" => stated.columns = Some(value.into_owned()),
            "number-columns-spanned" => stated.columns_spanned = Some(value.into_owned()),
            "number-rows-spanned" => stated.rows_spanned = Some(value.into_owned()),
            "style-name" => stated.style = Some(value.into_owned()),
            // Two attributes have this name. One of them knows errors, otherwise they agree.
            "value-type" if value == "error" => stated.is_error = true,
            "value-type" => stated.kind = Some(value.into_owned()),
            "formula" => {
                stated.has_formula = true;
                stated.is_linked = value.contains("'file:");
            }
            "value" => number = Some(value.into_owned()),
            "boolean-value" => {
                let is_true = value.eq_ignore_ascii_case("true");
                stated.value = Some(CellContent::Bool(is_true));
            }
            "date-value" => stated.value = Some(CellContent::Date(day(&value).to_owned())),
            "time-value" => stated.value = Some(CellContent::Date(value.into_owned())),
            "string-value" => stated.text = Some(value.into_owned()),
            _ => {}
        });
        stated.is_unreadable = !is_sound;
        // A text may carry a number that counts for nothing.
        if let Some(number) = number.filter(|_| stated.kind.as_deref() != Some("string")) {
            let parsed = number.trim().parse::<f64>().ok();
            match parsed.filter(|n| n.is_finite()) {
                Some(n) => stated.value = Some(CellContent::Number(n)),
                None => stated.is_unreadable = true,
            }
        }
        stated
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

/// A date without the midnight that some programs write behind it.
fn day(date: &str) -> &str {
    match date.split_once('T') {
        Some((day, time)) if time.chars().all(|c| matches!(c, '0' | ':' | '.')) => day,
        _ => date,
    }
}
