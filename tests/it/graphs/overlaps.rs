//! What is said of units beside their former units: figures that differ, and blanks for which those of the former units stand.

use std::collections::{BTreeMap, BTreeSet};

use tonghop::diagnostic::Finding;

use super::restate::{Facts, chosen, facts, said};
use super::world::{Sent, World, indicators, measure};
use crate::reference::counted::Counted;
use crate::reference::facts::{Part, together};
use crate::support::truth::{Cell, Key};

/// How many figures of each reporting unit a code tells, from what its messages count.
fn told(world: &World, findings: &[Finding], code: &str) -> BTreeMap<(usize, usize), usize> {
    let mut told = BTreeMap::new();
    for finding in findings.iter().filter(|f| f.code == code) {
        let place = &finding.place;
        let vintage = world.vintages.iter();
        let vintage = vintage
            .clone()
            .position(|v| Some(v.name) == place.unit_vintage.as_deref());
        let vintage = vintage.unwrap();
        let mut units = world.vintages[vintage].units.iter();
        let unit = units.position(|u| Some(&u.code) == place.unit_code.as_ref());
        let (_, count) = finding.message_en.rsplit_once("; ").unwrap();
        let count: usize = count.split(' ').next().unwrap().parse().unwrap();
        *told
            .entry(world.entity((vintage, unit.unwrap())))
            .or_default() += count;
    }
    told
}

/// Units made of several, with the place of the vintage in which they were.
fn merged(world: &World) -> impl Iterator<Item = (usize, usize)> {
    let vintages = world.vintages.iter().enumerate().skip(1);
    vintages.flat_map(|(v, vintage)| {
        let units = vintage.units.iter().enumerate();
        units
            .filter(|(_, unit)| unit.from.len() > 1)
            .map(move |(u, _)| (v, u))
    })
}

/// The kind of an indicator's measure.
fn kind(indicator: &str) -> &'static str {
    let all = indicators();
    all.iter().find(|(id, ..)| *id == indicator).unwrap().1
}

/// The keys under which a cell may be compared: its own, and `best` if it is the unit's best.
fn keys_of(key: &Key, counted: &Counted, says: &BTreeMap<Key, Counted>) -> Vec<Key> {
    let mut keys = vec![key.clone()];
    let best = key.with_scenario("best");
    if key.scenario != "plan" {
        let other = if counted.estimate {
            "actual"
        } else {
            "estimate"
        };
        let other = says.get(&key.with_scenario(other));
        let is_best = if counted.estimate {
            other.is_none_or(|actual| actual.value().is_none())
        } else {
            counted.value().is_some() || other.is_none()
        };
        keys.extend(is_best.then_some(best));
    }
    keys
}

/// Whether all former units of a unit sent the form of a report for its period.
fn all_sent(world: &World, (v, u): (usize, usize), report: &Sent) -> bool {
    let from = &world.vintages[v].units[u].from;
    from.iter().all(|former| {
        let entity = world.entity((v - 1, *former));
        let same = |r: &&Sent| (r.form, r.period) == (report.form, report.period);
        let current = world.reports.iter().filter(|r| r.is_current);
        current.filter(same).any(|r| world.entity(r.unit) == entity)
    })
}

/// Whether the figure of a unit differs from those of its former units.
fn differs(
    world: &World,
    facts: &Facts,
    (v, u): (usize, usize),
    (key, own, report): (&Key, &Counted, &Sent),
    says: &BTreeMap<Key, Counted>,
) -> bool {
    if own.value().is_none() && !own.cannot_exist() {
        return false;
    }
    let value = own.value().unwrap_or(0);
    // Complete sums first, the key's own scenario before `best`.
    let mut compared: Vec<(bool, i128, bool)> = Vec::new();
    for key in keys_of(key, own, says) {
        let from = &world.vintages[v].units[u].from;
        let parts = from.iter().map(|former| {
            let fact = facts[v - 1][*former].get(&key)?;
            Some((fact.part, fact.status == 'P'))
        });
        let sum = together(&measure(&key.indicator), parts);
        let Some(merged) = sum.amount.map(|amount| amount.rounded()) else {
            continue;
        };
        let partial = sum.whole < sum.expected;
        let kind = kind(&key.indicator);
        let enough = (kind != "mean" && value == 0)
            || (kind == "stock" && own.value().is_some() && value < merged);
        if partial && !enough {
            continue;
        }
        let before = match key.scenario.as_str() {
            "best" => true,
            "plan" => !all_sent(world, (v, u), report),
            _ => false,
        };
        compared.push((partial, merged, before));
    }
    compared.sort_by_key(|(partial, ..)| *partial);
    let Some((_, merged, before)) = compared.first() else {
        return false;
    };
    let tolerance = if *before && value != 0 {
        (merged.abs() / 10).max(5_000_000)
    } else {
        (value.abs() / 100).max(1_000_000)
    };
    (value - merged).abs() > tolerance
}

/// TH406 counts the figures of each unit that differ from those of its former units, and TH465 its blanks for which theirs
/// stand.
pub(super) fn overlaps_are_said(world: &World, findings: &[Finding]) -> Vec<String> {
    let facts = facts(world);
    let said = said(world);
    let reports = chosen(world);
    let (mut apart, mut filled) = (BTreeMap::new(), BTreeMap::new());
    for at in merged(world) {
        let entity = world.entity(at);
        let Some(says) = said.get(&entity) else {
            continue;
        };
        for (key, own) in says.iter().filter(|(key, _)| key.scenario != "best") {
            let (report, _) = reports[&(entity, key.clone())];
            if differs(world, &facts, at, (key, own, report), says) {
                *apart.entry(entity).or_default() += 1;
            }
            let stands = |key: &Key| {
                let fact = facts[at.0][at.1].get(key);
                fact.is_some_and(|fact| matches!(fact.part, Part::Figure { .. }))
            };
            if own.cell == Cell::Blank && keys_of(key, own, says).iter().any(stands) {
                *filled.entry(entity).or_default() += 1;
            }
        }
    }
    let mut wrong = Vec::new();
    for (code, expected) in [("TH406", apart), ("TH465", filled)] {
        let got = told(world, findings, code);
        let units: BTreeSet<_> = expected.keys().chain(got.keys()).collect();
        for unit in units {
            let [expected, got] = [&expected, &got].map(|of| of.get(unit).copied().unwrap_or(0));
            if expected != got {
                wrong.push(format!("{code} of {unit:?} counts {got}, not {expected}"));
            }
        }
    }
    wrong
}
