//! Where the record lists of a sheet stand: alone, one below the other, above or below a table of values, or beside one.

mod beside;
mod tables;

use std::borrow::Cow;
use std::ops::RangeInclusive;

use super::head_signs::{HeadSigns, names_a_form};
use super::header::{Budget, MAX_COLUMNS_TRIED};
use super::record_head::{RecordHead, block_top};
use super::title::{Stated, read_title};
use super::vocabulary::Vocabulary;
use crate::read::{Address, Sheet};
use crate::text::one_line;
use beside::Cut;
use tables::{Found, Search};

/// Rows of a sheet in which a head is looked for even if no word of it is known.
const ROWS_LOOKED_AT: u32 = 100;

/// Rows with the words of a head that are tried in one sheet.
const MAX_TRIED: usize = 500;

/// The words of a head that a row needs before it is told apart from a record.
const FEWEST_WORDS: usize = 3;

/// A record list, and the part of the sheet that belongs to it.
#[derive(Debug, Clone)]
pub struct ListPlace {
    /// Its head.
    pub head: RecordHead,
    /// Its rows, from the block above it.
    pub rows: RangeInclusive<u32>,
    /// Its columns, wider than its head where nothing stands beside it.
    pub columns: RangeInclusive<u32>,
}

impl ListPlace {
    /// The place of a list that has all rows below its head to itself.
    #[must_use]
    pub fn below(head: &RecordHead, sheet: &Sheet, vocabulary: &Vocabulary) -> Self {
        let top = block_top(sheet, head.top, 1, vocabulary);
        Self {
            head: head.clone(),
            rows: top..=u32::MAX,
            columns: 0..=u32::MAX,
        }
    }

    /// Whether a cell belongs to it.
    #[must_use]
    pub fn holds(&self, at: Address) -> bool {
        self.rows.contains(&at.row) && self.columns.contains(&at.column)
    }
}

/// The record lists of a sheet.
#[derive(Debug, Clone, Default)]
pub struct ListLayout {
    /// The lists.
    pub places: Vec<ListPlace>,
    /// Where a table begins of which nobody can tell the form.
    pub unclear: Vec<Stated>,
    /// There are more heads than are tried.
    pub gave_up: bool,
}

/// Finds the record lists of a sheet. `continued` is the head of a list on an earlier sheet.
#[must_use]
pub fn lay_out_lists(
    sheet: &Sheet,
    continued: Option<&RecordHead>,
    signs: &HeadSigns,
    vocabulary: &Vocabulary,
) -> ListLayout {
    let mut walk = Walk {
        search: Search {
            whole: sheet,
            signs,
            vocabulary,
            continued,
            budget: Budget(MAX_COLUMNS_TRIED),
        },
        tried: 0,
        layout: ListLayout::default(),
    };
    walk.run(0..=u32::MAX, 0, None);
    walk.layout.places.sort_by_key(|place| {
        let first = *place.columns.start();
        (place.head.top, first)
    });
    walk.layout
}

/// A list whose end is not known yet.
struct OpenPlace {
    head: RecordHead,
    top: u32,
}

/// Walks through a sheet, from the top down and on both sides of each cut.
struct Walk<'a> {
    search: Search<'a>,
    tried: usize,
    layout: ListLayout,
}

impl Walk<'_> {
    /// Looks through some columns from row `from` down; `open` is a list that began above it.
    fn run(&mut self, columns: RangeInclusive<u32>, from: u32, open: Option<OpenPlace>) {
        let is_whole = columns == (0..=u32::MAX);
        let part = if is_whole {
            Cow::Borrowed(self.search.whole)
        } else {
            Cow::Owned(self.search.whole.part(0..=u32::MAX, columns.clone()))
        };
        let (mut from, mut open) = (from, open);
        // The columns of the table of values above, and a line that names a form of which no table was found yet.
        let mut values: Option<(u32, u32)> = None;
        let mut announced: Option<(u32, Stated)> = None;
        let rows: Vec<u32> = part.rows_from(from).collect();
        for row in rows {
            if row < from {
                continue;
            }
            if let Some(open) = open.as_ref().filter(|_| part.row(row).count() <= 2) {
                announced = self.announces(&part, row, open).or(announced);
                continue;
            }
            let words = self.search.words_in(&part, row, from);
            let is_asked = words > 0 || announced.is_some();
            if !(is_asked || (open.is_none() && row < ROWS_LOOKED_AT)) {
                continue;
            }
            self.tried += usize::from(is_asked);
            if self.tried > MAX_TRIED || self.search.budget.0 == 0 {
                self.layout.gave_up = true;
                break;
            }
            let above = open.as_ref().map(|open| (open.head.reach(), true));
            let above = above.or(values.map(|reach| (reach, false)));
            let beside = above.and_then(|above| self.search.beside(&part, row, from, above));
            if let Some(cut) = beside {
                self.run_both(&part, (columns, cut), (row, from), open);
                return;
            }
            if let Some(cut) = self.search.cut(&part, row, from) {
                let start = block_top(&part, row, from, self.search.vocabulary);
                self.close(open, &columns, start.checked_sub(1));
                self.run(*columns.start()..=cut - 1, start, None);
                self.run(cut..=*columns.end(), start, None);
                return;
            }
            match self.search.found(&part, row, from) {
                Some(Found::List(mut head)) => {
                    announced = None;
                    let (top, below) = (
                        block_top(&part, head.top, from, self.search.vocabulary),
                        head.bottom.saturating_add(1),
                    );
                    if open.as_ref().is_some_and(|o| o.head.goes_on(&head)) {
                        from = below;
                        continue;
                    }
                    if !is_whole {
                        let above =
                            read_title(self.search.whole, top, head.top, self.search.vocabulary);
                        head.title.complete_from(above);
                    }
                    self.close(open.take(), &columns, top.checked_sub(1));
                    open = Some(OpenPlace { head: *head, top });
                    (from, values) = (below, None);
                }
                Some(Found::Values(bottom, reach, _)) => {
                    announced = None;
                    let top = block_top(&part, row, from, self.search.vocabulary);
                    self.close(open.take(), &columns, top.checked_sub(1));
                    (from, values) = (bottom.saturating_add(1), Some(reach));
                }
                None => {
                    let at = announced.take();
                    let first = || self.first_word(&part, row);
                    let is_head = words >= FEWEST_WORDS && open.is_some();
                    let at = at.or_else(|| is_head.then(first).flatten().map(|s| (row, s)));
                    if let (Some(before), Some((line, stated))) =
                        (open.take_if(|_| at.is_some()), at)
                    {
                        let top = block_top(&part, line, from, self.search.vocabulary);
                        self.close(Some(before), &columns, top.checked_sub(1));
                        self.layout.unclear.push(stated);
                        from = row.saturating_add(1);
                    }
                }
            }
        }
        self.close(open, &columns, Some(u32::MAX));
    }

    /// Looks through both sides of a cut beside a table that began above `row`.
    fn run_both(
        &mut self,
        part: &Sheet,
        (columns, cut): (RangeInclusive<u32>, Cut),
        (row, from): (u32, u32),
        open: Option<OpenPlace>,
    ) {
        let (left, right) = (*columns.start()..=cut.at - 1, cut.at..=*columns.end());
        let (own, other) = if cut.is_right {
            (left, right)
        } else {
            (right, left)
        };
        let side = part.part(0..=u32::MAX, other.clone());
        let first = block_top(&side, row, 1, self.search.vocabulary);
        self.run(own, from, open);
        self.run(other, first, None);
    }

    /// Ends a list with the row `last`.
    fn close(&mut self, open: Option<OpenPlace>, columns: &RangeInclusive<u32>, last: Option<u32>) {
        if let (Some(OpenPlace { head, top }), Some(last)) = (open, last) {
            self.layout.places.push(ListPlace {
                head,
                rows: top..=last,
                columns: columns.clone(),
            });
        }
    }

    /// The line of a row that names another form than that of the open list, which each page may name again.
    fn announces(&self, part: &Sheet, row: u32, open: &OpenPlace) -> Option<(u32, Stated)> {
        let (at, content) = part.row(row).next()?;
        let text = content.text()?;
        let vocabulary = self.search.vocabulary;
        let named = read_title(part, row, row + 1, vocabulary).named_form(vocabulary);
        let code = |form: usize| &vocabulary.forms[form].code;
        let is_own = named.is_some_and(|named| code(named) == code(open.head.form));
        (!is_own && names_a_form(text, vocabulary)).then(|| {
            let text = one_line(text);
            (row, Stated { text, at })
        })
    }

    /// The first text of a row that may head a column.
    fn first_word(&self, part: &Sheet, row: u32) -> Option<Stated> {
        part.row(row).find_map(|(at, content)| {
            let text = content.text()?;
            self.search.signs.of(text, self.search.vocabulary)?;
            let text = one_line(text);
            Some(Stated { text, at })
        })
    }
}
