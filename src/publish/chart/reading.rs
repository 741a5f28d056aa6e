//! What drawing asks of a chart, and what shade a series has.

use super::text::text_width;
use super::{ACCENT, GAP, INK, MAIN, SHADES, WIDTH};
use crate::tables::{Chart, Point, Series};
use plotters::prelude::*;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

impl Chart {
    pub(super) fn points(&self) -> impl Iterator<Item = &Point> {
        let many = self.categories.len();
        self.series
            .iter()
            .flat_map(move |series| series.points.iter().take(many).flatten())
    }

    /// Whether a word of a category is wider than the place under its column.
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

    /// Whether another series is higher at a category, or as high and drawn earlier.
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
    pub(super) fn point(&self, index: usize) -> Option<&Point> {
        self.points.get(index)?.as_ref()
    }
}

/// The value as a place on paper needs it; its figure is printed from its text.
pub(super) fn number(value: Decimal) -> f64 {
    value.to_f64().unwrap_or(0.0)
}

pub(super) fn count(many: usize) -> i32 {
    i32::try_from(many).unwrap_or(i32::MAX)
}

pub(super) fn shade(row: usize) -> RGBColor {
    SHADES[row % SHADES.len()]
}

/// Lines are thin, so light shades are left to columns.
pub(super) fn line_shade(row: usize) -> RGBColor {
    [ACCENT, SHADES[2], INK, SHADES[1]][row % 4]
}

// ------------------------------------------------------------------- the scale of values
