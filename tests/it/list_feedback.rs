//! Feedback of lists: those without personal columns are marked in place.

use std::collections::BTreeMap;

use rust_xlsxwriter::Workbook;
use tempfile::TempDir;

use crate::feedback::{RED, background, feedback, parts, run};
use crate::support::files::contents;

/// A workbook of one sheet with text cells.
fn of_texts(rows: &[&[&str]]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0..).zip(rows) {
        for (column, text) in (0..).zip(*cells) {
            sheet.write(row, column, *text).expect("written");
        }
    }
    book.save_to_buffer().expect("a workbook")
}

#[test]
fn lists_without_personal_columns_are_marked_in_place() {
    let directory = TempDir::new().expect("a directory");
    let above = |form: &'static str, title: &'static str| -> [Vec<&'static str>; 4] {
        [
            vec![form],
            vec![title],
            vec!["Đơn vị báo cáo: UBND tỉnh Sơn La"],
            vec!["Địa giới: 34 tỉnh"],
        ]
    };
    let workbook = |above: [Vec<&str>; 4], rows: &[&[&str]]| {
        let above = above.iter().map(Vec::as_slice);
        of_texts(&above.chain(rows.iter().copied()).collect::<Vec<_>>())
    };
    let selected_heads: &[&str] = &[
        "TT",
        "Tên",
        "Loại hình",
        "Mã số thuế",
        "Mô hình",
        "Năm lựa chọn",
    ];
    let selected = ["1", "HTX Mộc Châu", "HTX", "5500000011", "N-a", "mười"];
    let with_unknown: Vec<&str> = selected_heads
        .iter()
        .copied()
        .chain(["Người phụ trách"])
        .collect();
    let unknown: Vec<&str> = selected.iter().copied().chain(["Nguyễn Văn A"]).collect();
    let title = "DANH SÁCH HỢP TÁC XÃ ĐƯỢC LỰA CHỌN ĐỂ NHÂN RỘNG NĂM 2025";
    let mut elsewhere = above("Biểu số: KTTT-05", title);
    elsewhere[2] = vec!["Đơn vị báo cáo: UBND tỉnh Lai Châu"];
    let files = [
        (
            "2025-chon.xlsx",
            workbook(
                above("Biểu số: KTTT-05", title),
                &[selected_heads, &selected],
            ),
        ),
        (
            "2025-du-an.xlsx",
            workbook(
                above("Biểu số: KTTT-07", "NHU CẦU HỖ TRỢ NĂM 2025"),
                &[
                    &["TT", "Tên dự án", "Năm", "Tổng mức đầu tư (triệu đồng)"],
                    &["1", "Kho lạnh", "2026", "nhiều"],
                ],
            ),
        ),
        (
            "2025-nhiem-vu.xlsx",
            workbook(
                above(
                    "Biểu số: KTTT-06",
                    "TIẾN ĐỘ THỰC HIỆN NHIỆM VỤ, ĐỀ ÁN NĂM 2025",
                ),
                &[
                    &["TT", "Nhiệm vụ, đề án", "Thời hạn", "Tình trạng"],
                    &[
                        "II.24",
                        "Theo thị trường: cơ chế tích tụ đất qua HTX",
                        "2022",
                        "xong rồi",
                    ],
                ],
            ),
        ),
        // Below a head that nobody knows may be names of people: the sheet stays in the lake.
        (
            "2025-cot-la.xlsx",
            workbook(elsewhere, &[&with_unknown, &unknown]),
        ),
    ];
    let lake = run(directory.path(), &files);
    let out = directory.path().join("feedback");
    feedback(&lake, &out, &[]);
    let written = contents(&out);
    let index = String::from_utf8(written["index.csv"].clone()).expect("text");
    let how: BTreeMap<&str, &str> = index
        .lines()
        .filter_map(|line| {
            let name = files
                .iter()
                .map(|(name, _)| *name)
                .find(|name| line.contains(*name))?;
            Some((name, line.rsplit(',').next()?))
        })
        .collect();
    let expected = [
        ("2025-chon.xlsx", "marked"),
        ("2025-du-an.xlsx", "marked"),
        ("2025-nhiem-vu.xlsx", "marked"),
        ("2025-cot-la.xlsx", "list"),
    ];
    assert_eq!(how, BTreeMap::from(expected), "{index}");
    for (name, cell) in [
        ("2025-chon", "F6"),
        ("2025-du-an", "D6"),
        ("2025-nhiem-vu", "D6"),
    ] {
        let file = written.iter().find(|(path, _)| path.contains(name));
        let after = parts(file.expect("a workbook").1);
        let colour = background(&after, "xl/worksheets/sheet1.xml", cell);
        assert_eq!(colour.as_deref(), Some(RED), "{name} {cell}");
    }
    for (path, content) in written
        .iter()
        .filter(|(path, _)| *path != "index.csv" && *path != ".tonghop")
    {
        for (part, content) in parts(content) {
            let all = String::from_utf8_lossy(&content).into_owned();
            assert!(!all.contains("Nguyễn Văn A"), "{path}: {part}");
        }
    }
}
