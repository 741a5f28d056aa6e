//! The vintage of a report: the contract's numbered steps, one by one. A step looks at one form and period, so each case
//! has its own.

use std::sync::LazyLock;

use super::{report, unit};
use crate::support::catalogue::{NEW, OLD};
use crate::support::lake::Run;
use crate::support::truth::Form::{Indicators, Sectors};
use crate::support::truth::{Form, Period, Report, numbers};

/// A report that does not say its geography, of a unit that is named.
fn silent(file: &str, form: Form, name: &str, year: i32) -> Report {
    let mut report = Report::of(form, OLD, "01", year)
        .without_geography()
        .file(file);
    name.clone_into(&mut report.name);
    with_a_row(report)
}

fn with_a_row(report: Report) -> Report {
    match report.form {
        Indicators => report.row("htx_total", numbers([100, 101, 102, 103])),
        Sectors => report.row("_T", numbers([100; 9])),
    }
}

/// The same with a code beside the name.
fn coded(file: &str, form: Form, name: &str, code: &str, year: i32) -> Report {
    let mut report = silent(file, form, name, year).with_code();
    code.clone_into(&mut report.code);
    report
}

/// A report that says its geography.
fn stated(file: &str, form: Form, vintage: &str, code: &str, year: i32) -> Report {
    with_a_row(Report::of(form, vintage, code, year).file(file))
}

static LADDER: LazyLock<Run> = LazyLock::new(|| {
    let mut first_half = silent("half.xlsx", Indicators, "Sơn La", 2025);
    first_half.period = Period::FirstHalf(2025);
    let mut first_half_changed = silent("half changed.xlsx", Indicators, "Phú Thọ", 2025);
    first_half_changed.period = Period::FirstHalf(2025);
    Run::of([
        // (1) what the sheet says goes before everything
        stated("stated.xlsx", Indicators, NEW, "25", 2016),
        stated("stated unchanged.xlsx", Sectors, NEW, "14", 2016),
        // (2) name and code together
        coded(
            "quang tri 44.xlsx",
            Indicators,
            "tỉnh Quảng Trị",
            "44",
            2017,
        ),
        coded("quang tri 45.xlsx", Sectors, "tỉnh Quảng Trị", "45", 2026),
        coded("lao cai 15.xlsx", Indicators, "Lào Cai", "15", 2018),
        coded("bac ninh 27.xlsx", Sectors, "Bắc Ninh", "27", 2017),
        silent("ha giang.xlsx", Sectors, "Hà Giang", 2027),
        // (3) a unit left as it was: in force at the end of the period, whenever it came
        silent("son la 2020.xlsx", Indicators, "Sơn La", 2020)
            .received("2026-01-05T08:00:00+07:00"),
        silent("son la 2025.xlsx", Indicators, "Sơn La", 2025)
            .received("2025-06-05T08:00:00+07:00"),
        first_half.received("2025-08-05T08:00:00+07:00"),
        // (4) the others of the form and period that (1) or (2) decided
        silent("phu tho with others.xlsx", Indicators, "Phú Thọ", 2021),
        stated("bac ninh 2021.xlsx", Indicators, NEW, "24", 2021),
        silent("phu tho other form.xlsx", Sectors, "Phú Thọ", 2021),
        // … if they all agree
        silent("phu tho disagreement.xlsx", Indicators, "Phú Thọ", 2022),
        stated("bac ninh 2022.xlsx", Indicators, NEW, "24", 2022),
        stated("thai nguyen 2022.xlsx", Indicators, OLD, "19", 2022),
        // (3) is no evidence for (4): Sơn La in 2026 is 2025's, and so is the period of Phú Thọ
        silent("phu tho 2023.xlsx", Indicators, "Phú Thọ", 2023),
        silent("son la 2023.xlsx", Indicators, "Sơn La", 2023),
        // (5) the period
        silent("phu tho 2026.xlsx", Indicators, "Phú Thọ", 2026),
        first_half_changed,
        // (6) the year that holds the day: in force when it was received
        silent("phu tho 2025.xlsx", Indicators, "Phú Thọ", 2025)
            .received("2025-07-01T00:30:00+07:00"),
        silent("phu tho 2025 early.xlsx", Sectors, "Phú Thọ", 2025)
            .received("2025-06-30T23:30:00+07:00"),
    ])
});

fn decided(file: &str) -> String {
    unit(&LADDER, file).unwrap_or_else(|| panic!("{file} is held back"))
}

#[test]
fn first_what_the_sheet_says() {
    assert_eq!(decided("stated.xlsx"), "2025 25");
    assert_eq!(decided("stated unchanged.xlsx"), "2025 14");
}

#[test]
fn second_name_and_code_that_only_one_vintage_has() {
    assert_eq!(decided("quang tri 44.xlsx"), "2025 44");
    assert_eq!(decided("quang tri 45.xlsx"), "2004 45");
    assert_eq!(decided("lao cai 15.xlsx"), "2025 15");
    assert_eq!(decided("bac ninh 27.xlsx"), "2004 27");
    assert_eq!(decided("ha giang.xlsx"), "2004 02");
}

#[test]
fn third_an_unchanged_unit_goes_by_the_end_of_the_period() {
    assert_eq!(decided("son la 2020.xlsx"), "2004 14");
    assert_eq!(decided("son la 2025.xlsx"), "2025 14");
    assert_eq!(decided("half.xlsx"), "2004 14");
}

#[test]
fn fourth_the_other_reports_of_the_form_and_period_if_they_agree() {
    assert_eq!(decided("phu tho with others.xlsx"), "2025 25");
    assert_eq!(decided("phu tho other form.xlsx"), "2004 25");
    assert_eq!(decided("phu tho disagreement.xlsx"), "2004 25");
    assert_eq!(decided("phu tho 2023.xlsx"), "2004 25");
}

#[test]
fn fifth_the_period() {
    assert_eq!(decided("phu tho 2026.xlsx"), "2025 25");
    assert_eq!(decided("half changed.xlsx"), "2004 25");
}

#[test]
fn sixth_the_day_of_receipt_with_an_info_finding() {
    for (file, expected) in [
        ("phu tho 2025.xlsx", "2025 25"),
        ("phu tho 2025 early.xlsx", "2004 25"),
    ] {
        assert_eq!(
            decided(file),
            expected,
            "the day is the one there, not in UTC"
        );
        let report = report(&LADDER, file);
        let told = LADDER.find(
            "findings",
            &[("severity", "info"), ("report_id", report.str("report_id"))],
        );
        assert!(
            told.iter().any(|f| f.str("code") == "TH402"),
            "{file}: {told:#?}"
        );
    }
}

#[test]
fn the_evidence_is_kept() {
    for report in LADDER.rows("reports") {
        assert!(report.text("vintage_evidence").is_some(), "{report:#?}");
    }
}

#[test]
fn what_stays_open_is_an_error_and_held_back() {
    let run = Run::of([
        // In force when it came is 2025's unit, but Hà Giang, which only 2004 has, reports the same form and period.
        // Bắc Ninh says otherwise, so that step 4 does not decide.
        silent("open.xlsx", Indicators, "Phú Thọ", 2025),
        silent("ha giang.xlsx", Indicators, "Hà Giang", 2025),
        stated("bac ninh.xlsx", Indicators, NEW, "24", 2025),
        // The other way round.
        silent("open too.xlsx", Sectors, "Phú Thọ", 2025).received("2025-06-15T08:00:00+07:00"),
        coded("quang tri.xlsx", Sectors, "Quảng Trị", "44", 2025),
        silent("ha nam.xlsx", Sectors, "Hà Nam", 2025),
    ]);
    for file in ["open.xlsx", "open too.xlsx"] {
        let submission = run.one("submissions", &[("file_name", file)]);
        assert_eq!(submission.str("outcome"), "held");
        let errors = run.find("findings", &[("severity", "error"), ("file_name", file)]);
        assert!(
            errors.iter().any(|f| f.str("code") == "TH412"),
            "{errors:#?}"
        );
        for report in run.find(
            "reports",
            &[("submission_id", submission.str("submission_id"))],
        ) {
            assert_eq!(report.text("unit_vintage"), None);
            assert_ne!(report.flag("is_current"), Some(true));
        }
    }
    assert_eq!(unit(&run, "ha giang.xlsx").unwrap(), "2004 02");
    assert_eq!(unit(&run, "ha nam.xlsx").unwrap(), "2004 35");
    // Held back: of neither Phú Thọ is there a value.
    assert_eq!(run.find("observations", &[("unit_code", "25")]), []);
    assert_eq!(run.find("facts", &[("unit_code", "25")]), []);
}
