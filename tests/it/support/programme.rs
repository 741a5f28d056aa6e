//! The forms of the programme as truth: which columns they have, what their lists add up to, how they are laid out.
//!
//! Written from the contract and from the descriptions of the forms alone.

use super::truth::{Cell, Column, Form, Key, Period, Report};

/// The topics of support and of needs: identifier and words.
pub(crate) const TOPICS: [(&str, &str); 4] = [
    ("training", "Đào tạo, bồi dưỡng"),
    ("trade", "Xúc tiến thương mại, mở rộng thị trường"),
    ("land", "Giao đất, cho thuê đất"),
    ("insurance", "Nợ bảo hiểm xã hội"),
];

/// A record of a list. `None` is a cell left blank.
#[derive(Debug, Clone)]
pub(crate) enum Record {
    Organisation {
        /// HTX, LHHTX or THT.
        kind: &'static str,
        /// The words of its state.
        activity: &'static str,
        rating: &'static str,
        members: Option<i64>,
    },
    Selected {
        kind: &'static str,
        /// The code of its model.
        model: &'static str,
        /// Its rating after it was strengthened.
        after: Option<&'static str>,
        /// In tenths of a million đồng.
        money: Option<i64>,
    },
}

/// The columns of a form with figures of its own.
pub(crate) fn columns(form: Form, period: Period) -> Vec<Column> {
    let year = period.year();
    let mut columns = Vec::new();
    let mut add = |fund, scenario, period, heads: [String; 2]| {
        columns.push(Column {
            indicator: None,
            fund,
            scenario,
            period,
            heads: heads.into_iter().filter(|head| !head.is_empty()).collect(),
        });
    };
    match form {
        Form::Support => {
            let years = [
                ("actual", year - 1, "Thực hiện năm"),
                ("estimate", year, "Ước thực hiện năm"),
                ("plan", year + 1, "Kế hoạch năm"),
            ];
            let funds = [
                ("_T", "Tổng số"),
                ("central", "Ngân sách trung ương"),
                ("local", "Ngân sách địa phương"),
                ("other", "Nguồn khác"),
            ];
            for (scenario, year, words) in years {
                for (fund, head) in funds {
                    let heads = [format!("{words} {year}"), head.to_owned()];
                    add(fund, scenario, Period::Year(year), heads);
                }
            }
        }
        Form::Needs => {
            for year in 2026..=2030 {
                for (fund, head) in [
                    ("investment", "Vốn đầu tư phát triển"),
                    ("recurrent", "Vốn sự nghiệp"),
                ] {
                    let heads = [format!("Năm {year}"), head.to_owned()];
                    add(fund, "plan", Period::Year(year), heads);
                }
            }
        }
        Form::Quick => {
            for head in ["Thực hiện trong kỳ", "Có đến cuối kỳ"] {
                add("_T", "actual", period, [head.to_owned(), String::new()]);
            }
        }
        _ => unreachable!("{form:?} has no such columns"),
    }
    columns
}

/// Whether a row has a cell in a column: counts and land have no funds, flows and stocks stand in their own columns.
pub(crate) fn exists(form: Form, indicator: &str, column: &Column) -> bool {
    match form {
        Form::Support => column.fund == "_T" || indicator.ends_with("_money"),
        Form::Quick => {
            let happens = matches!(indicator, "htx_new" | "htx_dissolved");
            happens == (column.heads[0] == "Thực hiện trong kỳ")
        }
        _ => true,
    }
}

/// What the records of a list add up to.
pub(crate) fn totals(report: &Report) -> Vec<(Key, Cell)> {
    let mut totals: Vec<(String, Option<i64>)> = Vec::new();
    match report.form {
        Form::Organisations => organisations(&report.records, &mut totals),
        Form::Selected => selected(&report.records, &mut totals),
        _ => return Vec::new(),
    }
    let key = |indicator: String| Key {
        period: report.period.to_string(),
        indicator,
        sector: "_T".to_owned(),
        fund: "_T".to_owned(),
        scenario: "actual".to_owned(),
    };
    totals
        .into_iter()
        .map(|(indicator, tenths)| (key(indicator), tenths.map_or(Cell::Blank, Cell::Tenths)))
        .collect()
}

const RATINGS: [(&str, &str); 5] = [
    ("good", "tốt"),
    ("fair", "khá"),
    ("average", "trung bình"),
    ("weak", "yếu"),
    ("not_rated", "không đánh giá"),
];

/// Rating and members of a cooperative.
type RatingAndMembers<'a> = (&'a str, Option<i64>);

/// Under 50, 50 to 300, over 300 to 1,000, over 1,000 members.
fn size(members: i64) -> &'static str {
    match members {
        ..50 => "micro",
        50..=300 => "small",
        301..=1_000 => "medium",
        _ => "large",
    }
}

/// The sum of what records say. Of none it is 0; where there are some and all are silent, it is not answered.
fn sum(values: impl Iterator<Item = Option<i64>>) -> Option<i64> {
    let values: Vec<Option<i64>> = values.collect();
    let is_silent = !values.is_empty() && values.iter().all(Option::is_none);
    (!is_silent).then(|| values.iter().flatten().sum())
}

fn organisations(records: &[Record], totals: &mut Vec<(String, Option<i64>)>) {
    let living: Vec<(&str, Option<i64>)> = records
        .iter()
        .filter_map(|record| match record {
            Record::Organisation {
                kind,
                activity,
                rating,
                members,
            } if *kind == "HTX" && *activity != "đã giải thể" => Some((*rating, *members)),
            _ => None,
        })
        .collect();
    let count = |wanted: &dyn Fn(&RatingAndMembers<'_>) -> bool| {
        i64::try_from(living.iter().filter(|htx| wanted(htx)).count()).unwrap() * 10
    };
    totals.push(("listed_htx".to_owned(), Some(count(&|_| true))));
    let members = sum(living.iter().map(|(_, members)| *members));
    totals.push(("listed_htx_members".to_owned(), members.map(|m| m * 10)));
    for class in ["micro", "small", "medium", "large"] {
        for (id, words) in RATINGS {
            let here = |(rating, members): &(&str, Option<i64>)| {
                *rating == words && members.is_some_and(|m| size(m) == class)
            };
            totals.push((format!("listed_{class}_{id}"), Some(count(&here))));
        }
    }
}

fn selected(records: &[Record], totals: &mut Vec<(String, Option<i64>)>) {
    let all: Vec<(&str, Option<&str>, Option<i64>)> = records
        .iter()
        .filter_map(|record| match record {
            Record::Selected {
                model,
                after,
                money,
                ..
            } => Some((*model, *after, *money)),
            Record::Organisation { .. } => None,
        })
        .collect();
    let count = |is: fn(&str, Option<&str>) -> bool| {
        let fitting = all.iter().filter(|(model, after, _)| is(model, *after));
        Some(i64::try_from(fitting.count()).unwrap() * 10)
    };
    let money = sum(all.iter().map(|(.., money)| *money));
    for (id, total) in [
        ("selected_total", count(|_, _| true)),
        (
            "selected_good_after",
            count(|_, after| after == Some("tốt")),
        ),
        (
            "selected_agriculture",
            count(|model, _| model.starts_with('N')),
        ),
        ("selected_other", count(|model, _| model.starts_with('P'))),
        ("selected_money", money),
    ] {
        totals.push((id.to_owned(), total));
    }
}

/// The words of the title of a form of the programme.
pub(crate) fn title(form: Form) -> &'static str {
    match form {
        Form::Support => "KẾT QUẢ HỖ TRỢ KINH TẾ TẬP THỂ",
        Form::Organisations => "DANH SÁCH HỢP TÁC XÃ, LIÊN HIỆP HỢP TÁC XÃ, TỔ HỢP TÁC",
        Form::Selected => "DANH SÁCH HỢP TÁC XÃ ĐƯỢC LỰA CHỌN ĐỂ NHÂN RỘNG",
        Form::Needs => "NHU CẦU HỖ TRỢ TỪ NGÂN SÁCH TRUNG ƯƠNG 2026 - 2030",
        Form::Quick => "BÁO CÁO NHANH",
        Form::Indicators | Form::Sectors => unreachable!("it has a title of its own"),
    }
}

/// The heads of a list.
pub(crate) fn heads_of_list(form: Form) -> &'static [&'static str] {
    match form {
        Form::Organisations => &[
            "STT",
            "Tên",
            "Loại hình",
            "Mã số thuế",
            "Tình trạng",
            "Xếp loại",
            "Số thành viên",
        ],
        _ => &[
            "STT",
            "Tên",
            "Loại hình",
            "Mã số thuế",
            "Mô hình",
            "Xếp loại sau củng cố",
            "Kinh phí hỗ trợ (triệu đồng)",
        ],
    }
}

/// A field of a record as it is written.
pub(crate) enum Field {
    Blank,
    Text(String),
    Tenths(i64),
}

/// The fields of a record under its heads. Its name is its place in the list of its unit.
pub(crate) fn fields(report: &Report, number: usize, record: &Record) -> Vec<Field> {
    let text = |text: &str| Field::Text(text.to_owned());
    let number = i64::try_from(number).unwrap();
    let lead = |kind: &str| {
        vec![
            Field::Tenths(number * 10),
            Field::Text(format!("{kind} {} số {number}", report.name)),
            text(kind),
            Field::Blank,
        ]
    };
    match record {
        Record::Organisation {
            kind,
            activity,
            rating,
            members,
        } => {
            let mut fields = lead(kind);
            fields.push(text(activity));
            fields.push(text(rating));
            fields.push(members.map_or(Field::Blank, |m| Field::Tenths(m * 10)));
            fields
        }
        Record::Selected {
            kind,
            model,
            after,
            money,
        } => {
            let mut fields = lead(kind);
            fields.push(text(model));
            fields.push(after.map_or(Field::Blank, text));
            fields.push(money.map_or(Field::Blank, Field::Tenths));
            fields
        }
    }
}
