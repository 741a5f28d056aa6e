//! The printed table as a value: everything that a reader sees, and nothing about its layout.
//!
//! Every kind of publication shows the same value. A cell keeps its exact value beside its text, so that what is printed
//! can be compared with what is stored.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::number::cell_text;
use super::words::{PrintedWords, Symbol, SymbolKind};
use crate::text::{Bilingual, rounded};

/// A table, ready to be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Identifier: the number under which it is printed.
    pub id: String,
    /// Title.
    pub title: Bilingual,
    /// What it covers, below the title.
    pub scope: Option<Bilingual>,
    /// Unit of measure of all figures whose row and column have none.
    pub unit: Option<Bilingual>,
    /// Head of the row labels.
    pub rows_head: Bilingual,
    /// Head of the column of units; none where rows have no units.
    pub unit_head: Option<Bilingual>,
    /// Columns, from the left.
    pub columns: Vec<ColumnHead>,
    /// Rows, from the top.
    pub rows: Vec<TableRow>,
    /// Notes below the table, in order.
    pub notes: Vec<Bilingual>,
    /// The symbols in its cells.
    pub symbols: Vec<Symbol>,
    /// Where the figures come from, and how many units reported.
    pub source: Bilingual,
    /// Whether at least one unit sent all forms of the table.
    pub is_reported: bool,
}

impl Table {
    /// Whether its forms were sent and it prints at least one figure.
    #[must_use]
    pub fn has_figures(&self) -> bool {
        if !self.is_reported {
            return false;
        }
        let mut cells = self.rows.iter().flat_map(|row| row.cells.iter().flatten());
        cells.any(Cell::shows_value)
    }
}

/// The head of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnHead {
    /// Identifier within the table: `htx_total-2025`.
    pub id: String,
    /// The text above the column.
    pub head: Bilingual,
    /// A text above the head that spans it and its neighbours with the same text.
    pub over: Option<Bilingual>,
    /// Unit of measure, if it differs from the table's.
    pub unit: Option<Bilingual>,
}

/// The style of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowStyle {
    /// The total of the table.
    Total,
    /// A group with its members below it, such as a region.
    Group,
    /// A heading without figures.
    Section,
    /// Any other row.
    Plain,
}

impl RowStyle {
    /// The names of all styles, for messages.
    pub(super) const NAMES: &'static str = "total, group, section, plain";

    /// The style that a query names.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "total" => Some(Self::Total),
            "group" => Some(Self::Group),
            "section" => Some(Self::Section),
            "plain" => Some(Self::Plain),
            _ => None,
        }
    }

    /// The name of the style in queries.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Group => "group",
            Self::Section => "section",
            Self::Plain => "plain",
        }
    }
}

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub struct TableRow {
    /// Identifier within the table: a code of the contract (unit, region, sector, indicator).
    pub id: String,
    /// Depth, from 0.
    pub level: usize,
    /// Style.
    pub style: RowStyle,
    /// Label.
    pub label: Bilingual,
    /// Unit of measure, if rows have their own.
    pub unit: Option<Bilingual>,
    /// A cell for each column; none where the table stays blank.
    pub cells: Vec<Option<Cell>>,
}

/// A printed figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The exact value; none where there is no figure to print.
    pub value: Option<Decimal>,
    /// Digits printed after the decimal mark.
    pub decimals: u32,
    /// The status of the figure.
    pub status: FigureStatus,
    /// Whether it is also an estimate, although another status takes precedence.
    pub estimated: bool,
    /// The printed text.
    pub text: String,
    /// Units that reported and units expected, if the figure is aggregated from units.
    pub units: Option<(i64, i64)>,
    /// The names of the units that are missing in it.
    pub missing: Vec<Bilingual>,
    /// Where it comes from.
    pub origin: Origin,
    /// Words that stand in place of a figure.
    pub words: Option<Bilingual>,
}

/// Where a printed figure comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Origin {
    /// The query combined figures itself and does not state which.
    #[default]
    Unsaid,
    /// A figure of the lake.
    Figure(FigureKey),
    /// Several figures of the lake, combined by the measure of their indicator.
    Together(Vec<FigureKey>),
    /// Computed in print from other cells of the table: row and column of each, from 0.
    Cells(Computation, Vec<(usize, usize)>),
    /// A number of the definitions; says which document states it.
    Stated(String),
    /// How many of several figures of the lake pass a test.
    Counted(FigureTest, Vec<FigureKey>),
    /// The number of these entries of a register.
    Items(Vec<ItemKey>),
}

/// A comparison of a figure with a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureTest {
    /// `>=`, `>`, `<=`, `<` or `=`.
    pub comparator: String,
    /// The number.
    pub value: Decimal,
}

impl FigureTest {
    /// Whether a figure passes.
    #[must_use]
    pub fn passes(&self, figure: Decimal) -> bool {
        match self.comparator.as_str() {
            ">=" => figure >= self.value,
            ">" => figure > self.value,
            "<=" => figure <= self.value,
            "<" => figure < self.value,
            _ => figure == self.value,
        }
    }
}

/// An entry of a register that a cell counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ItemKey {
    /// Its identifier.
    pub id: String,
    /// The records that decide where it is counted: report, and row from 1.
    pub records: Vec<(String, i64)>,
}

impl Origin {
    /// The figures of the lake that it names.
    #[must_use]
    pub fn figures(&self) -> &[FigureKey] {
        match self {
            Self::Figure(key) => std::slice::from_ref(key),
            Self::Together(keys) | Self::Counted(_, keys) => keys,
            Self::Unsaid | Self::Cells(..) | Self::Stated(_) | Self::Items(_) => &[],
        }
    }
}

/// A computation in print, from operands in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Computation {
    /// The first in per cent of the second.
    Share,
    /// The first less the second, in per cent of the absolute value of the second.
    Growth,
    /// The first less the second.
    Difference,
    /// The first over the second.
    Ratio,
    /// The mean of all.
    Average,
    /// How far the second has come on the way from the first to the third, in per cent.
    Way,
    /// By how much the second must rise in each of so many years to reach the first; 0 if it is there.
    RiseAYear(u16),
    /// By how much it must fall, as a negative number; 0 if it is there.
    FallAYear(u16),
}

impl Computation {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Share => "share",
            Self::Growth => "growth",
            Self::Difference => "difference",
            Self::Ratio => "ratio",
            Self::Average => "average",
            Self::Way => "way",
            Self::RiseAYear(_) => "rise_a_year",
            Self::FallAYear(_) => "fall_a_year",
        }
    }

    /// Its result, exact or to 28 digits; none if a divisor is zero.
    #[must_use]
    pub fn of(self, operands: &[Decimal]) -> Option<Decimal> {
        let hundred = Decimal::ONE_HUNDRED;
        match (self, operands) {
            (Self::Share, [part, whole]) => part.checked_mul(hundred)?.checked_div(*whole),
            (Self::Growth, [now, before]) => now
                .checked_sub(*before)?
                .checked_mul(hundred)?
                .checked_div(before.abs()),
            (Self::Difference, [a, b]) => a.checked_sub(*b),
            (Self::Ratio, [a, b]) => a.checked_div(*b),
            (Self::Way, [first, now, last]) => now
                .checked_sub(*first)?
                .checked_mul(hundred)?
                .checked_div(last.checked_sub(*first)?),
            (Self::RiseAYear(years), [goal, now]) => {
                let needed = goal.checked_sub(*now)?.checked_div(years.into())?;
                Some(needed.max(Decimal::ZERO))
            }
            (Self::FallAYear(years), [goal, now]) => {
                let needed = goal.checked_sub(*now)?.checked_div(years.into())?;
                Some(needed.min(Decimal::ZERO))
            }
            (Self::Average, operands) => {
                let sum = operands
                    .iter()
                    .try_fold(Decimal::ZERO, |sum, v| sum.checked_add(*v))?;
                sum.checked_div(Decimal::from(operands.len()))
            }
            _ => None,
        }
    }
}

/// The key of a figure of `provincial`, `regional` or `national`. Its scenario is the table's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FigureKey {
    /// Vintage of the geography.
    pub geography: String,
    /// Code of the country, region or unit.
    pub code: String,
    /// Indicator.
    pub indicator: String,
    /// The [`Members`](crate::text::Members) of breakdowns that it is of, as a text.
    pub members: String,
    /// Period.
    pub period: String,
}

impl Cell {
    /// The cell with its text, printed with the symbols of `words`.
    pub(super) fn printed(mut self, words: &PrintedWords) -> Self {
        let marks = self.marks();
        self.text = match &self.words {
            None => cell_text(self.value, self.decimals, &marks, words),
            Some(said) => {
                let mut text = if said.is_same() {
                    said.vi.clone()
                } else {
                    format!("{} / {}", said.vi, said.en)
                };
                for kind in marks.iter().filter(|kind| kind.follows_figure()) {
                    text.push(' ');
                    text.push_str(&words.symbol(*kind).mark);
                }
                text
            }
        };
        self
    }

    /// The printed text in two parts: the figure or the symbol in its place, and the marks that follow it.
    #[must_use]
    pub fn parts(&self, words: &PrintedWords) -> (String, String) {
        let marks: Vec<&str> = self
            .marks()
            .into_iter()
            .filter(|kind| (self.shows_value() || self.words.is_some()) && kind.follows_figure())
            .map(|kind| words.symbol(kind).mark.as_str())
            .collect();
        let marks = marks.join(" ");
        let figure = self.text.strip_suffix(&marks).unwrap_or(&self.text);
        (figure.trim_end().to_owned(), marks)
    }

    /// The symbols of its status: those that follow a figure or replace it.
    #[must_use]
    pub fn marks(&self) -> BTreeSet<SymbolKind> {
        let mut marks = BTreeSet::new();
        marks.extend(self.status.symbol());
        if self.estimated && (self.shows_value() || self.words.is_some()) {
            marks.insert(SymbolKind::Estimate);
        }
        marks
    }

    /// Whether it prints a figure that is made of estimates, all or some of it.
    #[must_use]
    pub fn is_estimate(&self) -> bool {
        self.marks().contains(&SymbolKind::Estimate)
    }

    /// Whether it prints a figure. A withheld value is known but not printed.
    #[must_use]
    pub fn shows_value(&self) -> bool {
        self.value.is_some() && self.status.symbol().is_none_or(SymbolKind::follows_figure)
    }

    /// All symbols that it shows, including those of its value.
    #[must_use]
    pub fn symbols(&self) -> BTreeSet<SymbolKind> {
        let mut symbols = self.marks();
        match self.value {
            Some(value) if value.is_zero() => {
                symbols.insert(SymbolKind::Nil);
            }
            Some(value) if rounded(value, self.decimals).is_zero() => {
                symbols.insert(SymbolKind::Rounded);
            }
            _ => {}
        }
        symbols
    }
}

/// The status of a figure: an SDMX `OBS_STATUS`, or absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FigureStatus {
    /// A: as reported.
    Normal,
    /// E: an estimate; there is no actual value yet.
    Estimate,
    /// I: imputed.
    Imputed,
    /// P: a part is missing.
    Partial,
    /// Q: withheld.
    Withheld,
    /// M: cannot exist.
    NotApplicable,
    /// L: exists but is not collected.
    NotCollected,
    /// O: asked but not answered.
    NotAnswered,
    /// No figure, or a comparison that may not be printed.
    Absent,
}

impl FigureStatus {
    /// The status of a stored figure, from its code and whether it has a value.
    #[must_use]
    pub fn of(code: Option<&str>, has_value: bool) -> Self {
        match (code, has_value) {
            (Some("Q"), _) => Self::Withheld,
            (Some("M"), _) => Self::NotApplicable,
            (Some("L"), false) => Self::NotCollected,
            (Some("O"), false) => Self::NotAnswered,
            (_, false) => Self::Absent,
            (Some("E"), true) => Self::Estimate,
            (Some("I"), true) => Self::Imputed,
            (Some("P" | "L" | "O"), true) => Self::Partial,
            (_, true) => Self::Normal,
        }
    }

    /// Its SDMX code; empty where there is no figure.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Normal => "A",
            Self::Estimate => "E",
            Self::Imputed => "I",
            Self::Partial => "P",
            Self::Withheld => "Q",
            Self::NotApplicable => "M",
            Self::NotCollected => "L",
            Self::NotAnswered => "O",
            Self::Absent => "",
        }
    }

    /// Whether a figure with this status is complete, so that it may be compared with another.
    #[must_use]
    pub fn is_whole(self) -> bool {
        matches!(self, Self::Normal | Self::Estimate | Self::Imputed)
    }

    /// The symbol that it is printed with.
    #[must_use]
    pub fn symbol(self) -> Option<SymbolKind> {
        match self {
            Self::Normal => None,
            Self::Estimate => Some(SymbolKind::Estimate),
            Self::Imputed => Some(SymbolKind::Imputed),
            Self::Partial => Some(SymbolKind::Partial),
            Self::Withheld => Some(SymbolKind::Withheld),
            Self::NotApplicable => Some(SymbolKind::NotApplicable),
            Self::NotCollected | Self::NotAnswered | Self::Absent => Some(SymbolKind::NotAvailable),
        }
    }
}
