//! Which number counts: home forms, several reports of one key, best.
//!
//! One inbox, a province of the 63 for each case.

use std::sync::LazyLock;

use super::{fact, figure, whole};
use crate::support::catalogue::OLD;
use crate::support::lake::Run;
use crate::support::truth::Cell::{Blank, Nil, NotApplicable, NotCollected};
use crate::support::truth::{Form, Report, n, numbers};

fn annual(code: &str, year: i32) -> Report {
    Report::of(Form::Indicators, OLD, code, year)
}

fn by_sector(code: &str, year: i32) -> Report {
    Report::of(Form::Sectors, OLD, code, year)
}

/// A row of KTTT-02 with one count everywhere.
fn all(count: i64) -> Vec<crate::support::truth::Cell> {
    numbers([count; 9])
}

static RUN: LazyLock<Run> = LazyLock::new(|| {
    Run::of([
        // 01 sends both forms, and they differ.
        annual("01", 2024).row("htx_total", numbers([90, 95, 100, 110])),
        by_sector("01", 2024).row("_T", all(103)).row("A", all(60)),
        // 02 sends KTTT-02 alone.
        by_sector("02", 2024).row("_T", all(70)).row("A", all(40)),
        // 04 sends KTTT-01 without the row, and KTTT-02 with the total.
        annual("04", 2024).row("htx_members", numbers([9, 9, 9, 9])),
        by_sector("04", 2024).row("_T", all(55)),
        // 06 states its plan for 2025 three times.
        annual("06", 2024).row("htx_total", numbers([1, 2, 3, 200])),
        Report::half_year(OLD, "06", 2025).row("htx_total", numbers([3, 205, 4, 300])),
        annual("06", 2025).row("htx_total", numbers([3, 210, 5, 301])),
        // 08 states it in 2024 and in the first half of 2025, whose period ends later.
        annual("08", 2024).row("htx_total", numbers([1, 2, 3, 200])),
        Report::half_year(OLD, "08", 2025).row("htx_total", numbers([3, 205, 4, 300])),
        annual("08", 2025).row("htx_members", numbers([1, 1, 1, 1])),
        // 10 leaves the cell blank in the later reports, and a second one.
        annual("10", 2024)
            .row("htx_total", numbers([1, 2, 3, 200]))
            .row("htx_active", numbers([1, 2, 3, 190])),
        Report::half_year(OLD, "10", 2025).row("htx_total", vec![n(3), Blank, n(4), n(6)]),
        annual("10", 2025)
            .row("htx_total", vec![n(3), Blank, n(5), n(6)])
            .row("htx_active", vec![n(3), Blank, n(5), n(6)]),
        // 19: after the figure comes a `…`, then a blank. 20: before and after the blank there is none.
        annual("19", 2024).row("htx_total", numbers([1, 2, 3, 200])),
        Report::half_year(OLD, "19", 2025).row("htx_total", vec![n(3), NotCollected, n(4), n(6)]),
        annual("19", 2025).row("htx_total", vec![n(3), Blank, n(5), n(6)]),
        annual("20", 2024).row("htx_total", vec![n(1), n(2), n(3), NotApplicable]),
        annual("20", 2025).row("htx_total", vec![n(3), Blank, n(5), n(6)]),
        // 22: the blank is on the home form, the figure on the other one.
        by_sector("22", 2024).row("_T", all(70)),
        annual("22", 2025).row("htx_total", vec![Blank, n(3), n(5), n(6)]),
        // 24: a sector is blank in a later version of one report. It withdraws what the earlier one said.
        by_sector("24", 2024)
            .row("A", all(40))
            .received("2024-12-20T08:00:00+07:00"),
        by_sector("24", 2024)
            .row("A", vec![Blank; 9])
            .sending(2)
            .received("2024-12-22T08:00:00+07:00"),
        // 11: the actual of 2024 comes a year after the estimate, and is another figure.
        annual("11", 2024).row("htx_total", numbers([80, 85, 95, 96])),
        annual("11", 2025).row("htx_total", numbers([90, 96, 97, 98])),
        // 12: it comes blank. 14: as a nil. 15: as not collected where the estimate cannot exist.
        annual("12", 2024).row("htx_total", numbers([80, 85, 95, 96])),
        annual("12", 2025).row("htx_total", vec![Blank, n(96), n(97), n(98)]),
        annual("14", 2024).row("htx_total", numbers([80, 85, 95, 96])),
        annual("14", 2025).row("htx_total", vec![Nil, n(96), n(97), n(98)]),
        annual("15", 2024).row("htx_total", vec![n(80), n(85), NotApplicable, n(96)]),
        annual("15", 2025).row("htx_total", vec![NotCollected, n(96), n(97), n(98)]),
        // 17: the mean's actual has no actual weight, but an estimated one.
        annual("17", 2024)
            .row("htx_active", numbers([5, 6, 7, 8]))
            .row("htx_revenue_avg", numbers([100, 110, 120, 130])),
        annual("17", 2025)
            .row("htx_active", vec![Blank, n(8), n(9), n(10)])
            .row("htx_revenue_avg", numbers([125, 130, 140, 150])),
    ])
});

#[test]
fn the_home_form_gives_the_total_and_the_other_form_the_sectors() {
    let found = fact(&RUN, "2004 01 2024", "htx_total", "estimate");
    assert_eq!(figure(found.as_ref()), Some((whole(100), "E")));
    let sector = RUN.one(
        "facts",
        &[
            ("geography", "2004"),
            ("unit_code", "01"),
            ("period", "2024"),
            ("indicator", "htx_total"),
            ("sector", "A"),
            ("scenario", "estimate"),
        ],
    );
    assert_eq!(sector.decimal("value"), whole(60));
    // The other form's total is kept as an observation.
    let observed = RUN.find(
        "observations",
        &[
            ("form", "KTTT-02"),
            ("unit_code", "01"),
            ("indicator", "htx_total"),
            ("sector", "_T"),
        ],
    );
    assert_eq!(observed[0].decimal("value"), whole(103));
}

#[test]
fn another_forms_total_counts_where_the_home_form_was_not_sent_with_an_info_finding() {
    let found = fact(&RUN, "2004 02 2024", "htx_total", "estimate");
    assert_eq!(figure(found.as_ref()), Some((whole(70), "E")));
    let best = fact(&RUN, "2004 02 2024", "htx_total", "best");
    assert_eq!(figure(best.as_ref()), Some((whole(70), "E")));
    let findings = RUN.find(
        "findings",
        &[
            ("severity", "info"),
            ("form", "KTTT-02"),
            ("unit_code", "02"),
        ],
    );
    assert_eq!(findings.len(), 1, "{findings:#?}");
}

#[test]
fn a_home_form_that_was_sent_without_the_row_is_still_the_home_form() {
    assert_eq!(fact(&RUN, "2004 04 2024", "htx_total", "estimate"), None);
    assert_eq!(fact(&RUN, "2004 04 2024", "htx_total", "best"), None);
}

#[test]
fn of_several_reports_the_one_whose_period_ends_last_counts() {
    let found = fact(&RUN, "2004 06 2025", "htx_total", "plan");
    assert_eq!(figure(found.as_ref()), Some((whole(210), "A")));
    let found = fact(&RUN, "2004 08 2025", "htx_total", "plan");
    assert_eq!(figure(found.as_ref()), Some((whole(205), "A")));
    // The others stay in observations and revisions.
    let plan = [
        ("unit_code", "06"),
        ("period", "2025"),
        ("indicator", "htx_total"),
        ("scenario", "plan"),
    ];
    assert_eq!(RUN.find("observations", &plan).len(), 3);
    let steps: Vec<_> = (RUN.find("revisions", &plan).iter())
        .map(|row| (row.decimal("value_before"), row.decimal("value_after")))
        .collect();
    assert_eq!(steps.len(), 2, "{steps:?}");
    assert!(
        steps.contains(&(whole(200), whole(205))) && steps.contains(&(whole(205), whole(210))),
        "{steps:?}"
    );
}

#[test]
fn a_blank_does_not_withdraw_a_figure_of_an_earlier_report() {
    let found = fact(&RUN, "2004 10 2025", "htx_total", "plan");
    assert_eq!(figure(found.as_ref()), Some((whole(200), "A")));
    // One info for each report with such blanks: it names the first cell and the report that counts.
    let told = RUN.find("findings", &[("code", "TH464"), ("unit_code", "10")]);
    let said: Vec<_> = (told.iter())
        .map(|f| (f.str("severity"), f.str("period"), f.str("message_en")))
        .collect();
    let half = "Cooperatives (plan for 2025) is blank: 200 from the unit's report for 2024 counts; 1 cells like it";
    let year = "Cooperatives (plan for 2025) is blank: 200 from the unit's report for 2024 counts; 2 cells like it";
    assert_eq!(said.len(), 2, "{said:#?}");
    assert!(said.contains(&("info", "2025-S1", half)), "{said:#?}");
    assert!(said.contains(&("info", "2025", year)), "{said:#?}");
    let cell = told.iter().find(|f| f.str("period") == "2025").unwrap();
    let blank = RUN.one(
        "observations",
        &[
            ("report_id", cell.str("report_id")),
            ("indicator", "htx_total"),
            ("status", "O"),
        ],
    );
    assert_eq!(cell.text("cell"), blank.text("cell"));
    // The blank is no revision.
    let plan = [
        ("unit_code", "10"),
        ("period", "2025"),
        ("indicator", "htx_total"),
        ("scenario", "plan"),
    ];
    assert!(RUN.find("revisions", &plan).is_empty());
}

#[test]
fn a_sign_is_an_answer_that_a_blank_does_not_withdraw_either() {
    let plan = |code: &str| fact(&RUN, &format!("2004 {code} 2025"), "htx_total", "plan");
    assert_eq!(figure(plan("19").as_ref()), Some((None, "L")));
    assert_eq!(figure(plan("20").as_ref()), Some((None, "M")));
    for code in ["19", "20"] {
        let told = RUN.find("findings", &[("code", "TH464"), ("unit_code", code)]);
        assert!(told.is_empty(), "no figure counts for the blank: {told:#?}");
    }
}

#[test]
fn a_blank_is_not_filled_from_another_form_or_an_earlier_version() {
    let estimate = fact(&RUN, "2004 22 2024", "htx_total", "estimate");
    assert_eq!(figure(estimate.as_ref()), Some((whole(70), "E")));
    let actual = fact(&RUN, "2004 22 2024", "htx_total", "actual");
    assert_eq!(figure(actual.as_ref()), Some((None, "O")));
    let sector = RUN.find(
        "facts",
        &[("geography", "2004"), ("unit_code", "24"), ("sector", "A")],
    );
    assert!(!sector.is_empty());
    for row in sector {
        assert_eq!(row.decimal("value"), None, "{row:?}");
    }
}

#[test]
fn best_is_the_actual_if_it_has_a_value_else_the_estimate() {
    let best = |code: &str| fact(&RUN, &format!("2004 {code} 2024"), "htx_total", "best");
    assert_eq!(figure(best("11").as_ref()), Some((whole(90), "A")));
    assert_eq!(figure(best("12").as_ref()), Some((whole(95), "E")));
    assert_eq!(
        figure(best("14").as_ref()),
        Some((whole(0), "A")),
        "a nil is a value"
    );
    assert_eq!(
        figure(best("15").as_ref()),
        Some((None, "M")),
        "neither has a value: the estimate"
    );
}

#[test]
fn a_mean_takes_its_best_weight() {
    let best = fact(&RUN, "2004 17 2024", "htx_revenue_avg", "best").unwrap();
    assert_eq!(
        (best.decimal("value"), best.decimal("weight")),
        (whole(125), whole(7))
    );
    // The actual itself has no weight, and keeps its value.
    let actual = fact(&RUN, "2004 17 2024", "htx_revenue_avg", "actual").unwrap();
    assert_eq!(
        (actual.decimal("value"), actual.decimal("weight")),
        (whole(125), None)
    );
}
