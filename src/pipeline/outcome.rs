//! What came of submissions and reports: their rules' results, their records, how each file ended.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;

use super::assemble::{Contents, Records, RecordsAt, Submission};
use super::reference::reference_tables;
use super::run::RunError;
use super::{Plan, tables};
use crate::diagnostic::{Finding, Place, Severity};
use crate::engine::Engine;
use crate::geography::{Docket, Report, settle_revisions};
use crate::lake::RecordPart;
use crate::{query, validate};

/// Lets the rules judge the reports. Where one holds reports back, what counts in their place is judged in turn, so
/// that each report bears its last judgement. Returns the engine with the tables that it registered, and those tables
/// with the results of the rules.
pub(super) async fn judge_reports(
    plan: &Plan,
    docket: &Docket,
    reports: &mut [Report],
) -> Result<(Engine, BTreeMap<&'static str, RecordBatch>), RunError> {
    let engine = Engine::new()?;
    let mut judged = Vec::new();
    loop {
        let mut out: BTreeMap<&'static str, RecordBatch> = BTreeMap::new();
        out.extend(reference_tables(plan)?);
        out.insert("observations", tables::observations(plan, reports)?);
        out.insert("reports", tables::reports(reports)?);
        for (name, batch) in &out {
            engine.register(name, batch.schema(), vec![batch.clone()])?;
        }
        query::register_helpers(&engine, &plan.geography, reports)?;
        validate::register_columns(&engine, reports, &plan.vocabulary.forms, &plan.geography)?;
        let round = validate::judge(&engine, &plan.rules, reports, &plan.lexicon).await?;
        let held = validate::held_by(&plan.rules, reports, &round);
        let is_last = held.is_empty();
        let settled = round
            .into_iter()
            .filter(|j| is_last || held.contains(&j.report))
            .collect::<Vec<_>>();
        validate::tell(&plan.rules, reports, &settled, docket);
        judged.extend(settled);
        if is_last {
            for report in reports.iter_mut() {
                report.excuse(docket);
            }
            let results = validate::tally(&plan.rules, reports, &judged);
            out.insert("rule_results", tables::rule_results(&results)?);
            return Ok((engine, out));
        }
        settle_revisions(reports, &plan.reporters, docket, &plan.zone, &plan.lexicon);
    }
}

/// The records of the reports that are not held back, for the tables of the lake.
pub(super) fn record_parts(reports: &[Report], records: Vec<Records>) -> Vec<RecordPart> {
    let by_id: BTreeMap<&str, &Report> =
        reports.iter().map(|r| (r.report_id.as_str(), r)).collect();
    let mut parts: Vec<RecordPart> = records
        .into_iter()
        .filter_map(|records| {
            let report = by_id.get(records.report_id.as_str()).filter(|r| !r.held)?;
            let (unit, period) = (report.unit.as_ref()?, report.period?.to_string());
            let RecordsAt::Cache(rows) = records.rows else {
                return None;
            };
            Some(RecordPart {
                table: records.table,
                shared: [
                    Some(records.report_id),
                    Some(unit.vintage.clone()),
                    Some(unit.code.clone()),
                    Some(period.clone()),
                    report.sheet.clone(),
                ],
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
    contents: &[Contents],
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
pub(super) fn within(place: &Place, whole: &Place) -> Place {
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
    contents: &Contents,
    reports: &[Report],
) -> &'static str {
    if submission.duplicate {
        return "duplicate";
    }
    if contents.rejected {
        return "rejected";
    }
    let own: Vec<&Report> = reports
        .iter()
        .filter(|r| r.submission_id == submission.submission_id)
        .collect();
    if !own.is_empty() && own.iter().all(|r| r.held) {
        return "held";
    }
    let grave = |findings: &[Finding]| findings.iter().any(|f| f.severity >= Severity::Warning);
    if grave(&contents.findings) || own.iter().any(|r| grave(&r.findings)) {
        "accepted_with_findings"
    } else {
        "accepted"
    }
}
