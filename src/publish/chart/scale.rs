//! Positions of values and categories.

use plotters::coord::ranged1d::Ranged;
use plotters::coord::types::RangedCoordf64;

use super::look::COLUMN_MAX;
use super::points::{count, number};
use crate::tables::{Chart, ChartKind};

/// How numbers are written at the axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::publish) struct NumberMarks {
    /// Between groups of three digits.
    pub(in crate::publish) grouping: char,
    /// Before the fraction.
    pub(in crate::publish) decimal: char,
}

/// The range of an axis: round values that enclose all values of a chart.
#[derive(Debug)]
pub(super) struct Scale {
    pub(super) low: f64,
    pub(super) high: f64,
    step: f64,
}

impl Scale {
    /// The scale of a chart. Columns and bars start at zero; lines may start higher where they would otherwise be flat.
    pub(super) fn of(chart: &Chart) -> Self {
        let values = || chart.points().map(|point| number(point.value));
        let least = values().reduce(f64::min).unwrap_or(0.0);
        let most = values().reduce(f64::max).unwrap_or(0.0);
        let from_zero =
            chart.kind != ChartKind::Lines || most - least > least.abs().max(most.abs()) * 0.3;
        let (least, most) = if from_zero || least >= most {
            (least.min(0.0), most.max(0.0))
        } else {
            (least, most)
        };
        let step = round_step(most - least);
        let low = (least / step).floor() * step;
        let high = (most / step).ceil() * step;
        Self {
            low,
            high: if high > low { high } else { low + step },
            step,
        }
    }

    /// The scale, ending at the outermost values: the figure of a bar is beside it, so no gridline is needed beyond.
    pub(super) fn ending_with(self, chart: &Chart) -> Self {
        let values = || chart.points().map(|point| number(point.value));
        let (least, most) = (values().fold(0.0, f64::min), values().fold(0.0, f64::max));
        if least < most {
            Self {
                low: least,
                high: most,
                ..self
            }
        } else {
            self
        }
    }

    /// The value and the text of each gridline.
    pub(super) fn ticks(&self, marks: NumberMarks) -> Vec<(f64, String)> {
        let fraction = (-self.step.log10().floor()).max(0.0) as usize;
        // A tiny tolerance, for steps that a binary fraction cannot represent.
        let first = (self.low / self.step - 1e-6).ceil() as i32;
        let last = (self.high / self.step + 1e-6).floor() as i32;
        (first..=last)
            .map(|index| {
                let value = f64::from(index) * self.step;
                (value, tick_text(value, fraction, marks))
            })
            .collect()
    }

    /// The position of a value between two positions.
    pub(super) fn place(&self, value: f64, between: (i32, i32)) -> i32 {
        RangedCoordf64::from(self.low..self.high).map(&value, between)
    }
}

/// A step of 1, 2 or 5 times a power of ten that divides a span into about four parts.
fn round_step(span: f64) -> f64 {
    let raw = span / 4.0;
    if !raw.is_normal() {
        return 1.0;
    }
    let power = 10_f64.powf(raw.log10().floor());
    let factor = [1.0, 2.0, 5.0]
        .into_iter()
        .find(|factor| raw <= factor * power * 1.001)
        .unwrap_or(10.0);
    factor * power
}

/// The text of a gridline: the value with `fraction` decimals.
pub(super) fn tick_text(value: f64, fraction: usize, marks: NumberMarks) -> String {
    let plain = format!("{:.*}", fraction, value.abs());
    let (whole, rest) = plain.split_once('.').unwrap_or((&plain, ""));
    let is_zero = plain.chars().all(|digit| matches!(digit, '0' | '.'));
    let mut text = String::from(if value < 0.0 && !is_zero { "-" } else { "" });
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(marks.grouping);
        }
        text.push(digit);
    }
    if !rest.is_empty() {
        text.push(marks.decimal);
        text.push_str(rest);
    }
    text
}

/// Equal spaces side by side, one for each category.
pub(super) struct Slots {
    from: i32,
    pub(super) width: i32,
}

impl Slots {
    pub(super) fn new(many: usize, from: i32, to: i32) -> Self {
        Self {
            from,
            width: (to - from) / count(many).max(1),
        }
    }

    /// The middle of a category.
    pub(super) fn middle(&self, index: usize) -> i32 {
        self.from + self.width * count(index) + self.width / 2
    }

    /// From the middle of a column to the middle of the next in the same category. Columns stay together where there is
    /// more space than they need.
    pub(super) fn column_step(&self, series: usize) -> i32 {
        let step = self.width * 17 / 20 / count(series).max(1);
        step.min((COLUMN_MAX * 5 / 4).max(self.width / 4))
    }

    /// The space for the figure of a column.
    pub(super) fn column_room(&self, series: usize) -> i32 {
        if series > 1 {
            self.column_step(series)
        } else {
            self.width
        }
    }

    /// The middle of the column of a series (`row`) in a category (`index`).
    pub(super) fn column_middle(&self, index: usize, row: usize, series: usize) -> i32 {
        self.middle(index) + self.column_step(series) * (2 * count(row) + 1 - count(series)) / 2
    }
}
