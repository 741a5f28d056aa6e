//! A run: everything, once, repeatable. Submissions in; a snapshot in the lake and the tables in `out/`.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use sha2::{Digest, Sha256};

use super::changes::national_changes;
use super::corrections::note_late_corrections;
use super::figures::read_findings;
use super::outcome::{judge_reports, media_types, outcome, record_parts, within};
use super::reference::reference_tables;
use super::summary::{Summary, summarize};
use super::tables;
use crate::diagnostic::Finding;
use crate::geography::{
    Docket, Reports, SubmissionIdentity, compare, missing_reports, place_reports,
    reports_after_their_due_date,
};
use crate::intake::{Intake, Seen, hex, look_into};
use crate::lake::{About, Copied, Lake, RecordPart, Snapshot};
use crate::period::Period;
use crate::plan::Plan;
use crate::query::open_engine;
use crate::reading::{Progress, ReadSummary, Reader, RunError, RunOptions, Stage};
use crate::reading::{Records, Submission};
use crate::reading::{Register, TakenIn, take_in, taken_before};
use crate::tables::Book;
use crate::{publish, query, validate};

/// What a run did.
#[derive(Debug)]
pub struct Run {
    /// What people read at its end.
    pub summary: Summary,
    /// All findings, as stored.
    pub findings: Vec<Finding>,
    /// The snapshot that the run made, or found there.
    pub snapshot: Snapshot,
    /// The one that was current before it.
    pub before: Option<String>,
}

/// Runs a pipeline.
///
/// # Errors
/// When the run could not be carried out; the lake is then what it was before.
pub async fn run(
    plan: &Plan,
    options: &RunOptions,
    progress: Progress<'_>,
) -> Result<Run, RunError> {
    publish::check_out(&options.out)?;
    let lake = Lake::open(&options.lake, &plan.id)?;
    progress(Stage::Intake, 0, 1);
    let gathered = gather(plan, &lake, options)?;
    let taken = take_snapshot(plan, &lake, gathered, options, progress).await?;
    let snapshot = taken.snapshot;
    progress(Stage::Tables, 0, 1);
    let engine = open_engine(&snapshot)?;
    // Without a value there is nothing to print.
    let printed = match snapshot.rows("observations")? {
        0 => Vec::new(),
        _ => tables::build_all(&engine, plan).await?,
    };
    let findings = read_findings(&snapshot)?;
    let book = Book::of_tables(printed);
    publish::publish(&options.out, &book, &plan.edition, &findings)?;
    let changes = match &taken.before {
        Some(before) if *before != snapshot => {
            Some(national_changes(plan, before, &snapshot).await?)
        }
        _ => None,
    };
    let (reading, of_run) = (taken.reading, (options, &snapshot));
    let summary = summarize(&engine, plan, &findings, of_run, &book, reading, changes).await?;
    Ok(Run {
        summary,
        findings,
        snapshot,
        before: taken.before.map(|before| before.id),
    })
}

/// What a run sets out from.
pub(crate) struct Gathered {
    /// What lies in the inboxes.
    pub(crate) intake: Intake,
    /// What the lake took in before.
    pub(crate) register: Register,
    /// Collections open from the start.
    pub(crate) listed: Vec<(String, Period)>,
}

/// Looks into the inboxes, and up what the lake took in before.
pub(crate) fn gather(plan: &Plan, lake: &Lake, options: &RunOptions) -> Result<Gathered, RunError> {
    let inboxes = if options.submissions.is_empty() {
        &plan.submissions
    } else {
        &options.submissions
    };
    // With nothing left of earlier looks, all is looked at anew.
    let seen = if options.full {
        Seen::default()
    } else {
        lake.seen()
    };
    let intake =
        look_into(inboxes, &plan.pass_over, &plan.limits, &seen).map_err(RunError::Inbox)?;
    lake.keep_seen(&seen)?;
    Ok(Gathered {
        intake,
        register: taken_before(lake)?,
        listed: listed_collections(plan, options),
    })
}

/// The snapshot of what a register holds and what came since, written unless it is there already. It becomes current
/// unless it is of the past.
pub(crate) async fn take_snapshot(
    plan: &Plan,
    lake: &Lake,
    gathered: Gathered,
    options: &RunOptions,
    progress: Progress<'_>,
) -> Result<Taken, RunError> {
    let Gathered {
        intake,
        register,
        listed,
    } = gathered;
    let TakenIn {
        submissions,
        docket,
        copied,
    } = take_in(plan, lake, &intake, register, options)?;
    let keep = |copied: Vec<Copied>| copied.into_iter().try_for_each(Copied::keep);
    let work = Work {
        plan,
        lake,
        submissions: &submissions,
        docket: &docket,
        listed: &listed,
        full: options.full,
        progress,
    };
    let id = work.snapshot_id(&intake.findings);
    let before = lake.current()?;
    if let Some(current) = before.as_ref().filter(|current| current.id == id) {
        keep(copied)?;
        return Ok(Taken {
            snapshot: current.clone(),
            before: before.clone(),
            reading: ReadSummary::default(),
        });
    }
    let (tables, records, reading) = work.compute(intake.findings).await?;
    progress(Stage::Publish, 0, 1);
    let about = About {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        definitions: plan.definition_hash.clone(),
        collections: listed
            .iter()
            .map(|(form, period)| (form.clone(), period.to_string()))
            .collect(),
    };
    lake.note_used(&reading.used)?;
    keep(copied)?;
    let snapshot = lake.write(&id, &about, &tables, &records)?;
    // What was known once never takes the place of what is known now.
    if options.as_of.is_none() || before.is_none() {
        lake.point_current_at(&id)?;
    }
    Ok(Taken {
        snapshot,
        before,
        reading,
    })
}

/// A snapshot that was taken.
pub(crate) struct Taken {
    pub(crate) snapshot: Snapshot,
    /// The one that was current before.
    pub(crate) before: Option<Snapshot>,
    pub(crate) reading: ReadSummary,
}

/// The collections that are open from the start: those the pipeline lists for the submissions it names, as far as their
/// period has begun.
fn listed_collections(plan: &Plan, options: &RunOptions) -> Vec<(String, Period)> {
    let has_begun = |period: Period| {
        let day = options.as_of.map(|t| t.to_zoned(plan.zone.clone()).date());
        day.is_none_or(|day| period.start() <= day)
    };
    let listed = plan
        .collections
        .iter()
        .filter(|(_, period)| options.submissions.is_empty() && has_begun(*period));
    listed.cloned().collect()
}

/// What a run works on.
struct Work<'a> {
    plan: &'a Plan,
    lake: &'a Lake,
    submissions: &'a [Submission],
    docket: &'a Docket,
    /// Collections open from the start.
    listed: &'a [(String, Period)],
    full: bool,
    progress: Progress<'a>,
}

impl Work<'_> {
    /// Hash of all that the tables of the snapshot depend on.
    fn snapshot_id(&self, findings: &[Finding]) -> String {
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
        }
        hex(&hasher.finalize())[..16].to_owned()
    }

    /// What rules and models make of reports: their tables, and what was noticed of all together.
    async fn total(
        &self,
        reports: &mut Reports,
    ) -> Result<(BTreeMap<&'static str, RecordBatch>, Vec<Finding>), RunError> {
        let Self {
            plan,
            docket,
            progress,
            ..
        } = *self;
        progress(Stage::Validate, 0, plan.rules.len());
        let (engine, mut out) = judge_reports(plan, docket, reports).await?;
        reports_after_their_due_date(&mut reports.judged, &plan.duties, &plan.zone);

        progress(Stage::Query, 0, 1);
        let totals = query::run(&engine, &plan.models, &plan.geography, &plan.country).await?;
        for (name, batch) in &totals {
            engine.register(name, batch.schema(), vec![batch.clone()])?;
        }
        out.extend(totals);
        let found = validate::run_checks(&engine, &mut reports.judged, &plan.lexicon).await?;
        note_late_corrections(&engine, plan, &mut reports.judged).await?;
        Ok((out, found))
    }

    /// Everything between the originals and the tables of a snapshot.
    async fn compute(
        &self,
        mut findings: Vec<Finding>,
    ) -> Result<
        (
            BTreeMap<&'static str, RecordBatch>,
            Vec<RecordPart>,
            ReadSummary,
        ),
        RunError,
    > {
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
            full: self.full,
            progress: self.progress,
        };
        let (mut contents, reading) = reader.read_all(submissions)?;
        let records: Vec<Records> = contents
            .iter_mut()
            .flat_map(|c| std::mem::take(&mut c.records))
            .collect();
        let claimed = contents
            .iter_mut()
            .flat_map(|c| std::mem::take(&mut c.reports))
            .collect();
        let (placed, unplaced) = place_reports(claimed, docket, &plan.geography, &plan.zone);
        let mut reports = Reports {
            judged: compare(placed, plan.order(docket)),
            unplaced,
        };
        let mut out = if reports
            .iter()
            .all(|r| plan.is_list(&r.dossier().source.form))
        {
            // Nothing is to be judged or totalled: these tables are empty.
            reports_after_their_due_date(&mut reports.judged, &plan.duties, &plan.zone);
            reference_tables(plan)?.into_iter().collect()
        } else {
            let (out, found) = self.total(&mut reports).await?;
            findings.extend(found);
            out
        };

        let known: Vec<SubmissionIdentity<'_>> =
            submissions.iter().map(Submission::identity).collect();
        let addressed = reports.addressed();
        let (decided, about_decisions) = docket.close(&known, &addressed);
        out.insert("decisions", tables::decisions(&decided)?);
        out.insert("report_evidence", tables::report_evidence(&reports)?);
        findings.extend(about_decisions);
        findings.extend(validate::back_in_time(&reports.judged, &plan.geography));
        let listed = self.listed;
        let missing = missing_reports(&reports.judged, listed, &plan.duties, &plan.geography);
        findings.extend(missing.iter().map(|m| m.finding(&plan.geography)));
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
        out.insert(
            "submissions",
            tables::submissions(submissions, &media, &outcomes)?,
        );
        out.insert("reports", tables::reports(&reports)?);
        out.insert("findings", tables::findings(&findings)?);
        Ok((out, record_parts(&reports.judged, records), reading))
    }
}
