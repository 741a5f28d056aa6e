//! The printed table as a value: everything a reader sees and nothing about how it is drawn.
//!
//! It is kept apart from its making so that a workbook, a CSV and later a book show the same table, and so that
//! what is printed can be compared with what is stored: a cell keeps its exact value beside its text.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::number::cell_text;
use super::words::{Symbol, SymbolKind, Words};
pub use crate::text::Bilingual as Text;
use crate::text::rounded;

/// A table, ready to be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Identifier, the number it is printed under.
    pub id: String,
    /// Title.
    pub title: Text,
    /// What it covers, under the title.
    pub scope: Option<Text>,
    /// Unit of measure of all figures that have none of their own.
    pub unit: Option<Text>,
    /// Head of the row labels.
    pub rows_head: Text,
    /// Head of the column of units; none where rows have no units of their own.
    pub unit_head: Option<Text>,
    /// Columns, from the left.
    pub columns: Vec<Head>,
    /// Rows, from the top.
    pub rows: Vec<Row>,
    /// Notes under the table, in order.
    pub notes: Vec<Text>,
    /// The symbols that stand in its cells.
    pub symbols: Vec<Symbol>,
    /// Where the figures come from, and how many units reported.
    pub source: Text,
    /// Whether a single unit sent all the forms that the table is made of.
    pub is_reported: bool,
}

impl Table {
    /// Whether its forms came, and a single figure is printed in it.
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
pub struct Head {
    /// Identifier within the table: `htx_total-2025`.
    pub id: String,
    /// What stands above the column.
    pub head: Text,
    /// What spans it and its neighbours with the same text, above the head.
    pub over: Option<Text>,
    /// Unit of measure, where it is not the table's.
    pub unit: Option<Text>,
}

/// How a row stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowStyle {
    /// The total of the table.
    Total,
    /// A group with its members under it: a region.
    Group,
    /// A heading without figures.
    Section,
    /// Any other.
    Plain,
}

impl RowStyle {
    /// The style a query names.
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

    /// The name of the style, as a query writes it.
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
pub struct Row {
    /// Identifier within the table: a code of the contract (unit, region, sector, indicator).
    pub id: String,
    /// Depth, from 0.
    pub level: usize,
    /// How it stands out.
    pub style: RowStyle,
    /// Label.
    pub label: Text,
    /// Unit of measure, where rows have their own.
    pub unit: Option<Text>,
    /// A cell for each column; none where the table leaves the place blank.
    pub cells: Vec<Option<Cell>>,
}

/// A printed figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The exact value; none where there is no figure to print.
    pub value: Option<Decimal>,
    /// Places printed after the decimal mark.
    pub decimals: u32,
    /// What kind of figure it is.
    pub status: Status,
    /// Whether it is an estimate too, although another status goes before that.
    pub estimated: bool,
    /// What is printed.
    pub text: String,
    /// Units that reported and units expected, where the figure is counted from units.
    pub units: Option<(i64, i64)>,
    /// The units that are missing in it.
    pub missing: Vec<Text>,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a printed figure comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Origin {
    /// The query put it together itself and does not say of what.
    #[default]
    Unsaid,
    /// It is a figure of the lake.
    Figure(FigureKey),
    /// Several figures of the lake together, by the measure of their indicator.
    Together(Vec<FigureKey>),
    /// It is computed in print from other cells of the table: row and column of each, from 0.
    Cells(Computation, Vec<(usize, usize)>),
}

impl Origin {
    /// The figures of the lake that it names itself.
    #[must_use]
    pub fn figures(&self) -> &[FigureKey] {
        match self {
            Self::Figure(key) => std::slice::from_ref(key),
            Self::Together(keys) => keys,
            Self::Unsaid | Self::Cells(..) => &[],
        }
    }
}

/// What is computed in print, from its operands in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Computation {
    /// The first in per cent of the second.
    Share,
    /// The first less the second, in per cent of the second's size.
    Growth,
    /// The first less the second.
    Difference,
    /// The first over the second.
    Ratio,
    /// The mean of all.
    Average,
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
        }
    }

    /// Its result, exact or to 28 digits; none where a divisor is zero.
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

/// A figure of `provincial`, `regional` or `national`, of all funds together; its scenario is the table's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FigureKey {
    /// Vintage of the geography.
    pub geography: String,
    /// Code of the country, region or unit.
    pub code: String,
    /// Indicator.
    pub indicator: String,
    /// Sector.
    pub sector: String,
    /// Period.
    pub period: String,
}

impl Cell {
    /// Gives the cell its text, in the signs of `words`.
    pub(super) fn printed(mut self, words: &Words) -> Self {
        self.text = cell_text(self.value, self.decimals, &self.marks(), words);
        self
    }

    /// What is printed, in two: the figure or the symbol in its place, and the marks that follow it.
    #[must_use]
    pub fn parts(&self, words: &Words) -> (String, String) {
        let marks: Vec<&str> = self
            .marks()
            .into_iter()
            .filter(|kind| self.shows_value() && kind.follows_figure())
            .map(|kind| words.symbol(kind).mark.as_str())
            .collect();
        let marks = marks.join(" ");
        let figure = self.text.strip_suffix(&marks).unwrap_or(&self.text);
        (figure.trim_end().to_owned(), marks)
    }

    /// The symbols that a cell shows for what it is: those that follow a figure, or stand in its place.
    #[must_use]
    pub fn marks(&self) -> BTreeSet<SymbolKind> {
        let mut marks = BTreeSet::new();
        marks.extend(self.status.symbol());
        if self.estimated {
            marks.insert(SymbolKind::Estimate);
        }
        marks
    }

    /// Whether a figure stands in it; what is withheld does not, although it is known.
    #[must_use]
    pub fn shows_value(&self) -> bool {
        self.value.is_some() && self.status.symbol().is_none_or(SymbolKind::follows_figure)
    }

    /// All symbols that a cell shows, those of its value too.
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

/// The status of a figure, an SDMX `OBS_STATUS`, or none for a figure that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// A: as reported.
    Normal,
    /// E: an estimate, no actual has come yet.
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
    /// O: was asked and not answered.
    NotAnswered,
    /// There is no figure of any status, or a comparison that may not be printed.
    Absent,
}

impl Status {
    /// The status of a stored figure: its code, and whether it has a value.
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

    /// Whether a figure of this status is whole, so that it may be compared with another.
    #[must_use]
    pub fn is_whole(self) -> bool {
        matches!(self, Self::Normal | Self::Estimate | Self::Imputed)
    }

    /// The symbol it is printed with.
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
