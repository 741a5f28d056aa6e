//! KTTT-06: how far the tasks of the programmes are.

use super::super::grid::Grid;
use super::super::habits::Habits;
use super::super::random::Random;
use super::super::reports::Report;
use super::super::words::full_name;
use super::YEAR;
use super::letterhead::{Form, above, below};
use super::paper::{Paper, Period, Sender};
use super::table::{label, ordinal, put_heads, put_row, words};

const FORM: Form = Form {
    code: "KTTT-06",
    title: "Tiến độ thực hiện nhiệm vụ, đề án",
};

/// A task of the resolution of 2020 as its register has it: identifier, place, title, product, time.
type Task = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

/// What provinces lead.
const PROVINCES: [Task; 5] = [
    (
        "NQ134-II-01",
        "II.1",
        "Kế hoạch, đề án KTTT 2021-2025 của từng bộ, ngành, tỉnh",
        "Quyết định",
        "2020 - 2021",
    ),
    (
        "NQ134-III-02",
        "III.2",
        "Kiện toàn cơ quan quản lý HTX theo Luật 2012",
        "Quyết định",
        "2021 - 2022",
    ),
    (
        "NQ134-IV-01",
        "IV.1",
        "Đề án chấn chỉnh HTX theo đúng Luật",
        "Quyết định",
        "2021 - 2022",
    ),
    (
        "NQ134-IV-02",
        "IV.2",
        "Bồi dưỡng quản trị cho cán bộ quản lý, thành viên HTX",
        "Quyết định",
        "2021 - 2022",
    ),
    (
        "NQ134-IV-03",
        "IV.3",
        "Dựng và tổng kết mô hình HTX hiệu quả theo chuỗi, ngành hàng",
        "Quyết định",
        "2021 - 2022",
    ),
];

/// What each ministry tells, under the name that it gives itself; some tasks are its predecessor's.
const MINISTRIES: [(&str, &str, &[Task]); 3] = [
    (
        "MOF",
        "Bộ Tài chính",
        &[
            (
                "NQ134-II-05",
                "II.5",
                "Luật Hợp tác xã mới hoặc sửa Luật 2012",
                "Luật",
                "2022",
            ),
            (
                "NQ134-II-06",
                "II.6",
                "Chiến lược KTTT, HTX thời kỳ 2021-2030",
                "Quyết định",
                "2020",
            ),
            (
                "NQ134-II-07",
                "II.7",
                "Đề án chọn và nhân rộng HTX kiểu mới 2021-2025",
                "Quyết định",
                "2020",
            ),
            (
                "NQ134-II-08",
                "II.8",
                "Chương trình hỗ trợ KTTT, HTX 2021-2025",
                "Quyết định",
                "2020",
            ),
            (
                "NQ134-II-09",
                "II.9",
                "Hệ thống dữ liệu quốc gia về HTX: xây dựng và vận hành",
                "Quyết định",
                "2021 - 2025",
            ),
            (
                "NQ134-II-10",
                "II.10",
                "Sách trắng HTX Việt Nam ra mỗi năm",
                "Sách trắng",
                "Hàng năm",
            ),
            (
                "NQ134-II-11",
                "II.11",
                "Diễn đàn kinh tế hợp tác, HTX thường niên",
                "Diễn đàn",
                "Hàng năm",
            ),
            (
                "NQ134-II-12",
                "II.12",
                "Lập trung tâm hỗ trợ HTX thuộc Cục Phát triển HTX",
                "Quyết định",
                "2020 - 2021",
            ),
            (
                "NQ134-II-19",
                "II.19",
                "Văn bản hướng dẫn kiểm toán cho HTX",
                "Thông tư",
                "2020 - 2021",
            ),
        ],
    ),
    (
        "MAE",
        "Bộ NN&MT",
        &[
            (
                "NQ134-II-13",
                "II.13",
                "Nghị quyết Chính phủ về HTX nông nghiệp, tái cơ cấu, nông thôn mới",
                "Nghị quyết",
                "2021",
            ),
            (
                "NQ134-II-14",
                "II.14",
                "Cơ chế để HTX dự phần chương trình nông thôn mới 2021-2025",
                "Quyết định",
                "2020 - 2021",
            ),
            (
                "NQ134-II-16",
                "II.16",
                "Mô hình HTX, liên hiệp HTX quy mô lớn cho nông sản chủ lực",
                "Quyết định",
                "2020 - 2021",
            ),
            (
                "NQ134-II-18",
                "II.18",
                "Đề án khởi nghiệp bằng HTX nông nghiệp",
                "Quyết định",
                "2021 - 2022",
            ),
            (
                "NQ134-II-22",
                "II.22",
                "Ưu đãi giao đất, thuê đất, cấp giấy chứng nhận cho HTX",
                "Quyết định",
                "2020 - 2021",
            ),
            (
                "NQ134-II-24",
                "II.24",
                "Cơ chế tích tụ đất qua HTX theo thị trường",
                "Quyết định",
                "2021 - 2022",
            ),
        ],
    ),
    (
        "MOHA",
        "Bộ Nội vụ",
        &[
            (
                "NQ134-I-05",
                "I.5",
                "Giảng dạy về KTTT, HTX tại trường, trung tâm của các bộ",
                "Quyết định",
                "2021 - 2022",
            ),
            (
                "NQ134-II-29",
                "II.29",
                "Chương trình dạy nghề, nhân lực chất lượng cao cho HTX",
                "Quyết định",
                "2021 - 2022",
            ),
        ],
    ),
];

/// How far a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// `chưa thực hiện`.
    NotBegun,
    /// `đang thực hiện`.
    Underway,
    /// `hoàn thành`.
    Done,
    /// `quá hạn`.
    Overdue,
}

/// One line of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// The task in the registers that the sender means; none for a task of his own.
    pub(crate) task: Option<&'static str>,
    /// The words under `Nhiệm vụ, đề án`.
    pub(crate) title: String,
    /// What stands under `TT`.
    pub(crate) number: String,
    /// What it makes.
    pub(crate) product: &'static str,
    /// Its time.
    pub(crate) time: &'static str,
    /// How far it is.
    pub(crate) progress: Progress,
    /// In percent.
    pub(crate) percent: i64,
    /// The document that was issued.
    pub(crate) document: String,
}

/// Nghệ An (40): a task that stands in no register.
const OWN_TASK: (&str, &str) = (
    "40",
    "Đề án phát triển HTX gắn với kinh tế vùng biên giới của tỉnh",
);
/// Bộ Nội vụ: the number of one task with the words of another.
pub(crate) const CONTRADICTION: (&str, &str, &str) = ("MOHA", "NQ134-II-29", "II.28");

/// The papers of the provinces, with their KTTT-03, and of three ministries.
pub(crate) fn papers(
    seed: u64,
    reports: &[&Report],
    planted: bool,
) -> Result<Vec<Paper<Vec<Line>>>, String> {
    let mut papers = Vec::new();
    for report in reports {
        let unit = &report.unit;
        let mut lines = lines(seed, &unit.name, &PROVINCES);
        if planted && unit.code == OWN_TASK.0 {
            lines.push(Line {
                task: None,
                title: OWN_TASK.1.to_owned(),
                number: (lines.len() + 1).to_string(),
                product: "Đề án",
                time: "2025 - 2026",
                progress: Progress::Underway,
                percent: 40,
                document: String::new(),
            });
        }
        papers.push(paper(seed, Sender::Province(unit.clone()), lines));
    }
    for (id, name, tasks) in MINISTRIES {
        let mut lines = lines(seed, name, tasks);
        if planted && id == CONTRADICTION.0 {
            let line = lines
                .iter_mut()
                .find(|line| line.task == Some(CONTRADICTION.1))
                .ok_or("no such task")?;
            CONTRADICTION.2.clone_into(&mut line.number);
        }
        papers.push(paper(seed, Sender::Agency(id, name), lines));
    }
    Ok(papers)
}

fn paper(seed: u64, sender: Sender, lines: Vec<Line>) -> Paper<Vec<Line>> {
    let came = (YEAR, 12, [10, 24]);
    Paper::new(seed, FORM.code, sender, Period::Year(YEAR), came, lines)
}

fn lines(seed: u64, name: &str, tasks: &[Task]) -> Vec<Line> {
    let style = Random::of(seed, &[name, "titles"]).between(0, 3);
    let mut lines = Vec::new();
    for (number, &(task, place, title, product, time)) in (1..).zip(tasks) {
        let mut random = Random::of(seed, &[name, task, "progress"]);
        let recurring = time == "Hàng năm";
        let progress = if recurring || random.chance(70) {
            Progress::Done
        } else {
            random.pick(&[
                Progress::Underway,
                Progress::Underway,
                Progress::Overdue,
                Progress::NotBegun,
            ])
        };
        let percent = match progress {
            Progress::Done => 100,
            Progress::NotBegun => 0,
            _ => random.between(2, 18) * 5,
        };
        let document = if progress == Progress::Done {
            let (serial, day) = (random.between(101, 2_900), random.between(1, 28));
            format!("Văn bản số {serial} ngày {day:02}/6/{}", 2021 + serial % 4)
        } else {
            String::new()
        };
        let title = match style {
            0 => format!("{place}. {title}"),
            1 => shortened(title),
            _ => title.to_owned(),
        };
        // The place in the document, or the line of this table.
        let number = if style == 2 || style == 1 {
            place.to_owned()
        } else {
            i64::to_string(&number)
        };
        lines.push(Line {
            task: Some(task),
            title,
            number,
            product,
            time,
            progress,
            percent,
            document,
        });
    }
    lines
}

/// The title up to its first comma or colon, where that leaves enough of it.
fn shortened(title: &str) -> String {
    let end = title.find([',', ':']).unwrap_or(title.len());
    if end > title.len() / 2 {
        title[..end].to_owned()
    } else {
        title.to_owned()
    }
}

/// Writes the form.
pub(crate) fn lay_out(paper: &Paper<Vec<Line>>, habits: &Habits) -> Grid {
    let mut grid = Grid {
        name: FORM.code.to_owned(),
        ..Grid::default()
    };
    let heads = [
        "TT",
        "Nhiệm vụ, đề án",
        "Cơ quan chủ trì",
        "Cơ quan phối hợp",
        "Cấp trình",
        "Sản phẩm",
        "Thời hạn",
        "Tình trạng",
        "Tỷ lệ hoàn thành (%)",
        "Văn bản ban hành",
    ];
    for column in 0..10 {
        grid.widths
            .insert(column, if column == 1 { 48.0 } else { 16.0 });
    }
    let top = above(&mut grid, paper, habits, &FORM, 10);
    let mut row = put_heads(&mut grid, top, &[heads.map(ToOwned::to_owned).to_vec()]);
    let (lead, with) = match &paper.sender {
        Sender::Province(unit) | Sender::Alliance(unit) => {
            (format!("UBND {}", full_name(unit)), "Các sở, ngành")
        }
        Sender::Agency(_, name) => ((*name).to_owned(), "Các bộ, ngành, địa phương"),
    };
    for line in &paper.content {
        let progress = match line.progress {
            Progress::NotBegun => "chưa thực hiện",
            Progress::Underway => "đang thực hiện",
            Progress::Done => "hoàn thành",
            Progress::Overdue => "quá hạn",
        };
        let fields = vec![
            words(&line.number),
            label(&line.title),
            words(&lead),
            words(with),
            words("TTg"),
            words(line.product),
            words(line.time),
            words(progress),
            ordinal(line.percent),
            words(&line.document),
        ];
        put_row(&mut grid, row, fields);
        row += 1;
    }
    below(&mut grid, paper, habits, row, 10);
    grid
}
