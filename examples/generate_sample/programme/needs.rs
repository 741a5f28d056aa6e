//! KTTT-07: what is needed from the central budget in 2026-2030, and the public investment projects.

use super::super::arithmetic::{WHOLE, part};
use super::super::grid::{Grid, Look};
use super::super::habits::{Habits, Header, Numbering};
use super::super::random::Random;
use super::super::reports::Report;
use super::super::words::toned;
use super::letterhead::{Form, above, below};
use super::paper::{Paper, Period, Sender};
use super::table::{ordinal, put_heads, put_row, tenths, words};
use super::{TOPICS, YEAR};

const FORM: Form = Form {
    code: "KTTT-07",
    title: "Nhu cầu hỗ trợ từ ngân sách trung ương 2026 - 2030",
};

/// The years of the grid.
pub(crate) const YEARS: [i32; 5] = [2026, 2027, 2028, 2029, 2030];

/// A public investment project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Project {
    /// Its name.
    pub(crate) name: String,
    /// The year in which it begins.
    pub(crate) year: i32,
    /// Its cost, in tenths of a million đồng.
    pub(crate) money: i64,
}

/// One KTTT-07.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// By topic and year: investment and recurrent expenditure, in tenths of a million đồng.
    pub(crate) grid: [[[i64; 2]; 5]; 10],
    /// In order.
    pub(crate) projects: Vec<Project>,
}

/// Tenths of a million đồng a year for each hundred cooperatives: investment, recurrent.
const LEVELS: [[i64; 2]; 10] = [
    [0, 3_900],
    [0, 2_650],
    [1_800, 4_100],
    [6_000, 900],
    [31_000, 0],
    [0, 250],
    [0, 1_400],
    [12_500, 3_200],
    [0, 480],
    [0, 700],
];

/// Provinces without a project: Điện Biên, Hà Tĩnh, Cà Mau.
const WITHOUT_PROJECT: [&str; 3] = ["11", "42", "96"];

const WORKS: [&str; 6] = [
    "Hạ tầng vùng nguyên liệu liên kết với HTX",
    "Kho lạnh và trung tâm sơ chế nông sản của HTX",
    "Hệ thống tưới tiết kiệm phục vụ các HTX",
    "Trung tâm giới thiệu sản phẩm HTX",
    "Đường nội đồng, trạm bơm do HTX quản lý",
    "Cơ sở giống và hậu cần dịch vụ của liên hiệp HTX",
];

/// The papers of the provinces.
pub(crate) fn papers(seed: u64, reports: &[&Report]) -> Vec<Paper<Needs>> {
    let paper = |report: &&Report| {
        let content = needs(seed, report);
        let sender = Sender::Province(report.unit.clone());
        let came = (YEAR, 7, [7, 30]);
        Paper::new(seed, FORM.code, sender, Period::Year(YEAR), came, content)
    };
    reports.iter().map(paper).collect()
}

fn needs(seed: u64, report: &Report) -> Needs {
    let name = &report.unit.name;
    let size = report.columns.estimate.get("htx_total");
    let mut needs = Needs::default();
    for (topic, levels) in LEVELS.iter().enumerate() {
        let mut random = Random::of(seed, &[name, TOPICS[topic].0, "needs"]);
        if random.chance(7) {
            continue;
        }
        let wish = random.between(500_000, 1_600_000);
        for year in &mut needs.grid[topic] {
            for (cell, level) in year.iter_mut().zip(levels) {
                let about = WHOLE + random.between(-200_000, 250_000);
                // Whole hundreds of millions, as needs are; small ones to the half million, which also shows how the
                // sheet writes its decimals.
                let step = if *level < 500 { 5 } else { 1_000 };
                *cell = part(part(level * size / 100, wish), about) / step * step;
            }
        }
    }
    if !WITHOUT_PROJECT.contains(&report.unit.code.as_str()) {
        let mut random = Random::of(seed, &[name, "projects"]);
        let count = random.between(1, 4);
        let first = random.between(0, 5);
        for number in 0..count {
            let work = usize::try_from((first + number) % 6).unwrap_or(0);
            needs.projects.push(Project {
                name: format!("{}, giai đoạn {}", WORKS[work], number + 1),
                year: i32::try_from(random.between(2026, 2029)).unwrap_or(2026),
                money: random.between(60, 900) * 1_000 + random.between(1, 99) * 5,
            });
        }
    }
    needs
}

/// Writes the form: the grid, and the list beneath it.
pub(crate) fn lay_out(paper: &Paper<Needs>, habits: &Habits) -> Grid {
    let mut grid = Grid {
        name: FORM.code.to_owned(),
        ..Grid::default()
    };
    let ordinals = habits.numbering == Numbering::Column;
    let stub: Vec<String> = ["TT", "Nội dung hỗ trợ"]
        .into_iter()
        .skip(usize::from(!ordinals))
        .map(ToOwned::to_owned)
        .collect();
    let width = u16::try_from(stub.len() + 10).unwrap_or(u16::MAX);
    let mut row = above(&mut grid, paper, habits, &FORM, width);
    for column in 0..width {
        grid.widths.insert(column, 12.0);
    }
    grid.widths.insert(u16::from(ordinals), 44.0);
    let right = width.saturating_sub(2);
    grid.text(row - 1, right, "Đơn vị tính: triệu đồng", Look::Italic);
    row += 1;
    row = put_heads(&mut grid, row, &heads(habits, &stub));
    for (topic, (_, name)) in TOPICS.iter().enumerate() {
        let mut fields = Vec::new();
        if ordinals {
            fields.push(words((topic + 1).to_string()));
        }
        let name = toned(name, habits);
        let label = match habits.numbering {
            Numbering::Label => format!("{}. {name}", topic + 1),
            _ => name,
        };
        fields.push(super::table::label(label));
        let years = paper.content.grid[topic].iter();
        fields.extend(years.flat_map(|year| year.map(tenths)));
        put_row(&mut grid, row, fields);
        row += 1;
    }
    row = projects(&mut grid, paper, row + 1);
    below(&mut grid, paper, habits, row, width);
    grid
}

fn heads(habits: &Habits, stub: &[String]) -> Vec<Vec<String>> {
    let kinds = ["Vốn đầu tư phát triển", "Vốn sự nghiệp"];
    let head = |year: i32| {
        if habits.other_units {
            year.to_string()
        } else {
            format!("Năm {year}")
        }
    };
    let blank = stub.iter().map(|_| String::new());
    let pairs = YEARS
        .iter()
        .flat_map(|year| kinds.map(|kind| (*year, kind)));
    if habits.header == Header::One {
        let one = pairs.map(|(year, kind)| format!("{kind} năm {year}"));
        return vec![stub.iter().cloned().chain(one).collect()];
    }
    vec![
        stub.iter()
            .cloned()
            .chain(pairs.clone().map(|(year, _)| head(year)))
            .collect(),
        blank
            .chain(pairs.map(|(_, kind)| kind.to_owned()))
            .collect(),
    ]
}

/// The list of projects; a province without one says nothing.
fn projects(grid: &mut Grid, paper: &Paper<Needs>, from: u32) -> u32 {
    let list = &paper.content.projects;
    if list.is_empty() {
        return from;
    }
    grid.text(from, 0, "Danh mục dự án đầu tư công", Look::Title);
    let heads = ["TT", "Tên dự án", "Năm", "Tổng mức đầu tư (triệu đồng)"];
    let heads = vec![heads.map(ToOwned::to_owned).to_vec()];
    let mut row = put_heads(grid, from + 1, &heads);
    for (number, project) in (1..).zip(list) {
        let fields = vec![
            ordinal(number),
            super::table::label(&project.name),
            ordinal(project.year.into()),
            tenths(project.money),
        ];
        put_row(grid, row, fields);
        row += 1;
    }
    row
}
