//! Consolidated forms: they read back without a finding, say what the lake says, and are never counted again.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::definitions::with_one_table;
use crate::support::program::{run_at, said, sql, succeeded, tonghop};
use crate::support::sample::SAMPLE;

/// Consolidates a form from the sample's lake.
fn consolidated(directory: &Path, form: &str, more: &[&str]) -> PathBuf {
    let path = directory.join(format!("{form}{}.xlsx", more.join("")).replace(':', "-"));
    let (lake, out) = (SAMPLE.lake(), path.to_string_lossy().into_owned());
    let lake = lake.to_string_lossy();
    let mut all = vec!["consolidate", form, "--lake", &lake, "--out", &out];
    all.extend(more);
    succeeded(&tonghop(&all));
    path
}

/// What `inspect` says of a file.
fn inspected(path: &Path) -> Value {
    let output = tonghop(&[
        "inspect",
        "--values",
        "--format",
        "json",
        &path.to_string_lossy(),
    ]);
    assert!(output.status.success(), "{}", said(&output));
    let all: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    match all {
        Value::Array(mut files) => files.remove(0),
        one => one,
    }
}

/// The values of a form's sheet: indicator, sector, scenario and period to the value.
fn values(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value, name: &str| match &value[name] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let all = report["values"].as_array().expect("values").iter();
    let key = |v: &Value| {
        ["indicator", "sector", "scenario", "period"]
            .map(|name| text(v, name))
            .join(" ")
    };
    all.filter(|v| !v["value"].is_null())
        .map(|v| (key(v), text(v, "value")))
        .collect()
}

#[test]
fn a_consolidated_form_reads_back_without_a_finding() {
    let place = TempDir::new().expect("a folder");
    for (form, decimals) in [("KTTT-01", 1), ("KTTT-02", 0)] {
        let path = consolidated(place.path(), form, &[]);
        let file = inspected(&path);
        let reports = file["reports"].as_array().expect("reports");
        // The country, six regions, 34 provinces.
        assert_eq!(reports.len(), 41, "{form}");
        assert_eq!(
            file["findings"].as_array().map(Vec::len),
            Some(0),
            "{form}: {:?}",
            file["findings"]
        );
        for report in reports {
            assert_eq!(report["consolidated"], true, "{form}");
            assert_eq!(report["held"], false, "{form}");
            let findings = report["findings"].as_array().map_or(0, Vec::len);
            assert_eq!(findings, 0, "{form}: {:?}", report["findings"]);
        }
        let of_country = values(&reports[0]);
        assert!(of_country.len() > 150, "{form}: {}", of_country.len());
        let rows = sql(
            &SAMPLE.lake(),
            &format!(
                "SELECT indicator || ' ' || sector || ' ' || scenario || ' ' || period, round(n.value, {decimals}) \
                 FROM national n WHERE geography = '2025' AND fund = '_T' AND value IS NOT NULL AND scenario <> 'best'"
            ),
        );
        for (key, value) in of_country {
            let wanted = rows
                .iter()
                .find_map(|row| row.strip_prefix(&format!("{key},")));
            let wanted: f64 = wanted
                .unwrap_or_else(|| panic!("no {key}"))
                .parse()
                .expect("a number");
            let value: f64 = value.parse().expect("a number");
            // Whole numbers are exact; a mean is rounded to the decimals that its cell shows.
            assert!(
                (wanted - value).abs() <= 0.05,
                "{form} {key}: {value}, not {wanted}"
            );
        }
    }
}

#[test]
fn a_consolidated_form_is_never_counted_again() {
    let place = TempDir::new().expect("a folder");
    let inbox = place.path().join("inbox");
    fs::create_dir(&inbox).expect("a folder");
    let sheet = "Biểu số: KTTT-01;;\nĐơn vị báo cáo: UBND tỉnh Sơn La;;\nNĂM 2025;;\nChỉ tiêu;Ước thực hiện năm 2025;Kế hoạch năm 2026\n\
                 Tổng số hợp tác xã;100;110\nSố HTX đang hoạt động;90;95\n";
    fs::write(inbox.join("son-la.csv"), sheet).expect("written");
    let figures = || {
        sql(
            &place.path().join("lake"),
            "SELECT geography, code, period, indicator, scenario, value, units_reported FROM national ORDER BY geography, code, period, indicator, sector, scenario",
        )
    };
    run_at(place.path(), with_one_table(), &["--fail-on", "never"]);
    let before = figures();
    assert!(!before.is_empty());
    consolidated(&inbox, "KTTT-01", &[]);
    consolidated(&inbox, "KTTT-02", &["--scope", "unit:14"]);
    run_at(place.path(), with_one_table(), &["--fail-on", "never"]);
    assert_eq!(figures(), before);
    let findings = sql(
        &place.path().join("lake"),
        "SELECT code, severity, form FROM findings WHERE file_name LIKE '%.xlsx' ORDER BY form",
    );
    assert_eq!(findings, ["TH471,info,KTTT-01", "TH471,info,KTTT-02"]);
    let outcomes = sql(
        &place.path().join("lake"),
        "SELECT DISTINCT outcome FROM submissions WHERE file_name LIKE '%.xlsx'",
    );
    assert_eq!(outcomes, ["accepted"]);
    let counted = sql(
        &place.path().join("lake"),
        "SELECT count(*) AS n FROM reports WHERE is_current",
    );
    assert_eq!(counted, ["1"]);
}

#[test]
fn a_scope_names_a_region_or_a_unit_and_says_who_is_missing() {
    let place = TempDir::new().expect("a folder");
    let region = consolidated(place.path(), "KTTT-01", &["--scope", "region:DHNTBTN"]);
    let unit = consolidated(place.path(), "KTTT-01", &["--scope", "unit:14"]);
    assert_eq!(
        inspected(&unit)["reports"].as_array().map(Vec::len),
        Some(1)
    );
    assert!(inspected(&region)["reports"].as_array().map(Vec::len) > Some(1));
    let again = consolidated(&place.path().join("."), "KTTT-01", &["--scope", "unit:14"]);
    assert_eq!(
        fs::read(unit).expect("a file"),
        fs::read(again).expect("a file")
    );
    let lake = SAMPLE.lake();
    let refused = |arguments: &[&str], wanted: &str| {
        let mut all = vec!["consolidate"];
        all.extend(arguments);
        let lake = lake.to_string_lossy();
        all.extend(["--lake", &lake]);
        let output = tonghop(&all);
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains(wanted), "{}", said(&output));
    };
    refused(&["KTTT-01", "--scope", "region:XX"], "no region `XX`");
    refused(&["KTTT-01", "--scope", "province"], "no scope `province`");
    refused(&["KTTT-04"], "is a list");
    refused(
        &["KTTT-02", "--period", "2025-S1"],
        "has no column for 2025-S1",
    );
}

#[test]
fn a_run_writes_the_newest_period_of_each_form() {
    let folder = SAMPLE.out().join("consolidated");
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("a file")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    assert!(
        names.iter().all(|name| name.ends_with(".xlsx")),
        "{names:?}"
    );
    assert!(names.contains(&"KTTT-02-2025.xlsx".to_owned()), "{names:?}");
}
