//! Feedback: the senders' own workbooks, with the faulty cells marked and nothing else changed.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use calamine::{Reader, Xlsx, open_workbook};
use rust_xlsxwriter::{Note, Workbook};
use tempfile::TempDir;

use crate::support::definitions::with_one_table;
use crate::support::files::{contents, root, write};
use crate::support::program::{run_at, sql, succeeded, tonghop};
use crate::support::sample::SAMPLE;

const LIST: &str = "Ý kiến";
pub(crate) const RED: &str = "FFF8C9C4";

/// Runs `tonghop feedback` on a lake, and gives what it said.
pub(crate) fn feedback(lake: &Path, out: &Path, more: &[&str]) -> String {
    let (lake, out) = (lake.to_string_lossy(), out.to_string_lossy());
    let mut all = vec!["feedback", "--lake", &lake, "--out", &out];
    all.extend(more);
    succeeded(&tonghop(&all))
}

/// Runs `tonghop run` on files, received one day after the other.
pub(crate) fn run(directory: &Path, files: &[(&str, Vec<u8>)]) -> PathBuf {
    let inbox = directory.join("inbox");
    let mut received = String::from("file_name,received_at\n");
    for (day, (name, bytes)) in files.iter().enumerate() {
        write(&inbox.join(name), bytes);
        // A report for 2025 cannot have come before that year.
        let year = if name.contains("2025") { 2025 } else { 2023 };
        received.push_str(&format!("{name},{year}-12-{:02}T08:00:00+07:00\n", day + 1));
    }
    write(&inbox.join("received.csv"), received);
    let more = ["--at", "2022-01-01", "--fail-on", "never"];
    succeeded(&run_at(directory, with_one_table(), &more));
    directory.join("lake")
}

/// The parts of a workbook, in order.
pub(crate) fn parts(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a workbook");
    (0..archive.len())
        .map(|i| {
            let mut part = archive.by_index(i).expect("a part");
            let mut content = Vec::new();
            part.read_to_end(&mut content).expect("read");
            (part.name().expect("a name").into_owned(), content)
        })
        .collect()
}

fn text(parts: &[(String, Vec<u8>)], name: &str) -> String {
    let (_, content) = parts
        .iter()
        .find(|(n, _)| n == name)
        .unwrap_or_else(|| panic!("there is no part {name}"));
    String::from_utf8(content.clone()).expect("text")
}

/// The background of a cell, by the styles of its workbook.
pub(crate) fn background(parts: &[(String, Vec<u8>)], sheet: &str, cell: &str) -> Option<String> {
    let sheet = text(parts, sheet);
    let tag = sheet
        .split("<c ")
        .find(|c| c.contains(&format!("r=\"{cell}\"")))?;
    let style: usize = tag.split_once("s=\"")?.1.split('"').next()?.parse().ok()?;
    let styles = text(parts, "xl/styles.xml");
    let list = |name: &str, item: &str| -> Vec<String> {
        let inside = styles.split_once(&format!("<{name}")).expect("a list").1;
        let inside = inside.split_once(&format!("</{name}>")).expect("a list").0;
        inside.split(item).skip(1).map(str::to_owned).collect()
    };
    let format = list("cellXfs", "<xf ")[style].clone();
    let fill: usize = format
        .split_once("fillId=\"")?
        .1
        .split('"')
        .next()?
        .parse()
        .ok()?;
    let fill = list("fills", "<fill>")[fill].clone();
    Some(
        fill.split_once("fgColor rgb=\"")?
            .1
            .split('"')
            .next()?
            .to_owned(),
    )
}

/// All cells of a sheet as text.
fn cells(path: &Path, sheet: &str) -> Vec<(u32, u32, String)> {
    let mut book: Xlsx<_> = open_workbook(path).expect("a workbook");
    let range = book.worksheet_range(sheet).expect("a sheet");
    let (top, left) = range.start().unwrap_or_default();
    range
        .used_cells()
        .map(|(row, column, data)| (top + row as u32, left + column as u32, format!("{data:?}")))
        .collect()
}

/// The list of a workbook: what stands under its heads, line by line.
fn list(path: &Path) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = open_workbook(path).expect("a workbook");
    let range = book.worksheet_range(LIST).expect("a list");
    let lines: Vec<Vec<String>> = range
        .rows()
        .map(|row| row.iter().map(ToString::to_string).collect())
        .collect();
    let heads = lines
        .iter()
        .position(|line| line[0] == "STT")
        .expect("heads");
    lines[heads + 1..].to_vec()
}

#[test]
fn the_planted_errors_of_the_sample_go_back_to_those_who_sent_them() {
    let directory = TempDir::new().expect("a directory");
    let out = directory.path().join("feedback");
    feedback(&SAMPLE.lake(), &out, &[]);
    let written = contents(&out);
    let names: Vec<&str> = written.keys().map(String::as_str).collect();
    let (gia_lai, dong_thap, kien_giang) = (
        "2025-52 Gia Lai/2025_UBND_gia_lai_bieu_KTTT.xlsx",
        "2025-82 Đồng Tháp/KTTT_Dong-Thap_2025.xlsx",
        "2004-91 Kiên Giang/BC KTTT Kiên Giang năm 2024.xlsx",
    );
    // The two labels of the sample with one wrong letter.
    let slips = [
        "2004-62 Kon Tum/BC KTTT Kon Tum năm 2023.xlsx",
        "2004-80 Long An/2024_UBND_long_an_bieu_KTTT.xlsx",
    ];
    let [kon_tum, long_an] = slips;
    assert_eq!(
        names,
        [
            ".tonghop",
            "2004-25 Phú Thọ/2025-06_phu-tho_kttt-08.xlsx",
            kon_tum,
            long_an,
            kien_giang,
            "2025-11 Điện Biên/KTTT-04_Dien-Bien_2025.xlsx",
            "2025-12 Lai Châu/2025_lai-chau_kttt-04.xlsx",
            "2025-12 Lai Châu/2025_lai-chau_kttt-05.xlsx",
            "2025-22 Quảng Ninh/KTTT-03-06_Quang-Ninh_2025.xlsx",
            "2025-38 Thanh Hóa/2025-Q3_thanh-hoa_kttt-08.xlsx",
            "2025-40 Nghệ An/KTTT-03-06 Nghệ An 2025.xlsx",
            "2025-46 Huế/2025_hue_kttt-04.xlsx",
            gia_lai,
            "2025-56 Khánh Hòa/KTTT-04_Khanh-Hoa_2025.xlsx",
            "2025-75 Đồng Nai/2025-Q3_dong-nai_kttt-08.xlsx",
            dong_thap,
            "agency-MAE Bộ Nông nghiệp và Môi trường/KTTT-06_MAE_2025.xlsx",
            "agency-MOHA Bộ Nội vụ/2025_moha_kttt-06.xlsx",
            "index.csv"
        ]
    );

    for (name, sent, sheet, part, cell) in [
        (
            gia_lai,
            "2025/2025_UBND_gia_lai_bieu_KTTT.xlsx",
            "Sheet1",
            "xl/worksheets/sheet1.xml",
            Some("E13"),
        ),
        (
            dong_thap,
            "2025/KTTT_Dong-Thap_2025.xlsx",
            "Chi tieu 2025",
            "xl/worksheets/sheet1.xml",
            Some("B34"),
        ),
        (
            kien_giang,
            "2024/BC KTTT Kiên Giang năm 2024.xlsx",
            "Biểu 01",
            "",
            None,
        ),
    ] {
        let original_path = root().join("sample-data").join(sent);
        let before = parts(&fs::read(&original_path).expect("a workbook"));
        let after = parts(&written[name]);
        // Every part is still in its place, and parts without marks have the same bytes.
        let changed = [
            "[Content_Types].xml",
            "xl/styles.xml",
            "xl/workbook.xml",
            "xl/_rels/workbook.xml.rels",
            part,
        ];
        for ((was, content), (is, now)) in before.iter().zip(&after) {
            assert_eq!(was, is);
            assert_eq!(
                content != now,
                changed.contains(&was.as_str()),
                "{name}: {was}"
            );
        }
        let path = out.join(name);
        let mut book: Xlsx<_> = open_workbook(&original_path).expect("a workbook");
        for other in book.sheet_names() {
            assert_eq!(cells(&original_path, &other), cells(&path, &other));
            assert_eq!(
                book.merge_cells_by_sheet_name(&other)
                    .expect("merged cells"),
                open_workbook::<Xlsx<_>, _>(&path)
                    .expect("a workbook")
                    .merge_cells_by_sheet_name(&other)
                    .expect("merged cells")
            );
        }
        let found = SAMPLE.sql(&format!(
            "SELECT message_vi FROM findings WHERE file_name = '{sent}' AND severity <> 'info' ORDER BY sheet"
        ));
        let listed = list(&path);
        assert_eq!(listed.len(), found.len());
        for (line, message) in listed.iter().zip(&found) {
            assert_eq!(line[5], message.trim_matches('"').replace("\"\"", "\""));
            assert!(line[6].ends_with('.') && line[7].is_empty());
        }
        let Some(cell) = cell else { continue };
        assert_eq!(background(&after, part, cell).as_deref(), Some(RED));
        assert_eq!(
            (listed[0][1].as_str(), listed[0][2].as_str()),
            (sheet, cell)
        );
        let comments = text(&after, "xl/comments1.xml");
        assert!(comments.contains(&format!("<comment ref=\"{cell}\"")));
        let said = listed[0][5].replace('<', "&lt;");
        assert!(comments.contains(&said) && comments.contains(&listed[0][6]));
        // One cell was coloured, and only that.
        let (sheet_before, sheet_after) = (text(&before, part), text(&after, part));
        let tags = |text: &str| text.split('<').map(str::to_owned).collect::<Vec<_>>();
        let new: Vec<String> = tags(&sheet_after)
            .into_iter()
            .filter(|t| !tags(&sheet_before).contains(t))
            .collect();
        assert_eq!(new.len(), 2, "{new:?}");
        assert!(new[0].starts_with("c r=") && new[1].starts_with("legacyDrawing "));
        let link = format!("location=\"'{sheet}'!{cell}\"");
        assert!(text(&after, "xl/worksheets/feedback1.xml").contains(&link));
    }
}

#[test]
fn feedback_is_the_same_each_time_and_can_be_narrowed() {
    let directory = TempDir::new().expect("a directory");
    let (first, second) = (directory.path().join("a"), directory.path().join("b"));
    feedback(&SAMPLE.lake(), &first, &["--severity", "info"]);
    feedback(&SAMPLE.lake(), &second, &["--severity", "info"]);
    let all = contents(&first);
    assert!(all == contents(&second));
    // A missing report is an info; the feedback about it is a list alone.
    let missing = "2025-66 Đắk Lắk/Bao cao con thieu.xlsx";
    assert!(all.contains_key(missing));
    let lines = list(&first.join(missing));
    for form in ["KTTT-01", "KTTT-02", "KTTT-03", "KTTT-05", "KTTT-07"] {
        let told = lines.iter().filter(|line| line[5].contains(form)).count();
        assert!(told > 0, "{form}: {lines:?}");
    }

    // The feedback of one unit alone; that of the others stays, in the folder and in the index.
    let third = directory.path().join("c");
    feedback(&SAMPLE.lake(), &third, &["--unit", "82"]);
    assert_eq!(contents(&third).len(), 3);
    feedback(
        &SAMPLE.lake(),
        &second,
        &["--severity", "info", "--unit", "Đồng Tháp"],
    );
    let narrowed = contents(&second);
    let names = |all: &BTreeMap<String, Vec<u8>>| all.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&narrowed), names(&all));
    let index = String::from_utf8(narrowed["index.csv"].clone()).expect("text");
    assert_eq!(index.lines().count(), names(&all).len() - 1);
    // The old unit of that code sent nothing wrong.
    feedback(&SAMPLE.lake(), &third, &["--unit", "2004-82"]);
    assert_eq!(contents(&third).len(), 3);
    feedback(&SAMPLE.lake(), &second, &["--period", "2024"]);
    assert!(
        contents(&second)
            .keys()
            .any(|name| name.contains("Kiên Giang"))
    );
    assert_eq!(contents(&second).len(), 4, "and Long An's slip of a letter");
    feedback(&SAMPLE.lake(), &second, &["--severity", "error"]);
    assert!(
        !contents(&second)
            .keys()
            .any(|name| name.contains("Kiên Giang"))
    );
}

#[test]
fn only_our_own_feedback_is_replaced() {
    let directory = TempDir::new().expect("a directory");
    let out = directory.path().join("feedback");
    feedback(&SAMPLE.lake(), &out, &[]);
    let ours = "2025-82 Đồng Tháp/KTTT_Dong-Thap_2025.xlsx";
    let gia_lai = "2025-52 Gia Lai/2025_UBND_gia_lai_bieu_KTTT.xlsx";
    let first = contents(&out);
    for (name, bytes) in [
        ("letter.txt", &b"dear"[..]),
        ("2025-82 Đồng Tháp/answer.docx", b"yes"),
        ("mine/deep/note", b"x"),
        (gia_lai, b"I wrote my answer into it"),
    ] {
        write(&out.join(name), bytes);
    }
    fs::create_dir(out.join("empty")).expect("created");
    std::os::unix::fs::symlink("letter.txt", out.join("link")).expect("linked");
    let before = contents(&out);
    // Who is not known, or may be several, changes nothing.
    for (unit, said) in [
        ("99", "no unit `99`"),
        ("Gia Lay", "2025-52 Gia Lai"),
        ("2025-99", "no unit `2025-99`"),
        ("2024:15", "no unit `2024:15`"),
    ] {
        let output = tonghop(&[
            "feedback",
            "--lake",
            &SAMPLE.lake().to_string_lossy(),
            "--out",
            &out.to_string_lossy(),
            "--unit",
            unit,
        ]);
        assert_eq!(output.status.code(), Some(2), "{unit}");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(text.contains(said), "{text}");
        assert!(before == contents(&out));
    }
    let text = feedback(&SAMPLE.lake(), &out, &["--unit", "Gia Lai"]);
    assert!(
        text.contains(&format!("somebody changed {gia_lai}")),
        "{text}"
    );
    let after = contents(&out);
    assert_eq!(after[gia_lai], b"I wrote my answer into it");
    let beside = gia_lai.replace(".xlsx", " (2).xlsx");
    assert_eq!(after[&beside], first[gia_lai]);
    assert_eq!(after[ours], first[ours]);
    assert!(out.join("empty").is_dir() && out.join("link").is_symlink());
    for name in [
        "letter.txt",
        "2025-82 Đồng Tháp/answer.docx",
        "mine/deep/note",
    ] {
        assert_eq!(after[name], before[name], "{name}");
    }
    // All again: of ours only what was written last is left, and everything of others.
    feedback(&SAMPLE.lake(), &out, &["--severity", "error"]);
    let last = contents(&out);
    assert!(!last.keys().any(|name| name.contains("Long An")));
    assert_eq!(last["letter.txt"], b"dear");
    assert_eq!(last[gia_lai], b"I wrote my answer into it");
}

#[test]
fn what_is_not_ours_is_not_replaced_and_a_lake_is_needed() {
    let directory = TempDir::new().expect("a directory");
    fs::write(directory.path().join("letter.txt"), "dear").expect("written");
    let lake = SAMPLE.lake();
    for (lake, out) in [
        (lake.as_path(), directory.path()),
        (Path::new("no-such-lake"), &directory.path().join("out")),
    ] {
        let output = tonghop(&[
            "feedback",
            "--lake",
            &lake.to_string_lossy(),
            "--out",
            &out.to_string_lossy(),
        ]);
        assert_eq!(output.status.code(), Some(2));
    }
    assert!(directory.path().join("letter.txt").is_file());
}

/// A marked workbook that a province sends back is read as before.
#[test]
fn a_marked_workbook_can_be_sent_again() {
    let directory = TempDir::new().expect("a directory");
    let out = directory.path().join("feedback");
    feedback(&SAMPLE.lake(), &out, &["--unit", "82"]);
    let name = "2025-82 Đồng Tháp/KTTT_Dong-Thap_2025.xlsx";
    let marked = fs::read(out.join(name)).expect("a workbook");
    let lake = run(directory.path(), &[("KTTT_Dong-Thap_2025.xlsx", marked)]);
    let values = "SELECT o.form, o.indicator, o.sector, o.scenario, o.period, o.value, o.status, o.cell FROM observations o \
                  JOIN reports r USING (report_id) WHERE r.unit_code = '82' AND r.unit_vintage = '2025' AND r.period = '2025' AND r.form IN ('KTTT-01', 'KTTT-02') \
                  ORDER BY 1, 2, 3, 4, 5";
    let again = sql(&lake, values);
    assert_eq!(again.len(), 42 * 4 - 4 + 22 * 9);
    assert_eq!(again, SAMPLE.sql(values));
    // And marked again: the sender's note is kept, the list has a name of its own.
    let second = directory.path().join("second");
    feedback(&lake, &second, &["--severity", "error"]);
    let path = second.join(name);
    let book: Xlsx<_> = open_workbook(&path).expect("a workbook");
    assert_eq!(
        book.sheet_names(),
        ["Chi tieu 2025", "Linh vuc 2025", "Ý kiến", "Ý kiến (2)"]
    );
    let after = parts(&fs::read(&path).expect("a workbook"));
    let comments = text(&after, "xl/comments1.xml");
    assert_eq!(comments.matches("<comment ref=\"B34\"").count(), 1);
    assert_eq!(comments.matches("TH310").count(), 2);
}

/// A form of a few cells with two notes of the sender.
fn small_workbook(bad: &str) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book
        .add_worksheet()
        .set_name("Biểu 'một' & hai")
        .expect("a name");
    let lines: [&[&str]; 7] = [
        &["Biểu số: KTTT-01"],
        &["Đơn vị báo cáo: UBND tỉnh Sơn La"],
        &["NĂM 2023"],
        &[
            "Chỉ tiêu",
            "Thực hiện năm 2022",
            "Kế hoạch năm 2023",
            "Ước thực hiện năm 2023",
            "Kế hoạch năm 2024",
        ],
        &["Tổng số hợp tác xã", "10", "11", "12", "13"],
        &["Số HTX đang hoạt động", "9", "9", "9", bad],
        &["Số HTX thành lập mới", "1", "1", "1", "1"],
    ];
    for (row, line) in (0_u32..).zip(lines) {
        for (column, cell) in (0_u16..).zip(line) {
            match cell.parse::<f64>() {
                Ok(number) => sheet.write_number(row, column, number).expect("written"),
                Err(_) => sheet.write_string(row, column, *cell).expect("written"),
            };
        }
    }
    sheet
        .insert_note(5, 4, &Note::new("số ước"))
        .expect("a note");
    sheet
        .insert_note(4, 1, &Note::new("đã kiểm tra"))
        .expect("a note");
    sheet.set_portrait().set_paper_size(8);
    book.save_to_buffer().expect("a workbook")
}

const CSV: &str = "Biểu số: KTTT-01;;\nĐơn vị báo cáo: UBND tỉnh Điện Biên;;\nNĂM 2023;;\nChỉ tiêu;Thực hiện năm 2022;Ước thực hiện năm 2023\n\
    Tổng số hợp tác xã;10;mười một\nSố HTX đang hoạt động;9;10\n";

/// Feedback on a few files: a workbook and the version before it, text, half a workbook, no table at all.
static MIXED: LazyLock<TempDir> = LazyLock::new(|| {
    let directory = TempDir::new().expect("a directory");
    let whole = small_workbook("9");
    let lake = run(
        directory.path(),
        &[
            ("first.xlsx", small_workbook("chín")),
            ("son la.xlsx", small_workbook("nhiều")),
            ("a/Dien Bien.csv", CSV.as_bytes().to_vec()),
            ("BC Lai Châu.xlsx", whole[..whole.len() / 2].to_vec()),
            ("scan.pdf", b"%PDF-1.7 and so on".to_vec()),
        ],
    );
    let out = directory.path().join("feedback");
    feedback(&lake, &out, &["--severity", "error"]);
    directory
});

#[test]
fn notes_of_the_sender_stay_and_ours_join_them() {
    let path = MIXED.path().join("feedback/2004-14 Sơn La/son la.xlsx");
    let after = parts(&fs::read(&path).expect("a workbook"));
    let sheet = "xl/worksheets/sheet1.xml";
    assert_eq!(background(&after, sheet, "E6").as_deref(), Some(RED));
    let comments = text(&after, "xl/comments1.xml");
    assert_eq!(comments.matches("<comment ref=\"E6\"").count(), 1);
    for said in ["số ước", "đã kiểm tra", "TH301", "`nhiều` không phải là số"] {
        assert!(comments.contains(said), "{said} is not in {comments}");
    }
    let drawing = text(&after, "xl/drawings/vmlDrawing1.vml");
    assert_eq!(
        drawing.matches("<v:shape ").count(),
        2,
        "no box is needed that is there"
    );
    assert!(!after.iter().any(|(name, _)| name.contains("Feedback")));
    assert!(text(&after, sheet).contains("paperSize=\"8\""));
    let listed = list(&path);
    assert_eq!(listed[0][3], "nhiều");
    let link = "location=\"'Biểu ''một'' &amp; hai'!E6\"";
    assert!(text(&after, "xl/worksheets/feedback1.xml").contains(link));
}

#[test]
fn other_formats_are_rebuilt_and_what_cannot_be_read_gets_a_list() {
    let out = MIXED.path().join("feedback");
    let written = contents(&out);
    let names: Vec<&str> = written.keys().map(String::as_str).collect();
    // In the place of first.xlsx another version stands: it is not spoken of.
    assert_eq!(
        names,
        [
            ".tonghop",
            "2004-11 Điện Biên/Dien Bien.xlsx",
            "2004-12 Lai Châu/BC Lai Châu.xlsx",
            "2004-14 Sơn La/son la.xlsx",
            "Chua ro don vi/scan.xlsx",
            "index.csv",
        ]
    );
    let rebuilt = out.join("2004-11 Điện Biên/Dien Bien.xlsx");
    let figures = cells(&rebuilt, "Số liệu");
    assert!(figures.contains(&(4, 2, "String(\"mười một\")".to_owned())));
    assert_eq!(
        figures.len(),
        CSV.split([';', '\n']).filter(|c| !c.is_empty()).count()
    );
    let after = parts(&written["2004-11 Điện Biên/Dien Bien.xlsx"]);
    assert_eq!(
        background(&after, "xl/worksheets/sheet1.xml", "C5").as_deref(),
        Some(RED)
    );
    assert_eq!(
        list(&rebuilt)[0][1..4],
        ["Số liệu", "C5", "mười một"].map(str::to_owned)
    );
    for name in [
        "2004-12 Lai Châu/BC Lai Châu.xlsx",
        "Chua ro don vi/scan.xlsx",
    ] {
        let path = out.join(name);
        let book: Xlsx<_> = open_workbook(&path).expect("a workbook");
        assert_eq!(book.sheet_names(), [LIST]);
        assert_eq!(list(&path).len(), 1);
    }
    let index = String::from_utf8(written["index.csv"].clone()).expect("text");
    let how: Vec<&str> = index.lines().filter_map(|l| l.rsplit(',').next()).collect();
    assert_eq!(how, ["how", "rebuilt", "list", "marked", "list"]);
}
