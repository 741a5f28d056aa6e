//! Targets: what each figure of the reference is worth against targets.csv and history.csv, as docs/book.md has it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::aggregates::{Place, Total, Totals};
use super::compare::{Expected, by_key, differences, letter};
use super::facts::Amount;
use crate::support::catalogue::{Measure, NEW, OLD, catalogue, rows, some};
use crate::support::lake::{Row, Run};
use crate::support::truth::Key;

/// Targets of kinds that the pipeline has none of: regions, one of them of provinces that were merged, a province of today,
/// figures that should fall or stay, a share that all reach, a year that has passed.
const MORE: &str = "\
X-1,Thử,region,6v-2025:BTB,2030,level,htx_total,>=,9000,HTX,một,one
X-2,Thử,region,6v-2021:BTBDHMT,2027,share,htx_good_fair / htx_total * 100,<,40,%,hai,two
X-3,Thử,province,2025:44,2027,level,htx_total,<=,300,HTX,ba,three
X-4,Thử,national,VN,yearly,flow,htx_dissolved,<=,9000,HTX,bốn,four
X-5,Thử,national,VN,2028,level,htx_active,=,12000,HTX,năm,five
X-6,Thử,each province,*,2026,share,htx_good_fair / htx_total * 100,>,50,%,sáu,six
X-7,Thử,province,2025:40,2024,level,htx_total,>=,500,HTX,bảy,seven
X-8,Thử,province,2025:38,2030,growth,htx_total / htx_total@2023,>,1.2,lần,tám,eight
";

/// Adds the targets to a copy of the pipeline.
pub(crate) fn more(pipeline: &Path) {
    let path = pipeline.join("targets.csv");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{}\n{MORE}", text.trim_end())).unwrap();
}

/// A row of targets.csv.
struct Target {
    id: String,
    scope: String,
    scope_code: String,
    /// None: each year.
    due: Option<i128>,
    indicator: String,
    /// The year that a growth starts from.
    base: Option<i128>,
    comparator: String,
    goal: i128,
}

fn millionths(text: &str) -> i128 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{part:0<6}").parse().unwrap()
}

/// A quotient in millionths, rounded.
fn over(over: i128, under: i128) -> i128 {
    Amount { over, under }.rounded()
}

impl Target {
    fn read(row: &BTreeMap<String, String>) -> Self {
        let (expression, kind) = (row["expression"].as_str(), row["kind"].as_str());
        let sides = expression.split_once(" / ");
        let share = |over: &str, rest: &str| {
            let (under, scale) = rest.split_once(" * ").unwrap_or((rest, "1"));
            let measure = Measure::Ratio(over.to_owned(), under.to_owned(), scale.parse().unwrap());
            let mut indicators = catalogue().indicators.values();
            indicators
                .find(|i| i.measure == measure)
                .unwrap()
                .id
                .clone()
        };
        let (indicator, base) = match (kind, sides) {
            ("growth", Some((over, rest))) => {
                let (_, year) = rest.split_once('@').unwrap();
                (over.to_owned(), Some(year.parse().unwrap()))
            }
            ("share", Some((over, rest))) => (share(over, rest), None),
            _ => (expression.to_owned(), None),
        };
        Self {
            id: row["target_id"].clone(),
            scope: row["scope"].clone(),
            scope_code: row["scope_code"].clone(),
            due: row["year"].parse().ok(),
            indicator,
            base,
            comparator: row["comparator"].clone(),
            goal: millionths(&row["value"]),
        }
    }

    fn rises(&self) -> bool {
        self.comparator.starts_with('>')
    }

    fn falls(&self) -> bool {
        self.comparator.starts_with('<')
    }

    fn is_met(&self, value: i128) -> bool {
        match self.comparator.as_str() {
            ">=" => value >= self.goal,
            ">" => value > self.goal,
            "<=" => value <= self.goal,
            "<" => value < self.goal,
            _ => value == self.goal,
        }
    }
}

/// A place that has figures: geography, scheme of regions, code.
type Where = (&'static str, Option<String>, String);

/// A published or reported figure that a line may begin with.
#[derive(Debug, Clone, Copy)]
struct Start {
    year: i128,
    value: i128,
    basis: &'static str,
}

/// A row of `target_results` without its key.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Judged {
    value: Option<i128>,
    baseline: Option<i128>,
    target: i128,
    reached: Option<i128>,
    needed: Option<i128>,
    verdict: String,
    status: Option<char>,
    units: Option<(i64, i64)>,
    start: Option<(String, String)>,
}

/// The figures of `best` with what was published.
struct World<'a> {
    expected: &'a Expected,
    years: BTreeSet<i128>,
    history: Vec<(i128, String, String, i128)>,
}

/// The geography of a vintage's name.
fn vintage(name: &str) -> &'static str {
    if name == OLD { OLD } else { NEW }
}

/// Whether the old provinces had been merged by the end of a year.
fn is_after_the_change(year: i128) -> bool {
    year >= 2025
}

impl<'a> World<'a> {
    fn of(expected: &'a Expected) -> Self {
        let units = expected.provincial.keys();
        let is_annual = |key: &Key| {
            key.period.len() == 4
                && key.scenario == "best"
                && (key.sector.as_str(), key.fund.as_str()) == ("_T", "_T")
        };
        let years = units
            .filter(|place| is_annual(&place.key))
            .map(|place| place.key.period.parse().unwrap());
        let published = rows(&crate::support::files::root().join("pipelines/kttt/history.csv"));
        let history = published.iter().map(|row| {
            assert_eq!(row["scope"], "national", "nothing else is known here");
            let factor = if row["unit"].starts_with("triệu ") {
                1_000_000
            } else {
                1
            };
            (
                row["period"].parse().unwrap(),
                row["scope_code"].clone(),
                row["indicator"].clone(),
                millionths(&row["value"]) * factor,
            )
        });
        Self {
            expected,
            years: years.collect(),
            history: history.collect(),
        }
    }

    fn figure(
        &self,
        (geography, scheme, code): &Where,
        indicator: &str,
        year: i128,
    ) -> Option<&Total> {
        let totals: &Totals = match (scheme, code.as_str()) {
            (Some(_), _) => &self.expected.regional,
            (None, "VN") => &self.expected.national,
            (None, _) => &self.expected.provincial,
        };
        let key = Key {
            period: year.to_string(),
            indicator: indicator.to_owned(),
            sector: "_T".to_owned(),
            fund: "_T".to_owned(),
            scenario: "best".to_owned(),
        };
        let place = Place {
            geography: (*geography).to_owned(),
            scheme: scheme.clone(),
            code: code.clone(),
            key,
        };
        totals.get(&place).filter(|total| total.value.is_some())
    }

    /// The first value that is known whole, before the year that is judged: a published one where none was reported.
    fn start(&self, target: &Target, place: &Where, before: i128) -> Option<Start> {
        let whole = |year: i128| {
            let total = self.figure(place, &target.indicator, year)?;
            (total.status != 'P').then_some(total.value?)
        };
        let reported = self.years.iter().filter_map(|year| {
            whole(*year).map(|value| Start {
                year: *year,
                value,
                basis: "reported",
            })
        });
        let published = self.history.iter().filter(|(year, code, indicator, _)| {
            *code == place.2 && *indicator == target.indicator && whole(*year).is_none()
        });
        let published = published.map(|(year, _, _, value)| Start {
            year: *year,
            value: *value,
            basis: "published",
        });
        let is_a_start = |start: &Start| target.base.is_none_or(|base| base == start.year);
        reported
            .chain(published)
            .filter(is_a_start)
            .min_by_key(|start| start.year)
            .filter(|start| start.year < before)
    }

    /// The value that is judged, which of a growth is the figure over the first one.
    fn value(&self, target: &Target, place: &Where, year: i128) -> Option<i128> {
        let figure = self.figure(place, &target.indicator, year)?.value?;
        if target.base.is_none() {
            return Some(figure);
        }
        let start = self.start(target, place, year)?;
        (start.value != 0).then(|| over(figure * 1_000_000, start.value))
    }

    fn judge(&self, target: &Target, place: &Where, year: i128) -> Judged {
        let total = self.figure(place, &target.indicator, year);
        let start = self.start(target, place, year);
        let is_merged = is_after_the_change(year) && was_merged(place);
        let is_gone = is_merged && total.is_none_or(|total| total.status == 'P');
        let value = self.value(target, place, year).filter(|_| !is_gone);
        let line = start.map(|start| {
            let one = target.base.map_or(start.value, |_| 1_000_000);
            (start.year, one)
        });
        let has_start = target.due.is_some() || target.base.is_some();
        let said = total.filter(|_| !is_gone);
        Judged {
            value,
            baseline: start.filter(|_| has_start).map(|start| start.value),
            target: target.goal,
            reached: value.and_then(|value| reached(target, value, line)),
            needed: value.and_then(|value| needed(target, value, year)),
            verdict: match (is_gone, total, value) {
                (true, ..) => "territory no longer reported apart",
                (_, None, _) => "no data",
                (_, _, None) => "no baseline",
                (_, _, Some(value)) => verdict(target, value, year, line),
            }
            .to_owned(),
            status: said.map(|total| total.status),
            units: said.map(|total| (total.units_reported, total.units_expected)),
            start: start
                .filter(|_| has_start)
                .map(|start| (start.year.to_string(), start.basis.to_owned())),
        }
    }

    /// How many units reach a target that is for each of them.
    fn count(&self, target: &Target, geography: &'static str, year: i128) -> Judged {
        let units = catalogue().units(geography);
        let all = i128::try_from(units.len()).unwrap() * 1_000_000;
        let count = |year: i128| -> (i64, i128) {
            let values = units
                .iter()
                .filter_map(|code| self.value(target, &(geography, None, code.clone()), year));
            values.fold((0, 0), |(known, reach), value| {
                (
                    known + 1,
                    reach + i128::from(target.is_met(value)) * 1_000_000,
                )
            })
        };
        let whole = i64::try_from(units.len()).unwrap();
        let is_open = |year: &i128| geography == NEW || !is_after_the_change(*year);
        let years = self.years.iter().filter(|y| is_open(y));
        let mut complete = years
            .filter(|y| target.due.is_none_or(|due| **y <= due))
            .filter(|y| count(**y).0 == whole);
        let start = complete.next().filter(|first| **first < year);
        let line = start.map(|first| (*first, count(*first).1));
        let (known, reach) = count(year);
        let value = (known > 0).then_some(reach);
        let of_all = Target {
            goal: all,
            comparator: ">=".to_owned(),
            id: String::new(),
            scope: String::new(),
            scope_code: String::new(),
            indicator: String::new(),
            base: None,
            due: target.due,
        };
        let has_start = target.due.is_some();
        Judged {
            value,
            baseline: line.filter(|_| has_start).map(|(_, value)| value),
            target: all,
            reached: value.and_then(|value| reached(&of_all, value, line)),
            needed: value.and_then(|value| needed(&of_all, value, year)),
            verdict: value
                .map_or("no data", |value| verdict(&of_all, value, year, line))
                .to_owned(),
            status: value.map(|_| if known < whole { 'P' } else { 'A' }),
            units: Some((known, whole)),
            start: start
                .filter(|_| has_start)
                .map(|first| (first.to_string(), "reported".to_owned())),
        }
    }

    /// Whom a target is for, and whether their rows end with their geography.
    fn places(target: &Target) -> Vec<(Where, bool)> {
        let each = |geography: &'static str| {
            let units = catalogue().units(geography).into_iter();
            units.map(move |code| ((geography, None, code), true))
        };
        match target.scope.as_str() {
            "national" => [OLD, NEW]
                .map(|geography| ((geography, None, "VN".to_owned()), true))
                .to_vec(),
            "each province" => each(OLD).chain(each(NEW)).collect(),
            "province" => {
                let (geography, code) = target.scope_code.split_once(':').unwrap();
                vec![((vintage(geography), None, code.to_owned()), false)]
            }
            _ => {
                let (scheme, code) = target.scope_code.split_once(':').unwrap();
                let mut regions = catalogue().regions.iter();
                let region = regions
                    .find(|r| r.scheme == scheme && r.code == code)
                    .unwrap();
                let place = (vintage(&region.vintage), some(scheme), code.to_owned());
                vec![(place, false)]
            }
        }
    }
}

/// Whether a place, or a part of a region, has become a part of another.
fn was_merged((geography, scheme, code): &Where) -> bool {
    let is_changed = |code: &String| !catalogue().unchanged.contains(code);
    *geography == OLD
        && match scheme {
            None => is_changed(code),
            Some(scheme) => catalogue()
                .regions
                .iter()
                .filter(|r| r.scheme == *scheme && r.code == *code)
                .any(|r| r.units.iter().any(is_changed)),
        }
}

/// The share of the target; of what should fall or stay, of the way to it.
fn reached(target: &Target, value: i128, line: Option<(i128, i128)>) -> Option<i128> {
    if target.rises() {
        return (target.goal != 0).then(|| over(value * 100_000_000, target.goal));
    }
    let (_, from) = line?;
    let has_a_way = if target.falls() {
        from > target.goal
    } else {
        from != target.goal
    };
    has_a_way.then(|| over((value - from) * 100_000_000, target.goal - from))
}

/// What is still needed in each of the years that are left.
fn needed(target: &Target, value: i128, year: i128) -> Option<i128> {
    let due = target.due?;
    if target.is_met(value) {
        return Some(0);
    }
    (due > year).then(|| over(target.goal - value, due - year))
}

fn verdict(target: &Target, value: i128, year: i128, line: Option<(i128, i128)>) -> &'static str {
    if target.is_met(value) {
        return "reached";
    }
    let Some(due) = target.due.filter(|due| *due > year) else {
        return "behind";
    };
    let Some((first, from)) = line else {
        return "no baseline";
    };
    let covered = (value - from) * (due - first);
    let asked = (target.goal - from) * (year - first);
    let upwards = target.rises() || (!target.falls() && target.goal >= from);
    let keeps_to_it = if upwards {
        covered >= asked
    } else {
        covered <= asked
    };
    if keeps_to_it { "on the way" } else { "behind" }
}

/// Target, year, geography, code.
type RowKey = (String, String, String, String);

fn got(row: &Row) -> (RowKey, Judged) {
    let text = |column: &str| row.str(column).to_owned();
    let key = (
        text("target_id"),
        text("period"),
        text("geography"),
        text("code"),
    );
    let start = row.text("baseline_period").map(str::to_owned);
    let judged = Judged {
        value: row.decimal("value"),
        baseline: row.decimal("baseline"),
        target: row.decimal("target").unwrap(),
        reached: row.decimal("reached"),
        needed: row.decimal("needed_a_year"),
        verdict: text("verdict"),
        status: row.text("status").map(|_| letter(row)),
        units: row.int("units_reported").zip(row.int("units_expected")),
        start: start.zip(row.text("baseline_basis").map(str::to_owned)),
    };
    (key, judged)
}

/// Every row of `target_results`.
pub(crate) fn results(run: &Run, pipeline: &Path, expected: &Expected) -> Vec<String> {
    let world = World::of(expected);
    let mut judged = BTreeMap::new();
    for row in &rows(&pipeline.join("targets.csv")) {
        let target = Target::read(row);
        let years = world.years.iter().copied();
        for year in years.filter(|year| target.due.is_none_or(|due| *year <= due)) {
            let is_open = |geography: &str| geography == NEW || !is_after_the_change(year);
            let mut put = |geography: &str, code: &str, result| {
                let key = (
                    target.id.clone(),
                    year.to_string(),
                    geography.to_owned(),
                    code.to_owned(),
                );
                judged.insert(key, result);
            };
            for (place, ends) in World::places(&target) {
                if !ends || is_open(place.0) {
                    put(place.0, &place.2, world.judge(&target, &place, year));
                }
            }
            if target.scope == "each province" {
                for geography in [OLD, NEW].into_iter().filter(|g| is_open(g)) {
                    put(geography, "VN", world.count(&target, geography, year));
                }
            }
        }
    }
    let verdicts: BTreeSet<&str> = judged.values().map(|j| j.verdict.as_str()).collect();
    assert!(verdicts.len() >= 5, "{verdicts:?}: little is seen");
    let mut got = by_key(run.rows("target_results").iter().map(got));
    for (key, result) in &mut got {
        if let Some(exact) = judged.get(key) {
            result.round_like(exact);
        }
    }
    differences("target_results", &judged, &got)
}

impl Judged {
    /// What is made of figures that were themselves rounded may differ in its last digit, and the share of a small target by
    /// as much as that digit is of it.
    fn round_like(&mut self, exact: &Self) {
        let near = |own: &mut Option<i128>, exact: Option<i128>, most: i128| {
            if let (Some(value), Some(exact)) = (&own, exact)
                && (*value - exact).abs() <= most
            {
                *own = Some(exact);
            }
        };
        let share = 100_000_000 / self.target.abs().max(1_000_000);
        near(&mut self.value, exact.value, 1);
        near(&mut self.baseline, exact.baseline, 1);
        near(&mut self.reached, exact.reached, 1 + share);
        near(&mut self.needed, exact.needed, 1);
    }
}
