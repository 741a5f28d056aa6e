//! Which forms the reading of a document asked: a change of any other cannot change what was read.
//!
//! What is said here is on the safe side: a form may be held to concern a document that it would not be found in.

use std::collections::{BTreeSet, HashSet};

use serde::{Deserialize, Serialize};

use super::Vocabulary;
use super::form::{Form, is_slip};
use super::label::{without_footnote, without_numbering};
use super::table::{SheetTable, form_named};
use crate::read::{CellContent, Sheet};

/// Fields of a record list that must be there for it to be looked for: fewer than make a list.
const FEWEST_FIELDS: usize = 2;

/// The texts of a document that may head or name a form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormTexts {
    /// Folded, without units of measure, numbering and footnotes. Not the heads of a table whose title names its form:
    /// no other is looked for there.
    texts: BTreeSet<String>,
    /// The same of sheets that are record lists: no form of another kind is looked for there.
    of_lists: BTreeSet<String>,
    /// A sheet holds no table: then each form is asked what the sheet has of it.
    unplaced: bool,
}

impl FormTexts {
    /// Adds a sheet and the tables that were found in it. Of a record list, `list_head` is the last row of the head: what
    /// stands below are records, with what is personal in them, and is never put down.
    pub fn add(
        &mut self,
        sheet: &Sheet,
        tables: &[SheetTable],
        list_head: Option<u32>,
        vocabulary: &Vocabulary,
    ) {
        if tables.is_empty() {
            self.unplaced |= !sheet.is_empty();
            return;
        }
        let settled: Vec<_> = tables
            .iter()
            .filter(|table| form_named(&table.title, vocabulary) == Some(table.form))
            .filter_map(heads)
            .collect();
        let texts = match list_head {
            Some(_) => &mut self.of_lists,
            None => &mut self.texts,
        };
        let mut seen: HashSet<&str> = HashSet::new();
        let is_above = |row: u32| list_head.is_none_or(|head| row <= head);
        for (at, content) in sheet.cells().filter(|(at, _)| is_above(at.row)) {
            let Some(text) = CellContent::text(content) else {
                continue;
            };
            let is_settled = settled
                .iter()
                .any(|(rows, columns)| rows.contains(&at.row) && columns.contains(&at.column));
            if !is_settled && seen.insert(text) {
                let (bare, _) = vocabulary.split_measure(text);
                let bare = without_footnote(without_numbering(bare));
                texts.insert(vocabulary.folder.fold(bare));
            }
        }
    }

    /// Nothing was found in the document: that is said with all forms there are.
    pub fn found_nothing(&mut self) {
        self.unplaced = true;
    }

    /// Whether a form may have been looked for, or may be found, in the document.
    #[must_use]
    pub fn concern(&self, form: &Form) -> bool {
        let heads = |head: &str| {
            let part = |text: &String| 2 * text.len() >= head.len() && head.contains(text.as_str());
            self.texts.contains(head) || self.texts.iter().any(part)
        };
        let names =
            |text: &String| text.contains(&form.folded_title) || text.contains(&form.folded_code);
        self.unplaced
            || form.label_heads.iter().any(|head| heads(head))
            || self.all().any(names)
            || form.records.as_ref().is_some_and(|shape| {
                let fields = shape.fields.iter();
                let there = fields.filter(|field| field.heads.iter().any(|head| self.ends(head)));
                there.count() >= FEWEST_FIELDS
            })
    }

    /// Whether a text ends a head, or nearly: the lowest text of a head stands in a cell of its own.
    fn ends(&self, head: &str) -> bool {
        self.all()
            .any(|text| !text.is_empty() && (head.ends_with(text.as_str()) || is_slip(head, text)))
    }

    fn all(&self) -> impl Iterator<Item = &String> {
        self.texts.iter().chain(&self.of_lists)
    }
}

/// Rows and columns of the heads of a table's first part.
fn heads(table: &SheetTable) -> Option<(std::ops::Range<u32>, std::ops::RangeInclusive<u32>)> {
    let range = table.ranges.first()?;
    let cells = table.cells.iter().map(|cell| cell.at);
    let first = cells.filter(|at| range.holds(*at)).map(|at| at.row).min()?;
    Some((
        range.start.row..first,
        range.start.column..=range.end.column,
    ))
}
