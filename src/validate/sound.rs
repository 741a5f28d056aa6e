//! Whether a rule makes sense: what it names exists, it can be decided for some report, and its verdict depends on the
//! figures.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::expression::{Expression, Operand, parse_condition};
use super::prove::{Proved, prove};
use super::rule::{Against, RuleBreakdown, RuleKind};
use crate::extract::{Dimension, Form, Scenario, ValueColumn, belongs};
use crate::period::{Frequency, Period};
use crate::text::{Members, TOTAL};

/// What rules may name.
#[derive(Debug)]
pub struct RuleScope<'a> {
    /// The forms.
    pub forms: &'a [Form],
    /// Decimal places of each indicator; 0 for whole numbers.
    pub indicators: BTreeMap<&'a str, u32>,
    /// The breakdowns, in the order of the pipeline.
    pub breakdowns: Vec<ScopeBreakdown<'a>>,
}

/// A breakdown that rules may name.
#[derive(Debug)]
pub struct ScopeBreakdown<'a> {
    /// Its id.
    pub id: &'a str,
    /// What a member is, in Vietnamese.
    pub name_vi: &'a str,
    /// The lake's table of its members.
    pub list: &'a str,
    /// Level of each member, 0 for the first.
    pub levels: BTreeMap<&'a str, i64>,
}

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsound {
    /// Byte offset in the file of rules.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// What is wrong, and what to do about it.
type Mistake = (String, &'static str);

/// Any year, to compare periods that are given relative to the year N of a report.
const N: i16 = 2000;

/// A report of a frequency in that year.
fn sample(frequency: Frequency) -> Period {
    Period {
        year: N,
        frequency,
        number: 1,
    }
}

/// Checks a rule of a form.
pub(super) fn check(
    id: &str,
    form: &str,
    kind: &RuleKind,
    scope: &RuleScope<'_>,
) -> Result<(), Mistake> {
    let Some(form) = scope.form(form) else {
        return Err((
            format!("the form `{form}` is not declared"),
            "name a form of forms/",
        ));
    };
    match kind {
        RuleKind::Expression(expression) => check_expression(id, form, expression, scope),
        RuleKind::Share { indicator, .. } => check_operand(form, &operand(indicator, false), scope),
        RuleKind::Factor { of, indicators, .. } => indicators.iter().try_for_each(|indicator| {
            let mut compared = vec![operand(indicator, false)];
            if *of == Against::ColumnBefore {
                compared.push(operand(indicator, true));
            }
            check_operands(id, form, &compared, scope)
        }),
        _ => never_fails(form, kind, scope).map_or(Ok(()), |reason| {
            Err((
                format!("the rule `{id}` can never fail: {reason}"),
                "name another form, or take the rule out",
            ))
        }),
    }
}

fn check_expression(
    id: &str,
    form: &Form,
    expression: &Expression,
    scope: &RuleScope<'_>,
) -> Result<(), Mistake> {
    check_operands(id, form, &expression.operands, scope)?;
    let condition = parse_condition(&expression.sql).map_err(|e| {
        (
            e,
            "an operand is an indicator of the catalogue; the rest is SQL",
        )
    })?;
    match prove(&condition) {
        None => Ok(()),
        Some(Proved::Always) => Err((
            format!("the rule `{id}` can never fail: it holds whatever the figures are"),
            "correct the expression, or take the rule out",
        )),
        Some(Proved::Never) => Err((
            format!("the rule `{id}` can never pass: it fails whatever the figures are"),
            "correct the expression, or take the rule out",
        )),
    }
}

/// A total of the form itself, in the column judged or in the one that it stands on.
fn operand(indicator: &str, before: bool) -> Operand {
    Operand {
        form: None,
        indicator: indicator.to_owned(),
        members: Members::total(),
        before,
    }
}

/// Checks that some column has all operands.
fn check_operands(
    id: &str,
    form: &Form,
    operands: &[Operand],
    scope: &RuleScope<'_>,
) -> Result<(), Mistake> {
    for operand in operands {
        check_operand(form, operand, scope)?;
    }
    let decided = form.frequencies.iter().any(|frequency| {
        columns(form, *frequency).any(|column| {
            let mut operands = operands.iter();
            operands.all(|o| scope.carries(form, *frequency, column, o))
        })
    });
    if decided {
        return Ok(());
    }
    Err((
        format!(
            "the rule `{id}` can never be decided: no column of `{}` has all that it compares",
            form.code
        ),
        "compare figures of one column, or with `@N-1` those of the column that it stands on",
    ))
}

/// Checks that an operand has a cell somewhere.
fn check_operand(form: &Form, operand: &Operand, scope: &RuleScope<'_>) -> Result<(), Mistake> {
    let known = scope.breakdowns.iter().enumerate();
    let unknown = known.map(|(at, breakdown)| (operand.members.code(at), breakdown));
    let mut unknown = unknown.filter(|(code, of)| *code != TOTAL && !of.levels.contains_key(code));
    if let Some((code, _)) = unknown.next() {
        return Err((
            format!("`{code}` of `{operand}` is no member of a breakdown"),
            "name a member by its code in the list of its breakdown",
        ));
    }
    let of = match &operand.form {
        None => form,
        Some(code) => scope.form(code).ok_or_else(|| {
            (
                format!("the form `{code}` is not declared"),
                "name a form of forms/",
            )
        })?,
    };
    if operand.before && !form.columns.iter().any(|c| c.stands_on.is_some()) {
        return Err((
            format!(
                "no column of `{}` stands on another, so that `{operand}` is never there",
                form.code
            ),
            "say what a column `stands_on` in the form's file, or leave `@N-1` out",
        ));
    }
    if !of
        .columns
        .iter()
        .any(|column| has_cell(of, column, &operand.indicator, &operand.members))
    {
        return Err((
            format!(
                "the form `{}` has no row and column for `{operand}`, so that the rule can never be decided",
                of.code
            ),
            "name an indicator (and member of a breakdown) that the form carries",
        ));
    }
    Ok(())
}

impl RuleScope<'_> {
    /// The indicators that a form has cells for by members of the breakdown of this index.
    pub(super) fn broken_down(&self, form: &str, breakdown: usize) -> Vec<String> {
        let mut found: BTreeSet<&str> = BTreeSet::new();
        if let Some(form) = self.form(form) {
            for column in &form.columns {
                for (at, row) in form.rows.iter().enumerate() {
                    let (indicator, members) = form.figure(row, column);
                    if !column.without_rows.contains(&at) && members.code(breakdown) != TOTAL {
                        found.insert(indicator);
                    }
                }
            }
        }
        found.into_iter().map(str::to_owned).collect()
    }

    /// The members of a breakdown that columns of a form are of.
    pub(super) fn members_in_columns(&self, form: &str, breakdown: usize) -> Vec<String> {
        let columns = self.form(form).into_iter().flat_map(|form| &form.columns);
        let members = columns.flat_map(|column| &column.members);
        let own = members.filter(|(at, code)| *at == breakdown && code != TOTAL);
        let codes: BTreeSet<&String> = own.map(|(_, code)| code).collect();
        codes.into_iter().cloned().collect()
    }

    /// The members that a code means which stands alone: those of the first breakdown that has it.
    pub(super) fn members_of(&self, alone: &Members) -> Members {
        let code = alone.code(0);
        let mut breakdowns = self.breakdowns.iter();
        let at = breakdowns.position(|breakdown| breakdown.levels.contains_key(code));
        at.map_or_else(|| alone.clone(), |at| Members::total().with(at, code))
    }

    fn form(&self, code: &str) -> Option<&Form> {
        self.forms.iter().find(|form| form.code == code)
    }

    /// Whether reports of a frequency have an operand for a column of the judged form.
    fn carries(
        &self,
        form: &Form,
        frequency: Frequency,
        column: &ValueColumn,
        operand: &Operand,
    ) -> bool {
        let column = if operand.before {
            match column.stands_on.map(|i| &form.columns[i]) {
                Some(base) if belongs(&base.frequencies, frequency) => base,
                _ => return false,
            }
        } else {
            column
        };
        let of = operand.form.as_deref().and_then(|code| self.form(code));
        let of = of.unwrap_or(form);
        let sample = sample(frequency);
        of.frequencies.contains(&frequency)
            && columns(of, frequency).any(|other| {
                other.scenario == column.scenario
                    && other.period.of(sample) == column.period.of(sample)
                    && has_cell(of, other, &operand.indicator, &operand.members)
            })
    }
}

/// The columns of a form in its reports of a frequency.
fn columns(form: &Form, frequency: Frequency) -> impl Iterator<Item = &ValueColumn> {
    form.columns
        .iter()
        .filter(move |column| belongs(&column.frequencies, frequency))
}

/// Whether a column has a cell for an indicator and members of breakdowns.
fn has_cell(form: &Form, column: &ValueColumn, indicator: &str, members: &Members) -> bool {
    // If the rows are units, the form has no breakdowns: its figures are totals.
    if form.dimension == Dimension::Unit {
        return members.is_total() && column.indicator.as_deref() == Some(indicator);
    }
    let mut rows = form.rows.iter().enumerate();
    rows.any(|(at, row)| {
        !column.without_rows.contains(&at)
            && form.figure(row, column) == (indicator, members.clone())
    })
}

/// Why a rule without an expression can never fail in a form. None if it can fail.
fn never_fails(form: &Form, kind: &RuleKind, scope: &RuleScope<'_>) -> Option<String> {
    let code = &form.code;
    let indicators: BTreeSet<&str> = form
        .columns
        .iter()
        .flat_map(|column| indicators_of(form, column))
        .collect();
    let has_cells_of_level = |breakdown: &RuleBreakdown, level: i64| {
        let of = &scope.breakdowns[breakdown.index].levels;
        let mut codes = of.iter().filter(|(_, of)| **of == level);
        let has = |members: &Members| {
            form.columns.iter().any(|column| {
                indicators_of(form, column)
                    .any(|indicator| has_cell(form, column, indicator, members))
            })
        };
        has(&Members::total())
            && codes.any(|(code, _)| has(&Members::total().with(breakdown.index, code)))
    };
    match kind {
        RuleKind::Expression(_) | RuleKind::Share { .. } | RuleKind::Factor { .. } => None,
        RuleKind::Copy {
            of,
            scenario,
            at_least,
            ..
        } => {
            let can_be_copied = |column: &&ValueColumn| {
                (*of != Against::ColumnBefore || column.stands_on.is_some())
                    && scenario.is_none_or(|scenario| column.scenario == scenario)
            };
            let cells = most(form, |frequency| {
                let compared = columns(form, frequency).filter(can_be_copied);
                compared.map(|column| cells(form, column)).sum()
            });
            (Decimal::from(cells) < *at_least)
                .then(|| format!("the columns of `{code}` that it compares have {cells} cells"))
        }
        RuleKind::Empty { at_least } => {
            // Columns of one scenario and period are judged as one.
            let cells = most(form, |frequency| {
                let mut together: BTreeMap<_, usize> = BTreeMap::new();
                for column in columns(form, frequency) {
                    let period = column.period.of(sample(frequency));
                    *together.entry((column.scenario, period)).or_default() += cells(form, column);
                }
                together.into_values().max().unwrap_or_default()
            });
            (Decimal::from(cells) < *at_least)
                .then(|| format!("a column of `{code}` has at most {cells} cells"))
        }
        RuleKind::CountsNotNegative => {
            let mut decimals = indicators.iter().filter_map(|i| scope.indicators.get(i));
            (!decimals.any(|decimals| *decimals == 0))
                .then(|| format!("`{code}` has no indicator of whole numbers"))
        }
        RuleKind::Comparison { .. } => form
            .comparisons
            .is_empty()
            .then(|| format!("`{code}` has no comparison columns")),
        RuleKind::Revision { .. } => (!form
            .frequencies
            .iter()
            .any(|frequency| is_revised(form, *frequency)))
        .then(|| {
            format!("`{code}` has no actual of a period whose estimate it had the time before")
        }),
        RuleKind::SumOfMembers { breakdown, .. } => {
            (!has_cells_of_level(breakdown, 0)).then(|| {
                let list = &breakdown.list;
                format!("`{code}` has no cells of {list} of the first level beside their total")
            })
        }
        RuleKind::ShorterPeriods { .. } => (!has_shorter_periods(form, scope))
            .then(|| format!("no form has actual figures of `{code}` for shorter periods than it")),
        RuleKind::PartsOfMembers { breakdown } => (!has_cells_of_level(breakdown, 1)).then(|| {
            format!(
                "`{code}` has no cells of {} of the second level",
                breakdown.list
            )
        }),
    }
}

/// Whether reports of a form have actual figures that another has for a shorter period within theirs.
fn has_shorter_periods(form: &Form, scope: &RuleScope<'_>) -> bool {
    let actuals = |form: &Form| -> Vec<(Period, BTreeSet<String>)> {
        let mut all = Vec::new();
        for frequency in &form.frequencies {
            let actual = columns(form, *frequency).filter(|c| c.scenario == Scenario::Actual);
            all.extend(actual.map(|column| {
                let indicators = indicators_of(form, column).map(str::to_owned);
                (column.period.of(sample(*frequency)), indicators.collect())
            }));
        }
        all
    };
    let shorter: Vec<_> = scope.forms.iter().flat_map(actuals).collect();
    actuals(form).iter().any(|(whole, indicators)| {
        shorter
            .iter()
            .any(|(part, others)| part.months() < whole.months() && !others.is_disjoint(indicators))
    })
}

/// Whether a form has the actual of the year before for something that it had as an estimate then.
fn is_revised(form: &Form, frequency: Frequency) -> bool {
    let own = sample(frequency);
    let of = |scenario: Scenario, wanted: Period| -> BTreeSet<&str> {
        columns(form, frequency)
            .filter(|c| c.scenario == scenario && c.period.of(own) == wanted)
            .flat_map(|c| indicators_of(form, c))
            .collect()
    };
    let before = Period { year: N - 1, ..own };
    !of(Scenario::Actual, before).is_disjoint(&of(Scenario::Estimate, own))
}

/// The greatest number over the frequencies of a form.
fn most(form: &Form, of: impl Fn(Frequency) -> usize) -> usize {
    let each = form.frequencies.iter().map(|frequency| of(*frequency));
    each.max().unwrap_or_default()
}

/// How many cells a unit has in a column.
fn cells(form: &Form, column: &ValueColumn) -> usize {
    match (form.dimension, &column.indicator) {
        (Dimension::Unit, Some(_)) => 1,
        _ => form.rows.len(),
    }
}

/// The indicators of a column's cells.
fn indicators_of<'a>(form: &'a Form, column: &'a ValueColumn) -> impl Iterator<Item = &'a str> {
    let rows = form.rows.iter().filter(|_| column.indicator.is_none());
    column
        .indicator
        .as_deref()
        .into_iter()
        .chain(rows.map(|row| row.member.as_str()))
}
