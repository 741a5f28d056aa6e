//! The query of each rule. Its rows are cases: a figure, or a sum, that is judged in one column of one report.
//!
//! Columns of a case: `of_report`, `of_unit`, `of_scenario` and `of_period` identify the judged column; `ok` is NULL if the
//! case cannot be decided; `seq` is the order of the cells; `sheet`, `cell`, `indicator` and `members` are those of the first
//! operand; `v0`, `v1` … are the values compared, and `c0`, `c1` … their cells. `file`, `name_vi` and `name_en`, where a kind
//! has them, are the file and the unit of what the column is compared with. A column without a case has one row with a NULL.

use std::fmt::Write as _;

use super::expression::Expression;
use super::rule::{Rule, RuleKind};
use super::{doubt_sql, member_sql, period_sql};

/// The query of a rule's cases.
#[must_use]
pub fn rule_sql(rule: &Rule) -> String {
    match &rule.kind {
        RuleKind::Expression(expression) => expression_sql(rule, expression),
        RuleKind::CountsNotNegative => each_column(
            rule,
            "SELECT o.number, o.value >= 0 AS ok, o.seq, o.sheet, o.cell, o.indicator, o.members, o.value AS v0, o.cell AS c0
             FROM judged o
             JOIN indicators i ON i.indicator = o.indicator AND i.decimals = 0",
        ),
        RuleKind::Comparison { tolerance } => each_column(
            rule,
            &format!(
                "SELECT k.of_number AS number, abs(k.value - 100 * o.value / nullif(b.value, 0)) <= {tolerance} AS ok, k.seq, o.sheet,
                        k.cell, k.indicator, k.members, k.value AS v0, k.cell AS c0,
                        CAST(100 * o.value / nullif(b.value, 0) AS DECIMAL(38, 2)) AS v1, k.cell AS c1,
                        o.value AS v2, o.cell AS c2, b.value AS v3, b.cell AS c3
                 FROM comparisons k
                 LEFT JOIN judged o ON o.number = k.of_number AND o.indicator = k.indicator AND o.members = k.members
                 LEFT JOIN judged b ON b.number = k.to_number AND b.indicator = k.indicator AND b.members = k.members"
            ),
        ),
        RuleKind::Revision { tolerance, at_least } => each_column(
            rule,
            &format!(
                "SELECT c.number,
                        abs(o.value - e.value) <= {at_least} OR abs(o.value - e.value) <= {tolerance} * abs(e.value) AS ok,
                        o.seq, o.sheet, o.cell, o.indicator, o.members, o.value AS v0, o.cell AS c0, e.value AS v1, e.cell AS c1
                 FROM report_columns c
                 JOIN judged o ON o.number = c.number
                 JOIN counterparts q ON q.report_id = c.report_id AND q.entity = c.entity AND q.form = c.form AND q.report_period = c.period
                 LEFT JOIN report_columns b ON b.report_id = q.counterpart AND b.entity = c.entity AND b.scenario = 'estimate' AND b.period = c.period
                 LEFT JOIN judged e ON e.number = b.number AND e.indicator = o.indicator AND e.members = o.members
                 WHERE c.scenario = 'actual' AND c.period IN (c.year_before, c.last_year)"
            ),
        ),
        RuleKind::SumOfMembers { breakdown, tolerance } => {
            each_column(rule, &member_sql::sum_of_members(breakdown, *tolerance))
        }
        RuleKind::PartsOfMembers { breakdown } => {
            each_column(rule, &member_sql::parts_of_members(breakdown))
        }
        RuleKind::ShorterPeriods {
            tolerance,
            at_least,
        } => each_column(
            rule,
            &period_sql::shorter_periods(&rule.form, *tolerance, *at_least),
        ),
        RuleKind::Copy {
            of,
            scenario,
            at_least,
            above,
        } => each_column(
            rule,
            &doubt_sql::copy(&rule.form, *of, *scenario, *at_least, *above),
        ),
        RuleKind::Empty { at_least } => each_column(rule, &doubt_sql::empty(*at_least)),
        RuleKind::Share {
            indicator,
            at_most,
            published,
        } => each_column(
            rule,
            &doubt_sql::share(&rule.form, indicator, *at_most, published),
        ),
        RuleKind::Factor {
            of,
            indicators,
            factor,
            units,
        } => each_column(
            rule,
            &doubt_sql::factor(&rule.form, *of, indicators, *factor, *units),
        ),
    }
}

/// The query of an expression, with one case for each column. A case is decided only if every operand has a value and no
/// divisor is zero, even where SQL could decide it without them.
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
            " LEFT JOIN judged o{i} ON o{i}.number = {number} AND o{i}.indicator = '{}' AND o{i}.members = '{}'",
            operand.indicator, operand.members
        );
        let _ = write!(operands, ", o{i}.value AS v{i}, o{i}.cell AS c{i}");
        let _ = write!(figures, ", v{i}, c{i}");
        decided.push(format!("v{i} IS NOT NULL"));
    }
    decided.extend(expression.divisors.iter().map(|i| format!("v{i} <> 0")));
    let first = &expression.operands[0];
    format!(
        "SELECT report_id AS of_report, unit_code AS of_unit, scenario AS of_scenario, period AS of_period, CASE WHEN {} THEN ({}) END AS ok, CAST(0 AS BIGINT) AS seq, sheet, \
         c0 AS cell, '{}' AS indicator, '{}' AS members{figures} \
         FROM (SELECT c.report_id, c.unit_code, c.scenario, c.period, o0.sheet{operands} FROM report_columns c{joins} \
               WHERE c.form = '{}') AS operands",
        decided.join(" AND "),
        expression.sql,
        first.indicator,
        first.members,
        rule.form,
    )
}

/// The query of a rule that lists cases by the number of their column: each column of the form is joined to its cases.
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
    use super::*;
    use crate::diagnostic::Severity;
    use crate::validate::expression::parse_expression;
    use crate::validate::rule::OnFail;

    /// SQL by itself would decide `NULL OR TRUE`.
    #[test]
    fn an_expression_is_decided_only_if_all_operands_have_values() {
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
