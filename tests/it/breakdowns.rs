//! Figures by source of funds, and months and quarters: from the files to totals and judgements.

use std::fs;

use tempfile::TempDir;

use crate::support::definitions::with_one_table;
use crate::support::program::{run_at, sql, succeeded};

/// A report on support, with the figures of training for one year, in the words of its unit.
fn support(unit: &str, money: [&str; 4]) -> String {
    let [total, central, local, other] = money;
    format!(
        "Biểu số: KTTT-03\n\
         KẾT QUẢ HỖ TRỢ KINH TẾ TẬP THỂ NĂM 2024\n\
         Đơn vị báo cáo: UBND tỉnh {unit}\n\
         Nội dung;Ước thực hiện năm 2024 - Tổng số;Ước thực hiện năm 2024 - Ngân sách trung ương;\
         Ước thực hiện năm 2024 - Ngân sách địa phương;Ước thực hiện năm 2024 - Nguồn khác\n\
         Đào tạo, bồi dưỡng\n\
         Số người;120;x;x;x\n\
         Kinh phí, triệu đồng;{total};{central};{local};{other}\n"
    )
}

/// A quick report: cooperatives at the end of the period, and those founded in it.
fn quick(unit: &str, period: &str, total: &str, founded: &str) -> String {
    format!(
        "Biểu số: KTTT-08\n\
         BÁO CÁO NHANH\n\
         {period}\n\
         Đơn vị báo cáo: Liên minh Hợp tác xã tỉnh {unit}\n\
         Chỉ tiêu;Mã số;Thực hiện trong kỳ;Có đến cuối kỳ\n\
         Tổng số hợp tác xã;101;;{total}\n\
         Số HTX thành lập mới;103;{founded};\n"
    )
}

/// Runs over these files.
fn run(files: &[(&str, String)]) -> TempDir {
    let place = TempDir::new().expect("a directory");
    let inbox = place.path().join("inbox");
    fs::create_dir_all(&inbox).expect("made");
    let mut received = String::from("file_name,received_at\n");
    for (name, text) in files {
        fs::write(inbox.join(name), text).expect("written");
        received.push_str(&format!("{name},2024-12-20T08:00:00+07:00\n"));
    }
    fs::write(inbox.join("received.csv"), received).expect("written");
    let more = ["--at", "2022-01-01", "--fail-on", "never"];
    succeeded(&run_at(place.path(), with_one_table(), &more));
    place
}

fn asked(place: &TempDir, query: &str) -> Vec<String> {
    sql(&place.path().join("lake"), query)
}

#[test]
fn sources_of_funds_are_totalled_and_must_add_up() {
    let place = run(&[
        ("a.csv", support("Sơn La", ["900", "400", "400", "100"])),
        ("b.csv", support("Lai Châu", ["500", "200", "200", "50"])),
        ("c.csv", support("Điện Biên", ["300", "100", "", "50"])),
    ]);
    assert_eq!(
        asked(
            &place,
            "SELECT fund, CAST(value AS BIGINT), units_reported FROM national WHERE geography = '2004' \
             AND indicator = 'support_training_money' AND scenario = 'best' ORDER BY fund",
        ),
        ["_T,1700,3", "central,700,3", "local,600,2", "other,200,3"]
    );
    // A count is not broken down: nobody waits for its sources.
    assert_eq!(
        asked(
            &place,
            "SELECT DISTINCT fund FROM observations WHERE indicator = 'support_training_count'",
        ),
        ["_T"]
    );
    assert_eq!(
        asked(
            &place,
            "SELECT file_name, cell FROM findings WHERE rule = 'R301'",
        ),
        ["b.csv,B7"]
    );
    assert_eq!(
        asked(
            &place,
            "SELECT passed, failed, undecided FROM rule_results WHERE rule = 'R301'",
        ),
        ["1,1,1"]
    );
}

#[test]
fn a_total_without_the_columns_of_its_funds_is_left_undecided() {
    let text = "Biểu số: KTTT-03\n\
         KẾT QUẢ HỖ TRỢ KINH TẾ TẬP THỂ NĂM 2024\n\
         Đơn vị báo cáo: UBND tỉnh Sơn La\n\
         Nội dung;Ước thực hiện năm 2024 - Tổng số;Ước thực hiện năm 2024 - Nguồn khác\n\
         Đào tạo, bồi dưỡng\n\
         Số người;120;\n\
         Kinh phí, triệu đồng;900;100\n";
    let whole = support("Lào Cai", ["900", "400", "400", "0"]);
    let place = run(&[("a.csv", text.to_owned()), ("b.csv", whole)]);
    let failed = asked(
        &place,
        "SELECT file_name, cell FROM findings WHERE rule = 'R301'",
    );
    assert_eq!(failed, ["b.csv,B7"], "two columns of `a.csv` are absent");
    let judged = asked(
        &place,
        "SELECT passed, failed, undecided FROM rule_results WHERE rule = 'R301'",
    );
    assert_eq!(judged, ["0,1,1"]);
}

#[test]
fn a_quarter_is_judged_by_its_months_and_never_made_of_them() {
    let months = |unit: &str, founded: [&str; 3]| {
        [(7, founded[0]), (8, founded[1]), (9, founded[2])].map(|(month, founded)| {
            let period = format!("THÁNG {month} NĂM 2024");
            quick(unit, &period, &(100 + month).to_string(), founded)
        })
    };
    let [a7, a8, a9] = months("Sơn La", ["4", "5", "6"]);
    let [b7, b8, _] = months("Lai Châu", ["4", "5", "6"]);
    let [c7, c8, c9] = months("Điện Biên", ["4", "5", "6"]);
    let place = run(&[
        ("a7.csv", a7),
        ("a8.csv", a8),
        ("a9.csv", a9),
        ("aq.csv", quick("Sơn La", "QUÝ III NĂM 2024", "109", "25")),
        ("b7.csv", b7),
        ("b8.csv", b8),
        ("bq.csv", quick("Lai Châu", "QUÝ III NĂM 2024", "109", "25")),
        ("c7.csv", c7),
        ("c8.csv", c8),
        ("c9.csv", c9),
    ]);
    let judged = asked(
        &place,
        "SELECT file_name, cell, message_en FROM findings WHERE rule = 'R801'",
    );
    assert_eq!(judged.len(), 1, "{judged:#?}");
    assert!(judged[0].starts_with("aq.csv,C7,"), "{judged:#?}");
    assert!(
        judged[0].contains("2024-07 (C7), 2024-08 (C7), 2024-09 (C7)"),
        "{judged:#?}"
    );
    // Two provinces sent the quarter; nothing is made for the one that sent its months alone.
    assert_eq!(
        asked(
            &place,
            "SELECT period, CAST(value AS BIGINT), units_reported FROM national WHERE geography = '2004' \
             AND indicator = 'htx_new' AND scenario = 'actual' ORDER BY period",
        ),
        [
            "2024-07,12,3",
            "2024-08,15,3",
            "2024-09,12,2",
            "2024-Q3,50,2"
        ]
    );
    // KTTT-08 is the only form of months and quarters: it gives the totals there.
    assert_eq!(
        asked(
            &place,
            "SELECT code FROM findings WHERE severity <> 'info' AND rule IS NULL AND code <> 'TH405'",
        ),
        Vec::<String>::new()
    );
    assert_eq!(
        asked(
            &place,
            "SELECT count(*) FROM findings WHERE message_en LIKE '%KTTT-01%'",
        ),
        ["0"]
    );
}
