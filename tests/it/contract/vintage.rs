//! The vintage of a report: the contract's numbered steps, one by one; and reports of units that had ended. A step looks at
//! one form and period, so each case has its own, or a successor of its own.

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
        other => unreachable!("no test of {other:?}"),
    }
}

/// The same for the first half of a year.
fn half(file: &str, name: &str, year: i32, received: &str) -> Report {
    let mut report = silent(file, Indicators, name, year);
    report.period = Period::FirstHalf(year);
    report.received(&format!("{received}T08:00:00+07:00"))
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

/// Before the change, and after it.
const JUNE: &str = "2025-06-20T08:00:00+07:00";
const DECEMBER: &str = "2025-12-20T08:00:00+07:00";

static LADDER: LazyLock<Run> = LazyLock::new(|| {
    let mut first_half = silent("half.xlsx", Indicators, "Sơn La", 2025);
    first_half.period = Period::FirstHalf(2025);
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
        coded("quang tri 45.xlsx", Sectors, "tỉnh Quảng Trị", "45", 2018),
        coded("lao cai 15.xlsx", Indicators, "Lào Cai", "15", 2018),
        coded("bac ninh 27.xlsx", Sectors, "Bắc Ninh", "27", 2017),
        silent("ha giang.xlsx", Sectors, "Hà Giang", 2027),
        // … but a former code decides nothing once its unit has ended
        coded("quang tri 45 2026.xlsx", Sectors, "Quảng Trị", "45", 2026),
        coded("gia lai 64.xlsx", Indicators, "Gia Lai", "64", 2025).received(DECEMBER),
        coded("gia lai 64 june.xlsx", Sectors, "Gia Lai", "64", 2025).received(JUNE),
        coded("binh dinh 52.xlsx", Sectors, "Bình Định", "52", 2026),
        // (3) a unit left as it was: in force at the end of the period, whenever it came
        silent("son la 2020.xlsx", Indicators, "Sơn La", 2020)
            .received("2026-01-05T08:00:00+07:00"),
        silent("son la 2025.xlsx", Indicators, "Sơn La", 2025)
            .received("2025-06-05T08:00:00+07:00"),
        first_half.received("2025-08-05T08:00:00+07:00"),
        // (4) the period goes before the others of the form and period
        silent("phu tho with others.xlsx", Indicators, "Phú Thọ", 2021),
        stated("bac ninh 2021.xlsx", Indicators, NEW, "24", 2021),
        silent("phu tho 2026.xlsx", Indicators, "Phú Thọ", 2026),
        half("half june.xlsx", "Hưng Yên", 2025, "2025-06-25"),
        // (5) the others that came after the change, and that (1) or (2) decided, if they all agree
        silent("lam dong peers.xlsx", Sectors, "Lâm Đồng", 2025).received(DECEMBER),
        stated("dong nai.xlsx", Sectors, NEW, "75", 2025),
        silent("binh thuan june.xlsx", Sectors, "Bình Thuận", 2025).received(JUNE),
        // … which say nothing of a report that came before it
        silent("phu tho 2025 early.xlsx", Sectors, "Phú Thọ", 2025)
            .received("2025-06-30T23:30:00+07:00"),
        // (6) the year that holds the day: in force when it was received
        silent("phu tho 2025.xlsx", Indicators, "Phú Thọ", 2025)
            .received("2025-07-01T00:30:00+07:00"),
    ])
});

fn decided(file: &str) -> String {
    placed(&LADDER, file)
}

fn placed(run: &Run, file: &str) -> String {
    unit(run, file).unwrap_or_else(|| panic!("{file} is held back"))
}

/// The findings of a file's report with a code, in English.
fn told(run: &Run, file: &str, code: &str) -> Vec<String> {
    let report = report(run, file);
    let id = report.str("report_id");
    let found = run.find("findings", &[("report_id", id), ("code", code)]);
    found
        .iter()
        .map(|f| f.str("message_en").to_owned())
        .collect()
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
fn a_former_code_decides_nothing_once_its_unit_has_ended() {
    for (file, expected) in [
        ("quang tri 45 2026.xlsx", "2025 44"),
        ("gia lai 64.xlsx", "2025 52"),
    ] {
        assert_eq!(decided(file), expected);
        assert_eq!(told(&LADDER, file, "TH459").len(), 1, "{file}");
    }
    // It came while the unit stood; no later unit has the name.
    for (file, expected) in [
        ("gia lai 64 june.xlsx", "2004 64"),
        ("binh dinh 52.xlsx", "2004 52"),
    ] {
        assert_eq!(decided(file), expected);
        assert!(told(&LADDER, file, "TH459").is_empty(), "{file}");
    }
}

#[test]
fn third_an_unchanged_unit_goes_by_the_end_of_the_period() {
    assert_eq!(decided("son la 2020.xlsx"), "2004 14");
    assert_eq!(decided("son la 2025.xlsx"), "2025 14");
    assert_eq!(decided("half.xlsx"), "2004 14");
}

#[test]
fn fourth_the_period() {
    assert_eq!(decided("phu tho with others.xlsx"), "2004 25");
    assert_eq!(decided("phu tho 2026.xlsx"), "2025 25");
    assert_eq!(decided("half june.xlsx"), "2004 33");
}

#[test]
fn fifth_the_other_reports_that_came_after_the_change_if_they_agree() {
    assert_eq!(decided("lam dong peers.xlsx"), "2025 68");
    assert!(told(&LADDER, "lam dong peers.xlsx", "TH402").is_empty());
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
        assert_eq!(told(&LADDER, file, "TH402").len(), 1, "{file}");
    }
}

#[test]
fn the_evidence_is_kept() {
    for report in LADDER.rows("reports") {
        assert!(report.text("vintage_evidence").is_some(), "{report:#?}");
    }
}

/// Former units beside the new ones, each in another successor.
static SIDES: LazyLock<Run> = LazyLock::new(|| {
    // The same content again would be no other report.
    let other = |report: Report| report.row("htx_active", numbers([50, 51, 52, 53]));
    let december = |file, name| silent(file, Indicators, name, 2025).received(DECEMBER);
    let june = |file, name| silent(file, Indicators, name, 2025).received(JUNE);
    let mut late_correction = silent("ben tre 2024.xlsx", Indicators, "Bến Tre", 2024);
    late_correction = late_correction.received(DECEMBER);
    Run::of([
        // One of several former offices goes on reporting.
        december("lam dong.xlsx", "Lâm Đồng"),
        december("binh thuan.xlsx", "Bình Thuận"),
        stated("quang tri.xlsx", Indicators, NEW, "44", 2025),
        december("quang binh.xlsx", "Quảng Bình"),
        // The successor sends nothing, or its report is held back.
        december("hau giang.xlsx", "Hậu Giang"),
        // All other former units do; one did while it stood; the one of the same name does.
        december("bac ninh.xlsx", "Bắc Ninh"),
        december("bac giang.xlsx", "Bắc Giang"),
        december("phu tho.xlsx", "Phú Thọ"),
        june("vinh phuc.xlsx", "Vĩnh Phúc"),
        december("hung yen.xlsx", "Hưng Yên"),
        stated("hung yen 63.xlsx", Indicators, OLD, "33", 2025).received(DECEMBER),
        june("an giang june.xlsx", "An Giang"),
        other(december("an giang.xlsx", "An Giang")),
        // A period before the change.
        late_correction,
        // The half-year before the change, received after it.
        half("h lam dong.xlsx", "Lâm Đồng", 2025, "2025-06-25"),
        half("h binh thuan.xlsx", "Bình Thuận", 2025, "2025-06-25"),
        half("h dak nong.xlsx", "Đắk Nông", 2025, "2025-06-25"),
        other(half("h lam dong moi.xlsx", "Lâm Đồng", 2025, "2025-07-09")),
        half("h phu tho.xlsx", "Phú Thọ", 2025, "2025-07-09"),
        half("h bac giang.xlsx", "Bắc Giang", 2025, "2025-07-02"),
        half("h bac ninh.xlsx", "Bắc Ninh", 2025, "2025-07-09"),
        half("h ha nam.xlsx", "Hà Nam", 2025, "2025-06-25"),
        half("h ninh binh.xlsx", "Ninh Bình", 2025, "2025-07-09"),
    ])
});

/// Whether a file's report counts.
fn counts(file: &str) -> bool {
    report(&SIDES, file).flag("is_current") == Some(true)
}

#[test]
fn a_former_office_that_goes_on_reporting_is_set_aside_beside_the_new_unit() {
    assert_eq!(placed(&SIDES, "lam dong.xlsx"), "2025 68");
    for (file, successor) in [
        ("binh thuan.xlsx", "lam dong.xlsx"),
        ("quang binh.xlsx", "quang tri.xlsx"),
    ] {
        assert!(!counts(file), "{file}");
        let said = told(&SIDES, file, "TH458");
        assert!(
            matches!(&said[..], [one] if one.contains(successor) && one.contains("0 of its 4 figures are only here")),
            "{file}: {said:?}"
        );
    }
}

#[test]
fn a_former_office_counts_with_a_warning_where_no_new_unit_reports() {
    assert!(counts("hau giang.xlsx"));
    assert_eq!(told(&SIDES, "hau giang.xlsx", "TH457").len(), 1);
    // Bắc Ninh's report is held back.
    assert!(counts("bac giang.xlsx"));
    assert_eq!(told(&SIDES, "bac giang.xlsx", "TH457").len(), 1);
    // A correction of an earlier year is right.
    assert!(counts("ben tre 2024.xlsx"));
    assert!(told(&SIDES, "ben tre 2024.xlsx", "TH457").is_empty());
}

#[test]
fn what_stays_open_is_an_error_and_held_back_alone() {
    for (file, why) in [
        ("bac ninh.xlsx", "`Bắc Giang`"),
        ("phu tho.xlsx", "`Vĩnh Phúc`"),
        ("hung yen.xlsx", "`Hưng Yên`"),
        ("an giang.xlsx", "`An Giang`"),
        ("h lam dong moi.xlsx", "another report of this name"),
        ("h ninh binh.xlsx", "`Hà Nam`"),
    ] {
        let report = report(&SIDES, file);
        assert_eq!(report.text("unit_vintage"), None, "{file}");
        assert_ne!(report.flag("is_current"), Some(true), "{file}");
        let said = told(&SIDES, file, "TH412");
        assert!(
            matches!(&said[..], [one] if one.contains(why)),
            "{file}: {said:?}"
        );
    }
    assert_eq!(placed(&SIDES, "an giang june.xlsx"), "2004 89");
}

#[test]
fn a_half_year_left_open_goes_by_which_former_units_reported() {
    for (file, expected) in [
        ("h phu tho.xlsx", "2025 25"),
        ("h bac ninh.xlsx", "2004 27"),
        ("h lam dong.xlsx", "2004 68"),
    ] {
        assert_eq!(placed(&SIDES, file), expected);
        let by_former_units = usize::from(file != "h lam dong.xlsx");
        assert_eq!(told(&SIDES, file, "TH460").len(), by_former_units, "{file}");
    }
}
