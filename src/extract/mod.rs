//! From sheets to located cells: which form a sheet holds, and which of its values each cell states.
//!
//! A form is found by its own words: the head of its label column, the heads of its value columns, the
//! labels of its rows. Nothing is read by position.

mod body;
mod concern;
mod form;
mod header;
mod label;
mod layout;
mod nearest;
mod records;
mod row;
mod table;
mod title;
mod unit_row;

pub use concern::FormTexts;
pub use form::{
    ComparisonColumn, Dimension, Form, FormRow, HeadPattern, RawForm, RelativePeriod, RowUnit,
    Scenario, Section, Stub, UnitCodes, ValueColumn, belongs,
};
pub use nearest::{NearestForm, nearest_form};
pub use records::{
    FieldColumn, FieldKind, RawRecordField, RecordField, RecordHead, RecordShape, record_head,
};
pub use table::{ColumnRef, LocatedCell, PeriodClaim, SheetTable, SheetTables, find_tables};
pub use title::{DocumentWords, RawDocumentWords, Stated, Title};

use std::collections::BTreeSet;

use crate::text::{Encodings, Folder};

/// Everything extraction knows before it sees a sheet.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    /// How texts are compared.
    pub folder: Folder,
    /// Document words.
    pub words: DocumentWords,
    /// Folded names of all units of measure.
    pub measures: BTreeSet<String>,
    /// The forms.
    pub forms: Vec<Form>,
    /// Encodings that came before Unicode.
    pub encodings: Encodings,
}

impl Vocabulary {
    /// The units of measure that a text states: one, or several with commas between them. None where any of it is
    /// no unit that is known.
    #[must_use]
    pub fn measures_in<'t>(&self, text: &'t str) -> Option<Vec<&'t str>> {
        let text = text.trim().trim_matches(['(', ')', '.']).trim();
        if self.is_measure(text) {
            return Some(vec![text]);
        }
        let parts: Vec<&str> = text
            .split([',', ';'])
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect();
        (!parts.is_empty() && parts.iter().all(|part| self.is_measure(part))).then_some(parts)
    }

    fn is_measure(&self, text: &str) -> bool {
        text == "%" || self.measures.contains(&self.folder.fold(text))
    }

    /// Splits a unit of measure in brackets off the end of a text: `Capital (million)`.
    #[must_use]
    pub fn split_measure<'t>(&self, text: &'t str) -> (&'t str, Option<&'t str>) {
        let trimmed = text.trim_end();
        if let Some(open) = trimmed.strip_suffix(')').and_then(|inner| inner.rfind('(')) {
            let inside = &trimmed[open + 1..trimmed.len() - 1];
            let named = inside
                .rsplit_once(':')
                .map_or(inside, |(_, unit)| unit)
                .trim();
            if self.is_measure(named) {
                return (trimmed[..open].trim_end(), Some(named));
            }
        }
        (text, None)
    }
}
