//! Where the record lists of a sheet stand: alone, one below the other, above or below a table of values, or beside one.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use super::head_meaning::ColumnRole;
use super::head_signs::{HeadSigns, names_a_form};
use super::header::{Budget, MAX_COLUMNS_TRIED, MAX_HEADER_ROWS, header_at, label_heads};
use super::record_head::{HeadContext, RecordHead, block_top, has_sub_heads, record_head};
use super::title::{Stated, read_title};
use super::vocabulary::Vocabulary;
use crate::read::{Address, CellContent, Sheet};
use crate::text::one_line;

/// Rows of a sheet in which a head is looked for even if no word of it is known.
const ROWS_LOOKED_AT: u32 = 100;

/// Rows with the words of a head that are tried in one sheet.
const MAX_TRIED: usize = 500;

/// Columns that a table may have left of its anchor.
const MAX_STUB_COLUMNS: u32 = 6;

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
    let mut search = Search {
        whole: sheet,
        signs,
        vocabulary,
        continued,
        budget: Budget(MAX_COLUMNS_TRIED),
        tried: 0,
        layout: ListLayout::default(),
    };
    search.run(0..=u32::MAX, 0, None);
    search.layout.places.sort_by_key(|place| {
        let first = *place.columns.start();
        (place.head.top, first)
    });
    search.layout
}

/// A list whose end is not known yet.
struct OpenPlace {
    head: RecordHead,
    top: u32,
}

/// A table that begins in a row.
enum Found {
    List(RecordHead),
    /// Its last head row, the reach of its columns, and how many it has.
    Values(u32, (u32, u32), usize),
}

impl Found {
    fn columns(&self) -> usize {
        match self {
            Self::List(head) => head.fields(),
            Self::Values(_, _, columns) => *columns,
        }
    }

    fn reach(&self) -> (u32, u32) {
        match self {
            Self::List(head) => head.reach(),
            Self::Values(_, reach, _) => *reach,
        }
    }
}

struct Search<'a> {
    whole: &'a Sheet,
    signs: &'a HeadSigns,
    vocabulary: &'a Vocabulary,
    continued: Option<&'a RecordHead>,
    budget: Budget,
    tried: usize,
    layout: ListLayout,
}

impl Search<'_> {
    /// Looks through some columns from row `from` down; `open` is a list that began above it.
    fn run(&mut self, columns: RangeInclusive<u32>, from: u32, open: Option<OpenPlace>) {
        let is_whole = columns == (0..=u32::MAX);
        let part = if is_whole {
            Cow::Borrowed(self.whole)
        } else {
            Cow::Owned(self.whole.part(0..=u32::MAX, columns.clone()))
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
            if open.is_some() && part.row(row).count() <= 2 {
                announced = self.announces(&part, row).or(announced);
                continue;
            }
            let words = self.words_in(&part, row, from);
            let is_asked = words > 0 || announced.is_some();
            if !(is_asked || (open.is_none() && row < ROWS_LOOKED_AT)) {
                continue;
            }
            self.tried += usize::from(is_asked);
            if self.tried > MAX_TRIED || self.budget.0 == 0 {
                self.layout.gave_up = true;
                break;
            }
            if let Some(cut) = self.beside(&part, row, from, open.as_ref(), values) {
                self.run_both(&part, (columns, cut), (row, from), open);
                return;
            }
            if let Some(cut) = self.cut(&part, row, from) {
                let start = block_top(&part, row, from, self.vocabulary);
                self.close(open, &columns, start.checked_sub(1));
                self.run(*columns.start()..=cut - 1, start, None);
                self.run(cut..=*columns.end(), start, None);
                return;
            }
            match self.found(&part, row, from) {
                Some(Found::List(mut head)) => {
                    announced = None;
                    let (top, below) = (
                        block_top(&part, head.top, from, self.vocabulary),
                        head.bottom.saturating_add(1),
                    );
                    if open.as_ref().is_some_and(|o| o.head.goes_on(&head)) {
                        from = below;
                        continue;
                    }
                    if !is_whole {
                        let above = read_title(self.whole, top, head.top, self.vocabulary);
                        head.title.complete_from(above);
                    }
                    self.close(open.take(), &columns, top.checked_sub(1));
                    open = Some(OpenPlace { head, top });
                    (from, values) = (below, None);
                }
                Some(Found::Values(bottom, reach, _)) => {
                    announced = None;
                    let top = block_top(&part, row, from, self.vocabulary);
                    self.close(open.take(), &columns, top.checked_sub(1));
                    (from, values) = (bottom.saturating_add(1), Some(reach));
                }
                None => {
                    let at = announced.take();
                    let first = || self.first_word(&part, row);
                    let is_head = words >= FEWEST_WORDS && open.is_some();
                    let at = at.or_else(|| is_head.then(first).flatten().map(|s| (row, s)));
                    if let (Some(before), Some((line, stated))) = (open.take_if(|_| at.is_some()), at) {
                        let top = block_top(&part, line, from, self.vocabulary);
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
        let (own, other) = if cut.is_right { (left, right) } else { (right, left) };
        let side = part.part(0..=u32::MAX, other.clone());
        let first = block_top(&side, row, 1, self.vocabulary);
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

    /// The line of a row that names a form.
    fn announces(&self, part: &Sheet, row: u32) -> Option<(u32, Stated)> {
        let (at, content) = part.row(row).next()?;
        let text = content.text()?;
        names_a_form(text, self.vocabulary).then(|| {
            let text = one_line(text);
            (row, Stated { text, at })
        })
    }

    /// The first text of a row that may head a column.
    fn first_word(&self, part: &Sheet, row: u32) -> Option<Stated> {
        part.row(row).find_map(|(at, content)| {
            let text = content.text()?;
            self.signs.of(text, self.vocabulary)?;
            let text = one_line(text);
            Some(Stated { text, at })
        })
    }

    /// How many texts of the last rows up to `row` may head columns; 0 if `row` has none of them. A row that begins with
    /// a number is a record.
    fn words_in(&self, part: &Sheet, row: u32, from: u32) -> usize {
        let count = |row: u32| {
            let mut misses = 0;
            let mut words = 0;
            for (_, content) in part.row(row) {
                let Some(text) = content.text() else {
                    misses += 1;
                    if words == 0 {
                        continue;
                    }
                    break;
                };
                let is_number = text.starts_with(|c: char| c.is_ascii_digit());
                if !is_number && self.signs.of(text, self.vocabulary).is_some() {
                    words += 1;
                } else {
                    misses += 1;
                }
                if words == 0 && misses > MAX_STUB_COLUMNS {
                    break;
                }
            }
            words
        };
        let own = count(row);
        if own == 0 {
            return 0;
        }
        (from.max(row.saturating_sub(2))..row).map(count).sum::<usize>() + own
    }

    /// The table that begins in a row of some columns.
    fn found(&mut self, part: &Sheet, row: u32, from: u32) -> Option<Found> {
        let list = self.list_at(part, row, from);
        let values = self.values_at(part, row, from);
        match (list, values) {
            (Some(list), Some(values)) if values.columns() > list.fields() => Some(values),
            (Some(list), _) => Some(Found::List(list)),
            (None, values) => values,
        }
    }

    /// The head of a list that begins in a row; it may go on in the row below.
    fn list_at(&self, part: &Sheet, row: u32, from: u32) -> Option<RecordHead> {
        let expected = self.layout.places.is_empty().then(|| {
            let title = read_title(self.whole, 0, row, self.vocabulary);
            title.named_form(self.vocabulary)
        });
        let context = HeadContext {
            from,
            continued: self.continued,
            expected: expected.flatten().filter(|_| part.len() != self.whole.len()),
        };
        let head = record_head(part, row, context, self.vocabulary)?;
        let below = part.rows_from(row + 1).next();
        let lower = below.and_then(|below| record_head(part, below, context, self.vocabulary));
        match lower {
            Some(lower) if lower.fields() > head.fields() || has_sub_heads(part, &head) => {
                Some(lower)
            }
            _ => Some(head),
        }
    }

    /// The head of a table of values whose label head stands in a row.
    fn values_at(&mut self, part: &Sheet, row: u32, from: u32) -> Option<Found> {
        let is_label = |content: &CellContent| {
            let sign = content.text().and_then(|text| self.signs.of(text, self.vocabulary));
            sign.is_some_and(|sign| sign.label)
        };
        if !part.row(row).any(|(_, content)| is_label(content)) {
            return None;
        }
        let lowest = row.saturating_add(MAX_HEADER_ROWS + 1);
        let band = part.part(from..=lowest, 0..=u32::MAX);
        let anchors = label_heads(&band, self.vocabulary);
        let mut best: Option<Found> = None;
        for anchor in anchors.into_iter().filter(|at| at.row == row) {
            let above = block_top(part, row, from, self.vocabulary);
            let named = read_title(part, above, row, self.vocabulary).named_form(self.vocabulary);
            let header = header_at(&band, self.vocabulary, anchor, from, named, &mut self.budget);
            let Some(header) = header else { continue };
            let known = header.columns.iter().filter(|c| c.role != ColumnRole::Unknown);
            let found = Found::Values(header.bottom, header.reach(), known.count());
            if best.as_ref().is_none_or(|b| found.columns() > b.columns()) {
                best = Some(found);
            }
        }
        best
    }

    /// The columns of a row and the next ones whose text each table has once.
    fn anchors(&self, part: &Sheet, row: u32) -> Vec<u32> {
        let rows = row..row.saturating_add(MAX_HEADER_ROWS);
        let mut columns: Vec<u32> = rows
            .flat_map(|row| part.row(row))
            .filter(|(_, content)| {
                let sign = content.text().and_then(|text| self.signs.of(text, self.vocabulary));
                sign.is_some_and(|sign| sign.anchor)
            })
            .map(|(at, _)| at.column)
            .collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// The first column of the right one of two tables that begin side by side. Of all cuts, the one counts that leaves
    /// both with most columns; together they have more than one table over all columns would have. Two tables of values
    /// are not looked for here.
    fn cut(&mut self, part: &Sheet, row: u32, from: u32) -> Option<u32> {
        let anchors = self.anchors(part, row);
        if anchors.len() < 2 {
            return None;
        }
        let above = block_top(part, row, from, self.vocabulary);
        let band = part.part(above..=row + MAX_HEADER_ROWS + 1, 0..=u32::MAX);
        let whole = self.best(&band, row, from).map_or(0, |found| found.columns());
        let mut best: Option<(usize, u32)> = None;
        for pair in anchors.windows(2) {
            let first = (pair[0] + 1).max(pair[1].saturating_sub(MAX_STUB_COLUMNS));
            for cut in first..=pair[1] {
                let left = band.part(0..=u32::MAX, 0..=cut - 1);
                let Some(left) = self.best(&left, row, from) else { continue };
                let right = band.part(0..=u32::MAX, cut..=u32::MAX);
                let Some(right) = self.best(&right, row, from) else { continue };
                let are_values = [&left, &right]
                    .into_iter()
                    .all(|found| matches!(found, Found::Values(..)));
                let sum = left.columns() + right.columns();
                if !are_values && sum > whole && best.is_none_or(|(most, _)| sum > most) {
                    best = Some((sum, cut));
                }
            }
        }
        best.map(|(_, cut)| cut)
    }

    /// The table with most columns that begins in a row or a few rows below it.
    fn best(&mut self, part: &Sheet, row: u32, from: u32) -> Option<Found> {
        let mut best: Option<Found> = None;
        for row in row..row.saturating_add(MAX_HEADER_ROWS - 1) {
            if let Some(found) = self.found(part, row, from)
                && best.as_ref().is_none_or(|b| found.columns() > b.columns())
            {
                best = Some(found);
            }
        }
        best
    }

    /// Where a table begins beside one that began higher up.
    fn beside(
        &mut self,
        part: &Sheet,
        row: u32,
        from: u32,
        open: Option<&OpenPlace>,
        values: Option<(u32, u32)>,
    ) -> Option<Cut> {
        let (first, last) = open.map(|open| open.head.reach()).or(values)?;
        let is_list = open.is_some();
        let anchors = self.anchors(part, row);
        let has_anchor =
            |columns: &RangeInclusive<u32>| anchors.iter().any(|column| columns.contains(column));
        let right = last + 1..=u32::MAX;
        let left = 0..=first.saturating_sub(1);
        let sides = [(right, true), (left, false)];
        for (side, is_right) in sides {
            if (!is_right && first == 0) || !has_anchor(&side) {
                continue;
            }
            let outside = part.part(0..=u32::MAX, side);
            let Some(found) = self.best(&outside, row, from) else { continue };
            let whole = self.best(part, row, from);
            let is_part = whole.is_some_and(|whole| whole.columns() > found.columns());
            if is_part || (!is_list && matches!(found, Found::Values(..))) {
                continue;
            }
            let (from, to) = found.reach();
            let at = if is_right {
                self.left_edge(&outside, row, from)
            } else {
                to + 1
            };
            return Some(Cut { at, is_right });
        }
        None
    }

    /// The first column of a table that has heads left of the first one that is known.
    fn left_edge(&self, part: &Sheet, row: u32, first: u32) -> u32 {
        let mut edge = first;
        while edge > 0 && part.get(Address::new(row, edge - 1)).and_then(CellContent::text).is_some() {
            edge -= 1;
        }
        edge
    }
}

/// Where two tables are parted.
#[derive(Clone, Copy)]
struct Cut {
    /// The first column of the right table.
    at: u32,
    /// Whether the table that begins here is the right one.
    is_right: bool,
}
