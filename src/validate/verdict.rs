//! What rules judge, and the query of each: one row a case, that is a figure or a sum to be judged in one column of
//! one report.
//!
//! The columns of a case: `of_report`, `of_unit`, `of_scenario` and `of_period` tell the column judged; `ok`, NULL where it cannot be
//! decided; `seq`, the order of the cells; `sheet`, `cell`, `indicator` and `sector` of the first operand; and what is
//! compared, as values `v0`, `v1` … with their cells `c0`, `c1` …. A column without a case has one row with a NULL.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{Field, Schema};
use datafusion::error::Result;

use super::expression::Expression;
use super::rule::{Rule, RuleKind};
use crate::engine::Engine;
use crate::extract::Form;
use crate::geography::{Geography, Report, UnitKey};
use crate::normalize::lake_decimal;
use crate::period::Period;

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
    reports: &[Report],
    forms: &[Form],
    geography: &Geography,
) -> Vec<[Option<String>; 5]> {
    let current = || {
        reports
            .iter()
            .filter(|r| r.is_current)
            .filter_map(|r| Some((r, r.period?)))
            .flat_map(|(r, period)| r.units().into_iter().map(move |unit| (r, period, unit)))
    };
    let mut sent: BTreeMap<(&str, Period, &UnitKey), BTreeMap<&UnitKey, &str>> = BTreeMap::new();
    let all: Vec<(&Report, Period, UnitKey)> = current().collect();
    for (report, period, unit) in &all {
        sent.entry((&report.form, *period, geography.entity(unit)))
            .or_default()
            .insert(unit, &report.report_id);
    }
    let mut rows = Vec::new();
    for (report, period, unit) in &all {
        for form in forms {
            for period in [*period, year_before(*period)] {
                let key = (form.code.as_str(), period, geography.entity(unit));
                let found = sent
                    .get(&key)
                    .and_then(|of| of.get(unit).or_else(|| of.values().next_back()));
                if let Some(other) = found {
                    rows.push([
                        Some(report.report_id.clone()),
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

/// Registers what rules judge: `judged` (the values of current reports in the order of their cells),
/// `report_columns` (each loaded column and the one it stands on), `comparisons` (derived cells) and `counterparts`
/// (the unit's other reports). A column of a table whose rows are units is one for each unit.
///
/// # Errors
/// When the engine refuses a table.
pub fn register_columns(
    engine: &Engine,
    reports: &[Report],
    forms: &[Form],
    geography: &Geography,
) -> Result<()> {
    let mut columns: Vec<[Option<String>; 10]> = Vec::new();
    let mut values: Vec<[Option<String>; 8]> = Vec::new();
    let (mut numbers, mut order) = (Vec::new(), Vec::new());
    let mut compared: Vec<[Option<String>; 9]> = Vec::new();
    let (mut compared_values, mut compared_order) = (Vec::new(), Vec::new());
    for report in reports.iter().filter(|r| r.is_current) {
        let Some(period) = report.period else {
            continue;
        };
        let Some(form) = forms.iter().find(|f| f.code == report.form) else {
            continue;
        };
        let id = Some(report.report_id.clone());
        let mut loaded: BTreeSet<(UnitKey, String, String)> = BTreeSet::new();
        for (i, o) in report.observations.iter().enumerate() {
            let Some(unit) = report.unit_of(o.area.as_deref()) else {
                continue;
            };
            values.push([
                id.clone(),
                Some(entity(geography, &unit)),
                Some(o.indicator.clone()),
                Some(o.sector.clone()),
                Some(o.scenario.as_str().to_owned()),
                Some(o.period.to_string()),
                report.sheet.clone(),
                Some(o.at.to_string()),
            ]);
            numbers.push(o.value.map(lake_decimal));
            order.push(i as i64);
            loaded.insert((unit, o.scenario.as_str().to_owned(), o.period.to_string()));
        }
        for (unit, scenario, of) in loaded {
            let base = form
                .columns
                .iter()
                .find(|c| {
                    c.scenario.as_str() == scenario
                        && c.period.in_year(period.year).to_string() == of
                })
                .and_then(|c| c.stands_on)
                .map(|i| &form.columns[i]);
            columns.push([
                id.clone(),
                Some(report.form.clone()),
                Some(period.to_string()),
                Some(entity(geography, &unit)),
                Some(unit.code),
                Some(year_before(period).to_string()),
                Some(scenario),
                Some(of),
                base.map(|b| b.scenario.as_str().to_owned()),
                base.map(|b| b.period.in_year(period.year).to_string()),
            ]);
        }
        for (i, c) in report.comparisons.iter().enumerate() {
            let Some(unit) = report.unit_of(c.area.as_deref()) else {
                continue;
            };
            compared.push([
                id.clone(),
                Some(entity(geography, &unit)),
                Some(c.indicator.clone()),
                Some(c.sector.clone()),
                Some(c.of.0.as_str().to_owned()),
                Some(c.of.1.to_string()),
                Some(c.to.0.as_str().to_owned()),
                Some(c.to.1.to_string()),
                Some(c.at.to_string()),
            ]);
            compared_values.push(Some(lake_decimal(c.value)));
            compared_order.push(i as i64);
        }
    }
    let decimals = |numbers: Vec<Option<i128>>| -> Result<ArrayRef> {
        Ok(Arc::new(
            Decimal128Array::from(numbers).with_precision_and_scale(38, 6)?,
        ))
    };
    let (schema, batch) = table(vec![
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
    ])?;
    engine.register("report_columns", schema, vec![batch])?;
    let (schema, batch) = table(vec![
        ("report_id", texts(&values, 0)),
        ("entity", texts(&values, 1)),
        ("indicator", texts(&values, 2)),
        ("sector", texts(&values, 3)),
        ("scenario", texts(&values, 4)),
        ("period", texts(&values, 5)),
        ("sheet", texts(&values, 6)),
        ("cell", texts(&values, 7)),
        ("value", decimals(numbers)?),
        ("seq", Arc::new(Int64Array::from(order))),
    ])?;
    engine.register("judged", schema, vec![batch])?;
    let (schema, batch) = table(vec![
        ("report_id", texts(&compared, 0)),
        ("entity", texts(&compared, 1)),
        ("indicator", texts(&compared, 2)),
        ("sector", texts(&compared, 3)),
        ("of_scenario", texts(&compared, 4)),
        ("of_period", texts(&compared, 5)),
        ("to_scenario", texts(&compared, 6)),
        ("to_period", texts(&compared, 7)),
        ("cell", texts(&compared, 8)),
        ("value", decimals(compared_values)?),
        ("seq", Arc::new(Int64Array::from(compared_order))),
    ])?;
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
            "SELECT c.report_id, c.entity, c.scenario, c.period, o.value >= 0 AS ok, o.seq, o.sheet, o.cell, o.indicator, o.sector,
                    o.value AS v0, o.cell AS c0
             FROM report_columns c
             JOIN judged o ON o.report_id = c.report_id AND o.entity = c.entity AND o.scenario = c.scenario AND o.period = c.period
             JOIN indicators i ON i.indicator = o.indicator AND i.decimals = 0",
        ),
        RuleKind::Comparison { tolerance } => each_column(
            rule,
            &format!(
                "SELECT c.report_id, c.entity, c.scenario, c.period,
                        abs(k.value - 100 * o.value / nullif(b.value, 0)) <= {tolerance} AS ok, k.seq, o.sheet, k.cell,
                        k.indicator, k.sector, k.value AS v0, k.cell AS c0,
                        CAST(100 * o.value / nullif(b.value, 0) AS DECIMAL(38, 2)) AS v1, k.cell AS c1,
                        o.value AS v2, o.cell AS c2, b.value AS v3, b.cell AS c3
                 FROM report_columns c
                 JOIN comparisons k ON k.report_id = c.report_id AND k.entity = c.entity AND k.of_scenario = c.scenario AND k.of_period = c.period
                 LEFT JOIN judged o ON o.report_id = k.report_id AND o.entity = k.entity AND o.indicator = k.indicator AND o.sector = k.sector AND o.scenario = k.of_scenario AND o.period = k.of_period
                 LEFT JOIN judged b ON b.report_id = k.report_id AND b.entity = k.entity AND b.indicator = k.indicator AND b.sector = k.sector AND b.scenario = k.to_scenario AND b.period = k.to_period"
            ),
        ),
        RuleKind::Revision { tolerance, at_least } => each_column(
            rule,
            &format!(
                "SELECT c.report_id, c.entity, c.scenario, c.period,
                        abs(o.value - e.value) <= {at_least} OR abs(o.value - e.value) <= {tolerance} * abs(e.value) AS ok,
                        o.seq, o.sheet, o.cell, o.indicator, o.sector, o.value AS v0, o.cell AS c0, e.value AS v1, e.cell AS c1
                 FROM report_columns c
                 JOIN judged o ON o.report_id = c.report_id AND o.entity = c.entity AND o.scenario = c.scenario AND o.period = c.period
                 JOIN counterparts q ON q.report_id = c.report_id AND q.entity = c.entity AND q.form = c.form AND q.report_period = c.year_before
                 LEFT JOIN judged e ON e.report_id = q.counterpart AND e.entity = c.entity AND e.indicator = o.indicator AND e.sector = o.sector AND e.scenario = 'estimate' AND e.period = o.period
                 WHERE c.scenario = 'actual' AND c.period = c.year_before"
            ),
        ),
        RuleKind::SumOfSectors => each_column(
            rule,
            "SELECT t.report_id, t.entity, t.scenario, t.period,
                    CASE WHEN count(s.value) = max(n.level0) THEN max(t.value) = sum(s.value) END AS ok,
                    min(t.seq) AS seq, max(t.sheet) AS sheet, max(t.cell) AS cell, t.indicator, '_T' AS sector,
                    max(t.value) AS v0, max(t.cell) AS c0, sum(s.value) AS v1, string_agg(s.cell, ', ' ORDER BY s.seq) AS c1
             FROM (SELECT c.report_id, c.entity, c.scenario, c.period, o.indicator, o.value, o.sheet, o.cell, o.seq
                   FROM report_columns c
                   JOIN judged o ON o.report_id = c.report_id AND o.entity = c.entity AND o.scenario = c.scenario AND o.period = c.period AND o.sector = '_T') t
             CROSS JOIN (SELECT count(*) AS level0 FROM sectors WHERE level = 0) n
             LEFT JOIN (SELECT o.* FROM judged o JOIN sectors s ON s.sector_code = o.sector AND s.level = 0) s
               ON s.report_id = t.report_id AND s.entity = t.entity AND s.scenario = t.scenario AND s.period = t.period AND s.indicator = t.indicator
             GROUP BY t.report_id, t.entity, t.scenario, t.period, t.indicator",
        ),
        RuleKind::PartsOfSectors => each_column(
            rule,
            "SELECT t.report_id, t.entity, t.scenario, t.period,
                    CASE WHEN count(s.value) = max(n.children) THEN sum(s.value) <= max(t.value) END AS ok,
                    min(t.seq) AS seq, max(t.sheet) AS sheet, max(t.cell) AS cell, t.indicator, t.sector,
                    max(t.value) AS v0, max(t.cell) AS c0, sum(s.value) AS v1, string_agg(s.cell, ', ' ORDER BY s.seq) AS c1
             FROM (SELECT c.report_id, c.entity, c.scenario, c.period, o.indicator, o.sector, o.value, o.sheet, o.cell, o.seq
                   FROM report_columns c
                   JOIN judged o ON o.report_id = c.report_id AND o.entity = c.entity AND o.scenario = c.scenario AND o.period = c.period) t
             JOIN (SELECT parent, count(*) AS children FROM sectors WHERE level = 1 GROUP BY parent) n ON n.parent = t.sector
             LEFT JOIN (SELECT o.*, s.parent FROM judged o JOIN sectors s ON s.sector_code = o.sector AND s.level = 1) s
               ON s.report_id = t.report_id AND s.entity = t.entity AND s.scenario = t.scenario AND s.period = t.period AND s.indicator = t.indicator AND s.parent = t.sector
             GROUP BY t.report_id, t.entity, t.scenario, t.period, t.indicator, t.sector",
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
        let report = match &operand.form {
            None => "c.report_id".to_owned(),
            Some(form) => {
                let _ = write!(
                    joins,
                    " LEFT JOIN counterparts r{i} ON r{i}.report_id = c.report_id AND r{i}.entity = c.entity AND r{i}.form = '{form}' \
                     AND r{i}.report_period = c.report_period"
                );
                format!("r{i}.counterpart")
            }
        };
        let (scenario, period) = if operand.before {
            ("base_scenario", "base_period")
        } else {
            ("scenario", "period")
        };
        let _ = write!(
            joins,
            " LEFT JOIN judged o{i} ON o{i}.report_id = {report} AND o{i}.entity = c.entity AND o{i}.indicator = '{}' AND o{i}.sector = '{}' \
             AND o{i}.scenario = c.{scenario} AND o{i}.period = c.{period}",
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
         LEFT JOIN ({cases}) k ON k.report_id = c.report_id AND k.entity = c.entity AND k.scenario = c.scenario AND k.period = c.period
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
