//! Senders that are no territory: how they are found by their words, what they owe, and that they enter no total.

use std::fs;

use jiff::civil::Date;
use tempfile::TempDir;
use tonghop::geography::{NotTheUnit, ReporterClaim};
use tonghop::plan::load;

use crate::support::definitions::{definitions, kttt, with_one_table};
use crate::support::lake::{Row, Run};
use crate::support::program::{sql, succeeded, tonghop};

/// A day on which the ministries of the reorganisation are there, and one before it.
const AFTER: Date = Date::constant(2025, 12, 20);
const BEFORE: Date = Date::constant(2024, 12, 20);

/// Whom the plan takes a line for; a text behind `|` stands beside it.
fn read(line: &str, on: Date) -> String {
    let mut lines = line.split('|');
    let claim = ReporterClaim {
        reporter: lines.next().map(str::to_owned),
        beside: lines.next().map(str::to_owned),
        code: None,
    };
    let found = kttt().identify(&claim, on);
    match found.not_the_unit {
        _ if found.several => "several".to_owned(),
        Some(NotTheUnit::OtherBody { words }) => format!("other: {words}"),
        Some(NotTheUnit::NoBodyYet { from, .. }) => format!("not before {from}"),
        Some(NotTheUnit::NotYet { .. }) => "not yet".to_owned(),
        None => {
            let units = found.units.iter();
            let keys: Vec<String> = units.map(|u| format!("{}:{}", u.vintage, u.code)).collect();
            keys.join(" ")
        }
    }
}

fn compare(on: Date, cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .map(|(line, expected)| (line, expected, read(line, on)))
        .filter(|(_, expected, read)| **expected != read.as_str())
        .map(|(line, expected, read)| format!("{line}: expected {expected}, read {read}"))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn agencies_are_found_by_their_names_and_abbreviations() {
    compare(
        AFTER,
        &[
            ("Bộ Nông nghiệp và Môi trường", "agency:MAE"),
            ("BỘ NÔNG NGHIỆP VÀ MÔI TRƯỜNG", "agency:MAE"),
            ("Bộ Nông nghiệp & Môi trường", "agency:MAE"),
            ("Bo Nong nghiep va Moi truong", "agency:MAE"),
            ("Bộ NN&MT", "agency:MAE"),
            ("Bộ Nông nghiệp và Môi trường (Bộ NN&MT)", "agency:MAE"),
            ("BTC", "agency:MOF"),
            ("Bộ KH&ĐT", "agency:MPI"),
            ("Bộ Văn hóa, Thể thao và Du lịch", "agency:MCST"),
            ("Bộ Lao động - Thương binh và Xã hội", "agency:MOLISA"),
            ("Ngân hàng Nhà nước Việt Nam", "agency:SBV"),
            ("Liên minh HTX Việt Nam", "agency:VCA"),
            (
                "Trung ương Đoàn Thanh niên Cộng sản Hồ Chí Minh",
                "agency:HCYU",
            ),
            ("Văn phòng Chính phủ", "agency:VPCP"),
            ("Bộ Nội vụ", "agency:MOHA"),
        ],
    );
}

#[test]
fn parts_of_a_body_several_bodies_and_near_names_are_no_senders() {
    compare(
        AFTER,
        &[
            (
                "Cục Kinh tế hợp tác và PTNT, Bộ Nông nghiệp và Môi trường",
                "other: cục",
            ),
            ("Vụ Kế hoạch, Bộ Tài chính", "other: vụ kế hoạch"),
            ("Bộ Tài chính - Vụ Pháp chế", "other: vụ pháp chế"),
            (
                "Bộ Tài chính|Cục Phát triển doanh nghiệp",
                "other: cục phát triển doanh nghiệp",
            ),
            ("Bộ Nông nghiệp", ""),
            ("Bộ Tài chín", ""),
            ("Bộ Tài chính, Bộ Nội vụ", "several"),
            ("Các bộ, ngành", "other: các bộ ngành"),
            (
                "Tổ chức chính trị - xã hội",
                "other: tổ chức chính trị xã hội",
            ),
        ],
    );
    compare(BEFORE, &[("Bộ NN&MT", "not before 2025-03-01")]);
}

#[test]
fn a_line_that_names_a_province_is_that_of_the_province() {
    compare(
        AFTER,
        &[
            ("UBND tỉnh Sơn La", "2004:14 2025:14"),
            ("Liên minh HTX tỉnh Sơn La", "2004:14 2025:14"),
            ("Sở Tài chính tỉnh Sơn La", "other: sở"),
            ("Sơn La", "2004:14 2025:14"),
        ],
    );
}

/// A report of KTTT-06 as text; `issued` makes it another than the others.
fn tasks(sender: Option<&str>, year: &str, issued: &str) -> String {
    let sender = sender.map_or(String::new(), |s| format!("Đơn vị báo cáo: {s}\n"));
    format!(
        "Biểu số: KTTT-06\nTIẾN ĐỘ THỰC HIỆN NHIỆM VỤ, ĐỀ ÁN {year}\n{sender}\
         TT;Nhiệm vụ, đề án;Cơ quan chủ trì;Thời hạn;Tình trạng;Tỷ lệ hoàn thành (%);Văn bản ban hành\n\
         1;Văn bản hướng dẫn kiểm toán cho HTX;Bộ Tài chính;2021;hoàn thành;100;{issued}\n"
    )
}

/// Runs an inbox of files with their times of receipt.
fn run(files: &[(&str, String, &str)]) -> Run {
    let files: Vec<(&str, &str, &str)> = files
        .iter()
        .map(|(name, text, at)| (*name, text.as_str(), *at))
        .collect();
    Run::of_texts(with_one_table(), &files)
}

fn found<'r>(findings: &'r [Row], code: &str) -> Vec<&'r Row> {
    findings
        .iter()
        .filter(|f| f.is(&[("code", code)]))
        .collect()
}

#[test]
fn agencies_owe_and_send_their_forms_and_enter_no_total() {
    const DAY: &str = "2025-12-20T02:00:00Z";
    let run = run(&[
        ("a.csv", tasks(Some("Bộ Tài chính"), "NĂM 2025", ""), DAY),
        ("KTTT-06 Bộ NN&MT nam 2025.csv", tasks(None, "NĂM 2025", "1"), DAY),
        ("Cuc KTHT - Bo NN&MT.csv", tasks(None, "NĂM 2025", "2"), DAY),
        ("bao cao gui Bo Tai chinh.csv", tasks(None, "NĂM 2025", "3"), DAY),
        ("b.csv", tasks(Some("Bộ KH&ĐT"), "NĂM 2025", ""), DAY),
        ("c.csv", tasks(Some("UBND tỉnh Sơn La"), "NĂM 2025", ""), DAY),
        ("late.csv", tasks(Some("Bộ Nội vụ"), "NĂM 2025", ""), "2026-01-05T02:00:00Z"),
        (
            "figures.csv",
            "Biểu số: KTTT-01\nMỘT SỐ CHỈ TIÊU CƠ BẢN VỀ PHÁT TRIỂN KINH TẾ TẬP THỂ NĂM 2025\n\
             Đơn vị báo cáo: Bộ Tài chính\nTT;Chỉ tiêu;Đơn vị tính;Mã số;Thực hiện năm 2024;Kế hoạch năm 2025;Ước thực hiện năm 2025\n\
             1;Tổng số hợp tác xã;HTX;101;10;11;12\n"
                .to_owned(),
            DAY,
        ),
    ]);
    let reports = run.rows("reports");
    let of = |unit: &str| {
        let rows = reports
            .iter()
            .filter(|r| r.is(&[("unit_vintage", "agency"), ("unit_code", unit)]));
        rows.map(|r| {
            (
                r.str("vintage_evidence").to_owned(),
                r.flag("is_current").unwrap(),
            )
        })
        .collect::<Vec<_>>()
    };
    let agency = || vec![("agency".to_owned(), true)];
    assert_eq!(of("MOF"), agency());
    assert_eq!(of("MAE"), agency());
    assert_eq!(of("MPI"), agency());
    assert_eq!(run.rows("task_reports").len(), 5);
    let findings = run.rows("findings");
    let files = |code: &str| -> Vec<String> {
        let all = found(&findings, code);
        all.iter()
            .filter_map(|f| f.text("file_name"))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(files("TH467"), ["figures.csv"]);
    assert_eq!(files("TH468"), ["b.csv"]);
    assert_eq!(files("TH450"), ["Cuc KTHT - Bo NN&MT.csv"]);
    assert_eq!(files("TH416"), ["bao cao gui Bo Tai chinh.csv"]);
    assert_eq!(files("TH405"), ["late.csv"]);
    let missing: Vec<&str> = found(&findings, "TH404")
        .into_iter()
        .filter(|f| f.is(&[("unit_vintage", "agency")]))
        .map(|f| f.str("unit_code"))
        .collect();
    // Those that are there on the due date and have not reported; ended bodies and collective names owe nothing.
    assert!(
        missing.contains(&"MOST") && missing.contains(&"SBV"),
        "{missing:?}"
    );
    for sent in ["MOF", "MAE", "MOHA", "MPI", "MARD", "MINISTRIES"] {
        assert!(!missing.contains(&sent), "{sent}: {missing:?}");
    }
    assert!(
        run.rows("facts")
            .iter()
            .all(|f| f.str("geography") != "agency")
    );
    answers(&run);
}

/// The other commands know senders that are no territory.
fn answers(run: &Run) {
    let lake = run.lake().to_string_lossy().into_owned();
    let status = tonghop(&[
        "status",
        "--lake",
        &lake,
        "--at",
        "2026-01-10",
        "--fail-on",
        "never",
    ]);
    let status = succeeded(&status);
    assert!(
        status.contains("agency:MAE Bộ Nông nghiệp và Môi trường"),
        "{status}"
    );
    assert!(status.contains("KTTT-06 2025 agencies"), "{status}");
    let line = |code: &str| {
        status
            .lines()
            .find(|l| l.starts_with(&format!("agency:{code} ")))
            .unwrap()
    };
    assert!(
        line("MOHA").ends_with('L') && line("MOST").ends_with('!'),
        "{status}"
    );
    let one = tonghop(&[
        "status",
        "--lake",
        &lake,
        "--unit",
        "Bộ NN&MT",
        "--fail-on",
        "never",
    ]);
    assert_eq!(succeeded(&one).matches("agency:").count(), 1);
    let out = run.place().join("feedback");
    let letters = tonghop(&[
        "feedback",
        "--lake",
        &lake,
        "--out",
        &out.to_string_lossy(),
        "--unit",
        "agency:MOST",
        "--severity",
        "info",
    ]);
    let letters = succeeded(&letters);
    assert!(letters.contains("Bộ Khoa học và Công nghệ"), "{letters}");
    let inspected = tonghop(&["inspect", &run.inbox().join("a.csv").to_string_lossy()]);
    let inspected = succeeded(&inspected);
    assert!(inspected.contains("Bộ Tài chính"), "{inspected}");
    let ids = sql(
        &run.lake(),
        "SELECT agency_id FROM agencies WHERE members = 'ministry'",
    );
    assert_eq!(ids, ["MINISTRIES"]);
    assert_eq!(sql(&run.lake(), "SELECT count(*) FROM tasks"), ["161"]);
}

/// The errors of the definitions with one text replaced by another.
fn errors_of(file: &str, from: &str, to: &str) -> String {
    let place = TempDir::new().unwrap();
    let own = definitions(place.path()).join("kttt");
    let path = own.join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has no `{from}`");
    fs::write(&path, text.replacen(from, to, 1)).unwrap();
    match load(&own) {
        Ok(_) => String::new(),
        Err(errors) => errors
            .0
            .iter()
            .map(|e| {
                assert!(e.line.is_some(), "no line: {e}");
                e.to_string()
            })
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

#[test]
fn unsound_agencies_tasks_and_forms_are_refused() {
    let mail = "MAE,Bộ Nông nghiệp và Môi trường";
    for (file, from, to, told) in [
        (
            "agencies.csv",
            ",2025-03-01,MOF,Resolution",
            ",2025-03-01,MOX,Resolution",
            "`MOX` of `MPI` is not an agency",
        ),
        (
            "agencies.csv",
            "BTC,ministry,,,,",
            "BTC,ministry,,2026-01-01,MPI,",
            "lead back to",
        ),
        (
            "agencies.csv",
            "BTC,ministry",
            "BTC;Bộ NN&MT,ministry",
            "means `MOF` and `MAE`",
        ),
        (
            "agencies.csv",
            "BTC,ministry",
            "BTC;Sơn La,ministry",
            "is a name of a unit too",
        ),
        (
            "agencies.csv",
            mail,
            "MOF,Bộ Nông nghiệp và Môi trường",
            "is declared on line",
        ),
        (
            "agencies.csv",
            "Bộ NNMT,ministry,2025-03-01,,",
            "Bộ NNMT,ministry,2025-03-01,2025-02-01,",
            "before it begins",
        ),
        (
            "agencies.csv",
            "Bộ NNMT,ministry,2025-03-01,,",
            "Bộ NNMT,ministry,2025-04-01,,",
            "is not there on 2025-03-01",
        ),
        (
            "agencies.csv",
            "Bộ NNMT,ministry,2025-03-01,,",
            "Bộ NNMT,ministry,1/3/2025,,",
            "is no date",
        ),
        (
            "tasks.csv",
            ",VASS,MPI;MINISTRIES,",
            ",VASX,MPI;MINISTRIES,",
            "`VASX` under lead is not an agency",
        ),
        (
            "tasks.csv",
            "NQ134-I-02,",
            "NQ134-I-01,",
            "is declared on line 2 too",
        ),
        (
            "tasks.csv",
            ",2021,2022,once,",
            ",2022,2021,once,",
            "before it starts",
        ),
        (
            "tasks.csv",
            ",2021,2022,once,",
            ",2021,2022,twice,",
            "is not how often",
        ),
        (
            "pipeline.toml",
            "each_unit = [\"UBND\"",
            "each_unit = [\"UBNX\"",
            "`UBNX` is not an agency",
        ),
        (
            "pipeline.toml",
            "kinds.MINISTRIES = [\"ministry\"]",
            "kinds.MINISTRIES = [\"ministri\"]",
            "of the kind `ministri`",
        ),
        (
            "pipeline.toml",
            "agencies = [\"ministry\"]",
            "reporter = \"UBND\"\nagencies = [\"ministry\"]",
            "owed by nobody, or by two",
        ),
        (
            "pipeline.toml",
            "half = 1",
            "half = 3",
            "is for no half of a year",
        ),
        (
            "forms/kttt-06.toml",
            "senders = [\"territory\", \"agencies\"]",
            "senders = [\"territory\"]",
            "is not for those who owe it by `D8`",
        ),
        (
            "forms/kttt-06.toml",
            "senders = [\"territory\", \"agencies\"]",
            "senders = []",
            "names nobody",
        ),
        (
            "forms/kttt-06.toml",
            "register = \"tasks\"",
            "register = \"task\"",
            "there is no register `task`",
        ),
        (
            "forms/kttt-06.toml",
            "number = \"number\"",
            "number = \"state\"",
            "no field of texts `state`",
        ),
        (
            "forms/kttt-06.toml",
            "documents.\"134/NQ-CP (25/9/2020)\"",
            "documents.\"135/NQ-CP\"",
            "of the document `135/NQ-CP`",
        ),
        (
            "forms/kttt-01.toml",
            "frequencies =",
            "senders = [\"agencies\"]\nfrequencies =",
            "record lists only",
        ),
    ] {
        let said = errors_of(file, from, to);
        assert!(
            said.contains(told),
            "{file}: {to}\nexpected {told}\nsaid {said}"
        );
    }
}
