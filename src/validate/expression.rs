//! Expressions of rules: SQL whose operands are indicators of the judged column.
//!
//! `htx_total@N-1` is the indicator in the column that the judged one stands on, `htx_total[A]` that of a member of a breakdown, and
//! `KTTT-01:htx_agri` that of the unit's current report of another form for the same period.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::LazyLock;

use datafusion::sql::sqlparser::ast::{Expr, visit_expressions};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;
use datafusion::sql::sqlparser::tokenizer::Token;
use regex::Regex;

use crate::text::{Members, TOTAL};

/// A figure that an expression names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operand {
    /// Code of another form. None for the form of the judged report.
    pub form: Option<String>,
    /// Its indicator.
    pub indicator: String,
    /// The members of breakdowns that it is of.
    pub members: Members,
    /// Whether it is in the column that the judged one stands on.
    pub before: bool,
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(form) = &self.form {
            write!(f, "{form}:")?;
        }
        write!(f, "{}", self.indicator)?;
        if let Some(code) = self.members.as_str().split(':').find(|code| *code != TOTAL) {
            write!(f, "[{code}]")?;
        }
        if self.before {
            write!(f, "@N-1")?;
        }
        Ok(())
    }
}

static OPERAND: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:(?<form>[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+):)?(?<indicator>[a-z][a-z0-9_]*)(?:\[(?<member>[A-Za-z0-9_]+)\])?(?<period>@N(?:[-+]\d+)?)?").ok()
});

/// An expression in SQL over `v0`, `v1` …, one for each operand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    /// The SQL.
    pub sql: String,
    /// The operands, in the order in which they are written.
    pub operands: Vec<Operand>,
    /// Indices of the operands that are divisors.
    pub divisors: BTreeSet<usize>,
}

/// Whether a name stands for an operand in SQL: `v0`, `v1` ….
pub(super) fn is_placeholder(name: &str) -> bool {
    name.strip_prefix('v')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
}

/// The greatest length of an expression. A longer one is a mistake, and the limit also bounds how deep expressions nest.
const LONGEST: usize = 2_000;

/// The functions that expressions may call. None of them depends on a clock, on chance or on other tables.
const FUNCTIONS: [&str; 8] = [
    "abs", "coalesce", "greatest", "least", "nullif", "round", "floor", "ceil",
];

/// Turns an expression into SQL. If a divisor is zero, the SQL is NULL.
///
/// # Errors
/// A sentence, if a name with a member, a form or a period is not an indicator, or if a divisor is neither an operand nor a
/// number.
pub fn parse_expression(
    text: &str,
    is_indicator: impl Fn(&str) -> bool,
) -> Result<Expression, String> {
    let mut operands: Vec<Operand> = Vec::new();
    let mut divisors = BTreeSet::new();
    let mut sql = String::new();
    let mut at = 0;
    for captures in OPERAND.iter().flat_map(|regex| regex.captures_iter(text)) {
        let (Some(whole), Some(indicator)) = (captures.get(0), captures.name("indicator")) else {
            continue;
        };
        let decorated = ["form", "member", "period"]
            .iter()
            .any(|part| captures.name(part).is_some());
        if !is_indicator(indicator.as_str()) {
            if decorated || is_placeholder(indicator.as_str()) {
                return Err(format!(
                    "`{}` is no indicator of the catalogue",
                    indicator.as_str()
                ));
            }
            continue;
        }
        let period = captures.name("period").map(|m| m.as_str());
        if let Some(period) = period.filter(|period| !["@N", "@N-1"].contains(period)) {
            return Err(format!(
                "`{}{period}` is in no column that is judged: only @N and @N-1 are",
                indicator.as_str()
            ));
        }
        let operand = Operand {
            form: captures.name("form").map(|m| m.as_str().to_owned()),
            indicator: indicator.as_str().to_owned(),
            members: captures
                .name("member")
                .map_or_else(Members::total, |m| Members::parse(m.as_str())),
            before: period == Some("@N-1"),
        };
        let index = operands
            .iter()
            .position(|o| *o == operand)
            .unwrap_or_else(|| {
                operands.push(operand);
                operands.len() - 1
            });
        sql.push_str(&text[at..whole.start()]);
        if sql.trim_end().ends_with('/') {
            divisors.insert(index);
            sql.push_str(&format!("nullif(v{index}, 0)"));
        } else {
            sql.push_str(&format!("v{index}"));
        }
        at = whole.end();
    }
    sql.push_str(&text[at..]);
    if text.len() > LONGEST {
        return Err(format!("an expression has at most {LONGEST} characters"));
    }
    if sql.contains('%') {
        return Err("`%` is not known here: a remainder has no meaning for figures".to_owned());
    }
    if operands.is_empty() {
        return Err("the expression names no indicator of the catalogue".to_owned());
    }
    let divides_by_other = sql.split('/').skip(1).any(|after| {
        let after = after.trim_start();
        !(after.starts_with("nullif(") || after.starts_with(|c: char| ('1'..='9').contains(&c)))
    });
    if divides_by_other {
        return Err("only an indicator or a number is allowed after `/`".to_owned());
    }
    Ok(Expression {
        sql,
        operands,
        divisors,
    })
}

/// The SQL of an expression as a parsed condition.
///
/// # Errors
/// A sentence, if it is not SQL, or names something that is not an operand.
pub(super) fn parse_condition(sql: &str) -> Result<Expr, String> {
    let mut parser = Parser::new(&GenericDialect {})
        .try_with_sql(sql)
        .map_err(|e| e.to_string())?;
    let condition = parser.parse_expr().map_err(|e| e.to_string())?;
    let next = parser.peek_token();
    if next.token != Token::EOF {
        return Err(format!("`{next}` is not expected where it stands"));
    }
    let unknown = visit_expressions(&condition, |part| match part {
        Expr::Function(function) => {
            let name = function.name.to_string().to_lowercase();
            if FUNCTIONS.contains(&name.as_str()) {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(format!("{name}()"))
            }
        }
        Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. } => {
            ControlFlow::Break(part.to_string())
        }
        Expr::Identifier(name) if !is_placeholder(&name.value) => {
            ControlFlow::Break(name.value.clone())
        }
        Expr::CompoundIdentifier(_) => ControlFlow::Break(part.to_string()),
        _ => ControlFlow::Continue(()),
    });
    match unknown {
        ControlFlow::Break(name) => Err(format!(
            "`{name}` is no indicator of the catalogue and none of the functions {}",
            FUNCTIONS.join(", ")
        )),
        ControlFlow::Continue(()) => Ok(condition),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str) -> bool {
        name.starts_with("htx_")
    }

    #[test]
    fn operands_are_found_in_the_order_they_are_written() {
        let growth =
            parse_expression("abs(htx_total / htx_total@N-1 - 1) <= 0.3", known).expect("sound");
        assert_eq!(growth.sql, "abs(v0 / nullif(v1, 0) - 1) <= 0.3");
        assert_eq!(
            growth
                .operands
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>(),
            ["htx_total", "htx_total@N-1"]
        );
        assert_eq!(growth.divisors, BTreeSet::from([1]));
        let other = parse_expression("htx_total[A] = KTTT-01:htx_agri", known).expect("sound");
        assert_eq!(other.sql, "v0 = v1");
        assert_eq!(other.operands[1].form.as_deref(), Some("KTTT-01"));
    }

    #[test]
    fn unknown_names_and_possible_divisions_by_zero_are_refused() {
        assert!(parse_expression("total@N-1 > 0", known).is_err());
        assert!(parse_expression("htx_total@N-5 > 0", known).is_err());
        assert!(parse_expression("htx_total@N+1 > 0", known).is_err());
        assert!(parse_expression("abs(1) > 0", known).is_err());
        assert!(parse_expression("v0 <= htx_total", known).is_err());
        assert!(parse_expression("1 / (htx_a - htx_b) > 0", known).is_err());
        assert!(parse_expression("htx_a % htx_b = 0", known).is_err());
        let long = vec!["htx_a > 0"; 1000].join(" AND ");
        assert!(parse_expression(&long, known).is_err());
    }

    #[test]
    fn a_condition_has_no_clock_no_chance_and_no_other_table() {
        for sql in [
            "random() < 0.5",
            "v0 > 0 AND now() > '2020-01-01'",
            "v0 > (SELECT 1)",
            "EXISTS (SELECT 1)",
            "v0 IN (SELECT 1)",
        ] {
            assert!(parse_condition(sql).is_err(), "{sql}");
        }
        assert!(parse_condition("abs(v0 / nullif(v1, 0) - 1) <= 0.3").is_ok());
    }
}
