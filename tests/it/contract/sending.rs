//! Reports that are sent again, by others, or twice: revision, `is_current`, rank of the reporter, duplicates.

use std::fs;
use std::sync::LazyLock;

use super::{fact, figure, report, whole};
use crate::support::catalogue::OLD;
use crate::support::lake::Run;
use crate::support::truth::{Form, Report, Reporter, numbers};

fn sent(file: &str, code: &str, day: u32, total: i64) -> Report {
    Report::of(Form::Indicators, OLD, code, 2023)
        .file(file)
        .received(&format!("2023-12-{day:02}T08:00:00+07:00"))
        .row("htx_total", numbers([total; 4]))
}

static RUN: LazyLock<Run> = LazyLock::new(|| {
    let run = Run::written([
        // 01: the second sending came before the first one.
        sent("01-first.xlsx", "01", 20, 1).row("htx_new", numbers([3, 3, 3, 3])),
        sent("01-second.xlsx", "01", 10, 2).sending(2),
        // 02: without numbers the later one counts.
        sent("02-early.xlsx", "02", 10, 1),
        sent("02-late.xlsx", "02", 20, 2),
        // 04: received together, the name decides.
        sent("04-a.xlsx", "04", 10, 1),
        sent("04-b.xlsx", "04", 10, 2),
        // 06: the alliance is later, and second in rank.
        sent("06-ubnd.xlsx", "06", 10, 1),
        sent("06-alliance.xlsx", "06", 20, 2)
            .reporter(Some(Reporter::Alliance))
            .sending(3),
        // 08: nobody is named; ranks as UBND.
        sent("08-nobody.xlsx", "08", 10, 1).reporter(None),
        sent("08-alliance.xlsx", "08", 20, 2).reporter(Some(Reporter::Alliance)),
        // 10: nobody is named, later than UBND.
        sent("10-ubnd.xlsx", "10", 10, 1),
        sent("10-nobody.xlsx", "10", 20, 2).reporter(None),
        // 11: the alliance alone.
        sent("11-alliance.xlsx", "11", 10, 1).reporter(Some(Reporter::Alliance)),
        // 12: once, and once more below as the same bytes.
        sent("12.xlsx", "12", 10, 1),
    ]);
    fs::create_dir(run.inbox().join("again")).unwrap();
    fs::copy(
        run.inbox().join("12.xlsx"),
        run.inbox().join("again/copy of 12.xlsx"),
    )
    .unwrap();
    run.again(&[&run.inbox()]);
    run
});

fn counts(code: &str) -> Option<i128> {
    fact(&RUN, &format!("2004 {code} 2023"), "htx_total", "estimate")
        .unwrap()
        .decimal("value")
}

fn order(file: &str) -> (Option<i64>, Option<bool>) {
    let report = report(&RUN, file);
    (report.int("revision"), report.flag("is_current"))
}

#[test]
fn the_number_of_sending_goes_before_the_day_of_receipt() {
    assert_eq!(counts("01"), whole(2));
    assert_eq!(order("01-first.xlsx"), (Some(1), Some(false)));
    assert_eq!(order("01-second.xlsx"), (Some(2), Some(true)));
}

#[test]
fn a_report_supersedes_whole_and_values_lost_are_a_warning() {
    assert_eq!(fact(&RUN, "2004 01 2023", "htx_new", "estimate"), None);
    let second = report(&RUN, "01-second.xlsx");
    let warnings = RUN.find(
        "findings",
        &[
            ("severity", "warning"),
            ("report_id", second.str("report_id")),
        ],
    );
    assert!(
        warnings.iter().any(|w| w.str("code") == "TH403"),
        "{warnings:#?}"
    );
    // What the earlier one said is still an observation.
    let first = report(&RUN, "01-first.xlsx");
    let kept = RUN.find(
        "observations",
        &[
            ("report_id", first.str("report_id")),
            ("indicator", "htx_new"),
        ],
    );
    assert_eq!(kept.len(), 4);
}

#[test]
fn a_correction_is_a_revision_with_both_reports() {
    let revised = RUN.one(
        "revisions",
        &[
            ("unit_code", "01"),
            ("indicator", "htx_total"),
            ("period", "2023"),
            ("scenario", "estimate"),
        ],
    );
    assert_eq!(
        (
            revised.decimal("value_before"),
            revised.decimal("value_after")
        ),
        (whole(1), whole(2))
    );
    assert_eq!(
        revised.str("report_before"),
        report(&RUN, "01-first.xlsx").str("report_id")
    );
    assert_eq!(
        revised.str("report_after"),
        report(&RUN, "01-second.xlsx").str("report_id")
    );
}

#[test]
fn without_numbers_the_later_receipt_counts_then_the_file_name() {
    assert_eq!(counts("02"), whole(2));
    assert_eq!(
        (order("02-early.xlsx"), order("02-late.xlsx")),
        ((Some(1), Some(false)), (Some(2), Some(true)))
    );
    assert_eq!(counts("04"), whole(2));
    assert_eq!(
        (order("04-a.xlsx"), order("04-b.xlsx")),
        ((Some(1), Some(false)), (Some(2), Some(true)))
    );
}

#[test]
fn the_reporter_of_the_first_rank_is_current_and_the_others_are_kept() {
    assert_eq!(counts("06"), whole(1));
    assert_eq!(order("06-ubnd.xlsx").1, Some(true));
    // Each reporter's own report is the first of its key.
    assert_eq!(order("06-alliance.xlsx"), (Some(1), Some(false)));
    let alliance = report(&RUN, "06-alliance.xlsx");
    assert_eq!(
        RUN.find("observations", &[("report_id", alliance.str("report_id"))])
            .len(),
        4
    );
    assert_eq!(
        counts("11"),
        whole(1),
        "the alliance counts where it is alone"
    );
}

#[test]
fn several_reporters_are_compared() {
    let findings = RUN.find(
        "findings",
        &[("unit_code", "06"), ("form", "KTTT-01"), ("period", "2023")],
    );
    let differ: Vec<_> = findings
        .iter()
        .filter(|f| f.text("rule").is_none() && f.str("code") != "TH405")
        .collect();
    assert!(
        !differ.is_empty(),
        "UBND says 1, the alliance 2, and no finding says so: {findings:#?}"
    );
}

#[test]
fn a_report_without_a_named_sender_ranks_as_the_first_and_supersedes_by_time() {
    assert_eq!(report(&RUN, "08-nobody.xlsx").text("reporter"), None);
    assert_eq!(counts("08"), whole(1));
    assert_eq!(counts("10"), whole(2));
    assert_eq!(order("10-ubnd.xlsx").1, Some(false));
    assert_eq!(order("10-nobody.xlsx").1, Some(true));
}

#[test]
fn the_same_bytes_twice_are_one_report_and_a_duplicate() {
    let first = RUN.one("submissions", &[("file_name", "12.xlsx")]);
    let copy = RUN.one("submissions", &[("file_name", "again/copy of 12.xlsx")]);
    assert_eq!(first.str("submission_id"), copy.str("submission_id"));
    let outcomes = [first.str("outcome"), copy.str("outcome")];
    assert_eq!(
        outcomes.iter().filter(|o| **o == "duplicate").count(),
        1,
        "{outcomes:?}"
    );
    assert_eq!(
        outcomes
            .iter()
            .filter(|o| o.starts_with("accepted"))
            .count(),
        1,
        "{outcomes:?}"
    );
    assert_eq!(
        RUN.find("reports", &[("submission_id", first.str("submission_id"))])
            .len(),
        1
    );
    let found = fact(&RUN, "2004 12 2023", "htx_total", "estimate");
    assert_eq!(figure(found.as_ref()), Some((whole(1), "E")));
}
