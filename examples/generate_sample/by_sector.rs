//! KTTT-02: the estimate of a year, divided by sector.

use std::collections::BTreeMap;

use super::arithmetic::{WHOLE, allocate, part};
use super::facts::{Facts, Sector};
use super::figures::Figures;
use super::random::Random;
use super::traits::Traits;

/// The columns of KTTT-02, in order: the indicator, its group head and its own head.
pub(crate) const MEASURES: [(&str, &str, &str); 9] = [
    ("htx_total", "Hợp tác xã", "Tổng số"),
    ("htx_active", "Hợp tác xã", "Đang hoạt động"),
    ("htx_new", "Hợp tác xã", "Thành lập mới"),
    ("htx_dissolved", "Hợp tác xã", "Giải thể"),
    ("htx_members", "Hợp tác xã", "Thành viên"),
    ("htx_workers", "Hợp tác xã", "Lao động"),
    ("lhhtx_total", "Liên hiệp HTX", "Tổng số"),
    ("tht_total", "Tổ hợp tác", "Tổng số"),
    ("tht_members", "Tổ hợp tác", "Thành viên"),
];

/// The code under which the total row stands.
pub(crate) const TOTAL: &str = "_T";

/// The figures of one KTTT-02, by sector (`_T` is the total row) and measure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct BySector(BTreeMap<(String, &'static str), i64>);

/// Provinces that make salt.
const SALT: [&str; 16] = [
    "34", "36", "38", "40", "42", "49", "51", "52", "56", "58", "60", "77", "79", "83", "94", "95",
];

impl BySector {
    /// A figure; 0 where nothing is.
    pub(crate) fn get(&self, sector: &str, measure: &'static str) -> i64 {
        self.0
            .get(&(sector.to_owned(), measure))
            .copied()
            .unwrap_or(0)
    }

    fn set(&mut self, sector: &str, measure: &'static str, value: i64) {
        self.0.insert((sector.to_owned(), measure), value);
    }

    /// The sums of several provinces.
    pub(crate) fn together(parts: &[Self]) -> Self {
        let mut whole = Self::default();
        for (key, value) in parts.iter().flat_map(|p| &p.0) {
            *whole.0.entry(key.clone()).or_insert(0) += value;
        }
        whole
    }

    /// Divides the estimate of one of the 63 provinces.
    pub(crate) fn divide(
        seed: u64,
        code: &str,
        traits: &Traits,
        estimate: &Figures,
        facts: &Facts,
    ) -> Self {
        let mut table = Self::default();
        for (measure, ..) in MEASURES {
            table.set(TOTAL, measure, estimate.get(measure));
        }
        let tops: Vec<&Sector> = facts
            .sectors
            .iter()
            .filter(|s| s.parent.is_none())
            .collect();
        table.divide_tops(seed, code, &tops, estimate);
        for top in &tops {
            let below: Vec<&Sector> = facts
                .sectors
                .iter()
                .filter(|s| s.parent.as_deref() == Some(top.code.as_str()))
                .collect();
            if !below.is_empty() {
                table.divide_below(seed, code, top, &below, traits.loose_sectors);
            }
        }
        table
    }

    /// Level 0: agriculture is known from KTTT-01, the others share the rest; all adds up.
    fn divide_tops(&mut self, seed: u64, code: &str, tops: &[&Sector], estimate: &Figures) {
        let agri = estimate.get("htx_agri");
        let others: Vec<&Sector> = tops.iter().copied().filter(|s| s.code != "A").collect();
        let weights = weights(seed, code, &others, "htx");
        self.set("A", "htx_total", agri);
        for (sector, value) in others
            .iter()
            .zip(allocate(estimate.get("htx_total") - agri, &weights))
        {
            self.set(&sector.code, "htx_total", value);
        }
        self.divide_organisations(seed, code, None, tops, 100);
        self.divide_people(seed, code, None, tops, 100);
    }

    /// Level 1: what is not given to a sub-sector stays with its parent.
    fn divide_below(
        &mut self,
        seed: u64,
        code: &str,
        top: &Sector,
        below: &[&Sector],
        loose: bool,
    ) {
        let given = if loose && top.code == "A" { 97 } else { 100 };
        let count = self.get(&top.code, "htx_total") * given / 100;
        let weights = weights(seed, code, below, "htx");
        for (sector, value) in below.iter().zip(allocate(count, &weights)) {
            self.set(&sector.code, "htx_total", value);
        }
        self.divide_organisations(seed, code, Some(top), below, given);
        self.divide_people(seed, code, Some(top), below, given);
    }

    /// Operating, new and dissolved cooperatives go by the cooperatives of each sector; unions and
    /// groups have weights of their own.
    fn divide_organisations(
        &mut self,
        seed: u64,
        code: &str,
        top: Option<&Sector>,
        rows: &[&Sector],
        given: i64,
    ) {
        let parent = top.map_or(TOTAL, |t| t.code.as_str()).to_owned();
        let totals: Vec<i64> = rows
            .iter()
            .map(|s| self.get(&s.code, "htx_total"))
            .collect();
        let sum: i64 = totals.iter().sum();
        let active = self.get(&parent, "htx_active");
        let idle = (self.get(&parent, "htx_total") - active).min(sum) * given / 100;
        let idle = idle.max(sum - active);
        for (i, value) in allocate(idle, &totals).into_iter().enumerate() {
            self.set(&rows[i].code, "htx_active", totals[i] - value);
        }
        for measure in ["htx_new", "htx_dissolved"] {
            let whole = if sum == 0 {
                0
            } else {
                self.get(&parent, measure) * given / 100
            };
            self.spread(rows, measure, whole, &totals);
        }
        for (measure, topic) in [("lhhtx_total", "lhhtx"), ("tht_total", "tht")] {
            let whole = self.get(&parent, measure) * given / 100;
            self.spread(rows, measure, whole, &weights(seed, code, rows, topic));
        }
    }

    fn divide_people(
        &mut self,
        seed: u64,
        code: &str,
        top: Option<&Sector>,
        rows: &[&Sector],
        given: i64,
    ) {
        let parent = top.map_or(TOTAL, |t| t.code.as_str()).to_owned();
        let measures = [
            ("htx_members", "htx_total"),
            ("htx_workers", "htx_active"),
            ("tht_members", "tht_total"),
        ];
        for (measure, by) in measures {
            let weights: Vec<i64> = rows
                .iter()
                .map(|s| {
                    let size =
                        Random::of(seed, &[code, &s.code, measure]).between(700_000, 1_400_000);
                    part(
                        self.get(&s.code, by) * 100,
                        part(size, people(&s.code, measure)),
                    )
                })
                .collect();
            let some = weights.iter().any(|&w| w > 0);
            let whole = if some {
                self.get(&parent, measure) * given / 100
            } else {
                0
            };
            self.spread(rows, measure, whole, &weights);
        }
    }

    fn spread(&mut self, rows: &[&Sector], measure: &'static str, whole: i64, weights: &[i64]) {
        for (sector, value) in rows.iter().zip(allocate(whole, weights)) {
            self.set(&sector.code, measure, value);
        }
    }
}

/// How large an organisation of the sector is, against the mean.
fn people(sector: &str, measure: &str) -> i64 {
    match (sector, measure) {
        ("F", "htx_members") => 3_200_000,
        ("A6", "htx_members") => 1_800_000,
        ("B" | "C" | "E", "htx_members") => 350_000,
        ("B" | "C", "htx_workers") => 1_600_000,
        _ => WHOLE,
    }
}

/// Weights of sectors for cooperatives, unions and groups: the printed national shares of 2024
/// outside agriculture, assumptions within it. Level 0 and level 1 are weighed apart.
const WEIGHTS: [(&str, [i64; 3]); 21] = [
    ("A", [0, 7_000, 85_000]),
    ("A1", [310, 500, 310]),
    ("A2", [120, 120, 120]),
    ("A3", [40, 40, 40]),
    ("A4", [90, 90, 90]),
    ("A5", [12, 0, 12]),
    ("A6", [420, 500, 420]),
    ("B", [2_506, 2_506, 2_506]),
    ("C", [772, 300, 300]),
    ("D", [2_785, 2_785, 2_785]),
    ("E", [1_727, 300, 300]),
    ("F", [1_060, 0, 0]),
    ("G", [580, 0, 0]),
    ("H", [90, 0, 0]),
    ("I", [480, 300, 300]),
    ("I1", [90, 90, 90]),
    ("I2", [90, 90, 90]),
    ("I3", [240, 240, 240]),
    ("I4", [50, 0, 0]),
    ("I5", [130, 0, 0]),
    ("I9", [400, 400, 400]),
];

/// The weight of each sector in a province.
fn weights(seed: u64, code: &str, sectors: &[&Sector], topic: &str) -> Vec<i64> {
    let column = usize::from(topic != "htx") + usize::from(topic == "tht");
    sectors
        .iter()
        .map(|sector| {
            let known = WEIGHTS.iter().find(|(name, _)| *name == sector.code);
            let salt = sector.code != "A5" || SALT.contains(&code);
            let base = known.map_or(0, |(_, weights)| weights[column]) * i64::from(salt);
            let varied = Random::of(seed, &[code, &sector.code, topic]).between(600_000, 1_500_000);
            part(base * 100, varied)
        })
        .collect()
}
