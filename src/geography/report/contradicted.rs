//! Reports whose sheet or file is named after another unit than the one that they state, such as a neighbour's template
//! that was filled without changing the line of the reporter.

use std::collections::BTreeMap;

use super::contradiction::Contradiction;
use super::life::JudgedReport;
use crate::diagnostic::findings;
use crate::geography::sender::Reporters;
use crate::geography::territory::Geography;
use crate::geography::unit::UnitKey;
use crate::period::Period;

/// The code of the warning of a contradiction. The finding that holds the report back takes its place.
const CONTRADICTED: &str = "TH452";

/// Holds back each contradicted report that would take the place of another report of the same form, period and unit, and
/// of the same or a lower rank. Which one came first does not matter. Versions with the same contradiction are no others.
pub(super) fn settle_contradicted(
    reports: &mut [JudgedReport],
    reporters: &Reporters,
    geography: &Geography,
) {
    let mut groups: BTreeMap<(String, Period, UnitKey), Vec<usize>> = BTreeMap::new();
    for (i, judged) in reports.iter().enumerate() {
        let unit = geography.entity(&judged.report.unit).clone();
        let key = (judged.form().to_owned(), judged.report.period, unit);
        groups.entry(key).or_default().push(i);
    }
    let other_of = |judged: &JudgedReport| {
        let contradiction = judged.dossier().contradiction.as_ref();
        contradiction.map(|c| (c.other.clone(), c.units.clone()))
    };
    let rank = |judged: &JudgedReport| reporters.rank(&judged.dossier().sender);
    let mut held: Vec<(usize, String)> = Vec::new();
    for group in groups.into_values().filter(|group| group.len() > 1) {
        for i in &group {
            let judged = &reports[*i];
            let own = other_of(judged);
            if own.is_none() || judged.dossier().rulings.accepted.is_some() {
                continue;
            }
            let would_replace = group.iter().map(|j| &reports[*j]).find(|other| {
                other_of(other) != own && rank(other) >= rank(judged) && !other.is_held()
            });
            if let Some(other) = would_replace {
                held.push((*i, other.dossier().source.file_name.clone()));
            }
        }
    }
    for (i, file) in held {
        let judged = &mut reports[i];
        let place = judged.report.unit_place();
        let findings = &mut judged.report.dossier.findings;
        findings.retain(|finding| finding.code != CONTRADICTED);
        let Some(contradiction) = judged.report.dossier.contradiction.clone() else {
            continue;
        };
        let whose = contradiction.whose();
        let Contradiction {
            name,
            other,
            stated,
            ..
        } = contradiction;
        judged.hold(
            findings::TH453 {
                whose,
                name,
                other,
                stated,
                file,
            }
            .at(place),
        );
    }
}
