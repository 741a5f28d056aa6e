//! A correction of a former province, sent after the merger: it flows to the successor, says which printed tables it
//! touches, and `diff` names every figure that changed with the file that changed it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::decisions::{Office, csv};
use crate::golden::tonghop;

/// The printed tables by their files, with what they hold.
fn printed(out: &Path) -> BTreeSet<(String, Vec<u8>)> {
    let entries = fs::read_dir(out.join("csv")).expect("printed tables");
    entries
        .map(|entry| entry.expect("a file").path())
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy();
            let bytes = fs::read(&path).expect("read");
            (name.trim_start_matches("table-").to_owned(), bytes)
        })
        .collect()
}

fn diff(office: &Office, arguments: &[&str]) -> String {
    let lake = office.path("lake").to_string_lossy().into_owned();
    let pipeline = office.path("pipelines/kttt").to_string_lossy().into_owned();
    let mut all = vec!["diff"];
    all.extend(arguments);
    all.extend(["--lake", &lake, "--pipeline", &pipeline]);
    let output = tonghop(&all);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn a_late_correction_flows_to_the_successor_and_is_traced() {
    let mut office = Office::new();
    office.send(
        "quang-binh.csv",
        "2024-12-20",
        &csv("UBND tỉnh Quảng Bình", 2024, 300, 200, ""),
    );
    office.send(
        "quang-tri.csv",
        "2024-12-20",
        &csv("UBND tỉnh Quảng Trị", 2024, 100, 60, ""),
    );
    office.send(
        "ha-tinh.csv",
        "2024-12-20",
        &csv("UBND tỉnh Hà Tĩnh", 2024, 50, 40, ""),
    );
    office.run("lake", &[]);
    let before = printed(&office.path("lake-out"));
    office.send(
        "quang-tri-sua.csv",
        "2025-09-05",
        &csv("UBND tỉnh Quảng Trị", 2024, 110, 60, ""),
    );
    let said = office.run("lake", &[]);
    let after = printed(&office.path("lake-out"));

    let finding = office.sql(
        "SELECT severity, file_name, unit_vintage, unit_code, message_en FROM findings WHERE code = 'TH425'",
    );
    let [finding] = &finding[..] else {
        panic!("one correction: {finding:?}")
    };
    assert!(
        finding.starts_with("info,quang-tri-sua.csv,2004,45,"),
        "{finding}"
    );
    // The total was corrected, as estimate and as plan.
    assert!(
        finding.contains("merged into Quang Tri: 2 figures differ"),
        "{finding}"
    );
    let touched: BTreeSet<String> = before
        .symmetric_difference(&after)
        .map(|(name, _)| name.clone())
        .collect();
    assert!(
        touched.len() > 1 && touched.len() < after.len(),
        "{touched:?}"
    );
    let list = touched.iter().cloned().collect::<Vec<_>>().join(", ");
    assert!(
        finding.contains(&format!("affected: {list}")),
        "{finding}: {list}"
    );
    assert!(
        said.contains("correction   2004:45 KTTT-01 2024 · quang-tri-sua.csv"),
        "{said}"
    );

    let human = diff(&office, &[]);
    assert!(human.contains(&format!("tables       {list}\n")), "{human}");
    assert!(
        human.contains("submission   + quang-tri-sua.csv (accepted with findings)"),
        "{human}"
    );
    assert!(human.contains("definitions  the same"), "{human}");
    assert!(
        human.contains("Quang Tri, Cooperatives 2024: 400 (e) → 410 (e) (+10)  quang-tri-sua.csv; quang-tri.csv"),
        "{human}"
    );
    let rows: Vec<String> = diff(&office, &["--format", "csv"])
        .lines()
        .map(str::to_owned)
        .collect();
    let heads: Vec<&str> = rows[0].split(',').collect();
    let field = |row: &str, name: &str| {
        let at = heads
            .iter()
            .position(|head| *head == name)
            .expect("a column");
        row.split(',').nth(at).expect("a field").to_owned()
    };
    let changed: BTreeSet<String> = rows[1..]
        .iter()
        .map(|row| {
            [
                "level",
                "geography",
                "scheme",
                "code",
                "period",
                "indicator",
                "scenario",
                "value_before",
                "value_after",
                "difference",
            ]
            .map(|name| field(row, name))
            .join(" ")
        })
        .collect();
    let mut expected = BTreeSet::new();
    for (scenario, period) in [("best", "2024"), ("estimate", "2024"), ("plan", "2025")] {
        for (place, active, value) in [
            ("national 2004  VN", 300, 450),
            ("national 2025  VN", 300, 450),
            ("regional 2004 6v-2021 BTBDHMT", 300, 450),
            ("regional 2025 6v-2025 BTB", 300, 450),
            ("provincial 2004  45", 60, 100),
            ("provincial 2025  44", 260, 400),
        ] {
            let total = value + 10;
            expected.insert(format!(
                "{place} {period} htx_total {scenario} {value}.000000 {total}.000000 10.000000"
            ));
            // The share of operating ones, in millionths of a per cent, rounded half away from zero.
            let [before, after] =
                [value, total].map(|of| (2 * active * 100_000_000 + of) / (2 * of));
            let shown = |millionths: i64| {
                let sign = if millionths < 0 { "-" } else { "" };
                let (whole, rest) = (millionths.abs() / 1_000_000, millionths.abs() % 1_000_000);
                format!("{sign}{whole}.{rest:06}")
            };
            let [before, after, by] = [before, after, after - before].map(shown);
            expected.insert(format!(
                "{place} {period} htx_active_rate {scenario} {before} {after} {by}"
            ));
        }
    }
    assert_eq!(changed, expected);
    for row in &rows[1..] {
        assert!(row.ends_with(",quang-tri-sua.csv; quang-tri.csv"), "{row}");
    }
    // Back again, by name.
    let ids: Vec<String> = human
        .lines()
        .next()
        .expect("a line")
        .split(" → ")
        .map(str::to_owned)
        .collect();
    let back = diff(&office, &[&ids[1][..8], &ids[0][..8]]);
    assert!(back.contains("submission   - quang-tri-sua.csv"), "{back}");
    assert!(back.contains("410 (e) → 400 (e) (-10)"), "{back}");
    // In one go the same snapshot comes out: what was corrected late is known from the files alone.
    office.run("at-once", &[]);
    let id = |lake: &str| fs::read_link(office.path(lake).join("current")).expect("a link");
    assert_eq!(id("at-once"), id("lake"));
}

#[test]
fn without_two_snapshots_there_is_nothing_to_compare() {
    let mut office = Office::new();
    office.send(
        "a.csv",
        "2024-12-20",
        &csv("UBND tỉnh Hà Tĩnh", 2024, 50, 40, ""),
    );
    office.run("lake", &[]);
    let lake = office.path("lake").to_string_lossy().into_owned();
    for (arguments, message) in [
        (vec!["diff"], "nothing was current before"),
        (
            vec!["diff", "--pipeline", "pipelines/htx-pxweb"],
            "belongs to the pipeline `kttt`",
        ),
        (vec!["diff", "ffff"], "has no one snapshot `ffff`"),
    ] {
        let mut all = arguments;
        all.extend(["--lake", &lake]);
        let output = tonghop(&all);
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(message), "{said}");
    }
}
