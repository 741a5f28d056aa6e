//! Means and ratios, what is missing, statuses and coverage: one inbox, the actual of 2023 on the 63 provinces.

use std::sync::LazyLock;

use super::{fact, figure, total, whole};
use crate::support::catalogue::OLD;
use crate::support::lake::Run;
use crate::support::truth::Cell::{Blank, Nil, NotApplicable, NotCollected};
use crate::support::truth::{Cell, Form, Report, n, numbers};

/// A report of 2024 whose actual of 2023 is the first cell.
fn says(code: &str, rows: &[(&str, Cell)]) -> Report {
    rows.iter().fold(
        Report::of(Form::Indicators, OLD, code, 2024),
        |report, (row, cell)| report.row(row, vec![*cell, n(1), n(1), n(1)]),
    )
}

static RUN: LazyLock<Run> = LazyLock::new(|| {
    Run::of([
        // Hà Nội and Quảng Ninh are in the Red River Delta, the others in the northern mountains.
        says(
            "01",
            &[
                ("htx_active", n(10)),
                ("htx_revenue_avg", n(100)),
                ("htx_good_fair", n(5)),
                ("htx_total", n(10)),
            ],
        ),
        says(
            "02",
            &[
                ("htx_active", n(30)),
                ("htx_revenue_avg", n(200)),
                ("htx_good_fair", n(20)),
                ("htx_total", n(90)),
            ],
        ),
        // 04 has the mean and no weight, and a numerator without its denominator.
        says(
            "04",
            &[
                ("htx_active", Blank),
                ("htx_revenue_avg", n(500)),
                ("htx_good_fair", n(9)),
                ("htx_total", Blank),
            ],
        ),
        // 06 has the weight and no mean, and a denominator without its numerator.
        says(
            "06",
            &[
                ("htx_active", n(50)),
                ("htx_revenue_avg", NotCollected),
                ("htx_good_fair", NotCollected),
                ("htx_total", n(70)),
            ],
        ),
        // 08: neither can exist.
        says(
            "08",
            &[
                ("htx_active", n(0)),
                ("htx_revenue_avg", NotApplicable),
                ("htx_good_fair", n(0)),
                ("htx_total", n(0)),
            ],
        ),
        // 22 writes a mean over nothing.
        says("22", &[("lhhtx_active", Nil), ("lhhtx_revenue_avg", Nil)]),
        says(
            "24",
            &[("lhhtx_active", n(4)), ("lhhtx_revenue_avg", n(25))],
        ),
        Report::of(Form::Indicators, OLD, "25", 2024)
            .row("tht_total", vec![Nil, Nil, Nil, NotApplicable])
            .row("tht_new", vec![NotCollected, Blank, NotCollected, n(7)]),
        Report::of(Form::Indicators, OLD, "26", 2024).row("tht_total", numbers([5, 6, 7, 8])),
    ])
});

#[test]
fn a_mean_is_weighted_over_the_provinces_that_have_both() {
    let country = total(
        &RUN,
        "national",
        "2004 VN 2023",
        "htx_revenue_avg",
        "actual",
    )
    .unwrap();
    // (100 · 10 + 200 · 30) / 40; the unweighted mean would be 150, with the weight of all 137.
    assert_eq!(country.decimal("value"), whole(175));
    assert_eq!(country.decimal("weight"), whole(40));
    assert_eq!(country.str("status"), "P");
    // 08 is at M; 04 and 06 are missing, as all that sent nothing.
    assert_eq!(
        (country.int("units_reported"), country.int("units_expected")),
        (Some(2), Some(62))
    );
}

#[test]
fn a_mean_without_its_weight_keeps_its_value_at_the_unit() {
    let unit = fact(&RUN, "2004 04 2023", "htx_revenue_avg", "actual").unwrap();
    assert_eq!(
        (
            unit.decimal("value"),
            unit.decimal("weight"),
            unit.str("status")
        ),
        (whole(500), None, "A")
    );
}

#[test]
fn a_ratio_is_made_anew_from_matched_sums() {
    let country = total(
        &RUN,
        "national",
        "2004 VN 2023",
        "htx_good_fair_rate",
        "actual",
    )
    .unwrap();
    // (5 + 20) / (10 + 90); the mean of 50 % and 22.2 % would be 36 %.
    assert_eq!(country.decimal("value"), whole(25));
    assert_eq!(country.decimal("weight"), whole(100));
    assert_eq!(
        (country.int("units_reported"), country.int("units_expected")),
        (Some(2), Some(62))
    );
    let region = total(
        &RUN,
        "regional",
        "2004 MNPB 2023",
        "htx_good_fair_rate",
        "actual",
    )
    .unwrap();
    assert_eq!(region.decimal("value"), Some(22_222_222));
    assert_eq!(region.decimal("weight"), whole(90));
    assert_eq!(
        (region.int("units_reported"), region.int("units_expected")),
        (Some(1), Some(13))
    );
}

#[test]
fn a_ratio_with_one_part_missing_has_no_row_at_the_unit() {
    assert_eq!(
        fact(&RUN, "2004 04 2023", "htx_good_fair_rate", "actual"),
        None
    );
    assert_eq!(
        fact(&RUN, "2004 06 2023", "htx_good_fair_rate", "actual"),
        None
    );
}

#[test]
fn a_ratio_over_zero_cannot_exist() {
    let unit = fact(&RUN, "2004 08 2023", "htx_good_fair_rate", "actual");
    assert_eq!(figure(unit.as_ref()), Some((None, "M")));
}

#[test]
fn a_mean_over_zero_cannot_exist_and_is_no_part_of_the_country() {
    let unit = fact(&RUN, "2004 22 2023", "lhhtx_revenue_avg", "actual");
    assert_eq!(figure(unit.as_ref()), Some((None, "M")));
    let country = total(
        &RUN,
        "national",
        "2004 VN 2023",
        "lhhtx_revenue_avg",
        "actual",
    )
    .unwrap();
    assert_eq!(
        (country.decimal("value"), country.decimal("weight")),
        (whole(25), whole(4))
    );
    assert_eq!(
        (country.int("units_reported"), country.int("units_expected")),
        (Some(1), Some(62))
    );
    // The region has no other part, and provinces that sent nothing: no figure, so no row.
    assert_eq!(
        total(
            &RUN,
            "regional",
            "2004 DBSH 2023",
            "lhhtx_revenue_avg",
            "actual"
        ),
        None
    );
}

#[test]
fn symbols_and_blanks_have_their_statuses() {
    let observed = |indicator: &str, scenario: &str, period: &str| {
        let row = RUN.one(
            "observations",
            &[
                ("unit_code", "25"),
                ("indicator", indicator),
                ("scenario", scenario),
                ("period", period),
            ],
        );
        (row.decimal("value"), row.str("status").to_owned())
    };
    assert_eq!(
        observed("tht_total", "actual", "2023"),
        (whole(0), "A".into()),
        "nil"
    );
    assert_eq!(
        observed("tht_total", "estimate", "2024"),
        (whole(0), "E".into()),
        "nil under an estimate heading"
    );
    assert_eq!(observed("tht_total", "plan", "2025"), (None, "M".into()));
    assert_eq!(observed("tht_new", "actual", "2023"), (None, "L".into()));
    assert_eq!(
        observed("tht_new", "estimate", "2024"),
        (None, "L".into()),
        "E needs a value"
    );
    assert_eq!(observed("tht_new", "plan", "2024"), (None, "O".into()));
    assert_eq!(observed("tht_new", "plan", "2025"), (whole(7), "A".into()));
}

#[test]
fn what_nobody_answered_is_absent_from_the_totals() {
    assert_eq!(
        total(&RUN, "national", "2004 VN 2023", "tht_new", "actual"),
        None
    );
    let asked = fact(&RUN, "2004 25 2023", "tht_new", "actual");
    assert_eq!(figure(asked.as_ref()), Some((None, "L")));
}

#[test]
fn m_is_in_neither_value_nor_expected_and_a_nil_is_a_report() {
    let planned = total(&RUN, "national", "2004 VN 2025", "tht_total", "plan").unwrap();
    assert_eq!(planned.decimal("value"), whole(8));
    assert_eq!(
        (planned.int("units_reported"), planned.int("units_expected")),
        (Some(1), Some(62))
    );
    let actual = total(&RUN, "national", "2004 VN 2023", "tht_total", "actual").unwrap();
    assert_eq!(actual.decimal("value"), whole(5));
    assert_eq!(
        (actual.int("units_reported"), actual.int("units_expected")),
        (Some(2), Some(63))
    );
    assert_eq!(actual.str("status"), "P");
}

#[test]
fn a_stock_has_no_weight_and_a_province_counts_itself() {
    let province = total(&RUN, "provincial", "2004 26 2023", "tht_total", "actual").unwrap();
    assert_eq!(
        (province.decimal("value"), province.decimal("weight")),
        (whole(5), None)
    );
    assert_eq!(
        (
            province.int("units_reported"),
            province.int("units_expected")
        ),
        (Some(1), Some(1))
    );
    assert_eq!(province.text("scheme"), None);
    assert_eq!(province.str("name_vi"), "Vĩnh Phúc");
}

/// In the bridge between the geographies too: parts missing, means without weights, figures that cannot exist.
#[tokio::test]
async fn the_bridge_puts_former_units_together_as_the_models_do() {
    let (sums, others) = crate::white_book::bridge_adds_up(&RUN.lake(), "2023", "actual").await;
    assert!(sums > 10 && others > 4, "{sums}, {others}");
}
