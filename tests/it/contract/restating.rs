//! Restating key by key, overlaps, back in time, regions and names.

use std::sync::LazyLock;

use super::{fact, figure, total, whole};
use crate::support::catalogue::{NEW, OLD};
use crate::support::lake::{Row, Run};
use crate::support::truth::Cell::{Blank, Nil, NotApplicable, NotCollected};
use crate::support::truth::{Cell, Form, Report, n};

fn old(code: &str, year: i32) -> Report {
    Report::of(Form::Indicators, OLD, code, year)
}

fn new(code: &str) -> Report {
    Report::of(Form::Indicators, NEW, code, 2025)
}

/// A row whose estimate is this.
fn estimate(cell: Cell) -> Vec<Cell> {
    vec![Blank, Blank, cell, Blank]
}

static RUN: LazyLock<Run> = LazyLock::new(|| {
    Run::of([
        // 2025's Quảng Trị (44) was 44 and 45; nobody but they spoke of 2023.
        old("44", 2023)
            .row("htx_total", estimate(n(100)))
            .row("htx_active", estimate(n(30)))
            .row("htx_revenue_avg", estimate(n(200)))
            .row("htx_good_fair", estimate(n(20))),
        old("45", 2023)
            .row("htx_total", estimate(n(50)))
            .row("htx_active", estimate(n(10)))
            .row("htx_revenue_avg", estimate(n(100)))
            .row("htx_good_fair", estimate(n(25))),
        // 2025's Thái Nguyên (19) was 06 and 19: one of the two is silent.
        old("06", 2023).row("htx_total", estimate(n(40))),
        // 2025's Lào Cai (15): for one of the two it cannot exist.
        old("10", 2023).row("lhhtx_total", estimate(NotApplicable)),
        old("15", 2023).row("lhhtx_total", estimate(n(3))),
        // 2025's Bắc Ninh (24): for both.
        old("24", 2023).row("lhhtx_total", estimate(NotApplicable)),
        old("27", 2023).row("lhhtx_total", estimate(NotApplicable)),
        // Huế and Sơn La were left as they were.
        old("46", 2023).row("htx_total", estimate(n(7))),
        old("14", 2023).row("htx_total", estimate(n(9))),
        // The year 2025. 44 and its predecessors differ.
        new("44")
            .row("htx_total", estimate(n(160)))
            .row("htx_workers", estimate(n(1000))),
        old("44", 2025)
            .row("htx_total", estimate(n(100)))
            .row("htx_workers", estimate(n(600))),
        old("45", 2025)
            .row("htx_total", estimate(n(50)))
            .row("htx_workers", estimate(n(390))),
        // 66 (54 and 66) differs by no more than one unit, and by no more than one percent.
        new("66")
            .row("htx_total", estimate(n(20)))
            .row("htx_workers", estimate(n(1000))),
        old("54", 2025)
            .row("htx_total", estimate(n(10)))
            .row("htx_workers", estimate(n(600))),
        old("66", 2025)
            .row("htx_total", estimate(n(11)))
            .row("htx_workers", estimate(n(390))),
        // 08 (02 and 08) leaves out a row, and leaves the cells of two others blank. One of its predecessors has no value
        // for the second.
        new("08")
            .row("htx_total", estimate(n(70)))
            .row("htx_members", estimate(Blank))
            .row("htx_workers", estimate(Blank)),
        old("02", 2025)
            .row("htx_new", estimate(n(3)))
            .row("htx_members", estimate(n(500)))
            .row("htx_workers", estimate(n(50))),
        old("08", 2025)
            .row("htx_new", estimate(n(4)))
            .row("htx_members", estimate(n(600)))
            .row("htx_workers", estimate(NotCollected)),
        // 25 (17, 25, 26) reports alone, and Sơn La, both as 2025's.
        new("25").row("htx_total", estimate(n(33))),
        new("14").row("htx_total", estimate(n(12))),
        // 33 (33 and 34): only predecessors, in the year of the change.
        old("33", 2025).row("htx_total", estimate(n(5))),
        old("34", 2025).row("htx_total", estimate(n(6))),
        // 82 (82 and 87) differs, and for one of its predecessors the row cannot exist.
        new("82").row("lhhtx_total", estimate(n(30))),
        old("82", 2025).row("lhhtx_total", estimate(n(10))),
        old("87", 2025).row("lhhtx_total", estimate(NotApplicable)),
    ])
});

fn of(at: &str, indicator: &str) -> Option<Row> {
    fact(&RUN, at, indicator, "estimate")
}

/// Basis, sources and expected.
fn origin(row: &Row) -> (&str, i64, i64) {
    (
        row.str("basis"),
        row.int("sources").unwrap(),
        row.int("expected").unwrap(),
    )
}

#[test]
fn a_merged_unit_is_the_sum_of_its_predecessors() {
    let row = of("2025 44 2023", "htx_total").unwrap();
    assert_eq!(figure(Some(&row)), Some((whole(150), "E")));
    assert_eq!(origin(&row), ("restated", 2, 2));
    let parts = RUN.find(
        "fact_sources",
        &[
            ("geography", "2025"),
            ("unit_code", "44"),
            ("period", "2023"),
            ("indicator", "htx_total"),
            ("scenario", "estimate"),
        ],
    );
    let mut values: Vec<_> = parts.iter().map(|p| p.decimal("value")).collect();
    values.sort_unstable();
    assert_eq!(values, [whole(50), whole(100)]);
}

#[test]
fn a_merged_mean_is_weighted_and_a_merged_ratio_made_anew() {
    let mean = of("2025 44 2023", "htx_revenue_avg").unwrap();
    assert_eq!(
        (mean.decimal("value"), mean.decimal("weight")),
        (whole(175), whole(40))
    );
    let ratio = of("2025 44 2023", "htx_good_fair_rate").unwrap();
    assert_eq!(
        (ratio.decimal("value"), ratio.decimal("weight")),
        (whole(30), whole(150))
    );
    assert_eq!(origin(&ratio), ("restated", 2, 2));
}

#[test]
fn a_missing_predecessor_makes_the_whole_provisional() {
    let row = of("2025 19 2023", "htx_total").unwrap();
    assert_eq!(figure(Some(&row)), Some((whole(40), "P")));
    assert_eq!(origin(&row), ("restated", 1, 2));
    let province = total(&RUN, "provincial", "2025 19 2023", "htx_total", "estimate").unwrap();
    assert_eq!(
        (
            province.int("units_reported"),
            province.int("units_expected")
        ),
        (Some(0), Some(1))
    );
}

#[test]
fn a_provisional_part_enters_with_what_it_has_and_is_not_counted() {
    // 19 (P, 40), 14 (9) in the northern mountains; 44 (150) and 46 (7) elsewhere.
    let region = total(&RUN, "regional", "2025 MNPB 2023", "htx_total", "estimate").unwrap();
    assert_eq!(figure(Some(&region)), Some((whole(49), "P")));
    assert_eq!(
        (region.int("units_reported"), region.int("units_expected")),
        (Some(1), Some(9))
    );
    let country = total(&RUN, "national", "2025 VN 2023", "htx_total", "estimate").unwrap();
    assert_eq!(figure(Some(&country)), Some((whole(206), "P")));
    assert_eq!(
        (country.int("units_reported"), country.int("units_expected")),
        (Some(3), Some(34))
    );
}

#[test]
fn what_cannot_exist_is_no_part() {
    let row = of("2025 15 2023", "lhhtx_total").unwrap();
    assert_eq!(figure(Some(&row)), Some((whole(3), "E")));
    assert_eq!(origin(&row), ("restated", 1, 1));
    assert_eq!(
        figure(of("2025 24 2023", "lhhtx_total").as_ref()),
        Some((None, "M"))
    );
    let country = total(&RUN, "national", "2025 VN 2023", "lhhtx_total", "estimate").unwrap();
    assert_eq!(
        (country.int("units_reported"), country.int("units_expected")),
        (Some(1), Some(33))
    );
}

#[test]
fn the_units_own_value_goes_before_its_predecessors() {
    let row = of("2025 44 2025", "htx_total").unwrap();
    assert_eq!(figure(Some(&row)), Some((whole(160), "E")));
    assert_eq!(origin(&row), ("reported", 1, 1));
    // On the old geography the predecessors' own reports stand.
    assert_eq!(
        figure(of("2004 45 2025", "htx_total").as_ref()),
        Some((whole(50), "E"))
    );
}

#[test]
fn a_row_that_the_own_report_has_not_is_its_predecessors() {
    let row = of("2025 08 2025", "htx_new").unwrap();
    assert_eq!(figure(Some(&row)), Some((whole(7), "E")));
    assert_eq!(origin(&row), ("restated", 2, 2));
}

#[test]
fn predecessors_stand_for_an_own_blank_cell_if_all_have_values() {
    let row = of("2025 08 2025", "htx_members").unwrap();
    assert_eq!(figure(Some(&row)), Some((whole(1100), "E")));
    assert_eq!(origin(&row), ("restated", 2, 2));
    let country = total(&RUN, "national", "2025 VN 2025", "htx_members", "estimate");
    let country = country.unwrap();
    assert_eq!(country.decimal("value"), whole(1100));
    assert_eq!(country.int("units_reported"), Some(1));
    // Its sources are the predecessors' cells, and the info names the blank one.
    let parts = RUN.find(
        "fact_sources",
        &[
            ("geography", "2025"),
            ("unit_code", "08"),
            ("period", "2025"),
            ("indicator", "htx_members"),
            ("scenario", "estimate"),
        ],
    );
    let mut values: Vec<_> = parts.iter().map(|p| p.decimal("value")).collect();
    values.sort_unstable();
    assert_eq!(values, [whole(500), whole(600)]);
    let told = RUN.find("findings", &[("code", "TH465")]);
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(
        told[0].is(&[
            ("severity", "info"),
            ("unit_vintage", "2025"),
            ("unit_code", "08"),
            ("indicator", "htx_members"),
        ]),
        "{told:#?}"
    );
    assert!(told[0].text("cell").is_some());
}

#[test]
fn an_own_blank_cell_stays_unanswered_where_a_predecessor_has_no_value() {
    let row = of("2025 08 2025", "htx_workers").unwrap();
    assert_eq!(figure(Some(&row)), Some((None, "O")));
    assert_eq!(origin(&row), ("reported", 0, 1));
}

#[test]
fn nothing_is_counted_twice() {
    let country = total(&RUN, "national", "2025 VN 2025", "htx_total", "estimate").unwrap();
    assert_eq!(
        country.decimal("value"),
        whole(160 + 20 + 70 + 33 + 12 + 5 + 6)
    );
    assert_eq!(
        (country.int("units_reported"), country.int("units_expected")),
        (Some(6), Some(34))
    );
}

fn overlaps() -> Vec<Row> {
    RUN.find("findings", &[("severity", "warning"), ("code", "TH406")])
}

#[test]
fn an_overlap_that_differs_is_one_warning_with_the_largest_difference() {
    let found = overlaps();
    let of_44: Vec<_> = found
        .iter()
        .filter(|f| f.is(&[("unit_vintage", "2025"), ("unit_code", "44")]))
        .collect();
    assert_eq!(of_44.len(), 1, "{found:#?}");
    assert_eq!(
        (of_44[0].text("form"), of_44[0].text("period")),
        (Some("KTTT-01"), Some("2025"))
    );
    // Totals differ by 10 of 160; workers by 10 of 1,000, which is one percent.
    assert_eq!(of_44[0].text("indicator"), Some("htx_total"));
    assert!(
        !found.iter().any(|f| f.is(&[("unit_code", "66")])),
        "within the tolerance: {found:#?}"
    );
}

#[test]
fn an_overlap_is_compared_without_the_parts_that_cannot_exist() {
    let found = overlaps();
    assert!(
        found
            .iter()
            .any(|f| f.is(&[("unit_vintage", "2025"), ("unit_code", "82")])),
        "{found:#?}"
    );
}

#[test]
fn on_an_ended_geography_unchanged_units_carry_on_and_merged_ones_have_no_row() {
    let row = of("2004 14 2025", "htx_total").unwrap();
    assert_eq!(figure(Some(&row)), Some((whole(12), "E")));
    assert_eq!(row.str("basis"), "restated");
    for merged in ["17", "25", "26"] {
        assert_eq!(of(&format!("2004 {merged} 2025"), "htx_total"), None);
    }
    let country = total(&RUN, "national", "2004 VN 2025", "htx_total", "estimate").unwrap();
    // 14; 44, 45, 54, 66, 33 and 34 reported in their old borders.
    assert_eq!(
        figure(Some(&country)),
        Some((whole(12 + 100 + 50 + 10 + 11 + 5 + 6), "P"))
    );
    assert_eq!(
        (country.int("units_reported"), country.int("units_expected")),
        (Some(7), Some(63))
    );
    let told = RUN.find(
        "findings",
        &[
            ("severity", "info"),
            ("code", "TH409"),
            ("form", "KTTT-01"),
            ("period", "2025"),
        ],
    );
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(told[0].text("unit_code"), None);
}

#[test]
fn an_unchanged_unit_is_carried_forward_as_well() {
    let row = of("2025 46 2023", "htx_total").unwrap();
    assert_eq!(figure(Some(&row)), Some((whole(7), "E")));
    assert_eq!(origin(&row), ("restated", 1, 1));
    assert_eq!(
        of("2004 46 2023", "htx_total").unwrap().str("basis"),
        "reported"
    );
}

#[test]
fn a_scheme_belongs_to_its_vintage_whatever_the_period() {
    for row in RUN.rows("regional") {
        let scheme = if row.str("geography") == OLD {
            "6v-2021"
        } else {
            "6v-2025"
        };
        assert_eq!(row.text("scheme"), Some(scheme));
    }
    // 2023, before the newer scheme was made: 44 and 46 are in its North Central region.
    let region = total(&RUN, "regional", "2025 BTB 2023", "htx_total", "estimate").unwrap();
    assert_eq!(region.decimal("value"), whole(157));
    assert_eq!(region.str("name_vi"), "Bắc Trung Bộ");
    for row in RUN.rows("national") {
        assert_eq!((row.text("scheme"), row.str("code")), (None, "VN"));
    }
}

#[test]
fn the_name_of_a_unit_is_the_one_in_force_at_the_end_of_the_period() {
    let name = |at: &str| {
        total(&RUN, "provincial", at, "htx_total", "estimate")
            .map(|row| row.str("name_vi").to_owned())
    };
    assert_eq!(name("2004 46 2023").as_deref(), Some("Thừa Thiên Huế"));
    assert_eq!(
        name("2025 46 2023").as_deref(),
        Some("Huế"),
        "before its vintage began, the first"
    );
    assert_eq!(
        name("2004 14 2025").as_deref(),
        Some("Sơn La"),
        "after it ended, the last"
    );
}

/// A row whose actual of the year before is this.
fn actual(cell: Cell) -> Vec<Cell> {
    vec![cell, Blank, Blank, Blank]
}

/// The new units report 2025, with the actual of 2024. Their predecessors had reported 2024, with its estimate.
static YEAR_BEFORE: LazyLock<Run> = LazyLock::new(|| {
    let total = |code: &str, value: i64| old(code, 2024).row("htx_total", estimate(n(value)));
    let own = |code: &str, cell: Cell| new(code).row("htx_total", actual(cell));
    Run::of([
        // 44 (44 and 45) states its core alone, in a mean too.
        total("44", 500)
            .row("htx_active", estimate(n(300)))
            .row("htx_revenue_avg", estimate(n(900))),
        total("45", 520)
            .row("htx_active", estimate(n(300)))
            .row("htx_revenue_avg", estimate(n(100))),
        own("44", n(500))
            .row("htx_active", actual(n(600)))
            .row("htx_revenue_avg", actual(n(900))),
        // 25 (17, 25 and 26) leaves one of three out.
        total("17", 300),
        total("25", 400),
        total("26", 250),
        own("25", n(650)),
        // 66 (54 and 66) states what nobody said.
        total("54", 500),
        total("66", 520),
        own("66", n(700)),
        // 24 (24 and 27) states what became of an estimate within a year, and a plan that was revised a little.
        old("24", 2024).row("htx_total", vec![Blank, Blank, n(510), n(550)]),
        old("27", 2024).row("htx_total", vec![Blank, Blank, n(510), n(550)]),
        new("24").row("htx_total", vec![n(990), n(1080), Blank, Blank]),
        // 31 (30 and 31) has a plan that is its core's.
        old("30", 2024).row("htx_total", vec![Blank, Blank, Blank, n(300)]),
        old("31", 2024).row("htx_total", vec![Blank, Blank, Blank, n(500)]),
        new("31").row("htx_total", vec![Blank, n(300), Blank, Blank]),
        // 19 (06 and 19) writes a nil, 33 (33 and 34) an `x`.
        total("06", 40),
        total("19", 60),
        own("19", Nil),
        total("33", 40),
        total("34", 60),
        own("33", NotApplicable),
        // 48 (48 and 49) writes a nil as well; one of its predecessors is silent.
        total("48", 70),
        own("48", Nil),
        // 08 (02 and 08) leaves the cell blank. 15 (10 and 15) too, and one of its predecessors is silent.
        total("02", 100),
        total("08", 50),
        own("08", Blank),
        total("10", 100),
        own("15", Blank),
        // 51 (51 and 62) has not collected it.
        total("51", 100),
        total("62", 50),
        own("51", NotCollected),
        // 52 (52 and 64) states one side of a ratio; the other is blank.
        total("52", 200).row("htx_good_fair", estimate(n(100))),
        total("64", 200).row("htx_good_fair", estimate(n(60))),
        own("52", n(400)).row("htx_good_fair", actual(Blank)),
        // 56 (56 and 58) states in its report for the half-year what it leaves blank in that for the year.
        total("56", 100),
        total("58", 50),
        Report::half_year(NEW, "56", 2025).row("htx_total", actual(n(155))),
        own("56", Blank),
        // 82 (82 and 87) leaves a small unit out: each figure is close to the whole, and to the digit that of the other.
        total("82", 1000)
            .row("htx_active", estimate(n(900)))
            .row("htx_members", estimate(n(20_000))),
        total("87", 30)
            .row("htx_active", estimate(n(20)))
            .row("htx_members", estimate(n(400))),
        own("82", n(1000))
            .row("htx_active", actual(n(900)))
            .row("htx_members", actual(n(20_000))),
    ])
});

/// What a code says of a new unit's report.
fn said(code: &str, unit: &str) -> Vec<String> {
    let found = YEAR_BEFORE.find("findings", &[("code", code), ("unit_code", unit)]);
    found
        .iter()
        .map(|f| f.str("message_en").to_owned())
        .collect()
}

fn year_before(unit: &str, indicator: &str, scenario: &str) -> Option<Row> {
    fact(
        &YEAR_BEFORE,
        &format!("2025 {unit} 2024"),
        indicator,
        scenario,
    )
}

#[test]
fn own_and_predecessors_are_compared_whatever_report_states_them() {
    assert_eq!(
        said("TH406", "44"),
        [
            "Cooperatives (actual for 2024): the new unit reports 500, its former units 1,020 together \
          (Quang Binh alone: 500); 2 figures differ"
        ]
    );
    assert_eq!(
        said("TH406", "25"),
        [
            "Cooperatives (actual for 2024): the new unit reports 650, its former units 950 together \
          (Hoa Binh + Vinh Phuc alone: 650); 1 figures differ"
        ]
        .map(|line| line.replace("Hoa Binh + Vinh Phuc", &names(&["25", "26"])))
    );
    assert_eq!(
        said("TH406", "66"),
        [
            "Cooperatives (actual for 2024): the new unit reports 700, its former units 1,020 together \
          (no choice of former units explains 700); 1 figures differ"
        ]
    );
    assert_eq!(
        said("TH406", "31"),
        [
            "Cooperatives (plan for 2025): the new unit reports 300, its former units 800 together \
          (NAME alone: 300); 1 figures differ"
        ]
        .map(|line| line.replace("NAME", &names(&["30"])))
    );
    // The own figure counts.
    let row = year_before("44", "htx_total", "best");
    assert_eq!(figure(row.as_ref()), Some((whole(500), "A")));
}

/// The last English names of units of 63, as the finding joins them.
fn names(codes: &[&str]) -> String {
    let of = |code: &&str| {
        let key = (OLD.to_owned(), (*code).to_owned());
        let names = &crate::support::catalogue::catalogue().unit_names[&key];
        names.last().unwrap().name_en.clone()
    };
    codes.iter().map(of).collect::<Vec<_>>().join(" + ")
}

#[test]
fn figures_that_were_revised_since_are_no_difference() {
    assert_eq!(said("TH406", "24"), [""; 0]);
}

#[test]
fn a_small_unit_that_was_left_out_shows_in_figures_that_are_the_others_to_the_digit() {
    assert_eq!(
        said("TH406", "82"),
        [
            "Cooperative members (actual for 2024): the new unit reports 20,000, its former units 20,400 together \
          (NAME alone: 20,000); 3 figures differ"
        ]
        .map(|line| line.replace("NAME", &names(&["82"])))
    );
}

#[test]
fn a_nil_where_predecessors_have_figures_counts_and_is_a_warning() {
    let nil = ["(a nil counts as 0, not as unknown)"; 2];
    for (unit, why) in ["19", "48"].into_iter().zip(nil) {
        let lines = said("TH406", unit);
        assert!(lines.len() == 1 && lines[0].contains(why), "{lines:#?}");
        let row = year_before(unit, "htx_total", "best");
        assert_eq!(figure(row.as_ref()), Some((whole(0), "A")));
    }
    let lines = said("TH406", "33");
    assert!(
        lines.len() == 1 && lines[0].contains("(`x` says that it cannot exist)"),
        "{lines:#?}"
    );
    let row = year_before("33", "htx_total", "actual");
    assert_eq!(figure(row.as_ref()), Some((None, "M")));
}

#[test]
fn a_blank_actual_does_not_hide_the_estimates_of_predecessors() {
    let best = |unit| year_before(unit, "htx_total", "best");
    assert_eq!(figure(best("08").as_ref()), Some((whole(150), "E")));
    assert_eq!(origin(&best("08").unwrap()), ("restated", 2, 2));
    // The actual itself nobody has.
    let row = year_before("08", "htx_total", "actual");
    assert_eq!(figure(row.as_ref()), Some((None, "O")));
    assert_eq!(
        said("TH465", "08"),
        [
            "Cooperatives (actual for 2024) is blank: 150 from the reports of its former units counts; 1 cells like it"
        ]
    );
    // One predecessor is silent; or the unit has said that it was not collected.
    assert_eq!(figure(best("15").as_ref()), Some((None, "O")));
    assert_eq!(figure(best("51").as_ref()), Some((None, "L")));
    for unit in ["15", "51"] {
        assert_eq!(said("TH465", unit), [""; 0]);
    }
}

#[test]
fn a_ratio_with_a_blank_side_is_its_predecessors() {
    let row = year_before("52", "htx_good_fair_rate", "best").unwrap();
    assert_eq!(
        (row.decimal("value"), row.decimal("weight")),
        (whole(40), whole(400))
    );
    assert_eq!(origin(&row), ("restated", 2, 2));
    assert_eq!(year_before("52", "htx_good_fair_rate", "actual"), None);
}

#[test]
fn a_figure_of_the_units_own_goes_before_its_predecessors_for_a_blank() {
    let row = year_before("56", "htx_total", "best").unwrap();
    assert_eq!(figure(Some(&row)), Some((whole(155), "A")));
    assert_eq!(row.str("basis"), "reported");
    assert_eq!(
        (said("TH464", "56").len(), said("TH465", "56").len()),
        (1, 0)
    );
}
