//! A third breakdown is a file: a subject declares it, and it is a column of the lake's tables behind the two that every lake
//! has. The subject of these tests counts cooperatives by size.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::definitions::{definitions, print_one_table};
use crate::support::files::{change, root, write};
use crate::support::program::{run_at, said, sql, succeeded, tonghop};

const PIPELINE: &str = r#"id = "by-size"
title_vi = "Hợp tác xã theo quy mô"
title_en = "Cooperatives by size"
reference = "../reference"
models = "../statistics/models"
submissions = []
utc_offset_hours = 7
edition = "2022"

[country]
code = "VN"
name_vi = "CẢ NƯỚC"
name_en = "WHOLE COUNTRY"

[[reporters]]
id = "UBND"
words = ["Ủy ban nhân dân", "UBND"]
rank = 1

[[breakdowns]]
id = "size"
list = "sizes.csv"
name_vi = "quy mô"
name_en = "size"

[headline]
indicators = ["coops"]
"#;

const INDICATORS: &str = "indicator,section,row_code,level,home_form,name_vi,name_en,unit,decimals,measure,weight_indicator,numerator,denominator,scale,note,breakdowns
coops,,,0,QM-01,Số hợp tác xã,Cooperatives,HTX,0,stock,,,,,,size
workers,,,0,QM-01,Số lao động,Workers,người,0,stock,,,,,,size
revenue,,,0,QM-01,Doanh thu bình quân,Average revenue,triệu đồng/năm,1,mean,coops,,,,,size
workers_each,,,0,,Lao động bình quân,Workers per cooperative,người,1,ratio,,workers,coops,1,,size
";

const SIZES: &str = "size_code,parent,level,name_vi,name_en
small,,0,Quy mô nhỏ,Small
large,,0,Quy mô lớn,Large
";

const FORM: &str = r#"form = "QM-01"
title_vi = "Hợp tác xã phân theo quy mô"
title_en = "Cooperatives by size"
frequencies = ["annual"]

[rows]
dimension = "size"
head = ["Quy mô"]
total = ["Tổng số"]

[[columns]]
id = "coops"
head = ["Số hợp tác xã"]
indicator = "coops"
scenario = "actual"
period = "N"

[[columns]]
id = "workers"
head = ["Số lao động"]
indicator = "workers"
scenario = "actual"
period = "N"

[[columns]]
id = "revenue"
head = ["Doanh thu bình quân"]
indicator = "revenue"
scenario = "actual"
period = "N"
"#;

/// By place, and by size: a query of the subject's own.
const BY_PLACE: &str = r#"id = "01"
title = { vi = "Theo địa phương", en = "By place" }
unit = { vi = "HTX", en = "HTX" }
query = "../../statistics/tables/by_place.sql"
indicators = ["coops"]
scenario = "actual"
source = { vi = "Biểu QM-01", en = "Form QM-01" }
forms = ["QM-01"]

[rows]
head = { vi = "Địa phương", en = "Province" }
nested = true

[[columns]]
id = "coops"
each = "year"
head = { vi = "{year}", en = "{year}" }
"#;

const BY_SIZE: &str = r#"id = "02"
title = { vi = "Theo quy mô", en = "By size" }
unit = { vi = "HTX", en = "HTX" }
query = "by_size.sql"
indicators = ["coops"]
scenario = "actual"
source = { vi = "Biểu QM-01", en = "Form QM-01" }
forms = ["QM-01"]

[rows]
head = { vi = "Quy mô", en = "Size" }

[[columns]]
id = "figure"
each = "year"
head = { vi = "{year}", en = "{year}" }
"#;

const BY_SIZE_SQL: &str = "SELECT o.position AS row_order, s.size_code AS row_id, CAST(0 AS BIGINT) AS level, 'plain' AS style, s.name_vi AS label_vi, \
s.name_en AS label_en, {geography} AS of_geography, {country} AS of_code, n.indicator AS of_indicator, \
'_T:_T:' || s.size_code AS of_members, 'figure' AS column_id, n.period, n.value, n.status, \
n.share_estimated IS NOT NULL AS estimated, CAST(0 AS BIGINT) AS decimals, n.units_reported, n.units_expected, \
'x' AS missing_vi, 'x' AS missing_en
FROM sizes s
JOIN official_order o ON o.list = 'size' AND o.code = s.size_code
JOIN national n ON n.size = s.size_code AND {n.breakdowns except size = '_T'} AND n.geography = {geography}
WHERE n.indicator IN ({indicators}) AND n.scenario = {scenario} AND n.period IN ({periods})
";

/// A model of the subject that reads the code list and fills a table.
const MODEL: &str = "-- largest: what the largest have.\n-- runs: all vintages\n-- lake: yes\n\
SELECT f.geography, f.unit_code, f.period, {f.breakdowns}, s.name_en, f.value\n\
FROM facts f\nJOIN sizes s ON s.size_code = f.size AND s.size_code = 'large'\n\
WHERE f.indicator = 'coops' AND f.scenario = 'actual'\n";

/// Writes the subject beside the others.
fn subject(place: &Path) -> PathBuf {
    let pipelines = definitions(place);
    let own = pipelines.join("by-size");
    write(&own.join("pipeline.toml"), PIPELINE);
    write(&own.join("indicators.csv"), INDICATORS);
    write(&own.join("sizes.csv"), SIZES);
    write(&own.join("forms/qm-01.toml"), FORM);
    write(&own.join("tables/01.toml"), BY_PLACE);
    write(&own.join("tables/02.toml"), BY_SIZE);
    write(&own.join("tables/by_size.sql"), BY_SIZE_SQL);
    write(&own.join("models/largest.sql"), MODEL);
    let edition = fs::read_to_string(root().join("pipelines/htx-pxweb/editions/2022.toml"));
    let edition = edition
        .unwrap()
        .replace("first_year = 2022", "first_year = 2021");
    write(&own.join("editions/2022.toml"), edition);
    own
}

/// The report of a unit for a year: cooperatives, workers and revenue in all, of the small and of the large.
fn report(unit: &str, year: u32, [all, small, large]: [&str; 3]) -> String {
    format!(
        "Biểu số: QM-01;;;\nHỢP TÁC XÃ PHÂN THEO QUY MÔ NĂM {year};;;\nĐơn vị báo cáo: UBND tỉnh {unit};;;\n\
         Quy mô;Số hợp tác xã;Số lao động;Doanh thu bình quân\n\
         Tổng số;{all}\nQuy mô nhỏ;{small}\nQuy mô lớn;{large}\n"
    )
}

struct World {
    place: TempDir,
    own: PathBuf,
}

impl World {
    fn send(&self, name: &str, text: &str) {
        let inbox = self.place.path().join("inbox");
        write(&inbox.join(name), text);
        let received = inbox.join("received.csv");
        let known =
            fs::read_to_string(&received).unwrap_or_else(|_| "file_name,received_at\n".to_owned());
        fs::write(
            received,
            format!(
                "{known}{name},2023-01-1{}T08:00:00+07:00\n",
                known.lines().count()
            ),
        )
        .unwrap();
    }

    fn run(&self) -> String {
        let more = ["--at", "2021-01-01", "--fail-on", "never"];
        succeeded(&run_at(self.place.path(), &self.own, &more))
    }

    fn lake(&self) -> PathBuf {
        self.place.path().join("lake")
    }

    fn sql(&self, query: &str) -> Vec<String> {
        sql(&self.lake(), query)
    }

    fn ask(&self, command: &[&str]) -> String {
        let (own, lake) = (self.own.to_string_lossy(), self.lake());
        let lake = lake.to_string_lossy();
        let mut all = command.to_vec();
        all.extend(["--pipeline", &own, "--lake", &lake]);
        succeeded(&tonghop(&all))
    }
}

/// Two provinces that were merged, in two years.
fn world() -> World {
    let place = TempDir::new().unwrap();
    let own = subject(place.path());
    let world = World { place, own };
    for (name, unit, year, lines) in [
        (
            "a1.csv",
            "Lào Cai",
            2021,
            ["30;300;10", "20;100;4", "10;200;22"],
        ),
        ("b1.csv", "Yên Bái", 2021, ["12;90;8", "10;50;7", "2;40;13"]),
        (
            "a2.csv",
            "Lào Cai",
            2022,
            ["33;330;12", "22;110;6", "11;220;24"],
        ),
        (
            "b2.csv",
            "Yên Bái",
            2022,
            ["15;120;9", "12;60;8", "3;60;13"],
        ),
    ] {
        world.send(name, &report(unit, year, lines));
    }
    world.run();
    world
}

#[test]
fn a_third_breakdown_is_a_column_of_all_tables() {
    let world = world();
    succeeded(&tonghop(&["check", world.own.to_str().unwrap()]));
    assert_eq!(
        world.sql("SELECT code, message_en FROM findings WHERE severity <> 'info'"),
        Vec::<String>::new()
    );
    // It stands behind the two that every lake has, in every table of figures.
    for table in [
        "observations",
        "facts",
        "fact_sources",
        "provincial",
        "regional",
        "national",
        "revisions",
    ] {
        assert_eq!(
            world.sql(&format!(
                "SELECT string_agg(column_name, ' ' ORDER BY ordinal_position) FROM information_schema.columns \
                 WHERE table_name = '{table}' AND column_name IN ('indicator', 'sector', 'fund', 'size', 'scenario')"
            )),
            ["indicator sector fund size scenario"],
            "{table}"
        );
    }
    assert_eq!(
        world.sql("SELECT DISTINCT sector, fund, size FROM observations ORDER BY size"),
        ["_T,_T,_T", "_T,_T,large", "_T,_T,small"]
    );
    let figures = |table: &str, place: &str, indicator: &str| {
        world.sql(&format!(
            "SELECT period, size, round(value, 2) FROM {table} WHERE {place} AND indicator = '{indicator}' \
             AND scenario = 'best' AND sector = '_T' AND fund = '_T' ORDER BY period, size"
        ))
    };
    // The merged province, its region and the country have them by size; means and ratios by the weights of their size.
    for (table, place) in [
        ("facts", "geography = '2025' AND unit_code = '15'"),
        ("provincial", "geography = '2025' AND code = '15'"),
        ("regional", "geography = '2025' AND scheme = '6v-2025'"),
        ("national", "geography = '2025'"),
    ] {
        assert_eq!(
            figures(table, place, "coops"),
            [
                "2021,_T,42.00",
                "2021,large,12.00",
                "2021,small,30.00",
                "2022,_T,48.00",
                "2022,large,14.00",
                "2022,small,34.00"
            ]
            .map(|row| row.replace(".00", ".000000").replace(".000000", ".00")),
            "{table}"
        );
        // (22 × 10 + 13 × 2) / 12 and (4 × 20 + 7 × 10) / 30
        assert_eq!(
            figures(table, place, "revenue")[1..3],
            ["2021,large,20.50", "2021,small,5.00"],
            "{table}"
        );
        // 240 / 12 and 150 / 30
        assert_eq!(
            figures(table, place, "workers_each")[1..3],
            ["2021,large,20.00", "2021,small,5.00"],
            "{table}"
        );
    }
    assert_eq!(
        world.sql(
            "SELECT size, count(*) FROM fact_sources WHERE geography = '2025' AND unit_code = '15' AND period = '2022' \
             AND indicator = 'coops' AND scenario = 'actual' GROUP BY size ORDER BY size"
        ),
        ["_T,2", "large,2", "small,2"]
    );
    // Models of the subject read its columns and its code list.
    assert_eq!(
        world.sql("SELECT unit_code, period, sector, size, name_en, CAST(value AS BIGINT) FROM largest WHERE geography = '2025' ORDER BY period"),
        ["15,2021,_T,large,Large,12", "15,2022,_T,large,Large,14"]
    );
    assert_eq!(
        world.sql("SELECT size_code, name_en FROM sizes ORDER BY size_code"),
        ["large,Large", "small,Small"]
    );
}

#[test]
fn printed_tables_trace_and_diff_know_a_third_breakdown() {
    let world = world();
    // A printed table is at the total unless its query says otherwise.
    let printed = |table: &str| fs::read_to_string(world.place.path().join(table)).unwrap();
    let by_place = printed("out/csv/01.csv");
    assert!(by_place.contains("48"), "{by_place}");
    // One row for each year.
    assert_eq!(by_place.matches("Lào Cai,").count(), 2, "{by_place}");
    let by_size = printed("out/csv/02.csv");
    let rows: Vec<&str> = by_size
        .lines()
        .filter(|line| line.contains("Quy mô"))
        .collect();
    assert!(by_size.contains("34") && by_size.contains("14"), "{rows:?}");

    let figure = [
        "trace",
        "--indicator",
        "coops",
        "--period",
        "2022",
        "--geography",
        "2025",
        "--of",
        "large",
    ];
    let text = world.ask(&figure);
    assert!(text.contains("recomputed from 2 cells: 14 = 14"), "{text}");
    assert!(text.contains("a2.csv › B7"), "{text}");
    let text = world.ask(&[
        "trace",
        "--indicator",
        "revenue",
        "--period",
        "2022",
        "--of",
        "small",
    ]);
    // (6 × 22 + 8 × 12) / 34
    assert!(
        text.contains("recomputed from 4 cells: 6.705882 = 6.705882"),
        "{text}"
    );
    let text = world.ask(&[
        "trace", "--table", "02", "--row", "large", "--column", "2022",
    ]);
    assert!(text.contains("recomputed from 2 cells: 14 = 14"), "{text}");

    // A correction of the large ones alone changes them and nothing else.
    let lines = ["34;330;12", "22;110;6", "12;220;24"];
    world.send("a3.csv", &report("Lào Cai", 2022, lines));
    world.run();
    let text = world.ask(&["diff", "--format", "csv"]);
    let changed: Vec<&str> = text
        .lines()
        .filter(|line| {
            line.starts_with("national,2025,")
                && line.contains(",coops,")
                && line.contains(",actual,")
        })
        .collect();
    assert_eq!(changed.len(), 2, "{text}");
    assert!(
        changed
            .iter()
            .any(|line| line.contains("_T,_T,large,actual,14")),
        "{changed:?}"
    );
    assert!(
        changed.iter().all(|line| line.contains("a3.csv")),
        "{changed:?}"
    );
    let text = world.ask(&["diff"]);
    assert!(text.contains("tables       01, 02"), "{text}");
    assert_eq!(
        world.sql("SELECT size, CAST(value_before AS BIGINT), CAST(value_after AS BIGINT) FROM revisions WHERE indicator = 'coops' AND scenario = 'actual' ORDER BY size"),
        ["_T,33,34", "large,11,12"]
    );
}

#[test]
fn a_breakdown_that_is_declared_later_changes_no_figure() {
    let place = TempDir::new().unwrap();
    let own = definitions(place.path()).join("kttt");
    print_one_table(&own);
    let inbox = place.path().join("inbox");
    write(
        &inbox.join("a.csv"),
        "Biểu số: KTTT-01;;\nĐơn vị báo cáo: UBND tỉnh Sơn La;;\nNĂM 2025;;\n\
         Chỉ tiêu;Thực hiện năm 2024;Ước thực hiện năm 2025\nTổng số hợp tác xã;1100;1110\n",
    );
    let run = || {
        succeeded(&run_at(
            place.path(),
            &own,
            &["--at", "2021-01-01", "--fail-on", "never"],
        ))
    };
    run();
    write(&own.join("sizes.csv"), SIZES);
    let declared = PIPELINE
        .split("\n\n")
        .find(|part| part.starts_with("[[breakdowns]]"));
    let text = fs::read_to_string(own.join("pipeline.toml")).unwrap();
    fs::write(
        own.join("pipeline.toml"),
        format!("{text}\n{}\n", declared.unwrap()),
    )
    .unwrap();
    run();
    let lake = place.path().join("lake");
    assert_eq!(sql(&lake, "SELECT DISTINCT size FROM national"), ["_T"]);
    let (pipeline, lake) = (own.to_string_lossy(), lake.to_string_lossy());
    let text = succeeded(&tonghop(&[
        "diff",
        "--pipeline",
        &pipeline,
        "--lake",
        &lake,
    ]));
    assert!(text.contains("definitions  changed"), "{text}");
    assert!(!text.contains("1,110"), "{text}");
    let text = succeeded(&tonghop(&["diff", "--format", "csv", "--lake", &lake]));
    assert_eq!(
        text.lines()
            .filter(|line| line.contains("htx_total"))
            .count(),
        0,
        "{text}"
    );
}

#[test]
fn a_breakdown_that_names_what_is_there_is_refused() {
    for (old, new, wanted) in [
        (
            "id = \"size\"",
            "id = \"scenario\"",
            "`scenario` cannot be the id of a breakdown",
        ),
        (
            "id = \"size\"",
            "id = \"units_reported\"",
            "`units_reported` cannot be the id of a breakdown",
        ),
        (
            "id = \"size\"",
            "id = \"order\"",
            "`order` cannot be the id of a breakdown",
        ),
        (
            "\"sizes.csv\"",
            "\"units.csv\"",
            "the code list `units.csv` has the name of another table of the lake",
        ),
        (
            "\"sizes.csv\"",
            "\"Sizes.csv\"",
            "`Sizes.csv` is no code list of this pipeline",
        ),
    ] {
        let place = TempDir::new().unwrap();
        let own = subject(place.path());
        change(&own.join("pipeline.toml"), old, new);
        let output = tonghop(&["check", own.to_str().unwrap()]);
        let text = said(&output);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(
            text.contains(wanted) && text.contains("pipeline.toml:"),
            "{new}\n{text}"
        );
    }
    // A model cannot have the name of the code list.
    let place = TempDir::new().unwrap();
    let own = subject(place.path());
    write(
        &own.join("models/sizes.sql"),
        "-- runs: once\nSELECT 1 AS one\n",
    );
    let text = said(&tonghop(&["check", own.to_str().unwrap()]));
    assert!(
        text.contains("the model `sizes` has the name of a table that is there before it"),
        "{text}"
    );
}
