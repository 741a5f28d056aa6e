//! The tables that rules judge.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{ArrayRef, RecordBatch};
use datafusion::error::Result;
use rust_decimal::Decimal;

use super::contents::Contents;
use super::period_sql::period_parts;
use crate::engine::Engine;
use crate::engine::columns::{batch, decimals, displayed, integers, texts};
use crate::extract::{Form, Scenario};
use crate::geography::{Geography, JudgedReport, PlacedReport, UnitKey};
use crate::period::{Frequency, Period};
use crate::read::Address;
use crate::text::Members;

/// Registers the tables that rules judge: `judged` (the values of current reports in the order of their cells),
/// `report_columns` (the loaded columns, numbered over all reports, each with the column it stands on), `comparisons`
/// (derived cells), `period_parts` (the shorter
/// periods within the period of a column) and `counterparts` (other reports of the same unit).
///
/// # Errors
/// If the engine refuses a table.
pub fn register_columns(
    engine: &Engine,
    reports: &[JudgedReport],
    forms: &[Form],
    breakdowns: &[String],
    geography: &Geography,
) -> Result<()> {
    let mut columns: Vec<ReportColumn<'_>> = Vec::new();
    let mut judged = Judged::default();
    let mut comparisons = Comparisons::default();
    let mut contents = Contents::default();
    for judged_report in reports.iter().filter(|r| r.is_current()) {
        let report = &judged_report.report;
        let Some(form) = forms.iter().find(|f| f.code == judged_report.form()) else {
            continue;
        };
        let period = report.period;
        let numbers = numbered(report, columns.len());
        judged.add(report, &numbers);
        comparisons.add(report, &numbers);
        let held = contents.of(report, |o| {
            let code = report.code_of(o.area.as_deref())?;
            numbers.get(&(code, o.scenario, o.period)).copied()
        });
        for ((code, scenario, of), number) in &numbers {
            let (code, scenario, of) = (*code, *scenario, *of);
            let base = form
                .columns
                .iter()
                .find(|c| c.scenario == scenario && c.period.of(period) == of)
                .and_then(|c| c.stands_on)
                .map(|i| &form.columns[i])
                .map(|base| (base.scenario, base.period.of(period)));
            columns.push(ReportColumn {
                report,
                unit: UnitKey {
                    vintage: report.unit.vintage.clone(),
                    code: code.to_owned(),
                },
                scenario,
                period: of,
                base,
                base_number: base
                    .and_then(|(scenario, of)| numbers.get(&(code, scenario, of)).copied()),
                contents: held.get(number).copied(),
            });
        }
    }
    let periods: BTreeSet<Period> = columns.iter().map(|c| c.period).collect();
    engine.register_batch("period_parts", period_parts(&periods)?)?;
    engine.register_batch("report_columns", report_columns(&columns, geography)?)?;
    engine.register_batch("judged", judged.batch(breakdowns)?)?;
    engine.register_batch("comparisons", comparisons.batch(breakdowns)?)?;
    engine.register_batch("counterparts", counterparts(reports, forms, geography)?)
}

/// Identifies a loaded column within a report: the code of its unit, its scenario and period.
type LoadedColumn<'a> = (&'a str, Scenario, Period);

/// The loaded columns of a report, numbered from `first` on. In a form whose rows are units, each unit has its own.
fn numbered(report: &PlacedReport, first: usize) -> BTreeMap<LoadedColumn<'_>, i64> {
    let columns: BTreeSet<LoadedColumn<'_>> = report
        .dossier
        .content
        .observations
        .iter()
        .filter_map(|o| Some((report.code_of(o.area.as_deref())?, o.scenario, o.period)))
        .collect();
    columns.into_iter().zip(first as i64..).collect()
}

/// A row of `report_columns`.
struct ReportColumn<'r> {
    report: &'r PlacedReport,
    unit: UnitKey,
    scenario: Scenario,
    period: Period,
    /// Scenario and period of the column that this one stands on.
    base: Option<(Scenario, Period)>,
    /// Number of that column, if it is loaded.
    base_number: Option<i64>,
    /// Number of what it holds: the same for columns with the same figures. None if it has only zero, nil and blank cells.
    contents: Option<i64>,
}

/// The table `report_columns`.
fn report_columns(columns: &[ReportColumn<'_>], geography: &Geography) -> Result<RecordBatch> {
    let source = || columns.iter().map(|c| &c.report.dossier.source);
    let base = || columns.iter().map(|c| c.base);
    let columns = [
        ("number", integers(0..columns.len() as i64)),
        ("report_id", texts(source().map(|source| &source.report_id))),
        ("form", texts(source().map(|source| &source.form))),
        (
            "report_period",
            displayed(columns.iter().map(|c| Some(c.report.period))),
        ),
        (
            "entity",
            texts(columns.iter().map(|c| entity(geography, &c.unit))),
        ),
        (
            "unit_vintage",
            texts(columns.iter().map(|c| &c.unit.vintage)),
        ),
        ("unit_code", texts(columns.iter().map(|c| &c.unit.code))),
        ("file_name", texts(source().map(|source| &source.file_name))),
        (
            "year_before",
            displayed(columns.iter().map(|c| Some(year_before(c.report.period)))),
        ),
        (
            "last_year",
            displayed(columns.iter().map(|c| Some(last_year(c.report.period)))),
        ),
        (
            "scenario",
            texts(columns.iter().map(|c| c.scenario.as_str())),
        ),
        ("period", displayed(columns.iter().map(|c| Some(c.period)))),
        (
            "period_before",
            displayed(columns.iter().map(|c| Some(year_before(c.period)))),
        ),
        (
            "base_scenario",
            texts(base().map(|base| base.map(|(scenario, _)| scenario.as_str()))),
        ),
        (
            "base_period",
            displayed(base().map(|base| base.map(|(_, period)| period))),
        ),
        ("base", integers(columns.iter().map(|c| c.base_number))),
        ("contents", integers(columns.iter().map(|c| c.contents))),
    ];
    Ok(batch(columns)?)
}

/// Values in the cells of reports, column by column.
#[derive(Default)]
struct Figures<'r> {
    indicators: Vec<&'r str>,
    members: Vec<&'r Members>,
    cells: Vec<Address>,
    values: Vec<Option<Decimal>>,
    /// Their order within the report.
    order: Vec<i64>,
}

impl<'r> Figures<'r> {
    fn add(
        &mut self,
        (indicator, members): (&'r str, &'r Members),
        at: Address,
        value: Option<Decimal>,
        seq: usize,
    ) {
        self.indicators.push(indicator);
        self.members.push(members);
        self.cells.push(at);
        self.values.push(value);
        self.order.push(seq as i64);
    }

    /// The columns; `members` are those of all breakdowns as one text, beside a column for each of the `breakdowns`.
    fn columns(self, breakdowns: &[String]) -> Vec<(&str, ArrayRef)> {
        let mut columns = vec![
            ("indicator", texts(self.indicators)),
            ("members", texts(self.members.iter().map(|m| m.as_str()))),
            ("cell", displayed(self.cells.into_iter().map(Some))),
            ("value", decimals(self.values)),
            ("seq", integers(self.order)),
        ];
        let codes = |at: usize| texts(self.members.iter().map(move |m| m.code(at)));
        let each = breakdowns.iter().enumerate();
        columns.extend(each.map(|(at, id)| (id.as_str(), codes(at))));
        columns
    }
}

/// The table `judged`.
#[derive(Default)]
struct Judged<'r> {
    numbers: Vec<Option<i64>>,
    sheets: Vec<Option<&'r str>>,
    figures: Figures<'r>,
}

impl<'r> Judged<'r> {
    fn add(&mut self, report: &'r PlacedReport, numbers: &BTreeMap<LoadedColumn<'_>, i64>) {
        for (seq, o) in report.dossier.content.observations.iter().enumerate() {
            let Some(code) = report.code_of(o.area.as_deref()) else {
                continue;
            };
            let number = numbers.get(&(code, o.scenario, o.period));
            self.numbers.push(number.copied());
            self.sheets.push(report.dossier.source.sheet.as_deref());
            self.figures
                .add((&o.indicator, &o.members), o.at, o.value, seq);
        }
    }

    fn batch(self, breakdowns: &[String]) -> Result<RecordBatch> {
        let columns = [
            ("number", integers(self.numbers)),
            ("sheet", texts(self.sheets)),
        ];
        Ok(batch(
            columns.into_iter().chain(self.figures.columns(breakdowns)),
        )?)
    }
}

/// The table `comparisons`.
#[derive(Default)]
struct Comparisons<'r> {
    of: Vec<Option<i64>>,
    to: Vec<Option<i64>>,
    figures: Figures<'r>,
}

impl<'r> Comparisons<'r> {
    fn add(&mut self, report: &'r PlacedReport, numbers: &BTreeMap<LoadedColumn<'_>, i64>) {
        for (seq, c) in report.dossier.content.comparisons.iter().enumerate() {
            let Some(code) = report.code_of(c.area.as_deref()) else {
                continue;
            };
            let number = |(scenario, period)| numbers.get(&(code, scenario, period)).copied();
            self.of.push(number(c.of));
            self.to.push(number(c.to));
            self.figures
                .add((&c.indicator, &c.members), c.at, Some(c.value), seq);
        }
    }

    fn batch(self, breakdowns: &[String]) -> Result<RecordBatch> {
        let columns = [
            ("of_number", integers(self.of)),
            ("to_number", integers(self.to)),
        ];
        Ok(batch(
            columns.into_iter().chain(self.figures.columns(breakdowns)),
        )?)
    }
}

/// The same period a year before.
fn year_before(period: Period) -> Period {
    Period {
        year: period.year - 1,
        ..period
    }
}

/// The whole year before that of a period.
fn last_year(period: Period) -> Period {
    Period {
        year: period.year - 1,
        frequency: Frequency::Annual,
        number: 1,
    }
}

/// The key of a reporting unit, for joins. A unit that a change of geography left as it was has the same key before and
/// after.
fn entity(geography: &Geography, unit: &UnitKey) -> String {
    let entity = geography.entity(unit);
    format!("{}:{}", entity.vintage, entity.code)
}

/// The table `counterparts`: for each unit of each current report, each form and the periods that it is compared with
/// (that of the report, the same one a year before, and the whole year before), the current report of that unit. If the unit itself sent none, the report of the newest vintage
/// counts in which the unit is the same territory.
fn counterparts(
    reports: &[JudgedReport],
    forms: &[Form],
    geography: &Geography,
) -> Result<RecordBatch> {
    let current = reports.iter().filter(|r| r.is_current());
    let all: Vec<(&JudgedReport, UnitKey)> = current
        .flat_map(|r| r.report.units().into_iter().map(move |unit| (r, unit)))
        .collect();
    let mut sent: BTreeMap<(&str, Period, &UnitKey), BTreeMap<&UnitKey, &str>> = BTreeMap::new();
    for (report, unit) in &all {
        let key = (report.form(), report.report.period, geography.entity(unit));
        sent.entry(key).or_default().insert(unit, report.id());
    }
    let mut rows = Vec::new();
    for (report, unit) in &all {
        let period = report.report.period;
        for form in forms {
            let periods = BTreeSet::from([period, year_before(period), last_year(period)]);
            for period in periods {
                let key = (form.code.as_str(), period, geography.entity(unit));
                let found = sent
                    .get(&key)
                    .and_then(|of| of.get(unit).or_else(|| of.values().next_back()));
                if let Some(other) = found {
                    rows.push((report.id(), unit, &form.code, period, *other));
                }
            }
        }
    }
    let columns = [
        ("report_id", texts(rows.iter().map(|row| row.0))),
        (
            "entity",
            texts(rows.iter().map(|row| entity(geography, row.1))),
        ),
        ("form", texts(rows.iter().map(|row| row.2))),
        (
            "report_period",
            displayed(rows.iter().map(|row| Some(row.3))),
        ),
        ("counterpart", texts(rows.iter().map(|row| row.4))),
    ];
    Ok(batch(columns)?)
}
