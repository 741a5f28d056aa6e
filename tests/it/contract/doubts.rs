//! Rules that doubt a whole column: copies, empty columns, shares of the country, sums of the sectors that are there.

use std::fs;
use std::sync::LazyLock;

use tempfile::TempDir;

use crate::support::catalogue::{NEW, OLD, catalogue};
use crate::support::definitions::definitions;
use crate::support::files::root;
use crate::support::lake::Run;
use crate::support::program::{sql, succeeded, tonghop_in};
use crate::support::sheet::Sheet;
use crate::support::truth::{Form, Period, Report, n, numbers};

const ROWS: [&str; 10] = [
    "htx_total",
    "htx_active",
    "htx_suspended",
    "htx_good_fair",
    "htx_hightech",
    "htx_members",
    "htx_members_new",
    "htx_workers",
    "htx_workers_new",
    "tht_total",
];

/// A report whose ten rows state other figures for each `base`.
fn stating(file: &str, vintage: &str, code: &str, year: i32, base: i64) -> Report {
    let rows = ROWS.iter().zip(1..);
    rows.fold(
        Report::of(Form::Indicators, vintage, code, year).file(file),
        |report, (row, i)| {
            let value = base + i * 3;
            report.row(row, numbers([value, value + 100, value + 200, value + 300]))
        },
    )
}

/// The same of the first half of the year.
fn half(file: &str, year: i32, base: i64) -> Report {
    let mut report = stating(file, OLD, "11", year, base);
    report.period = Period::FirstHalf(year);
    report
}

static RUN: LazyLock<Run> = LazyLock::new(|| {
    // The next plan of one neighbour is its own.
    let mut own_plan = stating("copy.xlsx", OLD, "06", 2010, 30);
    for (_, cells) in &mut own_plan.rows {
        cells[3] = n(7);
    }
    Run::of([
        stating("copied.xlsx", OLD, "04", 2010, 30),
        own_plan,
        stating("other.xlsx", OLD, "10", 2010, 40),
        // One unit on two geographies.
        stating("old map.xlsx", OLD, "04", 2012, 30),
        stating("new map.xlsx", NEW, "04", 2012, 30),
        // A unit and one that was merged into it.
        stating("former.xlsx", OLD, "02", 2014, 30),
        stating("successor.xlsx", NEW, "08", 2014, 30),
        // Two that were merged into the same unit.
        stating("one.xlsx", OLD, "02", 2016, 30),
        stating("two.xlsx", OLD, "08", 2016, 30),
        // Sent by mistake, then corrected.
        stating("right.xlsx", OLD, "04", 2018, 30),
        stating("wrong.xlsx", OLD, "06", 2018, 30),
        stating("corrected.xlsx", OLD, "06", 2018, 50).sending(2),
        half("half 2020.xlsx", 2020, 30),
        half("half 2021.xlsx", 2021, 30),
        half("half 2022.xlsx", 2022, 60),
    ])
});

fn found(rule: &str, year: &str) -> Vec<String> {
    sql(
        &RUN.lake(),
        &format!(
            "SELECT file_name, scenario, cell FROM findings WHERE rule = '{rule}' AND period LIKE '{year}%' ORDER BY file_name, cell"
        ),
    )
}

#[test]
fn a_copy_is_told_of_both_units_column_by_column() {
    let told = found("R118", "2010");
    assert_eq!(told.len(), 6, "{told:?}");
    assert_eq!(
        told.iter()
            .filter(|f| f.starts_with("copied.xlsx,"))
            .count(),
        3
    );
    let said = sql(
        &RUN.lake(),
        "SELECT DISTINCT file_name, message_en FROM findings WHERE rule = 'R118' AND period = '2010' AND scenario = 'estimate' ORDER BY file_name",
    );
    assert!(
        said[0].contains("are those of Bac Kan in copy.xlsx"),
        "{said:?}"
    );
    assert!(
        said[1].contains("are those of Cao Bang in copied.xlsx"),
        "{said:?}"
    );
}

#[test]
fn units_with_territory_in_common_are_no_copies() {
    assert!(found("R118", "2012").is_empty());
    assert!(found("R118", "2014").is_empty());
    assert_eq!(found("R118", "2016").len(), 8);
}

#[test]
fn a_version_that_was_replaced_is_no_copy() {
    assert!(found("R118", "2018").is_empty());
}

#[test]
fn a_half_year_is_compared_with_the_half_year_before() {
    assert_eq!(found("R119", "2021-S1").len(), 4);
    assert!(found("R119", "2020").is_empty());
    assert!(found("R119", "2022").is_empty());
}

/// 63 reports of 100 cooperatives each, and one estimate of a quarter of the country and more.
#[test]
fn a_share_needs_a_total_without_gaps() {
    let run = Run::written([]);
    let names = &catalogue().unit_names;
    let units: Vec<&str> = names
        .iter()
        .filter(|((vintage, _), _)| vintage == OLD)
        .map(|(_, names)| names[0].name_vi.as_str())
        .collect();
    assert_eq!(units.len(), 63);
    for (i, unit) in units.iter().enumerate() {
        for year in [2010, 2012] {
            let cells = match (i, year) {
                (0, _) => "100 100 1576 100",
                // In the second year one unit leaves a gap.
                (1, 2012) => " 100 100 100",
                _ => "100 100 100 100",
            };
            Sheet::one(unit, year)
                .row("htx_total", cells)
                .write(&run.inbox());
        }
    }
    run.again(&[&run.inbox()]);
    assert_eq!(
        sql(
            &run.lake(),
            "SELECT period, passed, failed, undecided FROM rule_results WHERE rule = 'R122' ORDER BY period"
        ),
        // With a gap, 100 is still no quarter of 6,200; whether 1,576 is one of the country's cannot be known.
        ["2010,251,1,0", "2012,250,0,2"]
    );
    let said = sql(
        &run.lake(),
        "SELECT cell, scenario, message_en FROM findings WHERE rule = 'R122'",
    );
    assert!(
        said.len() == 1
            && said[0].starts_with("D6,estimate,")
            && said[0]
                .contains("25 % of the country's total of the year before (6,300 in all reports)"),
        "{said:?}"
    );
}

#[test]
fn a_sector_without_a_row_counts_nothing_and_one_without_a_value_leaves_the_sum_open() {
    let run = Run::written([]);
    for sheet in [
        // Fits, though only three of the sectors have rows.
        Sheet::two("Sơn La", 2010)
            .row("_T", "30 30")
            .row("A", "10 10")
            .row("C", "20 20"),
        // Does not fit.
        Sheet::two("Lai Châu", 2010)
            .row("_T", "40 30")
            .row("A", "10 10")
            .row("C", "20 20"),
        // The sub-sectors stand for their sector.
        Sheet::two("Cao Bằng", 2010)
            .row("_T", "30 30")
            .row("A1", "4 4")
            .row("A2", "6 6")
            .row("C", "20 20"),
        // A blank, and a cell held back.
        Sheet::two("Điện Biên", 2010)
            .row("_T", "40 40")
            .row("A", "10 10")
            .row("C", " 2x0"),
        // A sub-sector that is left out counts nothing; those that are there exceed their sector.
        Sheet::two("Bắc Kạn", 2010)
            .row("_T", "10 10")
            .row("A", "10 10")
            .row("A1", "11 4"),
        // Nothing but the total.
        Sheet::two("Hòa Bình", 2010).row("_T", "10 10"),
    ] {
        sheet.write(&run.inbox());
    }
    run.again(&[&run.inbox()]);
    assert_eq!(
        sql(
            &run.lake(),
            "SELECT f.rule, u.name_vi, f.cell FROM findings f JOIN units u ON u.unit_code = f.unit_code AND u.vintage = f.unit_vintage \
             WHERE f.rule LIKE 'R2%' ORDER BY f.rule, u.name_vi"
        ),
        ["R201,Hòa Bình,B7", "R201,Lai Châu,B7", "R202,Bắc Kạn,B8"]
    );
    assert_eq!(
        sql(
            &run.lake(),
            "SELECT rule, passed, failed, undecided FROM rule_results WHERE rule IN ('R201', 'R202') ORDER BY rule"
        ),
        ["R201,3,2,1", "R202,0,1,5"]
    );
}

/// A subject of its own uses the same kinds: each row of its table is a unit.
#[test]
fn rows_that_are_units_are_doubted_one_by_one() {
    let directory = TempDir::new().expect("a directory");
    let place = directory.path();
    definitions(place);
    let write = |file: &str, text: &str| fs::write(place.join(file), text).expect("written");
    let rule = |id: &str, text: &str| {
        format!(
            "[[rule]]\nid = \"{id}\"\nform = \"HTX-KQ\"\nseverity = \"warning\"\nmessage_vi = \"?\"\nmessage_en = \"?\"\n{text}\n"
        )
    };
    let indicator = "htx_operating_with_results";
    let rules = [
        rule(
            "P1",
            "kind = \"copy\"\nof = \"year-before\"\nat_least = \"1\"\nabove = \"1000\"",
        ),
        rule(
            "P2",
            "kind = \"copy\"\nof = \"other-units\"\nat_least = \"1\"\nabove = \"1000\"",
        ),
        rule("P3", "kind = \"empty\"\nat_least = \"1\""),
        rule(
            "P4",
            &format!("kind = \"share\"\nindicator = \"{indicator}\"\nat_most = \"0.25\""),
        ),
        rule(
            "P5",
            &format!(
                "kind = \"factor\"\nof = \"year-before\"\nindicators = [\"{indicator}\"]\nfactor = \"5\""
            ),
        ),
        rule(
            "P6",
            &format!(
                "kind = \"factor\"\nof = \"other-units\"\nindicators = [\"{indicator}\"]\nfactor = \"50\"\nunits = \"10\""
            ),
        ),
    ];
    write("pipelines/htx-pxweb/rules.toml", &rules.concat());
    fs::create_dir(place.join("inbox")).expect("a directory");
    let sample = root().join("pipelines/htx-pxweb/sample-data/htx-kqsxkd-2022.csv");
    let first = fs::read_to_string(sample).expect("the sample");
    write("inbox/2022.csv", &first);
    let second = first.lines().map(|line| match line {
        _ if line.contains("Lai Châu") => "\"Lai Châu\",20000".to_owned(),
        _ if line.contains("Quảng Ninh") => "\"Quảng Ninh\",0".to_owned(),
        _ if line.contains("Sơn La") => "\"Sơn La\",1187".to_owned(),
        _ => line.replace("2022", "2023"),
    });
    write("inbox/2023.csv", &second.collect::<Vec<_>>().join("\n"));
    let run = [
        "run",
        "pipelines/htx-pxweb",
        "--submissions",
        "inbox",
        "--fail-on",
        "never",
    ];
    succeeded(&tonghop_in(place, &run));
    let asked = |query: &str| sql(&place.join("lake"), query);
    assert_eq!(
        asked(
            "SELECT f.rule, u.name_vi FROM findings f JOIN units u ON u.unit_code = f.unit_code AND u.vintage = f.unit_vintage \
               WHERE f.period = '2023' AND f.rule IS NOT NULL ORDER BY f.rule, u.name_vi"
        ),
        [
            "P1,Hà Nội",
            "P2,Hà Nội",
            "P2,Sơn La",
            "P3,Quảng Ninh",
            "P4,Lai Châu",
            "P5,Lai Châu",
            "P5,Quảng Ninh",
            "P6,Lai Châu",
            "P6,Quảng Ninh",
        ]
    );
    let said =
        asked("SELECT message_en FROM findings WHERE rule = 'P5' AND message_en LIKE '%20,000%'");
    assert!(
        said.len() == 1 && said[0].contains("136 the year before (2022.csv › B"),
        "{said:?}"
    );
}
