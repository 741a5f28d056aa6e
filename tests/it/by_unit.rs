//! Tables whose rows are units: the second pipeline on its sample, and the cases that such tables bring.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use calamine::{Reader, Xlsx, open_workbook};
use tempfile::TempDir;

use crate::support::definitions::definitions;
use crate::support::files::{change, root};
use crate::support::program::{run_at, sql, succeeded, tonghop, tonghop_in};

const PIPELINE: &str = "pipelines/htx-pxweb";
const SAMPLE_FILE: &str = "pipelines/htx-pxweb/sample-data/htx-kqsxkd-2022.csv";

/// The folder of a run over the sample, and what it said.
static SAMPLE: LazyLock<(TempDir, String)> = LazyLock::new(|| {
    let directory = TempDir::new().expect("a directory");
    let place = |name: &str| directory.path().join(name).to_string_lossy().into_owned();
    let (lake, out) = (place("lake"), place("out"));
    let said = succeeded(&tonghop(&["run", PIPELINE, "--lake", &lake, "--out", &out]));
    (directory, said)
});

fn asked(query: &str) -> Vec<String> {
    sql(&SAMPLE.0.path().join("lake"), query)
}

#[test]
fn the_second_subject_comes_out_on_the_34_provinces() {
    let on_2025 = "geography = '2025' AND period = '2022' AND indicator = 'htx_operating_with_results' \
                   AND sector = '_T' AND scenario = 'actual'";
    assert_eq!(
        asked(&format!(
            "SELECT code, CAST(value AS BIGINT), status, units_reported, units_expected FROM regional WHERE scheme = '6v-2025' AND {on_2025} ORDER BY code"
        )),
        [
            "BTB,2787,A,5,5",
            "DBSCL,2263,A,5,5",
            "DBSH,4430,A,6,6",
            "DHNTBTN,2096,A,6,6",
            "DNB,1242,A,3,3",
            "MNPB,3014,A,9,9",
        ]
    );
    assert_eq!(
        asked(&format!(
            "SELECT code, CAST(value AS BIGINT), status, units_reported, units_expected FROM national WHERE {on_2025}"
        )),
        ["VN,15832,A,34,34"]
    );
    // Some territories share a code or a name. Lào Cai would be 202 if figures were added by code.
    assert_eq!(
        asked(&format!(
            "SELECT code, name_vi, CAST(value AS BIGINT) FROM provincial WHERE {on_2025} AND name_vi IN \
                        ('Lào Cai', 'Bắc Ninh', 'Quảng Trị', 'Gia Lai', 'Tây Ninh', 'Đồng Tháp', 'An Giang') ORDER BY code"
        )),
        [
            "15,Lào Cai,338",
            "24,Bắc Ninh,827",
            "44,Quảng Trị,555",
            "52,Gia Lai,365",
            "80,Tây Ninh,249",
            "82,Đồng Tháp,401",
            "91,An Giang,637",
        ]
    );
}

/// The sample agrees with the published figures, province by province.
#[test]
fn each_row_is_the_published_figure_of_its_province() {
    let path = root().join("pipelines/reference/published_figures.csv");
    let mut reader = csv::Reader::from_path(path).expect("the figures");
    let mut published: Vec<String> = reader
        .records()
        .map(|row| row.expect("a row"))
        .filter(|row| {
            &row[2] == "2022-12-31" && &row[3] == "2004" && &row[5] == "htx_operating_with_results"
        })
        .map(|row| format!("2004,{},{}", &row[4], &row[6]))
        .collect();
    published.sort();
    assert_eq!(published.len(), 63);
    assert_eq!(
        asked(
            "SELECT unit_vintage, unit_code, CAST(value AS BIGINT) FROM observations ORDER BY unit_code"
        ),
        published
    );
    assert_eq!(
        asked(
            "SELECT form, period, unit_vintage, unit_code, vintage_evidence, observations, cells_total, cells_loaded FROM reports"
        ),
        ["HTX-KQ,2022,2004,VN,name-and-code,63,63,63"]
    );
    assert_eq!(asked("SELECT count(*) FROM findings"), ["0"]);
    assert!(
        SAMPLE.1.contains("63 of 63 units (1 report)"),
        "{}",
        SAMPLE.1
    );
}

#[test]
fn its_tables_are_printed_by_the_queries_of_the_first_subject() {
    let out = SAMPLE.0.path().join("out/csv");
    let table = |name: &str| fs::read_to_string(out.join(name)).expect("a table");
    let by_place = table("01.csv");
    // The country, six regions, 34 provinces.
    assert_eq!(by_place.lines().count(), 1 + 1 + 6 + 34);
    assert!(by_place.contains("Trung du và miền núi phía Bắc") && by_place.contains(",3014,"));
    let bridge = table("02.csv");
    let of = |start: &str| -> Vec<&str> {
        let lines = bridge.lines().filter(|line| line.contains(start));
        lines
            .map(|line| line.split(',').nth(9).unwrap_or_default())
            .collect()
    };
    assert_eq!(of(",15,0,Lào Cai,"), ["338", "338", "0"]);
    assert_eq!(of(",2004:10,1,"), ["136"]);
    assert_eq!(of(",2004:15,1,"), ["202"]);
    let mut book: Xlsx<_> =
        open_workbook(SAMPLE.0.path().join("out/white-book.xlsx")).expect("the book");
    let sheets = book.sheet_names();
    let said: Vec<String> = sheets
        .iter()
        .flat_map(|name| {
            let sheet = book.worksheet_range(name).expect("a sheet");
            let cells = sheet.used_cells().map(|(_, _, cell)| cell.to_string());
            cells.collect::<Vec<_>>()
        })
        .collect();
    let reported = said.iter().find(|cell| cell.contains("63/63"));
    assert!(reported.is_some(), "{said:#?}");
}

#[test]
fn what_is_shared_is_part_of_the_definition_and_the_inbox_is_not() {
    let directory = TempDir::new().expect("a directory");
    definitions(directory.path());
    let hash = || {
        let plan = tonghop::plan::load(&directory.path().join(PIPELINE)).expect("sound");
        plan.definition_hash
    };
    let change = |file: &str| {
        let path = directory.path().join("pipelines").join(file);
        let text = fs::read_to_string(&path).expect("a file");
        fs::write(path, format!("{text}\n")).expect("written");
    };
    let mut before = hash();
    for file in [
        "statistics/tables/by_place.sql",
        "statistics/tables/bridge.sql",
        "statistics/tables/common.sql",
        "statistics/models/facts_of_vintage.sql",
        "reference/name_aliases.csv",
        "htx-pxweb/forms/htx-kq.toml",
    ] {
        change(file);
        let after = hash();
        assert_ne!(before, after, "{file} is no part of the definition");
        before = after;
    }
    for file in [
        "htx-pxweb/sample-data/htx-kqsxkd-2022.csv",
        "statistics/tables/by_sector.sql",
    ] {
        change(file);
        assert_eq!(before, hash(), "{file} is a part of the definition");
    }
}

#[test]
fn a_blank_table_lists_the_provinces_in_force_and_is_for_none_alone() {
    let directory = TempDir::new().expect("a directory");
    let file = directory.path().join("blank.xlsx");
    let file = file.to_string_lossy();
    let pipeline = root().join(PIPELINE);
    let pipeline = pipeline.to_string_lossy();
    // There is no lake here, and none is named.
    let at = |arguments: &[&str]| tonghop_in(directory.path(), arguments);
    for (period, units, vintage) in [("2022", 63, "2004"), ("2026", 34, "2025")] {
        let asked = [
            "template",
            "HTX-KQ",
            "--pipeline",
            &pipeline,
            "--period",
            period,
            "--out",
            &file,
        ];
        succeeded(&at(&asked));
        let said = succeeded(&at(&["inspect", "--pipeline", &pipeline, &file]));
        assert!(said.contains(&format!("CẢ NƯỚC ({vintage}:VN)")), "{said}");
        assert!(
            said.contains(&format!("values     {units} ({units} O)")),
            "{said}"
        );
        assert!(
            said.contains("findings: 0 errors, 0 warnings, 0 infos"),
            "{said}"
        );
    }
    let refused = at(&[
        "template",
        "HTX-KQ",
        "--pipeline",
        &pipeline,
        "--period",
        "2026",
        "--unit",
        "15",
    ]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("leave out --unit"));
}

/// Code and name of the 34 provinces.
fn names_of_2025() -> Vec<(String, String)> {
    let path = root().join("pipelines/reference/admin_units.csv");
    let mut reader = csv::Reader::from_path(path).expect("units");
    let mut names: Vec<(String, String)> = reader
        .records()
        .map(|row| row.expect("a row"))
        .filter(|row| &row[1] == "2025")
        .map(|row| (row[0].to_owned(), row[2].to_owned()))
        .collect();
    names.sort_unstable();
    names.dedup_by(|a, b| a.0 == b.0);
    assert_eq!(names.len(), 34);
    names
}

/// The table of the sample with its lines changed; `None` takes a line out.
fn table(change: impl Fn(&str) -> Option<String>) -> String {
    let path = root().join(SAMPLE_FILE);
    let text = fs::read_to_string(path).expect("the sample");
    let lines: Vec<String> = text.lines().filter_map(change).collect();
    lines.join("\n")
}

/// One run with its own rules: a table that is sent again without one province and with an impossible figure, and a table
/// for 2026 on the 34 provinces.
#[test]
fn a_table_sent_again_supersedes_whole_and_is_judged_province_by_province() {
    let directory = TempDir::new().expect("a directory");
    let place = directory.path();
    definitions(place);
    fs::create_dir(place.join("inbox")).expect("a directory");
    let write = |file: &str, text: &str| fs::write(place.join(file), text).expect("written");
    write(
        "pipelines/htx-pxweb/rules.toml",
        r#"
[[rule]]
id = "P1"
form = "HTX-KQ"
severity = "error"
kind = "counts-not-negative"
message_vi = "Số âm"
message_en = "A count is negative"

[[rule]]
id = "P2"
form = "HTX-KQ"
severity = "warning"
kind = "expression"
expression = "htx_operating_with_results <= 1000"
message_vi = "Quá nhiều"
message_en = "Too many"
"#,
    );
    let keep = |line: &str| Some(line.to_owned());
    write(
        "inbox/first.csv",
        &table(|line| match line {
            _ if line.contains("Hà Giang") => Some("\"Hà Đông\",381".to_owned()),
            _ => keep(line),
        }),
    );
    write(
        "inbox/again.csv",
        &table(|line| match line {
            _ if line.contains("Lai Châu") => None,
            _ if line.contains("Yên Bái") => Some("\"Yên Bái\",-5".to_owned()),
            _ => keep(line),
        }),
    );
    let rows: Vec<String> = names_of_2025()
        .iter()
        .map(|(_, name)| format!("\"{name}\",10"))
        .collect();
    let title = table(keep);
    let title = title.lines().next().expect("a title");
    write(
        "inbox/later.csv",
        &format!(
            "{title}\n\n\"Tỉnh, thành phố\",\"2026\"\n\"CẢ NƯỚC\",340\n{}\n",
            rows.join("\n")
        ),
    );
    write(
        "inbox/received.csv",
        "file_name,received_at\nfirst.csv,2023-03-01T08:00:00+07:00\nagain.csv,2023-04-01T08:00:00+07:00\n\
         later.csv,2027-03-01T08:00:00+07:00\n",
    );
    let said = succeeded(&tonghop_in(
        place,
        &[
            "run",
            PIPELINE,
            "--submissions",
            "inbox",
            "--fail-on",
            "never",
        ],
    ));
    assert!(said.contains("62 of 63 units (2 reports)"), "{said}");
    assert!(said.contains("34 of 34 units (1 report)"), "{said}");
    let asked = |query: &str| sql(&place.join("lake"), query);
    assert_eq!(
        asked(
            "SELECT s.file_name, r.period, r.unit_vintage, r.revision, r.is_current, r.observations FROM reports r \
               JOIN submissions s ON s.submission_id = r.submission_id ORDER BY s.file_name"
        ),
        [
            "again.csv,2022,2004,2,true,62",
            "first.csv,2022,2004,1,false,62",
            "later.csv,2026,2025,1,true,34"
        ]
    );
    assert_eq!(
        asked(
            "SELECT rule, period, passed, failed, undecided FROM rule_results ORDER BY rule, period"
        ),
        [
            "P1,2022,61,1,0",
            "P1,2026,34,0,0",
            "P2,2022,61,1,0",
            "P2,2026,34,0,0"
        ]
    );
    assert_eq!(
        asked(
            "SELECT rule, unit_vintage, unit_code, period FROM findings WHERE code = 'TH501' ORDER BY rule"
        ),
        ["P1,2004,15,2022", "P2,2004,01,2022"]
    );
    // A row that only the first table had no longer counts and is named. A row that only the second has is not missing.
    assert_eq!(
        asked("SELECT unit_code, period FROM findings WHERE code = 'TH404'"),
        ["12,2022"]
    );
    let lost = asked("SELECT message_en FROM findings WHERE code = 'TH403'");
    assert!(
        lost.len() == 1 && lost[0].contains("12: Cooperatives operating with business results"),
        "{lost:?}"
    );
    assert_eq!(
        asked("SELECT code, cell FROM findings WHERE code IN ('TH217', 'TH431') ORDER BY code"),
        ["TH217,A4", "TH431,A15"]
    );
    assert_eq!(
        asked("SELECT unit_vintage, period, message_en FROM findings WHERE code = 'TH409'"),
        ["2004,2026,23 reports of merged units cannot be split into the geography of 2004"]
    );
    let of = "indicator = 'htx_operating_with_results' AND scenario = 'actual' AND period = '2022'";
    assert_eq!(
        asked(&format!(
            "SELECT geography, CAST(value AS BIGINT), status, units_reported, units_expected FROM national WHERE {of} ORDER BY geography"
        )),
        // Without Lai Châu (136), and -5 in place of 202.
        ["2004,15489,P,62,63", "2025,15489,P,33,34"]
    );
    assert_eq!(
        asked(&format!(
            "SELECT CAST(value AS BIGINT), basis, sources, expected FROM facts WHERE geography = '2025' AND unit_code = '15' AND {of}"
        )),
        ["131,restated,2,2"]
    );

    for (severity, folders) in [("warning", 1), ("info", 2)] {
        succeeded(&tonghop_in(
            place,
            &["feedback", PIPELINE, "--severity", severity],
        ));
        let index = fs::read_to_string(place.join("feedback/index.csv")).expect("an index");
        assert!(
            index.contains("2004,VN,CẢ NƯỚC,2004-VN CẢ NƯỚC/again.xlsx,"),
            "{index}"
        );
        let entries = fs::read_dir(place.join("feedback")).expect("a directory");
        let count = entries
            .filter(|entry| entry.as_ref().expect("an entry").path().is_dir())
            .count();
        assert_eq!(count, folders, "{index}");
    }
}

/// Both kinds of forms together: a table by units that is the home form of its figure, and reports of single provinces;
/// for one year there are tables of both geographies and of two reporters.
#[test]
fn a_table_by_units_stands_beside_reports_of_single_units() {
    let directory = TempDir::new().expect("a directory");
    let place = directory.path();
    definitions(place);
    fs::create_dir(place.join("inbox")).expect("a directory");
    let write = |file: &str, text: &str| fs::write(place.join(file), text).expect("written");
    let change =
        |file: &str, old: &str, new: &str| change(&place.join(PIPELINE).join(file), old, new);
    change("indicators.csv", "results,,,0,", "results,,901,0,");
    change(
        "pipeline.toml",
        "[country]",
        "[[reporters]]\nid = \"CTK\"\nwords = [\"Cục Thống kê\"]\nrank = 1\n\n\
         [[reporters]]\nid = \"LM\"\nwords = [\"Liên minh\"]\nrank = 2\n\n[country]",
    );
    write(
        "pipelines/htx-pxweb/forms/tinh.toml",
        r#"
form = "HTX-TINH"
title_vi = "Báo cáo của tỉnh"
title_en = "Report of a province"
frequencies = ["annual"]

[rows]
dimension = "indicator"
head = ["Chỉ tiêu"]

[stub]
code = ["Mã số"]

[[columns]]
id = "actual"
head = ["Thực hiện năm {N}"]
scenario = "actual"
period = "N"
"#,
    );
    for (year, figure) in [(2022, 140), (2023, 150)] {
        write(
            &format!("inbox/lao-cai-{year}.csv"),
            &format!(
                "Biểu số: HTX-TINH\nĐơn vị báo cáo: Lào Cai\nĐịa giới: 63 tỉnh\nMã số,Chỉ tiêu,Thực hiện năm {year}\n\
                 901,Số HTX có kết quả,{figure}\n"
            ),
        );
    }
    let title = table(|line| line.starts_with("\"Số").then(|| line.to_owned()));
    // Of 2023 the table has no row of Lào Cai.
    write(
        "inbox/table-2023.csv",
        &format!("{title}\n\"Tỉnh, thành phố\",2023\nHà Giang,400\nTuyên Quang,300\n"),
    );
    // The same year on the units after the change: one agrees with the sum of its former units, one does not.
    write(
        "inbox/table-2022-new.csv",
        &format!("{title}\n\"Mã\",\"Tỉnh, thành phố\",2022\n08,Tuyên Quang,657\n15,Lào Cai,400\n"),
    );
    write(
        "inbox/table-2022-other.csv",
        &format!(
            "Đơn vị báo cáo: Liên minh\n{title}\n\"Tỉnh, thành phố\",2022\nHà Giang,381\nYên Bái,203\nCà Mau,161\n"
        ),
    );
    write("inbox/table-2022.csv", &table(|line| Some(line.to_owned())));
    // All but one of the 34 names, for a year of the 63 provinces: a person must decide.
    let rows: Vec<String> = names_of_2025()
        .into_iter()
        .filter(|(code, _)| code != "46")
        .map(|(_, name)| format!("{name},10"))
        .collect();
    let rows = rows.join("\n");
    for year in [2020, 2021] {
        write(
            &format!("inbox/table-{year}.csv"),
            &format!("{title}\n\"Tỉnh, thành phố\",{year}\n{rows}\n"),
        );
    }
    let decision = |file: &str, ruling: &str| {
        format!(
            "[[decision]]\nfile = \"{file}\"\n{ruling}\nby = \"A\"\non = \"2030-01-01\"\nwhy = \"B\"\n"
        )
    };
    write(
        "pipelines/htx-pxweb/decisions.toml",
        &[
            decision("table-2021.csv", "vintage = \"2025\""),
            decision("table-2020.csv", "unit = \"2025:15\""),
        ]
        .concat(),
    );
    succeeded(&tonghop_in(
        place,
        &[
            "run",
            PIPELINE,
            "--submissions",
            "inbox",
            "--fail-on",
            "never",
        ],
    ));
    let asked = |query: &str| sql(&place.join("lake"), query);
    let found = |code: &str| {
        asked(&format!(
            "SELECT file_name, unit_vintage, unit_code, cell, message_en FROM findings WHERE code = '{code}' ORDER BY file_name, unit_code"
        ))
    };
    assert_eq!(
        asked(
            "SELECT period, unit_vintage, unit_code, vintage_evidence FROM reports WHERE period < '2022' ORDER BY period"
        ),
        ["2020,2004,VN,period", "2021,2025,VN,decision"]
    );
    assert_eq!(
        asked(
            "SELECT code, file_name FROM findings WHERE code IN ('TH419', 'TH420', 'TH433') ORDER BY code"
        ),
        [
            "TH419,table-2021.csv",
            "TH420,table-2020.csv",
            "TH433,table-2020.csv"
        ]
    );
    // A new unit's row and those of its former units are named together.
    assert_eq!(
        asked(
            "SELECT file_name, unit_vintage, unit_code FROM findings WHERE code = 'TH424' ORDER BY unit_code"
        ),
        ["table-2022-new.csv,2025,08", "table-2022-new.csv,2025,15"]
    );
    let of = "indicator = 'htx_operating_with_results' AND scenario = 'actual'";
    // The home form counts for the units that it has; the other form counts for the rest.
    assert_eq!(
        asked(&format!(
            "SELECT period, CAST(value AS BIGINT), basis FROM facts WHERE geography = '2004' AND unit_code = '10' AND period >= '2022' AND {of} ORDER BY period"
        )),
        ["2022,136,reported", "2023,150,reported"]
    );
    let starts = |all: &[String], starts: &[&str]| {
        assert_eq!(all.len(), starts.len(), "{all:#?}");
        for (one, start) in all.iter().zip(starts) {
            assert!(one.starts_with(start), "{one} is not {start}");
        }
    };
    starts(&found("TH408"), &["lao-cai-2022.csv,2004,10,C5,"]);
    starts(&found("TH407"), &["lao-cai-2023.csv,2004,10,,"]);
    starts(&found("TH406"), &["table-2022-new.csv,2025,15,C4,"]);
    assert!(found("TH406")[0].contains("the new unit reports 400, its former units 338 together"));
    starts(
        &found("TH417"),
        &[
            "table-2022-other.csv,2004,15,B5,",
            "table-2022-other.csv,2004,96,B6,",
        ],
    );
    // A new unit's own row counts; the other units are the sums of their former units. Nothing counts twice.
    assert_eq!(
        asked(&format!(
            "SELECT unit_code, CAST(value AS BIGINT), basis FROM facts WHERE geography = '2025' AND period = '2022' AND unit_code IN ('08', '15', '44') AND {of} ORDER BY unit_code"
        )),
        ["08,657,reported", "15,400,reported", "44,555,restated"]
    );
    assert_eq!(
        asked(&format!(
            "SELECT CAST(value AS BIGINT), units_reported FROM national WHERE geography = '2025' AND period = '2022' AND {of}"
        )),
        ["15894,34"]
    );
}

/// `check` proves the rules of such a form like those of any other form. Its figures are totals of all sectors.
#[test]
fn rules_over_rows_that_are_units_are_found_sound() {
    let directory = TempDir::new().expect("a directory");
    let pipeline = definitions(directory.path()).join("htx-pxweb");
    let check = |expression: &str| {
        let rules = format!(
            "[[rule]]\nid = \"P1\"\nform = \"HTX-KQ\"\nseverity = \"warning\"\nkind = \"expression\"\nexpression = \"{expression}\"\n\
             message_vi = \"Bất thường\"\nmessage_en = \"Unusual\"\n"
        );
        fs::write(pipeline.join("rules.toml"), rules).expect("written");
        let output = tonghop(&["check", &pipeline.to_string_lossy()]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), said)
    };
    let (code, said) = check("htx_operating_with_results between 1 and 5000");
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = check("htx_operating_with_results[A] > 0");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("rules.toml:6"), "{said}");
}

/// A table is held back if no geography has all its units, or if the stated geography lacks one of them. The finding
/// names the rows.
#[test]
fn a_table_whose_rows_fit_no_geography_is_held_back() {
    let directory = TempDir::new().expect("a directory");
    let place = directory.path();
    let title = table(|line| line.starts_with("\"Số").then(|| line.to_owned()));
    let write = |file: &str, text: &str| fs::write(place.join(file), text).expect("written");
    fs::create_dir(place.join("inbox")).expect("a directory");
    // Lào Cai had the code 10 before the change, Quảng Trị has 44 since; Huế is the same in both.
    write(
        "inbox/mixed.csv",
        &format!(
            "{title}\n\"Mã\",\"Tỉnh, thành phố\",2022\n10,Lào Cai,5\n44,Quảng Trị,7\n46,Huế,9\n"
        ),
    );
    write(
        "inbox/stated.csv",
        &format!(
            "{title}\nĐịa giới: 34 tỉnh,\n\"Tỉnh, thành phố\",2023\nHuế,9\nHà Giang,4\nTuyên Quang,3\n"
        ),
    );
    let pipeline = Path::new(PIPELINE);
    succeeded(&run_at(place, pipeline, &["--fail-on", "never"]));
    let asked = |query: &str| sql(&place.join("lake"), query);
    assert_eq!(
        asked("SELECT file_name, outcome FROM submissions ORDER BY file_name"),
        ["mixed.csv,held", "stated.csv,held"]
    );
    assert_eq!(asked("SELECT count(*) FROM observations"), ["0"]);
    assert_eq!(
        asked(
            "SELECT file_name, code, severity, cell, message_en FROM findings WHERE code LIKE 'TH43%' ORDER BY file_name"
        ),
        [
            "mixed.csv,TH430,error,C4,no geography has all the units in the rows; the table is held back. Rows without a unit in \
             2004: `Quảng Trị` (C4); 2025: `Lào Cai` (C3)",
            "stated.csv,TH432,error,B5,\"the sheet states the geography 2025, which does not have `Hà Giang` (B5); the table is held back\"",
        ]
    );
    assert_eq!(
        asked(
            "SELECT period, aspect, basis FROM report_evidence JOIN reports USING (report_id) WHERE basis = 'contradiction' ORDER BY period"
        ),
        ["2022,unit,contradiction", "2023,unit,contradiction"]
    );
}
