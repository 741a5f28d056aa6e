//! Vertical charts: columns and lines over categories.

use plotters::style::text_anchor::HPos;

use super::canvas::{Canvas, ChartError, Drawn, Pixel, draw};
use super::label::{LabelStyle, label_lines, text_width};
use super::legend::Legend;
use super::look::{
    COLUMN_MAX, GAP, GREY, GRID, INK, LEADING, MAIN, MARKER, MISSING, PLOT_HEIGHT, SECOND, WIDTH,
    line_shade, shade,
};
use super::points::{count, number};
use super::scale::{NumberMarks, Scale, Slots};
use crate::tables::{Chart, ChartKind, Point};

/// Draws columns or lines: categories along the bottom, values upwards.
pub(super) fn vertical(chart: &Chart, marks: NumberMarks) -> Result<String, ChartError> {
    let scale = Scale::of(chart);
    let ticks = scale.ticks(marks);
    let gutter = ticks
        .iter()
        .map(|(_, text)| text_width(text, SECOND))
        .max()
        .unwrap_or(0);
    let left = gutter + GAP;
    let slots = Slots::new(chart.categories.len(), left, WIDTH);
    let labels = label_lines(&chart.categories, slots.width - GAP);
    let legend = Legend::of(chart);
    // Space for the figures above the highest column; they may be turned.
    let figure = figure_type(chart, &slots);
    let figures = if figure.is_turned() {
        widest_figure(chart, figure.size)
    } else {
        MAIN
    };
    let top = legend.height + GAP + figures + GAP;
    let below = if scale.low < 0.0 { figures + GAP } else { 0 };
    let foot = top + PLOT_HEIGHT;
    let labels_height = labels.iter().map(Vec::len).max().unwrap_or(0);
    let height = foot + below + GAP + MAIN * count(labels_height) * LEADING / 100 + GAP;
    let place = |value: f64| scale.place(value, (foot, top));

    draw(height, |canvas| {
        legend.draw(canvas)?;
        for (value, text) in &ticks {
            let y = place(*value);
            canvas.line((left, y), (WIDTH, y), GRID, 2)?;
            canvas.text(
                text,
                (left - GAP, y + SECOND / 3),
                HPos::Right,
                LabelStyle::small(GREY),
            )?;
        }
        match chart.kind {
            ChartKind::Lines => draw_lines(canvas, chart, &slots, foot, &place)?,
            _ => draw_columns(canvas, chart, &slots, &figure, &place)?,
        }
        // A heavy line marks zero; a scale that starts higher has none.
        if scale.low <= 0.0 && scale.high >= 0.0 {
            canvas.line((left, place(0.0)), (WIDTH, place(0.0)), INK, 3)?;
        }
        if chart.is_empty() {
            let middle = (i32::midpoint(left, WIDTH), foot - GAP);
            canvas.text(MISSING, middle, HPos::Center, LabelStyle::main(GREY))?;
        }
        for (index, lines) in labels.iter().enumerate() {
            let at = (slots.middle(index), foot + below + GAP);
            canvas.lines(lines, at, HPos::Center)?;
        }
        Ok(())
    })
}

/// The style of the figures of columns: smaller, then turned, where they are wider than their space.
fn figure_type(chart: &Chart, slots: &Slots) -> LabelStyle {
    let room = slots.column_room(chart.series.len()) - GAP;
    if chart.kind == ChartKind::Lines || widest_figure(chart, MAIN) <= room {
        LabelStyle::main(INK)
    } else if widest_figure(chart, SECOND) <= room {
        LabelStyle::small(INK)
    } else {
        LabelStyle::small(INK).turned()
    }
}

/// The width of the widest figure of a chart.
pub(super) fn widest_figure(chart: &Chart, size: i32) -> i32 {
    chart
        .points()
        .map(|point| text_width(&point.text, size))
        .max()
        .unwrap_or(0)
        .max(size)
}

fn draw_columns(
    canvas: &Canvas<'_>,
    chart: &Chart,
    slots: &Slots,
    figure: &LabelStyle,
    place: &impl Fn(f64) -> i32,
) -> Drawn {
    let zero = place(0.0);
    let thickness = (slots.column_step(chart.series.len()) * 4 / 5).clamp(4, COLUMN_MAX);
    for (row, series) in chart.series.iter().enumerate() {
        for index in 0..chart.categories.len() {
            let middle = slots.column_middle(index, row, chart.series.len());
            let Some(point) = series.point(index) else {
                let at = (middle, zero - GAP);
                canvas.text(MISSING, at, HPos::Center, LabelStyle::main(GREY))?;
                continue;
            };
            let end = place(number(point.value));
            let from = (middle - thickness / 2, end.min(zero));
            let to = (middle + thickness / 2, end.max(zero));
            canvas.bar(from, to, shade(row), point.provisional)?;
            // On the side away from zero; turned figures end at the column.
            let side = middle + figure.size / 3;
            let (at, anchor) = match (figure.is_turned(), end > zero) {
                (false, false) => ((middle, end - GAP), HPos::Center),
                (false, true) => ((middle, end + MAIN), HPos::Center),
                (true, false) => ((side, end - GAP), HPos::Left),
                (true, true) => ((side, end + GAP), HPos::Right),
            };
            if !figure.is_turned() {
                canvas.clear(&point.text, at, anchor, figure.size)?;
            }
            canvas.text(&point.text, at, anchor, figure.clone())?;
        }
    }
    Ok(())
}

fn draw_lines(
    canvas: &Canvas<'_>,
    chart: &Chart,
    slots: &Slots,
    foot: i32,
    place: &impl Fn(f64) -> i32,
) -> Drawn {
    let at = |point: &Point, index: usize| (slots.middle(index), place(number(point.value)));
    let figures = line_figures(chart, foot, &at);
    for (text, at) in &figures {
        canvas.clear(text, *at, HPos::Center, MAIN)?;
    }
    for (row, series) in chart.series.iter().enumerate() {
        let known = |index: usize| Some((series.point(index)?, at(series.point(index)?, index)));
        for index in 1..chart.categories.len() {
            if let (Some((_, from)), Some((point, to))) = (known(index - 1), known(index)) {
                canvas.stroke(from, to, line_shade(row), point.provisional)?;
            }
        }
        for index in 0..chart.categories.len() {
            if let Some((point, at)) = known(index) {
                canvas.marker(at, row, point.provisional)?;
            } else {
                let at = (slots.middle(index), foot - GAP - MAIN * count(row));
                canvas.text(MISSING, at, HPos::Center, LabelStyle::main(line_shade(row)))?;
            }
        }
    }
    for (text, at) in &figures {
        canvas.text(text, *at, HPos::Center, LabelStyle::main(INK))?;
    }
    Ok(())
}

/// The figures of lines and their positions: above the highest line, below the others.
fn line_figures<'a>(
    chart: &'a Chart,
    foot: i32,
    at: &impl Fn(&Point, usize) -> Pixel,
) -> Vec<(&'a str, Pixel)> {
    let mut figures = Vec::new();
    for (row, series) in chart.series.iter().enumerate() {
        let many = series.points.len().min(chart.categories.len());
        let last = (0..many).rev().find(|index| series.point(*index).is_some());
        for index in 0..many {
            // Figures of more than two lines would cover each other; then only the last figure of each line is printed.
            let shown = chart.series.len() <= 2 || last == Some(index);
            if let (true, Some(point)) = (shown, series.point(index)) {
                let (x, y) = at(point, index);
                let beneath = y + MARKER + MAIN;
                let above = y - MARKER - GAP;
                let under = chart.is_under_another(row, index) && beneath < foot;
                figures.push((
                    point.text.as_str(),
                    (x, if under { beneath } else { above }),
                ));
            }
        }
    }
    figures
}
