//! What can be proved of a condition: that it holds whatever the figures are, or for no figures at all.
//!
//! A condition holds always if its contrary can be met by no figures. That is asked of linear arithmetic over the
//! rationals: conditions are taken apart at AND, OR, NOT and BETWEEN, and a set of linear inequalities has no solution
//! if eliminating one unknown after the other (Fourier and Motzkin) ends in a contradiction. Everything else is left
//! open: a product or quotient of figures is an unknown of its own, the same wherever it is written the same, a
//! condition of another kind may hold or not. So what is proved is true, and much that is true is not proved.
//!
//! A NULL in an operand leaves a rule undecided, so it is neither here nor there.

use std::collections::BTreeMap;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, UnaryOperator,
    Value,
};

/// What is proved of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proved {
    /// It holds whatever the figures are.
    Always,
    /// It holds for no figures.
    Never,
}

/// What can be proved of a condition; none if nothing can.
pub(super) fn prove(condition: &Expr) -> Option<Proved> {
    let is_impossible = |holds: bool| {
        let mut reading = Reading::default();
        let formula = reading.formula(condition, holds);
        let mut open: Vec<&Formula> = vec![&formula];
        open.extend(&reading.definitions);
        let mut budget = BRANCHES;
        contradicts(open, &mut Vec::new(), &mut budget)
    };
    if is_impossible(false) {
        Some(Proved::Always)
    } else if is_impossible(true) {
        Some(Proved::Never)
    } else {
        None
    }
}

/// How many alternatives are followed, and how many inequalities kept, before nothing is said.
const BRANCHES: usize = 1000;
const INEQUALITIES: usize = 400;

/// Digits of a number that is surely computed exactly.
const DIGITS: usize = 15;

/// A fraction in lowest terms, its denominator positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rational {
    over: i128,
    under: i128,
}

impl Rational {
    const ZERO: Self = Self { over: 0, under: 1 };
    const ONE: Self = Self { over: 1, under: 1 };

    fn new(over: i128, under: i128) -> Option<Self> {
        let (mut a, mut b) = (over.checked_abs()?, under.checked_abs()?);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        if under == 0 {
            return None;
        }
        let sign = if under < 0 { -1 } else { 1 };
        Some(Self {
            over: sign * (over / a),
            under: sign * (under / a),
        })
    }

    /// A number as SQL writes it: digits, perhaps with a point.
    fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || digits.len() > DIGITS || !digits.bytes().all(|b| b.is_ascii_digit())
        {
            return None;
        }
        Self::new(
            digits.parse().ok()?,
            10_i128.checked_pow(fraction.len() as u32)?,
        )
    }

    fn plus(self, other: Self) -> Option<Self> {
        let left = self.over.checked_mul(other.under)?;
        let right = other.over.checked_mul(self.under)?;
        Self::new(
            left.checked_add(right)?,
            self.under.checked_mul(other.under)?,
        )
    }

    fn times(self, other: Self) -> Option<Self> {
        Self::new(
            self.over.checked_mul(other.over)?,
            self.under.checked_mul(other.under)?,
        )
    }

    fn negative(self) -> Self {
        Self {
            over: -self.over,
            under: self.under,
        }
    }
}

/// A sum of unknowns, each times a number, and a number.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Linear {
    unknowns: BTreeMap<usize, Rational>,
    constant: Rational,
}

impl Linear {
    fn number(constant: Rational) -> Self {
        Self {
            unknowns: BTreeMap::new(),
            constant,
        }
    }

    fn unknown(index: usize) -> Self {
        Self {
            unknowns: BTreeMap::from([(index, Rational::ONE)]),
            constant: Rational::ZERO,
        }
    }

    fn times(&self, factor: Rational) -> Option<Self> {
        let mut unknowns = BTreeMap::new();
        if factor != Rational::ZERO {
            for (index, of) in &self.unknowns {
                unknowns.insert(*index, of.times(factor)?);
            }
        }
        Some(Self {
            unknowns,
            constant: self.constant.times(factor)?,
        })
    }

    fn plus(&self, other: &Self) -> Option<Self> {
        let mut sum = self.clone();
        for (index, of) in &other.unknowns {
            let own = sum.unknowns.remove(index).unwrap_or(Rational::ZERO);
            let both = own.plus(*of)?;
            if both != Rational::ZERO {
                sum.unknowns.insert(*index, both);
            }
        }
        sum.constant = sum.constant.plus(other.constant)?;
        Some(sum)
    }

    fn minus(&self, other: &Self) -> Option<Self> {
        self.plus(&other.times(Rational::ONE.negative())?)
    }
}

/// `linear <= 0`, or `linear < 0`.
#[derive(Debug, Clone)]
struct Inequality {
    linear: Linear,
    strict: bool,
}

/// A condition without NOT.
#[derive(Debug, Clone)]
enum Formula {
    Known(bool),
    Is(Inequality),
    All(Vec<Formula>),
    Any(Vec<Formula>),
}

/// A condition being read: its unknowns, and what is known of them.
#[derive(Debug, Default)]
struct Reading {
    unknowns: usize,
    /// Unknowns by what they stand for.
    named: BTreeMap<String, usize>,
    /// What holds of absolute values.
    definitions: Vec<Formula>,
}

impl Reading {
    fn fresh(&mut self) -> usize {
        self.unknowns += 1;
        self.unknowns - 1
    }

    /// The unknown that a text stands for, and whether it is new.
    fn named(&mut self, text: String) -> (usize, bool) {
        if let Some(index) = self.named.get(&text) {
            return (*index, false);
        }
        let index = self.fresh();
        self.named.insert(text, index);
        (index, true)
    }

    /// The condition, or where `holds` is false its contrary.
    fn formula(&mut self, condition: &Expr, holds: bool) -> Formula {
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

    /// A condition of which nothing is known.
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

    /// A number that is computed exactly; none for anything else.
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
                    // A quotient is rounded, so that even by a number it is an unknown of its own.
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
                let (index, is_new) = self.named(function.to_string());
                let absolute = Linear::unknown(index);
                if is_new {
                    let negative = of.times(Rational::ONE.negative())?;
                    let same = |a: &Linear, b: &Linear| -> Option<Vec<Formula>> {
                        let is = |linear| {
                            Formula::Is(Inequality {
                                linear,
                                strict: false,
                            })
                        };
                        Some(vec![is(a.minus(b)?), is(b.minus(a)?)])
                    };
                    let not_above_zero = |linear: &Linear| {
                        Formula::Is(Inequality {
                            linear: linear.clone(),
                            strict: false,
                        })
                    };
                    let mut above = same(&absolute, &of)?;
                    above.push(not_above_zero(&negative));
                    let mut below = same(&absolute, &negative)?;
                    below.push(not_above_zero(&of));
                    let either = vec![Formula::All(above), Formula::All(below)];
                    self.definitions.push(Formula::Any(either));
                }
                Some(absolute)
            }
            // Where it is not NULL it is its first argument.
            ("nullif", [of, other]) => {
                self.linear(other)?;
                self.linear(of)
            }
            _ => None,
        }
    }
}

/// The arguments of a plain call.
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

/// Whether no figures meet all of `open` and `met` together. Where that takes too long, it is not said.
fn contradicts(mut open: Vec<&Formula>, met: &mut Vec<Inequality>, budget: &mut usize) -> bool {
    // Alternatives come last, when most is known.
    while let Some(at) = open.iter().rposition(|f| !matches!(f, Formula::Any(_))) {
        match open.swap_remove(at) {
            Formula::Known(false) => return true,
            Formula::Known(true) | Formula::Any(_) => {}
            Formula::Is(inequality) => met.push(inequality.clone()),
            Formula::All(parts) => open.extend(parts),
        }
    }
    if *budget == 0 {
        return false;
    }
    *budget -= 1;
    if has_no_solution(met.clone()) {
        return true;
    }
    let Some(Formula::Any(parts)) = open.pop() else {
        return false;
    };
    let known = met.len();
    parts.iter().all(|part| {
        let mut with = open.clone();
        with.push(part);
        let found = contradicts(with, met, budget);
        met.truncate(known);
        found
    })
}

/// Whether inequalities contradict each other: unknowns are eliminated until none is left.
fn has_no_solution(mut inequalities: Vec<Inequality>) -> bool {
    loop {
        let is_wrong = |i: &Inequality| {
            i.linear.unknowns.is_empty()
                && (i.linear.constant.over > 0 || (i.strict && i.linear.constant.over == 0))
        };
        if inequalities.iter().any(is_wrong) {
            return true;
        }
        inequalities.retain(|i| !i.linear.unknowns.is_empty());
        let Some(unknown) = inequalities
            .first()
            .and_then(|i| i.linear.unknowns.keys().next().copied())
        else {
            return false;
        };
        match without(&inequalities, unknown) {
            Some(fewer) if fewer.len() <= INEQUALITIES => inequalities = fewer,
            _ => return false,
        }
    }
}

/// What inequalities say of all unknowns but one: each that bounds it from above with each that bounds it from below.
fn without(inequalities: &[Inequality], unknown: usize) -> Option<Vec<Inequality>> {
    let mut out = Vec::new();
    let (mut above, mut below) = (Vec::new(), Vec::new());
    for inequality in inequalities {
        match inequality.linear.unknowns.get(&unknown) {
            None => out.push(inequality.clone()),
            Some(of) => {
                // Divided by what stands before the unknown, so that it is there once, or once less.
                let scale = Rational::new(of.under, of.over.checked_abs()?)?;
                let scaled = Inequality {
                    linear: inequality.linear.times(scale)?,
                    strict: inequality.strict,
                };
                if of.over > 0 {
                    above.push(scaled);
                } else {
                    below.push(scaled);
                }
            }
        }
    }
    for a in &above {
        for b in &below {
            out.push(Inequality {
                linear: a.linear.plus(&b.linear)?,
                strict: a.strict || b.strict,
            });
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::super::expression::parse_condition;
    use super::*;

    fn proved(text: &str) -> Option<Proved> {
        prove(&parse_condition(text).unwrap_or_else(|e| panic!("{text}: {e}")))
    }

    #[test]
    fn what_always_holds_is_proved() {
        for text in [
            "v0 = v0",
            "v0 <= v0 + 1",
            "1 < 2",
            "abs(v0) >= 0",
            "abs(v0 - v1) >= v0 - v1",
            "abs(-v0) = abs(v0)",
            "v0 <= 5 OR v0 > 5",
            "NOT (v0 < v1 AND v1 < v0)",
            "v0 BETWEEN 1 AND 2 OR v0 NOT BETWEEN 1 AND 2",
            "v0 NOT BETWEEN 3 AND 2",
            "v0 + v1 - v0 = v1",
            "2 * (v0 + 0.5) = v0 * 2 + 1",
            "v0 > 3 OR v0 < 3 OR v0 = 3",
            "v0 <> v1 OR v0 - v1 = 0",
            "v0 / nullif(v1, 0) <= v0 / nullif(v1, 0) + 0.1",
            "abs(v0 / nullif(v1, 0) - 1) >= 0",
            "abs(v0 / nullif(v1, 0) - 1) <= 0.3 OR abs(v0 / nullif(v1, 0) - 1) > 0.1",
            "v0 * v1 = v0 * v1",
            "v0 < v1 OR v1 < v2 OR v2 <= v0",
            "TRUE OR v0 > 1",
            "(v0 > 0 AND v1 > 0) OR NOT v0 > 0 OR v1 <= 0",
            "abs(abs(v0)) = abs(v0)",
            "v0 > 1 OR v1 IS NULL OR v0 <= 1",
        ] {
            assert_eq!(proved(text), Some(Proved::Always), "{text}");
        }
    }

    #[test]
    fn what_never_holds_is_proved() {
        for text in [
            "v0 <> v0",
            "v0 < v0",
            "2 < 1",
            "v0 > v0 + 1",
            "abs(v0) < 0",
            "abs(v0 - 3) <= -0.1",
            "v0 > 5 AND v0 < 5",
            "v0 BETWEEN 10 AND 5",
            "v0 = 1 AND v0 = 2",
            "v0 < v1 AND v1 < v2 AND v2 < v0",
            "v0 + v1 <= 1 AND v0 >= 1 AND v1 > 0",
            "abs(v0) <= 1 AND v0 >= 1.5",
            "FALSE AND v0 > 1",
            "NOT (v0 <= 5 OR v0 > 5)",
        ] {
            assert_eq!(proved(text), Some(Proved::Never), "{text}");
        }
    }

    #[test]
    fn what_depends_on_the_figures_is_not() {
        for text in [
            "v0 <= v1",
            "v0 >= 0",
            "v0 = v1 + v2 - v3",
            "v0 <= 5 OR v0 > 6",
            "v0 < 5 OR v0 > 5",
            "v0 > 5 AND v0 < 6",
            "abs(v0) > 0",
            "abs(v0 / nullif(v1, 0) - 1) <= 0.3",
            "v0 BETWEEN 10 AND 200000",
            "v0 + v1 <= v2 AND v0 <= v2",
            // True of real numbers, and not of those that a computer rounds.
            "v0 / 3 * 3 = v0",
            "5 / 2 * 2 = 5",
            "v0 / 2 + v0 / 2 = v0",
            // True, and beyond linear arithmetic.
            "v0 * v0 >= 0",
            "v0 * v1 = v1 * v0",
            // Of other kinds, or not exact.
            "v0 IS NULL",
            "v0 IS NULL OR v0 > 1",
            "v0 + 1e300 - 1e300 = v0",
            "CAST(v0 AS DOUBLE) - CAST(v0 AS DOUBLE) = 0",
            "CASE WHEN v0 > 1 THEN TRUE ELSE TRUE END",
            "v0 > 12345678901234567890 OR v0 < 12345678901234567891",
            "coalesce(v0, 0) = coalesce(v0, 0)",
        ] {
            assert_eq!(proved(text), None, "{text}");
        }
    }

    #[test]
    fn what_takes_too_long_is_not_said() {
        let many = |join: &str| {
            (0..40)
                .map(|i| format!("(v{i} <= {i} OR v{i} > {i})"))
                .collect::<Vec<_>>()
                .join(join)
        };
        // Each alone, and so all together, always hold; their contrary has one way only for each.
        assert_eq!(proved(&many(" AND ")), Some(Proved::Always));
        // No sum of twelve noughts and ones is a half, which only all of their 4096 combinations show.
        let mut hard: Vec<String> = (0..12).map(|i| format!("(v{i} = 0 OR v{i} = 1)")).collect();
        let sum: Vec<String> = (0..12).map(|i| format!("v{i}")).collect();
        hard.push(format!("{} = 0.5", sum.join(" + ")));
        assert_eq!(proved(&hard.join(" AND ")), None);
    }
}
