//! KTTT-03: what was done to support cooperatives, by source of funds.

use super::super::arithmetic::{WHOLE, part};
use super::super::figures::Figures;
use super::super::grid::{Content, Grid, Look};
use super::super::habits::{Habits, Header, Mark, Numbering};
use super::super::random::Random;
use super::super::reports::Report;
use super::super::senders::Manner;
use super::super::words::toned;
use super::letterhead::{Form, above, below};
use super::paper::{Paper, Period, Sender};
use super::table::{self, Field, put_heads, put_row, tenths, whole, words};
use super::{TOPICS, YEAR};

const FORM: Form = Form {
    code: "KTTT-03",
    title: "Kết quả hỗ trợ kinh tế tập thể",
};

/// The parts of a sum of money, in tenths of a million đồng: central, local, other.
pub(crate) type Funds = [i64; 3];

/// One topic in one column: a count, and what it cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Help {
    /// People, or cooperatives.
    pub(crate) count: i64,
    /// The total as it is typed: tenths of a million đồng; land in hundredths of a hectare.
    pub(crate) total: i64,
    /// By source; nothing for land.
    pub(crate) funds: Funds,
}

/// The scenarios and years of the three columns.
pub(crate) const COLUMNS: [(&str, i32); 3] =
    [("actual", YEAR - 1), ("estimate", YEAR), ("plan", YEAR + 1)];

/// The topic that is measured in hectares.
pub(crate) const LAND: usize = 5;

/// One KTTT-03: three columns of ten topics.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Support {
    /// By column and topic.
    pub(crate) columns: [[Help; 10]; 3],
}

/// Count per thousand cooperatives; tenths of a million đồng for each (land: hundredths of a hectare); share of the
/// central and of the local budget, in percent.
const LEVELS: [(i64, i64, i64, i64); 10] = [
    (1_450, 21, 45, 45),
    (92, 640, 25, 60),
    (64, 2_350, 40, 40),
    (41, 9_800, 20, 50),
    (38, 14_200, 60, 30),
    (12, 165, 0, 0),
    (70, 310, 30, 65),
    (85, 4_700, 75, 20),
    (55, 120, 10, 60),
    (47, 880, 0, 0),
];

/// Quảng Ninh (22): two digits of a total are exchanged (R301): the estimate of technology.
const TYPED_WRONG: (&str, usize, usize) = ("22", 1, 2);

/// The papers of the provinces that sent their annual report.
pub(crate) fn papers(seed: u64, reports: &[&Report], planted: bool) -> Vec<Paper<Support>> {
    let paper = |report: &&Report| {
        let unit = report.unit.clone();
        let mut content = support(seed, report);
        if planted && unit.code == TYPED_WRONG.0 {
            let help = &mut content.columns[TYPED_WRONG.1][TYPED_WRONG.2];
            help.total = exchanged(help.total);
        }
        let sender = Sender::Province(unit);
        let came = (YEAR, 12, [10, 24]);
        Paper::new(seed, FORM.code, sender, Period::Year(YEAR), came, content)
    };
    reports.iter().map(paper).collect()
}

/// The second and third digit change places; two that are equal become another.
fn exchanged(value: i64) -> i64 {
    let mut digits = value.to_string().into_bytes();
    if digits.len() > 3 && digits[1] != digits[2] {
        digits.swap(1, 2);
    } else if let Some(digit) = digits.get_mut(1) {
        *digit = b'0' + (*digit - b'0' + 3) % 10;
    }
    String::from_utf8(digits).map_or(value, |text| text.parse().unwrap_or(value))
}

fn support(seed: u64, report: &Report) -> Support {
    let columns = &report.columns;
    let bases: [&Figures; 3] = [&columns.actual, &columns.estimate, &columns.next_plan];
    let mut all = Support::default();
    for (topic, &(per_thousand, cost, central, local)) in LEVELS.iter().enumerate() {
        let mut random = Random::of(seed, &[&report.unit.name, TOPICS[topic].0, "support"]);
        if random.chance(6) {
            continue;
        }
        let intensity = random.between(550_000, 1_500_000);
        let dear = random.between(700_000, 1_350_000);
        for (column, base) in bases.into_iter().enumerate() {
            let mut about = |value: i64| part(value, WHOLE + random.between(-130_000, 130_000));
            let count = about(part(
                base.get("htx_total") * per_thousand / 1_000,
                intensity,
            ));
            let total = about(part(count * cost, dear));
            let funds = if topic == LAND {
                [0; 3]
            } else {
                let first = about(total * central / 100);
                let second = about(total * local / 100).min(total - first);
                [first, second, total - first - second]
            };
            all.columns[column][topic] = Help {
                count,
                total,
                funds,
            };
        }
    }
    all
}

/// Words of the rows of a topic, with their units: the count, and the money or the land.
fn rows_of(topic: usize) -> [(&'static str, &'static str); 2] {
    match TOPICS[topic].0 {
        "training" => [("Số người", "người"), ("Kinh phí", "triệu đồng")],
        "credit" => [("Số HTX", "HTX"), ("Vốn vay", "triệu đồng")],
        "land" => [("Số HTX", "HTX"), ("Diện tích", "ha")],
        "insurance" => [("Số HTX", "HTX"), ("Số tiền nợ", "triệu đồng")],
        _ => [("Số HTX", "HTX"), ("Kinh phí", "triệu đồng")],
    }
}

/// Writes the form.
pub(crate) fn lay_out(paper: &Paper<Support>, habits: &Habits) -> Grid {
    let mut grid = Grid {
        name: FORM.code.to_owned(),
        ..Grid::default()
    };
    let ordinals = habits.numbering == Numbering::Column;
    let stub = usize::from(ordinals) + 1 + usize::from(habits.has_units);
    let width = u16::try_from(stub + 12).unwrap_or(u16::MAX);
    let top = above(&mut grid, paper, habits, &FORM, width);
    for column in 0..width {
        grid.widths.insert(column, 12.0);
    }
    grid.widths.insert(u16::from(ordinals), 44.0);
    let mut row = put_heads(&mut grid, top, &heads(habits, ordinals));
    let joined = !habits.has_sections;
    for (topic, (_, name)) in TOPICS.iter().enumerate() {
        let name = toned(name, habits);
        if !joined {
            let mut fields = lead(ordinals, &(topic + 1).to_string());
            let text = match habits.numbering {
                Numbering::Label => format!("{}. {name}", topic + 1),
                _ => name.clone(),
            };
            fields.push((table::label(text).0, Look::Strong));
            fields.resize(usize::from(width), words(""));
            put_row(&mut grid, row, fields);
            row += 1;
        }
        for (part, (text, unit)) in rows_of(topic).into_iter().enumerate() {
            let mut text = if joined {
                format!("{name} - {text}")
            } else {
                mark(text, habits)
            };
            if !habits.has_units && part == 1 {
                text = format!("{text}, {unit}");
            }
            let number = if joined {
                format!("{}.{}", topic + 1, part + 1)
            } else {
                String::new()
            };
            let mut fields = lead(ordinals, &number);
            fields.push((table::label(text).0, Look::Stub(1)));
            if habits.has_units {
                fields.push(words(unit));
            }
            for column in &paper.content.columns {
                fields.extend(cells(&column[topic], topic, part, habits));
            }
            put_row(&mut grid, row, fields);
            row += 1;
        }
    }
    below(&mut grid, paper, habits, row, width);
    grid
}

fn lead(ordinals: bool, number: &str) -> Vec<Field> {
    if ordinals {
        vec![words(number)]
    } else {
        Vec::new()
    }
}

fn mark(text: &str, habits: &Habits) -> String {
    match habits.mark {
        Mark::Dash => format!("- {text}"),
        Mark::Plus => format!("+ {text}"),
        Mark::Spaces => format!("   {text}"),
        Mark::Indent => text.to_owned(),
    }
}

/// The four cells of a row in one column. Rows that count and land have a total alone.
fn cells(help: &Help, topic: usize, part: usize, habits: &Habits) -> Vec<Field> {
    let alone = |total: Field| {
        let other = if habits.has(Manner::Dashes) {
            words("x")
        } else {
            words("")
        };
        vec![total, other.clone(), other.clone(), other]
    };
    if part == 0 {
        return alone(whole(help.count));
    }
    if topic == LAND {
        return alone((Content::Number(help.total, 2), Look::General));
    }
    let mut all = vec![tenths(help.total)];
    all.extend(help.funds.map(tenths));
    all
}

/// One, two or three rows of heads.
fn heads(habits: &Habits, ordinals: bool) -> Vec<Vec<String>> {
    let mut stub = Vec::new();
    if ordinals {
        stub.push("TT");
    }
    stub.push("Nội dung hỗ trợ");
    if habits.has_units {
        stub.push(if habits.other_units {
            "ĐVT"
        } else {
            "Đơn vị tính"
        });
    }
    let years = [
        format!("Thực hiện năm {}", YEAR - 1),
        format!("Ước thực hiện năm {YEAR}"),
        format!("Kế hoạch năm {}", YEAR + 1),
    ];
    let sources = ["Ngân sách trung ương", "Ngân sách địa phương", "Nguồn khác"];
    let own: Vec<&str> = ["Tổng số"].into_iter().chain(sources).collect();
    let first = |texts: Vec<String>| -> Vec<String> {
        stub.iter().map(ToString::to_string).chain(texts).collect()
    };
    let blank = |texts: Vec<String>| -> Vec<String> {
        stub.iter().map(|_| String::new()).chain(texts).collect()
    };
    let each = |write: &dyn Fn(&str, usize) -> String| -> Vec<String> {
        years
            .iter()
            .flat_map(|year| (0..4).map(|i| write(year, i)).collect::<Vec<_>>())
            .collect()
    };
    match habits.header {
        Header::One => vec![first(each(&|year, i| format!("{year} - {}", own[i])))],
        Header::Two | Header::TwoStacked => vec![
            first(each(&|year, _| year.to_owned())),
            blank(each(&|_, i| own[i].to_owned())),
        ],
        Header::ThreeSpan | Header::ThreeRepeat => vec![
            first(each(&|year, _| year.to_owned())),
            blank(each(&|_, i| {
                if i == 0 { "Tổng số" } else { "Trong đó" }.to_owned()
            })),
            blank(each(&|_, i| {
                if i == 0 {
                    String::new()
                } else {
                    own[i].to_owned()
                }
            })),
        ],
    }
}
