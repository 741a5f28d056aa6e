//! Rules: what a report as it was sent must satisfy. DataFusion judges, three-valued; a rule flags and
//! never changes a figure.

mod checks;
mod expression;
mod rule;
mod verdict;

pub use checks::{back_in_time, run_checks};
pub use expression::{Operand, parse_expression};
pub use rule::{RawRule, RawRules, Rule, RuleKind};
pub use verdict::{RuleResult, judge, register_columns, rule_sql};
