//! KTTT-08: quick reports of months and quarters, from the alliances.

use std::collections::BTreeMap;

use super::super::arithmetic::{allocate, part, scale};
use super::super::facts::{Facts, NEW, OLD, Unit};
use super::super::grid::Grid;
use super::super::habits::{Habits, Numbering};
use super::super::random::Random;
use super::super::truth::Truth;
use super::super::words::label as worded;
use super::YEAR;
use super::letterhead::{Form, above, below};
use super::paper::{Paper, Period, Sender};
use super::table::{Field, label, put_heads, put_row, whole, words};

const FORM: Form = Form {
    code: "KTTT-08",
    title: "Báo cáo nhanh",
};

/// The rows: code, indicator, words, unit.
pub(crate) const ROWS: [(&str, &str, &str, &str); 10] = [
    ("101", "htx_total", "Tổng số hợp tác xã", "HTX"),
    ("102", "htx_active", "Số HTX đang hoạt động", "HTX"),
    ("103", "htx_new", "Số HTX thành lập mới", "HTX"),
    ("104", "htx_dissolved", "Số HTX giải thể", "HTX"),
    (
        "105",
        "htx_suspended",
        "Số HTX ngừng hoạt động, chờ giải thể",
        "HTX",
    ),
    ("111", "htx_members", "Tổng số thành viên HTX", "người"),
    (
        "121",
        "htx_workers",
        "Tổng số lao động thường xuyên trong HTX",
        "người",
    ),
    (
        "201",
        "lhhtx_total",
        "Tổng số liên hiệp hợp tác xã",
        "LHHTX",
    ),
    ("301", "tht_total", "Tổng số tổ hợp tác", "THT"),
    ("311", "tht_members", "Tổng số thành viên THT", "người"),
];

/// Happen in the period; all others are there at its end.
pub(crate) const FLOWS: [&str; 2] = ["htx_new", "htx_dissolved"];

/// The periods that were asked for.
pub(crate) const PERIODS: [Period; 7] = [
    Period::Month(2025, 6),
    Period::Month(2025, 7),
    Period::Month(2025, 8),
    Period::Month(2025, 9),
    Period::Quarter(2025, 3),
    Period::Quarter(2026, 2),
    Period::Quarter(2026, 3),
];

/// A figure by indicator.
pub(crate) type Quick = BTreeMap<&'static str, i64>;

/// Phú Thọ's report for June 2025 came when the province of that name was already another one.
const LATE: (&str, &str) = ("25", "2025-07-03T09:12:40+07:00");
/// Cà Mau sent nothing for the third quarter of 2026.
const SILENT: (&str, Period) = ("96", Period::Quarter(2026, 3));
/// Thanh Hóa: the quarter has six new cooperatives more than its three months.
const OTHER_FLOW: (&str, i64) = ("38", 6);
/// Đồng Nai: the quarter ends with 9,000 members fewer than its last month.
const OTHER_STOCK: (&str, i64) = ("75", 9_000);

/// All papers, in order of period and code.
pub(crate) fn papers(
    seed: u64,
    facts: &Facts,
    truth: &Truth,
    planted: bool,
) -> Result<Vec<Paper<Quick>>, String> {
    let mut origins = BTreeMap::new();
    for (index, code) in truth.codes.iter().enumerate() {
        origins.insert(code.as_str(), months(seed, truth, index)?);
    }
    let mut papers = Vec::new();
    for period in PERIODS {
        let vintage = if period == Period::Month(2025, 6) {
            OLD
        } else {
            NEW
        };
        for mut unit in facts.units_on(vintage, &period.eve()) {
            // Up to June 2025 Huế is a city of its own, of the former geography.
            vintage.clone_into(&mut unit.vintage);
            if planted && (unit.code.as_str(), period) == SILENT {
                continue;
            }
            let mut content = Quick::new();
            for code in facts.origins(&unit) {
                let figures = origins.get(code.as_str()).ok_or("no such province")?;
                for (id, value) in of_period(figures, period) {
                    *content.entry(id).or_insert(0) += value;
                }
            }
            let code = unit.code.clone();
            let mut paper = sent(seed, unit, period, content);
            if planted {
                plant(&mut paper, &code);
            }
            papers.push(paper);
        }
    }
    Ok(papers)
}

fn plant(paper: &mut Paper<Quick>, code: &str) {
    if paper.period == Period::Month(2025, 6) && code == LATE.0 {
        LATE.1.clone_into(&mut paper.received_at);
    }
    if paper.period == Period::Quarter(2025, 3) {
        let mut change = |planted: (&str, i64), id: &'static str, sign: i64| {
            if code == planted.0 {
                *paper.content.entry(id).or_insert(0) += sign * planted.1;
            }
        };
        change(OTHER_FLOW, "htx_new", 1);
        change(OTHER_STOCK, "htx_members", -1);
    }
}

fn sent(seed: u64, unit: Unit, period: Period, content: Quick) -> Paper<Quick> {
    let (year, month, days) = match period {
        Period::Month(year, month) => (year, month, [18, 25]),
        Period::Quarter(year, quarter) => (year, quarter * 3, [12, 20]),
        Period::Year(year) => (year, 12, [10, 20]),
    };
    let came = (year, month, days);
    Paper::new(
        seed,
        FORM.code,
        Sender::Alliance(unit),
        period,
        came,
        content,
    )
}

/// The figures of a former province, month by month from January of the first year.
type Months = Vec<Quick>;

/// What happened in each month and was there at its end. The year's flows are shared among its months; stocks that no
/// flow explains go straight from one December to the next, and on as far in the year after.
fn months(seed: u64, truth: &Truth, index: usize) -> Result<Months, String> {
    let code = &truth.codes[index];
    let ends = [truth.figures(index, YEAR - 1)?, truth.figures(index, YEAR)?];
    let mut random = Random::of(seed, &[code, "months"]);
    let mut flows = BTreeMap::new();
    for id in FLOWS {
        let first = ends[1].get(id);
        let second = part(first, random.between(880_000, 1_120_000));
        let mut weights = || -> Vec<i64> { (0..12).map(|_| random.between(4, 14)).collect() };
        let mut all = allocate(first, &weights());
        all.extend(allocate(second, &weights()));
        flows.insert(id, all);
    }
    let mut months = Vec::new();
    let mut total = ends[0].get("htx_total");
    for (month, done) in (0_usize..).zip(1_i64..=24) {
        let mut figures = Quick::new();
        for id in FLOWS {
            figures.insert(id, flows[id][month]);
        }
        total += figures["htx_new"] - figures["htx_dissolved"];
        for (_, id, ..) in ROWS {
            if FLOWS.contains(&id) {
                continue;
            }
            let [before, after] = ends.map(|figures| figures.get(id));
            figures.insert(id, (before + scale(after - before, done, 12)).max(0));
        }
        figures.insert("htx_total", total);
        let idle = figures["htx_suspended"].min(total);
        figures.insert("htx_suspended", idle);
        figures.insert("htx_active", figures["htx_active"].min(total - idle));
        months.push(figures);
    }
    Ok(months)
}

/// Flows of the months of a period, stocks of its last.
fn of_period(months: &Months, period: Period) -> Quick {
    let start = |year: i32| usize::try_from(year - YEAR).unwrap_or(0) * 12;
    let range = match period {
        Period::Month(year, month) => {
            let end = start(year) + usize::from(month);
            end - 1..end
        }
        Period::Quarter(year, quarter) => {
            let end = start(year) + usize::from(quarter) * 3;
            end - 3..end
        }
        Period::Year(year) => start(year)..start(year) + 12,
    };
    let months = &months[range];
    let mut figures = months.last().cloned().unwrap_or_default();
    for id in FLOWS {
        figures.insert(id, months.iter().map(|month| month[id]).sum());
    }
    figures
}

/// Writes the form.
pub(crate) fn lay_out(paper: &Paper<Quick>, habits: &Habits) -> Grid {
    let mut grid = Grid {
        name: FORM.code.to_owned(),
        ..Grid::default()
    };
    let ordinals = habits.numbering == Numbering::Column;
    let codes = habits.has_codes;
    let mut heads: Vec<&str> = Vec::new();
    if ordinals {
        heads.push("TT");
    }
    heads.push("Chỉ tiêu");
    if habits.has_units {
        heads.push("Đơn vị tính");
    }
    if codes {
        heads.push("Mã số");
    }
    heads.extend(["Thực hiện trong kỳ", "Có đến cuối kỳ"]);
    if habits.has_remarks {
        heads.push("Ghi chú");
    }
    let width = u16::try_from(heads.len()).unwrap_or(u16::MAX);
    for column in 0..width {
        grid.widths.insert(column, 14.0);
    }
    grid.widths.insert(u16::from(ordinals), 46.0);
    let top = above(&mut grid, paper, habits, &FORM, width);
    let heads: Vec<String> = heads.into_iter().map(ToOwned::to_owned).collect();
    let mut row = put_heads(&mut grid, top, &[heads]);
    let mut section = b' ';
    for (number, (code, id, text, unit)) in (1..).zip(ROWS) {
        let first = code.as_bytes()[0];
        if habits.has_sections && first != section {
            section = first;
            let (roman, name) = match section {
                b'1' => ("I", "HỢP TÁC XÃ"),
                b'2' => ("II", "LIÊN HIỆP HỢP TÁC XÃ"),
                _ => ("III", "TỔ HỢP TÁC"),
            };
            let mut fields: Vec<Field> = Vec::new();
            if ordinals {
                fields.push(words(roman));
            }
            fields.push(label(name));
            fields.resize(usize::from(width), words(""));
            put_row(&mut grid, row, fields);
            row += 1;
        }
        let mut fields: Vec<Field> = Vec::new();
        if ordinals {
            fields.push(words(i64::to_string(&number)));
        }
        fields.push(label(worded(text, habits)));
        if habits.has_units {
            fields.push(words(unit));
        }
        if codes {
            fields.push(words(code));
        }
        let value = whole(paper.content.get(id).copied().unwrap_or(0));
        if FLOWS.contains(&id) {
            fields.extend([value, words("")]);
        } else {
            fields.extend([words(""), value]);
        }
        fields.resize(usize::from(width), words(""));
        put_row(&mut grid, row, fields);
        row += 1;
    }
    below(&mut grid, paper, habits, row, width);
    grid
}
