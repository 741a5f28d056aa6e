//! Totals of lists and rules over their records: counted as the forms declare, corrected with the list, traced to rows.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::definitions::{definitions, print_one_table};
use crate::support::office::tax_code;
use crate::support::program::{run_at, said, sql, succeeded, tonghop};
use crate::support::sheet::Sheet;

struct Lists {
    place: TempDir,
}

impl Lists {
    fn lake(&self) -> PathBuf {
        self.place.path().join("lake")
    }

    fn own(&self) -> PathBuf {
        self.place.path().join("pipelines/kttt")
    }

    fn sql(&self, query: &str) -> Vec<String> {
        sql(&self.lake(), query)
    }
}

/// A list of organisations of a province; each row is kind, tax code, founded, activity, rating and members.
fn organisations(inbox: &Path, name: &str, above: &str, rows: &[[&str; 6]]) {
    let mut text = format!(
        "Biểu số: KTTT-04;;;;;;;;\n{above}\nDANH SÁCH HỢP TÁC XÃ NĂM 2025;;;;;;;;\nĐịa giới: 34 tỉnh;;;;;;;;\n\
         STT;Tên;Loại hình;Mã số thuế;Ngày thành lập;Tình trạng;Xếp loại;Số thành viên;Doanh thu (triệu đồng)\n"
    );
    for (n, [kind, code, founded, activity, rating, members]) in (1..).zip(rows) {
        text.push_str(&format!(
            "{n};{kind} mẫu {n};{kind};{code};{founded};{activity};{rating};{members};1,5\n"
        ));
    }
    fs::write(inbox.join(name), text).unwrap();
}

fn selected(inbox: &Path, name: &str, province: &str, rows: &[[&str; 4]]) {
    let mut text = format!(
        "Biểu số: KTTT-05;;;;;;\nDANH SÁCH HỢP TÁC XÃ ĐƯỢC LỰA CHỌN ĐỂ NHÂN RỘNG NĂM 2025;;;;;;\n\
         Đơn vị báo cáo: UBND tỉnh {province};;;;;;\nĐịa giới: 34 tỉnh;;;;;;\n\
         TT;Tên;Loại hình;Mã số thuế;Mô hình;Xếp loại sau củng cố;Kinh phí hỗ trợ (triệu đồng)\n"
    );
    for (n, [code, model, rating, money]) in (1..).zip(rows) {
        text.push_str(&format!(
            "{n};HTX mẫu {n};HTX;{code};{model};{rating};{money}\n"
        ));
    }
    fs::write(inbox.join(name), text).unwrap();
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let lists = Lists {
        place: TempDir::new().unwrap(),
    };
    let place = lists.place.path();
    print_one_table(&definitions(place).join("kttt"));
    let inbox = place.join("inbox");
    fs::create_dir_all(&inbox).unwrap();
    let sender = |province: &str| format!("Đơn vị báo cáo: UBND tỉnh {province};;;;;;;;");
    let code = |n| tax_code("Lào Cai", n);
    let [a, b, c, d, e] = [1, 2, 3, 4, 5].map(code);
    let wrong = format!("{}{}", &e[..9], (e.as_bytes()[9] - b'0' + 1) % 10);
    let shared = tax_code("Sơn La", 7);
    organisations(
        &inbox,
        "lao-cai.csv",
        &sender("Lào Cai"),
        &[
            ["HTX", &a, "2019", "đang hoạt động", "tốt", "49"],
            ["HTX", &b, "2019", "đang hoạt động", "tốt", "50"],
            ["HTX", &c, "31/12/2025", "", "", "1001"],
            ["HTX", &d, "2026", "đã giải thể", "tốt", "70"],
            ["LHHTX", &wrong, "2019", "đang hoạt động", "tốt", "20"],
            ["HTX", &shared, "2019", "đang hoạt động", "khá", ""],
        ],
    );
    let first = [[
        "HTX",
        shared.as_str(),
        "2019",
        "đang hoạt động",
        "yếu",
        "300",
    ]];
    organisations(&inbox, "son-la-1.csv", &sender("Sơn La"), &first);
    let above = format!("{}\nLần gửi: 2;;;;;;;;", sender("Sơn La"));
    let other = tax_code("Sơn La", 8);
    let second = [
        first[0],
        ["HTX", &other, "2019", "đang hoạt động", "yếu", "301"],
    ];
    organisations(&inbox, "son-la-2.csv", &above, &second);
    selected(
        &inbox,
        "chon-lao-cai.csv",
        "Lào Cai",
        &[
            [&a, "N-a", "tốt", "10,5"],
            [&other, "P-d: tín dụng", "khá", "2"],
        ],
    );
    selected(
        &inbox,
        "chon-lai-chau.csv",
        "Lai Châu",
        &[[
            &tax_code("Lai Châu", 1),
            "doanh nghiệp là thành viên",
            "",
            "0",
        ]],
    );
    Sheet::one("Lào Cai", 2025)
        .on_34()
        .row("htx_total", "  4 ")
        .row("htx_members", "  1200 ")
        .write(&inbox);
    let run = run_at(place, &lists.own(), &["--fail-on", "never"]);
    assert_eq!(run.status.code(), Some(0), "{}", said(&run));
    lists
});

#[test]
fn totals_are_counted_as_the_form_declares() {
    let of = |unit: &str, form: &str| {
        LISTS.sql(&format!(
            "SELECT o.indicator, CAST(o.value AS BIGINT), o.status, o.cell FROM observations o JOIN reports r ON r.report_id = o.report_id \
             WHERE r.is_current AND o.unit_code = '{unit}' AND o.form = '{form}' AND (o.value <> 0 OR o.value IS NULL) ORDER BY 1"
        ))
    };
    // Dissolved ones do not count; a rating that is blank is none; at 50 and at 1,001 members a class begins.
    assert_eq!(
        of("15", "KTTT-04"),
        [
            "listed_htx,4,A,B5",
            "listed_htx_members,1100,A,H5",
            "listed_large_not_rated,1,A,B5",
            "listed_micro_good,1,A,B5",
            "listed_small_good,1,A,B5",
        ]
    );
    // The second sending counts: one class more, at 301 members.
    assert_eq!(
        of("14", "KTTT-04"),
        [
            "listed_htx,2,A,B6",
            "listed_htx_members,601,A,H6",
            "listed_medium_weak,1,A,B6",
            "listed_small_weak,1,A,B6",
        ]
    );
    assert_eq!(
        LISTS.sql("SELECT CAST(value_before AS BIGINT), CAST(value_after AS BIGINT) FROM revisions WHERE indicator = 'listed_htx_members'"),
        ["300,601"]
    );
    assert_eq!(
        of("15", "KTTT-05"),
        [
            "selected_agriculture,1,A,B5",
            "selected_good_after,1,A,B5",
            "selected_money,13,A,G5",
            "selected_other,1,A,B5",
            "selected_total,2,A,B5",
        ]
    );
    // Nothing fits: zero, not nothing.
    assert_eq!(
        LISTS.sql("SELECT CAST(value AS BIGINT), status FROM observations WHERE unit_code = '12' AND indicator = 'selected_other'"),
        ["0,A"]
    );
    assert_eq!(
        LISTS.sql("SELECT CAST(value AS BIGINT), units_reported, units_expected, status FROM national WHERE geography = '2025' AND indicator = 'listed_htx' AND scenario = 'best'"),
        ["6,2,34,P"]
    );
}

#[test]
fn each_row_at_fault_is_named_with_its_cell() {
    assert_eq!(
        LISTS.sql("SELECT rule, code, severity, file_name, cell FROM findings WHERE rule LIKE 'R4%' OR rule LIKE 'R5%' ORDER BY rule, file_name"),
        [
            "R401,TH512,error,lao-cai.csv,D11",
            "R401,TH512,error,son-la-2.csv,D7",
            "R402,TH511,error,lao-cai.csv,D10",
            "R404,TH514,warning,lao-cai.csv,H5",
            "R406,TH511,error,lao-cai.csv,E9",
            "R501,TH514,info,chon-lai-chau.csv,B5",
            "R501,TH514,info,chon-lao-cai.csv,B5",
            "R502,TH511,error,chon-lao-cai.csv,D7",
        ]
    );
    let told = LISTS
        .sql("SELECT message_en FROM findings WHERE rule = 'R401' AND file_name = 'lao-cai.csv'");
    assert!(told[0].contains("son-la-2.csv › D7"), "{told:?}");
    assert_eq!(
        LISTS.sql("SELECT rule, passed, failed, undecided FROM rule_results WHERE rule LIKE 'R4%' OR rule LIKE 'R5%' ORDER BY rule"),
        [
            "R401,0,2,0",
            "R402,1,1,0",
            "R403,1,0,1",
            "R404,0,1,1",
            "R406,1,1,0",
            "R501,0,2,0",
            "R502,0,1,1",
        ]
    );
    // The list has personal columns: nothing of a row is quoted.
    let code = tax_code("Sơn La", 7);
    let quoted = LISTS.sql(&format!(
        "SELECT count(*) FROM findings WHERE message_vi LIKE '%{code}%'"
    ));
    assert_eq!(quoted, ["0"]);
    let blank = LISTS.sql("SELECT file_name, cell, message_en FROM findings WHERE code = 'TH510'");
    assert_eq!(blank.len(), 1, "{blank:?}");
    assert!(
        blank[0].starts_with("lao-cai.csv,H5,1 of the 4 rows"),
        "{blank:?}"
    );
}

#[test]
fn a_total_is_traced_to_the_cells_of_its_rows() {
    let trace = |indicator: &str, unit: &str| -> Value {
        let output = tonghop(&[
            "trace",
            "--pipeline",
            LISTS.own().to_str().unwrap(),
            "--lake",
            LISTS.lake().to_str().unwrap(),
            "--indicator",
            indicator,
            "--unit",
            unit,
            "--period",
            "2025",
            "--format",
            "json",
        ]);
        serde_json::from_str(&succeeded(&output)).unwrap()
    };
    let cells = |tree: &Value| -> Vec<String> {
        let records = leaf(tree).expect("a leaf")["records"]
            .as_array()
            .expect("records")
            .clone();
        records
            .iter()
            .map(|r| format!("{} {}", r["cell"].as_str().unwrap(), r["value"]))
            .collect()
    };
    let members = trace("listed_htx_members", "15");
    assert_eq!(
        cells(&members),
        ["H6 \"49\"", "H7 \"50\"", "H8 \"1001\"", "H11 null"]
    );
    assert_eq!(cells(&trace("listed_small_weak", "14")), ["B7 \"1\""]);
    let text = tonghop(&[
        "trace",
        "--pipeline",
        LISTS.own().to_str().unwrap(),
        "--lake",
        LISTS.lake().to_str().unwrap(),
        "--indicator",
        "listed_htx_members",
        "--unit",
        "15",
        "--period",
        "2025",
    ]);
    let text = succeeded(&text);
    assert!(text.contains("rows: H6, H7, H8, H11"), "{text}");
    assert!(text.contains("recomputed"), "{text}");
}

/// The first observation below a node.
fn leaf(node: &Value) -> Option<&Value> {
    match node {
        Value::Object(fields) if fields.get("kind").is_some_and(|k| k == "observation") => {
            Some(node)
        }
        Value::Object(fields) => fields.values().find_map(leaf),
        Value::Array(all) => all.iter().find_map(leaf),
        _ => None,
    }
}
