//! The legend above a chart: its unit, and the names of several series.

use super::canvas::{Canvas, Drawn};
use super::label::LabelLine;
use super::look::{GREY, INK, MAIN, SPACE, WIDTH, line_shade, shade};
use crate::tables::{Chart, ChartKind};
use crate::text::Bilingual;

/// The unit of a chart, and the names of its series if there is more than one.
pub(super) struct Legend<'a> {
    chart: &'a Chart,
    /// The position of the swatch of each series.
    places: Vec<(i32, i32)>,
    pub(super) height: i32,
}

/// Width of a swatch and the space after it.
const SWATCH: i32 = 62;
/// Height of a line of the legend.
const LEGEND_LINE: i32 = 44;

impl<'a> Legend<'a> {
    pub(super) fn of(chart: &'a Chart) -> Self {
        let mut at = (0, LEGEND_LINE);
        let mut places = Vec::new();
        if chart.series.len() > 1 {
            for series in &chart.series {
                let width = SWATCH + beside(&series.name).width() + SPACE;
                if at.0 > 0 && at.0 + width > WIDTH {
                    at = (0, at.1 + LEGEND_LINE);
                }
                places.push(at);
                at.0 += width;
            }
        }
        let lines = if places.is_empty() { 0 } else { at.1 };
        Self {
            chart,
            places,
            height: LEGEND_LINE + lines,
        }
    }

    pub(super) fn draw(&self, canvas: &Canvas<'_>) -> Drawn {
        canvas.line_of(&beside(&self.chart.unit), (0, MAIN), GREY)?;
        for (row, (series, (x, y))) in self.chart.series.iter().zip(&self.places).enumerate() {
            let middle = y + LEGEND_LINE / 2;
            if self.chart.kind == ChartKind::Lines {
                canvas.stroke((*x, middle), (x + 44, middle), line_shade(row), false)?;
                canvas.marker((x + 22, middle), row, false)?;
            } else {
                canvas.bar((*x, middle - 12), (x + 44, middle + 12), shade(row), false)?;
            }
            canvas.line_of(&beside(&series.name), (x + SWATCH, middle + MAIN / 3), INK)?;
        }
        Ok(())
    }
}

/// Both languages on one line.
fn beside(text: &Bilingual) -> LabelLine {
    LabelLine {
        vi: text.vi.clone(),
        en: if text.is_same() {
            String::new()
        } else {
            text.en.clone()
        },
    }
}
