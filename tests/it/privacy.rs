//! Personal data stay in the originals: whatever happens to a list, no byte that a run or a command writes quotes it.

use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

use crate::support::files::paths;
use crate::support::office::Office;
use crate::support::program::{said, tonghop};
use crate::support::workbooks::{ods, packed};

/// The heads of the lists here, and what a sound record has under them. `#` becomes the number of the record.
const COLUMNS: [(&str, &str); 10] = [
    ("STT", "#"),
    ("Tên", "HTX Sạch #"),
    ("Loại hình", "HTX"),
    ("Mã số thuế", "0100000#"),
    ("Xã/phường", "Xã Trong"),
    ("Lĩnh vực", "A1"),
    ("Giám đốc", "Mật Danh K#"),
    ("Trình độ giám đốc", "Đại học"),
    ("Điện thoại", "09775432#"),
    ("Số thành viên", "12"),
];

/// What no file may have, of each record: its director, and its telephone without zeros in front of it.
fn secrets() -> [&'static str; 4] {
    ["Mật Danh", "mật danh", "Mat Danh", "97754321"]
}

fn record(n: usize) -> Vec<String> {
    let n = (100 + n).to_string();
    COLUMNS
        .iter()
        .map(|(_, cell)| cell.replace('#', &n))
        .collect()
}

fn heads() -> Vec<String> {
    COLUMNS.iter().map(|(head, _)| (*head).to_owned()).collect()
}

fn title(province: &str) -> Vec<Vec<String>> {
    [
        "Biểu số: KTTT-04".to_owned(),
        "DANH SÁCH HỢP TÁC XÃ NĂM 2025".to_owned(),
        format!("Đơn vị báo cáo: UBND tỉnh {province}"),
        "Địa giới: 34 tỉnh".to_owned(),
    ]
    .map(|line| vec![line])
    .to_vec()
}

/// Rows of every kind of damage: a cell inserted or deleted at each place, by one or by two.
fn damaged() -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for at in 0..COLUMNS.len() {
        for change in 0..4 {
            let mut row = record(rows.len());
            match change {
                0 => row.insert(at, String::new()),
                1 => drop(row.remove(at)),
                2 => {
                    row.insert(at, String::new());
                    row.insert(at, String::new());
                }
                _ => row[at].clear(),
            }
            rows.push(row);
        }
    }
    rows
}

fn list(province: &str, rows: &[Vec<String>]) -> Vec<Vec<String>> {
    let mut all = title(province);
    all.push(heads());
    all.extend((0..80).map(record));
    all.extend_from_slice(rows);
    all
}

fn csv(rows: &[Vec<String>]) -> Vec<u8> {
    let lines: Vec<String> = rows.iter().map(|row| row.join(";")).collect();
    (lines.join("\n") + "\n").into_bytes()
}

fn xlsx(sheets: &[(&str, &[Vec<String>])]) -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    for (name, rows) in sheets {
        let page = workbook.add_worksheet().set_name(*name).unwrap();
        for (r, row) in (0..).zip(*rows) {
            for (c, text) in (0..).zip(row) {
                if !text.is_empty() {
                    page.write(r, c, text).unwrap();
                }
            }
        }
    }
    workbook.save_to_buffer().unwrap()
}

fn as_ods(rows: &[Vec<String>]) -> Vec<u8> {
    let mut table = "<table:table table:name=\"DS\">".to_owned();
    for row in rows {
        table.push_str("<table:table-row>");
        for text in row {
            let _ = write!(
                table,
                "<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>"
            );
        }
        table.push_str("</table:table-row>");
    }
    ods(&(table + "</table:table>"), &[])
}

/// All that a file says, decompressed.
fn texts_of(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    let mut all = String::from_utf8_lossy(&bytes).into_owned();
    if path.extension().is_some_and(|e| e == "parquet") {
        all.push_str(&crate::records::parquet_texts(path));
    }
    if let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(&bytes)) {
        for i in 0..archive.len() {
            let mut part = Vec::new();
            archive.by_index(i).unwrap().read_to_end(&mut part).unwrap();
            all.push_str(&String::from_utf8_lossy(&part));
        }
    }
    all
}

fn says_nothing(what: &str, text: &str) {
    for secret in secrets() {
        if let Some(at) = text.find(secret) {
            let from = (0..=at.saturating_sub(200))
                .rev()
                .find(|i| text.is_char_boundary(*i));
            let around: String = text[from.unwrap_or(0)..].chars().take(400).collect();
            panic!("{what} says {secret}: {around}");
        }
    }
}

#[test]
fn no_byte_that_a_run_writes_quotes_a_damaged_list() {
    let mut office = Office::new();
    let rows = damaged();
    let mut sends: Vec<(String, Vec<u8>)> = Vec::new();
    let mut send = |name: &str, bytes: Vec<u8>| sends.push((name.to_owned(), bytes));
    send("shifted.csv", csv(&list("Sơn La", &rows)));
    send("shifted.xlsx", xlsx(&[("DS", &list("Lai Châu", &rows))]));
    send("shifted.ods", as_ods(&list("Điện Biên", &rows)));
    let zipped = packed(&[("trong.csv", &csv(&list("Cao Bằng", &rows)))]);
    send("nen.zip", zipped);
    // A total, a heading and a line without a name, each with a person in it.
    let mut odd = list("Lạng Sơn", &[]);
    for n in 0..3 {
        let mut row = record(900 + n);
        row[0].clear();
        row[n].clear();
        row[1] = ["Tổng cộng Mật Danh", "", "Cộng Mật Danh"][n].to_owned();
        odd.push(row);
    }
    odd.push(vec![String::new(), "Mật Danh Tít".to_owned()]);
    odd.push(heads());
    odd.push(record(990));
    odd.push(vec!["Người lập biểu".to_owned(), "Mật Danh Lập".to_owned()]);
    send("odd.csv", csv(&odd));
    // No head of the names, no head at all, heads twice, another form's name.
    let mut headless = list("Tuyên Quang", &rows);
    headless[4][1] = "Mật Danh".to_owned();
    send("damaged-head.xlsx", xlsx(&[("DS", &headless)]));
    headless.remove(4);
    send("no-head.csv", csv(&headless));
    let mut twice = list("Thanh Hóa", &rows);
    twice.insert(5, record(991));
    twice.insert(6, heads());
    send("twice.csv", csv(&twice));
    let mut other = list("Nghệ An", &rows);
    other[0][0] = "Biểu số: KTTT-02".to_owned();
    send("other-form.xlsx", xlsx(&[("KTTT-02", &other)]));
    let mut untitled = list("Hà Tĩnh", &rows);
    untitled.drain(..4);
    let titled = list("Hà Tĩnh", &[]);
    send("parts.xlsx", xlsx(&[("A", &titled), ("B", &untitled)]));
    // The block above the list names a person.
    let mut above = list("Mật Danh Báo", &[]);
    above.insert(3, vec!["(Mật Danh Bên)".to_owned()]);
    above[1][0] = "DANH SÁCH CỦA Mật Danh 9 THÁNG NĂM 2025".to_owned();
    send("above.csv", csv(&above));
    for (name, bytes) in &sends {
        office.send(name, "2026-01-02", bytes);
    }
    let output = tonghop(
        &office
            .arguments("lake")
            .iter()
            .map(String::as_str)
            .chain(["--log", "json"])
            .collect::<Vec<_>>(),
    );
    says_nothing("the run", &said(&output));
    assert!(output.status.success(), "{}", said(&output));
    let held = office.sql("SELECT count(*) AS n FROM findings WHERE code = 'TH235'");
    assert!(held[0].parse::<usize>().unwrap() > 60, "{held:?}");
    let pipeline = office.text("pipelines/kttt");
    let (lake, out) = (office.text("lake"), office.text("ý kiến"));
    for command in [
        vec!["status", &pipeline, "--lake", &lake],
        vec!["feedback", &pipeline, "--lake", &lake, "--out", &out],
    ] {
        says_nothing(command[0], &said(&tonghop(&command)));
    }
    let files: Vec<String> = sends
        .iter()
        .map(|(name, _)| office.text(&format!("inbox/{name}")))
        .collect();
    for format in ["human", "json"] {
        let mut all = vec!["inspect", "--pipeline", &pipeline, "--format", format];
        all.extend(files.iter().map(String::as_str));
        says_nothing("inspect", &said(&tonghop(&all)));
    }
    for place in ["lake", "lake-out", "ý kiến"] {
        for path in paths(&office.path(place)) {
            if !path.starts_with(office.path("lake/inbox")) {
                says_nothing(&path.to_string_lossy(), &texts_of(&path));
            }
        }
    }
}
