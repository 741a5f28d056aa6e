//! The book: tables in chapters, each chapter with a few sentences and charts about its figures.
//!
//! The pipeline states what a chapter says (`chapters/<id>.toml`); the edition states which chapters and tables it has.
//! Sentences and charts take their figures from printed tables only, so that a reader can find each of them.

mod build;
mod chapter;
mod chart;
mod content;
mod prose;
mod sentence;
#[cfg(test)]
mod tests;

pub use chapter::{ChapterDefinition, RawChapter};
pub use content::{Book, Chapter, Chart, ChartKind, LeftOut, Point, Series};
pub use prose::ProseError;
