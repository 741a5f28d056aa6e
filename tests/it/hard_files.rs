//! Files that are not what they should be: each is a finding, and the run goes on with the others.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::golden::{sql, tonghop};

/// A form of one province, as CSV.
fn good(province: &str) -> String {
    format!(
        "Biểu số: KTTT-01;;\nĐơn vị báo cáo: UBND tỉnh {province};;\nNĂM 2023;;\nChỉ tiêu;Thực hiện năm 2022;Ước thực hiện năm 2023\n\
         Tổng số hợp tác xã;10;11\nSố HTX đang hoạt động;9;10\n"
    )
}

struct Ran {
    code: Option<i32>,
    said: String,
    directory: TempDir,
}

impl Ran {
    fn sql(&self, query: &str) -> Vec<String> {
        sql(&self.directory.path().join("lake"), query)
    }
}

fn run(files: &[(&str, &[u8])]) -> Ran {
    let directory = TempDir::new().expect("a directory");
    let inbox = directory.path().join("inbox");
    for (name, bytes) in files {
        let path = inbox.join(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("made");
        fs::write(path, bytes).expect("written");
    }
    let place = |name: &str| directory.path().join(name).to_string_lossy().into_owned();
    let output = tonghop(&[
        "run",
        "--submissions",
        &place("inbox"),
        "--lake",
        &place("lake"),
        "--out",
        &place("out"),
        "--at",
        "2022-01-01",
    ]);
    Ran {
        code: output.status.code(),
        said: String::from_utf8_lossy(&output.stderr).into_owned(),
        directory,
    }
}

#[test]
fn each_bad_file_is_a_finding_and_the_good_one_is_loaded() {
    let sample = fs::read(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("sample-data/2022/2022_UBND_gia_lai_bieu_KTTT.xlsx"),
    )
    .expect("a workbook");
    let son_la = good("Sơn La");
    let ran = run(&[
        ("good.csv", son_la.as_bytes()),
        ("again/the same.csv", son_la.as_bytes()),
        ("empty.xlsx", b""),
        ("cut.xlsx", &sample[..sample.len() / 2]),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on"),
        ("scan.pdf", b"%PDF-1.7 and so on"),
        ("bytes.bin", b"\x00\x01\x02\x03"),
        ("latin.csv", b"Bi\xeau s\xf3: KTTT-01\n"),
        ("letter.csv", "Kính gửi,Bộ Tài chính\n".as_bytes()),
        ("~$good.xlsx", b"lock"),
        (".hidden.csv", b"hidden"),
        ("Thumbs.db", b"thumbs"),
        ("unknown.csv", good("Sơn Lâm").as_bytes()),
        ("received.csv", b"\xef\xbb\xbffile_name,received_at\ngood.csv,2023-12-20T08:00:00+07:00\nlost.csv,2023-12-20T08:00:00+07:00\nold.xls,yesterday\n"),
    ]);
    assert_eq!(ran.code, Some(1), "{}", ran.said);
    assert_eq!(
        ran.sql("SELECT file_name, outcome, media_type FROM submissions ORDER BY file_name"),
        [
            "again/the same.csv,duplicate,text/csv",
            "bytes.bin,rejected,",
            "cut.xlsx,rejected,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "empty.xlsx,rejected,",
            "good.csv,accepted_with_findings,text/csv",
            "latin.csv,rejected,text/csv",
            "letter.csv,rejected,text/csv",
            "old.xls,rejected,application/vnd.ms-excel",
            "scan.pdf,rejected,application/pdf",
            "unknown.csv,held,text/csv",
        ]
    );
    let found = ran.sql("SELECT code, file_name, coalesce(cell, '') FROM findings WHERE code < 'TH200' OR code IN ('TH201', 'TH410') ORDER BY code, file_name");
    assert_eq!(
        found,
        [
            "TH102,empty.xlsx,",
            "TH103,old.xls,",
            "TH103,scan.pdf,",
            "TH104,bytes.bin,",
            "TH106,cut.xlsx,",
            "TH107,received.csv,",
            "TH108,received.csv,",
            "TH110,latin.csv,",
            "TH111,again/the same.csv,",
            "TH201,letter.csv,",
            "TH410,unknown.csv,A2",
        ]
    );
    // The columns that the form should have and has not are said; nothing of them is guessed.
    assert_eq!(
        ran.sql(
            "SELECT code, severity, cell FROM findings WHERE file_name = 'good.csv' ORDER BY code"
        ),
        ["TH203,warning,A4", "TH203,warning,A4"]
    );
    assert_eq!(
        ran.sql("SELECT count(*), sum(value) FROM observations"),
        ["4,40.000000"]
    );
    assert_eq!(
        ran.sql("SELECT received_at FROM submissions WHERE file_name = 'good.csv'"),
        ["2023-12-20T01:00:00Z"]
    );
}

#[test]
fn when_every_file_is_refused_the_exit_code_is_one() {
    let ran = run(&[("empty.xlsx", b"")]);
    assert_eq!(ran.code, Some(1), "{}", ran.said);
    // Every contract table is there all the same, with its schema.
    assert_eq!(ran.sql("SELECT count(*) FROM national"), ["0"]);
    assert_eq!(ran.sql("SELECT count(*) FROM organisations"), ["0"]);
}

#[test]
fn what_cannot_run_exits_with_two_and_says_why() {
    let directory = TempDir::new().expect("a directory");
    let place = |name: &str| directory.path().join(name).to_string_lossy().into_owned();
    let code = |output: &std::process::Output, words: &str| {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(words), "{said}");
        output.status.code()
    };
    let no_inbox = tonghop(&[
        "run",
        "--submissions",
        &place("nowhere"),
        "--lake",
        &place("lake"),
        "--out",
        &place("out"),
    ]);
    assert_eq!(code(&no_inbox, "inbox"), Some(2));
    let no_lake = tonghop(&["sql", "SELECT 1", "--lake", &place("none")]);
    assert_eq!(code(&no_lake, "there is no lake"), Some(2));
    let unknown = tonghop(&["status"]);
    assert_eq!(code(&unknown, "unrecognized subcommand"), Some(2));

    fs::create_dir_all(directory.path().join("lake")).expect("made");
    fs::write(
        directory.path().join("lake/lake.toml"),
        "pipeline = \"another\"\n",
    )
    .expect("written");
    fs::create_dir_all(directory.path().join("inbox")).expect("made");
    let foreign = tonghop(&[
        "run",
        "--submissions",
        &place("inbox"),
        "--lake",
        &place("lake"),
        "--out",
        &place("out"),
    ]);
    assert_eq!(code(&foreign, "belongs to the pipeline `another`"), Some(2));

    fs::create_dir_all(directory.path().join("locked")).expect("made");
    let held = fs::File::create(directory.path().join("locked/.lock")).expect("a file");
    held.lock().expect("locked");
    let locked = tonghop(&[
        "run",
        "--submissions",
        &place("inbox"),
        "--lake",
        &place("locked"),
        "--out",
        &place("out"),
    ]);
    assert_eq!(code(&locked, "another run is writing"), Some(2));
}

/// An `out` that holds somebody's files is not replaced.
#[test]
fn a_directory_that_is_not_ours_is_not_replaced() {
    let directory = TempDir::new().expect("a directory");
    let place = |name: &str| directory.path().join(name).to_string_lossy().into_owned();
    fs::create_dir_all(directory.path().join("inbox")).expect("made");
    fs::create_dir_all(directory.path().join("home")).expect("made");
    fs::write(directory.path().join("home/thesis.txt"), "mine").expect("written");
    let output = tonghop(&[
        "run",
        "--submissions",
        &place("inbox"),
        "--lake",
        &place("lake"),
        "--out",
        &place("home"),
    ]);
    assert_eq!(
        output.status.code(),
        Some(2),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(
        fs::read_to_string(directory.path().join("home/thesis.txt")).expect("still there"),
        "mine"
    );
}

/// Queries only: nothing that writes or defines.
#[test]
fn sql_does_not_change_anything() {
    let ran = run(&[("good.csv", good("Sơn La").as_bytes())]);
    let lake = ran.directory.path().join("lake");
    for query in [
        "CREATE TABLE t AS SELECT 1",
        "DROP TABLE facts",
        "COPY facts TO '/tmp/x.csv'",
        "INSERT INTO facts SELECT * FROM facts",
        "SET a = 1",
    ] {
        let output = tonghop(&["sql", query, "--lake", &lake.to_string_lossy()]);
        assert_eq!(output.status.code(), Some(2), "`{query}` was run");
    }
    assert_eq!(
        ran.sql("SELECT value / 3 FROM observations WHERE cell = 'B5'"),
        ["3.3333333333"]
    );
}
