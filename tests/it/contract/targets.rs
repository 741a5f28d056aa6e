//! Targets: how far each is reached, year by year. One copy of the pipeline with targets of its own.

use std::fs;
use std::sync::LazyLock;

use tempfile::TempDir;

use crate::support::catalogue::{NEW, OLD};
use crate::support::definitions::{definitions, print_one_table};
use crate::support::inbox;
use crate::support::program::{run_at, sql, tonghop};
use crate::support::truth::Cell::Blank;
use crate::support::truth::{Form, Report, n, numbers};

const TARGETS: &str = "\
target_id,document,scope,scope_code,year,kind,expression,comparator,value,unit,text_vi
level,a,province,2025:01,2030,level,htx_total,>=,200,HTX,a
late,a,province,2025:01,2024,level,htx_total,>=,200,HTX,a
more,a,province,2025:01,2030,level,htx_total,>,160,HTX,a
fewer,a,province,2025:01,2026,level,htx_suspended,<=,0,HTX,a
yearly,a,province,2025:01,yearly,flow,htx_new,>=,10,HTX,a
share,a,province,2025:01,2030,share,htx_good_fair / htx_total * 100,>=,60,%,a
grown,a,province,2025:01,2030,growth,htx_members / htx_members@2020,>=,1.5,lần,a
unknown,a,province,2025:01,2030,growth,htx_members / htx_members@2019,>=,1.5,lần,a
nothing,a,province,2025:01,2030,level,lhhtx_total,>=,5,LHHTX,a
each,a,each province,*,2030,level,htx_total,>=,100,HTX,a
region,a,region,6v-2025:DBSH,2030,level,htx_total,>=,150,HTX,a
former,a,province,2004:44,2030,level,htx_total,>=,500,HTX,a
country,a,national,VN,2030,level,htx_total,>=,150,HTX,a
";

const HISTORY: &str = "\
period,scope,scope_code,indicator,value,unit,source,url,note
2020,province,2025:01,htx_members,1,nghìn thành viên,Sách trắng,https://a.vn,
2021,province,2025:01,htx_total,100,HTX,Sách trắng,https://a.vn,
2022,province,2025:01,htx_total,999,HTX,Sách trắng,https://a.vn,
";

static LAKE: LazyLock<TempDir> = LazyLock::new(|| {
    let place = TempDir::new().expect("a folder");
    let pipeline = definitions(place.path()).join("kttt");
    fs::write(pipeline.join("targets.csv"), TARGETS).expect("targets");
    fs::write(pipeline.join("history.csv"), HISTORY).expect("a history");
    print_one_table(&pipeline);
    let actual = |value: i64| vec![n(value), Blank, Blank, Blank];
    let one = |year: i32, total: i64| {
        Report::of(Form::Indicators, OLD, "01", year + 1)
            .row("htx_total", actual(total))
            .row("htx_suspended", actual(if year == 2022 { 40 } else { 10 }))
            .row("htx_new", actual(if year == 2022 { 9 } else { 10 }))
            .row("htx_good_fair", actual(total / 2))
            .row(
                "htx_members",
                actual(if year == 2022 { 1500 } else { 1150 }),
            )
    };
    let mut reports = vec![
        one(2022, 110),
        one(2023, 120),
        // Quảng Bình ends in 2025; what it says of 2024 is the last.
        Report::of(Form::Indicators, OLD, "44", 2024)
            .row("htx_total", numbers([400, 410, 420, 430])),
        Report::of(Form::Indicators, NEW, "01", 2025)
            .row("htx_total", numbers([150, 151, 160, 170])),
    ];
    inbox::write(&mut reports, &place.path().join("inbox"));
    run_at(place.path(), &pipeline, &["--fail-on", "never"]);
    place
});

/// `value reached needed_a_year verdict status` of a target in a year, numbers cut to what is exact.
fn result(target: &str, period: &str, code: &str) -> String {
    let geography = if target == "former" { OLD } else { NEW };
    let rows = sql(
        &LAKE.path().join("lake"),
        &format!(
            "SELECT round(value, 4) v, round(reached, 2) r, round(needed_a_year, 4) n, verdict, status FROM target_results \
             WHERE target_id = '{target}' AND period = '{period}' AND code = '{code}' AND geography = '{geography}'"
        ),
    );
    assert_eq!(rows.len(), 1, "{target} {period} {code}: {rows:?}");
    rows[0].clone()
}

/// The same for the province 01.
fn of_01(target: &str, period: &str) -> String {
    result(target, period, "01")
}

fn starts_with(result: &str, fields: &[&str]) {
    let found: Vec<&str> = result.split(',').collect();
    for (found, wanted) in found.iter().zip(fields) {
        let same = match (found.parse::<f64>(), wanted.parse::<f64>()) {
            (Ok(found), Ok(wanted)) => (found - wanted).abs() < 1e-9,
            _ => found == wanted,
        };
        assert!(same, "{result} is not {fields:?}");
    }
}

#[test]
fn a_level_keeps_to_the_line_from_the_first_known_value() {
    // From 100 published for 2021 to 200 in 2030, 11.1 a year: 110 in 2022 is less than 111.1.
    starts_with(
        &of_01("level", "2022"),
        &["110", "55", "11.25", "behind", "A"],
    );
    // 120 in 2023 is less than 122.2; 150 in 2024 is more than 133.3.
    starts_with(&of_01("level", "2023"), &["120", "60", "11.4286", "behind"]);
    starts_with(
        &of_01("level", "2024"),
        &["150", "75", "8.3333", "on the way", "A"],
    );
    starts_with(
        &of_01("level", "2025"),
        &["160", "80", "8", "on the way", "E"],
    );
}

#[test]
fn a_target_whose_year_has_come_is_reached_or_behind() {
    starts_with(&of_01("late", "2023"), &["120", "60", "80", "behind"]);
    starts_with(&of_01("late", "2024"), &["150", "75", "", "behind"]);
    let later = sql(
        &LAKE.path().join("lake"),
        "SELECT count(*) AS n FROM target_results WHERE target_id = 'late' AND period > '2024'",
    );
    assert_eq!(later, ["0"]);
}

#[test]
fn more_than_is_not_as_much_as() {
    starts_with(&of_01("more", "2025"), &["160", "100", "0", "on the way"]);
}

#[test]
fn what_should_fall_is_measured_by_the_way_covered() {
    // The first known value, and none before it.
    starts_with(&of_01("fewer", "2022"), &["40", "", "-10", "no baseline"]);
    // 30 of 40 covered after one year of four.
    starts_with(
        &of_01("fewer", "2023"),
        &["10", "75", "-3.3333", "on the way"],
    );
}

#[test]
fn a_yearly_flow_is_judged_each_year() {
    starts_with(&of_01("yearly", "2022"), &["9", "90", "", "behind"]);
    starts_with(&of_01("yearly", "2023"), &["10", "100", "", "reached"]);
}

#[test]
fn a_share_is_the_ratio_of_the_catalogue() {
    starts_with(&of_01("share", "2022"), &["50", "83.33", "1.25"]);
}

#[test]
fn a_growth_begins_at_a_published_figure_or_not_at_all() {
    // 1000 in 2020; 1500 in 2022; 1150 in 2023 are exactly on the line.
    starts_with(&of_01("grown", "2022"), &["1.5", "100", "0", "reached"]);
    starts_with(
        &of_01("grown", "2023"),
        &["1.15", "76.67", "0.05", "on the way"],
    );
    starts_with(&of_01("unknown", "2023"), &["", "", "", "no baseline"]);
    let base = sql(
        &LAKE.path().join("lake"),
        "SELECT DISTINCT CAST(baseline AS BIGINT) b, baseline_period, baseline_basis FROM target_results WHERE target_id = 'grown'",
    );
    assert_eq!(base, ["1000,2020,published"]);
}

#[test]
fn a_target_for_each_province_says_how_many_reach_it() {
    starts_with(
        &result("each", "2023", "01"),
        &["120", "120", "0", "reached", "A"],
    );
    starts_with(&result("each", "2023", "04"), &["", "", "", "no data", ""]);
    starts_with(
        &result("each", "2023", "VN"),
        // The province 44 of today has a part of its figure, and that is enough.
        &["2", "5.88", "4.5714", "no baseline", "P"],
    );
}

#[test]
fn a_partial_sum_is_judged_and_marked() {
    starts_with(
        &result("country", "2023", "VN"),
        &["520", "346.67", "0", "reached", "P"],
    );
    starts_with(
        &result("region", "2023", "DBSH"),
        &["120", "80", "4.2857", "no baseline", "P"],
    );
    starts_with(&of_01("nothing", "2023"), &["", "", "", "no data", ""]);
}

#[test]
fn a_territory_that_was_merged_is_not_reported_apart() {
    starts_with(&result("former", "2024", "44"), &["420", "84"]);
    starts_with(
        &result("former", "2025", "44"),
        &["", "", "", "territory no longer reported apart", ""],
    );
}

#[test]
fn a_target_that_measures_nothing_is_refused() {
    let place = TempDir::new().expect("a folder");
    let pipeline = definitions(place.path()).join("kttt");
    let told = |file: &str, text: &str, wanted: &str| {
        let path = pipeline.join(file);
        let before = fs::read_to_string(&path).expect("a file");
        fs::write(&path, text).expect("written");
        let output = tonghop(&["check", &pipeline.to_string_lossy()]);
        let said = crate::support::program::said(&output);
        assert!(said.contains(wanted), "{wanted}: {said}");
        fs::write(&path, before).expect("written");
    };
    let head = TARGETS.lines().next().expect("a head");
    let target = |kind: &str, year: &str, expression: &str, unit: &str| {
        format!("{head}\na,a,national,VN,{year},{kind},{expression},>=,1,{unit},a\n")
    };
    for (kind, year, expression, unit, wanted) in [
        (
            "share",
            "2030",
            "htx_new / htx_total * 100",
            "%",
            "has no ratio",
        ),
        (
            "share",
            "2030",
            "htx_good_fair / htx_total",
            "%",
            "has no ratio",
        ),
        ("share", "2030", "htx_good_fair", "%", "is not a share"),
        (
            "growth",
            "2030",
            "htx_members / htx_total@2020",
            "lần",
            "is not a growth",
        ),
        (
            "growth",
            "2015",
            "htx_members / htx_members@2020",
            "lần",
            "is not a growth",
        ),
        (
            "growth",
            "yearly",
            "htx_members / htx_members@2020",
            "lần",
            "is not a growth",
        ),
        (
            "level",
            "2030",
            "htx_members",
            "nghìn người",
            "the target in",
        ),
        (
            "level",
            "2030",
            "htx_good_fair / htx_total * 100",
            "%",
            "is not an indicator",
        ),
    ] {
        told("targets.csv", &target(kind, year, expression, unit), wanted);
    }
    let head = HISTORY.lines().next().expect("a head");
    for (row, wanted) in [
        (
            "2020,each province,*,htx_total,1,HTX,a,https://b,",
            "one place",
        ),
        (
            "2020,national,VN,htx_totel,1,HTX,a,https://b,",
            "not an indicator",
        ),
        (
            "2020,national,VN,htx_total,1,người,a,https://b,",
            "does not convert",
        ),
        ("2020,national,VN,htx_total,1,HTX,,https://b,", "no source"),
        (
            "20,national,VN,htx_total,1,HTX,a,https://b,",
            "is not a period",
        ),
        (
            "2020,national,VN,htx_total,a,HTX,a,https://b,",
            "is not a number",
        ),
        (
            "2020,national,VN,htx_total,1,HTX,a,https://b,\n2020,national,VN,htx_total,2,HTX,a,https://b,",
            "there twice",
        ),
    ] {
        told("history.csv", &format!("{head}\n{row}\n"), wanted);
    }
}
