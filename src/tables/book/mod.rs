//! The book: tables in chapters, each with a few sentences and charts of its figures.
//!
//! What a chapter says stands in the pipeline (`chapters/<id>.toml`); which chapters with which tables make an edition,
//! in the edition. Here is how sentences and charts take their figures: from printed tables alone, so that a reader
//! finds each of them again.

mod chapter;
mod chart;
mod prose;
#[cfg(test)]
mod tests;

pub use chapter::{ChapterDefinition, RawChapter};
pub use chart::{Chart, ChartKind, Point, Series};
pub use prose::ProseError;

use super::edition::Edition;
use super::table::{Table, Text};

/// A book, ready to be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Book {
    /// Its chapters, in order.
    pub chapters: Vec<Chapter>,
    /// The tables that belong to it and are not there yet.
    pub left_out: Vec<LeftOut>,
    /// How it was made: lines for the imprint.
    pub imprint: Vec<Text>,
}

impl Book {
    /// A book of tables alone, without chapters.
    #[must_use]
    pub fn of_tables(tables: Vec<Table>) -> Self {
        let chapter = Chapter {
            title: None,
            paragraphs: Vec::new(),
            charts: Vec::new(),
            tables,
        };
        Self {
            chapters: vec![chapter],
            left_out: Vec::new(),
            imprint: Vec::new(),
        }
    }

    /// Its tables, in order.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.chapters.iter().flat_map(|chapter| &chapter.tables)
    }
}

/// A chapter.
#[derive(Debug, Clone, PartialEq)]
pub struct Chapter {
    /// Title; none where the edition has no chapters.
    pub title: Option<Text>,
    /// What is said of its figures.
    pub paragraphs: Vec<Text>,
    /// Charts, in order.
    pub charts: Vec<Chart>,
    /// Tables, in order.
    pub tables: Vec<Table>,
}

/// A table of the book that is not there, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Identifier, the number it will be printed under.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Why it is left out.
    pub reason: Text,
}

impl ChapterDefinition {
    /// The chapter over its printed tables. Its sentences and charts may speak of all tables; a chart without a single
    /// figure is not drawn.
    ///
    /// # Errors
    /// When a sentence or a chart asks for what no table has.
    pub fn build(
        &self,
        tables: Vec<Table>,
        all: &[Table],
        edition: &Edition,
    ) -> Result<Chapter, ProseError> {
        Ok(Chapter {
            title: Some(self.title.clone()),
            paragraphs: prose::paragraphs(self, all, edition)?,
            charts: chart::charts(self, all, edition)?,
            tables,
        })
    }
}
