//! The printed book as a value: chapters with paragraphs, charts and tables.

use rust_decimal::Decimal;
use serde::Deserialize;

use crate::tables::table::Table;
use crate::text::Bilingual;

/// A book, ready to be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Book {
    /// Its chapters, in order.
    pub chapters: Vec<Chapter>,
    /// Tables that belong to the book but are not in it yet.
    pub left_out: Vec<LeftOut>,
    /// How it was made: lines for the imprint.
    pub imprint: Vec<Bilingual>,
}

impl Book {
    /// A book that has only tables, without chapters.
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
    pub title: Option<Bilingual>,
    /// Paragraphs about its figures.
    pub paragraphs: Vec<Bilingual>,
    /// Charts, in order.
    pub charts: Vec<Chart>,
    /// Tables, in order.
    pub tables: Vec<Table>,
}

/// A table that is left out of the book, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Identifier: the number under which it will be printed.
    pub id: String,
    /// Title.
    pub title: Bilingual,
    /// Why it is left out.
    pub reason: Bilingual,
}

/// The kind of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChartKind {
    /// Vertical columns: a category for each column of the table (years), a series for each row.
    Columns,
    /// Horizontal bars: a category for each row of the table, a series for each column.
    Bars,
    /// Lines: a category for each column of the table (years), a series for each row.
    Lines,
}

/// A chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// Title.
    pub title: Bilingual,
    /// Kind.
    pub kind: ChartKind,
    /// Unit of measure of its figures.
    pub unit: Bilingual,
    /// The categories along its axis.
    pub categories: Vec<Bilingual>,
    /// The series, each with a point for every category.
    pub series: Vec<Series>,
    /// The table that it shows.
    pub table: String,
    /// What it lacks: the units that are missing in its marked figures, the rows that its order leaves out.
    pub notes: Vec<Bilingual>,
}

/// A series of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Name.
    pub name: Bilingual,
    /// A point for each category; none where there is no figure.
    pub points: Vec<Option<Point>>,
}

/// A figure of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// The exact value.
    pub value: Decimal,
    /// As the table prints it.
    pub text: String,
    /// Whether it is an estimate or incomplete.
    pub provisional: bool,
}
