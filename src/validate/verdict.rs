//! What rules judge, and the query of each: one row a case, that is a figure or a sum to be judged in one column of
//! one report.
//!
//! The columns of a case: `of_report`, `of_unit`, `of_scenario` and `of_period` tell the column judged; `ok`, NULL where it cannot be
//! decided; `seq`, the order of the cells; `sheet`, `cell`, `indicator` and `sector` of the first operand; and what is
//! compared, as values `v0`, `v1` … with their cells `c0`, `c1` …. A column without a case has one row with a NULL.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray, StringBuilder,
};
use arrow::datatypes::{Field, Schema};
use datafusion::error::Result;
use rust_decimal::Decimal;

use super::expression::Expression;
use super::rule::{Rule, RuleKind};
use crate::engine::Engine;
use crate::extract::{Form, Scenario};
use crate::geography::{Geography, JudgedReport, PlacedReport, UnitKey};
use crate::normalize::lake_decimal;
use crate::period::Period;
use crate::read::Address;

fn table(columns: Vec<(&str, ArrayRef)>) -> Result<(Arc<Schema>, RecordBatch)> {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(n, a)| Field::new(*n, a.data_type().clone(), true))
        .collect();
    let schema = Arc::new(Schema::new(fields));
    let arrays = columns.into_iter().map(|(_, a)| a).collect();
    Ok((schema.clone(), RecordBatch::try_new(schema, arrays)?))
}

/// One column of rows of texts.
fn texts<const N: usize>(rows: &[[Option<String>; N]], i: usize) -> ArrayRef {
    Arc::new(
        rows.iter()
            .map(|r| r[i].as_deref())
            .collect::<StringArray>(),
    )
}

/// The same period a year before.
fn year_before(period: Period) -> Period {
    Period {
        year: period.year - 1,
        ..period
    }
}

/// A reporting unit, for joins.
fn entity(geography: &Geography, unit: &UnitKey) -> String {
    let entity = geography.entity(unit);
    format!("{}:{}", entity.vintage, entity.code)
}

/// For each unit of each current report, form and period (its own and that a year before), the unit's current report of
/// it: that of the very unit, else that of the newest vintage in which it is the same territory.
fn counterparts(
    reports: &[JudgedReport],
    forms: &[Form],
    geography: &Geography,
) -> Vec<[Option<String>; 5]> {
    let current = || {
        reports
            .iter()
            .filter(|r| r.is_current())
            .flat_map(|r| r.report.units().into_iter().map(move |unit| (r, unit)))
    };
    let mut sent: BTreeMap<(&str, Period, &UnitKey), BTreeMap<&UnitKey, &str>> = BTreeMap::new();
    let all: Vec<(&JudgedReport, UnitKey)> = current().collect();
    for (report, unit) in &all {
        let key = (report.form(), report.report.period, geography.entity(unit));
        sent.entry(key).or_default().insert(unit, report.id());
    }
    let mut rows = Vec::new();
    for (report, unit) in &all {
        let period = report.report.period;
        for form in forms {
            for period in [period, year_before(period)] {
                let key = (form.code.as_str(), period, geography.entity(unit));
                let found = sent
                    .get(&key)
                    .and_then(|of| of.get(unit).or_else(|| of.values().next_back()));
                if let Some(other) = found {
                    rows.push([
                        Some(report.id().to_owned()),
                        Some(entity(geography, unit)),
                        Some(form.code.clone()),
                        Some(period.to_string()),
                        Some((*other).to_owned()),
                    ]);
                }
            }
        }
    }
    rows
}

/// A loaded column of a report: the code of its unit, its scenario and period.
type Column<'a> = (&'a str, Scenario, Period);

/// The loaded columns of a report, numbered from `first` on. A column of a table whose rows are units is one for each
/// unit.
fn numbered(report: &PlacedReport, first: usize) -> BTreeMap<Column<'_>, i64> {
    let columns: BTreeSet<Column<'_>> = report
        .dossier
        .content
        .observations
        .iter()
        .filter_map(|o| Some((report.code_of(o.area.as_deref())?, o.scenario, o.period)))
        .collect();
    columns.into_iter().zip(first as i64..).collect()
}

/// Figures that stand in cells, for a table.
#[derive(Default)]
struct Figures {
    indicators: StringBuilder,
    sectors: StringBuilder,
    cells: StringBuilder,
    values: Vec<Option<i128>>,
    /// Their order in the report.
    order: Vec<i64>,
}

impl Figures {
    fn add(
        &mut self,
        indicator: &str,
        sector: &str,
        at: Address,
        value: Option<Decimal>,
        seq: usize,
    ) {
        self.indicators.append_value(indicator);
        self.sectors.append_value(sector);
        // A builder takes all that is written.
        let _ = write!(self.cells, "{at}");
        self.cells.append_value("");
        self.values.push(value.map(lake_decimal));
        self.order.push(seq as i64);
    }

    fn columns(mut self) -> Result<Vec<(&'static str, ArrayRef)>> {
        let values = Decimal128Array::from(self.values).with_precision_and_scale(38, 6)?;
        Ok(vec![
            ("indicator", Arc::new(self.indicators.finish())),
            ("sector", Arc::new(self.sectors.finish())),
            ("cell", Arc::new(self.cells.finish())),
            ("value", Arc::new(values)),
            ("seq", Arc::new(Int64Array::from(self.order))),
        ])
    }
}

/// Registers what rules judge: `judged` (the values of current reports in the order of their cells),
/// `report_columns` (each loaded column, by number over all reports, and the one it stands on), `comparisons` (derived
/// cells) and `counterparts` (the unit's other reports).
///
/// # Errors
/// When the engine refuses a table.
pub fn register_columns(
    engine: &Engine,
    reports: &[JudgedReport],
    forms: &[Form],
    geography: &Geography,
) -> Result<()> {
    let mut columns: Vec<[Option<String>; 10]> = Vec::new();
    let mut stands_on: Vec<Option<i64>> = Vec::new();
    let (mut judged, mut judged_columns) = (Figures::default(), Vec::new());
    let mut sheets = StringBuilder::new();
    let (mut compared, mut of, mut to) = (Figures::default(), Vec::new(), Vec::new());
    for judged_report in reports.iter().filter(|r| r.is_current()) {
        let report = &judged_report.report;
        let (period, content) = (report.period, &report.dossier.content);
        let source = &report.dossier.source;
        let Some(form) = forms.iter().find(|f| f.code == source.form) else {
            continue;
        };
        let numbers = numbered(report, columns.len());
        for (seq, o) in content.observations.iter().enumerate() {
            let Some(code) = report.code_of(o.area.as_deref()) else {
                continue;
            };
            judged_columns.push(numbers.get(&(code, o.scenario, o.period)).copied());
            sheets.append_option(source.sheet.as_deref());
            judged.add(&o.indicator, &o.sector, o.at, o.value, seq);
        }
        for (seq, c) in content.comparisons.iter().enumerate() {
            let Some(code) = report.code_of(c.area.as_deref()) else {
                continue;
            };
            of.push(numbers.get(&(code, c.of.0, c.of.1)).copied());
            to.push(numbers.get(&(code, c.to.0, c.to.1)).copied());
            compared.add(&c.indicator, &c.sector, c.at, Some(c.value), seq);
        }
        for (code, scenario, of) in numbers.keys().copied() {
            let base = form
                .columns
                .iter()
                .find(|c| c.scenario == scenario && c.period.in_year(period.year) == of)
                .and_then(|c| c.stands_on)
                .map(|i| &form.columns[i])
                .map(|base| (base.scenario, base.period.in_year(period.year)));
            let unit = UnitKey {
                vintage: report.unit.vintage.clone(),
                code: code.to_owned(),
            };
            stands_on
                .push(base.and_then(|(scenario, of)| numbers.get(&(code, scenario, of)).copied()));
            columns.push([
                Some(source.report_id.clone()),
                Some(source.form.clone()),
                Some(period.to_string()),
                Some(entity(geography, &unit)),
                Some(unit.code),
                Some(year_before(period).to_string()),
                Some(scenario.as_str().to_owned()),
                Some(of.to_string()),
                base.map(|(scenario, _)| scenario.as_str().to_owned()),
                base.map(|(_, of)| of.to_string()),
            ]);
        }
    }
    let numbers = |numbers: Vec<Option<i64>>| -> ArrayRef { Arc::new(Int64Array::from(numbers)) };
    let (schema, batch) = table(vec![
        (
            "number",
            numbers((0..columns.len() as i64).map(Some).collect()),
        ),
        ("report_id", texts(&columns, 0)),
        ("form", texts(&columns, 1)),
        ("report_period", texts(&columns, 2)),
        ("entity", texts(&columns, 3)),
        ("unit_code", texts(&columns, 4)),
        ("year_before", texts(&columns, 5)),
        ("scenario", texts(&columns, 6)),
        ("period", texts(&columns, 7)),
        ("base_scenario", texts(&columns, 8)),
        ("base_period", texts(&columns, 9)),
        ("base", numbers(stands_on)),
    ])?;
    engine.register("report_columns", schema, vec![batch])?;
    let mut columns = vec![
        ("number", numbers(judged_columns)),
        ("sheet", Arc::new(sheets.finish())),
    ];
    columns.extend(judged.columns()?);
    let (schema, batch) = table(columns)?;
    engine.register("judged", schema, vec![batch])?;
    let mut columns = vec![("of_number", numbers(of)), ("to_number", numbers(to))];
    columns.extend(compared.columns()?);
    let (schema, batch) = table(columns)?;
    engine.register("comparisons", schema, vec![batch])?;
    let others = counterparts(reports, forms, geography);
    let (schema, batch) = table(vec![
        ("report_id", texts(&others, 0)),
        ("entity", texts(&others, 1)),
        ("form", texts(&others, 2)),
        ("report_period", texts(&others, 3)),
        ("counterpart", texts(&others, 4)),
    ])?;
    engine.register("counterparts", schema, vec![batch])
}

/// The query of a rule's cases.
#[must_use]
pub fn rule_sql(rule: &Rule) -> String {
    match &rule.kind {
        RuleKind::Expression(expression) => expression_sql(rule, expression),
        RuleKind::CountsNotNegative => each_column(
            rule,
            "SELECT o.number, o.value >= 0 AS ok, o.seq, o.sheet, o.cell, o.indicator, o.sector, o.value AS v0, o.cell AS c0
             FROM judged o
             JOIN indicators i ON i.indicator = o.indicator AND i.decimals = 0",
        ),
        RuleKind::Comparison { tolerance } => each_column(
            rule,
            &format!(
                "SELECT k.of_number AS number, abs(k.value - 100 * o.value / nullif(b.value, 0)) <= {tolerance} AS ok, k.seq, o.sheet,
                        k.cell, k.indicator, k.sector, k.value AS v0, k.cell AS c0,
                        CAST(100 * o.value / nullif(b.value, 0) AS DECIMAL(38, 2)) AS v1, k.cell AS c1,
                        o.value AS v2, o.cell AS c2, b.value AS v3, b.cell AS c3
                 FROM comparisons k
                 LEFT JOIN judged o ON o.number = k.of_number AND o.indicator = k.indicator AND o.sector = k.sector
                 LEFT JOIN judged b ON b.number = k.to_number AND b.indicator = k.indicator AND b.sector = k.sector"
            ),
        ),
        RuleKind::Revision { tolerance, at_least } => each_column(
            rule,
            &format!(
                "SELECT c.number,
                        abs(o.value - e.value) <= {at_least} OR abs(o.value - e.value) <= {tolerance} * abs(e.value) AS ok,
                        o.seq, o.sheet, o.cell, o.indicator, o.sector, o.value AS v0, o.cell AS c0, e.value AS v1, e.cell AS c1
                 FROM report_columns c
                 JOIN judged o ON o.number = c.number
                 JOIN counterparts q ON q.report_id = c.report_id AND q.entity = c.entity AND q.form = c.form AND q.report_period = c.year_before
                 LEFT JOIN report_columns b ON b.report_id = q.counterpart AND b.entity = c.entity AND b.scenario = 'estimate' AND b.period = c.period
                 LEFT JOIN judged e ON e.number = b.number AND e.indicator = o.indicator AND e.sector = o.sector
                 WHERE c.scenario = 'actual' AND c.period = c.year_before"
            ),
        ),
        RuleKind::SumOfSectors => each_column(
            rule,
            "SELECT t.number, CASE WHEN count(s.value) = max(n.level0) THEN max(t.value) = sum(s.value) END AS ok,
                    min(t.seq) AS seq, max(t.sheet) AS sheet, max(t.cell) AS cell, t.indicator, '_T' AS sector,
                    max(t.value) AS v0, max(t.cell) AS c0, sum(s.value) AS v1, string_agg(s.cell, ', ' ORDER BY s.seq) AS c1
             FROM judged t
             CROSS JOIN (SELECT count(*) AS level0 FROM sectors WHERE level = 0) n
             LEFT JOIN (SELECT o.* FROM judged o JOIN sectors s ON s.sector_code = o.sector AND s.level = 0) s
               ON s.number = t.number AND s.indicator = t.indicator
             WHERE t.sector = '_T'
             GROUP BY t.number, t.indicator",
        ),
        RuleKind::PartsOfSectors => each_column(
            rule,
            "SELECT t.number, CASE WHEN count(s.value) = max(n.children) THEN sum(s.value) <= max(t.value) END AS ok,
                    min(t.seq) AS seq, max(t.sheet) AS sheet, max(t.cell) AS cell, t.indicator, t.sector,
                    max(t.value) AS v0, max(t.cell) AS c0, sum(s.value) AS v1, string_agg(s.cell, ', ' ORDER BY s.seq) AS c1
             FROM judged t
             JOIN (SELECT parent, count(*) AS children FROM sectors WHERE level = 1 GROUP BY parent) n ON n.parent = t.sector
             LEFT JOIN (SELECT o.*, s.parent FROM judged o JOIN sectors s ON s.sector_code = o.sector AND s.level = 1) s
               ON s.number = t.number AND s.indicator = t.indicator AND s.parent = t.sector
             GROUP BY t.number, t.indicator, t.sector",
        ),
    }
}

/// One case a column. It is decided only where every operand has a value and no divisor is zero, whatever SQL makes
/// of the rest.
fn expression_sql(rule: &Rule, expression: &Expression) -> String {
    let mut operands = String::new();
    let mut figures = String::new();
    let mut joins = String::new();
    let mut decided = Vec::new();
    for (i, operand) in expression.operands.iter().enumerate() {
        let number = match &operand.form {
            None if operand.before => "c.base".to_owned(),
            None => "c.number".to_owned(),
            Some(form) => {
                let (scenario, period) = if operand.before {
                    ("base_scenario", "base_period")
                } else {
                    ("scenario", "period")
                };
                let _ = write!(
                    joins,
                    " LEFT JOIN counterparts r{i} ON r{i}.report_id = c.report_id AND r{i}.entity = c.entity AND r{i}.form = '{form}' \
                     AND r{i}.report_period = c.report_period \
                     LEFT JOIN report_columns f{i} ON f{i}.report_id = r{i}.counterpart AND f{i}.entity = c.entity \
                     AND f{i}.scenario = c.{scenario} AND f{i}.period = c.{period}"
                );
                format!("f{i}.number")
            }
        };
        let _ = write!(
            joins,
            " LEFT JOIN judged o{i} ON o{i}.number = {number} AND o{i}.indicator = '{}' AND o{i}.sector = '{}'",
            operand.indicator, operand.sector
        );
        let _ = write!(operands, ", o{i}.value AS v{i}, o{i}.cell AS c{i}");
        let _ = write!(figures, ", v{i}, c{i}");
        decided.push(format!("v{i} IS NOT NULL"));
    }
    decided.extend(expression.divisors.iter().map(|i| format!("v{i} <> 0")));
    let first = &expression.operands[0];
    format!(
        "SELECT report_id AS of_report, unit_code AS of_unit, scenario AS of_scenario, period AS of_period, CASE WHEN {} THEN ({}) END AS ok, CAST(0 AS BIGINT) AS seq, sheet, \
         c0 AS cell, '{}' AS indicator, '{}' AS sector{figures} \
         FROM (SELECT c.report_id, c.unit_code, c.scenario, c.period, o0.sheet{operands} FROM report_columns c{joins} \
               WHERE c.form = '{}') AS operands",
        decided.join(" AND "),
        expression.sql,
        first.indicator,
        first.sector,
        rule.form,
    )
}

/// The cases of each column that the rule judges.
fn each_column(rule: &Rule, cases: &str) -> String {
    format!(
        "SELECT c.report_id AS of_report, c.unit_code AS of_unit, c.scenario AS of_scenario, c.period AS of_period, k.*
         FROM report_columns c
         LEFT JOIN ({cases}) k ON k.number = c.number
         WHERE c.form = '{}'",
        rule.form
    )
}

#[cfg(test)]
mod tests {
    use super::super::expression::parse_expression;
    use super::super::rule::OnFail;
    use super::*;
    use crate::diagnostic::Severity;

    /// Whatever SQL would make of `NULL OR TRUE`.
    #[test]
    fn an_expression_is_decided_only_where_all_of_it_is_there() {
        let expression = parse_expression("a / b <= 1 OR a >= 0", |name| name.len() == 1);
        let rule = Rule {
            id: "R1".to_owned(),
            form: "F-1".to_owned(),
            severity: Severity::Error,
            on_fail: OnFail::Flag,
            kind: RuleKind::Expression(expression.expect("sound")),
            statement: String::new(),
            message_vi: String::new(),
            message_en: String::new(),
        };
        let sql = rule_sql(&rule);
        let decided = "CASE WHEN v0 IS NOT NULL AND v1 IS NOT NULL AND v1 <> 0 \
                       THEN (v0 / nullif(v1, 0) <= 1 OR v0 >= 0) END AS ok";
        assert!(sql.contains(decided), "{sql}");
    }
}
