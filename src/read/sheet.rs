//! A sheet as it was read: sparse cells, merged ranges, what is hidden, texts before they were decoded.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::address::{Address, CellRange};
use super::content::{BorrowedContent, CellContent, Withheld, WithheldCell};
use super::merged::{CoverSweep, MergedRanges};
use crate::text::visible;

/// A part of a text in one font.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FontRun {
    /// The text, as read.
    pub text: String,
    /// Its font, if that belongs to an old encoding.
    pub font: Option<Arc<str>>,
}

/// A text as it was read, before it was decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecoded {
    /// The text as read.
    pub text: String,
    /// The encoding it was in.
    pub encoding: String,
}

/// What a reader noticed at a cell that it read, or that it had to skip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadNote {
    /// A part of the text is struck out; the rest was read.
    StruckPart,
    /// The cell was skipped; why.
    Skipped(String),
    /// The sheet is damaged from here on; why.
    DamagedFrom(String),
}

/// Ranges (first and last, both included), joined where they touch.
pub(super) fn joined(mut ranges: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    ranges.sort_unstable();
    let mut joined: Vec<(u32, u32)> = Vec::new();
    for (from, to) in ranges {
        match joined.last_mut() {
            Some((_, last)) if from <= last.saturating_add(1) => *last = to.max(*last),
            _ => joined.push((from, to)),
        }
    }
    joined
}

/// One sheet of a workbook, or a text file.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// Name; none for a text file.
    pub name: Option<String>,
    /// Whether the workbook shows it.
    pub visible: bool,
    /// Hidden rows, from 0; none where the format does not tell.
    pub hidden_rows: Option<BTreeSet<u32>>,
    /// Hidden columns, from 0, as ranges (first and last, both included); none where the format does not tell.
    pub hidden_columns: Option<Vec<(u32, u32)>>,
    /// Whether rows and columns are exchanged.
    turned: bool,
    rows: BTreeMap<u32, BTreeMap<u32, CellContent>>,
    merged: MergedRanges,
    cells: usize,
    /// Cells whose content must not be loaded.
    withheld: BTreeMap<Address, WithheldCell>,
    /// What the reader noticed.
    notes: Vec<(Address, ReadNote)>,
    /// The runs of texts that are set in fonts of old encodings.
    runs: BTreeMap<Address, Vec<FontRun>>,
    /// The texts as read, where decoding changed them.
    undecoded: BTreeMap<Address, Undecoded>,
}

impl Sheet {
    /// An empty sheet.
    #[must_use]
    pub fn new(name: Option<String>, visible: bool) -> Self {
        Self {
            name,
            visible,
            ..Self::default()
        }
    }

    /// Puts a cell into the sheet, without marks that nobody sees; blank text is ignored. Content that must not be loaded is
    /// kept apart: for a reader of heads and labels such a cell is empty.
    pub fn put(&mut self, at: Address, content: CellContent) {
        let content = match content {
            CellContent::Withheld(cell) => {
                self.withheld.insert(at, *cell);
                return;
            }
            CellContent::Text(text) => match visible(&text) {
                Cow::Owned(shown) => CellContent::Text(shown),
                Cow::Borrowed(_) => CellContent::Text(text),
            },
            content => content,
        };
        if content.text().is_some_and(|text| text.trim().is_empty()) {
            return;
        }
        if self
            .rows
            .entry(at.row)
            .or_default()
            .insert(at.column, content)
            .is_none()
        {
            self.cells += 1;
        }
    }

    /// Empties a cell.
    pub(super) fn remove(&mut self, at: Address) {
        let cells = self.rows.get_mut(&at.row);
        if cells.is_some_and(|cells| cells.remove(&at.column).is_some()) {
            self.cells -= 1;
        }
    }

    /// Notes the runs of a cell that is set, all or in part, in a font of an old encoding.
    pub fn set_runs(&mut self, at: Address, runs: Vec<FontRun>) {
        self.runs.insert(at, runs);
    }

    /// The runs of a cell, if any part of it is set in a font of an old encoding.
    #[must_use]
    pub fn runs(&self, at: Address) -> Option<&[FontRun]> {
        self.runs.get(&at).map(Vec::as_slice)
    }

    /// Replaces a text by its decoded form; the text as read is kept in [`Self::undecoded`].
    pub fn decode(&mut self, at: Address, encoding: &str, decoded: String) {
        let Some(content) = self
            .rows
            .get_mut(&at.row)
            .and_then(|row| row.get_mut(&at.column))
        else {
            return;
        };
        if let CellContent::Text(read) = std::mem::replace(content, CellContent::Text(decoded)) {
            self.undecoded.entry(at).or_insert_with(|| Undecoded {
                text: read,
                encoding: encoding.to_owned(),
            });
        }
    }

    /// The text as read, for a cell whose text was decoded.
    #[must_use]
    pub fn undecoded(&self, at: Address) -> Option<&Undecoded> {
        self.undecoded.get(&at)
    }

    /// The cells whose texts were decoded, with the texts as read.
    pub fn all_undecoded(&self) -> impl Iterator<Item = (Address, &Undecoded)> {
        self.undecoded.iter().map(|(at, text)| (*at, text))
    }

    /// Whether a row is known to be hidden.
    #[must_use]
    pub fn hides_row(&self, row: u32) -> bool {
        self.hidden_rows
            .as_ref()
            .is_some_and(|rows| rows.contains(&row))
    }

    /// Whether a column is known to be hidden.
    #[must_use]
    pub fn hides_column(&self, column: u32) -> bool {
        self.hidden_columns.as_ref().is_some_and(|ranges| {
            ranges
                .iter()
                .any(|(from, to)| (*from..=*to).contains(&column))
        })
    }

    /// Whether the row or the column of a cell is known to be hidden.
    #[must_use]
    pub fn hides(&self, at: Address) -> bool {
        self.hides_row(at.row) || self.hides_column(at.column)
    }

    /// The content of a cell that must not be loaded, with the reason.
    #[must_use]
    pub fn withheld(&self, at: Address) -> Option<&WithheldCell> {
        self.withheld.get(&at)
    }

    /// All cells whose content must not be loaded.
    pub fn all_withheld(&self) -> impl Iterator<Item = (Address, &WithheldCell)> {
        self.withheld.iter().map(|(at, cell)| (*at, cell))
    }

    /// Notes something about a cell.
    pub fn note(&mut self, at: Address, note: ReadNote) {
        self.notes.push((at, note));
    }

    /// What the reader noticed, in the order of reading.
    #[must_use]
    pub fn notes(&self) -> &[(Address, ReadNote)] {
        &self.notes
    }

    /// Sets the merged ranges. What lies under them is withheld: only the first cell of a range is shown.
    pub fn merge(&mut self, ranges: Vec<CellRange>) {
        self.merged = MergedRanges::new(ranges);
        let mut sweep = CoverSweep::over(&self.merged);
        for (row, cells) in &mut self.rows {
            let covered =
                |column: &u32, _: &mut CellContent| sweep.covers(Address::new(*row, *column));
            for (column, content) in cells.extract_if(.., covered) {
                self.cells -= 1;
                let cell = WithheldCell {
                    why: Withheld::Covered,
                    text: content.as_read(),
                };
                self.withheld.insert(Address::new(*row, column), cell);
            }
        }
        self.rows.retain(|_, cells| !cells.is_empty());
    }

    /// Tells which cells lie under a merged range.
    pub(super) fn cover_sweep(&self) -> CoverSweep {
        CoverSweep::over(&self.merged)
    }

    /// The merged ranges.
    #[must_use]
    pub fn merged(&self) -> &[CellRange] {
        self.merged.all()
    }

    /// Number of filled cells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells
    }

    /// Whether no cell is filled.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells == 0
    }

    /// What a cell holds, if anything.
    #[must_use]
    pub fn get(&self, at: Address) -> Option<&CellContent> {
        self.rows.get(&at.row)?.get(&at.column)
    }

    /// What a cell shows: its own content, or that of the merged range it lies in.
    #[must_use]
    pub fn shown(&self, at: Address) -> Option<&CellContent> {
        self.get(at)
            .or_else(|| self.merged_at(at).and_then(|range| self.get(range.start)))
    }

    /// The merged range that a cell lies in.
    #[must_use]
    pub fn merged_at(&self, at: Address) -> Option<&CellRange> {
        self.merged.at(at)
    }

    /// The rows with filled cells, from the top; each with its cells, from the left.
    #[must_use]
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = (u32, &BTreeMap<u32, CellContent>)> {
        self.rows.iter().map(|(row, cells)| (*row, cells))
    }

    /// The nearest cell to the left of `at` in its row.
    #[must_use]
    pub fn left_of(&self, at: Address) -> Option<(Address, &CellContent)> {
        let (column, content) = self.rows.get(&at.row)?.range(..at.column).next_back()?;
        Some((Address::new(at.row, *column), content))
    }

    /// The nearest cell to the right of `at` in its row.
    #[must_use]
    pub fn right_of(&self, at: Address) -> Option<(Address, &CellContent)> {
        let (column, content) = self.rows.get(&at.row)?.range(at.column + 1..).next()?;
        Some((Address::new(at.row, *column), content))
    }

    /// The merged ranges that reach into the rows `top..=bottom`.
    pub fn merged_in(&self, top: u32, bottom: u32) -> impl Iterator<Item = &CellRange> {
        let reaches = move |range: &&CellRange| range.start.row <= bottom && range.end.row >= top;
        self.merged.all().iter().filter(reaches)
    }

    /// Whether rows and columns are exchanged.
    #[must_use]
    pub fn is_turned(&self) -> bool {
        self.turned
    }

    /// The address of a cell in the workbook: it differs where rows and columns are exchanged.
    #[must_use]
    pub fn home(&self, at: Address) -> Address {
        if self.turned { at.transposed() } else { at }
    }

    /// The address of a cell in the workbook, in `A1` notation.
    #[must_use]
    pub fn cell_name(&self, at: Address) -> String {
        self.home(at).to_string()
    }

    /// The cells within these rows and columns, at the same addresses.
    #[must_use]
    pub fn part(&self, rows: RangeInclusive<u32>, columns: RangeInclusive<u32>) -> Self {
        let within = |at: Address| rows.contains(&at.row) && columns.contains(&at.column);
        let mut part = Self::new(self.name.clone(), self.visible);
        part.turned = self.turned;
        for row in self.rows.range(rows.clone()).map(|(row, _)| *row) {
            for (at, content) in self.row(row).filter(|(at, _)| within(*at)) {
                part.put(at, content.clone());
            }
        }
        part.undecoded = self
            .undecoded
            .iter()
            .filter(|(at, _)| within(**at))
            .map(|(at, text)| (*at, text.clone()))
            .collect();
        part.withheld = self
            .withheld
            .iter()
            .filter(|(at, _)| within(**at))
            .map(|(at, cell)| (*at, cell.clone()))
            .collect();
        part.merged = self.merged.within(CellRange {
            start: Address::new(*rows.start(), *columns.start()),
            end: Address::new(*rows.end(), *columns.end()),
        });
        part
    }

    /// The cells that `keep` chooses, with everything that is known of the sheet.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(Address) -> bool) -> Self {
        let mut part = self.clone();
        for (row, cells) in &mut part.rows {
            cells.retain(|column, _| keep(Address::new(*row, *column)));
        }
        part.rows.retain(|_, cells| !cells.is_empty());
        part.undecoded.retain(|at, _| keep(*at));
        part.withheld.retain(|at, _| keep(*at));
        part.cells = part.rows.values().map(BTreeMap::len).sum();
        part
    }

    /// The sheet with rows and columns exchanged: `B1` moves to `A2`.
    #[must_use]
    pub fn transposed(&self) -> Self {
        let mut turned = Self::new(self.name.clone(), self.visible);
        turned.turned = !self.turned;
        for (at, content) in self.cells() {
            turned.put(at.transposed(), content.clone());
        }
        turned.undecoded = self
            .undecoded
            .iter()
            .map(|(at, text)| (at.transposed(), text.clone()))
            .collect();
        turned.withheld = self
            .withheld
            .iter()
            .map(|(at, cell)| (at.transposed(), cell.clone()))
            .collect();
        turned.merged = self.merged.transposed();
        turned
    }

    /// The numbers of the rows with filled cells, from `first` down.
    pub fn rows_from(&self, first: u32) -> impl Iterator<Item = u32> {
        self.rows.range(first..).map(|(row, _)| *row)
    }

    /// The cells of one row, from the left.
    pub fn row(&self, row: u32) -> impl Iterator<Item = (Address, &CellContent)> {
        self.rows
            .get(&row)
            .into_iter()
            .flatten()
            .map(move |(column, content)| (Address::new(row, *column), content))
    }

    /// The numbers of the rows with filled or withheld cells, from `first` down.
    #[must_use]
    pub fn rows_with_withheld(&self, first: u32) -> BTreeSet<u32> {
        let from = Address::new(first, 0)..;
        let withheld = self.withheld.range(from).map(|(at, _)| at.row);
        self.rows_from(first).chain(withheld).collect()
    }

    /// The filled and the withheld cells of one row, from the left.
    #[must_use]
    pub fn row_with_withheld(&self, row: u32) -> Vec<(Address, BorrowedContent<'_>)> {
        let whole = Address::new(row, 0)..=Address::new(row, u32::MAX);
        let withheld = self.withheld.range(whole);
        let withheld = withheld.map(|(at, cell)| (*at, BorrowedContent::Withheld(cell)));
        let filled = self.row(row).map(|(at, content)| (at, content.into()));
        let mut cells: Vec<_> = filled.chain(withheld).collect();
        cells.sort_by_key(|(at, _)| *at);
        cells
    }

    /// All cells, row by row.
    pub fn cells(&self) -> impl Iterator<Item = (Address, &CellContent)> {
        self.rows.iter().flat_map(|(row, cells)| {
            cells
                .iter()
                .map(move |(column, content)| (Address::new(*row, *column), content))
        })
    }
}
