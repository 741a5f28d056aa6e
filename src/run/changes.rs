//! What a publication changes: the national figures, the reports that count no more, the findings.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Decimal128Type, Int64Type};
use serde::Serialize;

use super::figures::figure;
use crate::engine::{Engine, TextColumn};
use crate::lake::Snapshot;
use crate::plan::Plan;
use crate::query::{changed_figures, engine_over};
use crate::reading::RunError;
use crate::text::{BreakdownColumns, TOTAL};

/// What changed in the national figures, on the newest geography.
#[derive(Debug, Default, Serialize)]
pub struct NationalChanges {
    /// The snapshot before.
    pub before: String,
    /// The geography.
    pub geography: String,
    /// Figures of the country that are new, gone, or changed in value, status or the number of units that reported.
    pub figures: usize,
    /// Those of the pipeline's headlines, all sectors together, scenario best.
    pub headlines: Vec<NationalChange>,
}

/// A national figure that changed.
#[derive(Debug, Serialize)]
pub struct NationalChange {
    /// Indicator.
    pub indicator: String,
    /// Its name in English.
    pub name: String,
    /// Period.
    pub period: String,
    /// As it was, with the units that reported where some are missing; none where it was not there.
    pub before: Option<String>,
    /// As it is.
    pub after: Option<String>,
}

/// What changed in the national figures from one snapshot to another.
pub(super) async fn national_changes(
    plan: &Plan,
    before: &Snapshot,
    after: &Snapshot,
) -> Result<NationalChanges, RunError> {
    let (compared, breakdowns) = engine_over(before, after, &["national"])?;
    national(plan, (&compared, &breakdowns), before).await
}

pub(super) async fn national(
    plan: &Plan,
    (compared, breakdowns): (&Engine, &BreakdownColumns),
    before: &Snapshot,
) -> Result<NationalChanges, RunError> {
    let geography = plan.geography.newest();
    let sql = format!(
        "SELECT * FROM ({}) AS changed \
         WHERE geography = '{geography}' \
           AND ((value_after IS DISTINCT FROM value_before) OR (status_after IS DISTINCT FROM status_before) \
             OR (units_reported_after IS DISTINCT FROM units_reported_before)) \
         ORDER BY period DESC, indicator",
        changed_figures("national", breakdowns)
    );
    let (_, batches) = compared.query(&sql).await?;
    let mut changes = NationalChanges {
        before: before.id.clone(),
        geography: geography.to_owned(),
        ..NationalChanges::default()
    };
    for batch in &batches {
        changes.figures += batch.num_rows();
        let [indicator, period, scenario] =
            ["indicator", "period", "scenario"].map(|name| TextColumn::read(batch, name));
        let members = breakdowns.all().iter();
        let members: Vec<TextColumn> = members.map(|id| TextColumn::read(batch, id)).collect();
        for row in 0..batch.num_rows() {
            let is_headline = members.iter().all(|of| of.text(row) == TOTAL)
                && scenario.text(row) == "best"
                && plan
                    .headline
                    .indicators
                    .iter()
                    .any(|i| i == indicator.text(row));
            let facts = plan.indicators.iter().find(|i| i.id == indicator.text(row));
            if let Some(facts) = facts.filter(|_| is_headline) {
                changes.headlines.push(NationalChange {
                    indicator: facts.id.clone(),
                    name: facts.name_en.clone(),
                    period: period.text(row).to_owned(),
                    before: shown(batch, "before", row, facts.decimals),
                    after: shown(batch, "after", row, facts.decimals),
                });
            }
        }
    }
    Ok(changes)
}

/// A figure as the summary shows it; none where it is not there.
fn shown(batch: &RecordBatch, side: &str, row: usize, decimals: u32) -> Option<String> {
    let column = |name: &str| batch.column_by_name(&format!("{name}_{side}"));
    let status = TextColumn::read(batch, &format!("status_{side}"));
    let status = status.get(row)?;
    let value = column("value")?.as_primitive_opt::<Decimal128Type>()?;
    let value = value.is_valid(row).then(|| value.value(row));
    let units = ["units_reported", "units_expected"].map(|name| {
        column(name)
            .and_then(|c| c.as_primitive_opt::<Int64Type>())
            .map_or(0, |c| c.value(row))
    });
    let is_estimated = column("share_estimated").is_some_and(|shares| shares.is_valid(row));
    Some(figure(value, decimals, status, units, is_estimated))
}
