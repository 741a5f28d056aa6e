//! Record lists on several sheets of one file.

use super::life::JudgedReport;
use crate::diagnostic::findings;
use crate::geography::decision::Docket;
use crate::normalize::RecordMarks;

/// Holds back the lists of one file that repeat records of another of its lists; the others are parts of one list.
///
/// A list whose records are all in another one is used once. Of two versions that differ, a decision chooses; without one, a
/// list with less than half of the records of the other is held back alone, else both are.
pub(super) fn settle_list_twins(reports: &mut [JudgedReport], twins: &[usize], docket: &Docket) {
    let marks: Vec<RecordMarks> = twins
        .iter()
        .map(|i| {
            reports[*i]
                .dossier()
                .content
                .marks
                .clone()
                .unwrap_or_default()
        })
        .collect();
    if RecordMarks::are_apart(&Vec::from_iter(&marks)) {
        return;
    }
    let mut stands = vec![true; twins.len()];
    for n in 0..twins.len() {
        let size = marks[n].len();
        let repeated_by = (0..twins.len())
            .filter(|m| *m != n && stands[*m])
            .find(|m| {
                let is_shorter = size < marks[*m].len() || (size == marks[*m].len() && *m < n);
                is_shorter && size > 0 && marks[n].overlap(&marks[*m]).same == size
            });
        if let Some(other) = repeated_by {
            stands[n] = false;
            let is_whole = size == marks[other].len();
            let other = sheet_of(&reports[twins[other]]);
            let twin = &mut reports[twins[n]];
            let place = twin.report.place();
            twin.hold(if is_whole {
                findings::TH211 { other }.at(place)
            } else {
                findings::TH444 { other, count: size }.at(place)
            });
        }
    }
    for n in 0..twins.len() {
        for m in 0..n {
            if stands[n] && stands[m] && marks[n].is_version_of(&marks[m]) {
                for held in settle_pair(reports, twins, [n, m], &marks, docket) {
                    stands[held] = false;
                }
            }
        }
    }
}

/// Holds back one or both of two lists that differ in the records that they share. Returns which.
fn settle_pair(
    reports: &mut [JudgedReport],
    twins: &[usize],
    pair: [usize; 2],
    marks: &[RecordMarks],
    docket: &Docket,
) -> Vec<usize> {
    let is_accepted = |n: usize| reports[twins[n]].dossier().rulings.accepted.is_some();
    let accepted: Vec<usize> = pair.into_iter().filter(|n| is_accepted(*n)).collect();
    let sheets = pair.map(|n| sheet_of(&reports[twins[n]]));
    if let [chosen] = accepted[..] {
        let place = usize::from(pair[0] == chosen);
        let (held, other) = (pair[place], &sheets[1 - place]);
        reports[twins[chosen]].accept(docket);
        let at = reports[twins[held]].report.place();
        reports[twins[held]].hold(findings::TH427 { other }.at(at));
        return vec![held];
    }
    let held: Vec<usize> = (0..2)
        .filter(|place| 2 * marks[pair[1 - place]].len() > marks[pair[*place]].len())
        .collect();
    let is_one = held.len() == 1;
    for place in &held {
        let other = &sheets[1 - place];
        let twin = &mut reports[twins[pair[*place]]];
        let at = twin.report.place();
        twin.hold(if is_one {
            findings::TH445 { other }.at(at)
        } else {
            findings::TH210 { other }.at(at)
        });
    }
    held.into_iter().map(|place| pair[place]).collect()
}

fn sheet_of(report: &JudgedReport) -> String {
    report.dossier().source.sheet.clone().unwrap_or_default()
}
