//! The rows of a snapshot behind some figures, in maps keyed by small numbers.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use arrow::array::{Array, AsArray, Decimal128Array, RecordBatch, StringArray};
use arrow::datatypes::{Decimal128Type, Int64Type, TimestampMicrosecondType};
use datafusion::error::{DataFusionError, Result};
use jiff::Timestamp;
use rust_decimal::Decimal;

use super::leaf::{CellRole, SentReport};
use crate::engine::Engine;
use crate::normalize::VALUE_SCALE;

/// Number of a text.
pub(super) type Id = u32;

/// Texts by numbers and numbers by texts.
#[derive(Debug, Default)]
pub(super) struct Texts {
    ids: HashMap<Arc<str>, Id>,
    all: Vec<Arc<str>>,
}

impl Texts {
    /// The number of a text. A new text gets a new number.
    pub(super) fn id(&mut self, text: &str) -> Id {
        if let Some(id) = self.ids.get(text) {
            return *id;
        }
        let id = Id::try_from(self.all.len()).unwrap_or(Id::MAX);
        let text: Arc<str> = text.into();
        self.all.push(text.clone());
        self.ids.insert(text, id);
        id
    }

    /// The number of a text; none if it was never seen.
    pub(super) fn known(&self, text: &str) -> Option<Id> {
        self.ids.get(text).copied()
    }

    /// The text of a number.
    pub(super) fn text(&self, id: Id) -> Arc<str> {
        self.all.get(id as usize).cloned().unwrap_or_default()
    }

    /// A column as numbers.
    fn column(&mut self, batch: &RecordBatch, name: &str) -> Result<Vec<Option<Id>>> {
        let column = strings(batch, name)?;
        let mut ids = Vec::with_capacity(column.len());
        let mut last: Option<(&str, Id)> = None;
        for text in column {
            // Rows are sorted, so the same text often repeats.
            ids.push(text.map(|text| match last {
                Some((before, id)) if before == text => id,
                _ => {
                    let id = self.id(text);
                    last = Some((text, id));
                    id
                }
            }));
        }
        Ok(ids)
    }
}

/// The key of a row of `facts`, `national` or `regional`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) geography: Id,
    pub(super) code: Id,
    pub(super) indicator: Id,
    pub(super) members: Id,
    pub(super) period: Id,
    pub(super) scenario: Id,
}

/// A row of `facts`, `national` or `regional`.
#[derive(Debug, Clone)]
pub(super) struct FigureRow {
    pub(super) value: Option<Decimal>,
    pub(super) weight: Option<Decimal>,
    pub(super) status: Option<Id>,
    /// Of facts only.
    pub(super) basis: Option<Id>,
    /// Parts used and parts needed, units reported and units expected.
    pub(super) counts: Option<(i64, i64)>,
}

/// A row of `fact_sources`: the role of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct SourceRow {
    pub(super) part: CellRole,
    pub(super) report: Id,
    pub(super) cell: Id,
    pub(super) indicator: Id,
    pub(super) members: Id,
}

/// A row of `observations`.
#[derive(Debug)]
pub(super) struct ObservationRow {
    pub(super) report: Id,
    pub(super) unit: (Id, Id),
    pub(super) indicator: Id,
    pub(super) period: Id,
    pub(super) scenario: Id,
    pub(super) value: Option<Decimal>,
    pub(super) measure_unit: Option<Id>,
    pub(super) status: Id,
    pub(super) raw: Option<Arc<str>>,
    pub(super) unit_read: Option<Id>,
    pub(super) sheet: Option<Id>,
    pub(super) cell: Id,
}

/// What to read.
#[derive(Debug, Default)]
pub(super) struct Scope {
    pub(super) indicators: BTreeSet<String>,
    /// The indicators, and the indicators that are their weight, numerator or denominator.
    pub(super) observed: BTreeSet<String>,
    pub(super) members: BTreeSet<String>,
    /// The SQL that writes the members of a row as a text.
    pub(super) members_sql: String,
    pub(super) periods: BTreeSet<String>,
    /// The periods, and the shorter ones that they may be made of.
    pub(super) observed_periods: BTreeSet<String>,
    pub(super) scenarios: BTreeSet<String>,
}

/// A reporting unit, a period, an indicator and members of breakdowns.
pub(super) type Statement = (Id, Id, Id, Id);

/// The rows that were read.
#[derive(Debug, Default)]
pub(super) struct Holdings {
    pub(super) texts: Texts,
    pub(super) facts: HashMap<Key, FigureRow>,
    pub(super) sources: HashMap<Key, Vec<SourceRow>>,
    /// `national` by the country's code, `regional` by the region's, each of one scheme.
    pub(super) totals: HashMap<Key, FigureRow>,
    pub(super) reports: HashMap<Id, Arc<SentReport>>,
    pub(super) stated: Vec<ObservationRow>,
    /// Observations by report, cell and indicator.
    pub(super) by_cell: HashMap<(Id, Id, Id, Id), usize>,
    /// Observations by what they state.
    pub(super) by_statement: HashMap<Statement, Vec<usize>>,
}

impl Holdings {
    /// Reads the rows behind the figures in `scope`. `entity` gives the reporting unit of a vintage and a code; `scheme`
    /// gives the scheme of a region code on a vintage.
    pub(super) async fn read(
        engine: &Engine,
        scope: &Scope,
        entity: &dyn Fn(&str, &str) -> String,
        scheme: &dyn Fn(&str, &str) -> Option<String>,
    ) -> Result<Self> {
        let mut this = Self::default();
        let key = scope.filter(&scope.indicators, &scope.periods, true);
        let members = &scope.members_sql;
        let keys = format!(
            "geography, period, indicator, {members} AS members, scenario, value, weight, status"
        );
        let sql = format!(
            "SELECT unit_code AS code, basis, sources AS done, expected AS whole, {keys} FROM facts WHERE {key}"
        );
        for batch in &engine.query(&sql).await?.1 {
            let rows = this.rows(batch)?;
            this.facts.extend(rows);
        }
        let counts = "units_reported AS done, units_expected AS whole";
        let sql = format!(
            "SELECT code, CAST(NULL AS VARCHAR) AS basis, {counts}, {keys} FROM national WHERE {key}"
        );
        for batch in &engine.query(&sql).await?.1 {
            let rows = this.rows(batch)?;
            this.totals.extend(rows);
        }
        let sql = format!(
            "SELECT scheme, code, CAST(NULL AS VARCHAR) AS basis, {counts}, {keys} FROM regional WHERE {key}"
        );
        for batch in &engine.query(&sql).await?.1 {
            let (schemes, codes) = (strings(batch, "scheme")?, strings(batch, "code")?);
            let geographies = strings(batch, "geography")?;
            let rows = this.rows(batch)?.into_iter().enumerate();
            let wanted = rows.filter(|(row, _)| {
                let scheme = scheme(geographies.value(*row), codes.value(*row));
                scheme.as_deref() == Some(schemes.value(*row))
            });
            this.totals.extend(wanted.map(|(_, row)| row));
        }
        this.read_sources(engine, members, &key).await?;
        this.read_reports(engine).await?;
        let observed = scope.filter(&scope.observed, &scope.observed_periods, false);
        this.read_observations(engine, members, &observed, entity)
            .await?;
        Ok(this)
    }

    fn rows(&mut self, batch: &RecordBatch) -> Result<Vec<(Key, FigureRow)>> {
        let keys = self.keys(batch)?;
        let (values, weights) = (decimals(batch, "value")?, decimals(batch, "weight")?);
        let status = self.texts.column(batch, "status")?;
        let basis = self.texts.column(batch, "basis")?;
        let (done, whole) = (integers(batch, "done")?, integers(batch, "whole")?);
        let rows = keys.into_iter().enumerate().map(|(row, key)| {
            let columns = FigureRow {
                value: decimal(values, row),
                weight: decimal(weights, row),
                status: status[row],
                basis: basis[row],
                counts: done[row].zip(whole[row]),
            };
            (key, columns)
        });
        Ok(rows.collect())
    }

    fn keys(&mut self, batch: &RecordBatch) -> Result<Vec<Key>> {
        let mut column = |name: &str| -> Result<Vec<Id>> {
            let ids = self.texts.column(batch, name)?;
            let ids = ids.into_iter().collect::<Option<Vec<Id>>>();
            ids.ok_or_else(|| DataFusionError::Internal(format!("`{name}` is NULL")))
        };
        let (geography, code) = (column("geography")?, column("code")?);
        let (indicator, members) = (column("indicator")?, column("members")?);
        let (period, scenario) = (column("period")?, column("scenario")?);
        let keys = (0..batch.num_rows()).map(|row| Key {
            geography: geography[row],
            code: code[row],
            indicator: indicator[row],
            members: members[row],
            period: period[row],
            scenario: scenario[row],
        });
        Ok(keys.collect())
    }

    async fn read_sources(&mut self, engine: &Engine, members: &str, key: &str) -> Result<()> {
        let sql = format!(
            "SELECT geography, unit_code AS code, period, indicator, {members} AS members, scenario, part, report_id, observed_indicator, cell \
             FROM fact_sources WHERE {key}"
        );
        for batch in &engine.query(&sql).await?.1 {
            let keys = self.keys(batch)?;
            let parts = strings(batch, "part")?;
            let [report, indicator, cell] = ["report_id", "observed_indicator", "cell"]
                .map(|name| self.texts.column(batch, name));
            let (report, indicator, cell) = (report?, indicator?, cell?);
            for (row, key) in keys.into_iter().enumerate() {
                let part = CellRole::ALL
                    .into_iter()
                    .find(|p| p.as_str() == parts.value(row));
                let ids = report[row].zip(indicator[row]).zip(cell[row]);
                if let (Some(part), Some(((report, indicator), cell))) = (part, ids) {
                    self.sources.entry(key).or_default().push(SourceRow {
                        part,
                        report,
                        cell,
                        indicator,
                        members: key.members,
                    });
                }
            }
        }
        for sources in self.sources.values_mut() {
            sources.sort_unstable();
        }
        Ok(())
    }

    async fn read_reports(&mut self, engine: &Engine) -> Result<()> {
        let sql = "SELECT r.report_id, r.form, r.period, r.unit_vintage, r.unit_code, r.vintage_evidence, r.reporter, r.revision, \
                          r.is_current, s.file_name, s.sha256, s.received_at \
                   FROM reports r JOIN submissions s ON s.submission_id = r.submission_id AND s.outcome <> 'duplicate'";
        for batch in &engine.query(sql).await?.1 {
            let optional = |name: &str| -> Result<Vec<Option<Arc<str>>>> {
                Ok(strings(batch, name)?
                    .iter()
                    .map(|text| text.map(Arc::from))
                    .collect())
            };
            let (ids, forms) = (optional("report_id")?, optional("form")?);
            let (periods, reporters) = (optional("period")?, optional("reporter")?);
            let (vintages, codes) = (optional("unit_vintage")?, optional("unit_code")?);
            let evidence = optional("vintage_evidence")?;
            let (files, hashes) = (optional("file_name")?, optional("sha256")?);
            let revisions = integers(batch, "revision")?;
            let current = column(batch, "is_current")?.as_boolean_opt();
            let times =
                column(batch, "received_at")?.as_primitive_opt::<TimestampMicrosecondType>();
            for row in 0..batch.num_rows() {
                let text = |of: &[Option<Arc<str>>]| of[row].clone().unwrap_or_default();
                let report_id = text(&ids);
                let received = times.filter(|times| times.is_valid(row));
                let sent = SentReport {
                    form: text(&forms),
                    period: periods[row].clone(),
                    unit_vintage: vintages[row].clone(),
                    unit_code: codes[row].clone(),
                    vintage_evidence: evidence[row].clone(),
                    reporter: reporters[row].clone(),
                    revision: revisions[row].unwrap_or(1),
                    is_current: current.is_some_and(|c| c.is_valid(row) && c.value(row)),
                    file_name: text(&files),
                    sha256: text(&hashes),
                    received_at: received
                        .and_then(|times| Timestamp::from_microsecond(times.value(row)).ok()),
                    report_id: report_id.clone(),
                };
                self.reports
                    .insert(self.texts.id(&report_id), Arc::new(sent));
            }
        }
        Ok(())
    }

    async fn read_observations(
        &mut self,
        engine: &Engine,
        members_sql: &str,
        filter: &str,
        entity: &dyn Fn(&str, &str) -> String,
    ) -> Result<()> {
        let sql = format!(
            "SELECT report_id, period, unit_vintage, unit_code, indicator, {members_sql} AS members, scenario, value, unit, status, raw, unit_read, \
                    sheet, cell FROM observations WHERE {filter} ORDER BY report_id, cell"
        );
        for batch in &engine.query(&sql).await?.1 {
            let mut ids = |name: &str| self.texts.column(batch, name);
            let (reports, cells) = (ids("report_id")?, ids("cell")?);
            let (vintages, codes) = (ids("unit_vintage")?, ids("unit_code")?);
            let (indicators, members) = (ids("indicator")?, ids("members")?);
            let (periods, scenarios) = (ids("period")?, ids("scenario")?);
            let (units, units_read) = (ids("unit")?, ids("unit_read")?);
            let (status, sheets) = (ids("status")?, ids("sheet")?);
            let (raw, values) = (strings(batch, "raw")?, decimals(batch, "value")?);
            for row in 0..batch.num_rows() {
                let whose = vintages[row].zip(codes[row]);
                let what = indicators[row].zip(members[row]);
                let when = periods[row].zip(scenarios[row]);
                let place = reports[row].zip(cells[row]);
                let (Some(unit), Some((indicator, members)), Some((period, scenario))) =
                    (whose, what, when)
                else {
                    continue;
                };
                let (Some((report, cell)), Some(status)) = (place, status[row]) else {
                    continue;
                };
                let of = entity(&self.texts.text(unit.0), &self.texts.text(unit.1));
                let statement = (self.texts.id(&of), period, indicator, members);
                let at = self.stated.len();
                self.by_cell.insert((report, cell, indicator, members), at);
                self.by_statement.entry(statement).or_default().push(at);
                self.stated.push(ObservationRow {
                    report,
                    unit,
                    indicator,
                    period,
                    scenario,
                    value: decimal(values, row),
                    measure_unit: units[row],
                    status,
                    raw: raw.is_valid(row).then(|| raw.value(row).into()),
                    unit_read: units_read[row],
                    sheet: sheets[row],
                    cell,
                });
            }
        }
        Ok(())
    }
}

impl Scope {
    /// An SQL condition for the rows of some indicators and periods.
    fn filter(
        &self,
        indicators: &BTreeSet<String>,
        periods: &BTreeSet<String>,
        of_scenario: bool,
    ) -> String {
        let within = |column: &str, values: &BTreeSet<String>| {
            let values = values
                .iter()
                .map(|v| format!("'{}'", v.replace('\'', "''")));
            let values: Vec<String> = values.collect();
            match values.len() {
                0 => "FALSE".to_owned(),
                _ => format!("{column} IN ({})", values.join(", ")),
            }
        };
        let mut all = vec![
            within("indicator", indicators),
            within(&self.members_sql, &self.members),
            within("period", periods),
        ];
        if of_scenario {
            all.push(within("scenario", &self.scenarios));
        }
        all.join(" AND ")
    }
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a dyn Array> {
    match batch.column_by_name(name) {
        Some(column) => Ok(column.as_ref()),
        None => Err(DataFusionError::Internal(format!("no column `{name}`"))),
    }
}

fn strings<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a StringArray> {
    let column = column(batch, name)?.as_string_opt();
    column.ok_or_else(|| DataFusionError::Internal(format!("`{name}` is no text")))
}

fn decimals<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a Decimal128Array> {
    let column = column(batch, name)?.as_primitive_opt::<Decimal128Type>();
    column.ok_or_else(|| DataFusionError::Internal(format!("`{name}` is no decimal")))
}

fn integers(batch: &RecordBatch, name: &str) -> Result<Vec<Option<i64>>> {
    let column = column(batch, name)?.as_primitive_opt::<Int64Type>();
    let column =
        column.ok_or_else(|| DataFusionError::Internal(format!("`{name}` is no integer")))?;
    Ok(column.iter().collect())
}

/// A value of the lake. Also none if it has more digits than a [`Decimal`] can hold; no printed value has that many.
fn decimal(column: &Decimal128Array, row: usize) -> Option<Decimal> {
    let value = column.is_valid(row).then(|| column.value(row))?;
    let value = Decimal::try_from_i128_with_scale(value, VALUE_SCALE).ok()?;
    Some(value.normalize())
}
