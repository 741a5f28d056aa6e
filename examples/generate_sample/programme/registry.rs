//! KTTT-04: the lists of four small provinces. Every name, code and number in them is made up.
//!
//! A list agrees with the province's KTTT-01 and KTTT-02: as many cooperatives as there, by sector, and as many members;
//! of them so many operating, suspended, rated good or fair, with high technology, in value chains.

use super::super::arithmetic::allocate;
use super::super::facts::Facts;
use super::super::grid::Grid;
use super::super::habits::Habits;
use super::super::random::Random;
use super::super::reports::Report;
use super::YEAR;
use super::letterhead::{Form, above, below};
use super::paper::{Paper, Period, Sender};
use super::table::{Field, label, ordinal, put_heads, put_row, tenths, whole, words};

const FORM: Form = Form {
    code: "KTTT-04",
    title: "Danh sách hợp tác xã, liên hiệp hợp tác xã, tổ hợp tác",
};

/// Điện Biên, Lai Châu, Huế, Khánh Hòa.
const PROVINCES: [&str; 4] = ["11", "12", "46", "56"];
/// Who sends the list as text.
pub(crate) const AS_TEXT: [&str; 1] = ["Điện Biên"];
/// Groups of which a list tells.
const GROUPS: i64 = 12;

/// What an organisation does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activity {
    /// `đang hoạt động`.
    Active,
    /// `ngừng hoạt động`.
    Suspended,
    /// `chờ giải thể`.
    Awaiting,
    /// `đã giải thể`.
    Dissolved,
}

/// One row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Organisation {
    /// Its name.
    pub(crate) name: String,
    /// HTX, LHHTX or THT.
    pub(crate) kind: &'static str,
    /// Ten digits; empty for a group.
    pub(crate) tax_code: String,
    /// Day, month, year.
    pub(crate) founded: (i64, i64, i64),
    /// The code of its sector.
    pub(crate) sector: String,
    /// What it does now.
    pub(crate) activity: Activity,
    /// Good, fair, average, weak, not rated.
    pub(crate) rating: usize,
    /// Members.
    pub(crate) members: i64,
    /// Workers.
    pub(crate) workers: i64,
    /// Capital, assets, revenue and profit, in tenths of a million đồng.
    pub(crate) money: [i64; 4],
    /// Applies high technology.
    pub(crate) high_tech: bool,
    /// Stands in a value chain.
    pub(crate) in_chain: bool,
}

/// The word for a rating.
pub(crate) fn ratings(rating: usize, habits: &Habits) -> &'static str {
    let words = if habits.other_units {
        ["Tốt", "Khá", "Trung bình", "Yếu", "Không đánh giá"]
    } else {
        ["tốt", "khá", "trung bình", "yếu", "chưa đánh giá"]
    };
    words[rating]
}

/// A tax code whose tenth digit is right. Its first digits are a province's code, and after them come noughts.
pub(crate) fn code_of(province: &str, number: i64) -> String {
    const WEIGHTS: [u32; 9] = [31, 29, 23, 19, 17, 13, 7, 5, 3];
    let mut next = number * 10;
    loop {
        let nine = format!("{province}{next:07}");
        let digits = nine.chars().filter_map(|c| c.to_digit(10));
        let sum: u32 = digits
            .zip(WEIGHTS)
            .map(|(digit, weight)| digit * weight)
            .sum();
        let check = 10 - i64::from(sum % 11);
        if (0..10).contains(&check) {
            return format!("{nine}{check}");
        }
        next += 1;
    }
}

/// Rows with a planted fault, counted from 0 among the cooperatives of a list.
pub(crate) mod planted {
    /// Lai Châu's row has the tax code of Điện Biên's (R401).
    pub(crate) const TWICE: [(&str, usize); 2] = [("11", 16), ("12", 39)];
    /// Huế: the tenth digit is another (R402).
    pub(crate) const WRONG_DIGIT: (&str, usize) = ("46", 24);
    /// Khánh Hòa: founded after the year (R406).
    pub(crate) const TOO_YOUNG: (&str, usize) = ("56", 70);
    /// Lai Châu: so many cooperatives are not in the list (R403).
    pub(crate) const LEFT_OUT: (&str, i64) = ("12", 9);
}

/// The lists of the four.
pub(crate) fn papers(
    seed: u64,
    facts: &Facts,
    reports: &[&Report],
    faults: bool,
) -> Vec<Paper<Vec<Organisation>>> {
    let mut papers = Vec::new();
    for report in reports {
        let unit = report.unit.clone();
        if !PROVINCES.contains(&unit.code.as_str()) {
            continue;
        }
        let mut content = list(seed, facts, report, faults);
        if faults {
            plant(&unit.code, &mut content);
        }
        let sender = Sender::Province(unit);
        let came = (YEAR + 1, 1, [8, 29]);
        papers.push(Paper::new(
            seed,
            FORM.code,
            sender,
            Period::Year(YEAR),
            came,
            content,
        ));
    }
    if faults && papers.len() == PROVINCES.len() {
        let code = papers[0].content[planted::TWICE[0].1].tax_code.clone();
        papers[1].content[planted::TWICE[1].1].tax_code = code;
    }
    papers
}

fn plant(code: &str, list: &mut [Organisation]) {
    if code == planted::WRONG_DIGIT.0 {
        let right = &mut list[planted::WRONG_DIGIT.1].tax_code;
        let last = right.pop().and_then(|c| c.to_digit(10)).unwrap_or(0);
        right.push_str(&((last + 1) % 10).to_string());
    }
    if code == planted::TOO_YOUNG.0 {
        list[planted::TOO_YOUNG.1].founded = (16, 3, i64::from(YEAR) + 1);
    }
}

fn list(seed: u64, facts: &Facts, report: &Report, faults: bool) -> Vec<Organisation> {
    let (code, estimate) = (&report.unit.code, &report.columns.estimate);
    let mut random = Random::of(seed, &[code, "list"]);
    let mut sectors = Vec::new();
    // What a sector has beyond its own parts stands under the sector itself.
    for sector in &facts.sectors {
        let below = facts
            .sectors
            .iter()
            .filter(|s| s.parent.as_deref() == Some(sector.code.as_str()));
        let parts: i64 = below
            .map(|s| report.by_sector.get(&s.code, "htx_total"))
            .sum();
        let own = report.by_sector.get(&sector.code, "htx_total") - parts;
        sectors.extend((0..own).map(|_| sector.code.clone()));
    }
    if faults && code == planted::LEFT_OUT.0 {
        let keep = sectors.len() - usize::try_from(planted::LEFT_OUT.1).unwrap_or(0);
        sectors.truncate(keep);
    }
    shuffle(&mut sectors, &mut random);
    let total = i64::try_from(sectors.len()).unwrap_or(0);
    let sizes: Vec<i64> = sectors
        .iter()
        .map(|_| random.pick(&[1, 1, 1, 2, 2, 3, 4, 6, 9, 14, 40]) * random.between(8, 13))
        .collect();
    let members = allocate(estimate.get("htx_members") - 7 * total, &sizes);
    let suspended = estimate.get("htx_suspended");
    let mut idle = marks(sectors.len(), suspended, &mut random);
    let mut better = marks(sectors.len(), estimate.get("htx_good_fair"), &mut random);
    let mut modern = marks(sectors.len(), estimate.get("htx_hightech"), &mut random);
    let mut all = Vec::new();
    for (number, (sector, members)) in (0..).zip(sectors.into_iter().zip(members)) {
        let activity = match idle.pop() {
            Some(true) => random.pick(&[Activity::Suspended, Activity::Awaiting]),
            _ => Activity::Active,
        };
        let rating = if better.pop() == Some(true) {
            random.pick(&[0, 0, 1])
        } else {
            random.pick(&[2, 2, 3, 4])
        };
        let capital = random.between(30, 900) * 100;
        let revenue = random.between(20, 4_000) * 50;
        let in_chain = sector.starts_with('A') && random.chance(30);
        all.push(Organisation {
            name: name(&sector, number, &mut random),
            kind: "HTX",
            tax_code: code_of(code, number + 1),
            founded: (
                random.between(1, 28),
                random.between(1, 12),
                random.between(1998, i64::from(YEAR)),
            ),
            sector,
            activity,
            rating,
            members: members + 7,
            workers: random.between(3, 38),
            money: [
                capital,
                capital + random.between(10, 700) * 50,
                revenue,
                revenue / 16 - random.between(0, 90) * 10,
            ],
            high_tech: modern.pop() == Some(true),
            in_chain,
        });
    }
    let others = estimate.get("lhhtx_total") + GROUPS;
    for number in 0..others {
        let union = number < estimate.get("lhhtx_total");
        all.push(other(code, number, union, &mut random));
    }
    for number in 0..3 {
        let mut gone = all[usize::try_from(number).unwrap_or(0)].clone();
        gone.name = format!("{} (cũ)", gone.name);
        gone.tax_code = code_of(code, 5_000 + number);
        gone.activity = Activity::Dissolved;
        gone.rating = 4;
        gone.members = 0;
        gone.workers = 0;
        all.push(gone);
    }
    all
}

/// A union, or a group.
fn other(code: &str, number: i64, union: bool, random: &mut Random) -> Organisation {
    let (kind, what) = if union {
        ("LHHTX", "Liên hiệp HTX Nông nghiệp")
    } else {
        ("THT", "THT Sản xuất")
    };
    let capital = random.between(5, 300) * 100;
    Organisation {
        name: format!("{what} {}", place(number)),
        kind,
        tax_code: if union {
            code_of(code, 7_000 + number)
        } else {
            String::new()
        },
        founded: (
            random.between(1, 28),
            random.between(1, 12),
            random.between(2004, i64::from(YEAR)),
        ),
        sector: "A6".to_owned(),
        activity: Activity::Active,
        rating: random.pick(&[0, 1, 2, 4]),
        members: random.between(4, 20),
        workers: random.between(3, 20),
        money: [capital, capital * 2, capital * 3, capital / 5],
        high_tech: false,
        in_chain: union,
    }
}

/// So many of so many, in no order.
fn marks(length: usize, count: i64, random: &mut Random) -> Vec<bool> {
    let count = usize::try_from(count).unwrap_or(0).min(length);
    let mut marks = vec![false; length];
    marks[..count].fill(true);
    shuffle(&mut marks, random);
    marks
}

fn shuffle<T>(all: &mut [T], random: &mut Random) {
    for index in (1..all.len()).rev() {
        let last = i64::try_from(index).unwrap_or(0);
        all.swap(index, usize::try_from(random.between(0, last)).unwrap_or(0));
    }
}

/// A place that is nowhere in particular.
fn place(number: i64) -> String {
    const FIRST: [&str; 7] = ["Tân", "Bình", "Phú", "An", "Đồng", "Hòa", "Thanh"];
    const SECOND: [&str; 9] = [
        "Tiến", "Lập", "Phát", "Thành", "Minh", "Xuân", "Sơn", "Lợi", "An",
    ];
    let index = |n: i64, of: usize| usize::try_from(n).unwrap_or(0) % of;
    let first = FIRST[index(number, FIRST.len())];
    let second = SECOND[index(number / 7, SECOND.len())];
    match number / 63 {
        0 => format!("{first} {second}"),
        again => format!("{first} {second} {}", again + 1),
    }
}

fn name(sector: &str, number: i64, random: &mut Random) -> String {
    let trade = match sector.as_bytes().first() {
        Some(b'A') => random.pick(&["Nông nghiệp", "Nông nghiệp và Dịch vụ", "Nông sản sạch"]),
        Some(b'B') => random.pick(&["Tiểu thủ công nghiệp", "Cơ khí"]),
        Some(b'C') => "Xây dựng",
        Some(b'D') => random.pick(&["Thương mại", "Thương mại - Dịch vụ"]),
        Some(b'E') => "Vận tải",
        Some(b'F') => "Tín dụng",
        Some(b'G') => "Môi trường",
        _ => "Dịch vụ",
    };
    format!("HTX {trade} {}", place(number))
}

const HEADS: [&str; 23] = [
    "STT",
    "Tên",
    "Loại hình",
    "Mã số thuế",
    "Mã số đăng ký",
    "Ngày thành lập",
    "Xã/phường",
    "Mã xã",
    "Lĩnh vực",
    "Tình trạng",
    "Xếp loại",
    "Số thành viên",
    "Số lao động",
    "Vốn điều lệ (triệu đồng)",
    "Tổng tài sản (triệu đồng)",
    "Doanh thu (triệu đồng)",
    "Lãi (triệu đồng)",
    "Giám đốc",
    "Giới tính giám đốc",
    "Trình độ giám đốc",
    "Điện thoại",
    "Công nghệ cao",
    "Chuỗi giá trị",
];

/// Writes the list.
pub(crate) fn lay_out(paper: &Paper<Vec<Organisation>>, habits: &Habits) -> Grid {
    let mut grid = Grid {
        name: FORM.code.to_owned(),
        ..Grid::default()
    };
    for column in 0..23 {
        grid.widths
            .insert(column, if column == 1 { 40.0 } else { 13.0 });
    }
    let top = above(&mut grid, paper, habits, &FORM, 23);
    let mut row = put_heads(&mut grid, top, &[HEADS.map(ToOwned::to_owned).to_vec()]);
    let province = paper.sender.unit().map_or("", |unit| unit.code.as_str());
    for (number, one) in (0..).zip(&paper.content) {
        put_row(&mut grid, row, fields(number, one, province, habits));
        row += 1;
    }
    below(&mut grid, paper, habits, row, 23);
    grid
}

fn fields(number: i64, one: &Organisation, province: &str, habits: &Habits) -> Vec<Field> {
    const LETTERS: [&str; 20] = [
        "A", "B", "C", "D", "E", "G", "H", "K", "L", "M", "N", "P", "Q", "R", "S", "T", "U", "V",
        "X", "Y",
    ];
    let index = usize::try_from(number).unwrap_or(0);
    let (day, month, year) = one.founded;
    let woman = index % 5 == 3;
    let middle = if woman { "Thị" } else { "Văn" };
    let flag = |yes: bool| words(if yes { "x" } else { "" });
    let activity = match one.activity {
        Activity::Active => "đang hoạt động",
        Activity::Suspended => "ngừng hoạt động",
        Activity::Awaiting => "chờ giải thể",
        Activity::Dissolved => "đã giải thể",
    };
    let schooling = ["Đại học", "Trung cấp", "Sơ cấp", "THPT", "Cao đẳng"][index % 5];
    let mut fields = vec![
        ordinal(number + 1),
        label(&one.name),
        words(one.kind),
        words(&one.tax_code),
        words(if one.kind == "THT" {
            String::new()
        } else {
            format!("{province}07{:06}", number + 1)
        }),
        words(format!("{day:02}/{month:02}/{year}")),
        words(format!("Xã {}", place(number % 60))),
        words(format!("{province}{:03}", number % 60 + 1)),
        words(&one.sector),
        words(activity),
        words(ratings(one.rating, habits)),
        whole(one.members),
        whole(one.workers),
    ];
    fields.extend(one.money.map(tenths));
    fields.extend([
        words(format!("Nguyễn {middle} {}", LETTERS[index % 20])),
        words(if woman { "nữ" } else { "nam" }),
        words(schooling),
        words(format!("0900000{:03}", index % 1_000)),
        flag(one.high_tech),
        flag(one.in_chain),
    ]);
    fields
}
