//! Reports of units that had ended when their reports came. Each is told; beside the report of the unit that its own became
//! part of it is set aside: kept and compared, not counted.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::dossier::ReportContent;
use super::life::{JudgedReport, PlacedReport, ReportStanding};
use crate::diagnostic::{Finding, findings};
use crate::extract::Scenario;
use crate::geography::decision::Docket;
use crate::geography::reference::UnitChange;
use crate::geography::territory::Geography;
use crate::geography::unit::UnitKey;
use crate::normalize::RecordMarks;
use crate::period::Period;
use crate::text::Bilingual;

/// The codes of findings about reports of ended units.
const OF_ENDED_UNITS: [&str; 4] = ["TH457", "TH458", "TH461", "TH462"];

/// How many units of a table a message names.
const NAMED_UNITS: usize = 5;

/// The reports that count, by form, period and reporting unit.
type Counting = BTreeMap<(String, Period), BTreeMap<UnitKey, Vec<usize>>>;

/// What is to be said of a report of an ended unit, and whether another report counts in its place.
struct Verdict {
    report: usize,
    finding: Finding,
    set_aside: bool,
}

/// Warns about the reports that count although their units had ended when they came, for a period that holds or follows the
/// day of the end. Sets those aside whose units' successors reported the same form and period, unless a decision accepts
/// them. What it says depends on the standing of the reports alone; call it after each time that it is settled.
pub(super) fn settle_ended_units(
    reports: &mut [JudgedReport],
    geography: &Geography,
    docket: &Docket,
    zone: &TimeZone,
) {
    let is_old = |finding: &Finding| OF_ENDED_UNITS.contains(&finding.code.as_str());
    for judged in reports.iter_mut() {
        judged.report.dossier.findings.retain(|f| !is_old(f));
    }
    let ended: Vec<(usize, BTreeSet<UnitKey>)> = (0..reports.len())
        .filter(|i| reports[*i].is_current())
        .map(|i| (i, ended_units(&reports[i].report, geography, zone)))
        .filter(|(_, units)| !units.is_empty())
        .collect();
    if ended.is_empty() {
        return;
    }
    let counting = counting(reports, geography);
    let verdicts: Vec<Verdict> = ended
        .into_iter()
        .map(|(report, units)| {
            if reports[report].dossier().unit_claim.by_unit {
                about_table(reports, report, &units, &counting, geography)
            } else {
                about_report(reports, report, &counting, geography)
            }
        })
        .collect();
    for verdict in verdicts {
        let judged = &mut reports[verdict.report];
        if verdict.set_aside && judged.dossier().rulings.accepted.is_some() {
            judged.accept(docket);
            continue;
        }
        judged.add_finding(verdict.finding);
        if verdict.set_aside {
            judged.standing = ReportStanding::SetAside;
        }
    }
}

/// The units of a report that had ended when it came, if its period holds or follows that day.
fn ended_units(report: &PlacedReport, geography: &Geography, zone: &TimeZone) -> BTreeSet<UnitKey> {
    let received = report.dossier.source.received_on(zone);
    let last_day = received.min(report.period.end());
    // Most reports came before the next vintage began.
    if geography.vintage_on(last_day) == report.unit.vintage {
        return BTreeSet::new();
    }
    let had_ended = |unit: &UnitKey| {
        let end = geography.end_of(unit);
        end.is_some_and(|change| change.effective <= last_day)
    };
    report.units().into_iter().filter(had_ended).collect()
}

fn counting(reports: &[JudgedReport], geography: &Geography) -> Counting {
    let mut counting = Counting::new();
    for (i, judged) in reports.iter().enumerate().filter(|(_, r)| r.is_current()) {
        let key = (judged.form().to_owned(), judged.report.period);
        let of_units = counting.entry(key).or_default();
        for unit in judged.report.units() {
            let entity = geography.entity(&unit).clone();
            of_units.entry(entity).or_default().push(i);
        }
    }
    counting
}

/// The reports of the unit that a unit became part of, or of one that this became part of later.
fn of_successor<'a>(
    unit: &'a UnitKey,
    counting: Option<&'a BTreeMap<UnitKey, Vec<usize>>>,
    geography: &'a Geography,
) -> Option<(&'a UnitKey, &'a [usize])> {
    let changes = geography.successors(unit).into_iter();
    let later = changes.skip_while(|change| change.is_unchanged());
    let mut units = later.map(|change| &change.to);
    units.find_map(|to| {
        let reports = counting?.get(geography.entity(to))?;
        Some((to, reports.as_slice()))
    })
}

fn about_report(
    reports: &[JudgedReport],
    report: usize,
    counting: &Counting,
    geography: &Geography,
) -> Verdict {
    let judged = &reports[report];
    let unit = &judged.report.unit;
    let end = geography.end_of(unit);
    let (name, place) = (geography.name(unit, Date::MAX), judged.report.unit_place());
    let day = end.map_or_else(String::new, |change: &UnitChange| {
        change.effective.to_string()
    });
    let key = (judged.form().to_owned(), judged.report.period);
    let others = of_successor(unit, counting.get(&key), geography);
    if let Some((successor, others)) = others {
        let set_aside = findings::TH458 {
            name,
            day,
            successor: geography.name(successor, judged.report.period.end()),
            file: first_file(reports, others),
            rest: only_here(reports, report, others),
        };
        return Verdict {
            report,
            finding: set_aside.at(place),
            set_aside: true,
        };
    }
    let successor = end.map_or("", |change| {
        geography.name(&change.to, judged.report.period.end())
    });
    let ended = findings::TH457 {
        name,
        day,
        successor,
    };
    Verdict {
        report,
        finding: ended.at(place),
        set_aside: false,
    }
}

/// A table whose rows are units is set aside if other tables have all its units: the ended ones by their successors.
fn about_table(
    reports: &[JudgedReport],
    report: usize,
    ended: &BTreeSet<UnitKey>,
    counting: &Counting,
    geography: &Geography,
) -> Verdict {
    let judged = &reports[report];
    let key = (judged.form().to_owned(), judged.report.period);
    let counting = counting.get(&key);
    let others_of = |unit: &UnitKey| -> Vec<usize> {
        let others = if ended.contains(unit) {
            of_successor(unit, counting, geography).map(|(_, others)| others.to_vec())
        } else {
            let entity = geography.entity(unit);
            counting.and_then(|c| c.get(entity)).cloned()
        };
        let others = others.unwrap_or_default().into_iter();
        others.filter(|other| *other != report).collect()
    };
    let units = judged.report.units();
    let others: Vec<Vec<usize>> = units.iter().map(others_of).collect();
    let place = judged.report.place();
    if others.iter().all(|of_unit| !of_unit.is_empty()) {
        let all: Vec<usize> = others.into_iter().flatten().collect();
        let file = first_file(reports, &all);
        let finding = findings::TH462 { file }.at(place);
        return Verdict {
            report,
            finding,
            set_aside: true,
        };
    }
    let mut names: Vec<String> = ended
        .iter()
        .take(NAMED_UNITS)
        .map(|unit| format!("`{}`", geography.name(unit, Date::MAX)))
        .collect();
    if ended.len() > NAMED_UNITS {
        names.push("…".to_owned());
    }
    let table = findings::TH461 {
        count: ended.len(),
        names: names.join(", "),
    };
    Verdict {
        report,
        finding: table.at(place),
        set_aside: false,
    }
}

/// The file of the first of some reports, by name.
fn first_file<'r>(reports: &'r [JudgedReport], some: &[usize]) -> &'r str {
    let files = some.iter().map(|i| &reports[*i].dossier().source.file_name);
    files.min().map_or("", String::as_str)
}

/// What only a report has, and not the reports that count in its place.
fn only_here(reports: &[JudgedReport], report: usize, others: &[usize]) -> Bilingual {
    let others = || others.iter().map(|i| &reports[*i].dossier().content);
    let content = &reports[report].dossier().content;
    if let Some(marks) = &content.marks {
        let mut counted = RecordMarks::default();
        for other in others().filter_map(|other| other.marks.as_ref()) {
            counted.extend(other);
        }
        let overlap = marks.overlap(&counted);
        let (count, total) = (overlap.records - overlap.shared, overlap.records);
        return findings::th458::Records { count, total }.words();
    }
    let counted: HashSet<Figure<'_>> = others().flat_map(stated).collect();
    let own = stated(content);
    let (count, total) = (own.difference(&counted).count(), own.len());
    findings::th458::Figures { count, total }.words()
}

/// Indicator, sector, scenario and period of a figure.
type Figure<'a> = (&'a str, &'a str, Scenario, Period);

/// The figures that have a value.
fn stated(content: &ReportContent) -> HashSet<Figure<'_>> {
    let with_value = content.observations.iter().filter(|o| o.value.is_some());
    with_value
        .map(|o| (&*o.indicator, &*o.sector, o.scenario, o.period))
        .collect()
}
