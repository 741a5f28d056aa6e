//! What a run would publish, made aside and thrown away.

use std::collections::BTreeMap;

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use serde::Serialize;

use super::changes::{NationalChanges, national};
use super::take::{gather, take_snapshot};
use crate::engine::{Engine, TextColumn};
use crate::lake::Lake;
use crate::plan::Plan;
use crate::query::engine_over;
use crate::reading::{Progress, ReadSummary, RunError, RunOptions, Stage};

/// What a run would do, had it been one.
#[derive(Debug, Serialize)]
pub struct Foreseen {
    /// The snapshot that it would publish.
    pub snapshot: String,
    /// Whether that is another than the current one.
    pub is_new: bool,
    /// What it would read, and what was read before.
    pub reading: ReadSummary,
    /// Files that are new: name and outcome.
    pub files: Vec<(String, String)>,
    /// Reports that would count no more.
    pub superseded: Vec<Superseded>,
    /// What would change in the national figures; none in an empty lake.
    pub national: Option<NationalChanges>,
    /// Errors, warnings and infos there are, and would be.
    pub findings: [(usize, usize, usize); 2],
}

/// A report that counts no more.
#[derive(Debug, Serialize)]
pub struct Superseded {
    /// Form.
    pub form: String,
    /// Period.
    pub period: String,
    /// Vintage and code of the unit.
    pub unit: String,
    /// The file it stands in.
    pub file_name: String,
    /// The file of the one that counts now; none where none does.
    pub by: Option<String>,
}

/// What a run with these options would publish, made aside and thrown away: lake and out stay as they are.
///
/// # Errors
/// When a run could not be carried out.
pub async fn foresee(
    plan: &Plan,
    options: &RunOptions,
    progress: Progress<'_>,
) -> Result<Foreseen, RunError> {
    options.check_folders(plan)?;
    let room = tempfile::tempdir().map_err(RunError::room)?;
    let lake = Lake::before(&options.lake, room.path(), &plan.id)?;
    progress(Stage::Intake, 0, 1);
    let before = lake.current()?;
    let gathered = gather(plan, &lake, options)?;
    let taken = take_snapshot(plan, &lake, gathered, options, progress).await?;
    // In an empty lake everything is compared with itself, and the findings before are none.
    let snapshot = taken.written.snapshot();
    let (compared, breakdowns) = engine_over(
        before.as_ref().unwrap_or(snapshot),
        snapshot,
        &["national", "reports", "submissions", "findings"],
    )?;
    let mut reading = taken.reading;
    if reading.read.is_empty() && reading.cached == 0 {
        // Nothing has changed, so nothing is read: all of it was read before.
        reading.cached = known(&compared).await?;
    }
    Ok(Foreseen {
        is_new: before.as_ref().is_none_or(|b| b.id != snapshot.id),
        files: files(&compared, before.is_none()).await?,
        superseded: superseded(&compared).await?,
        findings: [
            match before {
                Some(_) => count(&compared, "before").await?,
                None => (0, 0, 0),
            },
            count(&compared, "after").await?,
        ],
        national: match &before {
            Some(before) => Some(national(plan, (&compared, &breakdowns), before).await?),
            None => None,
        },
        snapshot: snapshot.id.clone(),
        reading,
    })
}

/// The number of submissions of the snapshot.
async fn known(compared: &Engine) -> Result<usize, RunError> {
    let sql = "SELECT count(*) AS n FROM after_submissions WHERE outcome <> 'duplicate'";
    let (_, batches) = compared.query(sql).await?;
    let count = |batch: &arrow::array::RecordBatch| {
        let n = batch.column(0).as_primitive::<Int64Type>();
        n.iter().flatten().sum::<i64>()
    };
    let n: i64 = batches.iter().map(count).sum();
    Ok(usize::try_from(n).unwrap_or(0))
}

async fn files(compared: &Engine, all: bool) -> Result<Vec<(String, String)>, RunError> {
    let (_, batches) = compared
        .query(&format!(
            "SELECT a.file_name, a.outcome FROM after_submissions a \
             LEFT JOIN before_submissions b ON b.file_name = a.file_name AND b.sha256 = a.sha256 \
             WHERE {all} OR b.sha256 IS NULL ORDER BY a.file_name"
        ))
        .await?;
    let rows = batches.iter().flat_map(|batch| {
        let (names, outcomes) = (
            TextColumn::read(batch, "file_name"),
            TextColumn::read(batch, "outcome"),
        );
        (0..batch.num_rows())
            .map(|row| (names.text(row).to_owned(), outcomes.text(row).to_owned()))
            .collect::<Vec<_>>()
    });
    Ok(rows.collect())
}

async fn superseded(compared: &Engine) -> Result<Vec<Superseded>, RunError> {
    let (_, batches) = compared
        .query(
            "SELECT b.form, b.period, b.unit_vintage || ':' || b.unit_code AS unit, s.file_name, \
                    min(f.file_name) AS superseding \
             FROM before_reports b \
             JOIN before_submissions s ON s.submission_id = b.submission_id AND s.outcome <> 'duplicate' \
             LEFT JOIN after_reports a ON a.report_id = b.report_id \
             LEFT JOIN after_reports n ON n.form = b.form AND n.period = b.period AND n.unit_vintage = b.unit_vintage \
                   AND n.unit_code = b.unit_code AND n.is_current \
             LEFT JOIN after_submissions f ON f.submission_id = n.submission_id AND f.outcome <> 'duplicate' \
             WHERE b.is_current AND coalesce(a.is_current, FALSE) = FALSE \
             GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
        )
        .await?;
    let mut all = Vec::new();
    for batch in &batches {
        let [form, period, unit, file_name, by] =
            ["form", "period", "unit", "file_name", "superseding"]
                .map(|name| TextColumn::read(batch, name));
        all.extend((0..batch.num_rows()).map(|row| Superseded {
            form: form.text(row).to_owned(),
            period: period.text(row).to_owned(),
            unit: unit.text(row).to_owned(),
            file_name: file_name.text(row).to_owned(),
            by: by.owned(row),
        }));
    }
    Ok(all)
}

async fn count(compared: &Engine, side: &str) -> Result<(usize, usize, usize), RunError> {
    let sql = format!("SELECT severity, count(*) AS n FROM {side}_findings GROUP BY severity");
    let (_, batches) = compared.query(&sql).await?;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for batch in &batches {
        let severity = TextColumn::read(batch, "severity");
        let n = batch.column(1).as_primitive::<Int64Type>();
        for row in 0..batch.num_rows() {
            counts.insert(severity.text(row).to_owned(), n.value(row) as usize);
        }
    }
    let of = |word: &str| counts.get(word).copied().unwrap_or(0);
    Ok((of("error"), of("warning"), of("info")))
}
