//! Twins: reports of one submission with the same form, unit, period, reporter and sending.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::life::{JudgedReport, PlacedReport};
use super::list_twins::settle_list_twins;
use super::parts::is_list;
use crate::diagnostic::findings;
use crate::extract::Scenario;
use crate::geography::decision::Docket;
use crate::geography::sender::Sender;
use crate::geography::unit::UnitKey;
use crate::period::Period;

/// What makes two reports twins: submission, form, period, unit, reporter, number of sending, and whether it is a list.
type TwinKey = (String, String, Period, UnitKey, Sender, i64, bool);

/// A stated value: unit, period, indicator, members, scenario, value and status.
type StatedValue = (
    Option<UnitKey>,
    String,
    String,
    String,
    Scenario,
    Option<Decimal>,
    &'static str,
);

/// Holds twins back: all but the first if they are equal, all if they differ, unless a decision accepts exactly one of them.
/// Lists on several sheets are parts of one list and stay, unless they repeat records.
pub(super) fn settle_twins(reports: &mut [JudgedReport], docket: &Docket) {
    let mut groups: BTreeMap<TwinKey, Vec<usize>> = BTreeMap::new();
    for (i, judged) in reports.iter().enumerate().filter(|(_, r)| !r.is_held()) {
        groups.entry(twin_key(judged)).or_default().push(i);
    }
    for twins in groups.into_values().filter(|g| g.len() > 1) {
        if twins.iter().all(|i| is_list(&reports[*i])) {
            settle_list_twins(reports, &twins, docket);
            continue;
        }
        let first = stated_values(&reports[twins[0]].report);
        let sheet_of = |i: usize, reports: &[JudgedReport]| {
            let sheet = &reports[i].dossier().source.sheet;
            sheet.clone().unwrap_or_default()
        };
        let first_sheet = sheet_of(twins[0], reports);
        let differ = twins
            .iter()
            .any(|i| stated_values(&reports[*i].report) != first);
        let accepted: Vec<usize> = twins
            .iter()
            .copied()
            .filter(|i| differ && reports[*i].dossier().rulings.accepted.is_some())
            .collect();
        if let [one] = accepted[..] {
            reports[one].accept(docket);
            let sheet = sheet_of(one, reports);
            for i in twins.into_iter().filter(|i| *i != one) {
                let place = reports[i].report.place();
                reports[i].hold(findings::TH427 { other: &sheet }.at(place));
            }
            continue;
        }
        for i in twins.into_iter().skip(usize::from(!differ)) {
            let place = reports[i].report.place();
            let other = &first_sheet;
            reports[i].hold(if differ {
                findings::TH210 { other }.at(place)
            } else {
                findings::TH211 { other }.at(place)
            });
        }
    }
}

fn twin_key(judged: &JudgedReport) -> TwinKey {
    let report = &judged.report;
    let dossier = &report.dossier;
    (
        dossier.source.submission_id.clone(),
        dossier.source.form.clone(),
        report.period,
        report.unit.clone(),
        dossier.sender.clone(),
        dossier.sending(),
        is_list(judged),
    )
}

/// All values of a report, in an order that does not depend on their cells.
fn stated_values(report: &PlacedReport) -> Vec<StatedValue> {
    let mut all: Vec<StatedValue> = report
        .dossier
        .content
        .observations
        .iter()
        .map(|o| {
            (
                report.unit_of(o.area.as_deref()),
                o.period.to_string(),
                o.indicator.clone(),
                o.members.to_string(),
                o.scenario,
                o.value,
                o.status.as_str(),
            )
        })
        .collect();
    all.sort();
    all
}
