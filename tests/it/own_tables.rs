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
