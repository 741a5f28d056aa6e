//! Values that the lake already has for a blank form.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::AsArray;
use arrow::datatypes::Decimal128Type;
use rust_decimal::Decimal;

use super::error::TemplateError;
use crate::engine::TextColumn;
use crate::extract::{Form, RelativePeriod, Scenario, belongs};
use crate::geography::UnitKey;
use crate::lake::Snapshot;
use crate::normalize::VALUE_SCALE;
use crate::period::Period;
use crate::query::open_engine;
use crate::reading::RunError;
use crate::text::{Members, members_sql};

/// Values of one unit, by indicator, members of breakdowns, period and scenario.
#[derive(Debug, Default)]
pub(in crate::answers) struct KnownValues {
    values: BTreeMap<KnownKey, Decimal>,
    /// Those in which a part is missing.
    partial: BTreeSet<KnownKey>,
    /// Whether every column is filled, not only those of periods that are over.
    is_whole: bool,
}

/// Indicator, members of breakdowns, period and scenario.
pub(in crate::answers) type KnownKey = (String, Members, Period, Scenario);

impl KnownValues {
    /// Reads the values of the periods that ended before the form's period began. Partial figures are left out.
    pub(super) async fn read(
        snapshot: &Snapshot,
        unit: &UnitKey,
        form: &Form,
        (period, breakdowns): (Period, &[String]),
    ) -> Result<Self, TemplateError> {
        let members = members_sql(breakdowns);
        let engine = open_engine(snapshot).map_err(RunError::from)?;
        let mut known = BTreeMap::new();
        let mut periods: Vec<Period> = form
            .columns
            .iter()
            .filter(|c| belongs(&c.frequencies, period.frequency) && is_over(c.period, period))
            .map(|c| c.period.of(period))
            .collect();
        periods.dedup();
        for of in periods {
            for scenario in [Scenario::Actual, Scenario::Estimate] {
                let sql = format!(
                    "SELECT indicator, {members} AS members, value FROM facts WHERE geography = '{}' AND unit_code = '{}' AND period = '{of}' \
                     AND scenario = '{}' AND status IN ('A', 'E') AND value IS NOT NULL",
                    unit.vintage,
                    unit.code,
                    scenario.as_str()
                );
                let (_, batches) = engine.query(&sql).await.map_err(RunError::from)?;
                for batch in &batches {
                    let [indicators, members] =
                        ["indicator", "members"].map(|name| TextColumn::read(batch, name));
                    let values = batch.column(2).as_primitive::<Decimal128Type>();
                    for row in 0..batch.num_rows() {
                        let value =
                            Decimal::try_from_i128_with_scale(values.value(row), VALUE_SCALE);
                        let Ok(value) = value else { continue };
                        let key = (
                            indicators.text(row).to_owned(),
                            Members::parse(members.text(row)),
                            of,
                            scenario,
                        );
                        known.insert(key, value.normalize());
                    }
                }
            }
        }
        Ok(Self {
            values: known,
            ..Self::default()
        })
    }

    /// Values that fill every column of a form.
    pub(in crate::answers) fn whole() -> Self {
        Self {
            is_whole: true,
            ..Self::default()
        }
    }

    /// Adds a value.
    pub(in crate::answers) fn add(&mut self, key: KnownKey, value: Decimal, is_partial: bool) {
        if is_partial {
            self.partial.insert(key.clone());
        }
        self.values.insert(key, value);
    }

    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    pub(super) fn is_partial(
        &self,
        indicator: &str,
        members: &Members,
        of: Period,
        scenario: Scenario,
    ) -> bool {
        let key = (indicator.to_owned(), members.clone(), of, scenario);
        self.partial.contains(&key)
    }

    pub(super) fn get(
        &self,
        indicator: &str,
        members: &Members,
        of: Period,
        scenario: Scenario,
    ) -> Option<Decimal> {
        let key = (indicator.to_owned(), members.clone(), of, scenario);
        self.values.get(&key).copied()
    }
}

/// Whether the period of a column ended before the period of the report began.
pub(super) fn is_over(of: RelativePeriod, period: Period) -> bool {
    of.of(period).end() < period.start()
}
