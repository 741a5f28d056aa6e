//! A condition in SQL as a formula of linear inequalities.

use std::collections::BTreeMap;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, UnaryOperator,
    Value,
};

use super::linear::{Inequality, Linear, Rational};

/// A condition without NOT: linear inequalities joined by AND and OR.
#[derive(Debug, Clone)]
pub(super) enum Formula {
    Known(bool),
    Is(Inequality),
    All(Vec<Formula>),
    Any(Vec<Formula>),
}

/// Turns a condition into a formula and keeps track of its unknowns.
#[derive(Debug, Default)]
pub(super) struct ConditionReader {
    unknowns: usize,
    /// Unknowns by the text of the expression that they stand for.
    named: BTreeMap<String, usize>,
    /// What is known about absolute values.
    pub(super) definitions: Vec<Formula>,
}

impl ConditionReader {
    fn fresh(&mut self) -> usize {
        self.unknowns += 1;
        self.unknowns - 1
    }

    /// The unknown that stands for an expression, and whether it is new.
    fn named(&mut self, text: String) -> (usize, bool) {
        if let Some(index) = self.named.get(&text) {
            return (*index, false);
        }
        let index = self.fresh();
        self.named.insert(text, index);
        (index, true)
    }

    /// The formula of a condition, or of its negation if `holds` is false.
    pub(super) fn formula(&mut self, condition: &Expr, holds: bool) -> Formula {
        match condition {
            Expr::Nested(inner) => self.formula(inner, holds),
            Expr::UnaryOp {
                op: UnaryOperator::Not,
                expr,
            } => self.formula(expr, !holds),
            Expr::BinaryOp { left, op, right } => match op {
                BinaryOperator::And | BinaryOperator::Or => {
                    let both = vec![self.formula(left, holds), self.formula(right, holds)];
                    if (*op == BinaryOperator::And) == holds {
                        Formula::All(both)
                    } else {
                        Formula::Any(both)
                    }
                }
                _ => self.comparison(left, op, right, holds),
            },
            Expr::Between {
                expr,
                negated,
                low,
                high,
            } => {
                let within = holds != *negated;
                let both = vec![
                    self.comparison(expr, &BinaryOperator::GtEq, low, within),
                    self.comparison(expr, &BinaryOperator::LtEq, high, within),
                ];
                if within {
                    Formula::All(both)
                } else {
                    Formula::Any(both)
                }
            }
            Expr::Value(value) => match value.value {
                Value::Boolean(is) => Formula::Known(is == holds),
                _ => self.open(),
            },
            _ => self.open(),
        }
    }

    /// A condition about which nothing is known.
    fn open(&mut self) -> Formula {
        let linear = Linear::unknown(self.fresh());
        Formula::Is(Inequality {
            linear,
            strict: true,
        })
    }

    fn comparison(
        &mut self,
        left: &Expr,
        op: &BinaryOperator,
        right: &Expr,
        holds: bool,
    ) -> Formula {
        let (Some(left), Some(right)) = (self.linear(left), self.linear(right)) else {
            return self.open();
        };
        let (Some(above), Some(below)) = (left.minus(&right), right.minus(&left)) else {
            return self.open();
        };
        let is = |linear: Linear, strict| Formula::Is(Inequality { linear, strict });
        match (op, holds) {
            (BinaryOperator::Lt, true) | (BinaryOperator::GtEq, false) => is(above, true),
            (BinaryOperator::LtEq, true) | (BinaryOperator::Gt, false) => is(above, false),
            (BinaryOperator::Gt, true) | (BinaryOperator::LtEq, false) => is(below, true),
            (BinaryOperator::GtEq, true) | (BinaryOperator::Lt, false) => is(below, false),
            (BinaryOperator::Eq, true) | (BinaryOperator::NotEq, false) => {
                Formula::All(vec![is(above, false), is(below, false)])
            }
            (BinaryOperator::Eq, false) | (BinaryOperator::NotEq, true) => {
                Formula::Any(vec![is(above, true), is(below, true)])
            }
            _ => self.open(),
        }
    }

    /// A number as a linear expression. None if it may not be computed exactly.
    fn linear(&mut self, number: &Expr) -> Option<Linear> {
        match number {
            Expr::Nested(inner) => self.linear(inner),
            Expr::Identifier(name) => Some(Linear::unknown(self.named(name.value.clone()).0)),
            Expr::Value(value) => match &value.value {
                Value::Number(text, _) => Some(Linear::number(Rational::parse(text)?)),
                _ => None,
            },
            Expr::UnaryOp { op, expr } => {
                let of = self.linear(expr)?;
                match op {
                    UnaryOperator::Minus => of.times(Rational::ONE.negative()),
                    UnaryOperator::Plus => Some(of),
                    _ => None,
                }
            }
            Expr::BinaryOp { left, op, right } => {
                let (left, right) = (self.linear(left)?, self.linear(right)?);
                match op {
                    BinaryOperator::Plus => left.plus(&right),
                    BinaryOperator::Minus => left.minus(&right),
                    BinaryOperator::Multiply if left.unknowns.is_empty() => {
                        right.times(left.constant)
                    }
                    BinaryOperator::Multiply if right.unknowns.is_empty() => {
                        left.times(right.constant)
                    }
                    // A quotient is rounded, so it is an unknown of its own even if the divisor is a number.
                    BinaryOperator::Multiply | BinaryOperator::Divide | BinaryOperator::Modulo => {
                        Some(Linear::unknown(self.named(number.to_string()).0))
                    }
                    _ => None,
                }
            }
            Expr::Function(function) => self.function(function),
            _ => None,
        }
    }

    fn function(&mut self, function: &Function) -> Option<Linear> {
        let name = function.name.to_string().to_lowercase();
        let arguments = arguments(function)?;
        match (name.as_str(), arguments.as_slice()) {
            ("abs", [of]) => {
                let of = self.linear(of)?;
                self.absolute(function.to_string(), &of)
            }
            // If it is not NULL, it equals its first argument.
            ("nullif", [of, other]) => {
                self.linear(other)?;
                self.linear(of)
            }
            _ => None,
        }
    }

    /// The absolute value of `of`, an unknown of its own: it is `of` and `of` is not negative, or it is the negative of `of`
    /// and that is not negative.
    fn absolute(&mut self, text: String, of: &Linear) -> Option<Linear> {
        let (index, is_new) = self.named(text);
        let absolute = Linear::unknown(index);
        if is_new {
            let negative = of.times(Rational::ONE.negative())?;
            let not_above_zero = |linear: Linear| {
                Formula::Is(Inequality {
                    linear,
                    strict: false,
                })
            };
            let same = |a: &Linear, b: &Linear| -> Option<Vec<Formula>> {
                Some(vec![
                    not_above_zero(a.minus(b)?),
                    not_above_zero(b.minus(a)?),
                ])
            };
            let mut above = same(&absolute, of)?;
            above.push(not_above_zero(negative.clone()));
            let mut below = same(&absolute, &negative)?;
            below.push(not_above_zero(of.clone()));
            let either = vec![Formula::All(above), Formula::All(below)];
            self.definitions.push(Formula::Any(either));
        }
        Some(absolute)
    }
}

/// The arguments of a plain function call.
fn arguments(function: &Function) -> Option<Vec<&Expr>> {
    let FunctionArguments::List(list) = &function.args else {
        return None;
    };
    let is_plain = list.duplicate_treatment.is_none()
        && list.clauses.is_empty()
        && function.filter.is_none()
        && function.over.is_none()
        && function.within_group.is_empty();
    let plain = |argument| match argument {
        &FunctionArg::Unnamed(FunctionArgExpr::Expr(ref of)) => Some(of),
        _ => None,
    };
    list.args
        .iter()
        .map(plain)
        .collect::<Option<Vec<_>>>()
        .filter(|_| is_plain)
}
