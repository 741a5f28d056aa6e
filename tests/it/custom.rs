//! What a user may add to the definitions: a rule that holds reports back, schemes of regions, tolerances. One copy of the
//! pipeline has all of them and is run once.

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use tempfile::TempDir;

use crate::support::catalogue::{NEW, OLD, catalogue};
use crate::support::definitions::{definitions, print_one_table};
use crate::support::files::{change, root, write};
use crate::support::program::{run_at, sql, succeeded, tonghop};
use crate::support::sheet::Sheet;

struct Custom {
    directory: TempDir,
}

impl Custom {
    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn sql(&self, query: &str) -> Vec<String> {
        sql(&self.path("lake"), query)
    }
}

const REGION_HEAD: &str = "scheme,region_code,region_name_vi,region_name_en,vintage,unit_code,valid_from,valid_to,legal_basis";

/// A scheme that puts the units of a vintage into regions by turns.
fn scheme(name: &str, vintage: &str, regions: &[&str]) -> String {
    let units = catalogue().units(vintage);
    let rows = units
        .iter()
        .zip(regions.iter().cycle())
        .map(|(unit, region)| {
            format!(
                "{name},{region},Vùng {region},Region {region},{vintage},{unit},2021-01-01,,thử\n"
            )
        });
    format!("{REGION_HEAD}\n{}", rows.collect::<String>())
}

/// A province that did not change reports on both geographies: two reports of each form. On one geography its forms
/// disagree.
fn on_both_geographies() -> Vec<Sheet> {
    let forms = |sector_total| {
        [
            Sheet::one("Cao Bằng", 2025).row("htx_total", "  80 "),
            Sheet::two("Cao Bằng", 2025).row("_T", sector_total),
        ]
    };
    let mut sheets = Vec::from(forms("80 800"));
    sheets.extend(forms("81 800").map(Sheet::on_34));
    sheets
}

/// The sheets of a province. Its later versions fail the rule that holds reports back; the version that counts fails
/// another rule.
fn held() -> Vec<Sheet> {
    let version = |number: u32, unit, total: &str| {
        Sheet::one(unit, 2022)
            .sending(number)
            .row("htx_total", total)
            .row("htx_active", "5 5 5 5")
            .row("htx_suspended", "5 5 5 5")
    };
    vec![
        version(1, "Sơn La", "10 10 10 10").row("htx_good_fair", "5 5 11 5"),
        version(2, "Sơn La", "9 9 9 9"),
        version(3, "Sơn La", "8 8 8 10").row("htx_good_fair", "9 5 5 5"),
        Sheet::two("Sơn La", 2022).row("_T", "10 100"),
        version(1, "Lai Châu", "10 10 9 10"),
        // The same report, accepted by a decision, and with the rule waived by one.
        version(1, "Hà Giang", "10 10 9 10"),
        version(1, "Điện Biên", "10 10 9 10"),
    ]
}

/// Three provinces and the province they became, in the year of the change; and a province that did not change.
fn overlapping() -> Vec<Sheet> {
    let sheet = |unit, [total, members, workers, directors]: [u32; 4]| {
        let estimate = |value: u32| format!("  {value} ");
        Sheet::one(unit, 2025)
            .row("htx_total", &estimate(total))
            .row("htx_members", &estimate(members))
            .row("htx_workers", &estimate(workers))
            .row("htx_directors", &estimate(directors))
    };
    let mut sheets: Vec<Sheet> = ["Phú Thọ", "Vĩnh Phúc", "Hòa Bình"]
        .into_iter()
        .map(|unit| sheet(unit, [100, 1000, 1000, 100]))
        .collect();
    sheets.push(sheet("Phú Thọ", [330, 3045, 3031, 301]).on_34());
    sheets.push(sheet("Điện Biên", [70, 700, 70, 70]).on_34());
    sheets
}

static CUSTOM: LazyLock<Custom> = LazyLock::new(|| {
    let custom = Custom {
        directory: TempDir::new().expect("a directory"),
    };
    let pipelines = definitions(custom.directory.path());
    let own = pipelines.join("kttt");
    print_one_table(&own);
    change(
        &own.join("rules.toml"),
        "id = \"R101\"\n",
        "id = \"R101\"\non_fail = \"hold\"\n",
    );
    write(
        &pipelines.join("reference/regions/halves.csv"),
        scheme("2v-2004", OLD, &["LE", "CHAN"]),
    );
    write(
        &own.join("regions/thirds.csv"),
        scheme("3v-2025", NEW, &["MOT", "HAI", "BA"]),
    );
    change(
        &own.join("editions/2025.toml"),
        "\"6v-2025\"",
        "\"3v-2025\"",
    );
    let decided = |file: &str, what: &str| {
        format!(
            "[[decision]]\nfile = \"2022-KTTT-01-{file}-63-1.csv\"\n{what}\nby = \"Vụ\"\non = \"2026-01-15\"\nwhy = \"đã xác nhận\"\n"
        )
    };
    let decisions = [
        decided("Hà Giang", "accept = true"),
        decided("Điện Biên", "waive = [\"R101\"]"),
    ];
    write(&own.join("decisions.toml"), decisions.concat());
    let indicators = own.join("indicators.csv");
    let text = fs::read_to_string(&indicators).expect("a catalogue");
    let lines = text.lines().map(|line| {
        let more = match line.split(',').next().expect("a code") {
            "indicator" => "tolerance,tolerance_units",
            "htx_total" => "0.1,",
            "htx_members" => ",50",
            "htx_directors" => "0,0",
            _ => ",",
        };
        format!("{line},{more}\n")
    });
    write(&indicators, lines.collect::<String>());
    let inbox = custom.path("inbox");
    fs::create_dir(&inbox).expect("a directory");
    let sheets = [held(), overlapping(), on_both_geographies()];
    for sheet in sheets.iter().flatten() {
        sheet.write(&inbox);
    }
    let more = ["--fail-on", "never", "--at", "2026-06-30"];
    succeeded(&run_at(custom.directory.path(), &own, &more));
    custom
});

#[test]
fn a_report_that_a_rule_holds_back_gives_way_to_the_version_before_it() {
    assert_eq!(
        CUSTOM.sql(
            "SELECT s.file_name, r.is_current, r.observations > 0, r.cells_total = r.cells_loaded + r.cells_explained, s.outcome \
             FROM reports r JOIN submissions s USING (submission_id) WHERE r.period = '2022' ORDER BY s.file_name"
        ),
        [
            "2022-KTTT-01-Hà Giang-63-1.csv,true,true,true,accepted_with_findings",
            "2022-KTTT-01-Lai Châu-63-1.csv,false,false,true,held",
            "2022-KTTT-01-Sơn La-63-1.csv,true,true,true,accepted_with_findings",
            "2022-KTTT-01-Sơn La-63-2.csv,false,false,true,held",
            "2022-KTTT-01-Sơn La-63-3.csv,false,false,true,held",
            "2022-KTTT-01-Điện Biên-63-1.csv,true,true,true,accepted_with_findings",
            "2022-KTTT-02-Sơn La-63-1.csv,true,true,true,accepted_with_findings",
        ]
    );
    assert_eq!(
        CUSTOM.sql(
            "SELECT unit_code, value FROM facts WHERE geography = '2004' AND indicator = 'htx_total' AND period = '2022' \
             AND scenario = 'estimate' AND sector = '_T' AND value IS NOT NULL ORDER BY unit_code"
        ),
        ["02,9.000000", "11,9.000000", "14,10.000000"]
    );
}

/// Each version is judged once, by all rules, and nothing of an earlier round is left.
#[test]
fn each_version_bears_its_own_judgement_once() {
    assert_eq!(
        CUSTOM.sql(
            "SELECT file_name, code, rule, severity, scenario, f.period, cell FROM findings f \
             WHERE f.period = '2022' AND (rule IS NOT NULL OR code IN ('TH403', 'TH502')) ORDER BY file_name, code, scenario, cell"
        ),
        [
            // What people accepted or excused is not held back.
            "2022-KTTT-01-Hà Giang-63-1.csv,TH501,R101,error,estimate,2022,D8",
            // Only the estimate of Lai Châu fails.
            "2022-KTTT-01-Lai Châu-63-1.csv,TH502,R101,error,estimate,2022,D8",
            "2022-KTTT-01-Sơn La-63-1.csv,TH501,R102,error,estimate,2022,D10",
            "2022-KTTT-01-Sơn La-63-2.csv,TH502,R101,error,actual,2022,B8",
            "2022-KTTT-01-Sơn La-63-2.csv,TH502,R101,error,estimate,2022,D8",
            "2022-KTTT-01-Sơn La-63-2.csv,TH502,R101,error,plan,2022,C8",
            "2022-KTTT-01-Sơn La-63-2.csv,TH502,R101,error,plan,2022,E8",
            // The newest fails another rule too; its next plan passes.
            "2022-KTTT-01-Sơn La-63-3.csv,TH501,R102,error,actual,2022,B10",
            "2022-KTTT-01-Sơn La-63-3.csv,TH502,R101,error,actual,2022,B8",
            "2022-KTTT-01-Sơn La-63-3.csv,TH502,R101,error,estimate,2022,D8",
            "2022-KTTT-01-Sơn La-63-3.csv,TH502,R101,error,plan,2022,C8",
            "2022-KTTT-01-Điện Biên-63-1.csv,TH520,R101,info,estimate,2022,D8",
            // Sectors that are not there count nothing.
            "2022-KTTT-02-Sơn La-63-1.csv,TH501,R201,error,estimate,2022,B7",
        ]
    );
    // Four columns each of six KTTT-01; R203 is judged against the version that counts.
    assert_eq!(
        CUSTOM.sql(
            "SELECT rule, passed, failed, undecided FROM rule_results WHERE period = '2022' AND rule IN ('R101', 'R102', 'R203') ORDER BY rule"
        ),
        ["R101,14,10,0", "R102,6,2,16", "R203,1,0,0"]
    );
    let message = CUSTOM.sql("SELECT message_vi, message_en FROM findings WHERE code = 'TH502' AND file_name LIKE '%Lai Châu%'");
    let vi = "Số HTX đang hoạt động và ngừng hoạt động vượt tổng số HTX (ước thực hiện năm 2022): Số HTX đang hoạt động = 5 (D8); \
              Số HTX ngừng hoạt động, chờ giải thể = 5 (D9); Tổng số hợp tác xã = 9 (D7); báo cáo bị giữ lại";
    let en = "Operating and suspended cooperatives exceed all cooperatives (estimate for 2022): Operating cooperatives = 5 (D8); \
              Cooperatives suspended or awaiting dissolution = 5 (D9); Cooperatives = 9 (D7); the report is held back";
    assert_eq!(message, [format!("\"{vi}\",{en}")]);
    assert_eq!(
        CUSTOM.sql("SELECT number, kind, outcome FROM decisions ORDER BY number"),
        ["1,accept,applied", "2,waive,applied"]
    );
    // A report that is held back is owed still.
    let owed = CUSTOM.sql("SELECT count(*) FROM findings WHERE code = 'TH404' AND form = 'KTTT-01' AND period = '2022' AND unit_code = '12'");
    assert_eq!(owed, ["1"]);
}

/// A rule over two forms compares those of the same unit, vintage included.
#[test]
fn a_report_is_judged_once_with_the_other_form_of_its_own_geography() {
    assert_eq!(
        CUSTOM.sql("SELECT passed, failed, undecided FROM rule_results WHERE period = '2025' AND rule = 'R203'"),
        ["1,1,0"]
    );
    assert_eq!(
        CUSTOM.sql("SELECT unit_vintage, cell, message_en FROM findings WHERE period = '2025' AND rule = 'R203'"),
        ["2025,B7,Cooperatives in KTTT-02 differ from KTTT-01 (estimate for 2025): Cooperatives = 81 (B7); Cooperatives in KTTT-01 = 80 (D6)"]
    );
}

#[test]
fn schemes_of_regions_stand_side_by_side() {
    assert_eq!(
        CUSTOM.sql("SELECT DISTINCT geography, scheme FROM regional ORDER BY 1, 2"),
        [
            "2004,2v-2004",
            "2004,6v-2021",
            "2025,3v-2025",
            "2025,6v-2025"
        ]
    );
    assert_eq!(
        CUSTOM.sql("SELECT DISTINCT code, name_vi FROM regional WHERE scheme IN ('2v-2004', '3v-2025') ORDER BY 1"),
        ["BA,Vùng BA", "CHAN,Vùng CHAN", "HAI,Vùng HAI", "LE,Vùng LE", "MOT,Vùng MOT"]
    );
    // The regions of each scheme add up to the country of its geography.
    let apart = CUSTOM.sql(
        "WITH summed AS (\
             SELECT geography, scheme, period, indicator, sector, scenario, sum(value) AS value FROM regional \
             GROUP BY geography, scheme, period, indicator, sector, scenario) \
         SELECT s.scheme, count(*), sum(CASE WHEN s.value = n.value THEN 0 ELSE 1 END) FROM national n \
         JOIN indicators i ON i.indicator = n.indicator AND i.measure IN ('stock', 'flow') \
         LEFT JOIN summed s ON s.geography = n.geography AND s.period = n.period AND s.indicator = n.indicator \
          AND s.sector = n.sector AND s.scenario = n.scenario \
         WHERE n.value IS NOT NULL GROUP BY s.scheme ORDER BY s.scheme",
    );
    assert_eq!(apart.len(), 4, "{apart:?}");
    for line in &apart {
        let fields: Vec<&str> = line.split(',').collect();
        assert!(fields[1].parse::<i64>().expect("a number") > 10, "{line}");
        assert_eq!(fields[2], "0", "{line}");
    }
    // The edition is printed by its own scheme.
    let printed = fs::read_to_string(CUSTOM.path("out/csv/02.csv")).expect("a table");
    for region in ["Vùng MOT", "Vùng HAI", "Vùng BA"] {
        assert!(printed.contains(region), "{region}");
    }
    assert!(!printed.contains("MNPB"));
}

#[test]
fn the_catalogue_says_how_far_a_unit_and_its_former_units_may_be_apart() {
    // Within 10 %, within 50 persons, beyond 1 %, and by one where the tolerance is zero.
    assert_eq!(
        CUSTOM
            .sql("SELECT indicator, scenario, cell, message_vi FROM findings WHERE code = 'TH406'"),
        [
            "htx_workers,estimate,D8,\"Tổng số lao động thường xuyên trong HTX (ước thực hiện năm 2025): đơn vị mới báo cáo 3.031, các đơn vị cũ cộng lại 3.000 (không đơn vị cũ nào giải thích được số 3.031); 2 số liệu khác nhau\""
        ]
    );
    assert_eq!(
        CUSTOM.sql("SELECT indicator, tolerance, tolerance_units FROM indicators WHERE coalesce(tolerance, tolerance_units) IS NOT NULL ORDER BY indicator"),
        ["htx_directors,0.000000,0.000000", "htx_members,,50.000000", "htx_total,0.100000,"]
    );
}

/// The errors that `check` finds in a copy with this file.
fn said_with(file: &str, text: &str) -> String {
    let directory = TempDir::new().expect("a directory");
    let pipelines = definitions(directory.path());
    write(&pipelines.join(file), text);
    let output = tonghop(&["check", &pipelines.join("kttt").to_string_lossy()]);
    assert_eq!(output.status.code(), Some(1), "found sound");
    let said = String::from_utf8(output.stderr).expect("text");
    said.replace(&*directory.path().to_string_lossy(), "…")
}

#[test]
fn what_is_wrong_in_an_added_scheme_is_told_with_its_file_and_line() {
    let sound = scheme("2v-2004", OLD, &["LE", "CHAN"]);
    let lines: Vec<&str> = sound.lines().collect();
    let without_last = lines[..lines.len() - 1].join("\n");
    insta::assert_snapshot!(said_with("kttt/regions/halves.csv", &without_last), @r"
    error: the scheme of regions `2v-2004` does not tile: unit 2004:96 is in no region
      --> …/pipelines/kttt/regions/halves.csv:2
    hint: add a row that puts the unit into a region

    1 error in the definitions
    ");
    let taken = scheme("6v-2021", OLD, &["LE", "CHAN"]);
    insta::assert_snapshot!(said_with("reference/regions/again.csv", &taken), @r"
    error: the scheme of regions `6v-2021` stands in …/pipelines/reference/regions.csv too
      --> …/pipelines/reference/regions/again.csv:2
    hint: give one of the two another name

    1 error in the definitions
    ");
    let said = said_with(
        "kttt/regions/units.csv",
        &scheme("2v-2004", OLD, &["LE", "01"]),
    );
    assert!(
        said.contains("the region `01` of `2v-2004` has the code of a unit"),
        "{said}"
    );
    let said = said_with(
        "kttt/regions/units.csv",
        &scheme("2v-2004", OLD, &["LE", "VN"]),
    );
    assert!(
        said.contains("the region `VN` of `2v-2004` has the code of the country"),
        "{said}"
    );
    let two_names = sound.replacen("Region LE", "Region L", 1);
    let said = said_with("kttt/regions/names.csv", &two_names);
    assert!(said.contains("names.csv:4\n"), "{said}");
    let file = "kttt/indicators.csv";
    let text = fs::read_to_string(root().join("pipelines").join(file)).expect("a catalogue");
    let wrong: String = (text.lines().enumerate())
        .map(|(i, line)| format!("{line},{}\n", if i == 0 { "tolerance" } else { "5%" }))
        .collect();
    assert!(said_with(file, &wrong).contains("`5%` is not a tolerance"));
}

/// A scheme in its own file is part of the definitions that decide a snapshot.
#[test]
fn an_added_scheme_changes_the_hash_of_the_definitions() {
    let directory = TempDir::new().expect("a directory");
    let pipelines = definitions(directory.path());
    let hash = || {
        tonghop::plan::load(&pipelines.join("kttt"))
            .expect("sound")
            .definition_hash
    };
    let before = hash();
    write(
        &pipelines.join("reference/regions/halves.csv"),
        scheme("2v-2004", OLD, &["LE", "CHAN"]),
    );
    let between = hash();
    write(
        &pipelines.join("kttt/regions/thirds.csv"),
        scheme("3v-2025", NEW, &["MOT", "HAI", "BA"]),
    );
    assert!(before != between && between != hash());
}
