//! Printed tables: a definition and its query become a [`Table`], a value that every kind of publication shows in its own
//! way.
//!
//! The pipeline states what a table says, in which words and from which figures (`tables/*.toml`, `*.sql`,
//! `editions/*.toml`, `printed.toml` of the reference). This module has the rules of every statistical table: how a figure
//! is rounded and marked, when a comparison may be printed, which notes a gap needs.

mod assemble;
mod book;
mod build;
mod check;
mod column;
mod compare;
mod computed;
mod definition;
mod delivered;
mod edition;
mod fault;
mod notes;
mod number;
mod order;
mod parameters;
mod raw_edition;
mod remarks;
mod reported;
mod span;
mod table;
#[cfg(test)]
mod tests;
mod words;

pub use book::{
    Book, Chapter, ChapterDefinition, Chart, ChartKind, LeftOut, Point, ProseError, RawChapter,
    Series,
};
pub use build::TableBuilder;
pub use check::check;
pub use column::RawTableColumn;
pub use definition::{RawTable, TableDefinition};
pub use edition::{Awaited, Context, Edition, EditionChapter};
pub use number::format_decimal;
pub use order::{OfficialOrder, register_order};
pub use raw_edition::{Layout, License, RawEdition};
pub use table::{
    Cell, ColumnHead, Computation, FigureKey, FigureStatus, FigureTest, ItemKey, Origin, RowStyle,
    Table, TableRow,
};
pub use words::{Phrases, PrintedWords, RawPrinted, Symbol, SymbolKind, written};

pub use crate::text::Bilingual as Text;
