//! What can be proved about a condition: that it holds for all figures, or for none.
//!
//! A condition always holds if no figures satisfy its negation. That question is asked of linear arithmetic over the
//! rationals. Conditions are split at AND, OR, NOT and BETWEEN; a set of linear inequalities has no solution if eliminating
//! one unknown after the other (Fourier and Motzkin) leads to a contradiction. Everything else is left open: a product or
//! quotient of figures is an unknown of its own, the same wherever it is written the same, and a condition of another kind
//! may hold or not. So everything that is proved is true, but not everything that is true is proved.
//!
//! A NULL in an operand leaves a rule undecided, so NULL plays no part here.

mod formula;
mod linear;
mod solve;

use datafusion::sql::sqlparser::ast::Expr;

use formula::{ConditionReader, Formula};
use solve::contradict;

/// What is proved about a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proved {
    /// It holds whatever the figures are.
    Always,
    /// It holds for no figures.
    Never,
}

/// What can be proved about a condition. None if nothing can.
pub(super) fn prove(condition: &Expr) -> Option<Proved> {
    let is_impossible = |holds: bool| {
        let mut reader = ConditionReader::default();
        let formula = reader.formula(condition, holds);
        let mut all: Vec<&Formula> = vec![&formula];
        all.extend(&reader.definitions);
        contradict(all)
    };
    if is_impossible(false) {
        Some(Proved::Always)
    } else if is_impossible(true) {
        Some(Proved::Never)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::expression::parse_condition;

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
    fn what_depends_on_the_figures_is_not_proved() {
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
            // True for real numbers, but not for rounded ones.
            "v0 / 3 * 3 = v0",
            "5 / 2 * 2 = 5",
            "v0 / 2 + v0 / 2 = v0",
            // True, but beyond linear arithmetic.
            "v0 * v0 >= 0",
            "v0 * v1 = v1 * v0",
            // Not linear inequalities, or not exact.
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
    fn what_takes_too_long_is_not_proved() {
        let many = |join: &str| {
            (0..40)
                .map(|i| format!("(v{i} <= {i} OR v{i} > {i})"))
                .collect::<Vec<_>>()
                .join(join)
        };
        // Each part always holds, so all together do. The negation of each has only one alternative.
        assert_eq!(proved(&many(" AND ")), Some(Proved::Always));
        // No sum of twelve zeros and ones is a half, but only trying all 4096 combinations shows that.
        let mut hard: Vec<String> = (0..12).map(|i| format!("(v{i} = 0 OR v{i} = 1)")).collect();
        let sum: Vec<String> = (0..12).map(|i| format!("v{i}")).collect();
        hard.push(format!("{} = 0.5", sum.join(" + ")));
        assert_eq!(proved(&hard.join(" AND ")), None);
    }
}
