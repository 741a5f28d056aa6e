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
        // It starts from scratch.
        if judged.standing == ReportStanding::SetAside {
            judged.standing = ReportStanding::Current;
        }
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

/// Indicator, members, scenario and period of a figure.
type Figure<'a> = (&'a str, &'a str, Scenario, Period);

/// The figures that have a value.
fn stated(content: &ReportContent) -> HashSet<Figure<'_>> {
    let with_value = content.observations.iter().filter(|o| o.value.is_some());
    with_value
        .map(|o| (&*o.indicator, o.members.as_str(), o.scenario, o.period))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::Timestamp;

    use super::*;
    use crate::geography::reference::{Tables, UnitName};
    use crate::geography::report::{Dossier, ReportSource, VintageBasis};
    use crate::normalize::{Observation, ObservationStatus};
    use crate::read::Address;
    use crate::text::{Folder, Members};
    use ReportStanding::{Current, SetAside, Superseded};

    fn key(unit: &str) -> UnitKey {
        let (vintage, code) = unit.split_once(':').expect("vintage and code");
        UnitKey {
            vintage: vintage.to_owned(),
            code: code.to_owned(),
        }
    }

    /// Two units that were merged on 1 July 2025, and one that was left as it was.
    fn territory() -> Geography {
        let mut tables = Tables::default();
        for (unit, day) in [
            ("2004:1", "2004-01-01"),
            ("2004:2", "2004-01-01"),
            ("2004:3", "2004-01-01"),
            ("2025:1", "2025-07-01"),
            ("2025:3", "2025-07-01"),
        ] {
            tables.units.push(UnitName {
                unit: key(unit),
                name_vi: unit.to_owned(),
                name_en: unit.to_owned(),
                unit_type: String::new(),
                valid_from: day.parse().expect("a day"),
                valid_to: None,
                legal_basis: String::new(),
                line: 0,
            });
        }
        for (from, to, change) in [
            ("2004:1", "2025:1", "merge"),
            ("2004:2", "2025:1", "merge"),
            ("2004:3", "2025:3", "unchanged"),
        ] {
            tables.changes.push(UnitChange {
                from: key(from),
                to: key(to),
                change: change.to_owned(),
                effective: "2025-07-01".parse().expect("a day"),
                legal_basis: String::new(),
                line: 0,
            });
        }
        Geography::new(tables, &Folder::new(&BTreeMap::new())).with_country("VN", "Cả nước")
    }

    fn report(file: &str, unit: &str, day: &str) -> JudgedReport {
        let received_at: Timestamp = format!("{day}T08:00:00Z").parse().expect("a day");
        let dossier = Dossier::new(ReportSource {
            report_id: file.to_owned(),
            submission_id: file.to_owned(),
            file_name: file.to_owned(),
            received_at,
            sent_again_at: None,
            sheet: None,
            form: "F".to_owned(),
        });
        JudgedReport {
            report: PlacedReport {
                dossier,
                unit: key(unit),
                vintage_basis: VintageBasis::Stated,
                period: Period::annual(2025),
            },
            revision: 1,
            standing: ReportStanding::Current,
        }
    }

    /// A table whose rows are units.
    fn table(file: &str, vintage: &str, codes: &[&str], day: &str) -> JudgedReport {
        let mut judged = report(file, &format!("{vintage}:VN"), day);
        let dossier = &mut judged.report.dossier;
        dossier.unit_claim.by_unit = true;
        let row = |code: &&str| Observation {
            period: Period::annual(2025),
            indicator: "i".to_owned(),
            members: Members::total(),
            area: Some(
                [(vintage.to_owned(), (*code).to_owned())]
                    .into_iter()
                    .collect::<BTreeMap<_, _>>()
                    .into(),
            ),
            scenario: Scenario::Actual,
            value: Some(1.into()),
            status: ObservationStatus::Normal,
            raw: None,
            unit_read: None,
            at: Address { row: 0, column: 0 },
        };
        dossier.content.observations = codes.iter().map(row).collect();
        judged
    }

    /// Standing and codes of each report.
    fn settled(mut reports: Vec<JudgedReport>) -> Vec<(ReportStanding, Vec<String>)> {
        let docket = Docket::default();
        for _ in 0..2 {
            settle_ended_units(&mut reports, &territory(), &docket, &TimeZone::UTC);
        }
        let said = |r: &JudgedReport| {
            r.dossier()
                .findings
                .iter()
                .map(|f| f.code.clone())
                .collect()
        };
        reports.iter().map(|r| (r.standing, said(r))).collect()
    }

    #[test]
    fn an_ended_unit_is_told_and_set_aside_beside_its_successor_only() {
        let former = || report("former", "2004:2", "2025-12-20");
        assert_eq!(
            settled(vec![former()]),
            [(Current, vec!["TH457".to_owned()])]
        );
        // Another former unit is no successor, nor is a report that does not count.
        let mut superseded = report("new", "2025:1", "2025-12-20");
        superseded.standing = Superseded;
        let others = vec![
            former(),
            report("other", "2004:1", "2025-06-20"),
            superseded,
        ];
        assert_eq!(settled(others)[0], (Current, vec!["TH457".to_owned()]));
        let beside = vec![former(), report("new", "2025:1", "2025-12-20")];
        let settled_beside = settled(beside);
        assert_eq!(settled_beside[0].0, SetAside);
        assert_eq!(settled_beside[1], (Current, vec![]));
        // It stood when its report came.
        let early = vec![
            report("former", "2004:2", "2025-06-30"),
            report("new", "2025:1", "2025-12-20"),
        ];
        assert_eq!(settled(early)[0], (Current, vec![]));
        // A unit that was left as it was has not ended.
        assert_eq!(
            settled(vec![report("same", "2004:3", "2025-12-20")]),
            [(Current, vec![])]
        );
    }

    #[test]
    fn an_accepted_report_of_an_ended_unit_counts() {
        let mut accepted = report("former", "2004:2", "2025-12-20");
        accepted.report.dossier.rulings.accepted = Some(0);
        let all = settled(vec![accepted, report("new", "2025:1", "2025-12-20")]);
        assert_eq!(all[0].0, Current);
        assert!(!all[0].1.contains(&"TH458".to_owned()));
    }

    #[test]
    fn a_table_of_ended_units_is_set_aside_if_others_have_all_its_units() {
        let old = || table("old", "2004", &["1", "2", "3"], "2025-12-20");
        let whole = settled(vec![old(), table("new", "2025", &["1", "3"], "2025-12-20")]);
        assert_eq!(whole[0], (SetAside, vec!["TH462".to_owned()]));
        assert_eq!(whole[1], (Current, vec![]));
        // Without unit 3 the table is needed.
        let part = settled(vec![old(), table("new", "2025", &["1"], "2025-12-20")]);
        assert_eq!(part[0], (Current, vec!["TH461".to_owned()]));
        assert_eq!(settled(vec![old()])[0], (Current, vec!["TH461".to_owned()]));
        let early = table("old", "2004", &["1", "2", "3"], "2025-06-20");
        assert_eq!(settled(vec![early])[0], (Current, vec![]));
    }
}
