//! The look that all charts share: sizes in pixels, colours, shades of series.

use plotters::style::RGBColor;

/// Width of a chart.
pub(super) const WIDTH: i32 = 1700;
pub(super) const FONT: &str = "Libertinus Serif";
/// Font size of labels and figures.
pub(super) const MAIN: i32 = 31;
/// Font size of the English and of the axis.
pub(super) const SECOND: i32 = 25;
/// From one line of text to the next, in percent of the font size.
pub(super) const LEADING: i32 = 118;
/// Height of the area for columns and lines.
pub(super) const PLOT_HEIGHT: i32 = 560;
/// Thickness of a bar.
pub(super) const BAR: i32 = 36;
/// The least distance from one category of bars to the next.
pub(super) const BAR_STEP_MIN: i32 = 52;
/// The widest column.
pub(super) const COLUMN_MAX: i32 = 150;
/// The widest area for the labels at the left of bars.
pub(super) const GUTTER_MAX: i32 = 620;
/// Space between things that belong together.
pub(super) const GAP: i32 = 12;
/// Space between things that do not belong together.
pub(super) const SPACE: i32 = 30;
/// Half the size of a marker of a line.
pub(super) const MARKER: i32 = 10;
/// From one line of hatching to the next.
pub(super) const HATCH: i32 = 13;
/// With more categories than this, the English of a bar is printed beside the name instead of under it.
pub(super) const MANY: usize = 12;
/// Printed where there is no value.
pub(super) const MISSING: &str = "…";

pub(super) const INK: RGBColor = RGBColor(0x22, 0x26, 0x2a);
pub(super) const GREY: RGBColor = RGBColor(0x5c, 0x61, 0x66);
pub(super) const GRID: RGBColor = RGBColor(0xd3, 0xda, 0xde);
pub(super) const ACCENT: RGBColor = RGBColor(0x1f, 0x4e, 0x66);

/// Shades of series, far enough apart in lightness for a grey print.
const SHADES: [RGBColor; 5] = [
    ACCENT,
    RGBColor(0x9f, 0xbd, 0xca),
    RGBColor(0x55, 0x86, 0x9c),
    RGBColor(0xd9, 0xe4, 0xe9),
    RGBColor(0x3a, 0x3d, 0x40),
];

/// The shade of a series of columns or bars.
pub(super) fn shade(series: usize) -> RGBColor {
    SHADES[series % SHADES.len()]
}

/// The shade of a series of lines. Lines are thin, so the light shades are left to columns.
pub(super) fn line_shade(series: usize) -> RGBColor {
    [ACCENT, SHADES[2], INK, SHADES[1]][series % 4]
}
