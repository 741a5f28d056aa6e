//! Takes the record lists of a document out of its sheets, while they are read or afterwards.

use std::collections::BTreeSet;

use super::list::OpenList;
use super::record_list::RecordList;
use crate::extract::{RecordHead, Title, Vocabulary, has_sub_heads, record_head};
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

    /// Takes a list out of a sheet that was read as a whole.
    pub fn read_sheet(&mut self, index: usize, sheet: &Sheet) {
        let mut from = None;
        for row in sheet.rows_from(0) {
            if self.opens(sheet, row) {
                from = Some(row.saturating_add(1));
                break;
            }
            if self.looked_at > ROWS_LOOKED_AT {
                break;
            }
        }
        let rows = from.map(|from| sheet.rows_with_withheld(from));
        for row in rows.into_iter().flatten() {
            for (at, content) in sheet.row_with_withheld(row) {
                self.take(at, content);
            }
        }
        self.close(index, sheet);
    }

    /// Opens a list and takes its rows that the sheet already holds, down to row `until`.
    fn begin(&mut self, head: RecordHead, sheet: &Sheet, until: u32) {
        let below = head.bottom.saturating_add(1);
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
        let rows = sheet.rows_with_withheld(below).into_iter();
        for row in rows.take_while(|row| *row <= until) {
            for (at, content) in sheet.row_with_withheld(row) {
                self.take(at, content);
            }
        }
    }
}

impl RecordSink for ListReader<'_> {
    fn opens(&mut self, sheet: &Sheet, row: u32) -> bool {
        self.looked_at += 1;
        if self.looked_at > ROWS_LOOKED_AT && self.pending.is_none() {
            return false;
        }
        let continued = self.last_head.as_ref();
        let head = record_head(sheet, row, continued, self.vocabulary);
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
        self.begin(head, sheet, row);
        true
    }

    fn take(&mut self, at: Address, cell: BorrowedContent<'_>) {
        if let Some(list) = &mut self.open {
            list.take(at, cell);
        }
    }

    fn close(&mut self, index: usize, sheet: &Sheet) {
        if let Some(head) = self.pending.take() {
            self.begin(head, sheet, u32::MAX);
        }
        self.looked_at = 0;
        self.seen.insert(index);
        self.lists
            .extend(self.open.take().map(|list| list.finish(index, sheet)));
    }
}
