//! The true figures of the 63 provinces at the end of each year.
//!
//! Totals are derived from the published regional totals of 2022, with the printed counts of
//! cooperatives as weights, and then moved along the national figures, forwards and backwards. All
//! other figures follow from each province's traits. The 34 provinces are sums of these.

use std::collections::BTreeMap;

use super::arithmetic::{WHOLE, allocate, part, scale};
use super::facts::{ANCHOR, Facts, OLD, Unit};
use super::figures::Figures;
use super::levels::national;
use super::random::Random;
use super::traits::Traits;

/// The 63 provinces with their character and their true figures.
#[derive(Debug, Clone)]
pub(crate) struct Truth {
    /// The codes, sorted.
    pub(crate) codes: Vec<String>,
    /// Their character, in the same order.
    pub(crate) traits: Vec<Traits>,
    years: BTreeMap<i32, Vec<Figures>>,
}

impl Truth {
    /// Lays out the years from `first` to `last`.
    pub(crate) fn lay_out(seed: u64, facts: &Facts, first: i32, last: i32) -> Result<Self, String> {
        let units: Vec<Unit> = facts.units(OLD, ANCHOR);
        let codes: Vec<String> = units.iter().map(|u| u.code.clone()).collect();
        let traits: Vec<Traits> = units.iter().map(|u| Traits::of(seed, facts, u)).collect();
        let mut builder = Builder {
            seed,
            facts,
            codes,
            traits,
            anchor: Vec::new(),
        };
        builder.anchor = builder.anchor_totals()?;
        let (low, high) = (first.min(ANCHOR) - 1, last.max(ANCHOR));
        let unions = builder.unions(low, high)?;
        let mut years = BTreeMap::new();
        for year in first..=last {
            let both = [&unions[&(year - 1)], &unions[&year]];
            years.insert(year, builder.year(year, both)?);
        }
        Ok(Self {
            codes: builder.codes,
            traits: builder.traits,
            years,
        })
    }

    /// The true figures of a province at the end of a year.
    pub(crate) fn figures(&self, index: usize, year: i32) -> Result<&Figures, String> {
        self.years
            .get(&year)
            .and_then(|figures| figures.get(index))
            .ok_or_else(|| format!("no figures were laid out for {year}"))
    }
}

struct Builder<'a> {
    seed: u64,
    facts: &'a Facts,
    codes: Vec<String>,
    traits: Vec<Traits>,
    anchor: Vec<i64>,
}

impl Builder<'_> {
    /// Cooperatives of 2022: each region's published total, shared out by the printed counts.
    fn anchor_totals(&self) -> Result<Vec<i64>, String> {
        let mut regions: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, code) in self.codes.iter().enumerate() {
            regions
                .entry(self.facts.region(code))
                .or_default()
                .push(index);
        }
        let mut totals = vec![0; self.codes.len()];
        for (region, members) in regions {
            let total = self.facts.published_count(region, "htx_total", ANCHOR)?;
            let mut weights = Vec::new();
            for &index in &members {
                let code = &self.codes[index];
                weights.push(self.facts.published_count(
                    code,
                    "htx_operating_with_results",
                    ANCHOR,
                )?);
            }
            for (&index, share) in members.iter().zip(allocate(total, &weights)) {
                totals[index] = share;
            }
        }
        Ok(totals)
    }

    fn random(&self, index: usize, year: i32, topic: &str) -> Random {
        Random::of(self.seed, &[&self.codes[index], &year.to_string(), topic])
    }

    fn totals(&self, year: i32) -> Result<Vec<i64>, String> {
        if year == ANCHOR {
            return Ok(self.anchor.clone());
        }
        let weights: Vec<i64> = (0..self.codes.len())
            .map(|i| {
                let drift = self.traits[i].slope * i64::from(year - ANCHOR)
                    + self.random(i, year, "total").between(-4_000, 4_000);
                self.anchor[i] * (WHOLE + drift).clamp(WHOLE / 3, 3 * WHOLE)
            })
            .collect();
        Ok(allocate(national(self.facts, "htx_total", year)?, &weights))
    }

    /// A national stock, shared out by weights that wobble a little from year to year.
    fn stock(&self, id: &str, year: i32, weights: &[i64]) -> Result<Vec<i64>, String> {
        let wobbling: Vec<i64> = weights
            .iter()
            .enumerate()
            .map(|(i, &w)| part(w, WHOLE + self.random(i, year, id).between(-9_000, 9_000)))
            .collect();
        Ok(allocate(national(self.facts, id, year)?, &wobbling))
    }

    /// A national mean, spread by a factor for each province; the weighted mean comes back.
    fn mean(
        &self,
        id: &str,
        year: i32,
        factors: &[i64],
        weights: &[i64],
    ) -> Result<Vec<i64>, String> {
        let wobbling: Vec<i64> = factors
            .iter()
            .enumerate()
            .map(|(i, &f)| part(f, WHOLE + self.random(i, year, id).between(-12_000, 12_000)))
            .collect();
        let whole: i64 = weights.iter().sum();
        let spread: i64 = wobbling.iter().zip(weights).map(|(f, w)| f * w).sum();
        let level = national(self.facts, id, year)?;
        let middle = spread / whole.max(1);
        Ok(wobbling.iter().map(|&f| scale(level, f, middle)).collect())
    }

    /// Unions are few: each year's come and go one by one.
    fn unions(&self, low: i32, high: i32) -> Result<BTreeMap<i32, Vec<i64>>, String> {
        let wanted = |year| national(self.facts, "lhhtx_total", year);
        let weights: Vec<i64> = (0..self.codes.len())
            .map(|i| self.anchor[i] * self.random(i, ANCHOR, "unions").between(0, 10))
            .collect();
        let start = allocate(wanted(ANCHOR)?, &weights);
        let mut years = BTreeMap::from([(ANCHOR, start.clone())]);
        let mut later = start.clone();
        for year in ANCHOR + 1..=high {
            self.step(&mut later, year, wanted(year)?, &weights);
            years.insert(year, later.clone());
        }
        let mut earlier = start;
        for year in (low..ANCHOR).rev() {
            self.step(&mut earlier, year, wanted(year)?, &weights);
            years.insert(year, earlier.clone());
        }
        Ok(years)
    }

    fn step(&self, unions: &mut [i64], year: i32, wanted: i64, weights: &[i64]) {
        let mut random = Random::of(self.seed, &[&year.to_string(), "unions"]);
        let last = i64::try_from(unions.len()).unwrap_or(1) - 1;
        for _ in 0..8 {
            let index = usize::try_from(random.between(0, last)).unwrap_or(0);
            if unions[index] > 2 && random.chance(50) {
                unions[index] -= 1;
            }
        }
        while unions.iter().sum::<i64>() != wanted {
            let index = usize::try_from(random.between(0, last)).unwrap_or(0);
            if unions.iter().sum::<i64>() > wanted {
                unions[index] = (unions[index] - 1).max(0);
            } else if weights[index] > 0 || random.chance(20) {
                unions[index] += 1;
            }
        }
    }

    fn year(&self, year: i32, unions: [&Vec<i64>; 2]) -> Result<Vec<Figures>, String> {
        let (before, totals) = (self.totals(year - 1)?, self.totals(year)?);
        let mut all: Vec<Figures> = (0..self.codes.len())
            .map(|i| {
                self.counts(
                    i,
                    year,
                    [before[i], totals[i]],
                    [unions[0][i], unions[1][i]],
                )
            })
            .collect();
        let column =
            |all: &[Figures], id: &str| -> Vec<i64> { all.iter().map(|f| f.get(id)).collect() };
        let by_trait = |pick: fn(&Traits) -> i64| -> Vec<i64> {
            self.traits
                .iter()
                .zip(&totals)
                .map(|(t, total)| total * pick(t))
                .collect()
        };
        let factors =
            |pick: fn(&Traits) -> i64| -> Vec<i64> { self.traits.iter().map(pick).collect() };
        let groups: Vec<i64> = self.traits.iter().map(|t| t.groups * 1_000).collect();
        let stocks = [
            ("htx_members", by_trait(|t| t.members)),
            ("htx_charter_capital", by_trait(|t| t.capital)),
            (
                "htx_assets",
                by_trait(|t| i64::midpoint(t.capital, t.revenue)),
            ),
            ("lhhtx_members", self.union_weights(unions[1])),
            ("tht_total", groups),
        ];
        for (id, weights) in stocks {
            put(&mut all, id, &self.stock(id, year, &weights)?);
        }
        let active = column(&all, "htx_active");
        let profit: fn(&Traits) -> i64 = |t| t.revenue + t.hightech;
        for (id, pick) in [
            ("htx_revenue_avg", (|t| t.revenue) as fn(&Traits) -> i64),
            ("htx_profit_avg", profit),
        ] {
            put(&mut all, id, &self.mean(id, year, &factors(pick), &active)?);
        }
        let workers: Vec<i64> = active
            .iter()
            .zip(&self.traits)
            .map(|(a, t)| a * t.workers / 100)
            .collect();
        put(
            &mut all,
            "htx_income_avg",
            &self.mean("htx_income_avg", year, &factors(|t| t.income), &workers)?,
        );
        for (i, figures) in all.iter_mut().enumerate() {
            self.people(i, year, figures);
            figures.tidy();
        }
        Ok(all)
    }

    fn union_weights(&self, unions: &[i64]) -> Vec<i64> {
        let size = |i| self.random(i, ANCHOR, "union size").between(5_000, 9_000);
        unions
            .iter()
            .enumerate()
            .map(|(i, &n)| n * size(i))
            .collect()
    }

    /// Numbers of organisations.
    fn counts(&self, i: usize, year: i32, htx: [i64; 2], unions: [i64; 2]) -> Figures {
        let traits = &self.traits[i];
        let mut random = self.random(i, year, "counts");
        let mut f = Figures::default();
        let gone = part(htx[0], random.between(8_000, 24_000)).max(htx[0] - htx[1]);
        f.set("htx_total", htx[1]);
        f.set("htx_dissolved", gone);
        f.set("htx_new", htx[1] - htx[0] + gone);
        let since = i64::from(year - ANCHOR);
        let mut share = |id: &str, of: &str, middle: i64, growth: i64, wobble: i64| {
            let ppm = (middle + growth * since).clamp(middle / 3, 930_000);
            f.set_part(id, of, ppm + random.between(-wobble, wobble));
        };
        share(
            "htx_suspended",
            "htx_total",
            traits.suspended,
            -1_000,
            3_000,
        );
        share("htx_active", "htx_total", traits.active, 3_000, 6_000);
        share("htx_good_fair", "htx_total", traits.good, 45_000, 8_000);
        share("htx_hightech", "htx_total", traits.hightech, 9_000, 3_000);
        share("htx_agri", "htx_total", traits.agri, 4_000, 4_000);
        share("htx_agri_chain", "htx_agri", traits.chain, 14_000, 5_000);
        share("htx_directors", "htx_total", 955_000, 0, 15_000);
        f.set("lhhtx_total", unions[1]);
        f.set("lhhtx_new", (unions[1] - unions[0]).max(0));
        f.set("lhhtx_dissolved", (unions[0] - unions[1]).max(0));
        let idle = i64::from(unions[1] > 2 && random.chance(40))
            + i64::from(unions[1] == 1 && random.chance(6));
        f.set("lhhtx_active", unions[1] - idle);
        f
    }

    /// People, and what depends on the numbers of members, workers and groups.
    fn people(&self, i: usize, year: i32, f: &mut Figures) {
        let traits = &self.traits[i];
        let mut random = self.random(i, year, "people");
        let since = i64::from(year - ANCHOR);
        let mut about =
            |value: i64, wobble: i64| part(value, WHOLE + random.between(-wobble, wobble));
        f.set(
            "htx_workers",
            about(f.get("htx_active") * traits.workers / 100, 15_000),
        );
        f.set(
            "htx_managers",
            about(f.get("htx_total") * traits.managers / 100, 8_000),
        );
        f.set(
            "tht_members",
            about(f.get("tht_total") * traits.group_members / 100, 12_000),
        );
        let lose = if traits.unions_lose { -1 } else { 1 };
        let shares = [
            ("htx_members_new", "htx_members", about(24_000, 300_000)),
            ("htx_workers_new", "htx_workers", about(62_000, 250_000)),
            ("htx_workers_members", "htx_workers", about(615_000, 80_000)),
            (
                "htx_managers_secondary",
                "htx_managers",
                about(385_000, 40_000),
            ),
            (
                "htx_managers_college",
                "htx_managers",
                (traits.college + 14_000 * since).clamp(150_000, 550_000),
            ),
            (
                "htx_directors_female",
                "htx_directors",
                (traits.female + 5_000 * since).clamp(80_000, 400_000),
            ),
            (
                "htx_directors_trained",
                "htx_directors",
                (traits.trained + 20_000 * since).clamp(200_000, 800_000),
            ),
            (
                "htx_revenue_members_avg",
                "htx_revenue_avg",
                about(655_000, 60_000),
            ),
            ("tht_new", "tht_total", about(34_000, 400_000)),
            ("tht_registered", "tht_total", about(690_000, 90_000)),
            ("tht_hightech", "tht_total", about(15_000, 500_000)),
            ("tht_members_new", "tht_members", about(36_000, 300_000)),
        ];
        for (id, of, ppm) in shares {
            f.set_part(id, of, ppm);
        }
        let crew = self.random(i, ANCHOR, "union workers").between(34, 62);
        f.set("lhhtx_workers", about(f.get("lhhtx_active") * crew, 30_000));
        f.set(
            "lhhtx_revenue_avg",
            about(part(128_000 + 5_000 * since, traits.revenue), 30_000),
        );
        f.set(
            "lhhtx_profit_avg",
            lose * about(part(6_400 + 200 * since, traits.revenue), 40_000),
        );
        f.set(
            "tht_revenue_avg",
            about(
                part(3_350 + 110 * since, i64::midpoint(WHOLE, traits.revenue)),
                15_000,
            ),
        );
        f.set(
            "tht_profit_avg",
            about(
                part(335 + 10 * since, i64::midpoint(WHOLE, traits.revenue)),
                15_000,
            ),
        );
    }
}

fn put(all: &mut [Figures], id: &str, values: &[i64]) {
    for (figures, &value) in all.iter_mut().zip(values) {
        figures.set(id, value);
    }
}
