//! Tables that a pipeline adds to its lake without Rust: lists that its forms describe, and models of its own.

use std::fs;

use tempfile::TempDir;

use crate::support::definitions::{definitions, print_one_table};
use crate::support::files::write;
use crate::support::office::list;
use crate::support::program::{run_at, said, sql, succeeded, tonghop};

const MARKETS: &str = r#"form = "KTTT-44"
title_vi = "Danh sách chợ phiên do hợp tác xã quản lý"
title_en = "Markets run by cooperatives"
frequencies = ["annual"]

[rows]
dimension = "record"
table = "markets"
name = "market"

[[fields]]
column = "market"
head = ["Tên chợ"]
type = "text"
required = true

[[fields]]
column = "stalls"
head = ["Số gian hàng"]
type = "whole"

[[fields]]
column = "open_daily"
head = ["Họp hằng ngày"]
type = "flag"
codes.true = ["x"]
"#;

/// Another form that feeds the same table, with a column of its own.
const FAIRS: &str = r#"form = "KTTT-45"
title_vi = "Danh sách hội chợ thương mại vùng cao"
title_en = "Fairs"
frequencies = ["annual"]

[rows]
dimension = "record"
table = "markets"
columns = ["rent", "stalls", "market"]
name = "market"

[[fields]]
column = "market"
head = ["Tên hội chợ"]
type = "text"
required = true

[[fields]]
column = "stalls"
head = ["Số gian hàng"]
type = "whole"

[[fields]]
column = "rent"
head = ["Tiền thuê"]
type = "decimal"
unit = "triệu đồng"
"#;

fn sent(form: &str, title: &str, province: &str, rows: &str) -> String {
    format!(
        "Biểu số: {form};;\n{title} NĂM 2025;;\nĐơn vị báo cáo: UBND tỉnh {province};;\nĐịa giới: 34 tỉnh;;\n{rows}"
    )
}

#[test]
fn a_list_and_a_model_are_tables_without_rust() {
    let place = TempDir::new().unwrap();
    let pipelines = definitions(place.path());
    let own = pipelines.join("kttt");
    print_one_table(&own);
    write(&own.join("forms/kttt-44.toml"), MARKETS);
    write(&own.join("forms/kttt-45.toml"), FAIRS);
    fs::create_dir_all(own.join("models")).unwrap();
    write(
        &own.join("models/stalls.sql"),
        "-- stalls: by unit.\n-- runs: once\n-- lake: yes\n\
         SELECT unit_code, period, sum(stalls) AS stalls, avg(rent) AS rent, min(sheet) AS sheet, count(*) AS n \
         FROM markets GROUP BY unit_code, period\n",
    );
    write(
        &own.join("models/most_stalls.sql"),
        "-- most_stalls: the most.\n-- runs: all vintages\n-- lake: yes\n\
         SELECT max(s.stalls) AS stalls, (SELECT count(*) FROM organisations) AS organisations FROM stalls s\n",
    );
    let inbox = place.path().join("inbox");
    fs::create_dir_all(&inbox).unwrap();
    let markets = "DANH SÁCH CHỢ PHIÊN DO HỢP TÁC XÃ QUẢN LÝ";
    let rows = "Tên chợ;Số gian hàng;Họp hằng ngày\nChợ Bắc Hà;120;x\nChợ Cán Cấu;80;\n";
    write(
        &inbox.join("a.csv"),
        sent("KTTT-44", markets, "Lào Cai", rows),
    );
    // A later sending counts in the place of the first: its records alone are there for models.
    let later = format!(
        "Lần gửi: 2;;\n{}",
        sent(
            "KTTT-44",
            markets,
            "Cao Bằng",
            "Tên chợ;Số gian hàng;Họp hằng ngày\nChợ Trùng Khánh;33;x\n"
        )
    );
    write(
        &inbox.join("b1.csv"),
        sent(
            "KTTT-44",
            markets,
            "Cao Bằng",
            "Tên chợ;Số gian hàng;Họp hằng ngày\nChợ Trùng Khánh;9;x\n",
        ),
    );
    write(&inbox.join("b2.csv"), later);
    let fairs = "DANH SÁCH HỘI CHỢ THƯƠNG MẠI VÙNG CAO";
    let rows = "Tên hội chợ;Số gian hàng;Tiền thuê\nHội chợ Sa Pa;50;12,5\n";
    write(
        &inbox.join("c.csv"),
        sent("KTTT-45", fairs, "Lào Cai", rows),
    );
    fs::write(inbox.join("d.csv"), list("Sơn La", 4)).unwrap();
    succeeded(&tonghop(&["check", own.to_str().unwrap()]));
    let run = run_at(place.path(), &own, &["--fail-on", "never"]);
    assert_eq!(run.status.code(), Some(0), "{}", said(&run));
    let lake = place.path().join("lake");
    assert_eq!(
        sql(
            &lake,
            "SELECT unit_code, market, stalls, open_daily, rent, \"row\" FROM markets ORDER BY market, stalls"
        ),
        [
            "15,Chợ Bắc Hà,120,true,,6",
            "15,Chợ Cán Cấu,80,,,7",
            "04,Chợ Trùng Khánh,9,true,,6",
            "04,Chợ Trùng Khánh,33,true,,7",
            "15,Hội chợ Sa Pa,50,,12.500000,6",
        ]
    );
    // The columns of the table stand in the order of the forms, those that only the second has behind them.
    assert_eq!(
        sql(
            &lake,
            "SELECT string_agg(column_name, ' ' ORDER BY ordinal_position) FROM information_schema.columns WHERE table_name = 'markets'"
        ),
        ["report_id unit_vintage unit_code period market stalls open_daily rent sheet row"]
    );
    assert_eq!(
        sql(&lake, "SELECT * FROM stalls ORDER BY unit_code"),
        ["04,2025,33.000000,,,1", "15,2025,250.000000,12.500000,,3"]
            .map(|line| line.replace(".000000", ""))
    );
    assert_eq!(sql(&lake, "SELECT * FROM most_stalls"), ["250,4"]);
    // The same again publishes nothing, and a full run makes the same bytes.
    let id = sql(&lake, "SELECT count(*) FROM markets");
    let again = run_at(place.path(), &own, &["--fail-on", "never", "--full"]);
    assert_eq!(again.status.code(), Some(0), "{}", said(&again));
    assert_eq!(sql(&lake, "SELECT count(*) FROM markets"), id);
    let verified = tonghop(&["verify", "--lake", lake.to_str().unwrap()]);
    succeeded(&verified);
    let wrong = tonghop(&[
        "sql",
        "SELECT * FROM market",
        "--lake",
        lake.to_str().unwrap(),
    ]);
    assert!(
        said(&wrong).contains("markets, most_stalls"),
        "{}",
        said(&wrong)
    );
}

/// What `check` says of a pipeline with another form or model.
fn refused(file: &str, text: &str) -> String {
    let place = TempDir::new().unwrap();
    let own = definitions(place.path()).join("kttt");
    print_one_table(&own);
    fs::create_dir_all(own.join("models")).unwrap();
    write(&own.join("forms/kttt-44.toml"), MARKETS);
    write(&own.join(file), text);
    let checked = tonghop(&["check", own.to_str().unwrap()]);
    assert_eq!(checked.status.code(), Some(1), "{}", said(&checked));
    said(&checked)
}

#[test]
fn tables_that_cannot_be_are_refused() {
    for (file, text, told) in [
        (
            "forms/kttt-44.toml",
            MARKETS.replace("\"markets\"", "\"observations\""),
            "`observations` is a table of the contract",
        ),
        (
            "forms/kttt-44.toml",
            MARKETS.replace("\"markets\"", "\"../x\""),
            "`../x` cannot be the name of a table",
        ),
        (
            "forms/kttt-44.toml",
            MARKETS.replace("\"stalls\"", "\"select\""),
            "`select` cannot be the name of a column",
        ),
        (
            "forms/kttt-44.toml",
            MARKETS.replace("\"stalls\"", "\"unit_code\""),
            "every table of records has a column `unit_code` already",
        ),
        (
            "forms/kttt-45.toml",
            FAIRS.replace("type = \"whole\"", "type = \"text\""),
            "another form gives the column `stalls` of the table `markets` the type Int64, not Utf8",
        ),
        (
            "forms/kttt-45.toml",
            FAIRS.replace("\"rent\", \"stalls\"", "\"rent\""),
            "`columns` leaves out the field `stalls`",
        ),
        (
            "models/facts.sql",
            "-- runs: once\nSELECT 1 AS n\n".to_owned(),
            "there is a shared model `facts`",
        ),
        (
            "models/markets.sql",
            "-- runs: once\nSELECT 1 AS n\n".to_owned(),
            "the model `markets` has the name of a table that is there before it",
        ),
        (
            "models/findings.sql",
            "-- runs: once\n-- lake: yes\nSELECT 1 AS n\n".to_owned(),
            "has the name of a table of the contract",
        ),
        (
            "models/own.sql",
            "-- runs: each vintage\n-- lake: yes\nSELECT 1 AS n\n".to_owned(),
            "fills a table of the lake and runs more than once",
        ),
        (
            "models/own.sql",
            "-- runs: once\nSELECT 1 AS n FROM market\n".to_owned(),
            "the model `own` reads `market`, which is neither a table nor a model",
        ),
    ] {
        let said = refused(file, &text);
        assert!(said.contains(told), "{file}: {said}");
        let name = file.rsplit('/').next().unwrap();
        assert!(said.contains(name), "{file}: {said}");
    }
}

/// A table of values with a list below it, of one form.
const BOTH: &str = r#"form = "KTTT-46"
title_vi = "Tổ hợp tác ven biển và danh mục bến cá"
title_en = "Coastal groups and landing places"
frequencies = ["annual"]

[rows]
dimension = "sector"
head = ["Lĩnh vực"]
total = ["Tổng số"]

[[columns]]
id = "groups"
head = ["Tổ hợp tác"]
scenario = "estimate"
period = "N"
indicator = "tht_total"

[list]
table = "landings"
name = "landing"

[[fields]]
column = "number"
head = ["TT"]
type = "number"

[[fields]]
column = "landing"
head = ["Tên bến cá"]
type = "text"
required = true

[[fields]]
column = "opened"
head = ["Năm mở"]
type = "whole"

[[fields]]
column = "berths"
head = ["Số cầu tàu"]
type = "whole"

[[totals]]
indicator = "berths_total"
scenario = "actual"
value = "sum(berths)"
where = "opened > 2000"
"#;

/// A workbook with the table and the list of the form: below the table, or on another sheet.
fn both(path: &std::path::Path, province: &str, apart: bool) {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet().set_name("Biểu 46").unwrap();
    for (row, text) in [
        "Biểu số: KTTT-46",
        "TỔ HỢP TÁC VEN BIỂN VÀ DANH MỤC BẾN CÁ NĂM 2025",
        &format!("Đơn vị báo cáo: UBND tỉnh {province}"),
        "Địa giới: 34 tỉnh",
    ]
    .iter()
    .enumerate()
    {
        sheet.write(u32::try_from(row).unwrap(), 0, *text).unwrap();
    }
    sheet.write(4, 0, "Lĩnh vực").unwrap();
    sheet.write(4, 1, "Tổ hợp tác").unwrap();
    sheet.write(5, 0, "Tổng số").unwrap();
    sheet.write(5, 1, 40).unwrap();
    let list = if apart {
        workbook.add_worksheet().set_name("KTTT-46 bến cá").unwrap()
    } else {
        sheet
    };
    list.write(7, 0, "Danh mục bến cá").unwrap();
    for (column, head) in (0..).zip(["TT", "Tên bến cá", "Năm mở", "Số cầu tàu"]) {
        list.write(8, column, head).unwrap();
    }
    for (n, (name, opened, berths)) in (1_u32..).zip([
        ("Bến Cửa Lò", 1999, 5),
        ("Bến Lạch Vạn", 2012, 3),
        ("Bến Quỳnh", 2020, 4),
    ]) {
        list.write(8 + n, 0, n).unwrap();
        list.write(8 + n, 1, name).unwrap();
        list.write(8 + n, 2, opened).unwrap();
        list.write(8 + n, 3, berths).unwrap();
    }
    workbook.save(path).unwrap();
}

#[test]
fn a_form_may_have_a_table_of_values_and_a_list() {
    let place = TempDir::new().unwrap();
    let own = definitions(place.path()).join("kttt");
    print_one_table(&own);
    write(&own.join("forms/kttt-46.toml"), BOTH);
    let indicators = own.join("indicators.csv");
    let text = fs::read_to_string(&indicators).unwrap();
    let columns = text.lines().next().unwrap().split(',').count();
    let line = "berths_total,landings,,0,KTTT-46,Số cầu tàu,Berths,người,0,stock,,,,,".to_owned();
    let line = line.clone() + &",".repeat(columns - line.split(',').count());
    write(&indicators, format!("{}\n{line}\n", text.trim_end()));
    let inbox = place.path().join("inbox");
    fs::create_dir_all(&inbox).unwrap();
    both(&inbox.join("a.xlsx"), "Nghệ An", false);
    both(&inbox.join("b.xlsx"), "Hà Tĩnh", true);
    let run = run_at(place.path(), &own, &["--fail-on", "never"]);
    assert_eq!(run.status.code(), Some(0), "{}", said(&run));
    let lake = place.path().join("lake");
    // One report of each file, with the values and the records.
    assert_eq!(
        sql(
            &lake,
            "SELECT unit_code, sheet, is_current, errors, warnings FROM reports ORDER BY unit_code"
        ),
        ["40,Biểu 46,true,0,0", "42,Biểu 46,true,0,0"]
    );
    assert_eq!(
        sql(
            &lake,
            "SELECT o.unit_code, o.indicator, CAST(o.value AS BIGINT) FROM observations o WHERE value IS NOT NULL ORDER BY 1, 2"
        ),
        [
            "40,berths_total,7",
            "40,tht_total,40",
            "42,berths_total,7",
            "42,tht_total,40"
        ]
    );
    assert_eq!(
        sql(
            &lake,
            "SELECT unit_code, sheet, landing, opened, berths, \"row\" FROM landings WHERE opened < 2000 ORDER BY 1"
        ),
        [
            "40,Biểu 46,Bến Cửa Lò,1999,5,10",
            "42,KTTT-46 bến cá,Bến Cửa Lò,1999,5,10"
        ]
    );
    let findings = sql(
        &lake,
        "SELECT code, file_name, cell FROM findings WHERE severity <> 'info' AND file_name IS NOT NULL AND code <> 'TH405'",
    );
    assert!(findings.is_empty(), "{findings:?}");
}
