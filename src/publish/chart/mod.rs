//! Charts of the printed book, as SVG that Typst sets among its pages.
//!
//! `plotters` maps values to places and writes the SVG; what a chart looks like is said here. Lengths are whole
//! pixels, each a tenth of a millimetre on paper, so nothing depends on how a fraction is written. Charts are read in
//! black and white too: series differ by shade and marker, estimates by hatching or hollow markers.

mod canvas;
mod legend;
mod lying;
mod reading;
mod scale;
#[cfg(test)]
mod tests;
mod text;
mod upright;

use crate::tables::{Chart, ChartKind};
use lying::lying;
use plotters::style::RGBColor;
use upright::upright;

/// How numbers are written at the axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NumberMarks {
    /// Between groups of three digits.
    pub(super) grouping: char,
    /// Before the fraction.
    pub(super) decimal: char,
}

/// A chart that could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("a chart could not be drawn: {0}")]
pub struct ChartError(String);

const WIDTH: i32 = 1700;
const FONT: &str = "Libertinus Serif";
/// Sizes of type, in pixels.
const MAIN: i32 = 31;
const SECOND: i32 = 25;
/// From a line to the next, in percent of the size of type.
const LEADING: i32 = 118;
/// Height of the place for columns and lines.
const PLOT_HEIGHT: i32 = 560;
/// Thickness of a bar and from one to the next.
const BAR: i32 = 36;
const BAR_STEP_MIN: i32 = 52;
/// Widest column.
const COLUMN_MAX: i32 = 150;
/// Widest place for the labels at the left of bars.
const GUTTER_MAX: i32 = 620;
/// Space between things that belong together, and that do not.
const GAP: i32 = 12;
const SPACE: i32 = 30;
/// Half the size of a marker of a line.
const MARKER: i32 = 10;
/// From one line of hatching to the next.
const HATCH: i32 = 13;
/// With more categories than this the English of a bar stands beside the name, not beneath it.
const MANY: usize = 12;
/// Stands where nothing is known.
const MISSING: &str = "…";

const INK: RGBColor = RGBColor(0x22, 0x26, 0x2a);
const GREY: RGBColor = RGBColor(0x5c, 0x61, 0x66);
const GRID: RGBColor = RGBColor(0xd3, 0xda, 0xde);
const ACCENT: RGBColor = RGBColor(0x1f, 0x4e, 0x66);
/// Of the series, far enough apart in lightness for a grey print.
const SHADES: [RGBColor; 5] = [
    ACCENT,
    RGBColor(0x9f, 0xbd, 0xca),
    RGBColor(0x55, 0x86, 0x9c),
    RGBColor(0xd9, 0xe4, 0xe9),
    RGBColor(0x3a, 0x3d, 0x40),
];

/// Draws a chart.
pub(super) fn svg(chart: &Chart, marks: NumberMarks) -> Result<String, ChartError> {
    match chart.kind {
        ChartKind::Columns if chart.names_crowded() => lying(chart, marks),
        ChartKind::Columns | ChartKind::Lines => upright(chart, marks),
        ChartKind::Bars => lying(chart, marks),
    }
}

// ------------------------------------------------------------------- columns and lines
