//! Several columns under one head of the form: the one that is the whole is taken, or all of them are held back.

use std::collections::{BTreeMap, BTreeSet};

use super::cell::{ColumnRef, LocatedCell};
use super::head_meaning::ColumnRole;
use super::header::{HeadedColumn, Header};
use super::row::RowReader;
use super::sub_head::{SubHead, sub_head};
use super::unfit::{Notice, UnknownColumns};
use crate::diagnostic::findings;
use crate::read::{Address, CellContent};
use crate::text::one_line;

/// Settles the columns that share a head. Cells that must not be loaded are taken out of `cells`. Returns the number of
/// filled cells held back.
pub(super) fn settle_sub_columns(
    rows: &RowReader<'_>,
    cells: &mut Vec<LocatedCell>,
    unknown: &mut UnknownColumns,
    notices: &mut Vec<Notice>,
) -> i64 {
    let mut settling = Settling {
        rows,
        cells,
        notices,
        held: 0,
        taken: BTreeMap::new(),
    };
    for main in &rows.header.columns {
        if matches!(main.role, ColumnRole::Value(_) | ColumnRole::Comparison(_)) {
            settling.column(main, unknown);
        }
    }
    settling.note_taken();
    settling.held
}

/// Totals that were taken: their words and those of the other columns, with the first head, the heads, and the number of cells
/// of the others.
type Taken = BTreeMap<(String, String), (Address, Vec<String>, i64)>;

struct Settling<'a, 's> {
    rows: &'a RowReader<'s>,
    cells: &'a mut Vec<LocatedCell>,
    notices: &'a mut Vec<Notice>,
    held: i64,
    taken: Taken,
}

/// Whether columns add up to another one.
enum Sum {
    Proven,
    /// No row shows it.
    Open,
    /// Not in the row of this cell.
    Wrong(Address),
}

impl Settling<'_, '_> {
    /// Settles a column, and those that have its head too.
    fn column(&mut self, main: &HeadedColumn, unknown: &mut UnknownColumns) {
        let header: &Header = self.rows.header;
        let mut others = Vec::new();
        let mut count = 0;
        for column in &header.columns {
            if column.repeats != Some(main.column) {
                continue;
            }
            let Some((filled, _)) = unknown.take(column.column) else {
                // Nothing is below it: its head alone is worth a word if it is typed twice.
                if column.words == main.words && column.head != main.head {
                    others.push((column, 0));
                }
                continue;
            };
            count += filled;
            others.push((column, filled));
        }
        self.held += count;
        if others.iter().all(|(_, filled)| *filled == 0) {
            self.single(main);
            others.clear();
            return;
        }
        let common = common_words(main, &others);
        let kind = |column: &HeadedColumn| {
            let context = (self.rows.form, self.rows.vocabulary);
            let words = column.words.iter();
            sub_head(words, &common, main.own.as_ref(), &main.role, context)
        };
        let whole = kind(main);
        // A column that is typed twice raises no question if its figures are the same. Columns with other words may be
        // parts that happen to be equal.
        let (same, others): (Vec<_>, Vec<_>) = others
            .into_iter()
            .partition(|(column, _)| has_same_words(column, main) && self.is_same(main, column));
        for (column, _) in same {
            let head = text_of(column);
            self.notices
                .push((place_of(column, header), findings::TH226 { head }.into()));
        }
        if others.is_empty() {
            return;
        }
        let others: Vec<&HeadedColumn> = others.into_iter().map(|(column, _)| column).collect();
        if let Some(again) = others.iter().find(|c| has_same_words(c, main)) {
            self.hold_repeated(main, again, count);
            return;
        }
        let parts: Vec<&HeadedColumn> = others
            .iter()
            .copied()
            .filter(|c| kind(c) < SubHead::Within)
            .collect();
        let is_clear = whole <= SubHead::Made && others.iter().all(|c| kind(c) >= SubHead::Made);
        let sum = match (is_clear, &main.role) {
            (false, _) => Sum::Open,
            (true, ColumnRole::Value(_)) if !parts.is_empty() => self.sum(main, &parts),
            (true, _) => Sum::Proven,
        };
        match sum {
            Sum::Proven => self.take(main, &others, count),
            Sum::Open => {
                let all: Vec<&HeadedColumn> = [main].into_iter().chain(others).collect();
                self.hold_unclear(main, &all, count);
            }
            Sum::Wrong(cell) => self.hold_wrong_sum(main, &parts, cell, count),
        }
    }

    /// A column that has its head for itself: words below the head may say that it is only a part.
    fn single(&mut self, main: &HeadedColumn) {
        if !matches!(main.role, ColumnRole::Value(_)) {
            return;
        }
        let context = (self.rows.form, self.rows.vocabulary);
        let below = || main.words.iter().filter(|words| words.below);
        let none = BTreeSet::new();
        let kind = sub_head(below(), &none, main.own.as_ref(), &main.role, context);
        let Some(words) = below().next_back() else {
            return;
        };
        let (head, said) = (own_head(main), one_line(&words.said.text));
        let at = words.said.at;
        match kind {
            SubHead::Within => {
                let count = self.hold_cells(main);
                let part = findings::TH233 {
                    head,
                    part: said,
                    count,
                };
                self.notices.push((at, part.into()));
            }
            SubHead::Part if !self.rows.vocabulary.is_measure(&words.said.text) => {
                let words = findings::TH234 { head, words: said };
                self.notices.push((at, words.into()));
            }
            _ => {}
        }
    }

    /// Whether all figures of two columns are the same.
    fn is_same(&self, main: &HeadedColumn, other: &HeadedColumn) -> bool {
        let mut cells = self.cells.iter().filter(|c| c.at.column == main.column);
        cells.all(|cell| {
            let beside = Address::new(cell.at.row, other.column);
            self.rows.sheet.get(beside) == cell.content.as_ref()
        })
    }

    /// Takes the cells of a column out of the table. Returns how many were filled.
    fn hold_cells(&mut self, main: &HeadedColumn) -> i64 {
        let before = std::mem::take(self.cells);
        let (own, others): (Vec<_>, Vec<_>) =
            before.into_iter().partition(|c| c.at.column == main.column);
        *self.cells = others;
        let held = own.iter().filter(|cell| cell.content.is_some()).count() as i64;
        self.held += held;
        held
    }

    fn hold_repeated(&mut self, main: &HeadedColumn, again: &HeadedColumn, count: i64) {
        let held = self.hold_cells(main);
        let first = main
            .head
            .as_ref()
            .map(|head| self.rows.sheet.cell_name(head.at));
        let repeated = findings::TH225 {
            head: text_of(again),
            first: first.unwrap_or_else(|| Address::column_name(main.column)),
            count: count + held,
        };
        self.notices
            .push((place_of(again, self.rows.header), repeated.into()));
    }

    fn hold_unclear(&mut self, main: &HeadedColumn, all: &[&HeadedColumn], count: i64) {
        let held = self.hold_cells(main);
        let unclear = findings::TH231 {
            head: own_head(main),
            columns: self.named(all),
            count: count + held,
        };
        self.notices
            .push((place_of(main, self.rows.header), unclear.into()));
    }

    fn hold_wrong_sum(
        &mut self,
        main: &HeadedColumn,
        parts: &[&HeadedColumn],
        cell: Address,
        count: i64,
    ) {
        let held = self.hold_cells(main);
        let wrong = findings::TH232 {
            head: own_head(main),
            columns: self.named(parts),
            total: text_of(main),
            cell: self.rows.sheet.cell_name(cell),
            count: count + held,
        };
        self.notices
            .push((place_of(main, self.rows.header), wrong.into()));
    }

    /// Notes that a column was taken and others were not.
    fn take(&mut self, main: &HeadedColumn, others: &[&HeadedColumn], count: i64) {
        let texts: Vec<String> = others.iter().map(|c| format!("`{}`", text_of(c))).collect();
        let key = (text_of(main), texts.join(", "));
        let place = place_of(main, self.rows.header);
        let taken = self.taken.entry(key).or_insert((place, Vec::new(), 0));
        let head = format!("`{}`", own_head(main));
        if !taken.1.contains(&head) {
            taken.1.push(head);
        }
        taken.2 += count;
    }

    fn note_taken(&mut self) {
        for ((total, columns), (at, heads, count)) in std::mem::take(&mut self.taken) {
            let taken = findings::TH230 {
                heads: heads.join(", "),
                columns,
                total,
                count,
            };
            self.notices.push((at, taken.into()));
        }
    }

    /// Columns with their cells, for a message.
    fn named(&self, columns: &[&HeadedColumn]) -> String {
        let names = columns.iter().map(|column| {
            let at = place_of(column, self.rows.header);
            format!("`{}` ({})", text_of(column), self.rows.sheet.cell_name(at))
        });
        names.collect::<Vec<_>>().join(", ")
    }

    /// Whether parts add up to the whole in every row in which they can. Texts are read in both ways to write numbers.
    fn sum(&self, whole: &HeadedColumn, parts: &[&HeadedColumn]) -> Sum {
        match self.sum_written_with(whole, parts, ',') {
            Sum::Proven => Sum::Proven,
            other => match self.sum_written_with(whole, parts, '.') {
                Sum::Proven => Sum::Proven,
                _ => other,
            },
        }
    }

    fn sum_written_with(&self, whole: &HeadedColumn, parts: &[&HeadedColumn], mark: char) -> Sum {
        let mut proven = false;
        for cell in self.cells.iter().filter(|c| c.at.column == whole.column) {
            let ColumnRef::Value(value) = cell.column else {
                continue;
            };
            if !(self.rows.form.rows[cell.row].adds_up && self.rows.form.columns[value].adds_up) {
                continue;
            }
            let numbers: Vec<Option<Written>> = parts
                .iter()
                .map(|part| Address::new(cell.at.row, part.column))
                .map(|at| number(self.rows.sheet.get(at), mark))
                .collect();
            let Some(total) = number(cell.content.as_ref(), mark) else {
                // Parts without a whole: nobody added them up.
                if cell.content.is_none() && numbers.iter().flatten().any(|n| n.value != 0.0) {
                    return Sum::Wrong(cell.at);
                }
                continue;
            };
            let is_complete = numbers.iter().all(Option::is_some);
            let sum: f64 = numbers.iter().flatten().map(|n| n.value).sum();
            let all = numbers.iter().flatten().chain([&total]);
            let decimals = all.map(|n| n.decimals).min().unwrap_or(0);
            // Each figure may be off by half a unit of its last place.
            let figures: f64 = numbers.iter().map(|_| 1.0).sum();
            let rounding = (figures + 1.0) * 0.5 * 10_f64.powi(-decimals) + 1e-6;
            if (total.value - sum).abs() > rounding {
                if is_complete {
                    return Sum::Wrong(cell.at);
                }
            } else {
                proven |= total.value != 0.0;
            }
        }
        if proven { Sum::Proven } else { Sum::Open }
    }
}

/// A number as it is written.
struct Written {
    value: f64,
    decimals: i32,
}

/// The number in a cell with this decimal mark; a text without digits is nil. None for a blank cell and for other texts.
fn number(content: Option<&CellContent>, mark: char) -> Option<Written> {
    let text = match content? {
        CellContent::Number(n) => n.to_string(),
        CellContent::Shown(shown) => shown.text.clone(),
        CellContent::Text(text) => text.clone(),
        _ => return None,
    };
    let stored = matches!(content?, CellContent::Number(_));
    if !text.contains(|c: char| c.is_ascii_digit()) {
        return (text.trim().chars().count() <= 3).then_some(Written {
            value: 0.0,
            decimals: 6,
        });
    }
    let mark = if stored { '.' } else { mark };
    let plain: String = text
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == mark || *c == '-' || c.is_alphabetic())
        .map(|c| if c == mark { '.' } else { c })
        .collect();
    let decimals = plain.split_once('.').map_or(0, |(_, d)| d.len());
    Some(Written {
        value: plain.parse().ok()?,
        decimals: i32::try_from(decimals).unwrap_or(0),
    })
}

/// Whether two columns have the same words beside the head of the form.
fn has_same_words(column: &HeadedColumn, other: &HeadedColumn) -> bool {
    let folded = |column: &HeadedColumn| -> Vec<String> {
        column.words.iter().map(|w| w.folded.clone()).collect()
    };
    folded(column) == folded(other)
}

/// The words that all columns under a head have.
fn common_words(main: &HeadedColumn, others: &[(&HeadedColumn, i64)]) -> BTreeSet<String> {
    let mut common: BTreeSet<String> = main.words.iter().map(|w| w.folded.clone()).collect();
    for (column, _) in others {
        common.retain(|word| column.words.iter().any(|w| w.folded == *word));
    }
    common
}

/// The words of a column that others under its head do not share, or else its head.
fn text_of(column: &HeadedColumn) -> String {
    let words: Vec<String> = column
        .words
        .iter()
        .map(|w| one_line(&w.said.text))
        .collect();
    if words.is_empty() {
        column
            .head
            .as_ref()
            .map_or_else(String::new, |head| one_line(&head.text))
    } else {
        words.join(" › ")
    }
}

/// The head of the form over a column.
fn own_head(column: &HeadedColumn) -> String {
    let own = column.own.as_ref().or(column.head.as_ref());
    own.map_or_else(String::new, |head| one_line(&head.text))
}

/// The cell at which a column is named.
fn place_of(column: &HeadedColumn, header: &Header) -> Address {
    let below = column.words.iter().rev().find(|w| w.below);
    let head = below.map(|w| w.said.at);
    head.or_else(|| column.head.as_ref().map(|head| head.at))
        .filter(|at| at.column == column.column)
        .unwrap_or(Address::new(header.bottom, column.column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_with_either_decimal_mark() {
        let read = |content: CellContent, mark| number(Some(&content), mark).map(|n| n.value);
        let text = |text: &str| CellContent::Text(text.to_owned());
        assert_eq!(read(CellContent::Number(1050.5), ','), Some(1050.5));
        assert_eq!(read(text("16.000"), ','), Some(16_000.0));
        assert_eq!(read(text("16.000"), '.'), Some(16.0));
        assert_eq!(read(text("1 234,5"), ','), Some(1234.5));
        assert_eq!(read(text("-"), ','), Some(0.0));
        assert_eq!(read(text("12 HTX"), ','), None);
        assert!(number(None, ',').is_none());
    }
}
