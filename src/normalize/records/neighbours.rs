//! Whether a sheet holds more than the list whose cells arrive: then it is read again as a whole.

use crate::extract::{HeadSigns, RecordHead, Vocabulary, names_a_form};
use crate::read::{Address, BorrowedContent, Sheet};

/// Words of a head that make a row one.
const FEWEST_WORDS: usize = 3;

/// Texts of a row that are compared before it is taken for a record.
const TEXTS_COMPARED: usize = 2;

/// Looks, while the cells of a list arrive, for the head of another table below it or beside it.
#[derive(Debug, Default)]
pub(super) struct Neighbours {
    row: Row,
    /// Rows of one or two cells since the last record.
    lines: usize,
    /// There is another table.
    pub(super) found: bool,
}

/// What the cells of the current row have shown.
#[derive(Debug, Default)]
struct Row {
    number: u32,
    cells: usize,
    /// Texts that may head a column, and those before them that do not.
    words: usize,
    others: usize,
    /// A text heads the labels of a table of values.
    label: bool,
    /// A text is none of the list's own heads.
    strange: bool,
    first: Option<String>,
}

impl Neighbours {
    /// Looks at a cell below the head of a list.
    pub(super) fn see(
        &mut self,
        at: Address,
        cell: BorrowedContent<'_>,
        head: &RecordHead,
        (signs, vocabulary): (&HeadSigns, &Vocabulary),
    ) {
        if self.found {
            return;
        }
        if at.row != self.row.number {
            self.end_row(vocabulary);
            self.row.number = at.row;
        }
        let is_first = self.row.cells == 0;
        self.row.cells += 1;
        let BorrowedContent::Text(text) = cell else {
            self.row.others += TEXTS_COMPARED * usize::from(is_first);
            return;
        };
        if is_first {
            self.row.first = Some(text.to_owned());
        }
        let own = head.columns.iter().find(|c| c.column == at.column);
        let is_beyond = own.is_none_or(|own| own.field.is_none());
        if !is_beyond && self.row.words == 0 && self.row.others >= TEXTS_COMPARED {
            return;
        }
        let is_number = text.starts_with(|c: char| c.is_ascii_digit());
        let sign = if is_number {
            None
        } else {
            signs.of(text, vocabulary)
        };
        let Some(sign) = sign else {
            self.row.others += 1 + TEXTS_COMPARED * usize::from(is_number && is_first);
            return;
        };
        let repeats = own.is_some_and(|own| {
            vocabulary.fold_label(&own.head.text) == vocabulary.fold_label(text)
        });
        self.found |= is_beyond && sign.anchor && !repeats;
        self.row.words += 1;
        self.row.label |= sign.label && !repeats;
        self.row.strange |= !repeats;
    }

    /// Looks at the last row.
    pub(super) fn end_row(&mut self, vocabulary: &Vocabulary) {
        let row = std::mem::take(&mut self.row);
        if row.cells == 0 {
            return;
        }
        if row.cells <= 2 {
            self.lines += 1;
            self.found |= row
                .first
                .is_some_and(|line| names_a_form(&line, vocabulary));
            return;
        }
        let is_head = row.words >= FEWEST_WORDS || row.label;
        // Heads that a page break repeats are not another table, unless something is said above them.
        self.found |= is_head && (row.strange || self.lines > 0);
        self.lines = 0;
    }
}

/// Whether the rows of a sheet down to the head of a list hold the head of another table in other columns.
pub(super) fn has_neighbours(
    sheet: &Sheet,
    head: &RecordHead,
    (signs, vocabulary): (&HeadSigns, &Vocabulary),
) -> bool {
    let is_own = |column: u32| {
        let mut own = head.columns.iter();
        own.any(|c| c.column == column && c.field.is_some())
    };
    sheet.cells().any(|(at, content)| {
        let sign = content.text().and_then(|text| signs.of(text, vocabulary));
        sign.is_some_and(|sign| sign.anchor) && !is_own(at.column)
    })
}
