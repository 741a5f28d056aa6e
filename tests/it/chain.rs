//! A chain of changes: two provinces merged in 2025, and an invented vintage of 2027 with one more merger. Figures from
//! before the first change must reach the last geography.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::support::definitions::{definitions, print_one_table};
use crate::support::program::{run_at, sql, succeeded};

/// Adds the vintage of 2027: every unit of 2025 unchanged, but 20 merged into 04.
fn add_2027(reference: &Path) {
    let units = fs::read_to_string(reference.join("admin_units.csv")).expect("units");
    let mut more_units = String::new();
    let mut changes = String::new();
    let mut seen = Vec::new();
    for line in units
        .lines()
        .filter(|line| line.split(',').nth(1) == Some("2025"))
    {
        let fields: Vec<&str> = line.split(',').collect();
        let code = fields[0];
        if seen.contains(&code) {
            continue;
        }
        seen.push(code);
        if code != "20" {
            let _ = writeln!(
                more_units,
                "{code},2027,{},{},{},2027-01-01,,invented",
                fields[2], fields[3], fields[4]
            );
        }
        let (to, change) = match code {
            "20" | "04" => ("04", "merge"),
            _ => (code, "unchanged"),
        };
        let _ = writeln!(
            changes,
            "2025,{code},2027,{to},{change},2027-01-01,invented"
        );
    }
    assert_eq!(seen.len(), 34);
    let append = |name: &str, more: &str| {
        let path = reference.join(name);
        let text = fs::read_to_string(&path).expect("a table");
        fs::write(path, format!("{}\n{more}", text.trim_end())).expect("written");
    };
    append("admin_units.csv", &more_units);
    append("unit_changes.csv", &changes);
}

fn form(province: &str, total: u32, active: u32, revenue: u32) -> String {
    format!(
        "Biểu số: KTTT-01;\nĐơn vị báo cáo: UBND tỉnh {province};\nNĂM 2022;\nChỉ tiêu;Ước thực hiện năm 2022;Kế hoạch năm 2023\n\
         Tổng số hợp tác xã;{total};{total}\nSố HTX đang hoạt động;{active};{active}\nDoanh thu bình quân một HTX;{revenue};{revenue}\n"
    )
}

#[test]
fn history_comes_through_every_change() {
    let directory = TempDir::new().expect("a directory");
    let root = directory.path();
    let pipelines = definitions(root);
    fs::create_dir(root.join("inbox")).expect("made");
    add_2027(&pipelines.join("reference"));
    print_one_table(&pipelines.join("kttt"));
    for (province, total, active, revenue) in [
        ("Lào Cai", 200, 100, 10),
        ("Yên Bái", 300, 300, 30),
        ("Cao Bằng", 40, 40, 4),
        ("Lạng Sơn", 60, 60, 6),
    ] {
        fs::write(
            root.join("inbox").join(format!("{province}.csv")),
            form(province, total, active, revenue),
        )
        .expect("written");
    }
    succeeded(&run_at(
        root,
        &pipelines.join("kttt"),
        &["--fail-on", "never"],
    ));
    let lake = root.join("lake");
    let figures = |indicator: &str| {
        sql(
            &lake,
            &format!(
                "SELECT geography, unit_code, value, status, sources, expected FROM facts WHERE indicator = '{indicator}' AND period = '2022' \
             AND scenario = 'estimate' AND unit_code IN ('04', '15', '20', '10') ORDER BY geography, unit_code"
            ),
        )
    };
    // 2004: 10 and 15 are the two that became 15; 2027: 15 is left as it was, 20 went into 04.
    assert_eq!(
        figures("htx_total"),
        [
            "2004,04,40.000000,E,1,1",
            "2004,10,200.000000,E,1,1",
            "2004,15,300.000000,E,1,1",
            "2004,20,60.000000,E,1,1",
            "2025,04,40.000000,E,1,1",
            "2025,15,500.000000,E,2,2",
            "2025,20,60.000000,E,1,1",
            "2027,04,100.000000,E,2,2",
            "2027,15,500.000000,E,1,1",
        ]
    );
    let means = figures("htx_revenue_avg");
    assert!(
        means.contains(&"2025,15,25.000000,E,2,2".to_owned()),
        "{means:?}"
    );
    assert!(
        means.contains(&"2027,15,25.000000,E,1,1".to_owned()),
        "{means:?}"
    );
    assert!(
        means.contains(&"2027,04,5.200000,E,2,2".to_owned()),
        "{means:?}"
    );
    // The country has the same total on every geography, and the last geography's sources are the first reports.
    assert_eq!(
        sql(
            &lake,
            "SELECT DISTINCT value FROM national WHERE indicator = 'htx_total' AND period = '2022' AND scenario = 'estimate' AND sector = '_T'"
        ),
        ["600.000000"]
    );
    assert_eq!(
        sql(
            &lake,
            "SELECT value FROM fact_sources WHERE geography = '2027' AND unit_code = '15' AND indicator = 'htx_total' AND period = '2022' \
                    AND scenario = 'estimate' ORDER BY value"
        ),
        ["200.000000", "300.000000"]
    );
}
