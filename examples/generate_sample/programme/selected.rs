//! KTTT-05: cooperatives and unions that were chosen as models.

use super::super::grid::Grid;
use super::super::habits::Habits;
use super::super::random::Random;
use super::super::reports::Report;
use super::YEAR;
use super::letterhead::{Form, above, below};
use super::paper::{Paper, Period, Sender};
use super::registry::{Activity, Organisation, code_of, ratings};
use super::table::{label, ordinal, put_heads, put_row, tenths, whole, words};

const FORM: Form = Form {
    code: "KTTT-05",
    title: "Danh sách hợp tác xã được lựa chọn để nhân rộng",
};

/// The models: code and words.
pub(crate) const MODELS: [(&str, &str); 12] = [
    ("N-a", "sàn giao dịch nông sản"),
    ("N-b", "tích tụ ruộng đất quy mô lớn, công nghệ cao"),
    ("N-c", "dịch vụ đầu vào, sơ chế, chế biến, đầu ra"),
    ("N-d", "ứng phó biến đổi khí hậu"),
    ("N-đ", "nông lâm thủy sản bền vững"),
    ("N-e", "OCOP, du lịch nông thôn"),
    ("N-g", "doanh nghiệp là thành viên"),
    ("N-h", "khai thác, nuôi trồng, bảo vệ nguồn lợi thủy sản"),
    ("P-a", "xây dựng, vận tải"),
    ("P-b", "tiểu thủ công nghiệp, làng nghề"),
    ("P-c", "dịch vụ cộng đồng"),
    ("P-d", "tín dụng"),
];

/// One chosen organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selected {
    /// Its name.
    pub(crate) name: String,
    /// HTX or LHHTX.
    pub(crate) kind: &'static str,
    /// Its tax code.
    pub(crate) tax_code: String,
    /// The index of its model.
    pub(crate) model: usize,
    /// The year in which it was chosen.
    pub(crate) year: i32,
    /// The index of its rating then, and after it was strengthened, where it was rated again.
    pub(crate) ratings: (usize, Option<usize>),
    /// Cooperatives that came to learn.
    pub(crate) learners: i64,
    /// Support, in tenths of a million đồng.
    pub(crate) money: i64,
    /// The public investment project, if any.
    pub(crate) project: &'static str,
}

/// Lai Châu (12): the second organisation is in no list (R502).
const UNLISTED: (&str, usize) = ("12", 1);

/// The papers of the provinces.
pub(crate) fn papers(
    seed: u64,
    reports: &[&Report],
    lists: &[Paper<Vec<Organisation>>],
    planted: bool,
) -> Vec<Paper<Vec<Selected>>> {
    let paper = |report: &&Report| {
        let unit = report.unit.clone();
        let list = lists
            .iter()
            .find(|list| list.sender.unit().is_some_and(|u| u.code == unit.code));
        let mut content = chosen(seed, report, list.map(|l| l.content.as_slice()));
        if planted && unit.code == UNLISTED.0 {
            content[UNLISTED.1].tax_code = code_of(&unit.code, 9_900);
        }
        let sender = Sender::Province(unit);
        let came = (YEAR + 1, 1, [5, 30]);
        Paper::new(seed, FORM.code, sender, Period::Year(YEAR), came, content)
    };
    reports.iter().map(paper).collect()
}

fn chosen(seed: u64, report: &Report, list: Option<&[Organisation]>) -> Vec<Selected> {
    let unit = &report.unit;
    let mut random = Random::of(seed, &[&unit.name, "selected"]);
    let count = random.pick(&[3, 4, 5, 6, 6, 6, 7, 7, 8, 9]);
    let listed: Vec<&Organisation> = list
        .unwrap_or_default()
        .iter()
        .filter(|o| o.kind == "HTX" && o.activity == Activity::Active && o.rating < 2)
        .collect();
    let mut all = Vec::new();
    for number in 0..count {
        let agriculture = random.chance(78);
        let model = if agriculture {
            random.between(0, 7)
        } else {
            random.between(8, 11)
        };
        let model = usize::try_from(model).unwrap_or(0);
        let trade = if agriculture {
            "Nông nghiệp"
        } else {
            "Dịch vụ"
        };
        // Where the province sent its list, its own cooperatives, far apart in it.
        let step = usize::try_from(number).unwrap_or(0) * 7 + 3;
        let (name, tax_code, kind) = if let Some(own) = listed.get(step) {
            (own.name.clone(), own.tax_code.clone(), "HTX")
        } else {
            let kind = if random.chance(8) { "LHHTX" } else { "HTX" };
            let name = format!("{kind} {trade} {} {}", unit.name, 101 + number);
            (name, code_of(&unit.code, 9_000 + number), kind)
        };
        let before = usize::try_from(random.pick(&[0, 0, 1, 1, 1, 2])).unwrap_or(0);
        let after = random.chance(80).then(|| random.pick(&[0, 0, 0, 0, 1]));
        all.push(Selected {
            name,
            kind,
            tax_code,
            model,
            year: i32::try_from(random.between(2022, 2025)).unwrap_or(YEAR),
            ratings: (before, after),
            learners: random.between(0, 24),
            money: random.between(0, 90) * 250 + random.between(1, 49) * 5,
            project: if random.chance(25) {
                "Hạ tầng vùng nguyên liệu"
            } else {
                ""
            },
        });
    }
    all
}

/// Writes the list.
pub(crate) fn lay_out(paper: &Paper<Vec<Selected>>, habits: &Habits) -> Grid {
    let mut grid = Grid {
        name: FORM.code.to_owned(),
        ..Grid::default()
    };
    let heads = [
        "STT",
        "Tên",
        "Loại hình",
        "Mã số thuế",
        "Mô hình",
        "Năm lựa chọn",
        "Xếp loại khi chọn",
        "Xếp loại sau củng cố",
        "Số HTX tham gia học tập",
        "Kinh phí hỗ trợ (triệu đồng)",
        "Dự án đầu tư công",
    ];
    let heads = vec![heads.map(ToOwned::to_owned).to_vec()];
    for column in 0..11 {
        grid.widths
            .insert(column, if column == 1 { 40.0 } else { 14.0 });
    }
    let top = above(&mut grid, paper, habits, &FORM, 11);
    let mut row = put_heads(&mut grid, top, &heads);
    for (number, one) in (1..).zip(&paper.content) {
        let (code, text) = MODELS[one.model];
        let model = match habits.sheet_names {
            0 | 1 => code.to_owned(),
            2 => text.to_owned(),
            _ => format!("{code} {text}"),
        };
        let fields = vec![
            ordinal(number),
            label(&one.name),
            words(one.kind),
            words(&one.tax_code),
            words(model),
            ordinal(one.year.into()),
            words(ratings(one.ratings.0, habits)),
            words(one.ratings.1.map_or("", |rating| ratings(rating, habits))),
            whole(one.learners),
            tenths(one.money),
            words(one.project),
        ];
        put_row(&mut grid, row, fields);
        row += 1;
    }
    below(&mut grid, paper, habits, row, 11);
    grid
}
