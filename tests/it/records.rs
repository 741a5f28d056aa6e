//! Record lists: every cell becomes a value of a record or is named in a finding, and personal data stay in the originals.

use std::fs;
use std::path::Path;

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet};

use crate::support::files::paths;
use crate::support::lake::{Row, Run};
use crate::support::office::{Office, list};

/// The heads of the form in its order, then an unknown one.
const HEADS: [&str; 24] = [
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
    "Doanh thu (nghìn đồng)",
    "Lãi (triệu đồng)",
    "Giám đốc",
    "Giới tính giám đốc",
    "Trình độ giám đốc",
    "Điện thoại",
    "Công nghệ cao",
    "Chuỗi giá trị",
    "Cột thêm",
];

/// A name and a number that only the original may contain.
const DIRECTOR: &str = "Nguyễn Thị Bí Mật";
const TELEPHONE: &str = "0987654321";

fn titles(sheet: &mut Worksheet) {
    for (row, text) in [
        "Biểu số: KTTT-04",
        "DANH SÁCH HỢP TÁC XÃ, LIÊN HIỆP HỢP TÁC XÃ, TỔ HỢP TÁC NĂM 2025",
        "Đơn vị báo cáo: UBND tỉnh Quảng Trị",
        "Địa giới: 34 tỉnh",
    ]
    .iter()
    .enumerate()
    {
        sheet.write(u32::try_from(row).unwrap(), 0, *text).unwrap();
    }
}

/// A sound record in a row.
/// A tax code of ten digits whose check digit is right; there is none for one number in eleven: the next one is taken.
fn tax_code(n: u32) -> String {
    let digits = |n: u32| format!("01{n:07}");
    let check = |nine: &str| {
        let weights = [31, 29, 23, 19, 17, 13, 7, 5, 3];
        let sum: u32 = nine
            .bytes()
            .zip(weights)
            .map(|(digit, weight)| u32::from(digit - b'0') * weight)
            .sum();
        10 - i64::from(sum % 11)
    };
    let codes = (1..).map(digits).filter_map(|nine| {
        let check = u8::try_from(check(&nine)).ok()?;
        (check < 10).then(|| format!("{nine}{check}"))
    });
    let mut codes = codes.skip(n as usize - 1);
    codes.next().unwrap()
}

fn record(sheet: &mut Worksheet, row: u32, n: u32) {
    let day = Format::new().set_num_format("dd/mm/yyyy");
    let founded = ExcelDateTime::from_ymd(2019, 3, 1).unwrap();
    sheet.write(row, 0, n).unwrap();
    sheet.write(row, 1, format!("HTX số {n}")).unwrap();
    sheet.write(row, 2, "HTX").unwrap();
    sheet.write(row, 3, tax_code(n)).unwrap();
    sheet.write(row, 4, format!("45A{n}")).unwrap();
    sheet.write_with_format(row, 5, &founded, &day).unwrap();
    sheet.write(row, 6, "Phường Đông Hà").unwrap();
    sheet.write(row, 7, 1933).unwrap();
    sheet.write(row, 8, "Chăn nuôi").unwrap();
    sheet.write(row, 9, "đang hoạt động").unwrap();
    sheet.write(row, 10, "Tốt").unwrap();
    sheet.write(row, 11, 12).unwrap();
    sheet.write(row, 12, 7).unwrap();
    sheet.write(row, 13, 100.25).unwrap();
    sheet.write(row, 14, 2000).unwrap();
    sheet.write(row, 15, 1500).unwrap();
    sheet.write(row, 16, -3.5).unwrap();
    sheet.write(row, 17, DIRECTOR).unwrap();
    sheet.write(row, 18, "nữ").unwrap();
    sheet.write(row, 19, "Đại học").unwrap();
    sheet.write(row, 20, TELEPHONE).unwrap();
    sheet.write(row, 21, "x").unwrap();
}

fn book(path: &Path, write: impl FnOnce(&mut Worksheet)) {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("DS").unwrap();
    titles(sheet);
    write(sheet);
    workbook.save(path).unwrap();
}

fn heads(sheet: &mut Worksheet, row: u32) {
    for (column, head) in HEADS.iter().enumerate() {
        sheet
            .write(row, u16::try_from(column).unwrap(), *head)
            .unwrap();
    }
}

fn run(name: &str, write: impl FnOnce(&mut Worksheet)) -> Run {
    let run = Run::written([]);
    book(&run.inbox().join(name), write);
    run.again(&[&run.inbox()]);
    run
}

fn organisations(run: &Run) -> Vec<Row> {
    run.rows("organisations")
}

/// Code, cell and English words of the findings about the file.
fn findings(run: &Run) -> Vec<(String, String, String)> {
    let rows = run.rows("findings");
    rows.iter()
        .filter(|f| f.text("file_name").is_some() && f.str("code") != "TH405")
        .map(|f| {
            let of = |column| f.text(column).unwrap_or("-").to_owned();
            (of("code"), of("cell"), of("message_en"))
        })
        .collect()
}

fn balance(run: &Run) {
    for report in run.rows("reports") {
        let n = |column| report.int(column).unwrap();
        assert_eq!(
            n("cells_total"),
            n("cells_loaded") + n("cells_explained"),
            "{report:?}"
        );
    }
}

#[test]
fn a_record_has_every_field_in_the_lakes_words_and_units() {
    let run = run("qt.xlsx", |sheet| {
        heads(sheet, 5);
        record(sheet, 6, 1);
    });
    let all = organisations(&run);
    assert_eq!(all.len(), 1);
    let one = &all[0];
    for (column, text) in [
        ("unit_vintage", "2025"),
        ("unit_code", "44"),
        ("period", "2025"),
        ("kind", "HTX"),
        ("name", "HTX số 1"),
        ("tax_code", &tax_code(1)),
        ("registration_code", "45A1"),
        ("founded", "2019-03-01"),
        ("commune", "Phường Đông Hà"),
        ("commune_code", "01933"),
        ("sector", "A2"),
        ("activity", "active"),
        ("rating", "good"),
        ("director_gender", "F"),
        ("director_qualification", "Đại học"),
        ("sheet", "DS"),
    ] {
        assert_eq!(one.text(column), Some(text), "{column}");
    }
    assert_eq!(
        (one.int("members"), one.int("workers")),
        (Some(12), Some(7))
    );
    assert_eq!(one.decimal("charter_capital"), Some(100_250_000));
    assert_eq!(one.decimal("assets"), Some(2_000_000_000));
    assert_eq!(
        one.decimal("revenue"),
        Some(1_500_000),
        "thousands to millions"
    );
    assert_eq!(one.decimal("profit"), Some(-3_500_000));
    assert_eq!(
        (one.flag("high_tech"), one.flag("in_value_chain")),
        (Some(true), None)
    );
    assert_eq!(one.int("row"), Some(7));
    balance(&run);
}

#[test]
fn personal_data_are_in_the_original_alone() {
    let run = run("qt.xlsx", |sheet| {
        heads(sheet, 5);
        for n in 1..=3 {
            record(sheet, 5 + n, n);
        }
    });
    assert_eq!(organisations(&run).len(), 3);
    let told: Vec<_> = findings(&run)
        .into_iter()
        .filter(|f| f.0 == "TH227")
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    no_file_has(&run.lake(), &[DIRECTOR, TELEPHONE]);
}

#[test]
fn personal_data_of_a_text_file_are_in_the_original_alone() {
    let mut office = Office::new();
    let text = String::from_utf8(list("Sơn La", 3)).unwrap();
    let text = text.replace(";Ai\n", ";Nguyễn Văn Riêng\n");
    // A record without a name is held back; its director must stay private all the same.
    let text = format!("{text};;HTX;;;;;;;;;Trần Thị Kín\n");
    office.send("list.csv", "2026-01-02", text.as_bytes());
    office.run("lake", &[]);
    assert_eq!(office.sql("SELECT count(*) AS n FROM organisations"), ["3"]);
    let secrets = [
        "Nguyễn Văn Riêng",
        "nguyễn văn riêng",
        "Trần Thị Kín",
        "trần thị kín",
    ];
    no_file_has(&office.path("lake"), &secrets);
    no_file_has(&office.path("lake-out"), &secrets);
}

/// Checks that no file except the private originals contains any of the secrets.
fn no_file_has(lake: &Path, secrets: &[&str]) {
    let originals = lake.join("inbox");
    let mut files = paths(lake);
    files.retain(|file| !file.starts_with(&originals));
    assert!(!files.is_empty());
    for file in files {
        // Parquet is decompressed: this is what readers of the file can see.
        let text = if file.extension().is_some_and(|e| e == "parquet") {
            parquet_texts(&file)
        } else {
            String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned()
        };
        for secret in secrets {
            assert!(!text.contains(secret), "{secret} is in {}", file.display());
        }
    }
}

pub(crate) fn parquet_texts(file: &Path) -> String {
    use arrow::array::{Array, AsArray};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(file).unwrap())
        .unwrap()
        .build()
        .unwrap();
    let mut text = String::new();
    for batch in reader {
        for column in batch.unwrap().columns() {
            if let Some(texts) = column.as_string_opt::<i32>() {
                texts.iter().flatten().for_each(|t| text.push_str(t));
            } else if let Some(bytes) = column.as_binary_opt::<i32>() {
                for i in 0..bytes.len() {
                    text.push_str(&String::from_utf8_lossy(bytes.value(i)));
                }
            }
        }
    }
    text
}

#[test]
fn what_cannot_be_believed_is_named_by_its_cell_and_the_record_is_kept() {
    let run = run("qt.xlsx", |sheet| {
        heads(sheet, 5);
        for n in 1..=12 {
            record(sheet, 5 + n, n);
        }
        sheet.write(6, 5, "hôm qua").unwrap();
        sheet.write(7, 8, "Bán lẻ gì đó").unwrap();
        sheet.write(8, 11, 3.5).unwrap();
        sheet.write(9, 13, "1.234").unwrap();
        sheet.write(10, 3, tax_code(1)).unwrap();
        sheet.clear_cell(11, 1);
        sheet.write(12, 14, "#N/A hết").unwrap();
        sheet.write(13, 5, "12/2020").unwrap();
        sheet.write(14, 16, "-").unwrap();
        sheet.write(15, 16, "…").unwrap();
        sheet.write(16, 23, "thừa").unwrap();
        sheet.write(20, 1, "Tổng cộng").unwrap();
        sheet.write(20, 11, 100).unwrap();
        sheet.write(22, 1, "Ghi chú: số liệu ước tính").unwrap();
        sheet.write(23, 9, "Người lập biểu").unwrap();
    });
    let all = organisations(&run);
    assert_eq!(all.len(), 11, "the row without a name is none");
    let by_row = |row: i64| all.iter().find(|r| r.int("row") == Some(row)).unwrap();
    assert_eq!(by_row(7).text("founded"), None);
    assert_eq!(by_row(8).text("sector"), None);
    assert_eq!(by_row(9).int("members"), None);
    assert_eq!(by_row(10).decimal("charter_capital"), None);
    assert_eq!(by_row(11).text("tax_code"), Some(&*tax_code(1)));
    assert_eq!(by_row(14).text("founded"), Some("2020-12"));
    assert_eq!(by_row(15).decimal("profit"), Some(0));
    assert_eq!(by_row(16).decimal("profit"), None);
    let told = findings(&run);
    for (code, cell) in [
        ("TH316", "F7"),
        ("TH317", "I8"),
        ("TH318", "L9"),
        ("TH302", "N10"),
        ("TH320", "D11"),
        ("TH229", "C12"),
        ("TH301", "O13"),
        ("TH204", "X6"),
        ("TH217", "B21"),
        ("TH227", "R6"),
        ("TH227", "U6"),
        ("TH383", "H7"),
        ("TH510", "L6"),
    ] {
        let n = told.iter().filter(|f| f.0 == code && f.1 == cell).count();
        assert_eq!(n, 1, "{code} at {cell} in {told:#?}");
    }
    assert_eq!(told.len(), 13, "{told:#?}");
    balance(&run);
}

#[test]
fn a_number_that_the_sheet_proves_is_loaded() {
    let run = run("qt.xlsx", |sheet| {
        heads(sheet, 5);
        record(sheet, 6, 1);
        record(sheet, 7, 2);
        sheet.write(6, 13, "1.234").unwrap();
        sheet.write(7, 14, "1.234,5").unwrap();
    });
    let all = organisations(&run);
    assert_eq!(all[0].decimal("charter_capital"), Some(1_234_000_000));
    assert_eq!(all[1].decimal("assets"), Some(1_234_500_000));
    assert!(findings(&run).iter().any(|f| f.0 == "TH307" && f.1 == "N7"));
    balance(&run);
}

#[test]
fn three_decimals_in_a_list_are_no_thousands() {
    let run = run("qt.xlsx", |sheet| {
        heads(sheet, 5);
        for (row, members, workers, capital) in [
            (6, "412.000", "7.000", "1250.500"),
            (7, "18450.000", "25.000", "12.000"),
            (8, "0.000", "30.000", "512.300"),
        ] {
            record(sheet, row, row);
            sheet.write(row, 11, members).unwrap();
            sheet.write(row, 12, workers).unwrap();
            sheet.write(row, 13, capital).unwrap();
        }
    });
    let all = organisations(&run);
    let members: Vec<_> = all.iter().map(|r| r.int("members")).collect();
    assert_eq!(members, [Some(412), Some(18_450), Some(0)]);
    let workers: Vec<_> = all.iter().map(|r| r.int("workers")).collect();
    assert_eq!(workers, [Some(7), Some(25), Some(30)], "the list decides");
    assert_eq!(all[1].decimal("charter_capital"), Some(12_000_000));
    let told = findings(&run);
    // The commune codes are numbers without their leading zeros.
    let mut others = told.iter().filter(|f| f.0 != "TH227" && f.0 != "TH383");
    assert!(others.all(|f| f.0 == "TH307"), "{told:#?}");
    balance(&run);
}

#[test]
fn a_column_of_a_list_that_contradicts_itself_is_held() {
    let run = run("qt.xlsx", |sheet| {
        heads(sheet, 5);
        record(sheet, 6, 1);
        record(sheet, 7, 2);
        record(sheet, 8, 3);
        sheet.write(6, 11, "25.000").unwrap();
        sheet.write(7, 11, "1,250").unwrap();
        // Too large even for the rule that holds what is too large.
        sheet
            .write(8, 15, "999.999.999.999.999.999.999.999.999")
            .unwrap();
        sheet.write(6, 12, "18\n7").unwrap();
        sheet.write(7, 12, "1.250").unwrap();
        sheet.write(8, 12, "7¹").unwrap();
    });
    let all = organisations(&run);
    let members: Vec<_> = all.iter().map(|r| r.int("members")).collect();
    assert_eq!(members, [None, None, Some(12)]);
    let workers: Vec<_> = all.iter().map(|r| r.int("workers")).collect();
    assert_eq!(workers, [None, Some(1250), Some(7)]);
    assert_eq!(all[2].decimal("revenue"), None);
    let told = findings(&run);
    for (code, cell) in [
        ("TH330", "L7"),
        ("TH330", "L8"),
        ("TH301", "M7"),
        ("TH331", "M9"),
    ] {
        assert!(
            told.iter().any(|f| f.0 == code && f.1 == cell),
            "{code} {cell} in {told:#?}"
        );
    }
    assert!(told.iter().any(|f| f.1 == "P9"), "{told:#?}");
    balance(&run);
}

#[test]
fn marks_that_nobody_sees_are_not_in_a_list() {
    let run = Run::written([]);
    let text = "\u{feff}Biểu số: KTTT-04;\nDANH SÁCH HỢP TÁC XÃ NĂM 2025;\nĐơn vị báo\u{200b} cáo: UBND tỉnh Sơn La;\n\
        STT;Tên\u{feff};Loại hình;Mã số thuế;Ngày thành lập;Lĩnh vực;Tình trạng;Xếp loại;Số thành viên¹;Số lao động;Doanh thu (triệu đồng);Giám đốc;Điện thoại\n\
        1;\u{200e}HTX\u{2009}Đông\u{200b} A;HTX\u{200b};=\"0100000001\";31/12/2019\u{200b};A1\u{feff};đang hoạt động;khá;1\u{2009}200\u{200b};７;1.234,5;Ai;1\n\
        2;HTX B;THT;=\"\"\"x\"\"\";2020;Chăn nuôi;ngừng hoạt động;yếu;=SUM(I5);3;12,25;Ai;1\n";
    fs::write(run.inbox().join("sl.csv"), text).unwrap();
    run.again(&[&run.inbox()]);
    let all = organisations(&run);
    assert_eq!(all.len(), 2, "{:?}", findings(&run));
    assert_eq!(all[0].text("name"), Some("HTX Đông A"));
    assert_eq!(all[0].text("kind"), Some("HTX"));
    assert_eq!(all[0].text("tax_code"), Some("0100000001"));
    assert_eq!(all[0].text("founded"), Some("2019-12-31"));
    assert_eq!(all[0].int("members"), Some(1200));
    assert_eq!(all[0].int("workers"), Some(7));
    assert_eq!(all[1].int("members"), None);
    assert!(findings(&run).iter().any(|f| f.0 == "TH306" && f.1 == "I6"));
    balance(&run);
}

#[test]
fn columns_in_another_order_two_rows_of_heads_and_their_numbers() {
    let run = run("qt.xlsx", |sheet| {
        // The head of the directors stands over theirs; the others are merged downwards.
        let order: Vec<&str> = HEADS[..23].iter().rev().copied().collect();
        for (column, head) in order.iter().enumerate() {
            let column = u16::try_from(column).unwrap();
            match *head {
                "Giới tính giám đốc" => {
                    sheet.write(5, column, "Người đứng đầu").unwrap();
                    sheet.write(6, column, "Giới tính").unwrap();
                }
                other => {
                    sheet
                        .merge_range(5, column, 6, column, other, &Format::new())
                        .unwrap();
                }
            }
            sheet.write(7, column, i32::from(column) + 1).unwrap();
        }
        let column =
            |head: &str| u16::try_from(order.iter().position(|h| *h == head).unwrap()).unwrap();
        sheet.write(8, column("STT"), 1).unwrap();
        sheet.write(8, column("Tên"), "HTX Một").unwrap();
        sheet
            .write(8, column("Loại hình"), "Liên hiệp hợp tác xã")
            .unwrap();
        sheet.write(8, column("Giới tính giám đốc"), "Nam").unwrap();
        sheet.write(8, column("Số thành viên"), 4).unwrap();
    });
    let all = organisations(&run);
    assert_eq!(all.len(), 1, "{:?}", findings(&run));
    assert_eq!(all[0].text("kind"), Some("LHHTX"));
    assert_eq!(all[0].text("director_gender"), Some("M"));
    assert_eq!(all[0].int("members"), Some(4));
    assert_eq!(all[0].int("row"), Some(9));
    balance(&run);
}

#[test]
fn a_list_as_text_is_the_same_list() {
    let run = Run::written([]);
    let text = "Biểu số: KTTT-04;\nDANH SÁCH HỢP TÁC XÃ NĂM 2025;\nĐơn vị báo cáo: UBND tỉnh Sơn La;\n\
        STT;Tên;Loại hình;Mã số thuế;Ngày thành lập;Lĩnh vực;Tình trạng;Xếp loại;Số thành viên;Số lao động;Doanh thu (triệu đồng);Giám đốc;Điện thoại\n\
        1;HTX A;HTX;0100000001;31/12/2019;A1;đang hoạt động;khá;1.200;7;1.234,5;Ai;1\n\
        2;HTX B;Tổ hợp tác;;2020;Chăn nuôi;ngừng hoạt động;yếu;30;;12,25;Ai;1\n\
        3;HTX C;THT;;2020;A1;đang hoạt động;tốt;1;;1,25;Ai;1\n\
        4;HTX D;THT;;2020;A1;đang hoạt động;tốt;1;;1,25;Ai;1\n";
    fs::write(run.inbox().join("sl.csv"), text).unwrap();
    run.again(&[&run.inbox()]);
    let all = organisations(&run);
    let rows: Vec<_> = all.iter().map(|r| r.int("row")).collect();
    assert_eq!(rows, [5, 6, 7, 8].map(Some), "{:?}", findings(&run));
    assert_eq!(all[0].text("founded"), Some("2019-12-31"));
    assert_eq!(all[0].int("members"), Some(1200));
    assert_eq!(all[0].decimal("revenue"), Some(1_234_500_000));
    assert_eq!(all[1].text("kind"), Some("THT"));
    assert_eq!(all[1].text("tax_code"), None);
    assert_eq!(all[1].text("activity"), Some("suspended"));
    balance(&run);
}

#[test]
fn hidden_rows_and_columns_of_a_list_are_read_and_said() {
    let run = run("qt.xlsx", |sheet| {
        heads(sheet, 5);
        for n in 1..=4 {
            record(sheet, 5 + n, n);
        }
        sheet.set_row_hidden(7).unwrap();
        sheet.set_column_hidden(11).unwrap();
    });
    assert_eq!(organisations(&run).len(), 4);
    let told: Vec<_> = findings(&run)
        .into_iter()
        .filter(|f| f.0 == "TH214")
        .collect();
    // The 22 cells of row 8, and L in the three other rows.
    assert_eq!(told.len(), 1);
    assert!(
        told[0]
            .2
            .starts_with("25 cells in hidden rows (8) and hidden columns (L)"),
        "{told:?}"
    );
}

#[test]
fn a_list_that_is_wrong_throughout_is_told_by_column() {
    let run = run("qt.xlsx", |sheet| {
        heads(sheet, 5);
        for n in 1..=1100 {
            record(sheet, 5 + n, n);
            sheet.write(5 + n, 10, "rất tốt").unwrap();
        }
    });
    assert_eq!(organisations(&run).len(), 1100);
    let told = findings(&run);
    let of = |code: &str| told.iter().filter(|f| f.0 == code).count();
    assert_eq!((of("TH317"), of("TH321")), (1000, 1));
    let rest = told.iter().find(|f| f.0 == "TH321").unwrap();
    assert_eq!(rest.1, "K1007");
    assert!(rest.2.contains("1007-1106"), "{}", rest.2);
    balance(&run);
}
