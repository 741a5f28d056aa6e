//! The figures that fill a form, by place.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::AsArray;
use arrow::datatypes::Decimal128Type;
use rust_decimal::Decimal;

use super::places::scheme;
use crate::answers::template::KnownValues;
use crate::engine::{Engine, TextColumn};
use crate::extract::{Form, Scenario, belongs};
use crate::normalize::VALUE_SCALE;
use crate::period::Period;
use crate::plan::Plan;
use crate::reading::RunError;
use crate::text::{Members, members_sql};

/// The figures of all places, by table and code.
pub(super) struct Figures(BTreeMap<(&'static str, String), KnownValues>);

impl Figures {
    /// Reads the figures of the periods and scenarios that the form has columns for, on the newest geography.
    pub(super) async fn read(
        plan: &Plan,
        engine: &Engine,
        form: &Form,
        period: Period,
    ) -> Result<Self, RunError> {
        let columns = form
            .columns
            .iter()
            .filter(|c| belongs(&c.frequencies, period.frequency));
        let wanted: BTreeSet<(Period, Scenario)> =
            columns.map(|c| (c.period.of(period), c.scenario)).collect();
        let wanted_sql: Vec<String> = wanted
            .iter()
            .map(|(of, scenario)| {
                format!("(period = '{of}' AND scenario = '{}')", scenario.as_str())
            })
            .collect();
        let members = members_sql(&plan.breakdown_ids());
        let newest = plan.geography.newest();
        let mut figures = Self(BTreeMap::new());
        for table in ["national", "regional", "provincial"] {
            let of_scheme = match (table, scheme(plan)) {
                ("regional", Some(scheme)) => format!("AND scheme = '{scheme}'"),
                _ => String::new(),
            };
            let sql = format!(
                "SELECT code, indicator, {members} AS members, period, scenario, value, status FROM {table} \
                 WHERE geography = '{newest}' {of_scheme} AND value IS NOT NULL AND ({})",
                wanted_sql.join(" OR ")
            );
            let (_, batches) = engine.query(&sql).await?;
            for batch in &batches {
                figures.add(table, batch, &wanted);
            }
        }
        Ok(figures)
    }

    /// Adds the rows of an answer.
    fn add(
        &mut self,
        table: &'static str,
        batch: &arrow::array::RecordBatch,
        wanted: &BTreeSet<(Period, Scenario)>,
    ) {
        let text = |name| TextColumn::read(batch, name);
        let [codes, indicators, members, periods, scenarios, status] = [
            "code",
            "indicator",
            "members",
            "period",
            "scenario",
            "status",
        ]
        .map(text);
        let values = batch.column(5).as_primitive::<Decimal128Type>();
        for row in 0..batch.num_rows() {
            let value = Decimal::try_from_i128_with_scale(values.value(row), VALUE_SCALE);
            let of: Option<Period> = periods.text(row).parse().ok();
            let mut scenarios = wanted
                .iter()
                .filter(|(_, scenario)| scenario.as_str() == scenarios.text(row));
            let (Ok(value), Some(of), Some((_, scenario))) = (value, of, scenarios.next()) else {
                continue;
            };
            let key = (
                indicators.text(row).to_owned(),
                Members::parse(members.text(row)),
                of,
                *scenario,
            );
            let place = self.0.entry((table, codes.text(row).to_owned()));
            let known = place.or_insert_with(KnownValues::whole);
            known.add(key, value, status.text(row) == "P");
        }
    }

    /// The figures of a place.
    pub(super) fn of(&self, table: &'static str, code: &str) -> Option<&KnownValues> {
        self.0.get(&(table, code.to_owned()))
    }
}
