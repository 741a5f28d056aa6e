//! Whether formulas contradict each other: elimination of Fourier and Motzkin, with limits on the work.

use super::formula::Formula;
use super::linear::{Inequality, Rational};

/// How many alternatives are tried before the search gives up.
const BRANCHES: usize = 1000;

/// How many inequalities are kept before the search gives up.
const INEQUALITIES: usize = 400;

/// Whether no figures satisfy all `formulas` together. False if finding out takes too long.
pub(super) fn contradict(formulas: Vec<&Formula>) -> bool {
    contradicts(formulas, &mut Vec::new(), &mut { BRANCHES })
}

/// Whether no figures satisfy all of `open` and `met` together. False once the budget is used up.
fn contradicts(mut open: Vec<&Formula>, met: &mut Vec<Inequality>, budget: &mut usize) -> bool {
    // Alternatives come last, when most inequalities are known.
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

/// Whether inequalities contradict each other: the unknowns are eliminated one after the other.
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

/// The inequalities with one unknown eliminated: each upper bound of the unknown is combined with each lower bound.
fn without(inequalities: &[Inequality], unknown: usize) -> Option<Vec<Inequality>> {
    let mut out = Vec::new();
    let (mut above, mut below) = (Vec::new(), Vec::new());
    for inequality in inequalities {
        match inequality.linear.unknowns.get(&unknown) {
            None => out.push(inequality.clone()),
            Some(of) => {
                // Divided by the factor of the unknown, which becomes 1 or -1.
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
