//! The planted faults: five things that a run over the sample must find.
//!
//! They are in reports for 2024 and 2025 only, each in a different province.

use super::arithmetic::{WHOLE, part};
use super::by_sector::BySector;
use super::facts::{Facts, OLD};
use super::reports::Report;
use super::traits::Traits;

/// The kinds of planted faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Planted {
    /// Came after its due date.
    Late,
    /// Was sent again with corrections; this is the first sending.
    Superseded,
    /// Is the second sending, `Lần gửi: 2`.
    Correction,
    /// Its parts exceed its total (R101).
    PartsExceed,
    /// A row states a unit that cannot be converted.
    WrongUnit,
}

/// Kiên Giang: 2024 came after 25 December.
pub(crate) const LATE: (i32, &str) = (2024, "91");
/// Đắk Lắk (with Phú Yên): 2025 never came.
pub(crate) const MISSING: (i32, &str) = (2025, "66");
/// Nghệ An: 2024 was corrected a week later.
pub(crate) const CORRECTED: (i32, &str) = (2024, "40");
/// Gia Lai (with Bình Định): 2025 has more suspended cooperatives than its total leaves room for.
pub(crate) const PARTS_EXCEED: (i32, &str) = (2025, "52");
/// Đồng Tháp (with Tiền Giang): 2025 states charter capital in `người`.
pub(crate) const WRONG_UNIT: (i32, &str) = (2025, "82");

/// The row whose unit is wrong, and the unit that it states.
pub(crate) const WRONG_UNIT_ROW: (&str, &str) = ("htx_charter_capital", "người");

/// Plants all of them in the reports that are there.
pub(crate) fn plant(seed: u64, facts: &Facts, reports: &mut Vec<Report>) {
    reports.retain(|report| !report.is(MISSING.0, MISSING.1));
    let mut firsts = Vec::new();
    for report in reports.iter_mut() {
        if report.is(LATE.0, LATE.1) {
            report.received_at = format!("{}-01-14T09:26:41+07:00", report.year + 1);
            report.planted = Some(Planted::Late);
        } else if report.is(CORRECTED.0, CORRECTED.1) {
            firsts.push(superseded(seed, facts, report));
            report.revision = 2;
            report.received_at = format!("{}-12-19T15:08:12+07:00", report.year);
            report.planted = Some(Planted::Correction);
        } else if report.is(PARTS_EXCEED.0, PARTS_EXCEED.1) {
            let slipped = report.columns.estimate.get("htx_suspended") * 10;
            report.columns.estimate.set("htx_suspended", slipped);
            report.planted = Some(Planted::PartsExceed);
        } else if report.is(WRONG_UNIT.0, WRONG_UNIT.1) {
            report.planted = Some(Planted::WrongUnit);
        }
    }
    reports.extend(firsts);
    reports.sort_by(|a, b| {
        (a.year, &a.unit.code, a.revision).cmp(&(b.year, &b.unit.code, b.revision))
    });
}

/// The first sending: some districts were not counted yet.
fn superseded(seed: u64, facts: &Facts, corrected: &Report) -> Report {
    let mut first = corrected.clone();
    first.received_at = format!("{}-12-12T10:41:55+07:00", corrected.year);
    first.planted = Some(Planted::Superseded);
    let estimate = &mut first.columns.estimate;
    for (id, ppm) in [
        ("htx_active", 968_000),
        ("htx_good_fair", 955_000),
        ("htx_members", 962_000),
        ("htx_members_new", 940_000),
        ("htx_workers", 951_000),
        ("htx_workers_members", 930_000),
        ("htx_revenue_avg", 1_027_000),
        ("htx_income_avg", 985_000),
        ("tht_total", 974_000),
        ("tht_registered", 960_000),
        ("tht_members", 958_000),
    ] {
        let value = part(estimate.get(id), ppm);
        estimate.set(id, value);
    }
    estimate.tidy();
    let next = &mut first.columns.next_plan;
    next.set("htx_members", part(next.get("htx_members"), WHOLE - 25_000));
    next.tidy();
    if let Some(unit) = facts
        .units(OLD, first.year)
        .into_iter()
        .find(|u| u.code == first.unit.code)
    {
        let traits = Traits::of(seed, facts, &unit);
        first.by_sector =
            BySector::divide(seed, &unit.code, &traits, &first.columns.estimate, facts);
    }
    first
}
