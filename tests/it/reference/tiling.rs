//! Tiling: for each form, period and figure the parts cover the country exactly once, or a finding reports the gap.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{Facts, Part};
use crate::support::catalogue::{Measure, NEW, OLD, catalogue};
use crate::support::lake::Run;
use crate::support::truth::{Key, Period};

/// The former provinces that a unit is made of.
fn territory(vintage: &str, code: &str) -> BTreeSet<String> {
    if vintage == OLD {
        return BTreeSet::from([code.to_owned()]);
    }
    catalogue().predecessors[code].clone()
}

/// The former provinces behind each figure of a geography, one entry for each part.
fn covered(run: &Run, geography: &str) -> BTreeMap<Key, Vec<String>> {
    let units: BTreeMap<(String, String), (String, String)> = run
        .rows("observations")
        .iter()
        .map(|o| {
            (
                (o.str("report_id").to_owned(), o.str("cell").to_owned()),
                (
                    o.str("unit_vintage").to_owned(),
                    o.str("unit_code").to_owned(),
                ),
            )
        })
        .collect();
    let mut parts: BTreeMap<Key, BTreeSet<(String, String)>> = BTreeMap::new();
    for source in run.find("fact_sources", &[("geography", geography)]) {
        let key = Key {
            period: source.str("period").to_owned(),
            indicator: source.str("indicator").to_owned(),
            sector: source.str("sector").to_owned(),
            fund: source.str("fund").to_owned(),
            scenario: source.str("scenario").to_owned(),
        };
        let of_mean = matches!(
            catalogue().indicators[&key.indicator].measure,
            Measure::Mean(_)
        );
        let counts = match source.str("part") {
            "value" => !of_mean || source.decimal("weight").is_some(),
            "numerator" => true,
            _ => false,
        };
        if counts && source.decimal("value").is_some() {
            let at = (
                source.str("report_id").to_owned(),
                source.str("cell").to_owned(),
            );
            parts.entry(key).or_default().insert(units[&at].clone());
        }
    }
    parts
        .into_iter()
        .map(|(key, units)| {
            let atoms = units
                .iter()
                .flat_map(|(vintage, code)| territory(vintage, code));
            (key, atoms.collect())
        })
        .collect()
}

/// The former provinces for which a figure cannot exist, unless the unit that they went into has reported it itself.
fn cannot_exist(facts: &Facts) -> BTreeMap<Key, BTreeSet<String>> {
    let mut cannot: BTreeMap<Key, BTreeSet<String>> = BTreeMap::new();
    for (geography, units) in facts {
        for (code, keys) in units {
            for (key, fact) in keys {
                if fact.part == Part::CannotExist {
                    let reported = |atom: &String| {
                        let mut after = catalogue().predecessors.iter();
                        let after = after
                            .find(|(_, from)| from.contains(atom))
                            .map(|(to, _)| to);
                        let fact = after.and_then(|to| facts.get(NEW)?.get(to)?.get(key));
                        fact.is_some_and(|f| f.reported && f.part != Part::CannotExist)
                    };
                    let atoms = cannot.entry(key.clone()).or_default();
                    let open = territory(geography, code).into_iter();
                    atoms.extend(open.filter(|atom| !reported(atom)));
                }
            }
        }
    }
    cannot
}

/// The form that gives a figure: each indicator has one, and quick reports are the only form of months and quarters.
fn form_of(key: &Key) -> &'static str {
    let (family, _) = key.indicator.split_once('_').unwrap();
    match (Period::parse(&key.period), key.sector.as_str(), family) {
        (Period::Month(..) | Period::Quarter(..), ..) => "KTTT-08",
        (_, "_T", "support") => "KTTT-03",
        (_, "_T", "listed") => "KTTT-04",
        (_, "_T", "selected") => "KTTT-05",
        (_, "_T", "need") => "KTTT-07",
        (_, "_T", _) => "KTTT-01",
        _ => "KTTT-02",
    }
}

/// No territory counts twice, a complete total counts all of it, and for each form, period and scenario a finding says how
/// many figures lack some.
pub(crate) fn tiles(run: &Run, facts: &Facts) -> Vec<String> {
    let mut differences = Vec::new();
    let cannot = cannot_exist(facts);
    for geography in [OLD, NEW] {
        for (key, atoms) in covered(run, geography) {
            let once: BTreeSet<&String> = atoms.iter().collect();
            if once.len() < atoms.len() {
                differences.push(format!(
                    "counted twice in {key:?} on {geography}: {atoms:?}"
                ));
            }
        }
    }
    assert!(run.find("findings", &[("code", "TH423")]).is_empty());
    let all = catalogue().units(OLD).len();
    let totals: BTreeMap<Key, (char, i64, i64)> = run
        .find("national", &[("geography", NEW)])
        .iter()
        .map(|row| {
            let key = Key {
                period: row.str("period").to_owned(),
                indicator: row.str("indicator").to_owned(),
                sector: row.str("sector").to_owned(),
                fund: row.str("fund").to_owned(),
                scenario: row.str("scenario").to_owned(),
            };
            let status = row.str("status").chars().next().unwrap();
            let units = ["units_reported", "units_expected"].map(|c| row.int(c).unwrap());
            (key, (status, units[0], units[1]))
        })
        .collect();
    let mut gaps: BTreeMap<(String, String, String), (usize, usize)> = BTreeMap::new();
    for (key, atoms) in covered(run, NEW) {
        let mut settled: BTreeSet<String> = atoms.into_iter().collect();
        settled.extend(cannot.get(&key).cloned().unwrap_or_default());
        let lacks = settled.len() < all;
        let (status, reported, expected) = totals[&key];
        if lacks != (status == 'P') || lacks != (reported < expected) {
            differences.push(format!(
                "{key:?} is {status}, {reported} of {expected}, and covers {} of {all}",
                settled.len()
            ));
        }
        if key.scenario == "best" {
            continue;
        }
        let form = form_of(&key);
        let of = (form.to_owned(), key.period.clone(), key.scenario.clone());
        let (lacking, figures) = gaps.entry(of).or_default();
        *figures += 1;
        *lacking += usize::from(lacks);
    }
    let said: BTreeSet<String> = run
        .find("findings", &[("code", "TH422")])
        .iter()
        .map(|f| {
            let message = f.str("message_en");
            let (_, counts) = message.split_once(": ").unwrap();
            let (counts, _) = counts.split_once(" figures").unwrap();
            let place = ["form", "period", "scenario"].map(|c| f.str(c).to_owned());
            format!("{} {counts}", place.join(" "))
        })
        .collect();
    let expected: BTreeSet<String> = gaps
        .iter()
        .filter(|(_, (lacking, _))| *lacking > 0)
        .map(|((form, period, scenario), (lacking, figures))| {
            format!("{form} {period} {scenario} {lacking} of {figures}")
        })
        .collect();
    for line in said.symmetric_difference(&expected) {
        differences.push(format!(
            "gap {line}: {}",
            if said.contains(line) {
                "said"
            } else {
                "not said"
            }
        ));
    }
    differences
}
