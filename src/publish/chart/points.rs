//! Questions that drawing asks about the data of a chart.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::label::text_width;
use super::look::{GAP, MAIN, WIDTH};
use crate::tables::{Chart, Point, Series};

impl Chart {
    /// The points of all series; a series with more points than there are categories is cut.
    pub(super) fn points(&self) -> impl Iterator<Item = &Point> {
        let many = self.categories.len();
        self.series
            .iter()
            .flat_map(move |series| series.points.iter().take(many).flatten())
    }

    /// Whether a word of a category is wider than the space under its column.
    pub(super) fn names_crowded(&self) -> bool {
        let width = WIDTH * 9 / 10 / count(self.categories.len()).max(1) - GAP;
        self.categories
            .iter()
            .flat_map(|name| name.vi.split_whitespace())
            .any(|word| text_width(word, MAIN) > width)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.categories.is_empty() || self.series.is_empty()
    }

    /// Whether another series is higher at a category, or equally high and drawn earlier.
    pub(super) fn is_under_another(&self, row: usize, index: usize) -> bool {
        let value = |series: &Series| series.point(index).map(|point| point.value);
        let Some(own) = self.series.get(row).and_then(value) else {
            return false;
        };
        self.series.iter().enumerate().any(|(other, series)| {
            value(series).is_some_and(|found| found > own || (found == own && other < row))
        })
    }
}

impl Series {
    /// The point at a category; none where there is no value.
    pub(super) fn point(&self, index: usize) -> Option<&Point> {
        self.points.get(index)?.as_ref()
    }
}

/// A value as a position needs it. The printed figure comes from its text, not from this number.
pub(super) fn number(value: Decimal) -> f64 {
    value.to_f64().unwrap_or(0.0)
}

/// A count in the type of pixels.
pub(super) fn count(many: usize) -> i32 {
    i32::try_from(many).unwrap_or(i32::MAX)
}
