//! Which forms a document was compared with: a change to any other form cannot change what was read.
//!
//! The answer errs on the safe side: a form may be said to concern a document in which it would not be found.

use std::collections::{BTreeSet, HashSet};

use serde::{Deserialize, Serialize};

use super::form::Form;
use super::slip::is_slip;
use super::table::SheetTable;
use super::vocabulary::Vocabulary;
use crate::read::{CellContent, Sheet};

/// Fields of a record list that must be there for a list to be looked for: fewer than a list needs.
const FEWEST_FIELDS: usize = 2;

/// The texts of a document that may head or name a form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormTexts {
    /// Folded, without units of measure, numbering and footnotes; without the heads of tables whose title names their
    /// form, since no other form is looked for there.
    texts: BTreeSet<String>,
    /// The same for sheets that are record lists, where no other kind of form is looked for.
    of_lists: BTreeSet<String>,
    /// A sheet holds no table: then it is compared with every form.
    unplaced: bool,
}

impl FormTexts {
    /// Adds a sheet and the tables that were found in it. `list_head` is the last row of the head of a record list: the
    /// rows below are records, which may hold personal data and are never kept here.
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
            .filter(|table| table.title.named_form(vocabulary) == Some(table.form))
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
                texts.insert(vocabulary.fold_label(text));
            }
        }
    }

    /// Adds a sheet whose texts may be personal: none of them is kept. `named` is the form that its title names, if that is
    /// the form that was found: then no other is looked for there.
    pub fn add_personal(&mut self, named: Option<&Form>) {
        match named {
            Some(form) => {
                self.of_lists.insert(form.folded_code.clone());
            }
            None => self.unplaced = true,
        }
    }

    /// Nothing was found in the document, after a comparison with every form.
    pub fn found_nothing(&mut self) {
        self.unplaced = true;
    }

    /// Whether a form may have been looked for in the document, or may be found in it.
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

    /// Whether a text ends a head, apart from a slip: the lowest text of a head is in a cell of its own.
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
