//! Blank lists: each is filled in as a person does, and read back without a finding.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tonghop::read::Address;

use crate::support::definitions::with_one_table;
use crate::support::office::tax_code;
use crate::support::program::{run_at, sql, succeeded};
use crate::template::{blank, fill_sheet, texts_of};

/// A blank list on a sheet of a workbook: its heads, and the first row below them.
struct Blank {
    path: PathBuf,
    sheet: usize,
    columns: BTreeMap<String, u32>,
    body: u32,
}

impl Blank {
    fn of(path: PathBuf, sheet: usize) -> Self {
        let texts = texts_of(&path, sheet);
        // The numbers of the columns stand right below the heads.
        let is_numbered = |row: u32| {
            let number = |column: u32| texts.get(&(row, column)).cloned().unwrap_or_default();
            number(0) == "1" && number(1) == "2" && number(2) == "3"
        };
        let numbers = (0..40)
            .find(|row| is_numbered(*row))
            .expect("numbers of columns");
        let heads = texts.iter().filter(|((row, _), _)| *row == numbers - 1);
        let columns = heads.map(|((_, column), text)| (text.clone(), *column));
        Self {
            columns: columns.collect(),
            body: numbers + 1,
            path,
            sheet,
        }
    }

    /// Fills in rows, from `first` on below the heads; each is head and text.
    fn fill(&self, first: u32, rows: &[&[(&str, &str)]]) {
        let mut cells = BTreeMap::new();
        for (n, row) in (0..).zip(rows) {
            for (head, text) in *row {
                let column = self.columns.get(*head);
                let column = column.unwrap_or_else(|| panic!("no `{head}`: {:?}", self.columns));
                let at = Address::new(self.body + first + n, *column);
                cells.insert(at.to_string(), (*text).to_owned());
            }
        }
        fill_sheet(&self.path, self.sheet, &cells);
    }
}

/// Runs over an inbox that came on a day.
fn run(place: &Path) -> impl Fn(&str) -> Vec<String> {
    let inbox = place.join("inbox");
    let mut received = String::from("file_name,received_at\n");
    for file in fs::read_dir(&inbox).unwrap() {
        let name = file.unwrap().file_name();
        received.push_str(&format!(
            "{},2025-12-05T08:00:00+07:00\n",
            name.to_string_lossy()
        ));
    }
    fs::write(inbox.join("received.csv"), received).unwrap();
    succeeded(&run_at(place, with_one_table(), &["--at", "2022-01-01"]));
    let lake = place.join("lake");
    move |query| sql(&lake, query)
}

#[test]
fn blank_lists_that_were_filled_in_say_what_was_written() {
    let directory = TempDir::new().unwrap();
    let inbox = directory.path().join("inbox");
    let form = |form: &str, unit: &str| {
        let name = format!("{form}-{unit}.xlsx");
        blank(&inbox, &name, &[form, "--period", "2025", "--unit", unit])
    };
    let [first, second] = [1, 2].map(|n| tax_code("Sơn La", n));
    let typed = |code: &str| format!("'{code}");
    let (first_typed, second_typed) = (typed(&first), typed(&second));

    Blank::of(form("KTTT-04", "14"), 1).fill(
        0,
        &[
            &[
                ("Tên", "HTX Mộc Châu"),
                ("Loại hình", "HTX"),
                ("Mã số thuế", &first_typed),
                ("Mã số đăng ký", "'140001"),
                ("Ngày thành lập", "31/12/2019"),
                ("Xã/phường", "Mộc Châu"),
                ("Mã xã", "'03646"),
                ("Lĩnh vực", "A1"),
                ("Tình trạng", "đang hoạt động"),
                ("Xếp loại", "tốt"),
                ("Số thành viên", "1250"),
                ("Doanh thu (triệu đồng)", "1234.567"),
                ("Giám đốc", "Nguyễn Thị Bí Mật"),
                ("Công nghệ cao", "x"),
            ],
            &[
                ("Tên", "Tổ hợp tác Chiềng Hặc"),
                ("Loại hình", "THT"),
                ("Mã số thuế", &second_typed),
                ("Ngày thành lập", "'2021"),
                ("Số thành viên", "-"),
            ],
        ],
    );
    Blank::of(form("KTTT-05", "14"), 1).fill(
        0,
        &[&[
            ("Tên", "HTX Mộc Châu"),
            ("Loại hình", "HTX"),
            ("Mã số thuế", &first_typed),
            ("Mô hình", "N-đ"),
            ("Năm lựa chọn", "2025"),
            ("Xếp loại khi chọn", "khá"),
            ("Xếp loại sau củng cố", "tốt"),
            ("Số HTX tham gia học tập", "1200"),
            ("Kinh phí hỗ trợ (triệu đồng)", "1500.25"),
            ("Dự án đầu tư công", "Đường vào vùng chè"),
        ]],
    );
    let needs = form("KTTT-07", "14");
    Blank::of(needs, 2).fill(
        0,
        &[
            &[
                ("Tên dự án", "Kho lạnh Mai Sơn"),
                ("Năm", "2026"),
                ("Tổng mức đầu tư (triệu đồng)", "12500.5"),
            ],
            &[
                ("Tên dự án", "Đường gom"),
                ("Năm", "2027"),
                ("Tổng mức đầu tư (triệu đồng)", "800"),
            ],
        ],
    );
    // The tasks that the province leads are there: each gets its state.
    let tasks = form("KTTT-06", "14");
    let list = Blank::of(tasks.clone(), 1);
    let deadline = list.columns["Thời hạn"];
    let texts = texts_of(&tasks, 1);
    let known: Vec<u32> = (list.body..list.body + 100)
        .filter(|row| texts.contains_key(&(*row, deadline)))
        .collect();
    assert_eq!(
        known.len(),
        5,
        "the tasks of UBND in the resolution of 2020"
    );
    for row in &known {
        list.fill(
            row - list.body,
            &[&[
                ("Tình trạng", "hoàn thành"),
                ("Tỷ lệ hoàn thành (%)", "100"),
            ]],
        );
    }

    let lake = run(directory.path());
    assert_eq!(
        lake(
            "SELECT code, file_name, cell, message_vi FROM findings WHERE submission_id IS NOT NULL AND code <> 'TH227'"
        ),
        Vec::<String>::new()
    );
    assert_eq!(
        lake("SELECT name, kind, tax_code, registration_code, founded, commune, commune_code, sector, activity, rating, members, CAST(revenue AS DOUBLE), high_tech FROM organisations ORDER BY \"row\""),
        [
            format!("HTX Mộc Châu,HTX,{first},140001,2019-12-31,Mộc Châu,03646,A1,active,good,1250,1234.567,true"),
            format!("Tổ hợp tác Chiềng Hặc,THT,{second},,2021,,,,,,,,"),
        ].map(|line| line.replace(",,2021,,,,,,,,", ",,2021,,,,,,0,,"))
    );
    assert_eq!(
        lake(
            "SELECT name, kind, tax_code, model, selected_in, rating_before, rating_after, learners, CAST(support_money AS DOUBLE), project FROM selected"
        ),
        [format!(
            "HTX Mộc Châu,HTX,{first},N-đ,2025,fair,good,1200,1500.25,Đường vào vùng chè"
        )]
    );
    assert_eq!(
        lake("SELECT name, year, CAST(investment AS DOUBLE) FROM projects ORDER BY \"row\""),
        ["Kho lạnh Mai Sơn,2026,12500.5", "Đường gom,2027,800.0"]
    );
    assert_eq!(
        lake("SELECT CAST(value AS DOUBLE) FROM observations WHERE indicator = 'projects_money'"),
        ["13300.5"]
    );
    // Each of the tasks that were there is matched, and no other.
    assert_eq!(
        lake(
            "SELECT count(*), count(task_id), count(DISTINCT task_id), min(state), max(state) FROM task_reports"
        ),
        [format!("{0},{0},{0},done,done", known.len())]
    );
    let led = "SELECT count(*) FROM tasks WHERE ';' || lead || ';' LIKE '%;UBND;%' AND CAST(starts AS INT) <= 2025";
    assert_eq!(lake(led), [known.len().to_string()]);
}

#[test]
fn a_blank_list_that_comes_blank_says_that_there_is_nothing() {
    let directory = TempDir::new().unwrap();
    let inbox = directory.path().join("inbox");
    for form in ["KTTT-05", "KTTT-07"] {
        let name = format!("{form}.xlsx");
        blank(&inbox, &name, &[form, "--period", "2025", "--unit", "14"]);
    }
    let lake = run(directory.path());
    assert_eq!(
        lake("SELECT code, message_vi FROM findings WHERE submission_id IS NOT NULL"),
        Vec::<String>::new()
    );
    assert_eq!(
        lake(
            "SELECT indicator, CAST(value AS INT) FROM observations WHERE indicator IN ('selected_total', 'projects_total') ORDER BY indicator"
        ),
        ["projects_total,0", "selected_total,0"]
    );
}

#[test]
fn a_ministry_gets_the_tasks_that_it_leads() {
    let directory = TempDir::new().unwrap();
    let arguments = ["KTTT-06", "--period", "2026", "--unit", "MAE"];
    let path = blank(directory.path(), "tasks.xlsx", &arguments);
    let texts: Vec<String> = texts_of(&path, 1).into_values().collect();
    let has = |wanted: &str| texts.iter().any(|text| text == wanted);
    // A task of the ministry that it took over, under the document that sets it.
    assert!(has("NGHỊ QUYẾT SỐ 134"), "{texts:?}");
    assert!(has("PL.II.13"), "{texts:?}");
    assert!(!has("PL.I.1"), "a task of another ministry");
}
