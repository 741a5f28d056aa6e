//! One run over the committed sample: counts, published figures, findings, files.

use crate::support::files::contents;
use crate::support::program::{said, tonghop};
use crate::support::sample::{BOOKS, SAMPLE, Sample};

#[test]
fn planted_errors_make_the_exit_code_one() {
    assert_eq!(
        SAMPLE.output.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&SAMPLE.output.stderr)
    );
    assert!(
        SAMPLE.output.stdout.is_empty(),
        "data goes to standard output, the summary does not"
    );
}

#[test]
fn everything_that_was_sent_is_taken_in() {
    assert_eq!(
        SAMPLE.sql("SELECT outcome, count(*) FROM submissions GROUP BY outcome ORDER BY outcome"),
        ["accepted,598", "accepted_with_findings,17"]
    );
    // One province sends a second copy of KTTT-01 up to 2024, and one a correction for 2024.
    assert_eq!(
        SAMPLE.sql("SELECT form, period, count(*), count(DISTINCT unit_code) FROM reports GROUP BY form, period ORDER BY form, period"),
        [
            "KTTT-01,2022,64,63", "KTTT-01,2023,64,63", "KTTT-01,2024,65,63", "KTTT-01,2025,33,33",
            "KTTT-02,2022,63,63", "KTTT-02,2023,63,63", "KTTT-02,2024,64,63", "KTTT-02,2025,33,33",
            "KTTT-03,2025,33,33", "KTTT-04,2025,4,4", "KTTT-05,2025,33,33", "KTTT-06,2025,36,36", "KTTT-07,2025,33,33",
            "KTTT-08,2025-06,63,63", "KTTT-08,2025-07,34,34", "KTTT-08,2025-08,34,34", "KTTT-08,2025-09,34,34",
            "KTTT-08,2025-Q3,34,34", "KTTT-08,2026-Q2,34,34", "KTTT-08,2026-Q3,33,33",
        ]
    );
    // 42 rows by four columns and 22 by nine, less the four cells of the wrong unit; of support ten counts, land, and nine rows of
    // money by four columns, three times; of needs ten rows by ten columns; ten rows of each quick report; the totals of lists.
    let annual = 223 * (42 * 4 + 22 * 9) - 4;
    let programme = 33 * 3 * (10 + 1 + 9 * 4) + 33 * 10 * 10 + 266 * 10;
    // Three provinces send no list of projects.
    let lists = 4 * (2 + 4 * 5) + 33 * 5 + 30 * 2;
    assert_eq!(
        SAMPLE.sql("SELECT count(*) FROM observations"),
        [(annual + programme + lists).to_string()]
    );
    assert_eq!(
        SAMPLE.sql(
            "SELECT count(*) FROM reports WHERE cells_total <> cells_loaded + cells_explained"
        ),
        ["0"]
    );
}

/// Sách trắng Hợp tác xã Việt Nam 2023, Biểu 1, and the ministry's summary of 2022.
#[test]
fn the_published_figures_of_2022_come_out_exactly() {
    assert_eq!(
        SAMPLE.sql(
            "SELECT code, value, status, units_reported, units_expected FROM regional WHERE geography = '2004' AND scheme = '6v-2021' \
             AND indicator = 'htx_total' AND scenario = 'best' AND sector = '_T' AND period = '2022' ORDER BY code"
        ),
        [
            "BTBDHMT,6167.000000,A,14,14", "DBSCL,3420.000000,A,13,13", "DBSH,7780.000000,A,11,11", "DNB,2071.000000,A,6,6",
            "MNPB,7957.000000,A,14,14", "TN,1983.000000,A,5,5",
        ]
    );
    assert_eq!(
        SAMPLE.sql(
            "SELECT geography, indicator, value, units_reported FROM national WHERE scenario = 'best' AND sector = '_T' AND period = '2022' \
             AND indicator IN ('htx_total', 'lhhtx_total', 'tht_total', 'htx_members') ORDER BY geography, indicator"
        ),
        [
            "2004,htx_members,5935000.000000,63", "2004,htx_total,29378.000000,63", "2004,lhhtx_total,125.000000,63",
            "2004,tht_total,71000.000000,63", "2025,htx_members,5935000.000000,34", "2025,htx_total,29378.000000,34",
            "2025,lhhtx_total,125.000000,34", "2025,tht_total,71000.000000,34",
        ]
    );
}

#[test]
fn a_total_in_which_a_province_is_missing_says_so() {
    assert_eq!(
        SAMPLE.sql(
            "SELECT geography, period, value, status, units_reported, units_expected FROM national WHERE indicator = 'htx_total' \
             AND scenario = 'best' AND sector = '_T' AND length(period) = 4 ORDER BY geography, period"
        ),
        [
            "2004,2021,27342.000000,A,63,63", "2004,2022,29378.000000,A,63,63", "2004,2023,31364.000000,A,63,63",
            "2004,2024,33540.000000,E,63,63", "2004,2025,9471.000000,P,11,63", "2025,2021,27342.000000,A,34,34",
            "2025,2022,29378.000000,A,34,34", "2025,2023,31364.000000,A,34,34", "2025,2024,33556.000000,E,34,34",
            "2025,2025,34101.000000,P,33,34",
        ]
    );
}

#[test]
fn the_planted_findings_are_found_and_nothing_else() {
    assert_eq!(
        SAMPLE.sql("SELECT severity, code, coalesce(rule, ''), file_name, sheet, cell FROM findings WHERE severity <> 'info' ORDER BY severity, code, sheet, file_name"),
        [
            "error,TH242,,2025/ministries/2025_moha_kttt-06.xlsx,KTTT-06,B7",
            "error,TH310,,2025/KTTT_Dong-Thap_2025.xlsx,Chi tieu 2025,B34",
            "error,TH501,R301,2025/support/KTTT-03-06_Quang-Ninh_2025.xlsx,KTTT-03,H18",
            "error,TH501,R101,2025/2025_UBND_gia_lai_bieu_KTTT.xlsx,Sheet1,E13",
            "error,TH511,R402,2025/lists/2025_hue_kttt-04.xlsx,KTTT-04,D33",
            "error,TH511,R406,2025/lists/KTTT-04_Khanh-Hoa_2025.xlsm,KTTT-04,F80",
            "error,TH511,R502,2025/selected/2025_lai-chau_kttt-05.xlsx,KTTT-05,D9",
            "error,TH512,R401,2025/lists/2025_lai-chau_kttt-04.xlsx,KTTT-04,D47",
            "error,TH512,R401,2025/lists/KTTT-04_Dien-Bien_2025.csv,,D23",
            "warning,TH216,,2023/BC KTTT Kon Tum năm 2023.xlsx,KTTT-01,B18",
            "warning,TH216,,2024/2024_UBND_long_an_bieu_KTTT.xlsx,KTTT-01,C31",
            "warning,TH353,,2025/support/KTTT-03-06 Nghệ An 2025.xlsx,KTTT-06,B15",
            "warning,TH354,,2025/ministries/KTTT-06_MAE_2025.xlsx,KTTT-06,B11",
            "warning,TH380,,2025/lists/KTTT-04_Khanh-Hoa_2025.xlsm,KTTT-04,F80",
            "warning,TH405,,2024/BC KTTT Kiên Giang năm 2024.xlsx,Biểu 01,",
            "warning,TH405,,2024/BC KTTT Kiên Giang năm 2024.xlsx,Biểu 02,",
            "warning,TH405,,2025/quick/2025-06/2025-06_phu-tho_kttt-08.xls,KTTT-08,",
            "warning,TH501,R801,2025/quick/2025-Q3/2025-Q3_dong-nai_kttt-08.xlsx,KTTT-08,E14",
            "warning,TH501,R801,2025/quick/2025-Q3/2025-Q3_thanh-hoa_kttt-08.xlsx,KTTT-08,B10",
            "warning,TH514,R403,2025/lists/2025_lai-chau_kttt-04.xlsx,KTTT-04,B7",
        ]
    );
    assert_eq!(
        SAMPLE.sql("SELECT code, form, period, count(*), count(DISTINCT unit_code) FROM findings WHERE severity = 'info' AND code >= 'TH400' GROUP BY code, form, period ORDER BY code, form, period"),
        [
            "TH404,KTTT-01,2025,1,1",
            "TH404,KTTT-02,2025,1,1",
            "TH404,KTTT-03,2025,1,1",
            "TH404,KTTT-04,2025,30,30",
            "TH404,KTTT-05,2025,1,1",
            "TH404,KTTT-06,2025,15,15",
            "TH404,KTTT-07,2025,1,1",
            "TH404,KTTT-08,2026-Q3,1,1",
            "TH409,KTTT-01,2025,1,0",
            "TH409,KTTT-02,2025,1,0",
            "TH409,KTTT-03,2025,1,0",
            "TH409,KTTT-07,2025,1,0",
            "TH409,KTTT-08,2025-07,1,0",
            "TH409,KTTT-08,2025-08,1,0",
            "TH409,KTTT-08,2025-09,1,0",
            "TH409,KTTT-08,2025-Q3,1,0",
            "TH409,KTTT-08,2026-Q2,1,0",
            "TH409,KTTT-08,2026-Q3,1,0",
            "TH422,KTTT-01,2024,1,0",
            "TH422,KTTT-01,2025,1,0",
            "TH422,KTTT-01,2026,1,0",
            "TH422,KTTT-02,2025,1,0",
            "TH422,KTTT-03,2024,1,0",
            "TH422,KTTT-03,2025,1,0",
            "TH422,KTTT-03,2026,1,0",
            "TH422,KTTT-04,2025,1,0",
            "TH422,KTTT-05,2025,1,0",
            "TH422,KTTT-07,2025,1,0",
            "TH422,KTTT-07,2026,1,0",
            "TH422,KTTT-07,2027,1,0",
            "TH422,KTTT-07,2028,1,0",
            "TH422,KTTT-07,2029,1,0",
            "TH422,KTTT-07,2030,1,0",
            "TH422,KTTT-08,2026-Q3,1,0",
            "TH435,KTTT-01,2024,1,1",
            "TH435,KTTT-02,2024,1,1",
            "TH460,KTTT-08,2025-06,1,1",
            "TH470,KTTT-06,2025,38,25",
            "TH514,KTTT-05,2025,13,13",
        ]
    );
    // Every rule judged every loaded column: four a KTTT-01 report, one a KTTT-02 report, corrections once.
    assert_eq!(
        SAMPLE.sql("SELECT DISTINCT form, period, passed + failed + undecided FROM rule_results ORDER BY form, period"),
        [
            "KTTT-01,2022,252",
            "KTTT-01,2023,252",
            "KTTT-01,2024,252",
            "KTTT-01,2025,132",
            "KTTT-02,2022,63",
            "KTTT-02,2023,63",
            "KTTT-02,2024,63",
            "KTTT-02,2025,33",
            "KTTT-03,2025,99",
            "KTTT-04,2025,4",
            "KTTT-05,2025,33",
            "KTTT-08,2025-06,63",
            "KTTT-08,2025-07,34",
            "KTTT-08,2025-08,34",
            "KTTT-08,2025-09,34",
            "KTTT-08,2025-Q3,34",
            "KTTT-08,2026-Q2,34",
            "KTTT-08,2026-Q3,33",
        ]
    );
    assert_eq!(
        SAMPLE.sql(
            "SELECT rule, period, failed FROM rule_results WHERE failed > 0 ORDER BY rule, period"
        ),
        [
            "R101,2025,1",
            "R301,2025,1",
            "R401,2025,2",
            "R402,2025,1",
            "R403,2025,1",
            "R406,2025,1",
            "R501,2025,13",
            "R502,2025,1",
            "R801,2025-Q3,2",
        ]
    );
}

/// What a province's habits make a run say: how a file was read, once a file, sheet or cell, and never more
/// than that. The habits and who has them stand in the README of the sample.
#[test]
fn habits_of_senders_are_said_and_are_no_errors() {
    assert_eq!(
        SAMPLE.sql("SELECT code, count(DISTINCT file_name), count(*) FROM findings WHERE severity = 'info' AND code < 'TH400' GROUP BY code ORDER BY code"),
        [
            "TH120,21,21", // text files in TCVN3 and Windows-1258
            "TH211,3,3", // a second sheet with the same form
            "TH213,4,4", // a hidden draft of the form beside it
            "TH214,7,7", // hidden rows and columns, read
            "TH215,52,81", // old fonts on both sheets
            "TH217,10,20", // subtotals
            "TH218,7,7", // a form on its side
            "TH227,4,8",   // personal columns of lists
            "TH228,58,58", // headings between records
            "TH307,6,45", // a lone group of three, decided by its column
            "TH308,3,6", // about so many
        ]
    );
}

#[test]
fn the_correction_supersedes_whole_and_both_versions_stay() {
    assert_eq!(
        SAMPLE.sql("SELECT form, revision, is_current FROM reports WHERE unit_code = '40' AND period = '2024' ORDER BY form, revision"),
        ["KTTT-01,1,false", "KTTT-01,2,true", "KTTT-02,1,false", "KTTT-02,2,true"]
    );
    let revised = SAMPLE.sql(
        "SELECT count(*) FROM revisions v JOIN reports b ON b.report_id = v.report_before JOIN reports a ON a.report_id = v.report_after \
         WHERE v.unit_code = '40' AND b.period = '2024' AND a.period = '2024' AND a.form = 'KTTT-01' AND v.value_before <> v.value_after",
    );
    assert_eq!(
        revised,
        ["12"],
        "eleven estimates and the next plan of members were corrected"
    );
}

/// Every value has exactly the type of the contract, in every table.
#[test]
fn values_are_decimals_and_codes_are_text_in_every_file() {
    let tables = std::fs::read_dir(SAMPLE.lake().join("current")).expect("a snapshot");
    let mut seen = 0;
    for table in tables {
        let table = table.expect("a table").path();
        let of = table
            .file_name()
            .and_then(|name| name.to_str())
            .expect("a name")
            .to_owned();
        // Beside the tables stands what the snapshot says of itself.
        if !table.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(table).expect("files") {
            let path = file.expect("a file").path();
            let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(
                std::fs::File::open(&path).expect("a file"),
            )
            .expect("Parquet");
            for field in reader.schema().fields() {
                let wanted = match field.name().as_str() {
                    "number" if of == "task_reports" => "Utf8",
                    "members" if of == "agencies" => "Utf8",
                    "year" if of != "projects" => "Utf8",
                    "year" | "learners" | "selected_in" | "months" | "role" => "Int64",
                    "done" | "in_progress" | "not_begun" | "overdue" | "reported" => "Int64",
                    "baseline" | "target" | "reached" | "needed_a_year" | "printed_value"
                    | "completion" | "investment" | "support_money" => "Decimal128(38, 6)",
                    "own_name" => "Boolean",
                    name if name.starts_with("value") || name == "weight" => "Decimal128(38, 6)",
                    name if name.starts_with("tolerance") || name.starts_with("share") => {
                        "Decimal128(38, 6)"
                    }
                    "charter_capital" | "assets" | "revenue" | "profit" => "Decimal128(38, 6)",
                    "received_at" => "Timestamp(µs, \"UTC\")",
                    "is_current" | "high_tech" | "in_value_chain" => "Boolean",
                    "size_bytes" | "revision" | "observations" | "errors" | "warnings"
                    | "cells_total" | "cells_loaded" | "cells_explained" | "units_reported"
                    | "units_expected" | "sources" | "expected" | "passed" | "failed"
                    | "undecided" | "level" | "decimals" | "scale" | "members" | "workers"
                    | "row" | "number" => "Int64",
                    _ => "Utf8",
                };
                assert_eq!(
                    field.data_type().to_string(),
                    wanted,
                    "{} in {}",
                    field.name(),
                    path.display()
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 300, "only {seen} columns were seen");
}

/// No file of the lake but `submissions` and `runs/` changes with the clock: a second run publishes nothing.
#[test]
fn a_second_run_publishes_nothing_new() {
    let current =
        |sample: &Sample| std::fs::read_link(sample.lake().join("current")).expect("a link");
    let before = current(&SAMPLE);
    let (lake, out) = (SAMPLE.lake(), SAMPLE.directory.path().join("out-again"));
    // A book takes the lake's lock.
    let _alone = BOOKS.lock();
    let again = tonghop(&[
        "run",
        "--lake",
        &lake.to_string_lossy(),
        "--out",
        &out.to_string_lossy(),
        "--fail-on",
        "never",
        "--at",
        "2026-06-30",
    ]);
    assert_eq!(again.status.code(), Some(0), "{}", said(&again));
    assert_eq!(current(&SAMPLE), before);
    assert!(before.is_relative());
    let snapshots = std::fs::read_dir(lake.join("snapshots"))
        .expect("snapshots")
        .count();
    assert_eq!(snapshots, 1);
    assert!(
        contents(&SAMPLE.out()) == contents(&out),
        "the same snapshot gave other files in out/"
    );
}

/// The observations behind each fact give the fact again: sums and ratios, on both geographies.
#[test]
fn the_sources_of_every_fact_recompute_it() {
    let key = "geography, unit_code, period, indicator, sector, fund, scenario";
    let wrong = SAMPLE.sql(&format!(
        "WITH leaves AS (\
             SELECT {key}, sum(CASE WHEN part = 'value' THEN value END) AS total, \
                    sum(CASE WHEN part = 'numerator' THEN value END) AS above, \
                    sum(CASE WHEN part = 'denominator' THEN value END) AS below \
             FROM fact_sources GROUP BY {key}) \
         SELECT i.measure, count(*), \
                sum(CASE WHEN i.measure = 'ratio' THEN \
                         CASE WHEN l.below = f.weight AND abs(l.above * i.scale / l.below - f.value) <= 0.000001 THEN 0 ELSE 1 END \
                         WHEN l.total IS NOT DISTINCT FROM f.value THEN 0 ELSE 1 END) AS wrong \
         FROM facts f JOIN indicators i USING (indicator) LEFT JOIN leaves l USING ({key}) \
         WHERE i.measure <> 'mean' AND f.status <> 'M' GROUP BY i.measure ORDER BY i.measure"
    ));
    let counted: Vec<(&str, bool)> = wrong
        .iter()
        .map(|line| (line.split(',').next().unwrap_or(""), line.ends_with(",0")))
        .collect();
    assert_eq!(
        counted,
        [("flow", true), ("ratio", true), ("stock", true)],
        "{wrong:?}"
    );
}

/// A unit has one row, so that a join on vintage and code multiplies nothing; its names over time have a table of their own.
#[test]
fn units_have_one_row_each_and_their_names_another_table() {
    let facts = "FROM facts WHERE geography = '2025' AND period = '2024' AND indicator = 'htx_total' AND sector = '_T' AND scenario = 'best'";
    let one = |sql: &str| SAMPLE.sql(sql);
    assert_eq!(
        one(&format!("SELECT CAST(sum(value) AS BIGINT) {facts}")),
        one(&format!(
            "SELECT CAST(sum(f.value) AS BIGINT) FROM (SELECT * {facts}) f JOIN units u ON u.vintage = f.geography AND u.unit_code = f.unit_code"
        ))
    );
    assert_eq!(
        one(
            "SELECT count(*) FROM (SELECT vintage, unit_code FROM units GROUP BY vintage, unit_code HAVING count(*) > 1) AS twice"
        ),
        ["0"]
    );
    // The name in force last, from the first day of the unit.
    assert_eq!(
        one(
            "SELECT name_vi, unit_type, valid_from, valid_to FROM units WHERE vintage = '2004' AND unit_code = '46'"
        ),
        ["Huế,thanh_pho,2004-07-08,2025-07-01"]
    );
    assert_eq!(
        one(
            "SELECT name_vi, valid_from, valid_to FROM unit_names WHERE vintage = '2004' AND unit_code = '46' ORDER BY valid_from"
        ),
        [
            "Thừa Thiên Huế,2004-07-08,2025-01-01",
            "Huế,2025-01-01,2025-07-01"
        ]
    );
}

/// How much of a total rests on estimates stands beside it, also where a part is missing.
#[test]
fn a_partial_total_says_that_it_rests_on_estimates() {
    let totals = SAMPLE.sql(
        "SELECT period, status, share_estimated IS NULL AS none, share_estimated = 1 AS everything FROM national \
         WHERE geography = '2025' AND indicator = 'htx_total' AND sector = '_T' AND scenario = 'best' AND period IN ('2022', '2024', '2025') ORDER BY period",
    );
    assert_eq!(
        totals,
        ["2022,A,true,", "2024,E,false,false", "2025,P,false,true"]
    );
}
