//! Findings about versions of a report: figures that changed without a word, figures that are gone, and a version that came
//! later but does not count.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::dossier::Dossier;
use super::life::{JudgedReport, PlacedReport};
use super::order::ReportOrder;
use crate::diagnostic::findings::{self, th436 as later};
use crate::diagnostic::{Finding, Lexicon, Place};
use crate::extract::Scenario;
use crate::geography::unit::UnitKey;
use crate::normalize::Observation;
use crate::period::Period;
use crate::text::Bilingual;

/// The codes of findings that compare a version with others.
pub(super) const OF_VERSIONS: [&str; 12] = [
    "TH350", "TH351", "TH403", "TH434", "TH435", "TH436", "TH437", "TH440", "TH441", "TH442",
    "TH443", "TH446",
];

/// What a value speaks of: unit, period, indicator, members, scenario.
type Key<'a> = (Option<UnitKey>, Period, &'a str, &'a str, Scenario);

/// Tells of each version what its successor changes. `versions` has the versions of each reporter's report in the order in
/// which they were sent. Says nothing where a decision chose another version than the last.
pub(super) fn tell_versions(
    reports: &mut [JudgedReport],
    versions: &[Vec<usize>],
    order: ReportOrder<'_>,
) {
    for group in versions {
        let is_chosen = |i: &usize| {
            reports[*i].is_current() && reports[*i].dossier().rulings.accepted.is_some()
        };
        if group.iter().any(is_chosen) {
            continue;
        }
        for pair in group.windows(2) {
            let comparison = Comparison::of(&reports[pair[0]].report, &reports[pair[1]].report);
            if let Some(lost) = comparison.lost_finding(order.lexicon) {
                reports[pair[1]].add_finding(lost);
            }
            tell_lost_list(reports, pair[0], pair[1]);
        }
        let Some((last, earlier)) = group.split_last() else {
            continue;
        };
        // The version just before it, and all that came after it.
        for (n, before) in earlier.iter().enumerate() {
            if n + 1 == earlier.len() || came_after(reports, *before, *last) {
                let comparison = Comparison::of(&reports[*before].report, &reports[*last].report);
                if let Some(change) = comparison.change(order.lexicon) {
                    tell_change(reports, *before, *last, change, order);
                }
            }
        }
    }
}

/// Says that a version has no list where the one before it has one: a report supersedes whole.
fn tell_lost_list(reports: &mut [JudgedReport], before: usize, after: usize) {
    let [earlier, later] = [before, after].map(|i| &reports[i].dossier().content);
    if earlier.heads.is_empty() || !later.heads.is_empty() {
        return;
    }
    let of = &reports[after].report;
    let is_counted = |other: &JudgedReport| {
        let same = &other.report;
        let is_one = (&same.unit, same.period) == (&of.unit, of.period);
        let has_list = !other.dossier().content.heads.is_empty();
        other.form() == reports[after].form() && is_one && has_list && other.is_current()
    };
    if reports.iter().any(is_counted) {
        return;
    }
    let count = usize::try_from(earlier.records).unwrap_or_default();
    let file = reports[before].dossier().source.file_name.clone();
    let place = reports[after].report.place();
    reports[after].add_finding(findings::TH351 { count, file }.at(place));
}

/// Whether the content of a report came after that of another.
fn came_after(reports: &[JudgedReport], report: usize, other: usize) -> bool {
    let [report, other] = [report, other].map(|i| &reports[i].dossier().source);
    report.last_received_at() > other.last_received_at()
}

/// How two versions differ.
pub(super) struct Change {
    /// In words.
    pub(super) what: Bilingual,
    /// Where the version that counts first differs.
    pub(super) place: Place,
}

/// Says that a version replaces another one that has other figures: a warning, unless it states a higher number of sending.
/// If the replaced version came later, the finding stands there.
pub(super) fn tell_change(
    reports: &mut [JudgedReport],
    before: usize,
    after: usize,
    change: Change,
    order: ReportOrder<'_>,
) {
    let [earlier, later_sent] = [before, after].map(|i| reports[i].dossier());
    let received_on = |i: usize| {
        let source = &reports[i].dossier().source;
        source.last_received_on(order.zone).to_string()
    };
    let Change { what, place } = change;
    if came_after(reports, before, after) {
        let file = named(later_sent, earlier);
        let received = received_on(before);
        let sending = later_sent.sending();
        let place = reports[before].report.place();
        let finding = match earlier.stated_sending {
            Some(number) => {
                let why = later::Stated { number, sending }.words();
                findings::TH437 {
                    received,
                    file,
                    why,
                    what,
                }
                .at(place)
            }
            None => {
                let why = later::Unstated { sending }.words();
                findings::TH436 {
                    received,
                    file,
                    why,
                    what,
                }
                .at(place)
            }
        };
        reports[before].add_finding(finding);
        return;
    }
    let file = named(earlier, later_sent);
    let received = received_on(before);
    let finding = if later_sent.sending() > earlier.sending() {
        let sending = later_sent.sending();
        findings::TH435 {
            sending,
            file,
            received,
            what,
        }
        .at(place)
    } else {
        findings::TH434 {
            file,
            received,
            what,
        }
        .at(place)
    };
    reports[after].add_finding(finding);
}

/// The file of a report, with its sheet if the other one stands in the same file.
fn named(report: &Dossier, other: &Dossier) -> String {
    let source = &report.source;
    match &source.sheet {
        Some(sheet) if source.submission_id == other.source.submission_id => {
            format!("{} › {sheet}", source.file_name)
        }
        _ => source.file_name.clone(),
    }
}

/// The stated values of two versions, side by side.
struct Comparison<'a> {
    before: &'a PlacedReport,
    after: &'a PlacedReport,
    /// Values that only the earlier version has.
    lost: Vec<&'a Observation>,
    /// Values of the later version that the earlier one has otherwise or not at all, each with the earlier value.
    changed: Vec<(Option<Decimal>, &'a Observation)>,
}

impl<'a> Comparison<'a> {
    fn of(before: &'a PlacedReport, after: &'a PlacedReport) -> Self {
        let values = |report: &'a PlacedReport| -> BTreeMap<Key<'a>, &'a Observation> {
            let observations = report.dossier.content.observations.iter();
            let stated = observations.filter(|o| o.value.is_some());
            stated
                .map(|o| {
                    let unit = report.unit_of(o.area.as_deref());
                    let (indicator, members) = (o.indicator.as_str(), o.members.as_str());
                    ((unit, o.period, indicator, members, o.scenario), o)
                })
                .collect()
        };
        let (then, now) = (values(before), values(after));
        let lost = then.iter().filter(|(key, _)| !now.contains_key(*key));
        let changed = now.iter().map(|(key, o)| {
            let earlier = then.get(key).and_then(|earlier| earlier.value);
            (earlier, *o)
        });
        Self {
            before,
            after,
            lost: lost.map(|(_, o)| *o).collect(),
            changed: changed.filter(|(earlier, o)| *earlier != o.value).collect(),
        }
    }

    /// The warning that names the values which the later version no longer has.
    fn lost_finding(&self, lexicon: &Lexicon) -> Option<Finding> {
        if self.lost.is_empty() {
            return None;
        }
        let values: Vec<Bilingual> = self.lost.iter().map(|o| self.named(o, lexicon)).collect();
        let lost = findings::TH403 {
            count: lexicon.number(self.lost.len().into()),
            file: &self.before.dossier.source.file_name,
            values: lexicon.list(&values),
        };
        Some(lost.at(self.after.place()))
    }

    /// How many figures differ, with the first of them, and where that is.
    fn change(&self, lexicon: &Lexicon) -> Option<Change> {
        // A changed figure says more than one that the earlier version left blank.
        let changed = self.changed.iter();
        let (earlier, first) = changed.min_by_key(|(earlier, _)| earlier.is_none())?;
        let (count, figure) = (self.changed.len(), self.named(first, lexicon));
        let after = lexicon.number(first.value.unwrap_or_default());
        let count = lexicon.number(count.into());
        let what = match earlier {
            Some(before) => later::Figures {
                count,
                figure,
                before: lexicon.number(*before),
                after,
            }
            .words(),
            None => later::Added {
                count,
                figure,
                after,
            }
            .words(),
        };
        let place = Place {
            cell: Some(first.at.to_string()),
            indicator: Some(first.indicator.clone()),
            sector: Some(first.members.to_string()),
            scenario: Some(first.scenario.as_str().to_owned()),
            ..self.after.place()
        };
        Some(Change { what, place })
    }

    /// A value in words. In a table whose rows are units, the unit of the row comes first.
    fn named(&self, o: &Observation, lexicon: &Lexicon) -> Bilingual {
        let figure = lexicon.figure(&o.indicator, Some(o.members.as_str()));
        let column = lexicon.column(o.scenario.as_str(), &o.period.to_string());
        let unit = self.after.unit_of(o.area.as_deref());
        let of = unit
            .filter(|_| o.area.is_some())
            .map_or_else(String::new, |unit| format!("{}: ", unit.code));
        Bilingual::new(
            format!("{of}{} ({})", figure.vi, column.vi),
            format!("{of}{} ({})", figure.en, column.en),
        )
    }
}
