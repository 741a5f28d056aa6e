//! The reference tables of the lake, from the plan.

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::Schema;
use arrow::error::ArrowError;
use rust_decimal::Decimal;

use crate::lake;
use crate::normalize::lake_decimal;
use crate::plan::{Measure, Plan};

pub(super) fn text<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(
        values
            .map(|v| v.filter(|t| !t.is_empty()))
            .collect::<StringArray>(),
    )
}

fn decimals(values: impl Iterator<Item = Option<Decimal>>) -> Result<ArrayRef, ArrowError> {
    let values: Decimal128Array = values.map(|v| v.map(lake_decimal)).collect();
    Ok(Arc::new(values.with_precision_and_scale(38, 6)?))
}

pub(super) fn table(name: &str, columns: Vec<ArrayRef>) -> Result<RecordBatch, ArrowError> {
    let schema = lake::table(name).map_or_else(|| Arc::new(Schema::empty()), |t| t.schema.clone());
    RecordBatch::try_new(schema, columns)
}

/// The tables `units`, `unit_changes`, `regions`, `indicators`, `sectors` and `targets`.
pub(super) fn reference_tables(
    plan: &Plan,
) -> Result<Vec<(&'static str, RecordBatch)>, ArrowError> {
    let geography = &plan.geography.tables;
    let dates = |values: Vec<Option<String>>| -> ArrayRef { Arc::new(StringArray::from(values)) };
    let units = &geography.units;
    let changes = &geography.changes;
    let regions = &geography.regions;
    let indicators = &plan.indicators;
    let integers = |values: Vec<Option<i64>>| -> ArrayRef { Arc::new(Int64Array::from(values)) };
    Ok(vec![
        (
            "units",
            table(
                "units",
                vec![
                    text(units.iter().map(|u| Some(u.unit.code.as_str()))),
                    text(units.iter().map(|u| Some(u.unit.vintage.as_str()))),
                    text(units.iter().map(|u| Some(u.name_vi.as_str()))),
                    text(units.iter().map(|u| Some(u.name_en.as_str()))),
                    text(units.iter().map(|u| Some(u.unit_type.as_str()))),
                    dates(
                        units
                            .iter()
                            .map(|u| Some(u.valid_from.to_string()))
                            .collect(),
                    ),
                    dates(
                        units
                            .iter()
                            .map(|u| u.valid_to.map(|d| d.to_string()))
                            .collect(),
                    ),
                    text(units.iter().map(|u| Some(u.legal_basis.as_str()))),
                ],
            )?,
        ),
        (
            "unit_changes",
            table(
                "unit_changes",
                vec![
                    text(changes.iter().map(|c| Some(c.from.vintage.as_str()))),
                    text(changes.iter().map(|c| Some(c.from.code.as_str()))),
                    text(changes.iter().map(|c| Some(c.to.vintage.as_str()))),
                    text(changes.iter().map(|c| Some(c.to.code.as_str()))),
                    text(changes.iter().map(|c| Some(c.change.as_str()))),
                    dates(
                        changes
                            .iter()
                            .map(|c| Some(c.effective.to_string()))
                            .collect(),
                    ),
                    text(changes.iter().map(|c| Some(c.legal_basis.as_str()))),
                ],
            )?,
        ),
        (
            "regions",
            table(
                "regions",
                vec![
                    text(regions.iter().map(|r| Some(r.scheme.as_str()))),
                    text(regions.iter().map(|r| Some(r.region.as_str()))),
                    text(regions.iter().map(|r| Some(r.name_vi.as_str()))),
                    text(regions.iter().map(|r| Some(r.name_en.as_str()))),
                    text(regions.iter().map(|r| Some(r.unit.vintage.as_str()))),
                    text(regions.iter().map(|r| Some(r.unit.code.as_str()))),
                    text(regions.iter().map(|r| Some(r.valid_from.as_str()))),
                    text(regions.iter().map(|r| r.valid_to.as_deref())),
                    text(regions.iter().map(|r| Some(r.legal_basis.as_str()))),
                ],
            )?,
        ),
        (
            "indicators",
            table(
                "indicators",
                vec![
                    text(indicators.iter().map(|i| Some(i.id.as_str()))),
                    text(indicators.iter().map(|i| i.section.as_deref())),
                    text(indicators.iter().map(|i| i.row_code.as_deref())),
                    integers(indicators.iter().map(|i| i.level).collect()),
                    text(indicators.iter().map(|i| i.home_form.as_deref())),
                    text(indicators.iter().map(|i| Some(i.name_vi.as_str()))),
                    text(indicators.iter().map(|i| Some(i.name_en.as_str()))),
                    text(indicators.iter().map(|i| Some(i.unit.as_str()))),
                    integers(
                        indicators
                            .iter()
                            .map(|i| Some(i64::from(i.decimals)))
                            .collect(),
                    ),
                    text(indicators.iter().map(|i| Some(i.measure.as_str()))),
                    text(indicators.iter().map(|i| match &i.measure {
                        Measure::Mean { weight } => Some(weight.as_str()),
                        _ => None,
                    })),
                    text(indicators.iter().map(|i| match &i.measure {
                        Measure::Ratio { numerator, .. } => Some(numerator.as_str()),
                        _ => None,
                    })),
                    text(indicators.iter().map(|i| match &i.measure {
                        Measure::Ratio { denominator, .. } => Some(denominator.as_str()),
                        _ => None,
                    })),
                    integers(indicators.iter().map(|i| i.scale).collect()),
                    text(indicators.iter().map(|i| i.note.as_deref())),
                    decimals(indicators.iter().map(|i| i.tolerance))?,
                    decimals(indicators.iter().map(|i| i.tolerance_units))?,
                ],
            )?,
        ),
        (
            "sectors",
            table(
                "sectors",
                vec![
                    text(plan.sectors.iter().map(|s| Some(s.code.as_str()))),
                    text(plan.sectors.iter().map(|s| s.parent.as_deref())),
                    integers(plan.sectors.iter().map(|s| Some(s.level)).collect()),
                    text(plan.sectors.iter().map(|s| Some(s.name_vi.as_str()))),
                    text(plan.sectors.iter().map(|s| Some(s.name_en.as_str()))),
                ],
            )?,
        ),
        ("targets", targets(plan)?),
    ])
}

fn targets(plan: &Plan) -> Result<RecordBatch, ArrowError> {
    let texts = |i: usize| text(plan.targets.iter().map(move |t| Some(t.texts[i].as_str())));
    let mut columns: Vec<ArrayRef> = (0..8).map(texts).collect();
    columns.push(decimals(plan.targets.iter().map(|t| Some(t.value)))?);
    columns.extend((8..10).map(texts));
    table("targets", columns)
}
