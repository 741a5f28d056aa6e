//! Lists of tasks: each line is matched to the register by words, number and document, and nothing is guessed.

use std::path::Path;

use crate::support::definitions::with_one_table;
use crate::support::files::root;
use crate::support::lake::{Row, Run};
use crate::support::program::{said, tonghop};

const HEAD: &str = "TT;Nhiệm vụ, đề án;Cơ quan chủ trì;Cơ quan phối hợp;Cấp trình;Sản phẩm;Thời hạn;Tình trạng;Tỷ lệ hoàn thành (%);Văn bản ban hành";

/// A list of tasks as text: what stands above it, and its lines.
fn list(sender: &str, title: &str, lines: &[&str]) -> String {
    let mut text = format!("Biểu số: KTTT-06\n{title}\nĐơn vị báo cáo: {sender}\n{HEAD}\n");
    for line in lines {
        text += line;
        text.push('\n');
    }
    text
}

const TITLE: &str = "TIẾN ĐỘ THỰC HIỆN NHIỆM VỤ, ĐỀ ÁN NĂM 2025";

fn run(files: &[(&str, String)]) -> Run {
    run_of(with_one_table(), files)
}

fn run_of(pipeline: &Path, files: &[(&str, String)]) -> Run {
    let files: Vec<(&str, &str, &str)> = files
        .iter()
        .map(|(name, text)| (*name, text.as_str(), "2025-12-20T02:00:00Z"))
        .collect();
    Run::of_texts(pipeline, &files)
}

/// Of each record its row, task and deadline.
fn records(run: &Run) -> Vec<(i64, String, String)> {
    let mut all: Vec<(i64, String, String)> = run
        .rows("task_reports")
        .iter()
        .map(|r| {
            let text = |column: &str| r.text(column).unwrap_or("-").to_owned();
            (r.int("row").unwrap(), text("task_id"), text("deadline"))
        })
        .collect();
    all.sort();
    all
}

/// Code and cell of each finding of a file that is about one of these codes.
fn findings(run: &Run, codes: &[&str]) -> Vec<(String, String)> {
    let rows = run.rows("findings");
    let mut all: Vec<(String, String)> = rows
        .iter()
        .filter(|f: &&Row| codes.contains(&f.str("code")))
        .map(|f| {
            (
                f.str("code").to_owned(),
                f.text("cell").unwrap_or("-").to_owned(),
            )
        })
        .collect();
    all.sort();
    all
}

/// Every code that a list of tasks may bring about.
const CODES: [&str; 12] = [
    "TH204", "TH228", "TH242", "TH243", "TH317", "TH344", "TH353", "TH354", "TH355", "TH356",
    "TH469", "TH470",
];

#[test]
fn lines_are_matched_by_words_number_and_document() {
    let lines = [
        "A;NHIỆM VỤ THEO NGHỊ QUYẾT SỐ 134/NQ-CP;;;;;;;;",
        "II;Hoàn thiện hệ thống pháp luật, cơ chế, chính sách về HTX;;;;;;;;",
        "9;Xây dựng và vận hành hệ thống dữ liệu quốc gia về HTX;Bộ Tài chính;;;;2021 - 2025;đang thực hiện;60;",
        "10;Sách trắng HTX Việt Nam ra mỗi năm;;;;;Hàng năm;hoàn thành;100;",
        "19;Ban hành văn bản hướng dẫn kiểm toán cho HTX, liên hiệp HTX;;;;;Quý IV/2021;hoàn thành;100;TT 12/2021",
        "6;Chiến lược phát triển KTTT;;;;;Trước 30/6/2020;Hoàn thành;;",
        "B;Nhiệm vụ khác;;;;;;;;",
        "1;Hỗ trợ xã nghèo vùng biên;;;;;31/12/2025;chưa thực hiện;0;",
        "2;Tổ chức lễ kỷ niệm;;;;;sớm nhất có thể;chưa thực hiện;0;",
    ];
    let run = run(&[("a.csv", list("Bộ Tài chính", TITLE, &lines))]);
    let record = |row, task: &str, deadline: &str| (row, task.to_owned(), deadline.to_owned());
    assert_eq!(
        records(&run),
        [
            record(7, "NQ134-II-09", "2025-12-31"),
            record(8, "NQ134-II-10", "yearly"),
            record(9, "NQ134-II-19", "2021-12-31"),
            record(10, "NQ134-II-06", "2020-06-30"),
            record(12, "-", "2025-12-31"),
            record(13, "-", "-"),
        ]
    );
    let found = |code: &str, cell: &str| (code.to_owned(), cell.to_owned());
    assert_eq!(
        findings(&run, &CODES),
        [
            found("TH353", "B12"),
            found("TH353", "B13"),
            // Near by its words, and the number is that of the task.
            found("TH354", "B10"),
            found("TH356", "G13"),
        ]
    );
}

#[test]
fn what_fits_two_tasks_or_contradicts_itself_is_of_none() {
    let book = "Đề án phát triển HTX tiêu dùng (trình Thủ tướng)";
    let lines = [
        &format!("1;{book};;;;;2022;hoàn thành;;") as &str,
        "II.9;Văn bản hướng dẫn kiểm toán cho HTX;;;;;2021;hoàn thành;;",
        "PL.II.20;Chính sách giúp HTX ứng dụng kết quả khoa học, công nghệ;;;;;2022;hoàn thành;;",
        "2;Chính sách giúp HTX ứng dụng kết quả khoa học, công nghệ;;;;;2022;đang thực hiện;;",
        // Late before the deadline of the register, and unfinished after it.
        "II.9;Hệ thống dữ liệu quốc gia về HTX: xây dựng và vận hành;;;;;2024;quá hạn;;",
        "I.1;Chương trình truyền thông nâng nhận thức xã hội về KTTT, HTX;;;;;2026;đang thực hiện;;",
    ];
    let run = run(&[("a.csv", list("Bộ Tài chính", TITLE, &lines))]);
    let tasks: Vec<String> = records(&run).into_iter().map(|(_, task, _)| task).collect();
    assert_eq!(tasks, ["-", "-", "-", "-", "NQ134-II-09", "NQ134-I-01"]);
    let found = |code: &str, cell: &str| (code.to_owned(), cell.to_owned());
    assert_eq!(
        findings(&run, &CODES),
        [
            found("TH242", "B6"),
            found("TH243", "B8"),
            found("TH355", "B5"),
            found("TH469", "H9"),
            found("TH470", "H10"),
        ]
    );
    let message = run.one("findings", &[("code", "TH355")]);
    let message = message.str("message_vi");
    assert!(
        message.contains("PL.VI.2") && message.contains("PL.IV.18"),
        "{message}"
    );
}

#[test]
fn the_document_in_the_title_narrows_what_a_line_means() {
    let line = ["1;Đề án phát triển HTX tiêu dùng (trình Thủ tướng);;;;;2022;hoàn thành;;"];
    let title = format!("{TITLE} THEO KẾ HOẠCH SỐ 337/KH-LMHTXVN");
    let run = run(&[
        (
            "a.csv",
            list("Liên minh Hợp tác xã Việt Nam", &title, &line),
        ),
        (
            "b.csv",
            list(
                "UBND tỉnh Sơn La",
                &format!("{TITLE}\n(Theo Nghị quyết 134 của Chính phủ)"),
                &line,
            ),
        ),
    ]);
    let mut tasks: Vec<String> = records(&run).into_iter().map(|(_, task, _)| task).collect();
    tasks.sort();
    assert_eq!(tasks, ["KH337-IV-18b", "NQ134-VI-02"]);
    assert!(findings(&run, &CODES).is_empty());
}

/// A list of three tasks: number, title and state of each.
fn states(sender: &str, tasks: &[(&str, &str, &str)]) -> String {
    let lines: Vec<String> = tasks
        .iter()
        .map(|(number, title, state)| format!("{number};{title};;;;;;{state};;"))
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    list(
        sender,
        &format!("{TITLE}\n(Theo Nghị quyết 134 của Chính phủ)"),
        &lines,
    )
}

#[test]
fn tasks_are_judged_against_the_register_and_printed() {
    let pipeline = root().join("pipelines/kttt");
    let files = [
        (
            "mof.csv",
            states(
                "Bộ Tài chính",
                &[
                    (
                        "II.9",
                        "Hệ thống dữ liệu quốc gia về HTX: xây dựng và vận hành",
                        "đang thực hiện",
                    ),
                    (
                        "II.19",
                        "Văn bản hướng dẫn kiểm toán cho HTX",
                        "đang thực hiện",
                    ),
                    ("II.10", "Sách trắng HTX Việt Nam ra mỗi năm", "hoàn thành"),
                    (
                        "II.12",
                        "Lập trung tâm hỗ trợ HTX thuộc Cục Phát triển HTX",
                        "chưa thực hiện",
                    ),
                ],
            ),
        ),
        (
            "sl.csv",
            states(
                "UBND tỉnh Sơn La",
                &[
                    ("IV.1", "Đề án chấn chỉnh HTX theo đúng Luật", "hoàn thành"),
                    // It cooperates; the lead's word comes first, and where the lead is silent this counts.
                    (
                        "II.9",
                        "Hệ thống dữ liệu quốc gia về HTX: xây dựng và vận hành",
                        "hoàn thành",
                    ),
                    (
                        "II.18",
                        "Đề án khởi nghiệp bằng HTX nông nghiệp",
                        "hoàn thành",
                    ),
                ],
            ),
        ),
    ];
    let run = run_of(&pipeline, &files);
    let states: Vec<(String, String, String)> = run
        .rows("task_progress")
        .iter()
        .filter(|r| r.text("said_by").is_some())
        .map(|r| {
            let text = |column: &str| r.str(column).to_owned();
            let counts = format!(
                "{} of {}",
                r.int("done").unwrap(),
                r.int("expected").unwrap()
            );
            (text("task_id"), text("state"), counts)
        })
        .collect();
    let state = |task: &str, state: &str, counts: &str| {
        (task.to_owned(), state.to_owned(), counts.to_owned())
    };
    let mut sorted = states;
    sorted.sort();
    assert_eq!(
        sorted,
        [
            state("NQ134-II-09", "in_progress", "0 of 1"),
            state("NQ134-II-10", "done", "1 of 1"),
            // Unfinished after its deadline, whoever says otherwise.
            state("NQ134-II-12", "overdue", "0 of 1"),
            state("NQ134-II-18", "done", "1 of 1"),
            state("NQ134-II-19", "overdue", "0 of 1"),
            // A collective lead: one of all provinces is done, and the deadline is over.
            state("NQ134-IV-01", "overdue", "1 of 34"),
        ]
    );
    let lake = run.lake().to_string_lossy().into_owned();
    let traced = tonghop(&[
        "trace", "--table", "24", "--row", "all", "--column", "overdue", "--lake", &lake,
    ]);
    let traced = said(&traced);
    assert!(
        traced.contains("NQ134-II-19: Bộ Tài chính, KTTT-06 2025: mof.csv › row 7"),
        "{traced}"
    );
    assert!(traced.contains("3 = 3"), "{traced}");
    let silent = tonghop(&[
        "trace",
        "--table",
        "24",
        "--row",
        "all",
        "--column",
        "not_reported",
        "--lake",
        &lake,
    ]);
    assert!(
        said(&silent).contains("nobody reported on it"),
        "{}",
        said(&silent)
    );
}
