//! Rows whose cells have moved: a cell was inserted or deleted, and what follows stands under the heads of its neighbours. A
//! name then stands under the head of a text that is kept, so such a row is held back whole.
//!
//! Cells with codes, dates and numbers tell: they do not fit their heads, and fit those next to them. So does a telephone
//! among words, and a cell beyond the last head. Texts alone cannot tell whose they are.

use super::buffer::{BufferedCell, RowBuffer};
use super::cells::as_read;
use super::open_list::{ListRole, OpenList};
use crate::diagnostic::Argument;
use crate::diagnostic::findings::th235;
use crate::extract::FieldKind;
use crate::normalize::records::code::{ReadCode, read_code};
use crate::normalize::records::date::{ReadDate, read_date};
use crate::normalize::records::deadline::read_deadline;
use crate::normalize::records::value::{ReadNumber, number};
use crate::read::{Address, BorrowedContent};

/// How far the cells of a row may have moved.
const FARTHEST: i64 = 3;

/// The fewest digits of a telephone or of the number of a person.
const LONG: usize = 7;

/// The most letters of a running number, such as `XVIII`.
const LONGEST_NUMBER: usize = 6;

/// The most letters of a word for a code.
const LONGEST_CODE: usize = 24;

/// Whether a cell is what its column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    Yes,
    No,
    /// The cell is blank, or its column takes any text.
    Open,
}

impl Fit {
    fn of(fits: bool) -> Self {
        if fits { Self::Yes } else { Self::No }
    }

    fn score(self) -> i64 {
        match self {
            Self::Yes => 1,
            Self::No => -1,
            Self::Open => 0,
        }
    }
}

/// A row whose cells have moved: where that shows, and how.
pub(super) struct Moved {
    pub(super) at: Address,
    pub(super) why: Argument,
}

impl OpenList<'_> {
    /// Whether the cells of a row have moved, and where that shows.
    pub(super) fn moved(&self, row: &RowBuffer) -> Option<Moved> {
        let at = |column: u32| Address::new(self.row, column);
        if let Some(cell) = row
            .cells
            .iter()
            .find(|cell| self.is_number_for_words(row, cell))
        {
            let why = th235::NumberForWords.into();
            return Some(Moved {
                at: at(cell.column),
                why,
            });
        }
        if let Some(cell) = row.cells.iter().find(|cell| self.is_telephone(row, cell)) {
            let why = th235::Telephone.into();
            return Some(Moved {
                at: at(cell.column),
                why,
            });
        }
        let is_beyond =
            |cell: &&BufferedCell| self.role(cell.column).is_none() && self.is_beyond(cell.column);
        let beyond = row.cells.iter().find(is_beyond);
        if let Some(cell) = beyond.filter(|cell| is_long_number(row.content(cell))) {
            let why = th235::Beyond.into();
            return Some(Moved {
                at: at(cell.column),
                why,
            });
        }
        let may_misfit = |cell: &BufferedCell| self.may_misfit(cell.column, row.content(cell));
        let is_suspicious = beyond.is_some() || row.cells.iter().any(may_misfit);
        let (gain, from, by) = is_suspicious.then(|| self.best_move(row)).flatten()?;
        let required = || {
            let mut heads = self.head.columns.iter();
            heads.any(|head| {
                let is_required = head.field.is_some_and(|f| self.shape.fields[f].required);
                is_required && self.fit(row, head.column, 0) == Fit::No
            })
        };
        let is_moved = gain >= 3 || (gain >= 2 && required()) || (gain >= 1 && beyond.is_some());
        is_moved.then(|| Moved {
            at: at(from),
            why: th235::Fit {
                by: by.unsigned_abs(),
            }
            .into(),
        })
    }

    /// Whether a cell stands under no head, right beside the heads of the list.
    pub(super) fn is_beyond(&self, column: u32) -> bool {
        let columns = self.head.columns.iter().map(|c| i64::from(c.column));
        let Some((first, last)) = columns.clone().min().zip(columns.max()) else {
            return false;
        };
        let column = i64::from(column);
        (last + 1..=last + FARTHEST).contains(&column)
            || (first - FARTHEST..first).contains(&column)
    }

    /// Whether a cell may not fit its column. This errs on the safe side and costs little: most rows have not moved.
    fn may_misfit(&self, column: u32, content: BorrowedContent<'_>) -> bool {
        let Some((ListRole::Field(field, ..), _)) = self.role(column) else {
            return false;
        };
        let facts = &self.shape.fields[field];
        match (facts.kind, content) {
            (FieldKind::Code | FieldKind::Flag, _) => self.fit_of_field(field, content) == Fit::No,
            (FieldKind::Date | FieldKind::Whole | FieldKind::Decimal, BorrowedContent::Text(t)) => {
                t.contains(char::is_alphabetic)
            }
            (FieldKind::Text, BorrowedContent::Text(text)) => match &facts.shape {
                Some(shape) => {
                    let is_plain = text.bytes().all(|b| b.is_ascii_digit());
                    !is_plain || text.len() != shape.digits
                }
                None => field == self.shape.naming && text.chars().count() <= LONGEST_CODE,
            },
            (FieldKind::Text, _) => facts.shape.is_some() || field == self.shape.naming,
            _ => false,
        }
    }

    /// The move that makes most cells fit: how many more then fit, the first column that has moved, and how far to the
    /// right.
    fn best_move(&self, row: &RowBuffer) -> Option<(i64, u32, i64)> {
        let heads = &self.head.columns;
        let score = |by: i64| {
            heads
                .iter()
                .map(move |c| self.fit(row, c.column, by).score())
        };
        let own: Vec<i64> = score(0).collect();
        let mut best: Option<(i64, u32, i64)> = None;
        let nearest_first = (1..=FARTHEST).flat_map(|by| [by, -by]);
        for by in nearest_first {
            let moved: Vec<i64> = score(by).collect();
            let mut gain = 0;
            for (i, head) in heads.iter().enumerate().rev() {
                gain += moved[i] - own[i];
                if best.is_none_or(|(most, ..)| gain > most) {
                    best = Some((gain, head.column, by));
                }
            }
        }
        best
    }

    /// Whether the cell that stands `by` columns to the right of a column is what the column holds.
    fn fit(&self, row: &RowBuffer, column: u32, by: i64) -> Fit {
        let Some((role, _)) = self.role(column) else {
            return Fit::Open;
        };
        let place = i64::from(column) + by;
        let cell = row.cells.iter().find(|c| i64::from(c.column) == place);
        let Some(content) = cell.map(|cell| row.content(cell)) else {
            return Fit::Open;
        };
        if self.says_nothing(content) {
            return Fit::Open;
        }
        match role {
            ListRole::Number => {
                let text = as_read(content);
                let is_short = text.chars().count() <= LONGEST_NUMBER;
                if text.contains(char::is_numeric) && is_short {
                    Fit::Yes
                } else if is_short {
                    Fit::Open
                } else {
                    Fit::No
                }
            }
            ListRole::Personal | ListRole::Unknown => Fit::Open,
            ListRole::Field(field, ..) => self.fit_of_field(field, content),
        }
    }

    fn fit_of_field(&self, field: usize, content: BorrowedContent<'_>) -> Fit {
        let facts = &self.shape.fields[field];
        match facts.kind {
            FieldKind::Code => Fit::of(self.is_code(field, content)),
            FieldKind::Flag => {
                let is_bool = matches!(content, BorrowedContent::Bool(_));
                Fit::of(is_bool || self.is_code(field, content))
            }
            FieldKind::Date => Fit::of(read_date(content) != ReadDate::Not),
            FieldKind::Whole | FieldKind::Decimal => {
                Fit::of(number(content, self.conventions) != ReadNumber::Not)
            }
            FieldKind::Text => match &facts.shape {
                Some(shape) => match read_code(content, shape) {
                    ReadCode::Is(_) | ReadCode::Mended(_) => Fit::Yes,
                    ReadCode::DigitsLost => Fit::Open,
                    ReadCode::Unfit(_) => Fit::No,
                },
                None if field == self.shape.naming => self.fit_of_name(content),
                None => Fit::Open,
            },
            FieldKind::Deadline => {
                Fit::of(read_deadline(content, facts, self.vocabulary).is_some())
            }
            FieldKind::Number | FieldKind::Personal | FieldKind::Register => Fit::Open,
        }
    }

    /// Whether a cell can be the name of a record: it has letters, and it is not the word for a required code.
    fn fit_of_name(&self, content: BorrowedContent<'_>) -> Fit {
        let has_letters = as_read(content).contains(char::is_alphabetic);
        let fields = self.shape.fields.iter().enumerate();
        let mut required = fields.filter(|(_, f)| f.required && f.kind == FieldKind::Code);
        if !has_letters || required.any(|(field, _)| self.is_code(field, content)) {
            Fit::No
        } else {
            Fit::Open
        }
    }

    fn is_code(&self, field: usize, content: BorrowedContent<'_>) -> bool {
        if let BorrowedContent::Text(text) = content
            && let Some(known) = self.codes[field].get(text)
        {
            return known.is_some();
        }
        let folded = self.vocabulary.folder.fold(&as_read(content));
        self.shape.fields[field].codes.contains_key(&folded)
    }

    /// Whether a cell holds nothing that fits or does not fit: a symbol, an error, what must not be read.
    fn says_nothing(&self, content: BorrowedContent<'_>) -> bool {
        match content {
            BorrowedContent::Text(text) => {
                text.trim().is_empty() || self.conventions.symbols.status(text).is_some()
            }
            BorrowedContent::Error(_)
            | BorrowedContent::NoCachedValue
            | BorrowedContent::Withheld(_) => true,
            _ => false,
        }
    }

    /// Whether a cell of a column of figures holds a telephone.
    fn is_telephone(&self, row: &RowBuffer, cell: &BufferedCell) -> bool {
        let Some((ListRole::Field(field, ..), _)) = self.role(cell.column) else {
            return false;
        };
        let kind = self.shape.fields[field].kind;
        let is_figure = matches!(kind, FieldKind::Whole | FieldKind::Decimal);
        let is_free = kind == FieldKind::Text && self.shape.fields[field].shape.is_none();
        let content = row.content(cell);
        let plain = match content {
            BorrowedContent::Number(n) => Some(n),
            BorrowedContent::Text(text) => plain_number(text),
            _ => None,
        };
        match content {
            BorrowedContent::Text(text) if begins_like_telephone(text) => {
                let lacks = || self.lacks_telephone(row, |cell| cell.is_some_and(has_letters));
                is_long_number(content) && (is_figure || (is_free && lacks()))
            }
            _ => {
                let is_other = |cell: Option<BorrowedContent<'_>>| {
                    cell.is_none_or(|content| !is_long_number(content))
                };
                (is_figure || is_free)
                    && plain.is_some_and(is_telephone_number)
                    && self.lacks_telephone(row, is_other)
            }
        }
    }

    /// Whether the list has a column of telephones whose cell in this row is as `is_other` says.
    fn lacks_telephone(
        &self,
        row: &RowBuffer,
        is_other: impl Fn(Option<BorrowedContent<'_>>) -> bool,
    ) -> bool {
        let fields = &self.shape.fields;
        let mut heads = self.head.columns.iter();
        heads.any(|head| {
            let is_column = head.field.is_some_and(|f| fields[f].telephones);
            let cell = row.cells.iter().find(|c| c.column == head.column);
            is_column && is_other(cell.map(|cell| row.content(cell)))
        })
    }

    /// Whether a cell of a column of words holds a long number alone: a telephone, or the number of a person.
    fn is_number_for_words(&self, row: &RowBuffer, cell: &BufferedCell) -> bool {
        let field = match self.role(cell.column) {
            Some((ListRole::Field(field, ..), _)) => Some(field),
            Some((ListRole::Personal, _)) => {
                let mut heads = self.head.columns.iter();
                heads
                    .find(|c| c.column == cell.column)
                    .and_then(|c| c.field)
            }
            _ => None,
        };
        let is_of_words = field.is_some_and(|field| self.shape.fields[field].letters);
        is_of_words && is_long_number(row.content(cell))
    }
}

fn has_letters(content: BorrowedContent<'_>) -> bool {
    as_read(content).contains(char::is_alphabetic)
}

/// The number that a text of digits alone is.
fn plain_number(text: &str) -> Option<f64> {
    let text = text.trim();
    let is_plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    is_plain.then(|| text.parse().ok()).flatten()
}

/// Whether a number may be a telephone that has lost its zero: nine or ten digits, and not round as amounts of money are.
fn is_telephone_number(number: f64) -> bool {
    let is_long = (1e8..1e10).contains(&number);
    is_long && number.fract() == 0.0 && number % 1000.0 != 0.0
}

/// Whether a text is a number as telephones are written: long, with a zero or the sign of a country before other digits.
fn begins_like_telephone(text: &str) -> bool {
    let text = text.trim().trim_start_matches('\'');
    let mut chars = text.chars();
    match chars.next() {
        Some('0') => chars.next().is_some_and(|c| c.is_ascii_digit()),
        Some('+') => true,
        _ => false,
    }
}

/// Whether a cell holds digits and marks between them alone, as many as a telephone has.
fn is_long_number(content: BorrowedContent<'_>) -> bool {
    let is_long = |text: &str| {
        let is_mark = |c: char| c.is_whitespace() || "+-.()/'".contains(c);
        text.chars().all(|c| c.is_ascii_digit() || is_mark(c))
            && text.bytes().filter(u8::is_ascii_digit).count() >= LONG
    };
    match content {
        BorrowedContent::Text(text) => is_long(text),
        BorrowedContent::Number(_) | BorrowedContent::Shown(_) => is_long(&as_read(content)),
        _ => false,
    }
}
