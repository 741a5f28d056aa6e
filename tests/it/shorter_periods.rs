//! A pipeline may say that quarters, half-years and years which no report of a unit gives are made of shorter periods. Then
//! flows are summed, a stock is the last one, a mean is weighed, a ratio is made of its sides; the status is E, the basis
//! says it, and `trace` ends at the cells of the months.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::definitions::{definitions, judge_only, print_one_table};
use crate::support::files::{change, write};
use crate::support::program::{run_at, said, sql, succeeded, tonghop};

/// A quick report: the lines of its table, under one head for flows, stocks and means.
fn quick(unit: &str, period: &str, lines: &[(&str, &str)]) -> String {
    let lines: String = lines
        .iter()
        .map(|(code, value)| {
            let label = match *code {
                "101" => "Tổng số hợp tác xã",
                "102" => "Số HTX đang hoạt động",
                "103" => "Số HTX thành lập mới",
                _ => "Doanh thu bình quân một HTX",
            };
            format!("{label};{code};{value}\n")
        })
        .collect();
    format!(
        "Biểu số: KTTT-08\nBÁO CÁO NHANH\n{period}\n\
         Đơn vị báo cáo: Liên minh Hợp tác xã tỉnh {unit}\n\
         Chỉ tiêu;Mã số;Thực hiện trong kỳ / Có đến cuối kỳ\n{lines}"
    )
}

/// What a unit with figures that rise from month to month says in a month.
fn month(unit: &str, month: u32) -> String {
    let figure = |value: u32| value.to_string();
    let (total, active, new, revenue) = (100 + month, 50 + month, month, 100 * month);
    let lines = [total, active, new, revenue].map(figure);
    let [total, active, new, revenue] = lines.each_ref().map(String::as_str);
    let lines = [
        ("101", total),
        ("102", active),
        ("103", new),
        ("141", revenue),
    ];
    quick(unit, &format!("THÁNG {month} NĂM 2024"), &lines)
}

/// The subject, which makes periods of these lengths.
fn pipeline(place: &Path, from_shorter: &str) -> PathBuf {
    let own = definitions(place).join("kttt");
    print_one_table(&own);
    judge_only(&own, &["R801"]);
    change(
        &own.join("forms/kttt-08.toml"),
        "\"111\", \"121\",",
        "\"111\", \"121\", \"141\",",
    );
    change(
        &own.join("pipeline.toml"),
        "# Duties to report: the date",
        &format!("[periods]\nfrom_shorter = {from_shorter}\n\n# Duties to report:"),
    );
    own
}

struct World {
    place: TempDir,
    own: PathBuf,
}

impl World {
    fn new(from_shorter: &str) -> Self {
        let place = TempDir::new().unwrap();
        let own = pipeline(place.path(), from_shorter);
        Self { place, own }
    }

    fn send(&self, name: &str, text: String) {
        let inbox = self.place.path().join("inbox");
        write(&inbox.join(name), text);
        let mut received = String::from("file_name,received_at\n");
        for entry in fs::read_dir(&inbox).unwrap() {
            let name = entry.unwrap().file_name().to_string_lossy().into_owned();
            if name != "received.csv" {
                received.push_str(&format!("{name},2024-12-20T08:00:00+07:00\n"));
            }
        }
        fs::write(inbox.join("received.csv"), received).unwrap();
    }

    fn run(&self) {
        let more = ["--at", "2022-01-01", "--fail-on", "never"];
        succeeded(&run_at(self.place.path(), &self.own, &more));
    }

    fn sql(&self, query: &str) -> Vec<String> {
        sql(&self.place.path().join("lake"), query)
    }

    /// The figure of a unit and what it is made of: value, weight, status, basis, parts used and needed.
    fn fact(&self, unit: &str, period: &str, indicator: &str) -> Vec<String> {
        let (geography, code) = unit.split_once(':').unwrap();
        self.sql(&format!(
            "SELECT round(value, 3), round(weight, 3), status, basis, sources, expected FROM facts WHERE geography = '{geography}' \
             AND unit_code = '{code}' AND period = '{period}' AND indicator = '{indicator}' AND scenario = 'best'"
        ))
    }

    fn trace(&self, indicator: &str, unit: &str, period: &str) -> String {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let (own, lake) = (text(&self.own), text(&self.place.path().join("lake")));
        let mut all = vec!["trace", "--pipeline", &own, "--lake", &lake];
        all.extend(["--indicator", indicator, "--period", period, "--all"]);
        if !unit.is_empty() {
            all.extend(["--unit", unit]);
        }
        succeeded(&tonghop(&all))
    }
}

#[test]
fn what_nobody_reported_is_made_of_shorter_periods_where_the_pipeline_says_so() {
    let world = World::new("[\"quarterly\", \"half-year\"]");
    for n in 1..=6 {
        world.send(&format!("lao-cai-{n}.csv"), month("Lào Cai", n));
        world.send(&format!("yen-bai-{n}.csv"), month("Yên Bái", n));
    }
    // Sơn La reported its first quarter, and the months of the second; Điện Biên lacks a month.
    let quarter = [("101", "103"), ("103", "9")];
    world.send("son-la-q.csv", quick("Sơn La", "QUÝ I NĂM 2024", &quarter));
    for n in 4..=6 {
        world.send(&format!("son-la-{n}.csv"), month("Sơn La", n));
    }
    for n in [1, 3] {
        world.send(&format!("dien-bien-{n}.csv"), month("Điện Biên", n));
    }
    world.run();

    let none = Vec::<String>::new();
    for (unit, period, indicator, wanted) in [
        // A flow is summed, of quarters and of half-years; a stock is that of the last month.
        ("2004:10", "2024-Q1", "htx_new", "6.0,,E,shorter,3,3"),
        ("2004:10", "2024-S1", "htx_new", "21.0,,E,shorter,6,6"),
        ("2004:10", "2024-Q1", "htx_total", "103.0,,E,shorter,1,1"),
        ("2004:10", "2024-S1", "htx_total", "106.0,,E,shorter,1,1"),
        // (100 × 51 + 200 × 52 + 300 × 53) / (51 + 52 + 53), weighed above with the 53 of the end of March.
        (
            "2004:10",
            "2024-Q1",
            "htx_revenue_avg",
            "201.282,53.0,E,shorter,3,3",
        ),
        // 53 / 103 × 100
        (
            "2004:10",
            "2024-Q1",
            "htx_active_rate",
            "51.456,103.0,E,shorter,1,1",
        ),
        // Made on the geography that was reported on, then restated as any figure.
        ("2025:15", "2024-Q1", "htx_new", "12.0,,E,restated,2,2"),
        (
            "2025:15",
            "2024-Q1",
            "htx_revenue_avg",
            "201.282,106.0,E,restated,2,2",
        ),
        // What was reported counts, and is the longest part of a longer period.
        ("2004:14", "2024-Q1", "htx_new", "9.0,,A,reported,1,1"),
        ("2004:14", "2024-S1", "htx_new", "24.0,,E,shorter,4,4"),
        ("2025:14", "2024-S1", "htx_new", "24.0,,E,shorter,4,4"),
        ("2004:14", "2024-S1", "htx_total", "106.0,,E,shorter,1,1"),
        // A month is missing, or the weight of a quarter: nothing is made.
        ("2004:11", "2024-Q1", "htx_new", ""),
        ("2004:14", "2024-S1", "htx_revenue_avg", ""),
        // Years are not among the lengths that are made, and nothing is made of a length that nobody can send.
        ("2004:10", "2024", "htx_new", ""),
    ] {
        let wanted: Vec<String> = match wanted {
            "" => none.clone(),
            wanted => vec![wanted.to_owned()],
        };
        let got: Vec<String> = world.fact(unit, period, indicator);
        let plain = |rows: &[String]| -> Vec<String> {
            rows.iter()
                .map(|row| row.replace(".000", ".0").replace("000,", ","))
                .collect()
        };
        assert_eq!(plain(&got), plain(&wanted), "{unit} {period} {indicator}");
    }
    // A unit whose figure was made has reported; the country is an estimate where all of it is there, else partial.
    assert_eq!(
        world.sql(
            "SELECT period, CAST(value AS BIGINT), status, units_reported FROM national WHERE geography = '2004' \
             AND indicator = 'htx_new' AND scenario = 'best' AND length(period) = 7 AND period LIKE '%-Q%' ORDER BY period"
        ),
        ["2024-Q1,21,P,3", "2024-Q2,45,P,3"]
    );
    assert_eq!(
        world.sql("SELECT DISTINCT period FROM observations WHERE period LIKE '%-Q%' OR period LIKE '%-S%'"),
        ["2024-Q1"]
    );
    // Nothing is counted twice, and no cell disagrees with another.
    assert_eq!(
        world
            .sql("SELECT DISTINCT code FROM findings WHERE severity <> 'info' AND code <> 'TH405'"),
        none
    );

    for (indicator, unit, period, wanted) in [
        (
            "htx_new",
            "2004:10",
            "2024-Q1",
            "recomputed from 3 cells: 6 = 6",
        ),
        (
            "htx_new",
            "2025:15",
            "2024-S1",
            "recomputed from 12 cells: 42 = 42",
        ),
        (
            "htx_new",
            "2004:14",
            "2024-S1",
            "recomputed from 4 cells: 24 = 24",
        ),
        (
            "htx_total",
            "2004:10",
            "2024-Q1",
            "recomputed from 1 cell: 103 = 103",
        ),
        ("htx_revenue_avg", "2004:10", "2024-S1", "from 12 cells: "),
        (
            "htx_revenue_avg",
            "2025:15",
            "2024-Q1",
            "from 12 cells: 201.282051 = 201.282051",
        ),
        (
            "htx_active_rate",
            "2004:10",
            "2024-Q1",
            "from 2 cells: 51.456311 = 51.456311",
        ),
    ] {
        let text = world.trace(indicator, unit, period);
        assert!(text.contains(wanted), "{indicator} {unit} {period}\n{text}");
    }
    let text = world.trace("htx_new", "2004:10", "2024-Q1");
    assert!(
        text.contains("made of shorter periods, 3 of 3; status E"),
        "{text}"
    );
    assert!(text.contains("lao-cai-2.csv"), "{text}");

    // A report that comes takes the place of what was made.
    let quarter = [("101", "104"), ("103", "7")];
    world.send(
        "lao-cai-q.csv",
        quick("Lào Cai", "QUÝ I NĂM 2024", &quarter),
    );
    world.run();
    assert_eq!(
        world.sql(
            "SELECT indicator, CAST(value AS BIGINT), status, basis FROM facts WHERE geography = '2004' AND unit_code = '10' \
             AND period = '2024-Q1' AND scenario = 'best' AND indicator IN ('htx_new', 'htx_total', 'htx_active') ORDER BY indicator"
        ),
        ["htx_active,53,E,shorter", "htx_new,7,A,reported", "htx_total,104,A,reported"]
    );
    // A half-year is then made of the quarter and the months after it.
    let text = world.trace("htx_new", "2004:10", "2024-S1");
    assert!(text.contains("recomputed from 4 cells: 22 = 22"), "{text}");
    let text = world.trace("htx_active_rate", "2004:10", "2024-Q1");
    assert!(
        text.contains("from 2 cells: 50.961538 = 50.961538"),
        "{text}"
    );
}

#[test]
fn lengths_that_cannot_be_made_are_refused() {
    for (stated, wanted) in [
        (
            "[\"monthly\"]",
            "no form is of a shorter period than `monthly`: nothing would be made",
        ),
        (
            "[\"quarterly\", \"quarterly\"]",
            "`quarterly` is listed twice",
        ),
        ("[\"weekly\"]", "unknown variant `weekly`"),
    ] {
        let place = TempDir::new().unwrap();
        let own = pipeline(place.path(), stated);
        let output = tonghop(&["check", own.to_str().unwrap()]);
        let text = said(&output);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains(wanted), "{text}");
        assert!(text.contains("pipeline.toml:"), "{text}");
    }
}
