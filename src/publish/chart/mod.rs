//! Charts of the printed book, as SVG that Typst places on its pages.
//!
//! `plotters` maps values to positions and writes the SVG; this module decides what a chart looks like. Lengths are whole
//! pixels, each a tenth of a millimetre on paper, so nothing depends on how a fraction is written. Charts must be readable
//! in black and white: series differ by shade and marker, estimates by hatching or hollow markers.

mod canvas;
mod horizontal;
mod label;
mod legend;
mod look;
mod points;
mod scale;
#[cfg(test)]
mod tests;
mod vertical;

pub(super) use canvas::ChartError;
pub(super) use scale::NumberMarks;

use crate::tables::{Chart, ChartKind};
use horizontal::horizontal;
use vertical::vertical;

/// Draws a chart.
pub(super) fn svg(chart: &Chart, marks: NumberMarks) -> Result<String, ChartError> {
    match chart.kind {
        ChartKind::Columns if chart.names_crowded() => horizontal(chart, marks),
        ChartKind::Columns | ChartKind::Lines => vertical(chart, marks),
        ChartKind::Bars => horizontal(chart, marks),
    }
}
