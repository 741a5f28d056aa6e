//! A run: everything, once, repeatable. Submissions in; a snapshot in the lake and the tables in `out/`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use arrow::array::RecordBatch;
use datafusion::error::DataFusionError;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::assemble::{Records, Submission};
use super::changes::national_changes;
use super::corrections::note_late_corrections;
use super::outcome::{judge_reports, media_types, outcome, record_parts, within};
use super::reading::{Reader, Reading};
use super::reference::reference_tables;
use super::register::{Register, TakenIn, take_in, taken_before};
use super::summary::{Summary, summarize};
use super::{Plan, tables};
use crate::diagnostic::Finding;
use crate::engine::Engine;
use crate::geography::{
    Docket, Known, Report, decide_vintages, missing_reports, reports_after_their_due_date,
    settle_revisions, settle_twins,
};
use crate::intake::{Intake, Seen, hex, look_into};
use crate::lake::{self, About, Copied, Lake, LakeError, RecordPart, Snapshot};
use crate::period::Period;
use crate::publish::PublishError;
use crate::tables::Book;
use crate::{publish, query, validate};

/// What a run is asked to do.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Inboxes; the pipeline's own when empty.
    pub submissions: Vec<PathBuf>,
    /// The lake.
    pub lake: PathBuf,
    /// Where the tables go.
    pub out: PathBuf,
    /// The moment against which overdue is judged.
    pub at: Timestamp,
    /// Only what was known at this moment: what had come, and what had been decided, by then.
    pub as_of: Option<Timestamp>,
    /// Read every submission again, whatever the cache holds.
    pub full: bool,
}

impl RunOptions {
    pub(super) fn knows(&self, received_at: Timestamp) -> bool {
        self.as_of.is_none_or(|as_of| received_at <= as_of)
    }
}

/// A stage, for those who watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Looking for files.
    Intake,
    /// Reading them.
    Extract,
    /// Applying the rules.
    Validate,
    /// Running the models.
    Query,
    /// Writing the snapshot.
    Publish,
    /// Writing the tables.
    Tables,
}

/// Who watches a run: the stage, how much of it is done, how much there is.
pub type Progress<'a> = &'a (dyn Fn(Stage, usize, usize) + Sync);

/// Why a run could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// An inbox could not be read.
    #[error("the inbox cannot be read: {0}")]
    Inbox(std::io::Error),
    /// The lake could not be used.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// A query failed.
    #[error(transparent)]
    Query(#[from] DataFusionError),
    /// The tables could not be written.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

impl From<arrow::error::ArrowError> for RunError {
    fn from(error: arrow::error::ArrowError) -> Self {
        Self::Query(error.into())
    }
}

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
    let findings = super::summary::read_findings(&snapshot)?;
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
pub(super) struct Gathered {
    /// What lies in the inboxes.
    pub(super) intake: Intake,
    /// What the lake took in before.
    pub(super) register: Register,
    /// Collections open from the start.
    pub(super) listed: Vec<(String, Period)>,
}

/// Looks into the inboxes, and up what the lake took in before.
pub(super) fn gather(plan: &Plan, lake: &Lake, options: &RunOptions) -> Result<Gathered, RunError> {
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
pub(super) async fn take_snapshot(
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
            reading: Reading::default(),
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
pub(super) struct Taken {
    pub(super) snapshot: Snapshot,
    /// The one that was current before.
    pub(super) before: Option<Snapshot>,
    pub(super) reading: Reading,
}

/// An engine over the tables of a snapshot.
///
/// # Errors
/// When a table cannot be registered.
pub fn open_engine(snapshot: &Snapshot) -> Result<Engine, RunError> {
    let engine = Engine::new()?;
    for table in lake::tables() {
        engine.register_parquet(table.name, &table.schema, &snapshot.files(table.name)?)?;
    }
    Ok(engine)
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
        reports: &mut [Report],
    ) -> Result<(BTreeMap<&'static str, RecordBatch>, Vec<Finding>), RunError> {
        let Self {
            plan,
            docket,
            progress,
            ..
        } = *self;
        progress(Stage::Validate, 0, plan.rules.len());
        let (engine, mut out) = judge_reports(plan, docket, reports).await?;
        reports_after_their_due_date(reports, &plan.duties, &plan.zone);

        progress(Stage::Query, 0, 1);
        let totals = query::run(&engine, &plan.models, &plan.geography, &plan.country).await?;
        for (name, batch) in &totals {
            engine.register(name, batch.schema(), vec![batch.clone()])?;
        }
        out.extend(totals);
        let found = validate::run_checks(&engine, reports, &plan.lexicon).await?;
        note_late_corrections(&engine, plan, reports).await?;
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
            Reading,
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
        let mut reports: Vec<Report> = contents
            .iter_mut()
            .flat_map(|c| std::mem::take(&mut c.reports))
            .collect();
        decide_vintages(&mut reports, docket, &plan.geography, &plan.zone);
        settle_twins(&mut reports, docket);
        settle_revisions(
            &mut reports,
            &plan.reporters,
            docket,
            &plan.zone,
            &plan.lexicon,
        );

        let mut out = if reports.iter().all(|report| plan.is_list(&report.form)) {
            // Nothing is to be judged or totalled: these tables are empty.
            reports_after_their_due_date(&mut reports, &plan.duties, &plan.zone);
            reference_tables(plan)?.into_iter().collect()
        } else {
            let (out, found) = self.total(&mut reports).await?;
            findings.extend(found);
            out
        };

        let known: Vec<Known<'_>> = submissions.iter().map(Submission::known).collect();
        let (decided, about_decisions) = docket.close(&known, &reports);
        out.insert("decisions", tables::decisions(&decided)?);
        out.insert("report_evidence", tables::report_evidence(&reports)?);
        findings.extend(about_decisions);
        findings.extend(validate::back_in_time(&reports, &plan.geography));
        let missing = missing_reports(&reports, self.listed, &plan.duties, &plan.geography);
        findings.extend(missing.iter().map(|m| m.finding(&plan.geography)));
        let outcomes: Vec<&'static str> = submissions
            .iter()
            .zip(&contents)
            .map(|(submission, contents)| outcome(submission, contents, &reports))
            .collect();
        for report in &mut reports {
            let whole = report.place();
            for finding in &mut report.findings {
                finding.place = within(&finding.place, &whole);
            }
        }
        let media = media_types(submissions, &contents);
        findings.extend(contents.into_iter().flat_map(|c| c.findings));
        findings.extend(reports.iter().flat_map(|r| r.findings.iter().cloned()));
        findings.sort_by(|a, b| a.storage_key().cmp(&b.storage_key()));
        out.insert(
            "submissions",
            tables::submissions(submissions, &media, &outcomes)?,
        );
        out.insert("reports", tables::reports(&reports)?);
        out.insert("findings", tables::findings(&findings)?);
        Ok((out, record_parts(&reports, records), reading))
    }
}
