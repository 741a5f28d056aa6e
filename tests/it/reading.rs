//! Forms are recognised by their words: one small sheet for each case, with the expected reading.

use proptest::prelude::*;
use tonghop::extract::{ColumnRef, PeriodClaim, Sending, SheetTable, find_tables};
use tonghop::normalize::{LocaleVerdict, Normalized, ProofReason, normalize};
use tonghop::read::{Address, CellContent, CellRange, Sheet};

use crate::support::definitions::kttt;

/// A sheet from text: one line for each row, cells between `|`. A text that parses as a number becomes a number.
fn sheet(text: &str) -> Sheet {
    let mut sheet = Sheet::new(Some("S".to_owned()), true);
    for (row, line) in text.lines().enumerate() {
        for (column, cell) in line.split('|').enumerate() {
            let cell = cell.trim_end_matches('\r').trim_end();
            let content = match cell.trim().parse::<f64>() {
                Ok(number) => CellContent::Number(number),
                Err(_) => CellContent::Text(cell.replace("\\n", "\n")),
            };
            sheet.put(Address::new(row as u32, column as u32), content);
        }
    }
    sheet
}

fn range(from: (u32, u32), to: (u32, u32)) -> CellRange {
    CellRange {
        start: Address::new(from.0, from.1),
        end: Address::new(to.0, to.1),
    }
}

fn only_table(sheet: &Sheet) -> SheetTable {
    let mut tables = find_tables(sheet, &kttt().vocabulary).tables;
    assert_eq!(tables.len(), 1, "one table is expected");
    tables.remove(0)
}

/// The values of a table as `member scenario cell value`.
fn values(table: &SheetTable) -> Vec<String> {
    let form = &kttt().vocabulary.forms[table.form];
    table
        .cells
        .iter()
        .filter_map(|cell| {
            let ColumnRef::Value(column) = cell.column else {
                return None;
            };
            let value = cell
                .content
                .as_ref()
                .map_or_else(|| "blank".to_owned(), CellContent::as_read);
            Some(format!(
                "{} {} {} {value}",
                form.rows[cell.row].member, form.columns[column].id, cell.at
            ))
        })
        .collect()
}

fn codes(table: &SheetTable) -> Vec<String> {
    table
        .findings
        .iter()
        .map(|f| format!("{} {}", f.code, f.place.cell.clone().unwrap_or_default()))
        .collect()
}

fn normalized(table: &SheetTable) -> Normalized {
    let PeriodClaim::Agreed(period) = &table.period else {
        panic!("no period: {:?}", table.period)
    };
    normalize(table, *period, &kttt().vocabulary, &kttt().conventions)
}

const HEAD: &str = "TT|Chỉ tiêu|Đơn vị tính|Mã số|Thực hiện năm 2022|Kế hoạch năm 2023|Ước thực hiện năm 2023|Kế hoạch năm 2024";

#[test]
fn the_title_block_stands_anywhere_above() {
    let table = only_table(&sheet(&format!(
        "||UBND TỈNH||Hà Nội, ngày 12 tháng 12 năm 2021\n\n|||Biểu số:|KTTT-01\nMỘT SỐ CHỈ TIÊU CƠ BẢN VỀ PHÁT TRIỂN KINH TẾ TẬP THỂ NĂM 2023\n\
         |Đơn vị báo cáo:||UBND tỉnh Sơn La\nĐịa giới: 63 tỉnh|||Lần gửi: 2|||Đơn vị tính: triệu đồng\n\n{HEAD}\n1|Tổng số hợp tác xã|HTX|101|5|6|7|8\n"
    )));
    assert_eq!(
        table
            .title
            .reporter
            .as_ref()
            .map(|s| (s.text.as_str(), s.at.to_string())),
        Some(("UBND tỉnh Sơn La", "D5".to_owned()))
    );
    assert_eq!(
        table
            .title
            .geography
            .as_ref()
            .and_then(|(_, v)| v.as_deref()),
        Some("2004")
    );
    assert_eq!(
        table.title.sending.as_ref().map(|(_, n)| *n),
        Some(Sending::Number(2))
    );
    assert_eq!(
        table.title.measure.as_ref().map(|s| s.text.as_str()),
        Some("triệu đồng")
    );
    // The date of the letter is not taken for the period.
    assert_eq!(
        table.period,
        PeriodClaim::Agreed("2023".parse().expect("a period"))
    );
    assert_eq!(
        values(&table),
        [
            "htx_total actual E9 5",
            "htx_total plan F9 6",
            "htx_total estimate G9 7",
            "htx_total next_plan H9 8"
        ]
    );
}

#[test]
fn columns_may_be_reordered_and_inserted() {
    let table = only_table(&sheet(
        "Kế hoạch năm 2024|Chỉ tiêu||Ước thực hiện năm 2023|Người nhập|Kế hoạch năm 2023|Thực hiện năm 2022\n8|Tổng số hợp tác xã||7|An|6|5\n",
    ));
    assert_eq!(
        values(&table),
        [
            "htx_total next_plan A2 8",
            "htx_total estimate D2 7",
            "htx_total plan F2 6",
            "htx_total actual G2 5"
        ]
    );
    assert_eq!(
        codes(&table),
        ["TH204 E1"],
        "the inserted column with a content is named"
    );
    assert_eq!(table.cells_held, 1);
}

#[test]
fn without_codes_the_label_decides_within_its_section() {
    let table = only_table(&sheet(&format!(
        "{HEAD}\nI|HỢP TÁC XÃ\n1|Tổng số HTX||||||1\n|Trong đó:\n1.1|Số hợp tác xã đang hoạt động||||||2\n\nII|LIÊN HIỆP HỢP TÁC XÃ\n\
         1|Tổng số liên hiệp HTX||||||3\n|- Số LHHTX đang hoạt động||||||4\nIII. TỔ HỢP TÁC\n|1 Tổng số THT (1)||||||5\n"
    )));
    let plans: Vec<String> = values(&table)
        .into_iter()
        .filter(|v| v.contains("next_plan"))
        .collect();
    assert_eq!(
        plans,
        [
            "htx_total next_plan H3 1",
            "htx_active next_plan H5 2",
            "lhhtx_total next_plan H8 3",
            "lhhtx_active next_plan H9 4",
            "tht_total next_plan H11 5",
        ]
    );
    assert!(table.findings.is_empty(), "{:?}", table.findings);
}

#[test]
fn two_header_rows_with_merged_heads() {
    let mut crosstab = sheet(
        "TT|Lĩnh vực|Mã số|Hợp tác xã||||||Liên hiệp HTX|Tổ hợp tác\n|||Tổng số|Đang hoạt động|Thành lập mới|Giải thể|Thành viên|Lao động|Tổng số|Tổng số|Thành viên\n\
         A|B|C|1|2|3|4|5|6|7|8|9\n|Tổng số||10|9|1|0|100|50|1|20|200\n1|Nông nghiệp, lâm nghiệp, thủy sản, diêm nghiệp|A|10|9|1|0|100|50|1|20|200\n|  + Trồng trọt||4|4|0|0|40|20|-|8|80\n",
    );
    crosstab.merge(vec![
        range((0, 3), (0, 8)),
        range((0, 10), (0, 11)),
        range((0, 0), (1, 0)),
        range((0, 1), (1, 1)),
        range((0, 2), (1, 2)),
    ]);
    let table = only_table(&crosstab);
    let found = values(&table);
    assert_eq!(found.len(), 27);
    assert_eq!(found[0], "_T htx_total D4 10");
    assert_eq!(found[8], "_T tht_members L4 200");
    assert!(found.contains(&"A1 lhhtx_total J6 -".to_owned()));
    assert!(table.findings.is_empty(), "{:?}", table.findings);
}

#[test]
fn unmerged_heads_reach_to_the_next_head() {
    let table = only_table(&sheet(
        "Lĩnh vực|Hợp tác xã||Liên hiệp HTX|Tổ hợp tác|\n|Tổng số|Đang hoạt động|Tổng số|Tổng số|Thành viên\nTổng số|1|2|3|4|5\n",
    ));
    assert_eq!(
        values(&table),
        [
            "_T htx_total B3 1",
            "_T htx_active C3 2",
            "_T lhhtx_total D3 3",
            "_T tht_total E3 4",
            "_T tht_members F3 5"
        ]
    );
}

#[test]
fn a_third_header_row_above_or_below_does_no_harm() {
    let mut above = sheet(
        "Thông tin chung||Số liệu báo cáo\nChỉ tiêu|Mã số|Thực hiện|Kế hoạch\n||năm 2022|năm 2023\nTổng số hợp tác xã|101|5|6\n",
    );
    above.merge(vec![range((0, 0), (0, 1)), range((0, 2), (0, 3))]);
    assert_eq!(
        values(&only_table(&above)),
        ["htx_total actual C4 5", "htx_total plan D4 6"]
    );
    let twice = sheet(
        "Chỉ tiêu|Thực hiện năm 2022|Kế hoạch năm 2023\nChỉ tiêu|Thực hiện năm 2022|Kế hoạch năm 2023\nTổng số hợp tác xã|5|6\n",
    );
    assert_eq!(
        values(&only_table(&twice)),
        ["htx_total actual B3 5", "htx_total plan C3 6"]
    );
}

#[test]
fn notes_and_signatures_are_not_rows() {
    let table = only_table(&sheet(&format!(
        "{HEAD}\n1|Tổng số hợp tác xã|HTX|101|5|6|7|8\n\n|Ghi chú: số liệu của 12 sở\n|||||||Sơn La, ngày 15 tháng 12 năm 2023\n|Người lập biểu|||||THỦ TRƯỞNG\n|Nguyễn Văn A\n"
    )));
    assert_eq!(values(&table).len(), 4);
    assert!(table.findings.is_empty(), "{:?}", table.findings);
    assert_eq!(table.cells_held, 0);
}

#[test]
fn both_forms_in_one_sheet() {
    let tables = find_tables(
        &sheet(&format!(
            "Biểu số: KTTT-01\nNĂM 2023\n{HEAD}\n1|Tổng số hợp tác xã|HTX|101|5|6|7|8\n\nBiểu số: KTTT-02\nNĂM 2023\nLĨNH VỰC|Hợp tác xã: Tổng số|Tổ hợp tác - Thành viên\nTổng số|5|9\n"
        )),
        &kttt().vocabulary,
    )
    .tables;
    let forms: Vec<&str> = tables
        .iter()
        .map(|t| kttt().vocabulary.forms[t.form].code.as_str())
        .collect();
    assert_eq!(forms, ["KTTT-01", "KTTT-02"]);
    assert_eq!(
        values(&tables[1]),
        ["_T htx_total B9 5", "_T tht_members C9 9"]
    );
}

#[test]
fn rows_that_fit_nothing_are_named_with_what_is_nearest() {
    let table = only_table(&sheet(&format!(
        "{HEAD}\n1|Tổng số hợp tác xã|HTX|101|5|6|7|8\n2|Số HTX đang hoat độngg||||2\n3|Số HTX giải thể|HTX|104|1|1|1|1\n"
    )));
    assert_eq!(codes(&table), ["TH205 B3"]);
    assert!(
        table.findings[0]
            .message_en
            .contains("`Số HTX đang hoạt động`"),
        "{}",
        table.findings[0].message_en
    );
    assert_eq!(table.cells_held, 1);
}

#[test]
fn a_row_whose_code_and_label_disagree_is_held_back() {
    let table = only_table(&sheet(&format!(
        "{HEAD}\n1|Tổng số hợp tác xã|HTX|102|5|6|7|8\n2|Số HTX giải thể|HTX|104|1|1|1|1\n"
    )));
    assert_eq!(codes(&table), ["TH207 D2"]);
    assert_eq!(table.cells_held, 4);
    assert!(
        values(&table)
            .iter()
            .all(|v| v.starts_with("htx_dissolved"))
    );
}

#[test]
fn a_row_found_twice_counts_once_or_not_at_all() {
    let row = "1|Tổng số hợp tác xã|HTX|101|5|6|7|8\n";
    let same = only_table(&sheet(&format!("{HEAD}\n{row}{row}")));
    assert_eq!(codes(&same), ["TH209 E3"]);
    assert_eq!(values(&same).len(), 4);
    let other = only_table(&sheet(&format!(
        "{HEAD}\n{row}1|Tổng số hợp tác xã|HTX|101|5|6|7|9\n"
    )));
    assert_eq!(codes(&other), ["TH208 E3"]);
    assert!(values(&other).is_empty());
}

#[test]
fn title_and_heads_that_speak_of_different_years_are_a_contradiction() {
    let table = only_table(&sheet(&format!(
        "Biểu số: KTTT-01\nNĂM 2024\n{HEAD}\n1|Tổng số hợp tác xã|HTX|101|5|6|7|8\n"
    )));
    let PeriodClaim::Contradiction(title, head) = &table.period else {
        panic!("{:?}", table.period)
    };
    assert_eq!(
        (title.text.as_str(), head.text.as_str()),
        ("NĂM 2024", "Kế hoạch năm 2023")
    );
}

#[test]
fn the_half_year_form_has_an_actual_in_place_of_the_estimate() {
    let table = only_table(&sheet(
        "6 THÁNG ĐẦU NĂM 2025\nChỉ tiêu|Thực hiện năm 2024|Kế hoạch năm 2025|Thực hiện 6 tháng đầu năm 2025|Kế hoạch năm 2026\nTổng số hợp tác xã|1|2|3|4\n",
    ));
    assert_eq!(
        table.period,
        PeriodClaim::Agreed("2025-S1".parse().expect("a period"))
    );
    let periods: Vec<String> = normalized(&table)
        .observations
        .iter()
        .map(|o| format!("{} {}", o.scenario.as_str(), o.period))
        .collect();
    assert_eq!(
        periods,
        ["actual 2024", "plan 2025", "actual 2025-S1", "plan 2026"]
    );
    assert!(table.findings.is_empty(), "{:?}", table.findings);
}

/// One value through normalization: its decimal and status, or the code of the finding that holds it back.
fn one(row: &str) -> String {
    one_in(&format!("{HEAD}\n{row}\n"))
}

fn one_in(text: &str) -> String {
    let result = normalized(&only_table(&sheet(text)));
    let value = result
        .observations
        .iter()
        .find(|o| o.scenario.as_str() == "estimate")
        .map(|o| {
            format!(
                "{} {}",
                o.value.map_or_else(|| "NULL".to_owned(), |v| v.to_string()),
                o.status.as_str()
            )
        });
    let found: Vec<&str> = result.findings.iter().map(|f| f.code.as_str()).collect();
    [value.unwrap_or_default(), found.join(" ")]
        .join(" ")
        .trim()
        .to_owned()
}

#[test]
fn symbols_are_told_apart() {
    for (cell, reading) in [
        ("-", "0 E"),
        ("…", "NULL L"),
        ("...", "NULL L"),
        ("..", "NULL L"),
        ("x", "NULL M"),
        ("", "NULL O"),
        ("0", "0 E"),
    ] {
        assert_eq!(
            one(&format!("1|Tổng số hợp tác xã|HTX|101|||{cell}|1")),
            reading,
            "`{cell}`"
        );
    }
}

#[test]
fn units_convert_exactly_from_the_nearest_statement() {
    assert_eq!(
        one("1|Tổng vốn điều lệ của các HTX|triệu đồng|151|||1234567|1"),
        "1234.567 E"
    );
    assert_eq!(
        one("1|Tổng vốn điều lệ của các HTX|tỷ đồng|151|||12.5|1"),
        "12.5 E"
    );
    assert_eq!(
        one("1|Tổng số thành viên HTX|nghìn người|111|||5935|1"),
        "5935000 E"
    );
    assert_eq!(
        one("1|Doanh thu bình quân một HTX (tỷ đồng)||141|||2.5|1"),
        "2500 E"
    );
    assert_eq!(
        one("1|Doanh thu bình quân một HTX|triệu đồng|141|||2.5|1"),
        "2.5 E"
    );
    assert_eq!(
        one("1|Tổng vốn điều lệ của các HTX|tấn|151|||12|1"),
        "TH310"
    );
    assert_eq!(one("1|Tổng số thành viên HTX||111|||120 HTX|1"), "TH310");
    assert_eq!(one("1|Tổng số thành viên HTX||111|||120 người|1"), "120 E");
    // The sheet's unit applies to rows of its dimension that have no own unit.
    let sheet_unit = "Đơn vị tính: triệu đồng\nChỉ tiêu|Thực hiện năm 2022|Ước thực hiện năm 2023";
    assert_eq!(
        one_in(&format!("{sheet_unit}\nTổng vốn điều lệ của các HTX||2500")),
        "2.5 E"
    );
    assert_eq!(
        one_in(&format!("{sheet_unit}\nTổng số hợp tác xã||2500")),
        "2500 E"
    );
}

#[test]
fn text_numbers_are_never_guessed() {
    assert_eq!(
        one("1|Tổng số hợp tác xã|HTX|101|||1.234|1"),
        "1.234 E TH309",
        "a stored number is what it is"
    );
    assert_eq!(
        one("1|Tổng số hợp tác xã|HTX|101|||'1.234|1"),
        "1234 E",
        "whole numbers group in threes"
    );
    assert_eq!(
        one("1|Tổng vốn điều lệ của các HTX|tỷ đồng|151|||'1.234|1"),
        "TH302"
    );
    assert_eq!(
        one("1|Tổng số thành viên HTX|nghìn người|111|||'5.935|1"),
        "TH302",
        "scaled, it may be a fraction"
    );
    assert_eq!(
        one("1|Tổng vốn điều lệ của các HTX|tỷ đồng|151|'12,5||'1.234|1"),
        "1234 E TH307"
    );
    assert_eq!(one("1|Tổng số hợp tác xã|HTX|101|||~120|1"), "120 E TH308");
    assert_eq!(
        one("1|Tổng số hợp tác xã|HTX|101|||khoảng 120|1"),
        "120 E TH308"
    );
    assert_eq!(one("1|Tổng số hợp tác xã|HTX|101|||chưa có|1"), "TH301");
    assert_eq!(one("1|Tổng số hợp tác xã|HTX|101|||12/2025|1"), "TH301");
    assert_eq!(one("1|Tổng số hợp tác xã|HTX|101|||99999999999|1"), "TH304");
}

/// What stands in a comparison instead of a number that can be checked.
#[test]
fn a_comparison_that_cannot_be_checked_says_why() {
    let compared = |content: CellContent| {
        let head = "Chỉ tiêu|Thực hiện năm 2022|Ước thực hiện năm 2023|Ước TH năm 2023 / TH năm 2022\n\
                    Tổng số hợp tác xã|5|7|";
        let mut sheet = sheet(head);
        sheet.put(Address::new(1, 3), content);
        let found = normalized(&only_table(&sheet)).findings;
        let found: Vec<String> = found
            .iter()
            .map(|f| format!("{} {}", f.code, f.message_en))
            .collect();
        found.join("; ")
    };
    let formula = compared(CellContent::NoCachedValue);
    assert_eq!(
        formula,
        "TH311 the comparison is a formula that was saved without a result"
    );
    let text = compared(CellContent::Text("tăng".to_owned()));
    assert_eq!(text, "TH311 the comparison `tăng` is not a number");
    let doubtful = compared(CellContent::Text("1.234".to_owned()));
    assert!(
        doubtful.is_empty() || doubtful.contains("two ways"),
        "{doubtful}"
    );
    let large = compared(CellContent::Number(5e9));
    assert_eq!(large, "TH311 the comparison `5000000000` is too large");
    assert_eq!(compared(CellContent::Number(140.0)), "");
}

#[test]
fn every_body_cell_is_loaded_checked_or_held() {
    let text = "Chỉ tiêu|Thực hiện năm 2022|Ước thực hiện năm 2023|Ước TH năm 2023 / TH năm 2022|Cột lạ\n\
                Tổng số hợp tác xã|5|chưa có|140|9\nSố HTX giải thể||1||\nDòng lạ|1|2|3|4\n";
    let table = only_table(&sheet(text));
    let result = normalized(&table);
    let values = table
        .cells
        .iter()
        .filter(|c| matches!(c.column, ColumnRef::Value(_)))
        .count() as i64;
    assert_eq!(values, 4);
    assert_eq!((result.observations.len(), result.held), (3, 1));
    assert_eq!(result.comparisons.len(), 1);
    // The strange column's one cell in a known row, and the strange row's four.
    assert_eq!(table.cells_held, 5);
}

#[test]
fn a_letter_wrong_in_a_long_label_is_a_warning() {
    let table = only_table(&sheet(&format!(
        "{HEAD}\n1|Tổng số hơp tác xã|HTX||5|6|7|8\n2|Số HTX giải thể|HTX|104|1|1|1|1\n"
    )));
    assert_eq!(codes(&table), ["TH216 B2"]);
    assert_eq!(values(&table).len(), 8);
    // In a head too.
    let head = HEAD.replace("Thực hiện năm 2022", "Thực hiên năm 2022");
    let table = only_table(&sheet(&format!(
        "{head}\n1|Tổng số hợp tác xã|HTX||5|6|7|8\n"
    )));
    assert_eq!(codes(&table), ["TH216 E1"]);
    assert_eq!(values(&table)[0], "htx_total actual E2 5");
    // A short label differs by a letter without being the same, and so does one between two.
    let table = only_table(&sheet(
        "Lĩnh vực|Hợp tác xã|\n|Tổng số|Đang hoạt động\nThuỷ sảm|1|2\nTrồng trọt|3|4\n",
    ));
    assert!(
        codes(&table).contains(&"TH205 A3".to_owned()),
        "{:?}",
        codes(&table)
    );
}

#[test]
fn a_code_with_a_label_unlike_its_own_is_said() {
    let table = only_table(&sheet(&format!(
        "{HEAD}\n1|Diện tích rừng trồng mới|HTX|101|5|6|7|8\n"
    )));
    assert_eq!(codes(&table), ["TH219 B2"]);
    assert_eq!(values(&table)[0], "htx_total actual E2 5");
}

#[test]
fn a_subtotal_is_passed_over_and_accounted_for() {
    let table = only_table(&sheet(&format!(
        "{HEAD}\n1|Tổng số hợp tác xã|HTX|101|5|6|7|8\n|Cộng mục I||  |5|6|7|8\n2|Số HTX giải thể|HTX|104|1|1|1|1\n"
    )));
    assert_eq!(codes(&table), ["TH217 B3"]);
    assert_eq!(table.cells_held, 4);
    assert_eq!(values(&table).len(), 8);
}

#[test]
fn a_form_on_its_side_is_read_by_its_words() {
    let table = only_table(&sheet(
        "Biểu số: KTTT-01\nMỘT SỐ CHỈ TIÊU CƠ BẢN NĂM 2023\nĐơn vị báo cáo: UBND tỉnh Sơn La\n\n\
         |Chỉ tiêu|Tổng số hợp tác xã|Số HTX đang hoạt động|Tổng vốn điều lệ của các HTX\n\
         |Đơn vị tính|HTX|HTX|triệu đồng\n|Mã số|101|102|151\n\
         |Thực hiện năm 2022|5|4|3000\n|Kế hoạch năm 2023|6|5|4000\n|Ước thực hiện năm 2023|7|6|5000\n|Kế hoạch năm 2024|8|7|6000\n\
         \n|Người lập biểu|||Thủ trưởng đơn vị\n",
    ));
    assert_eq!(codes(&table), ["TH218 B5"]);
    assert_eq!(table.ranges[0], range((4, 1), (10, 4)));
    assert_eq!(
        values(&table)[..5],
        [
            "htx_total actual C8 5",
            "htx_total plan C9 6",
            "htx_total estimate C10 7",
            "htx_total next_plan C11 8",
            "htx_active actual D8 4",
        ]
    );
    assert_eq!(
        table.period,
        PeriodClaim::Agreed("2023".parse().expect("a period"))
    );
    let read = normalized(&table);
    let capital = read
        .observations
        .iter()
        .find(|o| o.indicator == "htx_charter_capital")
        .expect("a value");
    assert_eq!(capital.value.map(|v| v.to_string()).as_deref(), Some("3"));
    assert_eq!(table.cells_held, 0);
}

#[test]
fn a_row_on_its_side_that_is_not_known_is_named() {
    let table = only_table(&sheet(
        "Chỉ tiêu|Tổng số hợp tác xã|Số HTX đang hoạt động|Số con trâu\nThực hiện năm 2022|5|4|9\nKế hoạch năm 2023|6|5|9\nSố khác|1|1|1\n",
    ));
    let mut found = codes(&table);
    found.retain(|code| !code.starts_with("TH203"));
    assert_eq!(found, ["TH218 A1", "TH205 D1", "TH204 A4"]);
    // Three figures of the unknown label, two of the unknown row under known ones.
    assert_eq!(table.cells_held, 5);
}

#[test]
fn two_tables_beside_each_other_are_two() {
    let sheet = sheet(
        "Biểu số: KTTT-01||||||Biểu số: KTTT-02\nĐơn vị báo cáo: UBND tỉnh Sơn La\nNĂM 2023\n\
         Chỉ tiêu|Mã số|Thực hiện năm 2022|Ước thực hiện năm 2023|Ghi chú||TT|Lĩnh vực|Hợp tác xã|\n\
         |||||||| Tổng số|Đang hoạt động\n\
         Tổng số hợp tác xã|101|5|6|||1|Trồng trọt|3|2\n\
         Số HTX giải thể|104|1|2|||2|Chăn nuôi|4|3\n",
    );
    let tables = find_tables(&sheet, &kttt().vocabulary).tables;
    assert_eq!(tables.len(), 2);
    assert_eq!(
        values(&tables[0]),
        [
            "htx_total actual C6 5",
            "htx_total estimate D6 6",
            "htx_dissolved actual C7 1",
            "htx_dissolved estimate D7 2",
        ]
    );
    assert_eq!(
        values(&tables[1]),
        [
            "A1 htx_total I6 3",
            "A1 htx_active J6 2",
            "A2 htx_total I7 4",
            "A2 htx_active J7 3",
        ]
    );
    for table in &tables {
        assert_eq!(
            table
                .title
                .reporter
                .as_ref()
                .map(|s| s.at.to_string())
                .as_deref(),
            Some("A2"),
            "what stands above both speaks for both"
        );
        assert_eq!(
            table.period,
            PeriodClaim::Agreed("2023".parse().expect("a period"))
        );
        assert_eq!(table.cells_held, 0);
    }
}

#[test]
fn a_form_in_two_halves_or_over_two_pages_is_one() {
    let halves = sheet(
        "Chỉ tiêu|Thực hiện năm 2022|Ước thực hiện năm 2023||Chỉ tiêu|Thực hiện năm 2022|Ước thực hiện năm 2023\n\
         Tổng số hợp tác xã|5|6||Tổng số liên hiệp hợp tác xã|1|2\n",
    );
    let table = only_table(&halves);
    assert_eq!(
        values(&table),
        [
            "htx_total actual B2 5",
            "htx_total estimate C2 6",
            "lhhtx_total actual F2 1",
            "lhhtx_total estimate G2 2",
        ]
    );
    assert_eq!(table.ranges.len(), 2);
    let head = "Chỉ tiêu|Thực hiện năm 2022|Ước thực hiện năm 2023";
    let pages = sheet(&format!(
        "{head}\nI HỢP TÁC XÃ\nTổng số hợp tác xã|5|6\n\n{head}\nSố HTX giải thể|1|2\n"
    ));
    let table = only_table(&pages);
    assert_eq!(values(&table).len(), 4);
    // The same rows again are the form twice.
    let twice = sheet(&format!(
        "{head}\nTổng số hợp tác xã|5|6\n\n{head}\nTổng số hợp tác xã|5|6\n"
    ));
    assert_eq!(find_tables(&twice, &kttt().vocabulary).tables.len(), 2);
}

/// Values, codes of findings, and the verdicts on the columns of a sheet with text numbers.
fn text_numbers(rows: &str) -> (Vec<String>, Vec<String>, Vec<String>) {
    let mut made = Sheet::new(Some("S".to_owned()), true);
    let text = format!(
        "Chỉ tiêu|Thực hiện năm 2022|Ước thực hiện năm 2023|Ước TH năm 2023 / TH năm 2022\n{rows}"
    );
    for (row, line) in text.lines().enumerate() {
        for (column, cell) in line.split('|').enumerate() {
            let at = Address::new(row as u32, column as u32);
            made.put(at, CellContent::Text(cell.to_owned()));
        }
    }
    let read = normalized(&only_table(&made));
    let values = read
        .observations
        .iter()
        .map(|o| {
            format!(
                "{} {}",
                o.at,
                o.value.map_or_else(|| "?".to_owned(), |v| v.to_string())
            )
        })
        .collect();
    let codes = read
        .findings
        .iter()
        .map(|f| format!("{} {}", f.code, f.place.cell.clone().unwrap_or_default()))
        .collect();
    let verdicts = read
        .locales
        .values()
        .map(|v| match v {
            LocaleVerdict::Open => "open".to_owned(),
            LocaleVerdict::Proven(p) => format!("{:?} {:?} {}", p.locale, p.reason, p.at),
            LocaleVerdict::ProvenBySheet(p) => {
                format!("sheet {:?} {:?} {}", p.locale, p.reason, p.at)
            }
            LocaleVerdict::Contradiction(a, b) => format!("{} against {}", a.at, b.at),
        })
        .collect();
    (values, codes, verdicts)
}

#[test]
fn each_column_writes_numbers_in_its_own_way() {
    // A count must be whole, and shows how its column writes; the other column is written the other way.
    let (values, codes, verdicts) =
        text_numbers("Tổng số hợp tác xã|1.234|1,250\nDoanh thu bình quân một HTX|2.345|3,456\n");
    assert_eq!(values, ["B2 1234", "C2 1250", "B3 2345", "C3 3456"]);
    assert_eq!(codes, ["TH307 B3", "TH307 C3"]);
    assert_eq!(verdicts, ["CommaDecimal Whole B2", "PointDecimal Whole C2"]);
    // Nothing tells: held back.
    let (values, codes, _) =
        text_numbers("Doanh thu bình quân một HTX|2.345|3,4\nLãi bình quân một HTX|x|1,234.5\n");
    assert_eq!(values, ["C2 3.4", "B3 ?", "C3 1234.5"]);
    assert_eq!(codes, ["TH302 B2"], "the sheet contradicts itself");
    // A column without a proof follows the sheet.
    let (values, codes, verdicts) = text_numbers("Doanh thu bình quân một HTX|2.345|3,4\n");
    assert_eq!(values, ["B2 2345", "C2 3.4"]);
    assert_eq!(codes, ["TH307 B2"]);
    assert_eq!(verdicts[0], "sheet CommaDecimal Form C2");
    // A column that contradicts itself proves nothing, whatever the others say.
    let (values, codes, _) = text_numbers(
        "Doanh thu bình quân một HTX|2.345|1\nLãi bình quân một HTX|1,5|1,5\nTổng vốn điều lệ của các HTX|1,234.5|2\n",
    );
    assert_eq!(values, ["C2 1", "B3 1.5", "C3 1.5", "B4 1234.5", "C4 2"]);
    assert_eq!(codes, ["TH330 B2"]);
    // A percentage that agrees with only one reading.
    let (values, _, verdicts) = text_numbers("Doanh thu bình quân một HTX|2.500|2750|110\n");
    assert_eq!(values, ["B2 2500", "C2 2750"]);
    assert_eq!(verdicts[0], "CommaDecimal Comparison D2");
}

#[test]
fn a_total_that_adds_up_in_one_way_only_proves_it() {
    let rows = &kttt().vocabulary.forms[1].rows;
    let parts = &rows[0].parts;
    let total = parts.len() * 400;
    assert!(total > 1000);
    let grouped = format!("{}.{:03}", total / 1000, total % 1000);
    let read = |total: &str, parts: &[usize]| {
        let mut made = Sheet::new(None, true);
        let mut lines = vec![
            "Đơn vị tính: nghìn người".to_owned(),
            "NĂM 2023".to_owned(),
            "Lĩnh vực|Hợp tác xã|".to_owned(),
            "|Thành viên|Lao động".to_owned(),
            format!("Tổng số|{total}|5"),
        ];
        lines.extend(parts.iter().map(|i| format!("{}|400|1", rows[*i].label)));
        for (row, line) in lines.iter().enumerate() {
            for (column, cell) in line.split('|').enumerate() {
                let at = Address::new(row as u32, column as u32);
                made.put(at, CellContent::Text(cell.to_owned()));
            }
        }
        normalized(&only_table(&made))
    };
    let total_of = |read: &Normalized| {
        let mut members = read
            .observations
            .iter()
            .filter(|o| o.indicator == "htx_members");
        members
            .find(|o| o.members.is_total())
            .and_then(|o| o.value)
            .map(|v| v.to_string())
    };
    let whole = read(&grouped, parts);
    assert_eq!(total_of(&whole), Some(format!("{}", total * 1000)));
    assert!(
        whole
            .locales
            .values()
            .any(|v| v.proof().is_some_and(|p| p.reason == ProofReason::Total))
    );
    // If a part is missing, nothing is proven and the total is held back.
    let lacking = read(&grouped, &parts[1..]);
    assert_eq!(total_of(&lacking), None);
    assert!(lacking.findings.iter().any(|f| f.code == "TH302"));
}

/// A body row of a sheet that is made up: a label and cells to its right.
fn made_up_row() -> impl Strategy<Value = (String, Vec<Option<String>>)> {
    let label = prop_oneof![
        4 => proptest::sample::select(vec![
            "Tổng số hợp tác xã", "Số HTX đang hoạt động", "Số HTX giải thể", "Doanh thu bình quân một HTX",
            "Tổng số liên hiệp hợp tác xã", "Tổng số tổ hợp tác",
        ]),
        3 => proptest::sample::select(vec![
            "", "HỢP TÁC XÃ", "Trong đó:", "Cộng", "Ghi chú: tạm tính", "Số con trâu", "Tổng số hợp tác xa",
        ]),
    ];
    let cell = prop_oneof![
        3 => (1_u32..5000).prop_map(|n| Some(n.to_string())),
        2 => Just(None),
        2 => proptest::sample::select(vec!["-", "…", "x", "1.234", "1,5", "(3)", "#", "ba mươi", "12 người"])
            .prop_map(|text| Some(text.to_owned())),
    ];
    (
        label.prop_map(str::to_owned),
        proptest::collection::vec(cell, 0..8),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// No cell vanishes: every number of the table is loaded, compared, or held back with a finding.
    #[test]
    fn no_number_of_a_table_vanishes(rows in proptest::collection::vec(made_up_row(), 1..14)) {
        let mut made = Sheet::new(Some("S".to_owned()), true);
        let heads = [
            "Chỉ tiêu", "Thực hiện năm 2022", "Kế hoạch năm 2023", "Người nhập",
            "Ước thực hiện năm 2023", "Ước TH năm 2023 / TH năm 2022", "Kế hoạch năm 2024",
        ];
        for (column, head) in heads.iter().enumerate() {
            made.put(Address::new(0, column as u32), CellContent::Text((*head).to_owned()));
        }
        for (i, (label, cells)) in rows.iter().enumerate() {
            let row = i as u32 + 1;
            made.put(Address::new(row, 0), CellContent::Text(label.clone()));
            for (column, cell) in cells.iter().enumerate() {
                let at = Address::new(row, column as u32 + 1);
                let Some(text) = cell else { continue };
                let number = text.parse::<f64>().map(CellContent::Number);
                made.put(at, number.unwrap_or_else(|_| CellContent::Text(text.clone())));
            }
        }
        let end = rows.len() as u32 + 1;
        made.put(Address::new(end, 0), CellContent::Text("Số THT thành lập mới".to_owned()));
        made.put(Address::new(end, 1), CellContent::Number(7.0));
        let tables = find_tables(&made, &kttt().vocabulary).tables;
        prop_assert_eq!(tables.len(), 1);
        let table = &tables[0];
        let read = normalize(table, tonghop::period::Period::annual(2023), &kttt().vocabulary, &kttt().conventions);
        // Normalization loads, compares or holds back every cell it got.
        let compared = table.cells.iter().filter(|c| matches!(c.column, ColumnRef::Comparison(_))).count();
        prop_assert_eq!(table.cells.len() - compared, read.observations.len() + read.held as usize);
        // Extraction locates or holds back every number above the last known row.
        let numbers = made
            .cells()
            .filter(|(at, c)| at.row > 0 && at.column > 0 && matches!(c, CellContent::Number(_)))
            .count();
        let located = table.cells.iter().filter(|c| matches!(c.content, Some(CellContent::Number(_)))).count();
        let accounted = located + table.cells_held as usize;
        prop_assert!(accounted >= numbers, "{} of {} numbers: {:?}", accounted, numbers, codes(table));
        prop_assert!(table.cells_held == 0 || !table.findings.is_empty());
    }
}
