//! The properties. Each returns its objections, at most a few lines; no objection means that the property holds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng};
use tonghop::diagnostic::Finding;
use tonghop::query::Models;

use super::restate::{self, Rows, Total, figures};
use super::totals::{Totals, totals};
use super::world::{COMPLETE, HOME, OTHER, World, indicators, measure};
use crate::reference::facts::Amount;
use crate::support::catalogue::Measure;
use crate::support::lake::Row;
use crate::support::truth::{Cell, Key, Period};

fn key(row: &Row) -> Key {
    let text = |column| row.str(column).to_owned();
    Key {
        period: text("period"),
        indicator: text("indicator"),
        sector: text("sector"),
        fund: text("fund"),
        scenario: text("scenario"),
    }
}

fn letter(row: &Row) -> char {
    row.str("status").chars().next().unwrap()
}

/// Value and weight of a row. Silent: what weight a row at M has; it stands behind no figure.
fn figure(row: &Row) -> (Option<i128>, Option<i128>) {
    if letter(row) == 'M' {
        (None, None)
    } else {
        (row.decimal("value"), row.decimal("weight"))
    }
}

/// What differs between two tables, a few rows of it in full.
fn differences<K: Ord + Debug, V: Debug>(
    table: &str,
    expected: &BTreeMap<K, V>,
    got: &BTreeMap<K, V>,
    same: impl Fn(&K, &V, &V) -> bool,
) -> Vec<String> {
    let keys: BTreeSet<&K> = expected.keys().chain(got.keys()).collect();
    assert!(!keys.is_empty(), "nothing to compare in {table}");
    let mut said = Vec::new();
    for key in keys {
        let agree = match (expected.get(key), got.get(key)) {
            (Some(expected), Some(got)) => same(key, expected, got),
            _ => false,
        };
        if !agree {
            said.push(format!(
                "{table} {key:?}\n  expected {:?}\n  got      {:?}",
                expected.get(key),
                got.get(key)
            ));
        }
    }
    few(said)
}

fn few(mut said: Vec<String>) -> Vec<String> {
    if said.len() > 6 {
        let all = said.len();
        said.truncate(6);
        said.push(format!("… {all} in all"));
    }
    said
}

/// Whether two values agree: sums exactly, means and ratios within one unit of the sixth decimal, because their parts
/// were rounded there.
fn close(indicator: &str, one: Option<i128>, other: Option<i128>) -> bool {
    let slack = i128::from(measure(indicator) != Measure::Sum);
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() <= slack,
        _ => one == other,
    }
}

/// Value, weight, status, basis, sources and expected of a fact.
type FactRow = (Option<i128>, Option<i128>, char, String, i64, i64);

fn fact_rows(rows: &[Row]) -> BTreeMap<(String, String, Key), FactRow> {
    let fact = |row: &Row| {
        let (value, weight) = figure(row);
        let place = (
            row.str("geography").to_owned(),
            row.str("unit_code").to_owned(),
            key(row),
        );
        let count = |column| row.int(column).unwrap();
        let basis = row.str("basis").to_owned();
        let fact = (
            value,
            weight,
            letter(row),
            basis,
            count("sources"),
            count("expected"),
        );
        (place, fact)
    };
    rows.iter().map(fact).collect()
}

fn total_rows(rows: &[Row]) -> Rows {
    let total = |row: &Row| {
        let (value, weight) = figure(row);
        let count = |column| row.int(column).unwrap();
        let place = (
            row.str("geography").to_owned(),
            row.text("scheme").map(str::to_owned),
            row.str("code").to_owned(),
            key(row),
        );
        let total = Total {
            name: row.str("name_vi").to_owned(),
            value,
            weight,
            status: letter(row),
            units: (count("units_reported"), count("units_expected")),
        };
        (place, total)
    };
    rows.iter().map(total).collect()
}

/// Every row of facts, provinces, regions and country is what the reference says.
pub(super) fn agrees_with_the_reference(world: &World, totals: &Totals) -> Vec<String> {
    let facts = restate::facts(world);
    let mut expected = BTreeMap::new();
    for (vintage, units) in world.vintages.iter().zip(&facts) {
        for (unit, facts) in vintage.units.iter().zip(units) {
            for (key, fact) in facts {
                let (value, weight) = figures(fact);
                let basis = if fact.reported {
                    "reported"
                } else {
                    "restated"
                };
                expected.insert(
                    (vintage.name.to_owned(), unit.code.clone(), key.clone()),
                    (
                        value,
                        weight,
                        fact.status,
                        basis.to_owned(),
                        fact.sources,
                        fact.expected,
                    ),
                );
            }
        }
    }
    let got = fact_rows(&totals.facts);
    let doubled = totals.facts.len() - got.len();
    let mut said = differences("facts", &expected, &got, |(_, _, key), one, other| {
        let rest = |f: &FactRow| (f.1, f.2, f.3.clone(), f.4, f.5);
        close(&key.indicator, one.0, other.0) && rest(one) == rest(other)
    });
    if doubled > 0 {
        said.push(format!("facts has {doubled} keys twice"));
    }
    for (table, expected, got) in [
        (
            "provincial",
            restate::provincial(world, &facts),
            &totals.provincial,
        ),
        (
            "regional",
            restate::regional(world, &facts),
            &totals.regional,
        ),
        (
            "national",
            restate::national(world, &facts),
            &totals.national,
        ),
    ] {
        if expected.is_empty() && got.is_empty() {
            continue;
        }
        let rows = total_rows(got);
        if rows.len() < got.len() {
            said.push(format!("{table} has two rows for one key"));
        }
        said.extend(differences(
            table,
            &expected,
            &rows,
            |(.., key), one, other| {
                let rest = |t: &Total| (t.name.clone(), t.weight, t.status, t.units);
                close(&key.indicator, one.value, other.value) && rest(one) == rest(other)
            },
        ));
    }
    said
}

/// A part of a sum, a mean or a ratio: what is added to the numerator, and to the denominator.
enum Gives {
    Figure(i128, i128),
    Nothing,
    CannotExist,
}

/// The country in the year that everybody reported, straight from the reports: numerator, denominator, and whether a
/// part is missing.
fn country(world: &World, wanted: &Key, scenario: &str) -> (Option<Amount>, bool) {
    let said: BTreeMap<usize, BTreeMap<&Key, Cell>> = (world.reports.iter())
        .filter(|r| r.is_current && r.form == HOME && r.period == Period::Year(COMPLETE))
        .map(|r| {
            let cells = r.cells.iter().map(|(key, cell)| (key, *cell)).collect();
            (world.entity(r.unit).1, cells)
        })
        .collect();
    let mut sum = Amount { over: 0, under: 0 };
    let mut lacks = false;
    for unit in 0..world.vintages[0].units.len() {
        let cell = |indicator: &str| {
            let key = wanted.with_indicator(indicator).with_scenario(scenario);
            said[&unit][&key]
        };
        let value = |indicator: &str| match cell(indicator) {
            Cell::Tenths(tenths) => Some(i128::from(tenths) * 100_000),
            Cell::Nil => Some(0),
            Cell::NotCollected | Cell::NotApplicable | Cell::Blank => None,
        };
        let cannot = |indicator: &str| cell(indicator) == Cell::NotApplicable;
        let id = wanted.indicator.as_str();
        let gives = match measure(id) {
            Measure::Sum => match value(id) {
                Some(value) => Gives::Figure(value, 1),
                None if cannot(id) => Gives::CannotExist,
                None => Gives::Nothing,
            },
            Measure::Mean(weight) => match (value(id), value(&weight)) {
                (Some(_), Some(0)) => Gives::CannotExist,
                (Some(value), Some(weight)) => Gives::Figure(value * weight, weight),
                _ if cannot(id) => Gives::CannotExist,
                _ => Gives::Nothing,
            },
            Measure::Ratio(over, under, scale) => match (value(&over), value(&under)) {
                (Some(_), Some(0)) => Gives::CannotExist,
                (Some(over), Some(under)) => Gives::Figure(over * scale * 1_000_000, under),
                _ if cannot(&over) || cannot(&under) => Gives::CannotExist,
                _ => Gives::Nothing,
            },
        };
        match gives {
            Gives::Figure(over, under) => {
                sum.over += over;
                sum.under += under;
            }
            Gives::Nothing => lacks = true,
            Gives::CannotExist => {}
        }
    }
    ((sum.under != 0).then_some(sum), lacks)
}

/// Where every unit of the first vintage reported, the country is the same on every vintage: sums exactly, means and
/// ratios as made from the first vintage's parts. The regions of every scheme add up to the country.
pub(super) fn adds_up(world: &World, totals: &Totals) -> Vec<String> {
    let national = total_rows(&totals.national);
    let mut said = Vec::new();
    for (year, scenario, stated) in [
        (COMPLETE - 1, "actual", "actual"),
        (COMPLETE - 1, "best", "actual"),
        (COMPLETE, "estimate", "estimate"),
        (COMPLETE, "best", "estimate"),
        (COMPLETE, "plan", "plan"),
        (COMPLETE + 1, "plan", "plan"),
    ] {
        for (indicator, _, measure) in indicators() {
            let key = Key {
                period: year.to_string(),
                indicator: indicator.to_owned(),
                sector: "_T".to_owned(),
                fund: "_T".to_owned(),
                scenario: scenario.to_owned(),
            };
            let (Some(amount), lacks) = country(world, &key, stated) else {
                continue;
            };
            let weight = match measure {
                Measure::Sum => None,
                _ => Some(amount.under),
            };
            let value = match measure {
                Measure::Sum => amount.over,
                _ => amount.rounded(),
            };
            for vintage in &world.vintages {
                let place = (vintage.name.to_owned(), None, "VN".to_owned(), key.clone());
                let Some(row) = national.get(&place) else {
                    said.push(format!("{place:?} is not there"));
                    continue;
                };
                let whole = row.units.0 == row.units.1 && row.status != 'P';
                if !close(indicator, row.value, Some(value))
                    || row.weight != weight
                    || whole == lacks
                {
                    said.push(format!(
                        "{place:?} is {row:?}, not {value} over {weight:?}{}",
                        if lacks { ", of which some lack" } else { "" }
                    ));
                }
            }
        }
    }
    assert!(!national.is_empty());
    said.extend(regions_make_the_country(world, totals, &national));
    few(said)
}

fn regions_make_the_country(world: &World, totals: &Totals, national: &Rows) -> Vec<String> {
    // Σ value and, for means and ratios, Σ value·weight and Σ weight.
    let mut made: BTreeMap<(String, String, Key), (i128, i128, i128)> = BTreeMap::new();
    for ((geography, scheme, _, key), row) in total_rows(&totals.regional) {
        if let Some(value) = row.value {
            let of = (geography, scheme.unwrap(), key);
            let weight = row.weight.unwrap_or(0);
            let sums = made.entry(of).or_default();
            *sums = (sums.0 + value, sums.1 + value * weight, sums.2 + weight);
        }
    }
    let schemes: BTreeSet<(&str, &str)> = (world.regions.iter())
        .map(|r| (world.vintages[r.vintage].name, r.scheme.as_str()))
        .collect();
    let mut said = Vec::new();
    for ((geography, _, _, key), row) in national {
        let of_geography = schemes.iter().filter(|(vintage, _)| vintage == geography);
        for (vintage, scheme) in of_geography {
            let Some(value) = row.value else { continue };
            let regions = made.get(&((*vintage).to_owned(), (*scheme).to_owned(), key.clone()));
            let agree = regions.is_some_and(|(sum, over, under)| {
                if measure(&key.indicator) == Measure::Sum {
                    return *sum == value;
                }
                let (over, under) = (*over, *under);
                row.weight == Some(under)
                    && close(
                        &key.indicator,
                        Some(Amount { over, under }.rounded()),
                        Some(value),
                    )
            });
            if !agree {
                said.push(format!(
                    "{scheme} {key:?}: the regions make {regions:?}, the country is {row:?}"
                ));
            }
        }
    }
    said
}

/// The parts behind facts: for each geography, unit and key the units whose reports were used, each with whether a
/// weight stands behind its figure.
type Parts = BTreeMap<(String, String, Key), Vec<((usize, usize), bool)>>;

fn parts(world: &World, totals: &Totals) -> Parts {
    let of: BTreeMap<&str, (usize, usize)> = (world.reports.iter())
        .map(|r| (r.id.as_str(), r.unit))
        .collect();
    let mut parts = Parts::new();
    for row in &totals.sources {
        let key = key(row);
        let wanted = match measure(&key.indicator) {
            Measure::Ratio(..) => "numerator",
            _ => "value",
        };
        if row.str("part") != wanted || row.decimal("value").is_none() {
            continue;
        }
        let enters = match measure(&key.indicator) {
            Measure::Mean(_) => row.decimal("weight").is_some(),
            _ => true,
        };
        let place = (
            row.str("geography").to_owned(),
            row.str("unit_code").to_owned(),
            key,
        );
        let part = (of[row.str("report_id")], enters);
        parts.entry(place).or_default().push(part);
    }
    parts
}

/// What the tables say about territory.
struct Territory<'a> {
    world: &'a World,
    facts: BTreeMap<(String, String, Key), FactRow>,
    parts: Parts,
}

impl Territory<'_> {
    fn place(&self, (vintage, unit): (usize, usize), key: &Key) -> (String, String, Key) {
        let vintage = &self.world.vintages[vintage];
        (
            vintage.name.to_owned(),
            vintage.units[unit].code.clone(),
            key.clone(),
        )
    }

    /// Whether a unit's figure comes from its own report.
    fn own(&self, unit: (usize, usize), key: &Key) -> bool {
        let used = self.parts.get(&self.place(unit, key));
        used.is_some_and(|parts| {
            let entity = self.world.entity(unit);
            parts.iter().any(|(u, _)| self.world.entity(*u) == entity)
        })
    }

    /// The territory that a unit's figure counts; one level up only what a mean has a weight for.
    fn covered(&self, unit: (usize, usize), key: &Key, one_up: bool) -> Vec<usize> {
        let used = self.parts.get(&self.place(unit, key));
        let used = used.into_iter().flatten();
        used.filter(|(_, enters)| *enters || !one_up)
            .flat_map(|(u, _)| self.world.atoms(*u))
            .collect()
    }

    /// Whether a figure cannot exist for a unit of the first vintage, as far as a vintage's facts tell.
    fn cannot_exist(&self, atom: usize, vintage: usize, key: &Key) -> bool {
        let units = 0..self.world.vintages[vintage].units.len();
        let holds = |unit: &usize| self.world.atoms((vintage, *unit)).contains(&atom);
        let unit = (vintage, units.clone().find(holds).unwrap());
        match self.facts.get(&self.place(unit, key)) {
            Some((_, _, 'M', ..)) => true,
            Some((Some(_), ..)) => {
                let told = self.own(unit, key) || self.covered(unit, key, false).contains(&atom);
                !told && vintage > 0 && self.cannot_exist(atom, vintage - 1, key)
            }
            _ => false,
        }
    }

    /// What some units of a vintage lack of their territory.
    fn lacking(&self, vintage: usize, units: &[usize], key: &Key, one_up: bool) -> Vec<usize> {
        let mut lacking = Vec::new();
        for unit in units {
            let unit = (vintage, *unit);
            let covered = self.covered(unit, key, one_up);
            let open = self.world.atoms(unit).into_iter();
            lacking.extend(
                open.filter(|a| !covered.contains(a) && !self.cannot_exist(*a, vintage, key)),
            );
        }
        lacking
    }
}

/// No territory is in two parts of a figure. A figure is P exactly if some territory is in none of its parts although the
/// figure could exist there.
pub(super) fn tiles(world: &World, totals: &Totals) -> Vec<String> {
    let territory = Territory {
        world,
        facts: fact_rows(&totals.facts),
        parts: parts(world, totals),
    };
    let mut said = Vec::new();
    let places: BTreeMap<(String, String), (usize, usize)> = (world.vintages.iter().enumerate())
        .flat_map(|(v, vintage)| {
            let units = vintage.units.iter().enumerate();
            units.map(move |(u, unit)| ((vintage.name.to_owned(), unit.code.clone()), (v, u)))
        })
        .collect();
    let regions: BTreeMap<(&str, &str), &super::world::Region> = (world.regions.iter())
        .map(|r| ((r.scheme.as_str(), r.code.as_str()), r))
        .collect();
    let mut judge = |what: &dyn Debug, vintage, units: &[usize], key: &Key, status, one_up| {
        let mut counted = Vec::new();
        for unit in units {
            counted.extend(territory.covered((vintage, *unit), key, one_up));
        }
        let once: BTreeSet<&usize> = counted.iter().collect();
        if once.len() < counted.len() {
            said.push(format!("{what:?} counts twice: {counted:?}"));
        }
        let lacking = territory.lacking(vintage, units, key, one_up);
        if (status == 'P') == lacking.is_empty() {
            said.push(format!("{what:?} is {status} and lacks {lacking:?}"));
        }
    };
    for (place, fact) in &territory.facts {
        let (geography, code, key) = place;
        let (vintage, unit) = places[&(geography.clone(), code.clone())];
        if fact.0.is_some() {
            judge(place, vintage, &[unit], key, fact.2, false);
        }
    }
    for rows in [&totals.regional, &totals.national] {
        for (place, row) in total_rows(rows) {
            let (geography, scheme, code, key) = &place;
            let vintage = world.vintages.iter().position(|v| v.name == geography);
            let vintage = vintage.unwrap();
            let units = match scheme {
                Some(scheme) => regions[&(scheme.as_str(), code.as_str())].units.clone(),
                None => (0..world.vintages[vintage].units.len()).collect(),
            };
            if row.value.is_some() {
                judge(&place, vintage, &units, key, row.status, true);
            }
        }
    }
    few(said)
}

/// For each form, period and scenario TH422 counts the national figures on the newest vintage and those that are P.
/// TH423 does not occur.
pub(super) fn gaps_are_said(world: &World, totals: &Totals, findings: &[Finding]) -> Vec<String> {
    let newest = world.vintages.last().unwrap().name;
    // Form, period and scenario to figures that lack units and all figures.
    let mut expected: BTreeMap<(String, String, String), (usize, usize)> = BTreeMap::new();
    for ((geography, _, _, key), row) in total_rows(&totals.national) {
        if geography == newest && key.scenario != "best" {
            let form = if key.sector == "_T" { HOME } else { OTHER };
            let counts = expected
                .entry((form.to_owned(), key.period, key.scenario))
                .or_default();
            *counts = (counts.0 + usize::from(row.status == 'P'), counts.1 + 1);
        }
    }
    expected.retain(|_, (lacking, _)| *lacking > 0);
    let mut said = Vec::new();
    let mut got = BTreeMap::new();
    for finding in findings {
        match finding.code.as_str() {
            "TH422" => {
                let [form, period, scenario] = [
                    &finding.place.form,
                    &finding.place.period,
                    &finding.place.scenario,
                ]
                .map(|text| text.clone().unwrap());
                let (_, counts) = finding.message_en.split_once(": ").unwrap();
                let mut numbers = counts.split_whitespace().filter_map(|w| w.parse().ok());
                let counts = (numbers.next().unwrap(), numbers.next().unwrap());
                got.insert((form, period, scenario), counts);
            }
            "TH423" => said.push(finding.message_en.clone()),
            _ => {}
        }
    }
    said.extend(differences("TH422", &expected, &got, |_, one, other| {
        one == other
    }));
    said
}

/// Reports on the first vintage give the same figures on the last, with or without a vintage in between. (`sources` and
/// `expected` may differ: they count parts of the vintage before, which is another one.)
pub(super) fn is_the_same_in_one_step(world: &World, models: &Models) -> Vec<String> {
    let count = world.vintages.len();
    if count < 3 {
        return Vec::new();
    }
    let steps = world.clone().with_first_reports_only();
    let one = steps.clone().without_vintage(count / 2);
    let [steps, one] = [steps, one].map(|world| totals(&world, models));
    let last = world.vintages[count - 1].name;
    let facts = |totals: &Totals| {
        let mut facts = fact_rows(&totals.facts);
        facts.retain(|(geography, ..), _| geography == last);
        facts
    };
    let mut said = differences(
        "facts",
        &facts(&one),
        &facts(&steps),
        |(_, _, key), one, other| {
            let rest = |f: &FactRow| (f.1, f.2, f.3.clone());
            close(&key.indicator, one.0, other.0) && rest(one) == rest(other)
        },
    );
    let of_last = |rows: &[Row]| {
        let mut rows = total_rows(rows);
        rows.retain(|(geography, ..), _| geography == last);
        rows
    };
    for (table, one, steps) in [
        ("provincial", &one.provincial, &steps.provincial),
        ("regional", &one.regional, &steps.regional),
        ("national", &one.national, &steps.national),
    ] {
        let (one, steps) = (of_last(one), of_last(steps));
        if one.is_empty() && steps.is_empty() {
            continue;
        }
        said.extend(differences(table, &one, &steps, |(.., key), one, other| {
            let rest = |t: &Total| (t.name.clone(), t.weight, t.status, t.units);
            close(&key.indicator, one.value, other.value) && rest(one) == rest(other)
        }));
    }
    said
}

/// The same reports in another order and with exchanged ids give the same facts and totals.
pub(super) fn is_the_same_in_any_order(
    world: &World,
    before: &Totals,
    models: &Models,
) -> Vec<String> {
    let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[3; 32]);
    let mut shuffled = world.clone();
    let mut shuffle = |n: usize, swap: &mut dyn FnMut(usize, usize)| {
        for last in (1..n).rev() {
            swap(last, rng.random_range(0..=last));
        }
    };
    let mut ids: Vec<String> = world.reports.iter().map(|r| r.id.clone()).collect();
    shuffle(ids.len(), &mut |a, b| ids.swap(a, b));
    let reports = &mut shuffled.reports;
    for (report, id) in reports.iter_mut().zip(&ids) {
        report.id.clone_from(id);
        let cells = &mut report.cells;
        shuffle(cells.len(), &mut |a, b| cells.swap(a, b));
    }
    shuffle(reports.len(), &mut |a, b| reports.swap(a, b));
    let after = totals(&shuffled, models);
    let was: BTreeMap<&str, &str> = (ids.iter().map(String::as_str))
        .zip(world.reports.iter().map(|r| r.id.as_str()))
        .collect();
    let sources = |rows: &[Row], was: &dyn Fn(&str) -> String| {
        let mut rows: Vec<_> = (rows.iter())
            .map(|row| {
                let texts = [
                    "geography",
                    "unit_code",
                    "part",
                    "observed_indicator",
                    "observed_scenario",
                ];
                let figures = (row.decimal("value"), row.decimal("weight"));
                (
                    key(row),
                    texts.map(|c| row.str(c).to_owned()),
                    was(row.str("report_id")),
                    figures,
                )
            })
            .collect();
        rows.sort();
        rows
    };
    let mut said = Vec::new();
    let before_sources = sources(&before.sources, &str::to_owned);
    let after_sources = sources(&after.sources, &|id| was[id].to_owned());
    for (one, other) in before_sources.iter().zip(&after_sources) {
        if one != other {
            said.push(format!("fact_sources: {one:?} became {other:?}"));
        }
    }
    for (table, before, after) in [
        ("facts", &before.facts, &after.facts),
        ("provincial", &before.provincial, &after.provincial),
        ("regional", &before.regional, &after.regional),
        ("national", &before.national, &after.national),
    ] {
        let sorted = |rows: &[Row]| rows.iter().cloned().collect::<BTreeSet<Row>>();
        let (before, after) = (sorted(before), sorted(after));
        said.extend(
            before
                .symmetric_difference(&after)
                .map(|row| format!("{table}: {row:?}")),
        );
    }
    if before_sources.len() != after_sources.len() {
        said.push("fact_sources are more, or fewer".to_owned());
    }
    few(said)
}
