//! The heads above a column: merged heads reach over several columns, unmerged ones over blank cells to their right.

use std::collections::BTreeMap;

use super::label::without_footnote;
use super::title::Stated;
use super::vocabulary::Vocabulary;
use crate::read::{Address, CellContent, CellRange, Sheet};

/// The heads above a column.
pub(super) struct HeadPath {
    /// The heads, folded, from the top down, without units of measure.
    pub(super) parts: Vec<String>,
    /// The heads as read, one for each part.
    pub(super) said: Vec<Stated>,
    /// The lowest head, as read.
    pub(super) lowest: Option<Stated>,
    /// The unit of measure that a head states; the lowest such head counts.
    pub(super) measure: Option<Stated>,
}

/// The merged ranges of a few rows, by row and first column.
pub(super) struct Spans(BTreeMap<(u32, u32), CellRange>);

impl Spans {
    /// The merged ranges within rows `top` to `bottom`.
    pub(super) fn of(sheet: &Sheet, top: u32, bottom: u32) -> Self {
        let mut spans = BTreeMap::new();
        for range in sheet.merged_in(top, bottom) {
            for row in range.start.row.max(top)..=range.end.row.min(bottom) {
                spans.insert((row, range.start.column), *range);
            }
        }
        Self(spans)
    }

    fn at(&self, at: Address) -> Option<&CellRange> {
        let (_, range) = self
            .0
            .range((at.row, 0)..=(at.row, at.column))
            .next_back()?;
        (range.end.column >= at.column).then_some(range)
    }
}

/// The heads of a column within rows `top` to `bottom`. A merged head counts for all its columns; an unmerged one also
/// for the blank cells to its right that have a head of their own below.
pub(super) fn path_above(
    sheet: &Sheet,
    column: u32,
    top: u32,
    bottom: u32,
    spans: &Spans,
    vocabulary: &Vocabulary,
) -> HeadPath {
    let mut path = HeadPath {
        parts: Vec::new(),
        said: Vec::new(),
        lowest: None,
        measure: None,
    };
    for row in top..=bottom {
        let at = Address::new(row, column);
        let found = head_at(sheet, at, top, bottom, spans);
        let Some((at, content)) = found.filter(|(_, content)| {
            !matches!(content, CellContent::Bool(_) | CellContent::Error(_))
        }) else {
            continue;
        };
        let text = content.as_read();
        let (words, unit) = vocabulary.split_measure(&text);
        if let Some(unit) = unit {
            path.measure = Some(Stated {
                text: unit.to_owned(),
                at,
            });
        }
        let folded = vocabulary.folder.fold(without_footnote(words));
        if !folded.is_empty() && path.parts.last() != Some(&folded) {
            path.parts.push(folded);
            let text = text.clone();
            path.said.push(Stated { text, at });
        }
        path.lowest = Some(Stated { text, at });
    }
    path
}

/// The head that counts at a cell, and where it is.
fn head_at<'s>(
    sheet: &'s Sheet,
    at: Address,
    top: u32,
    bottom: u32,
    spans: &Spans,
) -> Option<(Address, &'s CellContent)> {
    match (sheet.get(at), spans.at(at)) {
        (Some(content), _) => Some((at, content)),
        (None, Some(range)) if range.start.row >= top => {
            sheet.get(range.start).map(|c| (range.start, c))
        }
        (None, Some(_)) => None,
        (None, None) => {
            let below = (at.row + 1..=bottom)
                .any(|lower| sheet.get(Address::new(lower, at.column)).is_some());
            // The nearest head to the left, unless it is merged: then its reach ends with the range.
            below
                .then(|| {
                    sheet
                        .left_of(at)
                        .filter(|(left, _)| spans.at(*left).is_none())
                })
                .flatten()
        }
    }
}
