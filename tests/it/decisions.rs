//! Decisions of people where files are ambiguous: every kind of decision, applied, not needed and stale; the evidence behind
//! a report; and what was known at an earlier time.

use std::fmt::Write as _;
use std::fs;

use rust_xlsxwriter::Workbook;

use crate::support::office::{Office, csv};
use crate::support::program::{sql_with, tonghop};

/// A workbook with the same form on two sheets, which differ.
fn twins() -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, total) in [("Nháp", 10.0), ("Chính thức", 20.0)] {
        let sheet = book.add_worksheet();
        sheet.set_name(name).expect("a name");
        sheet.write(0, 0, "Biểu số: KTTT-01").expect("written");
        sheet
            .write(1, 0, "Đơn vị báo cáo: UBND tỉnh Cao Bằng")
            .expect("written");
        sheet.write(2, 0, "NĂM 2025").expect("written");
        let heads = ["Chỉ tiêu", "Ước thực hiện năm 2025", "Kế hoạch năm 2026"];
        for (column, head) in (0..).zip(heads) {
            sheet.write(3, column, head).expect("written");
        }
        sheet.write(4, 0, "Tổng số hợp tác xã").expect("written");
        sheet.write(4, 1, total).expect("written");
        sheet.write(4, 2, total).expect("written");
    }
    book.save_to_buffer().expect("a workbook")
}

const WHO: &str =
    "by = \"Vụ Kinh tế tập thể\"\non = \"2026-01-15\"\nwhy = \"điện thoại xác nhận\"\n";

/// The files of the first test, and which of them need a decision.
fn open_questions(office: &mut Office) -> String {
    // A unit merged into the new Quảng Trị reported 2025 while it stood: it stays open which of the two Quảng Trị reports.
    office.send(
        "quang-binh.csv",
        "2025-06-20",
        &csv("UBND tỉnh Quảng Bình", 2025, 20, 10, ""),
    );
    office.send(
        "yen-bai.csv",
        "2025-12-20",
        &csv("UBND tỉnh Yên Bái", 2025, 50, 40, ""),
    );
    office.send(
        "quang-tri.csv",
        "2025-12-20",
        &csv("UBND tỉnh Quảng Trị", 2025, 70, 60, ""),
    );
    office.send(
        "la.csv",
        "2025-12-20",
        &csv("UBND tỉnh Vô Danh", 2025, 80, 60, ""),
    );
    let lang_son = String::from_utf8(csv("UBND tỉnh Lạng Sơn", 2025, 30, 20, "")).expect("text");
    office.send(
        "lang-son.csv",
        "2025-12-20",
        lang_son.replace("NĂM 2025", "NĂM 2019").as_bytes(),
    );
    office.send(
        "nham.csv",
        "2025-12-20",
        &csv("UBND tỉnh Lai Châu", 2025, 999, 20, ""),
    );
    office.send(
        "son-la.csv",
        "2025-12-20",
        &csv("UBND tỉnh Sơn La", 2025, 40, 60, ""),
    );
    office.send(
        "dien-bien-1.csv",
        "2025-12-20",
        &csv("UBND tỉnh Điện Biên", 2025, 11, 10, ""),
    );
    office.send(
        "dien-bien-2.csv",
        "2025-12-22",
        &csv("UBND tỉnh Điện Biên", 2025, 12, 10, ""),
    );
    office.send("cao-bang.xlsx", "2025-12-20", &twins());
    office.send(
        "nghe-an.csv",
        "2025-12-20",
        &csv("UBND tỉnh Nghệ An", 2025, 90, 60, "Địa giới: 34 tỉnh;\n"),
    )
}

#[test]
fn decisions_settle_what_files_leave_open() {
    let mut office = Office::new();
    let nghe_an = open_questions(&mut office);
    office.run("lake", &[]);
    let held = "SELECT s.file_name FROM reports r JOIN submissions s ON s.submission_id = r.submission_id WHERE NOT r.is_current ORDER BY 1";
    assert_eq!(
        office.sql(held),
        [
            "cao-bang.xlsx",
            "cao-bang.xlsx",
            "dien-bien-1.csv",
            "la.csv",
            "lang-son.csv",
            "quang-tri.csv"
        ]
    );
    let decisions = [
        ("file = \"quang-tri.csv\"", "vintage = \"2025\""),
        ("file = \"la.csv\"", "unit = \"2025:52\""),
        ("file = \"lang-son.csv\"", "period = \"2025\""),
        ("file = \"nham.csv\"", "withdraw = true"),
        ("file = \"son-la.csv\"", "waive = [\"R101\"]"),
        ("file = \"dien-bien-1.csv\"", "accept = true"),
        (
            "file = \"cao-bang.xlsx\"\nsheet = \"Chính thức\"",
            "accept = true",
        ),
        // Not needed: the unit is what the file says, the rule does not fail.
        (
            &format!("submission = \"{nghe_an}\""),
            "unit = \"2025:40\"\nwaive = [\"R101\"]",
        ),
        // Stale: no such file, no unit of that vintage.
        ("file = \"khong-co.csv\"", "withdraw = true"),
        ("file = \"yen-bai.csv\"", "vintage = \"2025\""),
    ];
    let mut text = String::new();
    for (subject, what) in decisions {
        let _ = writeln!(text, "[[decision]]\n{subject}\n{what}\n{WHO}");
    }
    office.decide(&text);
    let said = office.run("lake", &[]);
    assert!(
        said.contains("decision     1 vintage = 2025 · quang-tri.csv · applied (Vụ Kinh tế tập thể, 2026-01-15)"),
        "{said}"
    );
    assert_eq!(
        office.sql("SELECT number, kind, ruling, outcome FROM decisions ORDER BY number, kind"),
        [
            "1,vintage,2025,applied",
            "2,unit,2025:52,applied",
            "3,period,2025,applied",
            "4,withdraw,,applied",
            "5,waive,R101,applied",
            "6,accept,,applied",
            "7,accept,,applied",
            "8,unit,2025:40,unneeded",
            "8,waive,R101,unneeded",
            "9,withdraw,,stale",
            "10,vintage,2025,stale",
        ]
    );
    let facts = "SELECT unit_code, value FROM facts WHERE geography = '2025' AND indicator = 'htx_total' AND period = '2025' \
                 AND scenario = 'estimate' ORDER BY unit_code";
    assert_eq!(
        office.sql(facts),
        [
            "04,20.000000", // the sheet that was accepted
            "11,11.000000", // the first version
            "14,40.000000",
            "15,50.000000", // made of the one former unit that reported
            "20,30.000000", // the period that was decided
            "40,90.000000",
            "44,70.000000", // the new territory of that name
            "52,80.000000", // the unit that was decided
        ]
    );
    let findings = "SELECT code, severity, count(*) FROM findings WHERE code IN ('TH418', 'TH419', 'TH420', 'TH421', 'TH427', 'TH501', 'TH520') \
                    GROUP BY code, severity ORDER BY code";
    assert_eq!(
        office.sql(findings),
        [
            "TH418,info,1",
            "TH419,info,5",
            "TH420,warning,2",
            "TH421,info,2",
            "TH427,info,1",
            // The waived rule failed in two columns.
            "TH520,info,2",
        ]
    );
    assert_eq!(
        office.sql("SELECT failed FROM rule_results WHERE rule = 'R101' AND period = '2025'"),
        ["2"]
    );
    assert_eq!(
        office.sql("SELECT outcome FROM submissions WHERE file_name = 'nham.csv'"),
        ["rejected"]
    );
    let why = |file: &str| {
        office.sql(&format!(
            "SELECT e.aspect, e.answer, e.basis, e.cell FROM report_evidence e JOIN reports r ON r.report_id = e.report_id \
             JOIN submissions s ON s.submission_id = r.submission_id WHERE s.file_name = '{file}' ORDER BY e.aspect"
        ))
    };
    assert_eq!(
        why("quang-tri.csv"),
        [
            "period,2025,title,A3",
            "reporter,UBND,words,A2",
            "sending,1,unstated,",
            "unit,2025:44,name,A2",
            "vintage,2025,decision,"
        ]
    );
    assert_eq!(
        why("la.csv"),
        [
            "period,2025,title,A3",
            "reporter,UBND,words,A2",
            "sending,1,unstated,",
            "unit,2025:52,decision,",
            "vintage,2025,decision,"
        ]
    );
    assert_eq!(why("lang-son.csv")[0], "period,2025,decision,");
    // Without the decisions everything is as before: a decision changes only what it is about.
    office.decide("");
    office.run("lake", &[]);
    assert_eq!(office.sql(held).len(), 6);
}

#[test]
fn a_decision_does_not_speak_of_what_came_later() {
    let mut office = Office::new();
    office.send(
        "a.csv",
        "2025-12-20",
        &csv("UBND tỉnh Sơn La", 2025, 999, 60, ""),
    );
    let withdraw = format!("[[decision]]\nfile = \"a.csv\"\nwithdraw = true\n{WHO}");
    office.decide(&withdraw);
    office.run("lake", &[]);
    let total = "SELECT value FROM national WHERE geography = '2025' AND indicator = 'htx_total' AND period = '2025' AND scenario = 'estimate' AND sector = '_T'";
    assert!(office.sql(total).is_empty());
    // The province sends again, under the same name, after the day of the decision.
    office.send(
        "a.csv",
        "2026-02-01",
        &csv("UBND tỉnh Sơn La", 2025, 99, 60, ""),
    );
    office.run("lake", &[]);
    assert_eq!(office.sql(total), ["99.000000"]);
    assert_eq!(
        office.sql("SELECT code, severity FROM findings WHERE code LIKE 'TH4%' AND file_name = 'a.csv' AND code IN ('TH418', 'TH420', 'TH426') ORDER BY code"),
        ["TH418,info", "TH426,warning"]
    );
    // What was known before the second file came, and before the decision was taken. An as-of snapshot does not become
    // current.
    let current = fs::read_link(office.path("lake/current")).expect("a link");
    let known = |day: &str, query: &str| {
        let said = office.run("lake", &["--as-of", day]);
        assert_eq!(
            fs::read_link(office.path("lake/current")).expect("a link"),
            current
        );
        let (_, after) = said
            .split_once("· snapshot ")
            .expect("the snapshot is named");
        let id = after.split_whitespace().next().expect("an id");
        sql_with(&office.path("lake"), query, &["--snapshot", id])
    };
    assert!(known("2026-01-31", total).is_empty());
    assert_eq!(known("2026-01-14", total), ["999.000000"]);
    assert!(known("2026-01-14", "SELECT * FROM decisions").is_empty());
    assert!(known("2025-12-19T00:00:00Z", "SELECT * FROM submissions").is_empty());
    // And nothing was lost by it.
    office.run("lake", &[]);
    assert_eq!(office.sql(total), ["99.000000"]);
}

#[test]
fn what_is_wrong_in_decisions_is_said_before_anything_runs() {
    let office = Office::new();
    office.decide(
        "[[decision]]\nfile = \"a.csv\"\nsubmission = \"0123456789abcdef\"\nunit = \"2025:99\"\nby = \"x\"\non = \"hôm qua\"\nwhy = \"\"\n\
         [[decision]]\nreport = \"0123\"\nform = \"KTTT-99\"\nvintage = \"1999\"\nwaive = [\"R999\"]\nperiod = \"nay\"\nby = \"x\"\non = \"2026-01-01\"\nwhy = \"y\"\n\
         [[decision]]\nfile = \"b.csv\"\naccept = true\nwithdraw = true\nby = \"x\"\non = \"2026-01-01\"\nwhy = \"y\"\n\
         [[decision]]\nfile = \"c.csv\"\nby = \"x\"\non = \"2026-01-01\"\nwhy = \"y\"\n",
    );
    let pipeline = office.text("pipelines/kttt");
    let output = tonghop(&["check", &pipeline]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    for (message, line) in [
        ("a decision is about exactly one thing", 1),
        ("`2025:99` is not a unit", 4),
        ("`hôm qua` is not a date", 6),
        ("must say who made it and why", 7),
        ("`0123` is not a report_id", 9),
        ("`KTTT-99` is not declared", 10),
        ("`1999` is not a vintage", 11),
        ("`R999` is not a rule", 12),
        ("`nay`", 13),
        ("one paragraph both accepts and withdraws", 17),
        ("decides nothing", 24),
    ] {
        assert!(text.contains(message), "{message} in {text}");
        assert!(
            text.contains(&format!("decisions.toml:{line}")),
            "line {line} for {message} in {text}"
        );
    }
}

#[test]
fn what_is_decided_gives_way_to_what_comes_later_and_stays_for_what_was_meant() {
    let mut office = Office::new();
    // Two versions, the first of which was accepted; and a withdrawn file whose time is later than its decision.
    office.send(
        "x1.csv",
        "2025-12-20",
        &csv("UBND tỉnh Sơn La", 2025, 100, 60, ""),
    );
    office.send(
        "x2.csv",
        "2025-12-22",
        &csv("UBND tỉnh Sơn La", 2025, 110, 60, ""),
    );
    office.send(
        "w.csv",
        "2026-02-01",
        &csv("UBND tỉnh Lai Châu", 2025, 999, 60, ""),
    );
    office.decide(&format!(
        "[[decision]]\nfile = \"x1.csv\"\naccept = true\n{WHO}\n[[decision]]\nfile = \"w.csv\"\nwithdraw = true\n{WHO}"
    ));
    office.run("lake", &[]);
    let facts = "SELECT unit_code, value FROM facts WHERE geography = '2025' AND indicator = 'htx_total' AND period = '2025' \
                 AND scenario = 'estimate' ORDER BY unit_code";
    assert_eq!(office.sql(facts), ["14,100.000000"]);
    // A third version, and another file with the name of the withdrawn one.
    office.send(
        "x3.csv",
        "2026-03-01",
        &csv("UBND tỉnh Sơn La", 2025, 120, 60, ""),
    );
    office.send(
        "w.csv",
        "2026-03-01",
        &csv("UBND tỉnh Cao Bằng", 2025, 40, 20, ""),
    );
    office.run("lake", &[]);
    assert_eq!(office.sql(facts), ["04,40.000000", "14,120.000000"]);
    assert_eq!(
        office.sql("SELECT number, kind, outcome FROM decisions ORDER BY number"),
        ["1,accept,stale", "2,withdraw,applied"]
    );
    assert_eq!(
        office.sql("SELECT code, file_name FROM findings WHERE code IN ('TH418', 'TH420', 'TH426') ORDER BY code"),
        ["TH418,w.csv", "TH420,x1.csv", "TH426,w.csv"]
    );
    // Told in words, in both languages.
    assert_eq!(
        office.sql("SELECT message_vi FROM findings WHERE code = 'TH420'"),
        ["Quyết định số 1 (được tính) về `x1.csv` không áp dụng được vào đâu"]
    );
    // `inspect` knows the decisions by the names of the inbox.
    let pipeline = office.text("pipelines/kttt");
    let file = office.text("inbox/w.csv");
    let output = tonghop(&["inspect", "--pipeline", &pipeline, &file]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("TH418"), "{text}");
}

#[test]
fn a_report_is_not_held_for_disagreeing_with_one_that_is_held_itself() {
    let mut office = Office::new();
    let rules = office.path("pipelines/kttt/rules.toml");
    let mut text = fs::read_to_string(&rules).expect("rules");
    for rule in ["R101", "R117"] {
        let id = format!("id = \"{rule}\"\n");
        assert!(text.contains(&id));
        text = text.replace(&id, &format!("{id}on_fail = \"hold\"\n"));
    }
    fs::write(&rules, text).expect("written");
    office.send(
        "v1.csv",
        "2024-12-20",
        &csv("UBND tỉnh Sơn La", 2024, 100, 60, ""),
    );
    // More active cooperatives than cooperatives: held back, so the first version counts again.
    office.send(
        "v2.csv",
        "2024-12-22",
        &csv("UBND tỉnh Sơn La", 2024, 500, 600, ""),
    );
    let next = "Biểu số: KTTT-01;;\nĐơn vị báo cáo: UBND tỉnh Sơn La;;\nNĂM 2025;;\nChỉ tiêu;Thực hiện năm 2024;Ước thực hiện năm 2025\n\
                Tổng số hợp tác xã;101;105\n";
    office.send("n.csv", "2025-12-20", next.as_bytes());
    office.run("lake", &[]);
    assert_eq!(
        office.sql("SELECT s.file_name, r.is_current FROM reports r JOIN submissions s ON s.submission_id = r.submission_id ORDER BY 1"),
        ["n.csv,true", "v1.csv,true", "v2.csv,false"]
    );
    assert_eq!(
        office.sql("SELECT DISTINCT rule, file_name FROM findings WHERE code = 'TH502'"),
        ["R101,v2.csv"]
    );
}
