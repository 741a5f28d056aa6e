//! What a chart must show, read from its SVG.

use plotters::style::RGBColor;
use rust_decimal::Decimal;

use super::label::{text_width, wrap};
use super::look::{ACCENT, BAR, GAP, MAIN, MISSING};
use super::scale::{Scale, tick_text};
use super::*;
use crate::tables::{Point, Series};
use crate::text::Bilingual;

const MARKS: NumberMarks = NumberMarks {
    grouping: '.',
    decimal: ',',
};
const KINDS: [ChartKind; 3] = [ChartKind::Columns, ChartKind::Bars, ChartKind::Lines];

fn both(text: &str) -> Bilingual {
    Bilingual::new(text, format!("{text} en"))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "series hold points that may be missing"
)]
fn point(value: i64, provisional: bool) -> Option<Point> {
    Some(Point {
        value: Decimal::from(value),
        text: format!("={value}="),
        provisional,
    })
}

fn chart(kind: ChartKind, series: &[&[Option<Point>]]) -> Chart {
    let many = series.iter().map(|points| points.len()).max().unwrap_or(0);
    Chart {
        title: both("title"),
        table: "1".to_owned(),
        notes: Vec::new(),
        kind,
        unit: both("unit"),
        categories: (0..many).map(|index| both(&format!("c{index}"))).collect(),
        series: series
            .iter()
            .enumerate()
            .map(|(index, points)| Series {
                name: both(&format!("s{index}")),
                points: points.to_vec(),
            })
            .collect(),
    }
}

fn drawn(chart: &Chart) -> String {
    svg(chart, MARKS).expect("the chart is drawn")
}

/// Place and size of the rectangles of a colour: (x, y, width, height).
fn rectangles(svg: &str, color: RGBColor) -> Vec<[i32; 4]> {
    let fill = format!("fill=\"#{:02X}{:02X}{:02X}\"", color.0, color.1, color.2);
    svg.lines()
        .filter(|line| line.starts_with("<rect") && line.contains(&fill))
        .map(|line| {
            ["x", "y", "width", "height"].map(|name| {
                let from = line
                    .split_once(&format!(" {name}=\""))
                    .expect("an attribute")
                    .1;
                from.split('"')
                    .next()
                    .and_then(|text| text.parse().ok())
                    .expect("a number")
            })
        })
        .collect()
}

#[test]
fn values_and_names_are_printed_as_given() {
    for kind in KINDS {
        let found = drawn(&chart(kind, &[&[point(7, false), point(1234, true)]]));
        for text in ["=7=", "=1234=", "c0", "c0 en", "c1", "unit", "unit en"] {
            assert!(found.contains(&format!("\n{text}\n")), "{kind:?}: {text}");
        }
    }
}

#[test]
fn columns_and_bars_are_as_long_as_their_values() {
    let values = [point(100, false), point(400, false), point(200, false)];
    let columns = rectangles(&drawn(&chart(ChartKind::Columns, &[&values])), ACCENT);
    let bars = rectangles(&drawn(&chart(ChartKind::Bars, &[&values])), ACCENT);
    for lengths in [columns.map_to(3), bars.map_to(2)] {
        assert_eq!(lengths.len(), 3);
        assert!((lengths[1] - 4 * lengths[0]).abs() <= 4, "{lengths:?}");
        assert!((lengths[2] - 2 * lengths[0]).abs() <= 2, "{lengths:?}");
    }
}

trait MapTo {
    fn map_to(&self, index: usize) -> Vec<i32>;
}

impl MapTo for Vec<[i32; 4]> {
    fn map_to(&self, index: usize) -> Vec<i32> {
        self.iter().map(|rectangle| rectangle[index]).collect()
    }
}

#[test]
fn negative_values_are_on_the_other_side_of_zero() {
    let values = [point(-50, false), point(100, false)];
    let bars = rectangles(&drawn(&chart(ChartKind::Bars, &[&values])), ACCENT);
    assert_eq!(bars[0][0] + bars[0][2], bars[1][0]);
    let columns = rectangles(&drawn(&chart(ChartKind::Columns, &[&values])), ACCENT);
    assert_eq!(columns[1][1] + columns[1][3], columns[0][1]);
}

#[test]
fn figures_are_outside_their_bars() {
    let values = [point(-50, false), point(100, false)];
    let found = drawn(&chart(ChartKind::Bars, &[&values]));
    let bars = rectangles(&found, ACCENT);
    let x_of = |text: &str| {
        let before = found
            .split_once(&format!("\n{text}\n"))
            .expect("the figure")
            .0;
        let tag = before.lines().last().expect("its tag");
        let x = tag
            .split_once(" x=\"")
            .expect("a place")
            .1
            .split('"')
            .next();
        x.and_then(|x| x.parse::<i32>().ok()).expect("a number")
    };
    assert_eq!(x_of("=-50="), bars[0][0] - GAP);
    assert_eq!(x_of("=100="), bars[1][0] + bars[1][2] + GAP);
}

#[test]
fn provisional_values_are_hatched_or_hollow() {
    for kind in [ChartKind::Columns, ChartKind::Bars] {
        let sure = drawn(&chart(kind, &[&[point(5, false)]]));
        let unsure = drawn(&chart(kind, &[&[point(5, true)]]));
        assert_eq!(rectangles(&sure, ACCENT).len(), 1);
        assert_eq!(rectangles(&unsure, ACCENT).len(), 0);
        assert!(unsure.matches("<polyline").count() > sure.matches("<polyline").count() + 5);
    }
    let hollow = |provisional| {
        let found = drawn(&chart(ChartKind::Lines, &[&[point(5, provisional)]]));
        found
            .lines()
            .any(|line| line.starts_with("<circle") && line.contains("#FFFFFF"))
    };
    assert!(hollow(true) && !hollow(false));
}

#[test]
fn hatching_stays_within_its_bar() {
    let found = drawn(&chart(
        ChartKind::Bars,
        &[&[point(5, true), point(2, false)]],
    ));
    let solid = rectangles(&found, ACCENT)[0];
    let hatched = found
        .lines()
        .filter(|line| line.starts_with("<polyline") && line.contains("stroke-width=\"5\""))
        .flat_map(|line| line.split("points=\"").nth(1).unwrap_or("").split(' '))
        .filter_map(|pair| pair.trim_end_matches("\"/>").split_once(','))
        .map(|(x, y)| (x.parse::<i32>().expect("x"), y.parse::<i32>().expect("y")))
        .collect::<Vec<_>>();
    assert!(hatched.len() > 20);
    let top = hatched.iter().map(|(_, y)| *y).min().expect("hatching");
    let bottom = hatched.iter().map(|(_, y)| *y).max().expect("hatching");
    assert_eq!(bottom - top, BAR);
    // The hatched bar is two and a half times as long as the solid one.
    let sides = solid[0]..=solid[0] + solid[2] * 5 / 2 + 3;
    assert!(hatched.iter().all(|(x, _)| sides.contains(x)));
}

#[test]
fn a_missing_value_leaves_a_gap() {
    for kind in KINDS {
        let found = drawn(&chart(kind, &[&[point(5, false), None, point(7, false)]]));
        assert_eq!(found.matches(MISSING).count(), 1, "{kind:?}");
    }
    let lines = |points: &[Option<Point>]| {
        drawn(&chart(ChartKind::Lines, &[points]))
            .matches("stroke-width=\"6\"")
            .count()
    };
    assert_eq!(lines(&[point(5, false), None, point(7, false)]), 0);
    assert_eq!(
        lines(&[point(5, false), point(6, false), point(7, false)]),
        2
    );
}

#[test]
fn several_series_have_a_legend() {
    for kind in KINDS {
        let one = drawn(&chart(kind, &[&[point(1, false)]]));
        let two = drawn(&chart(kind, &[&[point(1, false)], &[point(2, false)]]));
        assert!(!one.contains("s0"), "{kind:?}");
        assert!(two.contains("\ns0\n") && two.contains("\ns1\n"), "{kind:?}");
    }
}

#[test]
fn odd_charts_are_drawn() {
    let long = "a very long name of a category ".repeat(20) + &"x".repeat(400);
    for kind in KINDS {
        let mut odd = vec![
            chart(kind, &[]),
            chart(kind, &[&[]]),
            chart(kind, &[&[None, None]]),
            chart(kind, &[&[point(0, false), point(0, true)]]),
            chart(kind, &[&[point(-3, false)]]),
            chart(kind, &[&[point(i64::MAX, false), point(i64::MIN, true)]]),
            chart(kind, &vec![&[point(1, true)][..]; 30]),
            chart(kind, &[&vec![point(2, false); 200]]),
        ];
        let mut named = chart(kind, &[&[point(1, false), point(2, false)]]);
        named.categories[0] = both(&long);
        named.series[0].name = both(&long);
        odd.push(named);
        let mut uneven = chart(kind, &[&[point(1, false)]]);
        uneven.categories.clear();
        odd.push(uneven);
        for (index, chart) in odd.iter().enumerate() {
            let found = drawn(chart);
            assert!(found.trim_end().ends_with("</svg>"), "{kind:?} {index}");
        }
    }
}

#[test]
fn drawing_is_the_same_every_time_and_on_whole_pixels() {
    for kind in KINDS {
        let chart = chart(
            kind,
            &[&[point(3, false), point(1, true)], &[point(2, false), None]],
        );
        let found = drawn(&chart);
        assert_eq!(found, drawn(&chart));
        let outside_of_text = found.lines().filter(|line| line.starts_with('<'));
        let places = [" x", " y", "width", "height", "points", "cx", "font-size"];
        for line in outside_of_text {
            for attribute in places {
                let value = line
                    .split_once(&format!("{attribute}=\""))
                    .map_or("", |(_, rest)| rest);
                assert!(
                    !value.split('"').next().unwrap_or("").contains('.'),
                    "{line}"
                );
            }
        }
    }
}

#[test]
fn only_zero_has_a_heavy_line() {
    let heavy = |values: [i64; 2]| {
        let points = values.map(|value| point(value, false));
        let found = drawn(&chart(ChartKind::Lines, &[&points]));
        found.matches("stroke-width=\"3\"").count()
    };
    assert_eq!(heavy([29_378, 34_101]), 0);
    assert_eq!(heavy([1, 34_101]), 1);
}

#[test]
fn markup_in_names_is_escaped() {
    let mut chart = chart(ChartKind::Bars, &[&[point(1, false)]]);
    chart.categories[0] = both("<a & b>");
    let found = drawn(&chart);
    assert!(found.contains("&lt;a &amp; b&gt;") && !found.contains("<a & b>"));
}

#[test]
fn columns_too_narrow_for_their_names_become_bars() {
    let mut chart = chart(ChartKind::Columns, &[&vec![point(2, false); 30]]);
    chart.categories[3] = both("uncommonly");
    let columns = drawn(&chart);
    chart.kind = ChartKind::Bars;
    assert_eq!(columns, drawn(&chart));
}

#[test]
fn numbers_at_the_axis_are_written_as_in_the_book() {
    assert_eq!(tick_text(1_234_567.0, 0, MARKS), "1.234.567");
    assert_eq!(tick_text(-1500.5, 1, MARKS), "-1.500,5");
    assert_eq!(tick_text(-0.0, 0, MARKS), "0");
    assert_eq!(tick_text(999.0, 0, MARKS), "999");
}

#[test]
fn ticks_are_round_and_enclose_the_values() {
    let ticks = |kind, values: &[i64]| {
        let points: Vec<_> = values.iter().map(|value| point(*value, false)).collect();
        let scale = Scale::of(&chart(kind, &[&points]));
        scale
            .ticks(MARKS)
            .into_iter()
            .map(|(_, text)| text)
            .collect::<Vec<_>>()
    };
    let columns = ticks(ChartKind::Columns, &[29_378, 34_101]);
    assert_eq!(columns, ["0", "10.000", "20.000", "30.000", "40.000"]);
    assert_eq!(
        ticks(ChartKind::Lines, &[29_378, 34_101])
            .first()
            .map(String::as_str),
        Some("28.000")
    );
    assert_eq!(
        ticks(ChartKind::Columns, &[-3, 5]),
        ["-4", "-2", "0", "2", "4", "6"]
    );
    assert_eq!(ticks(ChartKind::Columns, &[0]), ["0", "1"]);
}

#[test]
fn long_labels_are_wrapped_and_lose_nothing() {
    let text = "South Central Coast and Central Highlands";
    let lines = wrap(text, MAIN, 240);
    assert!(lines.len() > 1);
    assert!(lines.iter().all(|line| text_width(line, MAIN) <= 240));
    assert_eq!(lines.join(" "), text);
    assert_eq!(wrap(&"x".repeat(50), MAIN, 200).concat(), "x".repeat(50));
}
