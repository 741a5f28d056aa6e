//! What the lake has about the reports that are owed: those that came, and those that are missing.

use std::collections::BTreeSet;

use arrow::array::AsArray;
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use jiff::Timestamp;

use crate::engine::{Engine, TextColumn};
use crate::geography::UnitKey;
use crate::reading::RunError;
use crate::run::MISSING;

/// A report in the lake.
pub(super) struct DeliveredReport {
    pub(super) form: String,
    pub(super) period: String,
    pub(super) unit: UnitKey,
    pub(super) is_current: bool,
    pub(super) is_held: bool,
    pub(super) received_at: Timestamp,
    pub(super) file_name: String,
    pub(super) revision: Option<i64>,
    pub(super) reporter: Option<String>,
    pub(super) errors: i64,
    pub(super) warnings: i64,
}

/// The reports whose form, period and unit are known.
pub(super) async fn sent(engine: &Engine) -> Result<Vec<DeliveredReport>, RunError> {
    let (_, batches) = engine
        .query(
            "SELECT r.form, r.period, r.unit_vintage, r.unit_code, r.is_current, r.revision, r.reporter, r.errors, \
                    r.warnings, s.file_name, s.received_at, NOT r.is_current AND r.cells_loaded = 0 AS is_held \
             FROM reports r JOIN submissions s ON s.submission_id = r.submission_id AND s.outcome <> 'duplicate' \
             WHERE r.period IS NOT NULL AND r.unit_code IS NOT NULL \
             ORDER BY r.report_id, s.file_name",
        )
        .await?;
    let mut all = Vec::new();
    for batch in &batches {
        let [form, period, vintage, code] = ["form", "period", "unit_vintage", "unit_code"]
            .map(|name| TextColumn::read(batch, name));
        let [reporter, file_name] =
            ["reporter", "file_name"].map(|name| TextColumn::read(batch, name));
        let [current, held] = [4, 11].map(|i| batch.column(i).as_boolean());
        let [revision, errors, warnings] =
            [5, 7, 8].map(|i| batch.column(i).as_primitive::<Int64Type>());
        let times = batch.column(10).as_primitive::<TimestampMicrosecondType>();
        all.extend((0..batch.num_rows()).map(|row| DeliveredReport {
            form: form.text(row).to_owned(),
            period: period.text(row).to_owned(),
            unit: UnitKey {
                vintage: vintage.text(row).to_owned(),
                code: code.text(row).to_owned(),
            },
            is_current: current.value(row),
            is_held: held.value(row),
            received_at:
                Timestamp::from_microsecond(times.value(row)).unwrap_or(Timestamp::UNIX_EPOCH),
            file_name: file_name.text(row).to_owned(),
            revision: Some(revision.value(row)),
            reporter: reporter.owned(row),
            errors: errors.value(row),
            warnings: warnings.value(row),
        }));
    }
    Ok(all)
}

/// The missing reports that the run found.
pub(super) async fn lacking(
    engine: &Engine,
) -> Result<BTreeSet<(String, String, UnitKey)>, RunError> {
    let sql = format!(
        "SELECT form, period, unit_vintage, unit_code FROM findings WHERE code = '{MISSING}'"
    );
    let (_, batches) = engine.query(&sql).await?;
    let mut all = BTreeSet::new();
    for batch in &batches {
        let [form, period, vintage, code] = ["form", "period", "unit_vintage", "unit_code"]
            .map(|name| TextColumn::read(batch, name));
        all.extend((0..batch.num_rows()).map(|row| {
            let unit = UnitKey {
                vintage: vintage.text(row).to_owned(),
                code: code.text(row).to_owned(),
            };
            (form.text(row).to_owned(), period.text(row).to_owned(), unit)
        }));
    }
    Ok(all)
}
