//! What a publication changes: the national figures, the reports that count no more, the findings.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Decimal128Type, Int64Type};
use serde::Serialize;

use super::figures::{figure, texts};
use crate::engine::Engine;
use crate::lake::Snapshot;
use crate::plan::Plan;
use crate::query::engine_over;
use crate::reading::RunError;

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
    let compared = engine_over(before, after, &["national"])?;
    national(plan, &compared, before).await
}

pub(super) async fn national(
    plan: &Plan,
    compared: &Engine,
    before: &Snapshot,
) -> Result<NationalChanges, RunError> {
    let geography = plan.geography.newest();
    let sql = format!(
        "SELECT coalesce(a.indicator, b.indicator) AS indicator, coalesce(a.period, b.period) AS period, \
                coalesce(a.sector, b.sector) AS sector, coalesce(a.fund, b.fund) AS fund, \
                coalesce(a.scenario, b.scenario) AS scenario, \
                b.value AS b_value, b.status AS b_status, b.units_reported AS b_reported, b.units_expected AS b_expected, \
                a.value AS a_value, a.status AS a_status, a.units_reported AS a_reported, a.units_expected AS a_expected \
         FROM (SELECT * FROM before_national WHERE geography = '{geography}') b \
         FULL JOIN (SELECT * FROM after_national WHERE geography = '{geography}') a \
           ON a.period = b.period AND a.indicator = b.indicator AND a.sector = b.sector AND a.fund = b.fund \
              AND a.scenario = b.scenario \
         WHERE (a.value IS DISTINCT FROM b.value) OR (a.status IS DISTINCT FROM b.status) \
            OR (a.units_reported IS DISTINCT FROM b.units_reported) \
         ORDER BY 2 DESC, 1"
    );
    let (_, batches) = compared.query(&sql).await?;
    let mut changes = NationalChanges {
        before: before.id.clone(),
        geography: geography.to_owned(),
        ..NationalChanges::default()
    };
    for batch in &batches {
        changes.figures += batch.num_rows();
        let [indicator, period, sector, fund, scenario] =
            ["indicator", "period", "sector", "fund", "scenario"].map(|name| texts(batch, name));
        for row in 0..batch.num_rows() {
            let is_headline = sector.value(row) == crate::normalize::TOTAL
                && fund.value(row) == crate::normalize::TOTAL
                && scenario.value(row) == "best"
                && plan
                    .headline
                    .indicators
                    .iter()
                    .any(|i| i == indicator.value(row));
            let facts = plan
                .indicators
                .iter()
                .find(|i| i.id == indicator.value(row));
            if let Some(facts) = facts.filter(|_| is_headline) {
                changes.headlines.push(NationalChange {
                    indicator: facts.id.clone(),
                    name: facts.name_en.clone(),
                    period: period.value(row).to_owned(),
                    before: shown(batch, "b", row, facts.decimals),
                    after: shown(batch, "a", row, facts.decimals),
                });
            }
        }
    }
    Ok(changes)
}

/// A figure as the summary shows it; none where it is not there.
fn shown(batch: &RecordBatch, side: &str, row: usize, decimals: u32) -> Option<String> {
    let column = |name: &str| batch.column_by_name(&format!("{side}_{name}"));
    let status = texts(batch, &format!("{side}_status"));
    if status.is_null(row) {
        return None;
    }
    let value = column("value")?.as_primitive_opt::<Decimal128Type>()?;
    let value = value.is_valid(row).then(|| value.value(row));
    let units = ["reported", "expected"].map(|name| {
        column(name)
            .and_then(|c| c.as_primitive_opt::<Int64Type>())
            .map_or(0, |c| c.value(row))
    });
    Some(figure(value, decimals, status.value(row), units))
}
