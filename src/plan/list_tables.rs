//! The lake's tables of indicators and of the members of breakdowns, from the code lists of a pipeline.

use arrow::array::RecordBatch;
use arrow::error::ArrowError;

use super::breakdowns::Breakdown;
use super::indicators::{Indicator, Measure};
use crate::engine::columns::{decimals, integers, texts};
use crate::lake::{self, TableSchema};

/// The table `indicators`.
///
/// # Errors
/// When the columns are not those of the lake.
pub fn indicators_table(indicators: &[Indicator]) -> Result<RecordBatch, ArrowError> {
    let columns = vec![
        texts(indicators.iter().map(|i| Some(i.id.as_str()))),
        texts(indicators.iter().map(|i| i.section.as_deref())),
        texts(indicators.iter().map(|i| i.row_code.as_deref())),
        integers(indicators.iter().map(|i| i.level)),
        texts(indicators.iter().map(|i| i.home_form.as_deref())),
        texts(indicators.iter().map(|i| Some(i.name_vi.as_str()))),
        texts(indicators.iter().map(|i| Some(i.name_en.as_str()))),
        texts(indicators.iter().map(|i| Some(i.unit.as_str()))),
        integers(indicators.iter().map(|i| Some(i64::from(i.decimals)))),
        texts(indicators.iter().map(|i| Some(i.measure.as_str()))),
        texts(indicators.iter().map(|i| match &i.measure {
            Measure::Mean { weight } => Some(weight.as_str()),
            _ => None,
        })),
        texts(indicators.iter().map(|i| match &i.measure {
            Measure::Ratio { numerator, .. } => Some(numerator.as_str()),
            _ => None,
        })),
        texts(indicators.iter().map(|i| match &i.measure {
            Measure::Ratio { denominator, .. } => Some(denominator.as_str()),
            _ => None,
        })),
        integers(indicators.iter().map(|i| i.scale)),
        texts(indicators.iter().map(|i| i.note.as_deref())),
        decimals(indicators.iter().map(|i| i.tolerance)),
        decimals(indicators.iter().map(|i| i.tolerance_units)),
        texts(indicators.iter().map(|i| {
            let breakdowns = i.breakdowns.join(";");
            (!breakdowns.is_empty()).then_some(breakdowns)
        })),
    ];
    lake::batch("indicators", columns)
}

/// The table of a breakdown's members.
///
/// # Errors
/// When the columns are not those of the lake.
pub fn breakdown_table(breakdown: &Breakdown) -> Result<RecordBatch, ArrowError> {
    let members = &breakdown.members;
    let columns = vec![
        texts(members.iter().map(|m| Some(m.code.as_str()))),
        texts(members.iter().map(|m| m.parent.as_deref())),
        integers(members.iter().map(|m| Some(m.level))),
        texts(members.iter().map(|m| Some(m.name_vi.as_str()))),
        texts(members.iter().map(|m| Some(m.name_en.as_str()))),
    ];
    let table = TableSchema::of_codes(&breakdown.list, &breakdown.id);
    RecordBatch::try_new(table.schema, columns)
}
