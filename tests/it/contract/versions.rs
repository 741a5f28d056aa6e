//! Versions of a report that take each other's place: what is told, and how loudly.

use std::fs;
use std::sync::LazyLock;

use super::{fact, report, whole};
use crate::support::catalogue::OLD;
use crate::support::lake::Run;
use crate::support::office::{Office, csv, list};
use crate::support::truth::Cell::{self, Blank};
use crate::support::truth::{Form, Report, Reporter, n, numbers};

/// A report with two rows for 2023, received on a day of December.
fn sent(file: &str, code: &str, day: u32, total: i64) -> Report {
    Report::of(Form::Indicators, OLD, code, 2023)
        .file(file)
        .received(&format!("2023-12-{day:02}T08:00:00+07:00"))
        .row("htx_total", numbers([total; 4]))
        .row("htx_new", numbers([3; 4]))
}

/// As [`sent`], by the alliance and with these new cooperatives.
fn alliance(file: &str, code: &str, new: Cell) -> Report {
    let cells = vec![new; 4];
    Report::of(Form::Indicators, OLD, code, 2023)
        .file(file)
        .received("2023-12-20T08:00:00+07:00")
        .reporter(Some(Reporter::Alliance))
        .row("htx_total", numbers([50; 4]))
        .row("htx_new", cells)
}

static RUN: LazyLock<Run> = LazyLock::new(|| {
    let run = Run::written([
        // 01: no number of sending, other figures.
        sent("01-first.xlsx", "01", 10, 50),
        sent("01-later.xlsx", "01", 20, 51),
        // 02: no number, the same figures in another file.
        sent("02-first.xlsx", "02", 10, 50),
        sent("02-later.csv", "02", 20, 50),
        // 04: the second sending.
        sent("04-first.xlsx", "04", 10, 50),
        sent("04-second.xlsx", "04", 20, 51).sending(2),
        // 06: two files that both state the second sending.
        sent("06-a.xlsx", "06", 10, 50).sending(2),
        sent("06-b.xlsx", "06", 20, 51).sending(2),
        // 08: an unmarked file came after the second sending.
        sent("08-second.xlsx", "08", 10, 50).sending(2),
        sent("08-unmarked.xlsx", "08", 20, 51),
        // 10: the first sending came after the second, and says so.
        sent("10-second.xlsx", "10", 10, 50).sending(2),
        sent("10-first.xlsx", "10", 20, 51).sending(1),
        // 11: corrected, and then the first file once more.
        sent("11-first.xlsx", "11", 10, 50),
        sent("11-corrected.xlsx", "11", 15, 51),
        // 12: UBND leaves blank what the alliance states.
        sent("12-ubnd.xlsx", "12", 10, 50).row("htx_workers", vec![Blank; 4]),
        alliance("12-alliance.xlsx", "12", n(3)).row("htx_workers", numbers([90; 4])),
        // 14: the same with a figure that differs, and a row that UBND does not have.
        sent("14-ubnd.xlsx", "14", 10, 50),
        alliance("14-alliance.xlsx", "14", n(5)).row("htx_workers", numbers([90; 4])),
    ]);
    let inbox = run.inbox();
    fs::copy(
        inbox.join("11-first.xlsx"),
        inbox.join("11-first-again.xlsx"),
    )
    .unwrap();
    let times = fs::read_to_string(inbox.join("received.csv")).unwrap();
    let times = format!("{times}11-first-again.xlsx,2023-12-20T08:00:00+07:00\n");
    fs::write(inbox.join("received.csv"), times).unwrap();
    run.again(&[&inbox]);
    run
});

/// The findings about versions in a file: code, severity and English message.
fn told(file: &str) -> Vec<(String, String, String)> {
    let id = report(&RUN, file).str("report_id").to_owned();
    let findings = RUN.find("findings", &[("report_id", &id)]);
    let codes = ["TH403", "TH417", "TH434", "TH435", "TH436", "TH437"];
    let of_versions = findings.iter().filter(|f| codes.contains(&f.str("code")));
    of_versions
        .map(|f| {
            let text = |column: &str| f.str(column).to_owned();
            (text("code"), text("severity"), text("message_en"))
        })
        .collect()
}

/// Asserts that one finding tells of the versions of a file, and that it says this.
fn assert_told(file: &str, code: &str, severity: &str, words: &[&str]) {
    let found = told(file);
    let [(own, loud, message)] = found.as_slice() else {
        panic!("{file}: one finding is expected, not {found:#?}");
    };
    assert_eq!((own.as_str(), loud.as_str()), (code, severity), "{message}");
    for word in words {
        assert!(
            message.contains(word),
            "{file}: `{word}` is not in {message}"
        );
    }
}

fn counts(code: &str) -> Option<i128> {
    fact(&RUN, &format!("2004 {code} 2023"), "htx_total", "estimate")
        .unwrap()
        .decimal("value")
}

#[test]
fn an_unmarked_version_with_other_figures_is_a_warning() {
    assert_eq!(counts("01"), whole(51));
    let words = [
        "01-first.xlsx",
        "2023-12-10",
        "4 figures differ",
        "50 before, 51 now",
    ];
    assert_told("01-later.xlsx", "TH434", "warning", &words);
    assert_told("06-b.xlsx", "TH434", "warning", &["06-a.xlsx"]);
}

#[test]
fn a_stated_sending_is_told_for_information_and_the_same_figures_not_at_all() {
    assert_told(
        "04-second.xlsx",
        "TH435",
        "info",
        &["sending 2 replaces `04-first.xlsx`"],
    );
    assert_eq!(told("02-later.csv"), []);
    assert_eq!(told("04-first.xlsx"), []);
}

#[test]
fn a_version_that_came_later_and_does_not_count_is_told() {
    assert_eq!(counts("08"), whole(50));
    let words = [
        "2023-12-20",
        "08-second.xlsx",
        "does not count",
        "states sending 2",
    ];
    assert_told("08-unmarked.xlsx", "TH436", "warning", &words);
    assert_eq!(counts("10"), whole(50));
    assert_told(
        "10-first.xlsx",
        "TH437",
        "info",
        &["10-second.xlsx", "this one sending 1"],
    );
}

#[test]
fn content_that_is_sent_again_takes_its_newest_time() {
    assert_eq!(counts("11"), whole(50));
    assert_told(
        "11-first.xlsx",
        "TH434",
        "warning",
        &["11-corrected.xlsx", "2023-12-15"],
    );
}

#[test]
fn figures_that_only_the_second_reporter_states_are_named_and_fill_nothing() {
    let workers = |code: &str| {
        let found = fact(
            &RUN,
            &format!("2004 {code} 2023"),
            "htx_workers",
            "estimate",
        );
        found.and_then(|row| row.decimal("value"))
    };
    assert_eq!((workers("12"), workers("14")), (None, None));
    assert_told(
        "12-alliance.xlsx",
        "TH417",
        "warning",
        &["90 here, blank", "4 figures are only here"],
    );
    let words = [
        "5 here, 3 in the report that counts",
        "4 figures differ",
        "leaves 4 blank",
    ];
    assert_told("14-alliance.xlsx", "TH417", "warning", &words);
}

#[test]
fn a_name_whose_first_content_is_put_back_has_been_sent_again() {
    let office = Office::new();
    let first = csv("Sơn La", 2024, 50, 50, "");
    let figure = |office: &Office| {
        office.sql(
            "SELECT o.value FROM reports r JOIN observations o ON o.report_id = r.report_id \
             WHERE r.is_current AND o.indicator = 'htx_total' AND o.scenario = 'estimate'",
        )
    };
    let put = |office: &Office, bytes: &[u8], day: u64| {
        let path = office.path("inbox/son-la.csv");
        fs::write(&path, bytes).unwrap();
        let time = std::time::SystemTime::UNIX_EPOCH
            + std::time::Duration::from_secs(1_733_000_000 + day * 86_400);
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(time).unwrap();
        office.run("lake", &[]);
    };
    put(&office, &first, 1);
    put(&office, &csv("Sơn La", 2024, 51, 51, ""), 5);
    assert!(
        figure(&office)[0].starts_with("51"),
        "{:?}",
        figure(&office)
    );
    // The first content again, under the same name.
    put(&office, &first, 9);
    assert!(
        figure(&office)[0].starts_with("50"),
        "{:?}",
        figure(&office)
    );
    // Nothing came since: the same again.
    office.run("lake", &[]);
    assert!(
        figure(&office)[0].starts_with("50"),
        "{:?}",
        figure(&office)
    );
}

#[test]
fn a_list_that_replaces_another_says_how_many_records_changed() {
    let mut office = Office::new();
    let before = list("Sơn La", 10);
    let text = String::from_utf8(before.clone()).unwrap();
    // One record has other figures, and one is new.
    let after = text.replace(";3;7;12,25", ";3;8;12,25")
        + "11;HTX Sơn La 11;HTX;0100000011;2019;A1;đang hoạt động;khá;4;7;12,25;Ai\n";
    office.send("a.csv", "2026-01-10", &before);
    office.send("b.csv", "2026-01-20", after.as_bytes());
    office.run("lake", &[]);
    let told = office.sql(
        "SELECT code, severity, message_en FROM findings WHERE code IN ('TH434', 'TH435', 'TH440', 'TH441') ORDER BY code",
    );
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(
        told[0].starts_with("TH434,warning")
            && told[0].contains("1 records have other values, 1 are new, 0 are gone"),
        "{told:#?}"
    );
}
