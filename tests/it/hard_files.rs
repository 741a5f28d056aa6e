//! Broken and hostile files: each becomes a finding, and the run goes on with the others.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use tonghop::intake::{FileFormat, Limits};
use tonghop::read::{Address, BorrowedContent, ReadError, RecordSink, Sheet, read_with_records};
use tonghop::text::Encodings;

use crate::support::definitions::with_one_table;
use crate::support::files::{root, write};
use crate::support::program::{run_at, sql, tonghop};
use crate::support::workbooks;

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
        write(&inbox.join(name), bytes);
    }
    let mut ran = Ran {
        code: None,
        said: String::new(),
        directory,
    };
    let output = run_again(&ran);
    ran.code = output.status.code();
    ran.said = String::from_utf8_lossy(&output.stderr).into_owned();
    ran
}

fn run_again(ran: &Ran) -> std::process::Output {
    let more = ["--at", "2024-01-01"];
    run_at(ran.directory.path(), with_one_table(), &more)
}

#[test]
fn each_bad_file_is_a_finding_and_the_good_one_is_loaded() {
    let sample = root().join("sample-data/2022/2022_UBND_gia_lai_bieu_KTTT.xlsx");
    let sample = fs::read(sample).expect("a workbook");
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
        ("received.csv", b"\xef\xbb\xbffile_name,received_at\ngood.csv,2023-12-20T08:00:00+07:00\nlost.csv,2023-12-20T08:00:00+07:00\nold.xls,yesterday\n\
            again/the same.csv,2023-12-21T08:00:00+07:00\nempty.xlsx,2023-12-20T08:00:00+07:00\ncut.xlsx,2023-12-20T08:00:00+07:00\n\
            bytes.bin,2023-12-20T08:00:00+07:00\nlatin.csv,2023-12-20T08:00:00+07:00\nletter.csv,2023-12-20T08:00:00+07:00\n\
            unknown.csv,2023-12-20T08:00:00+07:00\n"),
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
            "TH103,scan.pdf,",
            "TH104,bytes.bin,",
            "TH106,cut.xlsx,",
            "TH106,old.xls,",
            "TH107,received.csv,",
            "TH108,received.csv,",
            "TH110,latin.csv,",
            "TH111,again/the same.csv,",
            "TH137,old.xls,",
            "TH137,scan.pdf,",
            "TH142,.hidden.csv,",
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

/// Marks a member of a zip file as encrypted.
fn lock(archive: &mut [u8], name: &str) {
    let name = name.as_bytes();
    for at in 0..archive.len() - name.len() {
        if archive[at..].starts_with(name) {
            if at >= 30 && archive[at - 30..].starts_with(b"PK\x03\x04") {
                archive[at - 30 + 6] |= 1;
            } else if at >= 46 && archive[at - 46..].starts_with(b"PK\x01\x02") {
                archive[at - 46 + 8] |= 1;
            }
        }
    }
}

/// Members of archives are files of their own; what is refused is said, again and again, and nothing is written
/// where a name points.
#[test]
fn archives_are_opened_and_what_is_wrong_with_them_is_said() {
    let (son_la, lai_chau) = (good("Sơn La"), good("Lai Châu"));
    let (dien_bien, hoa_binh) = (good("Điện Biên"), good("Hòa Bình"));
    let inner = workbooks::packed(&[("deep.csv", son_la.as_bytes())]);
    let sound = workbooks::packed(&[
        ("reports/son la.csv", son_la.as_bytes()),
        ("__MACOSX/._x", b"x"),
        ("reports/~$lock.xlsx", b"x"),
        ("../evil.csv", dien_bien.as_bytes()),
        ("C:\\evil.csv", b"c"),
        ("/abs.csv", b"a"),
        ("inner.zip", &inner),
    ]);
    let bomb = vec![b' '; 5_000_000];
    let mut broken = workbooks::packed(&[
        ("lai chau.csv", lai_chau.as_bytes()),
        ("bomb.csv", &bomb),
        ("locked.csv", b"secret"),
    ]);
    lock(&mut broken, "locked.csv");
    let many: Vec<String> = (0..6000).map(|n| format!("{n}.csv")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b"a"[..])).collect();
    let time = "2023-12-20T08:00:00+07:00";
    let received = format!(
        "file_name,received_at\nsound.xlsx.zip,{time}\nbroken.zip/lai chau.csv,2023-12-21T08:00:00+07:00\nbroken.zip,{time}\n\
         plain.csv,{time}\nagain.csv,{time}\nmany.zip,{time}\nnothing.zip,{time}\n"
    );
    let ran = run(&[
        ("sound.xlsx.zip", &sound),
        ("broken.zip", &broken),
        ("plain.csv", hoa_binh.as_bytes()),
        ("again.csv", dien_bien.as_bytes()),
        ("many.zip", &workbooks::stored(&many)),
        ("nothing.zip", &workbooks::packed(&[])),
        ("received.csv", received.as_bytes()),
    ]);
    let told = |ran: &Ran| {
        (
            ran.sql("SELECT file_name, outcome, coalesce(media_type, '') FROM submissions ORDER BY file_name"),
            ran.sql("SELECT code, file_name, message_en FROM findings WHERE code < 'TH200' ORDER BY code, file_name, message_en"),
        )
    };
    let first = told(&ran);
    assert_eq!(
        first.0,
        [
            "again.csv,accepted_with_findings,text/csv",
            "broken.zip,rejected,application/zip",
            "broken.zip/lai chau.csv,accepted_with_findings,text/csv",
            "many.zip,rejected,application/zip",
            "nothing.zip,rejected,application/zip",
            "plain.csv,accepted_with_findings,text/csv",
            "sound.xlsx.zip/../evil.csv,rejected,text/csv",
            "sound.xlsx.zip//abs.csv,rejected,text/csv",
            "sound.xlsx.zip/C:/evil.csv,rejected,text/csv",
            "sound.xlsx.zip/inner.zip,rejected,application/zip",
            "sound.xlsx.zip/reports/son la.csv,accepted_with_findings,text/csv",
        ]
    );
    let codes: Vec<&str> = first.1.iter().map(|line| &line[..5]).collect();
    let expected = [
        "TH102", "TH105", "TH112", "TH114", "TH115", "TH115", "TH115", "TH116",
    ];
    assert_eq!(codes, expected, "{:?}", first.1);
    let of_bomb = first.1.iter().find(|line| line.starts_with("TH114"));
    assert!(
        of_bomb.is_some_and(|line| line.contains("max_ratio = 300") && line.contains("`bomb.csv`"))
    );
    assert_eq!(
        ran.sql("SELECT received_at FROM submissions WHERE file_name IN ('broken.zip/lai chau.csv', 'sound.xlsx.zip/reports/son la.csv') ORDER BY file_name"),
        ["2023-12-21T01:00:00Z", "2023-12-20T01:00:00Z"]
    );
    let inbox = ran.directory.path().join("inbox");
    for place in [ran.directory.path(), &inbox, Path::new("/")] {
        for name in ["evil.csv", "abs.csv"] {
            assert!(!place.join(name).exists(), "{}", place.join(name).display());
        }
    }
    // The inbox is emptied, one file comes: everything is judged again, from the lake alone.
    fs::remove_dir_all(&inbox).expect("gone");
    fs::create_dir_all(&inbox).expect("made");
    fs::write(inbox.join("later.csv"), good("Lào Cai")).expect("written");
    run_again(&ran);
    let mut second = told(&ran);
    second.0.retain(|line| !line.starts_with("later.csv"));
    assert_eq!(first, second);
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
    let unknown = tonghop(&["serve"]);
    assert_eq!(code(&unknown, "unrecognized subcommand"), Some(2));

    fs::create_dir_all(directory.path().join("lake")).expect("made");
    fs::write(
        directory.path().join("lake/lake.toml"),
        "pipeline = \"another\"\n",
    )
    .expect("written");
    fs::create_dir_all(directory.path().join("inbox")).expect("made");
    let foreign = run_at(directory.path(), Path::new("pipelines/kttt"), &[]);
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

/// An output directory with foreign files is not replaced.
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

/// `sql` accepts queries only, and no statement that writes or defines.
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
        ["3.3333333333333335"]
    );
}

/// A reader of lists that breaks at the first row.
struct Breaking;

impl RecordSink for Breaking {
    fn opens(&mut self, _: &Sheet, _: u32) -> bool {
        panic!("broken within a reader")
    }

    fn take(&mut self, _: Address, _: BorrowedContent<'_>) {}

    fn close(&mut self, _: usize, _: &Sheet) -> bool {
        false
    }
}

/// The test below runs this in a process of its own, to see what it prints.
#[test]
#[ignore = "breaks on purpose"]
fn two_readers_and_a_thread_that_break() {
    let sample = root().join("sample-data/2022/2022_UBND_gia_lai_bieu_KTTT.xlsx");
    let read = || {
        let (limits, encodings) = (Limits::default(), Encodings::default());
        read_with_records(&sample, FileFormat::Xlsx, limits, &encodings, &mut Breaking)
    };
    std::thread::scope(|scope| {
        let both = [scope.spawn(read), scope.spawn(read)];
        for reader in both {
            let document = reader.join().expect("the reader's panic is caught");
            assert!(matches!(document, Err(ReadError::Damaged(_))));
        }
    });
    let elsewhere = std::thread::spawn(|| panic!("broken elsewhere"));
    assert!(elsewhere.join().is_err());
}

/// A file at which a reader breaks is a finding: nobody shall think that the program itself broke.
#[test]
fn only_panics_outside_the_readers_are_printed() {
    let tests = std::env::current_exe().expect("this program");
    let child = "hard_files::two_readers_and_a_thread_that_break";
    let output = std::process::Command::new(tests)
        .args([child, "--exact", "--ignored", "--nocapture"])
        .env("RUST_BACKTRACE", "1")
        .output()
        .expect("run");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("broken elsewhere"), "{said}");
    assert!(!said.contains("broken within"), "{said}");
    assert_eq!(said.matches("panicked at").count(), 1, "{said}");
}
