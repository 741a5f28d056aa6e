//! What came of submissions and reports: their rules' results, their records, how each file ended.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;

use super::lists::{Lists, shared_by};
use super::reference::reference_tables;
use super::tables;
use super::totals::total_lists;
use crate::diagnostic::{Finding, Place, Severity};
use crate::engine::Engine;
use crate::geography::{AnyReport, Docket, JudgedReport, Reports, settle_revisions};
use crate::lake::RecordPart;
use crate::plan::Plan;
use crate::reading::{REJECTED, Records, RecordsAt, RunError, Submission, SubmissionContents};
use crate::{query, validate};

/// Lets the rules judge the reports. Where a rule holds reports back, what counts in their place is judged in turn, so that
/// each report bears its last judgement. Returns the engine with the tables that it registered, and those tables
/// with the results of the rules.
pub(crate) async fn judge_reports(
    plan: &Plan,
    docket: &Docket,
    reports: &mut Reports,
    lists: Lists<'_>,
) -> Result<(Engine, BTreeMap<String, RecordBatch>), RunError> {
    let engine = Engine::new()?;
    total_lists(plan, lists, &mut reports.judged).await?;
    let mut judged = Vec::new();
    loop {
        let mut out: BTreeMap<String, RecordBatch> = BTreeMap::new();
        out.extend(reference_tables(plan)?);
        out.insert(
            "observations".to_owned(),
            tables::observations(plan, &reports.judged)?,
        );
        out.insert("reports".to_owned(), tables::reports(reports)?);
        for (name, batch) in &out {
            engine.register(name, batch.schema(), vec![batch.clone()])?;
        }
        lists.register(&engine, plan, &reports.judged)?;
        let home_forms = plan.home_forms();
        let of_periods = (home_forms.as_slice(), plan.from_shorter.as_slice());
        query::register_helpers(&engine, &plan.geography, of_periods, reports)?;
        let (forms, geography) = (&plan.vocabulary.forms, &plan.geography);
        let breakdowns = plan.breakdown_ids();
        validate::register_columns(&engine, &reports.judged, forms, &breakdowns, geography)?;
        let round = validate::judge(&engine, &plan.rules, &reports.judged, &plan.lexicon).await?;
        let held = validate::held_by(&plan.rules, &reports.judged, &round);
        let is_last = held.is_empty();
        let settled = round
            .into_iter()
            .filter(|j| is_last || held.contains(&j.report))
            .collect::<Vec<_>>();
        validate::tell(&plan.rules, &mut reports.judged, &settled, docket);
        judged.extend(settled);
        if is_last {
            let of_lists = validate::judge_lists(
                &engine,
                &plan.record_rules,
                &mut reports.judged,
                &plan.geography,
                &plan.lexicon,
            );
            let of_lists = of_lists.await?;
            for report in &mut reports.judged {
                report.report.dossier.excuse(docket);
            }
            let mut results = validate::tally(&plan.rules, &reports.judged, &judged);
            results.extend(of_lists);
            out.insert("rule_results".to_owned(), tables::rule_results(&results)?);
            return Ok((engine, out));
        }
        settle_revisions(&mut reports.judged, plan.order(docket));
    }
}

/// The records of the reports that are not held back, for the tables of the lake.
pub(super) fn record_parts(reports: &[JudgedReport], records: Vec<Records>) -> Vec<RecordPart> {
    let by_id: BTreeMap<&str, &JudgedReport> = reports
        .iter()
        .filter(|r| !r.is_held() && !r.dossier().content.list_replaced)
        .map(|r| (r.id(), r))
        .collect();
    let mut parts: Vec<RecordPart> = records
        .into_iter()
        .filter_map(|records| {
            let report = by_id.get(records.report_id.as_str())?;
            let shared = shared_by(report, &records);
            let period = report.report.period.to_string();
            let RecordsAt::Cache(rows) = records.rows else {
                return None;
            };
            Some(RecordPart {
                table: records.table,
                shared,
                period,
                rows,
            })
        })
        .collect();
    parts.sort_by(|a, b| a.shared[0].cmp(&b.shared[0]));
    parts
}

/// The media type of each submission; a duplicate has that of the file it repeats.
pub(super) fn media_types(
    submissions: &[Submission],
    contents: &[SubmissionContents],
) -> Vec<Option<&'static str>> {
    let known: BTreeMap<&str, &'static str> = submissions
        .iter()
        .zip(contents)
        .filter_map(|(s, c)| Some((s.sha256.as_str(), c.media_type?.as_str())))
        .collect();
    submissions
        .iter()
        .map(|s| known.get(s.sha256.as_str()).copied())
        .collect()
}

/// A finding's place, completed by that of its report.
pub(crate) fn within(place: &Place, whole: &Place) -> Place {
    let or = |a: &Option<String>, b: &Option<String>| a.clone().or_else(|| b.clone());
    Place {
        file_name: or(&place.file_name, &whole.file_name),
        submission_id: or(&place.submission_id, &whole.submission_id),
        report_id: or(&place.report_id, &whole.report_id),
        form: or(&place.form, &whole.form),
        sheet: or(&place.sheet, &whole.sheet),
        cell: place.cell.clone(),
        unit_vintage: or(&place.unit_vintage, &whole.unit_vintage),
        unit_code: or(&place.unit_code, &whole.unit_code),
        period: or(&place.period, &whole.period),
        indicator: place.indicator.clone(),
        sector: place.sector.clone(),
        scenario: place.scenario.clone(),
    }
}

/// What became of a submission.
pub(super) fn outcome(
    submission: &Submission,
    contents: &SubmissionContents,
    reports: &Reports,
) -> &'static str {
    // A copy of a file that cannot be used is as useless as the file.
    if contents.rejected {
        return REJECTED;
    }
    if submission.duplicate {
        return "duplicate";
    }
    let own: Vec<AnyReport<'_>> = reports
        .iter()
        .filter(|r| r.dossier().source.submission_id == submission.submission_id)
        .collect();
    if !own.is_empty() && own.iter().all(|r| r.is_held()) {
        return "held";
    }
    let grave = |findings: &[Finding]| findings.iter().any(|f| f.severity >= Severity::Warning);
    if grave(&contents.findings) || own.iter().any(|r| grave(&r.dossier().findings)) {
        "accepted_with_findings"
    } else {
        "accepted"
    }
}
