//! What commands write: to standard output, to a file, and as CSV that people open in a spreadsheet.

use std::fs::{self, File, OpenOptions};
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::files::{root, write};
use crate::support::program::{program, run_at, sql_with, tonghop};
use crate::support::sample::SAMPLE;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Each command that writes data says so if the disk is full, and ends quietly if nobody reads on.
#[test]
fn a_full_disk_is_an_error_and_a_closed_pipe_is_none() {
    let lake = SAMPLE.lake();
    let lake = lake.to_str().expect("a path");
    let inbox = root().join("sample-data/2025/KTTT_Dong-Thap_2025.xlsx");
    let commands: [&[&str]; 9] = [
        &["sql", "SELECT 1", "--format", "parquet", "--lake", lake],
        &["sql", "SELECT 1", "--format", "csv", "--lake", lake],
        &["status", "--fail-on", "never", "--lake", lake],
        &["snapshots", "--lake", lake],
        &["explain"],
        &["explain", "TH301"],
        &[
            "trace",
            "--indicator",
            "htx_total",
            "--period",
            "2023",
            "--lake",
            lake,
        ],
        &["inspect", inbox.to_str().expect("a path")],
        &["--help"],
    ];
    for arguments in commands {
        let run = |out: Stdio| {
            let mut command = Command::new(program());
            let command = command.args(arguments).current_dir(root()).stdout(out);
            let output = command.output().expect("it runs");
            (
                output.status.code(),
                String::from_utf8_lossy(&output.stderr).into_owned(),
            )
        };
        let full = OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .expect("a device");
        let (code, said) = run(full.into());
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
        assert!(said.contains("standard output"), "{arguments:?}: {said}");
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let (code, said) = run(writer.into());
        assert!(
            matches!(code, Some(0 | 1)),
            "{arguments:?}: {code:?} {said}"
        );
        assert!(!said.contains("pipe"), "{arguments:?}: {said}");
    }
}

#[test]
fn the_suffix_of_the_output_file_names_its_format() {
    let directory = TempDir::new().expect("a directory");
    let write = |name: &str, more: &[&str]| {
        let path = directory.path().join(name).to_string_lossy().into_owned();
        let lake = SAMPLE.lake().to_string_lossy().into_owned();
        let mut all = vec!["sql", "SELECT 1 AS one", "--lake", &lake, "--output", &path];
        all.extend(more);
        let output = tonghop(&all);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (
            output.status.code(),
            fs::read(&path).unwrap_or_default(),
            said,
        )
    };
    assert!(write("a.parquet", &[]).1.starts_with(b"PAR1"));
    assert_eq!(write("a.csv", &[]).1, b"one\n1\n");
    assert_eq!(write("a.JSON", &[]).1, b"{\"one\":1}\n");
    assert!(write("a.txt", &[]).1.starts_with(b"+-"));
    // What is said goes before the suffix.
    assert_eq!(write("b.parquet", &["--format", "csv"]).1, b"one\n1\n");
    let (code, bytes, said) = write("a.xlsx", &[]);
    assert_eq!((code, bytes.len()), (Some(2), 0));
    assert!(said.contains(".xlsx"), "{said}");
    let (code, _, said) = write("no/such/folder.csv", &[]);
    assert_eq!(code, Some(2));
    assert!(said.contains("no/such/folder.csv"), "{said}");
    // Nothing is left aside.
    assert_eq!(fs::read_dir(directory.path()).expect("there").count(), 5);
}

/// What an analyst gets here and with DuckDB over the same files is the same number.
#[test]
fn queries_divide_average_and_round_as_duckdb_does() {
    let lake = SAMPLE.lake();
    let ask = |select: &str| {
        let rows = "(VALUES (1.5), (2.0), (4.25)) AS t(x)";
        sql_with(&lake, &format!("SELECT {select} AS r FROM {rows}"), &[]).remove(0)
    };
    // Each of these was asked of DuckDB 2.0.
    for (select, result) in [
        ("1 / 2", "0.5"),
        ("7 // 2", "3"),
        ("-7 // 2", "-3"),
        ("1.0 / 3", "0.3333333333333333"),
        ("CAST(1 AS DECIMAL(38, 6)) / 3", "0.3333333333333333"),
        ("count(*) / 2", "1.5"),
        ("sum(x) / count(*)", "2.5833333333333335"),
        ("avg(x)", "2.5833333333333335"),
        ("avg(CAST(x AS DECIMAL(38, 6)))", "2.5833333333333335"),
        (
            "avg(DISTINCT CAST(x AS DECIMAL(38, 6)))",
            "2.5833333333333335",
        ),
        ("avg(CAST(x AS INT))", "2.6666666666666665"),
        ("sum(CAST(x AS DECIMAL(38, 6)))", "7.750000"),
        ("floor(CAST(2.5 AS DECIMAL(38, 6)))", "2"),
        ("CAST(2.5 AS INT)", "3"),
        ("avg(CAST(NULL AS DECIMAL(38, 6))) IS NULL", "true"),
        ("median(x)", "2.00"),
    ] {
        assert_eq!(ask(select), result, "{select}");
    }
    // The mean of a window, and of groups, is the same mean.
    let grouped = "SELECT geography, avg(value), avg(avg(value)) OVER () FROM national WHERE indicator = 'htx_total' \
                   AND scenario = 'best' AND sector = '_T' AND length(period) = 4 GROUP BY geography HAVING avg(value) > 1 ORDER BY avg(value)";
    let rows = sql_with(&lake, grouped, &[]);
    assert_eq!(rows.len(), 2);
    assert!(rows[1].starts_with("2025,31148.2,"), "{rows:?}");
    let output = tonghop(&["sql", "SELECT 2 ^ 3", "--lake", &lake.to_string_lossy()]);
    assert_eq!(
        output.status.code(),
        Some(2),
        "`^` is a power there and was an xor here"
    );
}

/// The example of docs/lake.md asks for one figure a year.
#[test]
fn the_example_for_duckdb_has_one_row_a_year() {
    let docs = fs::read_to_string(root().join("docs/lake.md")).expect("docs");
    let (_, rest) = docs.split_once("duckdb -c \"").expect("an example");
    let (query, _) = rest.split_once("\"\n").expect("its end");
    let query = query.replace("'lake/current/national/*.parquet'", "national");
    let rows = sql_with(&SAMPLE.lake(), &query, &[]);
    assert_eq!(rows.len(), 5, "{rows:?}");
    assert!(rows[3].starts_with("2024,33556.000000,"), "{rows:?}");
}

/// A spreadsheet takes no name of a file for a formula, and reads the letters as they are.
#[test]
fn csv_files_for_people_are_guarded_and_begin_with_a_byte_order_mark() {
    let place = TempDir::new().expect("a place");
    let names = [
        "=HYPERLINK(1) Sơn La.xlsx",
        "+cmd.csv",
        "@SUM(1).csv",
        "-1+1.csv",
    ];
    for name in names {
        write(&place.path().join("inbox").join(name), b"no form");
    }
    let good = "Biểu số: KTTT-01;;\nĐơn vị báo cáo: UBND tỉnh Sơn La;;\nNĂM 2025;;\n\
                Chỉ tiêu;Thực hiện năm 2024;Ước thực hiện năm 2025\nTổng số hợp tác xã;10;11\n";
    write(&place.path().join("inbox/good.csv"), good);
    let pipelines = place.path().join("pipelines");
    crate::support::files::copy(&root().join("pipelines"), &pipelines);
    let kttt = pipelines.join("kttt");
    let definitions = kttt.join("pipeline.toml");
    let text = fs::read_to_string(&definitions).expect("definitions");
    let text = text.replace("submissions = [\"../../sample-data\"]", "submissions = []");
    fs::write(&definitions, &text).expect("written");
    let feedback = |out: &Path| {
        let lake = place.path().join("lake");
        let output = tonghop(&[
            "feedback",
            &kttt.to_string_lossy(),
            "--lake",
            &lake.to_string_lossy(),
            "--out",
            &out.to_string_lossy(),
        ]);
        assert_eq!(output.status.code(), Some(0));
    };
    run_at(place.path(), &kttt, &["--fail-on", "never"]);
    let letters = place.path().join("feedback");
    feedback(&letters);
    let files = ["out/findings.csv", "out/csv/02.csv", "feedback/index.csv"];
    for file in files {
        let bytes = fs::read(place.path().join(file)).expect("a file");
        assert!(bytes.starts_with(BOM), "{file}");
        let mut reader = csv::Reader::from_reader(&bytes[BOM.len()..]);
        for record in reader.records() {
            for cell in &record.expect("a line") {
                let is_number = cell.parse::<f64>().is_ok() || cell == "-";
                let is_risky = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
                assert!(!is_risky || is_number, "{file}: {cell}");
            }
        }
    }
    let findings = fs::read_to_string(place.path().join("out/findings.csv")).expect("findings");
    for name in names {
        assert!(
            findings.contains(&format!(",'{name},")),
            "{name} in {findings}"
        );
    }
    // A machine gets the name as it is.
    let query = "SELECT file_name FROM submissions ORDER BY file_name";
    let asked = sql_with(&place.path().join("lake"), query, &[]);
    assert!(asked.contains(&names[0].to_owned()), "{asked:?}");
    // It can be switched off.
    let off = text.replacen("edition = ", "csv_bom = false\nedition = ", 1);
    assert_ne!(off, text);
    fs::write(&definitions, off).expect("written");
    run_at(place.path(), &kttt, &["--fail-on", "never"]);
    feedback(&letters);
    for file in files {
        let mut start = [0; 3];
        let mut opened = File::open(place.path().join(file)).expect("a file");
        std::io::Read::read_exact(&mut opened, &mut start).expect("some bytes");
        assert_ne!(start, BOM, "{file}");
    }
}
