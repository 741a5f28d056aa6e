//! Parts of a list: a record list may come on several sheets or in several files, one for each district.
//!
//! Lists of one form, unit, period and reporter are parts of one list as long as they have different records: all of them
//! count. A list that has more than half of its records (or of those of the earlier list, if that is shorter) in common with
//! an earlier one is a later version of it, and replaces it whole. So does a list that is marked as a later sending and has
//! nothing in common with any: it replaces all lists of earlier sendings. The sheets of one file are compared as one list.

use std::collections::BTreeMap;

use super::life::{JudgedReport, ReportStanding};
use super::order::ReportOrder;
use super::versions::{Change, tell_change};
use crate::diagnostic::findings::{self, th436 as phrases};
use crate::normalize::RecordMarks;

/// The lists that one file sends at a time.
struct Batch {
    reports: Vec<usize>,
    sending: i64,
    marks: RecordMarks,
    /// Which part it is a version of.
    part: usize,
    /// Number of this version of its part, from 1.
    revision: i64,
    /// Whether no later batch replaces it.
    stands: bool,
}

/// Whether a report is a record list.
pub(super) fn is_list(report: &JudgedReport) -> bool {
    report.dossier().content.marks.is_some()
}

/// Numbers the versions of the parts of a list, and gives each report its standing. `versions` are reports of one form, unit,
/// period and reporter, in the order in which they were sent. Returns the part of each.
pub(super) fn settle_parts(
    reports: &mut [JudgedReport],
    versions: &[usize],
    order: ReportOrder<'_>,
) -> BTreeMap<usize, usize> {
    if let [only] = *versions {
        reports[only].revision = 1;
        reports[only].standing = ReportStanding::Current;
        return BTreeMap::from([(only, 0)]);
    }
    let mut batches: Vec<Batch> = Vec::new();
    for mut batch in batches_of(reports, versions) {
        batch.part = batches.len();
        let replaced = replaced_by(&batch, &batches);
        for i in &replaced {
            batch.revision = batch.revision.max(batches[*i].revision + 1);
            tell_replaced(reports, &batches[*i], &batch, order);
        }
        // What it replaces becomes its part; several parts may become one.
        let parts: Vec<usize> = replaced.iter().map(|i| batches[*i].part).collect();
        for earlier in &mut batches {
            earlier.stands &= !parts.contains(&earlier.part);
            if parts.contains(&earlier.part) {
                earlier.part = batch.part;
            }
        }
        tell_beside(reports, &batches, &batch);
        batches.push(batch);
    }
    let mut parts = BTreeMap::new();
    for batch in batches {
        for i in batch.reports {
            reports[i].revision = batch.revision;
            reports[i].standing = if batch.stands {
                ReportStanding::Current
            } else {
                ReportStanding::Superseded
            };
            parts.insert(i, batch.part);
        }
    }
    parts
}

/// Versions by file and sending.
fn batches_of(reports: &[JudgedReport], versions: &[usize]) -> Vec<Batch> {
    let mut batches: Vec<Batch> = Vec::new();
    for i in versions {
        let dossier = reports[*i].dossier();
        let is_same = |batch: &&mut Batch| {
            let first = reports[batch.reports[0]].dossier();
            first.source.submission_id == dossier.source.submission_id
                && batch.sending == dossier.sending()
        };
        let marks = dossier.content.marks.clone().unwrap_or_default();
        if let Some(batch) = batches.iter_mut().find(is_same) {
            batch.reports.push(*i);
            batch.marks.extend(&marks);
        } else {
            batches.push(Batch {
                reports: vec![*i],
                sending: dossier.sending(),
                marks,
                part: 0,
                revision: 1,
                stands: true,
            });
        }
    }
    batches
}

/// The standing batches that a later batch replaces.
fn replaced_by(batch: &Batch, earlier: &[Batch]) -> Vec<usize> {
    let standing = || earlier.iter().enumerate().filter(|(_, e)| e.stands);
    let versions: Vec<usize> = standing()
        .filter(|(_, e)| batch.marks.is_version_of(&e.marks))
        .map(|(i, _)| i)
        .collect();
    if !versions.is_empty() {
        return versions;
    }
    standing()
        .filter(|(_, e)| e.sending < batch.sending)
        .map(|(i, _)| i)
        .collect()
}

/// Adds findings about a list that a later one replaces: the number of records that are gone, and of those that changed.
fn tell_replaced(
    reports: &mut [JudgedReport],
    before: &Batch,
    after: &Batch,
    order: ReportOrder<'_>,
) {
    let overlap = before.marks.overlap(&after.marks);
    let (gone, total) = (overlap.records - overlap.shared, overlap.records);
    let changed = overlap.shared - overlap.same;
    let kept = after.marks.overlap(&before.marks);
    let added = kept.records - kept.shared;
    let [earlier, later] = [before, after].map(|batch| batch.reports[0]);
    let file = reports[earlier].dossier().source.file_name.clone();
    let place = reports[later].report.place();
    if changed + added > 0 {
        let what = phrases::Records {
            changed,
            added,
            gone,
        }
        .words();
        let place = place.clone();
        tell_change(reports, earlier, later, Change { what, place }, order);
    }
    if gone > 0 {
        let count = gone;
        reports[later].add_finding(findings::TH440 { file, count, total }.at(place));
    } else if changed + added == 0 {
        reports[later].add_finding(findings::TH441 { file, total }.at(place));
    }
}

/// Adds a finding about each list that is outranked and has records which the lists that count do not have. `reports_of_unit`
/// are the reports of one form, period and unit.
pub(super) fn tell_outranked(reports: &mut [JudgedReport], reports_of_unit: &[usize]) {
    let lists = || {
        let all = reports_of_unit.iter().copied();
        all.filter(|i| is_list(&reports[*i]))
    };
    let mut counted = RecordMarks::default();
    let mut file = None;
    for i in lists().filter(|i| reports[*i].is_current()) {
        let dossier = reports[i].dossier();
        counted.extend(
            dossier
                .content
                .marks
                .as_ref()
                .unwrap_or(&RecordMarks::default()),
        );
        file.get_or_insert_with(|| dossier.source.file_name.clone());
    }
    let Some(file) = file else { return };
    let outranked: Vec<(usize, usize, usize)> = lists()
        .filter(|i| reports[*i].standing == ReportStanding::Outranked)
        .filter_map(|i| {
            let overlap = reports[i]
                .dossier()
                .content
                .marks
                .as_ref()?
                .overlap(&counted);
            Some((i, overlap.records - overlap.shared, overlap.records))
        })
        .filter(|(_, count, _)| *count > 0)
        .collect();
    for (i, count, total) in outranked {
        let place = reports[i].report.place();
        let file = &file;
        reports[i].add_finding(findings::TH446 { count, total, file }.at(place));
    }
}

/// Adds findings about a list that counts beside earlier ones.
fn tell_beside(reports: &mut [JudgedReport], earlier: &[Batch], batch: &Batch) {
    let others: Vec<&Batch> = earlier.iter().filter(|e| e.stands).collect();
    let Some(first) = others.first() else { return };
    let later = batch.reports[0];
    let file_of = |reports: &[JudgedReport], other: &Batch| {
        let source = &reports[other.reports[0]].dossier().source;
        source.file_name.clone()
    };
    let (file, count) = (file_of(reports, first), others.len());
    let place = reports[later].report.place();
    reports[later].add_finding(findings::TH442 { file, count }.at(place.clone()));
    for other in others {
        let count = batch.marks.overlap(&other.marks).shared;
        if count > 0 {
            let file = file_of(reports, other);
            reports[later].add_finding(findings::TH443 { file, count }.at(place.clone()));
        }
    }
}
