//! The surface that a chart is drawn on: lines, bars, markers and texts, in whole pixels.

use plotters::element::{Drawable, PointCollection};
use plotters::prelude::*;
use plotters::style::FontTransform;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::label::{LabelLine, LabelStyle, text_width};
use super::look::{ACCENT, FONT, GAP, HATCH, INK, MAIN, MARKER, SECOND, WIDTH, line_shade};

/// A chart that could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("a chart could not be drawn: {0}")]
pub struct ChartError(String);

pub(super) type Drawn = Result<(), ChartError>;
/// A position from the upper left corner: across, down.
pub(super) type Pixel = (i32, i32);

/// A surface of the width of a chart.
pub(super) struct Canvas<'a>(DrawingArea<SVGBackend<'a>, plotters::coord::Shift>);

/// Draws on a canvas of a height. Returns the SVG.
pub(super) fn draw(
    height: i32,
    content: impl FnOnce(&Canvas<'_>) -> Drawn,
) -> Result<String, ChartError> {
    let mut out = String::new();
    {
        let size = (WIDTH as u32, height.max(1) as u32);
        let canvas = Canvas(SVGBackend::with_string(&mut out, size).into_drawing_area());
        content(&canvas)?;
        canvas
            .0
            .present()
            .map_err(|error| ChartError(error.to_string()))?;
    }
    Ok(out)
}

impl<'a> Canvas<'a> {
    fn put<E>(&self, element: &E) -> Drawn
    where
        for<'b> &'b E: PointCollection<'b, Pixel>,
        E: Drawable<SVGBackend<'a>>,
    {
        self.0
            .draw(element)
            .map_err(|error| ChartError(error.to_string()))
    }

    pub(super) fn line(&self, from: Pixel, to: Pixel, color: RGBColor, width: u32) -> Drawn {
        self.put(&PathElement::new([from, to], color.stroke_width(width)))
    }

    /// A line of a series; dashed where the value that it leads to is provisional.
    pub(super) fn stroke(&self, from: Pixel, to: Pixel, color: RGBColor, dashed: bool) -> Drawn {
        if !dashed {
            return self.line(from, to, color, 6);
        }
        let (across, down) = (to.0 - from.0, to.1 - from.1);
        let many = (f64::from(across).hypot(f64::from(down)) / 14.0)
            .round()
            .max(1.0) as i32;
        let at = |index: i32| (from.0 + across * index / many, from.1 + down * index / many);
        for index in (0..many).step_by(2) {
            self.line(at(index), at((index + 1).min(many)), color, 6)?;
        }
        Ok(())
    }

    /// A column or bar; hatched where its value is provisional.
    pub(super) fn bar(&self, from: Pixel, to: Pixel, color: RGBColor, hatched: bool) -> Drawn {
        if !hatched {
            self.put(&Rectangle::new([from, to], color.filled()))?;
            return self.outline(from, to);
        }
        self.put(&Rectangle::new([from, to], WHITE.filled()))?;
        // Diagonal lines x + y = c, cut off at the sides.
        let ends = (from.0 + from.1, to.0 + to.1);
        for c in (ends.0 + HATCH..ends.1).step_by(HATCH as usize) {
            let upper = ((c - from.1).min(to.0), from.1.max(c - to.0));
            let lower = ((c - to.1).max(from.0), to.1.min(c - from.0));
            self.line(lower, upper, color, 5)?;
        }
        self.outline(from, to)
    }

    /// An outline that sets light shades off from the paper.
    fn outline(&self, from: Pixel, to: Pixel) -> Drawn {
        let corners = [from, (to.0, from.1), to, (from.0, to.1), from];
        self.put(&PathElement::new(corners, ACCENT.stroke_width(2)))
    }

    /// The marker of a series: a circle, square, triangle or diamond; hollow where the value is provisional.
    pub(super) fn marker(&self, at: Pixel, row: usize, hollow: bool) -> Drawn {
        let (x, y) = at;
        let m = MARKER;
        let corners = match row % 4 {
            0 => {
                let ring = line_shade(row).stroke_width(4);
                self.put(&Circle::new(
                    at,
                    m,
                    if hollow {
                        WHITE.filled()
                    } else {
                        line_shade(row).filled()
                    },
                ))?;
                return self.put(&Circle::new(at, m, ring));
            }
            1 => vec![
                (x - m, y - m),
                (x + m, y - m),
                (x + m, y + m),
                (x - m, y + m),
            ],
            2 => vec![(x, y - m - 3), (x + m + 2, y + m), (x - m - 2, y + m)],
            _ => vec![
                (x, y - m - 4),
                (x + m + 4, y),
                (x, y + m + 4),
                (x - m - 4, y),
            ],
        };
        let color = line_shade(row);
        self.put(&Polygon::new(
            corners.clone(),
            if hollow { WHITE } else { color },
        ))?;
        let ring = corners
            .iter()
            .chain(corners.first())
            .copied()
            .collect::<Vec<_>>();
        self.put(&PathElement::new(ring, color.stroke_width(4)))
    }

    /// A text; `at` is on its baseline.
    pub(super) fn text(&self, text: &str, at: Pixel, anchor: HPos, look: LabelStyle) -> Drawn {
        if text.is_empty() {
            return Ok(());
        }
        // plotters writes sizes divided by 1.24 and sets the baseline 0.76 of the size below the top.
        let rise = look.size * 76 / 100;
        let at = match look.transform {
            FontTransform::Rotate270 => (at.0 - rise, at.1),
            _ => (at.0, at.1 - rise),
        };
        let style = TextStyle::from((FONT, f64::from(look.size) * 1.24, look.style).into_font())
            .color(&look.color)
            .transform(look.transform)
            .pos(Pos::new(anchor, VPos::Top));
        self.0
            .draw_text(text, &style, at)
            .map_err(|error| ChartError(error.to_string()))
    }

    /// Erases the gridlines behind a text whose baseline is `at`.
    pub(super) fn clear(&self, text: &str, at: Pixel, anchor: HPos, size: i32) -> Drawn {
        let width = text_width(text, size);
        let left = match anchor {
            HPos::Left => at.0,
            HPos::Center => at.0 - width / 2,
            HPos::Right => at.0 - width,
        };
        let corners = [
            (left - 3, at.1 - size * 7 / 10),
            (left + width + 3, at.1 + 3),
        ];
        self.put(&Rectangle::new(corners, WHITE.filled()))
    }

    /// The lines of a label, one below the other; `at` is the top.
    pub(super) fn lines(&self, lines: &[LabelLine], at: Pixel, anchor: HPos) -> Drawn {
        let mut top = at.1;
        for line in lines {
            top += line.height();
            let baseline = top - line.height() / 4;
            if line.vi.is_empty() {
                self.text(&line.en, (at.0, baseline), anchor, LabelStyle::english())?;
            } else if line.en.is_empty() {
                self.text(&line.vi, (at.0, baseline), anchor, LabelStyle::main(INK))?;
            } else {
                // Two texts side by side occur only at the left of bars, where lines end at the same position.
                let end = at.0 - text_width(&line.en, SECOND) - GAP;
                self.text(
                    &line.en,
                    (at.0, baseline),
                    HPos::Right,
                    LabelStyle::english(),
                )?;
                self.text(
                    &line.vi,
                    (end, baseline),
                    HPos::Right,
                    LabelStyle::main(INK),
                )?;
            }
        }
        Ok(())
    }

    /// A line with both languages, from the left.
    pub(super) fn line_of(&self, line: &LabelLine, at: Pixel, color: RGBColor) -> Drawn {
        self.text(&line.vi, at, HPos::Left, LabelStyle::main(color))?;
        let x = at.0 + text_width(&line.vi, MAIN) + GAP;
        self.text(&line.en, (x, at.1), HPos::Left, LabelStyle::english())
    }
}
