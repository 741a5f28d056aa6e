//! Random territory with random reports: a few vintages, changes that keep units or merge several, codes and names that
//! are used again for other territory, schemes of regions, and reports of units of every vintage.

use proptest::prelude::*;
use proptest::test_runner::TestRng;

use crate::support::catalogue::Measure;
use crate::support::truth::{Cell, Key, Period};

/// The vintages there may be, with their first days.
pub(crate) const VINTAGES: [(&str, &str); 4] = [
    ("1997", "1997-01-01"),
    ("2008", "2008-08-01"),
    ("2021", "2021-07-01"),
    ("2023", "2023-01-01"),
];

/// A name and the first day of each further one.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    pub(crate) name: String,
    pub(crate) from: String,
    pub(crate) to: Option<String>,
}

/// A unit of a vintage.
#[derive(Debug, Clone)]
pub(crate) struct Unit {
    pub(crate) code: String,
    pub(crate) names: Vec<Name>,
    /// The units of the vintage before that it was made of, by their places there; one alone was left as it was.
    pub(crate) from: Vec<usize>,
}

/// A vintage with its units.
#[derive(Debug, Clone)]
pub(crate) struct Vintage {
    pub(crate) name: &'static str,
    pub(crate) first_day: &'static str,
    pub(crate) units: Vec<Unit>,
}

/// A region of a scheme.
#[derive(Debug, Clone)]
pub(crate) struct Region {
    pub(crate) scheme: String,
    pub(crate) code: String,
    /// Place of its vintage.
    pub(crate) vintage: usize,
    /// Places of its units in that vintage.
    pub(crate) units: Vec<usize>,
}

/// A form that a unit sent.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) id: String,
    pub(crate) form: &'static str,
    pub(crate) period: Period,
    /// Places of the vintage and of the unit in it.
    pub(crate) unit: (usize, usize),
    /// Whether it is the version that counts.
    pub(crate) is_current: bool,
    pub(crate) cells: Vec<(Key, Cell)>,
}

/// Territory and reports.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) vintages: Vec<Vintage>,
    pub(crate) regions: Vec<Region>,
    pub(crate) reports: Vec<Sent>,
}

/// The form at home with every indicator, and another that carries some of them by sectors.
pub(crate) const HOME: &str = "F1";
/// The other form.
pub(crate) const OTHER: &str = "F2";

/// The year for which every unit of the first vintage, and no unit made of several, has sent the home form.
pub(crate) const COMPLETE: i32 = 2012;

/// The indicators: two stocks, a flow that may be negative, two means and two ratios.
pub(crate) fn indicators() -> [(&'static str, &'static str, Measure); 7] {
    let mean = |weight: &str| Measure::Mean(weight.to_owned());
    let ratio = |over: &str, under: &str, scale| Measure::Ratio(over.into(), under.into(), scale);
    [
        ("members", "stock", Measure::Sum),
        ("active", "stock", Measure::Sum),
        ("profit", "flow", Measure::Sum),
        ("income", "mean", mean("active")),
        ("wage", "mean", mean("members")),
        ("active_rate", "ratio", ratio("active", "members", 100)),
        ("profit_each", "ratio", ratio("profit", "active", 1)),
    ]
}

/// How an indicator's figures come together.
pub(crate) fn measure(indicator: &str) -> Measure {
    let found = indicators().into_iter().find(|(id, ..)| *id == indicator);
    found.unwrap().2
}

/// The rows of the home form, and of the other.
const ROWS: [&str; 5] = ["members", "active", "profit", "income", "wage"];
const OTHER_ROWS: [&str; 3] = ["members", "active", "income"];
const SECTORS: [&str; 2] = ["_T", "A"];

/// What a unit says: the places of its vintage and of itself, then rows and their cells.
type Saying<'a> = ((usize, usize), &'a [(&'a str, Cell)]);

/// Two units merged and one left as it was, in the second and the third vintage there may be, and their estimates of 2022.
pub(crate) fn small_world(said: &[Saying<'_>]) -> World {
    let vintage = |place: usize, units: &[(&str, &[usize])]| {
        let (name, first_day) = VINTAGES[place];
        let unit = |(code, from): &(&str, &[usize])| Unit {
            code: (*code).to_owned(),
            names: vec![Name {
                name: format!("Tên {code}"),
                from: first_day.to_owned(),
                to: None,
            }],
            from: from.to_vec(),
        };
        Vintage {
            name,
            first_day,
            units: units.iter().map(unit).collect(),
        }
    };
    let before = vintage(1, &[("01", &[]), ("02", &[]), ("03", &[])]);
    let after = vintage(2, &[("02", &[0, 1]), ("03", &[2])]);
    let reports = said.iter().enumerate().map(|(number, (unit, rows))| {
        let cell = |(row, cell): &(&str, Cell)| {
            let key = Key {
                period: "2022".to_owned(),
                indicator: (*row).to_owned(),
                sector: "_T".to_owned(),
                fund: "_T".to_owned(),
                scenario: "estimate".to_owned(),
            };
            (key, *cell)
        };
        Sent {
            id: format!("r{number}"),
            form: HOME,
            period: Period::Year(2022),
            unit: *unit,
            is_current: true,
            cells: rows.iter().map(cell).collect(),
        }
    });
    World {
        vintages: vec![before, after],
        regions: Vec::new(),
        reports: reports.collect(),
    }
}

/// Random worlds.
pub(crate) fn worlds() -> impl Strategy<Value = World> {
    Just(()).prop_perturb(|(), mut rng| World::random(&mut rng))
}

impl World {
    /// A world of 2 to 4 vintages.
    pub(crate) fn random(rng: &mut TestRng) -> Self {
        let vintages = vintages(rng);
        let regions = regions(&vintages, rng);
        let mut this = Self {
            vintages,
            regions,
            reports: Vec::new(),
        };
        this.everybody_reports(rng);
        this.some_report(rng);
        for (number, report) in this.reports.iter_mut().enumerate() {
            report.id = format!("r{number:04}");
        }
        this
    }

    /// The territory of a world alone. A unit that was left as it was keeps its name; one made of several has a new name, or
    /// that of a unit that ended, mostly one of its own.
    pub(crate) fn territory(rng: &mut TestRng) -> Self {
        let mut vintages = vintages(rng);
        for (number, unit) in vintages[0].units.iter_mut().enumerate() {
            unit.names.truncate(1);
            unit.names[0].name = format!("Tên {number}");
        }
        for place in 1..vintages.len() {
            let (before, after) = vintages.split_at_mut(place);
            let before = &before[place - 1].units;
            let name = |unit: usize| before[unit].names[0].name.clone();
            let units = &mut after[0].units;
            let merged = units.iter().filter(|u| u.from.len() > 1);
            let mut ended: Vec<usize> = merged.flat_map(|u| u.from.clone()).collect();
            for (number, unit) in units.iter_mut().enumerate() {
                unit.names.truncate(1);
                let own: Vec<usize> = unit.from.clone();
                let own = own.iter().find(|u| ended.contains(u)).copied();
                let one = match (&unit.from[..], rng.random_range(0..10)) {
                    ([one], _) => Some(*one),
                    (_, 0..6) => own,
                    (_, 6..8) => ended.last().copied(),
                    _ => None,
                };
                ended.retain(|unit| Some(*unit) != one);
                unit.names[0].name = one.map_or_else(|| format!("Tên {place}-{number}"), name);
            }
        }
        Self {
            vintages,
            regions: Vec::new(),
            reports: Vec::new(),
        }
    }

    /// The unit that changes left as it was, in the vintage in which it began: it is one reporting unit in all of them.
    pub(crate) fn entity(&self, (mut vintage, mut unit): (usize, usize)) -> (usize, usize) {
        while let [one] = self.vintages[vintage].units[unit].from[..] {
            (vintage, unit) = (vintage - 1, one);
        }
        (vintage, unit)
    }

    /// The units of the first vintage that a unit is made of.
    pub(crate) fn atoms(&self, (vintage, unit): (usize, usize)) -> Vec<usize> {
        if vintage == 0 {
            return vec![unit];
        }
        let from = &self.vintages[vintage].units[unit].from;
        from.iter()
            .flat_map(|before| self.atoms((vintage - 1, *before)))
            .collect()
    }

    /// The same territory without one of the vintages between the first and the last: each change leads over it. Its
    /// regions and what was sent in it go too.
    pub(crate) fn without_vintage(mut self, gone: usize) -> Self {
        assert!(0 < gone && gone + 1 < self.vintages.len());
        let between = self.vintages.remove(gone);
        for unit in &mut self.vintages[gone].units {
            unit.from = unit
                .from
                .iter()
                .flat_map(|before| between.units[*before].from.clone())
                .collect();
        }
        let down = |vintage: &mut usize| *vintage -= usize::from(*vintage > gone);
        self.regions.retain(|r| r.vintage != gone);
        self.reports.retain(|r| r.unit.0 != gone);
        self.regions.iter_mut().for_each(|r| down(&mut r.vintage));
        self.reports.iter_mut().for_each(|r| down(&mut r.unit.0));
        self
    }

    /// Of the reports those that speak of the first vintage.
    pub(crate) fn with_first_reports_only(mut self) -> Self {
        self.reports.retain(|r| r.unit.0 == 0);
        self
    }

    /// Each unit of the first vintage reports once for [`COMPLETE`], in any vintage in which it stands: all sums, gaps
    /// in means alone.
    fn everybody_reports(&mut self, rng: &mut TestRng) {
        for unit in 0..self.vintages[0].units.len() {
            let mut stands = vec![(0, unit)];
            for vintage in 1..self.vintages.len() {
                let of = (0..self.vintages[vintage].units.len()).map(|u| (vintage, u));
                stands.extend(of.filter(|u| self.entity(*u) == (0, unit)));
            }
            let at = stands[rng.random_range(0..stands.len())];
            self.send(HOME, Period::Year(COMPLETE), at, rng, &mut |row, rng| {
                Some(match measure(row) {
                    Measure::Sum => match rng.random_range(0..20) {
                        0 => Cell::Nil,
                        1 => Cell::NotApplicable,
                        _ => figure(row, rng),
                    },
                    _ => any_cell(row, rng),
                })
            });
        }
    }

    /// Some units of each vintage report years on both sides of every change, and a half of one. In a tidy period all
    /// of the first vintage do and few cells lack a figure, so that a single hole decides whether a total is whole.
    fn some_report(&mut self, rng: &mut TestRng) {
        for period in [
            Period::Year(2021),
            Period::FirstHalf(2022),
            Period::Year(2022),
        ] {
            let tidy = rng.random_bool(0.5);
            for vintage in 0..self.vintages.len() {
                let home = match (tidy, vintage) {
                    (true, 0) => 1.0,
                    (true, _) => [0.0, 0.2, 0.5][rng.random_range(0..3)],
                    (false, _) => [0.0, 0.4, 0.8, 1.0][rng.random_range(0..4)],
                };
                let other = [0.0, 0.4, 0.6][rng.random_range(0..3)];
                for unit in 0..self.vintages[vintage].units.len() {
                    for (form, likely) in [(HOME, home), (OTHER, other)] {
                        // A half year's form is the home form alone.
                        if rng.random_bool(likely) && (form == HOME || period.months() == 12) {
                            let silent = !tidy && rng.random_bool(0.2);
                            self.send(form, period, (vintage, unit), rng, &mut |row, rng| {
                                if silent && rng.random_bool(0.7) {
                                    None
                                } else if tidy && rng.random_bool(0.93) {
                                    Some(figure(row, rng))
                                } else {
                                    Some(any_cell(row, rng))
                                }
                            });
                        }
                    }
                }
            }
        }
    }

    /// Adds a report, and now and then an earlier version of it.
    fn send(
        &mut self,
        form: &'static str,
        period: Period,
        unit: (usize, usize),
        rng: &mut TestRng,
        cell: &mut dyn FnMut(&str, &mut TestRng) -> Option<Cell>,
    ) {
        let mut version = |is_current: bool, rng: &mut TestRng| {
            let mut cells = Vec::new();
            for (row, sector, scenario, of) in slots(form, period) {
                let key = Key {
                    period: of.to_string(),
                    indicator: row.to_owned(),
                    sector: sector.to_owned(),
                    fund: "_T".to_owned(),
                    scenario: scenario.to_owned(),
                };
                cells.extend(cell(row, rng).map(|cell| (key, cell)));
            }
            Sent {
                id: String::new(),
                form,
                period,
                unit,
                is_current,
                cells,
            }
        };
        if rng.random_bool(0.1) {
            let earlier = version(false, rng);
            self.reports.push(earlier);
        }
        let counts = version(true, rng);
        self.reports.push(counts);
    }
}

/// What a form has cells for: indicator, sector, scenario, and the period that it speaks of.
fn slots(form: &str, period: Period) -> Vec<(&'static str, &'static str, &'static str, Period)> {
    let year = period.year();
    let now = match period {
        Period::Year(_) => "estimate",
        _ => "actual",
    };
    let columns = [
        ("actual", Period::Year(year - 1)),
        ("plan", Period::Year(year)),
        (now, period),
        ("plan", Period::Year(year + 1)),
    ];
    let mut slots = Vec::new();
    if form == HOME {
        for row in ROWS {
            slots.extend(columns.map(|(scenario, of)| (row, "_T", scenario, of)));
        }
    } else {
        for row in OTHER_ROWS {
            slots.extend(SECTORS.map(|sector| (row, sector, "estimate", period)));
        }
    }
    slots
}

/// A figure with one decimal; a profit may be a loss, all others are above zero.
fn figure(row: &str, rng: &mut TestRng) -> Cell {
    let least = if row == "profit" { -40_000 } else { 1 };
    Cell::Tenths(rng.random_range(least..90_000))
}

/// Whatever may stand in a cell.
fn any_cell(row: &str, rng: &mut TestRng) -> Cell {
    match rng.random_range(0..24) {
        0 => Cell::Nil,
        1 => Cell::NotCollected,
        2 => Cell::NotApplicable,
        3 | 4 => Cell::Blank,
        5 => Cell::Tenths(0),
        _ => figure(row, rng),
    }
}

/// The numbers below `n` in random order.
fn shuffled(n: usize, rng: &mut TestRng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for last in (1..n).rev() {
        order.swap(last, rng.random_range(0..=last));
    }
    order
}

fn vintages(rng: &mut TestRng) -> Vec<Vintage> {
    let first = rng.random_range(14..22);
    let mut vintages: Vec<Vintage> = Vec::new();
    for (name, first_day) in &VINTAGES[..rng.random_range(2..=VINTAGES.len())] {
        let made_of: Vec<Vec<usize>> = match vintages.last() {
            None => vec![Vec::new(); first],
            Some(before) => merged(before.units.len(), rng),
        };
        let before = vintages.last();
        // Codes and names come from one small pool for all vintages; a unit may keep those of one it was made of.
        let mut codes = shuffled(first + 4, rng);
        let mut kept: Vec<Option<usize>> = vec![None; made_of.len()];
        let keeps = [0.0, 0.5, 1.0][rng.random_range(0..3)];
        for (unit, from) in made_of.iter().enumerate() {
            if let (Some(before), [one, ..]) = (before, &from[..])
                && rng.random_bool(keeps)
            {
                let code: usize = before.units[*one].code.parse().unwrap();
                codes.retain(|c| *c != code);
                kept[unit] = Some(code);
            }
        }
        let mut called = shuffled(first + 4, rng);
        let units = made_of.into_iter().zip(kept).map(|(from, kept)| {
            let code = kept.or_else(|| codes.pop()).unwrap();
            let name = called.pop().unwrap();
            Unit {
                code: format!("{code:02}"),
                names: names(name, first_day, rng),
                from,
            }
        });
        let units = units.collect();
        vintages.push(Vintage {
            name,
            first_day,
            units,
        });
    }
    vintages
}

/// Some units left as they were, others merged by twos, threes and fours.
fn merged(before: usize, rng: &mut TestRng) -> Vec<Vec<usize>> {
    let left = [0.2, 0.5, 0.9][rng.random_range(0..3)];
    let mut open = shuffled(before, rng);
    let mut units = Vec::new();
    while !open.is_empty() {
        let several = if rng.random_bool(left) {
            1
        } else {
            rng.random_range(2..=4)
        };
        units.push(open.split_off(open.len() - several.min(open.len())));
    }
    units
}

/// One name, or two with a change in the middle of a period, or after everything.
fn names(number: usize, first_day: &str, rng: &mut TestRng) -> Vec<Name> {
    let name = |name: String, from: &str, to: Option<&str>| Name {
        name,
        from: from.to_owned(),
        to: to.map(str::to_owned),
    };
    if rng.random_bool(0.7) {
        return vec![name(format!("Tên {number}"), first_day, None)];
    }
    let change = ["2023-03-01", "2023-12-31", "2030-01-01"][rng.random_range(0..3)];
    vec![
        name(format!("Tên {number}"), first_day, Some(change)),
        name(format!("Tên {number} mới"), change, None),
    ]
}

/// Up to two schemes for each vintage; codes of regions are used again in other schemes.
fn regions(vintages: &[Vintage], rng: &mut TestRng) -> Vec<Region> {
    let mut regions = Vec::new();
    for (place, vintage) in vintages.iter().enumerate() {
        for scheme in 0..rng.random_range(0..=2) {
            let count = rng.random_range(1..=4);
            let mut units = vec![Vec::new(); count];
            for unit in 0..vintage.units.len() {
                units[rng.random_range(0..count)].push(unit);
            }
            for (number, units) in units.into_iter().enumerate() {
                if !units.is_empty() {
                    regions.push(Region {
                        scheme: format!("{}-{scheme}", vintage.name),
                        code: format!("R{number}"),
                        vintage: place,
                        units,
                    });
                }
            }
        }
    }
    regions
}
