//! `tonghop template`: a blank form for a period and a unit, with the values that the lake already has.

mod columns;
mod error;
mod known;
mod layout;
mod list;
mod rows;
mod words;

pub(super) use columns::columns;
pub(super) use known::KnownValues;
pub(super) use layout::first;
pub(super) use rows::rows;
pub(super) use words::said_period;

pub use error::TemplateError;

use std::path::PathBuf;

use super::asked::{form_code, unit_in};
use crate::engine::TextColumn;
use crate::extract::{Dimension, Form, RelativePeriod, belongs};
use crate::geography::{UnitKey, due_date};
use crate::lake::{LakeError, Snapshot, check_owner};
use crate::period::{Frequency, Period};
use crate::plan::Plan;
use crate::publish::template::workbook_of;
use crate::reading::RunError;
use crate::text::fill;
use layout::lay_out;
use list::lay_out_list;

/// Which blank form to make.
#[derive(Debug, Clone)]
pub struct TemplateOptions {
    /// Code of the form.
    pub form: String,
    /// The unit that fills it in, by code, name, or vintage and code (`15`, `2025-15`). None leaves it open.
    pub unit: Option<String>,
    /// Its period. None means the period due next after the newest report of the lake.
    pub period: Option<Period>,
    /// The lake.
    pub lake: PathBuf,
    /// Whether a lake that is not there is an error. If not, nothing is known beforehand.
    pub lake_is_needed: bool,
}

/// A blank form.
#[derive(Debug, Clone)]
pub struct BlankForm {
    /// File name to save it as: form, period and unit.
    pub file_name: String,
    /// The workbook.
    pub bytes: Vec<u8>,
    /// Its period.
    pub period: Period,
    /// The unit that fills it in.
    pub unit: Option<UnitKey>,
    /// Number of values filled in from the lake.
    pub known: usize,
}

/// Makes a blank form.
///
/// # Errors
/// If the form, unit or period does not exist, or the lake cannot be read.
pub async fn template(plan: &Plan, options: &TemplateOptions) -> Result<BlankForm, TemplateError> {
    let code = form_code(plan, &options.form)?;
    let forms = || plan.vocabulary.forms.iter().filter(|f| f.code == code);
    let values = forms().find(|f| f.records.is_none());
    let list = forms().find(|f| f.records.is_some());
    let form = values
        .or(list)
        .ok_or_else(|| TemplateError::NoForm(code.clone()))?;
    let lake = |e: LakeError| TemplateError::Lake(e.into());
    let snapshot = match Snapshot::current(&options.lake) {
        Ok(snapshot) => {
            check_owner(&options.lake, &plan.id).map_err(lake)?;
            Some(snapshot)
        }
        Err(LakeError::Absent(_)) if !options.lake_is_needed => None,
        Err(e) => return Err(lake(e)),
    };
    let period = match (options.period, &snapshot) {
        (Some(period), _) => period,
        (None, Some(snapshot)) => {
            next_period(plan, form, snapshot)?.ok_or_else(|| needed(options))?
        }
        (None, None) => return Err(needed(options)),
    };
    if !fits(form, period) {
        return Err(TemplateError::PeriodDoesNotFit {
            form: form.code.clone(),
            period,
            frequencies: frequencies(form),
        });
    }
    if form.dimension == Dimension::Unit && options.unit.is_some() {
        return Err(TemplateError::OfAllUnits {
            form: form.code.clone(),
        });
    }
    let unit = options
        .unit
        .as_deref()
        .map(|text| unit_in(plan, text, plan.geography.vintage_on(period.end())))
        .transpose()?;
    let known = match (&unit, &snapshot) {
        (Some(unit), Some(snapshot)) => {
            let breakdowns = plan.breakdown_ids();
            KnownValues::read(snapshot, unit, form, (period, &breakdowns)).await?
        }
        _ => KnownValues::default(),
    };
    let mut sheets = Vec::new();
    if let Some(form) = values {
        sheets.push(lay_out(plan, form, period, unit.as_ref(), &known)?);
    }
    if let Some(form) = list {
        let mut sheet = lay_out_list(plan, form, period, unit.as_ref())?;
        if values.is_some() {
            let words = &plan.correspondence.template.list;
            sheet.sheet = fill(&words.sheet, &[("form", &form.code)]);
        }
        sheets.push(sheet);
    }
    let count = sheets
        .iter()
        .flat_map(|sheet| &sheet.rows)
        .flat_map(|r| &r.values)
        .filter(|v| v.known.is_some())
        .count();
    let bytes = workbook_of(&sheets, &plan.correspondence.template)
        .map_err(|e| TemplateError::Publish(e.into()))?;
    let tail = unit
        .as_ref()
        .map(|u| format!("-{}", u.code))
        .unwrap_or_default();
    Ok(BlankForm {
        file_name: format!("{}-{period}{tail}.xlsx", form.code),
        bytes,
        period,
        unit,
        known: count,
    })
}

fn needed(options: &TemplateOptions) -> TemplateError {
    TemplateError::PeriodNeeded(options.lake.display().to_string())
}

pub(super) fn frequencies(form: &Form) -> String {
    let words = form.frequencies.iter().map(|f| match f {
        Frequency::Annual => "annual (2026)",
        Frequency::HalfYear => "half-yearly (2026-S1)",
        Frequency::Quarterly => "quarterly (2026-Q3)",
        Frequency::Monthly => "monthly (2026-09)",
    });
    words.collect::<Vec<_>>().join(", ")
}

/// Whether the form has a value column for exactly this period, or its columns are of years of the calendar.
pub(super) fn fits(form: &Form, period: Period) -> bool {
    if form.records.is_some() {
        return form.frequencies.contains(&period.frequency);
    }
    form.frequencies.contains(&period.frequency)
        && form.columns.iter().any(|c| {
            let is_of_it = c.period.of(period) == period;
            belongs(&c.frequencies, period.frequency)
                && (is_of_it || matches!(c.period, RelativePeriod::Fixed(_)))
        })
}

/// The period with the next due date after that of the form's newest report.
fn next_period(
    plan: &Plan,
    form: &Form,
    snapshot: &Snapshot,
) -> Result<Option<Period>, TemplateError> {
    let batches = snapshot.read("reports").map_err(RunError::from)?;
    let mut newest: Option<Period> = None;
    for batch in &batches {
        let [forms, periods] = ["form", "period"].map(|name| TextColumn::read(batch, name));
        for row in (0..batch.num_rows()).filter(|row| forms.get(*row) == Some(&form.code)) {
            let period = periods.get(row).and_then(|period| period.parse().ok());
            newest = newest.max(period);
        }
    }
    let Some(newest) = newest else {
        return Ok(None);
    };
    let due =
        |period: Period| due_date(&form.code, period, &plan.duties).unwrap_or_else(|| period.end());
    let candidates = form.frequencies.iter().flat_map(|frequency| {
        (newest.year..=newest.year.saturating_add(1)).flat_map(move |year| {
            let first = Period {
                year,
                frequency: *frequency,
                number: 1,
            };
            (1..=12 / first.months()).map(move |number| Period { number, ..first })
        })
    });
    Ok(candidates
        .filter(|p| fits(form, *p))
        .filter(|p| due(*p) > due(newest) && *p != newest)
        .min_by_key(|p| (due(*p), *p)))
}
