//! The reference tables of the lake, from the plan.

use std::collections::BTreeMap;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::error::ArrowError;
use jiff::civil::Date;

use crate::engine::columns::{VALUE_SCALE, decimals, displayed, texts};
use crate::geography::{Agency, Members, UnitKey, UnitName};
use crate::lake;
use crate::plan::{Plan, TASK_TEXTS, breakdown_table, indicators_table};
use crate::text::rounded;

/// The tables `units`, `unit_names`, `unit_changes`, `regions`, `indicators`, `targets`, `history`, and those of the
/// breakdowns.
pub(super) fn reference_tables(plan: &Plan) -> Result<Vec<(String, RecordBatch)>, ArrowError> {
    let geography = &plan.geography.tables;
    let changes = &geography.changes;
    let regions = &geography.regions;
    let tables = vec![
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
        ("agencies", agencies(plan)?),
        ("tasks", tasks(plan)?),
        ("targets", targets(plan)?),
        ("history", history(plan)?),
    ];
    let tables = tables.into_iter();
    let mut tables: Vec<(String, RecordBatch)> = tables
        .map(|(name, batch)| (name.to_owned(), batch))
        .collect();
    for breakdown in &plan.breakdowns {
        tables.push((breakdown.list.clone(), breakdown_table(breakdown)?));
    }
    Ok(tables)
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

fn agencies(plan: &Plan) -> Result<RecordBatch, ArrowError> {
    let all = plan.geography.agencies.all();
    let days = |day: fn(&Agency) -> Option<Date>| {
        texts(all.iter().map(|a| day(a).map(|day| day.to_string())))
    };
    lake::batch(
        "agencies",
        vec![
            texts(all.iter().map(|a| Some(a.id.as_str()))),
            texts(all.iter().map(|a| Some(a.name_vi.as_str()))),
            texts(all.iter().map(|a| Some(a.name_en.as_str()))),
            texts(all.iter().map(|a| {
                let names = a.abbreviations.join(";");
                Some(names).filter(|names| !names.is_empty())
            })),
            texts(all.iter().map(|a| Some(a.kind.as_str()))),
            days(|a| a.valid_from),
            days(|a| a.valid_to),
            texts(all.iter().map(|a| a.successor.as_deref())),
            texts(all.iter().map(|a| a.members.as_ref().map(Members::written))),
            texts(all.iter().map(|a| a.note.as_deref())),
        ],
    )
}

fn tasks(plan: &Plan) -> Result<RecordBatch, ArrowError> {
    let columns =
        (0..TASK_TEXTS.len()).map(|i| texts(plan.tasks.iter().map(move |t| t.texts[i].as_deref())));
    lake::batch("tasks", columns.collect())
}

fn targets(plan: &Plan) -> Result<RecordBatch, ArrowError> {
    let all = || plan.targets.iter();
    let of_file = |i: usize| texts(all().map(move |t| Some(t.texts[i].as_str())));
    let value = decimals(all().map(|t| t.value));
    let mut columns: Vec<ArrayRef> = (0..8).map(of_file).collect();
    columns.push(value);
    columns.extend((8..10).map(of_file));
    columns.push(texts(all().map(|t| Some(t.text_en.as_str()))));
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
