//! The reference tables of the lake, from the plan.

use std::collections::BTreeMap;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::error::ArrowError;

use crate::engine::columns::{VALUE_SCALE, decimals, displayed, texts};
use crate::geography::{UnitKey, UnitName};
use crate::lake;
use crate::plan::{Plan, indicators_table, sectors_table};
use crate::text::rounded;

/// The tables `units`, `unit_names`, `unit_changes`, `regions`, `indicators`, `sectors`, `targets` and `history`.
pub(super) fn reference_tables(
    plan: &Plan,
) -> Result<Vec<(&'static str, RecordBatch)>, ArrowError> {
    let geography = &plan.geography.tables;
    let changes = &geography.changes;
    let regions = &geography.regions;
    Ok(vec![
        ("units", unit_rows("units", &each_once(&geography.units))?),
        ("unit_names", unit_rows("unit_names", &geography.units)?),
        (
            "unit_changes",
            lake::batch(
                "unit_changes",
                vec![
                    texts(changes.iter().map(|c| Some(c.from.vintage.as_str()))),
                    texts(changes.iter().map(|c| Some(c.from.code.as_str()))),
                    texts(changes.iter().map(|c| Some(c.to.vintage.as_str()))),
                    texts(changes.iter().map(|c| Some(c.to.code.as_str()))),
                    texts(changes.iter().map(|c| Some(c.change.as_str()))),
                    texts(changes.iter().map(|c| Some(c.effective.to_string()))),
                    texts(changes.iter().map(|c| Some(c.legal_basis.as_str()))),
                ],
            )?,
        ),
        (
            "regions",
            lake::batch(
                "regions",
                vec![
                    texts(regions.iter().map(|r| Some(r.scheme.as_str()))),
                    texts(regions.iter().map(|r| Some(r.region.as_str()))),
                    texts(regions.iter().map(|r| Some(r.name_vi.as_str()))),
                    texts(regions.iter().map(|r| Some(r.name_en.as_str()))),
                    texts(regions.iter().map(|r| Some(r.unit.vintage.as_str()))),
                    texts(regions.iter().map(|r| Some(r.unit.code.as_str()))),
                    texts(regions.iter().map(|r| Some(r.valid_from.as_str()))),
                    texts(regions.iter().map(|r| r.valid_to.as_deref())),
                    texts(regions.iter().map(|r| Some(r.legal_basis.as_str()))),
                ],
            )?,
        ),
        ("indicators", indicators_table(&plan.indicators)?),
        ("sectors", sectors_table(&plan.sectors)?),
        ("targets", targets(plan)?),
        ("history", history(plan)?),
    ])
}

/// One row for each unit: the name in force last, from the first day of its first name.
fn each_once(names: &[UnitName]) -> Vec<UnitName> {
    let mut units: BTreeMap<&UnitKey, UnitName> = BTreeMap::new();
    let mut in_order: Vec<&UnitName> = names.iter().collect();
    in_order.sort_by_key(|name| name.valid_from);
    for name in in_order {
        let first_day = units.get(&name.unit).map(|unit| unit.valid_from);
        let mut unit = name.clone();
        unit.valid_from = first_day.unwrap_or(name.valid_from);
        units.insert(&name.unit, unit);
    }
    units.into_values().collect()
}

/// Units or names of units as a table of the lake.
fn unit_rows(table: &str, rows: &[UnitName]) -> Result<RecordBatch, ArrowError> {
    lake::batch(
        table,
        vec![
            texts(rows.iter().map(|u| Some(u.unit.code.as_str()))),
            texts(rows.iter().map(|u| Some(u.unit.vintage.as_str()))),
            texts(rows.iter().map(|u| Some(u.name_vi.as_str()))),
            texts(rows.iter().map(|u| Some(u.name_en.as_str()))),
            texts(rows.iter().map(|u| Some(u.unit_type.as_str()))),
            texts(rows.iter().map(|u| Some(u.valid_from.to_string()))),
            texts(rows.iter().map(|u| u.valid_to.map(|d| d.to_string()))),
            texts(rows.iter().map(|u| Some(u.legal_basis.as_str()))),
        ],
    )
}

fn targets(plan: &Plan) -> Result<RecordBatch, ArrowError> {
    let all = || plan.targets.iter();
    let of_file = |i: usize| texts(all().map(move |t| Some(t.texts[i].as_str())));
    let value = decimals(all().map(|t| t.value));
    let mut columns: Vec<ArrayRef> = (0..8).map(of_file).collect();
    columns.push(value);
    columns.extend((8..10).map(of_file));
    columns.push(texts(all().map(|t| t.measure.indicator.as_deref())));
    columns.push(texts(all().map(|t| t.measure.base_year.as_deref())));
    lake::batch("targets", columns)
}

fn history(plan: &Plan) -> Result<RecordBatch, ArrowError> {
    let all = || plan.history.iter();
    lake::batch(
        "history",
        vec![
            displayed(all().map(|f| Some(f.period))),
            texts(all().map(|f| f.geography.as_deref())),
            texts(all().map(|f| f.scheme.as_deref())),
            texts(all().map(|f| Some(f.code.as_str()))),
            texts(all().map(|f| Some(f.indicator.as_str()))),
            decimals(all().map(|f| f.value)),
            texts(all().map(|f| Some(f.unit.as_str()))),
            decimals(all().map(|f| rounded(f.printed, VALUE_SCALE))),
            texts(all().map(|f| Some(f.printed_unit.as_str()))),
            texts(all().map(|f| Some(f.source.as_str()))),
            texts(all().map(|f| Some(f.url.as_str()))),
            texts(all().map(|f| Some(f.note.as_str()))),
        ],
    )
}
