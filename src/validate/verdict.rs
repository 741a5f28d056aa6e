//! Judging: one SQL query a rule, one verdict for each report and column.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, Int64Array, RecordBatch, StringArray,
};
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::error::Result;

use super::rule::{Rule, RuleKind};
use crate::diagnostic::{Finding, Place};
use crate::engine::Engine;
use crate::extract::Form;
use crate::geography::{Geography, Report, UnitKey};
use crate::normalize::lake_decimal;

/// How often a rule passed, failed and could not be decided, over the reports of one form and period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleResult {
    /// The rule.
    pub rule: String,
    /// The form it judges.
    pub form: String,
    /// The reports' period.
    pub period: String,
    /// Judgements passed.
    pub passed: i64,
    /// Judgements failed.
    pub failed: i64,
    /// Judgements that lack a value.
    pub undecided: i64,
}

/// The columns of every judgement: report, unit, scenario, period, verdict, sheet, cell, indicator, sector, detail.
type Judgements = Vec<RecordBatch>;

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

/// Registers what rules judge: `judged` (the values of current reports in the order of their cells),
/// `report_columns` (each loaded column and the one it stands on) and `comparisons` (derived cells). A column of a
/// table whose rows are units is one for each unit.
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
        let entity = |unit: &UnitKey| {
            let entity = geography.entity(unit);
            Some(format!("{}:{}", entity.vintage, entity.code))
        };
        let mut loaded: BTreeSet<(UnitKey, String, String)> = BTreeSet::new();
        for (i, o) in report.observations.iter().enumerate() {
            let Some(unit) = report.unit_of(o.area.as_deref()) else {
                continue;
            };
            values.push([
                id.clone(),
                entity(&unit),
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
                Some(unit.code.clone()),
                entity(&unit),
                Some(
                    crate::period::Period {
                        year: period.year - 1,
                        ..period
                    }
                    .to_string(),
                ),
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
                entity(&unit),
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
        ("unit_code", texts(&columns, 3)),
        ("entity", texts(&columns, 4)),
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
    engine.register("comparisons", schema, vec![batch])
}

/// The query that judges a rule.
#[must_use]
pub fn rule_sql(rule: &Rule) -> String {
    match &rule.kind {
        RuleKind::Expression { sql, operands } => expression_sql(rule, sql, operands),
        RuleKind::CountsNotNegative => fold_cases(
            rule,
            "SELECT c.report_id, c.entity, c.unit_code, c.scenario, c.period, o.value >= 0 AS ok, o.sheet, o.cell, o.indicator, o.sector, o.seq,
                    concat(o.indicator, ' = ', CAST(o.value AS VARCHAR)) AS detail
             FROM report_columns c
             JOIN judged o ON o.report_id = c.report_id AND o.entity = c.entity AND o.scenario = c.scenario AND o.period = c.period
             JOIN indicators i ON i.indicator = o.indicator AND i.decimals = 0",
        ),
        RuleKind::Comparison { tolerance } => fold_cases(
            rule,
            &format!(
                "SELECT c.report_id, c.entity, c.unit_code, c.scenario, c.period,
                        abs(k.value - 100 * o.value / nullif(b.value, 0)) <= {tolerance} AS ok,
                        o.sheet, k.cell, k.indicator, k.sector, k.seq,
                        concat(k.indicator, ': ', CAST(k.value AS VARCHAR), ' ≠ ', coalesce(CAST(CAST(100 * o.value / nullif(b.value, 0) AS DECIMAL(38, 2)) AS VARCHAR), '?')) AS detail
                 FROM report_columns c
                 JOIN comparisons k ON k.report_id = c.report_id AND k.entity = c.entity AND k.of_scenario = c.scenario AND k.of_period = c.period
                 LEFT JOIN judged o ON o.report_id = k.report_id AND o.entity = k.entity AND o.indicator = k.indicator AND o.sector = k.sector AND o.scenario = k.of_scenario AND o.period = k.of_period
                 LEFT JOIN judged b ON b.report_id = k.report_id AND b.entity = k.entity AND b.indicator = k.indicator AND b.sector = k.sector AND b.scenario = k.to_scenario AND b.period = k.to_period"
            ),
        ),
        RuleKind::Revision { tolerance, at_least } => fold_cases(
            rule,
            &format!(
                "SELECT c.report_id, c.entity, c.unit_code, c.scenario, c.period,
                        abs(o.value - e.value) <= {at_least} OR abs(o.value - e.value) <= {tolerance} * abs(e.value) AS ok,
                        o.sheet, o.cell, o.indicator, o.sector, o.seq,
                        concat(o.indicator, ': ', CAST(o.value AS VARCHAR), ' ≠ ', coalesce(CAST(e.value AS VARCHAR), '?')) AS detail
                 FROM report_columns c
                 JOIN judged o ON o.report_id = c.report_id AND o.entity = c.entity AND o.scenario = c.scenario AND o.period = c.period
                 JOIN (SELECT DISTINCT report_id, form, report_period, entity FROM report_columns) q
                   ON q.form = c.form AND q.entity = c.entity AND q.report_period = c.year_before
                 LEFT JOIN judged e ON e.report_id = q.report_id AND e.entity = q.entity AND e.indicator = o.indicator AND e.sector = o.sector AND e.scenario = 'estimate' AND e.period = o.period
                 WHERE c.scenario = 'actual' AND c.period = c.year_before"
            ),
        ),
        RuleKind::SumOfSectors => fold_cases(
            rule,
            "SELECT t.report_id, t.entity, t.unit_code, t.scenario, t.period,
                    CASE WHEN count(s.value) = max(n.level0) THEN max(t.value) = sum(s.value) END AS ok,
                    max(t.sheet) AS sheet, max(t.cell) AS cell, t.indicator, '_T' AS sector, min(t.seq) AS seq,
                    concat(t.indicator, ': ', CAST(max(t.value) AS VARCHAR), ' ≠ ', coalesce(CAST(sum(s.value) AS VARCHAR), '?')) AS detail
             FROM (SELECT c.report_id, c.entity, c.unit_code, c.scenario, c.period, o.indicator, o.value, o.sheet, o.cell, o.seq
                   FROM report_columns c
                   JOIN judged o ON o.report_id = c.report_id AND o.entity = c.entity AND o.scenario = c.scenario AND o.period = c.period AND o.sector = '_T') t
             CROSS JOIN (SELECT count(*) AS level0 FROM sectors WHERE level = 0) n
             LEFT JOIN (SELECT o.* FROM judged o JOIN sectors s ON s.sector_code = o.sector AND s.level = 0) s
               ON s.report_id = t.report_id AND s.entity = t.entity AND s.scenario = t.scenario AND s.period = t.period AND s.indicator = t.indicator
             GROUP BY t.report_id, t.entity, t.unit_code, t.scenario, t.period, t.indicator",
        ),
        RuleKind::PartsOfSectors => fold_cases(
            rule,
            "SELECT t.report_id, t.entity, t.unit_code, t.scenario, t.period,
                    CASE WHEN count(s.value) = max(n.children) THEN sum(s.value) <= max(t.value) END AS ok,
                    max(t.sheet) AS sheet, max(t.cell) AS cell, t.indicator, t.sector, min(t.seq) AS seq,
                    concat(t.indicator, '[', t.sector, ']: ', coalesce(CAST(sum(s.value) AS VARCHAR), '?'), ' > ', CAST(max(t.value) AS VARCHAR)) AS detail
             FROM (SELECT c.report_id, c.entity, c.unit_code, c.scenario, c.period, o.indicator, o.sector, o.value, o.sheet, o.cell, o.seq
                   FROM report_columns c
                   JOIN judged o ON o.report_id = c.report_id AND o.entity = c.entity AND o.scenario = c.scenario AND o.period = c.period) t
             JOIN (SELECT parent, count(*) AS children FROM sectors WHERE level = 1 GROUP BY parent) n ON n.parent = t.sector
             LEFT JOIN (SELECT o.*, s.parent FROM judged o JOIN sectors s ON s.sector_code = o.sector AND s.level = 1) s
               ON s.report_id = t.report_id AND s.entity = t.entity AND s.scenario = t.scenario AND s.period = t.period AND s.indicator = t.indicator AND s.parent = t.sector
             GROUP BY t.report_id, t.entity, t.unit_code, t.scenario, t.period, t.indicator, t.sector",
        ),
    }
}

fn expression_sql(rule: &Rule, sql: &str, operands: &[super::Operand]) -> String {
    let mut select = String::new();
    let mut joins = String::new();
    let mut detail = Vec::new();
    for (i, operand) in operands.iter().enumerate() {
        let _ = write!(select, ", o{i}.value AS v{i}");
        let report = match &operand.form {
            None => "c.report_id".to_owned(),
            Some(form) => {
                let _ = write!(
                    joins,
                    " LEFT JOIN (SELECT DISTINCT report_id, entity, report_period FROM report_columns WHERE form = '{form}') r{i} \
                     ON r{i}.entity = c.entity AND r{i}.report_period = c.report_period"
                );
                format!("r{i}.report_id")
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
        detail.push(format!(
            "'{operand} = ', coalesce(CAST(v{i} AS VARCHAR), '?')"
        ));
    }
    let first = &operands[0];
    format!(
        "SELECT report_id, unit_code, scenario, period, ({sql}) AS verdict, sheet, cell, '{}' AS indicator, '{}' AS sector, \
         concat({}) AS detail \
         FROM (SELECT c.report_id, c.entity, c.unit_code, c.scenario, c.period, o0.sheet, o0.cell{select} FROM report_columns c{joins} \
               WHERE c.form = '{}') AS operands",
        first.indicator,
        first.sector,
        detail.join(", '; ', "),
        rule.form,
    )
}

/// Many cases of one column to one verdict: a failing case fails it, an undecided one leaves it undecided.
/// The first failing cell is the finding's; a column without a case is undecided.
fn fold_cases(rule: &Rule, cases: &str) -> String {
    format!(
        "SELECT c.report_id, c.entity, c.unit_code, c.scenario, c.period,
                CASE WHEN count(k.report_id) = 0 THEN NULL
                     WHEN sum(CASE WHEN NOT k.ok THEN 1 ELSE 0 END) > 0 THEN FALSE
                     WHEN count(k.ok) < count(k.report_id) THEN NULL
                     ELSE TRUE END AS verdict,
                first_value(k.sheet ORDER BY k.seq) FILTER (WHERE NOT k.ok) AS sheet,
                first_value(k.cell ORDER BY k.seq) FILTER (WHERE NOT k.ok) AS cell,
                first_value(k.indicator ORDER BY k.seq) FILTER (WHERE NOT k.ok) AS indicator,
                first_value(k.sector ORDER BY k.seq) FILTER (WHERE NOT k.ok) AS sector,
                string_agg(k.detail, '; ' ORDER BY k.seq) FILTER (WHERE NOT k.ok) AS detail
         FROM report_columns c
         LEFT JOIN ({cases}) k ON k.report_id = c.report_id AND k.entity = c.entity AND k.scenario = c.scenario AND k.period = c.period
         WHERE c.form = '{}'
         GROUP BY c.report_id, c.entity, c.unit_code, c.scenario, c.period",
        rule.form
    )
}

/// Judges all current reports by all rules: a finding for each failure, put with its report, and the
/// number of judgements of each kind.
///
/// # Errors
/// When a query fails.
pub async fn judge(
    engine: &Engine,
    rules: &[Rule],
    reports: &mut [Report],
) -> Result<Vec<RuleResult>> {
    let index: HashMap<String, usize> = reports
        .iter()
        .enumerate()
        .map(|(i, r)| (r.report_id.clone(), i))
        .collect();
    let mut results: BTreeMap<(String, String, String), [i64; 3]> = BTreeMap::new();
    for rule in rules {
        let (_, judgements): (_, Judgements) = engine.query(&rule_sql(rule)).await?;
        let mut failed: Vec<(usize, Finding)> = Vec::new();
        for batch in &judgements {
            let text = |name: &str| {
                batch
                    .column_by_name(name)
                    .map(|c| arrow::compute::cast(c, &DataType::Utf8))
                    .transpose()
            };
            let columns = [
                "report_id",
                "scenario",
                "period",
                "sheet",
                "cell",
                "indicator",
                "sector",
                "detail",
                "unit_code",
            ]
            .map(|name| text(name).ok().flatten());
            let verdicts: Option<&BooleanArray> =
                batch.column_by_name("verdict").map(AsArray::as_boolean);
            let Some(verdicts) = verdicts else { continue };
            for row in 0..batch.num_rows() {
                let get = |i: usize| -> Option<String> {
                    let column = columns[i].as_ref()?.as_string::<i32>();
                    column.is_valid(row).then(|| column.value(row).to_owned())
                };
                let Some(report) = get(0).and_then(|id| index.get(&id).copied()) else {
                    continue;
                };
                let period = reports[report]
                    .period
                    .map(|p| p.to_string())
                    .unwrap_or_default();
                let counts = results
                    .entry((rule.id.clone(), rule.form.clone(), period))
                    .or_default();
                if verdicts.is_null(row) {
                    counts[2] += 1;
                } else if verdicts.value(row) {
                    counts[0] += 1;
                } else {
                    counts[1] += 1;
                    let place = Place {
                        unit_code: get(8),
                        cell: get(4),
                        indicator: get(5),
                        sector: get(6),
                        scenario: get(1),
                        ..reports[report].place()
                    };
                    let detail = without_trailing_zeros(&get(7).unwrap_or_default());
                    let column = format!(
                        "{} {}",
                        get(1).unwrap_or_default(),
                        get(2).unwrap_or_default()
                    );
                    let args = [
                        ("message_vi", rule.message_vi.as_str()),
                        ("message_en", rule.message_en.as_str()),
                        ("values", detail.as_str()),
                        ("column", column.as_str()),
                    ];
                    failed.push((
                        report,
                        Finding::new("TH501", place, &args).by_rule(&rule.id, rule.severity),
                    ));
                }
            }
        }
        failed.sort_by(|a, b| (a.0, a.1.storage_key()).cmp(&(b.0, b.1.storage_key())));
        for (report, finding) in failed {
            reports[report].findings.push(finding);
        }
    }
    Ok(results
        .into_iter()
        .map(
            |((rule, form, period), [passed, failed, undecided])| RuleResult {
                rule,
                form,
                period,
                passed,
                failed,
                undecided,
            },
        )
        .collect())
}

/// `1234.500000` to `1234.5`, `12.000000` to `12`, wherever such a decimal stands in a text.
fn without_trailing_zeros(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(point) = rest.find('.') {
        let digits = rest[point + 1..]
            .bytes()
            .take_while(u8::is_ascii_digit)
            .count();
        let fraction = &rest[point + 1..=point + digits];
        out.push_str(&rest[..point]);
        let kept = fraction.trim_end_matches('0');
        if !kept.is_empty() || digits == 0 {
            out.push('.');
            out.push_str(kept);
        }
        rest = &rest[point + 1 + digits..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn decimals_are_shown_without_idle_zeros() {
        let shown =
            super::without_trailing_zeros("htx_total = 1010.000000; x: 12.500000 ≠ 0.100000. End");
        assert_eq!(shown, "htx_total = 1010; x: 12.5 ≠ 0.1. End");
    }
}
