//! Record lists as people send them: dates whose order the column decides, codes that a spreadsheet changed, one list over
//! several sheets or files.

use std::fs;

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet};

use crate::support::lake::{Row, Run};
use crate::support::office::{Office, list};
use crate::support::program::sql;

const TITLES: [&str; 3] = [
    "Biểu số: KTTT-04",
    "DANH SÁCH HỢP TÁC XÃ NĂM 2024",
    "Đơn vị báo cáo: UBND tỉnh Sơn La",
];

const HEADS: [&str; 13] = [
    "STT",
    "Tên",
    "Loại hình",
    "Mã số thuế",
    "Mã số đăng ký",
    "Mã xã",
    "Ngày thành lập",
    "Lĩnh vực",
    "Tình trạng",
    "Xếp loại",
    "Số thành viên",
    "Số lao động",
    "Doanh thu (triệu đồng)",
];

/// What a cell of a workbook holds.
enum Cell {
    Text(&'static str),
    Number(f64),
    /// Year, month, day.
    Day(u16, u8, u8),
    /// A number with the format of a date.
    AsDay(f64),
}

use Cell::{AsDay, Day, Number, Text};

/// The sound cells of record `n`.
fn sound(n: u32) -> [String; 13] {
    [
        n.to_string(),
        format!("HTX số {n}"),
        "HTX".to_owned(),
        format!("55{n:08}"),
        format!("14{n:05}"),
        "03646".to_owned(),
        "2019".to_owned(),
        "A1".to_owned(),
        "đang hoạt động".to_owned(),
        "khá".to_owned(),
        n.to_string(),
        "7".to_owned(),
        "12,25".to_owned(),
    ]
}

/// A list as text: its title block, heads, and records; `change` puts other texts into the cells of a record.
fn text(records: impl IntoIterator<Item = u32>, change: &[(u32, usize, &str)]) -> String {
    let mut lines: Vec<String> = TITLES.iter().map(|t| (*t).to_owned()).collect();
    lines.push(HEADS.join(";"));
    for n in records {
        let mut cells = sound(n);
        for (_, column, text) in change.iter().filter(|(of, ..)| *of == n) {
            (*text).clone_into(&mut cells[*column]);
        }
        lines.push(cells.join(";"));
    }
    lines.join("\n") + "\n"
}

/// Writes a list into a sheet, its records from row 5 or, without a title block, from row 2.
fn sheet(sheet: &mut Worksheet, titles: bool, records: &[u32], column: u16, cells: &[Cell]) {
    let mut row = 0;
    if titles {
        for title in TITLES {
            sheet.write(row, 0, title).unwrap();
            row += 1;
        }
    }
    for (column, head) in (0..).zip(HEADS) {
        sheet.write(row, column, head).unwrap();
    }
    let day = Format::new().set_num_format("dd/mm/yyyy");
    for (i, n) in records.iter().enumerate() {
        row += 1;
        for (column, text) in (0..).zip(sound(*n)) {
            sheet.write(row, column, text).unwrap();
        }
        match cells.get(i) {
            Some(Text(text)) => sheet.write(row, column, *text).unwrap(),
            Some(Number(n)) => sheet.write(row, column, *n).unwrap(),
            Some(Day(y, m, d)) => {
                let date = ExcelDateTime::from_ymd(*y, *m, *d).unwrap();
                sheet.write_with_format(row, column, &date, &day).unwrap()
            }
            Some(AsDay(n)) => sheet
                .write_number_with_format(row, column, *n, &day)
                .unwrap(),
            None => continue,
        };
    }
}

/// A run over files with these contents, in the order in which they came.
fn sent(files: &[(&str, Vec<u8>)]) -> Run {
    let run = Run::written([]);
    let mut received = "file_name,received_at\n".to_owned();
    for (day, (name, bytes)) in (10..).zip(files) {
        fs::write(run.inbox().join(name), bytes).unwrap();
        received.push_str(&format!("{name},2025-01-{day}T08:00:00+07:00\n"));
    }
    fs::write(run.inbox().join("received.csv"), received).unwrap();
    run.again(&[&run.inbox()]);
    run
}

fn book(write: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    write(&mut workbook);
    workbook.save_to_buffer().unwrap()
}

/// A run over one workbook whose records have these cells in one column, from row 5.
fn with_column(column: u16, cells: &[Cell]) -> Run {
    let records: Vec<u32> = (1..).take(cells.len()).collect();
    let bytes = book(|workbook| {
        let one = workbook.add_worksheet().set_name("DS").unwrap();
        sheet(one, true, &records, column, cells);
    });
    sent(&[("sl.xlsx", bytes)])
}

const TAX_CODE: u16 = 3;
const REGISTRATION: u16 = 4;
const COMMUNE_CODE: u16 = 5;
const FOUNDED: u16 = 6;

/// The records of the reports that count, by row.
fn current(run: &Run) -> Vec<Row> {
    let reports = run.rows("reports");
    let counts = |id: &str| {
        reports
            .iter()
            .any(|r| r.str("report_id") == id && r.flag("is_current") == Some(true))
    };
    let mut rows = run.rows("organisations");
    rows.retain(|r| counts(r.str("report_id")));
    rows.sort_by_key(|r| (r.text("sheet").map(str::to_owned), r.int("row")));
    rows
}

fn names(run: &Run) -> Vec<String> {
    let mut names: Vec<String> = current(run)
        .iter()
        .map(|r| r.str("name").to_owned())
        .collect();
    names.sort();
    names
}

fn column(run: &Run, name: &str) -> Vec<Option<String>> {
    let rows = current(run);
    rows.iter()
        .map(|r| r.text(name).map(str::to_owned))
        .collect()
}

/// Code and cell of the findings about files.
fn told(run: &Run) -> Vec<(String, String)> {
    let rows = run.rows("findings");
    let mut told: Vec<_> = rows
        .iter()
        // Rules over records have tests of their own; the codes of these lists are made up.
        .filter(|f| f.text("rule").is_none())
        .filter(|f| {
            f.text("file_name").is_some() && !["TH405", "TH203", "TH510"].contains(&f.str("code"))
        })
        .map(|f| {
            (
                f.str("code").to_owned(),
                f.text("cell").unwrap_or("-").to_owned(),
            )
        })
        .collect();
    told.sort();
    told
}

fn is_told(run: &Run, expected: &[(&str, &str)]) {
    let mut expected: Vec<(String, String)> = expected
        .iter()
        .map(|(code, cell)| ((*code).to_owned(), (*cell).to_owned()))
        .collect();
    expected.sort();
    assert_eq!(told(run), expected);
    for report in run.rows("reports") {
        let n = |column| report.int(column).unwrap();
        assert_eq!(
            n("cells_total"),
            n("cells_loaded") + n("cells_explained"),
            "{report:?}"
        );
    }
}

fn some(texts: &[&str]) -> Vec<Option<String>> {
    texts
        .iter()
        .map(|text| (!text.is_empty()).then(|| (*text).to_owned()))
        .collect()
}

#[test]
fn dates_are_day_first_unless_the_column_proves_the_month_first() {
    let run = sent(&[(
        "sl.csv",
        text(
            1..=3,
            &[(1, 6, "3/5/2018"), (2, 6, "31/12/2018"), (3, 6, "1.2.2019")],
        )
        .into_bytes(),
    )]);
    assert_eq!(
        column(&run, "founded"),
        some(&["2018-05-03", "2018-12-31", "2019-02-01"])
    );
    is_told(&run, &[]);
    let run = sent(&[(
        "sl.csv",
        text(
            1..=4,
            &[
                (1, 6, "3/5/2018"),
                (2, 6, "12/31/2018"),
                (3, 6, "4/4/2019"),
                (4, 6, "2019-02-01"),
            ],
        )
        .into_bytes(),
    )]);
    assert_eq!(
        column(&run, "founded"),
        some(&["2018-03-05", "2018-12-31", "2019-04-04", "2019-02-01"])
    );
    is_told(&run, &[("TH335", "G5"), ("TH388", "G6")]);
}

#[test]
fn dates_in_a_column_with_both_orders_are_held() {
    let run = with_column(
        FOUNDED,
        &[
            Text("12/31/2018"),
            Text("3/5/2018"),
            Text("31/12/2018"),
            Day(2018, 3, 15),
        ],
    );
    assert_eq!(
        column(&run, "founded"),
        some(&["2018-12-31", "", "2018-12-31", "2018-03-15"])
    );
    is_told(&run, &[("TH336", "G6"), ("TH388", "G5")]);
}

#[test]
fn date_cells_that_a_spreadsheet_turned_are_held() {
    let cells = [
        Day(2018, 3, 5),
        Text("31/12/2018"),
        Day(2016, 1, 1),
        Text("20/11/2015"),
    ];
    let run = with_column(FOUNDED, &cells);
    assert_eq!(
        column(&run, "founded"),
        some(&["", "2018-12-31", "2016-01-01", "2015-11-20"])
    );
    is_told(&run, &[("TH337", "G5")]);
    // A day after the twelfth shows that date cells were typed as they are.
    let cells = [Day(2018, 3, 5), Text("31/12/2018"), Day(2016, 1, 31)];
    let run = with_column(FOUNDED, &cells);
    assert_eq!(
        column(&run, "founded"),
        some(&["2018-03-05", "2018-12-31", "2016-01-31"])
    );
    is_told(&run, &[]);
}

#[test]
fn a_year_in_a_date_cell_is_the_year_and_a_serial_number_its_day() {
    let run = with_column(
        FOUNDED,
        &[
            AsDay(2018.0),
            Day(2012, 1, 1),
            Number(43_164.0),
            Number(2016.0),
            AsDay(5.0),
            Day(2031, 1, 13),
        ],
    );
    assert_eq!(
        column(&run, "founded"),
        some(&["2018", "2012-01-01", "2018-03-05", "2016", "", "2031-01-13"])
    );
    is_told(
        &run,
        &[
            ("TH338", "G5"),
            ("TH339", "G7"),
            ("TH386", "G9"),
            ("TH380", "G10"),
        ],
    );
    // Without a date beside it, a serial number is a number.
    let run = with_column(FOUNDED, &[Number(43_164.0), Number(42_000.0)]);
    assert_eq!(column(&run, "founded"), some(&["", ""]));
    is_told(&run, &[("TH316", "G5"), ("TH316", "G6")]);
}

#[test]
fn tax_codes_are_mended_where_one_code_is_possible() {
    let run = with_column(
        TAX_CODE,
        &[
            Number(490_000_001.0),
            Number(4_900_000_002.0),
            Text("4,9E+09"),
            Text("0490 000 003"),
            Text("0490000001-001"),
            Number(49_000_001.0),
            Text("04900000012"),
            Text("-"),
        ],
    );
    assert_eq!(
        column(&run, "tax_code"),
        some(&[
            "0490000001",
            "4900000002",
            "",
            "0490000003",
            "0490000001-001",
            "",
            "",
            ""
        ])
    );
    is_told(
        &run,
        &[
            ("TH382", "D7"),
            ("TH383", "D5"),
            ("TH381", "D10"),
            ("TH381", "D11"),
        ],
    );
}

#[test]
fn other_codes_have_shapes_too() {
    let run = with_column(COMMUNE_CODE, &[Number(1.0), Text("03646"), Number(0.5)]);
    assert_eq!(column(&run, "commune_code"), some(&["00001", "03646", ""]));
    is_told(&run, &[("TH383", "F5"), ("TH381", "F7")]);
    let run = with_column(
        REGISTRATION,
        &[Text("1,4E+06"), Day(2018, 5, 1), Number(1_400_003.0)],
    );
    assert_eq!(
        column(&run, "registration_code"),
        some(&["", "", "1400003"])
    );
    is_told(&run, &[("TH382", "E5"), ("TH387", "E6")]);
}

#[test]
fn a_list_over_several_sheets_is_one_list() {
    let bytes = book(|workbook| {
        for (n, name) in (1..).zip(["Xã A", "Xã B", "Xã C"]) {
            let one = workbook.add_worksheet().set_name(name).unwrap();
            // Only the first sheet has a title block; the last one repeats a tax code of the first.
            let cells: &[Cell] = if n == 3 { &[Text("5500000001")] } else { &[] };
            sheet(one, n == 1, &[n, n + 10, n + 20], TAX_CODE, cells);
        }
    });
    let run = sent(&[("sl.xlsx", bytes)]);
    let rows = current(&run);
    let places: Vec<_> = rows
        .iter()
        .map(|r| {
            (
                r.str("name"),
                r.str("sheet"),
                r.int("row").unwrap(),
                r.str("unit_code"),
            )
        })
        .collect();
    assert_eq!(
        places,
        [
            ("HTX số 1", "Xã A", 5, "14"),
            ("HTX số 11", "Xã A", 6, "14"),
            ("HTX số 21", "Xã A", 7, "14"),
            ("HTX số 2", "Xã B", 2, "14"),
            ("HTX số 12", "Xã B", 3, "14"),
            ("HTX số 22", "Xã B", 4, "14"),
            ("HTX số 3", "Xã C", 2, "14"),
            ("HTX số 13", "Xã C", 3, "14"),
            ("HTX số 23", "Xã C", 4, "14"),
        ]
    );
    is_told(&run, &[("TH314", "-"), ("TH314", "-"), ("TH320", "D2")]);
}

#[test]
fn a_sheet_that_repeats_records_is_used_once() {
    let bytes = book(|workbook| {
        for (name, records) in [
            ("Tất cả", vec![1, 2, 3, 4, 5]),
            ("Bản sao", vec![1, 2, 3, 4, 5]),
            ("Trích", vec![2, 3]),
            ("Thêm", vec![6]),
        ] {
            let one = workbook.add_worksheet().set_name(name).unwrap();
            sheet(one, true, &records, 0, &[]);
        }
    });
    let run = sent(&[("sl.xlsx", bytes)]);
    assert_eq!(names(&run).len(), 6);
    is_told(&run, &[("TH211", "-"), ("TH444", "-")]);
}

#[test]
fn sheets_that_contradict_each_other_are_held() {
    let bytes = book(|workbook| {
        for (name, members) in [("Một", "3"), ("Hai", "4")] {
            let one = workbook.add_worksheet().set_name(name).unwrap();
            sheet(one, true, &[1, 2], 10, &[Text(members)]);
        }
        let one = workbook.add_worksheet().set_name("Ba").unwrap();
        sheet(one, true, &[7], 0, &[]);
    });
    let run = sent(&[("sl.xlsx", bytes)]);
    assert_eq!(names(&run), ["HTX số 7"]);
    is_told(&run, &[("TH210", "-"), ("TH210", "-")]);
}

#[test]
fn files_with_other_records_are_parts_and_a_later_version_replaces_its_part() {
    let file = |records: Vec<u32>| text(records, &[]).into_bytes();
    let run = sent(&[
        ("huyen 1.csv", file(vec![1, 2])),
        ("huyen 2.csv", file(vec![3, 4, 5])),
        ("huyen 2 sua.csv", file(vec![4, 5, 6])),
    ]);
    assert_eq!(
        names(&run),
        ["HTX số 1", "HTX số 2", "HTX số 4", "HTX số 5", "HTX số 6"]
    );
    let told = [
        ("TH434", "-"),
        ("TH440", "-"),
        ("TH442", "-"),
        ("TH442", "-"),
    ];
    is_told(&run, &told);
    let revisions: Vec<_> = run
        .rows("reports")
        .iter()
        .map(|r| (r.int("revision"), r.flag("is_current")))
        .collect();
    for expected in [(1, true), (1, false), (2, true)] {
        let expected = (Some(expected.0), Some(expected.1));
        assert!(revisions.contains(&expected), "{revisions:?}");
    }
    let messages = run.rows("findings");
    let lost = messages.iter().find(|f| f.str("code") == "TH440").unwrap();
    assert_eq!(
        lost.str("message_en"),
        "this list replaces `huyen 2.csv`; 1 of its 3 records are no longer in it"
    );
}

#[test]
fn a_list_marked_as_a_later_sending_replaces_what_it_shares_nothing_with() {
    let second = text([8, 9], &[]).replace(TITLES[2], &format!("{}\nLần gửi: 2", TITLES[2]));
    let run = sent(&[
        ("mot.csv", text([1, 2], &[]).into_bytes()),
        ("hai.csv", second.into_bytes()),
    ]);
    assert_eq!(names(&run), ["HTX số 8", "HTX số 9"]);
    is_told(&run, &[("TH435", "-"), ("TH440", "-")]);
    // With all records of the earlier one and a new one, it is told, and nothing is lost.
    let run = sent(&[
        ("mot.csv", text([1, 2], &[]).into_bytes()),
        ("hai.csv", text([1, 2, 3], &[]).into_bytes()),
    ]);
    assert_eq!(names(&run).len(), 3);
    is_told(&run, &[("TH434", "-")]);
    // The same records in another order are no news but that.
    let run = sent(&[
        ("mot.csv", text([1, 2], &[]).into_bytes()),
        ("hai.csv", text([2, 1], &[]).into_bytes()),
    ]);
    is_told(&run, &[("TH441", "-")]);
}

#[test]
fn parts_that_share_a_few_records_are_told() {
    let run = sent(&[
        ("mot.csv", text(1..=5, &[]).into_bytes()),
        ("hai.csv", text(5..=9, &[]).into_bytes()),
    ]);
    assert_eq!(names(&run).len(), 10);
    is_told(&run, &[("TH442", "-"), ("TH443", "-")]);
}

#[test]
fn a_record_that_is_struck_out_is_not_loaded_in_silence() {
    let bytes = book(|workbook| {
        let one = workbook.add_worksheet().set_name("DS").unwrap();
        sheet(one, true, &[1, 2, 3], 0, &[]);
        let struck = Format::new().set_font_strikethrough();
        for (column, text) in (0..).zip(sound(2)) {
            one.write_with_format(5, column, text, &struck).unwrap();
        }
        let thousands = Format::new().set_num_format("#,##0.0,");
        one.write_with_format(6, 12, 1_500_000, &thousands).unwrap();
        let year = Format::new().set_num_format("yyyy");
        let founded = ExcelDateTime::from_ymd(2018, 3, 5).unwrap();
        one.write_with_format(4, FOUNDED, &founded, &year).unwrap();
        one.write_with_format(6, 10, "9", &struck).unwrap();
    });
    let run = sent(&[("sl.xlsx", bytes)]);
    assert_eq!(names(&run), ["HTX số 1", "HTX số 3"]);
    let rows = current(&run);
    assert_eq!(rows[0].text("founded"), Some("2018"));
    assert_eq!(
        rows[1].decimal("revenue"),
        Some(1_500_000_000),
        "as shown, in millions"
    );
    assert_eq!(rows[1].int("members"), None);
    is_told(
        &run,
        &[
            ("TH322", "G5"),
            ("TH385", "A6"),
            ("TH322", "M7"),
            ("TH323", "K7"),
        ],
    );
}

/// The new Lâm Đồng's list has the records of the former Bình Thuận, whose office sends its own list once more.
#[test]
fn the_list_of_an_ended_unit_is_set_aside_beside_its_successors() {
    let mut office = Office::new();
    let whole = list("Bình Thuận", 4);
    let whole = String::from_utf8(whole).expect("text");
    let of = |unit: &str, provinces: &str, records: usize| {
        let lines = whole.lines().take(5 + records);
        let text: Vec<&str> = lines.collect();
        let text = text.join("\n") + "\n";
        text.replace("UBND tỉnh Bình Thuận", &format!("UBND tỉnh {unit}"))
            .replace("34 tỉnh", provinces)
    };
    office.send(
        "moi.csv",
        "2026-01-15",
        of("Lâm Đồng", "34 tỉnh", 3).as_bytes(),
    );
    office.send(
        "cu.csv",
        "2026-01-16",
        of("Bình Thuận", "63 tỉnh", 4).as_bytes(),
    );
    office.run("lake", &[]);
    let counted = "SELECT unit_vintage, unit_code, is_current FROM reports ORDER BY 1";
    assert_eq!(office.sql(counted), ["2004,60,false", "2025,68,true"]);
    let said = office.sql("SELECT message_en FROM findings WHERE code = 'TH458'");
    assert!(
        matches!(&said[..], [one] if one.contains("1 of its 4 records are only here")),
        "{said:?}"
    );
    office.decide(
        "[[decision]]\nfile = \"cu.csv\"\naccept = true\nby = \"Vụ\"\non = \"2026-02-01\"\nwhy = \"thiếu ở danh sách mới\"\n",
    );
    office.run("lake", &[]);
    assert_eq!(office.sql(counted), ["2004,60,true", "2025,68,true"]);
}

/// A list of three columns, or four, as text.
fn few(title: &str, heads: &str) -> Vec<u8> {
    let records = (1..=4).map(|n| match heads.matches(';').count() {
        2 => format!("{n};HTX số {n};55{n:08}\n"),
        _ => format!("{n};HTX số {n};HTX;55{n:08}\n"),
    });
    format!("{title}{heads}\n{}", records.collect::<String>()).into_bytes()
}

#[test]
fn a_list_that_names_its_form_needs_three_heads() {
    let block = TITLES.join("\n") + "\n";
    let run = sent(&[("sl.csv", few(&block, "STT;Tên;Mã số thuế"))]);
    assert_eq!(names(&run).len(), 4, "{:?}", run.rows("findings"));
    let missing = run.rows("findings");
    let missing = missing.iter().filter(|f| f.str("code") == "TH203").count();
    assert_eq!(missing, 18, "each kept field without a head is told");
    // By its title alone; by the name of the sheet alone.
    let titled = "DANH SÁCH HỢP TÁC XÃ, LIÊN HIỆP HỢP TÁC XÃ, TỔ HỢP TÁC NĂM 2024\nĐơn vị báo cáo: UBND tỉnh Sơn La\n";
    let run = sent(&[("sl.csv", few(titled, "STT;Tên;Loại hình;Mã số thuế"))]);
    assert_eq!(names(&run).len(), 4, "{:?}", run.rows("findings"));
    // Without either, or without the head of the names, it is no list.
    let unnamed = "NĂM 2024\nĐơn vị báo cáo: UBND tỉnh Sơn La\n";
    for (title, heads) in [
        (unnamed, "STT;Tên;Mã số thuế"),
        (&block, "STT;Của ai;Mã số thuế"),
    ] {
        let run = sent(&[("sl.csv", few(title, heads))]);
        assert!(run.rows("organisations").is_empty());
        assert!(
            told(&run).iter().any(|(code, _)| code == "TH201"),
            "{:?}",
            told(&run)
        );
    }
}

#[test]
fn a_short_list_goes_on_over_sheets_with_the_same_heads() {
    let write = |page: &mut Worksheet, title: bool, heads: &[&str], from: u32| {
        let mut row = 0;
        for line in TITLES.iter().filter(|_| title) {
            page.write(row, 0, *line).unwrap();
            row += 1;
        }
        for (column, head) in (0..).zip(heads) {
            page.write(row, column, *head).unwrap();
        }
        for n in from..from + 3 {
            row += 1;
            page.write(row, 0, n).unwrap();
            page.write(row, 1, format!("HTX số {n}")).unwrap();
            page.write(row, 2, format!("55{n:08}")).unwrap();
        }
    };
    let bytes = book(|workbook| {
        let heads = ["STT", "Tên", "Mã số thuế"];
        write(
            workbook.add_worksheet().set_name("A").unwrap(),
            true,
            &heads,
            1,
        );
        write(
            workbook.add_worksheet().set_name("B").unwrap(),
            false,
            &heads,
            11,
        );
        // A directory of people is no part of the list.
        let others = ["STT", "Tên", "Điện thoại"];
        write(
            workbook.add_worksheet().set_name("C").unwrap(),
            false,
            &others,
            21,
        );
        write(
            workbook.add_worksheet().set_name("KTTT-04 (2)").unwrap(),
            false,
            &heads,
            31,
        );
    });
    let run = sent(&[("sl.xlsx", bytes)]);
    let names = names(&run);
    assert_eq!(names.len(), 9, "{names:?} {:?}", told(&run));
    assert!(!names.contains(&"HTX số 21".to_owned()), "{names:?}");
}

#[test]
fn a_row_that_has_moved_is_held_whole() {
    let moved = |change: &dyn Fn(&mut Vec<String>)| {
        let mut lines = text(1..=6, &[]);
        let mut row: Vec<String> = sound(7).to_vec();
        change(&mut row);
        lines.push_str(&(row.join(";") + "\n"));
        let run = sent(&[("sl.csv", lines.into_bytes())]);
        assert_eq!(run.rows("organisations").len(), 6, "{row:?}");
        told(&run)
    };
    let is = |code: &str, cell: &str| vec![(code.to_owned(), cell.to_owned())];
    assert_eq!(
        moved(&|row| row.insert(2, String::new())),
        is("TH235", "C11")
    );
    assert_eq!(
        moved(&|row| row.insert(0, String::new())),
        is("TH235", "A11")
    );
    assert_eq!(moved(&|row| drop(row.remove(1))), is("TH235", "C11"));
    assert_eq!(
        moved(&|row| row.push("0977543211".to_owned())),
        is("TH235", "N11")
    );
    assert_eq!(
        moved(&|row| row[10] = "0977543211".to_owned()),
        is("TH235", "K11")
    );
    assert_eq!(
        moved(&|row| row[1] = "0977 543 211".to_owned()),
        is("TH235", "B11")
    );
}

/// A telephone that lost its zero is a number, and a name alone is a text: what the list says of its columns tells them.
#[test]
fn telephones_and_names_under_heads_of_neighbours_are_not_published() {
    let mut lines: Vec<String> = TITLES.iter().map(|t| (*t).to_owned()).collect();
    lines.extend(
        [
            "STT;Tên;Loại hình;Số đăng ký;Số thành viên;Vốn điều lệ;Điện thoại;Giám đốc;Trình độ",
            "1;HTX A;HTX;14B0001;20;350000000;;Nguyễn Văn Khoa;Đại học",
            "2;HTX B;HTX;14B0002;987001651;;Trần Thị Khoa;Đại học;",
            "3;HTX C;HTX;987001652;12;;Lê Văn Khoa;Cao đẳng;",
            "4;HTX D;HTX;Phạm Thị Khoa;12;15;0987001653;;Lớp 12",
            "5;HTX E;HTX;chưa có;12;15;không;Vũ Thị Khoa;Hoàng Văn Khoa",
            "6;HTX F;HTX;14B0006;12;15;0912000111;Vũ Thị Khoa;12/12",
        ]
        .map(str::to_owned),
    );
    let run = sent(&[("ds.csv", (lines.join("\n") + "\n").into_bytes())]);
    let kept = sql(
        &run.lake(),
        "SELECT name, registration_code, members, director_qualification FROM organisations ORDER BY row",
    );
    assert_eq!(
        kept,
        [
            "HTX A,14B0001,20,Đại học",
            "HTX D,,12,Lớp 12",
            "HTX E,chưa có,12,",
            "HTX F,14B0006,12,12/12"
        ]
    );
    let codes: Vec<String> = told(&run).into_iter().map(|(code, _)| code).collect();
    for (code, times) in [("TH235", 2), ("TH346", 2)] {
        assert_eq!(
            codes.iter().filter(|c| *c == code).count(),
            times,
            "{codes:?}"
        );
    }
}

#[test]
fn a_row_with_wrong_cells_has_not_moved_and_a_column_without_head_is_told() {
    let wrong = [(2, 6, "hôm qua"), (2, 7, "gì đó"), (4, 9, "rất tốt")];
    let mut lines = text(1..=6, &wrong);
    let run = sent(&[("sl.csv", lines.clone().into_bytes())]);
    assert_eq!(names(&run).len(), 6);
    is_told(&run, &[("TH316", "G6"), ("TH317", "H6"), ("TH317", "J8")]);
    lines = text(1..=6, &[]);
    let noted = lines.lines().enumerate().map(|(n, line)| {
        let note = if n > 3 { ";xem lại" } else { "" };
        format!("{line}{note}\n")
    });
    let run = sent(&[("sl.csv", noted.collect::<String>().into_bytes())]);
    assert_eq!(names(&run).len(), 6);
    is_told(&run, &[("TH236", "N5")]);
}
