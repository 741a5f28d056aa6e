//! Printed tables: a definition and its query become a [`Table`], a pure value that every kind of
//! publication (workbook, CSV, later PDF) shows in its own way.
//!
//! What a table says, in which words and from which figures, stands in the pipeline (`tables/*.toml`, `*.sql`,
//! `editions/*.toml`, the printed words of the reference). Here is what is true of every statistical table:
//! how a figure is rounded and marked, when a comparison may be printed, which notes a gap demands.

mod book;
mod build;
mod check;
mod column;
mod compare;
mod definition;
mod edition;
mod notes;
mod number;
mod order;
mod parameters;
mod reported;
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
pub use column::RawColumn;
pub use definition::{RawTable, TableDefinition};
pub use edition::{Awaited, Context, Edition, EditionChapter, License, RawEdition};
pub use number::format_decimal;
pub use order::{OfficialOrder, register_order};
pub use table::{Cell, Computation, FigureKey, Head, Origin, Row, RowStyle, Status, Table, Text};
pub use words::{RawPrinted, Symbol, SymbolKind, Words, written};
