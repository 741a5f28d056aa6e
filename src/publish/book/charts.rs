//! The charts of a book as SVG files.

use super::file::BookFile;
use crate::publish::chart::{NumberMarks, svg};
use crate::publish::error::PublishError;
use crate::tables::{Book, Edition};

/// The file of the chart with number `of_book` in the book, from 1.
pub(super) fn file_name(of_book: usize) -> String {
    format!("charts/{of_book:02}.svg")
}

/// Draws the charts of a book, in order.
pub(super) fn draw(book: &Book, edition: &Edition) -> Result<Vec<BookFile>, PublishError> {
    let marks = NumberMarks {
        grouping: edition.words.group,
        decimal: edition.words.decimal,
    };
    let charts = book.chapters.iter().flat_map(|chapter| &chapter.charts);
    let draw = |(i, chart)| {
        Ok(BookFile {
            name: file_name(i + 1),
            content: svg(chart, marks)?.into_bytes(),
        })
    };
    charts.enumerate().map(draw).collect()
}
