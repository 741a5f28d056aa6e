//! `tonghop consolidate`: a form filled for the country, each region and each unit, from the figures of a snapshot.
//!
//! Each sheet has the layout of the blank form, and says above its table that it is consolidated: a run that receives it
//! counts nothing of it.

mod error;
mod figures;
mod places;
mod sheets;

pub use error::ConsolidateError;

use std::path::PathBuf;

use super::asked::form_code;
use super::template::{fits, frequencies};
use crate::engine::{Engine, TextColumn};
use crate::extract::{Dimension, Form};
use crate::lake::{Snapshot, check_owner};
use crate::period::Period;
use crate::plan::Plan;
use crate::publish::template::workbook_of;
use crate::publish::{CONSOLIDATED, FurtherFile};
use crate::query::open_engine;
use crate::reading::RunError;
use figures::Figures;
use places::places;
use sheets::sheets;

/// Which form to consolidate.
#[derive(Debug, Clone)]
pub struct ConsolidateOptions {
    /// Code of the form.
    pub form: String,
    /// Its period; the newest one that was reported by default.
    pub period: Option<Period>,
    /// `country`, `region:CODE` or `unit:CODE`: whose sheets, with those of their units.
    pub scope: String,
    /// The lake.
    pub lake: PathBuf,
}

/// A consolidated form.
#[derive(Debug, Clone)]
pub struct Consolidated {
    /// File name to save it as.
    pub file_name: String,
    /// The workbook.
    pub bytes: Vec<u8>,
    /// Its period.
    pub period: Period,
    /// Names of its sheets.
    pub sheets: Vec<String>,
    /// Units with figures of the period, and all units, of the first sheet.
    pub coverage: (usize, usize),
}

/// Consolidates a form.
///
/// # Errors
/// If there is no such form, period or place, or if the form cannot be consolidated.
pub async fn consolidate(
    plan: &Plan,
    options: &ConsolidateOptions,
) -> Result<Consolidated, ConsolidateError> {
    let code = form_code(plan, &options.form)?;
    let mut forms = plan.vocabulary.forms.iter();
    let form = forms
        .find(|f| f.code == code)
        .ok_or_else(|| ConsolidateError::OfRecords(code.clone()))?;
    refuse_kinds(form)?;
    check_owner(&options.lake, &plan.id).map_err(RunError::from)?;
    let snapshot = Snapshot::current(&options.lake).map_err(RunError::from)?;
    let period = match options.period {
        Some(period) => period,
        None => newest(form, &snapshot)?
            .ok_or_else(|| ConsolidateError::NothingReported(form.code.clone()))?,
    };
    if !fits(form, period) {
        return Err(ConsolidateError::PeriodDoesNotFit {
            form: form.code.clone(),
            period,
            frequencies: frequencies(form),
        });
    }
    let engine = open_engine(&snapshot).map_err(RunError::from)?;
    made(plan, &engine, form, period, &options.scope).await
}

/// The consolidated forms that a run writes: each form for the newest period that was reported.
///
/// # Errors
/// If the snapshot cannot be read or a workbook cannot be made.
pub async fn consolidated_forms(
    plan: &Plan,
    engine: &Engine,
    snapshot: &Snapshot,
) -> Result<Vec<FurtherFile>, RunError> {
    let mut files = Vec::new();
    for form in &plan.vocabulary.forms {
        if refuse_kinds(form).is_err() {
            continue;
        }
        let Some(period) = newest(form, snapshot)? else {
            continue;
        };
        match made(plan, engine, form, period, "country").await {
            Ok(done) => files.push(FurtherFile {
                folder: CONSOLIDATED,
                name: done.file_name,
                bytes: done.bytes,
            }),
            Err(ConsolidateError::Run(e)) => return Err(e),
            Err(ConsolidateError::Publish(e)) => return Err(e.into()),
            // `check` refuses periods without words; the other errors are about names that people type.
            Err(_) => {}
        }
    }
    Ok(files)
}

/// Refuses lists and tables whose rows are units.
fn refuse_kinds(form: &Form) -> Result<(), ConsolidateError> {
    match form.dimension {
        _ if form.records.is_some() => Err(ConsolidateError::OfRecords(form.code.clone())),
        Dimension::Unit => Err(ConsolidateError::OfAllUnits(form.code.clone())),
        _ => Ok(()),
    }
}

/// The newest period of the current reports of a form.
fn newest(form: &Form, snapshot: &Snapshot) -> Result<Option<Period>, RunError> {
    let mut newest = None;
    for batch in &snapshot.read("reports")? {
        let [forms, periods, current] =
            ["form", "period", "is_current"].map(|name| TextColumn::read(batch, name));
        for row in 0..batch.num_rows() {
            if forms.get(row) == Some(&form.code) && current.get(row) == Some("true") {
                let period: Option<Period> = periods.get(row).and_then(|p| p.parse().ok());
                newest = newest.max(period.filter(|period| fits(form, *period)));
            }
        }
    }
    Ok(newest)
}

/// The workbook of a form for a scope.
async fn made(
    plan: &Plan,
    engine: &Engine,
    form: &Form,
    period: Period,
    scope: &str,
) -> Result<Consolidated, ConsolidateError> {
    let places = places(plan, scope, period)?;
    let figures = Figures::read(plan, engine, form, period).await?;
    let sheets = sheets(plan, form, period, &places, &figures)?;
    let bytes = workbook_of(&sheets.templates, &plan.correspondence.template)
        .map_err(|e| ConsolidateError::Publish(e.into()))?;
    let tail = match scope.split_once(':') {
        Some((_, code)) => format!("-{code}"),
        None => String::new(),
    };
    Ok(Consolidated {
        file_name: format!("{}-{period}{tail}.xlsx", form.code),
        bytes,
        period,
        sheets: sheets.templates.into_iter().map(|t| t.sheet).collect(),
        coverage: sheets.coverage,
    })
}
