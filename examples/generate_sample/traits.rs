//! What distinguishes provinces, in millionths and plain numbers.
//!
//! The regional levels are assumptions that give the published national averages when added up:
//! large memberships in the Red River Delta, small young cooperatives in the northern mountains,
//! high incomes in the Southeast.

use super::arithmetic::{WHOLE, part};
use super::facts::{Facts, Unit};
use super::random::Random;

/// The lasting character of a province.
#[derive(Debug, Clone)]
pub(crate) struct Traits {
    /// How much faster than the country it grows, a year.
    pub(crate) slope: i64,
    /// Share of operating cooperatives.
    pub(crate) active: i64,
    /// Share of suspended ones.
    pub(crate) suspended: i64,
    /// Share rated good or fair in 2022.
    pub(crate) good: i64,
    /// Share using high technology.
    pub(crate) hightech: i64,
    /// Share of agricultural cooperatives.
    pub(crate) agri: i64,
    /// Share of those in value chains.
    pub(crate) chain: i64,
    /// Members a cooperative, in hundredths.
    pub(crate) members: i64,
    /// Workers per operating cooperative, in hundredths.
    pub(crate) workers: i64,
    /// Managers a cooperative, in hundredths.
    pub(crate) managers: i64,
    /// Share of managers with a degree.
    pub(crate) college: i64,
    /// Share of directors who are women.
    pub(crate) female: i64,
    /// Share of directors trained.
    pub(crate) trained: i64,
    /// Revenue against the national mean.
    pub(crate) revenue: i64,
    /// Income against the national mean.
    pub(crate) income: i64,
    /// Capital a cooperative, relative.
    pub(crate) capital: i64,
    /// How many cooperative groups, relative.
    pub(crate) groups: i64,
    /// Members a group, in hundredths.
    pub(crate) group_members: i64,
    /// The unions work at a loss; never in a province that was merged, where gains and losses
    /// would cancel out into a mean that jumps.
    pub(crate) unions_lose: bool,
    /// Level-1 sectors leave a remainder.
    pub(crate) loose_sectors: bool,
}

struct Level {
    agri: i64,
    members: i64,
    workers: i64,
    revenue: i64,
    income: i64,
    groups: i64,
}

fn level(region: &str) -> Level {
    let (agri, members, workers, revenue, income, groups) = match region {
        "DBSH" => (640_000, 33_000, 1_700, 1_150_000, 1_080_000, 500),
        "BTBDHMT" => (710_000, 30_000, 1_400, 850_000, 920_000, 1_300),
        "TN" => (780_000, 11_000, 1_500, 1_000_000, 950_000, 1_000),
        "DNB" => (560_000, 12_000, 1_900, 1_900_000, 1_350_000, 1_100),
        "DBSCL" => (760_000, 14_000, 1_600, 1_350_000, 1_050_000, 2_100),
        _ => (710_000, 5_500, 1_100, 720_000, 800_000, 900),
    };
    Level {
        agri,
        members,
        workers,
        revenue,
        income,
        groups,
    }
}

impl Traits {
    /// The character of a 63-province unit.
    pub(crate) fn of(seed: u64, facts: &Facts, unit: &Unit) -> Self {
        let mut random = Random::of(seed, &[&unit.code, "traits"]);
        let level = level(facts.region(&unit.code));
        let mut about = |middle: i64, percent: i64| {
            part(
                middle,
                WHOLE + random.between(-percent * 10_000, percent * 10_000),
            )
        };
        let urban = unit.is_city;
        Self {
            slope: about(WHOLE, 1) - WHOLE,
            active: about(840_000, 5),
            suspended: about(60_000, 35),
            good: about(620_000, 12),
            hightech: about(85_000, 50),
            agri: about(
                if urban {
                    level.agri - 180_000
                } else {
                    level.agri
                },
                10,
            ),
            chain: about(250_000, 30),
            members: about(level.members, 35),
            workers: about(level.workers, 25),
            managers: about(450, 12),
            college: about(300_000, 20),
            female: about(160_000, 25),
            trained: about(330_000, 20),
            revenue: about(
                part(level.revenue, if urban { 1_350_000 } else { WHOLE }),
                30,
            ),
            income: about(
                part(level.income, if urban { 1_200_000 } else { WHOLE }),
                12,
            ),
            capital: about(
                part(level.revenue, if urban { 1_400_000 } else { WHOLE }),
                30,
            ),
            groups: about(level.groups, 60),
            group_members: about(1_550, 25),
            unions_lose: random.chance(12) && facts.is_unchanged(unit),
            loose_sectors: random.chance(15),
        }
    }
}
