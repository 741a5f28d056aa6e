//! A form with a table and a list that come in several files: each part replaces its own part alone. Communes of a list against
//! their units.

use crate::support::office::{Office, tax_code};
use crate::support::program::sql;

const ABOVE: &str = "Biểu số: KTTT-07;;;;;;;;;;\nNHU CẦU HỖ TRỢ TỪ NGÂN SÁCH TRUNG ƯƠNG 2026 - 2030 NĂM 2025;;;;;;;;;;\n\
    Đơn vị báo cáo: UBND tỉnh Sơn La;;;;;;;;;;\nĐịa giới: 34 tỉnh;;;;;;;;;;\n";

/// The table of needs, with one row.
fn table(training: u32) -> String {
    let heads: Vec<String> = (2026..=2030)
        .map(|year| format!("Vốn đầu tư phát triển năm {year};Vốn sự nghiệp năm {year}"))
        .collect();
    let values = vec![format!("0;{training}"); 5].join(";");
    format!(
        "Nội dung;{}\nĐào tạo, bồi dưỡng;{values}\n",
        heads.join(";")
    )
}

/// The list of projects; each is a name and its money.
fn list(projects: &[(&str, u32)]) -> String {
    let rows = (1..)
        .zip(projects)
        .map(|(n, (name, money))| format!("{n};{name};2026;{money}\n"));
    format!(
        "TT;Tên dự án;Năm;Tổng mức đầu tư (triệu đồng)\n{}",
        rows.collect::<String>()
    )
}

fn blank_line() -> &'static str {
    ";;;;;;;;;;\n"
}

/// What counts after the files came one after the other: the needs for training of 2026, and the projects with their number.
fn counted(files: &[String]) -> (Vec<String>, Vec<String>) {
    let mut office = Office::new();
    for (n, text) in (1..).zip(files) {
        let day = format!("2025-12-{n:02}");
        office.send(&format!("{n}.csv"), &day, text.as_bytes());
    }
    office.run("lake", &[]);
    let lake = office.path("lake");
    let figure = |condition: &str| {
        let of = "FROM facts WHERE geography = '2025' AND unit_code = '14'";
        sql(
            &lake,
            &format!("SELECT CAST(value AS INT) {of} AND {condition}"),
        )
    };
    let needs = "indicator = 'need_training' AND period = '2026' AND fund = 'recurrent' AND scenario = 'plan'";
    let mut all = figure(needs);
    all.extend(figure(
        "indicator = 'projects_total' AND scenario = 'actual'",
    ));
    let projects = "SELECT p.name, r.is_current FROM projects p JOIN reports r USING (report_id) WHERE r.is_current ORDER BY p.name";
    let names = sql(&lake, projects);
    let codes = "SELECT code FROM findings WHERE submission_id IS NOT NULL AND code IN ('TH350', 'TH351', 'TH434', 'TH435', 'TH436', 'TH440', 'TH442') ORDER BY code";
    all.extend(sql(&lake, codes));
    (all, names)
}

fn counts(files: &[String], figures: &[&str], projects: &[&str]) {
    let (got, names) = counted(files);
    assert_eq!(got, figures, "{files:#?}");
    let names: Vec<&str> = names
        .iter()
        .filter_map(|line| line.split(',').next())
        .collect();
    assert_eq!(names, projects, "{files:#?}");
}

#[test]
fn a_table_and_a_list_in_two_files_both_count() {
    let needs = |n| format!("{ABOVE}{}", table(n));
    let projects = |all: &[(&str, u32)]| format!("{ABOVE}{}", list(all));
    let kho = [("Kho lạnh", 10), ("Đường gom", 20)];
    counts(
        &[needs(5), projects(&kho)],
        &["5", "2"],
        &["Kho lạnh", "Đường gom"],
    );
    counts(
        &[projects(&kho), needs(5)],
        &["5", "2"],
        &["Kho lạnh", "Đường gom"],
    );
    // A table that is sent again replaces the table.
    counts(
        &[needs(5), projects(&kho), needs(6)],
        &["6", "2", "TH434"],
        &["Kho lạnh", "Đường gom"],
    );
    // A list that is sent again replaces the list.
    let fewer = [("Kho lạnh", 10)];
    counts(
        &[needs(5), projects(&kho), projects(&fewer)],
        &["5", "1", "TH440"],
        &["Kho lạnh"],
    );
}

#[test]
fn a_part_that_comes_alone_replaces_its_part_of_a_whole_file() {
    let whole =
        |n, all: &[(&str, u32)]| format!("{ABOVE}{}{}{}", table(n), blank_line(), list(all));
    let projects = |all: &[(&str, u32)]| format!("{ABOVE}{}", list(all));
    let needs = |n| format!("{ABOVE}{}", table(n));
    let kho = [("Kho lạnh", 10), ("Đường gom", 20)];
    let one = [("Trạm bơm", 30)];
    counts(
        &[whole(5, &kho), projects(&one)],
        &["5", "1", "TH350"],
        &["Trạm bơm"],
    );
    counts(
        &[projects(&one), whole(5, &kho)],
        &["5", "2", "TH350"],
        &["Kho lạnh", "Đường gom"],
    );
    // A report supersedes whole: a later one without a list has none, and that is said.
    counts(&[whole(5, &kho), needs(6)], &["6", "TH351", "TH434"], &[]);
    counts(
        &[whole(5, &kho), needs(6), projects(&one)],
        &["6", "1", "TH434"],
        &["Trạm bơm"],
    );
}

#[test]
fn no_list_is_not_a_list_without_rows() {
    let without = format!("{ABOVE}{}", table(5));
    let with_heads = format!("{ABOVE}{}{}{}", table(5), blank_line(), list(&[]));
    counts(&[without], &["5"], &[]);
    counts(&[with_heads], &["5", "0"], &[]);
}

#[test]
fn communes_are_checked_where_the_pipeline_lists_them() {
    let mut office = Office::new();
    let communes = "place_code,vintage,unit_code\n03646,2025,14\n03650,2025,14\n09877,2025,15\n";
    std::fs::write(office.path("pipelines/reference/communes.csv"), communes).unwrap();
    let mut text = "Biểu số: KTTT-04;;;;\nDANH SÁCH HỢP TÁC XÃ NĂM 2025;;;;\nĐơn vị báo cáo: UBND tỉnh Sơn La;;;;\nĐịa giới: 34 tỉnh;;;;\n\
        STT;Tên;Loại hình;Mã số thuế;Mã xã\n".to_owned();
    for (n, commune) in (1..).zip(["03646", "09877", "12345", "", "3650"]) {
        let code = tax_code("Sơn La", n);
        text.push_str(&format!("{n};HTX mẫu {n};HTX;{code};{commune}\n"));
    }
    office.send("son-la.csv", "2025-12-01", text.as_bytes());
    office.run("lake", &[]);
    // The commune of another province, and one that nobody knows; a blank one says nothing, and a lost zero is put back.
    assert_eq!(
        sql(
            &office.path("lake"),
            "SELECT rule, cell FROM findings WHERE rule = 'R405' ORDER BY cell"
        ),
        ["R405,E7", "R405,E8"]
    );
}
