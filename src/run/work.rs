//! The work of a run: from submissions to the tables of a snapshot.

use std::collections::BTreeMap;
use std::path::PathBuf;

use arrow::array::RecordBatch;
use sha2::{Digest, Sha256};

use super::corrections::note_late_corrections;
use super::lists::Lists;
use super::outcome::{judge_reports, media_types, outcome, record_parts, within};
use super::reference::reference_tables;
use super::tables;
use crate::diagnostic::{Finding, Place, findings};
use crate::geography::{
    Docket, Reports, SubmissionIdentity, compare, missing_reports, place_reports,
    reports_after_their_due_date,
};
use crate::intake::hex;
use crate::lake::{Contents, Lake, TableSchema};
use crate::period::Period;
use crate::plan::Plan;
use crate::reading::{
    Progress, ReadSummary, Reader, Records, RunError, Stage, Submission, SubmissionContents,
    settle_refused,
};
use crate::{query, validate};

/// Tables of a snapshot, by name.
type Tables = BTreeMap<String, RecordBatch>;

/// What a run works on.
pub(super) struct Work<'a> {
    pub(super) plan: &'a Plan,
    pub(super) lake: &'a Lake,
    pub(super) submissions: &'a [Submission],
    pub(super) docket: &'a Docket,
    /// Collections open from the start.
    pub(super) listed: &'a [(String, Period)],
    /// Where files of the inboxes are, by hash.
    pub(super) at_hand: &'a BTreeMap<String, PathBuf>,
    pub(super) full: bool,
    pub(super) progress: Progress<'a>,
}

/// What a run computed.
pub(super) struct Computed {
    /// The tables of the snapshot and the records of lists.
    pub(super) contents: Contents,
    /// Which submissions were read, and which came from the cache.
    pub(super) reading: ReadSummary,
}

impl Work<'_> {
    /// The hash of everything that the tables of the snapshot depend on.
    pub(super) fn snapshot_id(&self, findings: &[Finding]) -> String {
        let mut hasher = Sha256::new();
        let mut add = |text: &str| {
            hasher.update(text.as_bytes());
            hasher.update([0]);
        };
        add(env!("CARGO_PKG_VERSION"));
        add(&self.plan.definition_hash);
        for (form, period) in self.listed {
            add(&format!("listed {form} {period}"));
        }
        for number in self.docket.numbers() {
            add(&format!("decision {number}"));
        }
        for s in self.submissions {
            add(&s.file_name);
            add(&s.sha256);
            add(&s.received_at.as_microsecond().to_string());
        }
        for finding in findings {
            add(&finding.message_en);
            add(finding.place.file_name.as_deref().unwrap_or_default());
        }
        hex(&hasher.finalize())[..16].to_owned()
    }

    /// Judges the reports by the rules and runs the models. Returns their tables, and the findings about all reports together.
    async fn judge_and_aggregate(
        &self,
        reports: &mut Reports,
        records: &[Records],
    ) -> Result<(Tables, Vec<Finding>), RunError> {
        let Self {
            plan,
            docket,
            progress,
            ..
        } = *self;
        progress(Stage::Validate, 0, plan.rules.len());
        let lists = Lists {
            records,
            lake: Some(self.lake),
        };
        let (engine, mut out) = judge_reports(plan, docket, reports, lists).await?;
        self.tell_late_reports(reports);

        progress(Stage::Query, 0, 1);
        let totals = query::run(&engine, &plan.models, &plan.geography, &plan.country).await?;
        for (name, batch) in &totals {
            engine.register(name, batch.schema(), vec![batch.clone()])?;
        }
        out.extend(totals);
        let breakdowns = plan.lake.breakdowns();
        let found =
            validate::run_checks(&engine, &mut reports.judged, breakdowns, &plan.lexicon).await?;
        note_late_corrections(&engine, plan, &mut reports.judged).await?;
        Ok((out, found))
    }

    /// Reads the submissions, compares and judges their reports, and fills all tables of the snapshot. `findings` are those
    /// of intake.
    pub(super) async fn compute(&self, mut findings: Vec<Finding>) -> Result<Computed, RunError> {
        let Self {
            plan,
            submissions,
            docket,
            ..
        } = *self;
        let reader = Reader {
            plan,
            lake: self.lake,
            docket,
            at_hand: self.at_hand,
            full: self.full,
            progress: self.progress,
        };
        let (mut contents, reading) = reader.read_all(submissions)?;
        settle_refused(submissions, &mut contents);
        let records: Vec<Records> = contents
            .iter_mut()
            .flat_map(|c| std::mem::take(&mut c.records))
            .collect();
        let mut reports = self.compared(&mut contents);
        let mut out: Tables = if !plan.counts_lists()
            && reports
                .iter()
                .all(|r| plan.is_list(&r.dossier().source.form))
        {
            // Only lists: nothing is judged or aggregated, and those tables are empty.
            self.tell_late_reports(&mut reports);
            reference_tables(plan)?.into_iter().collect()
        } else {
            let (out, found) = self.judge_and_aggregate(&mut reports, &records).await?;
            findings.extend(found);
            out
        };
        let known: Vec<SubmissionIdentity<'_>> =
            submissions.iter().map(Submission::identity).collect();
        let addressed = reports.addressed();
        let (decided, about_decisions) = docket.close(&known, &addressed);
        let mut add = |name: &str, batch| out.insert(name.to_owned(), batch);
        add("decisions", tables::decisions(&decided)?);
        add("report_evidence", tables::report_evidence(&reports)?);
        findings.extend(about_decisions);
        findings.extend(self.findings_about_the_whole(&reports));
        let outcomes: Vec<&'static str> = submissions
            .iter()
            .zip(&contents)
            .map(|(submission, contents)| outcome(submission, contents, &reports))
            .collect();
        for (whole, dossier) in reports.dossiers_mut() {
            for finding in &mut dossier.findings {
                finding.place = within(&finding.place, &whole);
            }
        }
        let media = media_types(submissions, &contents);
        findings.extend(contents.into_iter().flat_map(|c| c.findings));
        findings.extend(reports.iter().flat_map(|r| r.dossier().findings.clone()));
        findings.sort_by(|a, b| a.storage_key().cmp(&b.storage_key()));
        let files = tables::submissions(submissions, &media, &outcomes)?;
        add("submissions", files);
        add("reports", tables::reports(&reports)?);
        add("findings", tables::findings(&findings)?);
        let of_models = plan.models.in_lake().filter_map(|name| {
            let batch = out.get(name)?;
            Some(TableSchema::of_model(name, batch.schema()))
        });
        Ok(Computed {
            contents: Contents {
                schema: plan.lake.clone().with(of_models.collect::<Vec<_>>()),
                tables: out,
                records: record_parts(&reports.judged, records),
            },
            reading,
        })
    }

    /// Warns about each report that came after its due date.
    fn tell_late_reports(&self, reports: &mut Reports) {
        let Self { plan, .. } = *self;
        let judged = &mut reports.judged;
        reports_after_their_due_date(judged, &plan.duties, &plan.geography, &plan.zone);
    }

    /// The reports of all submissions, placed on units and compared with each other.
    fn compared(&self, contents: &mut [SubmissionContents]) -> Reports {
        let Self { plan, docket, .. } = *self;
        let claimed = contents
            .iter_mut()
            .flat_map(|c| std::mem::take(&mut c.reports))
            .collect();
        let (placed, unplaced) = place_reports(claimed, docket, &plan.geography, &plan.zone);
        Reports {
            judged: compare(placed, plan.order(docket)),
            unplaced,
        }
    }

    /// Findings that no single report has: figures that cannot be restated back in time, and reports that are missing.
    fn findings_about_the_whole(&self, reports: &Reports) -> Vec<Finding> {
        let (geography, duties) = (&self.plan.geography, &self.plan.duties);
        let mut findings = validate::back_in_time(&reports.judged, geography);
        findings.extend(consolidated(reports));
        let missing = missing_reports(&reports.judged, self.listed, duties, geography);
        findings.extend(missing.iter().map(|m| m.finding(geography)));
        findings
    }
}

/// One finding for each file and form: how many of its sheets are consolidated from other reports.
fn consolidated(reports: &Reports) -> Vec<Finding> {
    let mut counts: BTreeMap<(&str, &str), (i64, Place)> = BTreeMap::new();
    for report in reports.unplaced.iter().filter(|r| r.is_consolidated()) {
        let source = &report.dossier.source;
        let key = (source.file_name.as_str(), source.form.as_str());
        let place = Place {
            report_id: None,
            sheet: None,
            ..report.place()
        };
        counts.entry(key).or_insert((0, place)).0 += 1;
    }
    let told = counts
        .into_iter()
        .map(|((_, form), (count, place))| findings::TH471 { count, form }.at(place));
    told.collect()
}
