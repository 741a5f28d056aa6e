//! The country's figures, year by year: published ones where they exist, assumptions elsewhere.

use super::arithmetic::{WHOLE, part, scale};
use super::facts::Facts;

/// Assumed national figures of 2021 to 2025, where nothing is published or the printed ones
/// contradict each other; in the last decimal of the indicator.
const ASSUMED: [(&str, [i64; 5]); 10] = [
    ("htx_total", [27_342, 29_378, 31_364, 33_557, 35_041]),
    (
        "htx_members",
        [5_692_000, 5_935_000, 6_030_866, 6_139_000, 6_243_000],
    ),
    (
        "htx_charter_capital",
        [523_100, 572_400, 635_994, 680_131, 714_200],
    ),
    (
        "htx_assets",
        [1_664_000, 1_729_000, 1_786_203, 1_789_418, 1_841_500],
    ),
    ("htx_revenue_avg", [25_840, 26_910, 27_760, 28_390, 29_300]),
    ("htx_profit_avg", [1_860, 1_930, 2_000, 2_034, 2_110]),
    ("htx_income_avg", [510, 545, 578, 610, 640]),
    ("lhhtx_total", [107, 125, 137, 151, 164]),
    ("lhhtx_members", [668, 851, 946, 1_052, 1_150]),
    ("tht_total", [69_420, 71_000, 72_630, 74_280, 75_900]),
];

/// The national figure that the provinces' true figures add up to.
pub(crate) fn national(facts: &Facts, id: &str, year: i32) -> Result<i64, String> {
    let printed_as = match id {
        "lhhtx_members" => "lhhtx_member_htx",
        "htx_income_avg" => "htx_labour_income_avg",
        other => other,
    };
    if let Some(value) = facts.published("VN", printed_as, year) {
        let unit = 10_i64.pow(facts.indicator(id)?.decimals);
        return Ok(scale(value, unit, WHOLE));
    }
    let (_, assumed) = ASSUMED
        .iter()
        .find(|(name, _)| *name == id)
        .ok_or_else(|| format!("no national level is known for {id}"))?;
    let index = usize::try_from(year.clamp(2021, 2025) - 2021).unwrap_or(0);
    let mut value = assumed[index];
    for _ in 2025..year {
        value = part(value, 1_030_000);
    }
    for _ in year..2021 {
        value = part(value, 970_000);
    }
    Ok(value)
}
