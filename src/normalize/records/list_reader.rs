//! Takes the record lists of a document out of its sheets, while they are read or afterwards.

use std::collections::{BTreeMap, BTreeSet};

use super::list::OpenList;
use super::neighbours::{Neighbours, has_neighbours};
use super::record_list::RecordList;
use crate::extract::{
    HeadContext, HeadSigns, ListLayout, ListPlace, RecordHead, Title, Vocabulary, has_sub_heads,
    lay_out_lists, record_head,
};
use crate::normalize::conventions::Conventions;
use crate::read::{Address, BorrowedContent, RecordSink, Sheet};

/// Rows of a sheet in which the head of a list is looked for.
const ROWS_LOOKED_AT: usize = 100;

/// Takes the record lists of a document out of its sheets.
pub struct ListReader<'a> {
    vocabulary: &'a Vocabulary,
    conventions: &'a Conventions,
    /// A head that was found. It may continue in the row below, so that row is looked at before a list is opened.
    pending: Option<RecordHead>,
    /// Rows of the current sheet that were looked at.
    looked_at: usize,
    /// The words by which the head of a table is noticed.
    signs: HeadSigns,
    /// Whether the current sheet holds more than the open list.
    neighbours: Neighbours,
    /// Tables of a sheet, by its place, of which nobody can tell the form.
    unclear: BTreeMap<usize, ListLayout>,
    /// The list of the current sheet.
    open: Option<OpenList<'a>>,
    /// The form and the block above the last list that has a block of its own.
    last: Option<(usize, Title)>,
    /// The head of the last list.
    last_head: Option<RecordHead>,
    /// Sheets that were searched.
    seen: BTreeSet<usize>,
    /// The lists of the sheets that have ended.
    pub lists: Vec<RecordList>,
}

impl<'a> ListReader<'a> {
    /// A reader of one document.
    #[must_use]
    pub fn new(vocabulary: &'a Vocabulary, conventions: &'a Conventions) -> Self {
        Self {
            vocabulary,
            conventions,
            pending: None,
            looked_at: 0,
            signs: HeadSigns::new(vocabulary),
            neighbours: Neighbours::default(),
            unclear: BTreeMap::new(),
            open: None,
            last: None,
            last_head: None,
            seen: BTreeSet::new(),
            lists: Vec::new(),
        }
    }

    /// Whether a sheet was searched while it was read.
    #[must_use]
    pub fn has_seen(&self, index: usize) -> bool {
        self.seen.contains(&index)
    }

    /// Takes the lists out of a sheet that was read as a whole.
    pub fn read_sheet(&mut self, index: usize, sheet: &Sheet) {
        let continued = self.last_head.clone();
        let mut layout = lay_out_lists(sheet, continued.as_ref(), &self.signs, self.vocabulary);
        for place in std::mem::take(&mut layout.places) {
            let below = place.head.bottom.saturating_add(1);
            self.start(place.head.clone(), sheet);
            let rows = sheet.rows_with_withheld(below).into_iter();
            for row in rows.take_while(|row| place.rows.contains(row)) {
                let cells = sheet.row_with_withheld(row).into_iter();
                for (at, content) in cells.filter(|(at, _)| place.columns.contains(&at.column)) {
                    if let Some(list) = &mut self.open {
                        list.take(at, content);
                    }
                }
            }
            self.finish(index, sheet, place);
        }
        self.seen.insert(index);
        self.unclear.insert(index, layout);
    }

    /// What was noticed about the layout of a sheet that was read as a whole.
    #[must_use]
    pub fn layout(&self, index: usize) -> Option<&ListLayout> {
        self.unclear.get(&index)
    }

    /// Opens a list.
    fn start(&mut self, head: RecordHead, sheet: &Sheet) {
        self.last_head = Some(head.clone());
        let title = &head.title;
        if title.form.is_some() || title.reporter.is_some() {
            self.last = Some((head.form, title.clone()));
        }
        let last = self.last.as_ref().filter(|(form, _)| *form == head.form);
        let above = last.map_or_else(|| head.title.clone(), |(_, title)| title.clone());
        self.open = Some(OpenList::new(
            head,
            &above,
            sheet,
            self.vocabulary,
            self.conventions,
        ));
    }

    /// Ends the open list.
    fn finish(&mut self, index: usize, sheet: &Sheet, place: ListPlace) {
        let list = self.open.take();
        self.lists
            .extend(list.map(|list| list.finish(index, sheet, place)));
    }

    /// Opens a list and takes its rows that the sheet already holds, down to row `until`.
    fn begin(&mut self, head: RecordHead, sheet: &Sheet, until: u32) {
        let below = head.bottom.saturating_add(1);
        self.start(head, sheet);
        self.neighbours = Neighbours::default();
        let rows = sheet.rows_with_withheld(below).into_iter();
        for row in rows.take_while(|row| *row <= until) {
            for (at, content) in sheet.row_with_withheld(row) {
                self.take(at, content);
            }
        }
    }

    /// Whether something stands beside a list, as far as the sheet is known.
    fn has_neighbours(&self, sheet: &Sheet, head: &RecordHead) -> bool {
        has_neighbours(sheet, head, (&self.signs, self.vocabulary))
    }
}

impl RecordSink for ListReader<'_> {
    fn opens(&mut self, sheet: &Sheet, row: u32) -> bool {
        if self.neighbours.found {
            return false;
        }
        self.looked_at += 1;
        if self.looked_at > ROWS_LOOKED_AT && self.pending.is_none() {
            return false;
        }
        let context = HeadContext {
            continued: self.last_head.as_ref(),
            ..HeadContext::default()
        };
        let head = record_head(sheet, row, context, self.vocabulary);
        let head = match (self.pending.take(), head) {
            (None, None) => return false,
            (None, head) => {
                self.pending = head;
                return false;
            }
            (Some(before), Some(head))
                if head.fields() > before.fields() || has_sub_heads(sheet, &before) =>
            {
                head
            }
            (Some(before), _) => before,
        };
        if self.has_neighbours(sheet, &head) {
            self.neighbours.found = true;
            return false;
        }
        self.begin(head, sheet, row);
        true
    }

    fn take(&mut self, at: Address, cell: BorrowedContent<'_>) {
        if let Some(list) = &mut self.open {
            let known = (&self.signs, self.vocabulary);
            self.neighbours.see(at, cell, list.head(), known);
            list.take(at, cell);
        }
    }

    fn close(&mut self, index: usize, sheet: &Sheet) -> bool {
        if let Some(head) = self.pending.take() {
            if self.has_neighbours(sheet, &head) {
                self.neighbours.found = true;
            } else {
                self.begin(head, sheet, u32::MAX);
            }
        }
        self.neighbours.end_row(self.vocabulary);
        let is_mixed = std::mem::take(&mut self.neighbours).found;
        let looked_at = std::mem::take(&mut self.looked_at);
        let taken = self.open.take();
        if is_mixed {
            return taken.is_some();
        }
        // A list that begins lower than heads are looked for is found in the whole sheet.
        if taken.is_some() || looked_at <= ROWS_LOOKED_AT {
            self.seen.insert(index);
        }
        if let Some(list) = taken {
            let place = ListPlace::below(list.head(), sheet, self.vocabulary);
            self.lists.push(list.finish(index, sheet, place));
        }
        false
    }
}
