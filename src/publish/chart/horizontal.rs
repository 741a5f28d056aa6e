//! Horizontal bars: rankings, and categories with long names.

use plotters::style::text_anchor::HPos;

use super::canvas::{Canvas, ChartError, Drawn, draw};
use super::label::{LabelLine, LabelStyle, label_lines, lines_height, side_by_side};
use super::legend::Legend;
use super::look::{
    BAR, BAR_STEP_MIN, GAP, GREY, GRID, GUTTER_MAX, INK, MAIN, MANY, MISSING, SECOND, WIDTH, shade,
};
use super::points::{count, number};
use super::scale::{NumberMarks, Scale};
use super::vertical::widest_figure;
use crate::tables::{Chart, Point};

/// Draws horizontal bars: categories down the left side, values to the right.
pub(super) fn horizontal(chart: &Chart, marks: NumberMarks) -> Result<String, ChartError> {
    let scale = Scale::of(chart).ending_with(chart);
    let ticks = scale.ticks(marks);
    let labels = if chart.categories.len() > MANY {
        chart.categories.iter().map(side_by_side).collect()
    } else {
        label_lines(&chart.categories, GUTTER_MAX)
    };
    let gutter = labels
        .iter()
        .flatten()
        .map(LabelLine::width)
        .max()
        .unwrap_or(0);
    let legend = Legend::of(chart);
    let series = count(chart.series.len()).max(1);
    let rows: Vec<i32> = labels
        .iter()
        .map(|lines| (lines_height(lines) + GAP).max(BAR_STEP_MIN.max(series * (BAR + 4) + GAP)))
        .collect();
    let top = legend.height + GAP;
    let foot = top + rows.iter().sum::<i32>().max(BAR_STEP_MIN) + GAP;
    let height = foot + GAP + SECOND + GAP;
    let figures = widest_figure(chart, MAIN) + GAP;
    let left = gutter + GAP + if scale.low < 0.0 { figures } else { 0 };
    let right = WIDTH - figures;
    let place = |value: f64| scale.place(value, (left, right));
    let zero = place(0.0);

    draw(height, |canvas| {
        legend.draw(canvas)?;
        for (value, text) in &ticks {
            let x = place(*value);
            canvas.line((x, top), (x, foot), GRID, 2)?;
            canvas.text(
                text,
                (x, foot + GAP + SECOND),
                HPos::Center,
                LabelStyle::small(GREY),
            )?;
        }
        let mut y = top;
        for (index, (lines, row)) in labels.iter().zip(&rows).enumerate() {
            let middle = y + row / 2;
            canvas.lines(
                lines,
                (gutter, middle - lines_height(lines) / 2),
                HPos::Right,
            )?;
            for (number_of, series_of) in chart.series.iter().enumerate() {
                let from = middle - series * (BAR + 4) / 2 + count(number_of) * (BAR + 4) + 2;
                draw_bar(
                    canvas,
                    series_of.point(index),
                    number_of,
                    from,
                    zero,
                    &place,
                )?;
            }
            y += row;
        }
        canvas.line((zero, top), (zero, foot), INK, 3)?;
        if chart.is_empty() {
            let at = (zero + GAP, i32::midpoint(top, foot) + MAIN / 3);
            canvas.text(MISSING, at, HPos::Left, LabelStyle::main(GREY))?;
        }
        Ok(())
    })
}

/// Draws a bar whose upper edge is `from`, with its figure; a symbol where there is no point.
fn draw_bar(
    canvas: &Canvas<'_>,
    point: Option<&Point>,
    row: usize,
    from: i32,
    zero: i32,
    place: &impl Fn(f64) -> i32,
) -> Drawn {
    let baseline = from + BAR / 2 + MAIN / 3;
    let Some(point) = point else {
        let at = (zero + GAP, baseline);
        return canvas.text(MISSING, at, HPos::Left, LabelStyle::main(GREY));
    };
    let end = place(number(point.value));
    let corners = ((end.min(zero), from), (end.max(zero), from + BAR));
    canvas.bar(corners.0, corners.1, shade(row), point.provisional)?;
    let (at, anchor) = if end < zero {
        ((end - GAP, baseline), HPos::Right)
    } else {
        ((end + GAP, baseline), HPos::Left)
    };
    canvas.clear(&point.text, at, anchor, MAIN)?;
    canvas.text(&point.text, at, anchor, LabelStyle::main(INK))
}
